"""What the networks of the YOLO papers are made of: convolutions with a leaky ReLU, most with batch normalisation."""

from __future__ import annotations

from torch import Tensor, nn

SLOPE = 0.1  # of the leaky ReLU below 0, in all of the papers


def conv_block(inputs: int, outputs: int, kernel: int = 3, stride: int = 1, batch_norm: bool = True) -> nn.Sequential:
    """A convolution that keeps height and width (or divides them by the stride), batch normalisation, leaky ReLU.

    Without batch normalisation, as in YOLOv1, the convolution has a bias.
    """
    conv = nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=not batch_norm)
    nn.init.kaiming_normal_(conv.weight, a=SLOPE)
    if conv.bias is not None:
        nn.init.zeros_(conv.bias)
    layers: list[nn.Module] = [conv, nn.BatchNorm2d(outputs)] if batch_norm else [conv]
    return nn.Sequential(*layers, nn.LeakyReLU(SLOPE))


class Residual(nn.Module):
    """A 1x1 convolution to half of the channels, a 3x3 convolution back to all, and the input added: Darknet-53's."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.narrow = conv_block(channels, max(channels // 2, 1), 1)
        self.wide = conv_block(max(channels // 2, 1), channels, 3)

    def forward(self, x: Tensor) -> Tensor:
        """As many channels, height and width as came."""
        out: Tensor = x + self.wide(self.narrow(x))
        return out
