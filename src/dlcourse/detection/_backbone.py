"""The convolutions that all detectors of the book share."""

from __future__ import annotations

from collections import OrderedDict

from torch import nn

from dlcourse import _validate

STRIDE = 8  # pixels between the places of the map


def backbone(width: int = 16) -> nn.Sequential:
    """Seven 3x3 convolutions with batch normalisation and ReLU that turn an image into a map of 1/8 of its size.

    It takes the place of AlexNet and VGG-16 in the papers: small enough to be trained on a laptop, from nothing.
    Place j of the map sees 59 pixels with their middle at 8 j + 0.5, while anchors and regions take it for
    (j + 0.5) * 8: as in most networks with padded strides, the layers after it learn the difference.


    Parameters
    ----------
    width : channels at half of the image's size; twice as many at a quarter, four times at an eighth

    Returns
    -------
    Sequential that takes `(N, 3, height, width)` images and returns `(N, 4 * width, height / 8, width / 8)`, where
    sizes that 8 does not divide are rounded up.

    Raises
    ------
    TypeError, ValueError : a width that is not a whole number of at least 1.

    Examples
    --------
    >>> import torch
    >>> backbone()(torch.zeros(1, 3, 96, 96)).shape
    torch.Size([1, 64, 12, 12])
    """
    _validate.whole("width", width, 1)
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    channels = 3
    steps = ((width, 2), (width, 1), (2 * width, 2), (2 * width, 1), (4 * width, 2), (4 * width, 1), (4 * width, 1))
    for i, (wide, stride) in enumerate(steps, start=1):
        layers[f"conv{i}"] = nn.Conv2d(channels, wide, 3, stride=stride, padding=1, bias=False)
        layers[f"bn{i}"] = nn.BatchNorm2d(wide)
        layers[f"relu{i}"] = nn.ReLU()
        channels = wide
    model = nn.Sequential(layers)
    for layer in model:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return model
