"""Mask R-CNN: Faster R-CNN with a third output for each region, a small mask for every class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from dlcourse import _validate
from dlcourse.detection._backbone import STRIDE
from dlcourse.detection._batch import Target, check_batch
from dlcourse.detection._faster_rcnn import FasterRCNN
from dlcourse.detection._roi import roi_align

POOLED = 8  # places of a region that is pooled for its mask, along each side; the mask has twice as many


class MaskRCNN(FasterRCNN):
    """Faster R-CNN that also says which pixels of each box belong to the object.

    It has one loss more, "mask". For each positive region the mask head gives one map a class; only that of the true
    class is compared with the true mask, cut out at the region and resampled, so that classes do not compete for
    pixels. In prediction, masks are computed for the final boxes, pasted at the size of the image, and cut at 0.5.

    Deviations from the paper, beside those of `FasterRCNN`: no feature pyramid; a mask head of two 3x3 convolutions
    with 32 channels, not four with 256; regions pooled to 8 x 8 and masks of 16 x 16, not 14 x 14 and 28 x 28.

    Parameters
    ----------
    classes, width, hidden : as for `FasterRCNN`
    pool : "align" as in the paper, or "pool": `roi_pool`, for boxes and masks, to measure what the difference brings
    masks : "sigmoid" as in the paper: each class decides for itself; or "softmax": at each pixel classes and background
        compete, to measure what that costs

    Raises
    ------
    TypeError, ValueError : a parameter that is not as above; later, images and targets as `check_batch` refuses them.

    References
    ----------
    He et al. 2017, "Mask R-CNN", arXiv 1703.06870, section 3; table 2 b and c for the two options.

    Examples
    --------
    >>> model = MaskRCNN(classes=2).eval()
    >>> found = model(torch.rand(1, 3, 96, 96))[0]
    >>> found["masks"].shape == (len(found["boxes"]), 96, 96), found["masks"].dtype
    (True, torch.bool)
    """

    def __init__(
        self, classes: int, *, width: int = 16, hidden: int = 128, pool: str = "align", masks: str = "sigmoid"
    ) -> None:
        super().__init__(classes, width=width, hidden=hidden, pool=pool)
        self.masks = _validate.choice("masks", masks, ("sigmoid", "softmax"))
        self.mask_head = mask_head(4 * width, 2 * width, classes + (masks == "softmax"))

    def checked(self, images: Tensor, targets: Sequence[Mapping[str, Any]]) -> list[Target]:
        """The targets, with masks, if they are as they should be."""
        return check_batch(images, targets, self.classes, masks=True)

    def _head_losses(
        self, features: Tensor, rois: Sequence[Tensor], matched: Sequence[Tensor], targets: Sequence[Target]
    ) -> dict[str, Tensor]:
        losses = super()._head_losses(features, rois, matched, targets)
        positive = [roi[m >= 0] for roi, m in zip(rois, matched, strict=True)]
        owners = [m[m >= 0] for m in matched]
        labels = torch.cat([target["labels"][owner] for target, owner in zip(targets, owners, strict=True)])
        logits = self._mask_logits(features, positive)
        triples = zip(positive, owners, targets, strict=True)
        wanted = torch.cat([mask_targets(roi, t["masks"][k], 2 * POOLED) for roi, k, t in triples])
        return losses | {"mask": mask_loss(logits, labels, wanted, self.masks)}

    def _mask_logits(self, features: Tensor, rois: Sequence[Tensor]) -> Tensor:
        return self.mask_head(self.pool(features, rois, POOLED, 1 / STRIDE))

    def _predictions(self, features: Tensor, size: tuple[int, int]) -> list[dict[str, Tensor]]:
        found = super()._predictions(features, size)
        rois = [each["boxes"] for each in found]
        logits = self._mask_logits(features, rois).split([len(each) for each in rois])
        for each, maps in zip(found, logits, strict=True):
            probability = mask_probability(maps, each["labels"], self.masks)
            each["masks"] = paste(probability, each["boxes"], size) >= 0.5
        return found


def mask_head(inputs: int, channels: int, maps: int) -> nn.Sequential:
    """Two 3x3 convolutions, a transposed one that doubles height and width, and a 1x1 convolution to the maps."""
    return nn.Sequential(
        nn.Conv2d(inputs, channels, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(channels, channels, 3, padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(channels, channels, 2, stride=2),
        nn.ReLU(),
        nn.Conv2d(channels, maps, 1),
    )


def mask_targets(rois: Tensor, masks: Tensor, size: int) -> Tensor:
    """What of each object's mask lies in its region, resampled to (R, size, size) of 0 and 1."""
    if len(rois) == 0:
        return rois.new_zeros(0, size, size)
    table = torch.cat((torch.arange(len(rois), device=rois.device)[:, None].to(rois.dtype), rois), dim=1)
    cut = roi_align(masks[:, None].to(rois.dtype), table, size, aligned=True)
    return (cut[:, 0] >= 0.5).to(rois.dtype)


def mask_loss(logits: Tensor, labels: Tensor, wanted: Tensor, masks: str) -> Tensor:
    """The mean over all pixels of the positives' masks: binary cross-entropy of the true class's map, or softmax."""
    if len(labels) == 0:
        return logits.sum() * 0
    if masks == "softmax":  # map 0 is the background
        return functional.cross_entropy(logits, (wanted * (labels + 1)[:, None, None]).long())
    own = logits[torch.arange(len(labels), device=labels.device), labels]
    return functional.binary_cross_entropy_with_logits(own, wanted)


def mask_probability(logits: Tensor, labels: Tensor, masks: str) -> Tensor:
    """(K, size, size) numbers in 0..1: for each object, those of its own class."""
    place = torch.arange(len(labels), device=labels.device)
    if masks == "softmax":
        return torch.softmax(logits, dim=1)[place, labels + 1]
    return torch.sigmoid(logits[place, labels])


def paste(masks: Tensor, boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Small masks stretched over their boxes, at the size of the image; outside of its box each is 0.

    Parameters
    ----------
    masks : (K, M, M) numbers in 0..1
    boxes : (K, 4) in pixels
    size : height and width of the image

    Returns
    -------
    (K, height, width) numbers in 0..1, read bilinearly at the middles of the pixels
    """
    places = []
    for axis, pixels in ((1, size[0]), (0, size[1])):
        low, high = boxes[:, axis, None], boxes[:, axis + 2, None]
        middle = torch.arange(pixels, device=boxes.device) + 0.5
        places.append(2 * (middle - low) / (high - low) - 1)  # -1 and 1 are the box's edges
    y, x = places
    grid = torch.stack(torch.broadcast_tensors(x[:, None, :], y[:, :, None]), dim=-1)
    read = functional.grid_sample(masks[:, None], grid, padding_mode="border", align_corners=False)[:, 0]
    return read * (grid.abs() <= 1).all(dim=-1)
