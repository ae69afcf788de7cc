"""Mask R-CNN: what its masks are compared with, where they are pasted, and both ways to score a pixel."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from dlcourse import detection, metrics, train
from dlcourse.data import pets
from dlcourse.detection._mask_rcnn import mask_loss, mask_probability, mask_targets, paste

NOTHING = {
    "boxes": torch.zeros(0, 4),
    "labels": torch.zeros(0, dtype=torch.long),
    "masks": torch.zeros(0, 96, 96, dtype=torch.bool),
}


def small(**options):
    torch.manual_seed(0)
    return detection.MaskRCNN(2, **{"width": 4, "hidden": 16, **options})


def batch(n=2, seed=3):
    scenes = pets.scenes(n, seed=seed)
    return torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255, scenes.targets


class TestTargets:
    def test_a_mask_is_cut_at_the_region_and_not_at_the_true_box(self):
        """The left half of an object lies in a region that is shifted by half: its target is half empty."""
        masks = torch.zeros(1, 40, 40, dtype=torch.bool)
        masks[0, 8:24, 16:32] = True
        regions = torch.tensor([[16.0, 8, 32, 24], [8, 8, 24, 24], [16, 16, 32, 32]])
        found = mask_targets(regions, masks[[0, 0, 0]], 8)
        assert found[0].eq(1).all()
        assert found[1].eq(torch.arange(8) >= 4).all()
        assert found[2].eq((torch.arange(8) < 4)[:, None]).all()

    def test_pasting_is_the_other_way_round(self):
        """Cut out of its box and pasted back, a mask is what it was but for its outline."""
        scenes = pets.scenes(20, seed=306)
        scores = []
        for target in scenes.targets:
            masks, box = torch.tensor(target["masks"]), torch.tensor(target["boxes"])
            back = paste(mask_targets(box, masks, 16), box, (96, 96)) >= 0.5
            scores += ((back & masks).sum((1, 2)) / (back | masks).sum((1, 2))).tolist()
        assert np.mean(scores) > 0.9
        assert min(scores) > 0.75

    def test_pixels_are_read_at_their_middles(self):
        """A mask of whole pixels on a box of whole pixels comes back exactly: half a pixel off it would not."""
        small_mask = torch.tensor([[[0.0, 1.0], [0.0, 0.0]]])
        found = paste(small_mask, torch.tensor([[2.0, 4, 4, 6]]), (8, 8))
        assert found[0].nonzero().tolist() == [[4, 3]]
        stretched = paste(torch.ones(1, 3, 3), torch.tensor([[1.5, 0, 4.5, 8]]), (8, 8))[0]
        assert stretched.sum(0).tolist() == [0, 8, 8, 8, 8, 0, 0, 0], "1.5 and 4.5 are the middles of pixels 1 and 4"

    def test_no_objects_no_masks(self):
        assert mask_targets(torch.zeros(0, 4), torch.zeros(0, 96, 96), 8).shape == (0, 8, 8)
        assert paste(torch.zeros(0, 8, 8), torch.zeros(0, 4), (96, 80)).shape == (0, 96, 80)


class TestLoss:
    LABELS = torch.tensor([1, 0])
    WANTED = (torch.rand(2, 4, 4, generator=torch.Generator().manual_seed(0)) > 0.5).float()

    def test_with_sigmoid_only_the_map_of_the_true_class_counts(self):
        logits = torch.randn(2, 3, 4, 4, requires_grad=True)
        loss = mask_loss(logits, self.LABELS, self.WANTED, "sigmoid")
        own = torch.stack([logits[0, 1], logits[1, 0]])
        probability = own.sigmoid()
        hand = -(self.WANTED * probability.log() + (1 - self.WANTED) * (1 - probability).log()).mean()
        assert loss.item() == pytest.approx(hand.item(), rel=1e-5)
        loss.backward()
        assert logits.grad.abs().sum((2, 3)).gt(0).tolist() == [[False, True, False], [True, False, False]]

    def test_with_softmax_classes_and_background_compete(self):
        logits = torch.randn(2, 3, 4, 4)  # background, class 0, class 1
        loss = mask_loss(logits, self.LABELS, self.WANTED, "softmax")
        classes = torch.stack([self.WANTED[0] * 2, self.WANTED[1] * 1]).long()
        assert loss.item() == pytest.approx(functional.cross_entropy(logits, classes).item(), rel=1e-5)
        torch.testing.assert_close(mask_probability(logits, self.LABELS, "softmax")[0], logits.softmax(1)[0, 2])

    def test_in_prediction_a_map_is_that_of_the_objects_class(self):
        logits = torch.randn(2, 2, 4, 4)
        found = mask_probability(logits, self.LABELS, "sigmoid")
        torch.testing.assert_close(found, torch.stack([logits[0, 1], logits[1, 0]]).sigmoid())

    def test_without_positives_it_is_0_and_can_be_trained(self):
        logits = torch.zeros(0, 2, 4, 4, requires_grad=True)
        loss = mask_loss(logits, torch.zeros(0, dtype=torch.long), torch.zeros(0, 4, 4), "sigmoid")
        loss.backward()
        assert loss.item() == 0


@pytest.mark.parametrize("options", [{}, {"masks": "softmax"}, {"pool": "pool"}])
def test_losses_have_the_names_of_the_equations_and_all_parts_learn(options):
    model = small(**options)
    losses = model(*batch())
    assert list(losses) == ["objectness", "proposal_box", "class", "box", "mask"]
    sum(losses.values()).backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())
    found = model.eval()(batch()[0])[0]
    assert found["masks"].shape == (len(found["boxes"]), 96, 96)
    assert found["masks"].dtype == torch.bool


def test_images_without_objects_and_without_proposals():
    model = small()
    images, targets = batch()
    for given in ([NOTHING, targets[1]], [NOTHING, NOTHING]):
        losses = model(images, given)
        sum(losses.values()).backward()
        assert all(torch.isfinite(loss) for loss in losses.values())
    assert losses["mask"].item() == 0
    model.before = model.after = 0
    assert all(torch.isfinite(loss) for loss in model(images, [NOTHING, NOTHING]).values())
    assert [each["masks"].shape for each in model.eval()(images)] == [(0, 96, 96)] * 2


def test_masks_must_be_there_and_fit():
    images, targets = batch()
    with pytest.raises(TypeError, match=r"targets\[0\] must be a dict with 'boxes', 'labels', 'masks'"):
        small()(images, [{name: each[name] for name in ("boxes", "labels")} for each in targets])
    with pytest.raises(ValueError, match="masks must be one of 'sigmoid', 'softmax'"):
        small(masks="relu")


def test_one_image_is_learned_by_heart_boxes_and_masks():
    scene = pets.scenes(3, seed=304)[2:]
    model = small(width=8, hidden=32)
    step = {"step": lambda model, batch: model(*batch), "progress": False, "device": "cpu"}
    train.fit(model, scene, epochs=80, learning_rate=5e-3, schedule=train.one_cycle, clip=10.0, **step)
    found = model.eval()(torch.tensor(scene.images).permute(0, 3, 1, 2) / 255)
    assert metrics.average_precision(found, scene.targets, 0.5) == pytest.approx(1)
    assert metrics.average_precision(found, scene.targets, 0.5, masks=True) == pytest.approx(1)


@pytest.mark.parametrize("place", [4, 6, 7])
def test_a_place_of_the_map_is_centred_where_the_docstring_says_and_not_where_roi_align_takes_it_to_be(place):
    """At 8 j + 0.5, and it sees 59 pixels; RoIAlign reads as if it were at 8 j + 4, the same amount off for all."""
    torch.manual_seed(0)
    images = torch.rand(4, 3, 96, 96, requires_grad=True)
    detection.backbone(4).eval()(images)[:, :, place, place].abs().sum().backward()
    for axis in ((0, 1, 2), (0, 1, 3)):
        seen = torch.nonzero(images.grad.abs().sum(axis)).flatten()
        first, last = int(seen[0]), int(seen[-1]) + 1
        assert (first + last) / 2 == 8 * place + 0.5
        assert last - first == 59
