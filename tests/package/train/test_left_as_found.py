"""What `fit` leaves as it was found, and the bar that it shows."""

import random
import re
import sys
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import torch
from torch import nn

from dlcourse import train

QUIET = {"progress": False, "device": "cpu"}


def points(n=53):
    """Points with labels."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, n)
    return (rng.normal(size=(n, 4)) + labels[:, None]).astype(np.float32), labels


def mlp():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 3))


@pytest.mark.parametrize("framework", ["PyTorch", "Keras"])
def test_the_readers_random_numbers_go_on_as_if_nothing_had_been_trained(framework):
    inputs, labels = points()
    model = mlp() if framework == "PyTorch" else keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])

    def draw():
        return random.random(), np.random.rand(), torch.rand(1).item()  # noqa: NPY002

    states = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002
    expected = draw()
    random.setstate(states[0]), np.random.set_state(states[1]), torch.set_rng_state(states[2])  # noqa: NPY002
    train.fit(model, (inputs, labels), epochs=1, progress=False)
    assert draw() == expected


def test_modes_are_as_they_were_found_also_after_an_error():
    inputs, labels = points()
    model = mlp()
    model[2].eval()

    def fails(batch):
        raise RuntimeError("no such picture")

    for augment in (None, fails):
        try:
            train.fit(model, (inputs, labels), epochs=1, augment=augment, **QUIET)
        except RuntimeError as problem:
            assert str(problem) == "no such picture"
        train.evaluate(model, (inputs, labels))
        train.predict(model, inputs)
        assert [module.training for module in model] == [True, True, False, True]
    assert model.training


@pytest.mark.parametrize("part", [slice(None), slice(3, None)])
def test_no_gradient_stays_also_where_the_optimizer_has_a_part_of_the_model(part):
    model = mlp()
    optimizer = torch.optim.SGD(model[part].parameters(), 0.1)
    train.fit(model, points(), epochs=1, optimizer=optimizer, **QUIET)
    assert [p.grad for p in model.parameters()] == [None] * 4


def test_predictions_are_the_outputs_in_the_order_of_the_inputs_and_keep_nothing_for_gradients():
    inputs, _ = points(10)
    model, learning = mlp(), []
    model.eval()
    expected = model(torch.from_numpy(inputs)).detach().numpy()
    model.train()
    model.register_forward_hook(lambda *_: learning.append(torch.is_grad_enabled()))
    for size in (1, 3, 10, 99):
        np.testing.assert_allclose(train.predict(model, inputs, batch_size=size), expected, atol=1e-6)
    assert not any(learning)


def test_the_bar_goes_to_the_error_stream_says_both_losses_and_leaves_nothing(capsys, monkeypatch, tmp_path):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr("tqdm.tqdm.monitor_interval", 0)
    for epochs in (1, 2):
        train.fit(mlp(), points(), points(9), epochs=epochs, batch_size=8, device="cpu", checkpoint=tmp_path)
        shown = capsys.readouterr()
        assert shown.out == ""
        assert f" {7 * epochs}/{7 * epochs} " in shown.err
        assert re.search(r"loss=\d\.\d{3}, valid_loss=\d\.\d{3}", shown.err)
        assert shown.err.split("\r")[-1].strip() == ""
    assert " 7/14 " in shown.err.split("\r")[1]  # the second one goes on where the first has ended


def test_in_a_notebook_the_bar_goes_to_the_output_and_not_into_a_red_box(capsys, monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    train.fit(mlp(), points(), epochs=1, batch_size=8, device="cpu")
    shown = capsys.readouterr()
    assert "7/7" in shown.out
    assert shown.err == ""


@pytest.mark.parametrize("how", ["progress=False", "TQDM_DISABLE=1"])
def test_the_bar_can_be_silenced(how, capsys, monkeypatch):
    if how == "TQDM_DISABLE=1":
        monkeypatch.setenv("TQDM_DISABLE", "1")
    inputs, labels = points()
    train.fit(mlp(), (inputs, labels), epochs=1, progress=how != "progress=False")
    assert capsys.readouterr() == ("", "")
