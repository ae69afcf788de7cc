"""The chapters' own convolution and pooling, PyTorch, Keras and SciPy on the same numbers, forward and backward.

The tests draw settings at random and compare them by these functions, `benchmarks/parity.py` a whole grid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
import torch
from scipy import signal
from torch.nn import functional

from tools.chapters import function_from

conv2d = function_from("convolution/padding-stride-channels", "conv2d")
pool = function_from("convolution/pooling-and-invariance", "pool")

# NumPy's names for how an edge is continued, and PyTorch's.
MODES = {"constant": "constant", "reflect": "reflect", "wrap": "circular", "edge": "replicate"}
Results = dict[str, np.ndarray]


@dataclass(frozen=True)
class Case:
    """One setting of a convolution; `padding` is top, bottom, left, right."""

    size: tuple[int, int] = (9, 8)
    kernel: tuple[int, int] = (3, 3)
    channels: int = 1
    filters: int = 1
    groups: int = 1
    stride: int = 1
    dilation: int = 1
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    mode: str = "constant"
    seed: int = 0

    def fits(self) -> bool:
        """Whether the dilated kernel is no larger than the padded input."""
        top, bottom, left, right = self.padding
        room = (self.size[0] + top + bottom, self.size[1] + left + right)
        return all(self.dilation * (k - 1) < n for k, n in zip(self.kernel, room, strict=True))

    def numbers(self, dtype: str) -> tuple[np.ndarray, np.ndarray]:
        """Input (channels, height, width) and filters (filters, channels / groups, height, width), from -1 to 1."""
        rng = np.random.default_rng(self.seed)
        shapes = (self.channels, *self.size), (self.filters, self.channels // self.groups, *self.kernel)
        x, w = (rng.uniform(-1, 1, shape).astype(dtype) for shape in shapes)
        return x, w

    def evenly(self) -> bool:
        """Whether the padding is what every library does by itself: zeros, as many on each side."""
        return self.mode == "constant" and len(set(self.padding)) == 1

    def pad(self, x: np.ndarray) -> np.ndarray:
        """The input with its edges continued, by NumPy."""
        return np.pad(x, [(0, 0), self.padding[:2], self.padding[2:]], mode=self.mode)  # type: ignore[call-overload]


def by_hand(case: Case, x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """The chapter's loops."""
    if case.evenly():
        return conv2d(x, w, case.stride, case.padding[0], case.dilation, case.groups)
    return conv2d(case.pad(x), w, stride=case.stride, dilation=case.dilation, groups=case.groups)


def with_holes(w: np.ndarray, dilation: tuple[int, int]) -> np.ndarray:
    """Filters with the zeros that a dilation puts between their rows and columns."""
    height, width = (d * (k - 1) + 1 for d, k in zip(dilation, w.shape[2:], strict=True))
    result = np.zeros((*w.shape[:2], height, width), w.dtype)
    result[:, :, :: dilation[0], :: dilation[1]] = w
    return result


