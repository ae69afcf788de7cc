"""Selective search of `dlcourse.detection` beside OpenCV's, both in their fast modes: time and quality, in one run.

    python -m benchmarks.proposals [SCENES [SEED]]

Scenes of pets, 96 pixels wide, one thread. The two take turns, image by image. Recall: the share of pets that a box
overlaps with an IoU of 0.5 or more; MABO: the mean over classes of the mean best overlap. "Same number": of each image
as many of our boxes, the first ones, as OpenCV gives.
"""

from __future__ import annotations

import sys
import time

import cv2
import numpy as np

from dlcourse.data import pets
from dlcourse.detection import selective_search


def opencv(image: np.ndarray) -> np.ndarray:
    """The boxes of OpenCV's fast mode, in our convention."""
    search = cv2.ximgproc.segmentation.createSelectiveSearchSegmentation()
    search.setBaseImage(np.ascontiguousarray(image[..., ::-1]))
    search.switchToSelectiveSearchFast()
    boxes = search.process().astype(float)
    boxes[:, 2:] += boxes[:, :2]
    return np.asarray(boxes)


def best_overlaps(boxes: np.ndarray, proposals: np.ndarray) -> np.ndarray:
    """The highest IoU of any proposal with each box."""
    low, high = np.maximum(boxes[:, None, :2], proposals[:, :2]), np.minimum(boxes[:, None, 2:], proposals[:, 2:])
    both = np.clip(high - low, 0, None).prod(2)
    a, b = ((rows[:, 2:] - rows[:, :2]).prod(1) for rows in (boxes, proposals))
    return np.asarray((both / (a[:, None] + b - both)).max(1))


def main(number: int = 100, seed: int = 500) -> None:
    """Print time, number of boxes, recall and MABO of both."""
    cv2.setNumThreads(1)
    scenes = pets.scenes(number, seed=seed)
    selective_search(scenes.images[0])  # imports
    seconds: dict[str, list[float]] = {"opencv": [], "dlcourse": []}
    found: dict[str, list[np.ndarray]] = {"opencv": [], "dlcourse": []}
    for image in scenes.images:
        for name, search in (("opencv", opencv), ("dlcourse", selective_search)):
            start = time.process_time()
            found[name].append(search(image))
            seconds[name].append(time.process_time() - start)
    firsts = [ours[: len(theirs)] for ours, theirs in zip(found["dlcourse"], found["opencv"], strict=True)]
    found = {"opencv": found["opencv"], "dlcourse, same number": firsts, "dlcourse, all": found["dlcourse"]}
    labels = np.concatenate([target["labels"] for target in scenes.targets])
    print(f"{number} scenes, seed {seed}, {len(labels)} pets")
    print(f"{'':24}{'boxes':>8}{'recall':>8}{'MABO':>8}")
    for name, proposals in found.items():
        pairs = zip(scenes.targets, proposals, strict=True)
        best = np.concatenate([best_overlaps(target["boxes"], boxes) for target, boxes in pairs])
        mabo = np.mean([best[labels == label].mean() for label in np.unique(labels)])
        print(f"{name:24}{np.mean([len(boxes) for boxes in proposals]):8.1f}{(best >= 0.5).mean():8.3f}{mabo:8.3f}")
    theirs, ours = (1000 * np.mean(seconds[name]) for name in ("opencv", "dlcourse"))
    print(f"milliseconds an image: opencv {theirs:.1f}, dlcourse {ours:.1f}, ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
