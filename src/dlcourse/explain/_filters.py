"""The filters of a convolution, in one order of axes for both frameworks."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse import _frameworks, _validate
from dlcourse.explain import _capture
from dlcourse.explain._layers import find


def filters(model: Any, layer: Any) -> np.ndarray:
    """The weights of a two-dimensional convolution: one filter for each of its maps, with one picture a channel.

    A filter is the whole block of weights that makes one map: it spans all input channels at once. (A layer with
    groups, or a depthwise one, gives each filter a part of the channels.) Nothing is scaled; biases are not included.

    Parameters
    ----------
    model : PyTorch module or Keras model
    layer : the layer's name or the layer itself; inside a nested Keras model "outer/inner"

    Returns
    -------
    array (filters, channels, height, width), a copy

    Raises
    ------
    TypeError : `model` is of neither framework.
    ValueError : no such layer, or one that is no two-dimensional convolution.

    Examples
    --------
    >>> from dlcourse import models
    >>> filters(models.pytorch.pets_cnn(size=64), "conv2").shape
    (32, 16, 3, 3)
    """
    name, found = find(model, layer)
    weights = (_torch_filters if _capture.framework(model) == "torch" else _keras_filters)(found)
    if weights is None:
        raise ValueError(
            f"layer {name!r} must be a two-dimensional convolution that has its weights, got {type(found).__name__}"
        )
    return weights


def _torch_filters(layer: Any) -> np.ndarray | None:
    from torch import nn

    if not isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) or nn.parameter.is_lazy(layer.weight):
        return None
    weights = np.array(_frameworks.to_numpy(layer.weight))
    if isinstance(layer, nn.ConvTranspose2d):  # (channels, filters / groups, h, w)
        parts = np.split(weights, layer.groups)
        weights = np.concatenate([part.swapaxes(0, 1) for part in parts])
    return weights


def _keras_filters(layer: Any) -> np.ndarray | None:
    from keras import layers

    known = (layers.Conv2D, layers.Conv2DTranspose, layers.DepthwiseConv2D)
    if not isinstance(layer, known) or not layer.built:
        return None
    kernel = np.array(_validate.array("kernel", np.asarray(layer.kernel)))
    if isinstance(layer, layers.DepthwiseConv2D):  # (h, w, channels, multiplier)
        return kernel.reshape(*kernel.shape[:2], 1, -1).transpose(3, 2, 0, 1).copy()
    return kernel.transpose((2, 3, 0, 1) if isinstance(layer, layers.Conv2DTranspose) else (3, 2, 0, 1)).copy()
