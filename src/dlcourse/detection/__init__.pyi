from . import keras
from ._alternating import alternate
from ._anchors import anchors
from ._augment import mirrored, rescaled
from ._backbone import backbone
from ._batch import check_batch
from ._fast_rcnn import FastRCNN
from ._faster_rcnn import FasterRCNN
from ._mask_rcnn import MaskRCNN
from ._matching import match, sample
from ._pretrained import pretrained
from ._priors import shape_priors
from ._rcnn import RCNN
from ._regions import segment
from ._roi import roi_align, roi_pool
from ._roi_head import RoIHead, detections, head_losses, sample_rois
from ._rpn import RegionProposalNetwork
from ._selective_search import selective_search, with_proposals
from ._spp_net import SPPNet
from ._warp import warp
from ._word_tree import YOLO9000, WordTree
from ._yolov1 import YOLOv1, decode_yolov1, encode_yolov1, yolov1_losses
from ._yolov2 import YOLOv2, decode_yolov2, yolov2_losses
from ._yolov3 import YOLOv3

__all__ = [
    "RCNN",
    "YOLO9000",
    "FastRCNN",
    "FasterRCNN",
    "MaskRCNN",
    "RegionProposalNetwork",
    "RoIHead",
    "SPPNet",
    "WordTree",
    "YOLOv1",
    "YOLOv2",
    "YOLOv3",
    "alternate",
    "anchors",
    "backbone",
    "check_batch",
    "decode_yolov1",
    "decode_yolov2",
    "detections",
    "encode_yolov1",
    "head_losses",
    "keras",
    "match",
    "mirrored",
    "pretrained",
    "rescaled",
    "roi_align",
    "roi_pool",
    "sample",
    "sample_rois",
    "segment",
    "selective_search",
    "shape_priors",
    "warp",
    "with_proposals",
    "yolov1_losses",
    "yolov2_losses",
]
