"""Feature maps: what the layers of a network put out for given images, each under the name of its own layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse import _validate
from dlcourse.explain import _capture
from dlcourse.explain._layers import find
from dlcourse.explain._target import images as images_of


def feature_maps(
    model: Any, x: Any, layers: Sequence[Any] | Any | None = None, *, activated: bool = True
) -> dict[str, np.ndarray]:
    """The maps of every convolution and pooling layer, or of the layers asked for, in the order in which they run.

    The model runs once, in evaluation mode; nothing is scaled. PyTorch's convolutions leave the activation function to
    a layer of its own, Keras' often contain it; so that both give the same maps, those of a convolution are taken after
    an activation function that follows at once (a module or layer; a functional one is not seen).

    Parameters
    ----------
    model : PyTorch module or Keras model, nested ones included
    x : array or tensor of floats, (N, C, H, W) for PyTorch, (N, H, W, C) for Keras
    layers : names of layers, or layers themselves, of any kind; None: each convolution and each pooling layer (not
        the pooling over whole maps)
    activated : False: a layer's own result, before any activation function, also where Keras' layer contains it

    Returns
    -------
    dict from the layer's name to (N, maps, h, w) in both frameworks; a layer with other outputs, such as a dense one,
    gives them in the model's own shape. A layer that runs more than once has its later runs as "name (2)", "name (3)".

    Raises
    ------
    TypeError : `model` is of neither framework, or `x` holds no floats.
    ValueError : no such layer, one that did not run, or `x` without its four axes.

    Examples
    --------
    >>> import numpy as np
    >>> from dlcourse import models
    >>> maps = feature_maps(models.pytorch.pets_cnn(size=64), np.zeros((1, 3, 64, 64), "float32"))
    >>> {name: found.shape[1:] for name, found in maps.items()}["pool3"]
    (64, 8, 8)
    >>> list(maps)
    ['conv1', 'pool1', 'conv2', 'pool2', 'conv3', 'pool3']
    """
    _validate.truth("activated", activated)
    array = images_of("x", x)
    chosen = _chosen(model, layers)
    runs = _capture.watch(model, array, chosen, activated)
    missing = set(chosen) - {run.name for run in runs}
    if layers is not None and missing:
        raise ValueError(f"layers: {', '.join(sorted(missing))} did not run, so there are no maps")
    return named(runs)


def named(runs: list[_capture.Run]) -> dict[str, np.ndarray]:
    """The arrays of runs by name; from a layer's second run on with its number."""
    seen: Counter[str] = Counter()
    maps = {}
    for run in runs:
        seen[run.name] += 1
        maps[run.name if seen[run.name] == 1 else f"{run.name} ({seen[run.name]})"] = run.array
    return maps


def _chosen(model: Any, layers: Any) -> dict[str, Any]:
    if layers is None:
        return {name: layer for name, layer in _capture.layers_of(model).items() if _capture.is_map_maker(layer)}
    several = layers if isinstance(layers, list | tuple) else [layers]
    return dict(find(model, layer) for layer in several)


def maps_of(
    model: Any, images: Any, layer: Any, *, activated: bool = True, batch_size: int = 64
) -> tuple[str, np.ndarray]:
    """The name of one layer and its maps for many images, a batch at a time: (N, maps, h, w)."""
    array = images_of("images", images)
    name, found = find(model, layer)
    parts = []
    for start in range(0, len(array), batch_size):
        runs = _capture.watch(model, array[start : start + batch_size], {name: found}, activated)
        if not runs:
            raise ValueError(f"layer {name!r} did not run, so it has no maps")
        parts.append(runs[0].array)
    maps = np.concatenate(parts)
    if maps.ndim != 4:
        raise ValueError(f"layer {name!r} must put out maps, (N, maps, h, w), got {_validate.describe(maps)}")
    return name, maps


def dead_filters(model: Any, images: Any, layer: Any, *, tolerance: float = 0.0) -> np.ndarray:
    """Which filters of a layer are dead: their maps are nowhere above `tolerance`, in none of the images.

    Such a filter tells the rest of the network nothing about these images. (Other images may wake it.) Where a
    normalisation stands between convolution and activation function, ask for the layer of the activation function.

    Parameters
    ----------
    model : PyTorch module or Keras model
    images : array or tensor of floats, (N, C, H, W) for PyTorch, (N, H, W, C) for Keras
    layer : the layer's name or the layer itself; its maps are taken after an activation function that follows at once
    tolerance : 0 or more

    Returns
    -------
    bool array (filters,)

    Raises
    ------
    TypeError : `model` is of neither framework, or `images` holds no floats.
    ValueError : no such layer, one without maps, or no images.

    Examples
    --------
    >>> import torch
    >>> model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 1), torch.nn.ReLU())
    >>> _ = model[0].weight.data.fill_(1), model[0].bias.data.copy_(torch.tensor([0.0, -5.0]))
    >>> dead_filters(model, torch.rand(4, 1, 3, 3), "0").tolist()
    [False, True]
    """
    _validate.real("tolerance", tolerance, 0)
    _, maps = maps_of(model, images, layer)
    return np.asarray(maps.max(axis=(0, 2, 3)) <= tolerance)
