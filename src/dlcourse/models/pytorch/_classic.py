"""Layers one after the other: the MLP, AlexNet, VGG."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from itertools import pairwise

from torch import nn

from dlcourse import _validate
from dlcourse.models import _arguments
from dlcourse.models.pytorch._initialization import all_but_last, he


def mlp(inputs: int | Sequence[int] = 784, hidden: Sequence[int] = (128,), classes: int = 10) -> nn.Sequential:
    """A multilayer perceptron: each hidden layer is a dense layer with ReLU.

    Parameters
    ----------
    inputs : how many numbers one sample has, or the shape that they come in, such as `(28, 28)`; they are flattened
    hidden : units of each hidden layer; `()` for none
    classes : number of outputs

    Returns
    -------
    Sequential that takes `(N, inputs)` or `(N, *inputs)`.

    Raises
    ------
    TypeError, ValueError : a size that is not a whole number of at least 1.

    Examples
    --------
    >>> import torch
    >>> mlp(4, hidden=(8, 8), classes=3)(torch.zeros(2, 4)).shape
    torch.Size([2, 3])
    """
    first = math.prod(_arguments.inputs(inputs))
    units = _arguments.wholes("hidden", hidden, empty=True)
    _validate.whole("classes", classes, 1)
    layers: list[nn.Module] = [nn.Flatten()]
    for a, b in pairwise((first, *units)):
        layers += [nn.Linear(a, b), nn.ReLU()]
    model = nn.Sequential(*layers, nn.Linear((first, *units)[-1], classes))
    he(all_but_last(model))
    return model


def alexnet(
    classes: int = 1000,
    in_channels: int = 3,
    *,
    groups: int = 2,
    widths: Sequence[int] = (96, 256, 384, 384, 256),
    dense: Sequence[int] = (4096, 4096),
    first: Sequence[int] = (11, 4),
    size: int = 227,
) -> nn.Sequential:
    """AlexNet: five convolutions, two of them followed by response normalisation, and three dense layers.

    The arithmetic of the paper works out for images of 227x227 pixels, though it says 224. The paper drew its weights
    from a normal distribution of standard deviation 0.01; here they start as He et al. propose.

    Parameters
    ----------
    classes : number of outputs
    in_channels : channels of the images
    groups : 2 splits the second, fourth and fifth convolution in halves that do not see each other, as the paper did to
        use two graphics cards; 1 does not
    widths : filters of each convolution
    dense : units of the hidden dense layers
    first : kernel and stride of the first convolution; smaller ones suit smaller images
    size : height and width of the images in pixels

    Returns
    -------
    Sequential that takes `(N, in_channels, size, size)`.

    Raises
    ------
    TypeError, ValueError : a size that is not a whole number of at least 1, images that are too small, or widths that
        `groups` does not divide.

    References
    ----------
    Krizhevsky, Sutskever, Hinton 2012, "ImageNet classification with deep convolutional neural networks", NeurIPS.

    Examples
    --------
    >>> import torch
    >>> small = alexnet(2, widths=(8, 16, 16, 16, 16), dense=(32,), first=(5, 2), size=64)
    >>> small(torch.zeros(1, 3, 64, 64)).shape
    torch.Size([1, 2])
    """
    _arguments.ends(classes, in_channels)
    a, b, c, d, e = _arguments.alexnet_widths(widths, groups)
    units = _arguments.wholes("dense", dense, empty=True)
    maps = _arguments.alexnet_maps(size, first)
    layers: OrderedDict[str, nn.Module] = OrderedDict()

    def then(name: str, conv: nn.Conv2d, normalise: bool = False, pool: bool = False) -> None:
        layers[f"conv{name}"], layers[f"relu{name}"] = conv, nn.ReLU()
        if normalise:  # section 3.3: k = 2, n = 5, alpha = 1e-4 (PyTorch divides it by n), beta = 0.75
            layers[f"norm{name}"] = nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)
        if pool:
            layers[f"pool{name}"] = nn.MaxPool2d(3, stride=2)

    then("1", nn.Conv2d(in_channels, a, first[0], stride=first[1]), normalise=True, pool=True)
    then("2", nn.Conv2d(a, b, 5, padding=2, groups=groups), normalise=True, pool=True)
    then("3", nn.Conv2d(b, c, 3, padding=1))
    then("4", nn.Conv2d(c, d, 3, padding=1, groups=groups))
    then("5", nn.Conv2d(d, e, 3, padding=1, groups=groups), pool=True)
    layers["flatten"] = nn.Flatten()
    sizes = (e * maps**2, *units)
    for i, (before, after) in enumerate(pairwise(sizes), start=6):
        layers[f"drop{i}"] = nn.Dropout(0.5)
        layers[f"fc{i}"], layers[f"relu{i}"] = nn.Linear(before, after), nn.ReLU()
    layers[f"fc{len(units) + 6}"] = nn.Linear(sizes[-1], classes)
    model = nn.Sequential(layers)
    he(all_but_last(model))
    return model


def vgg(
    plan: Sequence[int | str],
    dense: Sequence[int] = (4096, 4096),
    *,
    classes: int = 1000,
    in_channels: int = 3,
    size: int = 224,
    batch_norm: bool = False,
) -> nn.Sequential:
    """A network of the VGG family: 3x3 convolutions with ReLU, poolings that halve, dense layers.

    Parameters
    ----------
    plan : for each convolution its number of filters, and `"M"` for each 2x2 max-pooling
    dense : units of the hidden dense layers
    classes : number of outputs
    in_channels : channels of the images
    size : height and width of the images in pixels
    batch_norm : whether batch normalisation follows each convolution

    Returns
    -------
    Sequential of `features`, `flatten` and `classifier` that takes `(N, in_channels, size, size)`. Its parts and their
    weights have the names that torchvision gives them.

    Raises
    ------
    TypeError, ValueError : a size that is not a whole number of at least 1, or a plan with more poolings than `size`
        can be halved.

    References
    ----------
    Simonyan, Zisserman 2015, "Very deep convolutional networks for large-scale image recognition", ICLR.

    Examples
    --------
    >>> import torch
    >>> small = vgg((8, "M", 16, "M"), dense=(32,), classes=2, size=64)
    >>> small(torch.zeros(1, 3, 64, 64)).shape
    torch.Size([1, 2])
    """
    items, maps = _arguments.plan(plan, size)
    units = _arguments.wholes("dense", dense, empty=True)
    _arguments.ends(classes, in_channels)
    _validate.truth("batch_norm", batch_norm)
    features: list[nn.Module] = []
    channels = in_channels
    for item in items:
        if item == "M":
            features.append(nn.MaxPool2d(2))
        else:
            features.append(nn.Conv2d(channels, int(item), 3, padding=1))
            features += [nn.BatchNorm2d(int(item))] if batch_norm else []
            features.append(nn.ReLU())
            channels = int(item)
    classifier: list[nn.Module] = []
    sizes = (channels * maps**2, *units)
    for before, after in pairwise(sizes):
        classifier += [nn.Linear(before, after), nn.ReLU(), nn.Dropout(0.5)]
    classifier.append(nn.Linear(sizes[-1], classes))
    parts = [("features", features), ("flatten", None), ("classifier", classifier)]
    model = nn.Sequential(OrderedDict((name, nn.Sequential(*part) if part else nn.Flatten()) for name, part in parts))
    he(all_but_last(model))
    return model


def vgg16(classes: int = 1000, in_channels: int = 3, *, size: int = 224, batch_norm: bool = False) -> nn.Sequential:
    """VGG-16: thirteen 3x3 convolutions in five stages, and three dense layers; configuration D of the paper.

    Parameters
    ----------
    classes : number of outputs
    in_channels : channels of the images
    size : height and width of the images in pixels
    batch_norm : whether batch normalisation follows each convolution

    Returns
    -------
    Sequential of `features`, `flatten` and `classifier` that takes `(N, in_channels, size, size)`. Loads torchvision's
    weights for `vgg16` (and, with `batch_norm=True`, for `vgg16_bn`).

    Raises
    ------
    TypeError, ValueError : a size that is not a whole number of at least 1, or images of less than 32 pixels.

    References
    ----------
    Simonyan, Zisserman 2015, "Very deep convolutional networks for large-scale image recognition", ICLR, table 1.

    Examples
    --------
    >>> import torch
    >>> with torch.device("meta"):  # shapes without numbers: no memory
    ...     model = vgg16()
    >>> f"{sum(weights.numel() for weights in model.parameters()):,}"
    '138,357,544'
    """
    return vgg(_arguments.VGG16, classes=classes, in_channels=in_channels, size=size, batch_norm=batch_norm)


def vgg16_features(in_channels: int = 3) -> nn.Sequential:
    """The thirteen convolutions of VGG-16 without its dense layers, under the names that Keras gives them.

    `block1_conv1` is the convolution's own result, `block1_relu1` what its ReLU lets through, which Keras' applications
    call `block1_conv1`.

    Parameters
    ----------
    in_channels : channels of the images

    Returns
    -------
    Sequential of `block1_conv1`, `block1_relu1`, ..., `block1_pool`, ... `block5_pool` that takes
    `(N, in_channels, height, width)` images of any size from 32 pixels.

    Raises
    ------
    TypeError, ValueError : a number of channels that is not a whole number of at least 1.

    References
    ----------
    Simonyan, Zisserman 2015, "Very deep convolutional networks for large-scale image recognition", ICLR, table 1.

    Examples
    --------
    >>> import torch
    >>> with torch.device("meta"):  # shapes without numbers: no memory
    ...     vgg16_features()(torch.zeros(1, 3, 224, 224)).shape
    torch.Size([1, 512, 7, 7])
    """
    channels = _validate.whole("in_channels", in_channels, 1)
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for block, (width, number) in enumerate(_arguments.VGG16_BLOCKS, start=1):
        for i in range(1, number + 1):
            layers[f"block{block}_conv{i}"] = nn.Conv2d(channels, width, 3, padding=1)
            layers[f"block{block}_relu{i}"] = nn.ReLU()
            channels = width
        layers[f"block{block}_pool"] = nn.MaxPool2d(2)
    model = nn.Sequential(layers)
    he(model.modules())
    return model
