"""The figure `rnn`: one recurrent unit along a short sequence, and the gradient that comes back through time."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from dlcourse import _validate
from dlcourse.figures.base import Figure
from dlcourse.figures.traits import LARGEST_VALUE, Choice, Numbers, Real, State, listed

CELLS = ("tanh", "linear", "gated")
"""The recurrent units that `rnn` offers."""

LONGEST = 12
BOUNDS = {
    "recurrent_weight": (-2, 2),
    "input_weight": (-3, 3),
    "bias": (-2, 2),
    "gate_weight": (-10, 10),
    "gate_bias": (-5, 5),
}
"""The smallest and the largest value of each setting."""


class RNN(Figure):
    """A recurrent unit, unrolled along its input; made by `rnn`, which documents the traits."""

    constants: ClassVar = {
        "cells": list(CELLS),
        "bounds": {name: list(bounds) for name, bounds in BOUNDS.items()},
        "longest": LONGEST,
        "largest_value": LARGEST_VALUE,
    }
    extremes: ClassVar = (
        {"input": [-99.25] * LONGEST, "cell": "gated", "recurrent_weight": -1.95, "gate_weight": -0.05},
        {"input": [999, 0], "cell": "linear", "recurrent_weight": 2},
    )

    input = Numbers([1, 0, 0, 0, 0, 0, 0, 0], ndim=1, longest=LONGEST)
    cell = Choice("tanh", CELLS)
    recurrent_weight = Real(0.7, *BOUNDS["recurrent_weight"])
    input_weight = Real(1, *BOUNDS["input_weight"])
    bias = Real(0, *BOUNDS["bias"])
    gate_weight = Real(-6, *BOUNDS["gate_weight"])
    gate_bias = Real(3, *BOUNDS["gate_bias"])
    step = State()

    @property
    def states(self) -> np.ndarray:
        """The state h_t after each step, (T,); before the first it is 0."""
        return self._run()[0]

    @property
    def gates(self) -> np.ndarray:
        """The share z_t of the old state that a gated unit keeps at each step, (T,); zeros for the other units."""
        x = np.array(self.input, float)
        return 1 / (1 + np.exp(-(self.gate_weight * x + self.gate_bias))) if self.cell == "gated" else np.zeros(len(x))

    @property
    def gradients(self) -> np.ndarray:
        """The derivative of the last state by each state, (T,): the product of the factors after it."""
        return np.cumprod([1, *self._run()[1][:0:-1]])[::-1]

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        return (
            f"Interactive figure: a recurrent unit ({self.cell}) with the recurrent weight {self.recurrent_weight} "
            f"reads the input {listed(self.input)}; its states are {listed(self.states)}, and the derivative of the "
            f"last state by the first is {self.gradients[0]:.2g}."
        )

    def _run(self) -> tuple[np.ndarray, np.ndarray]:
        """The states, and the derivative of each by the one before it, step by step."""
        w, state = self.recurrent_weight, 0.0
        states, factors = [], []
        for x, keep in zip(self.input, self.gates, strict=True):
            total = w * state + self.input_weight * x + self.bias
            new = total if self.cell == "linear" else float(np.tanh(total))
            slope = 1.0 if self.cell == "linear" else 1 - new**2
            factors.append(keep + (1 - keep) * w * slope)
            state = keep * state + (1 - keep) * new
            states.append(state)
        return np.array(states), np.array(factors)

    @traitlets.default("step")
    def _default_step(self) -> int:
        return min(2, len(self.input))

    @traitlets.validate("step")
    def _check_step(self, proposal: Any) -> int:
        return _validate.whole("step", proposal["value"], 1, len(self.input))

    @traitlets.observe("input")
    def _keep_step_inside(self, change: Any) -> None:
        self.step = min(self.step, len(self.input))


def rnn(
    input: ArrayLike | None = None,  # the word of the chapter
    cell: str = "tanh",
    *,
    recurrent_weight: float = 0.7,
    input_weight: float = 1,
    bias: float = 0,
    gate_weight: float = -6,
    gate_bias: float = 3,
    step: int | None = None,
) -> RNN:
    """A figure of one recurrent unit along a sequence: its state at each step, and the gradient through time.

    With the recurrent weight w, the input weight u and the bias b, the unit `"tanh"` computes
    h_t = tanh(w h_(t-1) + u x_t + b), and `"linear"` the same without tanh. The unit `"gated"` keeps a part of its
    state, h_t = z_t h_(t-1) + (1 - z_t) tanh(w h_(t-1) + u x_t + b), with z_t = sigmoid(v x_t + c): the gate weight v
    and the gate bias c. This is a GRU whose reset gate is open and whose update gate reads the input alone. The state
    before the first step is 0.

    Parameters
    ----------
    input : 1 to 12 numbers, each between -999 and 999; without it, a pulse: 1 and seven zeros
    cell : one of `CELLS`
    recurrent_weight : w, from -2 to 2
    input_weight : u, from -3 to 3
    bias : b, from -2 to 2
    gate_weight : v, from -10 to 10
    gate_bias : c, from -5 to 5
    step : the step whose formula is shown at the start, from 1; without it, the second

    Returns
    -------
    RNN : a widget whose traits have the names of the parameters; in JupyterLab they are synchronised both ways.
        `fig.states` (T,) are the states; `fig.gradients` (T,) the derivatives of the last state by each of them;
        `fig.gates` (T,) the shares z_t.

    Raises
    ------
    ValueError : a setting out of bounds, too many steps, an unknown cell, a step that there is not.
    TypeError : something that is not a number, or not an array of numbers.

    Examples
    --------
    >>> fig = rnn([1, 0, 0], "linear", recurrent_weight=0.5)
    >>> fig.states.tolist()
    [1.0, 0.5, 0.25]
    >>> fig.gradients.tolist()
    [0.25, 0.5, 1.0]
    """
    chosen = {name: value for name, value in {"input": input, "step": step}.items() if value is not None}
    return RNN(
        cell=cell,
        recurrent_weight=recurrent_weight,
        input_weight=input_weight,
        bias=bias,
        gate_weight=gate_weight,
        gate_bias=gate_bias,
        **chosen,
    )
