"""EfficientNet-Lite0: a network for telephones, built from inverted residual blocks."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from dlcourse.models import _arguments

# EfficientNet-B0, whose widths and depths Lite0 keeps: expansion, kernel, stride, channels, blocks.
_STAGES = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)


class SameConv2d(nn.Conv2d):
    """A convolution that pads as TensorFlow's "same" does: where the padding is odd, one more below and on the right.

    PyTorch's own padding is symmetric: with stride 2, its windows would lie one pixel higher and further left.

    Parameters
    ----------
    in_channels, out_channels, kernel_size, **more : as for `torch.nn.Conv2d`, without `padding`

    Examples
    --------
    >>> SameConv2d(3, 8, 3, stride=2)(torch.zeros(1, 3, 224, 151)).shape
    torch.Size([1, 8, 112, 76])
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, **more: Any) -> None:
        super().__init__(in_channels, out_channels, kernel_size, **more)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The convolution of `x`, whose sides are divided by the stride and rounded up."""
        pads: list[int] = []
        for size, kernel, stride in zip(x.shape[:1:-1], self.kernel_size[::-1], self.stride[::-1], strict=True):
            missing = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            pads += [missing // 2, missing - missing // 2]
        return super().forward(F.pad(x, pads))


class InvertedResidual(nn.Module):
    """Widen by a 1x1 convolution, look around channel by channel, narrow by a 1x1 convolution; and the input on top.

    Parameters
    ----------
    in_channels, out_channels : of the block, which is narrow at both ends
    expansion : how many times more channels there are in between; with 1, the first convolution is left out
    kernel, stride : of the convolution in between

    References
    ----------
    Sandler et al. 2018, "MobileNetV2: Inverted residuals and linear bottlenecks", CVPR.

    Examples
    --------
    >>> InvertedResidual(16, 24, 6, 3, 2)(torch.zeros(1, 16, 8, 8)).shape
    torch.Size([1, 24, 4, 4])
    """

    def __init__(self, in_channels: int, out_channels: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        inside = in_channels * expansion
        if expansion > 1:
            self.expand_conv = nn.Conv2d(in_channels, inside, 1, bias=False)
            self.expand_bn = _norm(inside)
            self.expand_relu = nn.ReLU6()
        self.depthwise_conv = SameConv2d(inside, inside, kernel, stride=stride, groups=inside, bias=False)
        self.depthwise_bn = _norm(inside)
        self.depthwise_relu = nn.ReLU6()
        self.project_conv = nn.Conv2d(inside, out_channels, 1, bias=False)
        self.project_bn = _norm(out_channels)
        self.adds = stride == 1 and in_channels == out_channels

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The block's output, to which its input is added where both have the same shape."""
        y = x
        if hasattr(self, "expand_conv"):
            y = self.expand_relu(self.expand_bn(self.expand_conv(y)))
        y = self.depthwise_relu(self.depthwise_bn(self.depthwise_conv(y)))
        y = self.project_bn(self.project_conv(y))
        return x + y if self.adds else y


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)  # TensorFlow's momentum 0.99


def efficientnet_lite0(classes: int = 1000, in_channels: int = 3) -> nn.Sequential:
    """EfficientNet-Lite0: sixteen inverted residual blocks, without what makes EfficientNet slow on telephones.

    Lite0 is EfficientNet-B0 without squeeze-and-excitation and with ReLU6 in place of swish. Training dropped whole
    blocks at random; that is left out here.

    Parameters
    ----------
    classes : number of outputs
    in_channels : channels of the images

    Returns
    -------
    Sequential that takes `(N, in_channels, height, width)` images of any size, 224 by 224 as published:
    `stem_conv`, `block1` to `block16`, `head_conv`, `average`, `dense` and what lies between them.

    Raises
    ------
    TypeError, ValueError : a size that is not a whole number of at least 1.

    References
    ----------
    Tan, Le 2019, "EfficientNet: Rethinking model scaling for convolutional neural networks", ICML.
    "Higher accuracy on vision models with EfficientNet-Lite", TensorFlow Blog, March 2020.

    Examples
    --------
    >>> with torch.device("meta"):  # shapes without numbers: no memory
    ...     model = efficientnet_lite0()
    >>> f"{sum(weights.numel() for weights in model.parameters()):,}"
    '4,652,008'
    """
    _arguments.ends(classes, in_channels)
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers["stem_conv"] = SameConv2d(in_channels, 32, 3, stride=2, bias=False)
    layers["stem_bn"], layers["stem_relu"] = _norm(32), nn.ReLU6()
    channels, number = 32, 0
    for expansion, kernel, stride, width, blocks in _STAGES:
        for i in range(blocks):
            number += 1
            block = InvertedResidual(channels, width, expansion, kernel, stride if i == 0 else 1)
            layers[f"block{number}"], channels = block, width
    layers["head_conv"] = nn.Conv2d(channels, 1280, 1, bias=False)
    layers["head_bn"], layers["head_relu"] = _norm(1280), nn.ReLU6()
    layers["average"] = nn.AdaptiveAvgPool2d(1)
    layers["flatten"] = nn.Flatten()
    layers["drop"] = nn.Dropout(0.2)
    layers["dense"] = nn.Linear(1280, classes)
    return _started(nn.Sequential(layers))


def _started(model: nn.Sequential) -> nn.Sequential:
    """The model with convolutions started as He et al. 2015 propose, by the numbers that each output feeds."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return model
