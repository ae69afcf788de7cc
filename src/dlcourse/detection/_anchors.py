"""Boxes of a few shapes, centred at every place of a map."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from dlcourse import _validate


def anchors(
    map_size: tuple[int, int], stride: float = 8, scales: Sequence[float] = (24, 32, 48), ratios: Sequence[float] = (1,)
) -> Tensor:
    """Boxes of every scale and ratio, centred at each place of a map, as they are: some reach beyond the image.

    The place in row i and column j stands for the point `((j + 0.5) * stride, (i + 0.5) * stride)` of the image. An
    anchor of ratio r is r times as high as it is wide and keeps the area scale * scale: it is `scale / sqrt(r)` wide
    and `scale * sqrt(r)` high.

    Parameters
    ----------
    map_size : height and width of the map
    stride : pixels of the image between two places of the map
    scales : square roots of the areas, in pixels
    ratios : height over width

    Returns
    -------
    (height * width * A, 4) float32 tensor with A = len(scales) * len(ratios): row by row over the map, and at each
    place scale by scale, and within a scale ratio by ratio.

    Raises
    ------
    TypeError, ValueError : sizes that are not whole numbers from 1, a stride, scales or ratios of 0 or less, no scales.

    References
    ----------
    Ren et al. 2015, "Faster R-CNN", arXiv 1506.01497, section 3.1.1: three scales and three ratios.

    Examples
    --------
    >>> anchors((1, 2), stride=8, scales=[4], ratios=[4]).tolist()
    [[3.0, 0.0, 5.0, 8.0], [11.0, 0.0, 13.0, 8.0]]
    """
    rows, columns = (_validate.whole("map_size", size, 1) for size in _two(map_size))
    step = _positive("stride", stride)
    shapes = [
        (_positive("scales", scale) / math.sqrt(_positive("ratios", ratio)), scale * math.sqrt(ratio))
        for scale in scales
        for ratio in ratios
    ]
    if not shapes:
        raise ValueError(f"scales and ratios must hold one number each at least, got {scales} and {ratios}")
    half = torch.tensor(shapes, dtype=torch.float64) / 2
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    centres = ((torch.stack((x, y), -1) + 0.5) * step).reshape(-1, 1, 2)
    return torch.cat((centres - half, centres + half), -1).reshape(-1, 4).float()


def _two(map_size: tuple[int, int]) -> tuple[int, int]:
    try:
        height, width = map_size
    except (TypeError, ValueError):
        raise TypeError(f"map_size must be height and width, got {_validate.describe(map_size)}") from None
    return height, width


def _positive(name: str, value: float) -> float:
    number = _validate.real(name, value, 0)
    if number == 0:
        raise ValueError(f"{name} must be above 0, got {value}")
    return number
