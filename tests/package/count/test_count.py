"""`count` against exact integers of well-known networks, PyTorch's own counter of operations, and Keras' own counts."""

import itertools

import keras
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from dlcourse import count


def stack(channels, plan):
    """3x3 convolutions with ReLU (numbers) and halving by max-pooling ("M")."""
    for filters in plan:
        if filters == "M":
            yield nn.MaxPool2d(2)
        else:
            yield from (nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU())
            channels = filters


def head(*sizes):
    yield nn.Flatten()
    for i, (a, b) in enumerate(itertools.pairwise(sizes)):
        yield from [nn.ReLU(), nn.Dropout()] if i else []
        yield nn.Linear(a, b)


TUTORIAL_SHAPES = [(150, 150, 16), (75, 75, 16), (75, 75, 32), (37, 37, 32), (37, 37, 64), (18, 18, 64)]
TUTORIAL_PARAMETERS = [448, 4_640, 18_496, 10_617_344, 513]


def tutorial_pytorch():
    drop = nn.Dropout(0.2)
    a, b, c = (list(stack(i, [o, "M"])) for i, o in ((3, 16), (16, 32), (32, 64)))
    last = [nn.Flatten(), nn.Linear(20736, 512), nn.ReLU(), nn.Linear(512, 1)]
    return nn.Sequential(*a, drop, *b, *c, drop, *last)


def tutorial_keras():
    model = keras.Sequential()
    for filters in (16, 32, 64):
        model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        model.add(layers.MaxPooling2D())
        if filters != 32:
            model.add(layers.Dropout(0.2))
    for layer in (layers.Flatten(), layers.Dense(512, activation="relu"), layers.Dense(1)):
        model.add(layer)
    return model


def costs(found):
    """(parameters, MACs) of the layers that cost something."""
    return [(layer.parameters, layer.macs) for layer in found.layers if layer.macs]


def test_the_tutorials_cats_and_dogs_network_counts_the_same_in_both_frameworks():
    by_torch = count.count(tutorial_pytorch(), (3, 150, 150))
    by_keras = count.count(tutorial_keras(), (150, 150, 3))
    assert by_torch.parameters == by_keras.parameters == 10_641_441
    assert costs(by_torch) == costs(by_keras)
    assert [parameters for parameters, _ in costs(by_keras)] == TUTORIAL_PARAMETERS
    kinds = ("Conv2D", "MaxPooling2D")
    assert [layer.output_shape for layer in by_keras.layers if layer.kind in kinds] == TUTORIAL_SHAPES
    shapes = [layer.output_shape for layer in by_torch.layers if layer.kind in ("Conv2d", "MaxPool2d")]
    assert shapes == [(c, h, w) for h, w, c in TUTORIAL_SHAPES]


def multiplied(model, shape):
    """MACs as PyTorch counts them, from the operations that it dispatches."""
    with FlopCounterMode(display=False) as counter:
        model(torch.zeros(1, *shape))
    return counter.get_total_flops() // 2


CONVOLUTIONS = [nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d]
few = st.integers(1, 3)


@settings(max_examples=60)
@given(st.sampled_from(CONVOLUTIONS), few, few, few, st.integers(1, 4), few, st.integers(0, 2), few, st.booleans())
def test_macs_are_half_of_the_operations_that_pytorch_counts(
    kind, groups, a, b, kernel, stride, padding, dilation, bias
):
    layer = kind(groups * a, groups * b, kernel, stride, padding, groups=groups, dilation=dilation, bias=bias)
    shape = (groups * a, *(13, 12, 11)[: int(kind.__name__[-2])])
    found = count.count(layer, shape)
    assert found.macs == multiplied(layer, shape) > 0
    assert found.parameters == sum(p.numel() for p in layer.parameters())
    assert found.layers[0].output_shape == tuple(layer(torch.zeros(1, *shape)).shape[1:])


