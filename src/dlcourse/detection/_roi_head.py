"""The head of Fast, Faster and Mask R-CNN: from what was pooled of a region to its class and its box.

In the order of use: `sample_rois` draws regions to train on, `RoIHead` computes scores and box codes for what was
pooled of them, `head_losses` compares those with the true objects, and `detections` makes predictions of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from dlcourse import _validate, boxes
from dlcourse.detection._batch import Target
from dlcourse.detection._matching import IGNORED, NEGATIVE, match, sample

BACKGROUND = 0  # the head's own class 0, so that class k of the labels is its class k + 1
WEIGHTS = (10.0, 10.0, 5.0, 5.0)  # of the box codes: with them, targets spread about as widely as class scores


def sample_rois(
    proposals: Tensor,
    target: Target,
    n: int = 64,
    positive_fraction: float = 0.25,
    background: tuple[float, float] = (0.0, 0.5),
) -> tuple[Tensor, Tensor]:
    """Regions of one image to train a head on: some that cover an object well, and others that do not.

    The true boxes stand among the proposals, so that there are positives from the first step on. A region whose largest
    IoU with an object is at least `background[1]` is positive, and background where that is from `background[0]` up to
    it. No gradient goes back into the proposals.

    Parameters
    ----------
    proposals : (P, 4) tensor; P may be 0
    target : dict with "boxes" (K, 4); K may be 0
    n : how many, if there are as many
    positive_fraction : the largest share of positives in 0..1
    background : bounds of the IoU of what counts as background: (0.1, 0.5) in Fast R-CNN, (0, 0.5) in Faster R-CNN

    Returns
    -------
    rois : (R, 4) tensor, R at most `n`, positives first
    matched : (R,) int64 tensor: the object's place in the target, -1 for background

    Raises
    ------
    TypeError, ValueError : a number, a share or bounds that are not as above.

    References
    ----------
    Girshick 2015, "Fast R-CNN", arXiv 1504.08083, section 2.3; Ren et al. 2015, arXiv 1506.01497, for [0, 0.5) its
    published configuration.

    Examples
    --------
    >>> target = {"boxes": torch.tensor([[0.0, 0, 10, 10]]), "labels": torch.tensor([1])}
    >>> rois, matched = sample_rois(torch.tensor([[20.0, 0, 30, 10]]), target, n=4)
    >>> rois.tolist(), matched.tolist()
    ([[0.0, 0.0, 10.0, 10.0], [20.0, 0.0, 30.0, 10.0]], [0, -1])
    """
    low, high = (_validate.real("background", bound, 0, 1) for bound in background)
    objects = target["boxes"]
    candidates = torch.cat((objects, proposals.detach().to(objects.dtype)))
    matched = match(objects, candidates, high, high, force=False)
    if low > 0 and len(objects):
        too_far = boxes.iou(objects, candidates).amax(dim=0) < low
        matched = torch.where(too_far, IGNORED, matched)
    chosen = torch.cat(sample(matched, n, positive_fraction))
    return candidates[chosen], matched[chosen]


class RoIHead(nn.Module):
    """Two dense layers, then class scores and, for each class, the codes of a box.

    Parameters
    ----------
    classes : without the background, which is added inside as class 0
    inputs : numbers that are pooled of each region: channels * height * width
    hidden : units of both dense layers; 4,096 in the papers

    Raises
    ------
    TypeError, ValueError : a parameter that is not a whole number from 1.

    References
    ----------
    Girshick 2015, "Fast R-CNN", arXiv 1504.08083, sections 2.1 and 2.3 (sibling outputs, their initial weights).

    Examples
    --------
    >>> scores, codes = RoIHead(classes=2, inputs=64 * 5 * 5)(torch.zeros(3, 64, 5, 5))
    >>> scores.shape, codes.shape
    (torch.Size([3, 3]), torch.Size([3, 2, 4]))
    """

    def __init__(self, classes: int, inputs: int, hidden: int = 128) -> None:
        super().__init__()
        self.classes = _validate.whole("classes", classes, 1)
        self.fc1 = nn.Linear(_validate.whole("inputs", inputs, 1), _validate.whole("hidden", hidden, 1))
        self.fc2 = nn.Linear(hidden, hidden)
        self.score = nn.Linear(hidden, 1 + classes)
        self.box = nn.Linear(hidden, 4 * classes)
        for layer, spread in ((self.score, 0.01), (self.box, 0.001)):
            nn.init.normal_(layer.weight, std=spread)
            nn.init.zeros_(layer.bias)

    def forward(self, pooled: Tensor) -> tuple[Tensor, Tensor]:
        """Scores before softmax (R, 1 + classes), background first, and box codes (R, classes, 4)."""
        x = torch.relu(self.fc1(pooled.flatten(1)))
        x = torch.relu(self.fc2(x))
        return self.score(x), self.box(x).reshape(-1, self.classes, 4)


def head_losses(
    scores: Tensor,
    codes: Tensor,
    rois: Sequence[Tensor],
    matched: Sequence[Tensor],
    targets: Sequence[Target],
    beta: float = 1.0,
) -> dict[str, Tensor]:
    """How far the head is from the truth: the cross-entropy of the classes, and smooth L1 of the positives' box codes.

    Both are divided by the number of regions, background included, so that a region counts the same in every batch. Of
    the box codes, only those of the true class take part.

    Parameters
    ----------
    scores : (R, 1 + classes), as `RoIHead` gives them for the regions of all images
    codes : (R, classes, 4)
    rois, matched : for each image what `sample_rois` gave, R regions together
    targets : for each image a dict with "boxes" and "labels"
    beta : where smooth L1 changes from a parabola to a line: 1 in Fast R-CNN; 1 / sigma**2 in other papers

    Returns
    -------
    dict of two numbers, "class" and "box"; both are 0 where there are no regions

    Raises
    ------
    ValueError : lists that do not hold one entry for each image.

    References
    ----------
    Girshick 2015, "Fast R-CNN", arXiv 1504.08083, section 2.3, equations 1 to 3.

    Examples
    --------
    >>> target = {"boxes": torch.tensor([[0.0, 0, 10, 10]]), "labels": torch.tensor([1])}
    >>> scores, codes = torch.tensor([[0.0, 0, 9]]), torch.zeros(1, 2, 4)
    >>> losses = head_losses(scores, codes, [target["boxes"]], [torch.tensor([0])], [target])
    >>> round(losses["class"].item(), 3), losses["box"].item()
    (0.0, 0.0)
    """
    labels = torch.cat([roi_labels(m, t) for m, t in zip(matched, targets, strict=True)])
    positive = torch.nonzero(labels != BACKGROUND).flatten()
    owners = torch.cat([t["boxes"][m[m >= 0]] for m, t in zip(matched, targets, strict=True)])
    wanted = boxes.encode(owners, torch.cat(list(rois))[positive], WEIGHTS)
    given = codes[positive, labels[positive] - 1]
    count = max(len(labels), 1)
    return {
        "class": functional.cross_entropy(scores, labels, reduction="sum") / count,
        "box": functional.smooth_l1_loss(given, wanted, beta=beta, reduction="sum") / count,
    }


def roi_labels(matched: Tensor, target: Target) -> Tensor:
    """The head's class of each region: that of its object plus 1, or 0 for background."""
    labels = torch.full_like(matched, BACKGROUND)
    positive = matched != NEGATIVE
    labels[positive] = target["labels"][matched[positive]] + 1
    return labels


