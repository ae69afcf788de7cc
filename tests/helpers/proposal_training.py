"""R-CNN, SPP-net and Fast R-CNN trained by one process or several: writes what each ends with into a file.

accelerate launch --multi_gpu --num_processes 2 tests/helpers/proposal_training.py FILE
"""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from accelerate.utils import gather_object

import dlcourse  # noqa: F401 - before the frameworks
from dlcourse.detection import RCNN, FastRCNN, SPPNet
from dlcourse.train import fit

PROCESSES = int(os.environ.get("WORLD_SIZE", 1))


def scenes(n=8, size=32):
    """Noise with two objects in most images, none in one, and proposals around all of them."""
    rng = np.random.default_rng(0)
    objects = np.array([[2, 2, 14, 14], [16, 16, 30, 30]], np.float32)
    proposals = np.concatenate([objects.repeat(8, 0) + rng.uniform(-2, 2, (16, 4)), [[20, 2, 30, 12], [0, 0, 32, 32]]])
    target = {"labels": np.array([0, 1]), "proposals": proposals.clip(0, size).astype(np.float32)}
    targets = [{**target, "boxes": objects} for _ in range(n)]
    targets[3] = {**target, "boxes": objects[:0], "labels": target["labels"][:0]}
    return SimpleNamespace(images=rng.integers(0, 256, (n, size, size, 3), np.uint8), targets=targets)


def main(file):
    """All trainings."""
    torch.set_num_threads(1)
    results = {}
    for kind in (RCNN, SPPNet, FastRCNN):
        torch.manual_seed(0)
        model = kind(2, width=2, hidden=4)
        before = [p.detach().numpy().copy() for p in model.parameters()]
        step = lambda model, batch: model(*batch)  # noqa: E731
        history = fit(model, scenes(), epochs=2, batch_size=4, step=step, progress=False, device="cpu")
        after = [tensor.detach().numpy().copy() for tensor in [*model.parameters(), *model.buffers()]]
        everywhere = gather_object([after]) if PROCESSES > 1 else [after]
        results[kind.__name__] = before, everywhere, dict(history)
    if int(os.environ.get("RANK", 0)) == 0:
        file.write_bytes(pickle.dumps(results))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
