"""YOLOv2: its boxes, its loss against a loop over all of them, and the mistakes that others made with it."""

import math

import numpy as np
import pytest
import torch

from dlcourse import boxes, detection, metrics, train
from dlcourse.data import pets
from dlcourse.detection import decode_yolov2, yolov2_losses
from dlcourse.detection._yolov2 import PULLED
from yolo_cases import NOTHING, SIZE, STEP, batch, iou_by_hand, target

NAMES = ["centre", "size", "object", "no_object", "class", "prior"]
PRIORS = torch.tensor([[30.0, 20.0], [20.0, 32.0], [48.0, 48.0]])
KINDS = {"bounded": (PRIORS, True), "unbounded": (PRIORS, False), "direct": (None, True)}


def small(**options):
    torch.manual_seed(0)
    return detection.YOLOv2(2, **{"width": 4, **options})


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def perfect(targets, priors=PRIORS, cells=(6, 6), stride=16):
    """Outputs that say the truth, with bounds."""
    outputs = torch.zeros(len(targets), *cells, len(priors), 7)
    outputs[..., 4] = -20
    for i, each in enumerate(targets):
        for (x0, y0, x1, y1), label in zip(each["boxes"].tolist(), each["labels"].tolist(), strict=True):
            w, h = x1 - x0, y1 - y0
            shapes = [iou_by_hand((0, 0, w, h), (0, 0, *prior)) for prior in priors.tolist()]
            best = int(np.argmax(shapes))
            x, y = (x0 + x1) / 2 / stride, (y0 + y1) / 2 / stride
            inside = torch.tensor([x - int(x), y - int(y)]).clamp(1e-6, 1 - 1e-6)
            outputs[i, int(y), int(x), best, :2] = inside.logit()
            outputs[i, int(y), int(x), best, 2:4] = (torch.tensor([w, h]) / priors[best]).log()
            outputs[i, int(y), int(x), best, 4] = 20
            outputs[i, int(y), int(x), best, 5:] = torch.tensor([20.0, -20] if label == 0 else [-20.0, 20])
    return outputs


def losses_by_hand(outputs, targets, size, priors, bounded, early):
    """darknet's region layer as a loop over images, boxes and objects, in Python's numbers."""
    total = dict.fromkeys(NAMES, 0.0)
    height, width = size
    images, rows, columns, number, _ = outputs.shape
    for i in range(images):
        objects = list(zip(targets[i]["boxes"].tolist(), targets[i]["labels"].tolist(), strict=True))
        codes, corners = {}, {}
        for row in range(rows):
            for column in range(columns):
                for a in range(number):
                    x, y, w, h = outputs[i, row, column, a, :4].tolist()
                    if priors is None:
                        centre = (column + x) * width / columns, (row + y) * height / rows
                        sides = w * w * width, h * h * height
                    else:
                        pw, ph = priors[a].tolist()
                        if bounded:
                            x, y = sigmoid(x), sigmoid(y)
                            centre = (column + x) * width / columns, (row + y) * height / rows
                        else:
                            middle = (column + 0.5) * width / columns, (row + 0.5) * height / rows
                            centre = middle[0] + x * pw, middle[1] + y * ph
                        sides = pw * math.exp(w), ph * math.exp(h)
                    codes[row, column, a] = x, y, w, h
                    corners[row, column, a] = (
                        centre[0] - sides[0] / 2, centre[1] - sides[1] / 2,
                        centre[0] + sides[0] / 2, centre[1] + sides[1] / 2,
                    )  # fmt: skip
        owners = {}
        for box, label in objects:
            x, y = (box[0] + box[2]) / 2 * columns / width, (box[1] + box[3]) / 2 * rows / height
            w, h = box[2] - box[0], box[3] - box[1]
            row, column = int(y), int(x)
            if priors is None:
                fits = [iou_by_hand(corners[row, column, a], box) for a in range(number)]
                wanted = x - column, y - row, (w / width) ** 0.5, (h / height) ** 0.5
                best = int(np.argmax(fits))
            else:
                best = int(np.argmax([iou_by_hand((0, 0, w, h), (0, 0, *prior)) for prior in priors.tolist()]))
                pw, ph = priors[best].tolist()
                moved = x - column, y - row
                if not bounded:
                    moved = (moved[0] - 0.5) * width / columns / pw, (moved[1] - 0.5) * height / rows / ph
                wanted = *moved, math.log(w / pw), math.log(h / ph)
            owners[row, column, best] = box, label, wanted
        for place, found in corners.items():
            numbers = outputs[(i, *place)].tolist()
            if place not in owners:
                if max([iou_by_hand(found, box) for box, _ in objects], default=0) <= 0.6:
                    total["no_object"] += sigmoid(numbers[4]) ** 2 / 2
                if early and priors is not None:
                    usual = (0.5, 0.5, 0, 0) if bounded else (0, 0, 0, 0)
                    total["prior"] += 0.01 * sum((a - b) ** 2 for a, b in zip(codes[place], usual, strict=True)) / 2
                continue
            box, label, wanted = owners[place]
            weight = 2 - (box[2] - box[0]) * (box[3] - box[1]) / (height * width)
            square = [weight * (a - b) ** 2 / 2 for a, b in zip(codes[place], wanted, strict=True)]
            total["centre"] += square[0] + square[1]
            total["size"] += square[2] + square[3]
            total["object"] += 5 * (sigmoid(numbers[4]) - iou_by_hand(found, box)) ** 2 / 2
            total["class"] += math.log(sum(math.exp(p) for p in numbers[5:])) - numbers[5 + label]
    return {name: value / images for name, value in total.items()}


