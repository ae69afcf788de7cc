"""The figure attribution: its maps (the oracles are PyTorch and `explain`), what it says and refuses."""

import numpy as np
import pytest
import torch
from torch import nn

from dlcourse import explain, figures, models
from figure_network import ask, close, inputs, rounded

IMAGES = np.random.default_rng(4).integers(0, 256, (2, 20, 28, 3), dtype=np.uint8)
MASKS = np.zeros((2, 20, 28), bool)
MASKS[1, 3:12, 5:20] = True
RUN = """
  const { fixed } = state;
  const [method, image, target, at] = TASK;
  const volumes = forward(network, images[image]);
  let result = null;
  inPieces(METHODS[method]({ network, image: images[image], volumes, target, at, fixed }), 0,
    { progress: () => {}, done: (volume) => { result = volume; } });
  return [...result.data];
"""


@pytest.fixture(scope="module")
def figure():
    torch.manual_seed(3)
    model = models.pytorch.pets_cnn_small(widths=(5, 6, 7)).eval()
    for module in model:
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.3, 0.3)
            nn.init.uniform_(module.bias, -0.2, 0.2)
    return figures.attribution(model, IMAGES, ["one", "two"], masks=MASKS)


ORACLES = {
    "gradient": lambda model, x, target: explain.saliency(model, x, target, signed=True),
    "gradient x input": explain.gradient_x_input,
    "integrated gradients": lambda model, x, target: explain.integrated_gradients(
        model, x, target, steps=32, rule="midpoint"
    ),
    "deconvnet": explain.deconvnet,
    "guided backprop": explain.guided_backprop,
    "occlusion": lambda model, x, target: explain.occlusion(model, x, target, window=8, stride=4),
}


@pytest.mark.parametrize("method", ORACLES)
def test_a_method_gives_what_explain_gives_for_the_same_weights(stage, figure, method):
    page = stage.show(figures.attribution())
    for image, target in ((0, 0), (1, 1)):
        found = ask(page, figure, RUN.replace("TASK", str([method, image, target, 0])))
        expected = ORACLES[method](rounded(figure), inputs(IMAGES[image : image + 1]), target)
        close(found, expected[0])


@pytest.mark.parametrize("layer", ["bn1", "pool1", "relu2", "relu3"])
def test_grad_cam_gives_what_explain_gives_at_every_layer(stage, figure, layer):
    page = stage.show(figures.attribution())
    at = figure.names.index(layer) + 1
    found = ask(page, figure, RUN.replace("TASK", str(["Grad-CAM", 0, 1, at])))
    with np.errstate(all="ignore"):
        expected = explain.grad_cam(rounded(figure), inputs(IMAGES[:1]), 1, layer)
    close(found, expected[0])


def test_the_gradient_is_what_pytorch_differentiates(stage, figure):
    page = stage.show(figures.attribution())
    found = ask(page, figure, RUN.replace("TASK", str(["gradient", 1, 0, 0])))
    x = inputs(IMAGES[1:]).requires_grad_()
    rounded(figure)(x)[0, 0].backward()
    close(found, x.grad[0])


def test_smoothgrad_without_noise_is_the_gradient_and_with_noise_the_mean_of_its_copies(stage, figure):
    page = stage.show(figures.attribution())
    plain = RUN.replace("fixed });", "fixed: { ...fixed, noise: 0 } });").replace(
        ", fixed })", ", fixed: { ...fixed, noise: 0 } })"
    )
    found = ask(page, figure, plain.replace("TASK", str(["SmoothGrad", 0, 0, 0])))
    close(found, explain.saliency(rounded(figure), inputs(IMAGES[:1]), 0, signed=True)[0])
    noise = ask(page, figure, "const draw = normals(1); return Array.from({ length: 6000 }, () => draw.next().value);")
    assert abs(np.mean(noise)) < 0.05
    assert abs(np.std(noise) - 1) < 0.03
    copies = figure.fixed["samples"]
    size = IMAGES[0].size
    drawn = ask(
        page,
        figure,
        f"const draw = normals(1); return Array.from({{ length: {copies * size} }}, () => draw.next().value);",
    )
    x = inputs(IMAGES[:1])
    noisy = x + 0.15 * (x.max() - x.min()) * torch.tensor(drawn).reshape(copies, *x.shape[1:])
    found = ask(page, figure, RUN.replace("TASK", str(["SmoothGrad", 0, 0, 0])))
    close(found, explain.saliency(rounded(figure), noisy, 0, signed=True).mean(0))


