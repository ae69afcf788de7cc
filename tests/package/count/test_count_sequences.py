"""`count` for layers over sequences, and memory: against formulae, PyTorch's own counter, and the other framework."""

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
from dlcourse.count import _table

few = st.integers(1, 4)
KINDS = {"RNN": 1, "LSTM": 4, "GRU": 3}


@settings(max_examples=30)
@given(st.sampled_from(list(KINDS)), few, few, few, st.integers(1, 3), st.booleans(), st.booleans(), st.booleans())
def test_recurrent_layers_multiply_each_weight_once_a_step(kind, steps, features, hidden, depth, both, bias, first):
    layer = getattr(nn, kind)(features, hidden, depth, bidirectional=both, bias=bias, batch_first=first)
    found = count.count(layer, (steps, features))
    ways, gates = 1 + both, KINDS[kind]
    inputs = [features] + [ways * hidden] * (depth - 1)
    assert found.macs == steps * ways * sum(gates * hidden * (n + hidden) for n in inputs)
    assert found.parameters == sum(p.numel() for p in layer.parameters())
    assert found.layers[0].output_shape == (steps, ways * hidden)


PAIRS = [
    (nn.RNN(3, 5, batch_first=True), layers.SimpleRNN(5)),
    (nn.LSTM(3, 5, batch_first=True), layers.LSTM(5, return_sequences=True)),
    (nn.GRU(3, 5, batch_first=True), layers.GRU(5, reset_after=True)),
    (nn.GRU(3, 5, batch_first=True, bidirectional=True), layers.Bidirectional(layers.GRU(5))),
    (nn.LSTM(3, 5, num_layers=2), layers.RNN([layers.LSTMCell(5), layers.LSTMCell(5)])),
]


@pytest.mark.parametrize(("here", "there"), PAIRS)
def test_both_frameworks_recurrent_layers_multiply_equally(here, there):
    by_torch, by_keras = count.count(here, (7, 3)), count.count(there, (7, 3))
    assert by_torch.macs == by_keras.macs > 0
    assert by_keras.parameters == sum(np.prod(w.shape) for w in _built(there, (7, 3)).trainable_variables)


def _built(layer, shape):
    layer(np.zeros((1, *shape), "float32"))
    return layer


def test_a_cell_multiplies_once():
    assert count.count(nn.LSTMCell(3, 5), (3,)).macs == 4 * 5 * (3 + 5)


class Attend(nn.Module):
    """Queries from the sequence, keys and values from its first steps."""

    def __init__(self, **options):
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True, **options)

    def forward(self, x):
        other = x[:, :4].mean(-1, keepdim=True).expand(-1, -1, self.attention.kdim)
        return self.attention(x, key=other, value=other)[0]


@pytest.mark.parametrize("options", [{}, {"bias": False}, {"kdim": 6, "vdim": 6}])
def test_attention_costs_what_pytorchs_own_counter_finds(options):
    model = Attend(**options)
    found = count.count(model, (7, 8))
    with FlopCounterMode(display=False) as counter, torch.enable_grad():
        model(torch.zeros(1, 7, 8))
    assert found.macs == counter.get_total_flops() // 2 > 0
    assert found.parameters == sum(p.numel() for p in model.parameters())


def test_a_transformer_layer_is_seen_whole_although_pytorch_has_a_shortcut_for_it():
    layer = nn.TransformerEncoderLayer(8, 2, dim_feedforward=16, batch_first=True)
    found = count.count(layer, (5, 8))
    with FlopCounterMode(display=False) as counter:
        layer.train()(torch.zeros(1, 5, 8))
    assert found.macs == counter.get_total_flops() // 2 == 5 * (4 * 64 + 2 * 128) + 2 * 25 * 8
    assert found.parameters == sum(p.numel() for p in layer.parameters()) == sum(r.parameters for r in found.layers)
    assert torch.backends.mha.get_fastpath_enabled()


