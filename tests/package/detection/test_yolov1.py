"""YOLOv1: its grid, its five losses against a loop over cells, and the mistakes that others made with them."""

import math

import numpy as np
import pytest
import torch

from dlcourse import boxes, detection, metrics, train
from dlcourse.data import pets
from dlcourse.detection import decode_yolov1, encode_yolov1, yolov1_losses
from yolo_cases import NOTHING, SIZE, STEP, batch, iou_by_hand, target

NAMES = ["centre", "size", "object", "no_object", "class"]


def small(**options):
    torch.manual_seed(0)
    return detection.YOLOv1(2, **{"width": 4, **options})


def perfect(targets, cells=(6, 6), size=SIZE, boxes_of_a_cell=2):
    """Outputs that say the truth: the last box of each cell has it, the others are nowhere."""
    truth = encode_yolov1(targets, cells, size)
    outputs = torch.zeros(len(targets), *cells, 5 * boxes_of_a_cell + 2)
    last = 5 * (boxes_of_a_cell - 1)
    outputs[..., last : last + 4] = truth["codes"]
    outputs[..., last + 4] = truth["object"].float()
    outputs[..., 5 * boxes_of_a_cell :] = torch.nn.functional.one_hot(truth["labels"], 2)
    return outputs


def losses_by_hand(outputs, targets, size, number):
    """Equation 3 of the paper, with a loop for each of its sums, in Python's numbers."""
    total = dict.fromkeys(NAMES, 0.0)
    height, width = size
    images, rows, columns, _ = outputs.shape
    for i in range(images):
        objects = {}
        for box, label in zip(targets[i]["boxes"].tolist(), targets[i]["labels"].tolist(), strict=True):
            x, y = (box[0] + box[2]) / 2 * columns / width, (box[1] + box[3]) / 2 * rows / height
            objects.setdefault((int(y), int(x)), (x, y, box, label))
        for row in range(rows):
            for column in range(columns):
                cell = outputs[i, row, column].tolist()
                found = [cell[5 * b : 5 * b + 5] for b in range(number)]
                if (row, column) not in objects:
                    total["no_object"] += sum(0.5 * each[4] ** 2 for each in found)
                    continue
                x, y, box, label = objects[row, column]
                overlaps, distances = [], []
                for px, py, pw, ph, _ in found:
                    centre = (column + px) / columns, (row + py) / rows
                    w, h = pw**2, ph**2
                    corners = [
                        (centre[0] - w / 2) * width, (centre[1] - h / 2) * height,
                        (centre[0] + w / 2) * width, (centre[1] + h / 2) * height,
                    ]  # fmt: skip
                    overlaps.append(iou_by_hand(corners, box))
                    true = x / columns, y / rows, (box[2] - box[0]) / width, (box[3] - box[1]) / height
                    distances.append(math.dist((*centre, w, h), true))
                best = int(np.argmax(overlaps)) if max(overlaps) > 0 else int(np.argmin(distances))
                for b, (px, py, pw, ph, confidence) in enumerate(found):
                    if b != best:
                        total["no_object"] += 0.5 * confidence**2
                        continue
                    total["centre"] += 5 * ((px - (x - column)) ** 2 + (py - (y - row)) ** 2)
                    total["size"] += 5 * (pw - ((box[2] - box[0]) / width) ** 0.5) ** 2
                    total["size"] += 5 * (ph - ((box[3] - box[1]) / height) ** 0.5) ** 2
                    total["object"] += (confidence - overlaps[b]) ** 2
                classes = cell[5 * number :]
                total["class"] += sum((p - (k == label)) ** 2 for k, p in enumerate(classes))
    return {name: value / images for name, value in total.items()}


