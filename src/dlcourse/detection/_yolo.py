"""What the three YOLO detectors share: cells, overlaps, boxes from bounded offsets, the way from images to detections.

Boxes are `(x0, y0, x1, y1)` in pixels of the image everywhere, also inside of a loss: an IoU of numbers in mixed units,
such as centres in cells and sizes in images, is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from dlcourse import _validate, boxes
from dlcourse.boxes._codes import LARGEST_LOG
from dlcourse.detection._batch import Target, check_batch, check_images

LEAST = 0.01  # score of a detection: a higher one cuts the precision-recall curve short
NMS = 0.45  # darknet's threshold
LIMIT = 100  # detections of an image


class YOLODetector(nn.Module):
    """A network that sees an image once: its outputs say for each cell of a map, or of several, which boxes are there.

    A subclass sets `classes` and `stride`, the number that height and width must be a multiple of, and has three
    methods: `outputs(images)`, the raw numbers of the network; `losses(outputs, targets, size)`, a dict; and
    `candidates(outputs, size)`, all boxes (N, P, 4) in pixels with their class scores (N, P, classes).
    """

    classes: int
    stride: int

    def forward(self, images: Tensor, targets: Sequence[Mapping[str, Any]] | None = None) -> Any:
        """Losses, a dict of numbers, if there are targets; else predictions, a list with a dict for each image."""
        check_images(images)
        size = (images.shape[2], images.shape[3])
        self.check_size(size)
        if targets is None and self.training:
            raise ValueError("targets must be given in training mode; for predictions call model.eval() first")
        if targets is not None:
            checked = check_batch(images, targets, self.classes)
            return self.losses(self.outputs(images), checked, size)
        with torch.no_grad():
            found = self.candidates(self.outputs(images), size)
        return [yolo_detections(b, s, size) for b, s in zip(*found, strict=True)]

    def check_size(self, size: tuple[int, int]) -> None:
        """Raise if the network cannot take images of this height and width."""
        if any(pixels % self.stride or not pixels for pixels in size):
            raise ValueError(f"images must have a height and width that are multiples of {self.stride}, got {size}")

    def outputs(self, images: Tensor) -> Any:
        """The raw numbers of the network."""
        raise NotImplementedError

    def losses(self, outputs: Any, targets: Sequence[Target], size: tuple[int, int]) -> dict[str, Tensor]:
        """How far the outputs are from the truth."""
        raise NotImplementedError

    def candidates(self, outputs: Any, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """All boxes (N, P, 4) in pixels, and their class scores (N, P, classes)."""
        raise NotImplementedError


def yolo_detections(
    found: Tensor,
    scores: Tensor,
    size: tuple[int, int],
    *,
    score_threshold: float = LEAST,
    iou_threshold: float = NMS,
    limit: int = LIMIT,
) -> dict[str, Tensor]:
    """The predictions for one image: each box with each class of a high enough score, clipped, after NMS in each class.

    Parameters
    ----------
    found : (P, 4) boxes in pixels
    scores : (P, K), for each class the probability that the box holds an object of it
    size : height and width of the image
    score_threshold, iou_threshold, limit : as for `detections`

    Returns
    -------
    dict, by falling score: "boxes" (D, 4), "labels" (D,) int64 from 0, "scores" (D,)
    """
    least = _validate.real("score_threshold", score_threshold, 0, 1)
    limit = _validate.whole("limit", limit, 1)
    box, label = torch.nonzero(scores >= least, as_tuple=True)
    score = scores[box, label]
    height, width = size
    clipped = torch.minimum(found[box].clamp(min=0), found.new_tensor((width, height, width, height)))
    kept = boxes.batched_nms(clipped, score, label, iou_threshold)
    kept = kept[(clipped[kept, 2:] > clipped[kept, :2]).all(1)][:limit]  # what was clipped away covers nothing
    return {"boxes": clipped[kept], "labels": label[kept], "scores": score[kept]}


def cells(map_size: tuple[int, int], device: torch.device | None = None) -> Tensor:
    """Column and row (x and y, in this order) of each cell of a map, row by row: (rows * columns, 2) floats."""
    rows, columns = map_size
    y, x = torch.meshgrid(torch.arange(rows, device=device), torch.arange(columns, device=device), indexing="ij")
    return torch.stack((x, y), -1).reshape(-1, 2).float()


def aligned_iou(a: Tensor, b: Tensor) -> Tensor:
    """IoU of each box of `a` (..., 4) with the box of `b` (..., 4) in the same place: (...); 0 where both are empty.

    Sides are clamped at 0 before they are multiplied: else two boxes that lie apart on both axes would overlap.
    """
    sides = (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])).clamp(min=0)
    intersection = sides.prod(-1)
    union = (a[..., 2:] - a[..., :2]).prod(-1) + (b[..., 2:] - b[..., :2]).prod(-1) - intersection
    return intersection / union.clamp(min=torch.finfo(union.dtype).tiny)


def shape_iou(sizes: Tensor, priors: Tensor) -> Tensor:
    """IoU of each width and height (K, 2) with each prior (A, 2), as if all had one centre: (K, A)."""
    intersection = torch.minimum(sizes[:, None], priors[None]).prod(-1)
    return intersection / (sizes.prod(-1)[:, None] + priors.prod(-1)[None] - intersection)


def largest_iou(found: Tensor, objects: Tensor) -> Tensor:
    """For each box (P, 4) of one image its largest IoU with any object (K, 4) of that image; 0 if there is none."""
    if not len(objects):
        return found.new_zeros(len(found))
    return torch.as_tensor(boxes.iou(found, objects).amax(1))


def decode_cells(codes: Tensor, priors: Tensor, corners: Tensor, stride: Tensor | float) -> Tensor:
    """Boxes in pixels from bounded offsets: the centre stays in its cell, and the size is a multiple of the prior's.

    Parameters
    ----------
    codes : (..., P, 4) raw outputs tx, ty, tw, th of P predictors
    priors : (P, 2) widths and heights in pixels
    corners : (P, 2), x and y in pixels of the upper left corner of the predictor's cell
    stride : pixels of a cell along each side, (P, 1) where they differ

    Returns
    -------
    (..., P, 4): `bx = (sigmoid(tx) + column) * stride`, `bw = pw * exp(tw)`; y and h likewise

    References
    ----------
    Redmon & Farhadi 2017, "YOLO9000", arXiv 1612.08242, section 2, "Direct location prediction". That tw and th are cut
    at log(1000 / 16), so that no early step overflows, is torchvision's.
    """
    centre = torch.sigmoid(codes[..., :2]) * stride + corners
    half = priors * torch.exp(codes[..., 2:].clamp(max=LARGEST_LOG)) / 2
    return torch.cat((centre - half, centre + half), -1)


def centres_and_sizes(found: Tensor) -> tuple[Tensor, Tensor]:
    """Centres (..., 2) and sizes (..., 2) of boxes (..., 4), in pixels."""
    return (found[..., :2] + found[..., 2:]) / 2, found[..., 2:] - found[..., :2]
