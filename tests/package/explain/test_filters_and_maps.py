"""Claims about filters and feature maps: the same from both frameworks, under the right names, nothing left behind."""

import keras
import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dlcourse import explain, models


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((3, 32, 40, 3), "float32")


def first(images):
    return torch.tensor(images.transpose(0, 3, 1, 2))


def same_network(name, **arguments):
    torch.manual_seed(0)
    here = getattr(models.pytorch, name)(**arguments)
    for module in here.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    return here, models.to_keras(here, getattr(models.keras, name)(**arguments))


@pytest.mark.parametrize("name", ["pets_cnn", "pets_cnn_small"])
@pytest.mark.parametrize("activated", [True, False])
def test_both_frameworks_give_the_same_maps_under_the_same_names(name, activated):
    """pets_cnn: Keras' convolutions contain their ReLU, PyTorch's do not."""
    here, there = same_network(name, **({"size": 32} if name == "pets_cnn" else {}))
    square = np.random.default_rng(1).random((3, 32, 32, 3), "float32")
    a = explain.feature_maps(here, first(square), activated=activated)
    b = explain.feature_maps(there, square, activated=activated)
    assert list(a) == list(b)
    assert "conv1" in a
    assert "pool2" in a
    for key in a:
        np.testing.assert_allclose(a[key], b[key], atol=1e-4, err_msg=key)
    assert (a["conv2"].min() < 0) == (name == "pets_cnn_small" or not activated)


def test_filters_have_one_order_of_axes(images):
    here, there = same_network("pets_cnn", size=32)
    for layer in ("conv1", "conv3"):
        a, b = explain.filters(here, layer), explain.filters(there, layer)
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(a, here.get_submodule(layer).weight.detach())
    np.testing.assert_array_equal(explain.filters(here, here.conv2), explain.filters(there, there.get_layer("conv2")))
    kept = here.conv1.weight.detach().clone()
    explain.filters(here, "conv1")[:] = 7
    assert torch.equal(here.conv1.weight, kept)


@pytest.mark.parametrize("kind", ["plain", "depthwise", "transposed", "groups"])
def test_filter_k_makes_map_k(kind):
    """A picture with one bright pixel in channel c copies filter k's picture c, turned half, into map k."""
    rng = np.random.default_rng(2)
    keras_layer, torch_layer = {
        "plain": (keras.layers.Conv2D(4, (3, 5), padding="same"), nn.Conv2d(2, 4, (3, 5), padding="same")),
        "depthwise": (
            keras.layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same"),
            nn.Conv2d(2, 4, 3, groups=2, padding=1),
        ),
        "transposed": (keras.layers.Conv2DTranspose(4, 3, padding="same"), nn.ConvTranspose2d(2, 4, 3, padding=1)),
        "groups": (
            keras.layers.Conv2D(4, 3, padding="same"),
            nn.ConvTranspose2d(2, 4, 3, padding=1, groups=2),
        ),
    }[kind]
    for model in (keras.Sequential([keras.Input((9, 9, 2)), keras_layer]), nn.Sequential(torch_layer)):
        torch_side = isinstance(model, nn.Module) and not isinstance(model, keras.Model)
        layer = "0" if torch_side else keras_layer
        weights = explain.filters(model, layer)
        assert len(weights) == 4
        per_group = 2 // weights.shape[1]
        for channel in range(2):
            x = np.zeros((1, 9, 9, 2), "float32")
            x[0, 4, 4, channel] = rng.uniform(1, 2)
            x = x.transpose(0, 3, 1, 2) if torch_side else x
            maps = explain.feature_maps(model, x, layer)
            (found,) = maps.values()
            found = found - found[..., :1, :1]  # the bias
            high, wide = weights.shape[2] // 2, weights.shape[3] // 2
            for k in range(4):
                if per_group == 2 and k // 2 != channel:
                    assert not found[0, k].any()
                    continue
                window = found[0, k, 4 - high : 5 + high, 4 - wide : 5 + wide] / x.max()
                one = weights[k, 0 if per_group == 2 else channel]
                turned = (isinstance(torch_layer, nn.ConvTranspose2d) and torch_side) or kind == "transposed"
                np.testing.assert_allclose(window, one if turned else one[::-1, ::-1], atol=1e-5)


