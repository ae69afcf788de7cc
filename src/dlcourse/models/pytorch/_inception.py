"""GoogLeNet and its block."""

from __future__ import annotations

import torch
from torch import nn

from dlcourse import _validate
from dlcourse.models import _arguments
from dlcourse.models.pytorch._initialization import he


class Concatenate(nn.Module):
    """Stacks maps of the same height and width; a layer, so that whoever watches layers sees the stack."""

    def forward(self, *maps: torch.Tensor) -> torch.Tensor:
        return torch.cat(maps, dim=1)


class Inception(nn.Module):
    """Four branches side by side, whose maps are stacked: 1x1; 1x1 then 3x3; 1x1 then 5x5; max-pooling then 1x1.

    Each convolution is followed by ReLU and keeps the image's height and width.

    Parameters
    ----------
    in_channels : channels of the input
    one : filters of the 1x1 branch
    three : filters of the 1x1 that reduces, and of the 3x3
    five : filters of the 1x1 that reduces, and of the 5x5
    pool : filters of the 1x1 after the pooling

    Attributes
    ----------
    out_channels : channels of the output, the sum of the four branches
    """

    def __init__(self, in_channels: int, one: int, three: tuple[int, int], five: tuple[int, int], pool: int) -> None:
        super().__init__()
        self.conv1x1 = nn.Conv2d(in_channels, one, 1)
        self.reduce3x3 = nn.Conv2d(in_channels, three[0], 1)
        self.conv3x3 = nn.Conv2d(three[0], three[1], 3, padding=1)
        self.reduce5x5 = nn.Conv2d(in_channels, five[0], 1)
        self.conv5x5 = nn.Conv2d(five[0], five[1], 5, padding=2)
        self.pool = nn.MaxPool2d(3, stride=1, padding=1)
        self.project = nn.Conv2d(in_channels, pool, 1)
        self.relu = nn.ReLU()
        self.concatenate = Concatenate()
        self.out_channels = one + three[1] + five[1] + pool

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        relu = self.relu
        branches = [
            relu(self.conv1x1(x)),
            relu(self.conv3x3(relu(self.reduce3x3(x)))),
            relu(self.conv5x5(relu(self.reduce5x5(x)))),
            relu(self.project(self.pool(x))),
        ]
        return self.concatenate(*branches)


def _auxiliary(channels: int, width: int, dense: int, maps: int, classes: int) -> nn.Sequential:
    """A second classifier half-way, which gives the early layers a gradient of their own."""
    head = nn.Sequential(
        nn.AvgPool2d(5, stride=3),
        nn.Conv2d(channels, width, 1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(width * maps**2, dense),
        nn.ReLU(),
        nn.Dropout(0.7),
    )
    he(head)
    return head.append(nn.Linear(dense, classes))


class GoogLeNet(nn.Module):
    """What `googlenet` returns; its arguments are explained there."""

    def __init__(self, classes: int, in_channels: int, pooling: str, auxiliary: bool, width: float) -> None:
        super().__init__()
        ceil = pooling == "ceil"
        first, reduced, second = _arguments.thinner((64, 64, 192), width)
        self.relu = nn.ReLU()
        self.norm = nn.LocalResponseNorm(5)
        self.pool = nn.MaxPool2d(3, stride=2, ceil_mode=ceil)
        self.conv1 = nn.Conv2d(in_channels, first, 7, stride=2, padding=3)
        self.reduce2 = nn.Conv2d(first, reduced, 1)
        self.conv2 = nn.Conv2d(reduced, second, 3, padding=1)
        self.inception = nn.ModuleDict()
        channels, out = second, {}
        for name, filters in _arguments.INCEPTION.items():
            block = Inception(channels, *_arguments.thinner(filters, width))
            self.inception[name] = block
            channels = out[name] = block.out_channels
        self.average = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.dropout = nn.Dropout(0.4)
        he(self.modules())
        self.fc = nn.Linear(channels, classes)
        self.auxiliary = auxiliary
        if auxiliary:
            filters, dense = _arguments.thinner((128, 1024), width)
            maps = 4 if ceil else 3
            self.aux1 = _auxiliary(out["4a"], filters, dense, maps, classes)
            self.aux2 = _auxiliary(out["4d"], filters, dense, maps, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor | tuple[torch.Tensor, ...]:
        block = self.inception
        x = self.norm(self.pool(self.relu(self.conv1(x))))
        x = self.relu(self.conv2(self.relu(self.reduce2(x))))
        x = self.pool(self.norm(x))
        x = self.pool(block["3b"](block["3a"](x)))
        early = x = block["4a"](x)
        late = x = block["4d"](block["4c"](block["4b"](x)))
        x = self.pool(block["4e"](x))
        x = block["5b"](block["5a"](x))
        logits = self.fc(self.dropout(self.flatten(self.average(x))))
        return (logits, self.aux1(early), self.aux2(late)) if self.auxiliary else logits


def googlenet(
    classes: int = 1000,
    in_channels: int = 3,
    *,
    pooling: str = "ceil",
    auxiliary: bool = False,
    width: float = 1.0,
) -> GoogLeNet:
    """GoogLeNet as its paper describes it: nine inception modules, 5x5 branches, biases, no batch normalisation.

    Parameters
    ----------
    classes : number of outputs
    in_channels : channels of the images
    pooling : `"ceil"`, where a max-pooling window may hang over the edge, as in the original (224 pixels become 112,
        56, 28, 14, 7), or `"floor"` (112, 55, 27, 13, 6), with which the often printed 1.43 G multiplications arise
    auxiliary : whether to have the two extra classifiers of the paper, which need images of 224 pixels
    width : factor on the filters of all layers, for a thinner network

    Returns
    -------
    GoogLeNet, which takes `(N, in_channels, height, width)` images of any size from 32 pixels. With `auxiliary` it
    returns `(logits, logits of the first extra one, logits of the second)`.

    Raises
    ------
    TypeError, ValueError : a size that is not a whole number of at least 1, an unknown `pooling`, or a `width` outside
        0.05 to 4.

    References
    ----------
    Szegedy et al. 2015, "Going deeper with convolutions", CVPR, table 1 and section 5.

    Examples
    --------
    >>> import torch
    >>> googlenet(2, width=0.25)(torch.zeros(1, 3, 64, 64)).shape
    torch.Size([1, 2])
    """
    _arguments.ends(classes, in_channels)
    _validate.choice("pooling", pooling, ("ceil", "floor"))
    _validate.truth("auxiliary", auxiliary)
    _validate.real("width", width, 0.05, 4)
    return GoogLeNet(classes, in_channels, pooling, auxiliary, width)
