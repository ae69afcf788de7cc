"""What the networks of `models` are made of, and which arguments they refuse; for both frameworks alike."""

import keras
import numpy as np
import pytest
import torch
from torch import nn

from dlcourse import count, models

SIDES = [pytest.param(models.pytorch, id="pytorch"), pytest.param(models.keras, id="keras")]


def test_the_network_for_cats_and_dogs_is_the_tutorials_layer_by_layer():
    by_torch = count.count(models.pytorch.pets_cnn(), (3, 150, 150)).layers
    by_keras = count.count(models.keras.pets_cnn(), (150, 150, 3)).layers
    for rows in (by_torch, by_keras):
        assert [row.parameters for row in rows if row.parameters] == [448, 4_640, 18_496, 10_617_344, 513]
    maps = [row.output_shape for row in by_keras if row.name[:4] in ("conv", "pool")]
    assert maps == [(150, 150, 16), (75, 75, 16), (75, 75, 32), (37, 37, 32), (37, 37, 64), (18, 18, 64)]
    assert [row.output_shape for row in by_torch if row.name[:4] in ("conv", "pool")] == [(c, h, w) for h, w, c in maps]
    assert [row.name for row in by_torch if "relu" not in row.name] == [row.name for row in by_keras]


def test_the_small_network_for_faces_ends_in_maps_of_8x8():
    rows = {row.name: row for row in count.count(models.pytorch.pets_cnn_small(), (3, 64, 64)).layers}
    assert rows["relu4"].output_shape == (64, 8, 8)
    assert rows["average"].output_shape == (64, 1, 1)
    assert sum(row.parameters for row in rows.values()) < 100_000


def test_alexnets_and_googlenets_maps_are_the_papers():
    with torch.device("meta"):
        alexnet, googlenet = models.pytorch.alexnet(), models.pytorch.googlenet()
    rows = {row.name: row.output_shape for row in count.count(alexnet, (3, 227, 227)).layers}
    assert [rows[f"conv{i}"][1] for i in range(1, 6)] == [55, 27, 13, 13, 13]
    assert rows["pool5"] == (256, 6, 6)
    blocks = {}
    for name, block in googlenet.inception.items():
        block.register_forward_hook(lambda _, args, made, name=name: blocks.update({name: tuple(made.shape[1:])}))
    googlenet(torch.zeros(1, 3, 224, 224, device="meta"))
    channels = {"3a": 256, "3b": 480, "4a": 512, "4b": 512, "4c": 512, "4d": 528, "4e": 832, "5a": 832, "5b": 1024}
    sides = {"3": 28, "4": 14, "5": 7}
    assert blocks == {name: (number, sides[name[0]], sides[name[0]]) for name, number in channels.items()}


def test_dropout_is_the_papers():
    with torch.device("meta"):
        made = {
            "alexnet": models.pytorch.alexnet(),
            "vgg16": models.pytorch.vgg16(),
            "googlenet": models.pytorch.googlenet(auxiliary=True),
            "pets_cnn": models.pytorch.pets_cnn(),
        }
    rates = {
        name: [(at, module.p) for at, module in model.named_modules() if isinstance(module, nn.Dropout)]
        for name, model in made.items()
    }
    assert rates == {
        "alexnet": [("drop6", 0.5), ("drop7", 0.5)],
        "vgg16": [("classifier.2", 0.5), ("classifier.5", 0.5)],
        "googlenet": [("dropout", 0.4), ("aux1.6", 0.7), ("aux2.6", 0.7)],
        "pets_cnn": [("drop1", 0.2), ("drop3", 0.2)],
    }


@pytest.mark.parametrize("block", ["BasicBlock", "Bottleneck"])
def test_a_residual_block_that_computes_nothing_hands_its_input_on_and_a_plain_one_does_not(block):
    x = torch.rand(1, 8, 5, 5)
    for shortcut in (True, False):
        made = getattr(models.pytorch, block)(
            8, 8 // getattr(models.pytorch, block).expansion, shortcut=shortcut
        ).eval()
        for weight in made.parameters():
            nn.init.zeros_(weight)
        assert torch.equal(made(x), x if shortcut else torch.zeros_like(x))


def test_a_radial_basis_output_is_largest_for_the_nearest_code():
    output = models.pytorch.lenet5(variant="1998").output
    found = output(output.codes)
    assert torch.equal(found.argmax(1), torch.arange(10))
    assert torch.equal(found.diagonal(), torch.zeros(10))
    assert (torch.cdist(output.codes, output.codes).square() + found).abs().max() < 1e-2
    assert set(output.codes.unique().tolist()) == {-1.0, 1.0}
    one, eight = output.codes[1].reshape(12, 7), output.codes[8]
    assert (one[:, 3] == 1).all()  # its stroke is ink, +1, on paper, -1
    assert (one == 1).sum() < 20 < (eight == 1).sum()
    assert not list(output.parameters())
    assert ((output.codes[:, None] != output.codes).sum(-1) + 84 * torch.eye(10)).min() >= 12  # no two look alike


def test_subsampling_starts_as_average_pooling():
    x = torch.rand(2, 6, 8, 8)
    expected = nn.functional.avg_pool2d(x, 2)
    torch.testing.assert_close(models.pytorch.Subsampling(6)(x), expected)
    there = keras.ops.convert_to_numpy(models.keras.Subsampling(6)(np.moveaxis(x.numpy(), 1, -1)))
    np.testing.assert_allclose(np.moveaxis(there, -1, 1), expected, rtol=1e-5)