def detections(
    scores: Tensor,
    codes: Tensor,
    rois: Tensor,
    size: tuple[int, int],
    *,
    score_threshold: float = 0.05,
    iou_threshold: float = 0.3,
    limit: int = 100,
) -> dict[str, Tensor]:
    """The predictions for one image: each region may become a box of every class whose probability is high enough.

    Softmax runs over all classes and the background; NMS runs for each class by itself.

    Parameters
    ----------
    scores : (R, 1 + classes) before softmax, background first
    codes : (R, classes, 4)
    rois : (R, 4), to which the codes refer; R may be 0
    size : height and width of the image, to which boxes are clipped
    score_threshold : the least probability of a prediction; a high one cuts the precision-recall curve short
    iou_threshold : of two boxes of a class that overlap more, NMS keeps the one with the higher score
    limit : the most predictions for an image

    Returns
    -------
    dict, by falling score: "boxes" (K, 4), "labels" (K,) int64 from 0, "scores" (K,), and "rois" (K,) int64, the place
    of the region that each comes from

    Raises
    ------
    TypeError, ValueError : a threshold outside of 0..1, a limit that is not a whole number from 1.

    References
    ----------
    Girshick 2015, "Fast R-CNN", arXiv 1504.08083, section 3. Its NMS has the threshold 0.3.

    Examples
    --------
    >>> scores, rois = torch.tensor([[0.0, 0, 9], [9, 0, 0]]), torch.tensor([[0.0, 0, 10, 10], [5, 5, 9, 9]])
    >>> found = detections(scores, torch.zeros(2, 2, 4), rois, size=(96, 96))
    >>> found["boxes"].tolist(), found["labels"].tolist()
    ([[0.0, 0.0, 10.0, 10.0]], [1])
    """
    least = _validate.real("score_threshold", score_threshold, 0, 1)
    limit = _validate.whole("limit", limit, 1)
    box_of = lambda roi, label: boxes.decode(codes[roi, label], rois[roi], WEIGHTS)  # noqa: E731
    return class_by_class(torch.softmax(scores, dim=1)[:, 1:], box_of, size, least, iou_threshold, limit)


def class_by_class(
    scores: Tensor,
    box_of: Callable[[Tensor, Tensor], Tensor],
    size: tuple[int, int],
    least: float,
    iou_threshold: float,
    limit: int,
) -> dict[str, Tensor]:
    """Of scores (R, classes) those of `least` or more, with the boxes `box_of(roi, label)`, after NMS in each class."""
    roi, label = torch.nonzero(scores >= least, as_tuple=True)
    found, score = boxes.clip(box_of(roi, label), size), scores[roi, label]
    kept = torch.nonzero(boxes.area(found) > 0).flatten()  # a box that was clipped away covers nothing
    kept = kept[boxes.batched_nms(found[kept], score[kept], label[kept], iou_threshold)][:limit]
    return {"boxes": found[kept], "labels": label[kept], "scores": score[kept], "rois": roi[kept]}
