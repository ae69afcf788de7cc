"""The proposals of images: those that came with them, or selective search's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from dlcourse.detection._batch import Target, check_proposals
from dlcourse.detection._selective_search import selective_search

LIMIT = 150  # proposals of an image that come from here; nearly all objects of 96-pixel scenes are among them


def searched(images: Tensor, targets: Sequence[Target]) -> list[Tensor]:
    """The "proposals" of each target; selective search is asked about images whose target has none."""
    return [
        target["proposals"] if "proposals" in target else _search(image)
        for image, target in zip(images, targets, strict=True)
    ]


def given(images: Tensor, proposals: Sequence[Any] | None) -> list[Tensor]:
    """The `proposals` as tensors of the images' type, one for each image; None: selective search's."""
    if proposals is None:
        return [_search(image) for image in images]
    if len(proposals) != len(images):
        raise ValueError(f"proposals must hold one list for each of the {len(images)} images, got {len(proposals)}")
    return [check_proposals(f"proposals[{i}]", boxes, images) for i, boxes in enumerate(proposals)]


def _search(image: Tensor) -> Tensor:
    pixels = (image.detach() * 255).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
    return torch.as_tensor(selective_search(pixels, limit=LIMIT), dtype=image.dtype, device=image.device).reshape(-1, 4)
