"""The figure `shift`: an object moves over an image; its convolution map moves along, its pooled map hardly changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from dlcourse import _validate
from dlcourse.figures.base import Figure
from dlcourse.figures.conv2d import KERNELS, LONGEST_KERNEL
from dlcourse.figures.traits import Choice, NamedNumbers, Numbers, State, plain, size

SIDE = 16  # of the image, and of its convolution map

_DRAWN = {  # every digit is a pixel in quarters: 4 is 1, a dot is 0
    "cross": "...4... ...4... ...4... 4444444 ...4... ...4... ...4...",
    "ring": "..444.. .4...4. 4.....4 4.....4 4.....4 .4...4. ..444..",
    "corner": "444444 4..... 4..... 4..... 4..... 4.....",
    "line": "4 4 4 4 4 4 4 4",
    "cat": "44.......44 4144...4414 41224442214 42222222224 42242224224 42242224224 42222222224 42221412224 "
    "42224242224 .422222224. ..4444444..",
}
OBJECTS: dict[str, list[list[float]]] = {
    name: [[plain(int(pixel.replace(".", "0")) / 4) for pixel in row] for row in rows.split()]
    for name, rows in _DRAWN.items()
}
"""The objects that `shift` offers unless it is given others: pixels from 0 (the background) to 1."""

POOLINGS: dict[str, dict[str, Any]] = {
    "max 2": {"size": 2, "take": "max", "words": "largest of each 2 × 2 cells"},
    "average 2": {"size": 2, "take": "mean", "words": "mean of each 2 × 2 cells"},
    "max 4": {"size": 4, "take": "max", "words": "largest of each 4 × 4 cells"},
    "every second": {"size": 2, "take": "first", "words": "every second row and column"},
    "blur, every second": {
        "size": 2,
        "take": "first",
        "blur": [[1 / 16, 1 / 8, 1 / 16], [1 / 8, 1 / 4, 1 / 8], [1 / 16, 1 / 8, 1 / 16]],
        "words": "blur 1, 2, 1, then every second",
    },
    "global max": {"size": SIDE, "take": "max", "words": "largest of all cells"},
    "global average": {"size": SIDE, "take": "mean", "words": "mean of all cells"},
}
"""What `shift` can do to the convolution map: which number it takes from each block of how many cells.

