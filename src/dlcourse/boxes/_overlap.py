"""The area of boxes, and four measures of how much two of them have in common."""

from __future__ import annotations

import math
from typing import Any

from dlcourse.boxes._arrays import boxes_of, namespace


def area(boxes: Any) -> Any:
    """The area of each box.

    Parameters
    ----------
    boxes : (N, 4) array or tensor of `(x0, y0, x1, y1)` in pixels

    Returns
    -------
    (N,) array or tensor, in square pixels.

    Raises
    ------
    TypeError, ValueError : an array that is not (N, 4), numbers that are not finite, x1 < x0 or y1 < y0.

    Examples
    --------
    >>> area([[0, 0, 2, 3], [1, 1, 1, 5]]).tolist()
    [6.0, 0.0]
    """
    (rows,) = boxes_of(boxes=boxes)
    return _area(rows)


def iou(a: Any, b: Any) -> Any:
    """Intersection over union of every box in `a` with every box in `b`.

    Parameters
    ----------
    a : (N, 4) array or tensor of boxes `(x0, y0, x1, y1)` in pixels
    b : (M, 4) array or tensor of boxes

    Returns
    -------
    (N, M) array or tensor in [0, 1]; 0 where a box is empty.

    Raises
    ------
    TypeError, ValueError : an array that is not (N, 4), numbers that are not finite, x1 < x0 or y1 < y0, tensors on
        different devices.

    References
    ----------
    Everingham et al. 2010, "The Pascal visual object classes (VOC) challenge", section 4.2; there with one pixel more
    in width and height, here with none.

    Examples
    --------
    >>> iou([[0, 0, 2, 2]], [[1, 0, 3, 2], [5, 5, 6, 6]]).round(3).tolist()
    [[0.333, 0.0]]
    """
    a, b = boxes_of(a=a, b=b)
    return _iou_and_union(namespace(a=a), a, b)[0]


def generalized_iou(a: Any, b: Any) -> Any:
    """IoU, less the share of the smallest box around both that neither of them covers.

    Boxes that do not touch all have IoU 0; this one tells the near ones from the far ones, so it can be a loss.

    Parameters
    ----------
    a : (N, 4) array or tensor of boxes `(x0, y0, x1, y1)` in pixels
    b : (M, 4) array or tensor of boxes

    Returns
    -------
    (N, M) array or tensor in [-1, 1], never above the IoU. Where the box around both is empty, it is 0.

    Raises
    ------
    TypeError, ValueError : as `iou`.

    References
    ----------
    Rezatofighi et al. 2019, "Generalized intersection over union", arXiv 1902.09630.

    Examples
    --------
    >>> generalized_iou([[0, 0, 1, 1]], [[0, 0, 1, 1], [1, 0, 2, 1], [3, 0, 4, 1]]).tolist()
    [[1.0, 0.0, -0.5]]
    """
    a, b = boxes_of(a=a, b=b)
    xp = namespace(a=a)
    overlap, union = _iou_and_union(xp, a, b)
    width, height = _enclosing(xp, a, b)
    around = width * height
    return overlap - _ratio(xp, around - union, around)


def distance_iou(a: Any, b: Any) -> Any:
    """IoU, less the squared distance of the two centres over the squared diagonal of the smallest box around both.

    Parameters
    ----------
    a : (N, 4) array or tensor of boxes `(x0, y0, x1, y1)` in pixels
    b : (M, 4) array or tensor of boxes

    Returns
    -------
    (N, M) array or tensor in [-1, 1], never above the IoU. Where the box around both is a point, it is 0.

    Raises
    ------
    TypeError, ValueError : as `iou`.

    References
    ----------
    Zheng et al. 2020, "Distance-IoU loss", arXiv 1911.08287, equation 6.

    Examples
    --------
    >>> distance_iou([[0, 0, 4, 4]], [[0, 0, 4, 4], [1, 1, 3, 3], [4, 0, 8, 4]]).tolist()
    [[1.0, 0.25, -0.2]]
    """
    a, b = boxes_of(a=a, b=b)
    return _distance_iou(namespace(a=a), a, b)[1]


def complete_iou(a: Any, b: Any) -> Any:
    """`distance_iou`, less a term for the difference of the two boxes' proportions.

    The term is `alpha * v` with `v = (4 / pi ** 2) * (arctan(w / h of a) - arctan(w / h of b)) ** 2` and
    `alpha = v / (1 - IoU + v)`, which is taken as a constant when gradients are computed.

    Parameters
    ----------
    a : (N, 4) array or tensor of boxes `(x0, y0, x1, y1)` in pixels
    b : (M, 4) array or tensor of boxes

    Returns
    -------
    (N, M) array or tensor in [-2, 1], never above the `distance_iou`.

    Raises
    ------
    TypeError, ValueError : as `iou`.

    References
    ----------
    Zheng et al. 2020, "Distance-IoU loss", arXiv 1911.08287, equations 8 to 11.

    Examples
    --------
    >>> complete_iou([[0, 0, 4, 4]], [[0, 0, 4, 4], [1, 1, 3, 3], [1, 0, 3, 4]]).round(3).tolist()
    [[1.0, 0.25, 0.497]]
    """
    a, b = boxes_of(a=a, b=b)
    xp = namespace(a=a)
    overlap, distance = _distance_iou(xp, a, b)
    difference = _slope(xp, a)[:, None] - _slope(xp, b)[None]
    v = 4 / math.pi**2 * difference**2
    alpha = _ratio(xp, v, 1 - overlap + v)
    return distance - (alpha.detach() if hasattr(alpha, "detach") else alpha) * v


def _area(boxes: Any) -> Any:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def _ratio(xp: Any, part: Any, whole: Any) -> Any:
    """`part / whole`, and 0 with gradient 0 where `whole` is not positive."""
    positive = whole > 0
    return xp.where(positive, part / xp.where(positive, whole, xp.ones_like(whole)), xp.zeros_like(part))


def _iou_and_union(xp: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """(N, M) IoU and area of the union, of boxes that have been checked."""
    width = (xp.minimum(a[:, None, 2], b[None, :, 2]) - xp.maximum(a[:, None, 0], b[None, :, 0])).clip(min=0)
    height = (xp.minimum(a[:, None, 3], b[None, :, 3]) - xp.maximum(a[:, None, 1], b[None, :, 1])).clip(min=0)
    intersection = width * height
    union = _area(a)[:, None] + _area(b)[None] - intersection
    return _ratio(xp, intersection, union), union


def _enclosing(xp: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """Width and height of the smallest box around each pair."""
    width = xp.maximum(a[:, None, 2], b[None, :, 2]) - xp.minimum(a[:, None, 0], b[None, :, 0])
    height = xp.maximum(a[:, None, 3], b[None, :, 3]) - xp.minimum(a[:, None, 1], b[None, :, 1])
    return width, height


def _distance_iou(xp: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """IoU and distance-IoU of each pair."""
    overlap, _ = _iou_and_union(xp, a, b)
    width, height = _enclosing(xp, a, b)
    across = (a[:, None, 0] + a[:, None, 2] - b[None, :, 0] - b[None, :, 2]) / 2
    down = (a[:, None, 1] + a[:, None, 3] - b[None, :, 1] - b[None, :, 3]) / 2
    return overlap, overlap - _ratio(xp, across**2 + down**2, width**2 + height**2)


def _slope(xp: Any, boxes: Any) -> Any:
    """arctan(width / height) of each box; of a point 0, and so is its gradient."""
    return xp.arctan2(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
