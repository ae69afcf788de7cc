"""How the networks that `models.pretrained` loads were trained: `python -m dlcourse.models.pretrain NAME`.

To add a network, write one function with the network's name below `@recipe`. It trains a PyTorch model and returns a
`Trained`: the model, the call that builds it again, and notes on how it was made. The command then writes
`weights/NAME.safetensors` and `weights/NAME.json`, and `models.pretrained(NAME)` finds them. Packages above this one
keep their recipes themselves, in a module that `ELSEWHERE` names; `detection.pretrained(NAME)` finds those.

Training runs in one thread. The same command on the same machine with the same versions gives the same bytes; another
processor adds up in another order, so its weights differ slightly.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.torch
import torch
from torch import nn

import dlcourse
from dlcourse import data, train
from dlcourse.models import pytorch
from dlcourse.models._pretrained import HERE
from dlcourse.weights import FOLDER

ELSEWHERE = (  # by name: nothing here needs them before the command runs
    "dlcourse.detection._recipes",
    "dlcourse.detection._recipes_proposals",
    "dlcourse.detection._recipes_yolo",
)


@dataclass
class Trained:
    """What a recipe returns.

    Attributes
    ----------
    model : the trained model
    function, arguments : `getattr(models.pytorch, function)(**arguments)` builds it, and models.keras its twin
    notes : what goes into the JSON file: data, seeds, epochs, scores
    module : where the function is, if not in models.pytorch
    """

    model: nn.Module
    function: str
    arguments: dict[str, Any]
    notes: dict[str, Any]
    module: str = HERE


RECIPES: dict[str, Callable[[], Trained]] = {}


def recipe(function: Callable[[], Trained]) -> Callable[[], Trained]:
    """Enter a function under its name; its docstring becomes the description in the JSON file."""
    RECIPES[function.__name__] = function
    return function


@recipe
def pets_faces() -> Trained:
    """Cat or dog, for the portraits of `data.pets.faces` at 64 pixels."""
    learn, unseen = data.pets.faces(4000, 64, seed=100), data.pets.faces(2000, 64, seed=200)
    trained = pets_network(learn.images, learn.labels, unseen.images, unseen.labels)
    trained.notes["data"] = "data.pets.faces(4000, 64, seed=100)"
    trained.notes["unseen"] = "data.pets.faces(2000, 64, seed=200)"
    return trained


@recipe
def pets_scenes() -> Trained:
    """Cat or dog, for `data.pets.scenes` at 96 pixels with one pet, whose cast of 256 drawings all scenes share."""
    learn, unseen = data.pets.scenes(12000, 96, 1, seed=100), data.pets.scenes(2000, 96, 1, seed=200)
    labels, unseen_labels = (np.array([t["labels"][0] for t in each.targets]) for each in (learn, unseen))
    trained = pets_network(learn.images, labels, unseen.images, unseen_labels)
    trained.notes["data"] = "data.pets.scenes(12000, 96, max_objects=1, seed=100)"
    trained.notes["unseen"] = "data.pets.scenes(2000, 96, max_objects=1, seed=200)"
    return trained


def pets_network(
    images: np.ndarray, labels: np.ndarray, unseen: np.ndarray, unseen_labels: np.ndarray, *, epochs: int = 10
) -> Trained:
    """Train `pets_cnn_small` with mirrored images among the others, and score it on unseen ones."""
    torch.manual_seed(0)
    model = pytorch.pets_cnn_small()
    dice = torch.Generator().manual_seed(0)
    train.fit(
        model, (as_input(images), labels), epochs=epochs, learning_rate=1e-2, schedule=train.one_cycle,
        augment=lambda batch: half_mirrored(batch, dice), batch_size=32, device="cpu", precision="float32",
        progress=False, seed=0,
    )  # fmt: skip
    outputs = train.predict(model.eval(), as_input(unseen), device="cpu")
    right = np.asarray(outputs).argmax(1) == unseen_labels
    notes = {
        "input": "(N, 3, height, width) float32, RGB in 0..1; logits of cat, dog",
        "training": "Adam, one cycle up to 0.01, batches of 32, half of the images mirrored",
        "epochs": epochs,
        "seed": 0,
        "accuracy on unseen": round(float(right.mean()), 4),
    }
    return Trained(model, "pets_cnn_small", {}, notes)


def as_input(images: np.ndarray) -> np.ndarray:
    """Bytes (n, height, width, 3) as floats (n, 3, height, width) in 0..1."""
    return np.ascontiguousarray(images.transpose(0, 3, 1, 2)).astype(np.float32) / 255


def half_mirrored(images: torch.Tensor, dice: torch.Generator) -> torch.Tensor:
    """A batch of which each image is mirrored with probability one half."""
    return torch.where(torch.rand(len(images), 1, 1, 1, generator=dice) < 0.5, images.flip(-1), images)


def make(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """Train the network of this name, write its two files, and return what the JSON file says."""
    threads, begin = torch.get_num_threads(), time.process_time()
    torch.set_num_threads(1)
    try:
        trained = RECIPES[name]()
    finally:
        torch.set_num_threads(threads)
    weights = {key: value.detach().contiguous().clone() for key, value in trained.model.state_dict().items()}
    packed = safetensors.torch.save(weights)
    text = " ".join((RECIPES[name].__doc__ or "").split())
    about = {
        "name": name,
        "description": text,
        **({} if trained.module == HERE else {"module": trained.module}),
        "function": trained.function,
        "arguments": trained.arguments,
        **trained.notes,
        "made by": f"python -m dlcourse.models.pretrain {name}",
        "processor seconds": round(time.process_time() - begin),
        "versions": {
            "dlcourse": dlcourse.__version__,
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": np.__version__,
            "machine": platform.machine(),
        },
        "sha256": hashlib.sha256(packed).hexdigest(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.safetensors").write_bytes(packed)
    (folder / f"{name}.json").write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return about


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    for module in ELSEWHERE:
        importlib.import_module(module)
    parser = argparse.ArgumentParser(prog="python -m dlcourse.models.pretrain", description="Train a network again.")
    parser.add_argument("name", choices=sorted(RECIPES), help="the network, as in models.pretrained")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the two files go; by default the package")
    chosen = parser.parse_args(arguments)
    print(json.dumps(make(chosen.name, chosen.folder), indent=2, ensure_ascii=False))


if __name__ == "__main__":  # this file is a second module then, into whose table the recipes elsewhere do not enter
    importlib.import_module("dlcourse.models.pretrain").main()
