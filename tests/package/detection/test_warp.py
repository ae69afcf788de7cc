"""Crops of proposals: warped to one size, with context at the crop's scale, mean colour beyond the image."""

import numpy as np
import pytest
import torch
from scipy import ndimage

from dlcourse.detection import warp
from dlcourse.detection._warp import MEAN, PADDING

RNG = np.random.default_rng(0)
IMAGE = torch.from_numpy(RNG.uniform(size=(1, 3, 40, 60)).astype(np.float32))


def read(image, box, size, padding):
    """The same by scipy: the middle of each pixel of the crop, in the image's pixels, read bilinearly."""
    share = ((np.arange(size) + 0.5) / size - padding) / (1 - 2 * padding)
    x, y = box[0] + share * (box[2] - box[0]), box[1] + share * (box[3] - box[1])
    places = np.stack(np.meshgrid(y, x, indexing="ij")) - 0.5
    crop = np.stack([ndimage.map_coordinates(channel, places, order=1, mode="nearest") for channel in image])
    outside = (x < 0) | (x > 60)
    crop[:, :, outside] = np.array(MEAN)[:, None, None]
    crop[:, (y < 0) | (y > 40), :] = np.array(MEAN)[:, None, None]
    return crop


@pytest.mark.parametrize("box", [(10, 5, 42, 30), (0, 0, 60, 40), (55.5, 30, 60, 40), (3.3, 2.7, 9.1, 39.9)])
@pytest.mark.parametrize("padding", [0, PADDING])
def test_a_crop_is_what_scipy_reads_at_the_same_points(box, padding):
    crop = warp(IMAGE, [torch.tensor([box], dtype=torch.float32)], 32, padding)
    np.testing.assert_allclose(crop[0], read(IMAGE[0].numpy(), box, 32, padding), atol=2e-4)


def test_a_box_of_the_crops_size_without_context_is_a_copy():
    crop = warp(IMAGE, [torch.tensor([[7.0, 3, 23, 19]])], 16, 0)
    assert torch.allclose(crop[0], IMAGE[0, :, 3:19, 7:23], atol=1e-6)


def test_the_proposal_fills_the_crop_but_for_16_pixels_of_227_on_each_side():
    image = torch.zeros(1, 3, 200, 200)
    image[:, :, 80:120, 50:130] = 1
    crop = warp(image, [torch.tensor([[50.0, 80, 130, 120]])], 227)[0, 0]
    rows, columns = (crop > 0.5).any(1).nonzero().flatten(), (crop > 0.5).any(0).nonzero().flatten()
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (16, 210, 16, 210)


def test_beyond_the_image_the_crop_has_the_mean_colour():
    crop = warp(torch.ones(1, 3, 96, 96), [torch.tensor([[0.0, 40, 30, 70]])], 64)[0]
    assert torch.allclose(crop[:, :, :4], torch.tensor(MEAN)[:, None, None].expand(3, 64, 4))
    assert torch.allclose(crop[:, :, 5:], torch.ones(()))


def test_crops_come_in_the_order_of_images_and_proposals():
    images = torch.stack([torch.full((3, 8, 8), value) for value in (0.1, 0.2, 0.3)])
    box = torch.tensor([[2.0, 2, 6, 6]])
    crops = warp(images, [box, box[:0], box.repeat(2, 1)], 4, 0)
    assert crops[:, 0, 0, 0].tolist() == pytest.approx([0.1, 0.3, 0.3])


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"size": 0}, r"^size must be at least 1"),
        ({"padding": 0.5}, r"^padding must be .* between 0 and 0.49"),
        ({"proposals": []}, r"^proposals must hold one tensor for each of the 1 images, got 0"),
    ],
)
def test_what_cannot_be_cropped_is_refused(change, error):
    with pytest.raises(ValueError, match=error):
        warp(**{"images": IMAGE, "proposals": [torch.zeros(0, 4)]} | change)
