"""Paths over a loss of two parameters, seen from above."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import matplotlib
import numpy as np
from matplotlib.colors import to_rgba

from dlcourse import _validate
from dlcourse.plot import _style

LEVELS = 12  # lines of equal loss


def paths(
    paths: Mapping[str, Any],
    loss: Callable[[np.ndarray, np.ndarray], Any],
    *,
    x: tuple[float, float],
    y: tuple[float, float],
    size: tuple[float, float] = (7.0, 5.4),
) -> _style.Picture:
    """Paths over lines of equal loss, one panel below the other; a ring marks the start, a square the end.

    The lines are equally far apart in the root of the loss above the lowest one in the panel: over a bowl they are
    equally far apart on the page.

    Parameters
    ----------
    paths : name of each path -> (N, 2) array of its points, from the start to the end
    loss : gives the loss at arrays of x and y, of the shape that they have
    x, y : the part of the plane that is shown, from the lower to the upper number
    size : width and height of the whole picture in inches

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError : no path, more than seven, points that are not pairs, or a loss of another shape.

    Examples
    --------
    >>> paths({"straight": [(2, 1), (1, 0.5), (0, 0)]}, lambda x, y: x**2 + y**2, x=(-3, 3), y=(-2, 2))
    <Picture with 1 panel>
    """
    if not isinstance(paths, Mapping) or not 0 < len(paths) <= len(_style.COLORS):
        raise ValueError(
            f"paths must be a dict of name: points with one to {len(_style.COLORS)} entries, "
            f"got {_validate.describe(paths)}"
        )
    lines = {str(name): _validate.array(f"paths[{name!r}]", points, (None, 2)) for name, points in paths.items()}
    x, y = _validate.pair("x", x), _validate.pair("y", y)
    across, up = np.meshgrid(np.linspace(*x, 200), np.linspace(*y, 200))
    height = _validate.array("the loss", loss(across, up), across.shape)
    above = np.sqrt(height - height.min())
    figure, panels = _style.picture(len(lines), 1, *_validate.pair("size", size))
    grey = to_rgba(_style.COLORS[-1], 0.5)  # to be seen on white and on near-black
    with matplotlib.rc_context(_style.STYLE):
        for axes, (name, points), color in zip(panels[:, 0], lines.items(), _style.COLORS, strict=False):
            axes.contour(across, up, above, np.linspace(0, above.max(), LEVELS + 1)[1:-1], colors=[grey], linewidths=1)
            axes.plot(*points.T, color=color, marker=".", linewidth=1.5)
            axes.plot(*points[:1].T, color=color, marker="o", markersize=9, markerfacecolor="none", linestyle="")
            axes.plot(*points[-1:].T, color=color, marker="s", markersize=7, linestyle="")
            axes.set(xlim=x, ylim=y, title=name)
            axes.grid(False)
    return figure
