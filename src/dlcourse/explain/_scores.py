"""How good a heat map is: against the exact mask, and against what the network does when its pixels are taken away."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse import _frameworks, _validate
from dlcourse.explain import _capture
from dlcourse.explain._target import BATCH
from dlcourse.explain._target import images as images_of


def inside_mask(maps: Any, masks: Any) -> np.ndarray:
    """The share of each map's positive attribution that lies inside the mask.

    A map that is the same everywhere scores the mask's share of the image: this is what to compare with.

    Parameters
    ----------
    maps : (N, H, W); values below 0 count as 0
    masks : (N, H, W) bool

    Returns
    -------
    float64 array (N,), from 0 to 1; 0 for a map that is nowhere positive.

    Raises
    ------
    TypeError : masks that are not bool.
    ValueError : maps that are not finite, or shapes that do not fit.

    Examples
    --------
    >>> inside_mask([[[3.0, 1.0], [-5.0, 0.0]]], [[[True, False], [True, False]]]).tolist()
    [0.75]
    """
    values, inside = _maps_and_masks(maps, masks)
    positive = values.clip(0)
    total = positive.sum(axis=(1, 2))
    return np.divide((positive * inside).sum(axis=(1, 2)), total, out=np.zeros(len(total)), where=total > 0)


def pointing_game(maps: Any, masks: Any) -> np.ndarray:
    """Whether the largest value of each map lies inside the mask; where several are largest, all of them have to.

    Parameters
    ----------
    maps : (N, H, W)
    masks : (N, H, W) bool

    Returns
    -------
    bool array (N,)

    Raises
    ------
    TypeError : masks that are not bool.
    ValueError : maps that are not finite, or shapes that do not fit.

    Examples
    --------
    >>> pointing_game([[[3.0, 1.0]], [[3.0, 4.0]]], [[[True, False]], [[True, False]]]).tolist()
    [True, False]

    References
    ----------
    Zhang, Lin, Brandt, Shen, Sclaroff: Top-down Neural Attention by Excitation Backprop (2016).
    """
    values, inside = _maps_and_masks(maps, masks)
    largest = values == values.max(axis=(1, 2), keepdims=True)
    return np.asarray((inside | ~largest).all(axis=(1, 2)))


def deletion(model: Any, x: Any, target: Any, maps: Any, *, steps: int = 16, baseline: Any = 0.0) -> np.ndarray:
    """The target's probability while pixels are replaced by the baseline, the most important ones first.

    The faster the curve falls, the better the map found the pixels on which the network relies. The area under the
    curve is `(curves[:, 1:] + curves[:, :-1]).mean(1) / 2`.

    Parameters
    ----------
    model : PyTorch module, from images to logits
    x : array or tensor of floats, (N, C, H, W)
    target : one class for all images, or (N,) of them; with one logit z, 1 means +z and 0 means -z; or a function from
        the model's outputs to (N,) scores, which then are taken as they are
    maps : (N, H, W), how important each pixel is; among equals a fixed random order decides
    steps : number of steps, each replaces the same share of pixels
    baseline : number, image (C, H, W) or array like `x`: what stands in the place of a pixel

    Returns
    -------
    array (N, steps + 1): first the untouched image, last nothing but the baseline

    Raises
    ------
    TypeError : `model` is no PyTorch module, or `x` holds no floats.
    ValueError : a target, maps or a baseline that do not fit.

    Examples
    --------
    >>> import torch
    >>> model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 1, bias=False))
    >>> _ = model[1].weight.data.copy_(torch.tensor([[2.0, 0.0, 0.0, 1.0]]))
    >>> image, important = torch.ones(1, 1, 2, 2), [[[9, 1], [2, 3]]]
    >>> deletion(model, image, lambda z: z[:, 0], important, steps=4).tolist()
    [[3.0, 1.0, 0.0, 0.0, 0.0]]

    References
    ----------
    Petsiuk, Das, Saenko: RISE: Randomized Input Sampling for Explanation of Black-box Models (2018).
    """
    images, order, blank, steps = _prepared(model, x, maps, steps, baseline)
    return _curves(model, images, blank, order, target, steps)


def insertion(model: Any, x: Any, target: Any, maps: Any, *, steps: int = 16, baseline: Any = 0.0) -> np.ndarray:
    """The target's probability while pixels are put into the baseline, the most important ones first.

    The faster the curve rises, the better the map found the pixels that are enough for the network. A blurred copy of
    the image is a softer baseline than one colour.

    Parameters
    ----------
    model : PyTorch module, from images to logits
    x : array or tensor of floats, (N, C, H, W)
    target : as for `deletion`
    maps : (N, H, W), how important each pixel is; among equals a fixed random order decides
    steps : number of steps, each brings the same share of pixels
    baseline : number, image (C, H, W) or array like `x`: the picture before any pixel is put in

    Returns
    -------
    array (N, steps + 1): first nothing but the baseline, last the whole image

    Raises
    ------
    TypeError : `model` is no PyTorch module, or `x` holds no floats.
    ValueError : a target, maps or a baseline that do not fit.

    Examples
    --------
    >>> import torch
    >>> model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 1, bias=False))
    >>> _ = model[1].weight.data.copy_(torch.tensor([[2.0, 0.0, 0.0, 1.0]]))
    >>> image, important = torch.ones(1, 1, 2, 2), [[[9, 1], [2, 3]]]
    >>> insertion(model, image, lambda z: z[:, 0], important, steps=4).tolist()
    [[0.0, 2.0, 3.0, 3.0, 3.0]]

    References
    ----------
    Petsiuk, Das, Saenko: RISE: Randomized Input Sampling for Explanation of Black-box Models (2018).
    """
    images, order, blank, steps = _prepared(model, x, maps, steps, baseline)
    return _curves(model, blank, images, order, target, steps)


def _finite_maps(maps: Any) -> np.ndarray:
    values = _validate.array("maps", maps, (None, None, None), "biuf").astype(np.float64)
    if not np.isfinite(values).all():
        raise ValueError("maps must be finite, but some values are NaN or infinite")
    return values


def _maps_and_masks(maps: Any, masks: Any) -> tuple[np.ndarray, np.ndarray]:
    values = _finite_maps(maps)
    return values, _validate.array("masks", masks, values.shape, "b")


def _prepared(
    model: Any, x: Any, maps: Any, steps: int, baseline: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Images, each pixel's place in the order of importance, and the baseline like the images."""
    if _frameworks.framework_of(model) != "torch":
        raise TypeError(f"model must be a PyTorch module, got {_validate.describe(model)}")
    images = images_of("x", x)
    values = _finite_maps(maps)
    n, _, height, width = images.shape
    if values.shape != (n, height, width):
        raise ValueError(f"maps must have shape {(n, height, width)}, one number a pixel of x, got {values.shape}")
    blank = _validate.array("baseline", baseline)
    try:
        blank = np.broadcast_to(blank, images.shape).astype(images.dtype)
    except ValueError:
        raise ValueError(f"baseline must be a number or fit x, {images.shape}, got {blank.shape}") from None
    flat = values.reshape(n, -1)
    ties = np.random.default_rng(0).permutation(flat.shape[1])  # reading order would favour the top of the image
    first = np.lexsort((np.broadcast_to(ties, flat.shape), -flat), axis=1)
    place = np.empty_like(first)
    np.put_along_axis(place, first, np.arange(flat.shape[1])[None], axis=1)
    return images, place.reshape(n, 1, height, width), blank, _validate.whole("steps", steps, 1)


