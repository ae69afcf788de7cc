from ._anchors import anchors
from ._backbone import backbone
from ._batch import check_batch
from ._matching import match, sample
from ._roi import roi_align, roi_pool

__all__ = ["anchors", "backbone", "check_batch", "match", "roi_align", "roi_pool", "sample"]
