"""The figure rnn: its states and gradients (the oracles are PyTorch's cells and autograd), and its page."""

import json

import numpy as np
import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from test_figures_model import mount
from test_figures_page import CONTRAST, contrast, set_theme
from test_figures_state import html_of, state_in

from dlcourse import figures

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
RANDOM = np.random.default_rng(5)


def drawn(cell, n=8):
    """A figure with random settings."""
    names = ("recurrent_weight", "input_weight", "bias", "gate_weight", "gate_bias")
    settings = dict(zip(names, RANDOM.uniform(-2, 2, 5).round(3).tolist(), strict=True))
    return figures.rnn(RANDOM.normal(size=n), cell, **settings)


def torch_states(figure):
    """The states of PyTorch's own cell with the figure's numbers, connected for autograd."""
    w, u, b = figure.recurrent_weight, figure.input_weight, figure.bias
    cell = (torch.nn.GRUCell if figure.cell == "gated" else torch.nn.RNNCell)(1, 1).double()
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
        rows = slice(2, 3) if figure.cell == "gated" else slice(0, 1)  # a GRU has three rows: reset, update, new
        cell.weight_hh[rows], cell.weight_ih[rows], cell.bias_ih[rows] = w, u, b
        if figure.cell == "gated":
            cell.bias_ih[0] = 50  # the reset gate is open
            cell.weight_ih[1], cell.bias_ih[1] = figure.gate_weight, figure.gate_bias
    state, states = torch.zeros(1, 1, dtype=torch.float64), []
    for x in figure.input:
        state = cell(torch.tensor([[float(x)]], dtype=torch.float64), state)
        states.append(state)
    return states


def numbers(page, row):
    cells = page.locator(f".dlf-row-{row} .dlf-cell")
    return cells.evaluate_all("all => all.map((cell) => Number(cell.dataset.value))")


@pytest.mark.parametrize("cell", ["tanh", "gated"])
def test_states_and_gradients_are_those_of_pytorch(cell):
    for n in (1, 2, 8, 12):
        figure = drawn(cell, n)
        states = torch_states(figure)
        np.testing.assert_allclose(figure.states, [state.item() for state in states], atol=1e-12)
        gradients = torch.autograd.grad(states[-1], states)
        np.testing.assert_allclose(figure.gradients, [gradient.item() for gradient in gradients], rtol=1e-9)


def test_without_tanh_the_gradient_is_a_power_of_the_recurrent_weight():
    for weight in (0.5, 1, -1.5):
        figure = figures.rnn(RANDOM.normal(size=8), "linear", recurrent_weight=weight, bias=0.3)
        np.testing.assert_allclose(figure.gradients, np.array(weight, float) ** np.arange(7, -1, -1))
        powers = np.array(weight, float) ** np.arange(8)
        expected = np.convolve(np.array(figure.input) + 0.3, powers)[:8]
        np.testing.assert_allclose(figure.states, expected, atol=1e-12)


def test_the_factors_are_the_slopes_of_one_step():
    for cell in figures.CELLS:
        figure = drawn(cell)
        np.testing.assert_allclose(figure.gradients[:-1], figure.gradients[1:] * figure.factors[1:])


def test_a_closed_gate_keeps_the_state_and_the_gradient():
    settings = {"gate_weight": -10, "gate_bias": 5}
    kept = figures.rnn(cell="gated", **settings)
    plain = figures.rnn(cell="tanh")
    assert kept.gradients[0] > 0.9 > 0.1 > plain.gradients[0]
    assert kept.states[-1] > 0.9 * kept.states[0]
    np.testing.assert_allclose(kept.gates[0], 1 / (1 + np.exp(5)))
    assert plain.gates.tolist() == [0] * 8


def test_the_state_survives_json_and_the_html_is_small():
    figure = drawn("gated", 5)
    assert figures.RNN(**state_in(html_of(figure))).state() == figure.state() == json.loads(json.dumps(figure.state()))
    assert len(html_of(figures.rnn()).encode()) < 700
    assert (
        "a recurrent unit (linear) with the recurrent weight 0.5"
        in figures.rnn([1, 0, 0], "linear", recurrent_weight=0.5).describe()
    )
    assert (
        "its states are [1, 0.5, 0.25], and the derivative of the last state by the first is 0.25"
        in figures.rnn([1, 0, 0], "linear", recurrent_weight=0.5).describe()
    )


def test_the_step_stays_inside():
    figure = figures.rnn(step=8)
    figure.input = [1, 2, 3]
    assert figure.step == 3
    assert figures.rnn([1]).step == 1


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"input": []}, ValueError, "input must have 1 to 12 numbers along each axis"),
        ({"input": [0] * 13}, ValueError, "input must have 1 to 12 numbers"),
        ({"input": "abc"}, TypeError, "input must hold numbers"),
        ({"input": [float("inf")]}, ValueError, "input must hold numbers between -999 and 999, got inf"),
        ({"cell": "lstm"}, ValueError, "cell must be one of 'tanh', 'linear', 'gated'; got str 'lstm'"),
        ({"recurrent_weight": 2.1}, ValueError, "recurrent_weight must be a finite number between -2 and 2, got 2.1"),
        ({"gate_bias": None}, TypeError, "gate_bias must be a number, got NoneType None"),
        ({"step": 0}, ValueError, "step must be between 1 and 8, got 0"),
        ({"step": 9}, ValueError, "step must be between 1 and 8, got 9"),
    ],
)
def test_it_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        figures.rnn(**arguments)


