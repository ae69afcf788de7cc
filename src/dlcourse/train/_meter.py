"""Averages over the samples of an epoch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from dlcourse.train._objective import Score
from dlcourse.train._processes import Processes


class Meter:
    """Scores of batches, averaged by what each weighs: a short last batch counts for its size.

    On a GPU the numbers stay there until the epoch is over, so that no step waits for them.
    """

    def __init__(self, what: str, processes: Processes) -> None:
        self.what, self.processes = what, processes
        self.scores: list[Score] = []

    def add(self, score: Score) -> None:
        """Take in a batch."""
        self.scores.append(score)
        if self.processes.device.type == "cpu":
            self._check(score.loss.item(), len(self.scores))

    def _check(self, loss: float, batch: int) -> None:
        if not math.isfinite(loss):
            raise FloatingPointError(
                f"the loss is {loss} in {self.what}, batch {batch}. A lower learning rate is the first thing to try; a "
                "loss of your own may divide by 0 or take the logarithm of 0"
            )

    def result(self) -> dict[str, float]:
        """Loss and, where answers can be right, accuracy, over all processes."""
        losses, weights = _floats([s.loss for s in self.scores]), _floats([s.weight for s in self.scores])
        right, answers = _floats([s.right for s in self.scores]), _floats([s.answers for s in self.scores])
        for number, loss in enumerate(losses, 1):
            self._check(loss, number)
        own = sum(map(float.__mul__, losses, weights)), sum(weights), sum(right), sum(answers)
        total, weight, hits, given = map(sum, zip(*self.processes.gather(own), strict=True))
        return {"loss": total / weight} | ({"accuracy": hits / given} if given else {})


def _floats(values: Sequence[Any]) -> list[float]:
    """Numbers or tensors of one number, fetched from the device together."""
    if values and isinstance(values[0], Tensor):
        return torch.stack([value.reshape(()) for value in values]).cpu().double().tolist()
    return [float(value) for value in values]
