"""Network dissection: which units of a layer fire where a concept is, measured with exact masks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse import _validate
from dlcourse.explain._feature_maps import maps_of
from dlcourse.explain._target import images as images_of

_CHUNK = 2**22  # values of enlarged maps in memory at once


@dataclass(frozen=True, repr=False, eq=False)
class Dissection:
    """How well each unit of a layer, as a detector, agrees with each concept.

    Attributes
    ----------
    layer : the layer's name
    concepts : names of the concepts
    iou : (units, concepts), intersection over union of "the unit fires" and "the concept is here", over all images
    thresholds : (units,), the value above which a unit fires
    fires : (units,), the share of pixels on which it does, after its map was enlarged
    """

    layer: str
    concepts: tuple[str, ...]
    iou: np.ndarray
    thresholds: np.ndarray
    fires: np.ndarray

    @property
    def best(self) -> list[str]:
        """The concept with the largest IoU of each unit."""
        return [self.concepts[i] for i in self.iou.argmax(axis=1)]

    def detectors(self, minimum: float = 0.04) -> dict[str, list[int]]:
        """The units whose best concept has an IoU above `minimum`, by concept, best unit first."""
        top = self.iou.max(axis=1)
        order = np.argsort(-top, kind="stable")
        best = self.best
        return {name: [int(u) for u in order if best[u] == name and top[u] > minimum] for name in self.concepts}

    def __repr__(self) -> str:
        return f"Dissection({self.layer!r}: {len(self.iou)} units, {len(self.concepts)} concepts)"


def dissect(
    model: Any,
    images: Any,
    concepts: Mapping[str, Any],
    layer: Any,
    quantile: float = 0.005,
    *,
    activated: bool = True,
) -> Dissection:
    """Intersection over union of each unit's strongest responses with each concept, over a whole set of images.

    A unit fires where its map, enlarged to the masks' size (bilinear), exceeds a threshold T of its own: the value
    that a share `quantile` of all its responses, at all positions in all images, exceeds. Intersections and unions are
    summed over all images before they are divided.

    Parameters
    ----------
    model : PyTorch module or Keras model
    images : array or tensor of floats, (N, C, H, W) for PyTorch, (N, H, W, C) for Keras
    concepts : dict from the name of a concept to its masks, (N, H, W) bool
    layer : the layer's name or the layer itself
    quantile : share of a unit's responses that make it fire, between 0 and 1
    activated : False: a convolution's maps before an activation function that follows at once

    Returns
    -------
    Dissection : `.iou` (units, concepts), `.thresholds` (units,), `.best`, `.detectors(minimum)`

    Raises
    ------
    TypeError : `model` is of neither framework, or masks that are not bool.
    ValueError : no such layer, no concepts, or masks of another number or size.

    Examples
    --------
    >>> import numpy as np, torch
    >>> images = np.zeros((2, 1, 4, 4), "float32")
    >>> images[:, 0, :2, :2] = 1.0
    >>> found = dissect(torch.nn.Sequential(torch.nn.Identity()), images, {"corner": images[:, 0] > 0}, "0", 0.25)
    >>> found.iou.tolist(), found.best
    ([[1.0]], ['corner'])

    References
    ----------
    Bau, Zhou, Khosla, Oliva, Torralba: Network Dissection: Quantifying Interpretability of Deep Visual
    Representations (2017).
    """
    _validate.truth("activated", activated)
    share = _validate.real("quantile", quantile, 0, 1)
    if not 0 < share < 1:
        raise ValueError(f"quantile must be above 0 and below 1, got {quantile}")
    if not isinstance(concepts, Mapping) or not concepts:
        raise ValueError(f"concepts must be a dict from names to masks, got {_validate.describe(concepts)}")
    count = len(images_of("images", images))
    masks = {
        name: _validate.array(f"concepts[{name!r}]", mask, (count, None, None), "b") for name, mask in concepts.items()
    }
    shapes = {mask.shape[1:] for mask in masks.values()}
    if len(shapes) > 1:
        raise ValueError(f"concepts must all have masks of one size, got {sorted(shapes)}")
    name, maps = maps_of(model, images, layer, activated=activated)
    units = maps.shape[1]
    thresholds = np.quantile(maps.swapaxes(0, 1).reshape(units, -1), 1 - share, axis=1, method="lower").astype(
        maps.dtype
    )
    inside, fires, present = _count(maps, thresholds, np.stack(list(masks.values()), axis=1))
    union = fires[:, None] + present - inside
    iou = np.divide(inside, union, out=np.zeros_like(inside), where=union > 0)
    pixels = count * np.prod(next(iter(shapes)))
    return Dissection(name, tuple(masks), iou, thresholds, fires / pixels)


def _count(maps: np.ndarray, thresholds: np.ndarray, masks: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pixels in both, (units, concepts), on which units fire, (units,), and where concepts are, (concepts,)."""
    (n, units), concepts, size = maps.shape[:2], masks.shape[1], masks.shape[2:]
    both = np.zeros((units, concepts))
    fires, present = np.zeros(units), masks.sum(axis=(0, 2, 3)).astype(float)
    step = max(1, _CHUNK // (units * size[0] * size[1]))
    for start in range(0, n, step):
        part = slice(start, start + step)
        on = (enlarge(maps[part], size) > thresholds[:, None, None]).swapaxes(0, 1).reshape(units, -1)
        here = masks[part].swapaxes(0, 1).reshape(concepts, -1)
        both += on.astype(np.float32) @ here.astype(np.float32).T
        fires += on.sum(axis=1)
    return both, fires, present


def enlarge(maps: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Maps (..., h, w) at another size, bilinear, as PyTorch's `interpolate` without `align_corners`."""
    rows, columns = (_weights(old, new, maps.dtype) for old, new in zip(maps.shape[-2:], size, strict=True))
    return rows @ maps @ columns.T


def _weights(old: int, new: int, dtype: Any) -> np.ndarray:
    """(new, old): how much of each old cell is in each new one; cell centres are half a cell from the edge."""
    at = ((np.arange(new) + 0.5) * old / new - 0.5).clip(0, old - 1)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, old - 1)
    weights = np.zeros((new, old), dtype)
    np.add.at(weights, (np.arange(new), low), 1 - (at - low))
    np.add.at(weights, (np.arange(new), high), at - low)
    return weights