@pytest.mark.parametrize("layer", ["pool1", "dense1"])
def test_a_layer_without_filters_is_refused_in_both_frameworks(layer):
    for model in same_network("pets_cnn", size=32):
        with pytest.raises(ValueError, match=rf"^layer '{layer}' must be a two-dimensional convolution"):
            explain.filters(model, layer)


def test_the_names_are_those_of_the_layers_that_made_the_maps(images):
    """The tutorials' maps were one layer off. Each map must be what its own layer makes of the map before."""
    torch.manual_seed(0)
    model = models.pytorch.pets_cnn_small().eval()
    x = first(images)
    maps = explain.feature_maps(model, x)
    assert list(maps) == ["conv1", "pool1", "conv2", "pool2", "conv3", "pool3", "conv4"]
    with torch.no_grad():
        for i in (1, 2, 3):
            np.testing.assert_allclose(maps[f"conv{i}"], model.get_submodule(f"conv{i}")(x), atol=1e-5)
            x = model.get_submodule(f"pool{i}")(F.relu(model.get_submodule(f"bn{i}")(torch.tensor(maps[f"conv{i}"]))))
            np.testing.assert_allclose(maps[f"pool{i}"], x, atol=1e-5)


def test_maps_stand_in_the_order_in_which_layers_run_and_reused_layers_are_counted(images):
    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.pool = nn.MaxPool2d(2)
            self.late = nn.Conv2d(4, 5, 1)
            self.early = nn.Conv2d(3, 4, 1)
            self.never = nn.Conv2d(3, 4, 1)

        def forward(self, x):
            return self.late(self.pool(self.pool(self.early(x))))

    model = Odd()
    maps = explain.feature_maps(model, first(images))
    assert list(maps) == ["early", "pool", "pool (2)", "late"]
    assert maps["pool (2)"].shape == (3, 4, 8, 10)
    with pytest.raises(ValueError, match=r"^layers: never did not run"):
        explain.feature_maps(model, first(images), ["early", "never"])


def test_maps_are_copies_that_a_later_in_place_layer_does_not_change(images):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.BatchNorm2d(4)).eval()
    x = first(images)
    raw = explain.feature_maps(model, x, "0", activated=False)["0"]
    np.testing.assert_allclose(raw, model[0](x).detach(), atol=1e-6)
    assert raw.min() < 0
    assert explain.feature_maps(model, x, "0")["0"].min() == 0


