"""What the package has to know about PyTorch and Keras before it can serve both; importing it loads neither.

A model of a framework can only exist once that framework has been imported, so every function here looks at what is
loaded already.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


def framework_of(model: Any) -> str | None:
    """`"keras"` for a Keras model or layer, `"torch"` for a PyTorch module, None for anything else."""
    keras, torch = sys.modules.get("keras"), sys.modules.get("torch")
    if keras is not None and isinstance(model, keras.layers.Layer):  # first: on Keras' PyTorch backend it is both
        return "keras"
    if torch is not None and isinstance(model, torch.nn.Module):
        return "torch"
    return None


def to_numpy(value: Any) -> Any:
    """A PyTorch tensor, of any device and float type, as a NumPy array; anything else as it is.

    NumPy has no bfloat16, so such numbers become float32.
    """
    if not hasattr(value, "detach"):
        return value
    value = value.detach().cpu()
    return (value.float() if str(value.dtype) == "torch.bfloat16" else value).numpy()


def random_state(device: Any = None) -> dict[str, Any]:
    """Where the global generators of Python and NumPy stand, and PyTorch's if it is loaded, also that of `device`."""
    state: dict[str, Any] = {"python": random.getstate(), "numpy": np.random.get_state(legacy=True)}  # noqa: NPY002
    torch = sys.modules.get("torch")
    if torch is not None:
        state["torch"] = torch.get_rng_state()
        if device is not None and device.type != "cpu":
            state["device"] = torch.get_device_module(device).get_rng_state(*_which(device))
    return state


def set_random_state(state: dict[str, Any], device: Any = None) -> None:
    """Put the generators where they stood when `random_state` was called."""
    random.setstate(state["python"])
    np.random.set_state(state["numpy"])  # noqa: NPY002
    torch = sys.modules.get("torch")
    if torch is not None and "torch" in state:
        torch.set_rng_state(state["torch"])
        if "device" in state and device is not None and device.type != "cpu":
            torch.get_device_module(device).set_rng_state(state["device"], *_which(device))


def _which(device: Any) -> tuple[Any, ...]:
    return () if device.type == "mps" else (device,)  # there is one of them only


@contextmanager
def random_state_kept(device: Any = None) -> Iterator[None]:
    """Put the random generators back to where they were, also after an error."""
    before = random_state(device)
    try:
        yield
    finally:
        set_random_state(before, device)


def seed(number: int) -> None:
    """Seed the global generators of Python and NumPy, and PyTorch's if it is loaded."""
    random.seed(number)
    np.random.seed(number % 2**32)  # noqa: NPY002 - layers and augmentations may use the global generator
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(number % 2**32)


@contextmanager
def on_device(model: Any, device: Any) -> Iterator[None]:
    """Have a PyTorch module on `device`; then put it back where it was, with its modes and its weights' layout.

    What is no module, such as a loss that is a function, is left alone.
    """
    import torch

    if not isinstance(model, torch.nn.Module):
        yield
        return
    modes = {module: module.training for module in model.modules()}
    strides = {p: p.stride() for p in model.parameters() if not torch.nn.parameter.is_lazy(p)}
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
