"""What a PyTorch training carries from epoch to epoch, and its checkpoints."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from dlcourse import _validate
from dlcourse.train import _found
from dlcourse.train._checkpoint import BEST, LAST, Arrays, Folder, compare
from dlcourse.train._history import History
from dlcourse.train._processes import Processes
from dlcourse.train._settings import Settings, name_of


def optimizer_of(model: nn.Module, settings: Settings) -> torch.optim.Optimizer:
    """The optimizer that the argument names, for the parameters that are not frozen."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    if not parameters:
        raise ValueError("model has nothing to train: it has no parameter that requires a gradient")
    optimizer = settings.optimizer
    if optimizer is None:
        return torch.optim.Adam(parameters, settings.learning_rate)
    if not isinstance(optimizer, torch.optim.Optimizer):
        if not callable(optimizer):
            raise TypeError(
                "optimizer must be an optimizer of PyTorch or a function that makes one from the parameters, got "
                f"{_validate.describe(optimizer)}"
            )
        optimizer = optimizer(parameters)
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(f"optimizer must give an optimizer of PyTorch, but it gave {_validate.describe(optimizer)}")
    if isinstance(optimizer, torch.optim.LBFGS):
        raise ValueError("optimizer: LBFGS asks for the loss several times a step, which this loop does not do")
    known = {id(p) for group in optimizer.param_groups for p in group["params"]}
    if not known & {id(p) for p in parameters}:
        raise ValueError("optimizer has no parameter of this model: make it from model.parameters()")
    return optimizer


def tensors_of(model: nn.Module) -> dict[str, Tensor]:
    """Parameters and all buffers, also those that a state_dict leaves out."""
    return {**dict(model.named_parameters()), **dict(model.named_buffers())}


def _array(tensor: Tensor) -> np.ndarray:
    tensor = tensor.detach().cpu()
    return (tensor.float() if tensor.dtype is torch.bfloat16 else tensor).numpy()  # NumPy has no bfloat16


def _set(model: nn.Module, arrays: dict[str, Any]) -> None:
    with torch.no_grad():
        for name, tensor in tensors_of(model).items():
            tensor.copy_(torch.as_tensor(arrays[name]))


def _part(arrays: Arrays, head: str) -> Arrays:
    """The entries whose names begin with `head`, without it."""
    return {name.removeprefix(head): array for name, array in arrays.items() if name.startswith(head)}


class State:
    """Model, optimizer, history and the best weights so far; with a folder, also on the disk."""

    def __init__(self, model: nn.Module, settings: Settings, processes: Processes, words: dict[str, Any]) -> None:
        self.model, self.settings, self.processes, self.words = model, settings, processes, words
        self.history = History()
        self.best: dict[str, Any] | None = None
        self.folder = None if settings.checkpoint is None else Folder(settings.checkpoint, processes.main)
        self.saved = self.folder.read(LAST) if self.folder else None

    def set_random_state(self) -> None:
        """Seed the generators, or put them where the checkpoint has left them."""
        _found.seed(self.settings.seed + self.processes.index)
        if self.saved is not None:
            arrays, notes = self.saved
            own = notes["random"][self.processes.index] if self.processes.index < len(notes["random"]) else None
            if own is not None:
                _found.set_random_state(own | _part(arrays, f"random.{self.processes.index}."), self.processes.device)

    def begin(self, optimizer: torch.optim.Optimizer) -> None:
        """Take up the optimizer, and everything else from the checkpoint if there is one."""
        self.optimizer = optimizer
        self.rates = [group["lr"] for group in optimizer.param_groups]
        groups = [{k: v for k, v in group.items() if k != "params"} for group in optimizer.param_groups]
        shapes = " ".join(f"{name}{list(tensor.shape)}" for name, tensor in tensors_of(self.model).items())
        self.words |= {
            "model": f"{type(self.model).__name__} {zlib.crc32(shapes.encode()):08x}",
            "optimizer": f"{name_of(optimizer)} {groups}",
            "processes": self.processes.count,
        }
        _found.follow(optimizer)
        if self.saved is None or self.folder is None:
            return
        arrays, notes = self.saved
        compare(notes["arguments"], self.words, self.folder.path)
        self.history = History(notes["history"])
        self.settings.check_epochs(self.history, self.folder.path)
        _set(self.model, _part(arrays, "model."))
        self._set_optimizer(arrays, notes["optimizer"])
        if self.settings.patience is not None:
            self.best = _part(arrays, "best.") or self._copy()
        self.saved = None

    def _set_optimizer(self, arrays: Arrays, numbers: dict[str, Any]) -> None:
        """Its state, laid out in memory like the parameters: sums in another order would round differently."""
        state: dict[int, dict[str, Any]] = {int(i): dict(values) for i, values in numbers.items()}
        for name, array in _part(arrays, "optimizer.").items():
            number, _, key = name.partition(".")
            state[int(number)][key] = torch.from_numpy(array)
        self.optimizer.load_state_dict(self.optimizer.state_dict() | {"state": state})
        for parameter, values in self.optimizer.state.items():
            for key, value in values.items():
                if isinstance(value, Tensor) and value.shape == parameter.shape:
                    values[key] = torch.empty_like(parameter, dtype=value.dtype, requires_grad=False).copy_(value)

    def set_rate(self, factor: float) -> None:
        """Multiply the learning rates that the optimizer was made with."""
        for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate * factor

    def _copy(self) -> dict[str, Tensor]:
        return {name: tensor.detach().clone() for name, tensor in tensors_of(self.model).items()}

    def end_epoch(self, numbers: dict[str, float]) -> None:
        """Record an epoch; keep the weights if they are the best, and write the checkpoint."""
        self.history.add(**numbers)
        better = self.history.best_epoch == self.history.epochs
        if better and self.settings.patience is not None:
            self.best = self._copy()
        if self.folder is not None:
            random = self.processes.gather(_found.random_state(self.processes.device))
            if self.processes.main:
                self._write(self.folder, better, random)

    def _write(self, folder: Folder, better: bool, random: list[dict[str, Any]]) -> None:
        if better:  # the plain weights, for model.load_state_dict(safetensors.torch.load_file(...))
            weights = {name: _array(t) for name, t in self.model.state_dict().items() if isinstance(t, Tensor)}
            folder.write(BEST, weights, {"epoch": self.history.epochs})
        arrays = {f"model.{name}": _array(tensor) for name, tensor in tensors_of(self.model).items()}
        if self.best is not None and not better:
            arrays |= {f"best.{name}": _array(torch.as_tensor(tensor)) for name, tensor in self.best.items()}
        numbers: dict[str, dict[str, Any]] = {}
        for i, values in self.optimizer.state_dict()["state"].items():
            numbers[str(i)] = {key: value for key, value in values.items() if not isinstance(value, Tensor)}
            arrays |= {f"optimizer.{i}.{k}": _array(v) for k, v in values.items() if isinstance(v, Tensor)}
        plain = []
        for i, state in enumerate(random):
            arrays |= {f"random.{i}.{k}": v for k, v in state.items() if isinstance(v, np.ndarray)}
            plain.append({k: v for k, v in state.items() if not isinstance(v, np.ndarray)})
        notes = {"arguments": self.words, "history": dict(self.history), "optimizer": numbers, "random": plain}
        folder.write(LAST, arrays, notes)

    def end(self) -> None:
        """Put back the best weights, if they were asked for."""
        if self.best is not None:
            _set(self.model, self.best)
        self.optimizer.zero_grad()
        self.processes.gather(None)  # until the main process has written its checkpoint
