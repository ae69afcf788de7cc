"""Predictions and targets, checked, and cut into cells: what one image holds of one class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse import _validate
from dlcourse.boxes._arrays import boxes_of


@dataclass(frozen=True)
class Things:
    """The objects of one image, or what was detected there.

    `shapes` are `(K, 4)` boxes as `(x0, y0, width, height)`, or masks as `(K, n)` numbers of 64 pixels each; `score` is
    0 for objects; `crowd` and `difficult` are False for detections.
    """

    labels: np.ndarray
    shapes: np.ndarray
    area: np.ndarray
    score: np.ndarray
    crowd: np.ndarray
    difficult: np.ndarray

    def of(self, label: int) -> Things:
        """Those of one class."""
        return self[np.flatnonzero(self.labels == label)]

    def __getitem__(self, chosen: Any) -> Things:
        """The chosen ones, in the order in which they are chosen."""
        return Things(*(values[chosen] for values in vars(self).values()))

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Images:
    """What was detected and what is there, image by image."""

    found: list[Things]
    there: list[Things]

    def classes(self) -> list[int]:
        """The labels of all objects, each once."""
        return np.unique(np.concatenate([np.zeros(0, np.int64), *(image.labels for image in self.there)])).tolist()

    def cells(self, label: int, most: int | None = None) -> Iterator[tuple[Things, Things]]:
        """Detections, best first and `most` of them at most, and objects of one class, image by image."""
        for found, there in zip(self.found, self.there, strict=True):
            detections = found.of(label)
            order = np.argsort(-detections.score, kind="stable")[:most]
            yield detections[order], there.of(label)


def images(predictions: Any, targets: Any, masks: bool) -> Images:
    """Both arguments of a metric, checked.

    Raises
    ------
    TypeError, ValueError : what is not one dict an image with boxes (or masks), labels and scores that fit together.
    """
    for name, value in (("predictions", predictions), ("targets", targets)):
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise TypeError(f"{name} must be a list with one dict for each image, got {_validate.describe(value)}")
    if len(predictions) != len(targets):
        raise ValueError(
            f"predictions must hold one dict for each of the {len(targets)} targets, got {len(predictions)}"
        )
    found = [_things(f"predictions[{k}]", value, masks, scored=True) for k, value in enumerate(predictions)]
    there = [_things(f"targets[{k}]", value, masks, scored=False) for k, value in enumerate(targets)]
    for k, pair in enumerate(zip(predictions, targets, strict=True) if masks else ()):
        a, b = (tuple(np.shape(thing["masks"]))[1:] for thing in pair)
        if a != b and len(found[k]) and len(there[k]):
            raise ValueError(f"predictions[{k}] and targets[{k}] must have masks of one size, got {a} and {b}")
    return Images(found, there)


def _things(name: str, value: Any, masks: bool, scored: bool) -> Things:
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a dict, got {_validate.describe(value)}")
    wanted = ["masks" if masks else "boxes", "labels", *(["scores"] if scored else [])]
    missing = [key for key in wanted if key not in value]
    if missing:
        raise ValueError(f"{name} must have {', '.join(map(repr, wanted))}; it lacks {', '.join(map(repr, missing))}")
    labels = _vector(f"{name}['labels']", value["labels"])
    if labels.dtype.kind not in "biu" and labels.size:
        raise TypeError(f"{name}['labels'] must hold whole numbers, got {_validate.describe(labels)}")
    shapes, area = (_masks if masks else _boxes)(f"{name}['{wanted[0]}']", value[wanted[0]], len(labels))
    scores = np.zeros(len(labels))
    if scored:
        scores = _vector(f"{name}['scores']", value["scores"], len(labels)).astype(np.float64)
        if np.isnan(scores).any():
            raise ValueError(f"{name}['scores'] must be numbers, got NaN in them")
    elif "area" in value:
        area = _vector(f"{name}['area']", value["area"], len(labels)).astype(np.float64)
    flags = [
        _vector(f"{name}['{key}']", value[key], len(labels)).astype(bool)
        if key in value and not scored
        else np.zeros(len(labels), bool)
        for key in ("iscrowd", "difficult")
    ]
    return Things(labels.astype(np.int64), shapes, area, scores, *flags)


def _vector(name: str, value: Any, length: int | None = None) -> np.ndarray:
    result = _validate.array(name, value, (None,))
    if length is not None and len(result) != length:
        raise ValueError(f"{name} must hold one number for each of the {length} labels, got {len(result)}")
    return result


def _boxes(name: str, value: Any, length: int) -> tuple[np.ndarray, np.ndarray]:
    rows = boxes_of(**{name: _validate.array(name, value)})[0].astype(np.float64)
    if len(rows) != length:
        raise ValueError(f"{name} must hold one box for each of the {length} labels, got {len(rows)}")
    rows[:, 2:] -= rows[:, :2]
    return rows, rows[:, 2] * rows[:, 3]


def _masks(name: str, value: Any, length: int) -> tuple[np.ndarray, np.ndarray]:
    pixels = _validate.array(name, value)
    if pixels.size == 0:
        pixels = np.zeros((len(pixels), 0, 0), bool)
    if pixels.ndim != 3 or len(pixels) != length:
        raise ValueError(
            f"{name} must have shape ({length}, H, W), one mask for each label, got {_validate.describe(pixels)}"
        )
    inside = pixels > 0.5 if pixels.dtype.kind == "f" else pixels.astype(bool, copy=False)
    bits = np.packbits(inside.reshape(length, inside.shape[1] * inside.shape[2]), axis=1)
    words = np.pad(bits, ((0, 0), (0, -bits.shape[1] % 8))).view(np.uint64)
    return words, np.bitwise_count(words).sum(axis=1, dtype=np.float64)


def overlaps(found: Things, there: Things, crowds: bool) -> np.ndarray:
    """(D, G) IoU of detections and objects; with `crowds`, of a crowd the share of the detection that lies within it.

    The sums are those of pycocotools, in their order, so that an overlap that meets a threshold there does so here.
    """
    if not len(found) or not len(there):
        return np.zeros((len(found), len(there)))
    if found.shapes.dtype == np.uint64:
        common = np.array([np.bitwise_count(found.shapes & mask).sum(axis=1, dtype=float) for mask in there.shapes]).T
        others = np.bitwise_count(there.shapes).sum(axis=1, dtype=np.float64)
    else:
        (x, y, w, h), (u, v, p, q) = found.shapes.T[:, :, None], there.shapes.T
        width = np.minimum(x + w, u + p) - np.maximum(x, u)
        height = np.minimum(y + h, v + q) - np.maximum(y, v)
        common = np.where((width > 0) & (height > 0), width * height, 0)
        others = p * q
    area = found.area[:, None]
    together = area + others - common
    if crowds:
        together = np.where(there.crowd, area, together)
    return np.divide(common, together, out=np.zeros_like(common), where=common > 0)
