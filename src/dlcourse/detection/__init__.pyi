from ._anchors import anchors
from ._backbone import backbone
from ._batch import check_batch
from ._matching import match, sample
from ._regions import segment
from ._roi import roi_align, roi_pool
from ._selective_search import selective_search, with_proposals

__all__ = [
    "anchors",
    "backbone",
    "check_batch",
    "match",
    "roi_align",
    "roi_pool",
    "sample",
    "segment",
    "selective_search",
    "with_proposals",
]
