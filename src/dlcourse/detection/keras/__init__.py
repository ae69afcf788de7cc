"""Detectors in Keras: YOLOv3 as a whole, Faster R-CNN's two heads, and boxes for whole batches.

Each is the twin of what `dlcourse.detection` has in PyTorch: with the same weights, copied by `models.to_keras`, it
gives the same outputs and the same losses. Images are `(N, height, width, 3)`, maps have their channels last, boxes are
`(x0, y0, x1, y1)` in pixels, and classes count from 0. A tensor has one shape: so the objects of a batch are a table
`(N, M, 5)`, made by `padded`, in which a label of -1 says that there is no object, and what NMS keeps is a table, too.
"""

from dlcourse.detection.keras._boxes import batched_nms, clip, decode, iou
from dlcourse.detection.keras._heads import RegionProposalHead, RoIHead, head_losses, proposal_losses
from dlcourse.detection.keras._padded import Padded, padded
from dlcourse.detection.keras._yolov3 import YOLOv3

__all__ = [
    "Padded",
    "RegionProposalHead",
    "RoIHead",
    "YOLOv3",
    "batched_nms",
    "clip",
    "decode",
    "head_losses",
    "iou",
    "padded",
    "proposal_losses",
]
