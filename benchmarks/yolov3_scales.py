"""What YOLOv3 owes to its parts, each taken away alone: `python -m benchmarks.yolov3_scales`.

"whole" is the detector of the book. "stride 4", "stride 8", "stride 16": all nine priors sit on this one map, and the
two others answer for nothing; the layers up to the outputs stay as they are. "nothing told": the finer maps get zeros
in place of the coarser map's news. "no shortcut": the two residual blocks without their addition. "softmax": the loss
of the class and the score are a softmax's in place of one logistic function for each class.

All see 600 scenes four times, mirrored by chance. For each the learning rate is chosen on other scenes than those that
the scores are from: for the whole it is halved or doubled as long as that helps, and the others have the better of the
two that it began with. At its rate each is trained with three seeds. Small objects are those below a square of 40
pixels.

The second part, `wide`, does the same for two of them with pictures in which sizes differ more, by turns zoomed to the
pets, a scene as it is, and four scenes at half their size, with priors of their own, and at the rates that the first
part chose. Small: below a square of 20 pixels; large: from 60.

A word behind the command, `plain` or `wide`, runs one part alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from dlcourse import boxes, data, detection, metrics, train
from dlcourse.detection._darknet import Residual
from dlcourse.detection._pyramid import CODES, PRIORS, STRIDES

ONE = tuple(f"stride {stride}" for stride in STRIDES)
WAYS = ("whole", "stride 8", "nothing told", "softmax", "no shortcut", "stride 4", "stride 16")
RATES, SEEDS = (8e-3, 16e-3), (0, 1, 2)
WIDE = {"whole": (8e-3,), "stride 8": (16e-3,)}  # the rates that plain scenes chose
NEVER = ((0.01, 0.01),) * 9  # pixels: no object is nearest to such a shape
SILENT = -30.0  # an output whose sigmoid is 0
RECALLS = np.linspace(0, 1, 101)


class Variant(detection.YOLOv3):
    """YOLOv3 whose boxes all come from one map, or whose classes exclude each other."""

    def __init__(self, priors: Any, only: int | None = None, softmax: bool = False) -> None:
        if only is not None:
            priors = [sum(map(tuple, priors), ()) if k == only else NEVER for k in range(len(STRIDES))]
        super().__init__(2, priors=priors)
        self.only, self.softmax = only, softmax

    def outputs(self, images: Tensor) -> list[Tensor]:
        """As in the whole detector, but maps that do not answer are sure that there is nothing."""
        found = super().outputs(images)
        return [each if self.only in (None, k) else torch.full_like(each, SILENT) for k, each in enumerate(found)]

    def losses(self, outputs: Sequence[Tensor], targets: Any, size: tuple[int, int]) -> dict[str, Tensor]:
        """As in the whole detector, but for the class."""
        losses = super().losses(outputs, targets, size)
        if self.softmax:
            flat = torch.cat([each.flatten(1, 3) for each in outputs], 1)
            image, predictor, _, labels, _ = self.assign(targets, size)
            wrong = functional.cross_entropy(flat[image, predictor, CODES:], labels, reduction="sum")
            losses["class"] = wrong / len(targets)
        return losses

    def candidates(self, outputs: Sequence[Tensor], size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """As in the whole detector, but for the class."""
        found, scores = super().candidates(outputs, size)
        if self.softmax:
            flat = torch.cat([each.flatten(1, 3) for each in outputs], 1)
            scores = flat[..., CODES - 1 : CODES].sigmoid() * flat[..., CODES:].softmax(-1)
        return found, scores


def network(way: str, seed: int, priors: Any) -> Variant:
    """An untrained detector, whole or without one of its parts."""
    torch.manual_seed(seed)
    model = Variant(priors, ONE.index(way) if way in ONE else None, way == "softmax")
    for scale in model.scales:
        if way == "nothing told" and scale.told is not None:
            scale.told = Zeros(scale.told[0].out_channels)
    for stage in model.backbone:
        for k, part in enumerate(stage):
            if way == "no shortcut" and isinstance(part, Residual):
                stage[k] = torch.nn.Sequential(part.narrow, part.wide)
    return model


class Zeros(torch.nn.Module):
    """Zeros of the shape that a block would give."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels

    def forward(self, x: Tensor) -> Tensor:
        """Zeros: as many rows and columns as came."""
        return x.new_zeros(x.shape[0], self.channels, *x.shape[2:])


