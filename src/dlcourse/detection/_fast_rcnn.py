"""Fast R-CNN: the convolutions run once for the whole image, and each proposal is pooled from their map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from dlcourse import _validate
from dlcourse.detection import _proposals, _roi_head
from dlcourse.detection._backbone import STRIDE, backbone
from dlcourse.detection._batch import Target, check_batch, check_images
from dlcourse.detection._roi import roi_pool

ROIS, POSITIVE_SHARE = 64, 0.25  # of one image
BACKGROUND = (0.1, 0.5)  # IoU with the nearest object
NMS = 0.3


class FastRCNN(nn.Module):
    """One network, trained at once, that classifies proposals and moves their boxes.

    `model(images, targets)` returns the two losses of the paper's equation 1, of which `fit` takes the
    sum: "cls", minus the logarithm of the true class's probability, and "loc", smooth L1 of the box's four codes,
    counted for regions of objects alone. Each image gives 64 regions: at most a quarter overlap an object by an IoU of
    0.5 or more, the others by 0.1 to 0.5. In evaluation mode `model(images)` returns detections. Proposals come from
    the targets' "proposals" in training and as `proposals=` in evaluation; where there are none, selective search makes
    them.

    It differs from the paper in these points. A network of seven convolutions at stride 8, trained from nothing with
    batch normalisation, stands for VGG-16 at stride 16, trained on ImageNet; regions are pooled to 5 x 5 places and not
    7 x 7; the two dense layers have 128 units each and not 4,096, without dropout. Codes of boxes are divided by fixed
    numbers (0.1 and 0.2), not by the spread of each class's codes. The true boxes are proposals, too. Where an image
    has too few regions, fewer than 64 are drawn; where it has no objects, all of its proposals are background. Adam and
    one cycle of the rate are what `fit` is told in this book, not SGD. Images keep one size.

    Parameters
    ----------
    classes : number of classes, without background
    width : of the `backbone`
    hidden : units of the two dense layers
    pooled : height and width of a pooled region

    Raises
    ------
    TypeError, ValueError : numbers that are not whole or too small.

    References
    ----------
    Girshick 2015, "Fast R-CNN", arXiv 1504.08083.

    Examples
    --------
    >>> import torch
    >>> model = FastRCNN(classes=2)
    >>> target = {"boxes": [[8, 8, 40, 40]], "labels": [1], "proposals": [[10, 10, 44, 40], [20, 20, 60, 70]]}
    >>> sorted(model(torch.zeros(1, 3, 96, 96), [target]))
    ['cls', 'loc']
    """

    def __init__(self, classes: int, width: int = 16, hidden: int = 128, pooled: int = 5) -> None:
        super().__init__()
        self.classes = _validate.whole("classes", classes, 1)
        self.pooled = _validate.whole("pooled", pooled, 1)
        self.backbone = backbone(width)
        self.head = _roi_head.RoIHead(classes, 4 * width * pooled**2, _validate.whole("hidden", hidden, 1))

    def forward(
        self, images: Tensor, targets: Sequence[Any] | None = None, proposals: Sequence[Any] | None = None
    ) -> dict[str, Tensor] | list[Target]:
        """Losses where there are targets; without them detections, which need evaluation mode."""
        if targets is None and self.training:
            raise ValueError("targets must be given in training mode; for detections call model.eval() first")
        if targets is None:
            return self._detect(images, _proposals.given(check_images(images), proposals))
        checked = check_batch(images, targets, self.classes)
        found = _proposals.searched(images, checked)
        drawn = [
            _roi_head.sample_rois(p, target, ROIS, POSITIVE_SHARE, BACKGROUND)
            for p, target in zip(found, checked, strict=True)
        ]
        rois, matched = [r for r, _ in drawn], [m for _, m in drawn]
        scores, codes = self.head(self._pool(images, rois))
        losses = _roi_head.head_losses(scores, codes, rois, matched, checked)
        return {"cls": losses["class"], "loc": losses["box"]}

    def _pool(self, images: Tensor, rois: Sequence[Tensor]) -> Tensor:
        return roi_pool(self.backbone(images), rois, self.pooled, 1 / STRIDE)

    @torch.no_grad()
    def _detect(self, images: Tensor, proposals: list[Tensor]) -> list[Target]:
        scores, codes = self.head(self._pool(images, proposals))
        sizes, size = [len(p) for p in proposals], (images.shape[2], images.shape[3])
        return [
            _roi_head.detections(score, code, p, size, iou_threshold=NMS)
            for score, code, p in zip(scores.split(sizes), codes.split(sizes), proposals, strict=True)
        ]
