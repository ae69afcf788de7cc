"""PyTorch and Keras: the same weights give the same outputs in every network of `models`, and the counts agree."""

import inspect
import sys
from functools import partial

import keras
import numpy as np
import pytest
import torch
from torch import nn

from dlcourse import count, models
from known_counts import KNOWN


def shaken(model):
    """All biases, scales, shifts and running statistics away from 0 and 1, where a mistake in them would not show."""
    draw = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.weight.uniform_(0.5, 1.5, generator=draw)
                module.running_mean.normal_(0, 0.1, generator=draw)
                module.running_var.uniform_(0.5, 1.5, generator=draw)
            if isinstance(getattr(module, "bias", None), torch.Tensor):
                module.bias.normal_(0, 0.1, generator=draw)
    return model.eval()


def largest_difference(here, there, shape, batch=2):
    """Of the outputs for random inputs, relative to the largest output; also that the outputs are not all the same."""
    x = np.random.default_rng(0).standard_normal((batch, *shape)).astype("float32")
    with torch.no_grad():
        ours = here(torch.from_numpy(x))
    channels_last = np.moveaxis(x, 1, -1) if x.ndim > 3 else x
    theirs = there(channels_last, training=False)
    pairs = zip(ours, theirs, strict=True) if isinstance(ours, tuple) else [(ours, theirs)]
    worst = 0.0
    for a, b in pairs:
        a, b = a.numpy(), keras.ops.convert_to_numpy(b)
        assert a.shape == b.shape
        assert np.ptp(a, axis=0).max() > 1e-3 * np.abs(a).max()
        worst = max(worst, float(np.abs(a - b).max() / np.abs(a).max()))
    return worst


def settings_of(model):
    """Dropout rates, and momentum (as Keras writes it) and epsilon of each batch normalisation."""
    if isinstance(model, nn.Module):
        layers = list(model.modules())
        rates = [layer.p for layer in layers if isinstance(layer, nn.Dropout)]
        norms = [(1 - layer.momentum, layer.eps) for layer in layers if isinstance(layer, nn.BatchNorm2d)]
    else:
        layers = model._flatten_layers()
        rates = [layer.rate for layer in layers if isinstance(layer, keras.layers.Dropout)]
        layers = [layer for layer in layers if isinstance(layer, keras.layers.BatchNormalization)]
        norms = [(layer.momentum, layer.epsilon) for layer in layers]
    return sorted(rates), norms


def check_settings(here, there):
    """To be called before `to_keras`, which overwrites those of Keras."""
    (rates, norms), (other_rates, other_norms) = settings_of(here), settings_of(there)
    assert rates == other_rates
    assert norms == [pytest.approx(pair) for pair in other_norms]
    assert all(pair == pytest.approx((0.9, 1e-5)) for pair in norms)


def weights_of(model):
    """Kernel with the outputs first, and bias, of each convolution and dense layer."""
    if isinstance(model, nn.Module):
        layers = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
        pairs = [[layer.weight, layer.bias] for layer in layers]
        return [[None if part is None else part.detach().numpy() for part in pair] for pair in pairs]
    else:
        kinds = keras.layers.Conv2D, keras.layers.Dense
        layers = [layer for layer in model._flatten_layers() if isinstance(layer, kinds)]
        return [[np.moveaxis(layer.kernel.numpy(), -1, 0), layer.bias] for layer in layers]


def check_first_weights(model, outputs):
    """He et al. before a ReLU, with biases of 0; what the framework does by itself in layers of so many outputs."""
    normal = []
    for kernel, bias in weights_of(model):
        fan_in = kernel[0].size
        if len(kernel) == outputs and kernel.ndim == 2:
            largest = (1 / fan_in if isinstance(model, nn.Module) else 6 / (fan_in + outputs)) ** 0.5
            assert 0.5 * largest < np.abs(kernel).max() <= largest * 1.0001
            assert bool(np.any(bias)) == isinstance(model, nn.Module)
        else:
            normal.append(kernel.ravel() / (2 / fan_in) ** 0.5)
            assert bias is None or not np.any(bias)
    if normal:
        numbers = np.concatenate(normal)
        assert abs(numbers.std() - 1) < 4 / (2 * len(numbers)) ** 0.5
        assert 2.5 < np.abs(numbers).max() < 6  # with its tails


