"""Keras models are explained as PyTorch models with the same weights, nested ones too."""

import keras
import numpy as np
import pytest
import torch
from keras import layers

from dlcourse import explain, models
from random_networks import shaken

SIZE = (24, 40)
TARGET = np.array([0, 2, 1])


@pytest.fixture(scope="module")
def pair():
    """A network in both frameworks with the same weights, images for each."""
    here = shaken(models.pytorch.pets_cnn_small(3, widths=(6, 8, 10)))
    there = models.keras.pets_cnn_small(3, widths=(6, 8, 10))
    x = np.random.default_rng(0).random((3, 3, *SIZE), "float32")
    last = np.ascontiguousarray(x.transpose(0, 2, 3, 1))
    there(last)
    return here, models.to_keras(here, there), x, last


def nested(inner, trainable=True):
    """A model with a head of its own on the maps of another, as in transfer learning."""
    inner.trainable = trainable
    inputs = keras.Input((*SIZE, 3))
    x = layers.Rescaling(2.0)(inputs)
    x = layers.GlobalAveragePooling2D()(inner(x))
    return keras.Model(inputs, layers.Dense(3, name="head")(x))


def backbone(channels=5, name="inner"):
    inputs = keras.Input((*SIZE, 3))
    x = layers.Conv2D(channels, 3, activation="relu", name=f"{name}_conv")(inputs)
    return keras.Model(inputs, layers.Conv2D(4, 3, activation="relu", name="last")(x), name=name)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("saliency", {}),
        ("saliency", {"signed": True}),
        ("gradient_x_input", {}),
        ("smooth_grad", {"noise": 0.0, "samples": 2}),
        ("integrated_gradients", {"steps": 9}),
    ],
)
def test_gradients_equal_pytorchs(pair, name, options):
    here, there, x, last = pair
    ours = getattr(explain, name)(here, x, TARGET, **options)
    theirs = getattr(explain, name)(there, last, TARGET, **options)
    assert theirs.shape == last.shape
    assert theirs.dtype == np.float32
    assert np.abs(ours).max() > 0
    assert np.abs(theirs.transpose(0, 3, 1, 2) - ours).max() < 1e-4 * np.abs(ours).max()


@pytest.mark.parametrize("method", [explain.grad_cam, explain.grad_cam_plus_plus])
@pytest.mark.parametrize("layer", ["relu1", "conv2", "relu3"])
@pytest.mark.parametrize("resize", [False, True])
def test_class_activation_maps_equal_pytorchs(pair, method, layer, resize):
    here, there, x, last = pair
    ours = method(here, x, TARGET, layer, relu=False, resize=resize)
    theirs = method(there, last, TARGET, layer, relu=False, resize=resize)
    assert theirs.shape == (len(x), *(SIZE if resize else theirs.shape[1:]))
    assert np.abs(theirs - ours).max() < 1e-4 * np.abs(ours).max()


@pytest.mark.parametrize("trainable", [True, False])
def test_a_layer_inside_a_nested_model_is_found_by_its_path_and_by_its_name(trainable):
    keras.utils.set_random_seed(0)
    inner = backbone()
    model = nested(inner, trainable)
    x = np.random.default_rng(0).random((2, *SIZE, 3), "float32")
    by_path = explain.grad_cam(model, x, 1, "inner/last", relu=False, resize=False)
    assert np.array_equal(by_path, explain.grad_cam(model, x, 1, "last", relu=False, resize=False))
    assert np.array_equal(by_path, explain.grad_cam(model, x, 1, inner.get_layer("last"), relu=False, resize=False))
    assert np.array_equal(by_path, explain.grad_cam(model, x, 1, "inner", relu=False, resize=False))  # its own output
    maps = inner(2 * x).numpy()
    kernel = model.get_layer("head").kernel.numpy()[:, 1]
    assert np.allclose(by_path, (maps @ kernel) / maps[0, ..., 0].size, atol=1e-6)


