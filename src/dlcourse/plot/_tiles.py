"""Small pictures laid out in one panel, and the note below that says how they were normalised."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from dlcourse.plot import _style

GAP = 0.08  # between two tiles, as a share of a tile
MOST = 1024  # tiles in one picture: more would be a few pixels each


def note(figure: _style.Picture, text: str) -> _style.Picture:
    """Write the text below all panels, in lines as long as the picture is wide."""
    letters = max(24, int(figure.get_size_inches()[0] * 12.5))
    lines = textwrap.wrap(text, letters)
    width, height = figure.get_size_inches()
    with matplotlib.rc_context(_style.STYLE):
        figure.set_size_inches(width, height + 0.19 * len(lines) + 0.1)
        figure.supxlabel("\n".join(lines), fontsize=11)
    return figure


def number(value: float) -> str:
    """A limit as it is written in a note: three digits, a true minus sign."""
    return f"{value:.3g}".replace("-", "\N{MINUS SIGN}")


def columns_for(count: int, wanted: int | None) -> int:
    """All in one row up to 8, else about twice as wide as high."""
    if wanted is not None:
        return min(wanted, count)
    return count if count <= 8 else min(count, max(8, math.ceil(math.sqrt(count * 2))))


def height(count: int, columns: int, ratio: float, width: float) -> float:
    """Inches that rows of tiles take, `columns` of them across `width`; `ratio` is a tile's height over its width."""
    return math.ceil(count / columns) * (ratio + GAP) * width / (columns * (1 + GAP))


def draw(
    axes: Axes,
    tiles: Sequence[np.ndarray],
    columns: int,
    limits: Sequence[tuple[float, float]],
    cmap: Any,
    crossed: Sequence[int] = (),
) -> None:
    """Draw the tiles row after row; rows are labelled by the numbers of their tiles, `crossed` ones are empty."""
    ratio = tiles[0].shape[0] / tiles[0].shape[1]
    rows = math.ceil(len(tiles) / columns)
    with matplotlib.rc_context(_style.STYLE):
        for i, (tile, (low, high)) in enumerate(zip(tiles, limits, strict=True)):
            x, y = (i % columns) * (1 + GAP), (i // columns) * (ratio + GAP)
            place = (x, x + 1, y + ratio, y)
            if i in crossed:
                axes.plot([x, x + 1], [y, y + ratio], color=_style.COLORS[-1], linewidth=1.2)
                axes.plot([x, x + 1], [y + ratio, y], color=_style.COLORS[-1], linewidth=1.2)
            else:
                axes.imshow(tile, cmap=cmap, vmin=low, vmax=high, extent=place, **_style.IMAGE)
            axes.add_patch(Rectangle((x, y), 1, ratio, fill=False, edgecolor=_style.FAINT, linewidth=0.8))
        edge = GAP / 2
        axes.set(
            xlim=(-edge, columns * (1 + GAP) - edge),
            ylim=(rows * (ratio + GAP) - edge, -edge),
            aspect="equal",
            xticks=[],
            yticks=[],
        )
        axes.grid(False)
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)


def number_rows(axes: Axes, count: int, columns: int, ratio: float) -> None:
    """Write beside each row which tiles stand in it."""
    starts = range(0, count, columns)
    names = [str(s) if columns == 1 else f"{s} – {min(s + columns, count) - 1}" for s in starts]
    middles = [row * (ratio + GAP) + ratio / 2 for row in range(len(names))]
    axes.set_yticks(middles, names)
