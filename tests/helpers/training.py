"""Trainings that are run by one process and by several: writes what each gives into a file.

accelerate launch --multi_gpu --num_processes 2 tests/helpers/training.py FILE FOLDER
"""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

import numpy as np
import torch
from accelerate.utils import gather_object
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader

import dlcourse  # noqa: F401 - before the frameworks
from dlcourse import train
from dlcourse.data import pets

N, SIZE = 36, 12  # three full batches, which two processes divide evenly
INDEX = int(os.environ.get("RANK", 0))
WEIGHTS = torch.tensor([1.0, 2.0, 5.0])


def points(n=N, seed=0):
    """Points with labels; one label in five is -1, which some losses ignore."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, n)
    inputs = (rng.normal(size=(n, 4)) + labels[:, None]).astype(np.float32)
    return inputs, labels, np.where(rng.random(n) < 0.2, -1, labels)


def mlp(norm=False):
    """A network that begins differently in each process: the main one's weights count."""
    torch.manual_seed(INDEX)
    middle = nn.BatchNorm1d(8) if norm else nn.Tanh()
    return nn.Sequential(nn.Linear(4, 8), middle, nn.Linear(8, 3), nn.Identity())


class Again:
    """The least that a loader is: batches that can be run through again, and their number."""

    def __init__(self, batches):
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        return iter(self.batches)


class Unused(nn.Module):
    """One part is used in some batches, and one never."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.body, self.often, self.never, self.steps = nn.Linear(4, 3), nn.Linear(4, 3), nn.Linear(4, 3), 0

    def forward(self, x):
        self.steps += self.training
        return self.body(x) + (self.often(x) if self.steps % 2 else 0)


class Detector(nn.Module):
    """The least that has losses as a detector has them: of images and targets of different sizes."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.features = nn.Sequential(nn.Conv2d(3, 4, 5, stride=4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.count, self.box = nn.Linear(4, 1), nn.Linear(4, 4)

    def forward(self, images, targets):
        found = self.features(images)
        counts = torch.tensor([[float(len(t["labels"]))] for t in targets], device=images.device)
        boxes = torch.stack([t["boxes"].mean(0) if len(t["boxes"]) else t["boxes"].sum(0) for t in targets])
        return {
            "count": functional.mse_loss(self.count(found), counts),
            "box": functional.smooth_l1_loss(self.box(found), boxes / images.shape[-1]),
        }


def halves(loss):
    """The loss as two processes see it: each the mean over its half of the batch."""
    return lambda o, t: (loss(o[: len(o) // 2], t[: len(t) // 2]) + loss(o[len(o) // 2 :], t[len(t) // 2 :])) / 2


def weights(model):
    """Parameters and buffers as arrays."""
    return [tensor.detach().numpy().copy() for tensor in [*model.parameters(), *model.buffers()]]


def momentum(parameters):
    return torch.optim.SGD(parameters, 0.1, momentum=0.9, weight_decay=0.01)


def main(file, folder):
    """All trainings."""
    torch.set_num_threads(1)
    processes = int(os.environ.get("WORLD_SIZE", 1))
    inputs, labels, padded = points()
    results = {"processes": processes}

    def fit(name, model, data=None, valid=(inputs[:11], labels[:11]), **options):
        settings = {"epochs": 3, "batch_size": SIZE, "optimizer": momentum, "progress": True} | options
        history = train.fit(model, data or (inputs, labels), valid, **settings)
        curves = {key: values for key, values in history.items() if key != "seconds"}
        results[name] = weights(model), curves

    model = mlp()
    fit("labels", model, schedule=train.one_cycle, clip=0.5)
    weighted = nn.CrossEntropyLoss(weight=WEIGHTS, ignore_index=-1)
    results["evaluate"] = train.evaluate(model, (inputs[:35], padded[:35]), batch_size=10, loss=weighted)
    results["predict"] = train.predict(model, inputs[:35], batch_size=4)
    results["one"] = train.evaluate(model, (inputs[:1], labels[:1])), train.predict(model, inputs[:1])
    fit("targets", mlp(), (inputs, np.eye(3)[labels]), None)
    dicts = [{"x": x, "y": y} for x, y in zip(torch.from_numpy(inputs), torch.from_numpy(labels), strict=True)]
    step = lambda model, batch: functional.cross_entropy(model(batch["x"]), batch["y"])  # noqa: E731
    loader = DataLoader(dicts, SIZE)
    fit("dicts", mlp(), loader, loader, step=step)
    fit("unused", Unused())
    scenes = pets.scenes(24, size=32, seed=3)
    fit("detector", Detector(), scenes, scenes[:12], step=lambda model, batch: model(*batch), optimizer=None)
    # What is not the same: a mean that weighs its classes, and a last batch that is not full.
    fit("weights", mlp(), loss=weighted if processes > 1 else halves(weighted), data=(inputs, padded), valid=None)
    fit("uneven", mlp(), points(N - 1)[:2], None)

    # Dropout and BatchNorm: each process draws its own numbers and normalises its own share, and resumes exactly.
    for run in ("whole", "begun", "resumed"):
        torch.manual_seed(0)
        noisy = nn.Sequential(nn.Dropout(0.3), mlp(norm=True))
        where = {"checkpoint": folder} if run != "whole" else {}
        fit(run, noisy, batch_size=6, epochs=2 if run == "begun" else 4, **where)
    drawn = []
    draw = lambda model, batch: drawn.append(torch.rand(1).item()) or model(batch[0]).mean()  # noqa: E731
    fit("drawing", mlp(), valid=None, step=draw, epochs=1)
    results["drawn"] = gather_object([drawn]) if processes > 1 else [drawn]
    results["alike"] = gather_object([weights(noisy)]) if processes > 1 else [weights(noisy)]
    if INDEX == 0:
        file.write_bytes(pickle.dumps(results))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
