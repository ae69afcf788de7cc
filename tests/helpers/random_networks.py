"""Small networks with random weights, for tests of what explains them."""

import numpy as np
import torch
from torch import nn

SIZE = (20, 26)  # height and width differ, or a mix-up of the two would not show


class Residual(nn.Module):
    """Two convolutions and a shortcut; its one ReLU works in place and is used twice."""

    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.relu(x + self.conv2(self.relu(self.bn1(self.conv1(x)))))


def plain():
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 8, 3, stride=2),
        nn.ReLU(inplace=True),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(8 * 2 * 3, 16),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(16, 4),
    )


def residual():
    return nn.Sequential(
        nn.Conv2d(3, 6, 5, stride=2, bias=False),
        nn.BatchNorm2d(6),
        nn.ReLU(inplace=True),
        Residual(6),
        nn.MaxPool2d(3, 2, 1),
        Residual(6),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(6, 4),
    )


def shaken(model, seed=0):
    """The model with random biases and statistics, too: zeros and ones would hide a mistake in them."""
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.weight.uniform_(0.5, 1.5, generator=draw)
                module.running_mean.normal_(0, 0.2, generator=draw)
                module.running_var.uniform_(0.5, 1.5, generator=draw)
            for name, weight in module.named_parameters(recurse=False):
                if name == "bias":
                    weight.normal_(0, 0.2, generator=draw)
                elif weight.ndim > 1:
                    fan = weight[0].numel()
                    weight.normal_(0, (2 / fan) ** 0.5, generator=draw)
    return model.eval()


def network(make, dtype="float32", seed=0):
    """A network, images and one class for each."""
    model = shaken(make(), seed).to(getattr(torch, dtype))
    x = np.random.default_rng(seed).standard_normal((3, 3, *SIZE)).astype(dtype)
    return model, x, np.array([0, 3, 1])
