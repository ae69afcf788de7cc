"""YOLOv1 with the convolutional and with the paper's dense head, and Fast YOLO: `python -m benchmarks.yolo_heads`.

All see 600 scenes eight times, mirrored by chance. For each the learning rate is chosen on other scenes than those that
the scores are from; at its rate it is trained with three seeds. `python -m benchmarks.yolo_heads halves` then trains
both heads, each at its rate, on 600 scenes with one pet whose centre lies in the left half of the image, sixteen times
and not mirrored. They are tested on pets in the left half and on the same scenes in a mirror, and the convolutional
head with padding that goes round, too.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
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
    "conv, round": {},
}
RATES, SEEDS = (2e-3, 4e-3, 8e-3), (0, 1, 2)
CHOSEN = {"conv": 8e-3, "conv, round": 8e-3, "dense, no dropout": 4e-3}  # by the first table, for the second


class Some:
    """Scenes chosen from others."""

    def __init__(self, images: Any, targets: Sequence[Any]) -> None:
        self.images, self.targets = images, targets

    def __len__(self) -> int:
        return len(self.images)


def trained(way: str, rate: float, seed: int, scenes: Any, epochs: int = 8, mirror: bool = True) -> detection.YOLOv1:
    """A detector trained from new weights."""
    torch.manual_seed(seed)
    model = detection.YOLOv1(classes=2, **WAYS[way])
    for layer in model.head.modules():
        if isinstance(layer, torch.nn.Dropout) and way == "dense, no dropout":
            layer.p = 0.0
    for layer in model.modules():
        if isinstance(layer, torch.nn.Conv2d) and way == "conv, round":
            layer.padding_mode = "circular"  # the map has no edges by which to know a place
    augment: Callable[[Any], Any] | None = (lambda batch: detection.mirrored(*batch)) if mirror else None
    train.fit(
        model, scenes, epochs=epochs, step=lambda model, batch: model(*batch), learning_rate=rate, clip=10.0, seed=seed,
        batch_size=16, schedule=train.one_cycle, augment=augment, device="cpu", progress=False,
    )  # fmt: skip
    return model.eval()


def score(model: detection.YOLOv1, scenes: Any) -> float:
    """AP50 on scenes."""
    images = torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255
    found = [each for part in images.split(50) for each in model(part)]
    return float(metrics.average_precision(found, scenes.targets, 0.5))


def rates() -> None:
    """For each way the AP50 at several rates on tuning scenes; then of three seeds at the best rate, on three parts."""
    scenes, tuning = pets.scenes(600, seed=300), pets.scenes(200, seed=400)
    parts = {"unseen": pets.scenes(200, seed=500), "the training's": pets.scenes(200, seed=300)}
    for way in ("conv", "dense", "dense, no dropout", "fast"):
        begin = time.process_time()
        models = {rate: trained(way, rate, SEEDS[0], scenes) for rate in RATES}
        seconds = (time.process_time() - begin) / len(RATES)
        tuned = {rate: round(score(model, tuning), 3) for rate, model in models.items()}
        best = max(RATES, key=lambda rate: tuned[rate])
        print(f"{way}: {tuned} {seconds:.0f} processor seconds for a training", flush=True)
        found = [models[best], *(trained(way, best, seed, scenes) for seed in SEEDS[1:])]
        for name, part in parts.items():
            print(f"    {best:g} {name:15s}", np.round([score(model, part) for model in found], 3), flush=True)


def left_half(n: int, seed: int) -> Some:
    """The first n scenes with one pet whose centre lies in the left half of the image."""
    scenes = pets.scenes(3 * n, max_objects=1, seed=seed)
    chosen = [k for k, target in enumerate(scenes.targets) if target["boxes"][0, [0, 2]].mean() < 48][:n]
    return Some(scenes.images[chosen], [scenes.targets[k] for k in chosen])


def in_mirror(scenes: Some) -> Some:
    """The same pets in the other half."""
    targets = [
        target | {"boxes": np.array([96, 0, 96, 0]) + target["boxes"][:, [2, 1, 0, 3]] * [-1, 1, -1, 1]}
        for target in scenes.targets
    ]
    return Some(scenes.images[:, :, ::-1].copy(), targets)


def halves() -> None:
    """AP50 of three seeds on pets in the left half and on the same pets in the right one, trained on left ones."""
    scenes, left = left_half(600, 300), left_half(200, 500)
    tests = {"left": left, "right": in_mirror(left)}
    for way, rate in CHOSEN.items():
        models = [trained(way, rate, seed, scenes, epochs=16, mirror=False) for seed in SEEDS]
        for side, part in tests.items():
            print(f"{way:18s} {side:6s}", np.round([score(model, part) for model in models], 3), flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    halves() if sys.argv[1:] == ["halves"] else rates()
