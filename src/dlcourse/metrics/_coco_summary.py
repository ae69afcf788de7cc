"""The twelve numbers by which detectors are compared on COCO."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse import _validate
from dlcourse.metrics import _cells
from dlcourse.metrics._average_precision import RECALLS, at_recalls
from dlcourse.metrics._matching import envelope, rank_coco

THRESHOLDS = np.linspace(0.5, 0.95, 10)
AREAS = ((0.0, 1e10), (0.0, 32.0**2), (32.0**2, 96.0**2), (96.0**2, 1e10))


def coco_summary(predictions: Any, targets: Any, masks: bool = False) -> dict[str, float]:
    """The twelve numbers of COCO's evaluation, the same as pycocotools computes.

    `AP`, the main one, is the mean of the average precision over ten IoU thresholds, 0.50 to 0.95, and over the classes
    that have objects; `AP50` and `AP75` are those at one threshold; `APs`, `APm`, `APl` those of small (below 32 by 32
    pixels), medium and large objects (above 96 by 96). `AR1`, `AR10`, `AR100` are the mean recalls with at most so many
    detections of a class in an image, `ARs`, `ARm`, `ARl` those by size.

    Parameters
    ----------
    predictions : list with one dict for each image: `"boxes"` (K, 4), `"labels"` (K,), `"scores"` (K,), and with
        `masks` `"masks"` (K, H, W), bool or probabilities, which count from above 0.5
    targets : list with one dict for each image: `"boxes"` (or `"masks"`), `"labels"`, and optionally (K,) `"iscrowd"`
        and `"area"` in square pixels, which is that of the box or mask where it is not given
    masks : compare masks instead of boxes

    Returns
    -------
    dict of the twelve names to numbers in [0, 1]; -1 where there are no objects of the kind.

    Raises
    ------
    TypeError, ValueError : dicts or arrays that do not fit together, as the message says.

    Notes
    -----
    Of detections with equal scores the earlier image comes first: only then can the order of the images matter.

    References
    ----------
    Lin et al. 2014, "Microsoft COCO", arXiv 1405.0312; https://cocodataset.org/#detection-eval.

    Examples
    --------
    >>> target = {"boxes": [[0, 0, 40, 40]], "labels": [0]}
    >>> found = {"boxes": [[0, 0, 40, 31]], "labels": [0], "scores": [0.9]}
    >>> summary = coco_summary([found], [target])
    >>> [round(summary[name], 3) for name in ("AP", "AP50", "AP75", "APs", "APm")]
    [0.6, 1.0, 1.0, -1.0, 0.6]
    """
    _validate.truth("masks", masks)
    images = _cells.images(predictions, targets, masks)
    classes = images.classes()
    precision = np.full((len(classes), len(AREAS), len(THRESHOLDS), len(RECALLS)), -1.0)
    recall = {most: np.full((len(classes), len(AREAS), len(THRESHOLDS)), -1.0) for most in (1, 10, 100)}
    for k, label in enumerate(classes):
        ranking = rank_coco(images, label, THRESHOLDS, AREAS)
        right, wrong = ranking.counts()
        for a in np.flatnonzero(ranking.objects):
            curve = envelope(right[a] / (right[a] + wrong[a] + np.spacing(1)))
            for t, row in enumerate(right[a] / ranking.objects[a]):
                precision[k, a, t] = at_recalls(curve[t], row, RECALLS)
            for most, table in recall.items():
                counted = (ranking.matched[a] & ~ranking.ignored[a])[:, ranking.place < most]
                table[k, a] = counted.sum(axis=-1) / ranking.objects[a]
    return {
        "AP": _mean(precision[:, 0]),
        "AP50": _mean(precision[:, 0, 0]),
        "AP75": _mean(precision[:, 0, 5]),
        **{f"AP{size}": _mean(precision[:, a]) for a, size in enumerate("sml", 1)},
        **{f"AR{most}": _mean(table[:, 0]) for most, table in recall.items()},
        **{f"AR{size}": _mean(recall[100][:, a]) for a, size in enumerate("sml", 1)},
    }


def _mean(values: np.ndarray) -> float:
    """The mean of what could be computed, -1 if nothing could."""
    counted = values[values > -1]
    return float(counted.mean()) if counted.size else -1.0
