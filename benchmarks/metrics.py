"""Processor time of `dlcourse.metrics.coco_summary` beside pycocotools; the numbers are compared first.

    python -m benchmarks.metrics [ROUNDS]

One thread, medians in milliseconds. pycocotools is timed twice: with its own data structures made ready before, and
with making them of the same dicts and arrays that `coco_summary` takes; the ratios are ours to each of the two.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from dlcourse import metrics

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "helpers"))
import coco_reference

#       images, classes, pixels, objects an image, detections an image, masks
SETS = {
    "200 scenes of 2 classes": (200, 2, 96, 4, 12, False),
    "200 scenes, every proposal": (200, 2, 96, 4, 200, False),
    "300 photographs, 20 classes": (300, 20, 500, 6, 60, False),
    "300 crowded, 3 classes": (300, 3, 500, 30, 100, False),
    "200 scenes, masks": (200, 2, 96, 4, 12, True),
    "40 photographs, masks": (40, 20, 500, 6, 60, True),
}


def make(n: int, classes: int, size: int, most: int, detections: int, masks: bool) -> tuple[list[Any], list[Any]]:
    """Random objects, and detections of which half are objects moved by some pixels."""
    rng = np.random.default_rng(0)
    predictions, targets = [], []
    for _ in range(n):
        k = int(rng.integers(1, most + 1))
        xy, wh = rng.uniform(0, 0.7, (k, 2)) * size, rng.uniform(0.08, 0.3, (k, 2)) * size
        there = np.concatenate([xy, xy + wh], axis=1)
        labels = rng.integers(0, classes, k)
        which = rng.integers(0, k, detections)
        found = there[which] + rng.normal(0, 0.01 * size, (detections, 4))
        wild = rng.random(detections) < 0.5
        found[wild] += rng.uniform(-0.4, 0.4, (int(wild.sum()), 1)) * size
        found = np.clip(np.sort(found.reshape(-1, 2, 2), axis=1).reshape(-1, 4), 0, size)
        targets.append({"boxes": there, "labels": labels})
        predictions.append({"boxes": found, "labels": labels[which], "scores": rng.random(detections)})
        if masks:
            for thing in (targets[-1], predictions[-1]):
                thing["masks"] = ellipses(thing["boxes"], size)
    return predictions, targets


def ellipses(rows: np.ndarray, size: int) -> np.ndarray:
    """A mask for each box."""
    y, x = np.mgrid[:size, :size] + 0.5
    x0, y0, x1, y1 = rows.T[:, :, None, None]
    width, height = np.maximum(x1 - x0, 1), np.maximum(y1 - y0, 1)
    return ((x - (x0 + x1) / 2) / width) ** 2 + ((y - (y0 + y1) / 2) / height) ** 2 < 0.25


def seconds(work: Callable[[], object]) -> float:
    """Processor time of one run."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main(rounds: int = 5) -> None:
    """Measure and print."""
    print(f"{'set':30} {'AP':>6}     ours  pycocotools, made ready      with making")
    for name, (*numbers, masks) in SETS.items():
        predictions, targets = make(*numbers, masks)
        ours, expected = metrics.coco_summary(predictions, targets, masks), {}
        times = []
        for _ in range(rounds):
            start = time.process_time()
            evaluation = coco_reference.prepared(predictions, targets, masks)
            making = time.process_time() - start
            theirs = seconds(lambda: expected.update(coco_reference.evaluated(evaluation)))  # noqa: B023
            times.append(
                (seconds(lambda: metrics.coco_summary(predictions, targets, masks)), theirs, theirs + making)  # noqa: B023
            )
        assert all(abs(ours[key] - expected[key]) < 1e-6 for key in ours), name
        own, ready, all_in_all = 1000 * np.median(times, axis=0)
        print(
            f"{name:30} {ours['AP']:6.3f} {own:8.0f} {ready:12.0f} ({own / ready:.2f} times) "
            f"{all_in_all:8.0f} ({own / all_in_all:.2f} times)"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
