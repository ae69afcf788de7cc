"""A model and the random generators are left as they were found, also after an error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from dlcourse.train import _random


@contextmanager
def as_found(model: Any, device: torch.device) -> Iterator[None]:
    """Have a model on `device`; put it back where it was, with its modes and the layout of its weights."""
    if not isinstance(model, nn.Module):  # a loss that is a function
        yield
        return
    modes = {module: module.training for module in model.modules()}
    strides = {p: p.stride() for p in model.parameters() if not is_lazy(p)}
    homes = {tensor.device for tensor in [*model.parameters(), *model.buffers()]} or {torch.device("cpu")}
    if len(homes) > 1:
        raise ValueError(f"model must be on one device, but its tensors are on {', '.join(sorted(map(str, homes)))}")
    try:
        model.to(device)
        yield
    finally:
        model.to(homes.pop())
        for parameter, stride in strides.items():
            if parameter.stride() != stride:
                data = parameter.data
                parameter.data = data.new_empty_strided(data.shape, stride).copy_(data)
        for module, mode in modes.items():
            module.training = mode


def follow(optimizer: torch.optim.Optimizer) -> None:
    """Have an optimizer's state where its parameters are."""
    if optimizer.state:
        optimizer.load_state_dict(optimizer.state_dict())


@contextmanager
def optimizer_as_found(optimizer: Any) -> Iterator[None]:
    """Give a ready optimizer the learning rates back that it came with, and its state the parameters' device."""
    if not isinstance(optimizer, torch.optim.Optimizer):
        yield
        return
    rates = [group["lr"] for group in optimizer.param_groups]
    try:
        yield
    finally:
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        follow(optimizer)


def random_state(device: torch.device) -> dict[str, Any]:
    """Where the generators of Python, NumPy and PyTorch stand; PyTorch's as arrays, the others as lists."""
    state = _random.state() | {"torch": torch.get_rng_state().numpy()}
    if device.type != "cpu":
        module = torch.get_device_module(device)
        state["device"] = (module.get_rng_state() if device.type == "mps" else module.get_rng_state(device)).numpy()
    return state


def set_random_state(state: dict[str, Any], device: torch.device) -> None:
    """Put the generators where they stood."""
    _random.set_state(state)
    torch.set_rng_state(torch.from_numpy(state["torch"]))
    if "device" in state and device.type != "cpu":
        module, numbers = torch.get_device_module(device), torch.from_numpy(state["device"])
        module.set_rng_state(numbers) if device.type == "mps" else module.set_rng_state(numbers, device)


@contextmanager
def random_kept(device: torch.device) -> Iterator[None]:
    """Put the generators back to where they were."""
    before = random_state(device)
    try:
        yield
    finally:
        set_random_state(before, device)


def seed(number: int) -> None:
    """Seed the generators of Python, NumPy and PyTorch."""
    _random.seed(number % 2**32)
    torch.manual_seed(number % 2**32)
