"""What a detector is trained on is looked at before anything is computed, and mirrored with all that belongs to it."""

import numpy as np
import pytest
import torch

from dlcourse import detection
from dlcourse.data import pets
from dlcourse.detection._batch import check_images

IMAGES = torch.zeros(2, 3, 48, 64)


def target(**changes):
    return {"boxes": [[1, 2, 11, 12]], "labels": [1], "masks": np.ones((1, 48, 64), bool)} | changes


def test_scenes_pass_as_they_are_and_come_out_as_tensors():
    scenes = pets.scenes(2, seed=1)
    images = torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255
    found = detection.check_batch(images, scenes.targets, 2, masks=True)
    for each, given in zip(found, scenes.targets, strict=True):
        assert (each["boxes"].dtype, each["labels"].dtype, each["masks"].dtype) == (
            torch.float32,
            torch.int64,
            torch.bool,
        )
        assert all(np.array_equal(each[name], given[name]) for name in ("boxes", "labels", "masks"))


def test_an_image_without_objects_is_fine():
    for empty in ({"boxes": [], "labels": []}, {"boxes": np.zeros((0, 4)), "labels": np.zeros(0)}):
        found = detection.check_batch(IMAGES[:1], [empty], 2)[0]
        assert found["boxes"].shape == (0, 4)
        assert (found["labels"].shape, found["labels"].dtype) == ((0,), torch.int64)


def test_a_box_may_be_the_whole_image():
    detection.check_batch(IMAGES[:1], [target(boxes=[[0, 0, 64, 48]])], 2)


def test_proposals_come_along_and_may_be_none():
    found = detection.check_batch(IMAGES, [target(proposals=[[0, 0, 5, 5]] * 3), target(proposals=[])], 2)
    assert [each["proposals"].shape for each in found] == [(3, 4), (0, 4)]


def test_masks_of_numbers_count_from_above_one_half_as_in_the_measures():
    half, more = (np.full((1, 48, 64), value) for value in (0.5, 0.51))
    assert detection.check_batch(IMAGES[:1], [target(masks=more)], 2, masks=True)[0]["masks"].all()
    with pytest.raises(ValueError, match="mask 0 has no pixel in box 0"):
        detection.check_batch(IMAGES[:1], [target(masks=half)], 2, masks=True)


def test_a_mask_that_was_not_mirrored_with_its_box_is_refused():
    mask = np.zeros((1, 48, 64), bool)
    mask[0, 2:12, 53:63] = True
    with pytest.raises(ValueError, match=r"targets\[0\]: mask 0 has no pixel in box 0"):
        detection.check_batch(IMAGES[:1], [target(masks=mask)], 2, masks=True)
    detection.check_batch(IMAGES[:1], [target(masks=mask[..., ::-1].copy())], 2, masks=True)
    with pytest.raises(ValueError, match="NaN"):
        detection.check_batch(IMAGES[:1], [target(masks=np.full((1, 48, 64), np.nan))], 2, masks=True)


