"""YOLOv3's three scales, for both frameworks: this module loads neither."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse import _validate

STRIDES = (4, 8, 16)  # pixels of a cell in the three maps
PRIORS = (  # widths and heights in pixels: k-means with 1 - IoU over the boxes of pets.scenes(1000, seed=300)
    ((25, 36), (37, 27), (31, 44)),
    ((44, 31), (43, 38), (36, 53)),
    ((46, 47), (53, 41), (57, 52)),
)
CODES = 5  # numbers of a predictor before its classes: tx, ty, tw, th, objectness
RESIDUALS = (0, 0, 1, 1)  # blocks after each of the four convolutions that halve the map


def backbone_channels(width: int) -> tuple[int, int, int, int]:
    """Channels after each of the four convolutions that halve the map."""
    width = _validate.whole("width", width, 1)
    return width, 2 * width, 4 * width, 4 * width


def checked_priors(priors: Any) -> np.ndarray:
    """Widths and heights in pixels, (3, A, 2) float32; raises ValueError if they are no such shapes."""
    table = _validate.array("priors", priors, (len(STRIDES), None, 2)).astype("float32")
    if not table.size or not (np.isfinite(table) & (table > 0)).all():
        raise ValueError(f"priors must be widths and heights above 0, got {priors}")
    return table
