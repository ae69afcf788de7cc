"""The figure feature_maps: its maps (the oracle is PyTorch), what it says of them, what a reader can do to it."""

import base64

import numpy as np
import pytest
import torch
from torch import nn

from dlcourse import figures, models
from dlcourse.figures import network
from figure_network import ask, close, inputs, rounded

IMAGES = np.random.default_rng(2).integers(0, 256, (2, 24, 32, 3), dtype=np.uint8)
PIXELS = np.frombuffer(base64.b64decode(network.example()["pixels"]), np.uint8).reshape(2, 16, 16, 3)


@pytest.fixture(scope="module")
def model():
    """Three convolutions and running statistics that a training could have left."""
    torch.manual_seed(0)
    made = models.pytorch.pets_cnn_small(widths=(5, 7, 6))
    for module in made:
        if isinstance(module, nn.BatchNorm2d):
            for part, low in ((module.weight, 0.5), (module.bias, -0.3), (module.running_mean, -0.2)):
                nn.init.uniform_(part, low, low + 0.6)
            nn.init.uniform_(module.running_var, 0.5, 2)
    return made.eval()


@pytest.fixture(scope="module")
def figure(model):
    return figures.feature_maps(model, IMAGES, ["one", "two"])


def test_the_page_computes_every_layer_as_pytorch_does(stage, figure):
    page = stage.show(figures.feature_maps())
    maps = ask(page, figure, "return images.map((image) => forward(network, image).map((v) => [...v.data]));")
    values = inputs(IMAGES)
    for i, layer in enumerate(rounded(figure), start=1):
        values = layer(values)
        for image in range(2):
            close(maps[image][i], values[image].detach())


def test_every_number_of_sixteen_bits_is_read_as_numpy_reads_it(stage, figure):
    every = np.arange(2**16, dtype="<u2").view("<f2")
    finite = every[np.isfinite(every)]
    page = stage.show(figures.feature_maps())
    found = ask(page, figure, f"return [...halves('{base64.b64encode(finite.tobytes()).decode()}')];")
    np.testing.assert_array_equal(np.float32(found), finite.astype(np.float32))


def test_folding_and_rounding_change_the_outputs_by_less_than_a_hundredth(model, figure):
    with torch.no_grad():
        before, after = model(inputs(IMAGES).float()), rounded(figure)(inputs(IMAGES))
    np.testing.assert_allclose(after, before, atol=0.01 * before.abs().max())


def test_the_weights_of_an_odd_convolution_of_any_size_are_used(stage):
    torch.manual_seed(1)
    model = nn.Sequential(nn.Conv2d(3, 4, 5, padding=2), nn.ReLU(), nn.Conv2d(4, 2, 1), nn.Flatten(), nn.Linear(512, 2))
    figure = figures.feature_maps(model, IMAGES[:, :16, :16])
    page = stage.show(figures.feature_maps())
    found = ask(page, figure, "return [...forward(network, images[1]).at(-1).data];")
    parts = rounded(figure)
    close(found, parts[3](parts[:3](inputs(IMAGES[1:, :16, :16])).flatten(1)).detach())


def test_a_reader_chooses_image_layer_and_map(stage):
    figure = figures.feature_maps()
    page = stage.show(figure)
    page.get_by_role("button", name="light on the right").click()
    page.get_by_role("combobox").select_option("pool1 (max-pooling)")
    page.get_by_role("gridcell").nth(2).click()
    page.get_by_label("one scale for the whole layer").check()
    stage.receive(figure)
    assert (figure.image, figure.layer, figure.map, figure.together) == (1, "pool1", 2, True)
    with torch.no_grad():
        high = float(rounded(figure)[:3](inputs(PIXELS))[1, 2].max())
    text = page.locator(".dlf-said").inner_text()
    assert f" to {round(high, 2):g}, " in text
    assert "All maps of the layer share one scale" in text
    page.get_by_role("gridcell").nth(2).press("ArrowRight")
    assert stage.receive(figure).map == 3


def test_a_map_that_is_nowhere_above_zero_is_shown_as_dead(stage):
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 2, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 2)
    )
    with torch.no_grad():
        model[0].weight[0] = -1
        model[0].bias[0] = 0
    page = stage.show(figures.feature_maps(model, IMAGES, layer="1"))
    assert "dead: 0 in every cell for all 2 images" in page.locator(".dlf-said").inner_text()
    assert page.locator(".dlf-cell.dlf-dead").count() == 1
    assert page.get_by_role("gridcell", name="map 1, dead").count() == 1


def test_a_map_that_is_negative_everywhere_is_alive(stage):
    model = nn.Sequential(
        nn.Conv2d(3, 2, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 2)
    )
    with torch.no_grad():
        model[0].weight.fill_(-1)
        model[0].bias.fill_(-1)
    page = stage.show(figures.feature_maps(model, IMAGES, layer="0"))
    assert page.locator(".dlf-cell.dlf-dead").count() == 0
    assert "above zero in 0 %" in page.locator(".dlf-said").inner_text()


def test_one_scale_for_the_layer_is_the_same_for_each_map(stage, figure):
    page = stage.show(figure)
    legend, following = page.locator(".dlf-legend span").last, page.get_by_role("button", name="next map")

    def of_two_maps():
        number = legend.inner_text().split(" ")[0]
        following.click()
        return number, legend.inner_text().split(" ")[0]

    first, second = of_two_maps()
    assert first != second
    page.get_by_label("one scale for the whole layer").check()
    first, second = of_two_maps()
    assert first == second


def test_the_text_of_a_figure_holds_nothing_that_a_processor_computed(model):
    state = figures.feature_maps(model, IMAGES).state()
    assert set(state) == {
        "classes", "image", "layer", "layers", "map", "pixels", "size", "titles", "together", "weights",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (nn.Conv2d(3, 4, 3, padding=1, stride=2), "stride=\\(2, 2\\)"),
        (nn.Conv2d(3, 4, 4), "cannot compute"),
        (nn.Sigmoid(), "Sigmoid"),
        (nn.MaxPool2d(3, 2), "MaxPool2d"),
        (nn.BatchNorm2d(3), "BatchNorm2d"),
    ],
)
def test_a_layer_that_the_page_cannot_compute_is_named(layer, message):
    with pytest.raises(ValueError, match=message):
        figures.feature_maps(nn.Sequential(layer, nn.Flatten(), nn.Linear(4, 2)), IMAGES)


def test_what_does_not_fit_is_refused(model):
    with pytest.raises(TypeError, match="Sequential"):
        figures.feature_maps(nn.Linear(3, 2), IMAGES)
    with pytest.raises(ValueError, match="must end with a dense layer"):
        figures.feature_maps(nn.Sequential(nn.ReLU()), IMAGES)
    with pytest.raises(ValueError, match="uint8"):
        figures.feature_maps(model, IMAGES.astype(np.uint16))
    with pytest.raises(ValueError, match="titles"):
        figures.feature_maps(model, IMAGES, ["one"])
    with pytest.raises(ValueError, match="classes"):
        figures.feature_maps(model, IMAGES, classes=["cat"])
    with pytest.raises(ValueError, match="layer must be one of"):
        figures.feature_maps(layer="conv9")
    with pytest.raises(ValueError, match="map must be between 0 and 3"):
        figures.feature_maps(map=4)
    with pytest.raises(ValueError, match="image must be between 0 and 1"):
        figures.feature_maps(image=2)
