"""The shapes that a detector's boxes start from, found among the objects' own shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from dlcourse import _validate
from dlcourse.detection._yolo import shape_iou

STARTS, STEPS = 10, 100  # how often k-means begins anew, and its longest run


def shape_priors(sizes: Any, k: int = 5, seed: int = 0) -> Tensor:
    """The `k` shapes that k-means finds among the objects' sizes, with 1 - IoU as the distance.

    The IoU is that of two boxes with one centre. The usual distance would care for large boxes most: an error of four
    pixels would count the same for a box of ten and for one of eighty. Of several starts with objects drawn by chance,
    the one counts whose shapes fit best, by the mean over all objects of the IoU with the best shape.

    Parameters
    ----------
    sizes : (N, 2) array or tensor of widths and heights above 0, in pixels or any other unit
    k : how many shapes, at most as many as there are different sizes
    seed : of the starts

    Returns
    -------
    (k, 2) float32 tensor of widths and heights in the unit of `sizes`, by rising area

    Raises
    ------
    TypeError, ValueError : sizes that are not (N, 2) positive numbers, more shapes than different sizes.

    References
    ----------
    Redmon & Farhadi 2017, "YOLO9000", arXiv 1612.08242, section 2, "Dimension Clusters".

    Examples
    --------
    >>> shape_priors([[10, 10], [12, 10], [40, 20], [44, 20]], k=2).tolist()
    [[11.0, 10.0], [42.0, 20.0]]
    """
    table = _validate.array("sizes", sizes, (None, 2)).astype(np.float64)
    if not (np.isfinite(table) & (table > 0)).all():
        raise ValueError("sizes must be finite widths and heights above 0")
    different = np.unique(table, axis=0)
    k = _validate.whole("k", k, 1)
    if k > len(different):
        raise ValueError(f"k must be at most the number of different sizes, {len(different)}, got {k}")
    dice = np.random.default_rng(_validate.whole("seed", seed))
    objects = torch.from_numpy(table)
    runs = [
        _k_means(objects, torch.from_numpy(different[dice.choice(len(different), k, replace=False)]))
        for _ in range(STARTS)
    ]
    best = max(runs, key=lambda shapes: float(shape_iou(objects, shapes).amax(1).mean()))
    return best[best.prod(1).argsort(stable=True)].float()


def _k_means(objects: Tensor, shapes: Tensor) -> Tensor:
    """Each shape becomes the mean of the objects that are nearest to it, until no object changes."""
    owner = torch.full((len(objects),), -1)
    for _ in range(STEPS):
        nearest = shape_iou(objects, shapes).argmax(1)
        if torch.equal(nearest, owner):
            break
        owner = nearest
        for i in range(len(shapes)):
            if bool((owner == i).any()):  # a shape that has lost all its objects stays where it is
                shapes[i] = objects[owner == i].mean(0)
    return shapes
