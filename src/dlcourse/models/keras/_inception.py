"""GoogLeNet and its block."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from dlcourse import _validate
from dlcourse.models import _arguments
from dlcourse.models._docs import as_in_pytorch
from dlcourse.models.keras._classic import LocalResponseNorm
from dlcourse.models.keras._initialization import he


def _conv(filters: int, kernel: int, name: str, **options: Any) -> layers.Conv2D:
    options = {"padding": "same", "activation": "relu", "kernel_initializer": he(), **options}
    return layers.Conv2D(filters, kernel, name=name, **options)


@keras.saving.register_keras_serializable("dlcourse")
@as_in_pytorch
class Inception(layers.Layer):
    """Four branches side by side, whose maps are stacked: 1x1; 1x1 then 3x3; 1x1 then 5x5; max-pooling then 1x1."""

    def __init__(
        self, in_channels: int, one: int, three: tuple[int, int], five: tuple[int, int], pool: int, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        name = self.name
        self.conv1x1 = _conv(one, 1, f"{name}.conv1x1")
        self.reduce3x3 = _conv(three[0], 1, f"{name}.reduce3x3")
        self.conv3x3 = _conv(three[1], 3, f"{name}.conv3x3")
        self.reduce5x5 = _conv(five[0], 1, f"{name}.reduce5x5")
        self.conv5x5 = _conv(five[1], 5, f"{name}.conv5x5")
        self.pool = layers.MaxPooling2D(3, strides=1, padding="same", name=f"{name}.pool")
        self.project = _conv(pool, 1, f"{name}.project")
        self.out_channels = one + three[1] + five[1] + pool

    def build(self, shape: tuple[int | None, ...]) -> None:
        for conv in (self.conv1x1, self.reduce3x3, self.reduce5x5, self.project):
            conv.build(shape)
        self.conv3x3.build((*shape[:-1], self.reduce3x3.filters))
        self.conv5x5.build((*shape[:-1], self.reduce5x5.filters))

    def call(self, x: Any) -> Any:
        branches = [
            self.conv1x1(x),
            self.conv3x3(self.reduce3x3(x)),
            self.conv5x5(self.reduce5x5(x)),
            self.project(self.pool(x)),
        ]
        return ops.concatenate(branches, axis=-1)


def _auxiliary(name: str, width: int, dense: int, classes: int) -> keras.Sequential:
    """A second classifier half-way, which gives the early layers a gradient of their own."""
    parts = [
        layers.AveragePooling2D(5, strides=3, name=f"{name}.pool"),
        _conv(width, 1, f"{name}.conv"),
        layers.Flatten(name=f"{name}.flatten"),
        layers.Dense(dense, activation="relu", kernel_initializer=he(), name=f"{name}.fc1"),
        layers.Dropout(0.7, name=f"{name}.dropout"),
        layers.Dense(classes, name=f"{name}.fc2"),
    ]
    return keras.Sequential(parts, name=name)


@as_in_pytorch
def googlenet(
    classes: int = 1000,
    in_channels: int = 3,
    *,
    pooling: str = "ceil",
    auxiliary: bool = False,
    width: float = 1.0,
) -> keras.Model:
    """GoogLeNet as its paper describes it: nine inception modules, 5x5 branches, biases, no batch normalisation.

    Returns
    -------
    Model that takes `(N, height, width, in_channels)` images of any size from 32 pixels. With `auxiliary` it returns
    `[logits, logits of the first extra one, logits of the second]`.

    Examples
    --------
    >>> googlenet(2, width=0.25).output_shape
    (None, 2)
    """
    _arguments.ends(classes, in_channels)
    _validate.choice("pooling", pooling, ("ceil", "floor"))
    _validate.truth("auxiliary", auxiliary)
    _validate.real("width", width, 0.05, 4)
    size = 224 if auxiliary else None
    first, reduced, second = _arguments.thinner((64, 64, 192), width)

    def pool(x: Any, i: int) -> Any:
        if pooling == "ceil":  # a margin for windows that hang over; its zeros never win, for after ReLU none is below
            x = layers.ZeroPadding2D(((0, 1), (0, 1)), name=f"pad{i}")(x)
        return layers.MaxPooling2D(3, strides=2, name=f"pool{i}")(x)

    images = x = keras.Input((size, size, in_channels))
    x = layers.ZeroPadding2D(3, name="pad0")(x)  # Keras' own "same" pads unevenly where the stride is 2
    x = _conv(first, 7, "conv1", strides=2, padding="valid")(x)
    x = LocalResponseNorm(5, name="norm1")(pool(x, 1))
    x = _conv(second, 3, "conv2")(_conv(reduced, 1, "reduce2")(x))
    x = pool(LocalResponseNorm(5, name="norm2")(x), 2)
    channels, seen = second, {}
    for name, filters in _arguments.INCEPTION.items():
        block = Inception(channels, *_arguments.thinner(filters, width), name=f"inception.{name}")
        x = seen[name] = block(x)
        channels = block.out_channels
        if name in ("3b", "4e"):
            x = pool(x, int(name[0]))
    x = layers.GlobalAveragePooling2D(name="average")(x)
    outputs = layers.Dense(classes, name="fc")(layers.Dropout(0.4, name="dropout")(x))
    if auxiliary:
        reduced, dense = _arguments.thinner((128, 1024), width)
        extra = [_auxiliary(f"aux{i}", reduced, dense, classes)(seen[at]) for i, at in ((1, "4a"), (2, "4d"))]
        outputs = [outputs, *extra]
    return keras.Model(images, outputs, name="googlenet")
