"""What `count` leaves as it was, and what it refuses."""

import importlib
import random
import sys

import keras
import numpy as np
import pytest
import torch
from keras import layers
from torch import nn

import dlcourse
from dlcourse import count


def random_states():
    return random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()  # noqa: NPY002


class Restless(nn.Module):
    """Draws from every generator and writes into its buffer, whatever the mode."""

    def __init__(self):
        super().__init__()
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, x):
        self.calls += 1 + random.random() + np.random.rand()  # noqa: NPY002
        return nn.functional.dropout(x, training=True)


def test_a_pytorch_model_is_left_as_it_was():
    frozen = nn.BatchNorm2d(4).eval().requires_grad_(False)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), Restless(), nn.Dropout(), frozen)
    learning = [parameter.requires_grad for parameter in model.parameters()]
    state = {name: value.clone() for name, value in model.state_dict().items()}
    modes, randomness = [module.training for module in model.modules()], random_states()
    count.count(model, (3, 8, 8))
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    assert [parameter.requires_grad for parameter in model.parameters()] == learning == [True] * 4 + [False] * 2
    assert all(parameter.grad is None for parameter in model.parameters())
    assert random_states() == randomness
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


class Watchful(nn.Module):
    """Refuses to train."""

    def forward(self, x):
        assert not self.training
        assert not torch.is_grad_enabled()
        return x


def test_a_pytorch_model_runs_in_evaluation_mode_and_without_gradients():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), Watchful())
    assert count.count(model, (3, 3, 3)).parameters == 120  # a single number a map: too few to train on


def test_nothing_stays_behind_when_the_model_fails():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(7, 2))
    with pytest.raises(ValueError, match=r"input_shape=\(3, 8, 8\).*RuntimeError"):
        count.count(model, (3, 8, 8))
    assert all(module.training and not module._forward_hooks for module in model.modules())
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert torch.is_grad_enabled()
    there = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(2)])
    with pytest.raises(ValueError, match=r"input_shape=\(9, 9, 3\)"):
        count.count(there, (9, 9, 3))
    assert not any("call" in vars(layer) for layer in there._flatten_layers())


def test_a_keras_model_is_left_as_it_was():
    class Always(layers.Layer):
        def __init__(self):
            super().__init__()
            self.drop = layers.Dropout(0.5)
            self.calls = self.add_weight(shape=(1,), trainable=False)

        def call(self, x):
            self.calls.assign_add([1.0])
            return self.drop(x, training=True)

    model = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.BatchNormalization(), Always()])
    seen = [keras.ops.convert_to_numpy(variable).copy() for variable in model.variables]
    randomness = random_states()
    count.count(model, (8, 8, 3))
    for before, after in zip(seen, model.variables, strict=True):
        np.testing.assert_array_equal(before, keras.ops.convert_to_numpy(after))
    assert random_states() == randomness
    assert not any("call" in vars(layer) for layer in model._flatten_layers())


def test_an_unbuilt_keras_model_is_counted_on_a_copy():
    model = keras.Sequential([layers.Conv2D(4, 3), layers.Dropout(0.1), layers.Flatten(), layers.Dense(2)])
    randomness = random_states()
    assert count.count(model, (60, 60, 3)).parameters == count.count(model, (60, 60, 3)).parameters
    assert not model.built
    assert model.layers[0].weights == []
    assert random_states() == randomness


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_the_models_own_number_type_is_used(dtype):
    assert count.count(nn.Conv2d(3, 4, 3).to(dtype), (3, 8, 8)).macs == 3888


def test_a_model_on_another_device_is_counted_there():
    assert count.count(nn.Linear(10**6, 10**6, device="meta"), (10**6,)).macs == 10**12


def test_a_model_without_weights_costs_nothing():
    found = count.count(nn.Sequential(nn.Flatten(), nn.ReLU()), (3, 4))
    assert (found.parameters, found.macs, len(found.layers)) == (0, 0, 2)


