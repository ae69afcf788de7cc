"""YOLOv3: its losses by a loop over all predictors, and the mistakes that others made.

Some mistakes of re-implementations cannot be made here, or are tested elsewhere:
- sums that are not divided by the batch: test_a_batch_of_copies_costs_what_one_image_costs.
- roots of predictions, confidence targets: YOLOv1's; here sizes are logarithms, and objectness learns 1.
- coordinates from 1 less 1 in unsigned numbers, mirrored boxes below 0, boxes without area, boxes that were not scaled
  with their image: test_batch.py refuses what comes of them.
- average precision that counts an object twice: tests/package/metrics.
"""

import itertools
import math

import numpy as np
import pytest
import torch

from dlcourse import boxes, detection, metrics, train
from dlcourse.data import pets
from dlcourse.detection import _pyramid, _yolo, _yolov3

STEP = {"step": lambda model, batch: model(*batch), "progress": False, "device": "cpu"}
NOTHING = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)}


def small(classes=2, **options):
    torch.manual_seed(0)
    return detection.YOLOv3(classes, **{"width": 4, **options})


def target(*rows):
    """Rows of x0, y0, x1, y1, label."""
    table = torch.tensor(rows, dtype=torch.float32)
    return {"boxes": table[:, :4], "labels": table[:, 4].long()}


