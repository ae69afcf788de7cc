"""How `dlcourse.count` watches the layers of a model while it runs."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse.count import Count, Layer


def plain(problem: Exception) -> str:
    """The kind and the text of an error, without the colours that Keras puts in."""
    return f"{type(problem).__name__}: " + re.sub(r"\x1b\[[0-9;]*m", "", str(problem))


@dataclass(frozen=True)
class Rule:
    """How a layer uses its weights: every number of `kernels` is multiplied once at each position.

    Positions are those of the output (of the input, where `transposed`): all its axes but the `channels`.
    """

    kernels: list[Any]
    channels: int
    transposed: bool = False

    def macs(self, given: Any, made: Any) -> int:
        positions = math.prod((given if self.transposed else made).shape) // self.channels
        return positions * sum(math.prod(kernel.shape) for kernel in self.kernels)


class Table:
    """Collects a row each time that a layer runs; `watch` says beforehand what the layers are."""

    def __init__(self) -> None:
        self.rows: list[Layer] = []
        self.counted: set[int] = set()

    def new(self, weights: list[Any]) -> int:
        """How many numbers these weights hold, without those that were counted before."""
        fresh = {id(weight): weight for weight in weights if id(weight) not in self.counted}
        self.counted.update(fresh)
        return sum(math.prod(weight.shape) for weight in fresh.values())

    def watch(self, name: str, kind: str, learned: list[Any], others: list[Any], rule: Rule | None) -> Callable:
        """A function of the layer's first input and its output that adds a row.

        `others` are weights that must have a rule: all, but for the layers that multiply number by number.
        """
        kernels = rule.kernels if rule else []
        for weight in others:
            if len(weight.shape) > 1 and not any(weight is kernel for kernel in kernels):
                raise ValueError(
                    f"model: the layer {name!r} ({kind}) has weights of shape {tuple(weight.shape)}, and count has no "
                    "rule for their multiplications; it has rules for convolutions and dense (linear) layers"
                )

        def add(given: Any, made: Any) -> None:
            while isinstance(made, list | tuple) and made:
                made = made[0]
            if rule and len(kernels[0].shape) > 2 and len(made.shape) != len(kernels[0].shape):
                axes = len(kernels[0].shape) - 1
                raise ValueError(f"the layer {name!r} ({kind}) needs inputs of {axes} axes, the batch axis left out")
            shape = tuple(int(size) for size in getattr(made, "shape", ())[1:])
            self.rows.append(Layer(name, kind, shape, self.new(learned), rule.macs(given, made) if rule else 0))

        return add

    def count(self, weights: list[Any], run: Callable[[], object], shape: tuple[int, ...]) -> Count:
        """Run the watched model that has these weights, and sum up."""
        try:
            run()
        except Exception as problem:  # whatever the model itself raises
            text = plain(problem)
            raise ValueError(f"model cannot run on one input of input_shape={shape}: {text}") from problem
        rows = tuple(self.rows)
        total = sum(row.parameters for row in rows) + self.new(weights)
        return Count(total, sum(row.macs for row in rows), rows)


def _torch_rule(module: Any) -> Rule | None:
    from torch import nn

    if isinstance(module, nn.Linear):
        return Rule([module.weight], module.out_features)
    if isinstance(module, nn.ConvTranspose1d | nn.ConvTranspose2d | nn.ConvTranspose3d):
        return Rule([module.weight], module.in_channels, transposed=True)
    if isinstance(module, nn.Conv1d | nn.Conv2d | nn.Conv3d):
        return Rule([module.weight], module.out_channels)
    return None


def count_torch(model: Any, shape: tuple[int, ...]) -> Count:
    import torch
    from torch import nn

    table = Table()
    weights = list(model.parameters())
    if any(map(nn.parameter.is_lazy, weights)):
        raise ValueError("model has lazy layers that have no weights yet; run it once on an input")
    where = next((tensor for tensor in [*weights, *model.buffers()] if tensor.is_floating_point()), torch.empty(0))
    with ExitStack() as stack:
        for name, module in model.named_modules():
            learned, rule = list(module.parameters(recurse=False)), _torch_rule(module)
            others = learned + [buffer for buffer in module.buffers(recurse=False) if buffer.is_floating_point()]
            if isinstance(module, nn.LayerNorm | nn.RMSNorm):
                others = []
            holds_others = any(True for _ in module.children()) and not (rule or learned or others)
            if holds_others or isinstance(module, nn.Identity):
                continue
            kind = type(module).__name__
            add = table.watch(name or kind.lower(), kind, learned, others, rule)
            hook = module.register_forward_hook(
                lambda _, args, kwargs, made, add=add: add(next(iter([*args, *kwargs.values()]), None), made),
                with_kwargs=True,
            )
            stack.callback(hook.remove)
        for module in model.modules():
            stack.callback(setattr, module, "training", module.training)
            module.training = False
        stack.enter_context(torch.no_grad())
        stack.enter_context(torch.random.fork_rng([where.device] if where.device.type == "cuda" else []))
        buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}

        def run() -> None:
            x = torch.zeros(1, *shape, device=where.device, dtype=where.dtype)
            torch.func.functional_call(model, buffers, (x,))

        return table.count(weights, run, shape)


def _keras_rule(layer: Any) -> Rule | None:
    from keras import layers

    if isinstance(layer, layers.SeparableConv1D | layers.SeparableConv2D):
        return Rule([layer.depthwise_kernel, layer.pointwise_kernel], layer.pointwise_kernel.shape[-1])
    if isinstance(layer, layers.DepthwiseConv1D | layers.DepthwiseConv2D):
        return Rule([layer.kernel], layer.kernel.shape[-1] * layer.kernel.shape[-2])
    if isinstance(layer, layers.Conv1DTranspose | layers.Conv2DTranspose | layers.Conv3DTranspose):
        return Rule([layer.kernel], layer.kernel.shape[-1], transposed=True)
    if isinstance(layer, layers.Dense | layers.Conv1D | layers.Conv2D | layers.Conv3D):
        return Rule([layer.kernel], layer.kernel.shape[-1])
    return None


def _built(model: Any, shape: tuple[int, ...]) -> Any:
    """The model, or, where it has no weights yet, a copy that has."""
    if model.built:
        return model
    try:
        model = type(model).from_config(model.get_config())
        model(np.zeros((1, *shape), "float32"), training=False)
    except Exception as problem:  # whatever the model itself raises
        raise ValueError(
            f"model is not built, and a copy of it cannot be on input_shape={shape}: {plain(problem)}; "
            "if the shape is right, call the model once on an input, then count"
        ) from problem
    return model


def count_keras(model: Any, shape: tuple[int, ...]) -> Count:
    import keras
    from keras import layers

    table = Table()
    model = _built(model, shape)
    everything = model._flatten_layers()
    # The weights that were made trainable: `freeze` changes what training does to them, not what they are.
    weights = [weight for layer in everything for weight in layer._trainable_variables]
    by_number = (layers.PReLU, *(getattr(layers, name) for name in dir(layers) if name.endswith("Normalization")))
    with ExitStack() as stack:
        for layer in everything:
            learned, rule, kind = list(layer._trainable_variables), _keras_rule(layer), type(layer).__name__
            others = [] if isinstance(layer, by_number) else learned + list(layer._non_trainable_variables)
            if isinstance(layer, layers.TimeDistributed):
                raise ValueError(
                    f"model: the layer {layer.name!r} (TimeDistributed) runs its layer where it cannot be watched; "
                    "Keras' dense layers take extra leading axes by themselves"
                )
            holds_others = layer._layers and not (rule or learned or others)
            if holds_others or isinstance(layer, layers.Identity | layers.InputLayer):
                continue
            add = table.watch(layer.name, kind, learned, others, rule)

            def call(*args: Any, inner: Callable = layer.call, add: Callable = add, **kwargs: Any) -> Any:
                made = inner(*args, **kwargs)
                add(next(iter([*args, *kwargs.values()]), None), made)
                return made

            vars(layer)["call"] = call  # past the tracking that Keras does of what is set on a layer
            stack.callback(vars(layer).pop, "call")
        stack.enter_context(keras.StatelessScope())  # nothing that the model assigns to its variables stays
        return table.count(weights, lambda: model(np.zeros((1, *shape), "float32"), training=False), shape)
