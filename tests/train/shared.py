"""Trainings that are run by one process and by several: writes what each gives into a file.

accelerate launch --multi_gpu --num_processes 2 tests/train/shared.py FILE FOLDER
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from dlcourse import train
from dlcourse.train._processes import Processes

N, SIZE = 35, 17  # batches of 17, 17 and 1: with two processes, 8 and 9 samples, and at last 0 and 1


def points(seed=0):
    """Points with labels; one label in five is -1, which some losses ignore."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, N)
    inputs = (rng.normal(size=(N, 4)) + labels[:, None]).astype(np.float32)
    return inputs, labels, np.where(rng.random(N) < 0.2, -1, labels)


class Batches:
    """A loader whose order differs from process to process: the main one's counts."""

    def __init__(self, index):
        self.index = index

    def __len__(self):
        return 3

    def __iter__(self):
        inputs, labels, _ = points(self.index)
        return ((inputs[i : i + SIZE], labels[i : i + SIZE]) for i in range(0, N, SIZE))


def mlp(index, norm=False):
    """A network that begins differently in each process: the main one's weights count."""
    torch.manual_seed(index)
    middle = nn.BatchNorm1d(8) if norm else nn.Tanh()
    return nn.Sequential(nn.Linear(4, 8), middle, nn.Linear(8, 3), nn.Identity())


class Unused(nn.Module):
    """One part is not always used, and one never."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.body, self.often, self.never = nn.Linear(4, 3), nn.Linear(4, 3), nn.Linear(4, 3)

    def forward(self, x):
        return self.body(x) + (self.often(x) if len(x) > 1 else 0)


def weights(model):
    """Parameters and buffers as arrays."""
    return [tensor.detach().numpy().copy() for tensor in [*model.parameters(), *model.buffers()]]


def main(file, folder):
    """All trainings."""
    torch.set_num_threads(1)
    processes = Processes("auto")
    inputs, labels, padded = points()
    results = {"processes": processes.count}

    def momentum(parameters):
        return torch.optim.SGD(parameters, 0.1, momentum=0.9, weight_decay=0.01)

    def fit(name, model, data=None, valid=True, **options):
        held = (inputs[:11], labels[:11]) if valid else None
        settings = {"epochs": 3, "batch_size": SIZE, "optimizer": momentum, "progress": True} | options
        history = train.fit(model, data or (inputs, labels), held, **settings)
        curves = {key: values for key, values in history.items() if key != "seconds"}
        results[name] = weights(model), curves

    model = mlp(processes.index)
    fit("labels", model, schedule=train.one_cycle)
    results["evaluate"] = train.evaluate(model, (inputs, labels), batch_size=9)
    results["predict"] = train.predict(model, inputs, batch_size=4)
    results["one"] = train.evaluate(model, (inputs[:1], labels[:1])), train.predict(model, inputs[:1])
    fit("targets", mlp(processes.index), (inputs, np.eye(3)[labels]), valid=False)
    fit("loader", mlp(processes.index), Batches(processes.index))
    fit("padding", mlp(processes.index), (inputs, padded), loss=nn.CrossEntropyLoss(ignore_index=-1), valid=False)
    fit("unused", Unused())
    fit("smooth", mlp(processes.index), loss=lambda o, t: functional.cross_entropy(o, t, label_smoothing=0.1))

    # Dropout and BatchNorm: each process draws its own numbers and normalises its own share, and resumes exactly.
    for run in ("whole", "begun", "resumed"):
        torch.manual_seed(0)
        noisy = nn.Sequential(nn.Dropout(0.3), mlp(0, norm=True))
        where = {"checkpoint": folder} if run != "whole" else {}
        short = {"epochs": 2} if run == "begun" else {"epochs": 4}
        fit(run, noisy, batch_size=5, **where, **short)
    results["alike"] = processes.gather(weights(noisy))
    if processes.main:
        file.write_bytes(pickle.dumps(results))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
