"""The figure `matching`: which anchors a true box makes positive, negative or ignored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from dlcourse import _validate
from dlcourse.figures._scenes import SCENES
from dlcourse.figures.base import Figure
from dlcourse.figures.scene import Box, Scene, inside, scene_state
from dlcourse.figures.traits import Choice, Real, State, Truth, listed, plain

MOST_ANCHORS = 2500


class Few(State):
    """One to three numbers between two bounds."""

    def __init__(self, default: Any, low: float, high: float) -> None:
        super().__init__(default)
        self.bounds = low, high

    def validate(self, obj: Any, value: Any) -> list[float]:
        """`value` as plain numbers, or an error that names the trait and the place."""
        found = _validate.array(str(self.name), value, (None,)).tolist()
        if not 1 <= len(found) <= 3:
            raise ValueError(f"{self.name} must be one to three numbers, got {len(found)}")
        return [plain(_validate.real(f"{self.name}[{i}]", number, *self.bounds)) for i, number in enumerate(found)]


class Matching(Figure, Scene):
    """A true box over a grid of anchors; made by `matching`, which documents the traits."""

    modules: ClassVar = ("boxes",)
    constants: ClassVar = {"step": 0.05}
    extremes: ClassVar = (
        {"box": [0, 0, 2, 2], "inside": True, "faulty": True},
        {"box": [0, 0, 96, 96], "high": 0.3, "low": 0.3, "image": "", "inside": True},
        {"box": [40, 40, 60, 60], "scales": [24], "ratios": [1], "stride": 16, "image": ""},
    )

    box = Box([2, 38, 55, 80])
    scales = Few([16, 32, 48], 4, 256)
    ratios = Few([0.5, 1, 2], 0.25, 4)
    stride = Choice(8, (8, 16, 32))
    high = Real(0.7, 0, 1)
    low = Real(0.3, 0, 1)
    inside = Truth(False)
    faulty = Truth(False)

    def __repr__(self) -> str:
        names = ("box", "scales", "ratios", "stride", "high", "low", "inside", "faulty")
        return f"Matching({', '.join(f'{name}={getattr(self, name)}' for name in names)})"

    @property
    def anchors(self) -> np.ndarray:
        """The anchors, (N, 4) in pixels: row by row, and at each place by their scales, then by their ratios."""
        columns, rows = (int(side) // self.stride for side in self.size)
        y, x, scale, ratio = np.meshgrid(
            (np.arange(rows) + 0.5) * self.stride,
            (np.arange(columns) + 0.5) * self.stride,
            np.array(self.scales, float),
            np.array(self.ratios, float),
            indexing="ij",
        )
        width, height = scale / np.sqrt(ratio), scale * np.sqrt(ratio)
        corners = [x - width / 2, y - height / 2, x + width / 2, y + height / 2]
        return np.stack(corners, axis=-1).reshape(-1, 4)

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        x0, y0, x1, y1 = self.box
        return (
            f"Interactive figure: a true box ({x0} to {x1} across, {y0} to {y1} down) over {len(self.anchors)} "
            f"anchors, {listed(self.scales)} pixels large with heights of {listed(self.ratios)} widths, every "
            f"{self.stride} pixels. An anchor is positive from an intersection over union of {self.high} on, or if "
            f"none is better for the box; it is negative below {self.low}, and ignored in between."
        )

    @traitlets.default("image")
    def _default_image(self) -> str:
        return SCENES["cat and dog"]

    @traitlets.validate("box")
    def _check_box(self, proposal: Any) -> list[float]:
        return inside("box", proposal["value"], self.size)


def matching(
    box: Sequence[float] = (2, 38, 55, 80),
    *,
    image: ArrayLike | None = None,
    scales: Sequence[float] = (16, 32, 48),
    ratios: Sequence[float] = (0.5, 1, 2),
    stride: int = 8,
    high: float = 0.7,
    low: float = 0.3,
    inside: bool = False,
    faulty: bool = False,
) -> Matching:
    """A figure in which a true box is moved over a grid of anchors, and each anchor shows what it becomes.

    The anchors stand in the middles of cells of `stride` pixels. One of scale s and ratio r has a width of s / √r and a
    height of s · √r. It is positive if its intersection over union with the box is at least `high`, or if no other
    anchor has a larger one (all that share the largest are positive); otherwise negative below `low`, or ignored.

    Parameters
    ----------
    box : the true box, (x0, y0, x1, y1) in pixels, inside the picture, with sides of at least one pixel
    image : (H, W, 3) uint8, with sides of 8 to 256; without it, a scene with a cat and a dog
    scales : one to three scales in pixels, 4 to 256
    ratios : one to three ratios of height to width, 0.25 to 4
    stride : pixels from one place to the next: 8, 16 or 32
    high : the intersection over union from which on an anchor is positive, 0 to 1
    low : the intersection over union below which an anchor is negative, 0 to `high`
    inside : True: leave out anchors that reach beyond the picture, as Faster R-CNN does in training
    faulty : True: make the best anchors positive even where the best intersection over union is 0, as some libraries do

    Returns
    -------
    Matching : a widget whose traits have the names of the parameters; they are synchronised as those of `conv1d`.
        `fig.anchors` are the anchors, (N, 4).

    Raises
    ------
    ValueError : a number out of bounds, `low` above `high`, a box outside the picture, more than 2,500 anchors.
    TypeError : something that is not a number or an array of numbers.

    References
    ----------
    Ren et al., Faster R-CNN (2015), section 3.1.2.

    Examples
    --------
    >>> fig = matching([40, 40, 56, 56], scales=[16], ratios=[1])
    >>> fig.anchors.shape, fig.anchors[0].tolist()
    ((144, 4), [-4.0, -4.0, 12.0, 12.0])
    """
    settings = {"scales": scales, "ratios": ratios, "stride": stride, "high": high, "low": low}
    fig = Matching(**scene_state(image), box=box, **settings, inside=inside, faulty=faulty)
    if fig.low > fig.high:
        raise ValueError(f"low must be at most high, {fig.high}, got {fig.low}")
    if len(fig.anchors) > MOST_ANCHORS:
        raise ValueError(f"there must be at most {MOST_ANCHORS:,} anchors, got {len(fig.anchors):,}")
    return fig
