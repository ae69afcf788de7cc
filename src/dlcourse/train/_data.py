"""Training data as NumPy arrays that fit together, and the order in which they are visited."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from dlcourse import _validate

Arrays = tuple[np.ndarray, ...]


def order(n: int, seed: int, epoch: int) -> np.ndarray:
    """The order of the samples in an epoch (from 0): the same for PyTorch, Keras, and a run that was resumed."""
    return np.random.default_rng((seed, epoch)).permutation(n)


def arrays_of(name: str, value: Any) -> Arrays:
    """One array or a tuple of arrays (a model with several inputs), of one length, as a tuple."""
    parts = value if isinstance(value, tuple) else (value,)
    if not parts:
        raise ValueError(f"{name} must hold an array, got ()")
    names = [name] if len(parts) == 1 else [f"{name}[{i}]" for i in range(len(parts))]
    result = tuple(_validate.array(label, part) for label, part in zip(names, parts, strict=True))
    for label, part in zip(names, result, strict=True):
        if part.ndim == 0 or len(part) == 0:
            raise ValueError(f"{label} must hold one sample at least, got {_validate.describe(part)}")
        if len(part) != len(result[0]):
            raise ValueError(f"{label} has {len(part)} samples, but {names[0]} has {len(result[0])}")
        if part.dtype.kind == "f" and not np.isfinite(part).all():
            raise ValueError(f"{label} hold NaN or infinity: remove or replace those numbers before training")
    return result


def pair_of(name: str, value: Any) -> tuple[Arrays, np.ndarray]:
    """`(inputs, targets)` checked against each other, or an error that names the argument."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise TypeError(f"{name} must be a pair (inputs, targets) or a loader, got {_validate.describe(value)}")
    inputs = arrays_of(f"{name}'s inputs", value[0])
    (targets,) = arrays_of(f"{name}'s targets", value[1])
    if len(inputs[0]) != len(targets):
        raise ValueError(f"{name} has {len(inputs[0])} inputs, but {len(targets)} targets: one is needed for each")
    return inputs, targets


def is_pair(value: Any) -> bool:
    """Whether it is data in memory, and not a framework's own loader."""
    return isinstance(value, list | tuple)


def checksum(arrays: Mapping[str, np.ndarray]) -> int:
    """One number that almost surely changes with any byte."""
    result = 0
    for name in sorted(arrays):
        result = zlib.crc32(np.asarray(arrays[name], order="C").tobytes(), result)
    return result


def digest(arrays: Arrays) -> str:
    """Shapes, and a checksum over at most a few hundred rows, which tells one set of data from another."""
    rows = np.unique(np.linspace(0, len(arrays[0]) - 1, 256).astype(int))
    parts = {str(i): np.ascontiguousarray(array[rows]) for i, array in enumerate(arrays)}
    shapes = " ".join(f"{array.dtype}{list(array.shape)}" for array in arrays)
    return f"{shapes} {checksum(parts):08x}"


def check_labels(name: str, labels: Any, classes: int) -> None:
    """An error where a label has no output of the model."""
    if 0 not in labels.shape and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(
            f"{name}'s labels go from {labels.min()} to {labels.max()}, but the model has scores for {classes} "
            f"classes, 0 to {classes - 1}: number the classes from 0, or give the model as many outputs"
        )


def check_kinds(train: bool, valid: bool) -> None:
    """An error where only one of them has targets with a point."""
    if train != valid:
        kinds = {True: "numbers with a point", False: "whole numbers"}
        raise ValueError(f"train's targets are {kinds[train]}, but valid's are {kinds[valid]}: make them alike")
