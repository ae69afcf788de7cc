"""A photograph in which a network strengthens what it sees."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse import _validate
from dlcourse.explain._optimise import Network, Optimised, Score, photograph


def deep_dream(
    model: Any,
    image: Any,
    layer: Any,
    *,
    channel: int | None = None,
    octaves: int = 3,
    octave_scale: float = 1.4,
    steps: int = 10,
    learning_rate: float = 0.01,
    jitter: int = 8,
    mean: Any = 0.0,
    std: Any = 1.0,
    order: str = "rgb",
    seed: int = 0,
) -> Optimised:
    """The photograph, changed by gradient ascent so that a layer answers more strongly, coarse patterns first.

    The image is shrunk, changed, enlarged, changed again, up to its own size (its octaves); the detail that shrinking
    lost is put back at each. What is maximised is half the mean square of the layer's output, whose gradient
    strengthens what is there already; or, with `channel`, the mean of one map.

    Parameters
    ----------
    model : a PyTorch module or a Keras model that takes images of any size, up to `layer`
    image : `(H, W, 3)`, uint8 or in 0..1
    layer : as in `activation_maximization`
    channel : the map to strengthen; None: all of them
    octaves : sizes at which the image is changed
    octave_scale : how much larger each is than the one before
    steps : steps at each size
    learning_rate : mean absolute change of a pixel in one step
    jitter : as in `activation_maximization`
    mean : as in `activation_maximization`
    std : as in `activation_maximization`
    order : as in `activation_maximization`
    seed : seed of the jitter

    Returns
    -------
    Result with `.image`, `(H, W, 3)` in 0..1, and `.objective`, `(octaves, steps + 1)`: one row for each size.

    Raises
    ------
    TypeError, ValueError : an argument outside its range; a layer or channel that the model does not have.

    References
    ----------
    Mordvintsev, Olah, Tyka 2015, "Inceptionism: Going Deeper into Neural Networks".

    Examples
    --------
    >>> from dlcourse import data, models
    >>> cat = data.photo("chelsea")[::8, ::8]
    >>> deep_dream(models.pytorch.pets_cnn_small(), cat, "relu2", octaves=2, steps=3).image.shape == cat.shape
    True
    """
    from skimage.transform import resize

    network = Network(model, layer, mean, std, order)
    original = photograph("image", image)[0]
    _validate.whole("octaves", octaves, 1)
    ratio = _validate.real("octave_scale", octave_scale, 1)
    _validate.whole("steps", steps, 1)
    rate = _validate.real("learning_rate", learning_rate, 0)
    _validate.whole("jitter", jitter)
    score = _strength(None if channel is None else _validate.whole("channel", channel))
    rng = np.random.default_rng(_validate.whole("seed", seed))
    objectives = []
    changed = np.zeros((3, 1, 1))
    for octave in range(octaves):
        by = ratio ** (octave + 1 - octaves)
        shape = (3, *(max(1, round(n * by)) for n in original.shape[1:]))
        base = resize(original, shape, anti_aliasing=octave + 1 < octaves)
        changed = np.zeros(shape) if octave == 0 else resize(changed, shape)
        dream = np.clip(base + changed, 0, 1)
        row = []
        for i in range(steps):
            move = (0, 0) if i == 0 else tuple(rng.integers(-jitter, jitter + 1, 2).tolist())
            values, gradient = network.run(np.roll(dream, move, (1, 2))[None], score)
            gradient = np.roll(gradient[0], (-move[0], -move[1]), (1, 2))
            size = np.abs(gradient).mean()
            dream = np.clip(dream + rate * gradient / (size if size > 0 else 1.0), 0, 1)
            row.append(values[0])
        objectives.append([*row, network.run(dream[None], score)[0][0]])
        changed = dream - base
    return Optimised(dream.transpose(1, 2, 0), np.array(objectives))


def _strength(channel: int | None) -> Score:
    def score(output: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if channel is None:
            return np.array([(output**2).mean() / 2]), output / output.size
        if channel >= output.shape[1]:
            raise ValueError(f"channel must be below {output.shape[1]}, the channels of the layer; got {channel}")
        weights = np.zeros_like(output)
        weights[:, channel] = 1 / output[0, channel].size
        return np.array([(output * weights).sum()]), weights

    return score