@pytest.mark.parametrize(
    ("model", "shape", "name"),
    [
        (nn.Sequential(nn.Bilinear(3, 3, 4)), (3,), r"'0' \(Bilinear\).*\(4, 3, 3\).*count_macs"),
        (layers.ConvLSTM1D(4, 3), (5, 9, 3), r"\(ConvLSTM1D\)"),
        (layers.GroupQueryAttention(4, 2, 1), (5, 3), r"model"),
        (keras.Sequential([layers.EinsumDense("ab,bc->ac", 5)]), (5,), r"\(EinsumDense\)"),
        (keras.Sequential([layers.TimeDistributed(layers.Dense(3))]), (5, 4), r"\(TimeDistributed\)"),
    ],
)
def test_weights_without_a_rule_are_refused_and_never_counted_as_nothing(model, shape, name):
    with pytest.raises(ValueError, match=name):
        count.count(model, shape)


@pytest.mark.parametrize(
    ("model", "shape", "error", "message"),
    [
        ("conv", (3, 8, 8), TypeError, "model must be a PyTorch module or a Keras model or layer, got str 'conv'"),
        (nn.Conv2d, (3, 8, 8), TypeError, "model must be .* got type"),
        (nn.ReLU(), 8, TypeError, "input_shape must be a tuple .* got int 8"),
        (nn.ReLU(), (3, 8.0), TypeError, r"input_shape\[1\] must be a whole number, got float 8.0"),
        (nn.ReLU(), (None, 8), TypeError, r"input_shape must leave out the batch axis, got tuple \(None, 8\)"),
        (nn.Flatten(), (10**6, 10**6, 10**6), ValueError, r"model cannot run on one input of input_shape=\(1000000, "),
        (nn.ReLU(), (3, 0), ValueError, r"input_shape\[1\] must be at least 1, got 0"),
        (nn.ReLU(), (), ValueError, r"input_shape .*got \(\)"),
        (nn.Conv2d(3, 4, 3), (8, 8, 3), ValueError, r"input_shape=\(8, 8, 3\)"),
        (nn.Conv2d(1, 4, 3), (8, 8), ValueError, r"input_shape=\(8, 8\).*needs inputs of 3 axes"),
        (nn.LazyConv2d(4, 3), (3, 8, 8), ValueError, "lazy"),
        (nn.TransformerEncoderLayer(8, 2), (5, 8), ValueError, "batch_first=True"),
        (nn.Sequential(nn.Embedding(9, 4), nn.Linear(5, 2)), (7,), ValueError, "mat1 and mat2"),
        (layers.Conv2D(4, 3), (8, 8), ValueError, r"model is not built.*input_shape=\(8, 8\).*call the model once"),
    ],
)
def test_bad_input_is_refused_with_what_came_and_what_was_expected(model, shape, error, message):
    with pytest.raises(error, match=message):
        count.count(model, shape)


@pytest.mark.parametrize(
    ("layer", "absent"), [(nn.Linear(2, 2), ("keras", "tensorflow")), (layers.Dense(2), ("torch",))]
)
def test_counting_in_one_framework_does_not_load_the_other(layer, absent, monkeypatch):
    for module in absent:
        monkeypatch.setitem(sys.modules, module, None)  # importing it fails
    for module in [name for name in sys.modules if name.startswith("dlcourse.count")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.delattr(dlcourse, "count")
    fresh = importlib.import_module("dlcourse.count")
    assert fresh is not count
    assert fresh.count(layer, (2,)).parameters == 6


def test_pytorchs_counter_does_not_warn_that_triton_is_missing(monkeypatch, caplog):
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setitem(sys.modules, "triton", None)
    monkeypatch.delitem(sys.modules, "torch.utils.flop_counter", raising=False)
    assert count.count(nn.Linear(2, 2), (2,)).macs == 4
    assert "torch.utils.flop_counter" in sys.modules
    assert not caplog.records
