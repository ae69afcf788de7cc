"""The look of the book's figures, and the figure class that draws itself for light and dark pages."""

from __future__ import annotations

import base64
import io
from typing import Any

import matplotlib
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

PAPER, INK, FAINT = "#ffffff", "#1b1f24", "#d5d9de"
_DARK = {PAPER: (0, 0, 0, 0), INK: to_rgba("#e6e9ee"), FAINT: to_rgba("#3c444e")}

COLORS = ("#2f7fd0", "#e07b1a", "#2b9d78", "#c2549d", "#8c7ae0", "#a07a2c", "#6b7785")
"""Line colours: told apart with any common colour blindness, and legible on white and on near-black."""

STYLE: Any = {
    "axes.edgecolor": INK,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.labelcolor": INK,
    "axes.prop_cycle": cycler(color=COLORS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    "axes.titlepad": 6,
    "figure.dpi": 100,
    "figure.facecolor": PAPER,
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "grid.color": FAINT,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "lines.linewidth": 2,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}

_SPACING: Any = {"w_pad": 0.05, "h_pad": 0.04, "wspace": 0.02, "hspace": 0.03}
WIDTH = 7.0  # inches: 700 pixels on the page at 100 dots an inch
HEIGHT = 14.0  # inches: a picture that would be higher is drawn smaller
IMAGE: Any = {"origin": "upper", "interpolation": "antialiased"}  # whatever the reader's own settings are


def use_style() -> None:
    """Give the reader's own matplotlib figures the look of the book's; the functions here use it by themselves."""
    matplotlib.rcParams.update(STYLE)


class Picture(Figure):
    """A matplotlib figure that belongs to no window and shows itself once, as the last value of a cell."""

    def __repr__(self) -> str:
        shown = sum(axes.get_visible() for axes in self.axes)
        return f"<Picture with {shown} panel{'s' if shown != 1 else ''}>"

    def _png(self, dark: bool = False) -> bytes:
        buffer = io.BytesIO()
        changed = _swap_ink(self) if dark else []
        try:
            self.savefig(buffer, format="png", dpi=200, metadata={"Software": None})
        finally:
            for setter, color in changed:
                setter(color)
        return buffer.getvalue()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The picture for JupyterLab; its metadata carry the drawing for the dark site."""
        for _ in range(2):  # the second pass sees what a fixed aspect ratio did to the panels in the first
            self.draw_without_rendering()
        self.set_layout_engine("none")  # another pass would move things by a pixel between the two drawings
        width, height = (self.get_size_inches() * 100).round().astype(int).tolist()
        bundle = {"text/plain": repr(self), "image/png": base64.b64encode(self._png()).decode()}
        dark = base64.b64encode(self._png(dark=True)).decode()
        return bundle, {"image/png": {"width": width, "height": height, "dark": dark}}


def _swap_ink(figure: Figure) -> list[tuple[Any, Any]]:
    """Recolour paper, ink and faint lines for the dark theme; returns what undoes it."""
    swap = {to_rgba(old): new for old, new in _DARK.items()}
    undo: list[tuple[Any, Any]] = []
    for artist in figure.findobj():
        names: tuple[str, ...] = ()
        if isinstance(artist, Text):
            names = ("color",)
        elif isinstance(artist, Line2D):  # an axis' ticks are markers
            names = ("color", "markerfacecolor", "markeredgecolor")
        elif isinstance(artist, Patch):
            names = ("facecolor", "edgecolor")
        for name in names:
            color = getattr(artist, f"get_{name}")()
            new = swap.get(to_rgba(color))
            if new is not None:
                setter = getattr(artist, f"set_{name}")
                undo.append((setter, color))
                setter(new)
    return undo


def picture(
    rows: int,
    columns: int,
    width: float,
    height: float,
    width_ratios: list[float] | None = None,
    heights: list[float] | None = None,
) -> tuple[Picture, np.ndarray]:
    """A picture with rows x columns panels, in the book's style; sizes in inches, half an inch a panel at least."""
    width, height = max(width, 0.5 * columns), max(height, 0.5 * rows)
    with matplotlib.rc_context(STYLE):
        figure = Picture(figsize=(width, height), layout=ConstrainedLayoutEngine(**_SPACING))
        return figure, figure.subplots(rows, columns, squeeze=False, width_ratios=width_ratios, height_ratios=heights)


SIGNED = LinearSegmentedColormap.from_list("signed", ["#cc6a10", "#f6b76f", "#ffffff", "#86b6e6", "#1f5fae"])
"""Orange below zero, white at zero, blue above, as in the interactive figures."""


def bare(axes: Axes) -> None:
    """A panel without ticks, with a thin frame."""
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set(visible=True, color=FAINT, linewidth=0.8)
