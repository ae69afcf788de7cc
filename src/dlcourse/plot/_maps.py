"""Feature maps, heat maps over images, and images before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.colors import to_rgb

from dlcourse import _frameworks, _validate
from dlcourse.plot import _inputs, _style, _tiles

HEAT = "viridis"  # even steps in brightness, for any eye


def feature_maps(
    maps: Any,
    *,
    layout: str = "grid",
    scale: str = "each",
    signed: bool = False,
    limits: tuple[float, float] | None = None,
    columns: int | None = None,
    size: float | None = None,
) -> _style.Picture:
    """Feature maps of one image, large numbers light; maps that are zero everywhere are crossed out.

    Parameters
    ----------
    maps : (maps, h, w) or (1, maps, h, w); or a dict of them, such as `explain.feature_maps` gives for one image:
        one panel for each layer, with its name
    layout : `"grid"`: about twice as wide as high; `"strip"`: all maps of a layer in one row, up to 32
    scale : `"each"`: every map by its own smallest and largest number; `"together"`: all maps of a layer by the same;
        `"standard"`: every map less its mean, in standard deviations, from -2 to 2, which is what
        64 (a - mean) / deviation + 128, cut to 0..255, shows
    signed : orange below zero, white at zero, blue above
    limits : numbers drawn darkest and lightest, in place of `scale`
    columns : maps in a row
    size : width of the picture in inches; by default it fills the page

    Returns
    -------
    Picture. The line below it says how the maps were normalised, and how many are zero everywhere.

    Raises
    ------
    ValueError, TypeError : maps of another shape (choose one image of several), or numbers that are not finite.

    Examples
    --------
    >>> feature_maps({"conv1": np.random.default_rng(0).random((8, 6, 6)), "conv2": np.zeros((16, 3, 3))})
    <Picture with 2 panels>
    """
    layers = {str(k): _layer(f"maps[{k!r}]", v) for k, v in maps.items()} if isinstance(maps, Mapping) else None
    if layers is not None and not layers:
        raise ValueError("maps must be an array or a dict with at least one entry, got an empty dict")
    layers = {"": _layer("maps", maps)} if layers is None else layers
    layout = _validate.choice("layout", layout, ("grid", "strip"))
    scale = _validate.choice("scale", scale, ("each", "together", "standard"))
    signed = _validate.truth("signed", signed)
    wanted = None if columns is None else _validate.whole("columns", columns, 1)
    width = _style.WIDTH if size is None else _validate.real("size", size, 1, 20)
    across = {
        k: min(32, len(v)) if layout == "strip" and wanted is None else _tiles.columns_for(len(v), wanted)
        for k, v in layers.items()
    }
    tall = sum(_tiles.height(len(v), across[k], v.shape[1] / v.shape[2], width - 0.8) for k, v in layers.items())
    if tall > _style.HEIGHT:
        width, tall = max(2.0, width * _style.HEIGHT / tall), _style.HEIGHT
    figure, panels = _style.picture(len(layers), 1, width, tall + 0.32 * len(layers), heights=_shares(layers, across))
    dead = 0
    for axes, (name, layer) in zip(panels[:, 0], layers.items(), strict=True):
        empty = np.flatnonzero((layer == 0).all((1, 2)))
        tiles, ranges = _ranges(layer, scale, signed, limits)
        _tiles.draw(axes, tiles, across[name], ranges, _style.SIGNED if signed else HEAT, empty.tolist())
        with matplotlib.rc_context(_style.STYLE):
            axes.set_title(f"{name}: {len(layer)} maps of {layer.shape[1]} × {layer.shape[2]}" if name else "")
            if len(layer) > across[name]:
                _tiles.number_rows(axes, len(layer), across[name], layer.shape[1] / layer.shape[2])
        dead += len(empty)
    text = _how(layers, scale, signed, limits)
    if dead:
        total = sum(map(len, layers.values()))
        text += f"; {dead} of {total} maps {'is' if dead == 1 else 'are'} dead, crossed out: zero everywhere"
    return _tiles.note(figure, text)


def overlay(
    images: Any,
    maps: Any,
    titles: Sequence[Any] | None = None,
    *,
    signed: bool = False,
    together: bool = False,
    limits: tuple[float, float] | None = None,
    beside: bool = True,
    opacity: float = 0.85,
    size: float | None = None,
) -> _style.Picture:
    """Heat maps over the grey image, side by side: the stronger the number, the fuller its colour.

    Parameters
    ----------
    images : one (H, W) or (H, W, 3) image, or N of them: one row each
    maps : (h, w) for one image or (N, h, w), smaller maps are stretched over their image; or a dict of such maps,
        such as the attributions of several methods: one column each, with its name
    titles : N texts, to the left of the rows
    signed : blue above zero, orange below; otherwise numbers below zero are drawn as zero
    together : scale all maps of a column by the same limits (True), or each by its own (False)
    limits : `(low, high)`: numbers drawn in no colour and in full colour; `(-a, a)` where signed
    beside : show the image by itself in the first column
    opacity : of the strongest colour, from 0 to 1
    size : width of one image in inches; by default the picture fills the page

    Returns
    -------
    Picture. The line below it says how the maps were normalised.

    Raises
    ------
    ValueError, TypeError : other numbers of images and maps, maps that are not finite, other shapes.

    Examples
    --------
    >>> overlay(np.zeros((8, 8, 3)), {"saliency": np.eye(8), "occlusion": np.eye(4)})
    <Picture with 3 panels>
    """
    pictures = _stack(images)
    named = {str(k): v for k, v in maps.items()} if isinstance(maps, Mapping) else {"": maps}
    if not named:
        raise ValueError("maps must be an array or a dict with at least one entry, got an empty dict")
    heat = {k: _heat(f"maps[{k!r}]" if k else "maps", v, len(pictures)) for k, v in named.items()}
    names = _inputs.texts("titles", titles, len(pictures))
    signed, together, beside = (
        _validate.truth(n, v) for n, v in (("signed", signed), ("together", together), ("beside", beside))
    )
    opacity = _validate.real("opacity", opacity, 0, 1)
    count = len(heat) + beside
    cell = min(2.6, _style.WIDTH / count) if size is None else _validate.real("size", size, 0.3, 20)
    ratio = max(p.shape[0] / p.shape[1] for p in pictures)
    cell = min(cell, _style.HEIGHT / (len(pictures) * ratio))
    figure, panels = _style.picture(len(pictures), count, cell * count, len(pictures) * cell * ratio + 0.3)
    with matplotlib.rc_context(_style.STYLE):
        for row, (picture, name) in enumerate(zip(pictures, names, strict=True)):
            for axes in panels[row]:
                _style.bare(axes)
            if beside:
                panels[row, 0].imshow(picture, cmap="gray", **_style.IMAGE)
            panels[row, 0].set_ylabel(name, color=_style.INK)
            for axes, (title, layer) in zip(panels[row, beside:], heat.items(), strict=True):
                top = _strength(list(layer) if together else [layer[row]], limits, signed)
                axes.imshow(_mixed(picture, layer[row], top, signed, opacity), **_style.IMAGE)
                axes.set_title(title if row == 0 else "", fontsize=11)
    return _tiles.note(figure, _how_heat(heat, signed, together, limits))


def before_after(
    a: Any,
    b: Any,
    titles: tuple[str, str] = ("before", "after"),
    *,
    signed: bool = False,
    together: bool = True,
    limits: tuple[float, float] | None = None,
    size: float | None = None,
) -> _style.Picture:
    """Images in two rows: above as they were, below as they are now.

    Parameters
    ----------
    a, b : one image each, or N of them: (N, H, W) or (N, H, W, 3), or lists
    titles : what stands to the left of the two rows
    signed : draw one-channel images in orange (negative), white (zero) and blue (positive)
    together : scale all one-channel images by the same limits (True), or each row by its own (False)
    limits : numbers drawn darkest and lightest in one-channel images
    size : width of one image in inches; by default the picture fills the page

    Returns
    -------
    Picture. The line below says how the numbers were normalised, if the images are no photographs.

    Raises
    ------
    ValueError, TypeError : other numbers of images in the two rows, no images, images of other shapes.

    Examples
    --------
    >>> before_after(np.zeros((4, 8, 8)), np.ones((4, 8, 8)))
    <Picture with 8 panels>
    """
    rows = [_stack(a, "a"), _stack(b, "b")]
    if len(rows[0]) != len(rows[1]):
        raise ValueError(f"a and b must hold equally many images, got {len(rows[0])} and {len(rows[1])}")
    names = _inputs.texts("titles", titles, 2, "rows")
    signed, together = _validate.truth("signed", signed), _validate.truth("together", together)
    count = len(rows[0])
    cell = min(2.2, _style.WIDTH / count) if size is None else _validate.real("size", size, 0.3, 20)
    ratio = max(p.shape[0] / p.shape[1] for row in rows for p in row)
    figure, panels = _style.picture(2, count, cell * count + 0.3, 2 * cell * ratio + 0.1)
    grey = [[p for p in row if p.ndim == 2] for row in rows]
    text = ""
    with matplotlib.rc_context(_style.STYLE):
        for axes_row, row, name, own in zip(panels, rows, names, grey, strict=True):
            scaled = grey[0] + grey[1] if together else own
            low, high = _inputs.limits(scaled, limits, signed) if scaled else (0.0, 1.0)
            for axes, picture in zip(axes_row, row, strict=True):
                axes.imshow(picture, cmap=_style.SIGNED if signed else "gray", vmin=low, vmax=high, **_style.IMAGE)
                _style.bare(axes)
            axes_row[0].set_ylabel(name, color=_style.INK)
            if scaled:
                text += f"; {name}: {_colours(low, high, signed)}"
                if together or limits:
                    text = f"; all together: {_colours(low, high, signed)}"
    return _tiles.note(figure, text[2:]) if text else figure


def _layer(name: str, maps: Any) -> np.ndarray:
    array = _validate.array(name, _frameworks.to_numpy(maps)).astype(float)
    if array.ndim == 4 and array.shape[0] == 1:
        array = array[0]
    if array.ndim != 3 or not array.size:
        raise ValueError(
            f"{name} must have shape (maps, h, w), of one image, got {_validate.describe(array)}"
            + (": choose one image, such as maps[0]" if array.ndim == 4 and array.size else "")
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must hold finite numbers")
    if len(array) > _tiles.MOST:
        raise ValueError(f"{name}: {len(array)} maps are too many to look at (at most {_tiles.MOST}); choose some")
    return array


def _shares(layers: Mapping[str, np.ndarray], across: Mapping[str, int]) -> list[float]:
    """How high the panels are, in proportion; each has a title as well."""
    return [_tiles.height(len(v), across[k], v.shape[1] / v.shape[2], _style.WIDTH) + 0.25 for k, v in layers.items()]


def _ranges(
    layer: np.ndarray, scale: str, signed: bool, limits: tuple[float, float] | None
) -> tuple[list[np.ndarray], list[tuple[float, float]]]:
    """The numbers that are drawn, and the limits of each map."""
    if limits is not None or scale == "together":
        return list(layer), [_inputs.limits([layer], limits, signed)] * len(layer)
    if scale == "each":
        return list(layer), [_inputs.limits([m], None, signed) for m in layer]
    spread = layer.std((1, 2), keepdims=True)
    standard = (layer - layer.mean((1, 2), keepdims=True)) / np.where(spread > 0, spread, 1)
    return list(standard), [(-2.0, 2.0)] * len(layer)


def _colours(low: float, high: float, signed: bool) -> str:
    low_, high_ = _tiles.number(low), _tiles.number(high)
    return f"{low_} is orange, 0 white, {high_} blue" if signed else f"{low_} is darkest, {high_} lightest"


def _how(layers: Mapping[str, np.ndarray], scale: str, signed: bool, limits: tuple[float, float] | None) -> str:
    """The line below feature maps."""
    if limits is not None or (scale == "together" and len(layers) == 1):
        return "all maps together: " + _colours(*_inputs.limits(list(layers.values()), limits, signed), signed)
    if scale == "together":
        return "all maps of a layer together: " + ("zero is white" if signed else "its smallest number is darkest")
    if scale == "each":
        return "each map by itself: " + (
            "zero is white, its largest number of either sign full colour"
            if signed
            else "its smallest number is darkest, its largest lightest"
        )
    return "each map by itself: its mean in the middle, 2 standard deviations below and above at the ends"


def _stack(images: Any, name: str = "images") -> list[np.ndarray]:
    """One image or several as a list of them."""
    values = _frameworks.to_numpy(images)
    one = isinstance(values, np.ndarray) and (values.ndim == 2 or (values.ndim == 3 and values.shape[-1] == 3))
    return [_inputs.image(f"{name}[{i}]", v) for i, v in enumerate([values] if one else _inputs.many(name, values))]


def _heat(name: str, maps: Any, count: int) -> np.ndarray:
    array = _validate.array(name, _frameworks.to_numpy(maps)).astype(float)
    array = array[None] if array.ndim == 2 else array
    if array.ndim != 3 or not array.size or len(array) != count:
        raise ValueError(
            f"{name} must hold one (h, w) map for each of {count} image(s), got {_validate.describe(array)}"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must hold finite numbers")
    return array


def _strength(arrays: list[np.ndarray], limits: tuple[float, float] | None, signed: bool) -> tuple[float, float]:
    """The numbers drawn in no colour and in full colour."""
    if limits is not None:
        low, high = _inputs.limits(arrays, limits, signed)
        return (0.0 if signed else low), high
    high = max(float(np.abs(a).max() if signed else a.max()) for a in arrays)
    return 0.0, high if high > 0 else 1.0


def _mixed(picture: np.ndarray, heat: np.ndarray, top: tuple[float, float], signed: bool, opacity: float) -> np.ndarray:
    """The image in light grey, under the colours of its map."""
    base = picture / 255 if picture.dtype == np.uint8 else picture.astype(float)
    base = base @ [0.299, 0.587, 0.114] if base.ndim == 3 else (base - base.min()) / max(np.ptp(base), 1e-12)
    if heat.shape != base.shape:
        heat = _stretched(heat, base.shape)
    strength = (((np.abs(heat) if signed else heat) - top[0]) / (top[1] - top[0])).clip(0, 1)[..., None]
    colour = np.where((heat < 0)[..., None] & signed, to_rgb("#cc6a10"), to_rgb("#1f5fae"))
    return np.asarray((0.35 + 0.65 * base)[..., None] * (1 - opacity * strength) + colour * opacity * strength)


def _stretched(heat: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The map at the size of the image, linear between the middles of its cells."""
    for axis, size in enumerate(shape):
        old = heat.shape[axis]
        places = ((np.arange(size) + 0.5) * old / size - 0.5).clip(0, old - 1)
        first = places.astype(int).clip(0, max(old - 2, 0))
        share = np.expand_dims(places - first, 1 - axis)
        heat = heat.take(first, axis) * (1 - share) + heat.take((first + 1).clip(0, old - 1), axis) * share
    return heat


def _how_heat(heat: Mapping[str, np.ndarray], signed: bool, together: bool, limits: tuple[float, float] | None) -> str:
    """The line below heat maps."""
    colours = "blue above zero, orange below" if signed else "no colour at zero, blue above"
    if limits is not None:
        low, high = (_tiles.number(v) for v in _validate.pair("limits", limits))
        return f"all maps together: {low} is full orange, {high} full blue" if signed else (
            f"all maps together: no colour at {low}, full blue at {high}"
        )  # fmt: skip
    count = len(next(iter(heat.values())))
    if together and count > 1:
        return f"all images of a column together: {colours}, full colour at the column's strongest number"
    return f"each map by itself: {colours}, full colour at its strongest number"
