"""Networks for the pictures of cats and dogs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from dlcourse import _validate
from dlcourse.models import _arguments
from dlcourse.models._docs import as_in_pytorch
from dlcourse.models.keras._initialization import he


@as_in_pytorch
def pets_cnn(outputs: int = 1, in_channels: int = 3, *, size: int = 150) -> keras.Sequential:
    """Three 3x3 convolutions with max-pooling and two dense layers: the common first network for cats and dogs.

    Returns
    -------
    Sequential that takes `(N, size, size, in_channels)`.

    Examples
    --------
    >>> f"{pets_cnn().count_params():,}"
    '10,641,441'
    """
    _validate.whole("outputs", outputs, 1)
    _validate.whole("in_channels", in_channels, 1)
    _validate.whole("size", size, 8)
    stack: list[Any] = [keras.Input((size, size, in_channels))]
    for i, width in enumerate((16, 32, 64), start=1):
        stack.append(
            layers.Conv2D(width, 3, padding="same", activation="relu", kernel_initializer=he(), name=f"conv{i}")
        )
        stack.append(layers.MaxPooling2D(2, name=f"pool{i}"))
        if i != 2:
            stack.append(layers.Dropout(0.2, name=f"drop{i}"))
    stack.append(layers.Flatten(name="flatten"))
    stack.append(layers.Dense(512, activation="relu", kernel_initializer=he(), name="dense1"))
    stack.append(layers.Dense(outputs, name="dense2"))
    return keras.Sequential(stack)


@as_in_pytorch
def pets_cnn_small(
    classes: int = 2, in_channels: int = 3, *, widths: Sequence[int] = (16, 32, 64, 64)
) -> keras.Sequential:
    """Four 3x3 convolutions, batch normalisation, and global average pooling: a small network for 64-pixel faces.

    Returns
    -------
    Sequential that takes `(N, height, width, in_channels)` images of any size from 8 pixels (with four widths).

    Examples
    --------
    >>> pets_cnn_small().output_shape
    (None, 2)
    """
    _arguments.ends(classes, in_channels)
    sizes = _arguments.wholes("widths", widths)
    stack: list[Any] = [keras.Input((None, None, in_channels))]
    for i, width in enumerate(sizes, start=1):
        stack.append(layers.Conv2D(width, 3, padding="same", use_bias=False, kernel_initializer=he(), name=f"conv{i}"))
        stack.append(layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"bn{i}"))
        stack.append(layers.ReLU(name=f"relu{i}"))
        if i < len(sizes):
            stack.append(layers.MaxPooling2D(2, name=f"pool{i}"))
    stack.append(layers.GlobalAveragePooling2D(name="average"))
    stack.append(layers.Dense(classes, name="dense"))
    return keras.Sequential(stack)
