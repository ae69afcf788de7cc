"""How layers use their weights: the rules by which `dlcourse.count` counts multiplications."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Given:
    """What a layer was called with."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    @property
    def first(self) -> Any:
        return next(iter([*self.args, *self.kwargs.values()]), None)

    def named(self, *names: str) -> list[Any]:
        """The arguments of these names, which is their order as well; None for one that was not given."""
        return [self.args[i] if i < len(self.args) else self.kwargs.get(name) for i, name in enumerate(names)]


@dataclass(frozen=True)
class Rule:
    """What one use of a layer costs.

    Attributes
    ----------
    kernels : the weights that the rule speaks of
    macs : a function of what the layer was given and of its output
    axes : how many axes its output must have, the batch axis counted; None: any
    """

    kernels: list[Any]
    macs: Callable[[Given, Any], int]
    axes: int | None = None


def size(weights: list[Any]) -> int:
    """How many numbers there are in all."""
    return sum(math.prod(weight.shape) for weight in weights)


def sliding(kernels: list[Any], channels: int, transposed: bool = False) -> Rule:
    """Every number of the kernels is multiplied once at each position.

    Positions are those of the output (of the input, where `transposed`): all its axes but the `channels`.
    """

    def macs(given: Given, made: Any) -> int:
        return math.prod((given.first if transposed else made).shape) // channels * size(kernels)

    axes = len(kernels[0].shape)
    return Rule(kernels, macs, axes if axes > 2 else None)


def stepping(kernels: list[Any]) -> Rule:
    """Every number of the kernels is multiplied once at each time step: of all axes of the input but the last."""

    def macs(given: Given, made: Any) -> int:
        steps = given.first.data if type(given.first).__name__ == "PackedSequence" else given.first
        return math.prod(steps.shape[:-1]) * size(kernels)

    return Rule(kernels, macs)


def looking_up(table: Any) -> Rule:
    """Rows of a table are copied; nothing is multiplied."""
    return Rule([table], lambda given, made: 0)


def asked(layer: Any, kernels: list[Any]) -> Rule:
    """The layer says itself what it costs, by its method `count_macs(inputs, outputs)`."""
    return Rule(kernels, lambda given, made: int(layer.count_macs(given.first, made)))


def attention(query: Any, key: Any, value: Any, sizes: list[int], width: int, value_width: int) -> int:
    """MACs of attention: each step of the three with its weights, each query with each key, each score with a value.

    `sizes` are how many weights each step of the query (with those of the output), the key and the value meets, and
    the widths how many numbers the projected queries and values have, all heads together.
    """
    places = [math.prod(x.shape[:-1]) for x in (query, key, value)]
    projections = sum(n * weights for n, weights in zip(places, sizes, strict=True))
    return projections + places[0] * key.shape[-2] * (width + value_width)


def torch_rule(module: Any) -> Rule | None:
    """The rule for one PyTorch module, if there is one."""
    from torch import nn

    if hasattr(module, "count_macs"):
        return asked(module, [*module.parameters(recurse=False), *module.buffers(recurse=False)])
    if isinstance(module, nn.Linear):
        return sliding([module.weight], module.out_features)
    if isinstance(module, nn.ConvTranspose1d | nn.ConvTranspose2d | nn.ConvTranspose3d):
        return sliding([module.weight], module.in_channels, transposed=True)
    if isinstance(module, nn.Conv1d | nn.Conv2d | nn.Conv3d):
        return sliding([module.weight], module.out_channels)
    if isinstance(module, nn.RNNBase | nn.RNNCellBase):
        return stepping([weight for weight in module.parameters() if weight.ndim == 2])
    if isinstance(module, nn.Embedding | nn.EmbeddingBag):
        return looking_up(module.weight)
    return _torch_attention(module) if isinstance(module, nn.MultiheadAttention) else None


def _torch_attention(module: Any) -> Rule:
    width = module.embed_dim
    projections = [width * width + size([module.out_proj.weight]), width * module.kdim, width * module.vdim]

    def macs(given: Given, made: Any) -> int:
        inputs = given.named("query", "key", "value")
        if inputs[0].ndim == 3 and not module.batch_first:
            if inputs[0].shape[1] > 1:
                raise ValueError(
                    "count gives one sequence as (1, T, features): make the attention with batch_first=True"
                )
            inputs = [x.transpose(0, 1) for x in inputs]
        query, key, value = inputs
        return attention(query, key, value, projections, width, width)

    return Rule([weight for weight in module.parameters() if weight.ndim > 1], macs)


def keras_rule(layer: Any) -> Rule | None:
    """The rule for one Keras layer, if there is one."""
    from keras import layers

    if hasattr(layer, "count_macs"):
        return asked(layer, layer._trainable_variables + layer._non_trainable_variables)
    if isinstance(layer, layers.SeparableConv1D | layers.SeparableConv2D):
        return sliding([layer.depthwise_kernel, layer.pointwise_kernel], layer.pointwise_kernel.shape[-1])
    if isinstance(layer, layers.DepthwiseConv1D | layers.DepthwiseConv2D):
        return sliding([layer.kernel], layer.kernel.shape[-1] * layer.kernel.shape[-2])
    if isinstance(layer, layers.Conv1DTranspose | layers.Conv2DTranspose | layers.Conv3DTranspose):
        return sliding([layer.kernel], layer.kernel.shape[-1], transposed=True)
    if isinstance(layer, layers.Dense | layers.Conv1D | layers.Conv2D | layers.Conv3D):
        return sliding([layer.kernel], layer.kernel.shape[-1])
    if isinstance(layer, layers.RNN):
        return _keras_cells(layer.cell.cells if isinstance(layer.cell, layers.StackedRNNCells) else [layer.cell])
    if isinstance(layer, layers.Embedding):
        return looking_up(layer.embeddings)
    if isinstance(layer, layers.MultiHeadAttention):
        return _keras_attention(layer)
    if isinstance(layer, layers.Attention):  # additive attention is one, too, and costs as much
        return Rule([], _keras_dot)
    return _keras_cells([layer])


def _keras_cells(cells: list[Any]) -> Rule | None:
    from keras import layers

    known = (layers.SimpleRNNCell, layers.LSTMCell, layers.GRUCell)
    if not all(isinstance(cell, known) for cell in cells):
        return None
    return stepping([kernel for cell in cells for kernel in (cell.kernel, cell.recurrent_kernel)])


def _keras_dot(given: Given, made: Any) -> int:
    query, value, *key = given.first
    key = key[0] if key else value
    return attention(query, key, value, [0, 0, 0], key.shape[-1], value.shape[-1])


def _keras_attention(layer: Any) -> Rule:
    query, key, value, out = (
        part.kernel for part in (layer._query_dense, layer._key_dense, layer._value_dense, layer._output_dense)
    )
    widths = (math.prod(query.shape[1:]), math.prod(value.shape[1:]))

    def macs(given: Given, made: Any) -> int:
        x, values, keys = given.named("query", "value", "key")
        keys = values if keys is None else keys
        return attention(x, keys, values, [size([query, out]), size([key]), size([value])], *widths)

    return Rule([query, key, value, out], macs)