def _curves(
    model: Any, before: np.ndarray, after: np.ndarray, place: np.ndarray, target: Any, steps: int
) -> np.ndarray:
    pixels = place.shape[2] * place.shape[3]
    mixed = (np.where(place < round(k * pixels / steps), after, before) for k in range(steps + 1))
    size = len(before) if callable(target) else BATCH  # a function may know its images by place
    classes = target if callable(target) else np.broadcast_to(target, len(before))
    rows = [slice(start, start + size) for start in range(0, len(before), size)]

    def scores(images: np.ndarray) -> np.ndarray:
        parts = (
            _scores(_capture.forward(model, images[part]), target if callable(target) else classes[part])
            for part in rows
        )
        return np.concatenate(list(parts))

    return np.stack([scores(images) for images in mixed], axis=1)


def _scores(outputs: Any, target: Any) -> np.ndarray:
    """The probability of the target for each image, or what the target function says."""
    if callable(target):
        return np.asarray(_frameworks.to_numpy(target(outputs)))
    logits = _validate.array("the model's outputs", outputs)
    if logits.ndim != 2:
        raise ValueError(
            f"the model's outputs must be (N, classes) logits, got {_validate.describe(logits)}; give a target function"
        )
    if logits.shape[1] == 1:
        logits = np.concatenate([np.zeros_like(logits), logits], axis=1)
    classes = np.broadcast_to(_validate.array("target", target, kind="iu"), len(logits))
    if classes.size and not 0 <= classes.min() <= classes.max() < logits.shape[1]:
        raise ValueError(f"target must be from 0 to {logits.shape[1] - 1}, got {classes.min()} to {classes.max()}")
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers[np.arange(len(logits)), classes] / powers.sum(axis=1)
