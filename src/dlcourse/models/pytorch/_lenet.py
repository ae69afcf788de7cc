"""LeNet-5 in three variants, with the layers that only the one of 1998 has."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch import nn

from dlcourse.models import _arguments, _lenet_1998
from dlcourse.models.pytorch._initialization import all_but_last, he


class ScaledTanh(nn.Module):
    """1.7159 tanh(2/3 x), which maps -1 and 1 to themselves (LeCun et al. 1998, appendix A)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 1.7159 * torch.tanh(2 / 3 * x)


class Subsampling(nn.Module):
    """Sums 2x2 neighbours, then multiplies each map by its own learned number and adds another one.

    Starts as average pooling: factors of 1/4 and shifts of 0.

    Parameters
    ----------
    channels : number of maps
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels,), 0.25))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        total = 4 * nn.functional.avg_pool2d(x, 2)
        return total * self.weight[:, None, None] + self.bias[:, None, None]


class TableConvolution(nn.Module):
    """A convolution whose output maps see only some of the input maps each.

    Parameters
    ----------
    table : for each output map, the numbers of the input maps that it sees
    kernel_size : height and width of the kernels
    """

    def __init__(self, table: Sequence[Sequence[int]], kernel_size: int) -> None:
        super().__init__()
        self.table = [list(seen) for seen in table]
        self.maps = nn.ModuleList(nn.Conv2d(len(seen), 1, kernel_size) for seen in self.table)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([conv(x[:, seen]) for conv, seen in zip(self.maps, self.table, strict=True)], dim=1)


class RadialBasis(nn.Module):
    """Minus the squared distance from the input to each class's code, which is fixed: the nearest class is largest.

    Parameters
    ----------
    codes : (classes, features) numbers, one code for each class
    """

    codes: torch.Tensor

    def __init__(self, codes: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("codes", codes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return -(x[:, None] - self.codes).square().sum(-1)

    def count_macs(self, inputs: torch.Tensor, outputs: torch.Tensor) -> int:
        """One multiplication for each number of each code; `dlcourse.count` asks."""
        return self.codes.numel()


def lenet5(classes: int = 10, in_channels: int = 1, *, variant: str = "dense") -> nn.Sequential:
    """LeNet-5, as commonly taught or as it was.

    The layers have the paper's names: C1, S2, C3, S4, C5, F6.

    Parameters
    ----------
    classes : number of outputs; 10 in the variant of 1998
    in_channels : channels of the images; 1 in the variant of 1998
    variant : `"dense"`, as commonly taught: every map of C3 sees all maps of S2, average pooling, tanh, a dense output
        layer, 32x32 images; `"1998"`, the paper's own: C3 by its table of 60 connections, learned subsampling, and an
        output layer of fixed codes, 32x32 images; `"caffe"`: what the library Caffe made known as LeNet, with wider
        layers, max-pooling and one ReLU, 28x28 images

    Returns
    -------
    Sequential that takes `(N, in_channels, 32, 32)`, or 28x28 in the variant `"caffe"`. In the variant of 1998 the
    outputs are minus the paper's distances, so that the largest wins, as everywhere in this book.

    Raises
    ------
    TypeError, ValueError : an unknown variant, a size that is not a whole number of at least 1, or other classes or
        channels than 10 and 1 in the variant of 1998.

    References
    ----------
    LeCun, Bottou, Bengio, Haffner 1998, "Gradient-based learning applied to document recognition", Proc. IEEE 86(11).

    Examples
    --------
    >>> for variant in ("dense", "1998"):
    ...     print(sum(weights.numel() for weights in lenet5(variant=variant).parameters()))
    61706
    60000
    """
    _arguments.lenet5(classes, in_channels, variant)
    layers: list[tuple[str, nn.Module]]
    if variant == "caffe":
        layers = [("C1", nn.Conv2d(in_channels, 20, 5)), ("S2", nn.MaxPool2d(2))]
        layers += [("C3", nn.Conv2d(20, 50, 5)), ("S4", nn.MaxPool2d(2)), ("flatten", nn.Flatten())]
        layers += [("F5", nn.Linear(800, 500)), ("relu5", nn.ReLU()), ("output", nn.Linear(500, classes))]
        model = nn.Sequential(OrderedDict(layers))
        he(all_but_last(model))
        return model
    old = variant == "1998"
    c3 = TableConvolution(_lenet_1998.C3_TABLE, 5) if old else nn.Conv2d(6, 16, 5)
    layers = [("C1", nn.Conv2d(in_channels, 6, 5)), ("S2", Subsampling(6) if old else nn.AvgPool2d(2))]
    layers += [("C3", c3), ("S4", Subsampling(16) if old else nn.AvgPool2d(2))]
    layers += [("C5", nn.Conv2d(16, 120, 5)), ("flatten", nn.Flatten()), ("F6", nn.Linear(120, 84))]
    model = nn.Sequential()
    for name, layer in layers:
        model.add_module(name, layer)
        if old and name != "flatten":  # every unit up to F6 passes through it
            model.add_module(f"tanh{name[-1]}", ScaledTanh())
        elif name in ("C1", "C3", "C5", "F6"):
            model.add_module(f"tanh{name[-1]}", nn.Tanh())
    output = RadialBasis(torch.tensor(_lenet_1998.codes())) if old else nn.Linear(84, classes)
    model.add_module("output", output)
    return model