@pytest.mark.parametrize("row", [[1, float("nan"), 5, 5], [5, 1, 1, 5], [1, 5, 5, 1], [1, 1, float("inf"), 5]])
def test_proposals_that_are_no_boxes_are_named(row):
    with pytest.raises(ValueError, match=r"targets\[0\]\['proposals'\]: row 1 is .* no box"):
        detection.check_batch(IMAGES[:1], [target(proposals=[[0, 0, 5, 5], row])], 2)
    for model in (detection.FastRCNN(2, width=2, hidden=4), detection.RCNN(2, width=2, hidden=4, crop=16)):
        with pytest.raises(ValueError, match=r"proposals\[1\]: row 0 is .* no box"):
            model.eval()(IMAGES, proposals=[[], [row]])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"boxes": [[1, 2, 65, 12]]}, r"box 0 is \(1, 2, 65, 12\), which reaches beyond its image of 64 x 48"),
        ({"boxes": [[1, 2, 11, 49]]}, "reaches beyond its image"),
        ({"boxes": [[-1, 2, 11, 12]]}, "reaches beyond its image"),
        ({"boxes": [[65535, 2, 65540, 12]]}, "reaches beyond its image"),  # 0 - 1 as an unsigned number of 16 bits
        (
            {"boxes": [[0.1, 0.1, 0.4, 0.4], [3, 4, 3, 9]], "labels": [0, 0]},
            r"box 1 is \(3, 4, 3, 9\), which has no area",
        ),
        ({"boxes": [[11, 2, 1, 12]]}, "has no area: x1 must be above x0"),
        ({"boxes": [[1, float("nan"), 11, 12]]}, "not made of finite numbers"),
        ({"boxes": [[1, 2, float("inf"), 12]]}, "not made of finite numbers"),
        ({"boxes": [1, 2, 11, 12]}, r"must be a \(K, 4\) array, got shape \(4,\)"),
        ({"boxes": "none"}, r"must be a \(K, 4\) array of numbers, got str 'none'"),
        ({"labels": [2]}, r"must be classes from 0 to 1, got 2 to 2; the background has no label of its own"),
        ({"labels": [-1]}, "must be classes from 0 to 1, got -1"),
        ({"labels": [0, 1]}, "one class number for each of the 1 boxes"),
        ({"labels": [0.5]}, "one class number for each"),
        ({"labels": [True]}, "one class number for each"),
        ({"masks": np.ones((1, 64, 48), bool)}, r"must be \(1, 48, 64\).*got \(1, 64, 48\)"),
        ({"masks": np.ones((2, 48, 64), bool)}, r"must be \(1, 48, 64\)"),
        ({"proposals": [[1, 2, 3]]}, r"\['proposals'\] must be a \(K, 4\) array"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(changes, message):
    with pytest.raises((TypeError, ValueError), match=rf"targets\[1\].*{message}"):
        detection.check_batch(IMAGES, [target(), target(**changes)], 2, masks=True)


def test_targets_that_are_too_few_or_no_dicts():
    with pytest.raises(ValueError, match="targets must hold one dict for each of the 2 images, got 1"):
        detection.check_batch(IMAGES, [target()], 2)
    with pytest.raises(TypeError, match=r"targets\[0\] must be a dict with 'boxes', 'labels', got list"):
        detection.check_batch(IMAGES, [[], []], 2)
    without = {name: value for name, value in target().items() if name != "masks"}
    with pytest.raises(TypeError, match=r"targets\[1\] must be a dict with 'boxes', 'labels', 'masks'"):
        detection.check_batch(IMAGES, [target(), without], 2, masks=True)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((1, 3, 8, 8)), "must be a .N, 3, height, width. tensor, got an array"),
        (torch.zeros(3, 8, 8), r"got a tensor of shape \(3, 8, 8\)"),
        (torch.zeros(1, 8, 8, 3), r"got a tensor of shape \(1, 8, 8, 3\)"),
        (torch.zeros(1, 3, 8, 8, dtype=torch.uint8), "must be floats in 0..1, got torch.uint8: divide bytes by 255"),
        (torch.full((1, 3, 8, 8), 255.0), "must be floats in 0..1, got numbers from 255 to 255"),
        (torch.full((1, 3, 8, 8), -0.5), "got numbers from -0.5"),
        (torch.full((1, 3, 8, 8), float("nan")), "got numbers from nan"),
    ],
)
def test_images_that_are_none(images, message):
    with pytest.raises((TypeError, ValueError), match=message):
        check_images(images)


class TestMirrored:
    def test_boxes_masks_and_proposals_go_with_their_image(self):
        """Where pixels and boxes are mirrored apart, a detector learns to miss: the box must hold the same pixels."""
        scenes = pets.scenes(6, seed=2)
        images = torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255
        targets = [
            {name: torch.tensor(value) for name, value in each.items()} | {"proposals": torch.tensor(each["boxes"])}
            for each in scenes.targets
        ]
        turned, found = detection.mirrored(images, targets, 1.0)
        for before, after, old, new in zip(images, turned, targets, found, strict=True):
            assert torch.equal(after, before.flip(2))
            assert torch.equal(new["proposals"], new["boxes"])
            for box, other, mask, flipped in zip(old["boxes"], new["boxes"], old["masks"], new["masks"], strict=True):
                x0, y0, x1, y1 = map(int, box)
                u0, v0, u1, v1 = map(int, other)
                assert torch.equal(after[:, v0:v1, u0:u1], before[:, y0:y1, x0:x1].flip(2))
                assert torch.equal(flipped[v0:v1, u0:u1], mask[y0:y1, x0:x1].flip(1))
            assert torch.equal(new["labels"], old["labels"])

    def test_half_of_the_images_are_and_nothing_is_changed_in_place(self):
        torch.manual_seed(0)
        images, targets = torch.rand(400, 3, 2, 4), [{"boxes": torch.tensor([[0.0, 0, 1, 2]])} for _ in range(400)]
        copy = images.clone()
        turned, found = detection.mirrored(images, targets)
        changed = (turned != images).flatten(1).any(1)
        assert changed.tolist() == [each["boxes"][0, 0] == 3 for each in found]
        assert 160 < changed.sum() < 240
        assert torch.equal(images, copy)
        assert all(each["boxes"].tolist() == [[0, 0, 1, 2]] for each in targets)

    def test_a_probability_that_is_none(self):
        with pytest.raises(ValueError, match="probability must be a finite number between 0"):
            detection.mirrored(torch.zeros(1, 3, 2, 2), [{}], 2)
