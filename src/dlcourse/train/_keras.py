"""Keras models, through Keras' own `compile` and `fit`."""

from __future__ import annotations

import math
import weakref
from typing import Any

import keras
import numpy as np
from keras import losses, ops

from dlcourse import _frameworks, _validate
from dlcourse.train import _data
from dlcourse.train._history import ENDS_IN_SOFTMAX, WHAT_TO_TRY, History
from dlcourse.train._keras_state import Data, KerasState, Record, numbers_of, to_array
from dlcourse.train._settings import Settings

_OWN: weakref.WeakSet[Any] = weakref.WeakSet()  # optimizers with which `fit` has compiled a model


def fit(model: Any, train: Any, valid: Any, settings: Settings) -> History:
    """Train in place; Python's and NumPy's random generators are afterwards as they were."""
    _refuse(model, settings)
    data, valid_data = Data("train", train), None if valid is None else Data("valid", valid)
    loss, optimizer = settings.loss, settings.optimizer
    if model.compiled and model.optimizer not in _OWN:  # by the reader
        loss, optimizer = loss or model.loss, optimizer or model.optimizer
    criterion = None if _steps_itself(model) else Criterion(model, data, loss)
    if criterion is None and not model.built:
        _outputs(model, "train's", next(data.run(2))[0])
    if criterion is not None and valid_data is not None:
        _data.check_kinds(*(next(part.run(2))[1].dtype.kind == "f" for part in (data, valid_data)))
        Criterion(model, valid_data, loss)
    with _frameworks.random_state_kept():
        _compile(model, settings, optimizer, criterion.loss if criterion else loss, criterion)
        state = KerasState(model, settings)
        steps = data.steps(settings.batch_size)
        try:
            state.begin(data, valid_data)
            with settings.bar(steps, state.history.epochs) as progress:
                check = None
                if valid_data is not None:
                    check = lambda: _measure(model, valid_data, criterion, 2 * settings.batch_size)  # noqa: E731
                if not settings.finished(state.history):
                    model.fit(
                        data.batches(settings.batch_size, settings.seed, state.history.epochs),
                        initial_epoch=state.history.epochs,
                        epochs=settings.epochs,
                        shuffle=False,
                        verbose=0,
                        callbacks=[Record(state, steps, progress, check)],
                    )
            state.end()
        finally:
            state.restore_optimizer()
    return state.history


def _refuse(model: Any, settings: Settings) -> None:
    """Errors for what Keras does in other ways."""
    if settings.augment is not None:
        raise ValueError("augment is for PyTorch models; a Keras model takes augmentation layers as its first layers")
    if settings.step is not None:
        raise ValueError("step is for PyTorch models; a Keras model computes its own step in its method train_step")
    policy = model.dtype_policy.name
    if settings.precision not in ("auto", policy, policy.removeprefix("mixed_")):
        raise ValueError(
            f"precision={settings.precision!r}, but this Keras model was made for {policy}: leave it at 'auto', or "
            "call keras.mixed_precision.set_global_policy before making the model"
        )
    _check_device(settings.device)


def _check_device(device: Any) -> None:
    if not isinstance(device, str) or device != "auto":
        raise ValueError(
            "device must be 'auto' for a Keras model: it runs where Keras has made it. To choose, make it inside "
            f"`with keras.device(...)`; got {_validate.describe(device)}"
        )


def _steps_itself(model: Any) -> bool:
    """Whether the model's class says itself what a step is."""
    return any(getattr(type(model), name) is not getattr(keras.Model, name) for name in ("train_step", "compute_loss"))


def _compile(model: Any, settings: Settings, optimizer: Any, loss: Any, criterion: Criterion | None) -> None:
    if optimizer is None:
        optimizer = keras.optimizers.Adam(settings.learning_rate)
    metrics = [criterion.accuracy] if criterion and criterion.accuracy else None
    theirs = model.compiled and optimizer is model.optimizer and optimizer not in _OWN
    try:
        if criterion or not theirs or loss is not model.loss:  # else its class may compile in a way of its own
            model._compile_metrics = None  # `compile` would keep those of an earlier training
            model.compile(optimizer=optimizer, loss=loss, metrics=metrics)
    except (TypeError, ValueError) as problem:
        raise type(problem)(f"optimizer must be one of Keras or its name: {problem}") from problem
    if not theirs:
        _OWN.add(model.optimizer)
    inner = getattr(model.optimizer, "inner_optimizer", model.optimizer)  # under mixed precision
    if settings.schedule is not None and not hasattr(inner._learning_rate, "assign"):
        raise ValueError("schedule: the optimizer's learning rate follows a schedule of Keras already; name one only")