class TestGrid:
    def test_boxes_come_back_from_their_cells(self):
        _, targets = batch(40)
        truth = encode_yolov1(targets, (12, 12), SIZE)
        found = decode_yolov1(truth["codes"], SIZE)
        for i, each in enumerate(targets):
            back = found[i][truth["object"][i]]
            assert len(back) == len(each["boxes"]), "with cells of 8 pixels no two pets share one here"
            assert boxes.iou(each["boxes"], back).amax(1).min() > 0.9999
            labels = truth["labels"][i][truth["object"][i]]
            assert torch.equal(labels[boxes.iou(each["boxes"], back).argmax(1)], each["labels"])

    def test_height_and_width_rows_and_columns_are_not_mixed_up(self):
        truth = encode_yolov1([target((100, 10, 120, 30, 1))], (3, 8), (48, 128))
        assert truth["object"].nonzero().tolist() == [[0, 1, 6]]
        assert truth["codes"][0, 1, 6].tolist() == pytest.approx(
            [110 / 16 - 6, 20 / 16 - 1, math.sqrt(20 / 128), math.sqrt(20 / 48)]
        )
        assert decode_yolov1(truth["codes"], (48, 128))[0, 1, 6].tolist() == pytest.approx([100, 10, 120, 30])

    def test_of_two_objects_in_one_cell_the_first_is_learned(self):
        truth = encode_yolov1([target((20, 20, 30, 30, 1), (10, 10, 42, 42, 0))], (6, 6), SIZE)
        assert truth["object"].sum() == 1
        assert truth["labels"][0, 1, 1] == 1
        assert decode_yolov1(truth["codes"], SIZE)[0, 1, 1].tolist() == pytest.approx([20, 20, 30, 30])

    def test_the_same_cell_of_two_images_is_two_cells(self):
        truth = encode_yolov1([NOTHING, target((20, 20, 30, 30, 1)), target((22, 22, 28, 28, 0))], (6, 6), SIZE)
        assert truth["object"].nonzero().tolist() == [[1, 1, 1], [2, 1, 1]]
        assert truth["labels"][:, 1, 1].tolist() == [0, 1, 0]

    def test_a_sliver_at_the_far_edge_has_a_cell(self):
        """In float32 its centre is the edge itself, one cell too far."""
        x0 = float(np.nextafter(np.float32(96), np.float32(0)))
        truth = encode_yolov1([target((x0, x0, 96, 96, 0))], (6, 6), SIZE)
        assert truth["object"].nonzero().tolist() == [[0, 5, 5]]

    def test_cells_between_the_map_and_the_box_may_have_any_number_of_boxes(self):
        codes = torch.rand(2, 6, 6, 3, 4)
        together = decode_yolov1(codes, SIZE)
        for b in range(3):
            torch.testing.assert_close(together[..., b, :], decode_yolov1(codes[..., b, :], SIZE))

    def test_sizes_and_codes_that_are_none(self):
        with pytest.raises(ValueError, match=r"map_size must be at least 1, got 0"):
            encode_yolov1([NOTHING], (6, 0), SIZE)
        with pytest.raises(ValueError, match=r"size must be two whole numbers, got \(96,\)"):
            encode_yolov1([NOTHING], (6, 6), (96,))
        with pytest.raises(
            ValueError, match=r"codes must be \(N, rows, columns, ..., 4\), got a tensor of shape \(6, 4\)"
        ):
            decode_yolov1(torch.zeros(6, 4), SIZE)


