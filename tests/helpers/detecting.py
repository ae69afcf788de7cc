"""Trains small detectors on a few scenes, as one process or as one of several, and writes what they have become.

accelerate launch --multi_gpu --num_processes 2 tests/helpers/detecting.py FILE
"""

from __future__ import annotations

import os
import pickle
import sys
from functools import partial
from pathlib import Path

import torch
from accelerate.utils import gather_object

import dlcourse  # noqa: F401 - before the frameworks
from dlcourse import detection, train
from dlcourse.data import pets

DETECTORS = {
    "rcnn": partial(detection.RCNN, width=4, hidden=16, crop=32),
    "spp_net": partial(detection.SPPNet, width=4, hidden=16),
    "fast_rcnn": partial(detection.FastRCNN, width=4, hidden=16),
    "faster_rcnn": partial(detection.FasterRCNN, width=4, hidden=16),
    "mask_rcnn": partial(detection.MaskRCNN, width=4, hidden=16),
    "yolov1": partial(detection.YOLOv1, width=4),
    "yolov2": partial(detection.YOLOv2, width=4),
    "yolov3": partial(detection.YOLOv3, width=4),
}
RATES = {"yolov3": 1e-2}  # its loss is a sum over 2,268 predictors, and 16 steps at 3e-3 are too few for it


class Scenes:
    """Eight scenes, one of them without objects: with two processes, one of them sees nothing in some step."""

    def __init__(self) -> None:
        scenes = detection.with_proposals(pets.scenes(8, seed=307), limit=60)
        self.images, self.targets = scenes.images, list(scenes.targets)
        empty = {name: value[:0] for name, value in self.targets[3].items()}
        self.targets[3] = empty | {"proposals": self.targets[3]["proposals"]}


def main(file: Path) -> None:
    """Every detector: the curve of its loss, and the weights that each process ends with."""
    torch.set_num_threads(1)
    processes = int(os.environ.get("WORLD_SIZE", 1))
    results, scenes = {}, Scenes()
    for name, make in DETECTORS.items():
        torch.manual_seed(int(os.environ.get("RANK", 0)))  # each begins otherwise: the main one's weights count
        model = make(2)
        history = train.fit(
            model, scenes, epochs=8, step=lambda model, batch: model(*batch), learning_rate=RATES.get(name, 3e-3),
            clip=10.0, batch_size=4, device="cpu", progress=False,
        )  # fmt: skip
        weights = {key: value.numpy().copy() for key, value in model.state_dict().items()}
        results[name] = dict(history), gather_object([weights]) if processes > 1 else [weights]
    if int(os.environ.get("RANK", 0)) == 0:
        file.write_bytes(pickle.dumps(results))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
