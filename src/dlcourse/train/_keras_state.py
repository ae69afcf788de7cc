"""What a Keras training runs through, and what it carries from epoch to epoch."""

from __future__ import annotations

import codecs
import json
import marshal
import math
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from dlcourse import _frameworks, _validate
from dlcourse.train import _data
from dlcourse.train._checkpoint import State, code_of, set_random_state
from dlcourse.train._data import checksum
from dlcourse.train._history import WHAT_TO_TRY
from dlcourse.train._settings import Settings


class Data:
    """Data of either kind: in memory, or a dataset that has a length and can be run through again."""

    def __init__(self, name: str, data: Any) -> None:
        self.name, self.loader, self.memory = name, data, None
        if not _data.in_memory(data):
            _data.check_loader(name, data)
            return
        self.memory = _data.Samples(name, data)
        if isinstance(self.memory.targets, list | tuple | dict):
            raise TypeError(f"{name}'s targets must be one array for a Keras model: others need a dataset of Keras")

    def steps(self, size: int) -> int:
        """Batches in an epoch; those of a dataset have their own size."""
        return len(self.loader) if self.memory is None else math.ceil(len(self.memory) / size)

    def take(self, rows: Any) -> Any:
        """Some samples, with floats in Keras' own type, and images as floats in 0..1."""
        assert self.memory is not None
        inputs, targets = _data.tree_map(to_array, self.memory.take(list(rows)))
        targets = targets.astype(np.int64) if targets.dtype.kind in "biu" else targets
        return (to_array(inputs / np.float32(255)) if self.memory.are_images else inputs), targets

    def run(self, size: int) -> Iterator[tuple[Any, np.ndarray]]:
        """Batches in the order of the data."""
        if self.memory is not None:
            for start in range(0, len(self.memory), size):
                yield self.take(range(start, min(start + size, len(self.memory))))
            return
        for _, batch in zip(range(len(self.loader)), self.loader, strict=False):
            if not isinstance(batch, list | tuple) or len(batch) != 2:
                raise TypeError(f"{self.name} must give batches (inputs, targets), got {_validate.describe(batch)}")
            yield batch[0], np.asarray(batch[1])

    def batches(self, size: int, seed: int, epoch: int) -> Any:
        """What Keras' `fit` takes."""
        return self.loader if self.memory is None else Order(self, size, seed, epoch)

    def digest(self) -> str:
        """By what the data are known again; of a dataset, its length must do."""
        if self.memory is None:
            return f"{type(self.loader).__name__} of {len(self.loader)} batches"
        return f"{len(self.memory)} samples {checksum((self.memory.inputs, self.memory.targets))}"


def to_array(array: Any) -> np.ndarray:
    """An array, floats in Keras' own type."""
    array = np.asarray(_frameworks.to_numpy(array))
    return array.astype(keras.config.floatx(), copy=False) if array.dtype.kind == "f" else array


class Order(keras.utils.PyDataset):
    """Data in memory, each epoch in an order of its own."""

    def __init__(self, data: Data, size: int, seed: int, epoch: int) -> None:
        super().__init__()
        self.data, self.size, self.seed, self.epoch = data, size, seed, epoch
        self.rows = np.arange(len(data.memory or ()))

    def __len__(self) -> int:
        return math.ceil(len(self.rows) / self.size)

    def __getitem__(self, step: int) -> Any:
        return self.data.take(self.rows[step * self.size : (step + 1) * self.size])

    def on_epoch_begin(self) -> None:
        """Draw the order. Not at the epoch's end: Keras calls that once more, before the first epoch."""
        self.rows = _data.order(len(self.rows), self.seed, self.epoch)
        self.epoch += 1


