"""The figure `gradient_descent`: a path over a loss of two parameters, one step at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from dlcourse import _validate
from dlcourse.figures.base import Figure
from dlcourse.figures.traits import Choice, Real, Reals, Whole, plain

REACH = (3, 2)  # the picture shows x from -3 to 3 and y from -2 to 2
RATES = (0.001, 10)
MOST_STEPS = 200
GIVEN_UP = 1e6  # a path ends where one of its coordinates is larger
METHODS = ("gradient descent", "momentum", "Adam")
"""The methods of `gradient_descent`: momentum is 0.9; Adam's betas are 0.9 and 0.999, its epsilon is 1e-8."""


def _bowl(x: float, y: float) -> tuple[float, float, float]:
    return (x**2 + y**2) / 2, x, y


def _valley(x: float, y: float) -> tuple[float, float, float]:
    return (x**2 + 25 * y**2) / 2, x, 25 * y


def _saddle(x: float, y: float) -> tuple[float, float, float]:
    return (x**2 - 4) ** 2 / 32 + y**2 / 2, x * (x**2 - 4) / 8, y


def _two_minima(x: float, y: float) -> tuple[float, float, float]:
    well, across = (x**2 - 4) ** 2 / 32, y - x / 4
    # The last number makes the lowest loss 0.
    return well + x / 10 + across**2 / 2 + 0.20477214761, x * (x**2 - 4) / 8 + 0.1 - across / 4, across


def _waves(x: float, y: float) -> tuple[float, float, float]:
    loss = (x**2 + y**2) / 10 + (2 - np.cos(3 * x) - np.cos(3 * y)) / 4
    return float(loss), float(x / 5 + 0.75 * np.sin(3 * x)), float(y / 5 + 0.75 * np.sin(3 * y))


SURFACES: dict[str, Callable[[float, float], tuple[float, float, float]]] = {
    "round bowl": _bowl,
    "narrow valley": _valley,
    "saddle": _saddle,
    "two minima": _two_minima,
    "waves": _waves,
}
"""What `gradient_descent` can walk on: from x and y, the loss and its two slopes."""

STARTS = {
    "round bowl": [2.4, 1.6],
    "narrow valley": [2.7, 0.8],
    "saddle": [0.05, 1.7],
    "two minima": [2.8, -1],
    "waves": [2.6, 1.5],
}


