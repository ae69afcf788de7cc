"""The loop for PyTorch models."""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from dlcourse import _validate
from dlcourse.train import _data, _found
from dlcourse.train._history import History
from dlcourse.train._meter import Meter
from dlcourse.train._objective import Objective, Score, objective, outputs_of
from dlcourse.train._processes import Processes, precision_of
from dlcourse.train._progress import bar
from dlcourse.train._settings import Settings
from dlcourse.train._torch_data import Batch, Batches, as_tensor, batches
from dlcourse.train._torch_state import State, optimizer_of


def _float_type(model: nn.Module) -> torch.dtype:
    return next((p.dtype for p in model.parameters() if p.is_floating_point()), torch.float32)


def fit(model: nn.Module, train: Any, valid: Any, settings: Settings) -> History:
    """Train in place; the model's device and modes, and the random generators, are afterwards as they were."""
    processes, dtype = Processes(settings.device), _float_type(model)
    device = processes.device
    half = precision_of(settings.precision, device, dtype)
    data = batches("train", train, dtype, processes)
    held = None if valid is None else batches("valid", valid, dtype, processes)
    words = {"train": data.digest, "valid": held and held.digest, "precision": str(half or dtype)}
    state = State(model, settings, processes, settings.words() | words)
    with (
        _found.optimizer_as_found(settings.optimizer),
        _found.as_found(model, device),
        _found.as_found(settings.loss, device),
        _found.random_kept(device),
    ):
        state.set_random_state()
        first = data.first()
        goal = objective(model, data, first, settings.loss)
        if held is not None:
            other = held.first()
            _data.check_kinds(first.targets.is_floating_point(), other.targets.is_floating_point())
            objective(model, held, other, settings.loss)
        processes.start_alike(model)
        state.begin(optimizer_of(model, settings))
        loop = Loop(state, data, goal, half)
        steps = data.steps(settings.batch_size)
        show = settings.progress and processes.main
        with bar(settings.epochs * steps, state.history.epochs * steps, show) as progress:
            while not settings.finished(state.history):
                start = time.perf_counter()
                numbers = loop.epoch(progress)
                if held is not None:
                    scores = measure(model, held, goal, 2 * settings.batch_size, processes)  # no gradients: more fit
                    numbers |= {f"valid_{name}": score for name, score in scores.items()}
                numbers["learning_rate"] = float(state.optimizer.param_groups[0]["lr"])
                state.end_epoch(numbers | {"seconds": time.perf_counter() - start})
                progress.set_postfix(
                    {name: f"{numbers[name]:.3f}" for name in ("loss", "valid_loss") if name in numbers}
                )
        state.end()
    return state.history


class Loop:
    """One epoch of training after another."""

    def __init__(self, state: State, data: Batches, goal: Objective, half: torch.dtype | None) -> None:
        self.state, self.data, self.goal, self.half = state, data, goal, half
        self.processes, self.settings = state.processes, state.settings
        self.parameters = [p for p in state.model.parameters() if p.requires_grad]

    def epoch(self, progress: Any) -> dict[str, float]:
        """Visit each sample once; averages over them."""
        settings, epoch = self.settings, self.state.history.epochs
        steps = self.data.steps(settings.batch_size)
        meter = Meter(f"epoch {epoch + 1}", self.processes)
        self.state.model.train()
        for step, batch in enumerate(self.data.run(settings.batch_size, settings.seed, epoch)):
            if settings.schedule is not None:
                self.state.set_rate(settings.factor((epoch * steps + step) / (settings.epochs * steps)))
            score = self.step(batch)
            if score is not None:
                meter.add(score)
            progress.update()
        self.processes.average_buffers(self.state.model)
        return meter.result()

    def step(self, batch: Batch) -> Score | None:
        """Forward, backward, and one step downhill; None where this process has no sample in the batch."""
        score = None
        self.state.optimizer.zero_grad()
        share = 1.0
        if self.processes.count > 1:  # of the whole batch's mean
            weight = self.goal.weight(batch.targets)
            share = weight / (batch.whole if self.goal.ignored is None else self.processes.sum(weight))
        if len(batch.targets):
            with torch.autocast(self.processes.device.type, self.half) if self.half else nullcontext():
                loss, score = self.goal.score(self._forward(batch), batch.targets)
            (loss * share if share != 1 else loss).backward()
        self.processes.sum_gradients(self.parameters)
        self.state.optimizer.step()
        return score

    def _forward(self, batch: Batch) -> Any:
        inputs: Any = batch.inputs
        if self.settings.augment is not None:
            changed = self.settings.augment(inputs if len(inputs) > 1 else inputs[0])
            inputs = changed if len(inputs) > 1 else (changed,)
            if not all(isinstance(part, Tensor) and len(part) == len(batch.targets) for part in inputs):
                raise ValueError(
                    f"augment must give a tensor with a row for each of the {len(batch.targets)} inputs, but it gave "
                    f"{_validate.describe(changed)}"
                )
        try:
            return self.state.model(*inputs)
        except ValueError as problem:
            if "more than 1 value per channel" not in str(problem):
                raise
            raise ValueError(
                f"BatchNorm cannot normalise a batch of {len(batch.targets)} sample: choose another batch_size, so "
                "that the last batch of an epoch has more"
            ) from problem


@torch.no_grad()
def measure(model: nn.Module, data: Batches, goal: Objective, size: int, processes: Processes) -> dict[str, float]:
    """Averages over all samples of all processes, in evaluation mode."""
    model.eval()
    meter = Meter(f"{data.name}'s data", processes)
    for batch in data.run(size):
        if len(batch.targets):
            meter.add(goal.score(model(*batch.inputs), batch.targets)[1])
    return meter.result()


def evaluate(model: nn.Module, data: Any, loss: Any, batch_size: int, device: Any) -> dict[str, float]:
    """Loss and, for classifiers, accuracy."""
    processes = Processes(device)
    held = batches("data", data, _float_type(model), processes)
    with _found.as_found(model, processes.device), _found.as_found(loss, processes.device):
        goal = objective(model, held, held.first(), loss)
        return measure(model, held, goal, batch_size, processes)


@torch.no_grad()
def predict(model: nn.Module, inputs: Any, batch_size: int, device: Any) -> np.ndarray:
    """Outputs for all inputs; each process computes its share, and gets all."""
    processes = Processes(device)
    parts = tuple(as_tensor(part, _float_type(model)) for part in _data.arrays_of("inputs", inputs))
    share = processes.share(len(parts[0]))
    found = []
    with _found.as_found(model, processes.device):
        model.eval()
        first = outputs_of(model, "the", tuple(part[:2].to(processes.device) for part in parts))
        if not isinstance(first, Tensor):
            raise TypeError(f"the model must give one tensor, but it gave {_validate.describe(first)}")
        for start in range(share.start, share.stop, batch_size):
            rows = slice(start, min(start + batch_size, share.stop))
            found.append(_validate.without_device(model(*(part[rows].to(processes.device) for part in parts))).numpy())
    return np.concatenate([array for own in processes.gather(found) for array in own])
