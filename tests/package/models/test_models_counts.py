"""The networks of `models` cost what is known of them, to the last parameter and multiplication.

The numbers are exact ones of the published networks, where the convention is known under which they arise; the counts
of Keras are asserted beside the parity of both frameworks, in test_models_parity.
"""

import functools
import itertools

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from dlcourse import count
from dlcourse.models import pytorch as models
from known_counts import KNOWN


@functools.cache
def on_meta(name, **options):
    """The model without numbers: no memory, no work; one for all tests."""
    with torch.device("meta"):
        return getattr(models, name)(**options)


@pytest.mark.parametrize("known", KNOWN)
def test_a_well_known_network_costs_what_is_known_of_it(known):
    name, options, shape, parameters, macs = KNOWN[known]
    found = count.count(on_meta(name, **options), shape)
    assert (found.parameters, found.macs) == (parameters, macs)


@pytest.mark.parametrize("name", ["alexnet", "googlenet", "resnet50"])
def test_pytorchs_own_counter_of_operations_agrees(name):
    _, options, shape, _, macs = KNOWN[{"alexnet": "AlexNet", "googlenet": "GoogLeNet", "resnet50": "ResNet-50"}[name]]
    model = on_meta(name, **options).eval()
    with FlopCounterMode(display=False) as counter:
        model(torch.zeros(1, *shape, device="meta"))
    assert counter.get_total_flops() // 2 == macs


def test_published_roundings_arise_from_the_exact_counts():
    """AlexNet 724 M, VGG-16 15.5 G, GoogLeNet 1.43 G, and the ResNet paper's 1.8, 3.6, 3.8 and 11.3 G."""
    printed = {"AlexNet": 0.724e9, "VGG-16": 15.5e9, "GoogLeNet, floor pooling": 1.43e9, "ResNet-18": 1.8e9}
    printed |= {"ResNet-34": 3.6e9, "ResNet-50 v1": 3.8e9, "ResNet-152 v1": 11.3e9}
    assert all(abs(KNOWN[name][4] / macs - 1) < 0.02 for name, macs in printed.items())


def test_the_lenet_of_1998_has_the_papers_parameters_layer_by_layer():
    found = count.count(models.lenet5(variant="1998"), (1, 32, 32))
    layers = {"C1": 0, "S2": 0, "C3": 0, "S4": 0, "C5": 0, "F6": 0, "output": 0}
    for row in found.layers:
        if row.parameters:
            layers[row.name.partition(".")[0]] += row.parameters
    assert layers == {"C1": 156, "S2": 12, "C3": 1_516, "S4": 32, "C5": 48_120, "F6": 10_164, "output": 0}
    assert models.lenet5(variant="1998").output.codes.shape == (10, 84)
    assert found.layers[-1].macs == 840


@pytest.mark.parametrize(
    ("name", "options", "biases", "normalisation"),
    [
        ("lenet5", {}, 236, 0),
        ("alexnet", {}, 10_568, 0),
        ("vgg16", {}, 13_416, 0),
        ("vgg16", {"batch_norm": True}, 13_416, 8_448),
        ("googlenet", {}, 8_280, 0),
        ("resnet18", {}, 1_000, 9_600),
        ("resnet34", {}, 1_000, 17_024),
        ("resnet50", {}, 1_000, 53_120),
        ("resnet152", {}, 1_000, 151_424),
    ],
)
def test_biases_and_the_scales_and_shifts_of_normalisation_are_known_as_well(name, options, biases, normalisation):
    modules = list(on_meta(name, **options).modules())
    norms = [module for module in modules if isinstance(module, nn.BatchNorm2d)]
    others = [module for module in modules if isinstance(module, nn.Conv2d | nn.Linear) and module.bias is not None]
    assert sum(module.bias.numel() for module in others) == biases
    assert sum(p.numel() for module in norms for p in module.parameters()) == normalisation


def test_the_residual_network_for_small_images_has_the_papers_parameters():
    """0.27 M for 20 layers (table 6); without projections, exactly what is known of the paper's."""
    plain = models.resnet((3, 3, 3), (16, 32, 64), classes=10, stem="small", shortcut=False)
    residual = models.resnet((3, 3, 3), (16, 32, 64), classes=10, stem="small")
    sizes = [sum(p.numel() for p in model.parameters()) for model in (plain, residual)]
    assert sizes == [269_722, 269_722 + 16 * 32 + 2 * 32 + 32 * 64 + 2 * 64]
    layers = [module for module in plain.modules() if isinstance(module, nn.Conv2d | nn.Linear)]
    assert len(layers) == 20
    assert [module for module in residual.modules() if isinstance(module, models.BasicBlock)][3].conv1.stride == (2, 2)


SIZES = list(itertools.product([1, 9], [3], [8], [1, 2]))