# Of the published networks these are built whole, each once, on images as small as it takes; the others are the same
# functions called with other numbers.
WHOLE = {
    "LeNet-5 as taught": 32,
    "LeNet-5 of 1998": 32,
    "LeNet of Caffe": 28,
    "GoogLeNet, all heads": 224,
    "ResNet-18": 64,
}


@pytest.mark.parametrize("known", WHOLE)
def test_a_well_known_network_computes_and_costs_the_same_in_both_frameworks(known, monkeypatch):
    name, options, shape, parameters, _ = KNOWN[known]
    # To be overwritten: numbers that nobody looks at need not be drawn.
    monkeypatch.setattr(keras.initializers.VarianceScaling, "__call__", lambda _, shape, dtype=None: np.zeros(shape))
    there = getattr(models.keras, name)(**options)
    here = shaken(getattr(models.pytorch, name)(**options))
    check_settings(here, there)
    size = WHOLE[known]
    mine, theirs = count.count(here, (shape[0], size, size)), count.count(there, (size, size, shape[0]))
    assert mine.parameters == theirs.parameters == parameters
    assert mine.macs == theirs.macs
    assert models.to_keras(here, there) is there
    assert largest_difference(here, there, (shape[0], size, size)) < 1e-4


def arguments_of(family, call, monkeypatch):
    """What `call` gives to the function that makes all members of a family; blocks by their names."""
    module, name = family
    signature, seen = inspect.signature(getattr(module, name)), []
    monkeypatch.setattr(module, name, lambda *args, **more: seen.append(signature.bind(*args, **more)))
    call()
    (bound,) = seen
    bound.apply_defaults()
    return {key: getattr(value, "__name__", value) for key, value in bound.arguments.items()}


@pytest.mark.parametrize("changes", [{}, {"classes": 3, "in_channels": 1}])
@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("resnet18", {}),
        ("resnet34", {}),
        ("resnet50", {"stride_in": "1x1"}),
        ("resnet152", {"stride_in": "1x1"}),
        ("vgg16", {"size": 64, "batch_norm": True}),
    ],
)
def test_a_published_member_of_a_family_is_the_same_one_in_both_frameworks(name, more, changes, monkeypatch):
    options, found = changes | more if changes else {}, []
    for side in (models.pytorch, models.keras):
        module = sys.modules[getattr(side, name).__module__]
        call = partial(getattr(side, name), **options)
        found.append(arguments_of((module, name.rstrip("0123456789")), call, monkeypatch))
    assert found[0] == found[1]
    assert options.items() <= found[0].items()


SCALED = {
    "mlp": ("mlp", {"inputs": (3, 5, 5), "hidden": (27, 16), "classes": 3}, (3, 5, 5)),
    "mlp without a hidden layer": ("mlp", {"inputs": 6, "hidden": (), "classes": 5}, (6,)),
    "lenet5": ("lenet5", {"classes": 3, "in_channels": 2}, (2, 32, 32)),
    "alexnet": (
        "alexnet",
        {"classes": 2, "widths": (4, 8, 6, 10, 12), "dense": (9,), "first": (5, 2), "size": 64},
        (3, 64, 64),
    ),
    "alexnet without groups": (
        "alexnet",
        {"classes": 2, "widths": (4, 5, 6, 3, 7), "groups": 1, "dense": (9, 8), "size": 90},
        (3, 90, 90),
    ),
    "vgg": ("vgg", {"plan": (4, "M", 6, "M"), "dense": (15,), "classes": 2, "size": 18}, (3, 18, 18)),
    "vgg with batch norm": (
        "vgg",
        {"plan": (8, 6, "M", 12), "dense": (9, 7), "classes": 2, "size": 7, "batch_norm": True},
        (3, 7, 7),
    ),
    "googlenet": ("googlenet", {"classes": 2, "width": 0.1}, (3, 47, 50)),
    "googlenet, floor": ("googlenet", {"classes": 2, "width": 0.05, "pooling": "floor"}, (3, 64, 66)),
    "resnet": (
        "resnet",
        {"blocks": (1, 2), "widths": (4, 8), "classes": 3, "stem": "small", "in_channels": 1},
        (1, 15, 15),
    ),
    "resnet without shortcuts": (
        "resnet",
        {"blocks": (1, 2), "widths": (4, 8), "classes": 3, "stem": "small", "shortcut": False},
        (3, 16, 16),
    ),
    "resnet of bottlenecks": (
        "resnet",
        {"blocks": (1, 2), "widths": (4, 8), "classes": 3, "block": "Bottleneck"},
        (3, 33, 33),
    ),
    "resnet of bottlenecks v1": (
        "resnet",
        {"blocks": (1, 2), "widths": (4, 8), "classes": 2, "block": "Bottleneck", "stride_in": "1x1"},
        (3, 33, 33),
    ),
    "pets_cnn": ("pets_cnn", {"outputs": 2, "size": 30}, (3, 30, 30)),
    "pets_cnn_small": ("pets_cnn_small", {}, (3, 64, 64)),
    "pets_cnn_small, gray": ("pets_cnn_small", {"widths": (14, 16), "classes": 3, "in_channels": 1}, (1, 21, 20)),
    "lstm": ("lstm", {"features": 3, "hidden": 5, "outputs": 2, "layers": 2}, (7, 3)),
    "gru": ("gru", {"features": 3, "hidden": 5, "outputs": 2, "layers": 2}, (7, 3)),
}


