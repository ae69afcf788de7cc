"""ReLU modules of a PyTorch model with another rule for the way back, and a watch for ReLUs that are no modules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode


class _Rectify(torch.autograd.Function):
    """ReLU, or ReLU up to `most`, whose gradient follows the rule of one of the two methods."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, most: float | None, in_place: bool, method: str) -> torch.Tensor:
        ctx.method = method
        if method == "guided_backprop" and most is not None:
            ctx.below = x < most
        if in_place:  # what follows may count on the changed input
            ctx.mark_dirty(x)
        output = x.relu_() if in_place else x.relu()
        if most is not None:
            output.clamp_(max=most)
        if method == "guided_backprop":
            ctx.save_for_backward(output)
        return output

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:  # type: ignore[override]
        positive = gradient.relu()
        if ctx.method == "guided_backprop":
            (output,) = ctx.saved_tensors
            positive = torch.ops.aten.threshold_backward(positive, output, 0)  # 0 where the output is 0
            if hasattr(ctx, "below"):
                positive *= ctx.below
        return positive, None, None, None


class _Watch(TorchDispatchMode):
    """Refuses rectifiers that are called as functions: their rule would stay the ordinary one, without a word."""

    def __init__(self, method: str) -> None:
        super().__init__()
        self.method = method
        self.inside_module = False
        self.refused: ValueError | None = None

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None) -> Any:
        if not self.inside_module and _rectifies(func.overloadpacket.__name__, args, kwargs or {}):
            self.refused = ValueError(
                f"{self.method} needs every ReLU as a module, but the model calls a function (such as F.relu; "
                f"PyTorch ran {func}), whose rule for the way back cannot be changed; write nn.ReLU() instead"
            )
            raise self.refused
        return func(*args, **(kwargs or {}))


def _rectifies(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    name = name.rstrip("_")
    if name in ("relu", "relu6"):
        return True
    low = kwargs.get("min", kwargs.get("min_val", args[1] if len(args) > 1 else None))
    if name in ("clamp", "clamp_min", "hardtanh"):
        return isinstance(low, int | float) and low == 0
    if name == "threshold":
        return tuple(args[1:3]) == (0, 0)
    if name in ("maximum", "max"):
        return any(isinstance(each, torch.Tensor) and not each.any() for each in args[1:2])
    return False


@contextmanager
def replaced(model: nn.Module, method: str) -> Iterator[AbstractContextManager[Any]]:
    """Have all ReLU modules follow the method's rule; inside what this yields, ReLUs as functions are refused."""
    modules = [module for module in model.modules() if type(module) in (nn.ReLU, nn.ReLU6)]
    if not modules:
        raise ValueError(
            f"{method} changes how gradients pass nn.ReLU modules, and the model has none; write its ReLUs as modules, "
            "or use saliency"
        )
    watch = _Watch(method)

    def forward_of(module: Any) -> Any:
        most = 6.0 if isinstance(module, nn.ReLU6) else None

        def forward(input: torch.Tensor) -> torch.Tensor:
            watch.inside_module = True
            try:
                return _Rectify.apply(input, most, module.inplace, method)
            finally:
                watch.inside_module = False

        return forward

    with ExitStack() as stack:
        for module in modules:
            before = module.__dict__.get("forward")
            module.__dict__["forward"] = forward_of(module)
            stack.callback(_put_back, module, before)
        try:
            yield watch
        except RuntimeError:
            if watch.refused is not None:  # TorchScript wraps the error of what it calls into its own
                raise watch.refused from None
            raise


def _put_back(module: nn.Module, forward: Any) -> None:
    del module.__dict__["forward"]
    if forward is not None:
        module.__dict__["forward"] = forward
