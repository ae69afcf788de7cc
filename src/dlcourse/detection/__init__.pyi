from ._anchors import anchors
from ._backbone import backbone
from ._batch import check_batch
from ._matching import match, sample
from ._roi import roi_align, roi_pool
from ._roi_head import RoIHead, detections, head_losses, sample_rois

__all__ = [
    "RoIHead",
    "anchors",
    "backbone",
    "check_batch",
    "detections",
    "head_losses",
    "match",
    "roi_align",
    "roi_pool",
    "sample",
    "sample_rois",
]
