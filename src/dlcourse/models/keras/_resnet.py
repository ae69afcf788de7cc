"""Residual networks and their two blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from dlcourse import _validate
from dlcourse.models import _arguments
from dlcourse.models._docs import as_in_pytorch
from dlcourse.models.keras._initialization import he


def _conv(filters: int, kernel: int, stride: int, name: str) -> layers.Conv2D:
    padding = "same" if stride == 1 else "valid"
    return layers.Conv2D(filters, kernel, stride, padding=padding, use_bias=False, kernel_initializer=he(), name=name)


def _norm(name: str) -> layers.BatchNormalization:
    """Batch normalisation with PyTorch's numbers."""
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=name)


def _pad(stride: int, name: str) -> layers.Layer:
    """Before a 3x3 convolution with stride: Keras' own "same" pads unevenly there."""
    return layers.Identity(name=name) if stride == 1 else layers.ZeroPadding2D(1, name=name)


def _projection(in_channels: int, out_channels: int, stride: int, name: str) -> keras.Sequential | None:
    """What brings the shortcut to the shape of the block's output; None where it has that shape already."""
    if stride == 1 and in_channels == out_channels:
        return None
    parts = [_conv(out_channels, 1, stride, f"{name}.downsample.0"), _norm(f"{name}.downsample.1")]
    return keras.Sequential(parts, name=f"{name}.downsample")


def _build(parts: Sequence[layers.Layer | None], channels: Sequence[int | None]) -> None:
    """Give each part its weights, for images of so many channels."""
    for part, number in zip(parts, channels, strict=True):
        if part is not None:
            part.build((None, None, None, number))


