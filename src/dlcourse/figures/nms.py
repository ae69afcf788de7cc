"""The figure `nms`: which of many overlapping boxes stay, and which box suppressed each of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from dlcourse import _validate
from dlcourse.figures._scenes import SCENES
from dlcourse.figures.base import Figure
from dlcourse.figures.scene import Detections, Scene, scene_state
from dlcourse.figures.traits import Real, Texts, Truth

MOST = 60  # boxes

_CAT, _DOG = 0, 1
EXAMPLE: list[list[float]] = [
    [9, 42, 63, 87, 0.96, _DOG],
    [12, 34, 38, 80, 0.91, _CAT],
    [41, 63, 79, 91, 0.88, _DOG],
    [6, 38, 59, 90, 0.83, _DOG],
    [15, 44, 70, 91, 0.74, _DOG],
    [10, 30, 42, 72, 0.69, _CAT],
    [45, 60, 83, 95, 0.62, _DOG],
    [12, 36, 46, 68, 0.55, _CAT],
    [35, 58, 74, 92, 0.47, _DOG],
    [30, 40, 64, 66, 0.41, _DOG],
    [4, 33, 66, 92, 0.35, _CAT],
    [70, 4, 94, 26, 0.22, _DOG],
]


class Nms(Figure, Scene):
    """Scored boxes over a picture, and non-maximum suppression; made by `nms`, which documents the traits."""

    modules: ClassVar = ("boxes",)
    constants: ClassVar = {"step": 0.05}
    extremes: ClassVar = (
        {
            "detections": [[i, i, i + 24, i + 24, 1 - i / 100, i % 5] for i in range(MOST)],
            "names": ["a name that is long", "b", "c", "d", "e"],
            "image": "",
            "threshold": 0.7,
        },
        {"detections": [], "image": "", "per_class": False},
    )

    detections = Detections(EXAMPLE, most=MOST)
    names = Texts(["cat", "dog"])
    threshold = Real(0.5, 0, 1)
    per_class = Truth(True)

    def __repr__(self) -> str:
        return f"Nms(boxes={len(self.detections)}, threshold={self.threshold}, per_class={self.per_class})"

    @property
    def suppressed_by(self) -> list[int | None]:
        """For each box None if it stays, otherwise the number of the box that suppressed it."""
        kept: list[int] = []
        found: list[int | None] = [None] * len(self.detections)
        scores = [-row[4] for row in self.detections]
        for i in np.argsort(scores, kind="stable").tolist():
            found[i] = next((k for k in kept if self._rivals(k, i)), None)
            if found[i] is None:
                kept.append(i)
        return found

    @property
    def kept(self) -> list[int]:
        """The numbers of the boxes that stay, by falling score."""
        found = self.suppressed_by
        order = np.argsort([-row[4] for row in self.detections], kind="stable").tolist()
        return [i for i in order if found[i] is None]

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        classes = "each class by itself" if self.per_class else "across classes"
        return (
            f"Interactive figure: non-maximum suppression of {len(self.detections)} boxes with scores, {classes}. "
            f"Where an intersection over union above {self.threshold} with a better box suppresses a box, "
            f"{len(self.kept)} of them stay."
        )

    def _rivals(self, one: int, other: int) -> bool:
        a, b = self.detections[one], self.detections[other]
        sides = [max(0, min(a[i + 2], b[i + 2]) - max(a[i], b[i])) for i in (0, 1)]
        both = sides[0] * sides[1]
        either = sum((row[2] - row[0]) * (row[3] - row[1]) for row in (a, b)) - both
        return (not self.per_class or a[5] == b[5]) and either > 0 and both / either > self.threshold

    @traitlets.default("image")
    def _default_image(self) -> str:
        return SCENES["cat behind a dog"]


def nms(
    image: ArrayLike | None = None,
    boxes: ArrayLike | None = None,
    scores: ArrayLike | None = None,
    labels: ArrayLike | None = None,
    names: Sequence[str] = ("cat", "dog"),
    *,
    threshold: float = 0.5,
    per_class: bool = True,
) -> Nms:
    """A figure in which a reader moves the threshold of non-maximum suppression and sees which boxes stay.

    Boxes are taken by falling score, equal ones in the given order. One is suppressed by the first box that stayed
    before it and that it overlaps by more than the threshold.

    Parameters
    ----------
    image : (H, W, 3) uint8, with sides of 8 to 256; without it and without boxes, a scene with a cat and two dogs
    boxes : (N, 4) boxes, (x0, y0, x1, y1) in pixels of the picture; at most 60
    scores : (N,) numbers
    labels : (N,) whole numbers from 0 on; without them, all boxes are of class 0
    names : the names of the classes
    threshold : the intersection over union above which a box is suppressed, 0 to 1
    per_class : True: boxes suppress those of their own class only; False: those of all classes

    Returns
    -------
    Nms : a widget; its traits are `image`, `names`, `threshold`, `per_class` and `detections` (rows of box, score and
        label), synchronised as those of `conv1d`. `fig.kept` has the numbers of the boxes that stay, by falling score,
        and `fig.suppressed_by` for each box the number of the one that suppressed it, or None.

    Raises
    ------
    ValueError : arrays that do not fit to one another, turned boxes, numbers that are not finite, a label without a
        name, a threshold out of bounds, more than 60 boxes.
    TypeError : something that is not an array of numbers, or names that are no texts.

    Examples
    --------
    >>> fig = nms(boxes=[[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10]], scores=[0.6, 0.9, 0.5])
    >>> fig.kept, fig.suppressed_by
    ([1, 2], [1, None, None])
    """
    state = scene_state(image)
    if boxes is None:
        for name, value in {"image": image, "scores": scores, "labels": labels}.items():
            if value is not None:
                raise ValueError(f"{name} must come with boxes, got boxes=None")
    else:
        state.setdefault("image", "")
        corners = _validate.array("boxes", boxes)
        corners = corners.reshape(-1, 4) if corners.size == 0 else _validate.array("boxes", corners, (None, 4))
        rank = _validate.array("scores", scores, (len(corners),))
        classes = np.zeros(len(corners)) if labels is None else _validate.array("labels", labels, (len(corners),))
        if classes.size and not classes.max() < len(names):
            raise ValueError(f"names must have one for each label, got {list(names)} and label {classes.max()}")
        state["detections"] = np.column_stack([corners, rank, classes])
    return Nms(**state, names=list(names), threshold=threshold, per_class=per_class)
