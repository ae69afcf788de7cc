"""What a Keras training carries from epoch to epoch, and its checkpoints."""

from __future__ import annotations

import math
import time
import zlib
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from dlcourse.train import _random
from dlcourse.train._checkpoint import BEST, LAST, Arrays, Folder, compare
from dlcourse.train._history import History
from dlcourse.train._settings import Settings


def _named(head: str, variables: list[Any]) -> Arrays:
    arrays = {}
    for i, variable in enumerate(variables):
        array = variable.numpy()
        known = array.dtype.kind in "biuf"
        arrays[f"{head}.{i:05d}.{variable.path}"] = array if known else array.astype(np.float32)  # bfloat16
    return arrays


def _put(head: str, variables: list[Any], arrays: Arrays) -> None:
    for i, variable in enumerate(variables):
        (found,) = [array for name, array in arrays.items() if name.startswith(f"{head}.{i:05d}.")]
        variable.assign(found)


def _settings_of(optimizer: Any) -> dict[str, Any]:
    """Its settings, with numbers as they were written: Keras holds the rate as float32."""
    config = {name: value for name, value in optimizer.get_config().items() if name != "name" and value is not None}
    return {k: float(f"{v:.7g}") if isinstance(v, float) else v for k, v in config.items()}


class State:
    """Model, optimizer, history and the best weights so far; with a folder, also on the disk."""

    def __init__(self, model: Any, settings: Settings, words: dict[str, Any]) -> None:
        self.model, self.settings, self.words = model, settings, words
        self.history = History()
        self.best: list[np.ndarray] | None = None
        self.folder = None if settings.checkpoint is None else Folder(settings.checkpoint)
        self.saved = self.folder.read(LAST) if self.folder else None

    def begin(self, loss: Any, metrics: list[Any] | None) -> None:
        """Compile the model, and take up everything from the checkpoint if there is one."""
        optimizer = self.settings.optimizer
        if optimizer is None:
            optimizer = keras.optimizers.Adam(self.settings.learning_rate)
        try:
            self.model.compile(optimizer=optimizer, loss=loss, metrics=metrics)
        except (TypeError, ValueError) as problem:
            raise type(problem)(f"optimizer must be one of Keras or its name: {problem}") from problem
        self.optimizer = self.model.optimizer
        if self.settings.schedule is not None and not hasattr(self.optimizer._learning_rate, "assign"):
            raise ValueError(
                "schedule: the optimizer's learning rate follows a schedule of Keras already; name one only"
            )
        self.optimizer.build(self.model.trainable_variables)
        self.rate = float(self.optimizer.learning_rate)
        shapes = " ".join(f"{variable.name}{list(variable.shape)}" for variable in self.model.variables)
        self.words |= {
            "model": f"{type(self.model).__name__} {zlib.crc32(shapes.encode()):08x}",
            "optimizer": f"{type(self.optimizer).__name__} {_settings_of(self.optimizer)}",
        }
        if self.saved is None or self.folder is None:
            generators = [v for v in self.model.variables if v.name == "seed_generator_state"]
            for i, generator in enumerate(generators):  # of dropout and the like
                generator.assign([self.settings.seed, i])
            return
        arrays, notes = self.saved
        compare(notes["arguments"], self.words, self.folder.path)
        self.history = History(notes["history"])
        self.settings.check_epochs(self.history, self.folder.path)
        _put("model", self.model.variables, arrays)
        _put("optimizer", self.optimizer.variables, arrays)
        _random.set_state(notes["random"])
        if self.settings.patience is not None:
            best = [array for name, array in sorted(arrays.items()) if name.startswith("best.")]
            self.best = best or self.model.get_weights()
        self.saved = None

    def set_rate(self, factor: float) -> None:
        """Multiply the learning rate that the optimizer was made with."""
        self.optimizer.learning_rate = self.rate * factor

    def end_epoch(self, numbers: dict[str, float]) -> None:
        """Record an epoch; keep the weights if they are the best, and write the checkpoint."""
        self.history.add(**numbers)
        better = self.history.best_epoch == self.history.epochs
        if better and self.settings.patience is not None:
            self.best = self.model.get_weights()
        if self.folder is None:
            return
        if better:
            self.folder.write(BEST, _named("model", self.model.weights), {"epoch": self.history.epochs})
        arrays = _named("model", self.model.variables) | _named("optimizer", self.optimizer.variables)
        if self.best is not None and not better:
            arrays |= {f"best.{i:05d}": array for i, array in enumerate(self.best)}
        notes = {"arguments": self.words, "history": dict(self.history), "random": _random.state()}
        self.folder.write(LAST, arrays, notes)

    def end(self) -> None:
        """Put back the best weights, if they were asked for."""
        if self.best is not None:
            self.model.set_weights(self.best)


class Watch(keras.callbacks.Callback):
    """What happens beside Keras' own steps.

    Nothing is asked for at the end of a step: its loss would have to be fetched from the device.
    """

    def __init__(self, state: State, steps: int, progress: Any, check: Callable[[], dict[str, float]] | None) -> None:
        super().__init__()
        self.state, self.steps, self.progress, self.check = state, steps, progress, check
        self.start = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Start the clock."""
        self.start = time.perf_counter()

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Set the rate of this step."""
        settings = self.state.settings
        if settings.schedule is not None:
            done = self.state.history.epochs * self.steps + batch
            self.state.set_rate(settings.factor(done / (settings.epochs * self.steps)))
        self.progress.update()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Measure, record, and perhaps stop."""
        numbers = {name: float(logs[name]) for name in ("loss", "accuracy") if name in logs}
        if not math.isfinite(numbers["loss"]):
            raise FloatingPointError(
                f"the loss is {numbers['loss']} in epoch {epoch + 1}. A lower learning rate is the first thing to try; "
                "a loss of your own may divide by 0 or take the logarithm of 0"
            )
        if self.check is not None:
            numbers |= {f"valid_{name}": score for name, score in self.check().items()}
        numbers["learning_rate"] = float(self.state.optimizer.learning_rate)
        self.state.end_epoch(numbers | {"seconds": time.perf_counter() - self.start})
        self.progress.set_postfix({k: f"{numbers[k]:.3f}" for k in ("loss", "valid_loss") if k in numbers})
        self.model.stop_training = self.state.settings.finished(self.state.history)
