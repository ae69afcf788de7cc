"""More images to train a detector on: mirrored ones, with their boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from dlcourse import _validate


def mirrored(
    images: Tensor, targets: Sequence[Mapping[str, Any]], probability: float = 0.5
) -> tuple[Tensor, list[dict[str, Any]]]:
    """A batch of which each image is mirrored left to right by chance, and with it its boxes, masks and proposals.

    `fit(..., augment=lambda batch: mirrored(*batch))` trains with it. Chance is PyTorch's own.

    Parameters
    ----------
    images : (N, channels, height, width)
    targets : N dicts of tensors; "boxes", "proposals" (K, 4) and "masks" (K, height, width) are mirrored where they are
    probability : for each image, in 0..1

    Returns
    -------
    images, targets : new ones

    Raises
    ------
    TypeError, ValueError : a probability outside of 0..1.

    Examples
    --------
    >>> images, targets = mirrored(torch.zeros(1, 3, 96, 96), [{"boxes": torch.tensor([[0.0, 5, 10, 20]])}], 1)
    >>> targets[0]["boxes"].tolist()
    [[86.0, 5.0, 96.0, 20.0]]
    """
    chosen = torch.rand(len(images)) < _validate.real("probability", probability, 0, 1)
    turned = torch.where(chosen.to(images.device)[:, None, None, None], images.flip(-1), images)
    width = images.shape[-1]
    return turned, [
        _mirrored(target, width) if yes else dict(target) for target, yes in zip(targets, chosen.tolist(), strict=True)
    ]


def _mirrored(target: Mapping[str, Any], width: int) -> dict[str, Any]:
    found = dict(target)
    for name in found.keys() & {"boxes", "proposals"}:
        x0, y0, x1, y1 = found[name].unbind(-1)
        found[name] = torch.stack((width - x1, y0, width - x0, y1), dim=-1)
    if "masks" in found:
        found["masks"] = found["masks"].flip(-1)
    return found
