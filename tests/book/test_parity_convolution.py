"""The chapters' convolution and pooling, PyTorch, Keras and SciPy agree for random settings, forward and backward.

The functions under test are taken from the cells of the chapters. Who takes part where:

- NumPy (the chapter's loops), SciPy and PyTorch in all settings;
- Keras' `Conv2D` in all but those with a stride and a dilation above 1, which it refuses; grouped convolutions on the
  processor are compiled by XLA (Keras does so by itself);
- Keras' `DepthwiseConv2D` wherever there are as many groups as channels, in all settings;
- Keras' `Conv2DTranspose` where nothing is cut off, without groups, and with a dilation of 1: TensorFlow has no other
  in float64 on the processor;
- padding in the four modes by NumPy, by PyTorch, and, where it knows the mode (zeros, reflect), by Keras.

`python -m benchmarks.parity` compares a full grid in the same way and prints the worst difference.
"""

import warnings
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal
from torch.nn import functional

import convolution_cases as parity
from convolution_cases import Case, Pool, by_hand

CLOSE = 1e-5
FLAT = (0, 0, 0, 0)


@st.composite
def cases(draw, extra=6, modes=tuple(parity.MODES), paddings=True):
    """A setting in which the kernel fits; `extra` rows and columns more than needed at the most."""
    mode = draw(st.sampled_from(modes))
    amount = st.integers(0, 2 if paddings else 0)
    evenly = amount.map(lambda n: (n,) * 4)
    padding = draw(st.one_of(evenly, st.tuples(*[amount] * 4)))
    kernel, stride, dilation = (
        draw(st.tuples(*[st.integers(1, 4)] * 2)),
        draw(st.integers(1, 3)),
        draw(st.integers(1, 3)),
    )
    taken = (padding[0] + padding[1], padding[2] + padding[3])
    smallest = [max(3, dilation * (k - 1) + 1 - p) for k, p in zip(kernel, taken, strict=True)]
    size = tuple(n + draw(st.integers(0, extra)) for n in smallest)
    groups = draw(st.integers(1, 3))
    channels, filters = (groups * draw(st.integers(1, 2)) for _ in range(2))
    seed = draw(st.integers(0, 2**31))
    return Case(size, kernel, channels, filters, groups, stride, dilation, padding, mode, seed)


@pytest.fixture(autouse=True, scope="module")
def quiet():
    """TensorFlow complains that Keras compiles each grouped convolution anew."""
    logger, level = tf.get_logger(), tf.get_logger().level
    logger.setLevel("ERROR")
    yield
    logger.setLevel(level)


def out(case):
    """Rows and columns of the result, by the formula with the floor."""
    top, bottom, left, right = case.padding
    return tuple(
        (n + p - case.dilation * (k - 1) - 1) // case.stride + 1
        for n, p, k in zip(case.size, (top + bottom, left + right), case.kernel, strict=True)
    )


@settings(max_examples=60)
@given(cases())
def test_forward_by_hand_pytorch_keras_and_scipy_agree(case):
    results = parity.forward(case)
    assert parity.worst(results) < CLOSE
    assert results["NumPy"].shape == (case.filters, *out(case))
    assert ("Keras" in results) == (case.stride == 1 or case.dilation == 1)
    assert ("Keras depthwise" in results) == (case.groups == case.channels)


@settings(max_examples=20)
@given(cases(extra=2, modes=("constant", "reflect")))
def test_backward_the_frameworks_gradients_are_the_slopes_of_the_loops(case):
    assert parity.worst(parity.backward(case)) < CLOSE


def test_keras_conv2d_still_refuses_a_stride_with_a_dilation():
    with pytest.raises(ValueError, match="strides > 1"):
        keras.layers.Conv2D(1, 3, strides=2, dilation_rate=2)(np.zeros((1, 9, 9, 1), "float32"))


