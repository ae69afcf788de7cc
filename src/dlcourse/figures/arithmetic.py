"""The figure `conv_arithmetic`: how input, kernel, padding, stride and dilation make the size of an output."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
import traitlets

from dlcourse import _validate
from dlcourse.figures.base import Figure
from dlcourse.figures.traits import Truth

BOUNDS = {"input": (1, 14), "kernel": (1, 5), "padding": (0, 8), "stride": (1, 5), "dilation": (1, 3)}
"""The smallest and the largest value of each setting: what can still be told apart on a phone."""


class ConvArithmetic(Figure, module="conv_arithmetic"):
    """The window of a convolution on a padded square input; made by `conv_arithmetic`, which documents the traits."""

    input = traitlets.Any(7).tag(sync=True)
    kernel = traitlets.Any(3).tag(sync=True)
    padding = traitlets.Any(0).tag(sync=True)
    stride = traitlets.Any(1).tag(sync=True)
    dilation = traitlets.Any(1).tag(sync=True)
    uses = Truth(False).tag(sync=True)
    row = traitlets.Any(0).tag(sync=True)
    column = traitlets.Any(0).tag(sync=True)

    @property
    def effective_kernel(self) -> int:
        """The side of the window with its gaps: d (k - 1) + 1."""
        return self._size()["extent"]

    @property
    def output_size(self) -> int:
        """The side of the output: floor((n + p + p' - d (k - 1) - 1) / s) + 1, or 0 where the window does not fit."""
        return self._size()["output"]

    @property
    def coverage(self) -> np.ndarray:
        """How many outputs read each cell of the input: an (n, n) array of whole numbers."""
        size = self._size()
        seen = np.zeros(size["padded"], int)
        for start in range(0, size["output"] * self.stride, self.stride):
            seen[start : start + size["extent"] : self.dilation] += 1
        seen = seen[size["before"] : size["before"] + self.input]
        return np.outer(seen, seen)

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        size = self._size()
        text = (
            f"Interactive figure: a {self.kernel}×{self.kernel} kernel with stride {self.stride} and dilation "
            f"{self.dilation} slides over a {self.input}×{self.input} input with {size['before']} cells of padding "
            f"before and {size['after']} after it."
        )
        if not size["output"]:
            return f"{text} The window is {size['extent']} cells wide and does not fit: there is no output."
        sides = f"{self.input} + {size['before']} + {size['after']}"
        formula = f"⌊({sides} − {self.dilation}·({self.kernel} − 1) − 1) / {self.stride}⌋ + 1 = {size['output']}"
        return f"{text} The output has {formula} rows and columns."

    def _size(self) -> dict[str, int]:
        """The sizes along one side; checked, because traitlets validates a constructor's arguments in any order."""
        n, k, s, d = (_setting(name, getattr(self, name)) for name in ("input", "kernel", "stride", "dilation"))
        before, after = _sides(self.padding)
        padded, extent = n + before + after, d * (k - 1) + 1
        output = (padded - extent) // s + 1 if padded >= extent else 0
        return {"before": before, "after": after, "padded": padded, "extent": extent, "output": output}

    @traitlets.validate("input", "kernel", "stride", "dilation")
    def _check_setting(self, proposal: Any) -> int:
        return _setting(proposal["trait"].name, proposal["value"])

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
        ways. `fig.output_size` is the side of the output, 0 where the window does not fit; `fig.effective_kernel` the
        side of the window with its gaps; `fig.coverage` the (n, n) array of how many outputs read each cell.

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
    >>> conv_arithmetic(input=4, kernel=3).coverage.tolist()
    [[1, 2, 2, 1], [2, 4, 4, 2], [2, 4, 4, 2], [1, 2, 2, 1]]
    """
    settings = {"input": input, "kernel": kernel, "padding": padding, "stride": stride, "dilation": dilation}
    return ConvArithmetic(**settings, uses=uses, row=row, column=column)


def _setting(name: str, value: Any) -> int:
    return _validate.whole(name, value, *BOUNDS[name])


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
    return _setting("padding", padding[0]), _setting("padding", padding[1])
