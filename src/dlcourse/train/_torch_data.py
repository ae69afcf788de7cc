"""Batches for PyTorch: from data in memory, which stay tensors on the device, or from a loader."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from dlcourse import _validate
from dlcourse.train import _data
from dlcourse.train._processes import Processes

LAYOUT = (0, 2, 3, 1)  # channels last: (N, H, W, C) in memory
BACK = (0, 3, 1, 2)


class Batch(NamedTuple):
    """The share that this process has of a batch, and how many samples the whole batch has."""

    inputs: tuple[Tensor, ...]
    targets: Tensor
    whole: int


def as_tensor(value: Any, dtype: torch.dtype, *, targets: bool = False) -> Tensor:
    """Numbers with a point in the model's type, whole ones as int64 (for indices), bytes and truths as they are."""
    if isinstance(value, Tensor):
        tensor = value.detach()
    else:
        array = np.ascontiguousarray(value)
        tensor = torch.from_numpy(array if array.flags.writeable else array.copy())
    if tensor.is_floating_point():
        return tensor.to(dtype)
    return tensor if tensor.dtype in (torch.uint8, torch.bool) and not targets else tensor.long()


def _fits(tensors: list[Tensor], device: torch.device) -> bool:
    """Whether they take a quarter of the device's free memory at most."""
    if device.type not in ("cuda", "xpu"):
        return True  # it is the main memory
    free, _ = torch.get_device_module(device).mem_get_info(device)
    return 4 * sum(tensor.nbytes for tensor in tensors) <= free


class Tensors:
    """Data in memory, from which batches are picked without a loader."""

    def __init__(self, name: str, data: Any, dtype: torch.dtype, processes: Processes) -> None:
        inputs, targets = _data.pair_of(name, data)
        self.name, self.processes = name, processes
        self.inputs = [as_tensor(part, dtype) for part in inputs]
        self.targets = as_tensor(targets, dtype, targets=True)
        self.samples, self.last, self.digest = len(self.targets), False, _data.digest((*inputs, targets))
        if _fits([*self.inputs, self.targets], processes.device):
            self.inputs = [part.to(processes.device) for part in self.inputs]
            self.targets = self.targets.to(processes.device)

    def steps(self, batch_size: int) -> int:
        """Batches in an epoch."""
        return math.ceil(self.samples / batch_size)

    def channels_last(self) -> None:
        """Hold images so that the channels of a pixel lie beside each other."""
        self.last = True
        self.inputs = [p.permute(LAYOUT).contiguous() if p.ndim == 4 else p for p in self.inputs]

    def first(self) -> Batch:
        """Two samples, or the only one."""
        return self._take(slice(0, 2), min(2, self.samples))

    def run(self, batch_size: int, seed: int | None = None, epoch: int = 0) -> Iterator[Batch]:
        """The share that this process has of each batch; with a seed, in the order of that epoch."""
        rows = None
        if seed is not None:
            rows = torch.from_numpy(_data.order(self.samples, seed, epoch)).to(self.targets.device)
        for start in range(0, self.samples, batch_size):
            whole = min(batch_size, self.samples - start)
            share = self.processes.share(whole)
            where = slice(start + share.start, start + share.stop)
            yield self._take(where if rows is None else rows[where], whole)

    def _take(self, where: Any, whole: int) -> Batch:
        device = self.processes.device
        parts = [self._pick(part, where).to(device, non_blocking=True) for part in self.inputs]
        if self.last:
            parts = [part.permute(BACK) if part.ndim == 4 else part for part in parts]
        return Batch(tuple(parts), self._pick(self.targets, where).to(device, non_blocking=True), whole)

    def _pick(self, tensor: Tensor, where: Any) -> Tensor:
        return tensor[where] if isinstance(where, slice) else tensor.index_select(0, where)


class Loader:
    """The framework's own loader, or any other object that gives the batches of an epoch each time it is run through.

    With several processes the main one reads it and hands the batches to the others.
    """

    def __init__(self, name: str, loader: Any, dtype: torch.dtype, processes: Processes) -> None:
        if not hasattr(loader, "__iter__") or not hasattr(loader, "__len__") or isinstance(loader, str | dict):
            raise TypeError(
                f"{name} must be a pair (inputs, targets), or a loader of such pairs that has a length and can be run "
                f"through again, got {_validate.describe(loader)}"
            )
        if len(loader) == 0:
            raise ValueError(f"{name} must hold one batch at least, but the loader has none")
        self.name, self.loader, self.dtype, self.processes = name, loader, dtype, processes
        self.last, self.digest = False, f"{type(loader).__name__} of {len(loader)} batches"
        self._opened: tuple[Any, Iterator[Any]] | None = None

    def steps(self, batch_size: int) -> int:
        """Batches in an epoch; their size is the loader's."""
        return len(self.loader)

    def channels_last(self) -> None:
        """Lay out the images of each batch so that the channels of a pixel lie beside each other."""
        self.last = True

    def first(self) -> Batch:
        """Two samples of the first batch, which `run` gives again."""
        iterator = iter(self.loader)
        batch = next(iterator)
        self._opened = batch, iterator
        return self._batch(batch, share=False)

    def run(self, batch_size: int, seed: int | None = None, epoch: int = 0) -> Iterator[Batch]:
        """The share that this process has of each batch, in the loader's order."""
        batches: Iterator[Any] = iter(())
        if self._opened is not None:
            batches, self._opened = chain([self._opened[0]], self._opened[1]), None
        elif self.processes.main:
            batches = iter(self.loader)
        while (batch := self.processes.from_main(next(batches, None))) is not None:
            yield self._batch(batch)

    def _batch(self, batch: Any, share: bool = True) -> Batch:
        if not isinstance(batch, list | tuple) or len(batch) != 2:
            raise TypeError(f"{self.name} must give batches (inputs, targets), got {_validate.describe(batch)}")
        parts = batch[0] if isinstance(batch[0], list | tuple) else (batch[0],)
        tensors = [as_tensor(p, self.dtype) for p in parts] + [as_tensor(batch[1], self.dtype, targets=True)]
        whole = len(tensors[-1])
        if any(len(tensor) != whole for tensor in tensors) or not whole:
            raise ValueError(f"{self.name}: a batch has inputs and targets of lengths {[len(t) for t in tensors]}")
        mine = self.processes.share(whole) if share else slice(0, 2)
        tensors = [tensor[mine].to(self.processes.device, non_blocking=True) for tensor in tensors]
        *inputs, targets = tensors
        if self.last:
            inputs = [x.contiguous(memory_format=torch.channels_last) if x.ndim == 4 else x for x in inputs]
        return Batch(tuple(inputs), targets, whole)


Batches = Tensors | Loader


def batches(name: str, data: Any, dtype: torch.dtype, processes: Processes) -> Batches:
    """Data of either kind."""
    kind: Callable[..., Batches] = Tensors if _data.is_pair(data) else Loader
    return kind(name, data, dtype, processes)
