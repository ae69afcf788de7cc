"""Images in grids, with boxes, with masks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from dlcourse import _validate
from dlcourse.plot import _inputs, _style


def grid(
    images: Any,
    titles: Sequence[Any] | None = None,
    *,
    columns: int | None = None,
    signed: bool = False,
    limits: tuple[float, float] | None = None,
    together: bool = True,
    size: float | None = None,
) -> _style.Picture:
    """Images side by side, row after row, with a title above each.

    Parameters
    ----------
    images : array (N, H, W) or (N, H, W, 3), or a list of (H, W) or (H, W, 3) arrays of any sizes
    titles : N texts
    columns : images in a row; by default all in one row up to 8, else about as many as rows
    signed : draw one-channel images in orange (negative), white (zero) and blue (positive)
    limits : values drawn darkest and lightest in one-channel images
    together : scale all one-channel images by the same limits (True), or each by its own (False)
    size : width of one image in inches; by default the grid fills the page

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError : no images, images of other shapes, a wrong number of titles.

    Examples
    --------
    >>> grid(np.zeros((3, 8, 8)), titles=["a", "b", "c"])
    <Picture with 3 panels>
    """
    arrays = [_inputs.image(f"images[{i}]", image) for i, image in enumerate(_inputs.many("images", images))]
    names = _inputs.texts("titles", titles, len(arrays))
    if columns is None:
        columns = len(arrays) if len(arrays) <= 8 else math.ceil(math.sqrt(len(arrays) * 1.6))
    columns = min(_validate.whole("columns", columns, 1), len(arrays))
    rows = math.ceil(len(arrays) / columns)
    cell = min(_style.WIDTH / columns, 3.4) if size is None else _validate.real("size", size, 0.1, 20)
    ratio = max(a.shape[0] / a.shape[1] for a in arrays)
    cell = min(cell, _style.HEIGHT / (rows * ratio))
    lines = max(name.count("\n") + 1 if name else 0 for name in names)
    figure, panels = _style.picture(rows, columns, cell * columns, rows * (cell * ratio + 0.22 * lines) + 0.05)
    grey = [a for a in arrays if a.ndim == 2]
    shared = _inputs.limits(grey, limits, signed) if grey else (0.0, 1.0)
    for axes, array, name in zip(panels.flat, arrays, names, strict=False):
        low, high = shared if together or limits else _inputs.limits([array], None, signed)
        axes.imshow(array, cmap=_style.SIGNED if signed else "gray", vmin=low, vmax=high, **_style.IMAGE)
        axes.set_title(name, fontsize=11)
        _style.bare(axes)
    for axes in panels.flat[len(arrays) :]:
        axes.set_visible(False)
    return figure


def boxes(
    image: Any,
    boxes: Any,
    labels: Sequence[Any] | None = None,
    scores: Sequence[float] | None = None,
    *,
    names: Sequence[str] | None = None,
    size: float = 3.4,
) -> _style.Picture:
    """An image with boxes drawn on it, and what they hold.

    Parameters
    ----------
    image : (H, W) or (H, W, 3) array
    boxes : (K, 4) array of `(x0, y0, x1, y1)` in pixels; (0, 0) is the upper left corner of the picture
    labels : K class numbers, or K texts
    scores : K numbers in 0..1, written behind the labels
    names : the texts that belong to class numbers
    size : width in inches

    Returns
    -------
    Picture

    Raises
    ------
    ValueError : boxes that are not (K, 4) or have x1 < x0 or y1 < y0, labels or scores of another length.

    Examples
    --------
    >>> boxes(np.zeros((8, 8)), [[1, 1, 5, 6]], labels=[0], names=["cat"])
    <Picture with 1 panel>
    """
    picture = _inputs.image("image", image)
    corners = _inputs.box_array(boxes)
    texts = _inputs.object_texts(labels, scores, names, len(corners))
    height, width = picture.shape[:2]
    size = min(_validate.real("size", size, 0.5, 20), _style.HEIGHT * width / height)
    figure, panels = _style.picture(1, 1, size, size * height / width)
    axes = panels[0, 0]
    _show_pixels(axes, picture)
    for k, ((x0, y0, x1, y1), text) in enumerate(zip(corners, texts, strict=True)):
        color = _object_color(labels, k)
        axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, edgecolor="#000", linewidth=3.5, alpha=0.5))
        axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, edgecolor=color, linewidth=2))
        if text:
            corner = min(max(x0, 0), width), min(max(y0, 0), height)
            written = axes.text(*corner, text, color="#fefefe", fontsize=10, clip_on=True)
            written.set_verticalalignment("bottom" if y0 > height * 0.08 else "top")
            written.set_bbox({"facecolor": _darker(color), "edgecolor": "none", "pad": 1.5})
            written.set_in_layout(False)
    return figure


def masks(
    image: Any,
    masks: Any,
    labels: Sequence[Any] | None = None,
    *,
    opacity: float = 0.5,
    size: float = 3.4,
) -> _style.Picture:
    """An image with one translucent colour over the pixels of each object.

    Parameters
    ----------
    image : (H, W) or (H, W, 3) array
    masks : (K, H, W) array of bool
    labels : K class numbers or texts: objects of one class share a colour; without them each has its own
    opacity : of the colour, from 0 to 1
    size : width in inches

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError : masks of another size than the image, or not boolean.

    Examples
    --------
    >>> masks(np.zeros((8, 8)), np.zeros((1, 8, 8), bool))
    <Picture with 1 panel>
    """
    picture = _inputs.image("image", image)
    height, width = picture.shape[:2]
    regions = _validate.array("masks", masks)
    regions = _validate.array(
        "masks", regions if regions.size else np.zeros((0, height, width), bool), (None, height, width), kind="b"
    )
    opacity = _validate.real("opacity", opacity, 0, 1)
    if labels is not None and len(labels) != len(regions):
        raise ValueError(f"labels must hold one entry for each of the {len(regions)} masks, got {len(labels)}")
    size = min(_validate.real("size", size, 0.5, 20), _style.HEIGHT * width / height)
    figure, panels = _style.picture(1, 1, size, size * height / width)
    axes = panels[0, 0]
    _show_pixels(axes, picture)
    for k, region in enumerate(regions):
        overlay = np.zeros((height, width, 4))
        overlay[region] = to_rgba(_object_color(labels, k), opacity)
        axes.imshow(overlay, extent=(0, width, height, 0), **_style.IMAGE)
        if region.any() and min(region.shape) > 1:
            corners = np.arange(width) + 0.5, np.arange(height) + 0.5
            axes.contour(*corners, region.astype(float), [0.5], colors=[_object_color(labels, k)], linewidths=1.5)
    return figure


def _show_pixels(axes: Axes, image: np.ndarray) -> None:
    """Draw the image so that pixel (0, 0) covers the square from (0, 0) to (1, 1), as boxes are measured."""
    height, width = image.shape[:2]
    axes.imshow(image, cmap="gray", extent=(0, width, height, 0), **_style.IMAGE)
    axes.set(xlim=(0, width), ylim=(height, 0))
    _style.bare(axes)


def _object_color(labels: Sequence[Any] | None, k: int) -> str:
    """One colour for each class; where there are no classes, for each object."""
    if labels is None:
        return _style.COLORS[k % len(_style.COLORS)]
    labels = _inputs.plain(labels)
    value = labels[k]
    kinds = sorted({str(label) for label in labels})
    index = kinds.index(value) if isinstance(value, str) else int(value)
    return _style.COLORS[index % len(_style.COLORS)]


def _darker(color: str) -> tuple[float, ...]:
    return tuple(0.62 * part for part in to_rgba(color)[:3])