@settings(max_examples=30)
@given(cases(paddings=False), st.tuples(*[st.integers(1, 3)] * 2), st.tuples(*[st.integers(1, 3)] * 2))
def test_strides_and_dilations_that_differ_along_the_axes(case, stride, dilation):
    case = replace(
        case, stride=1, dilation=1, size=tuple(d * (k - 1) + 4 for d, k in zip(dilation, case.kernel, strict=True))
    )
    x, w = case.numbers("float32")
    results = {
        "NumPy": parity.conv2d(x, parity.with_holes(w, dilation), groups=case.groups)[:, :: stride[0], :: stride[1]],
        "PyTorch": functional.conv2d(
            torch.tensor(x), torch.tensor(w), stride=stride, dilation=dilation, groups=case.groups
        ).numpy(),
    }
    if max(stride) == 1 or max(dilation) == 1:
        y = keras.ops.conv(x.transpose(1, 2, 0)[None], w.transpose(2, 3, 1, 0), strides=stride, dilation_rate=dilation)
        results["Keras"] = keras.ops.convert_to_numpy(y)[0].transpose(2, 0, 1)
    assert parity.worst(results) < CLOSE


@settings(max_examples=30)
@given(cases())
def test_one_dimension_is_two_with_a_height_of_one(case):
    left, right = case.padding[2:]
    case = replace(case, size=(1, case.size[1]), kernel=(1, case.kernel[1]), padding=(0, 0, left, right))
    x, w = case.numbers("float32")
    row = np.pad(x[:, 0], [(0, 0), (left, right)], mode=case.mode)
    results = {"NumPy": by_hand(case, x, w)[:, 0]}
    options = {"stride": case.stride, "dilation": case.dilation, "groups": case.groups}
    results["PyTorch"] = functional.conv1d(torch.tensor(row), torch.tensor(w[:, :, 0]), **options).numpy()
    if case.stride == 1 or case.dilation == 1:
        options = {"strides": case.stride, "dilation_rate": case.dilation, "groups": case.groups, "use_bias": False}
        layer = keras.layers.Conv1D(case.filters, case.kernel[1], **options)
        layer.build((None, None, case.channels))
        layer.set_weights([w[:, :, 0].transpose(2, 1, 0)])
        results["Keras"] = keras.ops.convert_to_numpy(layer(row.T[None]))[0].T
    if case.channels == case.groups:
        holes = parity.with_holes(w, (1, case.dilation))[:, 0, 0]
        many = case.filters // case.channels
        rows = [signal.correlate(row[i // many], kernel, "valid", "direct") for i, kernel in enumerate(holes)]
        results["SciPy"] = np.array(rows)[:, :: case.stride]
    assert parity.worst(results) < CLOSE


def same_padding(n, kernel, stride, dilation):
    """Zeros before and after, for ceil(n / stride) outputs; the odd one goes to the end."""
    total = max((-(-n // stride) - 1) * stride + dilation * (kernel - 1) + 1 - n, 0)
    return total // 2, total - total // 2


@settings(max_examples=30)
@given(cases(paddings=False, modes=("constant",)))
def test_same_is_zeros_on_both_sides_and_one_more_at_the_end_where_they_are_odd(case):
    (top, bottom), (left, right) = (
        same_padding(n, k, case.stride, case.dilation) for n, k in zip(case.size, case.kernel, strict=True)
    )
    x, w = case.numbers("float32")
    results = {"NumPy": by_hand(replace(case, padding=(top, bottom, left, right)), x, w)}
    assert results["NumPy"].shape[1:] == tuple(-(-n // case.stride) for n in case.size)
    for name, layer in parity.keras_layers(case, w, padding="same").items():
        results[name] = keras.ops.convert_to_numpy(layer(x.transpose(1, 2, 0)[None]))[0].transpose(2, 0, 1)
    options = {"stride": case.stride, "dilation": case.dilation, "groups": case.groups}
    if case.stride == 1:
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # that it has to copy the input
            y = functional.conv2d(torch.tensor(x), torch.tensor(w), padding="same", **options)
        results["PyTorch"] = y.numpy()
    padded = functional.pad(torch.tensor(x), (left, right, top, bottom))
    results["PyTorch, padded"] = functional.conv2d(padded, torch.tensor(w), padding="valid", **options).numpy()
    assert parity.worst(results) < CLOSE


def test_same_with_a_stride_differs_between_the_frameworks_usual_calls():
    case = Case((8, 8), stride=2)
    x, w = case.numbers("float32")
    (layer,) = (layer for name, layer in parity.keras_layers(case, w, padding="same").items() if name == "Keras")
    by_keras = keras.ops.convert_to_numpy(layer(x.transpose(1, 2, 0)[None]))[0].transpose(2, 0, 1)
    by_torch = functional.conv2d(torch.tensor(x), torch.tensor(w), stride=2, padding=1).numpy()
    assert by_keras.shape == by_torch.shape
    assert np.abs(by_keras - by_torch).max() > 0.1
    with pytest.raises(RuntimeError, match="same"):
        functional.conv2d(torch.tensor(x), torch.tensor(w), stride=2, padding="same")


@settings(max_examples=30)
@given(cases(extra=0, modes=("constant",)), st.integers(1, 3), st.integers(1, 3), st.booleans())
def test_a_transposed_convolution_is_the_gradient_of_a_convolution(case, rows, columns, evenly):
    p = case.padding[0] if evenly else 0
    p = min(p, min(case.dilation * (k - 1) for k in case.kernel))
    size = [
        (n - 1) * case.stride + case.dilation * (k - 1) + 1 - 2 * p
        for n, k in zip((rows, columns), case.kernel, strict=True)
    ]
    if min(size) < 1:
        p, size = 0, [n + 2 * p for n in size]
    case = replace(case, size=tuple(size), padding=(p,) * 4)
    _, w = case.numbers("float64")
    y = np.random.default_rng(case.seed).uniform(-1, 1, (case.filters, rows, columns))
    x = np.zeros((case.channels, *size))
    results = {"NumPy": parity.slope(lambda x: float(np.sum(by_hand(case, x, w) * y)), x)}
    assert by_hand(case, x, w).shape == y.shape
    results["PyTorch"] = functional.conv_transpose2d(
        torch.tensor(y), torch.tensor(w), None, case.stride, p, 0, case.groups, case.dilation
    ).numpy()
    spread, kernels = parity.with_holes(y[None], (case.stride,) * 2)[0], parity.with_holes(w, (case.dilation,) * 2)
    depth, share = w.shape[1], case.filters // case.groups
    full = np.zeros((case.channels, *(n + 2 * p for n in size)))
    for i, j in np.ndindex(case.filters, depth):
        full[i // share * depth + j] += signal.convolve2d(spread[i], kernels[i, j], "full")
    results["SciPy"] = full[:, p : full.shape[1] - p, p : full.shape[2] - p]
    if p == 0 and case.groups == 1 and case.stride <= min(case.kernel) and case.dilation == 1:
        options = {"strides": case.stride, "dilation_rate": case.dilation, "use_bias": False, "dtype": "float64"}
        layer = keras.layers.Conv2DTranspose(case.channels, case.kernel, **options)
        layer.build((None, None, None, case.filters))
        layer.set_weights([w.transpose(2, 3, 1, 0)])
        results["Keras"] = keras.ops.convert_to_numpy(layer(y.transpose(1, 2, 0)[None]))[0].transpose(2, 0, 1)
    assert parity.worst(results) < CLOSE


@settings(max_examples=40)
@given(
    st.sampled_from(["max", "mean"]),
    st.integers(1, 4),
    st.integers(1, 4),
    st.tuples(*[st.integers(0, 5)] * 2),
    st.integers(0, 2**31),
)
def test_pooling_and_its_gradient_by_hand_pytorch_and_keras_agree(kind, window, stride, extra, seed):
    size = (window + extra[0], window + extra[1])
    assert parity.worst(parity.pooling(Pool(kind, size, window, stride, seed))) < CLOSE


def test_a_difference_is_a_difference():
    a = np.zeros((2, 3))
    assert parity.worst({"a": a, "b": a - 0.5}) == 0.5
    with pytest.raises(ValueError, match="shapes"):
        parity.worst({"a": a, "b": np.zeros((2, 1))})
