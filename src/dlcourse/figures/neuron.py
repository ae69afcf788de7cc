"""The figure `neuron`: two weights, a bias and an activation function, and what they make of a plane of points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from dlcourse import _validate
from dlcourse.figures.base import Figure
from dlcourse.figures.traits import plain as _plain

ACTIVATIONS = ("step", "sigmoid", "tanh", "ReLU")
"""The activation functions that `neuron` offers. The step is 1 above zero, and 0 at zero and below."""

LARGEST_WEIGHT = 5
LARGEST_BIAS = 10
PLANE = (-1, 2)  # both inputs; it has 0 and 1 in it, with room around them
MOST_POINTS = 60

_CORNERS = [(0, 0), (0, 1), (1, 0), (1, 1)]
_BELOW = "-.2,.5 .1,.1 .4,-.3 .6,-.5 -.5,.7 .2,.4 -.4,-.1 .3,.2 .7,-.2 0,-.4 -.6,.2 -.1,.8 .5,0 .9,-.6"
_ABOVE = "1.1,.4 .8,.7 1.4,.2 .6,1.2 1.2,1 .9,1.4 1.6,.6 .3,1.1 1.5,1.3 .4,1.6 1.7,-.1 1,.8 .5,.8 1.3,-.2"
DATASETS: dict[str, list[list[float]]] = {
    "AND": [[a, b, a & b] for a, b in _CORNERS],
    "OR": [[a, b, a | b] for a, b in _CORNERS],
    "XOR": [[a, b, a ^ b] for a, b in _CORNERS],
    "two clouds": [
        [*map(_plain, map(float, point.split(","))), label]
        for label, cloud in enumerate((_BELOW, _ABOVE))
        for point in cloud.split()
    ],
}
"""The points that `neuron` offers unless it is given others: two inputs and a class, 0 or 1, each."""


class Neuron(Figure, module="neuron"):
    """One neuron with two inputs, and points that it is to tell apart; made by `neuron`, which documents the traits."""

    weights = traitlets.Any().tag(sync=True)
    bias = traitlets.Any(-0.5).tag(sync=True)
    activation = traitlets.Any("step").tag(sync=True)
    datasets = traitlets.Any().tag(sync=True)
    data = traitlets.Any().tag(sync=True)
    point = traitlets.Any(0).tag(sync=True)

    def __repr__(self) -> str:
        data = repr(self.data) if isinstance(self.data, str) else f"{len(self.data)} points"
        return f"Neuron(weights={self.weights}, bias={self.bias}, activation={self.activation!r}, data={data})"

    @property
    def points(self) -> np.ndarray:
        """The points in use, (n, 2)."""
        return np.array(self._rows(), float)[:, :2]

    @property
    def labels(self) -> np.ndarray:
        """The class of each point, (n,) zeros and ones."""
        return np.array([row[2] for row in self._rows()])

    @property
    def sums(self) -> np.ndarray:
        """The weighted sum of each point, w1 x1 + w2 x2 + b: (n,)."""
        (w1, w2), points = self.weights, self.points
        sums = w1 * points[:, 0] + w2 * points[:, 1] + self.bias
        return np.where(np.abs(sums) < 1e-9, 0.0, sums)  # rounding is no side of the boundary

    @property
    def output(self) -> np.ndarray:
        """The output for each point, the activation function of its sum: (n,)."""
        z = self.sums
        if self.activation == "sigmoid":
            return 1 / (1 + np.exp(-z))
        if self.activation == "tanh":
            return np.tanh(z)
        return np.maximum(z, 0) if self.activation == "ReLU" else (z > 0).astype(float)

    @property
    def right(self) -> int:
        """How many points are on the side of their class: a sum above zero for class 1, any other for class 0."""
        return int(((self.sums > 0) == (self.labels == 1)).sum())

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        name = f" of “{self.data}”" if isinstance(self.data, str) else ""
        return (
            f"Interactive figure: a neuron with the weights {self.weights[0]} and {self.weights[1]}, the bias "
            f"{self.bias} and the activation function {self.activation}. It puts {self.right} of the "
            f"{len(self.labels)} points{name} on the right side of its boundary."
        )

    def _rows(self) -> list[list[float]]:
        checked = self._checked()
        return checked["datasets"][checked["data"]] if isinstance(checked["data"], str) else checked["data"]

    @traitlets.default("weights")
    def _default_weights(self) -> list[float]:
        return [1, 1]

    @traitlets.default("datasets")
    def _default_datasets(self) -> dict[str, list[list[float]]]:
        return {name: [list(row) for row in rows] for name, rows in DATASETS.items()}

    @traitlets.default("data")
    def _default_data(self) -> str:
        return next(iter(self.datasets), "")

    @traitlets.validate("weights")
    def _check_weights(self, proposal: Any) -> list[float]:
        pair = _validate.array("weights", proposal["value"], (2,)).tolist()
        return [_plain(_validate.real("weights", w, -LARGEST_WEIGHT, LARGEST_WEIGHT)) for w in pair]

    @traitlets.validate("bias")
    def _check_bias(self, proposal: Any) -> float:
        return _plain(_validate.real("bias", proposal["value"], -LARGEST_BIAS, LARGEST_BIAS))

    @traitlets.validate("activation")
    def _check_activation(self, proposal: Any) -> str:
        return _validate.choice("activation", proposal["value"], ACTIVATIONS)

    @traitlets.validate("datasets", "data")
    def _check_data(self, proposal: Any) -> Any:
        name = proposal["trait"].name
        return self._checked(**{name: proposal["value"]})[name]

    @traitlets.validate("point")
    def _check_point(self, proposal: Any) -> int:
        return _validate.whole("point", proposal["value"], 0, len(self._rows()) - 1)

    def _checked(self, **proposed: Any) -> dict[str, Any]:
        """Both, checked together: traitlets validates the arguments of a constructor in any order."""
        datasets, data = (proposed[name] if name in proposed else getattr(self, name) for name in ("datasets", "data"))
        if not isinstance(datasets, Mapping) or not all(isinstance(name, str) and name for name in datasets):
            raise TypeError(f"datasets must map names to points, got {_validate.describe(datasets)}")
        sets = {name: _points(f"datasets[{name!r}]", rows) for name, rows in datasets.items()}
        if not isinstance(data, str):
            return {"datasets": sets, "data": _points("data", data)}
        if not sets:
            raise ValueError("datasets must hold at least one entry, got none")
        return {"datasets": sets, "data": _validate.choice("data", data, sets)}

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
        `fig.points` (n, 2) and `fig.labels` (n,) are the data, `fig.sums` and `fig.output` (n,) what the neuron makes
        of them, `fig.right` how many points are on their side of the boundary.

    Raises
    ------
    ValueError : a number out of bounds, a class that is not 0 or 1, an unknown name, a point that there is not.
    TypeError : something that is not a number or an array of numbers, or data sets without names.

    Examples
    --------
    >>> neuron([1, 1], -1.5, data="AND").output.tolist()
    [0.0, 0.0, 0.0, 1.0]
    >>> neuron([1, 1], -0.5, data="XOR").right
    3
    """
    chosen = {name: value for name, value in {"data": data, "datasets": datasets}.items() if value is not None}
    return Neuron(weights=weights, bias=bias, activation=activation, point=point, **chosen)


def _points(name: str, value: Any) -> list[list[float]]:
    """`value` as rows of two inputs and a class."""
    rows = _validate.array(name, value, (None, 3)).tolist()
    if not 1 <= len(rows) <= MOST_POINTS:
        raise ValueError(f"{name} must hold 1 to {MOST_POINTS} points, got {len(rows)}")
    for row in rows:
        for x in row[:2]:
            _validate.real(f"{name}, an input,", x, *PLANE)
        if row[2] not in (0, 1):
            raise ValueError(f"{name} must give each point the class 0 or 1, got {row[2]}")
    return [[_plain(float(x)) for x in row] for row in rows]