@pytest.mark.parametrize(("name", "options", "shape"), SCALED.values(), ids=SCALED)
def test_smaller_members_of_the_families_begin_compute_and_cost_the_same(name, options, shape):
    torch.manual_seed(0)
    keras.utils.set_random_seed(0)
    sides = []
    for side in (models.pytorch, models.keras):
        own = {key: getattr(side, value) if key == "block" else value for key, value in options.items()}
        if side is models.keras and isinstance(own.get("inputs"), tuple):
            own["inputs"] = (*shape[1:], shape[0])
        sides.append(getattr(side, name)(**own))
    check_settings(*sides)
    if name not in ("lenet5", "lstm", "gru"):  # which have no ReLU
        for model in sides:
            check_first_weights(model, options.get("classes", options.get("outputs", 2)))
    here, there = shaken(sides[0]), models.to_keras(*sides)
    assert largest_difference(here, there, shape, batch=3) < 1e-4
    channels_last = (*shape[1:], shape[0]) if len(shape) == 3 else shape
    mine, theirs = count.count(here, shape), count.count(there, channels_last)
    assert mine.macs == theirs.macs
    assert mine.parameters == theirs.parameters or name == "lstm"  # which has two biases a gate in PyTorch


def test_both_frameworks_have_the_same_functions_with_the_same_arguments():
    functions = [
        {name: found for name in side.__all__ if inspect.isfunction(found := getattr(side, name))}
        for side in (models.pytorch, models.keras)
    ]
    assert set(functions[0]) - {"efficientnet_lite0"} == set(functions[1])  # which is there for its weights
    functions[0].pop("efficientnet_lite0")
    for name, function in functions[0].items():
        theirs = inspect.signature(functions[1][name]).parameters.values()
        assert [
            (p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values() if p.name != "block"
        ] == [(p.name, p.kind, p.default) for p in theirs if p.name != "block"]


def test_keras_models_with_layers_of_this_package_can_be_saved_and_loaded(tmp_path):
    side = models.keras
    images = keras.Input((8, 8, 3))
    x = side.Bottleneck(3, 2, stride=2, name="bottleneck")(side.BasicBlock(3, 3, name="basic")(images))
    x = side.LocalResponseNorm(3, name="norm")(side.Inception(8, 1, (1, 2), (1, 2), 1, name="inception")(x))
    x = side.Subsampling(2, name="half")(side.TableConvolution([(0, 2), (1, 3, 5)], 3, name="table")(x))
    x = side.ScaledTanh(name="tanh")(keras.layers.Flatten(name="flatten")(x))
    model = keras.Model(images, side.RadialBasis([[1.0, -1.0], [-1.0, 1.0]], name="codes")(x))
    model.save(tmp_path / "all.keras")
    again = keras.models.load_model(tmp_path / "all.keras")
    x = np.random.default_rng(0).random((1, 8, 8, 3), "float32")
    np.testing.assert_array_equal(model(x), again(x))
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
