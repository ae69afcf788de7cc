"""The head: which regions it is trained on, what its losses are by hand, and what it predicts."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from dlcourse import boxes, detection
from dlcourse.detection._roi_head import WEIGHTS, roi_labels

OBJECTS = torch.tensor([[0.0, 0, 20, 20], [40, 40, 80, 80]])
TARGET = {"boxes": OBJECTS, "labels": torch.tensor([1, 0])}
NOTHING = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)}


def shifted(box, by):
    return box + torch.tensor([by, 0.0, by, 0.0])


class TestSampling:
    def test_the_true_boxes_are_among_the_regions_and_a_quarter_is_positive(self):
        proposals = torch.cat([shifted(OBJECTS[1], k / 4)[None] for k in range(40)] + [torch.rand(60, 4) * 5])
        proposals[40:, 2:] += proposals[40:, :2] + 1
        rois, matched = detection.sample_rois(proposals, TARGET, n=40)
        assert (matched >= 0).sum() == 10
        assert len(rois) == 40
        alone, owners = detection.sample_rois(torch.zeros(0, 4), TARGET, n=40, positive_fraction=1)
        assert sorted(owners.tolist()) == [0, 1]
        assert torch.equal(alone, OBJECTS[owners])

    def test_a_label_comes_from_the_region_and_not_from_its_place_in_the_list(self):
        """Where labels behind the n-th are set to background, a positive that fills up there is called background:
        that cost 7 points of mAP elsewhere."""
        proposals = torch.cat((OBJECTS.repeat(20, 1), torch.tensor([[0.0, 60, 20, 80]]).repeat(3, 1)))
        for share in (0.25, 0.9):
            rois, matched = detection.sample_rois(proposals, TARGET, 16, share)
            labels = roi_labels(matched, TARGET)
            overlap = boxes.iou(rois, OBJECTS)
            wanted = torch.where(overlap.amax(1) >= 0.5, TARGET["labels"][overlap.argmax(1)] + 1, 0)
            assert torch.equal(labels, wanted)
            assert (labels > 0).sum() == int(16 * share)

    def test_class_0_is_not_the_background(self):
        assert roi_labels(torch.tensor([1, -1, 0]), TARGET).tolist() == [1, 0, 2]

    def test_bounds_are_half_and_what_each_paper_calls_background(self):
        half = torch.tensor([[0.0, 0, 20, 10]])  # IoU 0.5 with the first object
        below = torch.tensor([[0.0, 0, 20, 9.9]])
        far = torch.tensor([[0.0, 0, 20, 1.9]])  # IoU 0.095
        proposals = torch.cat((half, below, far))
        rois, matched = detection.sample_rois(proposals, TARGET, 9, 1.0)
        assert {tuple(r.tolist()): int(m) for r, m in zip(rois, matched, strict=True)} == {
            tuple(half[0].tolist()): 0,
            tuple(below[0].tolist()): -1,
            tuple(far[0].tolist()): -1,
            tuple(OBJECTS[0].tolist()): 0,
            tuple(OBJECTS[1].tolist()): 1,
        }
        rois, matched = detection.sample_rois(proposals, TARGET, 9, 1.0, background=(0.1, 0.5))
        assert sorted(rois[matched < 0][:, 3].tolist()) == pytest.approx([9.9])

    def test_without_objects_or_proposals(self):
        rois, matched = detection.sample_rois(OBJECTS, NOTHING, 9)
        assert matched.tolist() == [-1, -1]
        rois, matched = detection.sample_rois(torch.zeros(0, 4), NOTHING, 9)
        assert (rois.shape, matched.shape) == ((0, 4), (0,))
        rois, matched = detection.sample_rois(OBJECTS, NOTHING, 9, background=(0.1, 0.5))
        assert matched.tolist() == [-1, -1], "without objects there is no IoU of 0.1, but there is background"

    def test_no_gradient_goes_back_into_the_proposals(self):
        proposals = OBJECTS.clone().requires_grad_()
        rois, _ = detection.sample_rois(proposals, TARGET, 4)
        assert not rois.requires_grad


class TestLosses:
    def test_both_by_hand(self):
        rois = torch.stack([shifted(OBJECTS[0], 2.0), torch.tensor([0.0, 60, 20, 80]), OBJECTS[1]])
        matched = torch.tensor([0, -1, 1])
        scores, codes = torch.randn(3, 3), torch.randn(3, 2, 4)
        losses = detection.head_losses(scores, codes, [rois], [matched], [TARGET])
        labels = [2, 0, 1]
        probability = np.exp(scores.numpy()) / np.exp(scores.numpy()).sum(1, keepdims=True)
        assert losses["class"].item() == pytest.approx(-np.log(probability[range(3), labels]).mean(), rel=1e-5)
        wanted = [[10 * -2 / 20, 0, 0, 0], [0, 0, 0, 0]]
        difference = np.abs(np.array([codes[0, 1].numpy(), codes[2, 0].numpy()]) - wanted)
        smooth = np.where(difference < 1, 0.5 * difference**2, difference - 0.5)
        assert losses["box"].item() == pytest.approx(smooth.sum() / 3, rel=1e-5)

    def test_only_the_box_of_the_true_class_learns(self):
        codes = torch.zeros(2, 2, 4, requires_grad=True)
        rois = torch.stack([shifted(OBJECTS[0], 2.0), torch.tensor([0.0, 60, 20, 80])])
        detection.head_losses(torch.zeros(2, 3), codes, [rois], [torch.tensor([0, -1])], [TARGET])["box"].backward()
        assert codes.grad.abs().sum(2).gt(0).tolist() == [[False, True], [False, False]]

    def test_images_keep_their_own_objects(self):
        """A number of an object means the object of that image."""
        other = {"boxes": OBJECTS.flip(0), "labels": torch.tensor([0, 0])}
        rois, matched = [OBJECTS[:1], OBJECTS[1:]], [torch.tensor([0]), torch.tensor([0])]
        scores = torch.tensor([[0.0, 0, 50], [0, 50, 0]])
        losses = detection.head_losses(scores, torch.zeros(2, 2, 4), rois, matched, [TARGET, other])
        assert losses["class"].item() + losses["box"].item() == pytest.approx(0, abs=1e-6)

    def test_without_regions_both_are_0_and_can_be_trained(self):
        head = detection.RoIHead(2, 8)
        scores, codes = head(torch.zeros(0, 2, 2, 2))
        none = (torch.zeros(0, 4), torch.zeros(0, dtype=torch.long))
        losses = detection.head_losses(scores, codes, [none[0]], [none[1]], [NOTHING])
        sum(losses.values()).backward()
        assert [loss.item() for loss in losses.values()] == [0, 0]


class TestDetections:
    def test_against_a_slow_way(self):
        """Every region, every class: softmax, decode, clip, threshold, NMS of each class by itself."""
        generator = torch.Generator().manual_seed(0)
        rois = torch.rand(30, 4, generator=generator) * 60
        rois[:, 2:] += rois[:, :2] + 5
        scores, codes = torch.randn(30, 4, generator=generator), torch.randn(30, 3, 4, generator=generator)
        found = detection.detections(scores, codes, rois, (80, 96), score_threshold=0.2, iou_threshold=0.3)
        slow = []
        for label in range(3):
            kept = []
            for score, r in sorted(((scores[r].softmax(0)[label + 1].item(), r) for r in range(30)), reverse=True):
                box = boxes.clip(boxes.decode(codes[r, label][None], rois[r][None], WEIGHTS), (80, 96))
                if score >= 0.2 and all(boxes.iou(box, other).item() <= 0.3 for _, _, other in kept):
                    kept.append((score, label, box))
            slow += kept
        slow.sort(key=lambda each: -each[0])
        assert len(slow) > 5, "otherwise nothing would be tested"
        assert found["labels"].tolist() == [label for _, label, _ in slow]
        torch.testing.assert_close(found["boxes"], torch.cat([box for _, _, box in slow]))
        torch.testing.assert_close(found["scores"], torch.tensor([score for score, _, _ in slow]))

    def test_codes_and_labels_are_the_other_way_round_of_training(self):
        """What `head_losses` asks for, `detections` turns into the true boxes and labels."""
        rois = torch.stack([shifted(OBJECTS[0], 2.0), shifted(OBJECTS[1], -3.0)])
        codes = torch.zeros(2, 2, 4)
        codes[0, 1], codes[1, 0] = boxes.encode(OBJECTS, rois, WEIGHTS)
        scores = torch.tensor([[0.0, 0, 9], [0, 9, 0]])
        losses = detection.head_losses(scores, codes, [rois], [torch.tensor([0, 1])], [TARGET])
        assert losses["box"].item() == pytest.approx(0, abs=1e-9)
        found = detection.detections(scores, codes, rois, (96, 96))
        order = found["rois"]
        torch.testing.assert_close(found["boxes"], OBJECTS[order], atol=1e-4, rtol=0)
        assert torch.equal(found["labels"], TARGET["labels"][order])

    def test_low_scores_stay_and_nothing_is_found_in_nothing(self):
        """A threshold of 0.5 before AP is computed would cut off recall: 0.05 is low."""
        scores = torch.tensor([[math.log(0.9), math.log(0.06), math.log(0.04)]])
        found = detection.detections(scores, torch.zeros(1, 2, 4), OBJECTS[:1], (96, 96))
        assert found["labels"].tolist() == [0]
        assert found["scores"].tolist() == pytest.approx([0.06])
        none = detection.detections(torch.zeros(0, 3), torch.zeros(0, 2, 4), torch.zeros(0, 4), (96, 96))
        assert none["boxes"].shape == (0, 4)

    def test_a_box_that_leaves_the_image_is_no_prediction_and_the_limit_keeps_the_best(self):
        codes = torch.zeros(2, 1, 4)
        codes[0, 0, 0] = -40  # four widths to the left
        scores = torch.tensor([[0.0, 9], [0, 5]])
        found = detection.detections(scores, codes, OBJECTS, (96, 96))
        assert found["rois"].tolist() == [1]
        found = detection.detections(scores, codes * 0, OBJECTS, (96, 96), limit=1)
        assert found["rois"].tolist() == [0]

    def test_thresholds_that_are_none(self):
        for name, value in (("score_threshold", 2), ("limit", 0), ("iou_threshold", -1)):
            with pytest.raises(ValueError, match=name):
                detection.detections(torch.zeros(1, 2), torch.zeros(1, 1, 4), OBJECTS[:1], (96, 96), **{name: value})


def test_permuting_the_classes_permutes_the_predictions():
    generator = torch.Generator().manual_seed(1)
    head = detection.RoIHead(3, 8, 16)
    pooled = torch.randn(20, 8, 1, 1, generator=generator)
    rois = torch.rand(20, 4, generator=generator) * 40
    rois[:, 2:] += rois[:, :2] + 5
    order = [2, 0, 1]
    found = detection.detections(*head(pooled), rois, (96, 96))
    with torch.no_grad():
        rows = [0, *(1 + k for k in order)]
        head.score.weight.copy_(head.score.weight[rows])
        head.box.weight.copy_(head.box.weight.reshape(3, 4, -1)[order].reshape(12, -1))
    other = detection.detections(*head(pooled), rois, (96, 96))
    assert [order[k] for k in other["labels"].tolist()] == found["labels"].tolist()
    torch.testing.assert_close(other["boxes"], found["boxes"])


def test_the_head_begins_with_small_numbers_as_in_the_paper():
    torch.manual_seed(0)
    head = detection.RoIHead(20, 64, 128)
    assert head.score.weight.std().item() == pytest.approx(0.01, rel=0.1)
    assert head.box.weight.std().item() == pytest.approx(0.001, rel=0.1)
    scores, codes = head(torch.randn(5, 64))
    assert functional.cross_entropy(scores, torch.zeros(5, dtype=torch.long)).item() == pytest.approx(
        math.log(21), rel=0.05
    )
    assert codes.shape == (5, 20, 4)
