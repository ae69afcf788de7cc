"""The figure `yolo_grid`: what each cell of a YOLO predicts for a picture, from all of its boxes to those that stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from dlcourse import _validate
from dlcourse import boxes as box_functions
from dlcourse.figures._yolo_outputs import OUTPUTS
from dlcourse.figures.base import Figure
from dlcourse.figures.scene import LARGEST_SIDE, picture, scene_state
from dlcourse.figures.traits import Choice, Real, State, Texts, plain

STAGES = ("one cell", "all boxes", "classes", "above the threshold", "after NMS")
MOST = {"rows": 16, "columns": 16, "boxes": 5, "classes": 20}
LARGEST = 9999  # of the numbers of a box and of the other outputs, to both sides of zero


class Outputs(State):
    """Pictures by their names, each with what a network predicts for it, cell by cell."""

    def validate(self, obj: Any, value: Any) -> dict[str, dict[str, Any]]:
        """`value` in plain JSON, or an error that names what does not fit."""
        if not isinstance(value, Mapping) or not value or not all(isinstance(name, str) and name for name in value):
            raise TypeError(f"{self.name} must map names to pictures with outputs, got {_validate.describe(value)}")
        return {name: _checked(entry) for name, entry in value.items()}


class Cell(State):
    """Row and column of a cell, from 0."""

    def validate(self, obj: Any, value: Any) -> list[int]:
        """`value` as two whole numbers, or an error that names the trait."""
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise TypeError(f"cell must be a row and a column, got {_validate.describe(value)}")
        return [_validate.whole(f"cell[{i}]", number) for i, number in enumerate(value)]


class YoloGrid(Figure):
    """The outputs of a YOLO over a picture; made by `yolo_grid`, which documents the traits."""

    modules: ClassVar = ("boxes",)
    constants: ClassVar = {"stages": list(STAGES), "step": 0.05}
    extremes: ClassVar = (
        {"stage": "after NMS"},
        {"stage": "above the threshold", "threshold": 0, "scene": list(OUTPUTS)[1]},
        {"stage": "classes", "scene": list(OUTPUTS)[2]},
        {
            "scenes": {
                "a name that is long": {
                    "image": "",
                    "size": [64, 96],
                    "boxes": [[[[-90, -9, 99 * i, 40.5]] * 3 for i in range(4)]] * 6,
                    "confidences": [[[-0.25, 1.25, 0.5]] * 4] * 6,
                    "classes": [[[1.125, -0.5, 0.5]] * 4] * 6,
                }
            },
            "names": ["a name that is long", "dog", "c"],
            "stage": "all boxes",
            "threshold": 0.5,
        },
    )

    scenes = Outputs(OUTPUTS)
    scene = State()
    names = Texts(["cat", "dog"])
    stage = Choice("one cell", STAGES)
    cell = Cell()
    threshold = Real(0.2, 0, 1)
    iou_threshold = Real(0.45, 0, 1)

    def __repr__(self) -> str:
        settings = f"cell={self.cell}, threshold={self.threshold}, iou_threshold={self.iou_threshold}"
        return f"YoloGrid(scenes={len(self.scenes)}, scene={self.scene!r}, stage={self.stage!r}, {settings})"

    @property
    def boxes(self) -> np.ndarray:
        """The boxes of the chosen scene, (rows, columns, B, 4) in pixels."""
        return np.array(self.scenes[self.scene]["boxes"], float)

    @property
    def scores(self) -> np.ndarray:
        """Confidence times class probability, each cut to 0 to 1: (rows, columns, B, C)."""
        confidences, classes = (np.clip(self.scenes[self.scene][key], 0, 1) for key in ("confidences", "classes"))
        return confidences[..., None] * classes[..., None, :]

    @property
    def detections(self) -> dict[str, np.ndarray]:
        """What stays after NMS in each class, by falling score: "boxes" (D, 4), "labels" (D,), "scores" (D,)."""
        found = self._above()
        kept = box_functions.batched_nms(found["boxes"], found["scores"], found["labels"], self.iou_threshold)
        return {name: values[kept] for name, values in found.items()}

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        rows, columns, per_cell = self.boxes.shape[:3]
        found = self.detections
        some = [f"{self.names[i]} {s:.2f}" for i, s in zip(found["labels"][:5], found["scores"][:5], strict=True)]
        more = ", …" if len(found["labels"]) > 5 else ""
        listed = f" ({', '.join(some)}{more})" if some else ""
        return (
            f"Interactive figure: what a YOLO predicts for “{self.scene}”, in {rows} × {columns} cells with {per_cell} "
            f"boxes each. {len(self._above()['scores'])} scores, confidence times class probability, are at least "
            f"{self.threshold}. Number of boxes that stay after non-maximum suppression: {len(found['scores'])}"
            f"{listed}."
        )

    def _above(self) -> dict[str, np.ndarray]:
        """Each box with each class of a high enough score, cut off at the edges of the picture."""
        *place, label = np.nonzero(self.scores >= self.threshold)
        width, height = self.scenes[self.scene]["size"]
        found = box_functions.clip(self.boxes[tuple(place)], (height, width))
        some = box_functions.area(found) > 0
        return {"boxes": found[some], "labels": label[some], "scores": self.scores[(*place, label)][some]}

    @traitlets.default("scene")
    def _default_scene(self) -> str:
        return next(iter(self.scenes))

    @traitlets.default("cell")
    def _default_cell(self) -> list[int]:
        confidences = np.max(self.scenes[self.scene]["confidences"], axis=-1)
        return [int(i) for i in np.unravel_index(confidences.argmax(), confidences.shape)]

    @traitlets.validate("scene")
    def _check_scene(self, proposal: Any) -> Any:
        return _validate.choice("scene", proposal["value"], self.scenes)

    @traitlets.validate("names")
    def _check_names(self, proposal: Any) -> Any:
        for entry in self.scenes.values():
            classes = np.shape(entry["classes"])[-1]
            if len(proposal["value"]) != classes:
                raise ValueError(f"names must be one for each of {classes} classes, got {proposal['value']}")
        return proposal["value"]

    @traitlets.validate("cell")
    def _check_cell(self, proposal: Any) -> Any:
        shape = np.shape(self.scenes[self.scene]["confidences"])[:2]
        if any(place >= side for place, side in zip(proposal["value"], shape, strict=True)):
            raise ValueError(f"cell must be one of {shape[0]} x {shape[1]}, from [0, 0], got {proposal['value']}")
        return proposal["value"]


def yolo_grid(
    image: ArrayLike | None = None,
    boxes: ArrayLike | None = None,
    confidences: ArrayLike | None = None,
    classes: ArrayLike | None = None,
    names: Sequence[str] = ("cat", "dog"),
    *,
    stage: str = "one cell",
    cell: Sequence[int] | None = None,
    threshold: float = 0.2,
    iou_threshold: float = 0.45,
) -> YoloGrid:
    """A figure of the raw outputs of a YOLO over a picture: a reader chooses a cell and sees what it predicts.

    The score of a box for a class is its confidence times its cell's probability of the class, both cut to 0 to 1. Each
    box with each class whose score is at least `threshold` goes into non-maximum suppression, class by class.

    Parameters
    ----------
    image : (H, W, 3) uint8, with sides of 8 to 256; without it and without outputs, three scenes with what the
        book's own `detection.pretrained("yolov1")` predicts for them
    boxes : (rows, columns, B, 4), `(x0, y0, x1, y1)` in pixels of the image, that each cell predicts; at most 16 x 16
        cells with 5 boxes
    confidences : (rows, columns, B), one for each box
    classes : (rows, columns, C), probabilities of the classes, which the boxes of a cell share; at most 20
    names : the names of the C classes
    stage : what stands over the picture, one of "one cell" (the boxes of the chosen cell), "all boxes", "classes" (the
        likeliest class of each cell), "above the threshold" (of the scores) and "after NMS"
    cell : row and column of the chosen cell, from 0; without it, that of the highest confidence
    threshold : the score from which on a box counts, 0 to 1
    iou_threshold : the intersection over union above which a box is suppressed, 0 to 1

    Returns
    -------
    YoloGrid : a widget whose traits are `scenes` (pictures and outputs by their names), `scene` (the chosen name),
        `names`, `stage`, `cell`, `threshold` and `iou_threshold`, synchronised as those of `conv1d`. `fig.scores` are
        the (rows, columns, B, C) scores, `fig.detections` what stays in the end.

    Raises
    ------
    ValueError : only some of the picture and its three arrays; shapes that do not fit one another, turned boxes,
        numbers that are not finite, a number of names that is not that of classes, a cell outside the grid, an unknown
        stage, a threshold out of bounds.
    TypeError : something that is not an array of numbers, names that are no texts, a cell that is not a pair.

    References
    ----------
    Redmon et al. 2016, "You Only Look Once", arXiv 1506.02640, section 2 and figure 2.

    Examples
    --------
    >>> image, boxes = np.zeros((16, 32, 3), np.uint8), [[[[0, 0, 16, 16]], [[2, 0, 18, 16]]]]  # one row, two cells
    >>> fig = yolo_grid(image, boxes, [[[0.5], [0.8]]], [[[0.1, 0.9], [0, 1]]])
    >>> fig.scores[0, 0].round(2).tolist(), fig.cell
    ([[0.05, 0.45]], [0, 1])
    >>> fig.detections["boxes"].tolist(), fig.detections["scores"].tolist()
    ([[2.0, 0.0, 18.0, 16.0]], [0.8])
    """
    state: dict[str, Any] = {"stage": stage, "threshold": threshold, "iou_threshold": iou_threshold}
    given = {"image": image, "boxes": boxes, "confidences": confidences, "classes": classes}
    missing = [name for name, value in given.items() if value is None]
    if 0 < len(missing) < len(given):
        raise ValueError(f"image, boxes, confidences and classes must come together, got no {' and no '.join(missing)}")
    if not missing:
        outputs = {"boxes": boxes, "confidences": confidences, "classes": classes}
        state["scenes"] = {"your own": {**scene_state(image), **outputs}}
    if cell is not None:
        state["cell"] = cell
    return YoloGrid(**state, names=list(names))


def _checked(entry: Any) -> dict[str, Any]:
    """One picture with its outputs in plain JSON, if all of them fit one another."""
    keys = ("image", "size", "boxes", "confidences", "classes")
    if not isinstance(entry, Mapping) or set(entry) != set(keys):
        raise TypeError(f"a scene must have {', '.join(keys)}, got {_validate.describe(entry)}")
    sides = _validate.array("size", entry["size"], (2,)).tolist()
    found = _validate.array("boxes", entry["boxes"], (None, None, None, 4))
    rows, columns, per_cell = found.shape[:3]
    confidences = _validate.array("confidences", entry["confidences"], (rows, columns, per_cell))
    classes = _validate.array("classes", entry["classes"], (rows, columns, None))
    for name, number in zip(MOST, (*found.shape[:3], classes.shape[2]), strict=True):
        if not 1 <= number <= MOST[name]:
            raise ValueError(f"there must be 1 to {MOST[name]} {name}, got {number}")
    for name, values in {"boxes": found, "confidences": confidences, "classes": classes}.items():
        if not (np.abs(values) <= LARGEST).all():  # also true of a nan
            raise ValueError(f"{name} must hold numbers between -{LARGEST} and {LARGEST}")
    if (found[..., 2:] < found[..., :2]).any():
        raise ValueError("boxes must have x1 >= x0 and y1 >= y0")
    return {
        "image": picture("image", entry["image"]),
        "size": [plain(_validate.real(f"size[{i}]", side, 8, LARGEST_SIDE)) for i, side in enumerate(sides)],
        **{
            name: _plain(values.tolist())
            for name, values in {"boxes": found, "confidences": confidences, "classes": classes}.items()
        },
    }


def _plain(values: Any) -> Any:
    return [_plain(value) for value in values] if isinstance(values, list) else plain(values)
