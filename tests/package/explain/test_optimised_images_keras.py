"""Optimised images of Keras models equal those of PyTorch models with the same weights and start."""

import keras
import numpy as np
import pytest
from keras import layers

from dlcourse import data, explain, models
from random_networks import shaken


@pytest.fixture(scope="module")
def pair():
    here, there = (kind.pets_cnn_small(3, widths=(6, 8, 10)) for kind in (models.pytorch, models.keras))
    there(np.zeros((1, 24, 32, 3), "float32"))
    here = shaken(here)
    return here, models.to_keras(here, there)


@pytest.mark.parametrize("layer", ["conv2", "relu2", "dense"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"parameterization": "pixels", "colour": None, "blur": 0.4, "total_variation": 0.1},
        {"optimizer": "gradient"},
    ],
)
def test_after_some_steps_the_images_are_pytorchs(pair, layer, options):
    start = data.pets.faces(1, 40).images[0][:24, :32]
    ours, theirs = (
        explain.activation_maximization(m, layer, [0, 2], size=(24, 32), steps=5, start=start, **options) for m in pair
    )
    assert np.abs(ours.image - theirs.image).max() < 1e-4
    assert np.abs(ours.objective - theirs.objective).max() < 1e-4 * np.abs(ours.objective).max()
    assert np.abs(ours.image - start / 255).max() > 0.01


def test_dreams_and_inversions_are_pytorchs(pair):
    photo = data.pets.faces(1, 40).images[0][:30]
    for method, options in ((explain.deep_dream, {"octaves": 2}), (explain.invert_features, {})):
        ours, theirs = (method(model, photo, "conv2", steps=3, **options) for model in pair)
        assert np.abs(ours.image - theirs.image).max() < 1e-3
        assert ours.objective == pytest.approx(theirs.objective, rel=1e-3)


def test_redirected_gradients_and_the_model_afterwards():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((16, 20, 3))
    x = layers.Conv2D(
        2,
        3,
        activation="relu",
        kernel_initializer=keras.initializers.RandomUniform(0, 0.2),
        bias_initializer=keras.initializers.Constant(-2.2),
        name="low",
    )(inputs)
    x = layers.Conv2D(2, 3, kernel_initializer=keras.initializers.RandomUniform(0, 0.2), name="high")(x)
    model = keras.Model(inputs, layers.Dense(2, name="logits")(layers.Flatten()(layers.ReLU(name="last")(x))))
    image = np.random.default_rng(0).random((1, 16, 20, 3), "float32")
    before = np.asarray(model(image))
    with pytest.warns(UserWarning, match="redirect=16"):
        stuck = explain.activation_maximization(model, "last", 1, size=(16, 20), steps=5)
    freed = explain.activation_maximization(model, "last", 1, size=(16, 20), steps=50, redirect=40)
    assert stuck.objective[-1] == 0 == freed.objective[0]
    assert freed.objective[-1] > 0.01
    assert model.get_layer("low").activation is keras.activations.relu
    assert not [layer.name for layer in model.layers if "call" in layer.__dict__]
    assert np.array_equal(np.asarray(model(image)), before)
    with pytest.raises(ValueError, match="channel must be below 2"):
        explain.activation_maximization(model, "last", 7, size=(16, 20), redirect=1)
    assert model.get_layer("low").activation is keras.activations.relu
    with pytest.raises(ValueError, match="the model has none"):
        explain.activation_maximization(
            keras.Sequential([inputs, layers.Conv2D(2, 3, name="c")]), "c", 0, size=(16, 20), redirect=1
        )


def test_a_layer_inside_a_nested_model():
    keras.utils.set_random_seed(0)
    inner = keras.Sequential(
        [keras.Input((None, None, 3)), layers.Conv2D(4, 3, name="c", activation="relu")], name="inner"
    )
    inner.trainable = False
    inputs = keras.Input((16, 16, 3))
    model = keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(inner(inputs))))
    found = explain.activation_maximization(model, "inner/c", 2, size=16, steps=20)
    assert found.objective[-1] > found.objective[0]