def test_a_nested_name_that_two_layers_have_is_refused_with_both_paths():
    inputs = keras.Input((*SIZE, 3))
    both = layers.Add()([backbone(5, "one")(inputs), backbone(7, "two")(inputs)])
    model = keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling2D()(both)))
    x = np.random.default_rng(0).random((1, *SIZE, 3), "float32")
    with pytest.raises(ValueError, match=r"'last' names several layers: 'one/last', 'two/last'"):
        explain.grad_cam(model, x, 0, "last")
    assert explain.grad_cam(model, x, 0, "two_conv", relu=False).shape == (1, *SIZE)
    with pytest.raises(ValueError, match="did you mean 'one/last'"):
        explain.grad_cam(model, x, 0, "one/lst")


def test_a_model_used_twice_is_refused():
    inner = backbone()
    inputs = keras.Input((*SIZE, 3))
    both = layers.Add()([inner(inputs), inner(layers.Rescaling(-1.0)(inputs))])
    model = keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling2D()(both)))
    with pytest.raises(ValueError, match="'inner/last' runs 2 times"):
        explain.grad_cam(model, np.ones((1, *SIZE, 3), "float32"), 0, "inner/last")


def test_subclassed_models_one_logit_and_doubles():
    class Own(keras.Model):
        def __init__(self):
            super().__init__(dtype="float64")
            self.conv = layers.Conv2D(4, 3, name="conv", dtype="float64")
            self.head = layers.Dense(1, dtype="float64")

        def call(self, x):
            return self.head(keras.ops.mean(keras.ops.relu(self.conv(x)), (1, 2)))

    model = Own()
    x = np.random.default_rng(0).random((2, *SIZE, 3))
    model(x)
    cam = explain.grad_cam(model, x, [1, 0], "conv", relu=False)
    assert cam.dtype == np.float64
    assert np.allclose(cam[1], -explain.grad_cam(model, x, 1, "conv", relu=False)[1])
    assert np.allclose(
        explain.saliency(model, x, lambda out: out[:, 0], signed=True), explain.saliency(model, x, 1, signed=True)
    )


def test_modes_weights_and_calls_are_left_as_they_were(pair):
    _, there, _, last = pair
    layer = there.get_layer("relu3")
    before = [weight.numpy() for weight in there.weights], [w.trainable for w in there.weights], dict(layer.__dict__)

    def fail(outputs):
        raise RuntimeError("on purpose")

    explain.grad_cam(there, last, TARGET, "relu3", relu=False)
    with pytest.raises(RuntimeError, match="on purpose"):
        explain.grad_cam(there, last, fail, "relu3")
    assert "call" not in layer.__dict__
    assert set(layer.__dict__) == set(before[2])
    assert all(np.array_equal(a, b.numpy()) for a, b in zip(before[0], there.weights, strict=True))
    assert before[1] == [w.trainable for w in there.weights]


@pytest.mark.parametrize("name", ["guided_backprop", "deconvnet", "occlusion"])
def test_what_is_for_pytorch_only_says_so(pair, name):
    _, there, _, last = pair
    with pytest.raises(TypeError, match="Keras models are not served here"):
        getattr(explain, name)(there, last, 0)


def test_targets_and_layers_that_cannot_be(pair):
    _, there, _, last = pair
    with pytest.raises(ValueError, match="which has 3 outputs; got 3"):
        explain.saliency(there, last, 3)
    with pytest.raises(ValueError, match=r"one score for each image, shape \(3,\)"):
        explain.saliency(there, last, lambda outputs: outputs)
    with pytest.raises(ValueError, match="no gradient with respect to x"):
        explain.saliency(there, last, lambda outputs: keras.ops.stop_gradient(outputs)[:, 0])
    with pytest.raises(ValueError, match=r"'dense' gives \(3, 3\)"):
        explain.grad_cam(there, last, 0, "dense")
    with pytest.raises(ValueError, match="one of the model's own; this Conv2d"):
        explain.grad_cam(there, last, 0, torch.nn.Conv2d(1, 1, 1))
