"""Boxes: how much two of them overlap, which of many to keep, and the numbers that a network predicts for one.

A box is `(x0, y0, x1, y1)` in continuous pixels: `(0, 0)` is the upper left corner of the image, the width is `x1 - x0`
and not one more. Every function takes NumPy arrays or lists and returns NumPy arrays; if one of its arguments is a
PyTorch tensor, it returns tensors, on that tensor's device and, except in `nms` and its relatives, with gradients.
Importing this module loads no framework.
"""

from dlcourse.boxes._codes import clip, decode, encode
from dlcourse.boxes._overlap import area, complete_iou, distance_iou, generalized_iou, iou
from dlcourse.boxes._suppress import batched_nms, nms, soft_nms

__all__ = [
    "area",
    "batched_nms",
    "clip",
    "complete_iou",
    "decode",
    "distance_iou",
    "encode",
    "generalized_iou",
    "iou",
    "nms",
    "soft_nms",
]
