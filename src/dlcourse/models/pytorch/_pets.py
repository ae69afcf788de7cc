"""Networks for the pictures of cats and dogs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from torch import nn

from dlcourse import _validate
from dlcourse.models import _arguments
from dlcourse.models.pytorch._initialization import all_but_last, he


def pets_cnn(outputs: int = 1, in_channels: int = 3, *, size: int = 150) -> nn.Sequential:
    """Three 3x3 convolutions with max-pooling and two dense layers: the common first network for cats and dogs.

    Almost all of its parameters are those of one layer, `dense1`.

    Parameters
    ----------
    outputs : number of outputs; 1 for the logit of one class against the other
    in_channels : channels of the images
    size : height and width of the images in pixels

    Returns
    -------
    Sequential that takes `(N, in_channels, size, size)`.

    Raises
    ------
    TypeError, ValueError : a size that is not a whole number of at least 1, or images of less than 8 pixels.

    Examples
    --------
    >>> f"{sum(weights.numel() for weights in pets_cnn().parameters()):,}"
    '10,641,441'
    """
    _validate.whole("outputs", outputs, 1)
    _validate.whole("in_channels", in_channels, 1)
    maps = _validate.whole("size", size, 8) // 8
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    channels = in_channels
    for i, width in enumerate((16, 32, 64), start=1):
        layers[f"conv{i}"] = nn.Conv2d(channels, width, 3, padding=1)
        layers[f"relu{i}"] = nn.ReLU()
        layers[f"pool{i}"] = nn.MaxPool2d(2)
        if i != 2:
            layers[f"drop{i}"] = nn.Dropout(0.2)
        channels = width
    layers["flatten"] = nn.Flatten()
    layers["dense1"] = nn.Linear(channels * maps**2, 512)
    layers["relu4"] = nn.ReLU()
    layers["dense2"] = nn.Linear(512, outputs)
    model = nn.Sequential(layers)
    he(all_but_last(model))
    return model


def pets_cnn_small(
    classes: int = 2, in_channels: int = 3, *, widths: Sequence[int] = (16, 32, 64, 64)
) -> nn.Sequential:
    """Four 3x3 convolutions, batch normalisation, and global average pooling: a small network for 64-pixel faces.

    Max-pooling follows each convolution but the last, so 64 pixels become maps of 8x8. Each class's logit is a weighted
    mean over the last maps, which lets one ask where in the picture it comes from.

    Parameters
    ----------
    classes : number of outputs
    in_channels : channels of the images
    widths : filters of each convolution

    Returns
    -------
    Sequential that takes `(N, in_channels, height, width)` images of any size from 8 pixels (with four widths).

    Raises
    ------
    TypeError, ValueError : a size that is not a whole number of at least 1.

    Examples
    --------
    >>> import torch
    >>> pets_cnn_small()(torch.zeros(1, 3, 64, 64)).shape
    torch.Size([1, 2])
    """
    _arguments.ends(classes, in_channels)
    sizes = _arguments.wholes("widths", widths)
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    channels = in_channels
    for i, width in enumerate(sizes, start=1):
        layers[f"conv{i}"] = nn.Conv2d(channels, width, 3, padding=1, bias=False)
        layers[f"bn{i}"] = nn.BatchNorm2d(width)
        layers[f"relu{i}"] = nn.ReLU()
        if i < len(sizes):
            layers[f"pool{i}"] = nn.MaxPool2d(2)
        channels = width
    layers["average"] = nn.AdaptiveAvgPool2d(1)
    layers["flatten"] = nn.Flatten()
    layers["dense"] = nn.Linear(channels, classes)
    model = nn.Sequential(layers)
    he(all_but_last(model))
    return model
