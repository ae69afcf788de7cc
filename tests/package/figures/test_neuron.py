"""The figure neuron: its numbers are those of PyTorch, its picture those numbers, and a reader can turn everything."""

import re

import numpy as np
import pytest
import torch
from sklearn.linear_model import Perceptron

from dlcourse import figures

ORACLES = {
    "step": lambda z: torch.heaviside(z, torch.zeros((), dtype=z.dtype)),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "ReLU": torch.relu,
}
RANDOM = np.random.default_rng(3)


def text(page, name):
    return page.locator(f".dlf-{name}").inner_text()


def press(page, *names):
    for name in names:
        page.get_by_role("button", name=name).click()


def drag(page, start, end, button="left"):
    """Drags on the plane from one point to another, both in its own coordinates."""
    box = page.locator(".dlf-plane").bounding_box()
    there = [(box["x"] + box["width"] * (x + 1) / 3, box["y"] + box["height"] * (2 - y) / 3) for x, y in (start, end)]
    page.mouse.move(*there[0])
    page.mouse.down(button=button)
    page.mouse.move(*there[1], steps=6)
    page.mouse.up(button=button)


def test_all_data_sets_but_xor_can_be_separated_by_a_line():
    for name, rows in figures.DATASETS.items():
        points, labels = np.array(rows)[:, :2], np.array(rows)[:, 2]
        found = Perceptron(tol=None, max_iter=500).fit(points, labels)
        assert (found.score(points, labels) == 1) == (name != "XOR")


@pytest.mark.parametrize("activation", figures.ACTIVATIONS)
def test_it_computes_a_linear_layer_and_pytorchs_activation_and_judges_the_sums(show, activation):
    for name, rows in figures.DATASETS.items():
        weights, bias, point = RANDOM.uniform(-5, 5, 2), RANDOM.uniform(-3, 3), int(RANDOM.integers(len(rows)))
        page = show(figures.neuron(weights, bias, activation, data=name, point=point))
        layer = torch.nn.Linear(2, 1).double()
        with torch.no_grad():
            layer.weight[:], layer.bias[:] = torch.tensor(weights), bias
            z = layer(torch.tensor(rows, dtype=torch.float64)[:, :2])[:, 0]
            output = ORACLES[activation](z)[point].item()
        right = (z > 0).numpy() == [label == 1 for _, _, label in rows]
        points = page.locator(".dlf-plane g").evaluate_all(
            "all => all.map(g => [g.dataset.sum, ...['.dlf-wrong', '.dlf-ring', 'circle.dlf-one', 'rect.dlf-none']"
            ".map(kind => g.querySelectorAll(kind).length)].map(Number))"
        )
        sums, crosses, rings, circles, squares = np.transpose(points)
        np.testing.assert_allclose(sums, z, atol=1e-12)
        assert crosses.tolist() == (~right).tolist()
        assert rings.tolist() == [i == point for i in range(len(rows))]
        assert circles.tolist() == (1 - squares).tolist() == [label for _, _, label in rows]
        assert text(page, "score").startswith(f"{right.sum()} of {len(rows)} right")
        assert abs(float(page.locator(".dlf-sums strong").inner_text().replace("−", "-")) - output) <= 0.005 + 1e-9
        assert text(page, "judged").endswith("Right." if right[point] else "Wrong.")


def test_a_sum_of_zero_is_class_0_and_rounding_is_no_side_of_the_boundary(show):
    assert 0.1 + 0.2 - 0.3 > 0
    page = show(figures.neuron([0.1, 0.2], -0.3, data=[[1, 1, 0]]))
    assert text(page, "score") == "1 of 1 right"
    assert text(page, "judged") == "z = 0: says class 0; it is class 0. Right."
    assert page.locator(".dlf-wrong").count() == 0


BAND = """([x, y]) => {
  const svg = document.querySelector(".dlf-plane svg");
  const point = new DOMPoint((x + 1) * 100, (2 - y) * 100);
  return [...svg.querySelectorAll(".dlf-tint")].filter((band) => band.isPointInFill(point)).map((band) =>
    [Number(band.style.getPropertyValue("--amount")), getComputedStyle(band).fill.match(/[\\d.]+/g).map(Number)]);
}"""


