"""What a PyTorch model is trained for: the loss of a batch, and what counts as a right answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from dlcourse import _frameworks, _validate
from dlcourse.train import _data
from dlcourse.train._history import ENDS_IN_SOFTMAX
from dlcourse.train._scores import Score
from dlcourse.train._torch_data import Batches

# The losses of classifiers, and which score makes a class the answer.
HIGHEST = (functional.cross_entropy, functional.nll_loss, nn.CrossEntropyLoss, nn.NLLLoss)
ABOVE_0 = (functional.binary_cross_entropy_with_logits, nn.BCEWithLogitsLoss)
ABOVE_HALF = (functional.binary_cross_entropy, nn.BCELoss)
OTHER_CURVES = ("loss", "learning_rate", "seconds")  # of every history
PROBLEMS = (RuntimeError, TypeError, ValueError, IndexError)  # what PyTorch raises where shapes or types do not fit


class Step:
    """A step of the reader's own, `step(model, batch)`, which returns a loss or a dict of them."""

    def __init__(self, step: Callable[[nn.Module, Any], Any]) -> None:
        self.step = step

    def score(self, model: nn.Module, batch: Any, gather: Any = None) -> Score:
        """The losses of a batch."""
        samples = samples_of(batch)  # now: a step may take the batch apart
        losses = self.step(model, batch)
        parts = losses if isinstance(losses, dict) else {"": losses}
        named = all(isinstance(name, str) and name not in OTHER_CURVES for name in parts)
        if not (parts and named and all(isinstance(loss, Tensor) and loss.numel() == 1 for loss in parts.values())):
            raise ValueError(
                "step must return a loss, a tensor of one number, or a dict of such losses, which are added up "
                f"(their names are text, and none of {', '.join(OTHER_CURVES)}); in "
                f"{'training' if model.training else 'evaluation'} mode it returned {describe(losses)}"
            )
        total = torch.stack([loss.reshape(()) for loss in parts.values()]).sum()
        return Score(total, parts if parts is losses else {}, samples)


def samples_of(batch: Any) -> int:
    """How many samples a batch has: dicts in a list, or else the rows of its first tensor, where it is nested least."""
    level = [batch]
    while level:
        lists = [part for part in level if isinstance(part, list | tuple) and part]
        dicts: list[Any] = [part for part in lists if all(isinstance(item, dict) for item in part)]
        rows = dicts or [part for part in level if isinstance(part, Tensor) and part.ndim]
        if rows:
            return len(rows[0])
        nested = [part for part in level if isinstance(part, dict | list | tuple)]
        level = [item for part in nested for item in (part.values() if isinstance(part, dict) else part)]
    return 1


def call(model: nn.Module, inputs: Any) -> Any:
    """The outputs for the inputs of a batch: one, several in order, or several by name."""
    if isinstance(inputs, dict):
        return model(**inputs)
    return model(*inputs) if isinstance(inputs, list | tuple) else model(inputs)


class Criterion:
    """A loss of outputs and targets; for classifiers it also counts right answers."""

    def __init__(self, loss: Any, default: bool) -> None:
        kind = loss.func if isinstance(loss, partial) else loss
        options = loss.keywords if isinstance(loss, partial) else {}
        self.loss = loss
        self.highest = kind in HIGHEST or type(kind) in HIGHEST
        self.threshold = 0.0 if kind in ABOVE_0 or type(kind) in ABOVE_0 else None
        if kind in ABOVE_HALF or type(kind) in ABOVE_HALF:
            self.threshold = 0.5
        self.one_tensor = default or self.highest or self.threshold is not None
        self.ignored = options.get("ignore_index", getattr(loss, "ignore_index", None)) if self.highest else None
        self.class_weights = options.get("weight", getattr(loss, "weight", None)) if self.highest else None

    def score(self, model: nn.Module, batch: Any, gather: Callable[[Any], Any] | None = None) -> Score:
        """The loss of a batch; with `gather`, of the outputs and targets of all processes."""
        inputs, targets = batch
        try:
            outputs = call(model, inputs)
        except ValueError as problem:
            if "more than 1 value per channel" not in str(problem):
                raise
            raise ValueError(
                f"BatchNorm cannot normalise a batch of {samples_of(batch)} sample: choose another batch_size, so that "
                "the last batch of an epoch has more"
            ) from problem
        return self.compare(*(gather((outputs, targets)) if gather else (outputs, targets)))

    def compare(self, outputs: Any, targets: Any) -> Score:
        """The loss, and right answers where there are such."""
        for what, value in (("the model gives", outputs), ("the targets are", targets)):
            if self.one_tensor and not isinstance(value, Tensor):
                raise TypeError(
                    f"{what} {describe(value)} where this loss needs one tensor, as with auxiliary outputs in training "
                    "mode: name a loss of your own, or a step that weighs them"
                )
        if isinstance(targets, Tensor) and targets.dtype in (torch.uint8, torch.bool):
            targets = targets.long()
        if self.threshold is not None and not targets.is_floating_point():
            targets = targets.to(outputs.dtype)
        loss = self.loss(outputs, targets)
        right: Any = 0
        answers: Any = 0
        if self.threshold is not None:
            right, answers = ((outputs > self.threshold) == (targets > 0.5)).sum(), targets.numel()
        elif self.highest:
            hits = outputs.argmax(1) == (targets.argmax(1) if targets.is_floating_point() else targets)
            counted = self._counted(targets)
            right = hits.sum() if counted is None else (hits & counted).sum()
            answers = hits.numel() if counted is None else counted.sum()
        return Score(loss, {}, self._weight(targets, outputs), right, answers)

    def _counted(self, targets: Tensor) -> Tensor | None:
        """Which labels the loss counts, where it ignores one, such as that of padding."""
        return None if self.ignored is None or targets.is_floating_point() else targets != self.ignored

    def _weight(self, targets: Any, outputs: Any) -> Any:
        """What the mean over this batch weighs in a mean over many: the loss divides by samples, labels or weights."""
        if not self.highest or targets.is_floating_point():
            return samples_of((targets, outputs))
        counted = self._counted(targets)
        labels = targets if counted is None else targets[counted]
        return labels.numel() if self.class_weights is None else self.class_weights[labels].sum()


