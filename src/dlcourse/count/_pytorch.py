"""How PyTorch models are counted: by hooks around every module, and PyTorch's own counter of operations."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn.utils import parametrize

from dlcourse.count._recorder import Recorder, check_axes, no_rule
from dlcourse.count._rules import Call, Rule, custom, recurrent
from dlcourse.count._table import Count

if TYPE_CHECKING:
    from torch.utils.flop_counter import FlopCounterMode

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
VIEWS = (nn.Flatten, nn.Unflatten, nn.modules.dropout._DropoutNd)


def _rule(module: nn.Module) -> Rule | None:
    """The rule for a module that is not left to PyTorch's counter: fused kernels are hidden from it."""
    if hasattr(module, "count_macs"):
        return custom(module, [])
    if isinstance(module, nn.RNNBase | nn.RNNCellBase):
        return recurrent([weight for weight in module.parameters() if weight.ndim == 2])
    return None


def _check(name: str, module: nn.Module, call: Call, output: Any) -> None:
    """Refuse what a layer would take for another batch than one of 1."""
    kind = type(module).__name__
    if isinstance(module, CONVOLUTIONS):
        check_axes(name, kind, module.weight.ndim, output)
    if isinstance(module, nn.MultiheadAttention) and not module.batch_first:
        query = call.named("query")[0]
        if query.ndim == 3 and query.shape[1] > 1:
            raise ValueError("count gives one sequence as (1, T, features): make the attention with batch_first=True")


def _attention_flops(query: Any, key: Any, value: Any, *_: Any, out_shape: Any = None, **options: Any) -> int:
    """Each query with each key, and each score with a value; masks spare nothing."""
    return 2 * math.prod(query[:-1]) * key[-2] * (query[-1] + value[-1])


def _vector_flops(a: Any, b: Any, *_: Any, out_shape: Any = None, **options: Any) -> int:
    return 2 * math.prod(a)


def _add_vector_flops(added: Any, a: Any, b: Any, *_: Any, out_shape: Any = None, **options: Any) -> int:
    return 2 * math.prod(a)


def _says_nothing(record: logging.LogRecord) -> bool:
    return False


def _counter() -> FlopCounterMode:
    """PyTorch's counter, with the products that it leaves out: those with vectors, and attention on some devices."""
    logger = logging.getLogger("torch.utils.flop_counter")
    logger.addFilter(_says_nothing)  # when it is imported it warns of a missing triton, which has no part in this
    from torch.utils.flop_counter import FlopCounterMode

    logger.removeFilter(_says_nothing)
    aten = torch.ops.aten
    extra: dict[Any, Callable[..., int]] = dict.fromkeys((aten.mv, aten.dot, aten.vdot), _vector_flops)
    extra[aten.addmv] = _add_vector_flops
    for name in ("flash_attention_for_cpu", "attention_math_for_mps", "fused_attention_overrideable"):
        extra[getattr(aten, f"_scaled_dot_product_{name}")] = _attention_flops
    return FlopCounterMode(display=False, custom_mapping=extra)


@dataclass
class _OpenCall:
    """A module that has been entered: the counter's FLOPs at that time, and those of the modules that it called."""

    module: nn.Module
    start: int
    inner: int = 0


class _OwnMacs:
    """MACs that the counter sees in one call of a module, without those of the modules that it calls."""

    def __init__(self, counter: FlopCounterMode) -> None:
        self.counter = counter
        self.calls: list[_OpenCall] = []

    def enter(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        self.calls.append(_OpenCall(module, self.counter.get_total_flops()))

    def leave(self, module: nn.Module) -> int:
        call = self.calls.pop()
        inner = call.inner
        while call.module is not module:  # that one failed, and the model went on
            call = self.calls.pop()
            inner += call.inner
        flops = self.counter.get_total_flops() - call.start
        if self.calls:
            self.calls[-1].inner += flops
        return (flops - inner) // 2


def _watch(recorder: Recorder, own: _OwnMacs, name: str, module: nn.Module, learned: list[Any]) -> list[Any]:
    """Hooks by which each call of the module adds a row; what they return can remove them."""
    rule, kind = _rule(module), type(module).__name__
    if isinstance(module, nn.Bilinear) and not rule:
        raise no_rule(name, kind, module.weight)
    weights = learned or any(buffer.is_floating_point() for buffer in module.buffers(recurse=False))
    container = any(True for _ in module.children()) and not (rule or weights)
    silent = container or isinstance(module, nn.Identity)
    own_memory = not (silent or isinstance(module, VIEWS) or getattr(module, "inplace", False))

    def finished(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> None:
        call, seen = Call(args, kwargs), own.leave(module)
        _check(name, module, call, output)
        if seen or not silent:
            macs = rule.macs(call, output) if rule else seen
            recorder.add(name, "functions" if silent else kind, output, learned, macs, own_memory)

    return [
        module.register_forward_pre_hook(own.enter),
        module.register_forward_hook(finished, with_kwargs=True),
    ]


def _parts(module: nn.Module) -> list[nn.Module]:
    """The modules inside this one that are no layers of their own but hold its weights."""
    if isinstance(module, nn.MultiheadAttention):
        return list(module.modules())[1:]
    return list(module.parametrizations.modules()) if parametrize.is_parametrized(module) else []  # type: ignore


def count(model: nn.Module, shape: tuple[int, ...]) -> Count:
    """The costs of a module for one input of zeros."""
    recorder = Recorder()
    weights = list(model.parameters())
    if any(map(nn.parameter.is_lazy, weights)):
        raise ValueError("model has lazy layers that have no weights yet; run it once on an input")
    where = next((tensor for tensor in [*weights, *model.buffers()] if tensor.is_floating_point()), torch.empty(0))
    with ExitStack() as stack:
        own = _OwnMacs(stack.enter_context(_counter()))
        inside = {part for module in model.modules() for part in _parts(module)}
        for name, module in model.named_modules():
            if module not in inside:
                holders = [module, *_parts(module)]
                learned = [weight for holder in holders for weight in holder.parameters(recurse=False)]
                for hook in _watch(recorder, own, name or type(module).__name__.lower(), module, learned):
                    stack.callback(hook.remove)
        for module in model.modules():
            stack.callback(setattr, module, "training", module.training)
            module.training = False
        for weight in weights:  # PyTorch's counter fails on a weight that is passed to a module but gets no gradient
            stack.callback(weight.requires_grad_, weight.requires_grad)
            weight.requires_grad_(False)
        stack.enter_context(torch.no_grad())
        stack.enter_context(torch.random.fork_rng([where.device] if where.device.type == "cuda" else []))
        # The shortcut that PyTorch takes through attention in evaluation mode calls no layer that could be watched.
        stack.callback(torch.backends.mha.set_fastpath_enabled, torch.backends.mha.get_fastpath_enabled())
        torch.backends.mha.set_fastpath_enabled(False)
        buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}

        def run(dtype: torch.dtype) -> None:
            own.calls.clear()
            x = torch.zeros(1, *shape, device=where.device, dtype=dtype)
            torch.func.functional_call(model, buffers, (x,))

        dtypes = [where.dtype, torch.long]
        if any(isinstance(module, nn.Embedding | nn.EmbeddingBag) for module in model.modules()):
            dtypes.reverse()
        return recorder.count(weights, [partial(run, dtype) for dtype in dtypes], shape)