def random_outputs(n, size=(96, 96), classes=2, seed=0):
    dice = torch.Generator().manual_seed(seed)
    shape = (5 + classes,)
    return [torch.randn(n, size[0] // s, size[1] // s, 3, *shape, generator=dice) for s in (4, 8, 16)]


def overlap(a, b):
    """IoU of two boxes, one number after the other."""
    w = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    h = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    return w * h / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h)


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def entropy(x, truth):
    return -truth * math.log(sigmoid(x)) - (1 - truth) * math.log(1 - sigmoid(x))


def by_a_loop(outputs, targets, size, ignore, classes=2):
    """The losses of the paper and its program, predictor by predictor."""
    sums = dict.fromkeys(("centre", "size", "object", "no_object", "class"), 0.0)
    for i, truth in enumerate(targets):
        objects = list(zip(truth["boxes"].tolist(), truth["labels"].tolist(), strict=True))
        owner = {}
        for box, label in objects:
            w, h = box[2] - box[0], box[3] - box[1]
            shapes = [(0, 0, *prior) for level in _yolov3.PRIORS for prior in level]
            best = max(range(9), key=lambda k: overlap((0, 0, w, h), shapes[k]))
            stride = (4, 8, 16)[best // 3]
            column, row = (box[0] + box[2]) / 2 / stride, (box[1] + box[3]) / 2 / stride
            owner[best // 3, int(row), int(column), best % 3] = box, label, column % 1, row % 1
        for level, stride in enumerate((4, 8, 16)):
            _, rows, columns, _, _ = outputs[level].shape
            for row, column, k in itertools.product(range(rows), range(columns), range(3)):
                numbers = outputs[level][i, row, column, k].tolist()
                pw, ph = _yolov3.PRIORS[level][k]
                x, y = (sigmoid(numbers[0]) + column) * stride, (sigmoid(numbers[1]) + row) * stride
                w, h = pw * math.exp(numbers[2]), ph * math.exp(numbers[3])
                mine = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
                if (level, row, column, k) not in owner:
                    if all(overlap(mine, box) <= ignore for box, _ in objects):
                        sums["no_object"] += entropy(numbers[4], 0)
                    continue
                box, label, dx, dy = owner[level, row, column, k]
                tw, th = math.log((box[2] - box[0]) / pw), math.log((box[3] - box[1]) / ph)
                weight = 2 - (box[2] - box[0]) * (box[3] - box[1]) / (size[0] * size[1])
                sums["centre"] += weight * (entropy(numbers[0], dx) + entropy(numbers[1], dy))
                sums["size"] += weight * ((numbers[2] - tw) ** 2 + (numbers[3] - th) ** 2) / 2
                sums["object"] += entropy(numbers[4], 1)
                sums["class"] += sum(entropy(numbers[5 + c], float(c == label)) for c in range(classes))
    return {name: value / len(targets) for name, value in sums.items()}


class TestLosses:
    TARGETS = (
        target([3, 5, 30, 40, 1], [50, 20, 90, 61, 0]),
        NOTHING,
        target([41, 40, 71, 70, 0], [43, 40, 73, 70, 1], [5, 60, 60, 64, 1]),  # the first two belong to one predictor
    )

    @pytest.mark.parametrize("ignore", [0.3, 0.5, 0.7])
    @pytest.mark.parametrize("size", [(96, 96), (96, 128)])
    def test_they_are_those_of_a_loop_over_all_predictors(self, ignore, size):
        outputs = random_outputs(3, size)
        found = small(ignore=ignore).losses(outputs, self.TARGETS, size)
        wanted = by_a_loop(outputs, self.TARGETS, size, ignore)
        assert list(found) == list(wanted)
        assert {name: value.item() for name, value in found.items()} == pytest.approx(wanted, rel=1e-4)

    def test_gradients_are_those_of_the_papers_program(self):
        """For x: sigmoid(tx) - target, times 2 - w h; for w: tw - target, times the same."""
        outputs = [each.requires_grad_() for each in random_outputs(1)]
        box = torch.tensor([20.0, 30, 63, 68])  # the shape of the second prior of stride 8; centre (41.5, 49)
        losses = small().losses(outputs, [{"boxes": box[None], "labels": torch.tensor([1])}], (96, 96))
        (losses["centre"] + losses["size"]).backward()
        numbers, weight = outputs[1][0, 6, 5, 1], 2 - 43 * 38 / 96**2
        place = torch.tensor([41.5 / 8 - 5, 49 / 8 - 6])
        expected = torch.cat((numbers[:2].sigmoid() - place, numbers[2:4])) * weight
        torch.testing.assert_close(outputs[1].grad[0, 6, 5, 1, :4], expected)
        assert (outputs[1].grad != 0).sum() == 4
        assert not outputs[0].grad.any()
        assert not outputs[2].grad.any()

    def test_the_overlaps_that_say_who_is_left_alone_keep_nothing_for_the_gradient(self):
        """A comparison passes no gradient on: what the IoU of each box with each object is made of can go at once."""
        outputs, kept = [each.requires_grad_() for each in random_outputs(3)], []
        with torch.autograd.graph.saved_tensors_hooks(lambda tensor: kept.append(tensor) or tensor, lambda same: same):
            small().losses(outputs, self.TARGETS, (96, 96))
        places = 3 * (24**2 + 12**2 + 6**2)  # rows of the boxes of one image, and of their overlaps
        assert len(kept) > 5
        assert not [each.shape for each in kept if each.requires_grad and each.shape[0] == places]

    def test_an_object_has_one_predictor_that_of_the_best_of_all_nine_shapes(self):
        for level, k in itertools.product(range(3), range(3)):
            w, h = _yolov3.PRIORS[level][k]
            image, predictor, codes, _, _ = small().assign([target([10, 20, 10 + w, 20 + h, 0])], (96, 96))
            stride, before = (4, 8, 16)[level], (0, 3 * 576, 3 * 720)[level]
            cell = int((20 + h / 2) // stride) * (96 // stride) + int((10 + w / 2) // stride)
            assert (image.tolist(), predictor.tolist()) == ([0], [before + 3 * cell + k])
            torch.testing.assert_close(codes[0, 2:], torch.zeros(2), atol=1e-6, rtol=0)

    def test_rows_and_columns_are_not_exchanged(self):
        """A box in the upper right corner of a wide image; elsewhere gi and gj changed places."""
        truth = target([135, 2, 160, 38, 0])  # centre (147.5, 20), shape of prior 0 of stride 4
        _, predictor, codes, _, _ = small().assign([truth], (64, 160))
        assert predictor.tolist() == [3 * (5 * 40 + 36)]
        torch.testing.assert_close(codes[0, :2], torch.tensor([147.5 / 4 - 36, 0.0]))

    def test_a_centre_on_the_far_edge_has_a_cell(self):
        """Only a box without size could have it there, or one whose half is rounded away."""
        edge = 96 - 1e-6
        _, predictor, _, _, _ = small().assign([target([edge - 1e-6, 0, 96, 36, 0])], (96, 96))
        assert int(predictor) < 3 * 756

    def test_codes_put_where_they_belong_give_the_objects_back(self):
        dice = np.random.default_rng(0)
        low = dice.uniform(0, 60, (40, 2))
        found = torch.tensor(np.concatenate((low, low + dice.uniform(3, 36, (40, 2))), 1), dtype=torch.float32)
        model = small()
        for box in found:
            _, predictor, codes, _, _ = model.assign([{"boxes": box[None], "labels": torch.zeros(1).long()}], (96, 96))
            flat = torch.zeros(1, 3 * 756, 7)
            flat[0, predictor, :2], flat[0, predictor, 2:4] = codes[:, :2].logit(), codes[:, 2:]
            outputs = [
                part.reshape(1, 96 // s, 96 // s, 3, 7)
                for part, s in zip(flat.split([1728, 432, 108], 1), (4, 8, 16), strict=True)
            ]
            torch.testing.assert_close(model.boxes(outputs)[0, predictor[0]], box, atol=1e-3, rtol=0)

    def test_an_object_shields_predictors_of_its_own_image_alone(self):
        """Elsewhere an object of one image kept those of all images from learning that there is nothing."""
        outputs = [torch.zeros(2, 96 // s, 96 // s, 3, 7) for s in (4, 8, 16)]
        box = small().boxes(outputs)[0, 3 * (12 * 24 + 12)]  # of one predictor; its neighbours overlap
        truth = {"boxes": box[None], "labels": torch.tensor([0])}
        model = small()
        count = {}
        for name, pair in (("none", (NOTHING, NOTHING)), ("first", (truth, NOTHING)), ("both", (truth, truth))):
            count[name] = model.losses(outputs, pair, (96, 96))["no_object"].item() * 2 / math.log(2)
        assert count["none"] == pytest.approx(2 * 2268)
        shielded = 2268 * 2 - count["first"]
        assert 5 < shielded < 400, "some, and not the whole grid"
        assert count["both"] == pytest.approx(2 * count["first"] - 2 * 2268)

    def test_what_is_shielded_is_decided_by_boxes_not_learned_through_them(self):
        outputs = [each.requires_grad_() for each in random_outputs(1)]
        small().losses(outputs, [self.TARGETS[0]], (96, 96))["no_object"].backward()
        assert all(not each.grad[..., [0, 1, 2, 3, 5, 6]].any() for each in outputs)
        assert all(each.grad[..., 4].any() for each in outputs)

    def test_of_two_objects_with_one_predictor_the_later_is_learned(self):
        first, second = [41, 40, 71, 70, 0], [43, 40, 73, 70, 1]
        outputs, model = random_outputs(1), small(ignore=1.0)
        both, alone, other = (
            model.losses(outputs, [target(*rows)], (96, 96)) for rows in ((first, second), (second,), (first,))
        )
        for name in ("centre", "size", "object", "no_object", "class"):
            assert both[name].item() == pytest.approx(alone[name].item(), rel=1e-5)
        assert both["class"].item() != pytest.approx(other["class"].item(), rel=1e-3)

    def test_a_batch_of_copies_costs_what_one_image_costs(self):
        outputs = random_outputs(1)
        one = small().losses(outputs, [self.TARGETS[0]], (96, 96))
        four = small().losses([each.repeat(4, 1, 1, 1, 1) for each in outputs], [self.TARGETS[0]] * 4, (96, 96))
        assert {k: v.item() for k, v in four.items()} == pytest.approx({k: v.item() for k, v in one.items()}, rel=1e-5)

    def test_class_0_is_a_class_and_classes_do_not_exclude_each_other(self):
        outputs = [each.requires_grad_() for each in random_outputs(1)]
        small().losses(outputs, [target([20, 30, 63, 68, 0])], (96, 96))["class"].backward()
        numbers, slope = outputs[1][0, 6, 5, 1, 5:], outputs[1].grad[0, 6, 5, 1, 5:]
        torch.testing.assert_close(slope, numbers.sigmoid() - torch.tensor([1.0, 0.0]))
        only = random_outputs(1, classes=1)
        assert torch.isfinite(small(1).losses(only, [target([20, 30, 63, 68, 0])], (96, 96))["class"])

    def test_the_order_of_the_scales_changes_nothing(self, monkeypatch):
        outputs, model = random_outputs(3), small()
        losses = model.losses(outputs, self.TARGETS, (96, 96))
        found = [
            _yolo.yolo_detections(b, s, (96, 96)) for b, s in zip(*model.candidates(outputs, (96, 96)), strict=True)
        ]
        order = [2, 0, 1]
        monkeypatch.setattr(_yolov3, "STRIDES", tuple(_yolov3.STRIDES[k] for k in order))
        model.priors.copy_(model.priors[order].clone())
        other = [outputs[k] for k in order]
        turned = model.losses(other, self.TARGETS, (96, 96))
        assert {k: v.item() for k, v in turned.items()} == pytest.approx(
            {k: v.item() for k, v in losses.items()}, rel=1e-5
        )
        for before, b, s in zip(found, *model.candidates(other, (96, 96)), strict=True):
            after = _yolo.yolo_detections(b, s, (96, 96))
            assert all(torch.equal(after[name], before[name]) for name in before)


class TestBoxes:
    def test_boxes_that_lie_apart_on_both_axes_do_not_overlap(self):
        """Without clamping, two negative sides have a positive product."""
        a, b = torch.tensor([[0.0, 0, 6, 6]]), torch.tensor([[60.0, 60, 66, 66]])
        assert _yolo.aligned_iou(a, b).item() == 0
        assert _yolo.aligned_iou(torch.zeros(1, 4), torch.zeros(1, 4)).item() == 0

    def test_overlaps_row_by_row_are_the_diagonal_of_the_table(self):
        dice = torch.Generator().manual_seed(0)
        a, b = (torch.rand(50, 2, generator=dice) * 40 for _ in range(2))
        a, b = torch.cat((a, a + 20), 1), torch.cat((b, b + torch.rand(50, 2, generator=dice) * 30), 1)
        torch.testing.assert_close(_yolo.aligned_iou(a, b), boxes.iou(a, b).diagonal())

    def test_shapes_are_compared_as_boxes_with_one_corner(self):
        sizes, priors = torch.tensor([[10.0, 30], [5, 5]]), torch.tensor([[20.0, 10], [10, 30], [4, 50]])
        at_origin = [torch.cat((torch.zeros_like(each), each), 1) for each in (sizes, priors)]
        torch.testing.assert_close(_yolo.shape_iou(sizes, priors), boxes.iou(*at_origin))

    def test_no_objects_overlap_nothing(self):
        assert _yolo.largest_iou(torch.zeros(3, 4), torch.zeros(0, 4)).tolist() == [0, 0, 0]

    def test_zeros_are_the_prior_in_the_middle_of_its_cell(self):
        found = small().boxes([torch.zeros(1, 96 // s, 96 // s, 3, 7) for s in (4, 8, 16)])[0]
        assert found.shape == (2268, 4)
        assert found[0].tolist() == [2 - 12.5, 2 - 18, 2 + 12.5, 2 + 18]
        assert found[1728 + 3 * 13 + 1].tolist() == [12 - 21.5, 12 - 19, 12 + 21.5, 12 + 19]  # row 1, column 1 of 12

    def test_the_priors_are_made_for_these_images(self):
        """Elsewhere shapes for images of 500 pixels met images of 96, and no object had a good one."""
        found = np.concatenate([each["boxes"] for each in pets.scenes(200, seed=400).targets])
        sizes = torch.tensor(found[:, 2:] - found[:, :2])
        fit = _yolo.shape_iou(sizes, small().priors.flatten(0, 1))
        assert fit.amax(1).mean() > 0.85
        assert fit.argmax(1).bincount(minlength=9).min() > 10, "each has objects"

    def test_outputs_that_explode_give_finite_boxes(self):
        found = small().boxes([torch.full((1, 96 // s, 96 // s, 3, 7), 1e4) for s in (4, 8, 16)])
        assert torch.isfinite(found).all()


class TestDetections:
    def test_scores_far_below_a_half_are_kept(self):
        """A threshold of a half cuts the precision-recall curve short."""
        found = torch.tensor([[0.0, 0, 20, 20], [50, 50, 70, 80], [10, 60, 30, 80]])
        scores = torch.tensor([[0.02, 0.0], [0.9, 0.3], [0.001, 0.002]])
        kept = _yolo.yolo_detections(found, scores, (96, 96))
        assert kept["labels"].tolist() == [0, 1, 0]
        assert kept["scores"].tolist() == pytest.approx([0.9, 0.3, 0.02])

    def test_each_class_suppresses_its_own_and_boxes_are_clipped(self):
        found = torch.tensor([[-5.0, 0, 20, 20], [-5, 0, 20, 21], [90, 90, 120, 99]])
        scores = torch.tensor([[0.9, 0.1], [0.8, 0.7], [0.0, 0.6]])
        kept = _yolo.yolo_detections(found, scores, (96, 96))
        assert kept["labels"].tolist() == [0, 1, 1]
        assert kept["boxes"].tolist() == [[0, 0, 20, 20], [0, 0, 20, 21], [90, 90, 96, 96]]
        assert len(_yolo.yolo_detections(found, scores, (96, 96), limit=1)["boxes"]) == 1

    def test_a_score_is_objectness_times_class(self):
        outputs = random_outputs(2)
        _, scores = small().candidates(outputs, (96, 96))
        numbers = outputs[2][1, 2, 0, 1]
        wanted = numbers[4].sigmoid() * numbers[5:].sigmoid()
        torch.testing.assert_close(scores[1, 3 * 720 + 3 * (2 * 6 + 0) + 1], wanted)


class TestModel:
    def test_all_parts_learn(self):
        scenes = pets.scenes(4, seed=3)
        model = small()
        losses = model(torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255, scenes.targets)
        sum(losses.values()).backward()
        assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())

    def test_coarse_maps_reach_the_fine_ones_and_not_the_other_way(self):
        model = small().eval()
        image = torch.rand(1, 3, 96, 96)
        before = model.outputs(image)
        with torch.no_grad():
            model.scales[2].narrow[0].weight += 1
        assert [torch.equal(a, b) for a, b in zip(before, model.outputs(image), strict=True)] == [False] * 3
        with torch.no_grad():
            model.scales[0].narrow[0].weight += 1
        changed = model.outputs(image)
        with torch.no_grad():
            model.scales[0].narrow[0].weight -= 1
        again = model.outputs(image)
        assert [torch.equal(a, b) for a, b in zip(changed, again, strict=True)] == [False, True, True]

    def test_images_without_objects_train_and_a_batch_of_nothing_else(self):
        losses = small()(torch.rand(2, 3, 96, 96), [NOTHING, NOTHING])
        sum(losses.values()).backward()
        assert losses["no_object"] > 0
        assert [losses[name].item() for name in ("centre", "size", "object", "class")] == [0, 0, 0, 0]

    def test_images_of_other_sizes_and_those_that_it_refuses(self):
        model = small().eval()
        found = model(torch.rand(1, 3, 64, 160))[0]
        assert found["boxes"][:, [0, 2]].max() <= 160
        assert found["boxes"][:, [1, 3]].max() <= 64
        with pytest.raises(ValueError, match=r"multiples of 16, got \(96, 100\)"):
            model(torch.rand(1, 3, 96, 100))

    def test_the_images_of_a_batch_do_not_touch_each_other_in_prediction(self):
        model = small().eval()
        images = torch.tensor(pets.scenes(3, seed=3).images).permute(0, 3, 1, 2) / 255
        together = model(images)
        for k, each in enumerate(together):
            alone = model(images[k : k + 1])[0]
            torch.testing.assert_close(alone["boxes"], each["boxes"], atol=1e-3, rtol=0)
            assert torch.equal(alone["labels"], each["labels"])

    def test_clear_errors(self):
        with pytest.raises(ValueError, match="targets must be given in training mode"):
            small()(torch.rand(1, 3, 96, 96))
        with pytest.raises(ValueError, match="classes must be at least 1"):
            detection.YOLOv3(0)
        with pytest.raises(ValueError, match="ignore must be a finite number between 0 and 1"):
            detection.YOLOv3(2, ignore=2)
        with pytest.raises(ValueError, match=r"priors must have shape \(3, any, 2\)"):
            detection.YOLOv3(2, priors=[[(10, 20)]])
        with pytest.raises(ValueError, match="priors must be widths and heights above 0"):
            detection.YOLOv3(2, priors=[[(10, 20)], [(0, 20)], [(30, 30)]])
        for side in (float("inf"), float("nan")):
            with pytest.raises(ValueError, match="priors must be widths and heights above 0"):
                _pyramid.checked_priors([[(10, side)], [(20, 20)], [(30, 30)]])
        wrong = target([10, 10, 20, 20, 2])
        with pytest.raises(ValueError, match=r"must be classes from 0 to 1.*the background has no label of its own"):
            small()(torch.rand(1, 3, 96, 96), [wrong])

    def test_one_image_is_learned_by_heart(self):
        scene = pets.scenes(3, seed=304)[2:]
        model = small(width=8)
        history = train.fit(model, scene, epochs=200, learning_rate=5e-3, schedule=train.one_cycle, clip=10.0, **STEP)
        assert history["loss"][-1] < history["loss"][0] / 20
        found = model.eval()(torch.tensor(scene.images).permute(0, 3, 1, 2) / 255)
        assert metrics.average_precision(found, scene.targets, 0.5) == pytest.approx(1)
