"""Which of many overlapping boxes to keep: non-maximum suppression, for all boxes or class by class, hard or soft."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from dlcourse import _frameworks, _validate
from dlcourse.boxes._arrays import boxes_of, namespace, same_length, tensors_of
from dlcourse.boxes._overlap import iou

_BLOCK = 64  # boxes whose overlaps with all later ones are computed at once: small enough for a processor's cache


def nms(boxes: Any, scores: Any, iou_threshold: float = 0.5) -> Any:
    """The boxes that non-maximum suppression keeps, best first.

    The box with the highest score is kept, and all that overlap it by more than `iou_threshold` are dropped; the same
    with the best of the rest, until none is left. A box that was dropped drops no others. Of equal scores the earlier
    one comes first.

    Parameters
    ----------
    boxes : (N, 4) array or tensor of `(x0, y0, x1, y1)` in pixels
    scores : (N,) array or tensor, a larger number for a better box
    iou_threshold : the largest IoU that two kept boxes may have, from 0 to 1

    Returns
    -------
    (K,) array or tensor of int64: the indices of those kept, by falling score.

    Raises
    ------
    TypeError, ValueError : shapes that do not fit, boxes as `iou` refuses them, a score that is NaN, a threshold
        outside of 0 to 1.

    References
    ----------
    Girshick et al. 2014, "Rich feature hierarchies", arXiv 1311.2524, section 2.2.

    Examples
    --------
    >>> boxes = [[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10]]
    >>> nms(boxes, [0.6, 0.9, 0.7]).tolist()
    [1, 2]
    """
    limit = _validate.real("iou_threshold", iou_threshold, 0, 1)
    rows, numbers = _scored(boxes, scores)
    return _returned(_greedy(rows, numbers, limit), boxes=boxes, scores=scores)


def batched_nms(boxes: Any, scores: Any, labels: Any, iou_threshold: float = 0.5) -> Any:
    """`nms` for each class by itself: a box is never dropped because of a box of another class.

    Parameters
    ----------
    boxes : (N, 4) array or tensor of `(x0, y0, x1, y1)` in pixels
    scores : (N,) array or tensor, a larger number for a better box
    labels : (N,) array or tensor of whole numbers: the class of each box, or the image that it belongs to
    iou_threshold : the largest IoU that two kept boxes of one class may have, from 0 to 1

    Returns
    -------
    (K,) array or tensor of int64: the indices of those kept in all classes, by falling score.

    Raises
    ------
    TypeError, ValueError : as `nms`; labels that are not N whole numbers.

    Examples
    --------
    >>> boxes = [[0, 0, 10, 10], [1, 0, 11, 10], [1, 0, 11, 10]]
    >>> batched_nms(boxes, [0.6, 0.9, 0.7], labels=[0, 1, 1]).tolist()
    [1, 0]
    """
    limit = _validate.real("iou_threshold", iou_threshold, 0, 1)
    rows, numbers = _scored(boxes, scores)
    classes = _validate.array("labels", labels)
    if classes.dtype.kind not in "biu" and classes.size:
        raise TypeError(f"labels must hold whole numbers, got {_validate.describe(classes)}")
    same_length(boxes=rows, labels=_validate.array("labels", classes, (None,)))
    return _returned(_greedy(rows, numbers, limit, classes), boxes=boxes, scores=scores, labels=labels)


def soft_nms(
    boxes: Any,
    scores: Any,
    *,
    method: str = "linear",
    iou_threshold: float = 0.3,
    sigma: float = 0.5,
    score_threshold: float = 0.001,
) -> tuple[Any, Any]:
    """Boxes with scores that fall with the overlap with better ones, instead of boxes that are dropped.

    The box with the highest score is taken; the score of every other one is multiplied by a factor that is smaller the
    more it overlaps, and the best of the rest comes next.

    Parameters
    ----------
    boxes : (N, 4) array or tensor of `(x0, y0, x1, y1)` in pixels
    scores : (N,) array or tensor of numbers that are 0 or more
    method : `"linear"`: the factor is `1 - IoU` where the IoU is above `iou_threshold`, else 1; `"gaussian"`: it is
        `exp(-IoU ** 2 / sigma)` everywhere
    iou_threshold : from 0 to 1, of the linear method only
    sigma : above 0, of the Gaussian method only
    score_threshold : boxes whose score falls below it are dropped

    Returns
    -------
    kept : (K,) array or tensor of int64: the indices of the boxes, by falling new score
    new_scores : (K,) array or tensor: their new scores, in the same order

    Raises
    ------
    TypeError, ValueError : as `nms`; a score below 0, another method, a sigma that is not positive.

    References
    ----------
    Bodla et al. 2017, "Soft-NMS", arXiv 1704.04503, equations 2 and 3.

    Examples
    --------
    >>> boxes = [[0, 0, 10, 10], [0, 0, 10, 5], [20, 0, 30, 10]]
    >>> kept, new_scores = soft_nms(boxes, [0.9, 0.8, 0.7])
    >>> kept.tolist(), new_scores.round(2).tolist()
    ([0, 2, 1], [0.9, 0.7, 0.4])
    """
    _validate.choice("method", method, ("linear", "gaussian"))
    limit = _validate.real("iou_threshold", iou_threshold, 0, 1)
    spread = _validate.real("sigma", sigma, 0)
    if spread == 0:
        raise ValueError("sigma must be above 0, got 0")
    lowest = _validate.real("score_threshold", score_threshold)
    rows, numbers = _scored(boxes, scores)
    if (numbers < 0).any() or np.isinf(numbers).any():
        raise ValueError(f"scores must be finite and 0 or more, got {numbers.min()} to {numbers.max()}")
    left = np.flatnonzero(numbers >= lowest)
    kept, new = [], []
    while len(left):
        best = numbers[left].argmax()
        kept.append(left[best])
        new.append(numbers[left[best]])
        overlap = iou(rows[kept[-1]][None], rows[left])[0]
        if method == "linear":
            numbers[left] *= np.where(overlap > limit, 1 - overlap, 1)
        else:
            numbers[left] *= np.exp(-(overlap**2) / spread)
        left = np.delete(left, best)
        left = left[numbers[left] >= lowest]
    indices = np.array(kept, np.int64)
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(scores, torch.Tensor):
        kind = scores.dtype if scores.is_floating_point() else torch.get_default_dtype()
        values = torch.tensor(new, dtype=kind, device=scores.device)
    else:
        values = _returned(np.array(new, float), boxes=boxes, scores=scores)
    return _returned(indices, boxes=boxes, scores=scores), values


def _scored(boxes: Any, scores: Any) -> tuple[np.ndarray, np.ndarray]:
    """Boxes and scores as NumPy arrays, the scores as a copy in float64."""
    namespace(**tensors_of(boxes=boxes, scores=scores))
    (rows,) = boxes_of(boxes=_frameworks.to_numpy(boxes))
    numbers = _validate.array("scores", scores, (None,)).astype(np.float64)
    same_length(boxes=rows, scores=numbers)
    if np.isnan(numbers).any():
        raise ValueError("scores must be numbers, got NaN in them")
    return rows, numbers


def _returned(result: np.ndarray, **arguments: Any) -> Any:
    """A tensor on the arguments' device if one of them is a tensor."""
    tensors = tensors_of(**arguments)
    if not tensors:
        return result
    return sys.modules["torch"].as_tensor(result, device=next(iter(tensors.values())).device)


