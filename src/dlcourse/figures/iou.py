"""The figure `iou`: how much two boxes overlap, as areas and as a fraction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import traitlets
from numpy.typing import ArrayLike

from dlcourse.figures._scenes import SCENES
from dlcourse.figures.base import Figure
from dlcourse.figures.scene import Box, Scene, inside, scene_state
from dlcourse.figures.traits import plain


class Iou(Figure, Scene):
    """Two boxes over a picture and their intersection over union; made by `iou`, which documents the traits."""

    modules: ClassVar = ("boxes",)
    constants: ClassVar = {
        "sides": [64, 32, 16, 8],  # of the squares on offer
        "shift": 4,  # by which the second one is then moved
        "shifts": [1, 2, 4, 8],
        "thresholds": [0.5, 0.75],
    }
    extremes: ClassVar = (
        {"truth": [0, 0, 96, 96], "prediction": [0, 0, 96, 96], "image": ""},
        {"truth": [0, 0, 2, 2], "prediction": [94, 94, 96, 96], "image": ""},
    )

    truth = Box([35, 26, 91, 74])
    prediction = Box([26, 34, 78, 78])

    def __repr__(self) -> str:
        return f"Iou(truth={self.truth}, prediction={self.prediction})"

    @property
    def intersection(self) -> float:
        """The area of what both boxes cover, in square pixels."""
        (a0, b0, a1, b1), (c0, d0, c1, d1) = self.truth, self.prediction
        return plain(max(0, min(a1, c1) - max(a0, c0)) * max(0, min(b1, d1) - max(b0, d0)))

    @property
    def union(self) -> float:
        """The area of what at least one of the boxes covers, in square pixels."""
        areas = [(x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in (self.truth, self.prediction)]
        return plain(sum(areas) - self.intersection)

    @property
    def iou(self) -> float:
        """The intersection divided by the union."""
        return self.intersection / self.union

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        truth, prediction = (
            f"{x0} to {x1} across, {y0} to {y1} down" for x0, y0, x1, y1 in (self.truth, self.prediction)
        )
        return (
            f"Interactive figure: a true box ({truth}) and a predicted one ({prediction}) over a picture. Their "
            f"intersection has {self.intersection} square pixels, their union {self.union}, and so the intersection "
            f"over union is {self.iou:.2f}."
        )

    @traitlets.default("image")
    def _default_image(self) -> str:
        return SCENES["dog"]

    @traitlets.validate("truth", "prediction")
    def _check_inside(self, proposal: Any) -> Any:
        return inside(proposal["trait"].name, proposal["value"], self.size)


def iou(
    truth: Sequence[float] = (35, 26, 91, 74),
    prediction: Sequence[float] = (26, 34, 78, 78),
    *,
    image: ArrayLike | None = None,
) -> Iou:
    """A figure in which two boxes are moved over a picture, with the areas of their intersection and their union.

    Parameters
    ----------
    truth : the true box, (x0, y0, x1, y1) in pixels, inside the picture, with sides of at least one pixel
    prediction : the predicted box
    image : (H, W, 3) uint8, with sides of 8 to 256; without it, a dog of 96 x 96 pixels

    Returns
    -------
    Iou : a widget whose traits have the names of the parameters; they are synchronised as those of `conv1d`.
        `fig.intersection`, `fig.union` (both in square pixels) and `fig.iou` are the numbers that the figure shows.

    Raises
    ------
    ValueError : a box that is not four finite numbers, is outside the picture, or has a side below one; a picture
        that is not (H, W, 3), or is too small or too large.
    TypeError : something that is not an array of numbers, or a picture that does not hold whole numbers.

    Examples
    --------
    >>> fig = iou([0, 0, 40, 40], [20, 0, 60, 40])
    >>> fig.intersection, fig.union, round(fig.iou, 3)
    (800, 2400, 0.333)
    """
    return Iou(**scene_state(image), truth=truth, prediction=prediction)
