"""PyTorch and Keras: the same weights give the same outputs in every network of `models`, and the counts agree."""

import gc
import inspect

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


@pytest.fixture(scope="module", params=[known for known in KNOWN if known != "VGG-16 with batch norm"])
def known(request):
    yield request.param
    keras.backend.clear_session()  # gives half a gigabyte of VGG-16 back
    gc.collect()


# Where an architecture takes any size of images, smaller ones than the 224 pixels of the counts save time.
SMALLER = {"googlenet": 96, "resnet18": 64, "resnet34": 64, "resnet50": 65, "resnet152": 64}


def test_a_well_known_network_computes_and_costs_the_same_in_both_frameworks(known):
    name, options, shape, parameters, macs = KNOWN[known]
    there = getattr(models.keras, name)(**options)
    found = count.count(there, (*shape[1:], shape[0]))
    assert (found.parameters, found.macs) == (parameters, macs)
    here = shaken(getattr(models.pytorch, name)(**options))
    assert models.to_keras(here, there) is there
    if name in SMALLER and "auxiliary" not in options:
        shape = (shape[0], SMALLER[name], SMALLER[name])
    assert largest_difference(here, there, shape) < 1e-4


SCALED = [
    ("mlp", {"inputs": (3, 5, 5), "hidden": (7, 6), "classes": 3}, (3, 5, 5)),
    ("mlp", {"inputs": 6, "hidden": ()}, (6,)),
    ("lenet5", {"classes": 3, "in_channels": 2}, (2, 32, 32)),
    ("alexnet", {"classes": 2, "widths": (4, 8, 8, 8, 6), "dense": (9,), "first": (5, 2), "size": 64}, (3, 64, 64)),
    ("vgg", {"plan": (4, "M", 6, "M"), "dense": (5,), "classes": 2, "size": 18}, (3, 18, 18)),
    ("vgg16", {"batch_norm": True, "classes": 2, "size": 32}, (3, 32, 32)),
    ("googlenet", {"classes": 2, "width": 0.1}, (3, 47, 50)),
    ("resnet", {"blocks": (1, 2), "widths": (4, 8), "stem": "small", "in_channels": 1}, (1, 15, 15)),
    ("resnet", {"blocks": (1, 2), "widths": (4, 8), "stem": "small", "shortcut": False}, (3, 16, 16)),
    ("resnet", {"blocks": (1, 2), "widths": (4, 8), "block": "Bottleneck", "stride_in": "1x1"}, (3, 33, 33)),
    ("pets_cnn", {"outputs": 2, "size": 30}, (3, 30, 30)),
    ("pets_cnn_small", {}, (3, 64, 64)),
    ("pets_cnn_small", {"widths": (4, 6), "classes": 3, "in_channels": 1}, (1, 21, 20)),
    ("lstm", {"features": 3, "hidden": 5, "outputs": 2, "layers": 2}, (7, 3)),
    ("gru", {"features": 3, "hidden": 5, "outputs": 2, "layers": 2}, (7, 3)),
]


@pytest.mark.parametrize(("name", "options", "shape"), SCALED)
def test_smaller_members_of_the_families_compute_and_cost_the_same(name, options, shape):
    sides = []
    for side in (models.pytorch, models.keras):
        own = {key: getattr(side, value) if key == "block" else value for key, value in options.items()}
        if side is models.keras and isinstance(own.get("inputs"), tuple):
            own["inputs"] = (*shape[1:], shape[0])
        sides.append(getattr(side, name)(**own))
    here, there = shaken(sides[0]), models.to_keras(*sides)
    assert largest_difference(here, there, shape, batch=3) < 1e-4
    channels_last = (*shape[1:], shape[0]) if len(shape) == 3 else shape
    assert count.count(here, shape).macs == count.count(there, channels_last).macs


def test_both_frameworks_have_the_same_functions_with_the_same_arguments():
    functions = [
        {name: found for name in side.__all__ if inspect.isfunction(found := getattr(side, name))}
        for side in (models.pytorch, models.keras)
    ]
    assert set(functions[0]) == set(functions[1])
    for name, function in functions[0].items():
        theirs = inspect.signature(functions[1][name]).parameters.values()
        assert [
            (p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values() if p.name != "block"
        ] == [(p.name, p.kind, p.default) for p in theirs if p.name != "block"]


def test_both_frameworks_start_with_weights_of_the_same_size():
    here, there = models.pytorch.resnet18(10), models.keras.resnet18(10)
    before = {key: float(weight.std()) for key, weight in here.state_dict().items() if weight.ndim == 4}
    spread = {layer.name: float(np.std(layer.kernel)) for layer in there._flatten_layers() if hasattr(layer, "kernel")}
    for key, std in before.items():
        if std and here.state_dict()[key].numel() > 5_000:
            assert spread[key.removesuffix(".weight")] == pytest.approx(std, rel=0.1)
            fan_in = here.state_dict()[key][0].numel()
            assert std == pytest.approx((2 / fan_in) ** 0.5, rel=0.1)  # He et al. 2015


def test_keras_models_with_layers_of_this_package_can_be_saved_and_loaded(tmp_path):
    side = models.keras
    images = keras.Input((8, 8, 3))
    x = side.Bottleneck(3, 2, stride=2, name="bottleneck")(side.BasicBlock(3, 3, name="basic")(images))
    x = side.Inception(8, 1, (1, 2), (1, 2), 1, name="inception")(x)
    blocks = keras.Model(images, side.LocalResponseNorm(3, name="norm")(x))
    for name, model in {"blocks": blocks, "lenet5": side.lenet5(variant="1998")}.items():
        model.save(tmp_path / f"{name}.keras")
        again = keras.models.load_model(tmp_path / f"{name}.keras")
        x = np.random.default_rng(0).random((1, *model.input_shape[1:]), "float32")
        np.testing.assert_array_equal(model(x), again(x))
        assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
