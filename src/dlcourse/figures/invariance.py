"""The figure `shift`: an object moves over an image; its convolution map moves along, its pooled map hardly changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from dlcourse import _validate
from dlcourse.figures.base import Figure
from dlcourse.figures.conv2d import KERNELS, LONGEST_KERNEL
from dlcourse.figures.shifting import OBJECTS, POOLINGS, SIDE, Change, change, convolved, drawn, pooled
from dlcourse.figures.traits import numbers


class Shift(Figure, module="shift"):
    """An object that moves over an image, and what becomes of its maps; made by `shift`, which documents the traits."""

    objects = traitlets.Any().tag(sync=True)
    object = traitlets.Any().tag(sync=True)
    kernels = traitlets.Any().tag(sync=True)
    kernel = traitlets.Any().tag(sync=True)
    pooling = traitlets.Any("max 2").tag(sync=True)
    row = traitlets.Any().tag(sync=True)
    column = traitlets.Any().tag(sync=True)
    dx = traitlets.Any(0).tag(sync=True)
    dy = traitlets.Any(0).tag(sync=True)

    def __repr__(self) -> str:
        drawn, kernel = (
            repr(part) if isinstance(part, str) else "×".join(map(str, np.shape(part)))
            for part in (self.object, self.kernel)
        )
        place = f"row={self.row}, column={self.column}, dx={self.dx}, dy={self.dy}"
        return f"Shift(object={drawn}, kernel={kernel}, pooling={self.pooling!r}, {place})"

    @property
    def image(self) -> np.ndarray:
        """The 16 × 16 image, with the object where it stands now."""
        return drawn(self._parts()["object"], self.row + self.dy, self.column + self.dx)

    @property
    def map(self) -> np.ndarray:
        """The 16 × 16 convolution map of the image: zero padding, then ReLU."""
        return self._map_at(self.dx, self.dy)

    @property
    def pooled(self) -> np.ndarray:
        """The pooled map: 8 × 8, 4 × 4 or, for global pooling, 1 × 1."""
        return pooled(self.map, self.pooling)

    @property
    def map_change(self) -> Change:
        """How the convolution map differs from that of the marked position."""
        return change(self._map_at(0, 0), self.map, self.dx, self.dy)

    @property
    def pooled_change(self) -> Change:
        """How the pooled map differs from that of the marked position."""
        size = SIDE // len(self.pooled)
        return change(pooled(self._map_at(0, 0), self.pooling), self.pooled, self.dx / size, self.dy / size)

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        drawn, kernel = (f" “{part}”" if isinstance(part, str) else "" for part in (self.object, self.kernel))
        size = "×".join(map(str, np.shape(self._parts()["kernel"])))
        one, two = self.map_change, self.pooled_change
        pooled = "×".join(map(str, self.pooled.shape))
        return (
            f"Interactive figure: an object{drawn} on a {SIDE}×{SIDE} image goes through the {size} filter{kernel} "
            f"(zero padding, then ReLU) and through “{self.pooling}” to {pooled}. The object is moved by {self.dx} to "
            f"the right and {self.dy} down; of the cells that are not 0 before or after, {one.cells} of {one.of} "
            f"change in the convolution map and {two.cells} of {two.of} in the pooled map."
        )

    def _map_at(self, dx: int, dy: int) -> np.ndarray:
        parts = self._parts()
        return convolved(drawn(parts["object"], self.row + dy, self.column + dx), parts["kernel"])

    @traitlets.default("objects")
    def _default_objects(self) -> dict[str, list[list[float]]]:
        return {name: [list(row) for row in pixels] for name, pixels in OBJECTS.items()}

    @traitlets.default("object")
    def _default_object(self) -> str:
        return next(iter(self.objects), "")

    @traitlets.default("kernels")
    def _default_kernels(self) -> dict[str, list[list[float]]]:
        return {name: [list(row) for row in weights] for name, weights in KERNELS.items()}

    @traitlets.default("kernel")
    def _default_kernel(self) -> str:
        return next(iter(self.kernels), "")

    @traitlets.default("row")
    def _default_row(self) -> int:
        return (SIDE + 1 - np.shape(self._parts()["object"])[0]) // 2

    @traitlets.default("column")
    def _default_column(self) -> int:
        return (SIDE + 1 - np.shape(self._parts()["object"])[1]) // 2

    @traitlets.validate("objects", "object", "kernels", "kernel")
    def _check_numbers(self, proposal: Any) -> Any:
        name = proposal["trait"].name
        return self._checked(**{name: proposal["value"]})[name]

    @traitlets.validate("pooling")
    def _check_pooling(self, proposal: Any) -> str:
        return _validate.choice("pooling", proposal["value"], POOLINGS)

    @traitlets.validate("row", "column")
    def _check_start(self, proposal: Any) -> int:
        name = proposal["trait"].name
        return _validate.whole(name, proposal["value"], *self._bounds(name))

    @traitlets.validate("dx", "dy")
    def _check_shift(self, proposal: Any) -> int:
        name = proposal["trait"].name
        axis = {"dx": "column", "dy": "row"}[name]
        low, high = self._bounds(axis)
        start = _validate.whole(axis, getattr(self, axis), low, high)
        return _validate.whole(name, proposal["value"], low - start, high - start)

    def _bounds(self, axis: str) -> tuple[int, int]:
        """The first and the last place of the object at which some of it is inside the image."""
        return 1 - np.shape(self._parts()["object"])[axis == "column"], SIDE - 1

    def _parts(self) -> dict[str, Any]:
        """The pixels of the object and the weights of the filter in use, checked."""
        parts = self._checked()
        named = (("object", "objects"), ("kernel", "kernels"))
        return {one: parts[all_][parts[one]] if isinstance(parts[one], str) else parts[one] for one, all_ in named}

    def _checked(self, **proposed: Any) -> dict[str, Any]:
        """All numbers, checked together: traitlets validates the arguments of a constructor in any order."""
        names = ("objects", "object", "kernels", "kernel")
        parts = {name: proposed[name] if name in proposed else getattr(self, name) for name in names}
        parts["objects"], parts["kernels"] = (
            _named(parts["objects"], "objects", "pixels", SIDE),
            _named(parts["kernels"], "kernels", "weights", 7),
        )
        for one, all_, largest in (("object", "objects", SIDE), ("kernel", "kernels", LONGEST_KERNEL)):
            if not isinstance(parts[one], str):
                parts[one] = numbers(one, parts[one], 2, largest)
            elif not parts[all_]:
                raise ValueError(f"{all_} must hold at least one entry, got none")
            else:
                _validate.choice(one, parts[one], parts[all_])
        for name, weights in {**parts["kernels"], "kernel": parts["kernel"]}.items():
            if not isinstance(weights, str) and not all(side % 2 for side in np.shape(weights)):
                raise ValueError(
                    f"a kernel must have odd sides, so that it has a middle, got {name!r} of shape {np.shape(weights)}"
                )
        return parts

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
        `fig.image`, `fig.map` and `fig.pooled` are the arrays that the figure shows; `fig.map_change` and
        `fig.pooled_change` say how the maps differ from those of the marked position, each as a `Change`.

    Raises
    ------
    ValueError : sizes out of bounds, a number that is not finite or too large, a kernel with an even side, an unknown
        name, a position at which the whole object is outside the image.
    TypeError : something that is not an array of numbers, or objects or kernels without names.

    Examples
    --------
    >>> fig = shift("line", "vertical line", "every second", dx=1)
    >>> fig.map_change.result, fig.pooled_change.result
    ('moved', 'other numbers')
    >>> fig.pooling = "global max"
    >>> fig.pooled.tolist(), fig.pooled_change.result
    ([[3.0]], 'unchanged')
    """
    given = {"object": object, "kernel": kernel, "objects": objects, "kernels": kernels, "row": row, "column": column}
    chosen = {name: value for name, value in given.items() if value is not None}
    return Shift(pooling=pooling, dx=dx, dy=dy, **chosen)


def _named(objects: Any, name: str, what: str, longest: int) -> dict[str, list[list[float]]]:
    if not isinstance(objects, Mapping) or not all(isinstance(key, str) and key for key in objects):
        raise TypeError(f"{name} must map names to {what}, got {_validate.describe(objects)}")
    return {key: numbers(f"{name}[{key!r}]", value, 2, longest) for key, value in objects.items()}
