"""The three verbs, for both frameworks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from dlcourse import _validate
from dlcourse.train._history import History
from dlcourse.train._settings import Settings

Schedule = Callable[[float], float]


def _engine(model: Any) -> ModuleType:
    """The module that trains models of this framework."""
    # A model of a framework can only exist once that framework is imported, so neither is imported before.
    keras, torch = sys.modules.get("keras"), sys.modules.get("torch")
    if keras is not None and isinstance(model, keras.Model):
        from dlcourse.train import _keras

        return _keras
    if torch is not None and isinstance(model, torch.nn.Module):
        from dlcourse.train import _torch

        return _torch
    raise TypeError(f"model must be a PyTorch module or a Keras model, got {_validate.describe(model)}")


def fit(
    model: Any,
    train: Any,
    valid: Any = None,
    *,
    epochs: int,
    loss: Any = None,
    optimizer: Any = None,
    learning_rate: float = 1e-3,
    schedule: Schedule | None = None,
    augment: Callable[[Any], Any] | None = None,
    batch_size: int = 32,
    device: Any = "auto",
    precision: str = "auto",
    progress: bool = True,
    seed: int = 0,
    checkpoint: str | Path | None = None,
    patience: int | None = None,
) -> History:
    """Train a PyTorch or Keras model in place, and return the curves of the training.

    Parameters
    ----------
    model : a PyTorch module or a Keras model, whose output is not yet squeezed by softmax: cross-entropy does that
    train : `(inputs, targets)`, arrays or tensors with one row for each sample, or the framework's own loader of such
        pairs. For a model with several inputs, `inputs` is a tuple
    valid : data of the same kind, on which the model is evaluated after each epoch
    epochs : how often each sample is visited
    loss : by default cross-entropy for targets that are whole numbers, labels from 0, and mean squared error for
        others, which have the shape of the outputs; or a function or module `loss(outputs, targets)` of PyTorch that
        gives the mean over a batch; or a loss of Keras or its name
    optimizer : by default `Adam(learning_rate)`; a PyTorch optimizer, or a function that makes one from the parameters;
        a Keras optimizer or its name
    learning_rate : of the default optimizer
    schedule : the factor on the learning rate, as a function of progress, which is 0 at the first step and 1 at the
        end: `one_cycle`, `cosine` or your own
    augment : changes the inputs of each training batch, a PyTorch tensor; for Keras put such layers into the model
    batch_size : samples in a step; with several processes, of all of them together
    device : `"auto"` is the best that is there; or `"cpu"`, `"cuda"`, ... A Keras model runs where Keras has made it
    precision : `"auto"` is bfloat16 on NVIDIA GPUs that are made for it, and float32 elsewhere; `"float32"`,
        `"bfloat16"`
    progress : show a bar
    seed : of the order of the samples, and of all random numbers that the training draws
    checkpoint : folder that keeps the last and the best state. The same call goes on from there
    patience : stop when so many epochs have not improved the validation loss, and put the best weights back

    Returns
    -------
    History : printed, it is a table; `["loss"]`, `["valid_loss"]`, `["accuracy"]`, ... are lists, one number an epoch

    Raises
    ------
    TypeError, ValueError : arguments that are wrong by themselves or do not fit together, or a checkpoint that is
        damaged or of another training; before any training, and the message says what to do.
    FloatingPointError : the loss has become NaN or infinite.

    References
    ----------
    Kingma and Ba 2015, "Adam: A Method for Stochastic Optimization", arXiv 1412.6980, the default optimizer.

    Examples
    --------
    >>> import torch
    >>> from dlcourse.train import one_cycle
    >>> x = torch.linspace(-1, 1, 64)[:, None]
    >>> model = torch.nn.Linear(1, 1)
    >>> history = fit(model, (x, 3 * x + 1), epochs=40, batch_size=8, schedule=one_cycle, learning_rate=0.1)
    >>> round(model.weight.item(), 2), round(model.bias.item(), 2)
    (3.0, 1.0)
    """
    settings = Settings(
        epochs, loss, optimizer, learning_rate, schedule, augment, batch_size, device, precision, progress, seed,
        checkpoint, patience,
    )  # fmt: skip
    engine = _engine(model)
    settings.check(valid is not None)
    return engine.fit(model, train, valid, settings)


def evaluate(
    model: Any, data: Any, *, loss: Any = None, batch_size: int = 256, device: Any = "auto"
) -> dict[str, float]:
    """Loss and, for classifiers, accuracy of a model on data, averaged over the samples.

    Parameters
    ----------
    model : a PyTorch module or a Keras model
    data : `(inputs, targets)`, or the framework's own loader of such pairs
    loss : as for `fit`
    batch_size : samples at a time; it changes nothing but time and memory
    device : as for `fit`

    Returns
    -------
    `{"loss": ..., "accuracy": ...}`

    Raises
    ------
    TypeError, ValueError : data that do not fit together or do not fit the model.
    FloatingPointError : the loss is NaN or infinite.

    Examples
    --------
    >>> import torch
    >>> score = evaluate(torch.nn.Identity(), (torch.tensor([[9.0, 0.0], [0.0, 9.0]]), [0, 1]))
    >>> score["accuracy"]
    1.0
    """
    return _engine(model).evaluate(model, data, loss, _validate.whole("batch_size", batch_size, 1), device)


def predict(model: Any, inputs: Any, *, batch_size: int = 256, device: Any = "auto") -> np.ndarray:
    """What a model returns for each input, batch by batch.

    Parameters
    ----------
    model : a PyTorch module or a Keras model
    inputs : (N, ...) array or tensor, or a tuple of them for a model with several inputs
    batch_size : samples at a time; it changes nothing but time and memory
    device : as for `fit`

    Returns
    -------
    (N, ...) array; for a classifier the scores before softmax, if the model ends without it

    Raises
    ------
    TypeError, ValueError : inputs that the model does not take.

    Examples
    --------
    >>> import torch
    >>> predict(torch.nn.ReLU(), [-1.0, 2.0]).tolist()
    [0.0, 2.0]
    """
    return _engine(model).predict(model, inputs, _validate.whole("batch_size", batch_size, 1), device)
