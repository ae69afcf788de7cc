"""Faster R-CNN trained jointly and in the paper's four steps, on equal terms: `python -m benchmarks.alternating`.

Each way sees 600 scenes, and each of its stages each scene four times: jointly in four epochs, alternating in steps of
two epochs. Both are trained at several learning rates with three seeds; the rate is chosen on other scenes than those
that the scores are from.
"""

from __future__ import annotations

import time

import numpy as np
import torch

from dlcourse import detection, metrics, train
from dlcourse.data import pets

RATES, SEEDS = (2e-3, 5e-3, 1e-2, 2e-2), (0, 1, 2)


def trained(way: str, rate: float, seed: int, scenes: pets.Scenes) -> detection.FasterRCNN:
    """A detector trained from new weights."""
    torch.manual_seed(seed)
    model = detection.FasterRCNN(classes=2)
    options = {
        "learning_rate": rate, "schedule": train.one_cycle, "augment": lambda batch: detection.mirrored(*batch),
        "clip": 10.0, "batch_size": 8, "device": "cpu", "progress": False, "seed": seed,
    }  # fmt: skip
    if way == "joint":
        train.fit(model, scenes, epochs=4, step=lambda model, batch: model(*batch), **options)
    else:
        detection.alternate(model, scenes, epochs=2, **options)
    return model.eval()


def score(model: detection.FasterRCNN, scenes: pets.Scenes) -> float:
    """AP50 on scenes."""
    images = torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255
    found = [each for part in images.split(20) for each in model(part)]
    return float(metrics.average_precision(found, scenes.targets, 0.5))


def main() -> None:
    """The table: for each way and rate the AP50 of three seeds on tuning scenes and on unseen ones."""
    torch.set_num_threads(1)
    scenes = pets.scenes(600, seed=300)
    tuning, unseen = pets.scenes(200, seed=400), pets.scenes(200, seed=500)
    print("way          rate   processor s   AP50 tuning            AP50 unseen")
    for rate in RATES:
        for way in ("joint", "alternating"):
            begin = time.process_time()
            models = [trained(way, rate, seed, scenes) for seed in SEEDS]
            seconds = (time.process_time() - begin) / len(SEEDS)
            tuned, found = (np.round([score(model, part) for model in models], 3) for part in (tuning, unseen))
            print(f"{way:12s} {rate:.0e}  {seconds:8.0f}      {tuned}   {found}", flush=True)


if __name__ == "__main__":
    main()
