"""The figure conv1d: what it computes, what a reader can do to it, what it refuses."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from dlcourse import figures

NUMBERS = st.one_of(st.integers(-999, 999), st.floats(-999, 999))


def outputs(page):
    return [float(cell.get_attribute("data-value")) for cell in page.locator(".dlf-output .dlf-cell").all()]


def equation(page):
    return page.locator(".dlf-equation.dlf-now").inner_text()


def where(page):
    return " ".join(page.locator(".dlf-where").inner_text().split())


def values(page, name):
    cells = page.get_by_role("group", name=name, exact=True).locator("input").all()
    return [cell.input_value() for cell in cells]


def test_outputs_are_numpys_correlation_for_random_inputs(show):
    rng = np.random.default_rng(7)
    made = []
    for _ in range(12):
        n = rng.integers(1, 17)
        made.append((rng.normal(size=n) * 5, rng.normal(size=rng.integers(1, n + 1))))
    page = show(*(figures.conv1d(x, w) for x, w in made))
    for i, (x, w) in enumerate(made):
        np.testing.assert_allclose(outputs(page.locator(".dlf").nth(i)), np.correlate(x, w, "valid"), atol=1e-9)
        np.testing.assert_allclose(figures.conv1d(x, w).output, np.correlate(x, w, "valid"), atol=1e-9)


def test_a_flipped_filter_gives_numpys_convolution_and_relu_comes_after_the_bias(show):
    x, w = [3, -1, 4, 1, -5, 9], [2, 7, -1]
    page = show(figures.conv1d(x, w))
    page.get_by_label("flip the filter (convolution)").check()
    np.testing.assert_allclose(outputs(page), np.convolve(x, w, "valid"))
    assert values(page, "filter") == ["-1", "7", "2"]
    page.get_by_label("bias").fill("-2")
    page.get_by_label("ReLU").check()
    np.testing.assert_allclose(outputs(page), np.maximum(np.convolve(x, w, "valid") - 2, 0))
    page.get_by_role("button", name="output 2").click()
    assert equation(page) == "4 × (−1) + 1 × 7 + (−5) × 2 − bias 2 = −9 → ReLU → 0"


def test_editing_a_flipped_weight_changes_the_weight_one_sees(show):
    page = show(figures.conv1d([1, 2, 3], [4, 5, 6], flip=True))
    page.get_by_label("filter weight 0").fill("10")
    assert values(page, "filter") == ["10", "5", "4"]
    assert outputs(page) == [10 + 10 + 12]


def test_the_equation_writes_the_products_out(show):
    page = show(figures.conv1d())
    assert equation(page) == "0 × 0 + 0 × 1 + 0 × 0 = 0"
    page.get_by_role("button", name="output 3").click()
    assert equation(page) == "1 × 0 + 1 × 1 + 0 × 0 = 1"
    assert page.locator(".dlf-row-products .dlf-cell").all_inner_texts() == ["0", "1", "0"]


def test_a_rounded_equation_says_so(show):
    page = show(figures.conv1d([1, 1, 2], [1 / 3, 1 / 3, 1 / 3]))
    assert equation(page) == "1 × 0.33 + 1 × 0.33 + 2 × 0.33 ≈ 1.33"


def test_numbers_show_a_typographic_minus_and_no_negative_zero(show):
    page = show(figures.conv1d([-0.001, -1, 0.004], [1]))
    assert page.locator(".dlf-output .dlf-cell").all_inner_texts() == ["−0.001", "−1", "0.004"]
    page.get_by_label("input 1").fill("-0.0001")
    assert page.locator(".dlf-output .dlf-cell").all_inner_texts()[1] == "0"


def test_outputs_ahead_of_the_window_are_faint_until_it_has_been_there(show):
    page = show(figures.conv1d())
    ahead = page.locator(".dlf-output.dlf-ahead")
    assert ahead.count() == 5
    page.get_by_role("button", name="output 3").click()
    page.get_by_role("button", name="Previous").click()
    assert ahead.count() == 2
    style = "output => getComputedStyle(output.firstChild).borderStyle"
    assert ahead.first.evaluate(style) == "dashed"


@pytest.mark.parametrize("target", ["slider", "output"])
def test_arrow_keys_move_the_window(show, target):
    page = show(figures.conv1d())
    page.get_by_role("slider").focus() if target == "slider" else page.get_by_role("button", name="output 0").focus()
    for key, expected in [("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2), ("End", 6), ("Home", 1)]:
        page.keyboard.press(key)
        assert where(page) == f"window {expected} of 6"
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == "inputs 0 to 2"


def test_pointing_at_an_output_previews_its_window(show):
    page = show(figures.conv1d())
    page.get_by_role("button", name="output 3").hover()
    assert equation(page) == "1 × 0 + 1 × 1 + 0 × 0 = 1"
    page.get_by_role("slider").press("Home")  # where the window is already: the preview ends all the same
    assert equation(page) == "0 × 0 + 0 × 1 + 0 × 0 = 0"
    page.get_by_role("button", name="output 4").hover()
    page.mouse.move(0, 0)
    assert equation(page) == "0 × 0 + 0 × 1 + 0 × 0 = 0"
    assert where(page) == "window 1 of 6"


def test_dragging_the_window_or_the_input_moves_it(show):
    page = show(figures.conv1d())
    for row, start, end, expected in [("index", 1, 4, 4), ("input", 4, 6, 6), ("index", 6, 0, 1)]:
        box = page.locator(f".dlf-row-{row} .dlf-track").bounding_box()
        x, y = (lambda i, box=box: box["x"] + (i + 0.5) * box["width"] / 8), box["y"] + box["height"] / 2
        page.mouse.move(x(start), y)
        page.mouse.down()
        page.mouse.move(x(end), y, steps=5)
        page.mouse.up()
        assert where(page) == f"window {expected} of 6"
    assert outputs(page) == [0, 0, 1, 1, 0, 0]  # no drag edits a number


def test_a_finger_taps_outputs_positions_and_buttons(visit):
    page = visit(figures.conv1d(), viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="output 4").tap()
    assert where(page) == "window 5 of 6"
    page.locator(".dlf-row-index .dlf-index").nth(3).tap(force=True)
    assert where(page) == "window 3 of 6"
    page.get_by_role("button", name="Next").tap()
    assert where(page) == "window 4 of 6"


def test_editing_cells_recomputes_every_output(show):
    page = show(figures.conv1d())
    page.get_by_label("input 2").fill("-2.5")
    page.get_by_label("filter weight 0").fill("4")
    np.testing.assert_allclose(outputs(page), np.correlate([0, 0, -2.5, 1, 1, 0, 0, 0], [4, 1, 0], "valid"))
    page.get_by_label("input 2").press("ArrowUp")
    assert outputs(page)[2] == 4 * -1.5 + 1


def test_a_cell_shows_its_exact_value_while_it_is_edited(show):
    page = show(figures.conv1d(kernel=[1 / 3]))
    cell = page.get_by_label("filter weight 0")
    assert cell.input_value() == "0.33"
    cell.focus()
    assert cell.input_value() == "0.3333333333333333"
    page.keyboard.press("Tab")
    assert cell.input_value() == "0.33"
    assert outputs(page)[3] == 1 / 3


@pytest.mark.parametrize(
    ("typed", "message"),
    [("-", "not a number yet"), ("1e9", "stay between −999 and 999")],
)
def test_what_is_not_a_number_gets_a_kind_message(show, typed, message):
    page = show(figures.conv1d())
    cell = page.get_by_label("input 3")
    cell.focus()
    page.keyboard.type(typed)
    assert message in page.get_by_role("status").inner_text()
    assert "counts as 1" in page.get_by_role("status").inner_text()
    assert cell.get_attribute("aria-invalid") == "true"
    assert outputs(page) == [0, 0, 1, 1, 0, 0]
    page.keyboard.press("Tab")
    assert cell.input_value() == "1"
    assert "can be edited" in page.get_by_role("status").inner_text()
    assert "dlf-fault" not in page.get_by_role("status").get_attribute("class")
    cell.fill("-1000")
    assert "stay between −999" in page.get_by_role("status").inner_text()


def test_presets_fill_input_and_filter_and_edits_are_your_own(show):
    page = show(figures.conv1d())
    menus = page.get_by_role("combobox", name="Input"), page.get_by_role("combobox", name="Filter")
    menus[0].select_option("ramp")
    menus[1].select_option(label="edge [−1, 0, 1]")
    assert outputs(page) == [2] * 6
    menus[1].select_option(label="mean [⅓, ⅓, ⅓]")
    np.testing.assert_allclose(outputs(page), [1, 2, 3, 4, 5, 6])
    page.get_by_label("input 0").fill("9")
    assert menus[0].evaluate("menu => menu.selectedOptions[0].text") == "your own"


def test_sizes_can_be_changed_and_the_count_follows(show):
    page = show(figures.conv1d(position=5))
    sizes = page.locator(".dlf-sizes")
    page.get_by_role("button", name="one weight more").click()
    page.get_by_role("button", name="one input fewer").click()
    assert "".join(sizes.inner_text().split()) == "−7inputs+−−4weights++1=4outputs"
    assert where(page) == "window 4 of 4"
    for _ in range(9):
        page.get_by_role("button", name="one input fewer").click(force=True)
    assert len(outputs(page)) == 1


def test_a_screen_reader_hears_the_sum(show):
    page = show(figures.conv1d())
    page.get_by_role("button", name="output 2").click()
    live = page.locator("[aria-live=polite]")
    assert live.inner_text() == "Output 2: 0 times 0, plus 1 times 1, plus 1 times 0, is 1."


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_blue_is_above_zero_and_orange_below(show, theme):
    page = show(figures.conv1d([-2, 0, 2], [1], position=2))
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    colour = "cell => getComputedStyle(cell).backgroundColor"
    below, _, above = (cell.evaluate(colour) for cell in page.locator(".dlf-output .dlf-cell").all())
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    (red, _, blue), (red2, _, blue2) = ([float(x) for x in re.findall(r"[\d.]+", text)] for text in (below, above))
    assert red > blue
    assert blue2 > red2


def test_what_a_reader_edits_comes_to_python(stage):
    figure = figures.conv1d()
    page = stage.show(figure)
    page.get_by_label("input 0").fill("-2.5")
    page.get_by_role("button", name="output 4").click()
    page.get_by_role("button", name="one weight more").click()
    page.get_by_label("bias").fill("3")
    stage.receive(figure)
    assert (figure.input, figure.kernel, figure.position) == ([-2.5, 0, 0, 1, 1, 0, 0, 0], [0, 1, 0, 0], 4)
    assert outputs(page) == figure.output.tolist() == [3, 3, 4, 4, 3]


def test_a_figure_of_one_number_says_so(show):
    page = show(figures.conv1d([2], [3]))
    assert "".join(page.locator(".dlf-sizes").inner_text().split()) == "−1input+−−1weight++1=1output"
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == "input 0"


@given(values=st.lists(NUMBERS, min_size=1, max_size=16), data=st.data())
@settings(max_examples=60)
def test_the_output_is_scipys(values, data):
    kernel = data.draw(st.lists(NUMBERS, min_size=1, max_size=len(values)))
    figure = figures.conv1d(np.array(values), np.array(kernel))
    assert (figure.input, figure.kernel) == (values, kernel)
    np.testing.assert_allclose(figure.output, signal.correlate(values, kernel, "valid", method="direct"), atol=1e-6)
    figure.flip = True
    np.testing.assert_allclose(figure.output, np.convolve(values, kernel, "valid"), atol=1e-6)


def test_the_description_names_input_filter_output_flip_bias_and_relu():
    text = figures.conv1d().describe()
    assert "the filter [0, 1, 0] slides over the input [0, 0, 0, 1, 1, 0, 0, 0] and gives the output [0, 0, 1" in text
    text = figures.conv1d([1, 2, 3], [1, 2], bias=-7, flip=True, relu=True).describe()
    assert "the filter [1, 2], flipped, with bias -7, followed by ReLU, slides over" in text
    assert text.endswith("gives the output [0, 0].")


def test_assigning_a_trait_checks_it_as_the_constructor_does():
    figure = figures.conv1d()
    figure.kernel = np.array([1.0, -1.0])
    assert figure.kernel == [1, -1]
    with pytest.raises(ValueError, match="kernel must not be longer than input, got 9 weights for 8 inputs"):
        figure.kernel = [1] * 9
    assert figure.kernel == [1, -1]


def test_the_window_stays_inside_when_the_input_shrinks():
    figure = figures.conv1d(position=5)
    figure.input = [1, 2, 3, 4]
    assert figure.position == 1


@pytest.mark.parametrize("bias", [-999, 999])
def test_a_bias_reaches_the_bounds(bias):
    assert figures.conv1d([0], [0], bias=bias).output.tolist() == [bias]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"input": []}, ValueError, "input must have 1 to 16 numbers along each axis, got shape \\(0,\\)"),
        ({"input": [0] * 17}, ValueError, "input must have 1 to 16 numbers"),
        ({"input": "abc"}, TypeError, "input must hold numbers, got"),
        ({"input": [[1, 2]]}, ValueError, "input must have shape \\(any\\)"),
        ({"input": [1, float("nan"), 2]}, ValueError, "input must hold numbers between -999 and 999, got nan"),
        ({"kernel": [1, 1000]}, ValueError, "kernel must hold numbers between -999 and 999, got 1000"),
        ({"kernel": [1, None]}, TypeError, "kernel must"),
        ({"kernel": [1] * 9}, ValueError, "kernel must not be longer than input"),
        ({"bias": "1"}, TypeError, "bias must be a number, got str '1'"),
        ({"bias": float("inf")}, ValueError, "bias must be a finite number"),
        ({"bias": 1000}, ValueError, "bias must be a finite number between -999 and 999, got 1000"),
        ({"bias": -1000}, ValueError, "bias must be a finite number between -999 and 999, got -1000"),
        ({"position": 6}, ValueError, "position must be between 0 and 5, got 6"),
        ({"position": 1.0}, TypeError, "position must be a whole number"),
        ({"flip": 2}, TypeError, "flip must be True or False, got int 2"),
    ],
)
def test_conv1d_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        figures.conv1d(**arguments)


def test_the_menus_offer_what_their_names_say(show):
    page = show(figures.conv1d())
    inputs = {
        "bump": [0, 0, 0, 1, 1, 0, 0, 0],
        "step edge": [0, 0, 0, 0, 1, 1, 1, 1],
        "ramp": [0, 1, 2, 3, 4, 5, 6, 7],
        "spike": [0, 0, 0, 0, 1, 0, 0, 0],
        "wave": [0, 1, 0, -1, 0, 1, 0, -1],
    }
    menu = page.get_by_role("combobox", name="Input")
    assert menu.locator("option:not([hidden])").all_inner_texts() == list(inputs)
    for name, expected in inputs.items():
        menu.select_option(name)
        assert [float(text) for text in values(page, "input")] == expected
    menu = page.get_by_role("combobox", name="Filter")
    for name in menu.locator("option:not([hidden])").all_inner_texts():
        menu.select_option(name)
        written = re.findall(r"−?[\d⅓]+", name)
        assert [text.replace("0.33", "⅓").replace("-", "−") for text in values(page, "filter")] == written


def test_the_colour_is_as_strong_as_the_number(show):
    page = show(figures.conv1d([1, -2, 4], [1], position=2))
    amount = "all => all.map((cell) => Number(cell.style.getPropertyValue('--amount')))"
    assert page.locator(".dlf-output .dlf-cell").evaluate_all(amount) == [0.25, 0.5, 1]


def test_on_a_phone_the_window_is_scrolled_into_the_middle(show):
    page = show(figures.conv1d(range(16)), width=360)
    for i in (6, 8, 5):
        page.get_by_role("button", name=f"output {i}:").dispatch_event("click")
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        window, scroller = page.locator(".dlf-thumb").bounding_box(), page.locator(".dlf-scroll").bounding_box()
        assert abs(window["x"] + window["width"] / 2 - scroller["x"] - scroller["width"] / 2) <= 2