def criterion(model: nn.Module, name: str, inputs: Any, targets: Any, labels: Any, loss: Any) -> Criterion:
    """The criterion, once the model has taken a few samples, and the loss what it made of them.

    `labels` are all the targets, where they are at hand: each must have an output.
    """
    lengths = [len(leaf) for leaf in _data.tree_leaves([inputs, targets]) if isinstance(leaf, Tensor) and leaf.ndim]
    if len(set(lengths)) != 1 and isinstance(inputs, Tensor) and isinstance(targets, Tensor):
        raise ValueError(f"{name}: a batch has inputs and targets of lengths {lengths}")
    outputs = outputs_of(model, f"{name}'s", inputs)
    found = Criterion(_default_loss(model, name, outputs, targets) if loss is None else loss, loss is None)
    both = isinstance(outputs, Tensor) and isinstance(targets, Tensor)
    if found.highest and both and not targets.is_floating_point() and outputs.ndim > 1:
        labels = targets if labels is None else labels
        _data.check_labels(name, labels if found.ignored is None else labels[labels != found.ignored], outputs.shape[1])
    try:
        value = found.compare(outputs, targets).loss
    except PROBLEMS as problem:
        raise ValueError(
            f"the loss cannot compare {name}'s targets ({describe(targets)}) with the model's outputs "
            f"({describe(outputs)}): {problem}"
        ) from problem
    if not isinstance(value, Tensor) or value.numel() != 1:
        raise ValueError(f"loss must give one number, the mean over a batch, but it gave {describe(value)}")
    return found


def outputs_of(model: nn.Module, whose: str, inputs: Any) -> Any:
    """What the model makes of a few samples, or an error that says what it could not take."""
    try:
        return call(model, inputs)
    except PROBLEMS as problem:
        hint = ""
        if any(isinstance(leaf, Tensor) and leaf.dtype is torch.uint8 for leaf in _data.tree_leaves(inputs)):
            hint = ". Bytes, such as images from a file, first become floating-point numbers: images / 255"
        raise ValueError(
            f"the model cannot take {whose} inputs (a batch of {describe(inputs)}): {problem}{hint}"
        ) from problem


def describe(value: Any) -> str:
    """Shape and type of a tensor, or of several."""
    if isinstance(value, Tensor):
        return f"shape {tuple(value.shape)}, {str(value.dtype).removeprefix('torch.')}"
    if isinstance(value, tuple | list) and value and all(isinstance(part, Tensor) for part in value):
        return f"a {type(value).__name__} of {len(value)} tensors: {'; '.join(map(describe, value))}"
    return _validate.describe(value)


def _default_loss(model: nn.Module, name: str, outputs: Any, targets: Any) -> Any:
    """Cross-entropy for labels, mean squared error for other numbers, if the outputs are made for it."""
    if not isinstance(outputs, Tensor) or not isinstance(targets, Tensor):
        what = f"targets are {describe(targets)}"
        if isinstance(targets, Tensor):
            what = f"the model gives {describe(outputs)}"
        raise TypeError(f"{name}: where no loss is named, outputs and targets must be one tensor each, but {what}")
    what = f"{name}'s targets (a batch of {describe(targets)})"
    if not _data.for_labels(what, targets, outputs, targets.is_floating_point(), axis=1):
        return functional.mse_loss
    last = [module for module in model.modules() if not list(module.children())][-1:]
    if any(isinstance(module, nn.Softmax | nn.LogSoftmax | nn.Softmax2d) for module in last):
        raise ValueError(ENDS_IN_SOFTMAX)
    return functional.cross_entropy


def objective_of(
    model: nn.Module, data: Batches, step: Any, loss: Any, like: Batches | None = None
) -> Criterion | Step:  # fmt: skip
    """What is computed for each batch, once a few samples have shown that model, loss and data fit together."""
    if step is not None:
        if loss is not None:
            raise ValueError("give a loss or a step, not both: a step computes the loss itself")
        return Step(step)
    with torch.no_grad(), _frameworks.random_state_kept(data.device):
        model.eval()
        inputs, targets = _pair(data)
        other = targets if like is None else _pair(like)[1]
        if isinstance(targets, Tensor) and isinstance(other, Tensor):
            _data.check_kinds(other.is_floating_point(), targets.is_floating_point())
        found = criterion(model, data.name, inputs, targets, data.memory and data.memory.labels, loss)
        if any(isinstance(module, nn.Conv2d | nn.ConvTranspose2d) for module in model.modules()):
            _channels_last(model, inputs)
    return found


def _pair(data: Batches) -> Any:
    """Inputs and targets of the first batch."""
    batch = data.first()
    if not isinstance(batch, list | tuple) or len(batch) != 2:
        raise TypeError(
            f"{data.name} must give batches (inputs, targets), got {describe(batch)}; for others write a step"
        )
    return batch


def _channels_last(model: nn.Module, inputs: Any) -> None:
    """Have convolutions compute with the channels of a pixel beside each other, which is faster.

    Not where the model reads its memory in another order (`x.view`).
    """
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    try:
        call(model, inputs)
    except RuntimeError:
        model.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