def test_only_an_activation_that_takes_the_convolutions_own_result_counts(images):
    """With a normalisation between them, the convolution's maps are its own."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())
    assert explain.feature_maps(model, first(images))["0"].min() < 0
    separate = keras.Sequential([keras.Input((32, 40, 3)), keras.layers.Conv2D(4, 3, name="c"), keras.layers.ReLU()])
    assert explain.feature_maps(separate, images)["c"].min() == 0
    assert explain.feature_maps(separate, images, activated=False)["c"].min() < 0


def nested(inner_name="body"):
    inner = keras.Sequential(
        [keras.Input((32, 40, 3)), keras.layers.Conv2D(4, 3, activation="relu", name="conv"), keras.layers.MaxPool2D()],
        name=inner_name,
    )
    entry = keras.Input((32, 40, 3))
    x = inner(keras.layers.Rescaling(2.0)(entry))
    return inner, keras.Model(entry, keras.layers.Dense(2)(keras.layers.GlobalAveragePooling2D()(x)))


def test_a_nested_keras_model_gives_its_inner_maps(images):
    """Elsewhere: "graph disconnected"."""
    inner, model = nested()
    maps = explain.feature_maps(model, images)
    assert next(iter(maps)) == "body/conv"
    np.testing.assert_allclose(maps["body/conv"].transpose(0, 2, 3, 1), inner.layers[0](2 * images), atol=1e-5)
    np.testing.assert_array_equal(explain.feature_maps(model, images, "conv")["body/conv"], maps["body/conv"])
    np.testing.assert_array_equal(explain.filters(model, "conv"), explain.filters(model, "body/conv"))


def test_a_name_that_means_two_layers_is_refused_with_both(images):
    (one, _), (two, _) = nested("one"), nested("two")
    entry = keras.Input((32, 40, 3))
    model = keras.Model(entry, [one(entry), two(entry)])
    with pytest.raises(ValueError, match=r"^layer 'conv' names several layers: 'one/conv', 'two/conv'"):
        explain.filters(model, "conv")
    assert explain.filters(model, "two/conv").shape == (4, 3, 3, 3)


def test_the_model_is_left_as_it_was_found(images):
    torch.manual_seed(0)
    model = models.pytorch.pets_cnn_small().train()
    model.bn2.eval()
    model.conv1.weight.requires_grad_(False)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    modes = [module.training for module in model.modules()]
    explain.feature_maps(model, first(images))
    with pytest.raises(RuntimeError):
        explain.feature_maps(model, first(images)[:, :2])
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert not any(module._forward_hooks for module in model.modules())
    assert all(p.grad is None for p in model.parameters())
    with torch.no_grad():
        explain.feature_maps(model, first(images))

    _, there = nested()
    inner = there.get_layer("body").layers[0]
    relu = inner.activation
    explain.feature_maps(there, images, activated=False)
    with pytest.raises(ValueError):
        explain.feature_maps(there, images[..., :2])
    assert "call" not in vars(inner)
    assert inner.activation is relu


def test_dropout_and_normalisation_work_as_in_evaluation(images):
    model = nn.Sequential(nn.Dropout(0.5), nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.MaxPool2d(2)).train()
    one, two = (explain.feature_maps(model, first(images))["3"] for _ in range(2))
    np.testing.assert_array_equal(one, two)
    np.testing.assert_allclose(one[:1], explain.feature_maps(model, first(images)[:1])["3"], atol=1e-6)


def test_double_precision_stays_double(images):
    model = nn.Sequential(nn.Conv2d(3, 4, 3)).double()
    assert explain.feature_maps(model, first(images).double())["0"].dtype == np.float64
    assert explain.filters(model, "0").dtype == np.float64


@pytest.mark.parametrize(
    ("x", "error", "words"),
    [
        (np.zeros((1, 8, 8, 3), np.uint8), TypeError, "x must hold floats, prepared as for the network"),
        (np.zeros((3, 8, 8), "float32"), ValueError, r"x must be a batch of images with four axes.*x\[None\]"),
    ],
)
def test_images_of_another_kind_are_refused(x, error, words):
    with pytest.raises(error, match=words):
        explain.feature_maps(models.pytorch.pets_cnn_small(), x)


def test_what_is_no_model_and_no_layer_is_named(images):
    model = models.pytorch.pets_cnn_small()
    with pytest.raises(TypeError, match=r"^model must be a PyTorch module or a Keras model, got str"):
        explain.feature_maps("vgg16", images)
    with pytest.raises(ValueError, match=r"^layer must be one of 'conv1', .*got 'conv9'"):
        explain.feature_maps(model, first(images), ["conv1", "conv9"])
    with pytest.raises(ValueError, match=r"^layer must be one of the model's own; this Conv2d is not"):
        explain.filters(model, nn.Conv2d(3, 4, 3))


def test_dead_filters_are_those_whose_maps_stay_at_zero(images):
    torch.manual_seed(0)
    model = models.pytorch.pets_cnn(size=32)
    with torch.no_grad():
        model.conv2.bias[:] = 5
        model.conv2.bias[[3, 7]] = -100
        model.conv2.weight[5], model.conv2.bias[5] = 0, 0
    square = torch.rand(70, 3, 32, 32)
    assert np.flatnonzero(explain.dead_filters(model, square, "conv2")).tolist() == [3, 5, 7]
    there = models.to_keras(model, models.keras.pets_cnn(size=32))
    dead = explain.dead_filters(there, square.permute(0, 2, 3, 1), "conv2")
    assert np.flatnonzero(dead).tolist() == [3, 5, 7]
    assert explain.dead_filters(model, square, "conv2", tolerance=1e9).all()


def test_a_filter_that_fires_in_one_image_alone_is_alive():
    model = nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU())
    with torch.no_grad():
        model[0].weight[:], model[0].bias[:] = 1, -0.5
    dark = torch.zeros(130, 1, 4, 4)
    assert explain.dead_filters(model, dark, "0").all()
    dark[129, 0, 3, 3] = 0.6
    assert not explain.dead_filters(model, dark, "0").any()
