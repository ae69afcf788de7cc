"""LeNet-5 in three variants, with the layers that only the one of 1998 has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from dlcourse.models import _arguments, _lenet_1998
from dlcourse.models._docs import as_in_pytorch
from dlcourse.models.keras._initialization import he


@keras.saving.register_keras_serializable("dlcourse")
class ScaledTanh(layers.Layer):
    """1.7159 tanh(2/3 x), which maps -1 and 1 to themselves (LeCun et al. 1998, appendix A)."""

    def call(self, x: Any) -> Any:
        return 1.7159 * ops.tanh(2 / 3 * x)


@keras.saving.register_keras_serializable("dlcourse")
@as_in_pytorch
class Subsampling(layers.Layer):
    """Sums 2x2 neighbours, then multiplies each map by its own learned number and adds another one."""

    def __init__(self, channels: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.channels = channels
        self.weight = self.add_weight(shape=(channels,), initializer=keras.initializers.Constant(0.25), name="weight")
        self.bias = self.add_weight(shape=(channels,), initializer="zeros", name="bias")

    def call(self, x: Any) -> Any:
        return 4 * ops.average_pool(x, 2, 2) * self.weight + self.bias


@keras.saving.register_keras_serializable("dlcourse")
@as_in_pytorch
class TableConvolution(layers.Layer):
    """A convolution whose output maps see only some of the input maps each."""

    def __init__(self, table: Sequence[Sequence[int]], kernel_size: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.table = [list(seen) for seen in table]
        self.maps = [layers.Conv2D(1, kernel_size, name=f"{self.name}.{i}") for i in range(len(self.table))]

    def build(self, shape: tuple[int | None, ...]) -> None:
        for conv, seen in zip(self.maps, self.table, strict=True):
            conv.build((*shape[:-1], len(seen)))

    def call(self, x: Any) -> Any:
        seen = [ops.take(x, maps, axis=-1) for maps in self.table]
        return ops.concatenate([conv(part) for conv, part in zip(self.maps, seen, strict=True)], axis=-1)


@keras.saving.register_keras_serializable("dlcourse")
@as_in_pytorch
class RadialBasis(layers.Layer):
    """Minus the squared distance from the input to each class's code, which is fixed: the nearest class is largest."""

    def __init__(self, codes: Sequence[Sequence[float]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        values = np.asarray(codes, "float32")
        self.codes = self.add_weight(shape=values.shape, trainable=False, initializer="zeros", name="codes")
        self.codes.assign(values)

    def call(self, x: Any) -> Any:
        return -ops.sum(ops.square(x[:, None] - self.codes), axis=-1)

    def count_macs(self, inputs: Any, outputs: Any) -> int:
        """One multiplication for each number of each code; `dlcourse.count` asks."""
        return self.codes.shape[0] * self.codes.shape[1]


@as_in_pytorch
def lenet5(classes: int = 10, in_channels: int = 1, *, variant: str = "dense") -> keras.Sequential:
    """LeNet-5, as commonly taught or as it was.

    Returns
    -------
    Sequential that takes `(N, 32, 32, in_channels)`, or 28x28 in the variant `"caffe"`. In the variant of 1998 the
    outputs are minus the paper's distances, so that the largest wins, as everywhere in this book.

    Examples
    --------
    >>> lenet5().count_params()
    61706
    """
    _arguments.lenet5(classes, in_channels, variant)
    if variant == "caffe":
        stack = [layers.Conv2D(20, 5, name="C1", kernel_initializer=he()), layers.MaxPooling2D(2, name="S2")]
        stack += [layers.Conv2D(50, 5, name="C3", kernel_initializer=he()), layers.MaxPooling2D(2, name="S4")]
        stack += [layers.Flatten(name="flatten")]
        stack += [layers.Dense(500, activation="relu", name="F5", kernel_initializer=he())]
        return keras.Sequential([keras.Input((28, 28, in_channels)), *stack, layers.Dense(classes, name="output")])
    old = variant == "1998"

    def pool(name: str, channels: int) -> layers.Layer:
        return Subsampling(channels, name=name) if old else layers.AveragePooling2D(2, name=name)

    c3 = TableConvolution(_lenet_1998.C3_TABLE, 5, name="C3") if old else layers.Conv2D(16, 5, name="C3")
    parts = [layers.Conv2D(6, 5, name="C1"), pool("S2", 6), c3, pool("S4", 16), layers.Conv2D(120, 5, name="C5")]
    parts += [layers.Flatten(name="flatten"), layers.Dense(84, name="F6")]
    stack = [keras.Input((32, 32, in_channels))]
    for layer in parts:
        stack.append(layer)
        if old and layer.name != "flatten":  # every unit up to F6 passes through it
            stack.append(ScaledTanh(name=f"tanh{layer.name[-1]}"))
        elif layer.name in ("C1", "C3", "C5", "F6"):
            stack.append(layers.Activation("tanh", name=f"tanh{layer.name[-1]}"))
    output = RadialBasis(_lenet_1998.codes().tolist(), name="output") if old else layers.Dense(classes, name="output")
    return keras.Sequential([*stack, output])
