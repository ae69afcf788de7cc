"""Train, be killed by SIGKILL, go on: prints the digest of the weights for each way of being killed, as JSON.

    python tests/helpers/killed.py FOLDER

A process of its own, which imports PyTorch once and forks a child for each training.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch._dynamo  # PyTorch's optimizers import it when they are first used: here once, not in each child
from torch import nn

from dlcourse import train
from dlcourse.train import _checkpoint, _torch  # noqa: F401 - once, not in each child

torch.set_num_threads(1)
EPOCHS, STEPS = 4, 4


def network():
    """Convolution, batch normalisation, dropout."""
    torch.manual_seed(7)
    layers = nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Dropout(0.3), nn.Linear(144, 3)
    return nn.Sequential(*layers)


def data():
    """Images with labels that have a little to do with them."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 32)
    images = rng.normal(size=(32, 1, 8, 8)) + labels[:, None, None, None] / 2
    return images.astype(np.float32), labels


def training(folder, kill_at=None):
    """The training, killed in its step `kill_at`; returns the digest of everything that it leaves behind."""
    model, calls, deadly = network(), [], [kill_at]  # a list: what a function closes over is part of what it is

    def augment(images):
        calls.append(None)
        if len(calls) in deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        shift = random.choice((-1, 0, 1))  # the generators of Python, NumPy and PyTorch
        noise = torch.randn_like(images) * np.random.uniform(0, 0.2)  # noqa: NPY002
        return images.roll(shift, 2) + noise

    images, labels = data()
    history = train.fit(
        model,
        (images[:24], labels[:24]),
        (images[24:], labels[24:]),
        epochs=EPOCHS,
        batch_size=6,
        optimizer=lambda parameters: torch.optim.SGD(parameters, 0.05, momentum=0.9, nesterov=True),
        schedule=train.one_cycle,
        augment=augment,
        patience=4,
        checkpoint=folder,
        progress=False,
    )
    seen = hashlib.sha256()
    for tensor in [*model.parameters(), *model.buffers()]:
        seen.update(tensor.detach().numpy().tobytes())
    curves = {name: values for name, values in history.items() if name != "seconds"}
    return seen.hexdigest() + str(curves)


def killed_at(step):
    """Killed within a step."""
    return lambda folder: training(folder, kill_at=step)


def killed_in(name, number, after=False):
    """Killed just before or just after the `number`-th call of a function of `os` by which checkpoints are written."""

    def work(folder):
        real, calls = getattr(os, name), []

        def deadly(*arguments):
            calls.append(None)
            if len(calls) == number and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            result = real(*arguments)
            if len(calls) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(_checkpoint.os, name, deadly)
        return training(folder)

    return work


def killed_halfway(number):
    """Killed when half of a file is written."""

    def work(folder):
        real, calls = _checkpoint.save, []

        def half(*arguments):
            text = real(*arguments)
            calls.append(None)
            if len(calls) == number:
                newest = Path(folder) / "last.safetensors.tmp"
                newest.write_bytes(text[: len(text) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return text

        _checkpoint.save = half
        return training(folder)

    return work


def child(work, folder, deadline=None):
    """Run in a forked process; its result, or None if it was killed."""
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        os.write(write, work(folder).encode())
        os._exit(0)
    os.close(write)
    if deadline is not None:
        time.sleep(deadline)
        os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    assert os.WIFSIGNALED(status) or status == 0, status
    return None if os.WIFSIGNALED(status) else text


def main(folder):
    """Each way of being killed, then resumed; and killed again and again at random times."""
    started = time.monotonic()
    whole = child(training, folder / "whole")
    took = time.monotonic() - started
    results = {"never": whole, "finished before": child(training, folder / "whole")}
    ways = {f"step {step}": killed_at(step) for step in (1, STEPS, STEPS + 1, 2 * STEPS + 3, EPOCHS * STEPS)}
    ways |= {f"before replace {n}": killed_in("replace", n) for n in (1, 2, 5)}
    ways |= {f"after replace {n}": killed_in("replace", n, after=True) for n in (1, 2, 6)}
    ways |= {"before fsync": killed_in("fsync", 5), "half a file": killed_halfway(4)}
    for name, work in ways.items():
        assert child(work, folder / name) is None, f"{name}: it was not killed"
        results[name] = child(training, folder / name)
    rng, text = random.Random(0), None
    for _ in range(6):
        text = text or child(training, folder / "again and again", deadline=rng.uniform(0, took / 2))
    results["again and again"] = text or child(training, folder / "again and again")
    print(json.dumps(results))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
