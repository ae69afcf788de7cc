"""Class activation maps: where a layer's maps speak for a class."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse import _validate
from dlcourse.explain._layers import find
from dlcourse.explain._target import Scored


def grad_cam(model: Any, x: Any, target: Any, layer: Any, *, relu: bool = True, resize: bool = True) -> np.ndarray:
    """The layer's maps, each weighted by the mean of the score's gradient over it, and added up.

    Parameters
    ----------
    model : a PyTorch module or a Keras model
    x : images as in `saliency`
    target : class or function as in `saliency`
    layer : the layer whose maps are used: its name, as in PyTorch's `named_modules` or Keras' `layer.name` (inside a
        nested Keras model "outer/inner", or the inner name if no other layer has it); or the layer itself. The last one
        that has maps is the usual choice
    relu : set negative numbers to 0, so that only what speaks for the target remains
    resize : bring the maps to the size of the images (bilinear)

    Returns
    -------
    `(N, H, W)` array, or `(N, h, w)` as the layer's maps without `resize`; not normalised. With `relu`, an image
    without a positive number gets zeros, and a warning.

    Raises
    ------
    TypeError, ValueError : as in `saliency`; or a layer that the model does not have, that gives no maps, or that runs
        more or less often than once.

    Warns
    -----
    UserWarning : images in which nothing at this layer speaks for the target.

    References
    ----------
    Selvaraju, Cogswell, Das, Vedantam, Parikh, Batra 2017, "Grad-CAM".

    Examples
    --------
    >>> import numpy as np
    >>> from dlcourse import models
    >>> x = np.random.default_rng(0).random((2, 3, 64, 64))
    >>> grad_cam(models.pytorch.pets_cnn_small(), x, target=[0, 1], layer="relu4", relu=False).shape
    (2, 64, 64)
    """
    return _cam(model, x, target, layer, relu, resize, lambda maps, gradients: gradients.mean((2, 3)))


def grad_cam_plus_plus(
    model: Any, x: Any, target: Any, layer: Any, *, relu: bool = True, resize: bool = True
) -> np.ndarray:
    """As `grad_cam`, with another weight for each map, so that a map counts in full though it is active in few places.

    For a score S, the weight of map A is the sum over its places of `max(g, 0) / (2 + g * sum(A))`, where g is the
    gradient of S there: the paper's formula for a class probability `exp(S)`, without the factor `exp(S)`, which all
    maps of one image share. It is meant for maps without negative numbers: choose a layer after a ReLU.

    Parameters
    ----------
    model : a PyTorch module or a Keras model
    x : images as in `saliency`
    target : class or function as in `saliency`
    layer : as in `grad_cam`
    relu : as in `grad_cam`
    resize : as in `grad_cam`

    Returns
    -------
    Array as `grad_cam` returns it.

    Raises
    ------
    TypeError, ValueError : as in `grad_cam`.

    Warns
    -----
    UserWarning : as in `grad_cam`.

    References
    ----------
    Chattopadhay, Sarkar, Howlader, Balasubramanian 2018, "Grad-CAM++", equations 10 and 19.

    Examples
    --------
    >>> import numpy as np
    >>> from dlcourse import models
    >>> x = np.random.default_rng(0).random((2, 3, 64, 64))
    >>> grad_cam_plus_plus(models.pytorch.pets_cnn_small(), x, 1, "relu4", relu=False, resize=False).shape
    (2, 8, 8)
    """
    return _cam(model, x, target, layer, relu, resize, _plus_plus)


def _plus_plus(maps: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    below = 2 + gradients * maps.sum((2, 3), keepdims=True)
    shares = np.divide(1, below, out=np.zeros_like(below), where=below != 0)  # 0 only where maps are negative
    return (shares * np.maximum(gradients, 0)).sum((2, 3))


def _cam(
    model: Any,
    x: Any,
    target: Any,
    layer: Any,
    relu: bool,
    resize: bool,
    weigh: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> np.ndarray:
    _validate.truth("relu", relu)
    _validate.truth("resize", resize)
    scored = Scored(model, x, target)
    name, found = find(model, layer)
    maps, gradients = scored.maps_and_gradients(name, found)
    if maps.ndim != 4 or len(maps) != len(scored.x):
        raise ValueError(f"layer must be one that gives maps, (N, maps, h, w); {name!r} gives {maps.shape}")
    cam = np.einsum("nk,nkhw->nhw", weigh(maps, gradients), maps)
    if relu:
        blank = np.flatnonzero(cam.max((1, 2)) <= 0)
        if len(blank):
            _warn(blank, len(cam), name)
        cam = np.maximum(cam, 0)
    return _resized(cam, scored.size) if resize else cam


def _warn(blank: np.ndarray, images: int, name: str) -> None:
    which = "every image" if len(blank) == images else "images " + ", ".join(map(str, blank.tolist()[:20]))
    warnings.warn(
        f"no positive evidence for the target at layer {name!r} in {which}: the map is zero there. Look at it with "
        "relu=False, explain the class that the model predicts, or choose another layer",
        UserWarning,
        stacklevel=4,
    )


def _resized(maps: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Bilinear interpolation of `(N, h, w)` maps, pixels as areas (PyTorch's `align_corners=False`)."""
    down, across = (_interpolation(n, to).astype(maps.dtype) for n, to in zip(maps.shape[1:], size, strict=True))
    return down @ maps @ across.T


def _interpolation(n: int, to: int) -> np.ndarray:
    """The matrix that makes `to` numbers of `n`."""
    place = np.clip((np.arange(to) + 0.5) * n / to - 0.5, 0, n - 1)
    return np.maximum(1 - np.abs(place[:, None] - np.arange(n)), 0)
