"""How each framework lays out the weights of its layers: what `to_keras` puts where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from keras import layers
from torch import nn

from dlcourse._frameworks import to_numpy


@dataclass(frozen=True)
class Part:
    """A layer with weights, and its name; a recurrent module of PyTorch has a part for each layer and direction."""

    name: str
    layer: Any
    suffix: str = ""

    @property
    def text(self) -> str:
        return f"{self.name!r} ({type(self.layer).__name__})"


@dataclass
class Copied:
    """Pairs (variable of Keras, its new numbers), and settings of the Keras layer that change with them."""

    weights: list[tuple[Any, np.ndarray]]
    settings: dict[str, float] = field(default_factory=dict)


def _pairs(*pairs: tuple[Any, torch.Tensor | None]) -> list[tuple[Any, np.ndarray]]:
    """Variables and their numbers, where both sides have them."""
    found = []
    for variable, weight in pairs:
        if (variable is None) != (weight is None):
            lacking = "keras_model" if variable is None else "torch_model"
            raise ValueError(f"in {lacking} it has no bias (or, where it normalises, no scale, shift or statistics)")
        if weight is not None:
            found.append((variable, to_numpy(weight)))
    return found


def _same(**settings: tuple[Any, Any]) -> None:
    """Raise an error for the first setting whose two values differ."""
    for name, (mine, theirs) in settings.items():
        if mine != theirs:
            raise ValueError(f"{name} {mine} in torch_model differs from {theirs} in keras_model")


def _dense(here: Part, there: Part) -> Copied:
    (kernel, weight), *bias = _pairs((there.layer.kernel, here.layer.weight), (there.layer.bias, here.layer.bias))
    return Copied([(kernel, weight.T), *bias])


def _conv(here: Part, there: Part) -> Copied:
    module, layer = here.layer, there.layer
    _same(stride=(tuple(module.stride), tuple(layer.strides)))
    _same(dilation=(tuple(module.dilation), tuple(layer.dilation_rate)))
    (kernel, weight), *bias = _pairs((layer.kernel, module.weight), (layer.bias, module.bias))
    transposed = isinstance(module, nn.modules.conv._ConvTransposeNd)
    if transposed:
        _same(groups=(module.groups, 1))
    elif isinstance(layer, layers.DepthwiseConv1D | layers.DepthwiseConv2D):
        _same(groups=(module.groups, kernel.shape[-2]))
        weight = weight.reshape(module.groups, -1, *weight.shape[2:]).swapaxes(0, 1)
    else:
        _same(groups=(module.groups, layer.groups))
    # (out, in, height, width) becomes (height, width, in, out); transposed: (in, out, ...) becomes (..., out, in).
    return Copied([(kernel, np.moveaxis(weight, (0, 1), (-1, -2))), *bias])


def _batch_norm(here: Part, there: Part) -> Copied:
    module, layer = here.layer, there.layer
    pairs = _pairs(
        (layer.gamma if layer.scale else None, module.weight),
        (layer.beta if layer.center else None, module.bias),
        (layer.moving_mean, module.running_mean),
        (layer.moving_variance, module.running_var),
    )
    settings = {"epsilon": module.eps}
    if module.momentum is not None:
        settings["momentum"] = 1 - module.momentum
    return Copied(pairs, settings)


def _layer_norm(here: Part, there: Part) -> Copied:
    module, layer = here.layer, there.layer
    if isinstance(module, nn.GroupNorm):
        _same(groups=(module.num_groups, layer.groups))
    return Copied(_pairs((layer.gamma, module.weight), (layer.beta, module.bias)), {"epsilon": module.eps})


def _embedding(here: Part, there: Part) -> Copied:
    return Copied(_pairs((there.layer.embeddings, here.layer.weight)))


def _prelu(here: Part, there: Part) -> Copied:
    alpha = there.layer.alpha
    return Copied([(alpha, np.broadcast_to(to_numpy(here.layer.weight), alpha.shape))])


def _recurrent(here: Part, there: Part) -> Copied:
    """Input and recurrent weights of one cell; PyTorch has two biases where Keras has their sum (but for the GRU)."""
    names = [f"{name}{here.suffix}" for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    wx, wh, bx, bh = (getattr(here.layer, name, None) for name in names)
    cell = there.layer
    if getattr(here.layer, "proj_size", 0):
        raise ValueError("it has a projection (proj_size), which Keras does not know")
    gated = isinstance(cell, layers.GRUCell)
    if gated and not cell.reset_after:
        raise ValueError("PyTorch resets after the matrix product; make the Keras layer with reset_after=True")

    def reorder(weight: np.ndarray) -> np.ndarray:
        """Gates of a GRU: reset, update, new in PyTorch; update, reset, new in Keras. An LSTM has the same order."""
        reset, update, new = np.split(weight, 3)
        return np.concatenate([update, reset, new])

    arrays = [to_numpy(weight) for weight in (wx, wh, *(() if bx is None else (bx, bh)))]
    if gated:
        arrays = [reorder(array) for array in arrays]
    if (cell.bias is None) != (bx is None):
        raise ValueError("one of them has a bias and the other has not")
    pairs = [(cell.kernel, arrays[0].T), (cell.recurrent_kernel, arrays[1].T)]
    if bx is not None:
        pairs.append((cell.bias, np.stack(arrays[2:]) if gated else arrays[2] + arrays[3]))
    return Copied(pairs)


def _attention(here: Part, there: Part) -> Copied:
    module, layer = here.layer, there.layer
    _same(heads=(module.num_heads, layer._num_heads))
    if module.in_proj_weight is not None:
        matrices = module.in_proj_weight.chunk(3)
    else:
        matrices = (module.q_proj_weight, module.k_proj_weight, module.v_proj_weight)
    biases = (None,) * 3 if module.in_proj_bias is None else module.in_proj_bias.chunk(3)
    pairs = []
    for part, matrix, bias in zip(
        (layer._query_dense, layer._key_dense, layer._value_dense), matrices, biases, strict=True
    ):
        (kernel, weight), *shift = _pairs((part.kernel, matrix), (part.bias, bias))
        heads = (module.num_heads, -1)
        pairs += [(kernel, weight.T.reshape(-1, module.num_heads, weight.shape[0] // module.num_heads))]
        pairs += [(variable, array.reshape(heads)) for variable, array in shift]
    out = layer._output_dense
    (kernel, weight), *shift = _pairs((out.kernel, module.out_proj.weight), (out.bias, module.out_proj.bias))
    return Copied([*pairs, (kernel, weight.T.reshape(module.num_heads, -1, weight.shape[0])), *shift])


def _own(here: Part, there: Part) -> Copied:
    """Two layers of the reader's own: their weights one by one, as they are."""
    mine, theirs = list(here.layer.parameters(recurse=False)), there.layer._trainable_variables
    if len(mine) != len(theirs):
        raise ValueError(f"it has {len(mine)} weights of its own in torch_model, {len(theirs)} in keras_model")
    return Copied([(variable, to_numpy(weight)) for variable, weight in zip(theirs, mine, strict=True)])


