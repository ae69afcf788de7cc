"""Weights of convolutions, one small picture for each filter or for each of its channels."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np

from dlcourse import _frameworks, _validate
from dlcourse.plot import _inputs, _style, _tiles


def filters(
    weights: Any,
    *,
    channels: str = "all",
    together: bool = True,
    limits: tuple[float, float] | None = None,
    columns: int | None = None,
    numbers: bool = True,
    size: float | None = None,
) -> _style.Picture:
    """Filters of a convolution: negative weights orange, zero white, positive weights blue, or as small colour images.

    Parameters
    ----------
    weights : (F, C, h, w), as `explain.filters` gives them; (F, h, w) for one channel
    channels : `"all"`: one row for each filter, one column for each input channel. `"strongest"`: of each filter the
        channel whose weights have the largest sum of squares. `"rgb"`: the three channels as red, green and blue,
        grey where the weight is zero; needs C = 3
    together : scale all filters by the same limits (True), or each by its own (False), which hides which are strong
    limits : weights drawn darkest orange and darkest blue, in place of those from the data
    columns : filters in a row, where a filter is one small picture
    numbers : write the filters' numbers beside them
    size : width of the picture in inches; by default it fills the page, where there are enough filters

    Returns
    -------
    Picture. The line below it says how the weights were normalised.

    Raises
    ------
    ValueError, TypeError : weights of another shape or with numbers that are not finite, `"rgb"` without three
        channels, or more small pictures than anybody can look at.

    Examples
    --------
    >>> filters(np.random.default_rng(0).normal(size=(6, 3, 3, 3)))
    <Picture with 1 panel>
    """
    w = _validate.array("weights", _frameworks.to_numpy(weights)).astype(float)
    w = w[:, None] if w.ndim == 3 else w
    if w.ndim != 4 or not w.size:
        raise ValueError(f"weights must have shape (F, C, h, w) or (F, h, w), got {_validate.describe(w)}")
    if not np.isfinite(w).all():
        raise ValueError("weights must be finite numbers")
    channels = _validate.choice("channels", channels, ("all", "strongest", "rgb"))
    together, numbers = _validate.truth("together", together), _validate.truth("numbers", numbers)
    if channels == "rgb" and w.shape[1] != 3:
        raise ValueError(f"channels='rgb' needs filters of 3 channels, these have {w.shape[1]}")
    number, depth, rows, columns_of = w.shape
    shown = number * depth if channels == "all" else number
    if shown > _tiles.MOST:
        raise ValueError(
            f"weights: {shown} small pictures are too many to look at (at most {_tiles.MOST}); "
            f"choose some, such as weights[:6, :3]" + (", or channels='strongest'" if channels == "all" else "")
        )
    given = _inputs.limits([w], limits, True) if limits is not None else None
    if channels == "all":
        across, tiles = depth, list(w.reshape(-1, rows, columns_of))
    else:
        across = _tiles.columns_for(number, None if columns is None else _validate.whole("columns", columns, 1))
        strongest = (w**2).sum((2, 3)).argmax(1)
        tiles = list(w.transpose(0, 2, 3, 1) if channels == "rgb" else w[np.arange(number), strongest])
    groups = [w] * len(tiles) if together else [f for f in w for _ in range(depth if channels == "all" else 1)]
    if channels == "strongest" and not together:
        groups = list(tiles)
    ranges = [given or _inputs.limits([group], None, True) for group in groups]
    if channels == "rgb":
        tiles = [((t - low) / (high - low)).clip(0, 1) for t, (low, high) in zip(tiles, ranges, strict=True)]
    return _draw(tiles, ranges, across, channels, together or given is not None, numbers, size, w.shape)


def _draw(
    tiles: list[np.ndarray],
    ranges: list[tuple[float, float]],
    across: int,
    channels: str,
    together: bool,
    numbers: bool,
    size: float | None,
    shape: tuple[int, ...],
) -> _style.Picture:
    ratio = shape[2] / shape[3]
    width = min(_style.WIDTH, max(3.6, 0.62 * across + 1)) if size is None else _validate.real("size", size, 1, 20)
    tall = _tiles.height(len(tiles), across, ratio, width - (1.0 if numbers else 0))
    if tall > _style.HEIGHT:
        width, tall = max(3.0, width * _style.HEIGHT / tall), _style.HEIGHT
    figure, panels = _style.picture(1, 1, width, tall + (0.3 if channels == "all" and numbers else 0.1))
    axes = panels[0, 0]
    _tiles.draw(axes, tiles, across, ranges, _style.SIGNED)
    if numbers and channels == "all":
        step = 1 + _tiles.GAP
        tick = ratio + _tiles.GAP
        with matplotlib.rc_context(_style.STYLE):
            axes.set_yticks([f * tick + ratio / 2 for f in range(shape[0])], [f"filter {f}" for f in range(shape[0])])
            spacing = max(1, round(across / 12))
            places = range(0, across, spacing)
            names = [f"channel {c}" if across <= 6 else str(c) for c in places]
            axes.set_xticks([c * step + 0.5 for c in places], names)
            axes.xaxis.tick_top()
            if across > 6:
                axes.set_xlabel("input channel")
                axes.xaxis.set_label_position("top")
            axes.tick_params(length=0)
    elif numbers:
        _tiles.number_rows(axes, len(tiles), across, ratio)
    return _tiles.note(figure, _how(ranges, channels, together))


def _how(ranges: list[tuple[float, float]], channels: str, together: bool) -> str:
    """The line below the filters."""
    low, high = (_tiles.number(limit) for limit in ranges[0])
    if channels == "rgb":
        scale = f"{low} is black, 0 grey and {high} full colour"
        return f"all filters together: {scale}" if together else "each filter by itself: zero is grey"
    what = "the strongest channel of each filter, " if channels == "strongest" else ""
    if together:
        return f"{what}all together: {low} is orange, 0 white, {high} blue"
    return f"{what}each by itself: zero is white, its largest weight of either sign full colour"
