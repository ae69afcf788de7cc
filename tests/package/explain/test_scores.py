"""Claims about scores and similarities of heat maps and about randomised networks."""

import numpy as np
import pytest
import torch
from scipy import stats
from skimage.feature import hog
from skimage.metrics import structural_similarity
from torch import nn

from dlcourse import explain, models


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_a_flat_map_scores_the_masks_share_and_a_negative_one_nothing(rng):
    masks = rng.random((4, 6, 9)) < 0.3
    np.testing.assert_allclose(explain.inside_mask(np.full(masks.shape, 0.2), masks), masks.mean(axis=(1, 2)))
    assert explain.inside_mask(-masks.astype(float), masks).tolist() == [0] * 4
    both = np.where(masks, 3.0, -1.0)
    assert explain.inside_mask(both, masks).tolist() == [1] * 4


def test_the_largest_value_has_to_be_inside_all_of_them_if_there_are_several():
    masks = np.array([[[True, False]]] * 3)
    maps = np.array([[[2, 1]], [[2, 2]], [[-1, -2]]])
    assert explain.pointing_game(maps, masks).tolist() == [True, False, True]


@pytest.mark.parametrize("score", [explain.inside_mask, explain.pointing_game])
def test_maps_and_masks_that_do_not_fit_are_named(score):
    good, mask = np.ones((2, 3, 4)), np.ones((2, 3, 4), bool)
    with pytest.raises(ValueError, match=r"^masks must have shape \(2, 3, 4\)"):
        score(good, mask[:1])
    with pytest.raises(TypeError, match=r"^masks must hold booleans"):
        score(good, good)
    with pytest.raises(ValueError, match=r"^maps must be finite"):
        score(good * np.nan, mask)
    with pytest.raises(ValueError, match=r"^maps must have shape \(any, any, any\)"):
        score(good[None], mask)


def linear(weights):
    model = nn.Sequential(nn.Flatten(), nn.Linear(len(weights), 1, bias=False)).double()
    model[1].weight.data[:] = torch.tensor(weights)
    return model


def test_deletion_and_insertion_follow_the_order_of_the_map(rng):
    weights = rng.normal(size=24)
    model = linear(weights)
    x = torch.tensor(rng.random((3, 1, 4, 6)))
    maps = rng.random((3, 4, 6))
    gone = explain.deletion(model, x, lambda z: z[:, 0], maps, steps=24, baseline=0.5)
    back = explain.insertion(model, x, lambda z: z[:, 0], maps, steps=24, baseline=0.5)
    for i in range(3):
        order = np.argsort(-maps[i].ravel())
        pixels, part = x[i].numpy().ravel(), np.full(24, 0.5)
        expected = [pixels @ weights]
        rest = [part @ weights]
        for place in order:
            pixels = pixels.copy()
            part[place] = pixels[place]
            pixels[place] = 0.5
            expected.append(pixels @ weights)
            rest.append(part @ weights)
        np.testing.assert_allclose(gone[i], expected)
        np.testing.assert_allclose(back[i], rest)


def test_curves_begin_and_end_at_the_image_and_the_baseline(rng):
    torch.manual_seed(0)
    model = models.pytorch.pets_cnn_small(3).eval()
    x, target = torch.rand(4, 3, 16, 24), [0, 2, 1, 1]
    blurred = torch.nn.functional.avg_pool2d(x, 5, 1, 2)
    maps = rng.random((4, 16, 24))
    with torch.no_grad():
        p, q = (model(images).softmax(1)[range(4), target] for images in (x, blurred))
    gone = explain.deletion(model, x, target, maps, steps=5, baseline=blurred)
    back = explain.insertion(model, x, np.array(target), maps, steps=5, baseline=blurred)
    assert gone.shape == back.shape == (4, 6)
    for curve, start, end in ((gone, p, q), (back, q, p)):
        np.testing.assert_allclose(curve[:, 0], start, atol=1e-5)
        np.testing.assert_allclose(curve[:, -1], end, atol=1e-5)


def test_one_logit_is_the_probability_of_either_class(rng):
    model = linear(rng.normal(size=12))
    x, maps = torch.tensor(rng.random((5, 3, 2, 2))), rng.random((5, 2, 2))
    yes, no = (explain.deletion(model, x, target, maps, steps=2) for target in (1, 0))
    np.testing.assert_allclose(yes[:, 0], torch.sigmoid(model(x))[:, 0].detach())
    np.testing.assert_allclose(yes + no, 1)


def test_a_map_that_is_the_same_everywhere_is_no_reading_order():
    """Otherwise the top of the image would go first, and a map of zeros would look like knowledge."""
    weights = np.zeros((10, 10))
    weights[:5] = 1
    x = torch.ones(1, 1, 10, 10).double()
    curve = explain.deletion(linear(weights.ravel()), x, lambda z: z[:, 0], np.zeros((1, 10, 10)), steps=2)
    assert 15 < curve[0, 1] < 35


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"maps": np.ones((2, 4, 5))}, r"^maps must have shape \(2, 4, 4\), one number a pixel"),
        ({"baseline": np.ones((2, 4))}, r"^baseline must be a number or fit x"),
        ({"target": 2}, r"^target must be from 0 to 1, got 2 to 2"),
        ({"steps": 0}, r"^steps must be at least 1"),
    ],
)
def test_what_does_not_fit_the_images_is_named(change, words):
    good = {"x": torch.rand(2, 1, 4, 4), "target": 1, "maps": np.ones((2, 4, 4))} | change
    with pytest.raises(ValueError, match=words):
        explain.deletion(linear(np.ones(16)), **good)


