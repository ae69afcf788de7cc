"""The figure neuron: what Python computes (the oracle is PyTorch), what the page shows, and what a reader can do."""

import json
import re

import numpy as np
import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sklearn.linear_model import Perceptron
from test_figures_model import mount
from test_figures_page import set_theme
from test_figures_state import html_of, state_in

from dlcourse import figures

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
ORACLES = {
    "step": lambda z: torch.heaviside(z, torch.zeros((), dtype=z.dtype)),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "ReLU": torch.relu,
}
RANDOM = np.random.default_rng(3)


def shown_sums(page):
    return page.locator(".dlf-plane g").evaluate_all("all => all.map(g => Number(g.dataset.sum))")


def score(page):
    return page.locator(".dlf-score").inner_text()


def slider(page, name):
    return page.get_by_role("slider", name=name)


def drag(page, start, end):
    """Drags on the plane from one point to another, both in its own coordinates."""
    box = page.locator(".dlf-plane").bounding_box()
    there = [(box["x"] + box["width"] * (x + 1) / 3, box["y"] + box["height"] * (2 - y) / 3) for x, y in (start, end)]
    page.mouse.move(*there[0])
    page.mouse.down()
    page.mouse.move(*there[1], steps=6)
    page.mouse.up()


@pytest.mark.parametrize("activation", figures.ACTIVATIONS)
def test_the_output_is_that_of_a_linear_layer_and_pytorchs_activation(activation):
    for name in figures.DATASETS:
        weights, bias = RANDOM.uniform(-5, 5, 2), RANDOM.uniform(-10, 10)
        figure = figures.neuron(weights, bias, activation, data=name)
        layer = torch.nn.Linear(2, 1).double()
        with torch.no_grad():
            layer.weight[:], layer.bias[:] = torch.tensor(weights), bias
            z = layer(torch.tensor(figure.points))[:, 0]
        np.testing.assert_allclose(figure.sums, z, atol=1e-12)
        np.testing.assert_allclose(figure.output, ORACLES[activation](z), atol=1e-12)
        assert figure.right == int(((z > 0) == torch.tensor(figure.labels == 1)).sum())


def test_all_data_sets_but_xor_can_be_separated_by_a_line():
    for name in figures.DATASETS:
        figure = figures.neuron(data=name)
        found = Perceptron(tol=None, max_iter=500).fit(figure.points, figure.labels)
        assert (found.score(figure.points, figure.labels) == 1) == (name != "XOR")


def test_rounding_is_no_side_of_the_boundary():
    figure = figures.neuron([0.1, 0.2], -0.3, data=[[1, 1, 0]])
    assert 0.1 + 0.2 - 0.3 > 0
    assert (figure.sums.tolist(), figure.output.tolist(), figure.right) == ([0], [0], 1)


def test_the_state_survives_json_and_the_html_is_small():
    figure = figures.neuron([1.5, -2], 0.25, "tanh", data="XOR", point=3)
    again = figures.Neuron(**state_in(html_of(figure)))
    assert again.state() == figure.state() == json.loads(json.dumps(figure.state()))
    assert len(html_of(figure).encode()) < 1100  # four data sets with 40 points
    assert repr(figure) == "Neuron(weights=[1.5, -2], bias=0.25, activation='tanh', data='XOR')"
    assert "puts 2 of the 4 points of “XOR” on the right side" in figures.neuron([1, 1], 9, data="XOR").describe()


def test_figures_share_no_state_and_the_point_stays_inside():
    one, two = figures.neuron(data="two clouds", point=20), figures.neuron()
    one.datasets["AND"][0][0] = 2
    assert two.datasets["AND"][0][0] == figures.DATASETS["AND"][0][0] == 0
    one.data = [[0.5, 0.5, 1], [2, -1, 0]]
    assert one.point == 1
    assert repr(one).endswith("data=2 points)")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"weights": [1, 2, 3]}, ValueError, r"weights must have shape \(2\)"),
        ({"weights": [1, 5.1]}, ValueError, "weights must be a finite number between -5 and 5, got 5.1"),
        ({"weights": 3}, ValueError, "weights must have shape"),
        ({"bias": "1"}, TypeError, "bias must be a number, got str '1'"),
        ({"bias": float("nan")}, ValueError, "bias must be a finite number between -10 and 10"),
        ({"activation": "relu"}, ValueError, "activation must be one of 'step', 'sigmoid', 'tanh', 'ReLU'; got"),
        ({"data": "NAND"}, ValueError, "data must be one of 'AND', 'OR', 'XOR', 'two clouds'"),
        ({"data": [[0, 0]]}, ValueError, "data must have shape"),
        ({"data": [[0, 2.5, 1]]}, ValueError, "data, an input, must be a finite number between -1 and 2, got 2.5"),
        ({"data": [[0, 0, 2]]}, ValueError, "data must give each point the class 0 or 1, got 2"),
        ({"data": np.zeros((61, 3))}, ValueError, "data must hold 1 to 60 points, got 61"),
        ({"datasets": {}}, ValueError, "datasets must hold at least one entry, got none"),
        ({"datasets": [[0, 0, 1]]}, TypeError, "datasets must map names to points, got list"),
        ({"point": 4}, ValueError, "point must be between 0 and 3, got 4"),
    ],
)
def test_it_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        figures.neuron(**arguments)


