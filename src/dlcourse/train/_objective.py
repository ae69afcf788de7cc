"""What a PyTorch model is trained for: its loss, and what counts as a right answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from dlcourse import _validate
from dlcourse.train import _data, _found
from dlcourse.train._torch_data import Batch, Batches, Tensors

Loss = Callable[[Any, Tensor], Tensor]


class Score(NamedTuple):
    """The loss of a batch, what it weighs in an average, right answers, and answers."""

    loss: Tensor
    weight: Any
    right: Any
    answers: Any


class Objective:
    """A loss, and for whole-number targets the axis of the outputs along which the highest score is the answer."""

    def __init__(self, loss: Loss, axis: int | None, ignored: int | None) -> None:
        self.loss, self.axis, self.ignored = loss, axis, ignored

    def weight(self, targets: Tensor) -> Any:
        """Samples; or where the loss ignores a label, such as that of padding, the targets that it counts."""
        return len(targets) if self.ignored is None else (targets != self.ignored).sum()

    def score(self, outputs: Any, targets: Tensor) -> tuple[Tensor, Score]:
        """The loss to differentiate, and numbers to keep."""
        loss = self.loss(outputs, targets)
        right: Any = 0
        answers: Any = 0
        if self.axis is not None:
            hits = outputs.detach().argmax(self.axis) == targets
            right, answers = hits.sum(), targets.numel()
            if self.ignored is not None:
                counted = targets != self.ignored
                right, answers = (hits & counted).sum(), counted.sum()
        return loss, Score(loss.detach(), self.weight(targets), right, answers)


def objective(model: nn.Module, data: Batches, first: Batch, loss: Loss | None) -> Objective:
    """The objective, once the model has taken two samples and the loss has taken what it made of them."""
    with torch.no_grad(), _found.random_kept(first.targets.device):
        model.eval()
        outputs = outputs_of(model, f"{data.name}'s", first.inputs)
        images = any(part.ndim == 4 for part in first.inputs)
        if images and any(isinstance(module, nn.Conv2d | nn.ConvTranspose2d) for module in model.modules()):
            _channels_last(model, data, first)
        chosen = _default_loss(model, data.name, outputs, first.targets) if loss is None else loss
        ignored = getattr(loss, "ignore_index", None)
        axis = _class_axis(outputs, first.targets, chosen)
        if axis is not None and _takes_labels(chosen):
            _check_labels(data, first, outputs.shape[axis], ignored)
        try:
            value = chosen(outputs, first.targets)
        except (RuntimeError, TypeError, ValueError, IndexError) as problem:
            raise ValueError(
                f"the loss cannot compare {data.name}'s targets ({_words(first.targets)}) with the model's outputs "
                f"({_words(outputs)}): {problem}"
            ) from problem
    if not isinstance(value, Tensor) or value.numel() != 1:
        raise ValueError(f"loss must give one number, the mean over a batch, but it gave {_words(value)}")
    return Objective(chosen, axis, ignored)


def outputs_of(model: nn.Module, whose: str, inputs: tuple[Tensor, ...]) -> Any:
    """What the model makes of a few samples, or an error that says what it could not take."""
    try:
        return model(*inputs)
    except (RuntimeError, TypeError, ValueError, IndexError) as problem:
        hint = ""
        if any(part.dtype is torch.uint8 for part in inputs):
            hint = ". Bytes, such as images from a file, first become numbers with a point: images / 255"
        raise ValueError(
            f"the model cannot take {whose} inputs (a batch of {', '.join(map(_words, inputs))}): {problem}{hint}"
        ) from problem


def _words(value: Any) -> str:
    if isinstance(value, Tensor):
        return f"shape {tuple(value.shape)}, {str(value.dtype).removeprefix('torch.')}"
    return _validate.describe(value)


def _channels_last(model: nn.Module, data: Batches, first: Batch) -> None:
    """Lay out weights and images for convolutions, unless the model reads its memory in another order (`x.view`)."""
    images = [p.contiguous(memory_format=torch.channels_last) if p.ndim == 4 else p for p in first.inputs]
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    try:
        model(*images)
        data.channels_last()
    except RuntimeError:
        model.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]


def _default_loss(model: nn.Module, name: str, outputs: Any, targets: Tensor) -> Loss:
    """Cross-entropy for labels, mean squared error for other numbers, if the outputs are made for it."""
    if not isinstance(outputs, Tensor):
        raise TypeError(f"the model must give one tensor where no loss is named, but it gave {_words(outputs)}")
    if targets.is_floating_point():
        if outputs.shape != targets.shape:
            raise ValueError(
                f"{name}'s targets (a batch of {_words(targets)}) must have the shape of the model's outputs "
                f"({_words(outputs)}) for the mean squared error; labels of classes must be whole numbers"
            )
        return nn.functional.mse_loss
    last = [module for module in model.modules() if not list(module.children())][-1:]
    if any(isinstance(module, nn.Softmax | nn.LogSoftmax | nn.Softmax2d) for module in last):
        raise ValueError("model ends in softmax, which cross-entropy applies by itself: leave the last layer out")
    if outputs.ndim != targets.ndim + 1 or outputs.shape[:1] + outputs.shape[2:] != targets.shape:
        raise ValueError(
            f"{name}'s targets are whole numbers (a batch of {_words(targets)}), so the model must give a score for "
            f"each class on axis 1, but its outputs have {_words(outputs)}. For other numbers than labels make the "
            "targets numbers with a point; for other outputs name a loss"
        )
    return nn.functional.cross_entropy


def _takes_labels(loss: Any) -> bool:
    return loss is nn.functional.cross_entropy or isinstance(loss, nn.CrossEntropyLoss | nn.NLLLoss)


def _class_axis(outputs: Any, targets: Tensor, loss: Any) -> int | None:
    """The axis that the outputs have more than labels; None where the targets are no labels."""
    if not isinstance(outputs, Tensor) or targets.is_floating_point() or outputs.ndim != targets.ndim + 1:
        return None
    second = outputs.shape[:1] + outputs.shape[2:] == targets.shape  # where PyTorch's losses want it
    last = outputs.shape[:-1] == targets.shape
    if second and (_takes_labels(loss) or not last):
        return 1
    return outputs.ndim - 1 if last else None


def _check_labels(data: Batches, first: Batch, classes: int, ignored: int | None) -> None:
    labels = data.targets if isinstance(data, Tensors) else first.targets
    _data.check_labels(data.name, labels if ignored is None else labels[labels != ignored], classes)
