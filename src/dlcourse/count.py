"""Parameters, multiplications and memory of a network, layer by layer, for PyTorch and Keras.

*Parameters* are the learned numbers: weights, biases, and the scales and shifts of normalisation. Frozen ones count as
well; running means and variances do not, since no gradient ever changes them.

*MACs* are multiply-accumulates, one multiplication with its addition, for one input. Convolutions, dense (linear) and
recurrent layers and attention cost MACs; biases, activation functions, the products inside a gate, pooling and
normalisation are counted as 0, as in the papers of the field, and so is looking up an embedding. A kernel's products
with padding zeros count, and so do those of all time steps. Some programs print FLOPs instead, two for each MAC.

*Memory* is that of all parameters and of the *activations*, which are the outputs of all layers for one input, all kept
as they are for backpropagation, and all as 4-byte numbers (float32). Flattening, layers that work in place, and dropout
(which hands its input on while nothing is trained) need none of their own. Not counted are the input, buffers,
gradients and the optimizer's state, what functions such as `+` make between the layers, and what a layer needs inside,
such as the gates of an LSTM.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse import _validate

__all__ = ["Count", "Layer", "count"]

FLOAT = 4  # bytes of a float32


@dataclass(frozen=True)
class Layer:
    """One use of one layer: its name, its kind, the shape of its output without the batch axis, and what it costs.

    Attributes
    ----------
    name : the layer's name within the model
    kind : the name of its class
    output_shape : shape of what it returns, without the batch axis
    parameters : learned numbers that no earlier row has counted
    macs : multiply-accumulates of this use, for one input
    activations : bytes of its output for one input, as float32; 0 where it is the input's own memory
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    macs: int
    activations: int


def _bytes(number: int) -> str:
    """A number of bytes for people: 57.6 kB, where 1 kB is 1,000 bytes."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number} B"


@dataclass(frozen=True, repr=False)
class Count:
    """What a network costs; printed, it is a table.

    Attributes
    ----------
    parameters : learned numbers of the whole model, each once, also those of layers that this input does not reach
    macs : multiply-accumulates for one input
    layers : one `Layer` for each use of each layer, in the order in which they run
    activations : bytes of the outputs of all layers for one input, as float32
    memory : bytes of these and of all parameters, as float32
    """

    parameters: int
    macs: int
    layers: tuple[Layer, ...]

    @property
    def activations(self) -> int:
        return sum(row.activations for row in self.layers)

    @property
    def memory(self) -> int:
        return FLOAT * self.parameters + self.activations

    def __repr__(self) -> str:
        rows = [("layer", "kind", "output shape", "parameters", "MACs", "activations")]
        rows += [
            (r.name, r.kind, str(r.output_shape), f"{r.parameters:,}", f"{r.macs:,}", _bytes(r.activations))
            for r in self.layers
        ]
        unused = self.parameters - sum(row.parameters for row in self.layers)
        if unused:
            rows.append(("(not reached)", "", "", f"{unused:,}", "0", "0 B"))
        rows.append(("total", "", "", f"{self.parameters:,}", f"{self.macs:,}", _bytes(self.activations)))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                f"{text:<{w}}" if i < 3 else f"{text:>{w}}" for i, (text, w) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        ]
        weights = _bytes(FLOAT * self.parameters)
        memory = f"memory: {_bytes(self.memory)} = parameters {weights} + activations {_bytes(self.activations)}"
        return "\n".join([*lines[:-1], "-" * len(lines[0]), lines[-1], memory])


@contextmanager
def _random_state_kept() -> Iterator[None]:
    """Put the random generators of Python and NumPy back to where they were."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - a layer may use the global generator
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002


def count(model: Any, input_shape: tuple[int, ...]) -> Count:
    """Parameters, multiply-accumulates and memory of a PyTorch module or a Keras model or layer.

    The model runs on one input of zeros, on its own device, in evaluation mode and without gradients; afterwards it is
    as it was, and so are the random generators. A layer that is used twice counts its MACs twice and its parameters
    once. Layers are seen, functions are not: what a model computes with `torch.nn.functional.conv2d`, `keras.ops.conv`
    or `@` on numbers that are no weights of it costs nothing here. A layer of your own that multiplies by weights can
    have a method `count_macs(inputs, outputs)` that returns its MACs.

    Parameters
    ----------
    model : a PyTorch module, or a Keras model or layer (one that is not built yet is counted on a copy), that takes one
        input
    input_shape : shape of one input without the batch axis, in the framework's own order: `(channels, height, width)`
        for PyTorch, `(height, width, channels)` for Keras, `(T, features)` for a sequence in both, `(T,)` for a
        sequence of whole numbers before an embedding

    Returns
    -------
    Count with `.parameters`, `.macs`, `.activations`, `.memory` and `.layers`; printed, it is a table.

    Raises
    ------
    TypeError : `model` is neither, or `input_shape` is not a tuple of whole numbers.
    ValueError : the model cannot run on such an input; or one of its layers has weights that are multiplied in a way
        that has no rule here.

    References
    ----------
    Sze et al. 2017, "Efficient Processing of Deep Neural Networks", arXiv 1703.09039: tables of weights and MACs.

    Examples
    --------
    >>> import torch
    >>> count(torch.nn.Sequential(torch.nn.Conv2d(3, 16, 3), torch.nn.ReLU()), (3, 32, 32))
    layer  kind    output shape  parameters     MACs  activations
    0      Conv2d  (16, 30, 30)         448  388,800      57.6 kB
    1      ReLU    (16, 30, 30)           0        0      57.6 kB
    -------------------------------------------------------------
    total                               448  388,800     115.2 kB
    memory: 117.0 kB = parameters 1.8 kB + activations 115.2 kB
    """
    # A model of a framework can only exist once that framework is imported, so neither is imported here.
    from dlcourse import _counting

    keras, torch = sys.modules.get("keras"), sys.modules.get("torch")
    if keras is not None and isinstance(model, keras.layers.Layer):  # first: on Keras' PyTorch backend it is both
        run = _counting.count_keras
    elif torch is not None and isinstance(model, torch.nn.Module):
        run = _counting.count_torch
    else:
        raise TypeError(f"model must be a PyTorch module or a Keras model or layer, got {_validate.describe(model)}")
    if not isinstance(input_shape, list | tuple):
        raise TypeError(
            f"input_shape must be a tuple of whole numbers such as (3, 32, 32), got {_validate.describe(input_shape)}"
        )
    if not input_shape:
        raise ValueError("input_shape must have one axis at least, got ()")
    if input_shape[0] is None:  # as in a Keras model's own `input_shape`
        raise TypeError(f"input_shape must leave out the batch axis, got {_validate.describe(input_shape)}")
    shape = tuple(_validate.whole(f"input_shape[{i}]", size, 1) for i, size in enumerate(input_shape))
    with _random_state_kept():
        return run(model, shape)