def trained(way: str, rate: float, seed: int, scenes: Any, priors: Any) -> Variant:
    """A detector trained from new weights."""
    model = network(way, seed, priors)
    train.fit(
        model, scenes, epochs=4, step=lambda model, batch: model(*batch), learning_rate=rate, clip=10.0, seed=seed,
        batch_size=16, schedule=train.one_cycle, augment=lambda batch: detection.mirrored(*batch), device="cpu",
        progress=False,
    )  # fmt: skip
    return model.eval()


def predicted(model: Variant, scenes: Any) -> list[dict[str, np.ndarray]]:
    """The predictions for scenes."""
    images = torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255
    found = [each for part in images.split(50) for each in model(part)]
    return [{name: value.numpy() for name, value in each.items()} for each in found]


def by_size(found: list[dict[str, np.ndarray]], targets: Any, split: float) -> dict[str, float]:
    """COCO's numbers, with small objects below a square of so many pixels, and large ones above three times that."""

    def scaled(images: Any) -> list[dict[str, Any]]:
        return [each | {"boxes": each["boxes"] * (32 / split)} for each in images]

    plain = [{name: target[name] for name in ("boxes", "labels")} for target in targets]
    return metrics.coco_summary(scaled(found), scaled(plain))


class Hits:
    """Which detections are right at an IoU of one half, so that the AP50 of images drawn again is quickly there."""

    def __init__(self, found: list[dict[str, np.ndarray]], targets: Any) -> None:
        self.classes = []
        for label in sorted({int(each) for target in targets for each in target["labels"]}):
            rows, objects = [], []
            for k, (each, target) in enumerate(zip(found, targets, strict=True)):
                mine, truth = each["labels"] == label, target["boxes"][target["labels"] == label]
                overlap = boxes.iou(each["boxes"][mine], truth)
                objects.append(len(truth))
                for score, row in zip(each["scores"][mine], overlap, strict=True):  # they come by falling score
                    right = bool(len(row)) and row.max() >= 0.5
                    if right:
                        overlap[:, row.argmax()] = 0
                    rows.append((score, k, right))
            rows.sort(key=lambda row: -row[0])
            images, right = np.array([row[1] for row in rows], int), np.array([row[2] for row in rows], bool)
            self.classes.append((images, right, np.array(objects)))

    def ap(self, times: np.ndarray) -> float:
        """AP50, mean over the classes, where each image counts so many times."""
        found = []
        for images, right, objects in self.classes:
            count = times[images]
            hits = np.cumsum(count * right)
            precision = hits / np.maximum(np.cumsum(count), 1)
            envelope = np.append(np.maximum.accumulate(precision[::-1])[::-1], 0)
            found.append(envelope[np.searchsorted(hits / (times @ objects), RECALLS)].mean())
        return float(np.mean(found))


def differences(ours: list[Hits], theirs: list[Hits], n: int) -> dict[str, tuple[float, float, float]]:
    """Ours minus theirs, and the middle 95 % of it where images, or images and seeds, are drawn again 1,000 times."""
    every, found = np.arange(len(ours)), {}

    def gap(times: np.ndarray, mine: np.ndarray, others: np.ndarray) -> float:
        return float(np.mean([ours[k].ap(times) for k in mine]) - np.mean([theirs[k].ap(times) for k in others]))

    for name in ("images", "images and seeds"):
        dice, drawn = np.random.default_rng(0), []
        for _ in range(1000):
            times = np.bincount(dice.integers(n, size=n), minlength=n)
            seeds = dice.integers(len(every), size=(2, len(every))) if "seeds" in name else (every, every)
            drawn.append(gap(times, *seeds))
        low, high = np.quantile(drawn, (0.025, 0.975))
        found[name] = (gap(np.ones(n, int), every, every), float(low), float(high))
    return found


