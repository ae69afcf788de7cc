"""The figure `conv2d`: a filter slides over a small image."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from dlcourse import _validate
from dlcourse.figures.base import Figure
from dlcourse.figures.traits import LARGEST_VALUE, NamedNumbers, Numbers, State, plain, size

LONGEST = 16
LONGEST_KERNEL = 7

KERNELS: dict[str, list[list[float]]] = {
    "vertical line": [[0, 1, 0], [0, 1, 0], [0, 1, 0]],
    "horizontal line": [[0, 0, 0], [1, 1, 1], [0, 0, 0]],
    "left-right edge": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "top-bottom edge": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "outline": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "blur": [[0.0625, 0.125, 0.0625], [0.125, 0.25, 0.125], [0.0625, 0.125, 0.0625]],
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
}
"""The filters that `conv2d` offers unless it is given others; the two edges are Sobel's."""


class Conv2d(Figure):
    """A filter that slides over a small image; made by `conv2d`, which documents the traits."""

    constants: ClassVar = {"largest_value": LARGEST_VALUE}
    extremes: ClassVar = (
        {"image": np.full((LONGEST, LONGEST), -99.25), "kernel": np.full((3, 3), -0.75)},
        {"image": np.ones((9, 9)), "kernel": np.ones((7, 7))},
    )

    image = Numbers([[0, 0, 0, 1, 1, 0, 0, 0]] * 8, ndim=2, longest=LONGEST)
    kernels = NamedNumbers(longest=LONGEST_KERNEL, what="weights")
    kernel = Numbers(ndim=2, longest=LONGEST_KERNEL, named=True)
    row = State(0)
    column = State(0)

    def __repr__(self) -> str:
        kernel = repr(self.kernel) if isinstance(self.kernel, str) else size(self.kernel)
        return f"Conv2d(image={size(self.image)}, kernel={kernel}, row={self.row}, column={self.column})"

    @property
    def weights(self) -> np.ndarray:
        """The weights of the filter in use: those of `kernel`, or of the entry of `kernels` that it names."""
        return np.array(self.kernels[self.kernel] if isinstance(self.kernel, str) else self.kernel, float)

    @property
    def output(self) -> np.ndarray:
        """The figure's output cells: an array of shape (H - kh + 1, W - kw + 1)."""
        patches = np.lib.stride_tricks.sliding_window_view(np.array(self.image, float), self.weights.shape)
        return np.einsum("ijkl,kl->ij", patches, self.weights)

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        name = f" “{self.kernel}”" if isinstance(self.kernel, str) else ""
        low, high = (plain(round(float(value), 2)) for value in (self.output.min(), self.output.max()))
        return (
            f"Interactive figure: the {size(self.weights)} filter{name} slides over a {size(self.image)} image "
            f"and gives a {size(self.output)} output with values from {low} to {high}."
        )

    @traitlets.default("kernels")
    def _default_kernels(self) -> dict[str, list[list[float]]]:
        return {name: copy.deepcopy(weights) for name, weights in KERNELS.items() if _fits(weights, self.image)}

    @traitlets.default("kernel")
    def _default_kernel(self) -> str:
        return next(iter(self.kernels), "")

    @traitlets.validate("image", "kernels", "kernel", "row", "column")
    def _check_fit(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        parts = {"image": self.image, "kernels": self.kernels, "kernel": self.kernel, name: value}
        image, kernels, kernel = parts["image"], parts["kernels"], parts["kernel"]
        named = isinstance(kernel, str)
        if named and not kernels:
            wanted = f"at least one filter that fits into the image of shape {np.shape(image)}"
            raise ValueError(f"kernels must hold {wanted}, got none")
        weights = kernels[_validate.choice("kernel", kernel, kernels)] if named else kernel
        for label, offered in {**kernels, "kernel": weights}.items():
            if not _fits(offered, image):
                raise ValueError(
                    f"a kernel must not be larger than the image of shape {np.shape(image)}, "
                    f"got {label!r} of shape {np.shape(offered)}"
                )
        if name in ("row", "column"):
            last = np.subtract(np.shape(image), np.shape(weights))[("row", "column").index(name)]
            return _validate.whole(name, value, 0, int(last))
        return value

    @traitlets.observe("image", "kernels", "kernel")
    def _keep_position_inside(self, change: Any) -> None:
        rows, columns = self.output.shape
        self.row, self.column = min(self.row, rows - 1), min(self.column, columns - 1)


def _fits(weights: Any, image: Any) -> bool:
    return all(k <= n for k, n in zip(np.shape(weights), np.shape(image), strict=True))


def conv2d(
    image: ArrayLike | None = None,
    kernels: Mapping[str, ArrayLike] | None = None,
    kernel: str | ArrayLike | None = None,
    *,
    row: int = 0,
    column: int = 0,
) -> Conv2d:
    """A figure in which a filter slides over a small image and every product is shown.

    Parameters
    ----------
    image : (H, W) numbers, at most 16 × 16, each between -999 and 999; without it, an 8 × 8 vertical line
    kernels : names and weights, (kh, kw) each and at most 7 × 7, of the filters on offer; without it, those of
        `KERNELS` that fit into the image
    kernel : the filter to start with: one of those names, or weights; without it, the first of `kernels`
    row, column : output cell at which the window stands, from 0

    Returns
    -------
    Conv2d : a widget whose traits have the names of the parameters; they are synchronised as those of `conv1d`.
        After the reader has edited a weight, `fig.kernel` holds weights instead of a name. `fig.output` is the
        (H - kh + 1, W - kw + 1) array that the figure shows, `fig.weights` the filter.

    Raises
    ------
    ValueError : sizes out of bounds, a number that is not finite or too large, a kernel larger than the image,
        a name that is not in `kernels`, a position without an output cell.
    TypeError : something that is not an array of numbers, or kernels without names.

    Examples
    --------
    >>> fig = conv2d(image=[[0, 1, 0], [0, 1, 0], [0, 1, 0]], kernel="vertical line")
    >>> fig.output.tolist()
    [[3.0]]
    """
    given = {"image": image, "kernels": kernels, "kernel": kernel}
    return Conv2d(row=row, column=column, **{name: value for name, value in given.items() if value is not None})
