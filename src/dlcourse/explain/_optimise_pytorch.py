"""The gradient of a function of one layer's output, in PyTorch; the network runs no further than that layer."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from dlcourse._frameworks import to_numpy
from dlcourse.explain._layers import Seen
from dlcourse.explain._optimise import Score
from dlcourse.explain._pytorch import _ready, _tensor
from dlcourse.explain._target import no_gradient


class _Reached(Exception):
    """The layer has run: nothing that comes after it is needed."""


class _Redirected(torch.autograd.Function):
    """ReLU whose gradient, where an image's would be zero altogether, goes to the negative inputs that should rise."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
        (x,) = ctx.saved_tensors
        plain = gradient * (x > 0)
        other = torch.where((x <= 0) & (gradient < 0), 0.0, gradient)
        passes = (plain != 0).flatten(1).any(1).reshape(-1, *[1] * (x.ndim - 1))
        return torch.where(passes, plain, other)


def differentiate(
    model: nn.Module, x: np.ndarray, name: str, layer: nn.Module, score: Score, redirect: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Objectives `(N,)`, and their gradient with respect to `x`."""
    seen = Seen()

    def stop(module: nn.Module, args: Any, output: Any) -> None:
        seen.add(name, output)
        raise _Reached

    with _ready(model, gradients=True) as stack:
        if redirect:
            _redirect(stack, model)
        stack.callback(layer.register_forward_hook(stop).remove)
        leaf = _tensor(model, x).requires_grad_()
        with suppress(_Reached):
            model(leaf.clone())
        output = seen.one(name)
        values, weights = score(to_numpy(output))
        if not output.requires_grad:
            raise no_gradient("the image")
        at_output = torch.as_tensor(weights, dtype=output.dtype, device=output.device)
        (gradient,) = torch.autograd.grad(output, leaf, at_output, allow_unused=True)
        if gradient is None:
            raise no_gradient("the image")
        return values, to_numpy(gradient)


def _redirect(stack: ExitStack, model: nn.Module) -> None:
    found = [module for module in model.modules() if isinstance(module, nn.ReLU)]
    if not found:
        raise ValueError("redirect changes the gradient of nn.ReLU modules, and the model has none; use redirect=0")
    for module in found:
        own = module.__dict__.get("forward")
        module.__dict__["forward"] = _Redirected.apply
        stack.callback(partial(_restore, module, "forward", own))


def _restore(owner: Any, attribute: str, before: Any) -> None:
    owner.__dict__.pop(attribute, None)
    if before is not None:
        owner.__dict__[attribute] = before
