from ._regions import segment
from ._selective_search import selective_search, with_proposals

__all__ = ["segment", "selective_search", "with_proposals"]