class TestLosses:
    @pytest.mark.parametrize(
        ("cells", "size", "number"), [((6, 6), SIZE, 2), ((3, 8), (48, 128), 3), ((6, 6), SIZE, 1)]
    )
    def test_they_are_the_sums_of_the_equation(self, cells, size, number):
        torch.manual_seed(number)
        targets = [NOTHING]
        for _ in range(5):
            corner = torch.rand(4, 2) * torch.tensor([size[1], size[0]]) * 0.6
            sides = torch.rand(4, 2) * torch.tensor([size[1], size[0]]) * 0.35 + 2
            targets.append({"boxes": torch.cat((corner, corner + sides), 1), "labels": torch.randint(2, (4,))})
        outputs = 0.6 * torch.randn(6, *cells, 5 * number + 2)  # some roots below 0, some boxes that miss
        found = yolov1_losses(outputs, targets, size, number)
        assert list(found) == NAMES
        for name, value in losses_by_hand(outputs, targets, size, number).items():
            assert value > 0
            assert found[name].item() == pytest.approx(value, rel=1e-4), name

    def test_the_truth_costs_nothing(self):
        _, targets = batch(8)
        for name, value in yolov1_losses(perfect(targets), targets, SIZE).items():
            assert value.item() == pytest.approx(0, abs=1e-9), name

    def test_confidence_is_to_be_the_iou_and_not_1(self):
        """Boxes 24 px wide, 8 px apart: IoU 1/2. A confidence of 1 would cost nothing if 1 were asked."""
        objects = [target((36, 36, 60, 60, 0))]
        outputs = perfect(objects, boxes_of_a_cell=1)
        outputs[0, 3, 3, 0] += 0.5  # half of a cell of 16 pixels to the right
        for confidence, cost in ((0.5, 0), (1.0, 0.25), (0.0, 0.25)):
            outputs[0, 3, 3, 4] = confidence
            assert yolov1_losses(outputs, objects, SIZE, 1)["object"].item() == pytest.approx(cost, abs=1e-6)

    def test_no_gradient_goes_through_the_iou(self):
        objects = [target((36, 36, 60, 60, 0))]
        outputs = (perfect(objects) + 0.1).requires_grad_()
        yolov1_losses(outputs, objects, SIZE)["object"].backward()
        assert outputs.grad.nonzero().tolist() in ([[0, 3, 3, 4]], [[0, 3, 3, 9]])

    def test_the_other_box_of_the_cell_is_to_have_no_confidence(self):
        objects = [target((36, 36, 60, 60, 0))]
        outputs = perfect(objects)
        outputs[0, 3, 3, 4] = 0.8  # of the first box; the second has the truth
        losses = yolov1_losses(outputs, objects, SIZE)
        assert losses["no_object"].item() == pytest.approx(0.5 * 0.8**2)
        assert losses["object"].item() == pytest.approx(0, abs=1e-9)

    def test_the_larger_iou_is_responsible_though_the_other_box_is_surer(self):
        objects = [target((36, 36, 60, 60, 0))]
        truth = encode_yolov1(objects, (6, 6), SIZE)["codes"][0, 3, 3]
        near, far = truth + torch.tensor([0.1, 0, 0, 0]), truth + torch.tensor([0.6, 0, 0, 0])
        for order in ((near, far), (far, near)):
            outputs = perfect(objects)
            for b, code in enumerate(order):
                outputs[0, 3, 3, 5 * b : 5 * b + 4] = code
                outputs[0, 3, 3, 5 * b + 4] = 0.1 if code is near else 0.9
            assert yolov1_losses(outputs, objects, SIZE)["centre"].item() == pytest.approx(5 * 0.1**2, rel=1e-4)

    def test_where_no_box_overlaps_the_nearest_is_responsible(self):
        objects = [target((44, 44, 52, 52, 0))]
        outputs = torch.zeros(1, 6, 6, 12)
        outputs[0, 3, 3, :4] = torch.tensor([3.0, 0, 0.1, 0.1])
        outputs[0, 3, 3, 5:9] = torch.tensor([2.0, 0, 0.1, 0.1])
        outputs[0, 3, 3, 4] = outputs[0, 3, 3, 9] = 0.3
        losses = yolov1_losses(outputs, objects, SIZE)
        assert losses["centre"].item() == pytest.approx(5 * 2.0**2)
        assert losses["object"].item() == pytest.approx(0.3**2), "its confidence is to be 0, its IoU"

    def test_a_box_apart_on_both_axes_overlaps_nothing(self):
        """The product of two negative sides is positive: unclamped, these two would have an IoU."""
        objects = [target((2, 2, 10, 10, 0))]
        outputs = perfect(objects, boxes_of_a_cell=1)
        outputs[0, 0, 0, :2] += 3
        outputs[0, 0, 0, 4] = 0.0
        assert yolov1_losses(outputs, objects, SIZE, 1)["object"].item() == 0

    def test_cells_and_images_are_not_mixed_in_one_iou(self):
        """x and y in cells with w and h in images gave 0.20 where the truth is 0.80."""
        objects = [target((40, 40, 76, 76, 0))]
        outputs = perfect(objects, boxes_of_a_cell=1)
        outputs[0, 3, 3, 0] += 4 / 16
        assert iou_by_hand((44, 40, 80, 76), (40, 40, 76, 76)) == pytest.approx(0.8)
        outputs[0, 3, 3, 4] = 0.8
        assert yolov1_losses(outputs, objects, SIZE, 1)["object"].item() == pytest.approx(0, abs=1e-6)

    def test_outputs_below_0_have_losses_and_gradients(self):
        """The root of a prediction would be NaN; here the network predicts the root, which is squared to a size."""
        _, targets = batch(4)
        outputs = torch.full((4, 6, 6, 12), -0.5, requires_grad=True)
        losses = yolov1_losses(outputs, targets, SIZE)
        sum(losses.values()).backward()
        assert all(torch.isfinite(loss) for loss in losses.values())
        assert torch.isfinite(outputs.grad).all()
        root = encode_yolov1([target((36, 36, 60, 60, 0))], (6, 6), SIZE)["codes"][0, 3, 3, 2].item()
        outputs = torch.full((1, 6, 6, 12), -0.5)
        assert yolov1_losses(outputs, [target((36, 36, 60, 60, 0))], SIZE)["size"].item() == pytest.approx(
            5 * 2 * (-0.5 - root) ** 2
        ), "the root is compared as it was predicted, with its sign"

    def test_the_same_images_twice_are_no_larger_loss(self):
        _, targets = batch(3)
        outputs = torch.randn(3, 6, 6, 12)
        once, twice = (yolov1_losses(outputs.repeat(n, 1, 1, 1), targets * n, SIZE) for n in (1, 2))
        for name in NAMES:
            assert twice[name].item() == pytest.approx(once[name].item(), rel=1e-5)

    def test_an_image_does_not_know_the_objects_of_another(self):
        _, targets = batch(4)
        outputs = torch.randn(4, 6, 6, 12)
        together = yolov1_losses(outputs, targets, SIZE)
        alone = [yolov1_losses(outputs[[i]], [targets[i]], SIZE) for i in range(4)]
        for name in NAMES:
            assert together[name].item() == pytest.approx(np.mean([each[name].item() for each in alone]), rel=1e-5)

    def test_classes_count_once_in_a_cell_with_an_object_and_nowhere_else(self):
        objects = [target((36, 36, 60, 60, 1))]
        for number in (1, 2, 3):
            outputs = perfect(objects, boxes_of_a_cell=number)
            outputs[..., -2:] = 0.25
            assert yolov1_losses(outputs, objects, SIZE, number)["class"].item() == pytest.approx(0.25**2 + 0.75**2)

    def test_outputs_that_hold_no_class(self):
        with pytest.raises(ValueError, match=r"outputs must be \(N, rows, columns, 5 \* 2 \+ classes\), got a"):
            yolov1_losses(torch.zeros(1, 6, 6, 10), [NOTHING], SIZE)


