"""Recurrent networks as pictures: one that is unrolled, and a pair that turns a sequence into another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from dlcourse import _validate
from dlcourse.plot import _style

_WIDE, _HIGH = 0.62, 0.56  # of a box, where neighbours are 1 apart
_READS, _WRITES, _LOOKS = _style.COLORS[:3]
_MOST = 16  # columns that are legible side by side

_Place = tuple[float, float]


def unrolled(steps: int = 4) -> _style.Picture:
    """A recurrent layer twice: as a loop, and unrolled along time.

    Each box is the layer at one step. `U` brings the input in, `W` hands the state on: the same letter at each step
    stands for the same weights.

    Parameters
    ----------
    steps : how many steps are drawn, 2 to 8

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError : `steps` is no whole number from 2 to 8.

    Examples
    --------
    >>> unrolled(3)
    <Picture with 1 panel>
    """
    steps = _validate.whole("steps", steps, 2, 8)
    figure, axes = _canvas(1.6 * steps + 3.2, 2.0)
    with matplotlib.rc_context(_style.STYLE):
        _step(axes, 0, "$h_t$", "$x_t$", _READS)
        loop: Any = {"connectionstyle": "arc3,rad=1.6"}
        _arrow(axes, (0.2, 1 + _HIGH / 2), (-0.2, 1 + _HIGH / 2), "$W$", (0, 1.78), **loop)
        axes.text(1.3, 1, "=", ha="center", va="center", fontsize=16)
        for t in range(steps):
            x = 2.4 + 1.6 * t
            _step(axes, x, f"$h_{t + 1}$", f"$x_{t + 1}$", _READS)
            _arrow(axes, (x + _WIDE / 2, 1), (x + 1.6 - _WIDE / 2, 1), "$W$", (x + 0.8, 1.2))
        axes.text(2.4 + 1.6 * steps, 1, "...", ha="center", va="center")
    return figure


def encoder_decoder(source: Sequence[str], target: Sequence[str], attention: bool = False) -> _style.Picture:
    """An encoder that reads one sequence in both directions, and a decoder that writes another.

    The decoder starts from the state in which the encoder has ended, and reads what has been written so far, after the
    sign `<`. With `attention`, the picture shows how its first state also looks at all states of the encoder.

    Parameters
    ----------
    source, target : the symbols that are read and written; both together 16 at most
    attention : whether the first step of the decoder looks at the source

    Returns
    -------
    Picture

    Raises
    ------
    ValueError : nothing is read or written, or more than can be drawn.

    Examples
    --------
    >>> encoder_decoder("4.9.87", "198")
    <Picture with 1 panel>
    """
    source, target = [str(s) for s in source], [str(t) for t in target]
    if not source or not target or len(source) + len(target) > _MOST:
        raise ValueError(f"source and target must hold 1 symbol each, {_MOST} at most together; got {source}, {target}")
    gap = len(source) + 0.9
    figure, axes = _canvas(gap + len(target) + 0.3, 2.7, bottom=-0.7)
    with matplotlib.rc_context(_style.STYLE):
        for x, symbol in enumerate(source):
            _step(axes, x, "", symbol, _READS, label="")
            if x:
                _arrow(axes, (x - 1 + _WIDE / 2, 1), (x - _WIDE / 2, 1), arrowstyle="<|-|>")
        for i, (before, symbol) in enumerate(zip(["<", *target[:-1]], target, strict=True)):
            column = gap + i
            _step(axes, column, "", before, _WRITES, label="")
            _arrow(axes, (column, 1 + _HIGH / 2), (column, 1.75))
            axes.text(column, 2, symbol, ha="center", va="center")
            start = gap - 1.9 if not i else column - 1
            _arrow(axes, (start + _WIDE / 2, 1), (column - _WIDE / 2, 1), linewidth=1.2 if i else 3)
        if attention:
            middle = (len(source) - 1) / 2
            _box(axes, (middle, 2.2), "weighted sum", _LOOKS, width=2.7)
            for x in range(len(source)):
                _arrow(axes, (x, 1 + _HIGH / 2), (middle + 0.25 * (x - middle), 2.2 - _HIGH / 2), color=_LOOKS)
            query: Any = {"label": "query", "at": (gap - 1.1, 1.7), "color": _WRITES}
            _arrow(axes, (gap - _WIDE / 2, 1.2), (middle + 1.2, 2.2 - _HIGH / 2), **query)
            _arrow(axes, (middle + 1.35, 2.25), (gap - 0.25, 2.05), color=_LOOKS)
        axes.text((len(source) - 1) / 2, -0.45, "encoder", ha="center", color=_READS, va="top")
        axes.text(gap + (len(target) - 1) / 2, -0.45, "decoder", ha="center", color=_WRITES, va="top")
    return figure


def _canvas(wide: float, high: float, bottom: float = -0.25) -> tuple[_style.Picture, Axes]:
    """An empty panel in whose units neighbouring boxes are 1 apart."""
    width = min(_style.WIDTH, 0.75 * wide)
    figure, panels = _style.picture(1, 1, width, width * (high - bottom) / wide)
    axes = panels[0, 0]
    axes.set(xlim=(-0.6, wide - 0.6), ylim=(bottom, high), aspect="equal")
    axes.set_axis_off()
    return figure, axes


def _step(axes: Axes, x: float, state: str, symbol: str, color: str, label: str = "$U$") -> None:
    """One step of a recurrent layer: its input below, an arrow, and its state in a box."""
    axes.text(x, 0, symbol, ha="center", va="center")
    _arrow(axes, (x, 0.25), (x, 1 - _HIGH / 2), label, (x + 0.22, 0.48))
    _box(axes, (x, 1), state, color)


def _box(axes: Axes, center: _Place, text: str, color: str, width: float = _WIDE) -> None:
    """A box with a name; its ground is that of the page."""
    x, y = center
    corner = (x - width / 2, y - _HIGH / 2)
    axes.add_patch(Rectangle(corner, width, _HIGH, facecolor=_style.PAPER, edgecolor=color, linewidth=2))
    axes.text(x, y, text, ha="center", va="center")


def _arrow(axes: Axes, start: _Place, end: _Place, label: str = "", at: _Place = (0, 0), **look: Any) -> None:
    """An arrow, with a label at a place of its own."""
    drawn: Any = {"arrowstyle": "-|>", "color": _style.INK, "linewidth": 1.2, "mutation_scale": 11} | look
    axes.add_patch(FancyArrowPatch(start, end, shrinkA=0, shrinkB=0, **drawn))
    axes.text(*at, label, ha="center", va="center")