def by_scipy(case: Case, x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Each channel by itself with zeros put into the kernel, summed; then every so many rows and columns."""
    x, w = case.pad(x), with_holes(w, (case.dilation, case.dilation))
    depth, share = w.shape[1], case.filters // case.groups
    maps = [
        sum(signal.correlate2d(x[i // share * depth + c], kernel, "valid") for c, kernel in enumerate(kernels))
        for i, kernels in enumerate(w)
    ]
    return np.array(maps)[:, :: case.stride, :: case.stride]


def by_torch(case: Case, x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    """PyTorch, with padding of its own."""
    top, bottom, left, right = case.padding
    own = top if case.evenly() else 0
    if not case.evenly():
        x = functional.pad(x[None], (left, right, top, bottom), MODES[case.mode])[0]
    return functional.conv2d(x[None], w, None, case.stride, own, case.dilation, case.groups)[0]


def keras_layers(case: Case, w: np.ndarray, padding: str = "valid") -> dict[str, keras.Layer]:
    """The Keras layers that can compute this case, with the filters as their weights.

    `Conv2D` refuses a stride and a dilation that are both above 1; `DepthwiseConv2D` takes them.
    """
    options = {"strides": case.stride, "dilation_rate": case.dilation, "use_bias": False}
    options |= {"padding": padding, "dtype": w.dtype.name}
    found = {}
    if case.stride == 1 or case.dilation == 1:
        layer = keras.layers.Conv2D(case.filters, case.kernel, groups=case.groups, **options)
        found["Keras"] = layer, w.transpose(2, 3, 1, 0)
    if case.groups == case.channels:
        many = case.filters // case.channels
        layer = keras.layers.DepthwiseConv2D(case.kernel, depth_multiplier=many, **options)
        kernels = w.reshape(case.channels, many, *case.kernel).transpose(2, 3, 0, 1)
        found["Keras depthwise"] = layer, kernels
    for layer, kernels in found.values():
        layer.build((None, None, None, case.channels))
        layer.set_weights([kernels])
    return {name: layer for name, (layer, _) in found.items()}


def by_keras(case: Case, layer: keras.Layer, x: tf.Tensor) -> tf.Tensor:
    """One of these layers on an input (height, width, channels), padded by Keras or, in modes it lacks, by NumPy."""
    if case.mode in ("constant", "reflect"):
        x = keras.ops.pad(x, [case.padding[:2], case.padding[2:], (0, 0)], mode=case.mode)
    else:
        x = case.pad(np.asarray(x).transpose(2, 0, 1)).transpose(1, 2, 0)
    return layer(keras.ops.expand_dims(x, 0))[0]


def forward(case: Case) -> Results:
    """The output (filters, height, width) of all who can compute it, from numbers in float32."""
    x, w = case.numbers("float32")
    results = {"NumPy": by_hand(case, x, w), "SciPy": by_scipy(case, x, w)}
    results["PyTorch"] = by_torch(case, torch.tensor(x), torch.tensor(w)).numpy()
    for name, layer in keras_layers(case, w).items():
        y = by_keras(case, layer, tf.constant(x.transpose(1, 2, 0)))
        results[name] = y.numpy().transpose(2, 0, 1)
    return results


def slope(f: Callable[[np.ndarray], float], at: np.ndarray, step: float = 1e-4) -> np.ndarray:
    """The gradient of `f` by central differences, one number after the other."""
    result = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        ends = []
        for side in (step, -step):
            moved = at.copy()
            moved[place] += side
            ends.append(f(moved))
        result[place] = (ends[0] - ends[1]) / (2 * step)
    return result


def backward(case: Case) -> Results:
    """Gradients of input and filters in one row, of all who can compute them, in float64.

    What is differentiated is the sum of the outputs, each weighted by a number of its own.
    """
    x, w = case.numbers("float64")
    y = by_hand(case, x, w)
    weights = np.random.default_rng(case.seed + 1).uniform(-1, 1, y.shape)
    numeric = [
        slope(lambda x: float(np.sum(by_hand(case, x, w) * weights)), x),
        slope(lambda w: float(np.sum(by_hand(case, x, w) * weights)), w),
    ]
    results = {"NumPy": joined(*numeric)}
    leaves = [torch.tensor(x, requires_grad=True), torch.tensor(w, requires_grad=True)]
    by_torch(case, *leaves).backward(torch.tensor(weights))
    results["PyTorch"] = joined(*(leaf.grad.numpy() for leaf in leaves))
    image = tf.constant(x.transpose(1, 2, 0))
    for name, layer in keras_layers(case, w).items():
        with tf.GradientTape() as tape:
            tape.watch(image)
            loss = tf.reduce_sum(by_keras(case, layer, image) * weights.transpose(1, 2, 0))
        of_x, of_w = (gradient.numpy() for gradient in tape.gradient(loss, [image, layer.kernel.value]))
        back = (3, 2, 0, 1) if name == "Keras" else (2, 3, 0, 1)
        results[name] = joined(of_x.transpose(2, 0, 1), of_w.transpose(back))
    return results


def joined(*gradients: np.ndarray) -> np.ndarray:
    """All numbers of several arrays in one row."""
    return np.concatenate([gradient.ravel() for gradient in gradients])


@dataclass(frozen=True)
class Pool:
    """One setting of pooling without padding: `kind` is "max" or "mean"."""

    kind: str
    size: tuple[int, int] = (7, 8)
    window: int = 2
    stride: int = 2
    seed: int = 0

    def fits(self) -> bool:
        """Whether a window fits into the input."""
        return self.window <= min(self.size)


def pooling(case: Pool) -> Results:
    """Output and gradient in one row: the chapter's loops with central differences, PyTorch, Keras; in float64."""
    rng = np.random.default_rng(case.seed)
    x = rng.permutation(np.linspace(-1, 1, int(np.prod(case.size)))).reshape(case.size)  # no two alike, for max
    take = {"max": np.max, "mean": np.mean}[case.kind]
    y = pool(x, case.window, case.stride, take)
    weights = rng.uniform(-1, 1, y.shape)
    numeric = slope(lambda x: float(np.sum(pool(x, case.window, case.stride, take) * weights)), x)
    leaf = torch.tensor(x, requires_grad=True)
    in_torch = {"max": functional.max_pool2d, "mean": functional.avg_pool2d}[case.kind]
    out = in_torch(leaf[None], case.window, case.stride)[0]
    out.backward(torch.tensor(weights))
    in_keras = {"max": keras.ops.max_pool, "mean": keras.ops.average_pool}[case.kind]
    image = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(image)
        seen = in_keras(image[None, :, :, None], case.window, case.stride)[0, :, :, 0]
        loss = tf.reduce_sum(seen * weights)
    return {
        "NumPy": joined(y, numeric),
        "PyTorch": joined(out.detach().numpy(), leaf.grad.numpy()),
        "Keras": joined(seen.numpy(), tape.gradient(loss, image).numpy()),
    }


def worst(results: Results) -> float:
    """The largest difference from the first result, all of one shape."""
    shapes = {name: result.shape for name, result in results.items()}
    if len(set(shapes.values())) != 1:
        raise ValueError(f"results of several shapes: {shapes}")
    first, *others = results.values()
    return max(float(np.abs(first - other).max()) for other in others)
