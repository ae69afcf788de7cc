"""Checks of what the plotting functions are given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse import _frameworks, _validate


def image(name: str, image: Any) -> np.ndarray:
    """An image as (H, W) or (H, W, 3), uint8, bool or float."""
    array = _validate.array(name, image)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.size == 0 or not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)):
        raise ValueError(f"{name} must have shape (H, W), (H, W, 1) or (H, W, 3), got {_validate.describe(array)}")
    if array.ndim == 3 and array.dtype != np.uint8 and not (array.min() >= 0 and array.max() <= 1):
        raise ValueError(f"{name}: a colour image must be uint8, or hold numbers from 0 to 1; got {array.dtype} "
                         f"from {array.min()} to {array.max()}")  # fmt: skip
    return array


def texts(name: str, texts: Any, count: int, what: str = "images") -> list[str]:
    """One text for each image, or whatever is counted."""
    if texts is None:
        return [""] * count
    if isinstance(texts, str) or len(texts) != count:
        raise ValueError(f"{name} must hold one text for each of the {count} {what}, got {_validate.describe(texts)}")
    return [str(text) for text in plain(texts)]


def plain(values: Any) -> Any:
    """Arrays and tensors as lists of plain numbers; a list of them likewise."""
    if hasattr(values, "tolist"):
        return _frameworks.to_numpy(values).tolist()
    return [value.item() if hasattr(value, "item") else value for value in values]


def many(name: str, values: Any) -> list[Any]:
    """A list of images from a list, a stacked array, or one image on its own."""
    values = _frameworks.to_numpy(values)
    if isinstance(values, np.ndarray) and values.ndim < 3:
        values = [values]
    try:
        values = list(values)
    except TypeError:
        raise TypeError(f"{name} must be an array or a list of arrays, got {_validate.describe(values)}") from None
    if not values:
        raise ValueError(f"{name} is empty: there is nothing to draw")
    return values


def limits(arrays: Sequence[np.ndarray], limits: tuple[float, float] | None, signed: bool) -> tuple[float, float]:
    """The values drawn darkest and lightest: given, or from the data; centred on zero if `signed`."""
    if limits is not None:
        low, high = _validate.pair("limits", limits)
        if not low < high:
            raise ValueError(f"limits must be (low, high) with low < high, got {limits}")
        return low, high
    if any(np.isinf(a).any() for a in arrays):
        raise ValueError("an image holds infinite numbers, which no colour stands for")
    low = min(float(np.nanmin(a)) for a in arrays)
    high = max(float(np.nanmax(a)) for a in arrays)
    if signed:
        high = max(abs(low), abs(high), 1e-12)
        return -high, high
    return low, high if high > low else low + 1.0


def box_array(boxes: Any) -> np.ndarray:
    """Boxes as a (K, 4) array."""
    corners = _validate.array("boxes", boxes, kind="iuf")
    corners = corners.reshape(0, 4) if corners.size == 0 else corners
    if corners.ndim != 2 or corners.shape[1] != 4:
        raise ValueError(f"boxes must have shape (K, 4), got {_validate.describe(corners)}")
    for k, (x0, y0, x1, y1) in enumerate(corners):
        if not (x1 >= x0 and y1 >= y0 and np.isfinite(corners[k]).all()):
            raise ValueError(f"boxes[{k}] must be (x0, y0, x1, y1) with x1 >= x0 and y1 >= y0, got {corners[k]}")
    return corners


def object_texts(
    labels: Sequence[Any] | None, scores: Sequence[float] | None, names: Sequence[str] | None, count: int
) -> list[str]:
    for name, values in (("labels", labels), ("scores", scores)):
        if values is not None and len(values) != count:
            raise ValueError(f"{name} must hold one entry for each of the {count} boxes, got {len(values)}")
    texts = [""] * count if labels is None else [str(label) for label in plain(labels)]
    if labels is not None and names is not None:
        texts = [_name(f"labels[{k}]", label, names) for k, label in enumerate(plain(labels))]
    if scores is not None:
        texts = [f"{text} {float(score):.2f}".strip() for text, score in zip(texts, scores, strict=True)]
    return texts


def _name(name: str, label: Any, names: Sequence[str]) -> str:
    """The text of a class number; a label that is a text already stays as it is."""
    return label if isinstance(label, str) else names[_validate.whole(name, label, 0, len(names) - 1)]