@pytest.mark.parametrize(("steps", "features", "hidden", "layers"), SIZES)
@pytest.mark.parametrize(("name", "gates"), [("lstm", 4), ("gru", 3)])
def test_recurrent_networks_follow_their_formulae_in_both_frameworks(name, gates, steps, features, hidden, layers):
    from dlcourse.models import keras as there

    outputs = 2
    inputs = [features] + [hidden] * (layers - 1)
    macs = steps * sum(gates * hidden * (i + hidden) for i in inputs) + hidden * outputs
    weights = sum(gates * hidden * (i + hidden) for i in inputs) + outputs * (hidden + 1)
    shape = (steps, features)
    by_torch = count.count(getattr(models, name)(features, hidden, outputs, layers), shape)
    by_keras = count.count(getattr(there, name)(features, hidden, outputs, layers), shape)
    assert by_torch.macs == by_keras.macs == macs
    # PyTorch has two biases a gate; so has Keras in its GRU, but one in its LSTM.
    assert by_torch.parameters == weights + 2 * gates * hidden * layers
    assert by_keras.parameters == weights + (2 if name == "gru" else 1) * gates * hidden * layers


# torchvision's names, by the rule in which its networks are made.
VGG16_CONVOLUTIONS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
VGG16_BN_CONVOLUTIONS = (0, 3, 7, 10, 14, 17, 20, 24, 27, 30, 34, 37, 40)
NORM = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")


def vgg_keys(convolutions, batch_norm):
    for i in convolutions:
        yield from (f"features.{i}.weight", f"features.{i}.bias")
        yield from (f"features.{i + 1}.{name}" for name in NORM if batch_norm)
    yield from (f"classifier.{i}.{name}" for i in (0, 3, 6) for name in ("weight", "bias"))


def resnet_keys(blocks, convolutions):
    yield from ("conv1.weight", *(f"bn1.{name}" for name in NORM))
    for stage, depth in enumerate(blocks, start=1):
        for block in range(depth):
            at = f"layer{stage}.{block}"
            for i in range(1, convolutions + 1):
                yield from (f"{at}.conv{i}.weight", *(f"{at}.bn{i}.{name}" for name in NORM))
            if block == 0 and (stage > 1 or convolutions == 3):
                yield from (f"{at}.downsample.0.weight", *(f"{at}.downsample.1.{name}" for name in NORM))
    yield from ("fc.weight", "fc.bias")


@pytest.mark.parametrize(
    ("name", "options", "keys", "number", "shapes"),
    [
        (
            *("vgg16", {}, vgg_keys(VGG16_CONVOLUTIONS, False), 32),
            {"features.28.weight": (512, 512, 3, 3), "classifier.0.weight": (4096, 25088)},
        ),
        (
            *("vgg16", {"batch_norm": True}, vgg_keys(VGG16_BN_CONVOLUTIONS, True), 97),
            {"features.41.running_mean": (512,), "classifier.6.weight": (1000, 4096)},
        ),
        (
            *("resnet18", {}, resnet_keys((2, 2, 2, 2), 2), 122),
            {"layer2.0.downsample.0.weight": (128, 64, 1, 1), "fc.weight": (1000, 512)},
        ),
        (
            *("resnet34", {}, resnet_keys((3, 4, 6, 3), 2), 218),
            {"conv1.weight": (64, 3, 7, 7), "layer4.2.conv2.weight": (512, 512, 3, 3)},
        ),
        (
            *("resnet50", {}, resnet_keys((3, 4, 6, 3), 3), 320),
            {"layer1.0.downsample.0.weight": (256, 64, 1, 1), "layer4.2.conv3.weight": (2048, 512, 1, 1)},
        ),
        (
            *("resnet152", {}, resnet_keys((3, 8, 36, 3), 3), 932),
            {"layer3.35.conv2.weight": (256, 256, 3, 3), "fc.weight": (1000, 2048)},
        ),
    ],
    ids=["vgg16", "vgg16_bn", "resnet18", "resnet34", "resnet50", "resnet152"],
)
def test_the_weights_have_torchvisions_names_order_and_shapes(name, options, keys, number, shapes):
    state = on_meta(name, **options).state_dict()
    assert list(state) == list(keys)
    assert len(state) == number
    assert {key: tuple(state[key].shape) for key in shapes} == shapes
    reference = pytest.importorskip("torchvision.models") if torchvision_is_there() else None
    if reference:
        with torch.device("meta"):
            theirs = getattr(reference, name + ("_bn" if options else ""))().state_dict()
        assert {key: value.shape for key, value in theirs.items()} == {key: value.shape for key, value in state.items()}


def torchvision_is_there():
    import importlib.util

    return importlib.util.find_spec("torchvision") is not None
