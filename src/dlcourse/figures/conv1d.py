"""The figure `conv1d`: a filter slides over a row of numbers."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from dlcourse import _validate
from dlcourse.figures.base import Figure
from dlcourse.figures.traits import LARGEST_VALUE, Numbers, Real, State, Truth, listed

LONGEST = 16


class Conv1d(Figure):
    """A filter that slides over a row of numbers; made by `conv1d`, which documents the traits."""

    constants: ClassVar = {"longest": LONGEST, "largest_value": LARGEST_VALUE}
    extremes: ClassVar = ({"input": range(LONGEST)}, {"input": [-99.25] * LONGEST, "kernel": [-0.75] * 7, "bias": -1})

    input = Numbers([0, 0, 0, 1, 1, 0, 0, 0], ndim=1, longest=LONGEST)
    kernel = Numbers([0, 1, 0], ndim=1, longest=LONGEST)
    bias = Real(0, -LARGEST_VALUE, LARGEST_VALUE)
    flip = Truth(False)
    relu = Truth(False)
    position = State(0)

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
            f"Interactive figure: the filter {listed(self.kernel)}{also} slides over the input {listed(self.input)} "
            f"and gives the output {listed(self.output)}."
        )

    @traitlets.validate("input", "kernel", "position")
    def _check_fit(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        parts = {"input": self.input, "kernel": self.kernel, name: value}
        n, k = len(parts["input"]), len(parts["kernel"])
        if k > n:
            raise ValueError(f"kernel must not be longer than input, got {k} weights for {n} inputs")
        return _validate.whole(name, value, 0, n - k) if name == "position" else value

    @traitlets.observe("input", "kernel")
    def _keep_position_inside(self, change: Any) -> None:
        self.position = min(self.position, len(self.input) - len(self.kernel))


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