_CONVS = (layers.Conv1D, layers.Conv2D, layers.Conv3D, layers.DepthwiseConv1D, layers.DepthwiseConv2D)
_TRANSPOSED = (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose)
LAYOUTS: list[tuple[Any, Any, Callable[[Part, Part], Copied]]] = [
    (nn.Linear, layers.Dense, _dense),
    ((nn.Conv1d, nn.Conv2d, nn.Conv3d), _CONVS, _conv),
    (nn.modules.conv._ConvTransposeNd, _TRANSPOSED, _conv),
    (nn.modules.batchnorm._BatchNorm, layers.BatchNormalization, _batch_norm),
    (nn.LayerNorm, layers.LayerNormalization, _layer_norm),
    (nn.GroupNorm, layers.GroupNormalization, _layer_norm),
    (nn.Embedding, layers.Embedding, _embedding),
    (nn.PReLU, layers.PReLU, _prelu),
    ((nn.LSTM, nn.LSTMCell), layers.LSTMCell, _recurrent),
    ((nn.GRU, nn.GRUCell), layers.GRUCell, _recurrent),
    ((nn.RNN, nn.RNNCell), layers.SimpleRNNCell, _recurrent),
    (nn.MultiheadAttention, layers.MultiHeadAttention, _attention),
    (nn.Module, layers.Layer, _own),
]


def convert(here: Part, there: Part) -> Copied:
    """The weights of a PyTorch layer as those of the Keras layer in the same place."""
    mine = next(row for row in LAYOUTS if isinstance(here.layer, row[0]))
    theirs = next(row for row in LAYOUTS if isinstance(there.layer, row[1]))
    if mine is not theirs:
        raise ValueError(
            f"the layers must correspond in order, but where torch_model has {here.text}, keras_model has {there.text}"
        )
    try:
        copied = mine[2](here, there)
    except ValueError as problem:
        raise ValueError(f"torch_model's {here.text} cannot go into keras_model's {there.text}: {problem}") from None
    for variable, array in copied.weights:
        if tuple(variable.shape) != array.shape:
            raise ValueError(
                f"torch_model's {here.text} has weights that would be {array.shape} in Keras, but keras_model's "
                f"{there.text} has {tuple(variable.shape)} there"
            )
    return copied
