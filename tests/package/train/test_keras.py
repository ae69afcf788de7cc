"""Keras models through their own `fit`, with what it does not do."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from torch import nn

from dlcourse import train

RNG = np.random.default_rng(0)
Y = RNG.integers(0, 3, 50)
X = (RNG.normal(size=(50, 6, 6, 1)) + Y[:, None, None, None]).astype(np.float32)
CROSS_ENTROPY = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def network(dropout=0.0):
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Conv2D(4, 3), keras.layers.BatchNormalization(), keras.layers.ReLU()]
    layers += [keras.layers.Flatten(), keras.layers.Dropout(dropout), keras.layers.Dense(3)]
    return keras.Sequential([keras.Input((6, 6, 1)), *layers])


def test_it_is_keras_own_fit_with_the_samples_in_the_same_order():
    model, other = network(), network()
    history = train.fit(model, (X, Y), epochs=3, batch_size=16, learning_rate=0.01, progress=False)
    other.compile(optimizer=keras.optimizers.Adam(0.01), loss=CROSS_ENTROPY, metrics=["accuracy"])
    losses = []
    for epoch in range(3):
        order = np.random.default_rng((0, epoch)).permutation(50)
        found = other.fit(X[order], Y[order], batch_size=16, shuffle=False, verbose=0)
        losses += found.history["loss"]
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    assert history["loss"] == pytest.approx(losses, rel=1e-5)


def test_the_seed_decides_on_dropout_too():
    models = [keras.Sequential([network(dropout=0.5), keras.layers.Dropout(0.1)]) for _ in range(3)]
    models[1].layers[0].layers[4](X, training=True)  # its dropout has moved on
    for model, seed in zip(models, (4, 4, 5), strict=True):
        train.fit(model, (X, Y), epochs=1, seed=seed, progress=False)
        states = [v.numpy().tolist() for v in model.variables if v.name == "seed_generator_state"]
        assert [state[0] for state in states] == [seed] * 2
        assert states[0] != states[1]  # the two layers do not draw the same
    first, same, other = (model.get_weights() for model in models)
    assert all(np.array_equal(a, b) for a, b in zip(first, same, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_a_dataset_of_tensorflow_serves_as_well():
    dataset = tf.data.Dataset.from_tensor_slices((X, Y)).batch(16)
    history = train.fit(network(), dataset, dataset, epochs=2, patience=1, progress=False)
    assert history["loss"][1] < history["loss"][0]
    assert len(history["valid_accuracy"]) == 2


def test_it_agrees_with_keras_own_evaluate_and_predict():
    model = network()
    model.compile(loss=CROSS_ENTROPY, metrics=["accuracy"])
    loss, accuracy = model.evaluate(X, Y, verbose=0)
    assert train.evaluate(model, (X, Y), batch_size=7) == pytest.approx({"loss": loss, "accuracy": accuracy}, rel=1e-5)
    named = train.evaluate(model, (X, np.eye(3)[Y]), loss="mse")
    assert named["loss"] == pytest.approx(np.mean((model.predict(X, verbose=0) - np.eye(3)[Y]) ** 2), rel=1e-5)
    np.testing.assert_allclose(train.predict(model, X, batch_size=7), model.predict(X, verbose=0), atol=1e-5)


def test_the_rate_that_the_optimizer_came_with_is_the_one_that_it_has_afterwards():
    optimizer = keras.optimizers.SGD(0.05, momentum=0.9)
    history = train.fit(
        network(), (X, Y), epochs=2, batch_size=10, optimizer=optimizer, schedule=train.cosine, progress=False
    )
    assert float(optimizer.learning_rate) == pytest.approx(0.05)
    assert history["learning_rate"] == pytest.approx([0.05 * train.cosine(0.4), 0.05 * train.cosine(0.9)])


def test_early_stopping_puts_the_best_weights_back():
    noise = np.random.default_rng(1).permutation(Y)
    model, valid = network(), (X[25:], noise[25:])
    history = train.fit(model, (X[:25], noise[:25]), valid, epochs=100, learning_rate=0.05, patience=3, progress=False)
    assert history.epochs == history.best_epoch + 3 < 100
    assert train.evaluate(model, valid)["loss"] == pytest.approx(min(history["valid_loss"]), rel=1e-5)


def test_labels_that_the_loss_ignores_may_lie_outside_the_classes():
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
    labels = np.where(np.arange(50) < 5, -1, Y)
    assert np.isfinite(train.fit(network(), (X, labels), epochs=1, loss=loss, progress=False)["loss"][0])


def test_padding_that_the_model_masks_counts_nowhere():
    layers, words = keras.layers, RNG.integers(1, 6, (50, 5))
    words[np.arange(5) >= RNG.integers(1, 5, (50, 1))] = 0
    model = keras.Sequential([
        keras.Input((5,), dtype="int32"), layers.Embedding(6, 4, mask_zero=True),
        layers.LSTM(4, return_sequences=True), layers.Dense(6),
    ])  # fmt: skip
    scores = [train.evaluate(model, (words, (words + 1) % 6), batch_size=size) for size in (50, 7)]
    model.compile(loss=CROSS_ENTROPY, metrics=["accuracy"])
    expected = model.evaluate(words, (words + 1) % 6, batch_size=50, verbose=0, return_dict=True)
    for score in scores:
        assert score == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("framework", ["PyTorch", "Keras"])
def test_pictures_as_bytes_are_seen_from_0_to_1_and_upright(framework):
    pictures = SimpleNamespace(images=RNG.integers(0, 256, (50, 4, 6, 3), np.uint8), targets=Y)
    seen = (pictures.images / 255).astype(np.float32)
    model = keras.Sequential([keras.Input((4, 6, 3)), keras.layers.Flatten(), keras.layers.Dense(3)])
    if framework == "PyTorch":
        seen, model = seen.transpose(0, 3, 1, 2), nn.Sequential(nn.Flatten(), nn.Linear(72, 3))
    assert train.evaluate(model, pictures) == pytest.approx(train.evaluate(model, (seen, Y)), rel=1e-5)


def test_a_model_of_two_inputs_takes_a_pair():
    inputs = [keras.Input((36,)), keras.Input((2,))]
    model = keras.Model(inputs, keras.layers.Dense(3)(keras.layers.Concatenate()(inputs)))
    pair = X.reshape(50, 36), np.ones((50, 2), np.float32)
    history = train.fit(model, (pair, Y), (pair, Y), epochs=2, progress=False)
    assert history["loss"][1] < history["loss"][0]
    assert train.predict(model, pair).shape == (50, 3)


def test_the_bar_goes_to_the_error_stream_and_leaves_nothing(capsys, monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    train.fit(network(), (X, Y), epochs=2, batch_size=10)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "10/10" in shown.err
    assert shown.err.split("\r")[-1].strip() == ""


def test_half_precision_is_the_models_own_policy(tmp_path):
    keras.mixed_precision.set_dtype_policy("mixed_bfloat16")
    try:
        model = network()
    finally:
        keras.mixed_precision.set_dtype_policy("float32")
    with pytest.raises(ValueError, match="this Keras model was made for mixed_bfloat16"):
        train.fit(model, (X, Y), epochs=1, precision="float32", progress=False)
