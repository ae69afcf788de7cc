"""The training loop for PyTorch models, from top to bottom."""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import broadcast
from torch import Tensor, nn

from dlcourse import _frameworks
from dlcourse.train import _data
from dlcourse.train._history import History
from dlcourse.train._loss import Criterion, Step, describe, objective_of, outputs_of, samples_of
from dlcourse.train._scores import Scores
from dlcourse.train._settings import Settings
from dlcourse.train._torch_data import Batches
from dlcourse.train._torch_state import (
    TorchState,
    autocast_type,
    float_type,
    optimizer_as_found,
    optimizer_of,
    start,
    trainable,
)


def fit(model: nn.Module, train: Any, valid: Any, settings: Settings) -> History:
    """Train in place; the model's device and modes, and the random generators, are afterwards as they were."""
    accelerator, device = start(settings.device)
    dtype = float_type(model)
    autocast = autocast_type(settings.precision, device, dtype)
    train_batches = Batches("train", train, settings.batch_size, accelerator, device, dtype, settings.seed)
    valid_batches = None  # nothing is kept for gradients there, so that larger batches fit
    if valid is not None:
        valid_batches = Batches("valid", valid, 2 * settings.batch_size, accelerator, device, dtype)
    if accelerator.num_processes > 1 and trainable(settings.loss):
        raise ValueError("loss has parameters of its own, which each process would train apart: move them to the model")
    state = TorchState(model, settings, accelerator, device)
    modes = {module: module.training for module in model.modules()}
    with (
        optimizer_as_found(settings.optimizer),
        _frameworks.on_device(model, device),
        _frameworks.on_device(settings.loss, device),
        _frameworks.random_state_kept(device),
    ):
        objective = objective_of(model, train_batches, settings.step, settings.loss)
        if valid_batches is not None:
            objective_of(model, valid_batches, settings.step, settings.loss, like=train_batches)
        state.begin(optimizer_of(model, settings), train_batches, valid_batches, autocast or dtype)
        parallel, optimizer, backward, clip = model, state.optimizer, Tensor.backward, nn.utils.clip_grad_norm_
        if accelerator.num_processes > 1:  # the model becomes a DistributedDataParallel, which averages their gradients
            parallel, optimizer = accelerator.prepare(model, optimizer, device_placement=[False, False])
            backward, clip = accelerator.backward, accelerator.clip_grad_norm_
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        steps = len(train_batches)
        with settings.bar(steps, state.history.epochs, accelerator.is_main_process) as progress:
            while not settings.finished(state.history):
                began, epoch = time.perf_counter(), state.history.epochs
                model.train()
                if modes[model]:  # a layer that was in evaluation mode, in a model that was not, stays in it
                    for module, mode in modes.items():
                        module.training = mode
                scores = Scores(f"epoch {epoch + 1}", accelerator, device)
                for step, batch in enumerate(train_batches.run(epoch)):
                    if settings.schedule is not None:
                        state.set_rate(settings.factor((epoch * steps + step) / (settings.epochs * steps)))
                    optimizer.zero_grad()
                    with torch.autocast(device.type, autocast) if autocast else nullcontext():
                        score = objective.score(parallel, augmented(batch, settings))
                    backward(score.loss)
                    if settings.clip is not None:
                        clip(parameters, settings.clip)
                    optimizer.step()
                    scores.add(score)
                    progress.update()
                if accelerator.num_processes > 1:
                    broadcast(list(model.buffers()))  # such as BatchNorm's averages: those of the first process
                numbers = scores.averages()
                if valid_batches is not None:
                    numbers |= {
                        f"valid_{k}": v for k, v in measure(model, valid_batches, objective, accelerator).items()
                    }
                numbers["learning_rate"] = float(state.optimizer.param_groups[0]["lr"])
                state.end_epoch(numbers | {"seconds": time.perf_counter() - began})
                progress.set_postfix({k: f"{numbers[k]:.3f}" for k in ("loss", "valid_loss") if k in numbers})
        state.end()
    return state.history


def augmented(batch: Any, settings: Settings) -> Any:
    """The batch with its inputs changed; a step of the reader's own has the whole batch changed."""
    if settings.augment is None:
        return batch
    if settings.step is not None:
        return settings.augment(batch)
    inputs, targets = batch
    samples, changed = samples_of(inputs), settings.augment(inputs)
    leaves = _data.tree_leaves(changed, none_is_leaf=True)
    if not all(isinstance(leaf, Tensor) and leaf.shape[:1] == (samples,) for leaf in leaves):
        raise ValueError(
            f"augment must give a tensor with a row for each of the {samples} inputs, but it gave {describe(changed)}"
        )
    return changed, targets


@torch.no_grad()
def measure(model: nn.Module, data: Batches, objective: Criterion | Step, accelerator: Accelerator) -> dict[str, float]:
    """Averages over all samples of all processes, in evaluation mode."""
    model.eval()
    scores = Scores(f"{data.name}'s data", accelerator, data.device)
    gather = accelerator.gather_for_metrics if accelerator.num_processes > 1 else None
    for batch in data.run():
        scores.add(objective.score(model, batch, gather))
    return scores.averages()


def evaluate(
    model: nn.Module, data: Any, step: Any, loss: Any, batch_size: int, device: Any
) -> dict[str, float]:  # fmt: skip
    """Loss and, for classifiers, accuracy."""
    accelerator, chosen = start(device)
    batches = Batches("data", data, batch_size, accelerator, chosen, float_type(model))
    with _frameworks.on_device(model, chosen), _frameworks.on_device(loss, chosen):
        return measure(model, batches, objective_of(model, batches, step, loss), accelerator)


@torch.no_grad()
def predict(model: nn.Module, inputs: Any, batch_size: int, device: Any) -> Any:
    """Outputs for all inputs; each of several processes computes its share, and gets all."""
    accelerator, chosen = start(device)
    tree, rows = _data.read("inputs", inputs)
    batches = Batches("inputs", (tree, np.zeros(rows)), batch_size, accelerator, chosen, float_type(model))
    found = []
    with _frameworks.on_device(model, chosen):
        model.eval()
        first = outputs_of(model, "the", batches.first()[0])
        leaves, tried = _data.tree_leaves(first), min(2, rows)
        if not leaves or not all(isinstance(leaf, Tensor) and leaf.shape[:1] == (tried,) for leaf in leaves):
            raise TypeError(
                f"the model must give tensors with a row for each of {tried} inputs, but it gave {describe(first)}"
            )
        for batch, _ in batches.run():
            outputs = outputs_of(model, "the", batch)
            outputs = accelerator.gather_for_metrics(outputs) if accelerator.num_processes > 1 else outputs
            found.append(_data.tree_map(_frameworks.to_numpy, outputs))
    return _data.joined(found)
