"""The figure `conv_arithmetic`: how input, kernel, padding, stride and dilation make the size of an output."""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar

import numpy as np
import traitlets

from dlcourse import _validate
from dlcourse.figures.base import Figure
from dlcourse.figures.traits import State, Truth, Whole

BOUNDS = {"input": (1, 14), "kernel": (1, 5), "padding": (0, 8), "stride": (1, 5), "dilation": (1, 3)}
"""The smallest and the largest value of each setting: what can still be told apart on a phone."""


class ConvArithmetic(Figure):
    """The window of a convolution on a padded square input; made by `conv_arithmetic`, which documents the traits."""

    constants: ClassVar = {"bounds": {name: list(bounds) for name, bounds in BOUNDS.items()}}
    extremes: ClassVar = (
        {"input": 14, "kernel": 5, "padding": 8, "uses": True},
        {"input": 8, "padding": (0, 1), "stride": 3, "uses": True},
        {"input": 3, "kernel": 5, "dilation": 3},
    )

    input = Whole(7, *BOUNDS["input"])
    kernel = Whole(3, *BOUNDS["kernel"])
    padding = State(0)
    stride = Whole(1, *BOUNDS["stride"])
    dilation = Whole(1, *BOUNDS["dilation"])
    uses = Truth(False)
    row = State(0)
    column = State(0)

    @property
    def output_size(self) -> int:
        """The side of the output: floor((n + p + p' - d (k - 1) - 1) / s) + 1, or 0 where the window does not fit."""
        rest = self.input + sum(_sides(self.padding)) - self._extent()
        return rest // self.stride + 1 if rest >= 0 else 0

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        before, after = _sides(self.padding)
        text = (
            f"Interactive figure: a {self.kernel}×{self.kernel} kernel with stride {self.stride} and dilation "
            f"{self.dilation} slides over a {self.input}×{self.input} input with {before} cells of padding "
            f"before and {after} after it."
        )
        if not self.output_size:
            return f"{text} The window is {self._extent()} cells wide and does not fit: there is no output."
        sides = f"{self.input} + {before} + {after} − {self.dilation}·({self.kernel} − 1) − 1"
        return f"{text} The output has ⌊({sides}) / {self.stride}⌋ + 1 = {self.output_size} rows and columns."

    def _extent(self) -> int:
        return self.dilation * (self.kernel - 1) + 1

    @traitlets.validate("padding")
    def _check_padding(self, proposal: Any) -> int | list[int]:
        before, after = _sides(proposal["value"])
        return before if before == after else [before, after]

    @traitlets.validate("row", "column")
    def _check_position(self, proposal: Any) -> int:
        return _validate.whole(proposal["trait"].name, proposal["value"], 0, max(self.output_size - 1, 0))

    @traitlets.observe(*BOUNDS)
    def _keep_position_inside(self, change: Any) -> None:
        last = max(self.output_size - 1, 0)
        self.row, self.column = min(self.row, last), min(self.column, last)


def conv_arithmetic(
    input: int = 7,  # the name that the readers know from the chapter
    kernel: int = 3,
    padding: int | tuple[int, int] = 0,
    stride: int = 1,
    dilation: int = 1,
    *,
    uses: bool = False,
    row: int = 0,
    column: int = 0,
) -> ConvArithmetic:
    """A figure of the window of a convolution on its padded input, with the size of the output worked out.

    Parameters
    ----------
    input : side of the square input, 1 to 14
    kernel : side of the square kernel, 1 to 5
    padding : cells added on every side, 0 to 8, or a pair: those before (above, left) and those after (below, right)
    stride : steps from one window to the next, 1 to 5
    dilation : steps from one weight to the next inside the window, 1 to 3
    uses : whether each cell of the input shows how many outputs read it
    row, column : output cell at which the window stands, from 0

    Returns
    -------
    ConvArithmetic : a widget whose traits have the names of the parameters; in JupyterLab they are synchronised both
        ways. `fig.output_size` is the side of the output, 0 where the window does not fit.

    Raises
    ------
    ValueError : a setting out of bounds, a padding with more or fewer than two sides, a position without an output.
    TypeError : a setting that is not a whole number, or not True or False.

    Examples
    --------
    >>> conv_arithmetic(input=7, kernel=3, padding=1, stride=2).output_size
    4
    >>> conv_arithmetic(input=6, kernel=3, padding=(0, 1), stride=2).output_size
    3
    """
    settings = {"input": input, "kernel": kernel, "padding": padding, "stride": stride, "dilation": dilation}
    return ConvArithmetic(**settings, uses=uses, row=row, column=column)


def _sides(padding: Any) -> tuple[int, int]:
    """`padding` as the cells before and those after the input."""
    if isinstance(padding, np.ndarray):
        padding = padding.tolist()
    if isinstance(padding, Integral):
        padding = (padding, padding)
    fault = f"padding must be a whole number or a pair (before, after), got {_validate.describe(padding)}"
    if not isinstance(padding, list | tuple):
        raise TypeError(fault)
    if len(padding) != 2:
        raise ValueError(fault)
    before, after = (_validate.whole("padding", side, *BOUNDS["padding"]) for side in padding)
    return before, after