def test_the_page_shows_what_python_computes(visit):
    made = [drawn(cell, n) for cell, n in zip(figures.CELLS, (8, 12, 5), strict=True)]
    page = visit(*made)
    for i, figure in enumerate(made):
        one = page.locator(".dlf").nth(i)
        np.testing.assert_allclose(numbers(one, "state"), figure.states, rtol=1e-9)
        np.testing.assert_allclose(numbers(one, "gradient"), figure.gradients, rtol=1e-9)
        assert one.locator(".dlf-row-keep").is_visible() == (figure.cell == "gated")
        np.testing.assert_allclose(numbers(one, "keep"), figure.gates, rtol=1e-9)


def test_editing_the_input_and_turning_the_knobs(visit):
    figure = figures.rnn([1, 0, 0], recurrent_weight=0.5)
    page = mount(visit, figure)
    page.get_by_label("input 2").fill("-2")
    page.get_by_role("button", name="one step more").click()
    page.get_by_role("slider", name="recurrent weight").press("ArrowRight")
    page.get_by_role("combobox", name="Unit").select_option("gated")
    page.get_by_role("slider", name="gate bias").press("Home")
    for message in page.evaluate("model.sent"):
        figure.set_state(message)
    assert (figure.input, figure.recurrent_weight, figure.cell, figure.gate_bias) == ([1, -2, 0, 0], 0.55, "gated", -5)
    np.testing.assert_allclose(numbers(page, "state"), figure.states, rtol=1e-9)
    page.get_by_role("combobox", name="Input").select_option("alternating")
    figure.set_state(page.evaluate("model.sent.at(-1)"))
    assert figure.input == [1, -1, 1, -1]
    page.get_by_role("button", name="Reset").click()
    figure.set_state(page.evaluate("model.sent.at(-1)"))
    assert figure.state() == figures.rnn([1, 0, 0], recurrent_weight=0.5).state()


def test_a_step_that_is_touched_shows_its_formula(visit):
    page = visit(figures.rnn([1, 0, 2], "linear", recurrent_weight=0.5))
    page.get_by_role("button", name="state 3").click()
    shown = page.locator(".dlf-equation.dlf-now p")
    assert shown.all_inner_texts() == [
        "h₃ = w h₂ + u x₃ + b = 0.5 × 0.5 + 1 × 2 + 0 = 2.25",
        "∂h₃/∂h₂ = w = 0.5",
        "∂h₃/∂h₃ = 1",
    ]
    page.keyboard.press("ArrowLeft")
    assert shown.nth(2).inner_text() == "∂h₃/∂h₂ ≈ 0.5"
    page.keyboard.press("Home")
    assert shown.nth(2).inner_text() == "∂h₃/∂h₁ = ∂h₃/∂h₂ × ∂h₂/∂h₁ ≈ 0.25"
    assert page.locator(".dlf-where").inner_text() == "step 1 of 3"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "state 1: 1"


@pytest.mark.parametrize(("weight", "words"), [(0.3, " It vanishes."), (1.6, " It explodes."), (1, "")])
def test_it_says_what_becomes_of_the_gradient(visit, weight, words):
    figure = figures.rnn(cell="linear", recurrent_weight=weight)
    page = visit(figure)
    number = {0.3: "2e−4", 1.6: "26.84", 1: "1"}[weight]
    assert page.locator(".dlf-said").inner_text() == f"Derivative of the last state by the first: {number}.{words}"
    shares = page.locator(".dlf-chart-sizes i").evaluate_all(
        "all => all.map((bar) => Number(bar.style.getPropertyValue('--share')))"
    )
    np.testing.assert_allclose(shares, np.clip(np.log10(figure.gradients) / 3, -1, 1), atol=1e-4)


def test_a_change_in_python_redraws_the_figure_and_cleaning_up_stops_it(visit):
    page = mount(visit, figures.rnn(step=8))
    page.evaluate("model.set({ input: [3, 0], cell: 'linear' })")
    np.testing.assert_allclose(numbers(page, "state"), [3, 2.1])
    page.get_by_role("button", name="Play").click()
    page.evaluate("cleanup()")
    assert page.evaluate("model.listeners.size") == 0


def test_what_is_no_number_is_said_and_not_sent(visit):
    page = mount(visit, figures.rnn())
    page.get_by_label("input 1", exact=True).fill("")
    assert page.locator(".dlf-note").inner_text().startswith("This is not a number yet")
    assert page.evaluate("model.sent") == []


def test_at_no_width_does_the_page_scroll_sideways_and_controls_stay(visit):
    page = visit(figures.rnn(), drawn("gated", 12))
    for width in (1280, 320, 360, 541, 768):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    for width in (360, 800):
        page.set_viewport_size({"width": width, "height": 740})
        one = page.locator(".dlf").last
        places = set()
        for key in ("Home", *["ArrowRight"] * 11):
            one.locator(".dlf-output.dlf-now").press(key)
            places.add(one.get_by_role("button", name="Next").bounding_box()["y"] + page.evaluate("scrollY"))
        assert len(places) == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation_and_every_number_can_be_read(visit, theme):
    page = visit(figures.rnn(), figures.rnn([1, -2, 3], "gated"), http=True, reduced_motion="reduce")
    set_theme(page, theme)
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["impact"], v["nodes"][0]["html"]) for v in found] == []
    pairs = page.evaluate(CONTRAST)
    assert len(pairs) > 20
    assert min(map(contrast, pairs)) >= 4.5


def test_on_a_phone_everything_that_can_be_pressed_is_24_pixels_or_more(visit):
    page = visit(figures.rnn(cell="gated"), **PHONE)
    boxes = [element.bounding_box() for element in page.locator("button, select, input").all()]
    assert min(min(box["width"], box["height"]) for box in boxes) >= 24
