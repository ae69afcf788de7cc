"""The images that make one filter's map largest, and the piece of each that the filter looks at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse import _frameworks, _validate
from dlcourse.explain import _capture
from dlcourse.explain._feature_maps import maps_of
from dlcourse.explain._layers import find
from dlcourse.explain._target import images as images_of


@dataclass(frozen=True, repr=False, eq=False)
class TopExamples:
    """Where a filter responds most, strongest first.

    Attributes
    ----------
    indices : (k,) int64, places of the images
    scores : (k,) the largest value of the map in each
    positions : (k, 2) int64, row and column in the map where it is
    windows : (k, 4) int64, `(y0, x0, y1, x1)` in pixels of the image: what the filter sees at this position
    crops : list of k image pieces, cut at the image's edge, in the layout of the images
    """

    indices: np.ndarray
    scores: np.ndarray
    positions: np.ndarray
    windows: np.ndarray
    crops: list[np.ndarray]

    def __repr__(self) -> str:
        if not len(self.indices):
            return "TopExamples(none)"
        return f"TopExamples({len(self.indices)} images, scores {self.scores[0]:.3g} to {self.scores[-1]:.3g})"


def top_examples(
    model: Any, images: Any, layer: Any, channel: int, k: int = 9, *, window: int | None = None
) -> TopExamples:
    """The `k` images in which one map of a layer reaches its largest values, each with the piece that the unit sees.

    Each image counts once, at the position where the map is largest. The piece is the unit's receptive field, worked
    out from the convolutions and poolings that run before: they have to form a chain (skip connections may go around
    them). For other networks give a `window`.

    Parameters
    ----------
    model : PyTorch module or Keras model
    images : array or tensor of floats, (N, C, H, W) for PyTorch, (N, H, W, C) for Keras
    layer : the layer's name or the layer itself
    channel : which of its maps, from 0
    k : how many images; all, if there are fewer
    window : height and width of the pieces in pixels, centred on the position; None: the receptive field

    Returns
    -------
    TopExamples : `.indices` (k,), `.scores` (k,), `.positions` (k, 2), `.windows` (k, 4), `.crops`

    Raises
    ------
    TypeError : `model` is of neither framework, or an argument is no number.
    ValueError : no such layer or channel, or a receptive field that cannot be worked out.

    Examples
    --------
    >>> import torch
    >>> model = torch.nn.Sequential(torch.nn.Conv2d(1, 1, 3, padding=1, bias=False))
    >>> _ = model[0].weight.data.fill_(1)
    >>> images = torch.zeros(3, 1, 8, 8)
    >>> images[1, 0, 4, 6] = 2.0
    >>> top = top_examples(model, images, "0", 0, k=1)
    >>> top.indices.tolist(), top.scores.tolist(), top.positions.tolist(), top.crops[0].shape
    ([1], [2.0], [[3, 5]], (1, 3, 3))

    References
    ----------
    Zeiler, Fergus: Visualizing and Understanding Convolutional Networks (2014), figure 2.
    """
    _validate.whole("channel", channel)
    _validate.whole("k", k, 1)
    if window is not None:
        _validate.whole("window", window, 1)
    array = images_of("images", images)
    name, maps = maps_of(model, array, layer)
    if channel >= maps.shape[1]:
        raise ValueError(f"channel must be below {maps.shape[1]}, the number of maps of {name!r}; got {channel}")
    chosen = maps[:, channel].reshape(len(maps), -1)
    best, scores = chosen.argmax(axis=1), chosen.max(axis=1)
    indices = np.argsort(-scores, kind="stable")[:k]
    positions = np.stack(np.unravel_index(best[indices], maps.shape[2:]), axis=1).astype(np.int64)
    last = _frameworks.framework_of(model) == "keras"
    size = array.shape[1:3] if last else array.shape[2:]
    if window is None:
        fields = receptive_field(model, array[:1], layer)
        windows = [[field.of(at) for field, at in zip(fields, position, strict=True)] for position in positions]
    else:
        windows = [
            [_around(at, n, side, window) for at, n, side in zip(position, maps.shape[2:], size, strict=True)]
            for position in positions
        ]
    corners = [[y0, x0, y1, x1] for (y0, y1), (x0, x1) in windows]
    crops = []
    for index, (y0, x0, y1, x1) in zip(indices, corners, strict=True):
        rows, columns = slice(max(y0, 0), min(y1, size[0])), slice(max(x0, 0), min(x1, size[1]))
        crops.append(array[index, rows, columns] if last else array[index, :, rows, columns])
    return TopExamples(indices, scores[indices], positions, np.array(corners, np.int64).reshape(-1, 4), crops)


def _around(at: int, cells: int, side: int, window: int) -> tuple[int, int]:
    start = math.floor((at + 0.5) * side / cells - window / 2 + 0.5)
    return start, start + window


@dataclass(frozen=True, slots=True)
class Field:
    """Receptive fields along one axis: the unit at `i` sees pixels from `start + i * stride`, `size` of them."""

    start: int
    stride: int
    size: int

    def of(self, position: int) -> tuple[int, int]:
        """The first pixel, and the one after the last; they may lie outside the image, where padding is."""
        first = self.start + int(position) * self.stride
        return first, first + self.size

    def then(self, kernel: int, stride: int, before: int) -> Field:
        """After one more layer, with `before` pixels of padding at its start."""
        return Field(self.start - before * self.stride, self.stride * stride, self.size + (kernel - 1) * self.stride)


def receptive_field(model: Any, x: np.ndarray, layer: Any) -> tuple[Field, Field]:
    """The receptive fields of a layer's units along rows and columns, from the layers that ran before it."""
    name, _ = find(model, layer)
    layers = {key: found for key, found in _capture.layers_of(model).items() if _capture.is_map_maker(found)}
    layers[name] = find(model, layer)[1]
    last = _frameworks.framework_of(model) == "keras"
    fields = Field(0, 1, 1), Field(0, 1, 1)
    shape = np.moveaxis(x, -1, 1).shape[1:] if last else x.shape[1:]
    for run in _capture.watch(model, x, layers):
        given = (run.input_shape[-1], *run.input_shape[1:3]) if last else run.input_shape[1:]
        maker = _capture.is_map_maker(run.layer)
        step = (_keras_step if last else _torch_step)(run) if maker else ((1, 1, 0), (1, 1, 0))
        if tuple(given) != tuple(shape) or step is None or run.array.ndim != 4:
            raise ValueError(
                f"the receptive field of {name!r} cannot be worked out, because {run.name!r} does not continue a chain "
                "of convolutions and poolings; give a window"
            )
        fields = fields[0].then(*step[0]), fields[1].then(*step[1])
        shape = run.array.shape[1:]
        if run.name == name:
            return fields
    raise ValueError(f"layer {name!r} did not run, so it has no receptive field")


