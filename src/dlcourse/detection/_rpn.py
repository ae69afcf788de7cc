"""The region proposal network: at every place of the map, which anchors may hold an object, and how to move them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from dlcourse import _validate, boxes
from dlcourse.detection._anchors import anchors
from dlcourse.detection._backbone import STRIDE
from dlcourse.detection._batch import Target
from dlcourse.detection._matching import IGNORED, match, sample

DRAWN = 64  # anchors of an image that take part in a step of training
BETA = 1 / 9  # of smooth L1: sigma is 3 here
SMALLEST = 4.0  # pixels: proposals that are narrower or lower are dropped, as 16 pixels in the paper's 600

Outputs = tuple[Tensor, Tensor, Tensor]  # logits (N, A), box codes (N, A, 4), anchors (A, 4)


class RegionProposalNetwork(nn.Module):
    """A 3x3 convolution and two 1x1 convolutions that score and move the anchors of every place of a map.

    As in the paper: anchors of three scales and three ratios; positive from IoU 0.7, or the best for an object, and
    negative below 0.3; anchors that reach beyond the image take no part in training; half of those that are drawn are
    positive, as far as there are enough; smooth L1 with sigma 3, for positives only; proposals are the N best after
    NMS at 0.7, and no score is too low.

    Unlike in the paper: one score an anchor, its logit to be an object, in place of two and a softmax, which is the
    same function with half of the numbers; both losses are divided by the number of anchors drawn, as all published
    code does, where the paper writes 1/256, and 10/2400 for boxes; 64 anchors are drawn from an image of 96 pixels, not
    256; scales and numbers of proposals fit such images, too.

    Parameters
    ----------
    channels : of the map
    scales, ratios : as for `anchors`, in pixels and height over width

    Raises
    ------
    TypeError, ValueError : channels that are no whole number from 1, scales or ratios as `anchors` refuses them.

    References
    ----------
    Ren et al. 2015, "Faster R-CNN", arXiv 1506.01497, section 3.1.

    Examples
    --------
    >>> rpn = RegionProposalNetwork(64)
    >>> objectness, codes, candidates = rpn(torch.zeros(2, 64, 12, 12))
    >>> objectness.shape, codes.shape, candidates.shape
    (torch.Size([2, 1296]), torch.Size([2, 1296, 4]), torch.Size([1296, 4]))
    """

    def __init__(
        self, channels: int, scales: Sequence[float] = (28, 38, 50), ratios: Sequence[float] = (0.7, 1, 1.4)
    ) -> None:
        super().__init__()
        self.scales, self.ratios = tuple(scales), tuple(ratios)
        shapes = len(anchors((1, 1), STRIDE, scales, ratios))
        self.conv = nn.Conv2d(_validate.whole("channels", channels, 1), channels, 3, padding=1)
        self.objectness = nn.Conv2d(channels, shapes, 1)
        self.box = nn.Conv2d(channels, 4 * shapes, 1)
        for layer in (self.conv, self.objectness, self.box):
            nn.init.normal_(layer.weight, std=0.01)
            nn.init.constant_(layer.bias, 0)  # type: ignore[arg-type]

    def forward(self, features: Tensor) -> Outputs:
        """For each anchor a logit to be an object, (N, A), the codes of a box, (N, A, 4), and itself, (A, 4)."""
        x = torch.relu(self.conv(features))
        objectness = self.objectness(x).permute(0, 2, 3, 1).flatten(1)
        codes = self.box(x).unflatten(1, (-1, 4)).permute(0, 3, 4, 1, 2).flatten(1, 3)
        height, width = features.shape[-2:]
        return objectness, codes, anchors((height, width), STRIDE, self.scales, self.ratios).to(features.device)

    def losses(self, outputs: Outputs, targets: Sequence[Target], size: tuple[int, int]) -> dict[str, Tensor]:
        """How far the outputs are from the truth, over some anchors of each image.

        Parameters
        ----------
        outputs : what the module returns
        targets : for each image a dict with "boxes" (K, 4); K may be 0
        size : height and width of the images

        Returns
        -------
        dict of two numbers: "objectness", the binary cross-entropy, and "proposal_box", smooth L1
        """
        objectness, codes, candidates = outputs
        logits, truth, given, wanted = [], [], [], []
        for scores, code, target in zip(objectness, codes, targets, strict=True):
            matched = anchor_labels(candidates, target["boxes"], size)
            positives, negatives = sample(matched, DRAWN, 0.5)
            drawn = torch.cat((positives, negatives))
            logits.append(scores[drawn])
            truth.append((matched[drawn] >= 0).to(scores.dtype))
            given.append(code[positives])
            wanted.append(boxes.encode(target["boxes"][matched[positives]], candidates[positives]))
        count = max(sum(map(len, logits)), 1)
        return {
            "objectness": functional.binary_cross_entropy_with_logits(
                torch.cat(logits), torch.cat(truth), reduction="sum"
            )
            / count,
            "proposal_box": functional.smooth_l1_loss(torch.cat(given), torch.cat(wanted), beta=BETA, reduction="sum")
            / count,
        }

    @torch.no_grad()
    def propose(self, outputs: Outputs, size: tuple[int, int], before: int, after: int) -> list[dict[str, Tensor]]:
        """The best regions of each image, as numbers without a history: no gradient goes back through them.

        Parameters
        ----------
        outputs : what the module returns
        size : height and width of the images, to which regions are clipped
        before, after : how many of the highest scores stay, before NMS and after it

        Returns
        -------
        list with a dict for each image, by falling score: "boxes" (P, 4), "scores" (P,), the probability to be an
        object of any class, and "anchors" (P, 4), where each began
        """
        objectness, codes, candidates = outputs
        found = []
        for logits, code in zip(objectness, codes, strict=True):
            best = logits.topk(min(before, len(logits))).indices
            moved = boxes.clip(boxes.decode(code[best], candidates[best]), size)
            large = (moved[:, 2:] - moved[:, :2] >= SMALLEST).all(dim=1)
            moved, best = moved[large], best[large]
            kept = boxes.nms(moved, logits[best], 0.7)[:after]
            best = best[kept]
            found.append({"boxes": moved[kept], "scores": logits[best].sigmoid(), "anchors": candidates[best]})
        return found


def anchor_labels(candidates: Tensor, objects: Tensor, size: tuple[int, int]) -> Tensor:
    """As `match` at 0.7 and 0.3; anchors that reach beyond the image are ignored, and are no object's best."""
    height, width = size
    inside = (candidates[:, :2] >= 0).all(dim=1) & (candidates[:, 2] <= width) & (candidates[:, 3] <= height)
    matched = torch.full((len(candidates),), IGNORED, device=candidates.device)
    matched[inside] = match(objects, candidates[inside], 0.7, 0.3)
    return matched
