"""Batches for PyTorch, on the device: of data in memory, or of a loader."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor
from torch.utils.data import DataLoader

from dlcourse import _validate
from dlcourse.train import _data


class Order:
    """Which samples each batch holds: with a seed, in the order of the epoch; a batch sampler of PyTorch."""

    drop_last = False

    def __init__(self, samples: int, batch_size: int, seed: int | None) -> None:
        self.samples, self.batch_size, self.seed, self.epoch = samples, batch_size, seed, 0

    def __len__(self) -> int:
        return math.ceil(self.samples / self.batch_size)

    def __iter__(self) -> Iterator[list[int]]:
        rows = np.arange(self.samples) if self.seed is None else _data.order(self.samples, self.seed, self.epoch)
        for start in range(0, self.samples, self.batch_size):
            yield rows[start : start + self.batch_size].tolist()


class Memory(_data.Samples):
    """Samples as a data set of PyTorch, which gives whole batches."""

    __getitems__ = _data.Samples.take

    def move(self, device: torch.device) -> None:
        """Have the arrays on a GPU where they take a quarter of its free memory at most."""
        if device.type in ("cuda", "xpu"):
            free, _ = torch.get_device_module(device).mem_get_info(device)
            tree = _data.tree_map(tensor, (self.inputs, self.targets))
            if 4 * sum(getattr(leaf, "nbytes", 0) for leaf in _data.tree_leaves(tree)) <= free:
                on_device = lambda leaf: leaf.to(device) if isinstance(leaf, Tensor) else leaf  # noqa: E731
                self.inputs, self.targets = _data.tree_map(on_device, tree)


class Batches:
    """The batches of an epoch, as often as they are asked for; of several processes, each gets its share."""

    def __init__(
        self, name: str, data: Any, batch_size: int, accelerator: Accelerator, device: torch.device, dtype: torch.dtype,
        seed: int | None = None,
    ) -> None:  # fmt: skip
        self.name, self.device, self.dtype, self.loader = name, device, dtype, data
        self.memory = Memory(name, data) if _data.in_memory(data) else None
        self.order: Order | None = None
        if self.memory is None:
            _data.check_loader(name, data)
        else:
            self.memory.move(device)
            self.order = Order(len(self.memory), batch_size, seed)
            # A generator of its own: the loader would draw from the global one.
            options: dict[str, Any] = {"batch_sampler": self.order, "generator": torch.Generator()}
            self.loader = DataLoader(self.memory, collate_fn=_as_it_is, **options)  # type: ignore[arg-type]
        if accelerator.num_processes > 1:
            self.loader = _shared(name, self.loader, accelerator)

    def __len__(self) -> int:
        return len(self.loader)

    def first(self) -> Any:
        """A batch to try the model with: two samples, where they can be had without the others."""
        if self.memory is not None:
            return self._ready(self.memory.take(list(range(min(2, len(self.memory))))))
        return self._ready(next(iter(self.loader)))

    def run(self, epoch: int = 0) -> Iterator[Any]:
        """One batch after the other."""
        if self.order is not None:
            self.order.epoch = epoch
        for batch in self.loader:
            yield self._ready(batch)

    def digest(self) -> str:
        """By what the data are known again; of a loader, its length must do."""
        if self.memory is None:
            return f"{type(self.loader).__name__} of {len(self.loader)} batches"
        return f"{len(self.memory)} samples {_data.checksum((self.memory.inputs, self.memory.targets))}"

    def _ready(self, batch: Any) -> Any:
        # A loader's batch may be the reader's own, and a model may work in place: that gets a copy.
        own = self.memory is not None
        batch = _data.tree_map(lambda leaf: ready(leaf, self.device, self.dtype, not own), batch, none_is_leaf=True)
        if self.memory is not None and self.memory.are_images:
            return batch[0].permute(0, 3, 1, 2).to(self.dtype) / 255, batch[1]
        return batch


def ready(leaf: Any, device: torch.device, dtype: torch.dtype, copy: bool) -> Any:
    """Floats in the model's type, whole numbers as int64 (for indices), the rest as it is, on the device."""
    if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "biuf":
        leaf = tensor(leaf)
    if not isinstance(leaf, Tensor):
        return leaf
    same = leaf.is_complex() or leaf.dtype in (torch.uint8, torch.bool)
    kind = dtype if leaf.is_floating_point() else leaf.dtype if same else torch.int64
    return leaf.to(device, kind, non_blocking=True, copy=copy)


def tensor(leaf: Any) -> Any:
    """An array as a tensor, without copying where that is possible; anything else as it is."""
    if not isinstance(leaf, np.ndarray):
        return leaf
    array = leaf.astype(leaf.dtype.newbyteorder("="), copy=not leaf.flags.writeable)
    return torch.from_numpy(np.ascontiguousarray(array))


def _as_it_is(batch: Any) -> Any:
    return batch


def _shared(name: str, loader: Any, accelerator: Accelerator) -> Any:
    """A loader that gives each process its share of every batch."""
    size = getattr(getattr(loader, "batch_sampler", None), "batch_size", None)
    if not isinstance(loader, DataLoader) or size is None:
        raise TypeError(
            f"{name} must be arrays or a DataLoader of PyTorch, where {accelerator.num_processes} processes share its "
            f"batches; got {_validate.describe(loader)}"
        )
    if size % accelerator.num_processes:
        raise ValueError(
            f"{name}: a batch of {size} cannot be divided evenly among {accelerator.num_processes} processes: choose "
            "another batch_size"
        )
    return accelerator.prepare_data_loader(loader, device_placement=False)
