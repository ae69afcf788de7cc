"""The four numbers in which the R-CNN family predicts a box, relative to a reference box; boxes cut at the image."""

from __future__ import annotations

import math
from typing import Any

from dlcourse import _validate
from dlcourse.boxes._arrays import boxes_of, namespace, rows_of_four, same_length

LARGEST_LOG = math.log(1000 / 16)


def encode(boxes: Any, reference: Any, weights: Any = (1, 1, 1, 1)) -> Any:
    """Each box relative to its reference: how far its centre is off, in sizes of it, and the logarithm of its size.

    `tx = (x - xr) / wr`, `ty = (y - yr) / hr`, `tw = log(w / wr)`, `th = log(h / hr)`, with the centres x, y and the
    widths and heights w, h of the box, and the same with r of its reference; each times its weight.

    Parameters
    ----------
    boxes : (N, 4) array or tensor of `(x0, y0, x1, y1)` in pixels, none of them empty
    reference : (N, 4) array or tensor, such as anchors or proposals: row k belongs to row k of `boxes`
    weights : four positive numbers by which tx, ty, tw and th are multiplied; Faster R-CNN's second stage has
        `(10, 10, 5, 5)`

    Returns
    -------
    (N, 4) array or tensor: `tx, ty, tw, th`, without units.

    Raises
    ------
    TypeError, ValueError : boxes as `iou` refuses them, different numbers of rows, a box without width or height (its
        logarithm would be infinite), weights that are not four positive numbers.

    References
    ----------
    Girshick et al. 2014, "Rich feature hierarchies", arXiv 1311.2524, appendix C.

    Examples
    --------
    >>> encode([[10, 0, 30, 10]], [[0, 0, 20, 10]]).tolist()
    [[0.5, 0.0, 0.0, 0.0]]
    """
    boxes, reference = boxes_of(boxes=boxes, reference=reference)
    same_length(boxes=boxes, reference=reference)
    xp = namespace(boxes=boxes)
    for name, rows in (("boxes", boxes), ("reference", reference)):
        empty = (rows[:, 2] == rows[:, 0]) | (rows[:, 3] == rows[:, 1])
        if bool(empty.any()):
            raise ValueError(f"{name} must have a width and a height above 0, got {rows[empty][0].tolist()} among them")
    wx, wy, ww, wh = _four_weights(weights)
    x, y, w, h = _centre_and_size(boxes)
    xr, yr, wr, hr = _centre_and_size(reference)
    return xp.stack(
        [wx * (x - xr) / wr, wy * (y - yr) / hr, ww * xp.log(w / wr), wh * xp.log(h / hr)],
        -1,
    )


def decode(codes: Any, reference: Any, weights: Any = (1, 1, 1, 1)) -> Any:
    """The boxes that `encode` has made these numbers of.

    `tw` and `th`, divided by their weights, are cut at `log(1000 / 16)`: no box becomes more than 62.5 times as wide or
    high as its reference, and the exponential of an untrained network's output never overflows.

    Parameters
    ----------
    codes : (N, 4) array or tensor of `tx, ty, tw, th`, such as a network's outputs
    reference : (N, 4) array or tensor of boxes: row k belongs to row k of `codes`
    weights : four positive numbers, the same as for `encode`

    Returns
    -------
    (N, 4) array or tensor of boxes `(x0, y0, x1, y1)` in pixels; they may reach out of the image.

    Raises
    ------
    TypeError, ValueError : codes that are not (N, 4) finite numbers, boxes as `iou` refuses them, different numbers of
        rows, weights that are not four positive numbers.

    References
    ----------
    Girshick et al. 2014, "Rich feature hierarchies", arXiv 1311.2524, appendix C.

    Examples
    --------
    >>> decode([[0.5, 0, 0, 0]], [[0, 0, 20, 10]]).tolist()
    [[10.0, 0.0, 30.0, 10.0]]
    """
    codes, reference = rows_of_four(codes=codes, reference=reference)
    (reference,) = boxes_of(reference=reference)
    same_length(codes=codes, reference=reference)
    xp = namespace(codes=codes)
    wx, wy, ww, wh = _four_weights(weights)
    xr, yr, wr, hr = _centre_and_size(reference)
    x, y = codes[:, 0] / wx * wr + xr, codes[:, 1] / wy * hr + yr
    w = xp.exp((codes[:, 2] / ww).clip(max=LARGEST_LOG)) * wr
    h = xp.exp((codes[:, 3] / wh).clip(max=LARGEST_LOG)) * hr
    return xp.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], -1)


def clip(boxes: Any, size: Any) -> Any:
    """Boxes cut at the edges of the image; what lies outside becomes an empty box on an edge.

    Parameters
    ----------
    boxes : (N, 4) array or tensor of `(x0, y0, x1, y1)` in pixels
    size : `(height, width)` of the image, as in the first two numbers of its shape

    Returns
    -------
    (N, 4) array or tensor.

    Raises
    ------
    TypeError, ValueError : boxes as `iou` refuses them, a size that is not two numbers of 0 or more.

    Examples
    --------
    >>> clip([[-5, 2, 20, 30]], size=(24, 16)).tolist()
    [[0.0, 2.0, 16.0, 24.0]]
    """
    (rows,) = boxes_of(boxes=boxes)
    height, width = _validate.pair("size", tuple(size) if isinstance(size, list | tuple) else size)
    if height < 0 or width < 0:
        raise ValueError(f"size must be (height, width), each 0 or more, got {size}")
    xp = namespace(boxes=rows)
    return xp.stack(
        [
            rows[:, 0].clip(0, width),
            rows[:, 1].clip(0, height),
            rows[:, 2].clip(0, width),
            rows[:, 3].clip(0, height),
        ],
        -1,
    )


def _centre_and_size(boxes: Any) -> tuple[Any, Any, Any, Any]:
    x0, y0, x1, y1 = (boxes[:, k] for k in range(4))
    return (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0


def _four_weights(weights: Any) -> list[float]:
    numbers = [float(number) for number in _validate.array("weights", weights, (4,))]
    if not all(0 < number < math.inf for number in numbers):
        raise ValueError(f"weights must be four positive numbers, got {weights}")
    return numbers