class GradientDescent(Figure):
    """A path over a loss of two parameters; made by `gradient_descent`, which documents the traits."""

    constants: ClassVar = {
        "reach": list(REACH),
        "rates": list(RATES),
        "most_steps": MOST_STEPS,
        "given_up": GIVEN_UP,
        "methods": list(METHODS),
        "starts": STARTS,
    }
    extremes: ClassVar = (
        {"surface": "narrow valley", "method": "Adam", "step": 30},
        {"surface": "narrow valley", "learning_rate": 0.1, "step": MOST_STEPS},
        {"surface": "saddle", "method": "momentum", "step": 30},
    )

    surface = Choice("round bowl", SURFACES)
    method = Choice("gradient descent", METHODS)
    learning_rate = Real(0.1, *RATES)
    start = Reals(traitlets.Undefined, *[(-most, most) for most in REACH])
    step = Whole(0, 0, MOST_STEPS)

    @property
    def path(self) -> np.ndarray:
        """The points from the start to the present one: (step + 1, 2), fewer where the path was given up."""
        return self._walk()[0]

    @property
    def losses(self) -> np.ndarray:
        """The loss at each point of the path."""
        return self._walk()[1]

    @property
    def status(self) -> str:
        """What the path does now.

        `"start"`, `"downhill"`, `"uphill"` (the last step made the loss larger), `"across"` (it went over the bottom:
        the gradient has turned by more than a right angle), `"diverging"`, or, where the gradient is shorter than
        0.001, `"minimum"`, `"local minimum"` or `"flat"` (no minimum, but a saddle point or a top).
        """
        path, losses, slopes = self._walk()
        inside = np.all(np.abs(path[-1]) <= REACH)
        if len(path) <= self.step or (not inside and losses[-1] > 10 * losses[0]):
            return "diverging"
        if np.hypot(*slopes[-1]) < 1e-3:
            if self._flattest(*path[-1]) < 0:
                return "flat"
            return "minimum" if losses[-1] < 1e-3 else "local minimum"
        if len(path) == 1:
            return "start"
        if losses[-1] > losses[-2]:
            return "uphill"
        return "across" if slopes[-1] @ slopes[-2] < 0 else "downhill"

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        path, losses, _ = self._walk()
        x, y = (plain(round(float(value), 2)) for value in path[-1])
        return (
            f"Interactive figure: {self.method} with learning rate {self.learning_rate} on the loss surface "
            f"“{self.surface}”, from {self.start}. After {len(path) - 1} steps it is at [{x}, {y}], and the loss has "
            f"gone from {losses[0]:.3g} to {losses[-1]:.3g}."
        )

    def _walk(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Points, losses and slopes, up to the present step."""
        point, first, second = np.array(self.start, float), np.zeros(2), np.zeros(2)
        points, losses, slopes = [], [], []
        for step in range(1, self.step + 2):
            loss, *slope = SURFACES[self.surface](*point.tolist())
            gradient = np.array(slope)
            points.append(point)
            losses.append(loss)
            slopes.append(gradient)
            if np.abs(point).max() > GIVEN_UP:
                break
            if self.method == "gradient descent":
                point = point - self.learning_rate * gradient
            elif self.method == "momentum":
                first = 0.9 * first + gradient
                point = point - self.learning_rate * first
            else:
                first = 0.9 * first + 0.1 * gradient
                second = 0.999 * second + 0.001 * gradient**2
                mean, square = first / (1 - 0.9**step), second / (1 - 0.999**step)
                point = point - self.learning_rate * mean / (np.sqrt(square) + 1e-8)
        return np.array(points), np.array(losses), np.array(slopes)

    def _flattest(self, x: float, y: float) -> float:
        """The smallest curvature of the surface at a point."""
        surface, d = SURFACES[self.surface], 1e-4
        columns = [
            [
                (up - down) / (2 * d)
                for up, down in zip(surface(x + a, y + b)[1:], surface(x - a, y - b)[1:], strict=True)
            ]
            for a, b in ((d, 0), (0, d))
        ]
        return float(np.linalg.eigvalsh(np.array(columns))[0])

    @traitlets.default("start")
    def _default_start(self) -> list[float]:
        return list(STARTS[_validate.choice("surface", self.surface, SURFACES)])


def gradient_descent(
    surface: str = "round bowl",
    method: str = "gradient descent",
    learning_rate: float = 0.1,
    *,
    start: ArrayLike | None = None,
    step: int = 0,
) -> GradientDescent:
    """A figure of a loss with two parameters, on which a point goes downhill, one step at a time.

    Parameters
    ----------
    surface : one of `SURFACES`: (x² + y²) / 2, (x² + 25 y²) / 2, two minima with a saddle point between them,
        two minima of which one is deeper, or waves in a bowl; the lowest loss of each is 0
    method : one of `METHODS`
    learning_rate : 0.001 to 10
    start : (2,) where the path begins: x from -3 to 3, y from -2 to 2; without it, a place that suits the surface
    step : how many steps have been made, 0 to 200

    Returns
    -------
    GradientDescent : a widget whose traits have the names of the parameters; they are synchronised as those of
        `conv1d`. `fig.path` is the (step + 1, 2) array of the points, `fig.losses` the loss at each of them;
        `fig.status` says in a word how the path is doing.

    Raises
    ------
    ValueError : an unknown surface or method, a number out of bounds.
    TypeError : something that is not a number, or not a whole number where one is needed.

    Examples
    --------
    >>> fig = gradient_descent("round bowl", learning_rate=0.5, start=[2, 1], step=2)
    >>> fig.path.tolist(), fig.losses.tolist()
    ([[2.0, 1.0], [1.0, 0.5], [0.5, 0.25]], [2.5, 0.625, 0.15625])
    >>> fig.learning_rate, fig.step = 2.5, 3
    >>> fig.status, fig.losses.round(1).tolist()
    ('diverging', [2.5, 5.6, 12.7, 28.5])
    """
    chosen = {} if start is None else {"start": start}
    return GradientDescent(surface=surface, method=method, learning_rate=learning_rate, step=step, **chosen)
