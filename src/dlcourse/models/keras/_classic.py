"""Layers one after the other: the MLP, AlexNet, VGG.

All layers are given to `Sequential` together: after each `add` it builds the whole model anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

from dlcourse import _validate
from dlcourse.models import _arguments
from dlcourse.models._docs import as_in_pytorch
from dlcourse.models.keras._initialization import he


@keras.saving.register_keras_serializable("dlcourse")
class LocalResponseNorm(layers.Layer):
    """Divides each number by (k + alpha · mean of the squares of its neighbours among the channels) to the power beta.

    The same as `torch.nn.LocalResponseNorm`, with the channels on the last axis.

    Parameters
    ----------
    size : how many neighbouring channels, itself among them
    alpha, beta, k : the numbers of the formula
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def call(self, x: Any) -> Any:
        channels = x.shape[-1]
        before = self.size // 2
        squares = ops.pad(ops.square(x), [[0, 0], [0, 0], [0, 0], [before, self.size - 1 - before]])
        total = sum(squares[..., i : i + channels] for i in range(self.size))
        return x / (self.k + self.alpha / self.size * total) ** self.beta


def _dense(units: int, name: str, relu: bool = True) -> layers.Dense:
    if relu:
        return layers.Dense(units, activation="relu", kernel_initializer=he(), name=name)
    return layers.Dense(units, name=name)


@as_in_pytorch
def mlp(inputs: int | Sequence[int] = 784, hidden: Sequence[int] = (128,), classes: int = 10) -> keras.Sequential:
    """A multilayer perceptron: each hidden layer is a dense layer with ReLU.

    Examples
    --------
    >>> mlp(4, hidden=(8, 8), classes=3).output_shape
    (None, 3)
    """
    shape = _arguments.inputs(inputs)
    units = _arguments.wholes("hidden", hidden, empty=True)
    _validate.whole("classes", classes, 1)
    stack = [keras.Input(shape), layers.Flatten(name="flatten")]
    stack += [_dense(size, f"dense{i}") for i, size in enumerate(units, start=1)]
    return keras.Sequential([*stack, _dense(classes, f"dense{len(units) + 1}", relu=False)])


@as_in_pytorch
def alexnet(
    classes: int = 1000,
    in_channels: int = 3,
    *,
    groups: int = 2,
    widths: Sequence[int] = (96, 256, 384, 384, 256),
    dense: Sequence[int] = (4096, 4096),
    first: Sequence[int] = (11, 4),
    size: int = 227,
) -> keras.Sequential:
    """AlexNet: five convolutions, two of them followed by response normalisation, and three dense layers.

    Returns
    -------
    Sequential that takes `(N, size, size, in_channels)`.

    Examples
    --------
    >>> alexnet(2, widths=(8, 16, 16, 16, 16), dense=(32,), first=(5, 2), size=64).output_shape
    (None, 2)
    """
    _arguments.ends(classes, in_channels)
    a, b, c, d, e = _arguments.alexnet_widths(widths, groups)
    units = _arguments.wholes("dense", dense, empty=True)
    _arguments.alexnet_maps(size, first)
    stack: list[Any] = [keras.Input((size, size, in_channels))]

    def then(name: str, filters: int, kernel: int, normalise: bool = False, pool: bool = False, **options: Any) -> None:
        options = {"padding": "same", "activation": "relu", "kernel_initializer": he(), **options}
        stack.append(layers.Conv2D(filters, kernel, name=f"conv{name}", **options))
        if normalise:  # section 3.3: k = 2, n = 5, alpha = 1e-4 (here divided by n), beta = 0.75
            stack.append(LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0, name=f"norm{name}"))
        if pool:
            stack.append(layers.MaxPooling2D(3, strides=2, name=f"pool{name}"))

    then("1", a, first[0], strides=first[1], padding="valid", normalise=True, pool=True)
    then("2", b, 5, groups=groups, normalise=True, pool=True)
    then("3", c, 3)
    then("4", d, 3, groups=groups)
    then("5", e, 3, groups=groups, pool=True)
    stack.append(layers.Flatten(name="flatten"))
    for i, width in enumerate(units, start=6):
        stack.append(layers.Dropout(0.5, name=f"drop{i}"))
        stack.append(_dense(width, f"fc{i}"))
    stack.append(_dense(classes, f"fc{len(units) + 6}", relu=False))
    return keras.Sequential(stack)