class Criterion:
    """A loss and, for classifiers, the accuracy, once the model has taken two samples and the loss its outputs."""

    def __init__(self, model: Any, data: Data, loss: Any) -> None:
        inputs, targets = next(data.run(2))
        outputs = _outputs(model, f"{data.name}'s", inputs)
        what = f"{data.name}'s targets (a batch of {_validate.describe(targets)})"
        if isinstance(outputs, list | tuple | dict):
            raise TypeError(
                f"the model gives {len(outputs)} outputs, and one is needed here: train a model of several outputs by "
                "a train_step of its own"
            )
        self.masked = getattr(outputs, "_keras_mask", None) is not None  # of padding; only such outputs carry it
        outputs = ops.convert_to_numpy(outputs)
        self.loss = _loss_object(loss)
        if loss is None:
            self.loss = losses.MeanSquaredError()
            if _data.for_labels(what, targets, outputs, targets.dtype.kind == "f", axis=outputs.ndim - 1):
                self.loss = losses.SparseCategoricalCrossentropy(from_logits=True)
                last = model.layers[-1] if model.layers else None
                softmax = keras.activations.softmax
                if isinstance(last, keras.layers.Softmax) or getattr(last, "activation", None) is softmax:
                    raise ValueError(ENDS_IN_SOFTMAX)
        self.ignored = getattr(self.loss, "ignore_class", None)
        name = getattr(self.loss, "__name__", type(self.loss).__name__).replace("_", "").lower()
        self.accuracy = None
        if name == "sparsecategoricalcrossentropy":
            labels = targets if data.memory is None else data.memory.targets
            labels = labels if self.ignored is None else labels[labels != self.ignored]
            _data.check_labels(data.name, labels, outputs.shape[-1])
            self.accuracy = keras.metrics.SparseCategoricalAccuracy("accuracy") if self.ignored is None else None
        elif name == "categoricalcrossentropy":
            self.accuracy = keras.metrics.CategoricalAccuracy("accuracy")
        elif name == "binarycrossentropy":
            squeeze = ops.sigmoid if getattr(self.loss, "from_logits", False) else ops.convert_to_tensor
            self.accuracy = keras.metrics.MeanMetricWrapper(
                lambda targets, outputs: keras.metrics.binary_accuracy(targets, squeeze(outputs)), name="accuracy"
            )
        try:
            float(ops.mean(self.loss(targets, outputs)))
        except Exception as problem:  # TensorFlow's errors are of many kinds
            raise ValueError(
                f"the loss cannot compare {what} with the model's outputs of shape {outputs.shape}: {problem}"
            ) from problem


def _loss_object(loss: Any) -> Any:
    """A loss of Keras for its name or its function: only the object makes targets and outputs of one shape."""
    found = losses.get(loss)
    name = getattr(found, "__name__", "")
    try:
        return losses.get("".join(part.capitalize() for part in name.split("_"))) if name else found
    except ValueError:  # a function of the reader's own
        return found


def _outputs(model: Any, whose: str, inputs: Any) -> Any:
    try:
        outputs = model(inputs, training=False)
    except (TypeError, ValueError, RuntimeError) as problem:
        raise ValueError(f"the model cannot take {whose} inputs: {problem}") from problem
    return outputs


def _measure(model: Any, data: Data, criterion: Criterion | None, size: int) -> dict[str, float]:
    """Averages over the samples; of the loss alone, without what the model's weights may be charged for."""
    if criterion is None:  # the model's own test_step
        return numbers_of("test_step", model.evaluate(data.batches(size, 0, 0), verbose=0, return_dict=True))
    total = weights = 0.0
    if criterion.accuracy is not None:
        criterion.accuracy.reset_state()
    for inputs, targets in data.run(size):
        outputs = model(inputs, training=False) if criterion.masked else model.predict_on_batch(inputs)
        counted = np.ones(targets.shape, bool) if criterion.ignored is None else targets != criterion.ignored
        if criterion.masked:
            counted = counted[np.asarray(outputs._keras_mask)]
        weight = int(counted.sum())
        total += float(ops.mean(criterion.loss(targets, outputs))) * weight if weight else 0
        weights += weight
        if criterion.accuracy is not None:
            criterion.accuracy.update_state(targets, outputs)
    if not weights:
        raise ValueError(f"no label of {data.name}'s data counts: the loss ignores all of them")
    if not math.isfinite(total):
        raise FloatingPointError(f"the loss is {total / weights} on {data.name}'s data. {WHAT_TO_TRY}")
    accuracy = {} if criterion.accuracy is None else {"accuracy": float(criterion.accuracy.result())}
    return {"loss": total / weights} | accuracy


def evaluate(model: Any, data: Any, step: Any, loss: Any, batch_size: int, device: Any) -> dict[str, float]:
    """Loss and, for classifiers, accuracy."""
    _check_device(device)
    if step is not None:
        raise ValueError("step is for PyTorch models; a Keras model measures itself in its method test_step")
    batches = Data("data", data)
    if loss is None and model.compiled and model.optimizer not in _OWN:
        loss = model.loss
    return _measure(model, batches, None if _steps_itself(model) else Criterion(model, batches, loss), batch_size)


def predict(model: Any, inputs: Any, batch_size: int, device: Any) -> Any:
    """Outputs for all inputs."""
    _check_device(device)
    tree, rows = _data.read("inputs", inputs)
    found = []
    for start in range(0, rows, batch_size):
        size = min(batch_size, rows - start)
        batch = _data.tree_map(lambda leaf: to_array(leaf[start : start + size]), tree)  # noqa: B023 - called at once
        try:
            found.append(model.predict_on_batch(batch))
        except (TypeError, ValueError) as problem:
            raise ValueError(f"the model cannot take the inputs: {problem}") from problem
        if any(len(leaf) != size for leaf in _data.tree_leaves(found[-1])):
            raise TypeError(f"the model must give one row for each of {size} inputs, in each of its outputs")
    return _data.joined(found)
