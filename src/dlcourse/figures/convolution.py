"""The figures `conv1d` and `conv2d`: a filter slides over its input, one product sum at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from dlcourse import _validate
from dlcourse.figures.base import Figure, Truth

LARGEST_SIDE = 16
LARGEST_KERNEL_SIDE = 7
LARGEST_VALUE = 999  # wider numbers do not fit into a cell

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


class Conv1d(Figure, module="conv1d"):
    """A filter that slides over a row of numbers; made by `conv1d`, which documents the traits."""

    input = traitlets.Any().tag(sync=True)
    kernel = traitlets.Any().tag(sync=True)
    bias = traitlets.Any(0).tag(sync=True)
    flip = Truth(False).tag(sync=True)
    relu = Truth(False).tag(sync=True)
    position = traitlets.Any(0).tag(sync=True)

    @property
    def output(self) -> np.ndarray:
        """The figure's output cells: an array of length n - k + 1."""
        weights = self.kernel[::-1] if self.flip else self.kernel
        sums = np.correlate(np.array(self.input, float), np.array(weights, float), "valid") + self.bias
        return np.maximum(sums, 0) if self.relu else sums

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        also = ", flipped," if self.flip else ""
        also += f" with bias {self.bias}," if self.bias else ""
        also += " followed by ReLU," if self.relu else ""
        return (
            f"Interactive figure: the filter {_listed(self.kernel)}{also} slides over the input {_listed(self.input)} "
            f"and gives the output {_listed(self.output)}."
        )

    @traitlets.default("input")
    def _default_input(self) -> list[float]:
        return [0, 0, 0, 1, 1, 0, 0, 0]

    @traitlets.default("kernel")
    def _default_kernel(self) -> list[float]:
        return [0, 1, 0]

    @traitlets.validate("input", "kernel")
    def _check_numbers(self, proposal: Any) -> list[float]:
        name = proposal["trait"].name
        return self._checked(**{name: proposal["value"]})[name]

    @traitlets.validate("bias")
    def _check_bias(self, proposal: Any) -> float:
        return _plain(_validate.real("bias", proposal["value"], -LARGEST_VALUE, LARGEST_VALUE))

    @traitlets.validate("position")
    def _check_position(self, proposal: Any) -> int:
        numbers = self._checked()
        return _validate.whole("position", proposal["value"], 0, len(numbers["input"]) - len(numbers["kernel"]))

    def _checked(self, **proposed: Any) -> dict[str, list[float]]:
        """Input and kernel, checked together: traitlets validates the arguments of a constructor in any order."""
        parts = {"input": self.input, "kernel": self.kernel, **proposed}
        numbers = {name: _numbers(name, value, ndim=1, largest=LARGEST_SIDE) for name, value in parts.items()}
        if len(numbers["kernel"]) > len(numbers["input"]):
            raise ValueError(
                f"kernel must not be longer than input, got {len(numbers['kernel'])} weights "
                f"for {len(numbers['input'])} inputs"
            )
        return numbers

    @traitlets.observe("input", "kernel")
    def _keep_position_inside(self, change: Any) -> None:
        self.position = min(self.position, len(self.input) - len(self.kernel))


class Conv2d(Figure, module="conv2d"):
    """A filter that slides over a small image; made by `conv2d`, which documents the traits."""

    image = traitlets.Any().tag(sync=True)
    kernels = traitlets.Any().tag(sync=True)
    kernel = traitlets.Any().tag(sync=True)
    row = traitlets.Any(0).tag(sync=True)
    column = traitlets.Any(0).tag(sync=True)

    def __repr__(self) -> str:
        kernel = repr(self.kernel) if isinstance(self.kernel, str) else "×".join(map(str, self.weights.shape))
        size = "×".join(map(str, np.shape(self.image)))
        return f"Conv2d(image={size}, kernel={kernel}, row={self.row}, column={self.column})"

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
        sizes = ["×".join(map(str, np.shape(part))) for part in (self.weights, self.image, self.output)]
        low, high = (_plain(round(float(value), 2)) for value in (self.output.min(), self.output.max()))
        return (
            f"Interactive figure: the {sizes[0]} filter{name} slides over a {sizes[1]} image "
            f"and gives a {sizes[2]} output with values from {low} to {high}."
        )

    @traitlets.default("image")
    def _default_image(self) -> list[list[float]]:
        return [[0, 0, 0, 1, 1, 0, 0, 0] for _ in range(8)]

    @traitlets.default("kernels")
    def _default_kernels(self) -> dict[str, list[list[float]]]:
        height, width = np.shape(_numbers("image", self.image, ndim=2, largest=LARGEST_SIDE))
        return {
            name: [list(row) for row in weights]
            for name, weights in KERNELS.items()
            if len(weights) <= height and len(weights[0]) <= width
        }

    @traitlets.default("kernel")
    def _default_kernel(self) -> str:
        return next(iter(self.kernels), "")

    @traitlets.validate("image", "kernels", "kernel")
    def _check_numbers(self, proposal: Any) -> Any:
        name = proposal["trait"].name
        return self._checked(**{name: proposal["value"]})[name]

    @traitlets.validate("row", "column")
    def _check_position(self, proposal: Any) -> int:
        name, parts = proposal["trait"].name, self._checked()
        weights = parts["kernels"][parts["kernel"]] if isinstance(parts["kernel"], str) else parts["kernel"]
        axis = ("row", "column").index(name)
        return _validate.whole(name, proposal["value"], 0, np.shape(parts["image"])[axis] - np.shape(weights)[axis])

    def _checked(self, **proposed: Any) -> dict[str, Any]:
        """Image, kernels and kernel, checked together: traitlets validates a constructor's arguments in any order."""
        parts = {"image": self.image, "kernels": self.kernels, "kernel": self.kernel, **proposed}
        image = _numbers("image", parts["image"], ndim=2, largest=LARGEST_SIDE)
        kernels = _named_kernels(parts["kernels"])
        kernel = parts["kernel"]
        if isinstance(kernel, str):
            if not kernels:
                wanted = f"at least one filter that fits into the image of shape {np.shape(image)}"
                raise ValueError(f"kernels must hold {wanted}, got none")
            _validate.choice("kernel", kernel, kernels)
        else:
            kernel = _numbers("kernel", kernel, ndim=2, largest=LARGEST_KERNEL_SIDE)
        for label, weights in [*kernels.items(), *([] if isinstance(kernel, str) else [("kernel", kernel)])]:
            if any(k > n for k, n in zip(np.shape(weights), np.shape(image), strict=True)):
                raise ValueError(
                    f"a kernel must not be larger than the image of shape {np.shape(image)}, "
                    f"got {label!r} of shape {np.shape(weights)}"
                )
        return {"image": image, "kernels": kernels, "kernel": kernel}

    @traitlets.observe("image", "kernels", "kernel")
    def _keep_position_inside(self, change: Any) -> None:
        rows, columns = self.output.shape
        self.row, self.column = min(self.row, rows - 1), min(self.column, columns - 1)


