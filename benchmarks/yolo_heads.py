"""YOLOv1 with the convolutional and with the paper's dense head, and Fast YOLO: `python -m benchmarks.yolo_heads`.

All see 600 scenes eight times, mirrored by chance. For each the learning rate is chosen on other scenes than those that
the scores are from; at its rate it is trained with three seeds.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch

from dlcourse import detection, metrics, train
from dlcourse.data import pets

WAYS: dict[str, dict[str, Any]] = {
    "conv": {},
    "dense": {"head": "dense"},
    "dense, no dropout": {"head": "dense"},
    "fast": {"fast": True},
}
RATES, SEEDS = (2e-3, 4e-3, 8e-3), (0, 1, 2)


def trained(way: str, rate: float, seed: int, scenes: Any) -> detection.YOLOv1:
    """A detector trained from new weights."""
    torch.manual_seed(seed)
    model = detection.YOLOv1(classes=2, **WAYS[way])
    for layer in model.head.modules():
        if isinstance(layer, torch.nn.Dropout) and way == "dense, no dropout":
            layer.p = 0.0
    train.fit(
        model, scenes, epochs=8, step=lambda model, batch: model(*batch), seed=seed, batch_size=16, clip=10.0,
        augment=lambda batch: detection.mirrored(*batch), learning_rate=rate, schedule=train.one_cycle,
        device="cpu", progress=False,
    )  # fmt: skip
    return model.eval()


def score(model: detection.YOLOv1, scenes: Any) -> float:
    """AP50 on scenes."""
    images = torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255
    found = [each for part in images.split(50) for each in model(part)]
    return float(metrics.average_precision(found, scenes.targets, 0.5))


def main() -> None:
    """For each way the AP50 at several rates on tuning scenes; then of three seeds at the best rate, on two parts."""
    scenes, tuning = pets.scenes(600, seed=300), pets.scenes(200, seed=400)
    parts = {"unseen": pets.scenes(200, seed=500), "the training's": pets.scenes(200, seed=300)}
    for way in WAYS:
        begin = time.process_time()
        models = {rate: trained(way, rate, SEEDS[0], scenes) for rate in RATES}
        seconds = (time.process_time() - begin) / len(RATES)
        tuned = {rate: round(score(model, tuning), 3) for rate, model in models.items()}
        best = max(RATES, key=lambda rate: tuned[rate])
        print(f"{way}: {tuned} {seconds:.0f} processor seconds for a training", flush=True)
        found = [models[best], *(trained(way, best, seed, scenes) for seed in SEEDS[1:])]
        for name, part in parts.items():
            print(f"    {best:g} {name:15s}", np.round([score(model, part) for model in found], 3), flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
