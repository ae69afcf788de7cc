"""The image that activates one channel most."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from dlcourse import _validate
from dlcourse.explain._optimise import Adam, Gradient, Network, Optimised, Score, ascend, photograph
from dlcourse.explain._parameterization import painting


def activation_maximization(
    model: Any,
    layer: Any,
    channel: Any,
    *,
    size: Any = 64,
    steps: int = 256,
    learning_rate: float = 0.05,
    optimizer: str = "adam",
    parameterization: str = "fourier",
    colour: Any = "imagenet",
    decay: float = 1.0,
    jitter: int = 4,
    total_variation: float = 0.0,
    blur: float = 0.0,
    redirect: int = 0,
    where: str = "mean",
    start: Any = None,
    mean: Any = 0.0,
    std: Any = 1.0,
    order: str = "rgb",
    seed: int = 0,
) -> Optimised:
    """An image, made from noise by gradient ascent, that activates a channel of a layer strongly.

    The numbers z of the image are changed, `image = sigmoid(colour @ spatial(z))`. The ladder from the plain to the
    best: `parameterization="pixels", colour=None, jitter=0`; then `jitter`, `total_variation`, `blur`; then
    `parameterization="fourier"`; then `colour`.

    Parameters
    ----------
    model : a PyTorch module or a Keras model that takes images with three channels
    layer : its name or the layer itself, as in `grad_cam`; what comes after it is not run. It may be dense: for
        a class, choose the layer that gives the logits, not one that gives probabilities
    channel : the number of a map, or of a unit of a dense layer; or several: each gets an image of its own
    size : height and width of the image, or one number for both
    steps : steps of gradient ascent
    learning_rate : length of a step
    optimizer : "adam"; or "gradient": along the gradient divided by its root mean square
    parameterization : "fourier": z is the spectrum, divided by what each frequency has in photographs; or "pixels"
    colour : the directions in colour along which steps are taken: "imagenet", a matrix (see `colour_matrix`), or None
        for red, green and blue
    decay : how fast the spectrum of "fourier" falls with the frequency; 0: not at all
    jitter : before each step the image is moved by up to so many pixels (what leaves on one side enters on the other)
    total_variation : weight of the mean absolute difference between neighbouring pixels, which is subtracted
    blur : standard deviation, in pixels, of the Gaussian that z is smoothed with after each step (for "pixels" only)
    redirect : in so many first steps, a ReLU whose gradient is zero for all of an image passes it on to negative inputs
        that should rise: for channels that the first image does not reach
    where : "mean" of the whole map, or its "centre"
    start : image to start from, `(H, W, 3)`, uint8 or 0..1; None: grey with a little noise
    mean : what the model wants subtracted from images in 0..1: a number, or one for each channel in the model's order
    std : what it then wants them divided by
    order : the order of the channels that the model wants: "rgb", or "bgr" (VGG-16 as published)
    seed : seed of the noise and of the jitter

    Returns
    -------
    Result with `.image`, `(H, W, 3)` in 0..1, and `.objective`, `(steps + 1,)`: the activation before each step and of
    the finished image (without the variation's part). For several channels `(N, H, W, 3)` and `(N, steps + 1)`. Equal
    for equal seeds.

    Raises
    ------
    TypeError, ValueError : an argument outside its range; a layer or channel that the model does not have.

    Warns
    -----
    UserWarning : the gradient is zero at the end: the channel cannot be reached from this start.

    References
    ----------
    Erhan, Bengio, Courville, Vincent 2009, "Visualizing Higher-Layer Features of a Deep Network"; Olah, Mordvintsev,
    Schubert 2017, "Feature Visualization" (Fourier parameterisation, decorrelated colour, redirected ReLU).

    Examples
    --------
    >>> from dlcourse import models
    >>> found = activation_maximization(models.pytorch.pets_cnn_small(), "conv2", 3, size=32, steps=20)
    >>> found.image.shape, found.objective.shape, bool(found.objective[-1] > found.objective[0])
    ((32, 32, 3), (21,), True)
    """
    network = Network(model, layer, mean, std, order)
    height, width = _size(size)
    several = not np.isscalar(channel) and np.ndim(channel) > 0
    channels = [_validate.whole("channel", c) for c in (channel if several else [channel])]
    if not channels:
        raise ValueError("channel must name at least one channel, got none")
    _validate.whole("steps", steps, 1)
    rate = _validate.real("learning_rate", learning_rate, 0)
    adam = _validate.choice("optimizer", optimizer, ("adam", "gradient")) == "adam"
    paint = painting(parameterization, colour, (height, width), decay)
    if _validate.real("blur", blur, 0) and parameterization != "pixels":
        raise ValueError('blur smooths pixels; with parameterization="fourier" choose a larger decay instead')
    _validate.choice("where", where, ("mean", "centre"))
    rng = np.random.default_rng(_validate.whole("seed", seed))
    z = rng.normal(0, paint.spatial.noise, paint.spatial.shape)[None]
    if start is not None:
        first = photograph("start", start)
        if first.shape[2:] != (height, width):
            raise ValueError(f"start must have the size {(height, width)}, got {first.shape[2:]}")
        z = paint.numbers(first)
    score = _chosen(network.name, channels, where)
    images, objective, still = ascend(
        lambda x, redirected: network.run(x, score, redirected),
        paint,
        np.repeat(z, len(channels), axis=0),
        steps=steps,
        step=Adam(rate) if adam else Gradient(rate),
        jitter=_validate.whole("jitter", jitter),
        total_variation=_validate.real("total_variation", total_variation, 0),
        blur=blur,
        redirect=_validate.whole("redirect", redirect),
        rng=rng,
    )
    if still.any():
        _warn(network.name, [c for c, is_still in zip(channels, still, strict=True) if is_still])
    last = images.transpose(0, 2, 3, 1)
    return Optimised(last, objective) if several else Optimised(last[0], objective[0])


def _size(size: Any) -> tuple[int, int]:
    if isinstance(size, list | tuple):
        if len(size) != 2:
            raise ValueError(f"size must be a whole number or (height, width), got {_validate.describe(size)}")
        return _validate.whole("size", size[0], 1), _validate.whole("size", size[1], 1)
    return (_validate.whole("size", size, 1),) * 2


def _chosen(name: str, channels: list[int], where: str) -> Score:
    """The mean or the centre of each image's own channel, and the gradient of that at the layer's output."""

    def score(output: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if output.ndim not in (2, 4):
            raise ValueError(f"layer must give maps (N, maps, h, w) or units (N, units); {name!r} gives {output.shape}")
        for c in channels:
            if c >= output.shape[1]:
                raise ValueError(f"channel must be below {output.shape[1]}, the channels of {name!r}; got {c}")
        weights = np.zeros_like(output)
        rows = np.arange(len(channels))
        if output.ndim == 2:
            weights[rows, channels] = 1
        elif where == "centre":
            weights[rows, channels, output.shape[2] // 2, output.shape[3] // 2] = 1
        else:
            weights[rows, channels] = 1 / (output.shape[2] * output.shape[3])
        return (output * weights).reshape(len(output), -1).sum(1), weights

    return score


def _warn(name: str, channels: list[int]) -> None:
    warnings.warn(
        f"the gradient of channel {', '.join(map(str, channels))} of {name!r} is zero everywhere, so the image cannot "
        "become better: every path to it is switched off by a ReLU, or the channel is dead. Try redirect=16, the layer "
        "before its ReLU, another seed, or start= an image that activates it",
        UserWarning,
        stacklevel=3,
    )
