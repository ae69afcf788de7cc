"""R-CNN: a network for each proposal."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dlcourse import _validate
from dlcourse.detection._backbone import STRIDE, backbone
from dlcourse.detection._svm_detector import SVMDetector
from dlcourse.detection._warp import warp

CHUNK = 128  # crops that go through the network at once


class RCNN(SVMDetector):
    """Each proposal is cut out, warped to one size and classified by a convolutional network.

    Three trainings follow each other, and each has examples of its own:

    1. `fit(model, scenes, ..., step=lambda model, batch: model(*batch))` fine-tunes the network, with a softmax of the
       classes and background. Positive is a proposal with an IoU of at least 0.5 with some object, all others are
       background; each step sees 32 positives and 96 of background.
    2. `model.fit_svms(scenes)` then fits a linear SVM for each class on `fc7`: positive are the true boxes alone,
       negative are proposals with an IoU below 0.3 with all objects of the class, the rest takes no part;
    3. and a ridge regression for each class from `pool5` to the box, on proposals with an IoU above 0.6.

    Until `fit_svms` was called, detections come from the softmax, without regression. Afterwards their scores are those
    of the SVMs: not probabilities, and 0 is the border between the classes.

    It differs from the paper in these points. A network of seven convolutions and one hidden layer without dropout,
    trained from nothing, stands for AlexNet, trained on ImageNet; crops are 64 pixels and not 227. The examples of
    a step come from the images of one batch, not from all images; they are drawn without repetition, and where
    positives are too few, there is more background. Adam and one cycle of the rate are what `fit` is told in this
    book, not SGD. Crops are not rounded to whole pixels. Proposals with scores below -2 are no detections.

    Parameters
    ----------
    classes : number of classes, without background
    width : of the `backbone`
    hidden : numbers in `fc7`, the features of the SVMs
    crop : height and width of the crops, a multiple of 16

    Raises
    ------
    TypeError, ValueError : numbers that are not whole or too small.

    References
    ----------
    Girshick et al. 2014, "Rich feature hierarchies for accurate object detection and semantic segmentation",
    arXiv 1311.2524, section 2, appendices A to C.

    Examples
    --------
    >>> model = RCNN(classes=2).eval()
    >>> found = model(torch.zeros(1, 3, 96, 96), proposals=[torch.tensor([[8.0, 8, 40, 40]])])
    >>> sorted(found[0])
    ['boxes', 'labels', 'rois', 'scores']
    """

    def __init__(self, classes: int, width: int = 16, hidden: int = 128, crop: int = 64) -> None:
        crop = _validate.whole("crop", crop, 2 * STRIDE)
        if crop % (2 * STRIDE):
            raise ValueError(f"crop must be a multiple of {2 * STRIDE}, got {crop}")
        hidden = _validate.whole("hidden", hidden, 1)
        places = (crop // (2 * STRIDE)) ** 2
        super().__init__(classes, pooled=4 * width * places, hidden=hidden)
        self.crop = crop
        self.features = nn.Sequential(backbone(width), nn.MaxPool2d(2), nn.Flatten())

    def pool5(self, images: Tensor, proposals: Sequence[Tensor]) -> Tensor:
        """The features of the last layer of pooling, for each crop by itself."""
        crops = warp(images, proposals, self.crop)
        return torch.cat([self.features(part) for part in crops.split(CHUNK)])
