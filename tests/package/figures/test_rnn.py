"""The figure rnn: its states and gradients are those of PyTorch's cells and autograd, in Python and on the page."""

import numpy as np
import pytest
import torch

from dlcourse import figures

SETTINGS = ("recurrent_weight", "input_weight", "bias", "gate_weight", "gate_bias")
RANDOM = np.random.default_rng(5)


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
        x = torch.tensor([[float(x)]], dtype=torch.float64)
        state = w * state + u * x + b if figure.cell == "linear" else cell(x, state)
        states.append(state.requires_grad_())
    return states


def numbers(page, row):
    cells = page.locator(f".dlf-row-{row} .dlf-cell")
    return cells.evaluate_all("all => all.map((cell) => Number(cell.dataset.value))")


def lines(page):
    return page.locator(".dlf-equation.dlf-now p").all_inner_texts()


def bars(page, chart):
    """How far the bars of a chart reach on the screen, up or down, as a share of half the chart; and their colours."""
    return page.locator(f".dlf-chart-{chart} i").evaluate_all(
        """all => all.map((bar) => {
          const style = getComputedStyle(bar, "::before");
          const half = bar.parentElement.clientHeight / 2;
          const [top, height] = [parseFloat(style.top), parseFloat(style.height)];
          const [up, down] = [1 - top / half, (top + height) / half - 1];
          const [red, , blue] = style.backgroundColor.match(/[\\d.]+/g).map(Number);
          return [Math.abs(up) > Math.abs(down) ? up : -down, blue > red];
        })"""
    )


@pytest.mark.parametrize("cell", figures.CELLS)
def test_states_and_gradients_are_those_of_pytorch_in_python_and_on_the_page(show, cell):
    for n in (1, 2, 8, 12):
        settings = dict(zip(SETTINGS, RANDOM.uniform(-2, 2, 5).round(3).tolist(), strict=True))
        figure = figures.rnn(RANDOM.normal(size=n), cell, **settings)
        states = torch_states(figure)
        gradients = [gradient.item() for gradient in torch.autograd.grad(states[-1], states)]
        states = [state.item() for state in states]
        np.testing.assert_allclose(figure.states, states, atol=1e-12)
        np.testing.assert_allclose(figure.gradients, gradients, rtol=1e-9)
        page = show(figure)
        np.testing.assert_allclose(numbers(page, "state"), states, rtol=1e-9)
        np.testing.assert_allclose(numbers(page, "gradient"), gradients, rtol=1e-9)
        np.testing.assert_allclose(numbers(page, "keep"), figure.gates, rtol=1e-9)
        scale = max([1, *np.abs(states)])
        for chart, shares in [("heights", np.divide(states, scale)), ("sizes", np.log10(np.abs(gradients)) / 3)]:
            reach, blue = zip(*bars(page, chart), strict=True)
            np.testing.assert_allclose(reach, np.clip(shares, -1, 1), atol=0.03)
            assert [b for b, share in zip(blue, shares, strict=True) if abs(share) > 0.05] == [
                share > 0 for share in shares if abs(share) > 0.05
            ]


def test_a_closed_gate_keeps_the_state_and_the_gradient():
    kept = figures.rnn(cell="gated", gate_weight=-10, gate_bias=5)
    plain = figures.rnn(cell="tanh")
    assert kept.gradients[0] > 0.9 > 0.1 > plain.gradients[0]
    assert kept.states[-1] > 0.9 * kept.states[0]
    np.testing.assert_allclose(kept.gates[0], 1 / (1 + np.exp(5)))
    assert plain.gates.tolist() == [0] * 8


def test_editing_the_input_and_turning_the_knobs(show, stage):
    figure = figures.rnn([1, 0, 0], recurrent_weight=0.5)
    page = show(figure)
    page.get_by_label("input 2").fill("-2")
    page.get_by_role("button", name="one step more").click()
    page.get_by_role("slider", name="recurrent weight").press("ArrowRight")
    assert page.get_by_role("slider").count() == 3
    assert not page.locator(".dlf-row-keep").is_visible()
    page.get_by_role("combobox", name="Unit").select_option("gated")
    assert page.get_by_role("slider").count() == 5
    assert page.locator(".dlf-row-keep").is_visible()
    page.get_by_role("slider", name="gate bias").press("Home")
    stage.receive(figure)
    assert (figure.input, figure.recurrent_weight, figure.cell, figure.gate_bias) == ([1, -2, 0, 0], 0.55, "gated", -5)
    np.testing.assert_allclose(numbers(page, "state"), figure.states, rtol=1e-9)


def test_all_that_the_sliders_reach_is_taken_in_python(show, stage):
    figure = figures.rnn(cell="gated")
    page = show(figure)
    largest = {"recurrent_weight": 2, "input_weight": 3, "bias": 2, "gate_weight": 10, "gate_bias": 5}
    for name, most in largest.items():
        for key, value in [("End", most), ("Home", -most)]:
            page.get_by_role("slider", name=name.replace("_", " "), exact=True).press(key)
            assert getattr(stage.receive(figure), name) == value


def test_inputs_of_every_length_can_be_chosen_and_are_known_again(show, stage):
    figure = figures.rnn([1, 0, 0, 0])
    page = show(figure)
    menu = page.get_by_role("combobox", name="Input")
    names = menu.locator("option:not([hidden])").all_inner_texts()
    chosen = {}
    for name in names[::-1]:
        menu.select_option(name)
        chosen[name] = stage.receive(figure).input
        assert menu.input_value() == name
    assert chosen == {
        "pulse": [1, 0, 0, 0], "constant": [1, 1, 1, 1], "alternating": [1, -1, 1, -1], "two pulses": [1, 0, -1, 0]
    }  # fmt: skip
    page.get_by_label("input 1").fill("3")
    assert menu.input_value() == ""
    often = "button => { for (let i = 0; i < 15; i++) button.click(); }"
    page.get_by_role("button", name="one step more").evaluate(often)
    assert len(stage.receive(figure).input) == 12
    page.get_by_role("button", name="one step fewer").evaluate(often)
    assert stage.receive(figure).input == [3]
    assert page.locator(".dlf-where").inner_text() == "step 1 of 1"


