"""How `dlcourse.count` watches the layers of a model while it runs."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

import numpy as np

from dlcourse._count_rules import Given, Rule, keras_rule, torch_rule
from dlcourse.count import FLOAT, Count, Layer


def plain(problem: Exception) -> str:
    """The kind and the text of an error, without the colours that Keras puts in."""
    return f"{type(problem).__name__}: " + re.sub(r"\x1b\[[0-9;]*m", "", str(problem))


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

    def watch(
        self, name: str, kind: str, learned: list[Any], others: list[Any], rule: Rule | None, makes: bool
    ) -> Callable[[Given, Any], None]:
        """A function of the layer's arguments and its output that adds a row.

        `others` are weights that must have a rule: all, but for the layers that multiply number by number. `makes` is
        False for layers whose output is their input, with another shape perhaps, and so takes no memory of its own.
        """
        kernels = rule.kernels if rule else []
        for weight in others:
            if len(weight.shape) > 1 and not any(weight is kernel for kernel in kernels):
                raise ValueError(
                    f"model: the layer {name!r} ({kind}) has weights of shape {tuple(weight.shape)}, and count has no "
                    "rule for their multiplications; a layer of your own can say what it costs by a method "
                    "`count_macs(inputs, outputs)`"
                )

        def add(given: Given, made: Any) -> None:
            while isinstance(made, list | tuple) and made:
                made = made[0]
            if rule and rule.axes and len(made.shape) != rule.axes:
                raise ValueError(
                    f"the layer {name!r} ({kind}) needs inputs of {rule.axes - 1} axes, the batch axis left out"
                )
            shape = tuple(int(size) for size in getattr(made, "shape", ())[1:])
            macs = rule.macs(given, made) if rule else 0
            self.rows.append(Layer(name, kind, shape, self.new(learned), macs, FLOAT * math.prod(shape) * makes))

        return add

    def count(self, weights: list[Any], runs: list[Callable[[], object]], shape: tuple[int, ...]) -> Count:
        """Run the watched model that has these weights in the first of the ways that it can take, and sum up."""
        rows: tuple[Layer, ...] = ()
        problem: Exception | None = None
        for run in runs:
            self.rows, self.counted = [], set()
            try:
                run()
            except Exception as found:  # whatever the model itself raises
                if problem is None or len(self.rows) > len(rows):  # this way led further than the one before
                    rows, problem = tuple(self.rows), found
            else:
                total = sum(row.parameters for row in self.rows) + self.new(weights)
                return Count(total, sum(row.macs for row in self.rows), tuple(self.rows))
        text = plain(problem) if problem else ""
        raise ValueError(f"model cannot run on one input of input_shape={shape}: {text}") from problem


def count_torch(model: Any, shape: tuple[int, ...]) -> Count:
    import torch
    from torch import nn

    table = Table()
    weights = list(model.parameters())
    if any(map(nn.parameter.is_lazy, weights)):
        raise ValueError("model has lazy layers that have no weights yet; run it once on an input")
    where = next((tensor for tensor in [*weights, *model.buffers()] if tensor.is_floating_point()), torch.empty(0))
    with ExitStack() as stack:
        whole = [module for module in model.modules() if isinstance(module, nn.MultiheadAttention)]
        inside = {id(part) for module in whole for part in module.children()}
        views = (nn.Flatten, nn.Unflatten, nn.modules.dropout._DropoutNd)
        for name, module in model.named_modules():
            if id(module) in inside:
                continue
            learned, rule = list(module.parameters(recurse=module in whole)), torch_rule(module)
            others = learned + [buffer for buffer in module.buffers(recurse=False) if buffer.is_floating_point()]
            if isinstance(module, nn.LayerNorm | nn.RMSNorm):
                others = []
            holds_others = any(True for _ in module.children()) and not (rule or learned or others)
            if holds_others or isinstance(module, nn.Identity):
                continue
            kind = type(module).__name__
            makes = not (isinstance(module, views) or getattr(module, "inplace", False))
            add = table.watch(name or kind.lower(), kind, learned, others, rule, makes)
            hook = module.register_forward_hook(
                lambda _, args, kwargs, made, add=add: add(Given(args, kwargs), made), with_kwargs=True
            )
            stack.callback(hook.remove)
        for module in model.modules():
            stack.callback(setattr, module, "training", module.training)
            module.training = False
        stack.enter_context(torch.no_grad())
        stack.enter_context(torch.random.fork_rng([where.device] if where.device.type == "cuda" else []))
        # The shortcut that PyTorch takes through attention in evaluation mode calls no layer that could be watched.
        stack.callback(torch.backends.mha.set_fastpath_enabled, torch.backends.mha.get_fastpath_enabled())
        torch.backends.mha.set_fastpath_enabled(False)
        buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}

        def run(dtype: torch.dtype) -> None:
            x = torch.zeros(1, *shape, device=where.device, dtype=dtype)
            torch.func.functional_call(model, buffers, (x,))

        dtypes = [where.dtype, torch.long]
        if any(isinstance(module, nn.Embedding | nn.EmbeddingBag) for module in model.modules()):
            dtypes.reverse()
        return table.count(weights, [partial(run, dtype) for dtype in dtypes], shape)


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
    views = (layers.Flatten, layers.Reshape, layers.Dropout, layers.SpatialDropout1D, layers.SpatialDropout2D)
    whole = [layer for layer in everything if isinstance(layer, layers.RNN | layers.MultiHeadAttention)]
    parts = {id(layer): list(layer._flatten_layers(include_self=False)) for layer in whole}
    inside = {id(part) for found in parts.values() for part in found}
    with ExitStack() as stack:
        for layer in everything:
            if id(layer) in inside:
                continue
            rule, kind = keras_rule(layer), type(layer).__name__
            learned = [weight for part in [layer, *parts.get(id(layer), ())] for weight in part._trainable_variables]
            settled = isinstance(layer, by_number) or (rule and id(layer) in parts)
            others = [] if settled else learned + list(layer._non_trainable_variables)
            if isinstance(layer, layers.TimeDistributed):
                raise ValueError(
                    f"model: the layer {layer.name!r} (TimeDistributed) runs its layer where it cannot be watched; "
                    "Keras' dense layers take extra leading axes by themselves"
                )
            holds_others = layer._layers and not (rule or learned or others)
            if holds_others or isinstance(layer, layers.Identity | layers.InputLayer):
                continue
            add = table.watch(layer.name, kind, learned, others, rule, not isinstance(layer, views))

            def call(*args: Any, inner: Callable = layer.call, add: Callable = add, **kwargs: Any) -> Any:
                made = inner(*args, **kwargs)
                add(Given(args, kwargs), made)
                return made

            vars(layer)["call"] = call  # past the tracking that Keras does of what is set on a layer
            stack.callback(vars(layer).pop, "call")
        stack.enter_context(keras.StatelessScope())  # nothing that the model assigns to its variables stays
        return table.count(weights, [lambda: model(np.zeros((1, *shape), "float32"), training=False)], shape)