def test_the_third_layer_of_1998_sees_what_table_1_of_the_paper_says():
    """Row by row as printed there: which of the 16 maps of C3 see each of the six maps of S2."""
    rows = """
    X . . . X X X . . X X X X . X X
    X X . . . X X X . . X X X X . X
    X X X . . . X X X . . X . X X X
    . X X X . . X X X X . . X . X X
    . . X X X . . X X X X . X X . X
    . . . X X X . . X X X X . X X X
    """
    table = np.array([line.split() for line in rows.strip().splitlines()]) == "X"
    layer = models.pytorch.lenet5(variant="1998").C3
    assert layer.table == [np.flatnonzero(column).tolist() for column in table.T]


def test_each_map_of_the_table_sees_only_what_the_table_says():
    layer = models.pytorch.TableConvolution([(0, 2), (1,)], 3)
    x = torch.randn(1, 3, 5, 5)
    changed = x.clone()
    changed[:, 1] += 1
    same = (layer(x) == layer(changed)).flatten(2).all(-1)
    assert same.tolist() == [[True, False]]


def test_a_thinner_googlenet_rounds_its_filters_to_the_nearest_number():
    with torch.device("meta"):
        block = models.pytorch.googlenet(width=0.1).inception["3a"]
    filters = [block.conv1x1, block.reduce3x3, block.conv3x3, block.reduce5x5, block.conv5x5, block.project]
    assert [conv.out_channels for conv in filters] == [6, 10, 13, 2, 3, 3]  # 64, 96, 128, 16, 32, 32


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("name", "options", "error", "message"),
    [
        ("mlp", {"hidden": 128}, TypeError, "hidden must be a tuple of whole numbers, got int 128"),
        ("mlp", {"hidden": (8, 0)}, ValueError, r"hidden\[1\] must be at least 1, got 0"),
        ("mlp", {"inputs": "784"}, TypeError, "inputs must be a whole number, got str '784'"),
        ("mlp", {"inputs": ()}, ValueError, "inputs must hold one number at least"),
        ("lenet5", {"variant": "1989"}, ValueError, "variant must be one of 'dense', '1998', 'caffe'; got str '1989'"),
        ("lenet5", {"variant": "1998", "classes": 2}, ValueError, "codes for 10 classes.*got classes=2, in_channels=1"),
        ("alexnet", {"size": 62}, ValueError, "size=62 is too small for a first convolution of 11x11"),
        ("alexnet", {"groups": 3}, ValueError, r"groups=3 must divide all widths, got \(96"),
        ("alexnet", {"widths": (1, 2)}, ValueError, "widths must hold 5 numbers"),
        ("vgg", {"plan": 16}, TypeError, "plan must be a tuple of numbers of filters"),
        ("vgg", {"plan": (8, "m")}, TypeError, r"plan\[1\] must be a whole number, got str 'm'"),
        ("vgg", {"plan": ("M",)}, ValueError, "plan must hold one convolution"),
        ("vgg16", {"size": 31}, ValueError, "size must be at least 32, got 31"),
        ("vgg16", {"batch_norm": 1}, TypeError, "batch_norm must be True or False"),
        ("googlenet", {"pooling": "round"}, ValueError, "pooling must be one of 'ceil', 'floor'"),
        ("googlenet", {"width": 0}, ValueError, "width must be a finite number between 0.05 and 4"),
        ("resnet", {"blocks": (1, 2)}, ValueError, "widths must hold 2 numbers"),
        ("resnet", {"blocks": (1,), "widths": (4,), "block": "basic"}, ValueError, "block must be one of"),
        ("resnet", {"blocks": (1,), "widths": (4,), "stem": "big"}, ValueError, "stem must be one of"),
        ("resnet50", {"stride_in": "2x2"}, ValueError, "stride_in must be one of '1x1', '3x3'"),
        ("resnet18", {"classes": 0}, ValueError, "classes must be at least 1, got 0"),
        ("resnet34", {"in_channels": 3.0}, TypeError, "in_channels must be a whole number"),
        ("pets_cnn", {"size": 7}, ValueError, "size must be at least 8, got 7"),
        ("pets_cnn_small", {"widths": ()}, ValueError, "widths must hold one number at least"),
        ("lstm", {"features": 0, "hidden": 1, "outputs": 1}, ValueError, "features must be at least 1, got 0"),
        ("gru", {"features": 1, "hidden": 1, "outputs": 1, "layers": 0}, ValueError, "layers must be at least 1"),
    ],
)
def test_bad_arguments_are_refused_with_what_came_and_what_was_expected(side, name, options, error, message):
    with pytest.raises(error, match=message):
        getattr(side, name)(**options)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"No dlcourse\.models attribute torch"):
        _ = models.torch
    assert {"keras", "pytorch", "to_keras"} <= set(dir(models))


def test_keras_response_normalisation_is_pytorchs():
    x = np.random.default_rng(0).standard_normal((2, 7, 5, 5)).astype("float32") * 3
    for size in (3, 4, 5):
        here = nn.LocalResponseNorm(size, alpha=0.5, beta=0.6, k=2.0)(torch.from_numpy(x)).numpy()
        there = models.keras.LocalResponseNorm(size, alpha=0.5, beta=0.6, k=2.0)(np.moveaxis(x, 1, -1))
        np.testing.assert_allclose(np.moveaxis(keras.ops.convert_to_numpy(there), -1, 1), here, rtol=1e-5)