class TestLosses:
    @pytest.mark.parametrize("early", [False, True])
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize(("cells", "size"), [((6, 6), SIZE), ((3, 8), (48, 128))])
    def test_they_are_darknets_sums(self, kind, early, cells, size):
        priors, bounded = KINDS[kind]
        torch.manual_seed(1)
        targets = [NOTHING]
        for _ in range(5):
            corner = torch.rand(4, 2) * torch.tensor([size[1], size[0]]) * 0.6
            sides = torch.rand(4, 2) * torch.tensor([size[1], size[0]]) * 0.35 + 4
            targets.append({"boxes": torch.cat((corner, corner + sides), 1), "labels": torch.randint(2, (4,))})
        outputs = 0.5 * torch.randn(6, *cells, 3, 7)
        found = yolov2_losses(outputs, targets, size, priors, bounded=bounded, early=early)
        assert list(found) == NAMES
        for name, value in losses_by_hand(outputs, targets, size, priors, bounded, early).items():
            assert (value > 0) is (name != "prior" or (early and priors is not None))
            assert found[name].item() == pytest.approx(value, rel=1e-4), name

    def test_the_truth_costs_nothing(self):
        _, targets = batch(8)
        for name, value in yolov2_losses(perfect(targets), targets, SIZE, PRIORS).items():
            assert value.item() == pytest.approx(0, abs=1e-5), name

    def test_objectness_is_to_be_the_iou_and_no_gradient_goes_through_it(self):
        objects = [target((36, 36, 60, 60, 0))]
        outputs = perfect(objects)
        outputs[0, 3, 3, :, 2] += math.log(0.5)  # half as wide: IoU 1/2
        best = int(outputs[0, 3, 3, :, 4].argmax())
        outputs[0, 3, 3, best, 4] = 0
        outputs.requires_grad_()
        loss = yolov2_losses(outputs, objects, SIZE, PRIORS)["object"]
        assert loss.item() == pytest.approx(0, abs=1e-6)
        with torch.no_grad():
            outputs[0, 3, 3, best, 4] = 1
        yolov2_losses(outputs, objects, SIZE, PRIORS)["object"].backward()
        assert outputs.grad.nonzero().tolist() == [[0, 3, 3, best, 4]]

    def test_a_box_that_fits_an_object_of_another_cell_is_ignored_there_and_punished_in_other_images(self):
        """Computed across the batch, the ignored boxes of one image would be forgiven in all."""
        objects = target((32, 36, 62, 56, 0))  # as the first prior, a cell's half left of the middle
        outputs = torch.full((2, 6, 6, 3, 7), 0.0)
        outputs[..., 4] = -20
        outputs[:, 2, 3, 0, :2] = torch.tensor([-20.0, 0.0])  # the cell beside: its box reaches over, too
        outputs[:, 2, 3, 0, 4] = 0
        outputs[:, 2, 3, 0, 1] = 20
        found = decode_yolov2(torch.cat((outputs[..., :2].sigmoid(), outputs[..., 2:4]), -1), SIZE, PRIORS)
        assert boxes.iou(found[0, 2, 3, :1], objects["boxes"]).item() > 0.6
        alone = yolov2_losses(outputs[:1], [objects], SIZE, PRIORS)
        assert alone["no_object"].item() == pytest.approx(0, abs=1e-6)
        both = yolov2_losses(outputs, [objects, NOTHING], SIZE, PRIORS)
        assert both["no_object"].item() == pytest.approx(0.5**2 / 2 / 2)

    def test_a_small_object_counts_more(self):
        """2 - w h: a box of 0.3 x 0.3 of the image against one of 0.9 x 0.9 with the same errors in its codes."""
        losses = []
        for side in (28.8, 86.4):
            priors = torch.tensor([[side, side]])
            objects = [target((48 - side / 2, 48 - side / 2, 48 + side / 2, 48 + side / 2, 0))]
            outputs = perfect(objects, priors)
            outputs[0, 3, 3, 0, 2:4] += 0.1
            losses.append(yolov2_losses(outputs, objects, SIZE, priors)["size"].item())
        assert losses[0] / losses[1] == pytest.approx((2 - 0.09) / (2 - 0.81), rel=1e-3)

    def test_of_two_objects_of_one_box_the_last_is_learned(self):
        pair = [target((36, 36, 60, 60, 0), (38, 38, 62, 62, 1))]
        losses = yolov2_losses(perfect([target((38, 38, 62, 62, 1))]), pair, SIZE, PRIORS)
        assert losses["class"].item() == pytest.approx(0, abs=1e-6)
        assert losses["centre"].item() == pytest.approx(0, abs=1e-6)

    def test_two_objects_of_one_cell_with_other_shapes_are_both_learned(self):
        """In YOLOv1 a cell had one object and one class; here each of its boxes has its own."""
        pair = [target((36, 42, 66, 62, 0), (42, 36, 62, 68, 1))]
        outputs = perfect(pair)
        assert ((outputs[0, 3, 3, :, 4] > 0).sum()) == 2
        assert sum(yolov2_losses(outputs, pair, SIZE, PRIORS).values()).item() == pytest.approx(0, abs=1e-5)

    def test_the_same_images_twice_are_no_larger_loss(self):
        _, targets = batch(3)
        outputs = torch.randn(3, 6, 6, 3, 7)
        once, twice = (
            yolov2_losses(outputs.repeat(n, 1, 1, 1, 1), targets * n, SIZE, PRIORS, early=True) for n in (1, 2)
        )
        for name in NAMES:
            assert twice[name].item() == pytest.approx(once[name].item(), rel=1e-5)


