"""`to_keras`: the weights of a PyTorch model, copied into a Keras model with the same layers.

The book builds its networks in both frameworks and claims that the two are one network. Models with random weights of
their own cannot show that; with the same weights they must give the same outputs, and a difference in padding, pooling
or activation functions comes to light. For this proof, in chapters and tests, the weights are copied. It is no general
converter: it builds no Keras model and reads no computation graph, but goes through the layers of two models that are
there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import layers
from torch import nn

from dlcourse import _validate
from dlcourse.models._layouts import Copied, Part, convert


def _torch_parts(model: nn.Module) -> Iterator[Part]:
    """The modules that have weights, in the order in which the model was given them."""
    inside: set[int] = set()
    for name, module in model.named_modules():
        if id(module) in inside:
            continue
        if isinstance(module, nn.RNNBase):
            ways = ("", "_reverse") if module.bidirectional else ("",)
            yield from (Part(name, module, f"_l{i}{way}") for i in range(module.num_layers) for way in ways)
        elif isinstance(module, nn.modules.batchnorm._BatchNorm) or any(True for _ in module.parameters(recurse=False)):
            yield Part(name, module)
        if isinstance(module, nn.MultiheadAttention):
            inside.update(map(id, module.children()))


def _keras_parts(layer: keras.layers.Layer, seen: set[int]) -> Iterator[Part]:
    """The layers that have weights, or that flatten or reshape, in the order in which the model was given them."""
    if id(layer) in seen:
        return
    seen.add(id(layer))
    shown = (layers.BatchNormalization, layers.MultiHeadAttention, layers.Flatten, layers.Reshape)
    if isinstance(layer, shown) or layer._trainable_variables:
        yield Part(layer.name, layer)
    if not isinstance(layer, layers.MultiHeadAttention):
        for inner in layer._layers:
            yield from _keras_parts(inner, seen)


def _input_shape(layer: keras.layers.Layer) -> tuple[Any, ...] | None:
    """The shape of the layer's input, without the batch axis, if it remembers."""
    built = (layer.get_build_config() or {}).get("input_shape")
    if built is None:
        try:
            built = layer.input.shape
        except (AttributeError, ValueError):  # it was never called on a symbolic input, or on several
            return None
    return tuple(built)[1:]


def _flattened(part: Part, before: nn.Module | None) -> tuple[Any, ...] | None:
    """The shape of the maps that Keras flattens, channels last; None where both frameworks keep the same order.

    Maps of images and of `Conv1d` have their channels first in PyTorch and last in Keras; sequences of features have
    them last in both.
    """
    shape = _input_shape(part.layer)
    if shape is None:
        raise ValueError(f"keras_model's {part.text} hides the shape that it is given; use Flatten in its place")
    made = tuple(getattr(part.layer, "target_shape", (-1,)))
    if len(made) > 1:
        if len(shape) == 1 and made[-1] > 1 and math.prod(made[:-1]) > 1:
            raise ValueError(
                f"keras_model's {part.text} makes maps of numbers in a row, which stand in another order in PyTorch; "
                "to_keras cannot copy such a model"
            )
        return None
    if len(shape) < 2 or (len(shape) == 2 and not isinstance(before, nn.Conv1d | nn.ConvTranspose1d)):
        return None
    if None in shape:
        raise ValueError(f"keras_model's {part.text} must know the shape that it flattens, got {shape}")
    return shape


def _reorder(copied: Copied, shape: tuple[Any, ...], there: Part) -> None:
    """Put weights on flattened maps, `shape` in Keras, from the order channels first into channels last."""
    for i, (variable, array) in enumerate(copied.weights):
        if isinstance(there.layer, layers.Dense) and array.ndim == 1:
            continue  # the bias belongs to the outputs
        if len(array) != math.prod(shape):
            raise ValueError(
                f"keras_model flattens {math.prod(shape)} numbers, but its {there.text} takes {len(array)}; to_keras "
                "cannot tell which of them are which"
            )
        maps = array.reshape(shape[-1], *shape[:-1], *array.shape[1:])
        copied.weights[i] = variable, np.moveaxis(maps, 0, len(shape) - 1).reshape(array.shape)