def test_a_step_that_is_touched_shows_its_formula(show):
    page = show(figures.rnn([1, 0, 2], "linear", recurrent_weight=0.5))
    page.get_by_role("button", name="state 3").click()
    assert lines(page) == ["h₃ = w h₂ + u x₃ + b = 0.5 × 0.5 + 1 × 2 + 0 = 2.25", "∂h₃/∂h₂ = w = 0.5", "∂h₃/∂h₃ = 1"]
    page.keyboard.press("ArrowLeft")
    assert lines(page)[2] == "∂h₃/∂h₂ ≈ 0.5"
    page.keyboard.press("Home")
    assert lines(page)[2] == "∂h₃/∂h₁ = ∂h₃/∂h₂ × ∂h₂/∂h₁ ≈ 0.25"
    assert page.locator(".dlf-where").inner_text() == "step 1 of 3"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "state 1: 1"
    page.locator(".dlf-unit").nth(1).click()
    page.locator(".dlf-chart-sizes i").nth(2).click()
    assert page.locator(".dlf-where").inner_text() == "step 3 of 3"


def test_the_formulas_of_tanh_and_of_the_gate_hold_the_numbers_of_their_step(show):
    page = show(figures.rnn([1, -2, 0.5], recurrent_weight=0.8, bias=-0.1, step=2))
    assert lines(page) == [
        "h₂ = tanh(w h₁ + u x₂ + b) = tanh(0.8 × 0.72 + 1 × (−2) − 0.1) ≈ tanh(−1.53) ≈ −0.91",
        "∂h₂/∂h₁ = w (1 − h₂²) ≈ 0.8 × (1 − (−0.91)²) ≈ 0.14",
        "∂h₃/∂h₂ ≈ 0.72",
    ]
    page = show(figures.rnn([1, -2, 0, 0, 0.5], "gated", gate_weight=0.5, gate_bias=1.5, step=2))
    assert lines(page) == [
        "z₂ = σ(v x₂ + c) = σ(0.5 × (−2) + 1.5) ≈ 0.62",
        "n₂ = tanh(w h₁ + u x₂ + b) = tanh(0.7 × 0.091 + 1 × (−2) + 0) ≈ −0.96",
        "h₂ = z₂ h₁ + (1 − z₂) n₂ ≈ 0.62 × 0.091 + 0.38 × (−0.96) ≈ −0.31",
        "∂h₂/∂h₁ = z₂ + (1 − z₂) w (1 − n₂²) ≈ 0.64",
        "∂h₅/∂h₂ = ∂h₅/∂h₄ × ∂h₄/∂h₃ × ∂h₃/∂h₂ ≈ 0.84",
    ]


@pytest.mark.parametrize(
    ("weight", "said"),
    [(0.3, "2e−4. It vanishes."), (1.6, "26.84. It explodes."), (-1.6, "−26.84. It explodes."), (1, "1.")],
)
def test_it_says_what_becomes_of_the_gradient(show, weight, said):
    page = show(figures.rnn(cell="linear", recurrent_weight=weight))
    assert page.locator(".dlf-said").inner_text() == f"Derivative of the last state by the first: {said}"


def test_a_change_in_python_redraws_the_figure(show, stage):
    page = show(figures.rnn(step=8))
    stage.set(input=[3, 0], cell="linear")
    np.testing.assert_allclose(numbers(page, "state"), [3, 2.1])
    assert page.locator(".dlf-where").inner_text() == "step 2 of 2"


def test_what_is_no_number_is_said_and_not_sent_and_reset_takes_the_complaint_back(show, stage):
    page = show(figures.rnn())
    page.get_by_label("input 1", exact=True).fill("")
    assert page.locator(".dlf-note").inner_text().startswith("This is not a number yet")
    page.get_by_label("input 1", exact=True).fill("1000")
    assert page.locator(".dlf-note").inner_text().startswith("Please stay between −999 and 999.")
    assert stage.sent() == []
    page.get_by_role("button", name="Reset").click()
    assert page.locator(".dlf-note").inner_text().startswith("Every input can be edited.")


def test_the_step_stays_inside_and_the_description_says_the_states():
    figure = figures.rnn(step=8)
    figure.input = [1, 2, 3]
    assert figure.step == 3
    assert figures.rnn([1]).step == 1
    text = figures.rnn([1, 0, 0], "linear", recurrent_weight=0.5).describe()
    assert "a recurrent unit (linear) with the recurrent weight 0.5 reads the input [1, 0, 0]" in text
    assert "its states are [1, 0.5, 0.25], and the derivative of the last state by the first is 0.25" in text
    given = figures.rnn().state()
    assert {name: given[name] for name in SETTINGS} == dict(zip(SETTINGS, (0.7, 1, 0, -6, 3), strict=True))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"input": [0] * 13}, ValueError, "input must have 1 to 12 numbers"),
        ({"cell": "lstm"}, ValueError, "cell must be one of 'tanh', 'linear', 'gated'; got str 'lstm'"),
        ({"recurrent_weight": 2.1}, ValueError, "recurrent_weight must be a finite number between -2 and 2, got 2.1"),
        ({"step": 0}, ValueError, "step must be between 1 and 8, got 0"),
        ({"step": 9}, ValueError, "step must be between 1 and 8, got 9"),
    ],
)
def test_it_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        figures.rnn(**arguments)