class KerasState(State):
    """Variables of the model and the optimizer, the generators, history and best weights."""

    def __init__(self, model: Any, settings: Settings) -> None:
        super().__init__(settings)
        self.model, self.optimizer = model, model.optimizer
        self.clipping = getattr(self.optimizer, "inner_optimizer", self.optimizer)  # under mixed precision
        self.rate = float(self.optimizer.learning_rate)
        if settings.clip is not None:
            if any((self.clipping.clipnorm, self.clipping.global_clipnorm, self.clipping.clipvalue)):
                raise ValueError("clip: the optimizer clips the gradient already; name one norm only")
            self.clipping.global_clipnorm = settings.clip
            self.model.train_function = None  # which Keras keeps, as it was traced

    def restore_optimizer(self) -> None:
        """Leave the optimizer with the rate and without the clipping that it came with."""
        if self.settings.schedule is not None:
            self.set_rate(1.0)
        if self.settings.clip is not None:
            self.clipping.global_clipnorm = None
            self.model.train_function = None

    def set_rate(self, factor: float) -> None:
        """Multiply the learning rate that the optimizer was made with."""
        self.optimizer.learning_rate = self.rate * factor

    def begin(self, data: Data, valid: Data | None) -> None:
        """Seed the generators; or take up everything from the checkpoint if there is one."""
        _frameworks.seed(self.settings.seed)
        for i, variable in enumerate(v for v in self.model.variables if v.name == "seed_generator_state"):
            variable.assign([self.settings.seed, i])  # of dropout and the like
        self.optimizer.build(self.model.trainable_variables)
        if self.folder is None:
            return
        frozen = [i for i, v in enumerate(self.model.weights) if not v.trainable]
        saved = self.saved({
            "train": data.digest(),
            "valid": valid and valid.digest(),
            "precision": self.model.dtype_policy.name,
            "model": f"{type(self.model).__name__} {checksum(_description(self.model))}",
            "frozen parameters": frozen,
            "optimizer": f"{type(self.optimizer).__name__} {_without_names(self.optimizer.get_config())}",
        })  # fmt: skip
        if saved is not None:
            _assign(self.optimizer.variables, saved["optimizer"])
            set_random_state(saved["random"])

    def weights(self) -> list[np.ndarray]:
        """Copies of all variables, those of random generators too."""
        return _arrays(self.model.variables)

    def set_weights(self, weights: list[np.ndarray]) -> None:
        """Put them back."""
        _assign(self.model.variables, weights)

    def plain_weights(self) -> dict[str, np.ndarray]:
        """The weights by number and path, in the order of `model.set_weights`."""
        names = [f"{i:05d}.{variable.path}" for i, variable in enumerate(self.model.weights)]
        return dict(zip(names, _arrays(self.model.weights), strict=True))

    def others(self) -> dict[str, Any]:
        """The optimizer's state, and the generators."""
        return {"optimizer": _arrays(self.optimizer.variables), "random": _frameworks.random_state()}


def _arrays(variables: list[Any]) -> list[np.ndarray]:
    arrays = [variable.numpy() for variable in variables]
    return [np.array(a, np.float32 if a.dtype.kind not in "biuf" else None) for a in arrays]  # bfloat16


def _assign(variables: list[Any], arrays: list[np.ndarray]) -> None:
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def _without_names(config: Any) -> Any:
    """Settings without the names that Keras gives, and numbers as they were written: it holds them as float32."""
    if isinstance(config, dict):
        return {k: _without_names(v) for k, v in config.items() if k != "name" and v is not None}
    return float(f"{config:.7g}") if isinstance(config, float) else config


def _description(model: Any) -> str:
    """The layers with their settings and how they hang together, as text, with numbers for the names of layers."""
    try:
        text = json.dumps(model.get_config(), default=str)
    except NotImplementedError:  # a class of the reader's own
        text = json.dumps([[type(layer).__name__, str(layer.dtype_policy)] for layer in model._flatten_layers()])
    text = re.sub(r'"4w[^"]{30,}"', _function, text)
    layers = list(model._flatten_layers())
    names = [part.name for layer in layers for part in (layer, *getattr(layer, "operations", ()))]  # `x + y` has one
    for i, name in enumerate(dict.fromkeys(names)):
        text = text.replace(f'"name": "{name}"', f'"name": {i}').replace(f'["{name}", ', f"[{i}, ")
    return text + str([tuple(variable.shape) for variable in model.variables])


def _function(found: re.Match[str]) -> str:
    """What a function does, for the text in which Keras stores one, which also says where it stood."""
    code = marshal.loads(codecs.decode(json.loads(found[0]).encode(), "base64"))
    return checksum(code_of(code))


class Record(keras.callbacks.Callback):
    """What happens beside Keras' own steps: the rate, the bar, the validation, the history.

    Nothing is asked for at the end of a step: its loss would have to be fetched from the device.
    """

    def __init__(
        self, state: KerasState, steps: int, progress: Any, check: Callable[[], dict[str, float]] | None
    ) -> None:
        super().__init__()
        self.state, self.steps, self.progress, self.check, self.began = state, steps, progress, check, 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Start the clock."""
        self.began = time.perf_counter()

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Set the rate of this step."""
        settings = self.state.settings
        if settings.schedule is not None:
            done = self.state.history.epochs * self.steps + batch
            self.state.set_rate(settings.factor(done / (settings.epochs * self.steps)))
        self.progress.update()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Measure, record, and perhaps stop."""
        numbers = numbers_of("train_step", logs or {})
        if not math.isfinite(numbers["loss"]):
            raise FloatingPointError(f"the loss is {numbers['loss']} in epoch {epoch + 1}. {WHAT_TO_TRY}")
        if self.check is not None:
            numbers |= {f"valid_{name}": score for name, score in self.check().items()}
        numbers["learning_rate"] = float(self.state.optimizer.learning_rate)
        self.state.end_epoch(numbers | {"seconds": time.perf_counter() - self.began})
        self.progress.set_postfix({k: f"{numbers[k]:.3f}" for k in ("loss", "valid_loss") if k in numbers})
        self.model.stop_training = self.state.settings.finished(self.state.history)


def numbers_of(method: str, logs: dict[str, Any]) -> dict[str, float]:
    """What a step of Keras returned, as numbers, the loss first."""
    if "loss" not in logs:
        raise ValueError(f"the model's {method} must return a 'loss', but it returned {list(logs) or 'nothing'}")
    return {name: float(logs[name]) for name in ["loss", *(name for name in logs if name != "loss")]}