def to_keras(torch_model: nn.Module, keras_model: keras.layers.Layer) -> keras.layers.Layer:
    """Copy all weights of a PyTorch model into a Keras model with the same layers, which then computes the same.

    It serves to prove that two models, one in each framework, are the same network: with the same weights they must
    give the same outputs. It is no general converter, for the Keras model has to be there already.

    Layers with weights must correspond in the order in which they were made: dense, convolution (also grouped,
    depthwise and transposed), batch, layer and group normalisation (with running statistics and epsilon), embedding,
    PReLU, recurrent and attention layers, and layers of your own whose weights have the same shapes. Where Keras
    flattens maps, the weights of the dense layer after it are put into its order: channels last. Everything is checked
    before anything is copied. What has no weights (padding, pooling, activation functions) is not compared: run both
    models on one input.

    A Keras model made by `keras.Model(inputs, outputs)` does not remember in which order its branches were made; put
    layers that stand side by side into a layer of their own, such as `Inception`.

    Parameters
    ----------
    torch_model : a PyTorch module, on any device
    keras_model : a Keras model or layer that has its weights already; it is changed

    Returns
    -------
    `keras_model`

    Raises
    ------
    TypeError : one of the two is something else.
    ValueError : a model without its weights; or layers that do not correspond, with the first two that do not.

    Examples
    --------
    >>> import numpy as np, torch
    >>> from dlcourse import models
    >>> here, there = models.pytorch.lenet5(), models.keras.lenet5()
    >>> there = models.to_keras(here, there)
    >>> images = np.random.default_rng(0).random((2, 32, 32, 1), "float32")
    >>> channels_first = torch.tensor(images.transpose(0, 3, 1, 2))
    >>> np.allclose(here(channels_first).detach(), there(images), atol=1e-5)
    True
    """
    if not isinstance(torch_model, nn.Module):
        raise TypeError(f"torch_model must be a PyTorch module, got {_validate.describe(torch_model)}")
    if not isinstance(keras_model, keras.layers.Layer):
        raise TypeError(f"keras_model must be a Keras model or layer, got {_validate.describe(keras_model)}")
    if any(map(nn.parameter.is_lazy, torch_model.parameters())):
        raise ValueError("torch_model has lazy layers that have no weights yet; run it once on an input")
    if not keras_model.built:
        raise ValueError("keras_model has no weights yet; call it once on an input")
    mine = list(_torch_parts(torch_model))
    copies: list[tuple[Part, Copied]] = []
    flat, before = None, None
    for there in _keras_parts(keras_model, set()):
        if isinstance(there.layer, layers.Flatten | layers.Reshape):
            found = _flattened(there, before)
            flat = flat if found is None else found
            continue
        if len(copies) == len(mine):
            raise ValueError(f"keras_model has more layers with weights than torch_model; the first is {there.text}")
        here = mine[len(copies)]
        copied = convert(here, there)
        if flat is not None:
            _reorder(copied, flat, there)
        if not isinstance(here.layer, nn.modules.batchnorm._BatchNorm | nn.LayerNorm):  # these change no order
            flat, before = None, here.layer
        copies.append((there, copied))
    if len(copies) < len(mine):
        raise ValueError(
            f"torch_model has more layers with weights than keras_model; the first is {mine[len(copies)].text}"
        )
    for there, copied in copies:
        for variable, array in copied.weights:
            variable.assign(array)
        for name, value in copied.settings.items():
            setattr(there.layer, name, value)
    for name in ("train_function", "test_function", "predict_function"):  # compiled ones remember the old settings
        if hasattr(keras_model, name):
            setattr(keras_model, name, None)
    return keras_model