`every second` keeps every second cell of every second row, as a stride of 2 does, and
`blur, every second` does so after a blur with the weights 1, 2, 1 in both directions, divided by 16.
"""


class Shift(Figure):
    """An object that moves over an image, and what becomes of its maps; made by `shift`, which documents the traits."""

    constants: ClassVar = {"side": SIDE, "poolings": POOLINGS}
    extremes: ClassVar = (
        {"object": "cat", "kernel": "left-right edge", "pooling": "blur, every second", "dx": 1},
        {"object": np.full((SIDE, SIDE), 999), "kernel": "blur", "pooling": "max 4", "dx": -3, "dy": 2},
    )

    objects = NamedNumbers(OBJECTS, longest=SIDE, what="pixels")
    object = Numbers(ndim=2, longest=SIDE, named=True)
    kernels = NamedNumbers(KERNELS, longest=LONGEST_KERNEL, what="weights")
    kernel = Numbers(ndim=2, longest=LONGEST_KERNEL, named=True)
    pooling = Choice("max 2", POOLINGS)
    row = State()
    column = State()
    dx = State(0)
    dy = State(0)

    def __repr__(self) -> str:
        drawn, kernel = (repr(part) if isinstance(part, str) else size(part) for part in (self.object, self.kernel))
        place = f"row={self.row}, column={self.column}, dx={self.dx}, dy={self.dy}"
        return f"Shift(object={drawn}, kernel={kernel}, pooling={self.pooling!r}, {place})"

    @property
    def image(self) -> np.ndarray:
        """The 16 × 16 image, with the object where it stands now."""
        pixels = np.array(self._pixels, float)
        canvas = np.zeros((3 * SIDE, 3 * SIDE))  # the image is in the middle
        top, left = SIDE + self.row + self.dy, SIDE + self.column + self.dx
        canvas[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
        return canvas[SIDE : 2 * SIDE, SIDE : 2 * SIDE]

    @property
    def map(self) -> np.ndarray:
        """The 16 × 16 convolution map of the image: zero padding, then ReLU."""
        return np.maximum(_same_size(self.image, self._weights), 0)

    @property
    def pooled(self) -> np.ndarray:
        """The pooled map: 8 × 8, 4 × 4 or, for global pooling, 1 × 1."""
        how = POOLINGS[self.pooling]
        cells, side = self.map, how["size"]
        if "blur" in how:
            cells = _same_size(cells, how["blur"])
        blocks = cells.reshape(SIDE // side, side, SIDE // side, side)
        return {"max": blocks.max((1, 3)), "mean": blocks.mean((1, 3)), "first": blocks[:, 0, :, 0]}[how["take"]]

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        drawn, kernel = (f" “{part}”" if isinstance(part, str) else "" for part in (self.object, self.kernel))
        return (
            f"Interactive figure: an object{drawn} on a {SIDE}×{SIDE} image goes through the {size(self._weights)} "
            f"filter{kernel} (zero padding, then ReLU) and through “{self.pooling}” to {size(self.pooled)}. Moved by "
            f"{self.dx} to the right and {self.dy} down, it is compared with its marked position."
        )

    @property
    def _pixels(self) -> list[list[float]]:
        return self.objects[self.object] if isinstance(self.object, str) else self.object

    @property
    def _weights(self) -> list[list[float]]:
        return self.kernels[self.kernel] if isinstance(self.kernel, str) else self.kernel

    @traitlets.default("object")
    def _default_object(self) -> str:
        return next(iter(self.objects), "")

    @traitlets.default("kernel")
    def _default_kernel(self) -> str:
        return next(iter(self.kernels), "")

    @traitlets.default("row")
    def _default_row(self) -> int:
        return (SIDE + 1 - len(self._pixels)) // 2

    @traitlets.default("column")
    def _default_column(self) -> int:
        return (SIDE + 1 - len(self._pixels[0])) // 2

    @traitlets.validate("objects", "object", "kernels", "kernel", "row", "column", "dx", "dy")
    def _check_fit(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        names = ("objects", "object", "kernels", "kernel")
        parts = {key: value if key == name else getattr(self, key) for key in names}
        for one, all_ in (("object", "objects"), ("kernel", "kernels")):
            if isinstance(parts[one], str):
                if not parts[all_]:
                    raise ValueError(f"{all_} must hold at least one entry, got none")
                _validate.choice(one, parts[one], parts[all_])
        for label, weights in {**parts["kernels"], "kernel": parts["kernel"]}.items():
            if not isinstance(weights, str) and not all(side % 2 for side in np.shape(weights)):
                raise ValueError(
                    f"a kernel must have odd sides, so that it has a middle, got {label!r} of shape {np.shape(weights)}"
                )
        if name in names:
            return value
        axis = {"dx": "column", "dy": "row"}.get(name, name)
        low, high = self._bounds(axis)
        start = 0 if axis == name else _validate.whole(axis, getattr(self, axis), low, high)
        return _validate.whole(name, value, low - start, high - start)

    def _bounds(self, axis: str) -> tuple[int, int]:
        """The first and the last place of the object at which some of it is inside the image."""
        return 1 - np.shape(self._pixels)[axis == "column"], SIDE - 1

    @traitlets.observe("objects", "object")
    def _keep_some_inside(self, event: Any) -> None:
        with self.hold_trait_notifications():
            for axis, moved in (("row", "dy"), ("column", "dx")):
                low, high = self._bounds(axis)
                start = min(max(getattr(self, axis), low), high)
                setattr(self, moved, min(max(start + getattr(self, moved), low), high) - start)
                setattr(self, axis, start)


def shift(
    object: str | ArrayLike | None = None,  # the word of the chapter
    kernel: str | ArrayLike | None = None,
    pooling: str = "max 2",
    *,
    objects: Mapping[str, ArrayLike] | None = None,
    kernels: Mapping[str, ArrayLike] | None = None,
    row: int | None = None,
    column: int | None = None,
    dx: int = 0,
    dy: int = 0,
) -> Shift:
    """A figure in which an object is moved over an image, beside its convolution map and its pooled map.

    The image has 16 × 16 pixels and a background of 0. The convolution pads it with zeros, so that the map has
    16 × 16 cells too, and is followed by ReLU. Both maps are compared with those of the marked position.

    Parameters
    ----------
    object : one of the names in `objects`, or (h, w) numbers, at most 16 × 16; without it, the first of `objects`
    kernel : one of the names in `kernels`, or (kh, kw) weights, both odd and at most 7; without it, the first of
        `kernels`
    pooling : one of `POOLINGS`
    objects : names and pixels, (h, w) each, of the objects on offer; without it, `OBJECTS`
    kernels : names and weights of the filters on offer; without it, `KERNELS`
    row, column : the marked position: where the upper left pixel of the object stands at the start; without it, the
        object stands in the middle
    dx, dy : by how many pixels the object is then moved to the right and down

    Returns
    -------
    Shift : a widget whose traits have the names of the parameters; they are synchronised as those of `conv1d`.
        `fig.image`, `fig.map` and `fig.pooled` are the arrays that the figure shows.

    Raises
    ------
    ValueError : sizes out of bounds, a number that is not finite or too large, a kernel with an even side, an unknown
        name, a position at which the whole object is outside the image.
    TypeError : something that is not an array of numbers, or objects or kernels without names.

    Examples
    --------
    >>> fig = shift("line", "vertical line", "every second", dx=1)
    >>> float(fig.map.max()), float(fig.pooled.max())
    (3.0, 0.0)
    >>> fig.pooling = "global max"
    >>> fig.pooled.tolist()
    [[3.0]]
    """
    given = {"object": object, "kernel": kernel, "objects": objects, "kernels": kernels, "row": row, "column": column}
    chosen = {name: value for name, value in given.items() if value is not None}
    return Shift(pooling=pooling, dx=dx, dy=dy, **chosen)


def _same_size(cells: np.ndarray, weights: ArrayLike) -> np.ndarray:
    """The cross-correlation of `cells`, padded with zeros so that the result has the same shape."""
    weights = np.array(weights, float)
    padded = np.pad(cells, [(side // 2, side // 2) for side in weights.shape])
    return np.einsum("ijkl,kl->ij", np.lib.stride_tricks.sliding_window_view(padded, weights.shape), weights)
