"""Scores, gradients and layers' outputs of PyTorch modules; the module is left as it was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import torch
from torch import nn

from dlcourse._frameworks import to_numpy
from dlcourse.explain._layers import Seen
from dlcourse.explain._target import Target, no_gradient

CHANNELS_LAST = False


def named_layers(model: nn.Module) -> list[tuple[str, nn.Module]]:
    """Every module inside the model with its name; one that has several names, with each."""
    return [(name, module) for name, module in model.named_modules(remove_duplicate=False) if name]


def float_type(model: nn.Module, x: np.ndarray) -> np.dtype:
    """The type in which the model computes, as far as NumPy has it; that of `x` if the model has no weights."""
    for tensor in chain(model.parameters(), model.buffers()):
        if tensor.is_floating_point():
            return np.dtype("float64" if tensor.dtype == torch.float64 else "float32")
    return np.dtype("float64" if x.dtype == np.float64 else "float32")


def _tensor(model: nn.Module, x: np.ndarray) -> torch.Tensor:
    """`x` as the model takes it: a copy of its own on the model's device and in its type."""
    if any(map(nn.parameter.is_lazy, model.parameters())):
        raise ValueError("model has lazy layers that have no weights yet; run it once on an input")
    found = [t for t in chain(model.parameters(), model.buffers()) if t.is_floating_point()]
    like = found[0] if found else torch.empty(0, dtype=getattr(torch, str(x.dtype)))
    return torch.tensor(x, dtype=like.dtype, device=like.device)


@contextmanager
def _ready(model: nn.Module, gradients: bool) -> Iterator[ExitStack]:
    """Evaluation mode, and gradients on or off whatever the caller has set; afterwards everything as it was."""
    with ExitStack() as stack:
        for module in model.modules():
            stack.callback(setattr, module, "training", module.training)
            module.training = False
        # The shortcut that PyTorch takes through attention in evaluation mode calls no layer that could be watched.
        stack.callback(torch.backends.mha.set_fastpath_enabled, torch.backends.mha.get_fastpath_enabled())
        torch.backends.mha.set_fastpath_enabled(False)
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.set_grad_enabled(gradients))
        yield stack


def _watch(stack: ExitStack, layers: Mapping[str, nn.Module], gradients: bool) -> Seen:
    """Collect what these layers give until the stack is closed.

    The rest of the model is given a copy, because a layer that follows may work in place. With `gradients`, what is
    collected is where the graph begins: frozen layers before it do not matter, and cost nothing backwards.
    """
    seen = Seen()

    def collect(name: str, module: nn.Module, args: Any, output: Any) -> Any:
        if not isinstance(output, torch.Tensor):
            seen.add(name, output)
            return None
        kept = output.detach().requires_grad_() if gradients else output
        seen.add(name, kept)
        return kept.clone()

    for name, module in layers.items():
        stack.callback(module.register_forward_hook(partial(collect, name)).remove)
    return seen


def score_tensor(outputs: Any, target: Target) -> torch.Tensor:
    """The `(N,)` scores that are explained, from what the model gave."""
    if callable(target.given):
        found = target.given(outputs)
        target.check(found, isinstance(found, torch.Tensor))
        return found
    columns, signs = target.located(outputs, isinstance(outputs, torch.Tensor))
    rows = torch.arange(len(columns), device=outputs.device)
    chosen = outputs.reshape(len(columns), -1)[rows, torch.as_tensor(columns, device=outputs.device)]
    return chosen * torch.as_tensor(signs, dtype=outputs.dtype, device=outputs.device)


def scores(model: nn.Module, x: np.ndarray, target: Target) -> np.ndarray:
    """The score of each image, `(N,)`."""
    with _ready(model, gradients=False):
        return to_numpy(score_tensor(model(_tensor(model, x)), target))


def gradient(
    model: nn.Module, x: np.ndarray, target: Target, during: AbstractContextManager[Any] | None = None
) -> np.ndarray:
    """The gradient of each image's score with respect to the image; the model runs inside `during`."""
    with _ready(model, gradients=True):
        leaf = _tensor(model, x).requires_grad_()
        with during or nullcontext():
            outputs = model(leaf.clone())  # a copy, because the first layer may work in place
        score = score_tensor(outputs, target)
        return to_numpy(_gradient(score, leaf, "x"))


def maps_and_gradients(
    model: nn.Module, x: np.ndarray, target: Target, name: str, layer: nn.Module
) -> tuple[np.ndarray, np.ndarray]:
    """What the layer gives, and the gradient of each image's score with respect to it."""
    with _ready(model, gradients=True) as stack:
        seen = _watch(stack, {name: layer}, gradients=True)
        score = score_tensor(model(_tensor(model, x)), target)
        maps = seen.one(name)
        return to_numpy(maps), to_numpy(_gradient(score, maps, f"layer {name!r}"))


def layer_outputs(model: nn.Module, x: np.ndarray, layers: Mapping[str, nn.Module]) -> tuple[Seen, Any]:
    """What these layers give for `x`, and what the model gives."""
    with _ready(model, gradients=False) as stack:
        seen = _watch(stack, layers, gradients=False)
        output = model(_tensor(model, x))
        return seen, output


def maps_first(value: torch.Tensor) -> np.ndarray:
    """A layer's output as an array with the maps before height and width, which is how PyTorch has them."""
    return to_numpy(value)


def _gradient(score: torch.Tensor, of: torch.Tensor, what: str) -> torch.Tensor:
    if score.requires_grad:
        (found,) = torch.autograd.grad(score.sum(), of, allow_unused=True)
        if found is not None:
            return found
    raise no_gradient(what)
