"""The three networks of MTCNN, a detector of faces."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch import nn

from dlcourse.models.pytorch._initialization import he


class FaceNetwork(nn.Module):
    """Layers that see a window, and several linear outputs on what they saw: P-Net, R-Net and O-Net are of this kind.

    Parameters
    ----------
    features : the layers before the outputs
    face : the layer that gives two logits, no face and face
    box : the layer that gives four offsets
    landmarks : the layer that gives the places of eyes, nose and mouth, ten numbers; None in P-Net and R-Net
    """

    def __init__(
        self, features: nn.Module, face: nn.Module, box: nn.Module, landmarks: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.features = features
        self.face = face
        self.box = box
        if landmarks is not None:
            self.landmarks = landmarks

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        x = self.features(x)
        return tuple(head(x) for name, head in self.named_children() if name != "features")


def _block(layers: OrderedDict[str, nn.Module], i: int, sizes: tuple[int, int, int], pool: nn.Module | None) -> None:
    """Add a convolution (channels, filters, kernel) with its PReLU, and the pooling if there is one."""
    layers[f"conv{i}"] = nn.Conv2d(*sizes)
    layers[f"prelu{i}"] = nn.PReLU(sizes[1])
    if pool is not None:
        layers[f"pool{i}"] = pool


def _dense(layers: OrderedDict[str, nn.Module], i: int, inputs: int, units: int) -> None:
    layers["flatten"] = nn.Flatten()
    layers[f"dense{i}"] = nn.Linear(inputs, units)
    layers[f"prelu{i}"] = nn.PReLU(units)


def _network(layers: OrderedDict[str, nn.Module], heads: Sequence[nn.Module]) -> FaceNetwork:
    features = nn.Sequential(layers)
    he(features.modules())
    return FaceNetwork(features, *heads)


def pnet() -> FaceNetwork:
    """P-Net, the first of MTCNN's three networks: is there a face in this window of 12x12 pixels, and where in it?

    It has no dense layer. So it takes an image of any size, and answers for all windows of it at once, which lie two
    pixels apart. Its first pooling lets windows at the right and lower edge run over it by one pixel, where the size of
    the image is odd.

    Returns
    -------
    FaceNetwork that takes `(N, 3, height, width)`, each number of an RGB image as (byte - 127.5) / 128, and returns two
    tensors: `(N, 2, rows, columns)` logits, no face and face, and `(N, 4, rows, columns)` offsets, how far the left,
    upper, right and lower edge of the face lies from that of the window, in widths of the window.

    References
    ----------
    Zhang, Zhang, Li, Qiao 2016, "Joint face detection and alignment using multitask cascaded convolutional networks",
    IEEE Signal Processing Letters 23, figure 2.

    Examples
    --------
    >>> import torch
    >>> face, box = pnet()(torch.zeros(1, 3, 12, 12))
    >>> face.shape, box.shape
    (torch.Size([1, 2, 1, 1]), torch.Size([1, 4, 1, 1]))
    """
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    _block(layers, 1, (3, 10, 3), nn.MaxPool2d(2, ceil_mode=True))
    _block(layers, 2, (10, 16, 3), None)
    _block(layers, 3, (16, 32, 3), None)
    return _network(layers, (nn.Conv2d(32, 2, 1), nn.Conv2d(32, 4, 1)))


def rnet() -> FaceNetwork:
    """R-Net, the second of MTCNN's three networks: is this piece of 24x24 pixels a face, and where is it exactly?

    Returns
    -------
    FaceNetwork that takes `(N, 3, 24, 24)`, each number of an RGB image as (byte - 127.5) / 128, and returns two
    tensors: `(N, 2)` logits, no face and face, and `(N, 4)` offsets, how far the left, upper, right and lower edge of
    the face lies from that of the piece, in widths of the piece.

    References
    ----------
    Zhang, Zhang, Li, Qiao 2016, "Joint face detection and alignment using multitask cascaded convolutional networks",
    IEEE Signal Processing Letters 23, figure 2.

    Examples
    --------
    >>> import torch
    >>> face, box = rnet()(torch.zeros(5, 3, 24, 24))
    >>> face.shape, box.shape
    (torch.Size([5, 2]), torch.Size([5, 4]))
    """
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    _block(layers, 1, (3, 28, 3), nn.MaxPool2d(3, 2, ceil_mode=True))
    _block(layers, 2, (28, 48, 3), nn.MaxPool2d(3, 2))
    _block(layers, 3, (48, 64, 2), None)
    _dense(layers, 4, 64 * 3 * 3, 128)
    return _network(layers, (nn.Linear(128, 2), nn.Linear(128, 4)))


def onet() -> FaceNetwork:
    """O-Net, the last of MTCNN's three networks: a face in a piece of 48x48 pixels, its box, its eyes, nose and mouth.

    Returns
    -------
    FaceNetwork that takes `(N, 3, 48, 48)`, each number of an RGB image as (byte - 127.5) / 128, and returns three
    tensors: `(N, 2)` logits, no face and face; `(N, 4)` offsets, how far the left, upper, right and lower edge of the
    face lies from that of the piece, in widths of the piece; and `(N, 10)` landmarks, five x and then five y, from 0 at
    the left or upper edge of the piece to 1: left eye, right eye, nose, left and right corner of the mouth, as one sees
    them in the picture.

    References
    ----------
    Zhang, Zhang, Li, Qiao 2016, "Joint face detection and alignment using multitask cascaded convolutional networks",
    IEEE Signal Processing Letters 23, figure 2.

    Examples
    --------
    >>> import torch
    >>> [each.shape[1] for each in onet()(torch.zeros(5, 3, 48, 48))]
    [2, 4, 10]
    """
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    _block(layers, 1, (3, 32, 3), nn.MaxPool2d(3, 2, ceil_mode=True))
    _block(layers, 2, (32, 64, 3), nn.MaxPool2d(3, 2))
    _block(layers, 3, (64, 64, 3), nn.MaxPool2d(2, ceil_mode=True))
    _block(layers, 4, (64, 128, 2), None)
    _dense(layers, 5, 128 * 3 * 3, 256)
    return _network(layers, (nn.Linear(256, 2), nn.Linear(256, 4), nn.Linear(256, 10)))