class TestBoxes:
    def test_a_bounded_centre_stays_in_its_cell_and_an_unbounded_one_goes_anywhere(self):
        codes = torch.randn(1, 6, 6, 3, 4) * 10
        for bounded in (True, False):
            numbers = torch.cat((codes[..., :2].sigmoid(), codes[..., 2:]), -1) if bounded else codes
            found = decode_yolov2(numbers, SIZE, PRIORS, bounded=bounded).double()
            at = (found[..., :2] + found[..., 2:]) / 2 / 16
            row, column = torch.meshgrid(torch.arange(6), torch.arange(6), indexing="ij")
            off = at - torch.stack((column, row), -1)[:, :, None]
            inside = ((off > -0.01) & (off < 1.01)).all(-1)
            assert bool(inside.all()) is bounded

    def test_an_enormous_output_is_no_infinite_box(self):
        assert torch.isfinite(decode_yolov2(torch.full((1, 6, 6, 3, 4), 1e4), SIZE, PRIORS)).all()

    def test_height_and_width_rows_and_columns_are_not_mixed_up(self):
        codes = torch.zeros(1, 3, 8, 1, 4)
        codes[..., :2] = torch.tensor([0.25, 0.75])
        found = decode_yolov2(codes, (48, 128), torch.tensor([[20.0, 8.0]]))[0, 1, 6, 0]
        assert found.tolist() == [100 - 10, 28 - 4, 100 + 10, 28 + 4]

    def test_shapes_that_are_none(self):
        with pytest.raises(ValueError, match=r"codes must be \(N, rows, columns, 3, 4\), got a tensor of shape"):
            decode_yolov2(torch.zeros(1, 6, 6, 2, 4), SIZE, PRIORS)
        with pytest.raises(ValueError, match=r"outputs must be \(N, rows, columns, A, 5 \+ classes\), got a tensor of"):
            yolov2_losses(torch.zeros(1, 6, 6, 3, 5), [NOTHING], SIZE, PRIORS)
        with pytest.raises(ValueError, match=r"codes must be \(N, rows, columns, 3, 4\)"):
            yolov2_losses(torch.zeros(1, 6, 6, 2, 7), [NOTHING], SIZE, PRIORS)


