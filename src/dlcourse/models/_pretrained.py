"""`pretrained`: networks with trained weights, the book's own and those of others."""

from __future__ import annotations

import hashlib
import importlib
import json
from importlib.resources import files
from typing import Any

from dlcourse import _validate

FROM_PACKAGES = ("efficientnet_lite0", "vgg16", "vgg16_features")


def own() -> list[str]:
    """The names of the book's own networks: those with a JSON file in `dlcourse.weights`."""
    return sorted(file.name[:-5] for file in files("dlcourse.weights").iterdir() if file.name.endswith(".json"))


def names() -> list[str]:
    """All names that `pretrained` knows."""
    return sorted([*own(), *FROM_PACKAGES])


def pretrained(name: str, framework: str = "pytorch") -> Any:
    """A network of this name with trained weights, in evaluation mode.

    The book's own networks, with their names: "pets_faces" and "pets_scenes" are
    `pets_cnn_small` with two logits, cat and dog, for `data.pets.faces` at 64 pixels and for `data.pets.scenes` with
    one pet at 96 pixels. They take RGB images with numbers in 0..1. How each was trained and how it scores on unseen
    pets stands in a JSON file beside its weights, in `src/dlcourse/weights`;
    `python -m dlcourse.models.pretrain NAME` trains it again.

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
    return _own(name, framework)


def _own(name: str, framework: str) -> Any:
    """One of the book's networks, built by the function that its JSON file names."""
    import safetensors.torch

    folder = files("dlcourse.weights")
    about = json.loads((folder / f"{name}.json").read_text("utf-8"))
    packed = (folder / f"{name}.safetensors").read_bytes()
    if hashlib.sha256(packed).hexdigest() != about["sha256"]:
        raise ValueError(f"the weights of {name!r} are not those that {name}.json describes; install dlcourse again")
    there = importlib.import_module("dlcourse.models.pytorch")
    model = getattr(there, about["function"])(**about["arguments"])
    model.load_state_dict(safetensors.torch.load(packed))
    return model.eval() if framework == "pytorch" else _in_keras(model, about["function"], about["arguments"])


def _in_keras(model: Any, function: str, arguments: dict[str, Any]) -> Any:
    """The Keras model of the same name with the weights of the PyTorch model."""
    there = importlib.import_module("dlcourse.models.keras")
    to_keras = importlib.import_module("dlcourse.models._to_keras").to_keras
    return to_keras(model, getattr(there, function)(**arguments))