class TestModel:
    @pytest.mark.parametrize("options", [{}, {"fast": True}, {"head": "dense"}, {"batch_norm": False}])
    def test_all_parts_learn(self, options):
        model = small(**options)
        losses = model(*batch())
        assert list(losses) == NAMES
        sum(losses.values()).backward()
        assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())

    def test_fast_yolo_has_about_half_of_the_convolutions_and_none_is_without_bias_or_normalisation(self):
        def count(model, kind):
            return sum(isinstance(module, kind) for module in model.modules())

        full, fast, plain = small(), small(fast=True), small(batch_norm=False)
        assert [count(each, torch.nn.Conv2d) for each in (full, fast, plain)] == [12, 6, 12]
        assert [count(each, torch.nn.BatchNorm2d) for each in (full, fast, plain)] == [11, 5, 0]
        assert all(layer.bias is not None for layer in plain.modules() if isinstance(layer, torch.nn.Conv2d))

    def test_what_it_knows_to_be_true_it_finds(self, monkeypatch):
        images, targets = batch(20, seed=7)
        crowded = [len(each["boxes"]) - int(encode_yolov1([each], (6, 6), SIZE)["object"].sum()) for each in targets]
        model = small().eval()
        monkeypatch.setattr(model, "outputs", lambda images: perfect(targets))
        found = model(images)
        for each, true, shared in zip(found, targets, crowded, strict=True):
            assert len(each["boxes"]) == len(true["boxes"]) - shared
            pairs = boxes.iou(true["boxes"], each["boxes"])
            assert shared or pairs.amax(1).min() > 0.9999
            assert shared or torch.equal(each["labels"][pairs.argmax(1)], true["labels"])
            assert torch.allclose(each["scores"], torch.ones(len(each["scores"])))

    def test_the_score_is_confidence_times_class(self):
        outputs = torch.zeros(1, 1, 1, 12)
        outputs[0, 0, 0] = torch.tensor([0.5, 0.5, 1, 1, 0.5, 0.5, 0.5, 1, 1, 0.9, 0.25, 0.75])
        _, scores = small().candidates(outputs, (16, 16))
        assert scores[0].flatten().tolist() == pytest.approx([0.125, 0.375, 0.225, 0.675])

    def test_two_negative_outputs_make_no_high_score(self):
        outputs = torch.zeros(1, 1, 1, 12)
        outputs[0, 0, 0] = torch.tensor([0.5, 0.5, 1, 1, -0.9, 0.5, 0.5, 1, 1, 1.5, -0.9, 1.5])
        _, scores = small().candidates(outputs, (16, 16))
        assert scores[0].tolist() == [[0, 0], [0, 1]]

    def test_low_scores_are_kept(self, monkeypatch):
        """A threshold of one half before the average precision is computed would cut the curve off."""
        images, targets = batch()
        outputs = perfect(targets)
        outputs[..., 9] *= 0.02
        model = small().eval()
        monkeypatch.setattr(model, "outputs", lambda images: outputs)
        found = model(images)
        assert metrics.average_precision(found, targets, 0.5) == pytest.approx(1)
        assert max(each["scores"].max() for each in found) < 0.03

    def test_all_cells_share_the_weights_of_the_convolutional_head_and_none_does_those_of_the_dense_one(self):
        features = torch.rand(1, 24, 6, 6)
        shifted = features.roll(1, -1)  # one cell to the right
        for options, alike in (({}, True), ({"head": "dense"}, False)):
            head = small(**options).eval().head
            assert torch.allclose(head(features).roll(1, -1), head(shifted), atol=1e-5) is alike

    def test_images_of_other_sizes_and_those_that_do_not_fit(self):
        model = small().eval()
        torch.nn.init.constant_(model.head.bias, 0.9)
        found = model(torch.rand(1, 3, 64, 128))[0]
        assert found["boxes"][:, [0, 2]].max() <= 128
        assert found["boxes"][:, [1, 3]].max() <= 64
        with pytest.raises(ValueError, match=r"multiples of 16, got \(60, 96\)"):
            model(torch.rand(1, 3, 60, 96))
        with pytest.raises(ValueError, match=r"images must be 96 x 96 pixels for this dense head, got \(64, 128\)"):
            small(head="dense").eval()(torch.rand(1, 3, 64, 128))

    def test_targets_in_evaluation_mode_give_losses_and_none_in_training_mode_is_an_error(self):
        images, targets = batch()
        model = small()
        with pytest.raises(ValueError, match=r"targets must be given in training mode; .*model\.eval\(\)"):
            model(images)
        assert list(model.eval()(images, targets)) == NAMES

    def test_clear_errors(self):
        images, targets = batch()
        with pytest.raises(ValueError, match=r"floats in 0\.\.1, got numbers from 0 to 255"):
            small()((images * 255).round(), targets)
        for wrong, message in (
            ({"head": "fc"}, "head must be one of 'conv', 'dense'"),
            ({"boxes": 0}, "boxes must be at least 1"),
            ({"width": 0}, "width must be at least 1"),
            ({"head": "dense", "size": 100}, "multiples of 16"),
            ({"head": "dense", "hidden": 0}, "hidden must be at least 1"),
        ):
            with pytest.raises(ValueError, match=message):
                small(**wrong)
        with pytest.raises(TypeError, match="fast must be True or False"):
            small(fast=1)
        with pytest.raises(ValueError, match="classes must be at least 1"):
            detection.YOLOv1(0)

    def test_losses_and_boxes_are_computed_in_full_precision(self):
        images, targets = batch()
        model = small().eval()
        with torch.autocast("cpu", torch.bfloat16):
            half = model(images, targets)
            found = model(images)
        for name, value in model(images, targets).items():
            assert half[name].dtype == torch.float32
            assert half[name].item() == pytest.approx(value.item(), rel=0.1, abs=1e-3)
        assert found[0]["boxes"].dtype == torch.float32

    def test_images_without_objects_train_and_a_batch_of_nothing_else(self):
        images, targets = batch()
        for given in ([targets[0], NOTHING], [NOTHING, NOTHING]):
            losses = small()(images, given)
            sum(losses.values()).backward()
            assert all(torch.isfinite(loss) for loss in losses.values())
        assert (
            losses["centre"].item() == losses["size"].item() == losses["object"].item() == losses["class"].item() == 0
        )
        assert losses["no_object"].item() > 0

    def test_the_images_of_a_batch_do_not_touch_each_other_in_prediction(self):
        model = small(width=8).eval()
        images, _ = batch(4)
        together = model(images)
        order = [2, 0, 3, 1]
        for k, each in zip(order, model(images[order]), strict=True):
            assert torch.allclose(each["boxes"], together[k]["boxes"], atol=1e-3)
            assert torch.equal(each["labels"], together[k]["labels"])

    def test_one_image_is_learned_by_heart(self):
        scene = pets.scenes(3, seed=304)[2:]
        model = small(width=8)
        history = train.fit(model, scene, epochs=80, learning_rate=5e-3, schedule=train.one_cycle, clip=10.0, **STEP)
        assert history["loss"][-1] < history["loss"][0] / 20
        found = model.eval()(torch.tensor(scene.images).permute(0, 3, 1, 2) / 255)
        assert metrics.average_precision(found, scene.targets, 0.5) == pytest.approx(1)