@settings(max_examples=20)
@given(st.lists(few, max_size=3), st.integers(1, 5), st.integers(1, 5))
def test_a_dense_layer_is_used_once_at_each_place_of_the_leading_axes(leading, a, b):
    shape = (*leading, a)
    layer = nn.Linear(a, b)
    found = count.count(layer, shape)
    assert found.macs == multiplied(layer, shape) == int(np.prod(leading)) * a * b
    assert costs(count.count(layers.Dense(b), shape)) == costs(found)


PAIRS = [
    (nn.Conv1d(4, 6, 3), layers.Conv1D(6, 3)),
    (nn.Conv2d(4, 6, 3, stride=2), layers.Conv2D(6, 3, strides=2)),
    (nn.Conv2d(4, 6, (3, 2), groups=2), layers.Conv2D(6, (3, 2), groups=2)),
    (nn.Conv3d(4, 6, 3, bias=False), layers.Conv3D(6, 3, use_bias=False)),
    (nn.Conv1d(4, 8, 3, groups=4), layers.DepthwiseConv1D(3, depth_multiplier=2)),
    (nn.Conv2d(4, 8, 3, groups=4), layers.DepthwiseConv2D(3, depth_multiplier=2)),
    (nn.ConvTranspose1d(4, 6, 3, stride=2), layers.Conv1DTranspose(6, 3, strides=2)),
    (nn.ConvTranspose2d(4, 6, 3, stride=2), layers.Conv2DTranspose(6, 3, strides=2)),
    (nn.ConvTranspose3d(4, 6, 3), layers.Conv3DTranspose(6, 3)),
]


@pytest.mark.parametrize(("by_torch", "by_keras"), PAIRS, ids=lambda layer: type(layer).__name__)
def test_both_frameworks_layers_cost_the_same(by_torch, by_keras):
    sizes = (9, 8, 7)[: by_torch.weight.ndim - 2]
    here, there = count.count(by_torch, (4, *sizes)), count.count(by_keras, (*sizes, 4))
    assert costs(here) == costs(there)
    assert here.layers[0].output_shape == (there.layers[0].output_shape[-1], *there.layers[0].output_shape[:-1])


@pytest.mark.parametrize("axes", [1, 2])
def test_a_separable_convolution_costs_its_depthwise_and_its_1x1_part(axes):
    kind = (layers.SeparableConv1D, layers.SeparableConv2D)[axes - 1]
    conv = (nn.Conv1d, nn.Conv2d)[axes - 1]
    sizes = (9, 8)[:axes]
    parts = nn.Sequential(conv(4, 8, 3, stride=2, groups=4, bias=False), conv(8, 6, 1))
    apart = count.count(parts, (4, *sizes))
    whole = count.count(kind(6, 3, strides=2, depth_multiplier=2), (*sizes, 4))
    assert (whole.parameters, whole.macs) == (apart.parameters, apart.macs)


def test_normalisation_and_friends_have_parameters_but_no_macs():
    shape = (4, 5, 5)
    torch_side = nn.Sequential(nn.BatchNorm2d(4), nn.LayerNorm(shape), nn.GroupNorm(2, 4), nn.PReLU(4), nn.Identity())
    normalise = [layers.BatchNormalization(), layers.LayerNormalization(axis=[1, 2, 3]), layers.GroupNormalization(2)]
    keras_side = keras.Sequential([*normalise, layers.PReLU(), layers.Identity()])
    here, there = count.count(torch_side, shape), count.count(keras_side, (5, 5, 4))
    assert [layer.parameters for layer in here.layers] == [8, 200, 8, 4]
    assert [layer.parameters for layer in there.layers] == [8, 200, 8, 100]
    assert here.macs == there.macs == 0


