"""What the figure `shift` computes: an image with an object in it, its convolution map, its pooled map."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.figures.conv2d import LONGEST as LARGEST_SIDE
from dlcourse.figures.traits import plain as _plain

SIDE = LARGEST_SIDE  # of the image, and of its convolution map

_DRAWN = {  # every digit is a pixel in quarters: 4 is 1, a dot is 0
    "cross": "...4... ...4... ...4... 4444444 ...4... ...4... ...4...",
    "ring": "..444.. .4...4. 4.....4 4.....4 4.....4 .4...4. ..444..",
    "corner": "444444 4..... 4..... 4..... 4..... 4.....",
    "line": "4 4 4 4 4 4 4 4",
    "cat": "44.......44 4144...4414 41224442214 42222222224 42242224224 42242224224 42222222224 42221412224 "
    "42224242224 .422222224. ..4444444..",
}
OBJECTS: dict[str, list[list[float]]] = {
    name: [[_plain(int(pixel.replace(".", "0")) / 4) for pixel in row] for row in rows.split()]
    for name, rows in _DRAWN.items()
}
"""The objects that `shift` offers unless it is given others: pixels from 0 (the background) to 1."""

_SIZES = {"max 2": 2, "average 2": 2, "max 4": 4, "every second": 2, "blur, every second": 2}
POOLINGS = (*_SIZES, "global max", "global average")
"""What `shift` can do to the convolution map.

`max` and `average` take one number from each block of 2 × 2 or 4 × 4 cells, `global` one from the whole map.
`every second` keeps every second cell of every second row, as a stride of 2 does, and
`blur, every second` does so after a blur with the weights 1, 2, 1 in both directions, divided by 16.
"""


class Change(NamedTuple):
    """How a map differs from what it was before the object moved."""

    result: str
    """`"unchanged"`, `"moved"` (the same numbers, all moved with the object) or `"other numbers"`."""
    difference: float
    """All differences of cells, added up, as a share of the sums before and after: 0 if nothing changed, 1 if the
    two maps have nothing in common."""
    cells: int
    """How many cells changed."""
    of: int
    """How many cells are not 0 before or after; the others cannot have changed."""
    largest: float
    """The largest change of a cell."""
    before: float
    """The sum of all cells before."""
    after: float
    """The sum of all cells after."""


def drawn(pixels: ArrayLike, row: int, column: int) -> np.ndarray:
    """The image with an object whose upper left pixel stands at `row` and `column`, which may be outside."""
    pixels = np.array(pixels, float)
    canvas = np.zeros((3 * SIDE, 3 * SIDE))  # the image is in the middle
    top, left = SIDE + row, SIDE + column
    canvas[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return canvas[SIDE : 2 * SIDE, SIDE : 2 * SIDE]


def convolved(image: np.ndarray, weights: ArrayLike) -> np.ndarray:
    """The convolution map: the image padded with zeros, cross-correlated with the weights, after ReLU."""
    return np.maximum(_same_size(image, np.array(weights, float)), 0)


def pooled(cells: np.ndarray, pooling: str) -> np.ndarray:
    """The map after one of `POOLINGS`."""
    if pooling == "blur, every second":
        cells = _same_size(cells, np.outer([1, 2, 1], [1, 2, 1]) / 16)
    size = _SIZES.get(pooling, SIDE)
    blocks = cells.reshape(SIDE // size, size, SIDE // size, size)
    if pooling.endswith("every second"):
        return blocks[:, 0, :, 0]
    return blocks.max((1, 3)) if "max" in pooling else blocks.mean((1, 3))


def change(before: np.ndarray, after: np.ndarray, dx: float, dy: float) -> Change:
    """The `Change` of a map whose object has moved by `dx` and `dy` cells of the map, which need not be whole."""
    differs = np.abs(after - before)
    result = "other numbers"
    if not _differ(before, after).any():
        result = "unchanged"
    elif dx == int(dx) and dy == int(dy):
        there, back = _moved(before, int(dx), int(dy)), _moved(after, -int(dx), -int(dy))
        result = result if _differ(there, after).any() or _differ(back, before).any() else "moved"
    return Change(
        result=result,
        difference=float(differs.sum() / (before.sum() + after.sum() or 1)),
        cells=int(_differ(before, after).sum()),
        of=int((_differ(before, 0) | _differ(after, 0)).sum()),
        largest=float(differs.max()),
        before=float(before.sum()),
        after=float(after.sum()),
    )


def _same_size(cells: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The cross-correlation of `cells`, padded with zeros so that the result has the same shape."""
    padded = np.pad(cells, [(side // 2, side // 2) for side in weights.shape])
    return np.einsum("ijkl,kl->ij", np.lib.stride_tricks.sliding_window_view(padded, weights.shape), weights)


def _moved(cells: np.ndarray, dx: int, dy: int) -> np.ndarray:
    """`cells` moved to the right and down, with zeros where nothing comes from."""
    padded = np.pad(cells, [(abs(dy), abs(dy)), (abs(dx), abs(dx))])
    return np.roll(padded, (dy, dx), (0, 1))[abs(dy) : abs(dy) + len(cells), abs(dx) : abs(dx) + len(cells)]


def _differ(one: np.ndarray, two: np.ndarray | float) -> np.ndarray:
    return np.abs(one - two) > 1e-9  # rounding is no change
