"""Losses and right answers of batches, and their averages over an epoch."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
from accelerate import Accelerator
from torch import Tensor

from dlcourse.train._history import WHAT_TO_TRY


class Score(NamedTuple):
    """The loss of a batch, its parts by name, what it weighs in an average, right answers, and answers."""

    loss: Tensor
    parts: dict[str, Tensor]
    weight: Any
    right: Any = 0
    answers: Any = 0


class Scores:
    """Scores of batches, averaged by what each weighs: a short last batch counts for its size.

    On a GPU the numbers stay there until the epoch is over, so that no step waits for them.
    """

    def __init__(self, what: str, accelerator: Accelerator, device: torch.device) -> None:
        self.what, self.accelerator, self.device = what, accelerator, device
        self.scores: list[Score] = []

    def add(self, score: Score) -> None:
        """Take in a batch."""
        parts = {name: part.detach() for name, part in score.parts.items()}
        self.scores.append(score._replace(loss=score.loss.detach(), parts=parts))
        if self.device.type == "cpu":
            self._check(score.loss.item(), float(score.weight), len(self.scores))

    def _check(self, loss: float, weight: float, batch: int) -> None:
        if not math.isfinite(loss) and (weight > 0 or torch.is_grad_enabled()):
            raise FloatingPointError(f"the loss is {loss} in {self.what}, batch {batch}. {WHAT_TO_TRY}")

    def averages(self) -> dict[str, float]:
        """Loss, its parts and, where answers can be right, accuracy, over all processes."""
        names = list(self.scores[0].parts)
        if any(list(score.parts) != names for score in self.scores):
            raise ValueError("step must return the same losses for each batch; a loss of nothing is 0")
        losses = [_floats([s.loss for s in self.scores])]
        losses += [_floats([s.parts[name] for s in self.scores]) for name in names]
        weights = _floats([s.weight for s in self.scores])
        for number, (loss, weight) in enumerate(zip(losses[0], weights, strict=True), 1):
            self._check(loss, weight, number)
        # A batch without a label that counts has no mean.
        sums = [sum(x * w for x, w in zip(loss, weights, strict=True) if w > 0) for loss in losses]
        sums += [sum(weights), *(sum(_floats([s[i] for s in self.scores])) for i in (-2, -1))]
        if self.accelerator.num_processes > 1:
            sums = self.accelerator.reduce(torch.tensor(sums, device=self.device), "sum").tolist()
        *totals, weight, right, answers = sums
        if not weight:
            raise ValueError(f"no label of {self.what} counts: the loss ignores all of them")
        averages = dict(zip(["loss", *names], (total / weight for total in totals), strict=True))
        return averages | ({"accuracy": right / answers} if answers else {})


def _floats(values: list[Any]) -> list[float]:
    """Numbers or tensors of one number, fetched from the device together."""
    if isinstance(values[0], Tensor):
        return torch.stack([value.reshape(()) for value in values]).cpu().double().tolist()
    return [float(value) for value in values]
