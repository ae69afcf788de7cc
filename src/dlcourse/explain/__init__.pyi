from ._dissect import Dissection, dissect
from ._feature_maps import dead_filters, feature_maps
from ._filters import filters
from ._randomize import cascade, randomize
from ._scores import deletion, insertion, inside_mask, pointing_game
from ._similarity import centre_map, edge_map, similarity
from ._top_examples import TopExamples, top_examples

__all__ = [
    "Dissection",
    "TopExamples",
    "cascade",
    "centre_map",
    "dead_filters",
    "deletion",
    "dissect",
    "edge_map",
    "feature_maps",
    "filters",
    "insertion",
    "inside_mask",
    "pointing_game",
    "randomize",
    "similarity",
    "top_examples",
]