def test_keras_attention_costs_the_same():
    x = keras.Input((7, 8))
    few_steps = x[:, :4]
    model = keras.Model(x, layers.MultiHeadAttention(2, 4)(x, value=few_steps))
    assert count.count(model, (7, 8)).macs == count.count(Attend(), (7, 8)).macs
    assert count.count(model, (7, 8)).parameters == model.count_params()
    wide = keras.Model(x, layers.MultiHeadAttention(2, 3, value_dim=5)(x, few_steps))
    assert count.count(wide, (7, 8)).macs == 7 * 8 * 6 + 4 * 8 * 6 + 4 * 8 * 10 + 7 * 10 * 8 + 7 * 4 * (6 + 10)
    keys = layers.Attention()([x, few_steps[..., :3], few_steps])
    assert count.count(keras.Model(x, keys), (7, 8)).macs == 7 * 4 * (8 + 3)
    for plain in (layers.Attention(), layers.AdditiveAttention()):
        assert count.count(keras.Model(x, plain([x, few_steps])), (7, 8)).macs == 7 * 4 * (8 + 8)


def test_an_embedding_multiplies_nothing_and_takes_whole_numbers():
    here = nn.Sequential(nn.Embedding(50, 4), nn.GRU(4, 6, batch_first=True))
    there = keras.Sequential([layers.Embedding(50, 4), layers.GRU(6)])
    by_torch, by_keras = count.count(here, (9,)), count.count(there, (9,))
    assert by_torch.macs == by_keras.macs == 9 * 3 * 6 * (4 + 6)
    assert by_torch.parameters == by_keras.parameters == 200 + 3 * 6 * (4 + 6 + 2)
    assert by_torch.layers[0].output_shape == (9, 4)


class Positions(nn.Module):
    """Floats come in; the embedding is of places."""

    def __init__(self):
        super().__init__()
        self.dense, self.places = nn.Linear(3, 4), nn.Embedding(9, 4)

    def forward(self, x):
        return self.places(torch.arange(x.shape[1])) + self.dense(x)  # whole numbers get half-way


def test_a_model_with_an_embedding_inside_may_take_floats():
    found = count.count(Positions(), (5, 3))
    assert (found.parameters, found.macs, len(found.layers)) == (16 + 36, 5 * 12, 2)


class Squares(nn.Module):
    """Multiplies by a table in its own way, and says so."""

    def __init__(self):
        super().__init__()
        self.table = nn.Parameter(torch.ones(6, 5))

    def forward(self, x):
        return (x @ self.table) ** 2

    def count_macs(self, inputs, outputs):
        assert inputs.shape == (1, 6)
        return self.table.numel() + outputs.numel()


def test_a_layer_of_ones_own_says_what_it_costs():
    found = count.count(nn.Sequential(Squares()), (6,))
    assert (found.parameters, found.macs) == (30, 35)


def test_memory_is_four_bytes_a_parameter_and_a_number_that_a_layer_gives():
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(inplace=True), nn.Dropout(), nn.Flatten(), nn.Linear(288, 10))
    found = count.count(model, (3, 8, 8))
    assert [row.activations for row in found.layers] == [4 * 8 * 36, 0, 0, 0, 40]
    assert found.activations == 4 * 8 * 36 + 40
    assert found.memory == found.activations + 4 * sum(p.numel() for p in model.parameters())
    half = count.count(model.half(), (3, 8, 8))
    assert half.memory == found.memory
    there = [layers.Conv2D(8, 3), layers.ReLU(), layers.Dropout(0.5), layers.Reshape((36, 8)), layers.Flatten()]
    by_keras = count.count(keras.Sequential([*there, layers.Dense(10)]), (8, 8, 3))
    assert [row.activations for row in by_keras.layers] == [4 * 8 * 36, 4 * 8 * 36, 0, 0, 0, 40]
    assert count.count(nn.Unflatten(1, (2, 3)), (6,)).activations == 0


def test_activations_are_what_autograd_would_see():
    """Every output of a layer of VGG's kind, added up by hooks of the test's own."""
    model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 4, 3), nn.ReLU())
    found, sizes = count.count(model, (3, 10, 10)).activations, []
    for module in model:
        module.register_forward_hook(lambda _, args, made: sizes.append(made.nbytes))
    model(torch.zeros(1, 3, 10, 10))
    assert found == sum(sizes)


@pytest.mark.parametrize(
    ("number", "text"),
    [(999, "999 B"), (1_000, "1.0 kB"), (57_600, "57.6 kB"), (553_430_176, "553.4 MB"), (2e9, "2.0 GB")],
)
def test_bytes_are_written_for_people(number, text):
    assert _table.in_bytes(int(number)) == text