def conv1d(
    input: ArrayLike = (0, 0, 0, 1, 1, 0, 0, 0),  # the name that the readers know from the chapter
    kernel: ArrayLike = (0, 1, 0),
    *,
    bias: float = 0,
    flip: bool = False,
    relu: bool = False,
    position: int = 0,
) -> Conv1d:
    """A figure in which a filter slides over a row of numbers and every product is written out.

    Parameters
    ----------
    input : (n,) numbers, 1 to 16 of them, each between -999 and 999
    kernel : (k,) numbers, the weights of the filter; k is at most n
    bias : number added to every sum
    flip : whether the weights are applied in reverse order, as a convolution in mathematics does
    relu : whether negative sums become 0
    position : output cell at which the window stands, from 0

    Returns
    -------
    Conv1d : a widget whose traits have the names of the parameters. In JupyterLab, an assignment such as
        `fig.kernel = [-1, 0, 1]` changes the view, and what the reader edits there comes back to the traits.
        `fig.output` is the (n - k + 1,) array that the figure shows.

    Raises
    ------
    ValueError : no numbers or too many, a number that is not finite or too large, a kernel longer than the input,
        a position without an output cell.
    TypeError : something that is not a list of numbers.

    Examples
    --------
    >>> fig = conv1d(input=[0, 0, 1, 1], kernel=[-1, 1])
    >>> fig
    Conv1d(bias=0, flip=False, input=[0, 0, 1, 1], kernel=[-1, 1], position=0, relu=False)
    >>> fig.output.tolist()
    [0.0, 1.0, 0.0]
    """
    return Conv1d(input=input, kernel=kernel, bias=bias, flip=flip, relu=relu, position=position)


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


def _plain(value: float) -> float:
    """`value` as JSON and readers like it: 1 rather than 1.0, and never -0.0."""
    return int(value) if value == int(value) else float(value)


def _listed(values: Sequence[float] | np.ndarray) -> str:
    return "[" + ", ".join(str(_plain(round(float(value), 2))) for value in values) + "]"


def _numbers(name: str, value: Any, ndim: int, largest: int) -> Any:
    """`value` as nested lists of finite numbers, if its shape and its numbers fit into a figure."""
    numbers = _validate.array(name, value, shape=(None,) * ndim)
    if not all(1 <= side <= largest for side in numbers.shape):
        raise ValueError(f"{name} must have 1 to {largest} numbers along each axis, got shape {numbers.shape}")
    for number in numbers.ravel().tolist():
        if not abs(number) <= LARGEST_VALUE:  # also true of a nan
            raise ValueError(f"{name} must hold numbers between -{LARGEST_VALUE} and {LARGEST_VALUE}, got {number}")
    if ndim == 1:
        return [_plain(number) for number in numbers.tolist()]
    return [[_plain(number) for number in row] for row in numbers.tolist()]


def _named_kernels(kernels: Any) -> dict[str, list[list[float]]]:
    if not isinstance(kernels, Mapping) or not all(isinstance(name, str) and name for name in kernels):
        raise TypeError(f"kernels must map names to weights, got {_validate.describe(kernels)}")
    return {
        name: _numbers(f"kernels[{name!r}]", value, ndim=2, largest=LARGEST_KERNEL_SIDE)
        for name, value in kernels.items()
    }
