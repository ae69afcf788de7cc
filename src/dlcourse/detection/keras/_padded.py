"""Scenes with their objects in one table, which is what Keras trains on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse import _validate


@dataclass(frozen=True)
class Padded:
    """Images and targets for `fit`.

    Attributes
    ----------
    images : (n, height, width, 3) bytes
    targets : (n, M, 5): x0, y0, x1, y1 in pixels and the label of each object; -1 in rows that are none
    """

    images: np.ndarray
    targets: np.ndarray


def padded(scenes: Any, *, mirror: bool = False) -> Padded:
    """The scenes with targets that are one array; if wanted, each of them once more, mirrored left to right.

    Parameters
    ----------
    scenes : what has `.images`, (n, height, width, 3) bytes, and `.targets`, n dicts with "boxes" (K, 4) and "labels"
        (K,)
    mirror : whether all scenes come a second time, mirrored

    Returns
    -------
    Padded : `.images` and `.targets`, for `fit`

    Raises
    ------
    TypeError, ValueError : images that are no bytes of this shape, or a target that does not fit its image.

    Examples
    --------
    >>> from dlcourse.data import pets
    >>> scenes = padded(pets.scenes(3, seed=300), mirror=True)
    >>> scenes.images.shape, scenes.targets.shape
    ((6, 96, 96, 3), (6, 4, 5))
    >>> scenes.targets[0, 0].tolist(), scenes.targets[3, 0].tolist()
    ([21.0, 47.0, 60.0, 73.0, 0.0], [36.0, 47.0, 75.0, 73.0, 0.0])
    """
    images = _validate.array("images", scenes.images, (None, None, None, 3), kind="u")
    if len(scenes.targets) != len(images):
        raise ValueError(f"targets must hold one dict for each of the {len(images)} images, got {len(scenes.targets)}")
    most = max([1, *(len(target["boxes"]) for target in scenes.targets)])
    table = np.zeros((len(images), most, 5), "float32")
    table[..., 4] = -1
    for k, target in enumerate(scenes.targets):
        found = _validate.array(f"targets[{k}]['boxes']", np.reshape(target["boxes"], (-1, 4)), (None, 4))
        labels = _validate.array(f"targets[{k}]['labels']", target["labels"], (len(found),))
        table[k, : len(found), :4], table[k, : len(found), 4] = found, labels
    if not mirror:
        return Padded(images, table)
    turned = table.copy()
    turned[..., [0, 2]] = images.shape[2] - table[..., [2, 0]]
    return Padded(np.concatenate((images, images[:, :, ::-1])), np.concatenate((table, turned)))
