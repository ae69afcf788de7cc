"""Batches at other sizes, for multi-scale training."""

import pytest
import torch

from dlcourse import detection
from dlcourse.data import pets


def scene():
    found = pets.scenes(4, seed=3)
    images = torch.tensor(found.images).permute(0, 3, 1, 2) / 255
    return images, detection.check_batch(images, found.targets, 2, masks=True)


@pytest.mark.parametrize("size", [64, 96, 128])
def test_boxes_masks_and_pixels_are_scaled_alike(size):
    images, targets = scene()
    found, new = detection.rescaled(images, targets, (size,))
    assert found.shape == (4, 3, size, size)
    detection.check_batch(found, new, 2, masks=True)  # still inside of the image, masks in their boxes
    for before, after in zip(targets, new, strict=True):
        assert torch.allclose(after["boxes"] * 96 / size, before["boxes"], atol=1e-4)
        assert torch.equal(after["labels"], before["labels"])
        share = after["masks"].float().mean((1, 2)) / before["masks"].float().mean((1, 2))
        assert (share - 1).abs().max() < 0.15
    assert found.mean((2, 3)).sub(images.mean((2, 3))).abs().max() < 0.02


def test_a_bright_patch_stays_in_its_box():
    images = torch.zeros(1, 3, 96, 192)
    images[..., 24:48, 96:144] = 1
    found, (target,) = detection.rescaled(images, [{"boxes": torch.tensor([[96.0, 24, 144, 48]])}], (64,))
    assert found.shape == (1, 3, 64, 128)
    x0, y0, x1, y1 = target["boxes"][0].int().tolist()
    assert (x0, y0, x1, y1) == (64, 16, 96, 32)
    assert found[0, 0, y0:y1, x0:x1].mean() > 0.9
    assert found.sum() == pytest.approx(3 * 32 * 16, rel=0.01)


def test_a_batch_has_one_size_and_all_are_drawn():
    images, targets = scene()
    torch.manual_seed(0)
    seen = {tuple(detection.rescaled(images, targets, (64, 80))[0].shape[2:]) for _ in range(20)}
    assert seen == {(64, 64), (80, 80)}


def test_a_box_at_the_edge_does_not_reach_beyond_by_rounding():
    """In float32, 21 times 22 / 21 is more than 22."""
    for old, new in ((21, 22), (19, 30), (96, 64)):
        boxes = torch.tensor([[0.0, 0, old, old]])
        _, (target,) = detection.rescaled(torch.zeros(1, 3, old, old), [{"boxes": boxes}], (new,))
        assert target["boxes"].tolist() == [[0, 0, new, new]]


def test_sizes_that_are_none():
    images, targets = scene()
    with pytest.raises(ValueError, match="sizes must hold one size at least"):
        detection.rescaled(images, targets, ())
    with pytest.raises(ValueError, match="sizes must be at least 1"):
        detection.rescaled(images, targets, (0,))
