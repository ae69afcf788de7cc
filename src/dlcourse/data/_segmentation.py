"""COCO's outlines of objects, polygons or run lengths, as masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def mask_of(segmentation: Any, height: int, width: int) -> np.ndarray:
    """The pixels of a COCO "segmentation": (height, width) bool.

    Polygons are filled where the middle of a pixel lies inside, by the even-odd rule, and several are joined. Run
    lengths, as a list or as COCO's text, are of the columns one after the other, beginning with pixels outside.

    Parameters
    ----------
    segmentation : [[x, y, x, y, ...], ...] in pixels, or {"size": [height, width], "counts": list or text}
    height, width : of the image

    Returns
    -------
    (height, width) bool

    Raises
    ------
    ValueError : what is neither, or does not fit the image; without the name of its file.

    References
    ----------
    Lin et al. 2014, "Microsoft COCO: common objects in context", arXiv 1405.0312; the text form is that of the COCO
    API, `maskApi.c`.
    """
    if isinstance(segmentation, Mapping):
        return _from_runs(segmentation, height, width)
    if not _is_list(segmentation) or not segmentation:
        raise ValueError("its segmentation is neither a list of polygons nor run lengths with size and counts")
    mask = np.zeros((height, width), bool)
    for polygon in segmentation:
        mask |= _inside(_corners(polygon), height, width)
    return mask


def _corners(polygon: Any) -> np.ndarray:
    """(K, 2) x and y."""
    try:
        numbers = np.asarray(polygon if _is_list(polygon) else None, dtype=float)
    except (TypeError, ValueError, OverflowError):
        numbers = np.zeros(0)
    if numbers.ndim != 1 or numbers.size < 6 or numbers.size % 2 or not np.isfinite(numbers).all():
        raise ValueError("its segmentation has a polygon that is not x and y of three corners or more")
    return numbers.reshape(-1, 2)


def _inside(corners: np.ndarray, height: int, width: int) -> np.ndarray:
    from skimage.draw import polygon  # it counts from the middle of the first pixel

    mask = np.zeros((height, width), bool)
    rows, columns = polygon(corners[:, 1] - 0.5, corners[:, 0] - 0.5, shape=(height, width))
    mask[rows, columns] = True
    return mask


def _from_runs(runs: Mapping[str, Any], height: int, width: int) -> np.ndarray:
    size, counts = runs.get("size"), runs.get("counts")
    if size != [height, width]:
        raise ValueError(f"its run lengths are of size {size}, and the image of [{height}, {width}] (height, width)")
    lengths: Any = _decompressed(counts) if isinstance(counts, str) else counts
    whole = _is_list(lengths) and all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in lengths)
    if not whole or sum(lengths) != height * width:
        raise ValueError(f"its run lengths do not add up to the image's {height * width} pixels")
    values = np.arange(len(lengths)) % 2 == 1
    return np.repeat(values, lengths).reshape(width, height).T


def _decompressed(text: str) -> list[int]:
    """COCO's text as run lengths: five bits a letter, low ones first, each number the difference to the last but one.

    Bit 6 of a letter says that more follow, bit 5 of the last letter is the sign.
    """
    lengths: list[int] = []
    value = place = 0
    for letter in text:
        bits = ord(letter) - 48
        if not 0 <= bits < 64:
            raise ValueError(f"its run lengths hold {letter!r}, which is no letter of COCO's text form")
        value |= (bits & 31) << place
        place += 5
        if bits & 32:
            continue
        if bits & 16:
            value -= 1 << place
        lengths.append(value + (lengths[-2] if len(lengths) > 2 else 0))
        value = place = 0
    if place:
        raise ValueError("its run lengths end in the middle of a number")
    return lengths


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
