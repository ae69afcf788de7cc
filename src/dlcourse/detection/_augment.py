"""More images to train a detector on: mirrored ones and ones of other sizes, with their boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

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


def rescaled(
    images: Tensor, targets: Sequence[Mapping[str, Any]], sizes: Sequence[int] = (64, 80, 96, 112, 128)
) -> tuple[Tensor, list[dict[str, Any]]]:
    """A batch at another size, drawn by chance, and with it its boxes, masks and proposals: multi-scale training.

    `fit(..., augment=lambda batch: rescaled(*batch))` trains with it. Only a network that takes images of several sizes
    can be trained so. Chance is PyTorch's own.

    Parameters
    ----------
    images : (N, channels, height, width)
    targets : N dicts of tensors; "boxes", "proposals" (K, 4) and "masks" (K, height, width) are scaled where they are
    sizes : heights in pixels, of which one is drawn for the whole batch; widths follow, to the nearest pixel

    Returns
    -------
    images, targets : new ones

    Raises
    ------
    TypeError, ValueError : sizes that are not whole numbers from 1, or none.

    References
    ----------
    Redmon & Farhadi 2017, "YOLO9000", arXiv 1612.08242, section 2, "Multi-Scale Training": 320 to 608 pixels.

    Examples
    --------
    >>> images, targets = rescaled(torch.zeros(1, 3, 96, 96), [{"boxes": torch.tensor([[0.0, 6, 12, 24]])}], [64])
    >>> images.shape, targets[0]["boxes"].tolist()
    (torch.Size([1, 3, 64, 64]), [[0.0, 4.0, 8.0, 16.0]])
    """
    choices = [_validate.whole("sizes", size, 1) for size in sizes]
    if not choices:
        raise ValueError("sizes must hold one size at least, got none")
    height = choices[int(torch.randint(len(choices), ()))]
    old_height, old_width = images.shape[-2:]
    width = max(1, round(height * old_width / old_height))
    if (height, width) == (old_height, old_width):
        return images, [dict(target) for target in targets]
    resized = functional.interpolate(images, (height, width), mode="bilinear", antialias=True).clamp(0, 1)
    return resized, [_rescaled(target, (height, width), (old_height, old_width)) for target in targets]


def _rescaled(target: Mapping[str, Any], size: tuple[int, int], old: tuple[int, int]) -> dict[str, Any]:
    found = dict(target)
    for name in found.keys() & {"boxes", "proposals"}:
        y, x = (new / before for new, before in zip(size, old, strict=True))
        edges = found[name].new_tensor((size[1], size[0], size[1], size[0]))
        found[name] = torch.minimum(found[name] * found[name].new_tensor((x, y, x, y)), edges)  # rounding
    if "masks" in found:
        masks = found["masks"]
        found["masks"] = functional.interpolate(masks[:, None].float(), size, mode="nearest-exact")[:, 0].to(
            masks.dtype
        )
    return found
