"""What YOLOv2 changed, measured one change at a time on the same scenes: `python -m benchmarks.yolov2_ladder`.

Each rung of the ladder keeps the changes of those before it. All see 600 scenes six times, mirrored by chance. For each
the learning rate is chosen on other scenes than those that the scores are from: for the first two it is doubled or
halved as long as that helps, and the others, which begin with the second, have the better of two rates around its best.
At its rate each rung is trained with three seeds. The last two rungs are then tested at several sizes. Rungs that are
named behind the command are measured alone.
"""

from __future__ import annotations

import math
import sys
import time
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from dlcourse import boxes, detection, metrics, train
from dlcourse.data import pets

HAND = ((24, 24), (48, 48), (72, 72), (34, 68), (68, 34))  # three squares, a tall and a wide shape
PLAIN: dict[str, Any] = {"priors": None, "batch_norm": False, "passthrough": False}
NORM = PLAIN | {"batch_norm": True}
KMEANS: dict[str, Any] = {"bounded": False, "passthrough": False}  # the priors of the package
RUNGS: dict[str, dict[str, Any]] = {
    "direct boxes": PLAIN,
    "+ batch norm": NORM,
    "+ priors by hand": NORM | {"priors": HAND, "bounded": False},
    "+ priors by k-means": KMEANS,
    "+ bounded centre": KMEANS | {"bounded": True},
    "+ passthrough": {},
    "+ several sizes": {},
}
STARTS, RATES = (4e-3, 8e-3), (8e-3, 1.6e-2)
SEEDS, SIZES = (0, 1, 2), (80, 96, 112)


def trained(rung: str, rate: float, seed: int, scenes: pets.Scenes) -> detection.YOLOv2:
    """A detector trained from new weights."""

    def augment(batch: Any) -> Any:
        images, targets = detection.mirrored(*batch)
        return detection.rescaled(images, targets, SIZES) if rung == "+ several sizes" else (images, targets)

    torch.manual_seed(seed)
    model = detection.YOLOv2(classes=2, **RUNGS[rung])
    train.fit(
        model, scenes, epochs=6, step=lambda model, batch: model(*batch), learning_rate=rate, clip=10.0, seed=seed,
        batch_size=16, schedule=train.one_cycle, augment=augment, device="cpu", progress=False,
    )  # fmt: skip
    return model.eval()


def scores(model: detection.YOLOv2, scenes: pets.Scenes, size: int = 96) -> tuple[float, float]:
    """AP50, and the share of objects that a detection of their class overlaps by 0.5, on scenes at a size."""
    images = torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255
    if size != 96:
        images = functional.interpolate(images, (size, size), mode="bilinear", antialias=True).clamp(0, 1)
    found = [each for part in images.split(50) for each in model(part)]
    found = [each | {"boxes": each["boxes"] * (96 / size)} for each in found]
    ap = float(metrics.average_precision(found, scenes.targets, 0.5))
    hits = [
        bool((boxes.iou(box[None], each["boxes"][each["labels"] == label].numpy()) >= 0.5).any())
        for each, target in zip(found, scenes.targets, strict=True)
        for box, label in zip(target["boxes"], target["labels"], strict=True)
    ]
    return (0.0 if math.isnan(ap) else ap), float(np.mean(hits))


def tuned(rung: str, scenes: pets.Scenes, tuning: pets.Scenes) -> tuple[float, detection.YOLOv2, dict[float, float]]:
    """The best rate, the detector that it trained, and the AP50 of all rates that were tried."""
    models, found = {}, {}
    first = RUNGS[rung] in (PLAIN, NORM)
    todo = list(STARTS if first else RATES)
    while todo:
        for rate in todo:
            models[rate] = trained(rung, rate, SEEDS[0], scenes)
            found[rate] = round(scores(models[rate], tuning)[0], 3)
        best = max(found, key=lambda rate: found[rate])
        todo = [rate for rate in (best / 2, best * 2) if first and rate not in found]
    return best, models[best], dict(sorted(found.items()))


def main() -> None:
    """The table: for each rung the rates, then AP50 and recall of three seeds on unseen scenes."""
    torch.set_num_threads(1)
    scenes = pets.scenes(600, seed=300)
    tuning, unseen = pets.scenes(200, seed=400), pets.scenes(200, seed=500)
    for rung in sys.argv[1:] or RUNGS:
        begin = time.process_time()
        rate, first, tried = tuned(rung, scenes, tuning)
        models = [first, *(trained(rung, rate, seed, scenes) for seed in SEEDS[1:])]
        seconds = (time.process_time() - begin) / (len(tried) + len(SEEDS) - 1)
        print(f"{rung}: {tried} {seconds:.0f} processor seconds for a training", flush=True)
        sizes = (96,) if rung not in list(RUNGS)[-2:] else (64, 80, 96, 112, 128)
        for size in sizes:
            ap, recall = np.round([scores(model, unseen, size) for model in models], 3).T
            print(f"    rate {rate:g}, {size:3d} pixels: AP50 {ap} recall {recall}", flush=True)


if __name__ == "__main__":
    main()
