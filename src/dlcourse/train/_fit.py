"""The three verbs, for both frameworks."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from dlcourse import _frameworks, _validate
from dlcourse.train._history import History
from dlcourse.train._settings import Settings


def _engine(model: Any) -> ModuleType:
    """The module that trains models of this framework."""
    framework = _frameworks.framework_of(model)
    if framework == "torch":
        return importlib.import_module("dlcourse.train._torch")
    if framework == "keras" and isinstance(model, sys.modules["keras"].Model):
        return importlib.import_module("dlcourse.train._keras")
    raise TypeError(f"model must be a PyTorch module or a Keras model, got {_validate.describe(model)}")


def fit(
    model: Any,
    train: Any,
    valid: Any = None,
    *,
    epochs: int,
    step: Callable[[Any, Any], Any] | None = None,
    loss: Any = None,
    optimizer: Any = None,
    learning_rate: float = 1e-3,
    schedule: Callable[[float], float] | None = None,
    augment: Callable[[Any], Any] | None = None,
    clip: float | None = None,
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
    train : `(inputs, targets)` with one row for each sample: arrays, tensors, or tuples or dicts of them for several
        inputs or targets; targets may also be a list with one dict a sample. Or an object with `.images`, bytes
        (n, height, width, 3), and `.targets`, such as scenes: PyTorch models then get floats (n, 3, height, width) in
        0..1. Or the framework's own loader, whose batches may have any structure if there is a `step`
    valid : data of the same kind, on which the model is evaluated after each epoch
    epochs : how often each sample is visited
    step : for PyTorch models that need more than `loss(model(inputs), targets)`: a function `step(model, batch)`, which
        calls the model and returns a loss (the mean over the batch), or a dict of losses, which are added up and each
        get a curve. `batch` is on the device; of data in memory it is `(inputs, targets)`. With `valid`, it is called
        in evaluation mode too. A detector is trained with `step=lambda model, batch: model(*batch)`
    loss : by default cross-entropy for targets that are whole numbers, labels from 0, and mean squared error for
        others, which have the shape of the outputs; or a function or module `loss(outputs, targets)` of PyTorch that
        gives the mean over a batch (parameters of its own are trained, too); or a loss of Keras or its name
    optimizer : by default `Adam(learning_rate)`; a PyTorch optimizer, or a function that makes one from the parameters;
        a Keras optimizer or its name. A Keras model that was compiled has its own loss and optimizer by default
    learning_rate : of the default optimizer
    schedule : the factor on the learning rate, as a function of progress, which is 0 at the first step and 1 at the
        end: `one_cycle`, `cosine` or your own
    augment : changes the inputs of each training batch, PyTorch tensors (with a `step`: the whole batch); for Keras put
        such layers into the model
    clip : the largest norm of the gradient of all parameters of the optimizer together; a longer one is shortened to it
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
    History : printed, it is a table; `["loss"]`, `["valid_loss"]`, `["accuracy"]`, ... are lists, one number an epoch.
        The accuracy is there for the losses of classifiers: cross-entropy, negative log-likelihood, binary
        cross-entropy

    Raises
    ------
    TypeError, ValueError : arguments that are wrong by themselves or do not fit together, or a checkpoint that is
        damaged or of another training; before any training, and the message says what to do.
    FloatingPointError : the loss has become NaN or infinite.

    References
    ----------
    Kingma and Ba 2015, "Adam: A Method for Stochastic Optimization", arXiv 1412.6980, the default optimizer.
    Pascanu, Mikolov and Bengio 2013, "On the difficulty of training recurrent neural networks", section 3.2: clipping.

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
        epochs, step, loss, optimizer, learning_rate, schedule, augment, clip, batch_size, device, precision, progress,
        seed, checkpoint, patience,
    )  # fmt: skip
    engine = _engine(model)
    settings.check(valid is not None)
    return engine.fit(model, train, valid, settings)


def evaluate(
    model: Any, data: Any, *, step: Any = None, loss: Any = None, batch_size: int = 256, device: Any = "auto"
) -> dict[str, float]:
    """Loss and, for classifiers, accuracy of a model on data, averaged over the samples.

    Parameters
    ----------
    model : a PyTorch module or a Keras model
    data : as `train` for `fit`
    step : as for `fit`
    loss : as for `fit`
    batch_size : samples at a time; it changes nothing but time and memory, also where a loss weighs or ignores classes
    device : as for `fit`

    Returns
    -------
    `{"loss": ..., "accuracy": ...}`, or the loss and its parts

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
    return _engine(model).evaluate(model, data, step, loss, _validate.whole("batch_size", batch_size, 1), device)


def predict(model: Any, inputs: Any, *, batch_size: int = 256, device: Any = "auto") -> Any:
    """What a model returns for each input, batch by batch.

    Parameters
    ----------
    model : a PyTorch module or a Keras model
    inputs : (N, ...) array or tensor, or a tuple or dict of them for a model with several inputs
    batch_size : samples at a time; it changes nothing but time and memory
    device : as for `fit`

    Returns
    -------
    (N, ...) array; for a classifier the scores before softmax, if the model ends without it. For a model with several
    outputs, a tuple, list or dict of such arrays, as the model gives them

    Raises
    ------
    TypeError, ValueError : inputs that the model does not take, or outputs that are not one row for each of them.

    Examples
    --------
    >>> import torch
    >>> predict(torch.nn.ReLU(), [-1.0, 2.0]).tolist()
    [0.0, 2.0]
    """
    return _engine(model).predict(model, inputs, _validate.whole("batch_size", batch_size, 1), device)
