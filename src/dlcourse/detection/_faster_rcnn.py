"""Faster R-CNN: the network that proposes regions shares its convolutions with the one that tells what is in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from dlcourse import _validate
from dlcourse.detection._backbone import STRIDE, backbone
from dlcourse.detection._batch import Target, check_batch, check_images
from dlcourse.detection._roi import roi_align, roi_pool
from dlcourse.detection._roi_head import RoIHead, detections, head_losses, sample_rois
from dlcourse.detection._rpn import RegionProposalNetwork

POOLED = 5  # places of a pooled region along each side
TRAINED_ON = 48  # regions of an image that the head sees in a step of training


class FasterRCNN(nn.Module):
    """A detector in two stages, both on one map: which regions may hold an object, and what is in them.

    With images alone it predicts; with images and targets it returns its four losses, "objectness" and "proposal_box"
    of the first stage, "class" and "box" of the second. `fit(model, scenes, epochs=...,
    step=lambda model, batch: model(*batch))` trains both stages at once, as the paper's "approximate joint training":
    proposals are numbers in which no gradient goes back. `alternate` trains them in the paper's four steps.

    Deviations from the paper, all to fit 96-pixel images and a laptop: seven convolutions trained from nothing in place
    of VGG-16 trained on ImageNet, all of them with batch normalisation, and a map of stride 8, not 16; dense layers of
    128 units without dropout, not 4,096; regions pooled to 5 x 5 by RoIAlign (`pool="pool"` gives the paper's RoI
    pooling), not 7 x 7; 400 anchors before and 100 after NMS in training and prediction, where the paper has 12,000 and
    2,000 in training, 6,000 and 300 in prediction; 48 regions of an image, not 128, for the head. The weights 10, 10,
    5, 5 of the box codes, softmax with a class 0 for the background, and NMS at 0.3 for each class are its code's. What
    the first stage does otherwise stands at `RegionProposalNetwork`.

    Parameters
    ----------
    classes : how many classes there are; the background comes on top of them, inside
    width : of the `backbone`
    hidden : units of the head's dense layers
    pool : "align" or "pool": `roi_align` with 2 x 2 points in a bin, or `roi_pool`

    Raises
    ------
    TypeError, ValueError : a parameter that is not as above; later, images and targets as `check_batch` refuses them.

    References
    ----------
    Ren et al. 2015, "Faster R-CNN: Towards Real-Time Object Detection with Region Proposal Networks", arXiv 1506.01497.

    Examples
    --------
    >>> model = FasterRCNN(classes=2)
    >>> images = torch.zeros(2, 3, 96, 96)
    >>> nothing = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)}
    >>> sorted(model(images, [nothing, nothing]))
    ['box', 'class', 'objectness', 'proposal_box']
    >>> sorted(model.eval()(images)[0])
    ['boxes', 'labels', 'scores']
    """

    def __init__(self, classes: int, *, width: int = 16, hidden: int = 128, pool: str = "align") -> None:
        super().__init__()
        self.classes = _validate.whole("classes", classes, 1)
        self.pool = pooling(pool)
        self.backbone = backbone(width)
        self.rpn = RegionProposalNetwork(4 * width)
        self.head = RoIHead(classes, 4 * width * POOLED**2, hidden)
        self.before, self.after = 400, 100  # proposals of an image before and after NMS

    def forward(self, images: Tensor, targets: Sequence[Mapping[str, Any]] | None = None) -> Any:
        """Losses, a dict of numbers, if there are targets; else predictions, a list with a dict for each image."""
        check_images(images)
        if targets is None and self.training:
            raise ValueError("targets must be given in training mode; for predictions call model.eval() first")
        if targets is None:
            with torch.no_grad():
                return self._predictions(self.backbone(images), _size(images))
        return self._losses(images, self.checked(images, targets))

    def checked(self, images: Tensor, targets: Sequence[Mapping[str, Any]]) -> list[Target]:
        """The targets, if they are as they should be."""
        return check_batch(images, targets, self.classes)

    def propose(self, images: Tensor) -> list[dict[str, Tensor]]:
        """What the first stage alone finds, for looking at it: at most 100 regions of each image.

        Parameters
        ----------
        images : (N, 3, height, width) floats in 0..1

        Returns
        -------
        list with a dict for each image, by falling score: "boxes" (P, 4), "scores" (P,), the probability to be an
        object of any class, and "anchors" (P, 4), where each began
        """
        with torch.no_grad():
            return self._proposals(self.rpn(self.backbone(check_images(images))), _size(images))

    def rpn_losses(self, features: Tensor, targets: Sequence[Target], size: tuple[int, int]) -> dict[str, Tensor]:
        """The losses of the first stage: "objectness" and "proposal_box"."""
        return self.rpn.losses(self.rpn(features), targets, size)

    def roi_losses(
        self, features: Tensor, proposals: Sequence[Mapping[str, Tensor]], targets: Sequence[Target]
    ) -> dict[str, Tensor]:
        """The losses of the second stage, "class" and "box", over regions drawn from the proposals."""
        pairs = zip(proposals, targets, strict=True)
        rois, matched = zip(*(sample_rois(each["boxes"], target, TRAINED_ON) for each, target in pairs), strict=True)
        return self._head_losses(features, rois, matched, targets)

    def _losses(self, images: Tensor, targets: Sequence[Target]) -> dict[str, Tensor]:
        features, size = self.backbone(images), _size(images)
        outputs = self.rpn(features)
        losses = self.rpn.losses(outputs, targets, size)
        return losses | self.roi_losses(features, self._proposals(outputs, size), targets)

    def _head_losses(
        self, features: Tensor, rois: Sequence[Tensor], matched: Sequence[Tensor], targets: Sequence[Target]
    ) -> dict[str, Tensor]:
        scores, codes = self._head(features, rois)
        return head_losses(scores, codes, rois, matched, targets)

    def _head(self, features: Tensor, rois: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        scores, codes = self.head(self.pool(features, rois, POOLED, 1 / STRIDE))
        return scores, codes

    def _proposals(self, outputs: tuple[Tensor, Tensor, Tensor], size: tuple[int, int]) -> list[dict[str, Tensor]]:
        return self.rpn.propose(outputs, size, self.before, self.after)

    def _predictions(self, features: Tensor, size: tuple[int, int]) -> list[dict[str, Tensor]]:
        rois = [each["boxes"] for each in self._proposals(self.rpn(features), size)]
        counts = [len(each) for each in rois]
        scores, codes = (output.split(counts) for output in self._head(features, rois))
        found = [detections(s, c, r, size) for s, c, r in zip(scores, codes, rois, strict=True)]
        return [{name: each[name] for name in ("boxes", "labels", "scores")} for each in found]


def pooling(pool: str) -> Callable[..., Tensor]:
    """`roi_align` as Mask R-CNN has it, or `roi_pool`."""
    _validate.choice("pool", pool, ("align", "pool"))
    return partial(roi_align, sampling_ratio=2, aligned=True) if pool == "align" else roi_pool


def _size(images: Tensor) -> tuple[int, int]:
    return images.shape[2], images.shape[3]