Step = tuple[tuple[int, int, int], tuple[int, int, int]]  # along rows and columns: kernel, stride, padding before


def _both(value: Any) -> tuple[int, int]:
    return tuple(value) if isinstance(value, list | tuple) else (value, value)


def _torch_step(run: _capture.Run) -> Step | None:
    layer = run.layer
    if type(layer).__name__ not in ("Conv2d", "MaxPool2d", "AvgPool2d"):
        return None
    kernel, stride, dilation = _both(layer.kernel_size), _both(layer.stride), _both(getattr(layer, "dilation", 1))
    wide = tuple((k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True))
    if layer.padding == "valid":
        before = (0, 0)
    elif layer.padding == "same":
        before = tuple((w - 1) // 2 for w in wide)  # type: ignore[assignment]
    else:
        before = _both(layer.padding)
    return (wide[0], stride[0], before[0]), (wide[1], stride[1], before[1])


def _keras_step(run: _capture.Run) -> Step | None:
    from keras import layers

    layer = run.layer
    if isinstance(layer, layers.Conv2DTranspose):
        return None
    kernel = layer.kernel_size if hasattr(layer, "kernel_size") else layer.pool_size
    dilation = getattr(layer, "dilation_rate", (1, 1))
    steps = []
    for axis in (0, 1):
        wide = (kernel[axis] - 1) * _both(dilation)[axis] + 1
        stride = layer.strides[axis]
        out, size = run.array.shape[2 + axis], run.input_shape[1 + axis]
        before = max((out - 1) * stride + wide - size, 0) // 2 if layer.padding == "same" else 0
        steps.append((wide, stride, before))
    return steps[0], steps[1]
