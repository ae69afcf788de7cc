"""Figures in the style of the book: each function returns one `Picture`, which a notebook shows.

A picture is drawn twice where it is displayed: on white, and, for the dark theme of the
site, on a transparent ground with light ink. The data's own colours are the same in both.
"""

from dlcourse.plot._charts import curves, heatmap, history
from dlcourse.plot._filters import filters
from dlcourse.plot._images import boxes, grid, masks
from dlcourse.plot._maps import before_after, feature_maps, overlay
from dlcourse.plot._network import network
from dlcourse.plot._numbers import bars, dots, scatter
from dlcourse.plot._paths import paths
from dlcourse.plot._style import COLORS, Picture, use_style
from dlcourse.plot._unrolled import encoder_decoder, unrolled

__all__ = [
    "COLORS",
    "Picture",
    "bars",
    "before_after",
    "boxes",
    "curves",
    "dots",
    "encoder_decoder",
    "feature_maps",
    "filters",
    "grid",
    "heatmap",
    "history",
    "masks",
    "network",
    "overlay",
    "paths",
    "scatter",
    "unrolled",
    "use_style",
]