def wide(n: int, seed: int) -> data.pets.Scenes:
    """Pictures in which sizes differ more: by turns zoomed to the pets, a scene as it is, four scenes in one."""
    source = iter(data.pets.scenes(2 * n, seed=seed))
    images, targets = np.empty((n, 96, 96, 3), np.uint8), []
    for k in range(n):
        if k % 3 < 2:
            image, target = next(source)
            where = target["boxes"]
            if k % 3 == 0 and len(where):
                low, high = where[:, :2].min(0), where[:, 2:].max(0)
                side = int((high - low).max())
                corner = np.clip(((low + high - side) / 2).astype(int), 0, 96 - side)
                part = image[corner[1] : corner[1] + side, corner[0] : corner[0] + side]
                pixels = torch.tensor(part.copy()).permute(2, 0, 1)[None].float()
                large = functional.interpolate(pixels, (96, 96), mode="bilinear", align_corners=False)
                image = large[0].permute(1, 2, 0).round().clamp(0, 255).byte().numpy()
                where = (where - np.tile(corner, 2)) * (96 / side)
            images[k] = image
            targets.append({"boxes": where.clip(0, 96).astype(np.float32), "labels": target["labels"]})
        else:
            found, labels = [], []
            for x in (0, 48):
                for y in (0, 48):
                    image, target = next(source)
                    small = image.reshape(48, 2, 48, 2, 3).mean((1, 3)).round()
                    images[k, y : y + 48, x : x + 48] = small
                    found.append(target["boxes"] / 2 + (x, y, x, y))
                    labels.append(target["labels"])
            targets.append({"boxes": np.concatenate(found).astype(np.float32), "labels": np.concatenate(labels)})
    return data.pets.Scenes(images, targets)


def tuned(
    way: str, rates: Sequence[float], scenes: Any, tuning: Any, priors: Any
) -> tuple[float, Variant, dict[float, float]]:
    """The best rate, the detector that it trained, and the AP50 of all rates that were tried."""
    models, found = {}, {}
    todo = list(rates)
    while todo:
        for rate in todo:
            models[rate] = trained(way, rate, SEEDS[0], scenes, priors)
            found[rate] = round(
                float(metrics.average_precision(predicted(models[rate], tuning), tuning.targets, 0.5)), 3
            )
        best = max(found, key=lambda rate: found[rate])
        todo = [rate for rate in (best / 2, best * 2) if way == "whole" and len(rates) > 1 and rate not in found]
    return best, models[best], dict(sorted(found.items()))


def measure(ways: dict[str, Sequence[float]], sets: Sequence[Any], priors: Any, split: float) -> None:
    """For each way the AP50 at each rate on tuning scenes; then of three seeds at its best rate, on unseen ones."""
    scenes, tuning, unseen = sets
    hits: dict[str, list[Hits]] = {}
    for way, rates in ways.items():
        begin = time.process_time()
        rate, first, tried = tuned(way, rates, scenes, tuning, priors)
        models = [first, *(trained(way, rate, seed, scenes, priors) for seed in SEEDS[1:])]
        seconds = (time.process_time() - begin) / (len(tried) + len(SEEDS) - 1)
        print(f"{way}: {tried} {seconds:.0f} processor seconds for a training", flush=True)
        found = [predicted(model, unseen) for model in models]
        tables = [by_size(each, unseen.targets, split) for each in found]
        for name in ("AP50", "AP", "APs", "APm", "APl"):
            print(f"    {name:4s}", np.round([table[name] for table in tables], 3).tolist(), flush=True)
        hits[way] = [Hits(each, unseen.targets) for each in found]
        if way != "whole":
            for name, (mean, low, high) in differences(hits[way], hits["whole"], len(unseen)).items():
                print(f"    minus whole, {name}: {mean:+.3f}, 95 % {low:+.3f} to {high:+.3f}", flush=True)


def main(parts: Sequence[str]) -> None:
    """The parts that are named, or both."""
    kinds = ((600, 300), (200, 400), (200, 500))
    if "plain" in parts:
        measure(dict.fromkeys(WAYS, RATES), [data.pets.scenes(n, seed=seed) for n, seed in kinds], PRIORS, 40.0)
    if "wide" in parts:
        sets = [wide(n, seed) for n, seed in kinds]
        every = np.concatenate([target["boxes"] for target in sets[0].targets])
        priors = detection.shape_priors(every[:, 2:] - every[:, :2], k=9).round().reshape(3, 3, 2).tolist()
        print("wide, priors", priors, flush=True)
        measure(WIDE, sets, priors, 20.0)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1:] or ("plain", "wide"))
