"""Claims about top examples and network dissection."""

import keras
import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dlcourse import explain, models
from dlcourse.data import pets
from dlcourse.explain._dissect import enlarge


def identity():
    return nn.Sequential(nn.Identity())


@pytest.mark.parametrize("size", [(13, 7), (20, 31), (5, 6), (4, 4)])
def test_maps_are_enlarged_as_pytorch_does_it(size):
    maps = np.random.default_rng(0).random((2, 3, 5, 6))
    expected = F.interpolate(torch.tensor(maps), size, mode="bilinear", align_corners=False)
    if size[0] >= 5 and size[1] >= 6:
        np.testing.assert_allclose(enlarge(maps, size), expected, atol=1e-12)
    np.testing.assert_allclose(enlarge(np.ones((1, 5, 6)), size), 1)


def test_dissection_is_the_papers_formula_by_brute_force():
    """Thresholds over the whole set; intersections and unions summed over all images before the division."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 5, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)).eval()
    data = pets.faces(30, size=32, seed=1)
    x = torch.tensor(data.images.transpose(0, 3, 1, 2) / 255, dtype=torch.float32)
    concepts = {"ears": data.parts["ears"], "pet": data.masks}
    found = explain.dissect(model, x, concepts, "2", quantile=0.05)
    maps = model(x).detach()
    large = F.interpolate(maps, (32, 32), mode="bilinear", align_corners=False).numpy()
    for unit in range(5):
        values = np.sort(maps[:, unit].numpy().ravel())[::-1]
        limit = found.thresholds[unit]  # batches of other sizes round otherwise
        share = (values > limit + 1e-6).mean(), (values >= limit - 1e-6).mean()
        assert share[0] <= 0.05 < share[1], "saturated pixels give equal values"
        on = large[:, unit] > found.thresholds[unit]
        assert found.fires[unit] == pytest.approx(on.mean(), abs=1e-3)
        for column, mask in enumerate(concepts.values()):
            iou = (on & mask).sum() / (on | mask).sum()
            assert found.iou[unit, column] == pytest.approx(iou, abs=2e-3)  # a pixel may fall either way
    assert found.concepts == ("ears", "pet")
    assert found.best == [("ears", "pet")[i] for i in found.iou.argmax(1)]
    assert repr(found) == "Dissection('2': 5 units, 2 concepts)"


def test_iou_is_not_the_mean_of_each_images_iou():
    """Two images: 9 of 10 pixels agree in one, 0 of 1 in the other."""
    masks = np.zeros((2, 4, 5), bool)
    masks[0].flat[:9] = True
    x = masks[:, None].astype("float32").copy()
    x[0, 0].flat[9], x[1, 0, 3, 3] = 1, 1
    found = explain.dissect(identity(), x, {"it": masks}, "0", quantile=11.5 / 40)
    assert found.iou[0, 0] == pytest.approx(9 / 11)


def test_a_dead_unit_never_fires_and_has_no_iou():
    x = np.zeros((2, 2, 4, 4), "float32")
    x[:, 1, 0] = 1
    found = explain.dissect(identity(), x, {"top": x[:, 1] > 0, "nothing": x[:, 1] > 5}, "0", 0.25)
    np.testing.assert_array_equal(found.iou, [[0, 0], [1, 0]])
    assert found.fires.tolist() == [0, 0.25]
    assert found.detectors() == {"top": [1], "nothing": []}


def test_detectors_are_sorted_by_their_iou_and_above_the_limit():
    masks = np.zeros((1, 8, 8), bool)
    masks[0, :4] = True
    x = np.zeros((1, 3, 8, 8), "float32")
    x[0, 0, :2], x[0, 1, :4], x[0, 2, 3:5] = 1, 1, 1
    found = explain.dissect(identity(), x, {"top": masks}, "0", 0.5)
    np.testing.assert_allclose(found.iou[:, 0], [0.5, 1, 8 / 40])
    assert found.detectors() == {"top": [1, 0, 2]}
    assert found.detectors(0.3) == {"top": [1, 0]}


def test_both_frameworks_are_dissected_alike():
    here = models.pytorch.pets_cnn(size=32)
    there = models.to_keras(here, models.keras.pets_cnn(size=32))
    data = pets.faces(20, size=32)
    x = (data.images / 255).astype("float32")
    a = explain.dissect(here, x.transpose(0, 3, 1, 2), data.parts, "pool2", 0.02)
    b = explain.dissect(there, x, data.parts, "pool2", 0.02)
    np.testing.assert_allclose(a.iou, b.iou, atol=2e-3)
    np.testing.assert_allclose(a.thresholds, b.thresholds, atol=1e-4)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"quantile": 0}, ValueError, "quantile must be above 0 and below 1"),
        ({"concepts": {}}, ValueError, "concepts must be a dict"),
        ({"concepts": {"a": np.ones((2, 4, 4))}}, TypeError, r"concepts\['a'\] must hold booleans"),
        ({"concepts": {"a": np.ones((3, 4, 4), bool)}}, ValueError, r"concepts\['a'\] must have shape \(2, any, any\)"),
        ({"concepts": {"a": np.ones((2, 4, 4), bool), "b": np.ones((2, 5, 4), bool)}}, ValueError, "masks of one size"),
        ({"images": np.ones((0, 1, 4, 4), "float32")}, ValueError, "images"),
    ],
)
def test_what_cannot_be_dissected_is_named(change, error, words):
    good = {"images": np.ones((2, 1, 4, 4), "float32"), "concepts": {"a": np.ones((2, 4, 4), bool)}, "quantile": 0.1}
    with pytest.raises(error, match=words):
        explain.dissect(identity(), layer="0", **(good | change))


def reached(model, x, name, channel, at):
    """The window of pixels that can change one unit, by seeing which rows and columns carry a NaN to it."""
    found = []
    for axis in (2, 3):
        moved = []
        for place in range(x.shape[axis]):
            changed = x.clone()
            changed.select(axis, place).fill_(float("nan"))
            moved.append(bool(torch.isnan(model_until(model, name, changed)[0, channel, *at])))
        places = np.flatnonzero(moved)
        found += [(places[0], places[-1] + 1)]
    (y0, y1), (x0, x1) = found
    return y0, x0, y1, x1


def model_until(model, name, x):
    for key, module in model.named_children():
        x = module(x)
        if key == name:
            return x


@pytest.mark.parametrize("name", ["conv2", "pool2", "relu3", "conv4"])
def test_the_piece_of_the_image_is_what_the_unit_sees(name):
    torch.manual_seed(0)
    model = models.pytorch.pets_cnn_small().eval()
    images = torch.rand(6, 3, 48, 64)
    top = explain.top_examples(model, images, name, 3, k=2)
    with torch.no_grad():
        maps = model_until(model, name, images)[:, 3]
    assert sorted(top.indices) == sorted(maps.amax((1, 2)).topk(2).indices.tolist())
    for i in range(2):
        index, at = top.indices[i], top.positions[i]
        score = explain.feature_maps(model, images, name)[name][index, 3]
        assert score[tuple(at)] == score.max() == pytest.approx(top.scores[i], abs=1e-5)
        with torch.no_grad():
            y0, x0, y1, x1 = reached(model, images[index : index + 1], name, 3, at)
        wy0, wx0, wy1, wx1 = top.windows[i]
        assert (max(wy0, 0), max(wx0, 0), min(wy1, 48), min(wx1, 64)) == (y0, x0, y1, x1)
        np.testing.assert_array_equal(top.crops[i], images[index, :, y0:y1, x0:x1])


def test_windows_are_the_same_in_keras_also_with_strides_and_uneven_padding():
    for padding in ("same", "valid"):
        model = keras.Sequential(
            [
                keras.Input((32, 32, 3)),
                keras.layers.Conv2D(4, 5, strides=2, padding=padding, activation="relu"),
                keras.layers.MaxPooling2D(3, 2, padding=padding),
                keras.layers.Conv2D(2, 3, padding=padding, name="last"),
            ]
        )
        x = np.random.default_rng(0).random((3, 32, 32, 3), "float32")
        top = explain.top_examples(model, x, "last", 1, k=3)
        for i in range(3):
            index, (r, c) = top.indices[i], top.positions[i]
            y0, x0, y1, x1 = top.windows[i]
            assert (y1 - y0, x1 - x0) == (5 + 2 * 2 + 2 * 4, 17)
            outside = np.ones((32, 32), bool)
            outside[max(y0, 0) : y1, max(x0, 0) : x1] = False
            changed = np.where(outside[..., None], 0.5, x[index])[None].astype("float32")
            maps = explain.feature_maps(model, changed, "last")["last"]
            assert maps[0, 1, r, c] == pytest.approx(top.scores[i], abs=1e-5), "nothing outside of the window matters"
            assert top.crops[i].shape == (min(y1, 32) - max(y0, 0), min(x1, 32) - max(x0, 0), 3)


def test_equal_scores_stand_in_the_order_of_the_images_and_k_may_exceed_them():
    x = np.zeros((4, 1, 3, 3), "float32")
    x[[1, 3], 0, 2, 1] = 5
    top = explain.top_examples(identity(), x, "0", 0)
    assert top.indices.tolist() == [1, 3, 0, 2]
    assert top.positions[:2].tolist() == [[2, 1]] * 2
    assert repr(top) == "TopExamples(4 images, scores 5 to 0)"


def test_a_window_of_ones_own_lies_around_the_position():
    x = np.zeros((1, 1, 8, 8), "float32")
    x[0, 0, 4, 6] = 1
    top = explain.top_examples(nn.Sequential(nn.MaxPool2d(2)), x, "0", 0, window=4)
    assert top.positions.tolist() == [[2, 3]]
    assert top.windows.tolist() == [[3, 5, 7, 9]]
    assert top.crops[0].shape == (1, 4, 3)


def test_a_network_that_is_no_chain_gets_a_message_and_a_window_helps():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Conv2d(1, 2, 1), nn.Conv2d(1, 3, 5, padding=2)
            self.last = nn.Conv2d(5, 1, 1)

        def forward(self, x):
            return self.last(torch.cat([self.a(x), self.b(x)], 1))

    x = torch.rand(2, 1, 8, 8)
    with pytest.raises(ValueError, match=r"'b' does not continue a chain of convolutions and poolings; give a window"):
        explain.top_examples(Two(), x, "last", 0)
    assert len(explain.top_examples(Two(), x, "last", 0, window=5).crops) == 2


def test_a_channel_that_the_layer_lacks_is_named():
    with pytest.raises(ValueError, match=r"channel must be below 16, the number of maps of 'conv1'; got 16"):
        explain.top_examples(models.pytorch.pets_cnn_small(), torch.rand(2, 3, 16, 16), "conv1", 16)