def test_the_share_inside_the_mask_is_explains(stage, figure):
    for method, signed in (("gradient", False), ("gradient x input", True)):
        shown = figures.attribution(method=method, signed=signed, image=1)
        shown.set_state({**figure.state(), "image": 1, "method": method, "signed": signed})
        page = stage.show(shown)
        maps = ORACLES[method](rounded(figure), inputs(IMAGES[1:]), 0)
        share = explain.inside_mask(explain.pixel_map(maps, "sum" if signed else "absolute"), MASKS[1:])[0]
        text = page.locator(".dlf-said").inner_text()
        assert f"{round(100 * share)} % of " in text
        assert f"covers {round(100 * MASKS[1].mean())} % of the image" in text


def test_the_logits_are_pytorchs(stage, figure):
    page = stage.show(figure)
    cat, dog = (f"{value:.2f}".replace("-", "−") for value in rounded(figure)(inputs(IMAGES[:1]))[0].tolist())
    text = page.locator(".dlf-logits").inner_text().replace(".", "")
    assert text.startswith("Logits: cat ")
    for value in (cat, dog):
        assert value.rstrip("0").rstrip(".").replace(".", "")[:3] in text


def test_what_takes_long_leaves_the_page_alive_and_is_kept(stage):
    torch.manual_seed(0)
    images = np.random.default_rng(1).integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
    figure = figures.attribution(models.pytorch.pets_cnn_small().eval(), images, method="occlusion")
    page = stage.show(figure)
    assert page.locator(".dlf-busy").count() == 1
    page.get_by_role("button", name="image 1").click()  # another image: the first is given up
    page.get_by_role("combobox").first.select_option("gradient")
    assert page.locator(".dlf-busy").count() == 0
    page.get_by_role("combobox").first.select_option("SmoothGrad")
    page.wait_for_function("!document.querySelector('.dlf-busy')")
    page.get_by_role("combobox").first.select_option("gradient")
    page.get_by_role("combobox").first.select_option("SmoothGrad")
    assert page.locator(".dlf-busy").count() == 0


def test_a_reader_chooses_method_layer_class_and_sign(stage):
    figure = figures.attribution()
    page = stage.show(figure)
    method, layer, target = (page.get_by_role("combobox", name=name) for name in ("Method", "Layer", "Class"))
    assert layer.count() == 0
    method.select_option("Grad-CAM")
    layer.select_option("pool1")
    target.select_option("dog")
    page.get_by_label("with sign").check()
    stage.receive(figure)
    assert (figure.method, figure.layer, figure.target, figure.signed) == ("Grad-CAM", "pool1", 1, True)
    assert "Explained: dog." in page.locator(".dlf-logits").inner_text()


def test_each_layer_has_a_grad_cam_of_its_own(stage, figure):
    page = stage.show(figure)
    page.get_by_role("combobox", name="Method").select_option("Grad-CAM")
    found = {}
    for layer in ("relu1", "relu3", "relu1"):
        page.get_by_role("combobox", name="Layer").select_option(layer)
        found.setdefault(layer, []).append(page.locator(".dlf-picture-map .dlf-caption").inner_text())
    assert found["relu1"][0] == found["relu1"][1] != found["relu3"][0]


def test_what_does_not_fit_is_refused():
    model = models.pytorch.pets_cnn_small(widths=(3, 3))
    with pytest.raises(ValueError, match="masks must have shape"):
        figures.attribution(model, IMAGES, masks=MASKS[:1])
    with pytest.raises(TypeError, match="booleans"):
        figures.attribution(model, IMAGES, masks=MASKS * 1)
    with pytest.raises(ValueError, match="method must be one of"):
        figures.attribution(method="magic")
    with pytest.raises(ValueError, match="target must be between 0 and 1"):
        figures.attribution(target=2)
    with pytest.raises(ValueError, match="layer must be one of"):
        figures.attribution(layer="dense")
