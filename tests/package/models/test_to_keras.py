"""`to_keras` for readers' own models: every kind of layer, the order after flattening, and clear refusals."""

import keras
import numpy as np
import pytest
import torch
from keras import layers
from torch import nn

from dlcourse.models import to_keras


def drawn(module):
    """Random biases and statistics too."""
    torch.manual_seed(0)
    with torch.no_grad():
        for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
            if tensor.is_floating_point():
                tensor.uniform_(0.2, 1.2) if "var" in name else tensor.normal_(0, 0.4)
    return module.eval()


def agree(here, there, x, channels_last=True):
    to_keras(drawn(here), there)
    with torch.no_grad():
        expected = here(torch.from_numpy(x))
    moved = np.moveaxis(x, 1, -1) if channels_last and x.ndim > 2 else x
    found = keras.ops.convert_to_numpy(there(moved, training=False))
    found = np.moveaxis(found, -1, 1) if channels_last and found.ndim > 2 else found
    np.testing.assert_allclose(found, expected.numpy(), rtol=1e-4, atol=1e-4)


def numbers(*shape):
    return np.random.default_rng(1).standard_normal(shape).astype("float32")


def sequential(shape, *stack):
    return keras.Sequential([keras.Input(shape), *stack])


SPATIAL = [
    (nn.Conv1d(4, 6, 3, stride=2), layers.Conv1D(6, 3, strides=2), 1),
    (nn.Conv2d(4, 6, (3, 2), groups=2, bias=False), layers.Conv2D(6, (3, 2), groups=2, use_bias=False), 2),
    (nn.Conv2d(4, 6, 3, dilation=2), layers.Conv2D(6, 3, dilation_rate=2), 2),
    (nn.Conv3d(4, 6, 2), layers.Conv3D(6, 2), 3),
    (nn.Conv2d(4, 8, 3, groups=4), layers.DepthwiseConv2D(3, depth_multiplier=2), 2),
    (nn.ConvTranspose1d(4, 6, 3, stride=2), layers.Conv1DTranspose(6, 3, strides=2), 1),
    (nn.ConvTranspose2d(4, 6, (3, 2), stride=2), layers.Conv2DTranspose(6, (3, 2), strides=2), 2),
    (nn.BatchNorm2d(4, eps=0.1), layers.BatchNormalization(), 2),
    (nn.BatchNorm2d(4, affine=False), layers.BatchNormalization(center=False, scale=False), 2),
    (nn.GroupNorm(2, 4, eps=0.1), layers.GroupNormalization(2), 2),
    (nn.PReLU(4), layers.PReLU(shared_axes=[1, 2]), 2),
    (nn.PReLU(), layers.PReLU(), 2),
]


def test_double_precision_loses_no_digits_on_the_way():
    here = nn.Linear(3, 2, dtype=torch.float64)
    there = to_keras(here, sequential((3,), layers.Dense(2, dtype="float64")))
    assert np.array_equal(there.get_weights()[0].T, here.weight.detach().numpy())


@pytest.mark.parametrize(("here", "there", "axes"), SPATIAL, ids=lambda layer: type(layer).__name__)
def test_a_layer_on_maps_computes_the_same(here, there, axes):
    sizes = (9, 8, 7)[:axes]
    agree(here, sequential((*sizes, 4), there), numbers(2, 4, *sizes))


def both(kind, **options):
    return layers.Bidirectional(kind(5, return_sequences=True, **options))


SEQUENTIAL = [
    (nn.Linear(4, 6), layers.Dense(6)),
    (nn.LayerNorm(4, eps=0.1), layers.LayerNormalization()),
    (nn.RNN(4, 5, batch_first=True), layers.SimpleRNN(5, return_sequences=True)),
    (nn.LSTM(4, 5, batch_first=True, bias=False), layers.LSTM(5, return_sequences=True, use_bias=False)),
    (nn.LSTM(4, 5, batch_first=True, bidirectional=True), both(layers.LSTM)),
    (nn.GRU(4, 5, batch_first=True, bidirectional=True), both(layers.GRU)),
    (
        nn.GRU(4, 5, num_layers=2, batch_first=True),
        keras.Sequential([layers.GRU(5, return_sequences=True), layers.GRU(5, return_sequences=True)]),
    ),
]


