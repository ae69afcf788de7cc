"""Residual networks and their two blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from dlcourse import _validate
from dlcourse.models import _arguments
from dlcourse.models.keras._start import he


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
class BasicBlock(layers.Layer):
    """Two 3x3 convolutions and a shortcut past them: relu(f(x) + x).

    Where the shape changes, the shortcut is a 1x1 convolution with batch normalisation (`downsample`).

    Parameters
    ----------
    in_channels : channels of the input
    width : filters of both convolutions, and channels of the output
    stride : stride of the first convolution (and of the shortcut)
    shortcut : False leaves the shortcut out: relu(f(x)), a plain block
    """

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
class Bottleneck(layers.Layer):
    """1x1 down to `width` channels, 3x3, 1x1 up to four times `width`, and a shortcut past all three.

    Parameters
    ----------
    in_channels : channels of the input
    width : filters of the first two convolutions; the output has four times as many channels
    stride : stride of one of them (and of the shortcut)
    shortcut : False leaves the shortcut out
    stride_in : `"1x1"`: the first convolution has the stride, as in the paper ("v1"); `"3x3"`: the second one has it,
        which sees more of the image and costs more, as in torchvision ("v1.5")
    """

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

    Each stage after the first halves height and width.

    Parameters
    ----------
    blocks : number of blocks in each stage
    widths : width of the blocks in each stage; as many numbers as `blocks` has
    block : `BasicBlock` or `Bottleneck`
    classes : number of outputs
    in_channels : channels of the images
    stem : `"imagenet"`: 7x7 convolution with stride 2, then 3x3 max-pooling with stride 2; `"small"`: a 3x3
        convolution, as the paper uses for images of 32 pixels
    shortcut : False leaves out all shortcuts and their projections: a plain network of the same depth
    stride_in : which convolution of a `Bottleneck` has the stride, `"3x3"` or, as in the paper, `"1x1"`

    Returns
    -------
    Model that takes `(N, height, width, in_channels)` images of any size.

    Raises
    ------
    TypeError, ValueError : a size that is not a whole number of at least 1, or an unknown `block`, `stem` or
        `stride_in`.

    References
    ----------
    He, Zhang, Ren, Sun 2016, "Deep residual learning for image recognition", CVPR, table 1 and section 4.2.

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


def resnet18(classes: int = 1000, in_channels: int = 3) -> keras.Model:
    """ResNet-18: stages of 2, 2, 2, 2 basic blocks.

    Parameters
    ----------
    classes : number of outputs
    in_channels : channels of the images

    Raises
    ------
    TypeError, ValueError : a number that is not whole and at least 1.

    Examples
    --------
    >>> resnet18(2).output_shape
    (None, 2)
    """
    return resnet((2, 2, 2, 2), classes=classes, in_channels=in_channels)


def resnet34(classes: int = 1000, in_channels: int = 3) -> keras.Model:
    """ResNet-34: stages of 3, 4, 6, 3 basic blocks.

    Parameters
    ----------
    classes : number of outputs
    in_channels : channels of the images

    Raises
    ------
    TypeError, ValueError : a number that is not whole and at least 1.

    Examples
    --------
    >>> resnet34(2).output_shape
    (None, 2)
    """
    return resnet((3, 4, 6, 3), classes=classes, in_channels=in_channels)


def resnet50(classes: int = 1000, in_channels: int = 3, *, stride_in: str = "3x3") -> keras.Model:
    """ResNet-50: stages of 3, 4, 6, 3 bottlenecks.

    Parameters
    ----------
    classes : number of outputs
    in_channels : channels of the images
    stride_in : which convolution of a bottleneck has the stride: `"3x3"` as in torchvision ("v1.5"), `"1x1"` as in the
        paper ("v1")

    Raises
    ------
    TypeError, ValueError : a number that is not whole and at least 1, or an unknown `stride_in`.

    Examples
    --------
    >>> resnet50(2).output_shape
    (None, 2)
    """
    return resnet((3, 4, 6, 3), block=Bottleneck, classes=classes, in_channels=in_channels, stride_in=stride_in)


def resnet152(classes: int = 1000, in_channels: int = 3, *, stride_in: str = "3x3") -> keras.Model:
    """ResNet-152: stages of 3, 8, 36, 3 bottlenecks.

    Parameters
    ----------
    classes : number of outputs
    in_channels : channels of the images
    stride_in : which convolution of a bottleneck has the stride: `"3x3"` as in torchvision ("v1.5"), `"1x1"` as in the
        paper ("v1")

    Raises
    ------
    TypeError, ValueError : a number that is not whole and at least 1, or an unknown `stride_in`.

    Examples
    --------
    >>> resnet152(2).output_shape
    (None, 2)
    """
    return resnet((3, 8, 36, 3), block=Bottleneck, classes=classes, in_channels=in_channels, stride_in=stride_in)
