"""Training data in memory, for both frameworks: what fits together, and the order in which it is visited."""

from __future__ import annotations

import copy
import math
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import optree

from dlcourse import _frameworks, _validate

tree_map: Any = optree.tree_map  # over nested tuples, lists and dicts; its types know no arrays
tree_leaves: Any = optree.tree_leaves
CHUNK = 1 << 24  # numbers looked at together, so that data larger than the memory can be checked


def order(n: int, seed: int, epoch: int) -> np.ndarray:
    """The order of the samples in an epoch (from 0): the same for PyTorch, Keras, and a run that was resumed."""
    return np.random.default_rng((seed, epoch)).permutation(n)


class Samples:
    """Inputs and targets in memory, with one row for each sample.

    Each is an array or a tensor, or a tuple or dict of them; targets may also be a list with one dict for each sample,
    such as the boxes and labels of an image. Nothing is copied or converted before a batch is taken, so data that are
    mapped from a file stay there.
    """

    def __init__(self, name: str, data: Any) -> None:
        self.are_images = not isinstance(data, list | tuple)
        pair = (data.images, data.targets) if self.are_images else data
        if len(pair) != 2:
            raise TypeError(f"{name} must be a pair (inputs, targets) or a loader, got {_validate.describe(pair)}")
        if self.are_images and isinstance(pair[0], list) and len({np.shape(image) for image in pair[0]}) > 1:
            raise ValueError(f"{name}.images must have one size, got several: read them with size=, as data.coco does")
        self.inputs, self.rows = read(f"{name}'s inputs", pair[0])
        self.targets, targets = read(f"{name}'s targets", pair[1])
        if self.rows != targets:
            raise ValueError(f"{name} has {self.rows} inputs, but {targets} targets: one is needed for each")
        if self.are_images and (self.inputs.ndim, self.inputs.dtype) != (4, np.uint8):
            raise ValueError(f"{name}.images must be (n, height, width, 3) bytes, got {_validate.describe(pair[0])}")

    def __len__(self) -> int:
        return self.rows

    @property
    def labels(self) -> Any:
        """All targets, where they are one array."""
        return None if isinstance(self.targets, list | tuple | dict) else self.targets

    def take(self, rows: list[int]) -> Any:
        """Inputs and targets of the samples with these numbers, copied."""

        def pick(leaf: Any) -> Any:
            return copy.deepcopy([leaf[row] for row in rows]) if isinstance(leaf, list) else leaf[rows]

        return tree_map(pick, (self.inputs, self.targets), is_leaf=_is_list)


def in_memory(data: Any) -> bool:
    """Whether it is a pair of arrays or has images and targets, and is not a framework's own loader."""
    return isinstance(data, list | tuple) or (hasattr(data, "images") and hasattr(data, "targets"))


def check_loader(name: str, data: Any) -> None:
    """An error for what is no loader either."""
    try:
        length = len(data)
        iterable = hasattr(data, "__iter__") and not isinstance(data, str | dict)
    except TypeError:
        iterable = False
    if not iterable:
        raise TypeError(
            f"{name} must be a pair (inputs, targets), or a loader that has a length and can be run through again, got "
            f"{_validate.describe(data)}"
        )
    if length == 0:
        raise ValueError(f"{name} must hold one batch at least, but the loader has none")


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def read(name: str, value: Any) -> tuple[Any, int]:
    """A tree of arrays with its leaves checked, and how many rows all of them have."""
    sizes: dict[str, int] = {}

    def leaf(path: tuple[Any, ...], given: Any) -> Any:
        label = name + "".join(f"[{key!r}]" for key in path)
        found = _leaf(label, given)
        sizes[label] = len(found)
        return found

    tree = optree.tree_map_with_path(leaf, value, is_leaf=_is_list, none_is_leaf=True)
    if not sizes:
        raise ValueError(f"{name} must hold an array, got {value}")
    first, rows = next(iter(sizes.items()))
    for label, size in sizes.items():
        if size != rows:
            raise ValueError(f"{label} has {size} samples, but {first} has {rows}")
    return tree, rows


def _leaf(name: str, value: Any) -> Any:
    """A tensor, an array, or a list of dicts."""
    if getattr(value, "is_sparse", False) or hasattr(value, "tocsr"):
        raise TypeError(f"{name} must be dense, but they are a sparse {type(value).__name__}: make them dense first")
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return value
    value = value.detach() if hasattr(value, "detach") else _validate.array(name, value)
    if value.ndim == 0 or len(value) == 0:
        raise ValueError(f"{name} must hold one sample at least, got {_validate.describe(value)}")
    if not all(np.isfinite(part).all() for part in _chunks(value)):
        raise ValueError(f"{name} hold NaN or infinity: remove or replace those numbers before training")
    return value


def _chunks(value: Any) -> Iterator[np.ndarray]:
    """The rows of an array or tensor, so many at a time that they fit into memory."""
    step = max(1, CHUNK * len(value) // max(1, math.prod(value.shape)))
    for start in range(0, len(value), step):
        yield np.asarray(_frameworks.to_numpy(value[start : start + step]))


def checksum(tree: Any) -> str:
    """Eight letters that almost surely change with any number in a tree, or with the shapes of its arrays."""
    result = 0
    for leaf in tree_leaves(tree, none_is_leaf=True):
        shape = getattr(leaf, "shape", None)
        result = zlib.crc32(repr(leaf if shape is None else (leaf.dtype, tuple(shape))).encode(), result)
        if shape is not None:
            for part in _chunks(leaf) if shape else [_frameworks.to_numpy(leaf)]:
                result = zlib.crc32(np.ascontiguousarray(part).data, result)
    return f"{result:08x}"


def check_labels(name: str, labels: Any, classes: int) -> None:
    """An error where a label has no output of the model."""
    if 0 in labels.shape or (labels.min() >= 0 and labels.max() < classes):
        return
    hint = "number the classes from 0, or give the model as many outputs"
    if classes == 1:
        hint = "a classifier with one output needs a binary loss, such as BCEWithLogitsLoss or BinaryCrossentropy"
    raise ValueError(
        f"{name}'s labels go from {labels.min()} to {labels.max()}, but the model has scores for {classes} "
        f"class{'es' * (classes > 1)}, 0 to {classes - 1}: {hint}"
    )


def check_kinds(train: bool, valid: bool) -> None:
    """An error where only one of them has floating-point targets."""
    if train != valid:
        kinds = {True: "floating-point numbers", False: "whole numbers"}
        raise ValueError(f"train's targets are {kinds[train]}, but valid's are {kinds[valid]}: make them alike")


def joined(batches: list[Any]) -> Any:
    """Trees of arrays, one after the other, as one tree."""
    return tree_map(lambda *parts: np.concatenate(parts), *batches)


def for_labels(what: str, targets: Any, outputs: Any, floats: bool, axis: int) -> bool:
    """Whether cross-entropy is the default loss, with the classes on `axis` of the outputs, or mean squared error.

    An error where targets and outputs are made for neither.
    """
    given, made = tuple(targets.shape), tuple(outputs.shape)
    if floats and given != made:
        raise ValueError(
            f"{what} must have the shape of the model's outputs {made} for the mean squared error; labels of classes "
            "must be whole numbers"
        )
    if not floats and (len(made) < 2 or given != made[:axis] + made[axis:][1:]):
        place = "axis 1" if axis == 1 else "its last axis"
        raise ValueError(
            f"{what} are whole numbers, so the model must give a score for each class on {place}, but its outputs have "
            f"shape {made}. For other numbers than labels make the targets floating-point numbers; for other outputs "
            "name a loss"
        )
    return not floats
