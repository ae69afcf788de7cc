"""Proposals cut out of their image and warped to the size that a network takes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from dlcourse import _validate

PADDING = 16 / 227  # Girshick et al. 2014, appendix A: 16 of 227 pixels on each side show what is around the proposal
MEAN = (0.449, 0.393, 0.340)  # colour of all pixels of pets.scenes(1000, seed=300)


def warp(
    images: Tensor,
    proposals: Sequence[Tensor],
    size: int = 64,
    padding: float = PADDING,
    fill: Sequence[float] = MEAN,
) -> Tensor:
    """Square crops of the proposals, each stretched to `size` x `size` pixels with some of what lies around it.

    A proposal fills the middle `size * (1 - 2 * padding)` pixels of its crop, whatever its shape was; the rest shows
    its surroundings at the same scale, and the colour `fill` where the image ends. Pixels are read bilinearly, without
    smoothing first where the crop is smaller than its proposal.

    Parameters
    ----------
    images : (N, 3, height, width) tensor
    proposals : N tensors (P_i, 4) of boxes in pixels, one for each image
    size : pixels of a crop along each side
    padding : share of the crop's side that is context, on each of the four sides; from 0 to 0.49
    fill : red, green and blue outside of the image

    Returns
    -------
    (P_1 + ... + P_N, 3, size, size) tensor, in the order of the proposals

    Raises
    ------
    TypeError, ValueError : a size that is not a whole number from 1, a padding outside of its range, another number of
        lists of proposals than of images.

    References
    ----------
    Girshick et al. 2014, "Rich feature hierarchies", arXiv 1311.2524, appendix A: "tightest square without context" is
    not used; warping with context padding of 16 pixels is.

    Examples
    --------
    >>> image = torch.arange(8.0).expand(1, 3, 8, 8)
    >>> warp(image, [torch.tensor([[2.0, 2, 6, 6]])], size=4, padding=0)[0, 0, 0].tolist()
    [2.0, 3.0, 4.0, 5.0]
    """
    size, padding = _validate.whole("size", size, 1), _validate.real("padding", padding, 0, 0.49)
    if len(proposals) != len(images):
        raise ValueError(f"proposals must hold one tensor for each of the {len(images)} images, got {len(proposals)}")
    crops = [_of_image(image, boxes, size, padding, fill) for image, boxes in zip(images, proposals, strict=True)]
    return torch.cat(crops) if crops else images.new_zeros(0, 3, size, size)


def _of_image(image: Tensor, boxes: Tensor, size: int, padding: float, fill: Sequence[float]) -> Tensor:
    """The crops of one image: all of them are read as one tall picture."""
    height, width = image.shape[1:]
    # From -padding to 1 + padding of the box, where `padding` is measured in the crop: the middle of each pixel.
    place = (torch.arange(size, device=image.device, dtype=image.dtype) + 0.5) / size
    place = (place - padding) / (1 - 2 * padding)
    x = boxes[:, 0:1] + place * (boxes[:, 2:3] - boxes[:, 0:1])
    y = boxes[:, 1:2] + place * (boxes[:, 3:4] - boxes[:, 1:2])
    across = (2 * x / width - 1)[:, None, :].expand(-1, size, -1)
    down = (2 * y / height - 1)[:, :, None].expand(-1, -1, size)
    grid = torch.stack((across, down), -1).reshape(1, -1, size, 2)
    read = functional.grid_sample(image[None], grid, padding_mode="border", align_corners=False)
    crops = read[0].reshape(3, -1, size, size).transpose(0, 1)
    inside = ((y >= 0) & (y <= height))[:, None, :, None] & ((x >= 0) & (x <= width))[:, None, None, :]
    return torch.where(inside, crops, image.new_tensor(fill)[:, None, None])