@as_in_pytorch
def vgg(
    plan: Sequence[int | str],
    dense: Sequence[int] = (4096, 4096),
    *,
    classes: int = 1000,
    in_channels: int = 3,
    size: int = 224,
    batch_norm: bool = False,
) -> keras.Sequential:
    """A network of the VGG family: 3x3 convolutions with ReLU, poolings that halve, dense layers.

    Returns
    -------
    Sequential that takes `(N, size, size, in_channels)`; its layers have the names of their PyTorch counterparts.

    Examples
    --------
    >>> vgg((8, "M", 16, "M"), dense=(32,), classes=2, size=64).output_shape
    (None, 2)
    """
    items, _ = _arguments.plan(plan, size)
    units = _arguments.wholes("dense", dense, empty=True)
    _arguments.ends(classes, in_channels)
    _validate.truth("batch_norm", batch_norm)
    stack: list[Any] = [keras.Input((size, size, in_channels))]
    i = 0
    for item in items:
        if item == "M":
            stack.append(layers.MaxPooling2D(2, name=f"features.{i}"))
            i += 1
            continue
        stack.append(layers.Conv2D(int(item), 3, padding="same", kernel_initializer=he(), name=f"features.{i}"))
        if batch_norm:
            i += 1
            stack.append(layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"features.{i}"))
        stack.append(layers.ReLU(name=f"features.{i + 1}"))
        i += 2
    stack.append(layers.Flatten(name="flatten"))
    for j, width in enumerate(units):
        stack.append(_dense(width, f"classifier.{3 * j}"))
        stack.append(layers.Dropout(0.5, name=f"classifier.{3 * j + 2}"))
    stack.append(_dense(classes, f"classifier.{3 * len(units)}", relu=False))
    return keras.Sequential(stack)


@as_in_pytorch
def vgg16(classes: int = 1000, in_channels: int = 3, *, size: int = 224, batch_norm: bool = False) -> keras.Sequential:
    """VGG-16: thirteen 3x3 convolutions in five stages, and three dense layers; configuration D of the paper.

    Returns
    -------
    Sequential that takes `(N, size, size, in_channels)`.

    Examples
    --------
    >>> vgg16(2, size=32).output_shape
    (None, 2)
    """
    return vgg(_arguments.VGG16, classes=classes, in_channels=in_channels, size=size, batch_norm=batch_norm)


@as_in_pytorch
def vgg16_features(in_channels: int = 3) -> keras.Sequential:
    """The thirteen convolutions of VGG-16 without its dense layers, under the names that Keras gives them.

    Returns
    -------
    Sequential of `block1_conv1`, `block1_relu1`, ..., `block1_pool`, ... `block5_pool` that takes
    `(N, height, width, in_channels)` images of any size from 32 pixels.

    Examples
    --------
    >>> vgg16_features().output_shape
    (None, None, None, 512)
    """
    stack: list[Any] = [keras.Input((None, None, _validate.whole("in_channels", in_channels, 1)))]
    for block, (width, number) in enumerate(_arguments.VGG16_BLOCKS, start=1):
        for i in range(1, number + 1):
            name = f"block{block}_conv{i}"
            stack.append(layers.Conv2D(width, 3, padding="same", kernel_initializer=he(), name=name))
            stack.append(layers.ReLU(name=f"block{block}_relu{i}"))
        stack.append(layers.MaxPooling2D(2, name=f"block{block}_pool"))
    return keras.Sequential(stack)
