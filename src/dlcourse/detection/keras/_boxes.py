"""What `dlcourse.boxes` does, in operations of Keras: for whole batches at once, with results of a fixed size."""

from __future__ import annotations

from typing import Any

from keras import ops

from dlcourse import _validate
from dlcourse.boxes._codes import LARGEST_LOG

NEVER = -1e9  # a score that no box has


def iou(a: Any, b: Any) -> Any:
    """Intersection over union of every box in `a` with every box in `b`, image by image.

    Parameters
    ----------
    a : (..., N, 4) tensor of boxes `(x0, y0, x1, y1)` in pixels
    b : (..., M, 4) tensor of boxes

    Returns
    -------
    (..., N, M) tensor in [0, 1]; 0 where a box is empty.

    Raises
    ------
    ValueError : shapes that do not fit, from Keras.

    Examples
    --------
    >>> from keras import ops
    >>> ops.convert_to_numpy(iou([[0.0, 0, 2, 2]], [[0.0, 0, 2, 1], [5, 5, 6, 6]])).tolist()
    [[0.5, 0.0]]
    """
    a, b = ops.convert_to_tensor(a), ops.convert_to_tensor(b)
    a, b = a[..., :, None, :], b[..., None, :, :]
    sides = ops.maximum(ops.minimum(a[..., 2:], b[..., 2:]) - ops.maximum(a[..., :2], b[..., :2]), 0.0)
    intersection = sides[..., 0] * sides[..., 1]
    union = _area(a) + _area(b) - intersection
    return ops.where(union > 0, intersection / ops.where(union > 0, union, 1.0), 0.0)


def decode(codes: Any, reference: Any, weights: tuple[float, float, float, float] = (1, 1, 1, 1)) -> Any:
    """The boxes that `boxes.encode` has made these numbers of.

    Parameters
    ----------
    codes : (..., N, 4) tensor of `tx, ty, tw, th`
    reference : (..., N, 4) tensor of boxes, such as anchors: row k belongs to row k of `codes`
    weights : four positive numbers, the same as for `boxes.encode`

    Returns
    -------
    (..., N, 4) tensor of boxes in pixels. As in `boxes.decode`, tw and th are cut at log(1000 / 16).

    Raises
    ------
    ValueError : shapes that do not fit, from Keras.

    References
    ----------
    Girshick et al. 2014, "Rich feature hierarchies", arXiv 1311.2524, appendix C.

    Examples
    --------
    >>> from keras import ops
    >>> ops.convert_to_numpy(decode([[0.5, 0.0, 0, 0]], [[0.0, 0, 20, 10]])).tolist()
    [[10.0, 0.0, 30.0, 10.0]]
    """
    codes, reference = ops.convert_to_tensor(codes), ops.convert_to_tensor(reference)
    codes = codes / ops.convert_to_tensor(weights, codes.dtype)
    size = reference[..., 2:] - reference[..., :2]
    centre = codes[..., :2] * size + (reference[..., :2] + reference[..., 2:]) / 2
    half = size * ops.exp(ops.minimum(codes[..., 2:], LARGEST_LOG)) / 2
    return ops.concatenate((centre - half, centre + half), -1)


def clip(boxes: Any, size: tuple[int, int]) -> Any:
    """Boxes cut at the edges of the image.

    Parameters
    ----------
    boxes : (..., 4) tensor of `(x0, y0, x1, y1)` in pixels
    size : height and width of the image

    Returns
    -------
    (..., 4) tensor

    Raises
    ------
    ValueError : shapes that do not fit, from Keras.

    Examples
    --------
    >>> from keras import ops
    >>> ops.convert_to_numpy(clip([[-5.0, 2, 20, 30]], size=(24, 16))).tolist()
    [[0.0, 2.0, 16.0, 24.0]]
    """
    height, width = size
    boxes = ops.convert_to_tensor(boxes)
    most = ops.cast(ops.stack((width, height, width, height)), boxes.dtype)
    return ops.minimum(ops.maximum(boxes, 0.0), most)


def batched_nms(boxes: Any, scores: Any, labels: Any, iou_threshold: float = 0.5, limit: int = 100) -> Any:
    """What non-maximum suppression keeps in each image, class by class: a table with a fixed number of columns.

    As many steps as there are columns, for all images at once: the best box that is left is kept, and those of its
    class that overlap it by more than `iou_threshold` are dropped. Of equal scores the earlier one comes first.

    Parameters
    ----------
    boxes : (N, P, 4) tensor of `(x0, y0, x1, y1)` in pixels
    scores : (N, P) tensor; boxes with a score below 0 are never kept
    labels : (N, P) tensor of whole numbers, the class of each box
    iou_threshold : the largest IoU that two kept boxes of one class may have, from 0 to 1
    limit : the columns of the result

    Returns
    -------
    (N, limit) int32 tensor: the places of the boxes that are kept, by falling score, and then -1.

    Raises
    ------
    TypeError, ValueError : a threshold outside of 0 to 1, a limit that is not a whole number from 1.

    Examples
    --------
    >>> from keras import ops
    >>> boxes = [[[0.0, 0, 10, 10], [1, 0, 11, 10], [1, 0, 11, 10]]]
    >>> ops.convert_to_numpy(batched_nms(boxes, [[0.6, 0.9, 0.7]], [[0, 1, 1]], limit=4)).tolist()
    [[1, 0, -1, -1]]
    """
    threshold, limit = _validate.real("iou_threshold", iou_threshold, 0, 1), _validate.whole("limit", limit, 1)
    boxes, labels = ops.convert_to_tensor(boxes), ops.cast(labels, "int32")
    left = ops.convert_to_tensor(scores)
    left = ops.where(left >= 0, left, NEVER)
    places, columns = ops.arange(ops.shape(boxes)[1]), ops.arange(limit)
    kept = ops.zeros_like(left[:, :1], dtype="int32") + ops.full((1, limit), -1, "int32")

    def goes_on(k: Any, left: Any, kept: Any) -> Any:
        return ops.logical_and(k < limit, ops.max(left) >= 0)

    def step(k: Any, left: Any, kept: Any) -> tuple[Any, Any, Any]:
        best = ops.cast(ops.argmax(left, axis=1), "int32")[:, None]
        there = ops.take_along_axis(left, best, 1) >= 0
        overlap = iou(ops.take_along_axis(boxes, best[..., None], 1), boxes)[:, 0]
        same = labels == ops.take_along_axis(labels, best, 1)
        dropped = ops.logical_or(ops.logical_and(same, overlap > threshold), places == best)
        kept = ops.where(ops.logical_and(columns == k, there), best, kept)
        return k + 1, ops.where(dropped, NEVER, left), kept

    return ops.while_loop(goes_on, step, (ops.convert_to_tensor(0), left, kept))[2]


def _area(boxes: Any) -> Any:
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
