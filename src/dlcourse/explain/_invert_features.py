"""The image that a layer cannot tell from a given one."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse import _validate
from dlcourse.explain._optimise import Adam, Network, Optimised, ascend, photograph
from dlcourse.explain._parameterization import painting


def invert_features(
    model: Any,
    image: Any,
    layer: Any,
    *,
    steps: int = 256,
    learning_rate: float = 0.05,
    parameterization: str = "fourier",
    colour: Any = "imagenet",
    decay: float = 1.0,
    total_variation: float = 0.0,
    mean: Any = 0.0,
    std: Any = 1.0,
    order: str = "rgb",
    seed: int = 0,
) -> Optimised:
    """An image, made from noise, for which the layer gives nearly what it gives for `image`: what the layer has kept.

    Parameters
    ----------
    model : a PyTorch module or a Keras model
    image : `(H, W, 3)`, uint8 or in 0..1; only the layer's output for it is used
    layer : as in `activation_maximization`
    steps : as in `activation_maximization`
    learning_rate : as in `activation_maximization`
    parameterization : as in `activation_maximization`
    colour : as in `activation_maximization`
    decay : as in `activation_maximization`
    total_variation : weight of the mean absolute difference between neighbouring pixels, which is added to the error
    mean : as in `activation_maximization`
    std : as in `activation_maximization`
    order : as in `activation_maximization`
    seed : seed of the noise

    Returns
    -------
    Result with `.image`, `(H, W, 3)` in 0..1, and `.objective`, `(steps + 1,)`: the squared distance of the layer's
    outputs, divided by the square of the given image's output. It falls; 0 means that the layer sees no difference.

    Raises
    ------
    TypeError, ValueError : an argument outside its range; a layer that gives nothing but zeros for `image`.

    References
    ----------
    Mahendran, Vedaldi 2015, "Understanding Deep Image Representations by Inverting Them".

    Examples
    --------
    >>> from dlcourse import data, models
    >>> cat = data.pets.faces(1, 32).images[0]
    >>> found = invert_features(models.pytorch.pets_cnn_small(), cat, "conv1", steps=30)
    >>> bool(found.objective[-1] < 0.5 * found.objective[0])
    True
    """
    network = Network(model, layer, mean, std, order)
    given = photograph("image", image)
    _validate.whole("steps", steps, 1)
    rate = _validate.real("learning_rate", learning_rate, 0)
    paint = painting(parameterization, colour, given.shape[2:], decay)
    rng = np.random.default_rng(_validate.whole("seed", seed))
    wanted = network.output(given)
    if not wanted.any():
        raise ValueError(f"layer {network.name!r} gives only zeros for this image: there is nothing to invert")

    def evaluate(x: np.ndarray, redirected: bool) -> tuple[np.ndarray, np.ndarray]:
        return network.run(x, lambda output: _likeness(output, wanted))

    images, objective, _ = ascend(
        evaluate,
        paint,
        rng.normal(0, paint.spatial.noise, paint.spatial.shape)[None],
        steps=steps,
        step=Adam(rate),
        total_variation=_validate.real("total_variation", total_variation, 0),
        rng=rng,
    )
    return Optimised(images[0].transpose(1, 2, 0), -objective[0])


def _likeness(output: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Minus the relative squared distance, and its gradient at the output."""
    size = (wanted.astype(float) ** 2).sum()
    apart = output - wanted
    return np.array([-(apart.astype(float) ** 2).sum() / size]), -2 * apart / size
