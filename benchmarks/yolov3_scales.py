"""What YOLOv3 owes to its parts, each taken away alone: `python -m benchmarks.yolov3_scales`.

"whole" is the detector of the book. "one scale": all nine priors sit on the map with a stride of 8 pixels, and the two
others, which are still computed, answer for nothing. "no shortcut": the two residual blocks without their addition.
"nothing told": the finer maps get zeros in place of the coarser map's news. "softmax": the loss of the class and the
score are a softmax's in place of one logistic function for each class.

Each way gets the best of the learning rates on other scenes than those that the scores are from, and then three seeds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from dlcourse import data, detection, metrics, train
from dlcourse.detection._darknet import Residual
from dlcourse.detection._pyramid import CODES, PRIORS

WAYS = ("whole", "one scale", "no shortcut", "nothing told", "softmax")
RATES, SEEDS = (8e-3, 16e-3), (0, 1, 2)
NEVER = ((0.01, 0.01),) * 9  # pixels: no object is nearest to such a shape


class Zeros(nn.Module):
    """Zeros of the shape that a block would give."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels

    def forward(self, x: Tensor) -> Tensor:
        """Zeros: as many rows and columns as came."""
        return x.new_zeros(x.shape[0], self.channels, *x.shape[2:])


class Softmax(detection.YOLOv3):
    """Classes that exclude each other."""

    def losses(self, outputs: Sequence[Tensor], targets: Any, size: tuple[int, int]) -> dict[str, Tensor]:
        """As in the whole detector, but for the class."""
        losses = super().losses(outputs, targets, size)
        flat = torch.cat([each.flatten(1, 3) for each in outputs], 1)
        image, predictor, _, labels, _ = self.assign(targets, size)
        wrong = functional.cross_entropy(flat[image, predictor, CODES:], labels, reduction="sum")
        return losses | {"class": wrong / len(targets)}

    def candidates(self, outputs: Sequence[Tensor], size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """As in the whole detector, but for the class."""
        flat = torch.cat([each.flatten(1, 3) for each in outputs], 1)
        return self.boxes(outputs), flat[..., CODES - 1 : CODES].sigmoid() * flat[..., CODES:].softmax(-1)


def network(way: str, seed: int) -> detection.YOLOv3:
    """An untrained detector, whole or without one of its parts."""
    torch.manual_seed(seed)
    if way == "one scale":
        return detection.YOLOv3(2, priors=(NEVER, sum(PRIORS, ()), NEVER))
    model = Softmax(2) if way == "softmax" else detection.YOLOv3(2)
    for scale in model.scales:
        if way == "nothing told" and scale.told is not None:
            scale.told = Zeros(scale.told[0].out_channels)
    for stage in model.backbone:
        for k, part in enumerate(stage):
            if way == "no shortcut" and isinstance(part, Residual):
                stage[k] = nn.Sequential(part.narrow, part.wide)
    return model


def trained(way: str, rate: float, seed: int, scenes: Any, epochs: int) -> detection.YOLOv3:
    """A detector trained from new weights."""
    model = network(way, seed)
    train.fit(
        model, scenes, epochs=epochs, step=lambda model, batch: model(*batch), learning_rate=rate, clip=10.0, seed=seed,
        batch_size=16, schedule=train.one_cycle, augment=lambda batch: detection.mirrored(*batch), device="cpu",
        progress=False,
    )  # fmt: skip
    return model.eval()


def score(model: detection.YOLOv3, scenes: Any) -> tuple[float, float]:
    """AP50 and AP on scenes."""
    images = torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255
    found = [each for part in images.split(50) for each in model(part)]
    summary = metrics.coco_summary(found, scenes.targets)
    return summary["AP50"], summary["AP"]


def main(ways: Sequence[str], n: int = 600, epochs: int = 4) -> None:
    """For each way the measures at each rate on tuning scenes; then of three seeds at its best rate, on unseen ones."""
    scenes, tuning, unseen = (data.pets.scenes(k, seed=s) for k, s in ((n, 300), (100, 400), (200, 500)))
    for way in ways:
        begin = time.process_time()
        models = {rate: trained(way, rate, SEEDS[0], scenes, epochs) for rate in RATES}
        seconds = (time.process_time() - begin) / len(RATES)
        tuned = {rate: score(model, tuning)[0] for rate, model in models.items()}
        best = max(RATES, key=lambda rate: tuned[rate])
        rounded = {rate: round(value, 3) for rate, value in tuned.items()}
        print(f"{way}: {rounded} {seconds:.0f} processor seconds for a training", flush=True)
        found = [models[best], *(trained(way, best, seed, scenes, epochs) for seed in SEEDS[1:])]
        table = np.round([score(model, unseen) for model in found], 3).T
        print(f"    {best:g} AP50 {table[0].tolist()} AP {table[1].tolist()}", flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1:] or WAYS)
