"""The function `count`: its arguments, and which framework counts."""

from __future__ import annotations

from typing import Any

from dlcourse import _validate
from dlcourse._frameworks import framework_of, random_state_kept
from dlcourse.count._table import Count


def count(model: Any, input_shape: tuple[int, ...]) -> Count:
    """Parameters, multiply-accumulates and memory of a PyTorch module or a Keras model or layer.

    The model runs on one input of zeros, on its own device, in evaluation mode and without gradients; afterwards it is
    as it was, and so are the random generators. A layer that is used twice counts its MACs twice and its parameters
    once. A layer of your own can have a method `count_macs(inputs, outputs)` that returns its MACs; its word is final.

    In PyTorch, MACs are those that `torch.utils.flop_counter.FlopCounterMode` sees while the model runs, half of its
    FLOPs: convolutions and matrix products, whether a layer computes them or a function such as `@`, `einsum`,
    `torch.nn.functional.conv2d` or `scaled_dot_product_attention`. Those between the layers get a row of the kind
    `functions`, under the name of the module that computes them. What it leaves out is added: products of a matrix and
    a vector, attention that runs in one kernel on a CPU, and recurrent layers, by formula. Nobody sees a dot
    product that is written by hand, such as `(x * w).sum(-1)`, or a distance to a table of weights: this cannot be told
    from a learned scale and counts 0 unless the layer says more by `count_macs`.

    In Keras, layers are seen and functions are not: what a model computes with `keras.ops.conv` or `@` on numbers that
    are no weights of it costs nothing here.

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
    ValueError : the model cannot run on such an input; or the multiplications of one of its layers are known to stay
        unseen: in Keras, a layer with weights of two axes or more for which there is no rule here; in PyTorch,
        `torch.nn.Bilinear`.

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
    framework = framework_of(model)
    if framework is None:
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
    with random_state_kept():
        if framework == "torch":
            from dlcourse.count import _pytorch

            return _pytorch.count(model, shape)
        from dlcourse.count import _keras

        return _keras.count(model, shape)