def _greedy(boxes: np.ndarray, scores: np.ndarray, limit: float, labels: np.ndarray | None = None) -> np.ndarray:
    """The indices that are kept, by falling score.

    Blocks of the boxes, best first: the overlaps of a block with all boxes that are still there are one table, and only
    the walk down its rows, each of which may strike out later ones, goes step by step.
    """
    order = np.argsort(-scores, kind="stable")
    boxes = boxes[order]
    there = np.ones(len(boxes), bool)
    for start in range(0, len(boxes), _BLOCK):
        rest = start + np.flatnonzero(there[start:])
        rows = int(np.searchsorted(rest, start + _BLOCK))
        if rows == 0:
            continue
        strikes = _overlaps(boxes[rest[:rows]], boxes[rest], limit)
        if labels is not None:
            classes = labels[order[rest]]
            strikes &= classes[:rows, None] == classes
        struck = np.zeros(rows, bool)
        for row in np.flatnonzero(np.triu(strikes[:, :rows], 1).any(axis=1)):
            if not struck[row]:
                struck[row + 1 :] |= strikes[row, row + 1 : rows]
        there[rest[:rows]] = ~struck
        there[rest[rows:]] = ~strikes[~struck, rows:].any(axis=0)
    return order[there].astype(np.int64)


def _overlaps(a: np.ndarray, b: np.ndarray, limit: float) -> np.ndarray:
    """`iou(a, b) > limit` of boxes that have been checked, with the same roundings, in few passes over the memory."""
    ax0, ay0, ax1, ay1 = np.ascontiguousarray(a.T)[:, :, None]
    bx0, by0, bx1, by1 = np.ascontiguousarray(b.T)
    intersection, other = np.minimum(ax1, bx1), np.maximum(ax0, bx0)
    intersection -= other
    np.maximum(intersection, 0, out=intersection)
    height = np.minimum(ay1, by1)
    height -= np.maximum(ay0, by0, out=other)
    intersection *= np.maximum(height, 0, out=height)
    union = np.add((ax1 - ax0) * (ay1 - ay0), (bx1 - bx0) * (by1 - by0), out=other)
    union -= intersection
    with np.errstate(invalid="ignore"):  # of two empty boxes: 0 / 0, which is above no limit
        intersection /= union
    return intersection > limit
