"""The chapters' own convolution and pooling, PyTorch, Keras and SciPy on a grid of settings, forward and backward.

    python -m benchmarks.parity [forward] [backward] [pooling]

prints how many were compared and the worst difference; all three grids where none is named. The tests draw settings of
the same kind at random and compare them by the same functions, `tests/helpers/convolution_cases.py`.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from pathlib import Path

import tensorflow as tf
import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

from convolution_cases import MODES, Case, Pool, backward, forward, pooling, worst

KERNELS = [(1, 1), (2, 3), (3, 3), (5, 4)]
PADDINGS = [((0, 0, 0, 0), "constant"), *product([(1, 1, 1, 1), (2, 2, 2, 2), (0, 1, 2, 1)], MODES)]
CHANNELS = [(1, 1, 1), (3, 4, 1), (4, 6, 2), (3, 3, 3), (2, 6, 2)]  # channels, filters, groups


def forward_grid() -> Iterator[Case]:
    """Kernels, strides, dilations, paddings and groups, each with each."""
    for kernel, stride, dilation, (padding, mode), counts in product(KERNELS, (1, 2, 3), (1, 2, 3), PADDINGS, CHANNELS):
        yield Case((9, 8), kernel, *counts, stride, dilation, padding, mode)


def backward_grid() -> Iterator[Case]:
    """The same with fewer paddings, on smaller inputs: differences take a while."""
    paddings = [((0, 0, 0, 0), "constant"), ((1, 1, 1, 1), "constant"), ((0, 1, 2, 1), "reflect")]
    for kernel, stride, dilation, (padding, mode), counts in product(KERNELS, (1, 2, 3), (1, 2), paddings, CHANNELS):
        yield Case((6, 5), kernel, *counts, stride, dilation, padding, mode)


def pooling_grid() -> Iterator[Pool]:
    """Windows and strides, overlapping, touching, and with gaps."""
    for kind, size, window, stride in product(("max", "mean"), ((7, 8), (6, 6)), (1, 2, 3, 4), (1, 2, 3, 4)):
        yield Pool(kind, size, window, stride)


def report(title: str, cases: Iterable, compare: Callable) -> None:
    """Compare a grid, and print its size, who took part how often, and the worst difference."""
    start, largest, seen = time.perf_counter(), 0.0, Counter[str]()
    for case in cases:
        if case.fits():
            results = compare(case)
            seen.update(results.keys())
            largest = max(largest, worst(results))
    took = time.perf_counter() - start
    print(f"{title:32s} {seen['NumPy']:5d} combinations, worst difference {largest:.1e}   ({took:.0f} s)")
    print(" " * 33 + ", ".join(f"{name} in {number}" for name, number in seen.items()))


GRIDS = {
    "forward": ("convolution forward, float32", forward_grid, forward),
    "backward": ("convolution backward, float64", backward_grid, backward),
    "pooling": ("pooling both ways, float64", pooling_grid, pooling),
}


def main(names: list[str]) -> None:
    """Run the grids of these names."""
    torch.set_num_threads(1)
    tf.get_logger().setLevel("ERROR")  # Keras compiles each grouped convolution anew, and TensorFlow complains
    for name in names or GRIDS:
        title, grid, compare = GRIDS[name]
        report(title, grid(), compare)


if __name__ == "__main__":
    main(sys.argv[1:])
