"""Gradient ascent on images, the same for both frameworks: all but the network's gradient is NumPy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse import _validate
from dlcourse.explain._parameterization import Painting

Score = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]  # a layer's output -> objectives, their gradients at it
Evaluate = Callable[[np.ndarray, bool], tuple[np.ndarray, np.ndarray]]  # images, redirect? -> objectives, gradients


@dataclass(frozen=True)
class Optimised:
    """An image that was optimised, `(H, W, 3)` in 0..1, and what it was optimised for, before each step and at the end.

    For several channels at once, `(N, H, W, 3)` and `(N, steps + 1)`.
    """

    image: np.ndarray
    objective: np.ndarray

    def __repr__(self) -> str:
        first, last = (np.round(self.objective[..., end], 4).tolist() for end in (0, -1))
        return f"Optimised(image {self.image.shape}, objective {first} -> {last})"


def backend(model: Any) -> Any:
    """The module that differentiates a layer's output in the model's framework."""
    from dlcourse.explain import _layers

    if _layers.backend(model).CHANNELS_LAST:
        from dlcourse.explain import _optimise_keras

        return _optimise_keras
    from dlcourse.explain import _optimise_pytorch

    return _optimise_pytorch


class Network:
    """What an optimised image needs of a model: one layer's output, and its gradient with respect to the image."""

    def __init__(self, model: Any, layer: Any, mean: Any, std: Any, order: Any) -> None:
        from dlcourse.explain import _layers

        self.model = model
        self.name, self.layer = _layers.find(model, layer)
        self.type = _layers.backend(model).float_type(model, np.empty(0, "float32"))
        self.mean, self.std = _per_channel("mean", mean), _per_channel("std", std)
        if (self.std <= 0).any():
            raise ValueError(f"std must be positive, got {std}")
        self.order = {"rgb": [0, 1, 2], "bgr": [2, 1, 0]}[_validate.choice("order", order, ("rgb", "bgr"))]

    def run(self, images: np.ndarray, score: Score, redirect: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """The objective of each image, `(N,)`, and its gradient, `(N, 3, H, W)`."""
        x = ((images[:, self.order] - self.mean) / self.std).astype(self.type)
        values, gradient = backend(self.model).differentiate(self.model, x, self.name, self.layer, score, redirect)
        return values, (gradient / self.std)[:, self.order]  # either order undoes itself

    def output(self, images: np.ndarray) -> np.ndarray:
        """What the layer gives."""
        kept = []

        def keep(maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            kept.append(maps.copy())
            return np.zeros(len(maps)), np.zeros_like(maps)

        self.run(images, keep)
        return kept[0]


def _per_channel(name: str, value: Any) -> np.ndarray:
    array = _validate.array(name, value).astype(float)
    if array.shape not in ((), (3,)) or not np.isfinite(array).all():
        raise ValueError(f"{name} must be a number or three, got {_validate.describe(value)}")
    return array.reshape(-1, 1, 1)


def photograph(name: str, value: Any) -> np.ndarray:
    """An image of a caller, `(H, W, 3)`, uint8 or 0..1, as `(1, 3, H, W)` in 0..1."""
    image = _validate.array(name, value)
    if image.ndim != 3 or image.shape[-1] != 3 or image.size == 0:
        raise ValueError(f"{name} must be one image, (H, W, 3), got {_validate.describe(image)}")
    pixels = image / 255 if image.dtype == np.uint8 else image.astype(float)
    if not np.isfinite(pixels).all() or pixels.min() < 0 or pixels.max() > 1:
        raise ValueError(f"{name} must be uint8 or in 0..1, got numbers from {image.min()} to {image.max()}")
    return pixels.transpose(2, 0, 1)[None]


class Adam:
    """Steps of Adam (Kingma and Ba 2015), uphill."""

    def __init__(self, rate: float) -> None:
        self.rate, self.step = rate, 0
        self.mean: Any = 0.0
        self.square: Any = 0.0

    def __call__(self, gradient: np.ndarray) -> np.ndarray:
        """What to add to the numbers."""
        self.step += 1
        self.mean = 0.9 * self.mean + 0.1 * gradient
        self.square = 0.999 * self.square + 0.001 * gradient**2
        mean, square = self.mean / (1 - 0.9**self.step), self.square / (1 - 0.999**self.step)
        return self.rate * mean / (np.sqrt(square) + 1e-8)


class Gradient:
    """Steps along the gradient; each image's is divided by its root mean square, so that a step has a known length."""

    def __init__(self, rate: float) -> None:
        self.rate = rate

    def __call__(self, gradient: np.ndarray) -> np.ndarray:
        """What to add to the numbers."""
        axes = tuple(range(1, gradient.ndim))
        size = np.sqrt((gradient**2).mean(axes, keepdims=True))
        return self.rate * np.divide(gradient, size, out=np.zeros_like(gradient), where=size > 0)


def variation(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The total variation of each image, mean |difference| of neighbouring pixels down and across, and its gradient."""
    total, gradient = np.zeros(len(images)), np.zeros_like(images)
    for axis in (2, 3):
        if images.shape[axis] < 2:
            continue
        steps = np.diff(images, axis=axis)
        signs = np.sign(steps) / steps[0].size
        total += np.abs(steps).mean((1, 2, 3))
        ends = [(0, 0)] * 4
        gradient += np.pad(signs, [*ends[:axis], (1, 0), *ends[axis + 1 :]])
        gradient -= np.pad(signs, [*ends[:axis], (0, 1), *ends[axis + 1 :]])
    return total, gradient


def ascend(
    evaluate: Evaluate,
    painting: Painting,
    z: np.ndarray,
    *,
    steps: int,
    step: Adam | Gradient,
    jitter: int = 0,
    total_variation: float = 0.0,
    blur: float = 0.0,
    redirect: int = 0,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images, objectives `(N, steps + 1)`, and for each image whether the last gradient was zero everywhere.

    The first and the last objective are of the images as they are, those between of the images moved by the jitter.
    """
    from scipy.ndimage import gaussian_filter

    objectives: list[np.ndarray] = []
    still: Any = np.zeros(len(z), bool)
    for i in range(steps):
        images = painting.image(z)
        move = (0, 0) if i == 0 or not jitter else tuple(rng.integers(-jitter, jitter + 1, 2).tolist())
        values, gradient = evaluate(np.roll(images, move, (2, 3)), i < redirect)
        gradient = np.roll(gradient.astype(float), (-move[0], -move[1]), (2, 3))
        still = ~gradient.any((1, 2, 3))
        objectives.append(values)
        if total_variation:
            gradient = gradient - total_variation * variation(images)[1]
        z = z + step(painting.pull(gradient, images))
        if blur:
            z = gaussian_filter(z, (0, 0, blur, blur), mode="wrap")
    images = painting.image(z)
    objectives.append(evaluate(images, False)[0])
    return images, np.stack(objectives, axis=1), still
