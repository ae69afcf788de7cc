"""Precision and recall of a detector, and the average precision by its three definitions."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse import _validate
from dlcourse.metrics import _cells
from dlcourse.metrics._matching import Ranking, envelope, rank_coco, rank_voc

RECALLS = np.linspace(0.0, 1.0, 101)


def detection_precision_recall(
    predictions: Any,
    targets: Any,
    *,
    label: int,
    iou_threshold: float = 0.5,
    matching: str = "coco",
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision and recall of one class over all images, as the score threshold falls from one detection to the next.

    A detection is right if it overlaps an object of its class by `iou_threshold` or more and no better detection has
    found that object. Precision: the share of the detections so far that are right. Recall: the share of all objects,
    also those in images without any detection, that have been found so far.

    Parameters
    ----------
    predictions : list with one dict for each image: `"boxes"` (K, 4), `"labels"` (K,), `"scores"` (K,)
    targets : list with one dict for each image: `"boxes"` (K, 4), `"labels"` (K,), and optionally (K,) flags:
        `"iscrowd"` for COCO's matching, `"difficult"` for VOC's
    label : the class
    iou_threshold : from 0 to 1
    matching : `"coco"`: each detection takes the object it overlaps most of those still free (100 detections an image
        at most); `"voc"`: it looks only at the one it overlaps most, and is wrong if that one is taken

    Returns
    -------
    precision, recall, scores : three (N,) arrays, best detection first, without those that are ignored because they
        found a crowd or a difficult object. Recall is NaN if there are no objects of the class.

    Raises
    ------
    TypeError, ValueError : dicts or arrays that do not fit together, as the message says.

    Examples
    --------
    >>> target = {"boxes": [[0, 0, 10, 10], [20, 0, 30, 10]], "labels": [0, 0]}
    >>> found = {"boxes": [[0, 0, 10, 9], [50, 0, 60, 10]], "labels": [0, 0], "scores": [0.9, 0.8]}
    >>> precision, recall, scores = detection_precision_recall([found], [target], label=0)
    >>> precision.tolist(), recall.tolist(), scores.tolist()
    ([1.0, 0.5], [0.5, 0.5], [0.9, 0.8])
    """
    label = _validate.whole("label", label)
    limit = _validate.real("iou_threshold", iou_threshold, 0, 1)
    _validate.choice("matching", matching, ("coco", "voc"))
    images = _cells.images(predictions, targets, masks=False)
    ranking = rank_coco(images, label, np.array([limit])) if matching == "coco" else rank_voc(images, label, limit)
    precision, recall, kept = _curve(ranking)
    return precision, recall, ranking.scores[kept]


def average_precision(
    predictions: Any,
    targets: Any,
    iou_threshold: float = 0.5,
    method: str = "coco",
    masks: bool = False,
    *,
    per_class: bool = False,
) -> float | dict[int, float]:
    """The area under the curve of precision against recall, mean over the classes that have objects (mAP).

    Parameters
    ----------
    predictions : list with one dict for each image: `"boxes"` (K, 4), `"labels"` (K,), `"scores"` (K,), and with
        `masks` `"masks"` (K, H, W), bool or probabilities, which count from above 0.5
    targets : list with one dict for each image: `"boxes"` (or `"masks"`), `"labels"`, and optionally (K,) flags:
        `"iscrowd"` for COCO's matching, `"difficult"` for VOC's
    iou_threshold : from 0 to 1
    method : `"coco"`: the mean of the envelope's precision at 101 recalls, COCO's matching, 100 detections of a class
        in an image at most; `"voc07"`: at 11 recalls, VOC's matching; `"voc10"`: the exact area under the envelope,
        VOC's matching. The envelope is the highest precision at this recall or any higher one
    masks : compare masks instead of boxes
    per_class : return each class's value instead of their mean

    Returns
    -------
    float in [0, 1], NaN if there are no objects at all; with `per_class` a dict from each label that has objects to its
    value. A class without objects counts in neither.

    Raises
    ------
    TypeError, ValueError : dicts or arrays that do not fit together, as the message says; an unknown method.

    Notes
    -----
    Boxes are continuous, x1 - x0 wide, where Pascal VOC's own program takes one pixel more.

    References
    ----------
    Everingham et al. 2010, "The Pascal visual object classes (VOC) challenge", section 4.2, and the development kit of
    2010; Lin et al. 2014, "Microsoft COCO", arXiv 1405.0312.

    Examples
    --------
    >>> target = {"boxes": [[0, 0, 10, 10], [20, 0, 30, 10]], "labels": [0, 0]}
    >>> found = {"boxes": [[0, 0, 10, 9], [50, 0, 60, 10]], "labels": [0, 0], "scores": [0.9, 0.8]}
    >>> [round(average_precision([found], [target], method=m), 3) for m in ("coco", "voc07", "voc10")]
    [0.505, 0.545, 0.5]
    """
    limit = _validate.real("iou_threshold", iou_threshold, 0, 1)
    _validate.choice("method", method, ("coco", "voc07", "voc10"))
    _validate.truth("masks", masks)
    _validate.truth("per_class", per_class)
    images = _cells.images(predictions, targets, masks)
    result = {}
    for label in images.classes():
        coco = method == "coco"
        ranking = rank_coco(images, label, np.array([limit])) if coco else rank_voc(images, label, limit)
        if ranking.objects[0]:
            precision, recall, _ = _curve(ranking)
            result[label] = float(_AREAS[method](envelope(precision), recall))
    if per_class:
        return result
    return float(np.mean(list(result.values()))) if result else float("nan")


def _curve(ranking: Ranking) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision and recall after each detection that counts, and which those are."""
    kept = ~ranking.ignored[0, 0]
    right, wrong = (count[0, 0][kept] for count in ranking.counts())
    objects = ranking.objects[0]
    recall = right / objects if objects else np.full(len(right), np.nan)
    return right / (right + wrong), recall, kept


def at_recalls(precision: np.ndarray, recall: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The precision at the first point whose recall is as high as wanted, 0 where there is none."""
    return np.append(precision, 0.0)[np.searchsorted(recall, wanted, side="left")]


def _all_points(precision: np.ndarray, recall: np.ndarray) -> float:
    return float((np.diff(recall, prepend=0.0) * precision).sum())


_AREAS = {
    "coco": lambda precision, recall: at_recalls(precision, recall, RECALLS).mean(),
    # np.linspace and np.arange with a step of 0.1 make a fourth number that is larger than 3 / 10
    "voc07": lambda precision, recall: at_recalls(precision, recall, np.arange(11) / 10).mean(),
    "voc10": _all_points,
}
