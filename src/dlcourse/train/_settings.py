"""The settings of a training, checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlcourse import _validate
from dlcourse.train._history import History

PRECISIONS = ("auto", "float32", "bfloat16")


@dataclass
class Settings:
    """The arguments of `fit` that do not depend on the data."""

    epochs: int
    loss: Any
    optimizer: Any
    learning_rate: float
    schedule: Callable[[float], float] | None
    augment: Callable[[Any], Any] | None
    batch_size: int
    device: Any
    precision: str
    progress: bool
    seed: int
    checkpoint: str | Path | None
    patience: int | None

    def check(self, has_valid: bool) -> None:
        """Raise an error that names the first argument that is wrong."""
        self.epochs = _validate.whole("epochs", self.epochs, 1)
        self.batch_size = _validate.whole("batch_size", self.batch_size, 1)
        self.seed = _validate.whole("seed", self.seed, 0, 2**32 - 1)
        self.progress = _validate.truth("progress", self.progress)
        self.learning_rate = _validate.real("learning_rate", self.learning_rate, 0)
        _validate.choice("precision", self.precision, PRECISIONS)
        for name, function in (("schedule", self.schedule), ("augment", self.augment)):
            if function is not None and not callable(function):
                raise TypeError(f"{name} must be a function, got {_validate.describe(function)}")
        if self.patience is not None:
            self.patience = _validate.whole("patience", self.patience, 1)
            if not has_valid:
                raise ValueError("patience needs validation data: its loss tells when to stop")

    def factor(self, progress: float) -> float:
        """The schedule's factor on the learning rate."""
        value = 1.0 if self.schedule is None else self.schedule(progress)
        return _validate.real(f"schedule({progress:.3g})", value, 0)

    def finished(self, history: History) -> bool:
        """Whether all epochs are done, or the validation loss has not improved for long enough."""
        if self.patience is not None and history.epochs and history.epochs - history.best_epoch >= self.patience:
            return True
        return history.epochs >= self.epochs

    def check_epochs(self, history: History, folder: Path) -> None:
        """An error where a checkpoint holds more epochs than are asked for."""
        if history.epochs > self.epochs:
            raise ValueError(
                f"checkpoint: {folder} holds {history.epochs} epochs, but epochs is {self.epochs}: ask for as many at "
                "least, or name another folder"
            )

    def words(self) -> dict[str, Any]:
        """What a resumed training must have in common with the one that was begun, in words and numbers.

        Where the rate follows a schedule, it depends on how many epochs there are; otherwise more may be added.
        """
        rates = None
        if self.checkpoint is not None and self.schedule is not None:
            rates = [self.epochs, *(self.factor(i / 16) for i in range(17))]
        return {
            "augment": name_of(self.augment),
            "batch_size": self.batch_size,
            "loss": name_of(self.loss),
            "patience": self.patience,
            "schedule (number of epochs, factors)": rates,
            "seed": self.seed,
        }


def name_of(thing: Any) -> str | None:
    """A function's or an object's name in words that are the same in the next process."""
    if thing is None or isinstance(thing, str):
        return thing
    return getattr(thing, "__qualname__", None) or type(thing).__qualname__
