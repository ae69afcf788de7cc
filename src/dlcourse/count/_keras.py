"""How Keras models are counted: by rules for its layers, whose calls are watched."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import keras
import numpy as np
from keras import layers

from dlcourse.count._recorder import Recorder, check_axes, no_rule, plain
from dlcourse.count._rules import Call, Rule, custom, recurrent, size
from dlcourse.count._table import Count

ELEMENTWISE = (layers.PReLU, *(getattr(layers, name) for name in dir(layers) if name.endswith("Normalization")))
VIEWS = (layers.Flatten, layers.Reshape, layers.Dropout, layers.SpatialDropout1D, layers.SpatialDropout2D)


def _convolution(kernels: list[Any], channels: int, transposed: bool = False) -> Rule:
    """Every number of the kernels is multiplied once at each position.

    Positions are those of the output (of the input, where `transposed`): all its axes but the `channels`.
    """

    def macs(call: Call, output: Any) -> int:
        return math.prod((call.first if transposed else output).shape) // channels * size(kernels)

    axes = len(kernels[0].shape)
    return Rule(kernels, macs, axes if axes > 2 else None)


def _attention_macs(query: Any, key: Any, value: Any, sizes: list[int], width: int, value_width: int) -> int:
    """MACs of attention: each step of the three with its weights, each query with each key, each score with a value.

    `sizes` are how many weights each step of the query (with those of the output), the key and the value meets, and
    the widths how many numbers the projected queries and values have, all heads together.
    """
    places = [math.prod(x.shape[:-1]) for x in (query, key, value)]
    projections = sum(n * weights for n, weights in zip(places, sizes, strict=True))
    return projections + places[0] * key.shape[-2] * (width + value_width)


def _dot_product(call: Call, output: Any) -> int:
    query, value, *key = call.first
    key = key[0] if key else value
    return _attention_macs(query, key, value, [0, 0, 0], key.shape[-1], value.shape[-1])


def _multi_head(layer: Any) -> Rule:
    query, key, value, out = (
        part.kernel for part in (layer._query_dense, layer._key_dense, layer._value_dense, layer._output_dense)
    )
    widths = (math.prod(query.shape[1:]), math.prod(value.shape[1:]))

    def macs(call: Call, output: Any) -> int:
        x, values, keys = call.named("query", "value", "key")
        keys = values if keys is None else keys
        return _attention_macs(x, keys, values, [size([query, out]), size([key]), size([value])], *widths)

    return Rule([query, key, value, out], macs)


def _cells(cells: list[Any]) -> Rule | None:
    known = (layers.SimpleRNNCell, layers.LSTMCell, layers.GRUCell)
    if not all(isinstance(cell, known) for cell in cells):
        return None
    return recurrent([kernel for cell in cells for kernel in (cell.kernel, cell.recurrent_kernel)])


def _rule(layer: Any) -> Rule | None:
    """The rule for one layer, if there is one."""
    if hasattr(layer, "count_macs"):
        return custom(layer, layer._trainable_variables + layer._non_trainable_variables)
    if isinstance(layer, layers.SeparableConv1D | layers.SeparableConv2D):
        return _convolution([layer.depthwise_kernel, layer.pointwise_kernel], layer.pointwise_kernel.shape[-1])
    if isinstance(layer, layers.DepthwiseConv1D | layers.DepthwiseConv2D):
        return _convolution([layer.kernel], layer.kernel.shape[-1] * layer.kernel.shape[-2])
    if isinstance(layer, layers.Conv1DTranspose | layers.Conv2DTranspose | layers.Conv3DTranspose):
        return _convolution([layer.kernel], layer.kernel.shape[-1], transposed=True)
    if isinstance(layer, layers.Dense | layers.Conv1D | layers.Conv2D | layers.Conv3D):
        return _convolution([layer.kernel], layer.kernel.shape[-1])
    if isinstance(layer, layers.RNN):
        return _cells(layer.cell.cells if isinstance(layer.cell, layers.StackedRNNCells) else [layer.cell])
    if isinstance(layer, layers.Embedding):  # rows of a table are copied; nothing is multiplied
        return Rule([layer.embeddings], lambda call, output: 0)
    if isinstance(layer, layers.MultiHeadAttention):
        return _multi_head(layer)
    if isinstance(layer, layers.Attention):  # additive attention is one, too, and costs as much
        return Rule([], _dot_product)
    return _cells([layer])


def _built(model: Any, shape: tuple[int, ...]) -> Any:
    """The model, or, where it has no weights yet, a copy that has."""
    if model.built:
        return model
    try:
        model = type(model).from_config(model.get_config())
        model(np.zeros((1, *shape), "float32"), training=False)
    except Exception as error:  # whatever the model itself raises
        raise ValueError(
            f"model is not built, and a copy of it cannot be on input_shape={shape}: {plain(error)}; "
            "if the shape is right, call the model once on an input, then count"
        ) from error
    return model


def _watched(recorder: Recorder, layer: Any, rule: Rule | None, learned: list[Any]) -> Callable[..., Any]:
    """The layer's `call`, which adds a row as well."""
    inner, kind = layer.call, type(layer).__name__

    def call(*args: Any, **kwargs: Any) -> Any:
        output = inner(*args, **kwargs)
        if rule:
            check_axes(layer.name, kind, rule.axes, output)
        macs = rule.macs(Call(args, kwargs), output) if rule else 0
        recorder.add(layer.name, kind, output, learned, macs, own_memory=not isinstance(layer, VIEWS))
        return output

    return call


def count(model: Any, shape: tuple[int, ...]) -> Count:
    """The costs of a model or layer for one input of zeros."""
    recorder = Recorder()
    model = _built(model, shape)
    everything = model._flatten_layers()
    # The weights that were made trainable: `freeze` changes what training does to them, not what they are.
    weights = [weight for layer in everything for weight in layer._trainable_variables]
    composite = [layer for layer in everything if isinstance(layer, layers.RNN | layers.MultiHeadAttention)]
    parts = {id(layer): list(layer._flatten_layers(include_self=False)) for layer in composite}
    inside = {id(part) for found in parts.values() for part in found}
    with ExitStack() as stack:
        for layer in everything:
            if id(layer) in inside:
                continue
            if isinstance(layer, layers.TimeDistributed):
                raise ValueError(
                    f"model: the layer {layer.name!r} (TimeDistributed) runs its layer where it cannot be watched; "
                    "Keras' dense layers take extra leading axes by themselves"
                )
            rule = _rule(layer)
            learned = [weight for part in [layer, *parts.get(id(layer), ())] for weight in part._trainable_variables]
            no_rule_needed = isinstance(layer, ELEMENTWISE) or (rule and id(layer) in parts)
            others = [] if no_rule_needed else learned + list(layer._non_trainable_variables)
            for weight in others:
                if len(weight.shape) > 1 and not any(weight is kernel for kernel in (rule.kernels if rule else ())):
                    raise no_rule(layer.name, type(layer).__name__, weight)
            container = layer._layers and not (rule or learned or others)
            if not (container or isinstance(layer, layers.Identity | layers.InputLayer)):
                # past the tracking that Keras does of what is set on a layer
                vars(layer)["call"] = _watched(recorder, layer, rule, learned)
                stack.callback(vars(layer).pop, "call")
        stack.enter_context(keras.StatelessScope())  # nothing that the model assigns to its variables stays
        return recorder.count(weights, [lambda: model(np.zeros((1, *shape), "float32"), training=False)], shape)
