"""`fit` does what a loop written by hand does, bit for bit, and both frameworks do the same."""

import random

import keras
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from dlcourse import train
from training import Again

QUIET = {"progress": False, "device": "cpu"}


def points(n=53, classes=3, seed=0):
    """Points with labels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, n)
    return (rng.normal(size=(n, 4)) + labels[:, None]).astype(np.float32), labels


def images(n=29, channels=2):
    """Small images with labels."""
    rng = np.random.default_rng(1)
    return rng.normal(size=(n, channels, 9, 8)).astype(np.float32), rng.integers(0, 3, n)


def mlp():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 3))


def cnn():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(2, 5, 3), nn.BatchNorm2d(5), nn.ReLU(), nn.Flatten(), nn.Linear(210, 3))


def by_hand(model, inputs, labels, epochs, size, optimizer, rate=lambda p: 1, augment=None, loss=None):
    """The loop of the chapter on training; returns the average loss of each epoch."""
    loss = loss or functional.cross_entropy
    inputs, labels = torch.from_numpy(inputs), torch.from_numpy(labels)
    base, steps, losses = optimizer.param_groups[0]["lr"], -(-len(labels) // size), []
    torch.manual_seed(0)
    random.seed(0)
    model.train()
    for epoch in range(epochs):
        order = torch.from_numpy(np.random.default_rng((0, epoch)).permutation(len(labels)))
        total = 0.0
        for step, rows in enumerate(order.split(size)):
            optimizer.param_groups[0]["lr"] = base * rate((epoch * steps + step) / (epochs * steps))
            batch = inputs[rows] if augment is None else augment(inputs[rows])
            optimizer.zero_grad()
            value = loss(model(batch), labels[rows])
            value.backward()
            optimizer.step()
            total += value.item() * len(rows)
        losses.append(total / len(labels))
    return losses


def same(model, other):
    """Whether all parameters and buffers have the same bits."""
    pairs = zip(model.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("size", [1, 8, 53, 100])
def test_adam_with_dropout_is_the_loop_by_hand(size):
    inputs, labels = points()
    model, other = mlp(), mlp()
    history = train.fit(model, (inputs, labels), epochs=3, batch_size=size, **QUIET)
    losses = by_hand(other, inputs, labels, 3, size, torch.optim.Adam(other.parameters(), 1e-3))
    assert same(model, other)
    assert history["loss"] == pytest.approx(losses, rel=1e-12)


def test_momentum_schedule_and_augmentation_are_the_loop_by_hand():
    inputs, labels = points()

    def noisy(batch):
        return batch * random.uniform(0.9, 1.1) + 0.1 * torch.randn_like(batch)

    model, other = mlp(), mlp()
    optimizers = [torch.optim.SGD(m.parameters(), 0.1, momentum=0.9, weight_decay=0.01) for m in (model, other)]
    options = {"optimizer": optimizers[0], "schedule": train.one_cycle, "augment": noisy}
    train.fit(model, (inputs, labels), epochs=3, batch_size=9, **options, **QUIET)
    by_hand(other, inputs, labels, 3, 9, optimizers[1], train.one_cycle, noisy)
    assert same(model, other)
    assert optimizers[0].param_groups[0]["lr"] == 0.1  # as it came


def test_a_convolution_network_is_the_loop_by_hand_with_channels_last():
    inputs, labels = images()
    model, other = cnn(), cnn().to(memory_format=torch.channels_last)
    train.fit(model, (inputs, labels), epochs=2, batch_size=8, **QUIET)
    last = torch.from_numpy(inputs).contiguous(memory_format=torch.channels_last).numpy()
    by_hand(other, last, labels, 2, 8, torch.optim.Adam(other.parameters(), 1e-3))
    for a, b in zip(model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-6)
    assert model[0].weight.is_contiguous()  # as it was found


def test_convolutions_compute_with_the_channels_last():
    inputs, labels = images()
    model, seen = cnn(), []

    def look(layer, given, output):
        seen.append([t.is_contiguous(memory_format=torch.channels_last) for t in (layer.weight, output)])

    model[0].register_forward_hook(look)
    train.fit(model, (inputs, labels), (inputs, labels), epochs=1, **QUIET)
    assert seen[-2:] == [[True] * 2] * 2  # a step, and the validation after it


def test_a_model_that_reads_its_memory_in_order_is_trained_with_the_channels_first():
    class Views(nn.Module):
        def __init__(self):
            super().__init__()
            self.convolution, self.dense = nn.Conv2d(2, 5, 3), nn.Linear(210, 3)

        def forward(self, x):
            return self.dense(self.convolution(x).view(len(x), -1))  # fails where the channels come last

    inputs, labels = images()
    torch.manual_seed(0)
    model = Views()
    before = train.evaluate(model, (inputs, labels))["loss"]
    history = train.fit(model, (inputs, labels), epochs=10, learning_rate=0.01, **QUIET)
    assert history["loss"][-1] < before / 2


def test_targets_with_a_point_are_for_the_mean_squared_error():
    inputs, _ = points()
    targets = inputs @ np.array([[1.0], [2], [0], [-1]])  # float64, as NumPy makes them
    torch.manual_seed(0)
    model, other = nn.Linear(4, 1), nn.Linear(4, 1)
    other.load_state_dict(model.state_dict())
    history = train.fit(model, (inputs, targets), epochs=2, batch_size=10, **QUIET)
    optimizer = torch.optim.Adam(other.parameters(), 1e-3)
    by_hand(other, inputs, targets.astype(np.float32), 2, 10, optimizer, loss=functional.mse_loss)
    assert same(model, other)
    assert "accuracy" not in history


def test_a_loader_of_the_framework_serves_as_well():
    inputs, labels = points()
    pairs = torch.utils.data.TensorDataset(torch.from_numpy(inputs), torch.from_numpy(labels))
    model, other = (nn.Linear(4, 3) for _ in range(2))  # no dropout: a DataLoader draws random numbers of its own
    other.load_state_dict(model.state_dict())
    train.fit(model, torch.utils.data.DataLoader(pairs, 9), (inputs, labels), epochs=2, **QUIET)
    batches = Again([(inputs[i : i + 9], labels[i : i + 9]) for i in range(0, 53, 9)])
    history = train.fit(other, batches, batches, epochs=2, **QUIET)
    assert same(model, other)
    assert history["valid_loss"][-1] == pytest.approx(train.evaluate(model, (inputs, labels))["loss"], rel=1e-6)


def test_a_model_of_two_inputs_takes_a_pair():
    class Sum(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding, self.dense = nn.Embedding(5, 3), nn.Linear(4, 3)

        def forward(self, words, x):
            return self.embedding(words) + self.dense(x)

    inputs, labels = points()
    words = np.arange(53, dtype=np.int32) % 5
    torch.manual_seed(0)
    model = Sum()
    history = train.fit(
        model, ((words, inputs), labels), epochs=3, augment=lambda parts: (parts[0], parts[1] * 1), **QUIET
    )
    assert history["loss"][-1] < history["loss"][0]
    assert train.predict(model, (words, inputs)).shape == (53, 3)


def test_sequences_of_labels_are_scored_answer_by_answer_and_padding_counts_nowhere():
    torch.manual_seed(0)
    scores, labels = torch.randn(7, 4, 6), torch.randint(0, 4, (7, 6))
    labels[2:, 3:] = -1
    kept = labels != -1
    loss = nn.CrossEntropyLoss(ignore_index=-1)
    found = train.evaluate(nn.Identity(), (scores, labels), loss=loss, batch_size=3)
    assert found["accuracy"] == pytest.approx((scores.argmax(1) == labels)[kept].float().mean().item())
    assert found["loss"] == pytest.approx(loss(scores, labels).item(), rel=1e-6)


@settings(max_examples=30)
@given(st.integers(1, 75), st.integers(1, 40))
def test_averages_count_samples_and_not_batches(n, size):
    scores = np.random.default_rng(n).normal(size=(n, 3)).astype(np.float32)
    labels = np.random.default_rng(size).integers(0, 3, n)
    found = train.evaluate(nn.Identity(), (scores, labels), batch_size=size, device="cpu")
    whole = functional.cross_entropy(torch.from_numpy(scores).double(), torch.from_numpy(labels)).item()
    assert found["loss"] == pytest.approx(whole, rel=1e-5)
    assert found["accuracy"] == pytest.approx((scores.argmax(1) == labels).mean())


@pytest.mark.parametrize("framework", ["PyTorch", "Keras"])
def test_a_short_last_batch_counts_for_its_size(framework):
    """75 samples in batches of 32, of which 30, 30 and 2 are right: 0.827; the mean of the batches would be 0.686."""
    labels = np.zeros(75, int)
    scores = np.tile(np.float32([1, 0]), (75, 1))
    scores[[30, 31, 62, 63, *range(66, 75)]] = [0, 1]
    model = nn.Identity()
    if framework == "Keras":
        model = keras.Sequential([keras.Input((2,)), keras.layers.Identity()])
    assert train.evaluate(model, (scores, labels), batch_size=32)["accuracy"] == pytest.approx(62 / 75)


@pytest.mark.parametrize("framework", ["PyTorch", "Keras"])
def test_while_training_too_a_short_last_batch_counts_for_its_size(framework):
    inputs, labels = points(75)
    torch.manual_seed(0)
    model = nn.Linear(4, 3)
    if framework == "Keras":
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    history = train.fit(model, (inputs, labels), epochs=1, learning_rate=0.0, batch_size=32, progress=False)
    score = train.evaluate(model, (inputs, labels))
    assert history["loss"][0] == pytest.approx(score["loss"], rel=1e-5)
    assert history["accuracy"][0] == pytest.approx(score["accuracy"])


def test_both_frameworks_train_to_the_same_weights():
    inputs, labels = points(70)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "tanh"), keras.layers.Dense(3)])
    other.set_weights([t.detach().numpy().T for t in model.parameters()])
    data, valid = (inputs[:53], labels[:53]), (inputs[53:], labels[53:])
    options = {"epochs": 4, "batch_size": 8, "schedule": train.one_cycle, "learning_rate": 0.01, "progress": False}
    a, b = (train.fit(m, data, valid, **options) for m in (model, other))
    for t, w in zip(model.parameters(), other.get_weights(), strict=True):
        np.testing.assert_allclose(t.detach().numpy().T, w, atol=2e-5)
    assert list(a) == list(b)
    for name in set(a) - {"seconds"}:
        np.testing.assert_allclose(a[name], b[name], rtol=1e-4, atol=1e-6)
    scores = [train.evaluate(m, valid) for m in (model, other)]
    assert scores[0] == pytest.approx(scores[1], rel=1e-4)
    np.testing.assert_allclose(train.predict(model, inputs), train.predict(other, inputs), atol=1e-4)


def test_early_stopping_puts_the_best_weights_back():
    inputs, labels = points(40)
    noise = np.random.default_rng(2).permutation(labels)  # nothing to learn: soon the validation loss rises
    model, kept = mlp(), []
    valid = (inputs[20:], noise[20:])

    class Watched(torch.optim.Adam):
        def zero_grad(self, set_to_none=True):
            kept.append([p.detach().clone() for p in model.parameters()])
            super().zero_grad(set_to_none)

    options = {"epochs": 200, "batch_size": 20, "patience": 3, "optimizer": lambda p: Watched(p, 0.05)}
    history = train.fit(model, (inputs[:20], noise[:20]), valid, **options, **QUIET)
    assert history.epochs == history.best_epoch + 3 < 200
    assert train.evaluate(model, valid)["loss"] == pytest.approx(min(history["valid_loss"]), rel=1e-6)
    for p, best in zip(model.parameters(), kept[history.best_epoch], strict=True):
        assert torch.equal(p, best)  # one step an epoch: before the step after it


def test_frozen_parameters_stay_and_lazy_ones_are_made():
    inputs, labels = points()
    torch.manual_seed(0)
    model = nn.Sequential(nn.LazyLinear(6), nn.ReLU(), nn.Linear(6, 3))
    model[2].requires_grad_(False)
    before = model[2].weight.clone()
    train.fit(model, (inputs, labels), epochs=1, **QUIET)
    assert torch.equal(model[2].weight, before)
    assert model[0].weight.shape == (6, 4)


def test_the_seed_decides_on_what_python_numpy_and_pytorch_draw():
    def draw():
        return random.random(), np.random.rand(), torch.rand(1).item()  # noqa: NPY002

    drawn = []
    train.fit(mlp(), points(), epochs=1, batch_size=53, seed=5, augment=lambda x: drawn.append(draw()) or x, **QUIET)
    random.seed(5), np.random.seed(5), torch.manual_seed(5)  # noqa: NPY002
    assert drawn == [draw()]


def test_the_same_seed_gives_the_same_weights_and_another_one_others():
    inputs, labels = points()
    models = [mlp() for _ in range(3)]
    for model, seed in zip(models, (1, 1, 2), strict=True):
        train.fit(model, (inputs, labels), epochs=1, batch_size=8, seed=seed, **QUIET)
    assert same(models[0], models[1])
    assert not same(models[0], models[2])