@keras.saving.register_keras_serializable("dlcourse")
@as_in_pytorch
class BasicBlock(layers.Layer):
    """Two 3x3 convolutions and a shortcut past them: relu(f(x) + x)."""

    expansion = 1

    def __init__(self, in_channels: int, width: int, stride: int = 1, *, shortcut: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        name = self.name
        self.pad = _pad(stride, f"{name}.pad")
        self.conv1 = _conv(width, 3, stride, f"{name}.conv1")
        self.bn1 = _norm(f"{name}.bn1")
        self.relu1 = layers.ReLU(name=f"{name}.relu1")
        self.conv2 = _conv(width, 3, 1, f"{name}.conv2")
        self.bn2 = _norm(f"{name}.bn2")
        self.shortcut = shortcut
        self.downsample = _projection(in_channels, width, stride, name) if shortcut else None
        self.relu2 = layers.ReLU(name=f"{name}.relu2")

    def build(self, shape: tuple[int | None, ...]) -> None:
        width = self.conv1.filters
        _build([self.conv1, self.bn1, self.conv2, self.bn2], [shape[-1], width, width, width])
        _build([self.downsample], [shape[-1]])

    def call(self, x: Any) -> Any:
        out = self.relu1(self.bn1(self.conv1(self.pad(x))))
        out = self.bn2(self.conv2(out))
        if self.shortcut:
            out = out + (x if self.downsample is None else self.downsample(x))
        return self.relu2(out)


@keras.saving.register_keras_serializable("dlcourse")
@as_in_pytorch
class Bottleneck(layers.Layer):
    """1x1 down to `width` channels, 3x3, 1x1 up to four times `width`, and a shortcut past all three."""

    expansion = 4

    def __init__(
        self,
        in_channels: int,
        width: int,
        stride: int = 1,
        *,
        shortcut: bool = True,
        stride_in: str = "3x3",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        name = self.name
        first, second = (stride, 1) if stride_in == "1x1" else (1, stride)
        self.conv1 = _conv(width, 1, first, f"{name}.conv1")
        self.bn1 = _norm(f"{name}.bn1")
        self.relu1 = layers.ReLU(name=f"{name}.relu1")
        self.pad = _pad(second, f"{name}.pad")
        self.conv2 = _conv(width, 3, second, f"{name}.conv2")
        self.bn2 = _norm(f"{name}.bn2")
        self.relu2 = layers.ReLU(name=f"{name}.relu2")
        self.conv3 = _conv(4 * width, 1, 1, f"{name}.conv3")
        self.bn3 = _norm(f"{name}.bn3")
        self.shortcut = shortcut
        self.downsample = _projection(in_channels, 4 * width, stride, name) if shortcut else None
        self.relu3 = layers.ReLU(name=f"{name}.relu3")

    def build(self, shape: tuple[int | None, ...]) -> None:
        width = self.conv1.filters
        _build([self.conv1, self.bn1, self.conv2, self.bn2], [shape[-1], width, width, width])
        _build([self.conv3, self.bn3, self.downsample], [width, 4 * width, shape[-1]])

    def call(self, x: Any) -> Any:
        out = self.relu1(self.bn1(self.conv1(x)))
        out = self.relu2(self.bn2(self.conv2(self.pad(out))))
        out = self.bn3(self.conv3(out))
        if self.shortcut:
            out = out + (x if self.downsample is None else self.downsample(x))
        return self.relu3(out)


@as_in_pytorch
def resnet(
    blocks: Sequence[int],
    widths: Sequence[int] = (64, 128, 256, 512),
    *,
    block: type[BasicBlock] | type[Bottleneck] = BasicBlock,
    classes: int = 1000,
    in_channels: int = 3,
    stem: str = "imagenet",
    shortcut: bool = True,
    stride_in: str = "3x3",
) -> keras.Model:
    """A residual network: a first convolution, stages of blocks, global average pooling and a dense layer.

    Returns
    -------
    Model that takes `(N, height, width, in_channels)` images of any size.

    Examples
    --------
    >>> resnet((3, 3, 3), (16, 32, 64), classes=2, stem="small").output_shape
    (None, 2)
    """
    stages = _arguments.stages(blocks, widths)
    _arguments.ends(classes, in_channels)
    _validate.choice("block", block, (BasicBlock, Bottleneck))
    _validate.choice("stem", stem, ("imagenet", "small"))
    _validate.truth("shortcut", shortcut)
    _validate.choice("stride_in", stride_in, ("1x1", "3x3"))
    options: dict[str, Any] = {"shortcut": shortcut}
    if block is Bottleneck:
        options["stride_in"] = stride_in
    channels = stages[0][1]
    images = x = keras.Input((None, None, in_channels))
    if stem == "imagenet":
        x = layers.ZeroPadding2D(3, name="pad")(x)
        x = _conv(channels, 7, 2, "conv1")(x)
    else:
        x = _conv(channels, 3, 1, "conv1")(x)
    x = layers.ReLU(name="relu")(_norm("bn1")(x))
    if stem == "imagenet":
        x = layers.ZeroPadding2D(1, name="maxpool.pad")(x)  # zeros never win: after ReLU no number is below
        x = layers.MaxPooling2D(3, strides=2, name="maxpool")(x)
    for i, (depth, width) in enumerate(stages, start=1):
        for j in range(depth):
            x = block(channels, width, 2 if i > 1 and j == 0 else 1, name=f"layer{i}.{j}", **options)(x)
            channels = width * block.expansion
    x = layers.GlobalAveragePooling2D(name="avgpool")(x)
    return keras.Model(images, layers.Dense(classes, name="fc")(x))


@as_in_pytorch
def resnet18(classes: int = 1000, in_channels: int = 3) -> keras.Model:
    """ResNet-18: stages of 2, 2, 2, 2 basic blocks.

    Examples
    --------
    >>> resnet18(2).output_shape
    (None, 2)
    """
    return resnet((2, 2, 2, 2), classes=classes, in_channels=in_channels)


@as_in_pytorch
def resnet34(classes: int = 1000, in_channels: int = 3) -> keras.Model:
    """ResNet-34: stages of 3, 4, 6, 3 basic blocks.

    Examples
    --------
    >>> resnet34(2).output_shape
    (None, 2)
    """
    return resnet((3, 4, 6, 3), classes=classes, in_channels=in_channels)


@as_in_pytorch
def resnet50(classes: int = 1000, in_channels: int = 3, *, stride_in: str = "3x3") -> keras.Model:
    """ResNet-50: stages of 3, 4, 6, 3 bottlenecks.

    Examples
    --------
    >>> resnet50(2).output_shape
    (None, 2)
    """
    return resnet((3, 4, 6, 3), block=Bottleneck, classes=classes, in_channels=in_channels, stride_in=stride_in)


@as_in_pytorch
def resnet152(classes: int = 1000, in_channels: int = 3, *, stride_in: str = "3x3") -> keras.Model:
    """ResNet-152: stages of 3, 8, 36, 3 bottlenecks.

    Examples
    --------
    >>> resnet152(2).output_shape
    (None, 2)
    """
    return resnet((3, 8, 36, 3), block=Bottleneck, classes=classes, in_channels=in_channels, stride_in=stride_in)
