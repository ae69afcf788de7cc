"""Weights that Keras' applications publish, under the names of our networks in PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def vgg16(file: Path) -> dict[str, Any]:
    """The weights of VGG-16 in this HDF5 file under the names of `models.pytorch.vgg16`."""
    import h5py
    import torch

    found: dict[str, Any] = {}
    with h5py.File(file, "r") as content:
        convolutions = [name for name in _texts(content, "layer_names") if "_conv" in name]
        places = _places(convolutions)
        for name in convolutions:
            kernel, bias = _arrays(content[name])
            found[f"features.{places[name]}.weight"] = torch.tensor(kernel.transpose(3, 2, 0, 1).copy())
            found[f"features.{places[name]}.bias"] = torch.tensor(bias)
        maps = len(bias)
        for place, name in zip((0, 3, 6), ("fc1", "fc2", "predictions"), strict=True):
            kernel, bias = _arrays(content[name])
            if place == 0:  # Keras flattens rows, columns, maps; PyTorch maps, rows, columns
                side = round((len(kernel) // maps) ** 0.5)
                kernel = kernel.reshape(side, side, maps, -1).transpose(2, 0, 1, 3).reshape(kernel.shape)
            found[f"classifier.{place}.weight"] = torch.tensor(kernel.T.copy())
            found[f"classifier.{place}.bias"] = torch.tensor(bias)
    return found


def _texts(group: Any, name: str) -> list[str]:
    return [text.decode() if isinstance(text, bytes) else text for text in group.attrs[name]]


def _arrays(group: Any) -> list[Any]:
    return [group[name][()] for name in _texts(group, "weight_names")]


def _places(convolutions: list[str]) -> dict[str, int]:
    """Where each convolution stands among `features`: a ReLU follows each, and a pooling each block."""
    place, found, block = 0, {}, convolutions[0].partition("_")[0]
    for name in convolutions:
        now = name.partition("_")[0]
        place += now != block
        found[name], block = place, now
        place += 2
    return found
