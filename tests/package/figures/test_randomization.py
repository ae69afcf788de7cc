"""The figure randomization: its maps and similarities (the oracle is `explain`), its random layers, its controls."""

import numpy as np
import pytest
import torch

from dlcourse import explain, figures, models
from dlcourse.figures.network import decoded
from figure_network import ask, close, inputs, rounded

IMAGES = np.random.default_rng(6).integers(0, 256, (2, 20, 28, 3), dtype=np.uint8)
ORACLES = {
    "gradient": lambda model, x: explain.saliency(model, x, 0, signed=True),
    "gradient x input": lambda model, x: explain.gradient_x_input(model, x, 0),
    "guided backprop": lambda model, x: explain.guided_backprop(model, x, 0),
    "deconvnet": lambda model, x: explain.deconvnet(model, x, 0),
    "Grad-CAM": lambda model, x: explain.grad_cam(model, x, 0, "relu3")[:, None],
}


@pytest.fixture(scope="module")
def figure():
    torch.manual_seed(5)
    return figures.randomization(models.pytorch.pets_cnn_small(widths=(5, 6, 7)).eval(), IMAGES, seed=4)


def with_random_layers(figure, depth):
    """The network in PyTorch with its last layers from the figure's random weights."""
    model = rounded(figure)
    layers = [model.get_submodule(layer["name"]) for layer in figure.layers if "inputs" in layer]
    for layer, (weights, biases) in list(zip(layers, decoded(figure.layers, figure.random), strict=True))[::-1][:depth]:
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(weights))
            layer.bias.copy_(torch.tensor(biases))
    return model


@pytest.mark.parametrize("depth", [0, 1, 3, 4])
@pytest.mark.filterwarnings("ignore:no positive evidence")
def test_maps_similarities_and_logits_are_those_of_explain(stage, figure, depth):
    figure.depth, figure.target = depth, 0
    page = stage.show(figure)
    trained, now = rounded(figure), with_random_layers(figure, depth)
    x = inputs(IMAGES[:1])
    edges = explain.edge_map(x)
    captions = page.locator(".dlf-card .dlf-caption").all_inner_texts()
    for text, method in zip(captions, ORACLES, strict=False):
        before, after = (explain.pixel_map(ORACLES[method](model, x)) for model in (trained, now))
        expected = [explain.similarity(after, other)[0] for other in (before, edges)]
        if not before.any() or not after.any():
            assert text == f"the {'map now' if before.any() else 'trained map'} is zero everywhere"
            continue
        found = [float(part.split()[0].replace("−", "-")) for part in text.split(", ")]
        np.testing.assert_allclose(found, expected, atol=0.012)
    with torch.no_grad():
        values = now(x)[0].tolist()
    logits = [float(part.split()[1].rstrip(".").replace("−", "-"))
              for part in page.locator(".dlf-logits").inner_text().split(": ")[-1].split(", ")]  # fmt: skip
    np.testing.assert_allclose(logits, values, atol=0.006)


def test_the_edge_map_is_explains(stage, figure):
    page = stage.show(figures.randomization())
    found = ask(page, figure, "return [...edgesOf(images[1]).data];")
    close(found, explain.edge_map(inputs(IMAGES))[1])


def test_ranks_share_the_mean_where_numbers_are_equal(stage, figure):
    page = stage.show(figures.randomization())
    a, b = [3, 1, 1, 2, 0, 0, 0, 5], [1, 0, 2, 2, 0, 1, 0, 7]
    found = ask(page, figure, f"return [spearman({{ data: {a} }}, {{ data: {b} }}), spearman({{ data: {a} }}, "
                "{ data: [1, 1, 1, 1, 1, 1, 1, 1] })];")  # fmt: skip
    expected = explain.similarity(np.array([[a]], float), np.array([[b]], float))[0]
    assert found == [pytest.approx(expected, abs=1e-9), None]


def test_random_weights_have_the_spread_that_keeps_a_signal_and_are_the_seeds_own(figure):
    model = models.pytorch.pets_cnn_small().eval()
    one = figures.randomization(model, IMAGES, seed=1)
    for layer, (weights, biases) in zip(
        [layer for layer in one.layers if "inputs" in layer], decoded(one.layers, one.random), strict=True
    ):
        assert not biases.any()
        assert weights.std() == pytest.approx((2 / (layer["inputs"] * layer.get("side", 1) ** 2)) ** 0.5, rel=0.15)
    assert one.random == figures.randomization(model, IMAGES, seed=1).random
    assert one.random != figures.randomization(model, IMAGES, seed=2).random


def test_a_reader_moves_through_the_layers(stage):
    figure = figures.randomization()
    page = stage.show(figure)
    random = page.locator(".dlf-chips .dlf-random")
    assert random.count() == 0
    page.get_by_role("button", name="Next").click()
    assert random.all_inner_texts() == ["dense\n(random)"]
    page.get_by_role("slider").press("ArrowRight")
    assert random.all_inner_texts() == ["conv2\n(random)", "dense\n(random)"]
    assert stage.receive(figure).depth == 2
    assert "with 2 of 3 layers random: cat " in page.locator(".dlf-logits").inner_text()


def test_maps_of_the_trained_network_are_like_themselves(stage):
    page = stage.show(figures.randomization())
    for text in page.locator(".dlf-card .dlf-caption").all_inner_texts()[:5]:
        assert text.startswith(("1.00 to trained, ", "the trained map is zero"))


def test_other_weights_or_images_from_python_are_computed_anew(stage):
    other = figures.randomization(seed=3)
    page = stage.show(other)
    before = page.locator(".dlf-logits").inner_text()
    stage.set(weights=other.random)
    changed = page.locator(".dlf-logits").inner_text()
    assert changed != before
    stage.set(pixels=other.pixels[::-1].lstrip("="))
    assert page.locator(".dlf-logits").inner_text() != changed


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="depth must be between 0 and 3"):
        figures.randomization(depth=4)
    with pytest.raises(ValueError, match="target must be between 0 and 1"):
        figures.randomization(target=2)
    with pytest.raises(TypeError, match="seed"):
        figures.randomization(seed=0.5)
