"""Faster R-CNN's training in four steps: either stage by itself, then both on the same convolutions."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from dlcourse import _validate
from dlcourse.detection._faster_rcnn import FasterRCNN


def alternate(model: FasterRCNN, scenes: Any, *, epochs: int | Sequence[int], **options: Any) -> list[Any]:
    """Train a Faster R-CNN in place as its paper did, in four steps, each by a call of `train.fit`.

    1. The proposal network is trained by itself, with a copy of the convolutions.
    2. The head is trained with the model's convolutions, on what step 1 proposes. Up to here nothing is shared.
    3. The convolutions stay as step 2 has left them; the model's proposal network is trained on their map.
    4. The convolutions still stay; the head is trained further, on what step 3 proposes. Now both stages use one map.

    Unlike in the paper, steps 1 and 2 begin with the model's weights as they are, not with ImageNet's; step 3 begins
    with the proposal network as it was given, because that of step 1 knows other features; proposals are computed anew
    for each batch, so that mirrored images have theirs. While convolutions stay, so do the averages of their batch
    normalisation.

    Parameters
    ----------
    model : a `FasterRCNN`
    scenes : images and targets, as `train` for `fit`
    epochs : of each step, or four numbers
    **options : for `fit`: learning_rate, schedule, batch_size, augment, ...

    Returns
    -------
    list of the four histories

    Raises
    ------
    TypeError, ValueError : a model of another kind, epochs that are not one or four whole numbers from 1, a checkpoint
        or an optimizer, which four trainings cannot share; and what `fit` raises.

    References
    ----------
    Ren et al. 2015, "Faster R-CNN", arXiv 1506.01497, section 3.2, "4-Step Alternating Training".

    Examples
    --------
    >>> from dlcourse.data import pets
    >>> histories = alternate(FasterRCNN(2, width=2, hidden=8), pets.scenes(2, seed=300), epochs=1, progress=False)
    >>> [sorted(set(history) - {"loss", "learning_rate", "seconds"}) for history in histories]
    [['objectness', 'proposal_box'], ['box', 'class'], ['objectness', 'proposal_box'], ['box', 'class']]
    """
    from dlcourse.train import fit

    if not isinstance(model, FasterRCNN):
        raise TypeError(f"model must be a FasterRCNN, got {_validate.describe(model)}")
    for name in ("checkpoint", "optimizer"):
        if options.get(name) is not None:
            raise ValueError(f"{name} must be left out: four trainings cannot share it")
    given = [epochs] * 4 if isinstance(epochs, int) else list(epochs)
    if len(given) != 4:
        raise ValueError(f"epochs must be one number or four, got {epochs}")
    counts = [_validate.whole("epochs", count, 1) for count in given]
    first = copy.deepcopy(model)
    stages: tuple[ProposalStage | DetectionStage, ...] = (
        ProposalStage(first),
        DetectionStage(model, proposer=first),
        ProposalStage(model, fixed=True),
        DetectionStage(model, proposer=model, fixed=True),
    )
    modes = {module: module.training for module in model.modules()}
    histories = []
    try:
        for stage, count in zip(stages, counts, strict=True):
            stage.prepare()
            histories.append(fit(stage, scenes, epochs=count, step=lambda stage, batch: stage(*batch), **options))
    finally:
        model.requires_grad_(True)
        for module, mode in modes.items():
            module.training = mode
    return histories


class ProposalStage(nn.Module):
    """The convolutions and the proposal network of a model as one thing to be trained; `fixed`: the latter alone."""

    def __init__(self, model: FasterRCNN, fixed: bool = False) -> None:
        super().__init__()
        self.model, self.fixed = model, fixed

    def prepare(self) -> None:
        """Say which parameters are trained, and which layers keep their averages."""
        self.train()
        self.model.requires_grad_(False)
        self.model.rpn.requires_grad_(True)
        self.model.backbone.requires_grad_(not self.fixed).train(not self.fixed)

    def forward(self, images: Tensor, targets: Sequence[Mapping[str, Any]]) -> dict[str, Tensor]:
        """The losses of the first stage."""
        checked = self.model.checked(images, targets)
        return self.model.rpn_losses(self.model.backbone(images), checked, (images.shape[2], images.shape[3]))


class DetectionStage(nn.Module):
    """The convolutions and the head of a model as one thing to be trained, on what another model proposes."""

    def __init__(self, model: FasterRCNN, proposer: FasterRCNN, fixed: bool = False) -> None:
        super().__init__()
        self.model, self.proposer, self.fixed = model, proposer, fixed

    def prepare(self) -> None:
        """Say which parameters are trained, and which layers keep their averages."""
        self.train()
        self.proposer.requires_grad_(False).eval()
        self.model.requires_grad_(True).train()
        self.model.rpn.requires_grad_(False)
        self.model.backbone.requires_grad_(not self.fixed).train(not self.fixed)

    def forward(self, images: Tensor, targets: Sequence[Mapping[str, Any]]) -> dict[str, Tensor]:
        """The losses of the second stage."""
        checked = self.model.checked(images, targets)
        with torch.no_grad():
            proposals = self.proposer.propose(images)
        return self.model.roi_losses(self.model.backbone(images), proposals, checked)
