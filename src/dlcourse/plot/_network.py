"""A network as a picture: the sizes of what flows through it, and where its work and its weights are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from dlcourse import _validate
from dlcourse.plot import _style

if TYPE_CHECKING:
    from dlcourse.count import Count

_KINDS = {"convolution": "#2f7fd0", "dense": "#e07b1a", "pooling": "#6b7785", "other": "#2b9d78"}
_ROW = 0.3  # inches
_MOST = 60


@dataclass
class _Block:
    """Neighbouring layers whose names begin alike."""

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int
    macs: int


def _kind(layer: Any) -> str:
    """Which colour a layer gets; empty for layers that are not drawn, such as activations."""
    name = layer.kind.lower()
    if "conv" in name:
        return "convolution"
    if "pool" in name:
        return "pooling"
    if name in ("linear", "dense"):
        return "dense"
    return "other" if layer.macs else ""


def _blocks(count: Count, depth: int | None) -> list[_Block]:
    """The layers as blocks to draw, in the order in which they run."""
    blocks: list[_Block] = []
    for layer in count.layers:
        name = layer.name if depth is None else ".".join(layer.name.split(".")[:depth])
        kind = _kind(layer)
        if not blocks or blocks[-1].name != name:
            blocks.append(_Block(name, kind, layer.output_shape, 0, 0))
        block = blocks[-1]
        block.parameters += layer.parameters
        block.macs += layer.macs
        block.shape = layer.output_shape
        if kind and (not block.kind or block.kind == "pooling"):
            block.kind = kind
    return [block for block in blocks if block.kind]


def _volume(shape: tuple[int, ...], channels_last: bool) -> tuple[int, tuple[int, ...]]:
    """Channels, then height and width of an output; of a vector, or of a sequence of them, there are none."""
    if len(shape) < 3:
        return shape[-1], ()
    return (shape[-1], shape[:-1]) if channels_last else (shape[0], shape[1:])


def _short(value: float) -> str:
    """A large number with three digits at most."""
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:.{2 if value < 10 * size else 1 if value < 100 * size else 0}f}{unit}"
    return str(int(value))


def network(count: Count, depth: int | None = None) -> _style.Picture:
    """A network from top to bottom: one row for each block of layers.

    The first panel shows what each block hands on: a bar as wide as the map's side and as high as the logarithm of
    its channels; a vector is drawn as a square. The other two show each block's multiply-accumulates and parameters.
    Layers without weights, apart from pooling, are not drawn; their parameters, if any, count for their block.

    Parameters
    ----------
    count : what `dlcourse.count.count` returned for the network
    depth : how many parts of a layer's dotted name make up a block: 1 joins `layer1.0.conv1` and `layer1.1.conv2`;
        None draws every layer

    Returns
    -------
    Picture

    Raises
    ------
    TypeError, ValueError : `count` is no count, nothing in it can be drawn, or there are more than 60 blocks.

    Examples
    --------
    >>> import torch
    >>> from dlcourse.count import count
    >>> network(count(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 10)), (1, 28, 28)))
    <Picture with 3 panels>
    """
    if not hasattr(count, "layers") or not hasattr(count, "macs"):
        raise TypeError(f"count must be what dlcourse.count.count returns, got {_validate.describe(count)}")
    if depth is not None:
        depth = _validate.whole("depth", depth, 1)
    blocks = _blocks(count, depth)
    if not 0 < len(blocks) <= _MOST:
        raise ValueError(f"count has {len(blocks)} blocks to draw, expected 1 to {_MOST}; set depth to join layers")
    channels_last = any(layer.kind.endswith(("2D", "1D")) for layer in count.layers)
    figure, panels = _style.picture(1, 3, _style.WIDTH, _ROW * len(blocks) + 0.9, [3, 1.3, 1.3])
    with matplotlib.rc_context(_style.STYLE):
        _draw_volumes(panels[0, 0], blocks, channels_last)
        for axes, title, values in (
            (panels[0, 1], "MACs", [block.macs for block in blocks]),
            (panels[0, 2], "parameters", [block.parameters for block in blocks]),
        ):
            _draw_bars(axes, title, values, [_KINDS[block.kind] for block in blocks])
        kinds = [kind for kind in _KINDS if any(block.kind == kind for block in blocks)]
        handles = [Rectangle((0, 0), 1, 1, color=_KINDS[kind]) for kind in kinds]
        figure.legend(handles, kinds, loc="outside lower center", ncols=len(kinds))
    return figure


def _draw_volumes(axes: Axes, blocks: list[_Block], channels_last: bool) -> None:
    """The outputs as bars about one axis, with their shapes as text."""
    volumes = [_volume(block.shape, channels_last) for block in blocks]
    widest = max(sides[-1] if sides else 1 for _, sides in volumes)
    deepest = max(np.log2(channels + 1) for channels, _ in volumes)
    for y, (block, (channels, sides)) in enumerate(zip(blocks, volumes, strict=True)):
        width = max(sides[-1] / widest if sides else 0, 0.03)
        height = 0.15 + 0.75 * np.log2(channels + 1) / deepest
        axes.add_patch(Rectangle((-width / 2, y - height / 2), width, height, color=_KINDS[block.kind]))
        axes.text(-0.56, y, block.name, ha="right", va="center", fontsize=10)
        axes.text(0.56, y, " × ".join(map(str, (channels, *sides))), ha="left", va="center", fontsize=10)
    axes.set(xlim=(-1.15, 1.15), ylim=(len(blocks) - 0.4, -0.6), title="output: channels × height × width")
    _style.bare(axes)
    axes.spines[:].set_visible(False)


def _draw_bars(axes: Axes, title: str, values: list[int], colors: list[str]) -> None:
    """One horizontal bar a block, with its number."""
    rows = np.arange(len(values))
    drawn = axes.barh(rows, values, color=colors, height=0.7)
    axes.bar_label(drawn, [_short(v) if v else "" for v in values], padding=2, fontsize=10)
    axes.set(title=title, ylim=(len(values) - 0.4, -0.6), xlim=(0, 1.55 * max(max(values), 1)))
    _style.bare(axes)
    axes.spines[:].set_visible(False)
