"""Named numbers: bars, dots and points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib
import numpy as np

from dlcourse import _frameworks, _validate
from dlcourse.plot import _style


def _named(name: str, values: Any) -> dict[str, Any]:
    """`values` as a dict with at least one entry and texts for names."""
    if not isinstance(values, Mapping) or not values:
        raise ValueError(f"{name} must be a dict with at least one entry, got {_validate.describe(values)}")
    return {str(key): value for key, value in values.items()}


def bars(
    values: Mapping[Any, float],
    *,
    ylabel: str = "",
    lines: Mapping[str, float] | None = None,
    digits: int = 1,
    size: tuple[float, float] = (7.0, 3.2),
) -> _style.Picture:
    """One bar for each name, with its number written on it.

    Parameters
    ----------
    values : name of each bar -> its height; a name may have several lines
    ylabel : what the heights mean, with the unit
    lines : name -> height of dashed lines across the bars, to compare with
    digits : decimals written
    size : width and height in inches

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError : nothing to draw, or heights that are not finite numbers, or negative.

    Examples
    --------
    >>> bars({"cats": 3, "dogs": 2}, ylabel="animals", digits=0)
    <Picture with 1 panel>
    """
    heights = {k: _validate.real(f"values[{k!r}]", v, 0) for k, v in _named("values", values).items()}
    levels = {k: _validate.real(f"lines[{k!r}]", v) for k, v in _named("lines", lines).items()} if lines else {}
    digits = _validate.whole("digits", digits, 0, 6)
    figure, panels = _style.picture(1, 1, *_validate.pair("size", size))
    axes = panels[0, 0]
    with matplotlib.rc_context(_style.STYLE):
        axes.bar(list(heights), list(heights.values()), color=_style.COLORS[0], width=0.7)
        room = 0.1 * max(map(abs, heights.values()))  # a number's height
        for place, height in enumerate(heights.values()):
            hidden = [level for level in levels.values() if height <= level < height + room]
            above = {"xy": (place, max([height, *hidden])), "xytext": (0, 3), "textcoords": "offset points"}
            axes.annotate(f"{height:.{digits}f}", **above, ha="center", va="bottom")
        for (name, level), color in zip(levels.items(), _style.COLORS[1:], strict=False):
            axes.axhline(level, color=color, linestyle="--", label=name)
        axes.set(ylabel=ylabel)
        axes.margins(y=0.12)
        axes.grid(axis="x", visible=False)
        if levels:
            axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=len(levels), borderaxespad=0.2)
    return figure


def dots(groups: Mapping[Any, Any], *, xlabel: str = "", size: tuple[float, float] | None = None) -> _style.Picture:
    """One row for each name, with a dot for each of its numbers and a stroke at their mean.

    Parameters
    ----------
    groups : name of each row -> its numbers, such as the scores of several trainings
    xlabel : what the numbers mean, with the unit
    size : width and height in inches; by default wide enough for the page and as high as the rows need

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError : nothing to draw, or a row without finite numbers.

    Examples
    --------
    >>> dots({"small": [0.91, 0.88, 0.9], "large": [0.95, 0.94, 0.97]}, xlabel="accuracy")
    <Picture with 1 panel>
    """
    rows: dict[str, np.ndarray] = {}
    for name, value in _named("groups", groups).items():
        rows[name] = _validate.array(f"groups[{name!r}]", _frameworks.to_numpy(value), (None,)).astype(float)
        if not np.isfinite(rows[name]).all() or not rows[name].size:
            raise ValueError(f"groups[{name!r}] must hold finite numbers, one at least")
    figure, panels = _style.picture(1, 1, *_validate.pair("size", size or (7.0, 0.8 + 0.36 * len(rows))))
    axes = panels[0, 0]
    with matplotlib.rc_context(_style.STYLE):
        for place, row in enumerate(rows.values()):
            axes.plot(row, np.full(len(row), place), "o", color=_style.COLORS[0], markersize=8, alpha=0.6)
            axes.plot(row.mean(), place, "|", color=_style.COLORS[1], markersize=18, markeredgewidth=2.5)
        axes.set(xlabel=xlabel, yticks=range(len(rows)), yticklabels=list(rows), ylim=(len(rows) - 0.5, -0.5))
        axes.margins(x=0.06)
    return figure


def scatter(
    groups: Mapping[Any, Any],
    *,
    xlabel: str = "",
    ylabel: str = "",
    logx: bool = False,
    joined: bool = True,
    size: tuple[float, float] = (7.0, 3.6),
) -> _style.Picture:
    """Points in groups, each group in its own colour and shape, named at the right.

    Parameters
    ----------
    groups : name -> one point `(x, y)`, or an (N, 2) array of points
    xlabel, ylabel : what the axes mean, with units
    logx : logarithmic horizontal axis
    joined : join each group from left to right, by a line through the mean of the points that have the same x
    size : width and height in inches

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError : nothing to draw, more than seven groups, or points that are not pairs of finite numbers.

    Examples
    --------
    >>> scatter({"small": (1, 0.9), "large": [(10, 0.95), (10, 0.97)]}, xlabel="size", logx=True)
    <Picture with 1 panel>
    """
    points: dict[str, np.ndarray] = {}
    for name, value in _named("groups", groups).items():
        points[name] = _validate.array(f"groups[{name!r}]", np.atleast_2d(_frameworks.to_numpy(value)), (None, 2))
        if not np.isfinite(points[name]).all() or not points[name].size:
            raise ValueError(f"groups[{name!r}] must hold finite numbers, one point at least")
    if len(points) > len(_style.COLORS):
        raise ValueError(f"groups must be {len(_style.COLORS)} at most, to be told apart; got {len(points)}")
    figure, panels = _style.picture(1, 1, *_validate.pair("size", size))
    axes = panels[0, 0]
    with matplotlib.rc_context(_style.STYLE):
        axes.set(xlabel=xlabel, ylabel=ylabel, xscale="log" if logx else "linear")
        for group, color, marker in zip(points.values(), _style.COLORS, "osD^vPX", strict=False):
            look = {"color": color, "alpha": 0.85}
            axes.plot(*group.T, marker=marker, markersize=7, linestyle="none", **look)
            places = np.unique(group[:, 0])
            if joined and len(places) > 1:
                axes.plot(places, [group[group[:, 0] == x, 1].mean() for x in places], linewidth=1, **look)
        axes.margins(0.06, 0.1)
        low, high = axes.get_ylim()
        ends = [(group[group[:, 0].argmax(), 1] - low) / (high - low) for group in points.values()]
        for i, y in zip(np.argsort(ends), _apart(sorted(ends), 0.09), strict=True):
            name, color = list(points)[i], _style.COLORS[i]
            axes.text(1.02, y, name, color=color, transform=axes.transAxes, va="center", fontweight="bold")
    return figure


def _apart(heights: list[float], gap: float) -> list[float]:
    """Rising heights in [0, 1], moved as little as needed for `gap` between neighbours."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + gap) if placed else height)
    top = 1.0
    for i in reversed(range(len(placed))):
        placed[i] = min(placed[i], top)
        top = placed[i] - gap
    return placed