def test_the_page_shows_what_python_computes(visit):
    made = [
        figures.neuron(RANDOM.uniform(-5, 5, 2), RANDOM.uniform(-2, 2), activation, data=name)
        for activation, name in zip(figures.ACTIVATIONS, figures.DATASETS, strict=True)
    ]
    made.append(figures.neuron([1, 1], -1, data=np.c_[RANDOM.uniform(-1, 2, (9, 2)), RANDOM.integers(0, 2, 9)]))
    page = visit(*made)
    for i, figure in enumerate(made):
        one = page.locator(".dlf").nth(i)
        np.testing.assert_allclose(shown_sums(one), figure.sums, atol=1e-12)
        assert score(one).startswith(f"{figure.right} of {len(figure.labels)} right")
        assert one.locator(".dlf-wrong").count() == len(figure.labels) - figure.right
        for point in range(3):
            shown = one.locator(".dlf-sums strong").inner_text().replace("−", "-")
            assert abs(float(shown) - figure.output[point]) <= 0.005 + 1e-9
            one.get_by_role("button", name="next point").click()


def test_keys_on_the_sliders_solve_and(visit):
    page = visit(figures.neuron())
    assert score(page) == "2 of 4 right"
    for _ in range(6):
        slider(page, "bias").press("ArrowLeft")
    assert score(page) == "4 of 4 right"
    assert slider(page, "bias").get_attribute("aria-valuetext") == "−1.1"
    slider(page, "weight 1").press("Home")
    expect(page.locator(".dlf-slider output").first).to_have_text("−5")
    page.get_by_role("button", name="Reset").click()
    assert score(page) == "2 of 4 right"


def test_a_point_that_is_pressed_shows_its_sum(visit):
    page = visit(figures.neuron([2, -1], 0.5, "sigmoid", data="XOR"))
    drag(page, (1, 1), (1, 1))
    assert page.locator(".dlf-which").inner_text() == "point 4 of 4: (1, 1)"
    words = page.locator(".dlf-sums").inner_text()
    assert words == "z = 2 × 1 + (−1) × 1 + 0.5 = 1.5\noutput σ(1.5) ≈ 0.82"
    assert page.locator(".dlf-judged").inner_text() == "z > 0: says class 1; it is class 0. Wrong."
    page.get_by_role("button", name="next point").click()
    assert page.locator(".dlf-which").inner_text() == "point 1 of 4: (0, 0)"
    page.get_by_role("button", name="previous point").click()
    assert page.locator(".dlf-which").inner_text() == "point 4 of 4: (1, 1)"


def test_dragging_the_plane_moves_the_boundary_and_the_tip_turns_it(visit):
    figure = figures.neuron([2, 2], -2)
    page = mount(visit, figure)
    drag(page, (-0.5, -0.5), (-0.25, -0.25))  # by a quarter along both axes: the bias changes by 2 + 2 quarters
    figure.set_state(page.evaluate("model.sent.at(-1)"))
    assert figure.weights == [2, 2]
    assert abs(figure.bias - -3) < 0.06
    foot = np.array([0.75, 0.75])  # the middle of the boundary; the tip is a fifth of the weights further
    drag(page, foot + 0.4, (1.55, 0.75))
    for message in page.evaluate("model.sent"):
        figure.set_state(message)
    np.testing.assert_allclose(figure.weights, [4, 0], atol=0.1)
    assert abs(figure.weights @ foot + figure.bias) < 0.1  # the boundary still passes through its foot
    np.testing.assert_allclose(shown_sums(page), figure.sums, atol=1e-9)


