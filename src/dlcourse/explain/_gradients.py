"""Attributions from the gradient of a score with respect to the image."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse import _validate
from dlcourse.explain._target import Scored


def saliency(model: Any, x: Any, target: Any, *, signed: bool = False) -> np.ndarray:
    """How fast the score changes with each number of the image: `|d score / d x|`.

    Parameters
    ----------
    model : a PyTorch module or a Keras model
    x : `(N, C, H, W)` images for PyTorch, `(N, H, W, C)` for Keras; floats, prepared as for the model
    target : the class to explain, one for all images or `(N,)`; with a head of one logit z, class 1 explains z and
        class 0 explains -z; or a function that makes `(N,)` scores of the model's outputs
    signed : keep the sign: where it is positive, a larger number raises the score

    Returns
    -------
    Array of the shape of `x`, not normalised.

    Raises
    ------
    TypeError, ValueError : arguments of other kinds or shapes, a class that the model does not have, or a score without
        a gradient.

    References
    ----------
    Simonyan, Vedaldi, Zisserman 2014, "Deep inside convolutional networks".

    Examples
    --------
    >>> import numpy as np, torch
    >>> model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 2, bias=False))
    >>> with torch.no_grad():
    ...     _ = model[1].weight.copy_(torch.tensor([[1.0, 2, 3, 4], [0, 0, -5, 0]]))
    >>> x = np.ones((1, 1, 2, 2), "float32")
    >>> saliency(model, x, target=1).tolist()
    [[[[0.0, 0.0], [5.0, 0.0]]]]
    """
    _validate.truth("signed", signed)
    gradient = Scored(model, x, target).gradient()
    return gradient if signed else np.abs(gradient)


def gradient_x_input(model: Any, x: Any, target: Any) -> np.ndarray:
    """The gradient times the image, number by number: what each one adds to the score, were the model linear.

    Parameters
    ----------
    model : a PyTorch module or a Keras model
    x : images as in `saliency`
    target : class or function as in `saliency`

    Returns
    -------
    Array of the shape of `x`, with sign. For a model without biases whose only other parts are ReLU and pooling, it
    sums to the score.

    Raises
    ------
    TypeError, ValueError : as in `saliency`.

    References
    ----------
    Shrikumar, Greenside, Shcherbina, Kundaje 2016, "Not just a black box".

    Examples
    --------
    >>> import numpy as np, torch
    >>> model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3, bias=False), torch.nn.ReLU(), torch.nn.Flatten())
    >>> x = np.random.default_rng(0).random((1, 3, 3, 3))
    >>> parts = gradient_x_input(model, x, target=0)
    >>> bool(np.isclose(parts.sum(), model(torch.tensor(x).float())[0, 0].item()))
    True
    """
    scored = Scored(model, x, target)
    return scored.gradient() * scored.x


def smooth_grad(
    model: Any,
    x: Any,
    target: Any,
    *,
    samples: int = 50,
    noise: float = 0.15,
    signed: bool = False,
    seed: int = 0,
) -> np.ndarray:
    """The mean of the gradients at noisy copies of the image.

    Parameters
    ----------
    model : a PyTorch module or a Keras model
    x : images as in `saliency`
    target : class or function as in `saliency`
    samples : noisy copies of each image
    noise : standard deviation of the noise, as a share of each image's range (largest number minus smallest)
    signed : the mean with its sign; otherwise its absolute value
    seed : of the noise

    Returns
    -------
    Array of the shape of `x`; without noise it equals `saliency`.

    Raises
    ------
    TypeError, ValueError : as in `saliency`; or `samples` below 1, or a negative `noise`.

    References
    ----------
    Smilkov, Thorat, Kim, Viégas, Wattenberg 2017, "SmoothGrad: removing noise by adding noise".

    Examples
    --------
    >>> import numpy as np, torch
    >>> model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU(), torch.nn.Flatten())
    >>> x = np.random.default_rng(0).random((1, 3, 3, 3))
    >>> smooth_grad(model, x, target=0, samples=8).shape
    (1, 3, 3, 3)
    """
    samples = _validate.whole("samples", samples, 1)
    noise = _validate.real("noise", noise, 0)
    _validate.truth("signed", signed)
    draw = np.random.default_rng(_validate.whole("seed", seed))
    scored = Scored(model, x, target)
    x, rest = scored.x, (1,) * (scored.x.ndim - 1)
    sigma = (noise * np.ptp(x.reshape(len(x), -1), axis=1)).reshape(-1, *rest)
    total = np.zeros_like(x)
    for start in range(0, samples, scored.copies):
        copies = min(scored.copies, samples - start)
        noisy = x + sigma * draw.standard_normal((copies, *x.shape), x.dtype)
        total += _by_copy(scored.gradient(noisy.reshape(-1, *x.shape[1:])), x).sum(0)
    mean = total / samples
    return mean if signed else np.abs(mean)


def integrated_gradients(
    model: Any,
    x: Any,
    target: Any,
    *,
    baseline: Any = 0.0,
    steps: int = 50,
    rule: str = "gauss-legendre",
) -> np.ndarray:
    """The difference from the baseline times the mean gradient on the straight way from there to the image.

    Parameters
    ----------
    model : a PyTorch module or a Keras model
    x : images as in `saliency`
    target : class or function as in `saliency`
    baseline : where the way begins: a number, one image, or an array like `x`, all in the model's own input space (0 is
        black only if the model takes 0 for black)
    steps : points on the way
    rule : how the points lie: "gauss-legendre", or "midpoint", which takes the middles of `steps` equal pieces

    Returns
    -------
    Array of the shape of `x`, with sign. Each image's numbers sum to its score minus the baseline's (completeness), up
    to the error of the sum, which shrinks with more steps.

    Raises
    ------
    TypeError, ValueError : as in `saliency`; or a baseline of another shape, `steps` below 1, or an unknown rule.

    References
    ----------
    Sundararajan, Taly, Yan 2017, "Axiomatic attribution for deep networks".

    Examples
    --------
    >>> import numpy as np, torch
    >>> model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU(), torch.nn.Flatten())
    >>> x = np.random.default_rng(0).random((1, 3, 3, 3)).astype("float32")
    >>> parts = integrated_gradients(model, x, target=1)
    >>> score, at_baseline = model(torch.tensor(x))[0, 1], model(torch.zeros(1, 3, 3, 3))[0, 1]
    >>> bool(np.isclose(parts.sum(), (score - at_baseline).item(), atol=0.02))
    True
    """
    steps = _validate.whole("steps", steps, 1)
    _validate.choice("rule", rule, ("gauss-legendre", "midpoint"))
    scored = Scored(model, x, target)
    x = scored.x
    start = as_baseline(baseline, x)
    if rule == "midpoint":
        points, weights = (np.arange(steps) + 0.5) / steps, np.full(steps, 1 / steps)
    else:
        points, weights = np.polynomial.legendre.leggauss(steps)  # on -1 to 1
        points, weights = (points + 1) / 2, weights / 2
    shape = (-1, *(1,) * x.ndim)
    total = np.zeros_like(x)
    for i in range(0, steps, scored.copies):
        part = slice(i, i + scored.copies)
        way = start + points[part].reshape(shape).astype(x.dtype) * (x - start)
        gradients = _by_copy(scored.gradient(way.reshape(-1, *x.shape[1:])), x)
        total += (gradients * weights[part].reshape(shape).astype(x.dtype)).sum(0)
    return (x - start) * total


def as_baseline(baseline: Any, x: np.ndarray) -> np.ndarray:
    """The baseline as an array of the shape of `x`."""
    array = _validate.array("baseline", baseline)
    if array.shape not in ((), x.shape[1:], (1, *x.shape[1:]), x.shape):
        raise ValueError(
            f"baseline must be a number, one image {x.shape[1:]} or as many as x, {x.shape}; got "
            f"{_validate.describe(array)}"
        )
    if not np.isfinite(array).all():
        raise ValueError("baseline must be finite")
    return np.broadcast_to(array, x.shape).astype(x.dtype)


def _by_copy(stacked: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Copies of the batch, which went through the model as one, on an axis of their own."""
    return stacked.reshape(-1, *x.shape)
