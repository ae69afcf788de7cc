"""The figure `precision_recall`: detections of several images, their curve, and three definitions of its area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from dlcourse import _validate
from dlcourse.figures._scenes import SCENES
from dlcourse.figures.base import Figure
from dlcourse.figures.scene import LARGEST_SIDE, boxes, picture
from dlcourse.figures.traits import Real, Reals, State, Truth, plain

MOST_IMAGES, MOST_BOXES = 8, 60

TARGETS = [[[8, 41, 62, 88], [42, 64, 78, 91]], [], [[68, 33, 93, 75]]]
PREDICTIONS = [
    [[11, 44, 64, 87, 0.95], [38, 60, 76, 94, 0.35]],
    [[20, 22, 88, 80, 0.8]],
    [[64, 34, 92, 79, 0.7], [3, 40, 56, 79, 0.5]],
]


class Rows(State):
    """For each image a list of boxes; of predictions, each is followed by its score."""

    def __init__(self, default: Any, *, scores: bool) -> None:
        super().__init__(default)
        self.scores = scores

    def validate(self, obj: Any, value: Any) -> list[list[list[float]]]:
        """`value` as nested lists of plain numbers, or an error that names the trait and the image."""
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= MOST_IMAGES:
            raise ValueError(
                f"{self.name} must be a list of 1 to {MOST_IMAGES} images, got {_validate.describe(value)}"
            )
        found = [self._rows(f"{self.name}[{i}]", rows) for i, rows in enumerate(value)]
        if sum(map(len, found)) > MOST_BOXES:
            raise ValueError(f"{self.name} must hold at most {MOST_BOXES} boxes, got {sum(map(len, found))}")
        return found

    def _rows(self, name: str, value: Any) -> list[list[float]]:
        if not self.scores:
            return boxes(name, value)
        rows = _validate.array(name, value)
        if rows.size == 0:
            return []
        if rows.ndim != 2 or rows.shape[1] != 5:
            raise ValueError(f"{name} must be rows of x0, y0, x1, y1, score, got {_validate.describe(value)}")
        scores = [plain(_validate.real(f"the scores of {name}", score, 0, 1)) for score in rows[:, 4].tolist()]
        return [[*box, score] for box, score in zip(boxes(name, rows[:, :4]), scores, strict=True)]


class Pictures(State):
    """A picture for each image, or none."""

    def validate(self, obj: Any, value: Any) -> list[str]:
        """`value` as data URLs, or an error that names the trait and the image."""
        return [picture(f"{self.name}[{i}]", image) for i, image in enumerate(value)]


class PrecisionRecall(Figure):
    """Detections of one class in several images; made by `precision_recall`, which documents the traits."""

    modules: ClassVar = ("boxes",)
    extremes: ClassVar = (
        {
            "predictions": [
                [[10 * i, 10 * k, 10 * i + 9, 10 * k + 8, (i * k % 7) / 7] for i in range(7)]
                for k in range(MOST_IMAGES)
            ],
            "targets": [[[10 * i, 10 * k, 10 * i + 9, 10 * k + 9] for i in range(k)] for k in range(MOST_IMAGES)],
            "images": [],
            "threshold": 0.3,
            "cut": True,
        },
        {"predictions": [[]], "targets": [[]], "images": []},
    )

    predictions = Rows(PREDICTIONS, scores=True)
    targets = Rows(TARGETS, scores=False)
    images = Pictures([])
    size = Reals([96, 96], (8, LARGEST_SIDE), (8, LARGEST_SIDE))
    threshold = Real(0.6, 0, 1)
    iou_threshold = Real(0.5, 0.05, 0.95)
    cut = Truth(False)

    def __repr__(self) -> str:
        count = f"{len(self.targets)} images, predictions={sum(map(len, self.predictions))}"
        return f"PrecisionRecall({count}, threshold={self.threshold}, iou_threshold={self.iou_threshold})"

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        found, true = (sum(map(len, rows)) for rows in (self.predictions, self.targets))
        return (
            f"Interactive figure: {found} detections in {len(self.targets)} images with {true} true objects. A "
            f"threshold of the score, here {self.threshold}, decides which of them count; the curve of precision "
            f"against recall goes through all thresholds, and average precision by 11 points, by all points and by "
            f"COCO's 101 points stand side by side. A detection needs an IoU of {self.iou_threshold}."
        )

    @traitlets.default("images")
    def _default_images(self) -> list[str]:
        return [SCENES[f"small: {name}"] for name in ("cat behind a dog", "cat", "cat and dog")]


def precision_recall(
    predictions: Sequence[Mapping[str, ArrayLike]] | None = None,
    targets: Sequence[Mapping[str, ArrayLike]] | None = None,
    images: Sequence[ArrayLike] | None = None,
    *,
    label: int | None = None,
    threshold: float = 0.6,
    iou_threshold: float = 0.5,
    cut: bool = False,
) -> PrecisionRecall:
    """A figure in which the threshold of the score is moved along the curve of precision and recall.

    In each image, detections are taken by falling score; each gets the true box that is still free and that it
    overlaps most, if their intersection over union is at least `iou_threshold` (as pycocotools does it, for all three
    definitions of average precision). Then those of all images are sorted by their scores.

    Parameters
    ----------
    predictions : for each image "boxes" (K, 4), "scores" (K,) from 0 to 1, and "labels" (K,) where there are classes;
        without them, three images with three dogs and five detections
    targets : for each image "boxes" (K, 4), and "labels" (K,) where there are classes
    images : for each image (H, W, 3) uint8, all of one size with sides of 8 to 256; at most 8 images
    label : the class that is looked at, where there are several
    threshold : the score from which on a detection counts, 0 to 1
    iou_threshold : the intersection over union from which on a detection finds an object, 0.05 to 0.95
    cut : True: leave out what is below the threshold before average precision is computed, which is a mistake

    Returns
    -------
    PrecisionRecall : a widget; its traits are `threshold`, `iou_threshold`, `cut`, and `predictions` (rows of box and
        score) and `targets` of the class, synchronised as those of `conv1d`.

    Raises
    ------
    ValueError : lists of different lengths, arrays that do not fit to one another, turned boxes, scores or thresholds
        out of bounds, more than one class without a label, more than 8 images or 60 boxes.
    TypeError : something that is not an array of numbers.

    References
    ----------
    The PASCAL Visual Object Classes challenges of 2007 (11 points) and 2010 (all points); pycocotools (101 points).

    Examples
    --------
    >>> found = [{"boxes": [[0, 0, 40, 40], [50, 50, 90, 90]], "scores": [0.9, 0.4]}]
    >>> fig = precision_recall(found, [{"boxes": [[0, 0, 40, 44]]}], threshold=0.5)
    >>> fig.predictions[0][0], fig.targets[0]
    ([0, 0, 40, 40, 0.9], [[0, 0, 40, 44]])
    """
    state: dict[str, Any] = {}
    given = {"predictions": predictions, "targets": targets}
    if predictions is None and targets is None:
        if images is not None:
            raise ValueError("images must come with predictions and targets")
    else:
        lists = {name: _one_for_each(name, value) for name, value in given.items()}
        if len(lists["predictions"]) != len(lists["targets"]):
            raise ValueError(
                f"predictions and targets must have one entry for each image, got {len(lists['predictions'])} and "
                f"{len(lists['targets'])}"
            )
        wanted = _wanted(label, lists)
        for name, entries in lists.items():
            state[name] = [_rows(f"{name}[{i}]", entry, wanted, name) for i, entry in enumerate(entries)]
        state.update(_pictures(images, len(lists["targets"])))
    return PrecisionRecall(**state, threshold=threshold, iou_threshold=iou_threshold, cut=cut)


def _one_for_each(name: str, value: Any) -> list[Mapping[str, Any]]:
    if not isinstance(value, list | tuple) or not all(
        isinstance(entry, Mapping) and "boxes" in entry for entry in value
    ):
        raise TypeError(f"{name} must be a list with a dict with boxes for each image, got {_validate.describe(value)}")
    return list(value)


def _wanted(label: int | None, lists: Mapping[str, list[Mapping[str, Any]]]) -> int | None:
    """The class to look at, or None if there is only one."""
    if label is not None:
        return _validate.whole("label", label)
    arrays = [
        _validate.array("labels", entry["labels"]) for all_ in lists.values() for entry in all_ if "labels" in entry
    ]
    present = sorted({int(number) for array in arrays for number in array.ravel().tolist()})
    if len(present) > 1:
        raise ValueError(f"label must say which of the classes {present} to look at, got None")
    return None


def _rows(name: str, entry: Mapping[str, Any], label: int | None, kind: str) -> np.ndarray:
    corners = _validate.array(f"{name}['boxes']", entry["boxes"])
    corners = corners.reshape(-1, 4) if corners.size == 0 else _validate.array(f"{name}['boxes']", corners, (None, 4))
    parts = [corners]
    if kind == "predictions":
        parts.append(_validate.array(f"{name}['scores']", entry.get("scores"), (len(corners),))[:, None])
    keep = np.ones(len(corners), bool)
    if label is not None:
        keep = _validate.array(f"{name}['labels']", entry.get("labels"), (len(corners),)) == label
    return np.hstack(parts)[keep]


def _pictures(images: Sequence[ArrayLike] | None, count: int) -> dict[str, Any]:
    if images is None:
        return {"images": []}
    if len(images) != count:
        raise ValueError(f"images must have one for each of the {count} targets, got {len(images)}")
    urls = [picture(f"images[{i}]", image) for i, image in enumerate(images)]
    shapes = {np.shape(image)[:2] for image in images}
    if len(shapes) > 1:
        raise ValueError(f"images must all have one size, got {sorted(shapes)}")
    height, width = shapes.pop()
    return {"images": urls, "size": [width, height]}
