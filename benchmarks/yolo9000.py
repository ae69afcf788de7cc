"""Breeds from labels without boxes, in the ways of the chapter on YOLOv2: `python -m benchmarks.yolo9000`.

A trained YOLOv2 gets outputs for eight breeds and learns from 200 scenes with boxes that say cat or dog, and from 600
images of one pet each that say its breed. Their labels go to the box with the highest score for them ("class"), to the
surest box ("object"), or, as a control, to the true box, which is given, too ("boxes"). For each way the learning rate
is doubled or halved as long as that helps on tuning scenes; then come three seeds on unseen ones. The second way is
also trained for twice as many epochs, with one seed, and scored on the tuning scenes. Ways that are named behind the
command are measured alone.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import torch

from dlcourse import boxes, detection, train
from dlcourse.data import pets

TREE = detection.WordTree([-1, -1] + [0] * 4 + [1] * 4, [*pets.CLASSES, *pets.BREED_NAMES])
WAYS = ("class", "object", "boxes")
STARTS, SEEDS, EPOCHS, LONG = (8e-3, 1.6e-2), (0, 1, 2), 3, 6


def grown(choose: str) -> detection.YOLO9000:
    """A YOLO9000 with the weights of the trained YOLOv2, to which all breeds are equally likely."""
    model = detection.YOLO9000(TREE, choose=choose)
    state = detection.pretrained("yolov2").state_dict()
    for part in ("head.weight", "head.bias"):
        old = state[part].unflatten(0, (5, 7))
        state[part] = torch.cat([old, old.new_zeros(5, 8, *old.shape[2:])], 1).flatten(0, 1)
    model.load_state_dict(state)
    return model


def trained(way: str, rate: float, seed: int, epochs: int = EPOCHS) -> detection.YOLO9000:
    """A detector that has seen boxes for the classes and labels for the breeds."""
    boxed, single = pets.scenes(200, seed=300), pets.scenes(600, max_objects=1, seed=301)
    images = torch.tensor(np.concatenate([boxed.images, single.images])).permute(0, 3, 1, 2) / 255
    targets: list[dict[str, Any]] = [{k: torch.tensor(t[k]) for k in ("boxes", "labels")} for t in boxed.targets]
    for t in single.targets:
        box = {"boxes": torch.tensor(t["boxes"])} if way == "boxes" else {}
        targets.append({"labels": torch.tensor(t["breeds"]) + 2} | box)
    torch.manual_seed(seed)
    model = grown("object" if way == "object" else "class")
    train.fit(
        model, (images, targets), epochs=epochs, step=lambda model, batch: model(*batch), learning_rate=rate,
        augment=lambda batch: detection.mirrored(*batch), schedule=train.one_cycle, batch_size=16, clip=10.0,
        device="cpu", progress=False, seed=seed,
    )  # fmt: skip
    return model.eval()


def named(model: detection.YOLO9000, scenes: pets.Scenes) -> tuple[float, float]:
    """Of the pets that a box overlaps by one half: how often the surest such box has the right class, and breed."""
    model.certainty, right = 0.0, []
    images = torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255
    found = [each for part in images.split(50) for each in model(part)]
    for each, t in zip(found, scenes.targets, strict=True):
        fits = boxes.iou(t["boxes"], each["boxes"].numpy()) >= 0.5
        for row, label, breed in zip(fits, t["labels"], t["breeds"], strict=True):
            if row.any():  # predictions come best first
                node = int(each["labels"][row.argmax()])
                right.append((TREE.path(node)[0] == label, node == breed + 2))
    classes, breeds = np.round(np.mean(right, 0), 3)
    return float(classes), float(breeds)


def tuned(way: str, tuning: pets.Scenes) -> tuple[float, dict[float, float]]:
    """The best rate, and the shares of right breeds at all rates that were tried."""
    found: dict[float, float] = {}
    todo = list(STARTS)
    while todo:
        found |= {rate: named(trained(way, rate, SEEDS[0]), tuning)[1] for rate in todo}
        best = max(found, key=lambda rate: found[rate])
        todo = [rate for rate in (best / 2, best * 2) if rate not in found]
    return best, dict(sorted(found.items()))


def main() -> None:
    """For each way the rates, then the shares of right classes and breeds of three seeds on unseen scenes."""
    torch.set_num_threads(1)
    tuning, unseen = pets.scenes(150, seed=400), pets.scenes(200, seed=500)
    for way in sys.argv[1:] or WAYS:
        rate, tried = tuned(way, tuning)
        print(f"{way}: {tried}", flush=True)
        shares = np.array([named(trained(way, rate, seed), unseen) for seed in SEEDS]).T
        print(f"    rate {rate:g}: class {shares[0]}, breed {shares[1]}", flush=True)
        if way == "object":
            print(f"    {LONG} epochs: {named(trained(way, STARTS[0], SEEDS[0], LONG), tuning)}", flush=True)


if __name__ == "__main__":
    main()
