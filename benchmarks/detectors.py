"""Quality and speed of the shipped detectors on 200 scenes that none of them was trained on, in one run.

    python -m benchmarks.detectors

AP50 and AP of boxes (and of masks), and milliseconds for an image in one thread, image by image: without selective
search and, for those detectors that need it, with it. It ends with the ratios that the book speaks of.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import torch

from dlcourse import data, detection, metrics

NAMES = ("rcnn", "spp_net", "fast_rcnn", "faster_rcnn", "mask_rcnn", "yolov1", "yolov2", "yolov3")
PROPOSALS = ("rcnn", "spp_net", "fast_rcnn")  # these need selective search
LIMIT = 150
TIMED = 40  # images


def seconds(calls: list[Any]) -> float:
    """Processor seconds of one call, the mean over all; the first one is made twice."""
    calls[0]()
    begin = time.process_time()
    for call in calls:
        call()
    return (time.process_time() - begin) / len(calls)


def main() -> None:
    torch.set_num_threads(1)
    scenes = data.pets.scenes(200, seed=500)
    images = torch.from_numpy(scenes.images).permute(0, 3, 1, 2).float() / 255
    search = seconds(
        [lambda image=image: detection.selective_search(image, limit=LIMIT) for image in scenes.images[:TIMED]]
    )
    print(f"selective search: {1000 * search:.1f} ms an image")
    proposals = [detection.selective_search(image, limit=LIMIT) for image in scenes.images]
    alone, whole = {}, {}
    print(f"{'':12} {'AP50':>6} {'AP':>6} {'masks AP50':>11} {'ms':>8} {'with search':>12}")
    for name in NAMES:
        try:
            model = detection.pretrained(name)
        except ValueError:
            print(f"{name:12} is not there")
            continue
        more = [{"proposals": [p]} if name in PROPOSALS else {} for p in proposals]
        calls = [partial(model, image[None], **each) for image, each in zip(images, more, strict=True)]
        with torch.no_grad():
            alone[name] = seconds(calls[:TIMED])
            found = [call()[0] for call in calls]
        whole[name] = alone[name] + (search if name in PROPOSALS else 0)
        boxes = metrics.coco_summary(found, scenes.targets)
        masks = metrics.coco_summary(found, scenes.targets, masks=True)["AP50"] if name == "mask_rcnn" else None
        print(
            f"{name:12} {boxes['AP50']:6.3f} {boxes['AP']:6.3f} {'' if masks is None else f'{masks:.3f}':>11} "
            f"{1000 * alone[name]:8.1f} {1000 * whole[name]:12.1f}"
        )
    if {"rcnn", "fast_rcnn"} <= alone.keys():
        print(f"Fast R-CNN is {alone['rcnn'] / alone['fast_rcnn']:.1f} times as fast as R-CNN, without search")
    if {"fast_rcnn", "faster_rcnn"} <= alone.keys():
        print(
            f"Faster R-CNN is {whole['fast_rcnn'] / whole['faster_rcnn']:.1f} times as fast as Fast R-CNN, with search"
        )
    for name in ("yolov1", "yolov2", "yolov3"):
        if {name, "faster_rcnn"} <= alone.keys():
            print(f"{name} is {alone['faster_rcnn'] / alone[name]:.1f} times as fast as Faster R-CNN")


if __name__ == "__main__":
    main()
