"""The chapters' own functions, PyTorch, Keras and SciPy compute the same cross-correlation for random shapes.

The functions under test are taken from the cells of the chapters, so that what is proved is what is printed.
"""

import keras
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from tools.chapters import function_from

shapes = settings(max_examples=40, deadline=None, derandomize=True)


slide_1d = function_from("convolution/one-dimension", "cross_correlate")
slide_2d = function_from("convolution/two-dimensions", "cross_correlate")


def pair(seed, *sizes):
    """Input and filter of the given shapes, float32 from -1 to 1."""
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1, 1, size).astype("float32") for size in sizes]


def same(*results):
    first = np.asarray(results[0])
    for other in results[1:]:
        np.testing.assert_allclose(np.asarray(other), first, rtol=0, atol=1e-6)


@shapes
@given(st.data(), st.integers(0, 2**31))
def test_one_dimension_by_hand_pytorch_keras_and_scipy_agree(data, seed):
    n = data.draw(st.integers(1, 30))
    k = data.draw(st.integers(1, n))
    x, w = pair(seed, n, k)
    by_hand = slide_1d(x, w)
    assert by_hand.shape == (n - k + 1,)
    same(
        by_hand,
        torch.conv1d(torch.tensor(x).reshape(1, 1, n), torch.tensor(w).reshape(1, 1, k)).flatten(),
        keras.ops.convert_to_numpy(keras.ops.conv(x.reshape(1, n, 1), w.reshape(k, 1, 1))).ravel(),
        signal.correlate(x, w, mode="valid", method="direct"),
        signal.convolve(x, w[::-1], mode="valid", method="direct"),
    )


@shapes
@given(st.data(), st.integers(0, 2**31))
def test_two_dimensions_by_hand_pytorch_keras_and_scipy_agree(data, seed):
    height, width = data.draw(st.integers(1, 14)), data.draw(st.integers(1, 14))
    a, b = data.draw(st.integers(1, height)), data.draw(st.integers(1, width))
    x, w = pair(seed, (height, width), (a, b))
    by_hand = slide_2d(x, w)
    assert by_hand.shape == (height - a + 1, width - b + 1)
    same(
        by_hand,
        torch.conv2d(torch.tensor(x).reshape(1, 1, height, width), torch.tensor(w).reshape(1, 1, a, b))[0, 0],
        keras.ops.convert_to_numpy(keras.ops.conv(x.reshape(1, height, width, 1), w.reshape(a, b, 1, 1)))[0, :, :, 0],
        signal.correlate2d(x, w, mode="valid"),
    )


@shapes
@given(
    st.integers(1, 3), st.integers(1, 3), st.integers(1, 4), st.integers(3, 9), st.integers(1, 3), st.integers(0, 99)
)
def test_layers_with_many_channels_and_filters_agree_when_their_axes_are_moved(batch, channels, filters, size, k, seed):
    x, w = pair(seed, (batch, channels, size, size), (filters, channels, k, k))
    layer = keras.layers.Conv2D(filters, k, use_bias=False)
    layer.build((None, size, size, channels))
    layer.set_weights([w.transpose(2, 3, 1, 0)])
    by_keras = keras.ops.convert_to_numpy(layer(x.transpose(0, 2, 3, 1))).transpose(0, 3, 1, 2)
    by_hand = [[sum(slide_2d(c, f) for c, f in zip(image, w_, strict=True)) for w_ in w] for image in x]
    by_torch = torch.conv2d(torch.tensor(x), torch.tensor(w)).numpy()
    for other in (by_keras, by_torch):
        np.testing.assert_allclose(other, np.array(by_hand), rtol=0, atol=1e-6)


@pytest.mark.parametrize("slide", [slide_1d, slide_2d])
def test_the_worked_examples_of_the_sources(slide):
    bump = np.array([0, 0, 0, 1, 1, 0, 0, 0])
    if slide is slide_1d:
        assert slide(bump, np.array([0, 1, 0])).tolist() == [0, 0, 1, 1, 0, 0]
    else:
        vertical = np.array([[0, 1, 0]] * 3)
        assert slide(np.array([bump] * 8), vertical).tolist() == [[0, 0, 3, 3, 0, 0]] * 6


def test_a_function_that_no_chapter_defines_is_missed():
    with pytest.raises(LookupError, match="one-dimension defines no convolve"):
        function_from("convolution/one-dimension", "convolve")
