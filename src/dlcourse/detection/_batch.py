"""What a detector is trained on, looked at before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from dlcourse import _validate

Target = dict[str, Tensor]


def check_images(images: Tensor) -> Tensor:
    """The images, if they are what a detector takes; else an error that says what came."""
    if not isinstance(images, Tensor) or images.ndim != 4 or images.shape[1] != 3:
        raise TypeError(f"images must be a (N, 3, height, width) tensor, got {_shape(images)}")
    if not images.is_floating_point():
        raise TypeError(f"images must be floats in 0..1, got {images.dtype}: divide bytes by 255")
    if images.numel() and not bool((images.detach().amax() <= 1) & (images.detach().amin() >= 0)):
        low, high = float(images.detach().amin()), float(images.detach().amax())
        raise ValueError(f"images must be floats in 0..1, got numbers from {low:g} to {high:g}")
    return images


def check_batch(
    images: Tensor, targets: Sequence[Mapping[str, Any]], classes: int, *, masks: bool = False
) -> list[Target]:
    """The targets as tensors on the images' device, or an error that names image and object and what is wrong there.

    An image without objects is fine: boxes (0, 4), labels (0,).

    Parameters
    ----------
    images : (N, 3, height, width) tensor of floats in 0..1
    targets : N dicts with "boxes" (K, 4) in pixels and "labels" (K,), arrays or tensors; "proposals" (P, 4) and other
        entries may stand beside them
    classes : how many classes there are; labels count from 0
    masks : whether "masks" (K, height, width) are needed, too

    Returns
    -------
    list of N dicts: "boxes" float (K, 4), "labels" int64 (K,), and, where they came, "proposals" float (P, 4) and
    "masks" bool (K, height, width)

    Raises
    ------
    TypeError, ValueError : images that are not what a detector takes; a number of targets that is not theirs; boxes
        that are not numbers, have no area or lie outside of their image; labels that are no class; masks or labels that
        do not fit their boxes.

    Examples
    --------
    >>> import torch
    >>> images = torch.zeros(1, 3, 96, 96)
    >>> check_batch(images, [{"boxes": [[90, 10, 99, 20]], "labels": [0]}], classes=2)
    Traceback (most recent call last):
    ValueError: targets[0]: box 0 is (90, 10, 99, 20), which reaches beyond its image of 96 x 96 pixels (width x height)
    """
    check_images(images)
    if len(targets) != len(images):
        raise ValueError(f"targets must hold one dict for each of the {len(images)} images, got {len(targets)}")
    return [_target(f"targets[{i}]", target, images, classes, masks) for i, target in enumerate(targets)]


def _target(name: str, target: Mapping[str, Any], images: Tensor, classes: int, masks: bool) -> Target:
    wanted = ("boxes", "labels", "masks") if masks else ("boxes", "labels")
    if not isinstance(target, Mapping) or any(key not in target for key in wanted):
        raise TypeError(f"{name} must be a dict with {', '.join(map(repr, wanted))}, got {_validate.describe(target)}")
    height, width = images.shape[2:]
    found: Target = {"boxes": _boxes(f"{name}['boxes']", target["boxes"], images)}
    count = len(found["boxes"])
    _check_boxes(name, found["boxes"], height, width)
    labels = torch.as_tensor(target["labels"], device=images.device)
    if labels.shape != (count,) or (count and (labels.is_floating_point() or labels.dtype == torch.bool)):
        raise ValueError(f"{name}['labels'] must hold one class number for each of the {count} boxes, got {labels}")
    if count and (int(labels.min()) < 0 or int(labels.max()) >= classes):
        raise ValueError(
            f"{name}['labels'] must be classes from 0 to {classes - 1}, got {int(labels.min())} to "
            f"{int(labels.max())}; the background has no label of its own"
        )
    found["labels"] = labels.long()
    if "proposals" in target:
        found["proposals"] = check_proposals(f"{name}['proposals']", target["proposals"], images)
    if masks:
        regions = torch.as_tensor(target["masks"], device=images.device)
        if regions.shape != (count, height, width):
            raise ValueError(
                f"{name}['masks'] must be ({count}, {height}, {width}), one of the image's size for each box; got "
                f"{tuple(regions.shape)}"
            )
        found["masks"] = _masks(name, regions, found["boxes"])
    return found


def _masks(name: str, regions: Tensor, boxes: Tensor) -> Tensor:
    """Masks of bool, floats as from above 0.5, if each has a pixel in its box."""
    if regions.is_floating_point():
        if not bool(torch.isfinite(regions).all()):
            raise ValueError(f"{name}['masks'] must be True or False, or numbers in 0..1; got NaN or infinity in them")
        regions = regions > 0.5
    regions = regions.bool()
    height, width = regions.shape[1:]
    y, x = (torch.arange(size, device=boxes.device) for size in (height, width))
    x0, y0, x1, y1 = boxes[:, :, None, None].unbind(1)  # a pixel lies in a box that covers a part of it
    inside = (x < x1) & (x + 1 > x0) & (y[:, None] < y1) & (y[:, None] + 1 > y0)
    outside = ~(regions & inside).flatten(1).any(1)
    if bool(outside.any()):
        k = int(torch.nonzero(outside)[0])
        raise ValueError(f"{name}: mask {k} has no pixel in box {k}; was one of them mirrored without the other?")
    return regions


def check_proposals(name: str, value: Any, images: Tensor) -> Tensor:
    """`value` as a (P, 4) tensor of the images' type, if its rows are boxes; they may be empty or reach beyond."""
    found = _boxes(name, value, images)
    x0, y0, x1, y1 = found.unbind(1)
    wrong = ~(torch.isfinite(found).all(1) & (x0 <= x1) & (y0 <= y1))
    if bool(wrong.any()):
        k = int(torch.nonzero(wrong)[0])
        corners = ", ".join(f"{number:g}" for number in found[k].tolist())
        raise ValueError(f"{name}: row {k} is ({corners}), which is no box with x0 <= x1 and y0 <= y1")
    return found


def _boxes(name: str, value: Any, images: Tensor) -> Tensor:
    """`value` as a (K, 4) tensor of the images' type."""
    try:
        found = torch.as_tensor(value, dtype=images.dtype, device=images.device)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a (K, 4) array of numbers, got {_validate.describe(value)}") from None
    if found.numel() == 0:
        return found.reshape(0, 4)
    if found.ndim != 2 or found.shape[1] != 4:
        raise ValueError(f"{name} must be a (K, 4) array, got shape {tuple(found.shape)}")
    return found


def _check_boxes(name: str, boxes: Tensor, height: int, width: int) -> None:
    """Raise for the first box that is not one."""
    x0, y0, x1, y1 = boxes.unbind(1)
    wrong = {
        "is not made of finite numbers": ~torch.isfinite(boxes).all(1),
        "has no area: x1 must be above x0 and y1 above y0": (x1 <= x0) | (y1 <= y0),
        f"reaches beyond its image of {width} x {height} pixels (width x height)": (
            (x0 < 0) | (y0 < 0) | (x1 > width) | (y1 > height)
        ),
    }
    for what, which in wrong.items():
        if bool(which.any()):
            k = int(torch.nonzero(which)[0])
            corners = ", ".join(f"{number:g}" for number in boxes[k].tolist())
            raise ValueError(f"{name}: box {k} is ({corners}), which {what}")


def _shape(value: object) -> str:
    return f"a tensor of shape {tuple(value.shape)}" if isinstance(value, Tensor) else _validate.describe(value)
