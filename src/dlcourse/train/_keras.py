"""Keras models, through Keras' own `fit`."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np

from dlcourse import _validate
from dlcourse.train import _data, _random
from dlcourse.train._history import History
from dlcourse.train._keras_data import Data, floats, one_or_all
from dlcourse.train._keras_state import State, Watch
from dlcourse.train._progress import bar
from dlcourse.train._settings import Settings


def fit(model: Any, train: Any, valid: Any, settings: Settings) -> History:
    """Train in place; Python's and NumPy's random generators are afterwards as they were."""
    if settings.augment is not None:
        raise ValueError("augment is for PyTorch models; a Keras model takes augmentation layers as its first layers")
    policy = model.dtype_policy.name
    if settings.precision not in ("auto", policy, policy.removeprefix("mixed_")):
        raise ValueError(
            f"precision={settings.precision!r}, but this Keras model was made for {policy}: leave it at 'auto', or "
            "call keras.mixed_precision.set_global_policy before making the model"
        )
    _check_device(settings.device)
    data, held = Data("train", train), None if valid is None else Data("valid", valid)
    words = {"train": data.digest, "valid": held and held.digest, "precision": policy}
    state = State(model, settings, settings.words() | words)
    loss, labels = _objective(model, data, settings.loss)
    if held is not None:
        _data.check_kinds(*(next(part.run(2))[1].dtype.kind == "f" for part in (data, held)))
        _objective(model, held, settings.loss)
    steps = data.steps(settings.batch_size)
    before = _random.state()
    try:
        _random.seed(settings.seed)
        state.begin(loss, [keras.metrics.SparseCategoricalAccuracy("accuracy")] if labels else None)
        with bar(settings.epochs * steps, state.history.epochs * steps, settings.progress) as progress:
            check = None if held is None else lambda: _measure(model, held, loss, 2 * settings.batch_size)
            if not settings.finished(state.history):
                model.fit(
                    data.for_training(settings.batch_size, settings.seed, state.history.epochs),
                    initial_epoch=state.history.epochs,
                    epochs=settings.epochs,
                    shuffle=False,
                    verbose=0,
                    callbacks=[Watch(state, steps, progress, check)],
                )
        state.end()
    finally:
        _random.set_state(before)
        if settings.schedule is not None and hasattr(state, "rate"):
            state.set_rate(1.0)
    return state.history


def _check_device(device: Any) -> None:
    if not isinstance(device, str) or device != "auto":
        raise ValueError(
            "device must be 'auto' for a Keras model: it runs where Keras has made it. To choose, make it inside "
            f"`with keras.device(...)`; got {_validate.describe(device)}"
        )


def _objective(model: Any, data: Data, loss: Any) -> tuple[Any, bool]:
    """The loss, and whether targets are labels, once the model has taken two samples and the loss its outputs."""
    inputs, targets = next(data.run(2))
    try:
        outputs = model(inputs, training=False)
    except (TypeError, ValueError, RuntimeError) as problem:
        raise ValueError(f"the model cannot take {data.name}'s inputs: {problem}") from problem
    outputs = keras.ops.convert_to_numpy(outputs)
    whole = targets.dtype.kind in "biu"
    what = f"{data.name}'s targets (a batch of {_validate.describe(targets)})"
    labels = whole and outputs.shape[:-1] == targets.shape
    if loss is None:
        if whole and not labels:
            raise ValueError(
                f"{what} are whole numbers, so the model must give a score for each class on its last axis, but its "
                f"outputs have shape {outputs.shape}. For other numbers than labels make the targets numbers with a "
                "point; for other outputs name a loss"
            )
        if not whole and outputs.shape != targets.shape:
            raise ValueError(
                f"{what} must have the shape of the model's outputs ({outputs.shape}) for the mean squared error; "
                "labels of classes must be whole numbers"
            )
        if whole and _ends_in_softmax(model):
            raise ValueError("model ends in softmax, which cross-entropy applies by itself: leave the activation out")
        loss = keras.losses.SparseCategoricalCrossentropy(True) if whole else keras.losses.MeanSquaredError()
    loss = keras.losses.get(loss)
    if labels and "sparse" in str(getattr(loss, "name", getattr(loss, "__name__", ""))):
        _check_labels(data, targets, outputs.shape[-1], getattr(loss, "ignore_class", None))
    try:
        float(keras.ops.mean(loss(targets, outputs)))
    except Exception as problem:  # TensorFlow's errors are of many kinds
        raise ValueError(
            f"the loss cannot compare {what} with the model's outputs of shape {outputs.shape}: {problem}"
        ) from problem
    return loss, labels


def _ends_in_softmax(model: Any) -> bool:
    last = model.layers[-1] if model.layers else None
    return isinstance(last, keras.layers.Softmax) or getattr(last, "activation", None) is keras.activations.softmax


def _check_labels(data: Data, first: np.ndarray, classes: int, ignored: int | None) -> None:
    labels = first if data.pair is None else data.pair[1]
    labels = labels[labels != ignored] if ignored is not None else labels
    _data.check_labels(data.name, labels, classes)


def _measure(model: Any, data: Data, loss: Any, size: int) -> dict[str, float]:
    """Averages over the samples; of the loss alone, without what the model's weights may be charged for."""
    total = right = samples = answers = 0.0
    for inputs, targets in data.run(size):
        outputs = model.predict_on_batch(inputs)
        total += float(keras.ops.mean(loss(targets, outputs))) * len(targets)
        samples += len(targets)
        if targets.dtype.kind in "biu" and outputs.shape[:-1] == targets.shape:
            right += float((outputs.argmax(-1) == targets).sum())
            answers += targets.size
    if not math.isfinite(total):
        raise FloatingPointError(f"the loss on {data.name}'s data is {total / samples}: a lower learning rate may help")
    return {"loss": total / samples} | ({"accuracy": right / answers} if answers else {})


def evaluate(model: Any, data: Any, loss: Any, batch_size: int, device: Any) -> dict[str, float]:
    """Loss and, for classifiers, accuracy."""
    _check_device(device)
    held = Data("data", data)
    return _measure(model, held, _objective(model, held, loss)[0], batch_size)


def predict(model: Any, inputs: Any, batch_size: int, device: Any) -> np.ndarray:
    """Outputs for all inputs."""
    _check_device(device)
    parts = tuple(map(floats, _data.arrays_of("inputs", inputs)))
    starts = range(0, len(parts[0]), batch_size)
    try:
        found = [model.predict_on_batch(one_or_all(tuple(p[i : i + batch_size] for p in parts))) for i in starts]
    except (TypeError, ValueError) as problem:
        raise ValueError(f"the model cannot take the inputs: {problem}") from problem
    return np.concatenate(found)
