"""Processor time of non-maximum suppression: `dlcourse.boxes.nms`, a walk over the table of all overlaps, and OpenCV.

    python -m benchmarks.boxes [BOXES [ROUNDS]]

One thread; a row gives medians in milliseconds. How much the boxes overlap decides how many are left, so there are
three densities. What is kept is compared first. OpenCV's function is C++, timed without making its lists.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import cv2
import numpy as np

from dlcourse import boxes

LIMIT = 0.5


def walk(rows: np.ndarray, scores: np.ndarray) -> list[int]:
    """The textbook's loop, on the table of all overlaps."""
    overlaps = boxes.iou(rows, rows)
    left = np.argsort(-scores, kind="stable")
    kept = []
    while len(left):
        kept.append(int(left[0]))
        left = left[1:][overlaps[left[0], left[1:]] <= LIMIT]
    return kept


def median(work: Callable[[], object], rounds: int) -> float:
    """Median processor time in milliseconds."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1000 * float(np.median(times))


def main(n: int = 1000, rounds: int = 15) -> None:
    """Measure and print."""
    cv2.setNumThreads(1)
    print(f"{n} boxes          kept   nms, ms   the textbook's walk   OpenCV")
    for extent in (100, 300, 3000):
        rng = np.random.default_rng(extent)
        xy = rng.uniform(0, extent, (n, 2))
        size = rng.uniform(8, 40, (n, 2))
        scores = rng.permutation(n) / n
        for kind in (np.float32, np.float64):
            rows = np.concatenate([xy, xy + size], axis=1).astype(kind)
            kept = boxes.nms(rows, scores, LIMIT)
            assert kept.tolist() == walk(rows, scores)
            corner_and_size = np.concatenate([rows[:, :2], rows[:, 2:] - rows[:, :2]], axis=1).astype(float).tolist()
            listed = scores.tolist()
            times = (
                median(lambda: boxes.nms(rows, scores, LIMIT), rounds),  # noqa: B023
                median(lambda: walk(rows, scores), rounds),  # noqa: B023
                median(lambda: cv2.dnn.NMSBoxes(corner_and_size, listed, 0.0, LIMIT), rounds),  # noqa: B023
            )
            label = f"{extent} pixels, {np.dtype(kind).name}"
            print(f"{label:18} {len(kept):5} {times[0]:9.1f} {times[1]:21.1f} {times[2]:8.1f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