def test_similarities_are_those_of_scipy_and_scikit_image(rng):
    a, b = rng.normal(size=(2, 3, 24, 32))
    b = a + b
    b[0] = np.round(b[0])  # many equal values: ranks are shared
    for how, one in {
        "spearman": lambda p, q: stats.spearmanr(p.ravel(), q.ravel()).statistic,
        "spearman_absolute": lambda p, q: stats.spearmanr(abs(p).ravel(), abs(q).ravel()).statistic,
        "ssim": lambda p, q: structural_similarity(*((m - m.min()) / np.ptp(m) for m in (p, q)), data_range=1),
        "hog": lambda p, q: stats.pearsonr(*(hog(m, pixels_per_cell=(8, 8)) for m in (p, q))).statistic,
    }.items():
        np.testing.assert_allclose(explain.similarity(a, b, how), list(map(one, a, b)), atol=1e-9, err_msg=how)
        np.testing.assert_allclose(explain.similarity(a, a, how), 1, err_msg=how)
    np.testing.assert_allclose(explain.similarity(a, -a), -1)
    np.testing.assert_allclose(explain.similarity(a, -a, "spearman_absolute"), 1)


@pytest.mark.parametrize("how", ["spearman", "spearman_absolute", "ssim", "hog"])
def test_a_map_without_contrast_gives_numbers(how, rng):
    flat, other = np.zeros((2, 16, 16)), rng.random((2, 16, 16))
    assert np.isfinite(explain.similarity(flat, other, how)).all()
    assert explain.similarity(flat[:0], other[:0], how).shape == (0,)


def test_maps_of_colours_have_ranks_but_no_structure(rng):
    a = rng.random((2, 3, 8, 8))
    np.testing.assert_allclose(explain.similarity(a, a**3), 1)
    with pytest.raises(ValueError, match=r"^a and b must be maps \(N, H, W\) of one shape"):
        explain.similarity(a, a, "ssim")
    with pytest.raises(ValueError, match=r"^a and b must be at least 7 pixels"):
        explain.similarity(a[:, 0, :6], a[:, 0, :6], "ssim")
    with pytest.raises(ValueError, match=r"^how must be one of 'spearman', "):
        explain.similarity(a, a, "pearson")
    with pytest.raises(ValueError, match=r"^b must be finite"):
        explain.similarity(a, a * np.inf)


def test_the_edge_map_finds_edges_in_either_layout(rng):
    x = np.zeros((2, 3, 10, 12))
    x[:, :, :, 6:] = 1
    edges = explain.edge_map(x)
    assert edges.shape == (2, 10, 12)
    assert set(np.flatnonzero(edges[0].max(axis=0) > 0.5)) == {5, 6}
    np.testing.assert_allclose(explain.edge_map(x.transpose(0, 2, 3, 1), channels_last=True), edges)
    assert explain.edge_map(np.ones((1, 3, 8, 8), np.uint8)).max() == 0


def test_the_centre_map_is_brightest_in_the_middle_and_symmetric():
    blob = explain.centre_map((2, 9, 15))
    assert blob.shape == (2, 9, 15)
    assert np.unravel_index(blob[1].argmax(), (9, 15)) == (4, 7)
    np.testing.assert_allclose(blob, blob[:, ::-1, ::-1])
    assert explain.centre_map((8, 8), spread=0.1).mean() < explain.centre_map((8, 8)).mean()
    for bad in (9, (3,), (0, 4), (2, 3, 4, 5)):
        with pytest.raises((TypeError, ValueError), match=r"^shape must be"):
            explain.centre_map(bad)


def test_randomised_layers_start_anew_and_the_others_stay():
    torch.manual_seed(0)
    model = models.pytorch.pets_cnn_small().eval()
    model.bn4.running_mean += 3
    before = {name: value.clone() for name, value in model.state_dict().items()}
    names = explain.cascade(model)
    assert names == ["dense", "bn4", "conv4", "bn3", "conv3", "bn2", "conv2", "bn1", "conv1"]
    state = torch.get_rng_state()
    fresh = explain.randomize(model, names[:3])
    assert torch.equal(torch.get_rng_state(), state)
    assert not fresh.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    changed = {name.split(".")[0] for name, value in fresh.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == {"dense", "bn4", "conv4"}
    assert fresh.bn4.running_mean.abs().max() == 0
    bound = 1 / np.sqrt(64 * 9)
    assert 0.9 * bound < fresh.conv4.weight.abs().max() <= bound, "PyTorch's own start for a convolution"


def test_a_layer_gets_the_same_start_whatever_else_is_randomised():
    """So that a cascade destroys one layer more at each step, and nothing else changes."""
    model = models.pytorch.pets_cnn_small()
    one, two = explain.randomize(model, "conv4"), explain.randomize(model, ["dense", model.conv4])
    assert torch.equal(one.conv4.weight, two.conv4.weight)
    assert not torch.equal(one.conv4.weight, explain.randomize(model, "conv4", seed=1).conv4.weight)
    same = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    fresh = explain.randomize(same, ["0", "1"])
    assert not torch.equal(fresh[0].weight, fresh[1].weight)


def test_a_block_stands_for_the_layers_inside_it():
    model = nn.Sequential(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.BatchNorm2d(2)), nn.Flatten())
    assert not torch.equal(explain.randomize(model, "0")[0][0].weight, model[0][0].weight)
    with pytest.raises(ValueError, match=r"^layers: '1' \(Flatten\) has no weights to start anew"):
        explain.randomize(model, "1")

    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(2))

    with pytest.raises(ValueError, match=r"^layers: '0' \(Odd\) has weights but no `reset_parameters`"):
        explain.randomize(nn.Sequential(Odd()), "0")
    with pytest.raises(TypeError, match=r"^model must be a PyTorch module"):
        explain.cascade("model")
