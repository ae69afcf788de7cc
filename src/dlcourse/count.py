"""Parameters and multiplications of a network, layer by layer, for PyTorch and Keras.

*Parameters* are the learned numbers: weights, biases, and the scales and shifts of normalisation. Frozen ones count as
well; running means and variances do not, since no gradient ever changes them.

*MACs* are multiply-accumulates, one multiplication with its addition, for one input. Convolutions and dense (linear)
layers cost MACs; biases, activations, pooling and normalisation are counted as 0, as in the papers of the field. A
kernel's products with padding zeros count. Some programs print FLOPs instead, two for each MAC.
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
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    macs: int


@dataclass(frozen=True, repr=False)
class Count:
    """What a network costs; printed, it is a table.

    Attributes
    ----------
    parameters : learned numbers of the whole model, each once, also those of layers that this input does not reach
    macs : multiply-accumulates for one input
    layers : one `Layer` for each use of each layer, in the order in which they run
    """

    parameters: int
    macs: int
    layers: tuple[Layer, ...]

    def __repr__(self) -> str:
        rows = [("layer", "kind", "output shape", "parameters", "MACs")]
        rows += [(r.name, r.kind, str(r.output_shape), f"{r.parameters:,}", f"{r.macs:,}") for r in self.layers]
        unused = self.parameters - sum(row.parameters for row in self.layers)
        if unused:
            rows.append(("(not reached)", "", "", f"{unused:,}", "0"))
        rows.append(("total", "", "", f"{self.parameters:,}", f"{self.macs:,}"))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                f"{text:<{w}}" if i < 3 else f"{text:>{w}}" for i, (text, w) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        ]
        return "\n".join([*lines[:-1], "-" * len(lines[0]), lines[-1]])


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
    """Parameters and multiply-accumulates of a PyTorch module or a Keras model or layer.

    The model runs once on one input of zeros, on its own device, in evaluation mode and without gradients; afterwards
    it is as it was, and so are the random generators. A layer that is used twice counts its MACs twice and its
    parameters once. Layers are seen, functions are not: what a model computes with `torch.nn.functional.conv2d`,
    `keras.ops.conv` or `@` on numbers that are no weights of it costs nothing here.

    Parameters
    ----------
    model : a PyTorch module, or a Keras model or layer (one that is not built yet is counted on a copy), that takes one
        input
    input_shape : shape of one input without the batch axis, in the framework's own order: `(channels, height, width)`
        for PyTorch, `(height, width, channels)` for Keras

    Returns
    -------
    Count with `.parameters`, `.macs` and `.layers`; printed, it is a table.

    Raises
    ------
    TypeError : `model` is neither, or `input_shape` is not a tuple of whole numbers.
    ValueError : the model cannot run on such an input; or one of its layers has weights that are multiplied in a way
        that has no rule here, such as attention or recurrent layers.

    References
    ----------
    Sze et al. 2017, "Efficient Processing of Deep Neural Networks", arXiv 1703.09039: tables of weights and MACs.

    Examples
    --------
    >>> import torch
    >>> count(torch.nn.Sequential(torch.nn.Conv2d(3, 16, 3), torch.nn.ReLU()), (3, 32, 32))
    layer  kind    output shape  parameters     MACs
    0      Conv2d  (16, 30, 30)         448  388,800
    1      ReLU    (16, 30, 30)           0        0
    ------------------------------------------------
    total                               448  388,800
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
