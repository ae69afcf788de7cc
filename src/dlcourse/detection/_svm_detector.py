"""What R-CNN and SPP-net share: features of proposals, linear SVMs and ridge regressions on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from dlcourse import _validate, boxes
from dlcourse.detection import _proposals, _ridge, _svm
from dlcourse.detection._batch import Target, check_batch, check_images
from dlcourse.detection._matching import match, sample
from dlcourse.detection._roi_head import class_by_class

FOREGROUND = 0.5  # IoU from which a proposal is an example of its object's class in fine-tuning
EXAMPLES, POSITIVE_SHARE = 128, 0.25  # of one step: 32 positives, 96 of background
NMS = 0.3
LEAST_MARGIN, LEAST_PROBABILITY = -2.0, 0.05  # of a detection, by SVM or by softmax; -1 would cost 0.04 of AP50
LIMIT = 100  # detections of an image
BATCH = 8  # images whose features are computed at once


@dataclass
class _Part:
    """What `fit_svms` keeps of an image."""

    target: Target
    candidates: Tensor  # (P, 4): the objects' boxes first, then the proposals
    fc7: Tensor  # (P, hidden)
    pool5_norms: float  # the sum of all lengths
    near: Tensor  # the proposals that any regression may learn from
    near_pool5: Tensor


class SVMDetector(nn.Module):
    """Fine-tuning, SVMs and regressions on `pool5` and `fc7`; a subclass says how `pool5` comes from a proposal."""

    svm_weight: Tensor
    svm_bias: Tensor
    fc7_scale: Tensor
    ridge_weight: Tensor
    ridge_bias: Tensor
    pool5_scale: Tensor
    fitted: Tensor

    def __init__(self, classes: int, pooled: int, hidden: int) -> None:
        super().__init__()
        self.classes = _validate.whole("classes", classes, 1)
        self.fc7 = nn.Sequential(nn.Linear(pooled, hidden), nn.ReLU())
        self.cls = nn.Linear(hidden, classes + 1)
        self.register_buffer("svm_weight", torch.zeros(classes, hidden))
        self.register_buffer("svm_bias", torch.zeros(classes))
        self.register_buffer("fc7_scale", torch.ones(()))
        self.register_buffer("ridge_weight", torch.zeros(classes, 4, pooled))
        self.register_buffer("ridge_bias", torch.zeros(classes, 4))
        self.register_buffer("pool5_scale", torch.ones(()))
        self.register_buffer("fitted", torch.zeros((), dtype=torch.bool))

    def pool5(self, images: Tensor, proposals: Sequence[Tensor]) -> Tensor:
        """Features (P_1 + ... + P_N, pooled) of the proposals of N images."""
        raise NotImplementedError

    def forward(
        self, images: Tensor, targets: Sequence[Any] | None = None, proposals: Sequence[Any] | None = None
    ) -> dict[str, Tensor] | list[Target]:
        """Losses where there are targets; without them detections, which need evaluation mode."""
        if targets is None and self.training:
            raise ValueError("targets must be given in training mode; for detections call model.eval() first")
        if targets is None:
            return self._detect(images, _proposals.given(check_images(images), proposals))
        chosen, truth = self.examples(images, check_batch(images, targets, self.classes))
        if not len(truth):  # a mean over nothing would be NaN
            return {"cls": torch.stack([0 * parameter.sum() for parameter in self.parameters()]).sum()}
        return {"cls": functional.cross_entropy(self.cls(self.fc7(self.pool5(images, chosen))), truth)}

    def examples(self, images: Tensor, targets: Sequence[Target]) -> tuple[list[Tensor], Tensor]:
        """The examples of one step of fine-tuning: boxes of each image, and their classes, 0 for background.

        True boxes are proposals, too. Positive: IoU of 0.5 or more with an object; background: all others.
        """
        found = _candidates(images, targets)
        owners = [
            match(target["boxes"], candidates, FOREGROUND, FOREGROUND, force=False)
            for target, candidates in zip(targets, found, strict=True)
        ]
        truth = torch.cat([_classes(target["labels"], owner) for target, owner in zip(targets, owners, strict=True)])
        chosen = torch.zeros(len(truth), dtype=torch.bool, device=images.device)
        chosen[torch.cat(sample(torch.cat(owners), EXAMPLES, POSITIVE_SHARE))] = True
        parts = chosen.split([len(candidates) for candidates in found])
        return [candidates[part] for candidates, part in zip(found, parts, strict=True)], truth[chosen]

    @torch.no_grad()
    def fit_svms(self, scenes: Any, batch_size: int = BATCH) -> None:
        """Fit the SVMs and the regressions of all classes on the features as they are now.

        Parameters
        ----------
        scenes : what has `.images`, (n, height, width, 3) uint8, and `.targets`, as `fit` takes them
        batch_size : images whose features are computed at once

        Raises
        ------
        TypeError, ValueError : as in training; a class without objects.
        """
        batch_size = _validate.whole("batch_size", batch_size, 1)
        was_training = self.training
        self.eval()
        try:
            parts = list(self._parts(scenes, batch_size))
        finally:
            self.train(was_training)
        missing = set(range(self.classes)) - {label for part in parts for label in part.target["labels"].tolist()}
        if missing:
            raise ValueError(f"scenes must hold objects of each class for its SVM, got none of class {min(missing)}")
        candidates = sum(len(part.candidates) for part in parts)
        self.pool5_scale.fill_(_svm.NORM * candidates / sum(part.pool5_norms for part in parts))
        self.fc7_scale.fill_(_svm.NORM * candidates / sum(float(part.fc7.norm(dim=1).sum()) for part in parts))
        for label in range(self.classes):
            self._fit_class(parts, label)
        self.fitted.fill_(True)

    def _parts(self, scenes: Any, batch_size: int) -> Iterator[_Part]:
        """The features of each image."""
        for start in range(0, len(scenes.images), batch_size):
            pixels = torch.as_tensor(scenes.images[start : start + batch_size], device=self.svm_bias.device)
            images = pixels.permute(0, 3, 1, 2).to(self.svm_bias.dtype) / 255
            targets = check_batch(images, scenes.targets[start : start + batch_size], self.classes)
            found = _candidates(images, targets)
            pool5 = self.pool5(images, found)
            sizes = [len(candidates) for candidates in found]
            rows = zip(targets, found, pool5.split(sizes), self.fc7(pool5).split(sizes), strict=True)
            for target, candidates, features, fc7 in rows:
                norms = float(features.norm(dim=1).sum())
                near = (boxes.iou(candidates, target["boxes"]) > _ridge.ABOVE).any(1)
                near[: len(target["boxes"])] = False
                yield _Part(target, candidates, fc7, norms, candidates[near], features[near])

    def _fit_class(self, parts: list[_Part], label: int) -> None:
        positives, negatives, features, codes = [], [], [], []
        for part in parts:
            objects, labels = part.target["boxes"], part.target["labels"]
            scaled = part.fc7 * self.fc7_scale
            positives.append(scaled[: len(labels)][labels == label].cpu().numpy())
            negative = _svm.svm_negatives(objects, labels, part.candidates, label)
            negatives.append(scaled[negative].cpu().numpy())
            near, owners = _ridge.ridge_pairs(objects, labels, part.near, label)
            features.append(part.near_pool5[near] * self.pool5_scale)
            codes.append(boxes.encode(objects[owners], part.near[near]))
        weight, bias = _svm.fit_svm(np.concatenate(positives), negatives)
        self.svm_weight[label] = torch.as_tensor(weight)
        self.svm_bias[label] = bias
        weights, biases = _ridge.fit_ridge(torch.cat(features), torch.cat(codes))
        self.ridge_weight[label], self.ridge_bias[label] = weights, biases

    def scores(self, fc7: Tensor) -> Tensor:
        """(P, classes): the SVMs', or the softmax's as long as there are no SVMs."""
        if self.fitted:
            return fc7 * self.fc7_scale @ self.svm_weight.T + self.svm_bias
        return self.cls(fc7).softmax(1)[:, 1:]

    @torch.no_grad()
    def _detect(self, images: Tensor, proposals: Sequence[Tensor]) -> list[Target]:
        pool5 = self.pool5(images, proposals)
        sizes = [len(p) for p in proposals]
        parts = zip(proposals, pool5.split(sizes), self.scores(self.fc7(pool5)).split(sizes), strict=True)
        least = LEAST_MARGIN if self.fitted else LEAST_PROBABILITY
        size = (images.shape[2], images.shape[3])
        return [class_by_class(scores, self._boxes_of(p, rows), size, least, NMS, LIMIT) for p, rows, scores in parts]

    def _boxes_of(self, proposals: Tensor, pool5: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
        """Where the regression of a class moves a proposal, for some of both; without regressions, they stay."""

        def box_of(roi: Tensor, label: Tensor) -> Tensor:
            if not self.fitted:
                return proposals[roi]
            moves = torch.einsum("pd,pcd->pc", self.pool5_scale * pool5[roi], self.ridge_weight[label])
            return boxes.decode(moves + self.ridge_bias[label], proposals[roi])

        return box_of


def _candidates(images: Tensor, targets: Sequence[Target]) -> list[Tensor]:
    """The boxes that examples are drawn from: those of the objects first, then the proposals."""
    searched = _proposals.searched(images, targets)
    return [torch.cat((target["boxes"], p)) for target, p in zip(targets, searched, strict=True)]


def _classes(labels: Tensor, owners: Tensor) -> Tensor:
    """The class of each candidate with background as 0: that of its object, plus 1."""
    return torch.cat((labels + 1, labels.new_zeros(1)))[owners.clamp(min=-1)]