class First(nn.Module):
    """The first of a layer's results, where it has several."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        found = self.inner(x)
        return found[0] if isinstance(found, tuple) else found


@pytest.mark.parametrize(("here", "there"), SEQUENTIAL, ids=lambda layer: type(layer).__name__)
def test_a_layer_on_sequences_computes_the_same(here, there):
    agree(First(here), sequential((7, 4), there), numbers(2, 7, 4), channels_last=False)


class Attend(nn.Module):
    def __init__(self, **options):
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True, **options)

    def forward(self, x):
        return self.attention(x, x[:, :3], x[:, :3])[0]


@pytest.mark.parametrize("bias", [True, False])
def test_attention_computes_the_same(bias):
    x = keras.Input((5, 8))
    there = keras.Model(x, layers.MultiHeadAttention(2, 4, use_bias=bias)(x, x[:, :3]))
    agree(Attend(bias=bias), there, numbers(2, 5, 8), channels_last=False)


def test_an_embedding_and_what_follows_compute_the_same():
    class Last(nn.Module):
        def __init__(self):
            super().__init__()
            self.table, self.read, self.say = nn.Embedding(9, 4), nn.GRU(4, 5, batch_first=True), nn.Linear(5, 2)

        def forward(self, x):
            return self.say(self.read(self.table(x))[0][:, -1])

    there = sequential((6,), layers.Embedding(9, 4), layers.GRU(5), layers.Dense(2))
    agree(Last(), there, np.random.default_rng(0).integers(0, 9, (3, 6)))


def test_after_flattening_the_dense_layer_and_the_normalisation_are_put_in_order():
    here = nn.Sequential(nn.Conv2d(3, 4, 2), nn.Flatten(), nn.BatchNorm1d(4 * 5 * 4), nn.Dropout(), nn.Linear(80, 6))
    there = sequential(
        *((6, 5, 3), layers.Conv2D(4, 2), layers.Flatten(), layers.BatchNormalization(), layers.Dropout(0.5)),
        layers.Dense(6),
    )
    agree(
        nn.Sequential(here, nn.ReLU(), nn.Linear(6, 2)),
        sequential((6, 5, 3), there, layers.ReLU(), layers.Dense(2)),
        numbers(2, 3, 6, 5),
    )


def test_sequences_are_flattened_in_one_order_and_maps_of_a_1d_convolution_in_another():
    agree(
        nn.Sequential(nn.Linear(4, 3), nn.Flatten(), nn.Linear(15, 2)),
        sequential((5, 4), layers.Dense(3), layers.Flatten(), layers.Dense(2)),
        *(numbers(2, 5, 4), False),
    )
    agree(
        nn.Sequential(nn.Conv1d(4, 3, 2), nn.BatchNorm1d(3), nn.Flatten(), nn.Linear(12, 2)),
        sequential((5, 4), layers.Conv1D(3, 2), layers.BatchNormalization(), layers.Reshape((-1,)), layers.Dense(2)),
        numbers(2, 4, 5),
    )


def test_layers_in_layers_keep_their_order():
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.scale = nn.Linear(3, 4), nn.Linear(4, 3), nn.Parameter(torch.ones(3))

        def forward(self, x):
            return x + self.scale * self.b(self.a(x))

    class Layer(layers.Layer):
        def __init__(self):
            super().__init__()
            self.a, self.b = layers.Dense(4), layers.Dense(3)
            self.scale = self.add_weight(shape=(3,))

        def call(self, x):
            return x + self.scale * self.b(self.a(x))

    there = sequential((3,), Layer(), keras.Sequential([Layer(), Layer()]), layers.Dense(2))
    agree(nn.Sequential(Block(), nn.Sequential(Block(), Block()), nn.Linear(3, 2)), there, numbers(5, 3))


def test_what_was_compiled_before_does_not_remember_the_old_epsilon():
    there = sequential((4,), layers.BatchNormalization(epsilon=0.5))
    there.predict(numbers(2, 4), verbose=0)
    here = drawn(nn.BatchNorm1d(4))
    to_keras(here, there)
    x = numbers(2, 4)
    np.testing.assert_allclose(there.predict(x, verbose=0), here(torch.from_numpy(x)).detach(), rtol=1e-4, atol=1e-5)
    assert there.layers[0].momentum == pytest.approx(0.9)


def beside():
    """A model in which not all that is flattened goes into the dense layer."""
    x = keras.Input((3, 3, 3))
    flat = layers.Flatten()(layers.Conv2D(4, 1)(x))
    return keras.Model(x, layers.Dense(2, name="d")(flat[:, :24]))


@pytest.mark.parametrize(
    ("here", "there", "message"),
    [
        (
            *(nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2)), sequential((3,), layers.Dense(4, name="d"))),
            r"torch_model has more layers.*'1' \(Linear\)",
        ),
        (
            *(nn.Linear(3, 4), sequential((3,), layers.Dense(4), layers.Dense(2, name="d"))),
            r"keras_model has more layers.*'d' \(Dense\)",
        ),
        (
            *(nn.Sequential(nn.Conv2d(3, 4, 1)), sequential((5, 5, 3), layers.Dense(4, name="d"))),
            r"where torch_model has '0' \(Conv2d\), keras_model has 'd' \(Dense\)",
        ),
        (
            *(nn.Sequential(nn.Linear(3, 5)), sequential((3,), layers.Dense(4, name="d"))),
            r"'0' \(Linear\).*\(3, 5\).*'d' \(Dense\) has \(3, 4\)",
        ),
        (
            nn.Sequential(nn.Linear(3, 4, bias=False)),
            sequential((3,), layers.Dense(4)),
            "in torch_model it has no bias",
        ),
        (
            *(nn.Sequential(nn.Conv2d(3, 4, 2, stride=2)), sequential((5, 5, 3), layers.Conv2D(4, 2))),
            r"stride \(2, 2\) in torch_model differs from \(1, 1\) in keras_model",
        ),
        (
            *(nn.Sequential(nn.Conv2d(4, 4, 2, groups=2)), sequential((5, 5, 4), layers.Conv2D(4, 2))),
            "groups 2 in torch_model differs from 1",
        ),
        (
            *(nn.Sequential(nn.Conv2d(3, 4, 2)), sequential((5, 5, 3), layers.Conv2D(4, 2, dilation_rate=2))),
            r"dilation \(1, 1\) in torch_model differs from \(2, 2\) in keras_model",
        ),
        (
            *(nn.Sequential(nn.GroupNorm(2, 4)), sequential((5, 5, 4), layers.GroupNormalization(4))),
            "groups 2 in torch_model differs from 4",
        ),
        (nn.GRU(3, 4), sequential((5, 3), layers.GRU(4, reset_after=False)), "reset_after=True"),
        (nn.LSTM(3, 4, proj_size=2), sequential((5, 3), layers.LSTM(4)), "proj_size"),
        (
            *(nn.Sequential(nn.Linear(3, 8)), sequential((3,), layers.Dense(8), layers.Reshape((2, 2, 2), name="r"))),
            r"'r' \(Reshape\) makes maps of numbers in a row",
        ),
        (
            *(nn.Sequential(nn.Conv2d(3, 4, 1), nn.Flatten(), nn.Linear(24, 2)), beside()),
            r"flattens 36 numbers, but its 'd' \(Dense\) takes 24",
        ),
        (nn.Linear(3, 4), keras.Sequential([layers.Dense(4)]), "keras_model has no weights yet"),
        (nn.LazyLinear(4), sequential((3,), layers.Dense(4)), "torch_model has lazy layers"),
    ],
)
def test_models_that_do_not_correspond_are_refused_with_the_place(here, there, message):
    before = [np.copy(variable) for variable in there.variables] if there.built else []
    with pytest.raises(ValueError, match=message):
        to_keras(here, there)
    for old, variable in zip(before, there.variables, strict=False):
        np.testing.assert_array_equal(old, variable)  # nothing was copied by halves


@pytest.mark.parametrize(
    ("here", "there", "message"),
    [("vgg16", layers.Dense(1), "torch_model must be"), (nn.Linear(1, 1), nn.Linear(1, 1), "keras_model must be")],
)
def test_other_things_than_models_are_type_errors(here, there, message):
    with pytest.raises(TypeError, match=message):
        to_keras(here, there)
