"""The arguments of `fit` that do not depend on the data, checked."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlcourse import _validate
from dlcourse.train._history import History

PRECISIONS = ("auto", "float32", "bfloat16")


@dataclass
class Settings:
    """What `fit` was called with; see there."""

    epochs: int
    step: Callable[[Any, Any], Any] | None
    loss: Any
    optimizer: Any
    learning_rate: float
    schedule: Callable[[float], float] | None
    augment: Callable[[Any], Any] | None
    clip: float | None
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
        for name in ("step", "schedule", "augment"):
            function = getattr(self, name)
            if function is not None and not callable(function):
                raise TypeError(f"{name} must be a function, got {_validate.describe(function)}")
        if self.clip is not None and _validate.real("clip", self.clip, 0) == 0:
            raise ValueError("clip must be greater than 0: it is the largest norm that the gradient may have")
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

    def bar(self, steps: int, epochs_done: int, main: bool = True) -> Any:
        """A bar of all steps, gone at the end; `TQDM_DISABLE=1` in the environment silences it."""
        from tqdm import tqdm

        off = not (self.progress and main) or os.environ.get("TQDM_DISABLE", "0") not in ("", "0")
        ipython = sys.modules.get("IPython")
        kernel = ipython and getattr(ipython.get_ipython(), "kernel", None)
        # In a notebook stderr is a red box.
        place: dict[str, Any] = {"file": sys.stdout, "ncols": 80} if kernel else {"dynamic_ncols": True}
        total, done = self.epochs * steps, epochs_done * steps
        return tqdm(total=total, initial=done, unit="step", leave=False, disable=off, **place)