class TestModel:
    @pytest.mark.parametrize(
        "options", [{}, {"priors": None}, {"bounded": False}, {"passthrough": False}, {"batch_norm": False}]
    )
    def test_all_parts_learn_with_each_option(self, options):
        model = small(**options)
        losses = model(*batch())
        assert list(losses) == NAMES
        sum(losses.values()).backward()
        assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())

    def test_the_passthrough_brings_all_of_the_finer_map_and_moves_nothing(self):
        """Each place of the coarse map gets its own four places of the fine one, as channels."""
        fine = torch.arange(4 * 144).reshape(1, 4, 12, 12)
        stacked = torch.nn.functional.pixel_unshuffle(fine, 2)
        for row, column in ((0, 0), (2, 5), (5, 1)):
            here = fine[0, :, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2].flatten()
            assert set(stacked[0, :, row, column].tolist()) == set(here.tolist())
        image = torch.rand(1, 3, 96, 96)
        with_it, without = small(), small(passthrough=False)
        for model, changed in ((with_it, True), (without, False)):
            model.eval()
            model.coarse.register_forward_hook(lambda module, inputs, output: torch.zeros_like(output))
            difference = (model.outputs(image) - model.outputs(1 - image)).abs().max().item()
            assert (difference > 0) is changed, "what is left comes past the coarse map"

    def test_boxes_are_pulled_to_their_priors_in_the_first_images_of_training_only(self):
        model, (images, targets) = small(), batch()
        model.eval()
        model(images, targets)
        assert model.seen == 0
        model.train()
        assert model(images, targets)["prior"] > 0
        assert model.seen == 2
        model.seen.fill_(PULLED)
        assert model(images, targets)["prior"] == 0

    def test_what_it_knows_to_be_true_it_finds(self, monkeypatch):
        images, targets = batch(20, seed=7)
        model = small(priors=PRIORS).eval()
        monkeypatch.setattr(model, "outputs", lambda images: perfect(targets))
        assert metrics.average_precision(model(images), targets, 0.9) > 0.97  # two may share cell and shape

    def test_the_score_is_objectness_times_class(self):
        outputs = torch.zeros(1, 1, 1, 3, 7)
        outputs[..., 4] = math.log(0.4 / 0.6)
        outputs[..., 5] = math.log(3)
        _, scores = small(priors=PRIORS).candidates(outputs, (16, 16))
        assert scores[0, 0].tolist() == pytest.approx([0.4 * 0.75, 0.4 * 0.25])

    def test_the_same_network_takes_images_of_other_sizes(self):
        model = small().eval()
        torch.nn.init.constant_(model.head.bias, 0.0)
        found = model(torch.rand(1, 3, 64, 128))[0]
        assert found["boxes"][:, [0, 2]].max() <= 128
        assert found["boxes"][:, [1, 3]].max() <= 64
        with pytest.raises(ValueError, match=r"multiples of 16, got \(60, 96\)"):
            model(torch.rand(1, 3, 60, 96))

    def test_its_priors_fit_the_pets(self):
        """What the constant says is what `shape_priors` finds, and five fit better than two."""
        found = np.concatenate([each["boxes"] for each in pets.scenes(1000, seed=300).targets])
        sizes = found[:, 2:] - found[:, :2]
        five, two = detection.shape_priors(sizes, 5), detection.shape_priors(sizes, 2)
        assert np.allclose(five, small().priors, atol=0.06)
        zero = np.zeros((len(sizes), 2))
        fit = [boxes.iou(np.c_[zero, sizes], np.c_[zero[: len(p)], p]).max(1).mean() for p in (two, five)]
        assert fit[1] > fit[0] + 0.05

    def test_clear_errors(self):
        images, targets = batch()
        with pytest.raises(ValueError, match=r"targets must be given in training mode"):
            small()(images)
        with pytest.raises(ValueError, match=r"floats in 0\.\.1, got numbers from 0 to 255"):
            small()((images * 255).round(), targets)
        for wrong, message in (
            ({"priors": [(1, 0)]}, "priors must be widths and heights above 0"),
            ({"priors": [1, 2]}, "priors must have shape"),
            ({"priors": None, "direct": 0}, "direct must be at least 1"),
            ({"width": 0}, "width must be at least 1"),
        ):
            with pytest.raises(ValueError, match=message):
                small(**wrong)
        for name in ("bounded", "passthrough", "batch_norm"):
            with pytest.raises(TypeError, match=f"{name} must be True or False"):
                small(**{name: 1})

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
        for priors in (PRIORS, None):
            for given in ([targets[0], NOTHING], [NOTHING, NOTHING]):
                losses = small(priors=priors)(images, given)
                sum(losses.values()).backward()
                assert all(torch.isfinite(loss) for loss in losses.values())
            assert losses["centre"] == losses["size"] == losses["object"] == losses["class"] == 0
            assert losses["no_object"] > 0

    def test_one_image_is_learned_by_heart_at_two_sizes(self):
        scene = pets.scenes(3, seed=304)[2:]
        model = small(width=8)
        train.fit(
            model, scene, epochs=80, learning_rate=5e-3, schedule=train.one_cycle, clip=10.0,
            augment=lambda batch: detection.rescaled(*batch, sizes=(96, 128)), **STEP,
        )  # fmt: skip
        image = torch.tensor(scene.images).permute(0, 3, 1, 2) / 255
        larger, truth = detection.rescaled(image, [{"boxes": torch.tensor(scene.targets[0]["boxes"])}], (128,))
        truth[0]["labels"] = scene.targets[0]["labels"]
        model.eval()
        assert metrics.average_precision(model(image), scene.targets, 0.5) == pytest.approx(1)
        assert metrics.average_precision(model(larger), truth, 0.5) == pytest.approx(1)