def test_the_arrow_is_perpendicular_to_the_boundary(visit):
    page = visit(figures.neuron([3, -1.5], 0.4), figures.neuron([-1, 4], -2))
    for i in range(2):
        paths = [
            page.locator(".dlf").nth(i).locator(kind).get_attribute("d") for kind in (".dlf-boundary", ".dlf-weights")
        ]
        line, arrow = (np.diff(np.reshape(re.findall(r"-?[\d.]+", d), (2, 2)).astype(float), axis=0)[0] for d in paths)
        assert abs(line @ arrow) < 1e-6 * np.linalg.norm(line) * np.linalg.norm(arrow)


def test_the_colours_are_the_output(visit):
    """Each band of colour holds the output at its middle, which differs by half a band at most."""
    page = visit(figures.neuron([2, 1], -1, "sigmoid"), figures.neuron([2, 1], -1), figures.neuron([0, 0], 1))
    inside = """([index, x, y]) => {
      const svg = document.querySelectorAll(".dlf-plane svg")[index];
      const point = new DOMPoint((x + 1) * 100, (2 - y) * 100);
      const found = [...svg.querySelectorAll("polygon")].filter((band) => band.isPointInFill(point));
      return found.map((band) => Number(band.style.getPropertyValue("--amount")));
    }"""
    for x, y in RANDOM.uniform(-0.95, 1.95, (12, 2)).tolist():
        z = 2 * x + y - 1
        (amount,) = page.evaluate(inside, [0, x, y])
        assert abs(amount - 1 / (1 + np.exp(-z))) <= 1 / 24 + 2e-3
        assert page.evaluate(inside, [1, x, y]) == [float(z > 0)]
        assert page.evaluate(inside, [2, x, y]) == [1]


def test_without_a_boundary_on_the_plane_it_says_so(visit):
    page = visit(figures.neuron([1, 1], 9), figures.neuron([0, 0], 0))
    assert "The boundary is outside the plane." in score(page.locator(".dlf").first)
    assert "Both weights are 0: there is no boundary." in score(page.locator(".dlf").last)
    assert page.locator(".dlf-boundary").count() == 0


def test_menus_and_python_change_the_figure(visit):
    page = mount(visit, figures.neuron(point=3))
    page.get_by_role("combobox", name="Points").select_option("two clouds")
    page.get_by_role("combobox", name="Activation").select_option("ReLU")
    assert page.evaluate("model.sent") == [{"data": "two clouds", "point": 0}, {"activation": "ReLU"}]
    page.evaluate("model.set({ data: 'dot' })")  # its points come in the next message
    page.evaluate("model.set({ datasets: { dot: [[1, 1, 1]] } })")
    assert score(page) == "1 of 1 right"
    page.evaluate("cleanup()")
    assert page.evaluate("model.listeners.size") == 0


def test_at_no_width_is_anything_outside_and_controls_stay_where_they_are(visit):
    page = visit(figures.neuron([-2.5, -1.5], -7.25, "sigmoid", data="two clouds"))
    outside = """all => all.filter((part) => {
      const [inner, outer] = [part, part.closest(".dlf-body")].map((element) => element.getBoundingClientRect());
      return inner.left < outer.left || inner.right > outer.right + 0.5;
    }).length"""
    for width in (1280, 320, 360, 541, 768):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("select, button, input, .dlf-plane, .dlf-curve, .dlf-sums span").evaluate_all(outside) == 0
    for width in (360, 800):
        page.set_viewport_size({"width": width, "height": 740})
        places = set()
        for _ in range(12):
            page.get_by_role("button", name="next point").click()
            places.add(page.get_by_role("button", name="Reset").bounding_box()["y"] + page.evaluate("scrollY"))
        assert len(places) == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation(visit, theme):
    page = visit(figures.neuron(data="XOR"), figures.neuron([0, 0], 0, "tanh"), http=True, reduced_motion="reduce")
    set_theme(page, theme)
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["impact"], v["nodes"][0]["html"]) for v in found] == []


def test_on_a_phone_everything_that_can_be_pressed_is_large_enough(visit):
    page = visit(figures.neuron(), **PHONE)
    boxes = [element.bounding_box() for element in page.locator("button, select, input").all()]
    assert min(min(box["width"], box["height"]) for box in boxes) >= 34