def test_frozen_parameters_count_and_running_statistics_do_not():
    model = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.BatchNormalization()])
    assert model.count_params() == 112 + 16
    assert count.count(model, (8, 8, 3)).parameters == 112 + 8
    model.trainable = False
    assert [row.parameters for row in count.count(model, (8, 8, 3)).layers] == [112, 8]
    same = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).requires_grad_(False)
    assert count.count(same, (3, 8, 8)).parameters == 112 + 8


def test_a_layer_used_twice_multiplies_twice_and_has_its_parameters_once():
    conv, relu = nn.Conv2d(3, 3, 3, padding=1), nn.ReLU()
    found = count.count(nn.Sequential(conv, relu, conv, relu), (3, 8, 8))
    assert [(r.name, r.parameters, r.macs) for r in found.layers] == [
        *[("0", 84, 5184), ("1", 0, 0), ("0", 0, 5184), ("1", 0, 0)]
    ]
    assert (found.parameters, found.macs) == (84, 10368)
    x = keras.Input((8, 8, 3))
    conv = layers.Conv2D(3, 3, padding="same")
    found = count.count(keras.Model(x, conv(conv(x))), (8, 8, 3))
    assert (found.parameters, found.macs) == (84, 10368)


def test_weights_that_two_layers_share_count_once():
    a, b = nn.Linear(6, 6), nn.Linear(6, 6, bias=False)
    b.weight = a.weight
    found = count.count(nn.Sequential(a, b), (6,))
    assert (found.parameters, found.macs) == (42, 72)


class Inner(nn.Module):
    """One branch runs, and its result is scaled by a weight of the module's own; the other waits."""

    def __init__(self):
        super().__init__()
        self.used, self.waiting = nn.Linear(4, 4), nn.Linear(4, 100)
        self.scale = nn.Parameter(torch.ones(4))

    def forward(self, x):
        return self.scale * self.used(x)


def test_nested_layers_have_full_names_and_what_is_not_reached_is_shown():
    found = count.count(nn.Sequential(Inner(), nn.ReLU()), (4,))
    assert [layer.name for layer in found.layers] == ["0.used", "0", "1"]
    assert (found.parameters, found.macs) == (20 + 4 + 500, 16)
    assert found.memory == 4 * 524 + found.activations
    assert "(not reached)" in repr(found)
    assert " 500 " in repr(found)


def test_keras_models_of_models_and_of_any_style_are_counted():
    class Residual(layers.Layer):
        def __init__(self):
            super().__init__()
            self.inside = keras.Sequential([layers.Dense(4, activation=layers.LeakyReLU()), layers.Dense(4)])

        def call(self, x):
            return x + self.inside(x)

    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(2)(Residual()(x)))
    found = count.count(model, (4,))
    assert costs(found) == [(20, 16), (20, 16), (10, 8)]
    assert found.parameters == model.count_params() == 50
    assert [layer.kind for layer in found.layers] == ["LeakyReLU", "Dense", "Dense", "Dense"]


def test_the_table_shows_every_layer_and_the_sum():
    model = nn.Sequential(nn.Conv2d(3, 16, 3), nn.ReLU(), nn.Flatten(), nn.Linear(16 * 30 * 30, 10))
    assert str(count.count(model, (3, 32, 32))).splitlines() == [
        "layer  kind     output shape  parameters     MACs  activations",
        "0      Conv2d   (16, 30, 30)         448  388,800      57.6 kB",
        "1      ReLU     (16, 30, 30)           0        0      57.6 kB",
        "2      Flatten  (14400,)               0        0          0 B",
        "3      Linear   (10,)            144,010  144,000         40 B",
        "--------------------------------------------------------------",
        "total                            144,458  532,800     115.2 kB",
        "memory: 693.1 kB = parameters 577.8 kB + activations 115.2 kB",
    ]


def test_of_several_results_the_first_gives_the_output_shape():
    pool = nn.MaxPool2d(2, return_indices=True)
    assert count.count(pool, (3, 8, 8)).layers[0].output_shape == (3, 4, 4)
