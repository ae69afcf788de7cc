"""Batches for Keras: from data in memory, in the order in which the PyTorch loop visits them, or from a dataset."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from dlcourse import _validate
from dlcourse.train import _data


def one_or_all(parts: _data.Arrays) -> Any:
    """The array itself where a model has one input."""
    return parts if len(parts) > 1 else parts[0]


def floats(array: np.ndarray) -> np.ndarray:
    """Numbers with a point in Keras' own type."""
    return array.astype(keras.config.floatx(), copy=False) if array.dtype.kind == "f" else array


class Order(keras.utils.PyDataset):
    """Data in memory, each epoch in an order of its own."""

    def __init__(self, inputs: _data.Arrays, targets: np.ndarray, size: int, seed: int, epoch: int) -> None:
        super().__init__()
        self.inputs, self.targets, self.size, self.seed, self.epoch = inputs, targets, size, seed, epoch
        self.order = np.arange(len(targets))

    def __len__(self) -> int:
        return math.ceil(len(self.targets) / self.size)

    def __getitem__(self, step: int) -> Any:
        rows = self.order[step * self.size : (step + 1) * self.size]
        return one_or_all(tuple(part[rows] for part in self.inputs)), self.targets[rows]

    def on_epoch_begin(self) -> None:
        """Draw the order. Not at the epoch's end: Keras calls that once more, before the first epoch."""
        self.order = _data.order(len(self.targets), self.seed, self.epoch)
        self.epoch += 1


class Data:
    """Data of either kind."""

    def __init__(self, name: str, data: Any) -> None:
        self.name, self.loader, self.pair = name, data, None
        if _data.is_pair(data):
            inputs, targets = _data.pair_of(name, data)
            targets = targets.astype(np.int64) if targets.dtype.kind in "biu" else floats(targets)
            self.pair = tuple(map(floats, inputs)), targets
            self.digest = _data.digest((*inputs, targets))
            return
        try:
            length = len(data)
        except TypeError:
            raise TypeError(
                f"{name} must be a pair (inputs, targets), or a dataset of such pairs that has a length and can be run "
                f"through again, got {_validate.describe(data)}"
            ) from None
        if length == 0:
            raise ValueError(f"{name} must hold one batch at least, but the dataset has none")
        self.digest = f"{type(data).__name__} of {length} batches"

    def steps(self, size: int) -> int:
        """Batches in an epoch; those of a dataset have its own size."""
        return len(self.loader) if self.pair is None else math.ceil(len(self.pair[1]) / size)

    def run(self, size: int) -> Iterator[tuple[Any, np.ndarray]]:
        """Batches in the order of the data."""
        if self.pair is not None:
            inputs, targets = self.pair
            for start in range(0, len(targets), size):
                rows = slice(start, start + size)
                yield one_or_all(tuple(part[rows] for part in inputs)), targets[rows]
            return
        for _, batch in zip(range(len(self.loader)), self.loader, strict=False):
            if not isinstance(batch, list | tuple) or len(batch) != 2:
                raise TypeError(f"{self.name} must give batches (inputs, targets), got {_validate.describe(batch)}")
            yield batch[0], np.asarray(batch[1])

    def for_training(self, size: int, seed: int, epoch: int) -> Any:
        """What Keras' `fit` takes."""
        return self.loader if self.pair is None else Order(*self.pair, size, seed, epoch)
