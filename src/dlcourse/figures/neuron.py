"""The figure `neuron`: two weights, a bias and an activation function, and what they make of a plane of points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import traitlets
from numpy.typing import ArrayLike

from dlcourse import _validate
from dlcourse.figures.base import Figure
from dlcourse.figures.traits import Choice, Real, Reals, State, plain

ACTIVATIONS = ("step", "sigmoid", "tanh", "ReLU")
"""The activation functions that `neuron` offers. The step is 1 above zero, and 0 at zero and below."""

LARGEST = {"weight": 5, "bias": 10}
INPUTS = (-1, 2)  # both inputs; this has 0 and 1 in it, with room around them
MOST_POINTS = 60

_CORNERS = [(0, 0), (0, 1), (1, 0), (1, 1)]
_BELOW = "-.2,.5 .1,.1 .4,-.3 .6,-.5 -.5,.7 .2,.4 -.4,-.1 .3,.2 .7,-.2 0,-.4 -.6,.2 -.1,.8 .5,0 .9,-.6"
_ABOVE = "1.1,.4 .8,.7 1.4,.2 .6,1.2 1.2,1 .9,1.4 1.6,.6 .3,1.1 1.5,1.3 .4,1.6 1.7,-.1 1,.8 .5,.8 1.3,-.2"
DATASETS: dict[str, list[list[float]]] = {
    "AND": [[a, b, a & b] for a, b in _CORNERS],
    "OR": [[a, b, a | b] for a, b in _CORNERS],
    "XOR": [[a, b, a ^ b] for a, b in _CORNERS],
    "two clouds": [
        [*map(plain, map(float, point.split(","))), label]
        for label, cloud in enumerate((_BELOW, _ABOVE))
        for point in cloud.split()
    ],
}
"""The points that `neuron` offers unless it is given others: two inputs and a class, 0 or 1, each."""


class Neuron(Figure):
    """One neuron with two inputs, and points that it is to tell apart; made by `neuron`, which documents the traits."""

    constants: ClassVar = {"activations": list(ACTIVATIONS), "inputs": list(INPUTS), "largest": LARGEST}
    extremes: ClassVar = (
        {"weights": [-2.5, -1.5], "bias": -7.25, "activation": "sigmoid", "data": "two clouds", "point": 27},
        {"weights": [0, 0], "bias": 0, "activation": "tanh"},
    )

    weights = Reals([1, 1], *[(-LARGEST["weight"], LARGEST["weight"])] * 2)
    bias = Real(-0.5, -LARGEST["bias"], LARGEST["bias"])
    activation = Choice("step", ACTIVATIONS)
    datasets = State(DATASETS)
    data = State()
    point = State(0)

    def __repr__(self) -> str:
        data = repr(self.data) if isinstance(self.data, str) else f"{len(self.data)} points"
        return f"Neuron(weights={self.weights}, bias={self.bias}, activation={self.activation!r}, data={data})"

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        name = f" of “{self.data}”" if isinstance(self.data, str) else ""
        return (
            f"Interactive figure: a neuron with the weights {self.weights[0]} and {self.weights[1]}, the bias "
            f"{self.bias} and the activation function {self.activation}, which is to tell the two classes of the "
            f"{len(self._rows())} points{name} apart."
        )

    def _rows(self) -> list[list[float]]:
        return self.datasets[self.data] if isinstance(self.data, str) else self.data

    @traitlets.default("data")
    def _default_data(self) -> str:
        return next(iter(self.datasets), "")

    @traitlets.validate("datasets", "data", "point")
    def _check_data(self, proposal: Any) -> Any:
        """All three together: traitlets validates the arguments of a constructor in any order."""
        name, value = proposal["trait"].name, proposal["value"]
        parts = {"datasets": self.datasets, "data": self.data, name: value}
        if not isinstance(parts["datasets"], Mapping) or not all(
            isinstance(key, str) and key for key in parts["datasets"]
        ):
            raise TypeError(f"datasets must map names to points, got {_validate.describe(parts['datasets'])}")
        sets = {key: _points(f"datasets[{key!r}]", rows) for key, rows in parts["datasets"].items()}
        if not isinstance(parts["data"], str):
            rows = parts["data"] = _points("data", parts["data"])
        elif not sets:
            raise ValueError("datasets must hold at least one entry, got none")
        else:
            rows = sets[_validate.choice("data", parts["data"], sets)]
        if name == "point":
            return _validate.whole("point", value, 0, len(rows) - 1)
        return {**parts, "datasets": sets}[name]

    @traitlets.observe("datasets", "data")
    def _keep_point_inside(self, change: Any) -> None:
        self.point = min(self.point, len(self._rows()) - 1)


def neuron(
    weights: Sequence[float] = (1, 1),
    bias: float = -0.5,
    activation: str = "step",
    *,
    data: str | ArrayLike | None = None,
    datasets: Mapping[str, ArrayLike] | None = None,
    point: int = 0,
) -> Neuron:
    """A figure of one neuron with two inputs: its boundary and its output on a plane of points of two classes.

    A point counts as class 1 where the weighted sum z = w1 x1 + w2 x2 + b is above zero, whatever the activation
    function; where it is zero is the boundary, a straight line that is perpendicular to the weights.

    Parameters
    ----------
    weights : w1 and w2, each from -5 to 5
    bias : b, from -10 to 10
    activation : one of `ACTIVATIONS`
    data : one of the names in `datasets`, or (n, 3) numbers: two inputs, each from -1 to 2, and the class, 0 or 1, of
        1 to 60 points; without it, the first of `datasets`
    datasets : names and points, (n, 3) each, of the data sets on offer; without it, `DATASETS`
    point : the point whose sum is shown at the start, from 0

    Returns
    -------
    Neuron : a widget whose traits have the names of the parameters; in JupyterLab they are synchronised both ways.

    Raises
    ------
    ValueError : a number out of bounds, a class that is not 0 or 1, an unknown name, a point that there is not.
    TypeError : something that is not a number or an array of numbers, or data sets without names.

    Examples
    --------
    >>> neuron([1, 1], -1.5, data="AND")
    Neuron(weights=[1, 1], bias=-1.5, activation='step', data='AND')
    """
    given = {"data": data, "datasets": datasets}
    chosen = {name: value for name, value in given.items() if value is not None}
    return Neuron(weights=weights, bias=bias, activation=activation, point=point, **chosen)


def _points(name: str, value: Any) -> list[list[float]]:
    """`value` as rows of two inputs and a class."""
    rows = _validate.array(name, value, (None, 3)).tolist()
    if not 1 <= len(rows) <= MOST_POINTS:
        raise ValueError(f"{name} must hold 1 to {MOST_POINTS} points, got {len(rows)}")
    for row in rows:
        for x in row[:2]:
            _validate.real(f"{name}, an input,", x, *INPUTS)
        if row[2] not in (0, 1):
            raise ValueError(f"{name} must give each point the class 0 or 1, got {row[2]}")
    return [[plain(float(x)) for x in row] for row in rows]