@pytest.mark.parametrize("activation", figures.ACTIVATIONS)
def test_the_colours_of_the_plane_are_the_output(show, activation):
    """Each band holds the output at its middle, which differs by half a band at most; blue is above zero."""
    page = show(figures.neuron([2, 1], -1, activation))
    deepest, width = {"ReLU": (5, 5 / 12), "tanh": (1, 2 / 12), "sigmoid": (1, 1 / 12), "step": (1, 0)}[activation]
    for theme in ("dark", "light"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        for x, y in RANDOM.uniform(-0.95, 1.95, (12, 2)).tolist():
            output = ORACLES[activation](torch.tensor(2 * x + y - 1, dtype=torch.float64)).item()
            ((amount, (red, _, blue, *_)),) = page.evaluate(BAND, [x, y])
            assert abs(amount - abs(output) / deepest) <= width / deepest / 2 + 2e-3
            if abs(output) > 0.2:
                assert (blue > red) == (output > 0)


def test_a_plane_without_a_slope_has_one_colour_and_no_boundary(show):
    page = show(figures.neuron([0, 0], 1))
    assert [amount for amount, _ in page.evaluate(BAND, [0.3, 0.4])] == [1]
    assert text(page, "score").endswith("Both weights are 0: there is no boundary.")
    assert page.locator(".dlf-boundary").count() == 0
    page = show(figures.neuron([1, 1], 9))
    assert text(page, "score").endswith("The boundary is outside the plane.")
    assert page.locator(".dlf-boundary").count() == 0


def test_the_arrow_is_perpendicular_to_the_boundary_and_points_to_larger_sums(show):
    for weights, bias in [([3, -1.5], 0.4), ([-1, 4], -2)]:
        page = show(figures.neuron(weights, bias))
        paths = [page.locator(kind).get_attribute("d") for kind in (".dlf-boundary", ".dlf-weights")]
        line, arrow = (np.reshape(re.findall(r"-?[\d.]+", d), (2, 2)).astype(float) for d in paths)
        np.testing.assert_allclose((line * [0.01, -0.01] + [-1, 2]) @ weights, -bias, atol=0.05)
        along = np.diff(arrow, axis=0)[0] * [1, -1]
        assert abs(np.diff(line, axis=0)[0] * [1, -1] @ along) < 0.2
        assert along @ weights > 0


def test_the_curve_holds_the_points_and_leaves_out_those_beyond_its_ends(show):
    for activation in figures.ACTIVATIONS:
        page = show(figures.neuron([5, 4], -3, activation, data="two clouds"))
        rows = np.array(figures.DATASETS["two clouds"])
        near = abs(rows[:, :2] @ [5, 4] - 3) <= 6
        assert 5 < near.sum() < len(rows) - 2
        on_line = page.locator(".dlf-curve :is(.dlf-one, .dlf-none)").evaluate_all(
            """all => all.map((mark) => {
              const { x, y, width, height } = mark.getBBox();
              return mark.ownerSVGElement.querySelector(".dlf-line")
                .isPointInStroke(new DOMPoint(x + width / 2, y + height / 2));
            })"""
        )
        assert on_line == [True] * near.sum()


def test_the_ticks_stand_beside_the_points_they_name(show):
    page = show(figures.neuron(data=[[0, 0, 0], [1, 1, 1]]))
    centre = "all => all.map(e => e.getBoundingClientRect()).map(b => [b.x + b.width / 2, b.y + b.height / 2])"
    points = np.array(page.locator(".dlf-plane g").evaluate_all(centre))
    for axis, name in enumerate("xy"):
        ticks = np.array(page.locator(f".dlf-tick-{name}").evaluate_all(centre))
        assert page.locator(f".dlf-tick-{name}").all_inner_texts() == ["0", "1"]
        np.testing.assert_allclose(ticks[:, axis], points[:, axis], atol=3)


def test_sliders_turn_the_weights_and_solve_and(show, stage):
    figure = figures.neuron()
    page = show(figure)
    assert text(page, "score") == "2 of 4 right"
    for _ in range(6):
        page.get_by_role("slider", name="bias").press("ArrowLeft")
    assert text(page, "score") == "4 of 4 right"
    page.get_by_role("slider", name="weight 1").press("Home")
    page.get_by_role("slider", name="weight 2").press("End")
    assert page.locator(".dlf-slider output").all_inner_texts() == ["−5", "5", "−1.1"]
    assert page.get_by_role("slider", name="bias").get_attribute("aria-valuetext") == "−1.1"
    assert stage.receive(figure).state() == figures.neuron([-5, 5], -1.1).state()
    for end, bias in (("Home", -10), ("End", 10)):  # all that the sliders reach is taken in Python
        page.get_by_role("slider", name="bias").press(end)
        assert stage.receive(figure).bias == bias


def test_a_point_that_is_pressed_or_stepped_to_shows_its_sum(show, stage):
    page = show(figures.neuron([2, -1], 0.5, "sigmoid", data="XOR"))
    drag(page, (1, 1), (1.01, 1))  # two pixels are a press
    assert text(page, "which") == "point 4 of 4: (1, 1)"
    assert text(page, "sums") == "z = 2 × 1 + (−1) × 1 + 0.5 = 1.5\noutput σ(1.5) ≈ 0.82"
    assert text(page, "judged") == "z > 0: says class 1; it is class 0. Wrong."
    press(page, "next point")
    assert text(page, "which") == "point 1 of 4: (0, 0)"
    press(page, "previous point")
    assert text(page, "which") == "point 4 of 4: (1, 1)"
    stage.sent()
    drag(page, (-0.9, 1.9), (-0.9, 1.9))  # far from all points
    drag(page, (0, 0), (1, 0), button="right")
    assert stage.sent() == []


def test_dragging_the_plane_moves_the_boundary_and_the_tip_turns_it(show, stage):
    figure = figures.neuron([2, 2], -2)
    page = show(figure)
    drag(page, (-0.5, -0.5), (-0.25, -0.25))  # by a quarter along both axes: the bias changes by 2 + 2 quarters
    assert stage.receive(figure).weights == [2, 2]
    assert figure.bias == pytest.approx(-3, abs=0.06)
    assert figure.point == 0
    foot = np.array([0.75, 0.75])  # the middle of the boundary; the tip is a fifth of the weights further
    drag(page, foot + 0.4, (1.55, 0.75))
    np.testing.assert_allclose(stage.receive(figure).weights, [4, 0], atol=0.1)
    assert abs(figure.weights @ foot + figure.bias) < 0.1  # the boundary still passes through its foot
    assert page.locator(".dlf-plane").evaluate("plane => getComputedStyle(plane).touchAction") == "none"


def test_menus_and_python_change_the_figure(show, stage):
    page = show(figures.neuron(point=3))
    page.get_by_role("combobox", name="Points").select_option("two clouds")
    page.get_by_role("combobox", name="Activation").select_option("ReLU")
    assert stage.sent() == [{"data": "two clouds", "point": 0}, {"activation": "ReLU"}]
    stage.set(data="dot")  # its points come in the next message
    stage.set(datasets={"dot": [[1, 1, 1]]})
    assert text(page, "score") == "1 of 1 right"
    assert page.locator("option:not([hidden])").all_inner_texts() == ["dot", *figures.ACTIVATIONS]


def test_the_point_stays_inside_and_the_text_is_short():
    figure = figures.neuron(data="two clouds", point=20)
    figure.data = [[0.5, 0.5, 1], [2, -1, 0]]
    assert figure.point == 1
    assert repr(figure) == "Neuron(weights=[1, 1], bias=-0.5, activation='step', data=2 points)"
    assert "weights 1 and 1, the bias 9 and" in (said := figures.neuron([1, 1], 9, data="XOR").describe())
    assert said.endswith("the 4 points of “XOR” apart.")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"weights": [1, 2, 3]}, ValueError, r"weights must have shape \(2\)"),
        ({"weights": [1, 5.1]}, ValueError, r"weights\[1\] must be a finite number between -5 and 5, got 5.1"),
        ({"activation": "relu"}, ValueError, "activation must be one of 'step', 'sigmoid', 'tanh', 'ReLU'; got"),
        ({"data": "NAND"}, ValueError, "data must be one of 'AND', 'OR', 'XOR', 'two clouds'"),
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
