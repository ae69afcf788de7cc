"""Small matrices with their numbers, curves, and the histories of trainings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from dlcourse import _validate
from dlcourse.plot import _inputs, _style


def _number(value: float, digits: int) -> str:
    """A number as short as `digits` decimals allow, with a real minus sign and never minus zero."""
    if float(value).is_integer():
        text = str(int(value))
    else:
        text = f"{value:.{digits}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "\u2212") if float(text) else "0"


def heatmap(
    matrices: Any,
    titles: Sequence[Any] | None = None,
    *,
    digits: int | None = 2,
    limits: tuple[float, float] | None = None,
    marks: Sequence[tuple[int, int, int, int] | None] | None = None,
    rows: Sequence[Any] | None = None,
    columns: Sequence[Any] | None = None,
    cell: float = 0.42,
) -> _style.Picture:
    """Small matrices as coloured cells, each with its number written in it.

    Zero is white, positive numbers are blue, negative ones orange; all matrices share one scale. Several rows of
    numbers are drawn under each other, other matrices side by side.

    Parameters
    ----------
    matrices : an (H, W) or (W,) array, or a list of them
    titles : one text a matrix
    digits : decimals written at most; None writes no numbers
    limits : values of the strongest blue and orange
    marks : for each matrix None, or (row, column, height, width) of cells to frame
    rows, columns : one short text a row, written left of it, and one a column, written above it; for a single matrix
    cell : side of a cell in inches, made smaller where the page is too narrow

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError : other shapes, more than 24 columns, a mark outside its matrix.

    Examples
    --------
    >>> heatmap([[0, 1], [-1, 0]])
    <Picture with 1 panel>
    """
    digits = None if digits is None else _validate.whole("digits", digits, 0, 6)
    cell = _validate.real("cell", cell, 0.05, 5)
    arrays = _small_matrices(matrices)
    if len(arrays) > 1 and (rows is not None or columns is not None):
        raise ValueError(f"rows and columns name those of a single matrix, got {len(arrays)} matrices")
    names = _inputs.texts("titles", titles, len(arrays))
    frames = [None] * len(arrays) if marks is None else list(marks)
    if len(frames) != len(arrays):
        raise ValueError(f"marks must hold one entry for each of the {len(arrays)} matrices, got {len(frames)}")
    low, high = _inputs.limits(arrays, limits, signed=True)
    norm = Normalize(low, high)
    title = 0.34 if any(names) else 0
    if all(len(a) == 1 for a in arrays):  # rows lie under each other, so that they can be compared and read on a phone
        widest = max(a.shape[1] for a in arrays)
        cell = min(cell, (_style.WIDTH - 0.25) / widest)
        height = len(arrays) * (cell + title + 0.1)
        figure, panels = _style.picture(len(arrays), 1, widest * cell + 0.25, height)
    else:
        total = sum(a.shape[1] for a in arrays)
        cell = min(cell, (_style.WIDTH - 0.25 * len(arrays)) / total)
        if cell < 0.1:
            raise ValueError(f"matrices have {total} columns together, too many for one row of the page: draw fewer")
        height = max(len(a) for a in arrays) * cell + title + 0.1
        widths = [max(a.shape[1] * cell, 0.085 * len(n)) for a, n in zip(arrays, names, strict=True)]
        figure, panels = _style.picture(1, len(arrays), sum(widths) + 0.25 * len(arrays), height, width_ratios=widths)
    for axes, array, name, frame in zip(panels.flat, arrays, names, frames, strict=True):
        _draw_matrix(axes, array, norm, digits, cell)
        axes.set_title(name, fontsize=11, loc="left" if len(panels) > 1 else "center")
        if len(panels) > 1:
            axes.set_xlim(-0.5, max(a.shape[1] for a in arrays) - 0.5)  # one scale for short and long rows
        if frame is not None:
            _mark(axes, array, frame)
    _name_cells(panels[0, 0], arrays[0], rows, columns, cell)
    return figure


def _small_matrices(values: Any) -> list[np.ndarray]:
    """The matrices as two-dimensional arrays."""
    if isinstance(values, list | tuple) and not any(hasattr(v, "shape") or np.ndim(v) > 1 for v in values):
        values = _validate.array("matrices", values)  # one matrix, written as a list of rows
    arrays = []
    for i, matrix in enumerate(_inputs.many("matrices", values)):
        array = np.atleast_2d(_validate.array(f"matrices[{i}]", matrix))
        if array.ndim != 2 or array.size == 0 or max(array.shape) > 24:
            wanted = "shape (H, W) or (W,) with 1 to 24 rows and columns"
            raise ValueError(f"matrices[{i}] must have {wanted}, got {_validate.describe(array)}")
        if not np.isfinite(array).all():
            raise ValueError(f"matrices[{i}] must hold finite numbers: infinity and NaN have no colour")
        arrays.append(array.astype(float))
    return arrays


def _name_cells(
    axes: Axes, array: np.ndarray, rows: Sequence[Any] | None, columns: Sequence[Any] | None, cell: float
) -> None:
    """Texts left of the rows and above the columns, as large as the cells allow: phones show them at half the size."""
    axes.tick_params(length=0, bottom=False, labelbottom=False, labeltop=True)
    size = min(16, 72 * cell * 0.6)
    if rows is not None:
        axes.set_yticks(range(len(array)), _inputs.texts("rows", rows, len(array), "rows"), fontsize=size)
    if columns is not None:
        names = _inputs.texts("columns", columns, array.shape[1], "columns")
        size = min(size, 72 * cell * 0.95 / (0.62 * max(map(len, names))))
        axes.set_xticks(range(array.shape[1]), names, fontsize=size)


def _draw_matrix(axes: Axes, array: np.ndarray, norm: Normalize, digits: int | None, cell: float) -> None:
    """Cells in the colours of their numbers, and the numbers, black or white, whichever can be read."""
    height, width = array.shape
    axes.imshow(array, cmap=_style.SIGNED, norm=norm, **_style.IMAGE)
    _style.bare(axes)
    axes.spines[:].set_visible(False)
    axes.hlines(np.arange(height + 1) - 0.5, -0.5, width - 0.5, color="#aeb6bf", linewidth=0.8, clip_on=False)
    axes.vlines(np.arange(width + 1) - 0.5, -0.5, height - 0.5, color="#aeb6bf", linewidth=0.8, clip_on=False)
    if digits is None:
        return
    longest = max(len(_number(value, digits)) for value in array.flat)
    fontsize = min(11, 72 * cell / max(2.2, 0.72 * longest))
    for (y, x), value in np.ndenumerate(array):
        red, green, blue, _ = _style.SIGNED(norm(value))
        light = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
        color = "#000" if light > 0.18 else "#fefefe"
        axes.text(x, y, _number(value, digits), ha="center", va="center", fontsize=fontsize, color=color)


def _mark(axes: Axes, array: np.ndarray, frame: tuple[int, int, int, int]) -> None:
    if not isinstance(frame, list | tuple) or len(frame) != 4:
        raise TypeError(f"marks must hold (row, column, height, width), got {_validate.describe(frame)}")
    y, x, h, w = (_validate.whole("marks", number) for number in frame)
    if y < 0 or x < 0 or h < 1 or w < 1 or y + h > array.shape[0] or x + w > array.shape[1]:
        raise ValueError(f"marks: (row, column, height, width) = {frame} lies outside a matrix of shape {array.shape}")
    style: Any = {"fill": False, "edgecolor": "#c2185b", "linewidth": 2.5, "zorder": 5, "clip_on": False}
    axes.add_patch(Rectangle((x - 0.5, y - 0.5), w, h, **style))


def curves(
    series: Mapping[str, Any],
    *,
    x: Any = None,
    xlabel: str = "",
    ylabel: str = "",
    log: bool = False,
    points: bool = False,
    size: tuple[float, float] = (7.0, 3.2),
) -> _style.Picture:
    """Lines over a common horizontal axis, named above it where they hide nothing.

    Parameters
    ----------
    series : name of each line -> its N values
    x : the N positions; by default 0, 1, 2, ...
    xlabel, ylabel : what the axes mean, with units
    log : logarithmic vertical axis
    points : mark each value with a dot
    size : width and height in inches

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError : no series, or series and positions of different lengths.

    Examples
    --------
    >>> curves({"loss": [3, 2, 1.5]}, xlabel="epoch")
    <Picture with 1 panel>
    """
    if not isinstance(series, Mapping) or not series:
        raise ValueError(
            f"series must be a dict of name: values with at least one entry, got {_validate.describe(series)}"
        )
    lines = {str(name): _validate.array(f"series[{name!r}]", values, (None,)) for name, values in series.items()}
    if len(lines) < len(series):
        raise ValueError(f"series has two lines of the same name: {', '.join(map(repr, series))}")
    count = len(next(iter(lines.values())))
    positions = np.arange(count) if x is None else _validate.array("x", x, (None,))
    for name, values in lines.items():
        if len(values) != len(positions):
            raise ValueError(f"series[{name!r}] has {len(values)} values for {len(positions)} positions")
    if len(positions) == 0:
        raise ValueError("series has no values: there is nothing to draw")
    figure, panels = _style.picture(1, 1, *_validate.pair("size", size))
    axes = panels[0, 0]
    with matplotlib.rc_context(_style.STYLE):
        for name, values in lines.items():
            axes.plot(positions, values, marker="o" if points else None, label=name)
        axes.set(xlabel=xlabel, ylabel=ylabel, yscale="log" if log else "linear")
        if (positions == np.round(positions)).all():  # epochs, layers: no ticks between them
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        if len(lines) > 1:
            across = max(1, min(len(lines), 75 // (max(map(len, lines)) + 6)))  # as many names as fit into one line
            axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=across, borderaxespad=0.2)
        elif next(iter(lines)):
            axes.set_title(next(iter(lines)))
    return figure


def history(history: Mapping[str, Sequence[float]], *names: str) -> _style.Picture:
    """Curves of a training over its epochs, counted from 1.

    Parameters
    ----------
    history : name of each curve -> its numbers, one for each epoch, such as the `History` that `dlcourse.train.fit`
        returns
    *names : which curves, such as `"accuracy", "valid_accuracy"`; by default the losses, `"loss"` and `"valid_loss"`

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError : no epoch yet, no curve of that name, or curves of different lengths.

    Examples
    --------
    >>> history({"loss": [0.7, 0.5], "valid_loss": [0.6, 0.65]})
    <Picture with 1 panel>
    """
    if not isinstance(history, Mapping):
        raise TypeError(f"history must be a dict of name: one number an epoch, got {_validate.describe(history)}")
    if not history:
        raise ValueError("history has no epoch yet, so there is nothing to draw")
    for name in names:
        _validate.choice("names", name, list(history))
    chosen = names or tuple(name for name in ("loss", "valid_loss") if name in history)
    if not chosen:
        raise ValueError(f"history has no losses: name the curves to draw, of {', '.join(map(repr, history))}")
    lines = {str(name): _validate.array(f"history[{name!r}]", history[name], (None,)) for name in chosen}
    epochs = len(lines[str(chosen[0])])
    if not epochs:
        raise ValueError("history has no epoch yet, so there is nothing to draw")
    measured = {name.removeprefix("valid_").replace("_", " ") for name in lines}
    return curves(
        {name.replace("_", " "): values for name, values in lines.items()},
        x=range(1, epochs + 1),
        xlabel="epoch",
        ylabel=measured.pop() if len(measured) == 1 else "",  # where they differ, the curves' own names say it
        points=epochs <= 30,
    )
