"""SPP-net: R-CNN's trainings on features that are pooled from one map of the whole image."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dlcourse import _validate
from dlcourse.detection._backbone import STRIDE, backbone
from dlcourse.detection._roi import roi_pool
from dlcourse.detection._svm_detector import SVMDetector


class SPPNet(SVMDetector):
    """The convolutions run once for the whole image; a pyramid of pooled maps describes each proposal.

    From the part of the map that a proposal covers, the largest number of each channel is taken in 4 x 4, 2 x 2 and
    1 x 1 bins: 21 numbers for each channel, whatever the proposal's size. Only what comes after this pooling is
    trained; the convolutions stay as they came. Fine-tuning, SVMs and regressions are those of `RCNN`, with the same
    three definitions of examples: `fit(model, scenes, ..., step=lambda model, batch: model(*batch))`, then
    `model.fit_svms(scenes)`.

    It differs from the paper in these points, and from `RCNN`'s paper in those that stand there. Our convolutions come
    from an R-CNN and not from ImageNet's classes. The pyramid has 21 bins and not 50, as the map has only 12 x 12
    places. Images have one size; the paper takes for each window the scale at which it is nearest to 224 x 224 pixels.
    Places of a window are rounded as in `roi_pool`.

    Parameters
    ----------
    classes : number of classes, without background
    convolutions : trained ones with stride 8, such as `pretrained("rcnn").features[0]`; they are not changed. Without
        them a `backbone` with random weights is there to load trained ones into.
    width : of that backbone; a quarter of the channels that the convolutions give
    hidden : numbers in `fc7`, the features of the SVMs

    Raises
    ------
    TypeError, ValueError : numbers that are not whole or too small.

    References
    ----------
    He et al. 2014, "Spatial pyramid pooling in deep convolutional networks for visual recognition", arXiv 1406.4729.

    Examples
    --------
    >>> model = SPPNet(classes=2)
    >>> sum(p.numel() for p in model.backbone.parameters() if p.requires_grad)
    0
    >>> model.pool5(torch.zeros(1, 3, 96, 96), [torch.tensor([[8.0, 8, 40, 40]])]).shape
    torch.Size([1, 1344])
    """

    LEVELS = (4, 2, 1)

    def __init__(self, classes: int, convolutions: nn.Module | None = None, width: int = 16, hidden: int = 128) -> None:
        pooled = 4 * _validate.whole("width", width, 1) * sum(bins**2 for bins in self.LEVELS)
        super().__init__(classes, pooled, _validate.whole("hidden", hidden, 1))
        self.backbone = backbone(width)
        if convolutions is not None:
            self.backbone.load_state_dict(convolutions.state_dict())
        self.backbone.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> SPPNet:
        """As of any module, but for the convolutions, whose averages stay as they are."""
        super().train(mode)
        self.backbone.eval()
        return self

    def pool5(self, images: Tensor, proposals: Sequence[Tensor]) -> Tensor:
        """The pyramid of each proposal, level by level."""
        with torch.no_grad():
            maps = self.backbone(images)
            return torch.cat([roi_pool(maps, proposals, bins, 1 / STRIDE).flatten(1) for bins in self.LEVELS], 1)
