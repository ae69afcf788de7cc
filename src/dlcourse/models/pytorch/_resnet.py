"""Residual networks and their two blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import nn

from dlcourse import _validate
from dlcourse.models import _arguments
from dlcourse.models.pytorch._initialization import he


def _projection(in_channels: int, out_channels: int, stride: int) -> nn.Sequential | None:
    """What brings the shortcut to the shape of the block's output; None where it has that shape already."""
    if stride == 1 and in_channels == out_channels:
        return None
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels))


class BasicBlock(nn.Module):
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

    def __init__(self, in_channels: int, width: int, stride: int = 1, *, shortcut: bool = True) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, width, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.shortcut = shortcut
        self.downsample = _projection(in_channels, width, stride) if shortcut else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.shortcut:
            out = out + (x if self.downsample is None else self.downsample(x))
        return self.relu(out)


class Bottleneck(nn.Module):
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
        self, in_channels: int, width: int, stride: int = 1, *, shortcut: bool = True, stride_in: str = "3x3"
    ) -> None:
        super().__init__()
        first, second = (stride, 1) if stride_in == "1x1" else (1, stride)
        self.conv1 = nn.Conv2d(in_channels, width, 1, first, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, second, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.relu = nn.ReLU()
        self.shortcut = shortcut
        self.downsample = _projection(in_channels, 4 * width, stride) if shortcut else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        if self.shortcut:
            out = out + (x if self.downsample is None else self.downsample(x))
        return self.relu(out)


class ResNet(nn.Module):
    """What `resnet` returns; its arguments are explained there."""

    def __init__(
        self,
        stages: Sequence[tuple[int, int]],
        block: Callable[..., BasicBlock | Bottleneck],
        classes: int,
        in_channels: int,
        stem: str,
    ) -> None:
        super().__init__()
        channels = stages[0][1]
        large = stem == "imagenet"
        self.conv1 = nn.Conv2d(
            in_channels, channels, 7 if large else 3, 2 if large else 1, 3 if large else 1, bias=False
        )
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1) if large else nn.Identity()
        self.stages = []
        for i, (blocks, width) in enumerate(stages, start=1):
            stage = nn.Sequential()
            for j in range(blocks):
                made = block(channels, width, 2 if i > 1 and j == 0 else 1)
                stage.append(made)
                channels = width * made.expansion
            self.stages.append(f"layer{i}")
            self.add_module(f"layer{i}", stage)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        he(self.modules())
        self.fc = nn.Linear(channels, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for name in self.stages:
            x = self.get_submodule(name)(x)
        return self.fc(self.flatten(self.avgpool(x)))


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
) -> ResNet:
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
    ResNet, which takes `(N, in_channels, height, width)` images of any size. Its modules and weights have the names
    that torchvision gives them.

    Raises
    ------
    TypeError, ValueError : a size that is not a whole number of at least 1, or an unknown `block`, `stem` or
        `stride_in`.

    References
    ----------
    He, Zhang, Ren, Sun 2016, "Deep residual learning for image recognition", CVPR, table 1 and section 4.2.

    Examples
    --------
    Twenty layers for small images, residual and plain (the paper's have no weights in their shortcuts, these do):

    >>> for shortcut in (True, False):
    ...     model = resnet((3, 3, 3), (16, 32, 64), classes=2, stem="small", shortcut=shortcut)
    ...     print(sum(weights.numel() for weights in model.parameters()))
    271954
    269202
    """
    stages = _arguments.stages(blocks, widths)
    _arguments.ends(classes, in_channels)
    _validate.choice("block", block, (BasicBlock, Bottleneck))
    _validate.choice("stem", stem, ("imagenet", "small"))
    _validate.truth("shortcut", shortcut)
    _validate.choice("stride_in", stride_in, ("1x1", "3x3"))
    chosen = partial(Bottleneck, stride_in=stride_in) if block is Bottleneck else BasicBlock
    return ResNet(stages, partial(chosen, shortcut=shortcut), classes, in_channels, stem)


def resnet18(classes: int = 1000, in_channels: int = 3) -> ResNet:
    """ResNet-18: stages of 2, 2, 2, 2 basic blocks. Loads torchvision's weights.

    Parameters
    ----------
    classes : number of outputs
    in_channels : channels of the images

    Raises
    ------
    TypeError, ValueError : a number that is not whole and at least 1.

    Examples
    --------
    >>> import torch
    >>> resnet18(2)(torch.zeros(1, 3, 64, 64)).shape
    torch.Size([1, 2])
    """
    return resnet((2, 2, 2, 2), classes=classes, in_channels=in_channels)


def resnet34(classes: int = 1000, in_channels: int = 3) -> ResNet:
    """ResNet-34: stages of 3, 4, 6, 3 basic blocks. Loads torchvision's weights.

    Parameters
    ----------
    classes : number of outputs
    in_channels : channels of the images

    Raises
    ------
    TypeError, ValueError : a number that is not whole and at least 1.

    Examples
    --------
    >>> import torch
    >>> with torch.device("meta"):  # shapes without numbers: no memory
    ...     len(resnet34().layer3)
    6
    """
    return resnet((3, 4, 6, 3), classes=classes, in_channels=in_channels)


def resnet50(classes: int = 1000, in_channels: int = 3, *, stride_in: str = "3x3") -> ResNet:
    """ResNet-50: stages of 3, 4, 6, 3 bottlenecks. Loads torchvision's weights.

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
    >>> import torch
    >>> with torch.device("meta"):  # shapes without numbers: no memory
    ...     resnet50().fc
    Linear(in_features=2048, out_features=1000, bias=True)
    """
    return resnet((3, 4, 6, 3), block=Bottleneck, classes=classes, in_channels=in_channels, stride_in=stride_in)


def resnet152(classes: int = 1000, in_channels: int = 3, *, stride_in: str = "3x3") -> ResNet:
    """ResNet-152: stages of 3, 8, 36, 3 bottlenecks. Loads torchvision's weights.

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
    >>> import torch
    >>> with torch.device("meta"):  # shapes without numbers: no memory
    ...     len(resnet152().layer3)
    36
    """
    return resnet((3, 8, 36, 3), block=Bottleneck, classes=classes, in_channels=in_channels, stride_in=stride_in)
