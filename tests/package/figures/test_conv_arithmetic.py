"""The figure conv_arithmetic: its sizes, windows and paddings are those of PyTorch and Keras."""

import json
import re

import keras
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from dlcourse import figures

SETTINGS = {
    "input": st.integers(1, 14),
    "kernel": st.integers(1, 5),
    "padding": st.one_of(st.integers(0, 8), st.tuples(st.integers(0, 8), st.integers(0, 8))),
    "stride": st.integers(1, 5),
    "dilation": st.integers(1, 3),
}
MADE = [  # input, kernel, padding, stride, dilation
    (7, 3, 0, 1, 1),
    (8, 3, 0, 3, 1),
    (6, 3, 1, 2, 1),
    (6, 3, (0, 1), 2, 1),
    (9, 3, 2, 2, 2),
    (8, 2, 0, 3, 3),
    (5, 4, (3, 0), 1, 1),
    (11, 1, 0, 4, 1),
]
KERAS, PYTORCH = "Keras, padding same with stride 2", "PyTorch, padding k // 2 with stride 2"


def sides_of(padding):
    return padding if isinstance(padding, tuple) else (padding, padding)


def convolved(image, padding, kernel, stride=1, dilation=1):
    """The sums of the windows of an image of PyTorch."""
    x = F.pad(image, (*sides_of(padding), *sides_of(padding)))
    if x.shape[-1] < dilation * (kernel - 1) + 1:
        return torch.zeros(0, 0)
    return F.conv2d(x, torch.ones(1, 1, kernel, kernel, dtype=x.dtype), stride=stride, dilation=dilation)[0, 0]


def matrix_of(page, board, name):
    """Where the cells of a grid have a class, as booleans."""
    rows = f"""([...document.querySelectorAll(".dlf-board-{board} [role=row]")]).map((row) =>
      [...row.querySelectorAll(".dlf-cell")].map((cell) => cell.classList.contains("dlf-{name}")))"""
    return np.array(page.evaluate(rows))


def cell(page, board, row, column):
    return page.locator(f".dlf-board-{board} [role=row]").nth(row).locator(".dlf-cell").nth(column)


def text(page, name):
    return " ".join(page.locator(f".dlf-{name}").inner_text().split())


def result(page):
    return page.locator(".dlf-formula strong").inner_text()


def press(page, *names):
    """Presses buttons, some of which are disabled."""
    find = "name => [...document.querySelectorAll('button')].find((b) => (b.ariaLabel ?? b.textContent) === name)"
    page.evaluate(f"names => names.map({find}).forEach((button) => button.click())", names)


def settings_of(page):
    counts = page.locator(".dlf-settings .dlf-count > span").all_inner_texts()
    return dict(zip(SETTINGS, counts, strict=True))


def padding_of(page):
    sides = [int(side) for side in settings_of(page)["padding"].split(" + ")]
    return sides[0], sides[-1]


@given(**SETTINGS)
def test_the_size_of_the_output_is_torchs(**settings):
    figure = figures.conv_arithmetic(**settings)
    n = settings.pop("input")
    assert figure.output_size == len(convolved(torch.zeros(1, 1, n, n), **settings))


EDGES = """() => {
  const image = document.querySelector(".dlf-board-image");
  const boxes = [".dlf-frame", ".dlf-read"].map((kind) =>
    [...image.querySelectorAll(kind)].map((element) => element.getBoundingClientRect()));
  return boxes.map((all) => [all[0].left, all[0].top, all.at(-1).right, all.at(-1).bottom]);
}"""
"""The edges of the frame, and those of all that is read together."""


def test_every_window_reads_what_torchs_gradient_reaches_and_every_input_counts_its_readers(show, stage):
    for n, kernel, padding, stride, dilation in MADE:
        page = show(figures.conv_arithmetic(n, kernel, padding, stride, dilation, uses=True))
        x = torch.zeros(1, 1, *[n + sum(sides_of(padding))] * 2, requires_grad=True)
        y = convolved(x, 0, kernel, stride, dilation)
        assert page.locator(".dlf-board-output [role=gridcell]").count() == len(y) ** 2
        assert result(page) == str(len(y))
        (all_reached,) = torch.autograd.grad(y.sum(), x, retain_graph=True)
        np.testing.assert_array_equal(matrix_of(page, "image", "unread"), all_reached[0, 0] == 0)
        rows = page.locator(".dlf-board-image [role=row]").all_inner_texts()
        np.testing.assert_array_equal([[int(count) for count in row.split()] for row in rows], all_reached[0, 0])
        for row, column in [(0, 0), (len(y) - 1, len(y) - 1), (0, len(y) // 2)]:
            stage.set(row=row, column=column)
            (reached,) = torch.autograd.grad(y[row, column], x, retain_graph=True)
            np.testing.assert_array_equal(matrix_of(page, "image", "read"), reached[0, 0] > 0)
            frame, read = page.evaluate(EDGES)
            np.testing.assert_allclose(frame, read, atol=3.5)


def test_the_colour_tells_how_often_an_input_is_read_and_what_is_read_now(show):
    page = show(figures.conv_arithmetic(5, uses=True))
    amount = "all => all.map((cell) => Number(cell.style.getPropertyValue('--amount')))"
    amounts = np.reshape(page.locator(".dlf-board-image .dlf-cell").evaluate_all(amount), (5, 5))
    np.testing.assert_allclose(amounts, 0.8 * np.outer([1, 2, 3, 2, 1], [1, 2, 3, 2, 1]) / 9)
    page = show(figures.conv_arithmetic(8, padding=1, stride=3))
    colour = "cell => getComputedStyle(cell).backgroundColor.match(/[\\d.]+/g).map(Number)"
    for theme in ("dark", "light"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        red, _, blue = cell(page, "image", 1, 1).evaluate(colour)
        assert blue > 1.3 * red
    stripes = cell(page, "image", 9, 9).evaluate("cell => getComputedStyle(cell).backgroundImage")
    _, gap, stripe, width = (float(edge) for edge in re.findall(r"([\d.]+)px", stripes))
    assert gap == stripe < 0.9 * width


def test_pointing_at_an_input_shows_the_outputs_that_read_it(show):
    page = show(figures.conv_arithmetic(6, padding=1))
    cell(page, "image", 1, 3).hover()
    expected = np.zeros((6, 6), bool)
    expected[0:2, 1:4] = True
    np.testing.assert_array_equal(matrix_of(page, "output", "read"), expected)
    assert text(page, "said") == "Input row 0, column 2 is read by 6 outputs: rows 0, 1 and columns 1 to 3."
    cell(page, "image", 0, 0).hover()
    assert text(page, "said") == "Padding row −1, column −1 is read by 1 output: row 0 and column 0."
    page.mouse.move(0, 0)
    assert not matrix_of(page, "output", "read").any()
    zeros = "reads rows 0, 1 and columns 0, 1 of the input, and 5 zeros of the padding."
    assert text(page, "said") == f"Output row 0, column 0 {zeros}"
    press(page, "Play")
    cell(page, "image", 1, 3).hover()
    assert text(page, "said").startswith("Output row 0, column 0 reads")  # the mouse does not disturb playing
    page = show(figures.conv_arithmetic(3, 1, padding=1))
    assert text(page, "said") == "Output row 0, column 0 reads 1 zero of the padding."


def test_a_click_keeps_the_readers_until_the_window_moves_or_is_reset(show):
    page = show(figures.conv_arithmetic(8, stride=3))
    for name in ("Next", "Reset"):
        cell(page, "image", 7, 0).click()
        page.mouse.move(0, 0)
        assert text(page, "said") == "Input row 7, column 0 is read by no output."
        assert matrix_of(page, "image", "chosen")[7, 0]
        press(page, name)
        column = {"Next": "column 1 reads rows 0 to 2 and columns 3 to 5", "Reset": "column 0 reads rows 0 to 2"}[name]
        assert text(page, "said").startswith(f"Output row 0, {column}")


def test_arrow_keys_move_the_window_and_the_chosen_input(show):
    page = show(figures.conv_arithmetic())
    cell(page, "output", 0, 0).focus()
    for key, expected in [("ArrowDown", 6), ("ArrowRight", 7), ("End", 10), ("ArrowRight", 10), ("Control+Home", 1)]:
        page.keyboard.press(key)
        assert text(page, "where") == f"window {expected} of 25"
    page.keyboard.press("Shift+Tab")  # from the output to the input, to the middle of the window
    page.keyboard.press("ArrowRight")
    assert text(page, "said").startswith("Input row 1, column 2 is read by 6 outputs")
    page.keyboard.press("Control+End")
    assert text(page, "said").startswith("Input row 6, column 6 is read by 1 output")
    assert page.evaluate("document.activeElement.ariaLabel") == "input row 6, column 6"
    for board in ("image", "output"):  # each grid is one tab stop
        assert page.locator(f".dlf-board-{board} [role=gridcell][tabindex='0']").count() == 1


def test_a_finger_chooses_cells_of_both_grids_and_leaves_nothing_behind(visit):
    page = visit(figures.conv_arithmetic(), viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    cell(page, "image", 0, 6).tap()
    assert text(page, "said").startswith("Input row 0, column 6 is read by 1 output")
    page.get_by_role("button", name="Next").tap()
    assert text(page, "said").startswith("Output row 0, column 1 reads")
    cell(page, "output", 4, 4).tap()
    assert text(page, "where") == "window 25 of 25"
    touch = """cell => cell.dispatchEvent(new PointerEvent("pointermove", { pointerType: "touch", bubbles: true,
      clientX: cell.getBoundingClientRect().x + 3, clientY: cell.getBoundingClientRect().y + 3 }))"""
    cell(page, "image", 0, 0).evaluate(touch)
    assert text(page, "said").startswith("Output row 4, column 4 reads")


def test_the_steppers_change_the_sizes_and_stop_at_the_bounds(show, stage):
    figure = figures.conv_arithmetic()
    page = show(figure)
    press(page, "more input", "more stride", "more padding", "less kernel", "more dilation")
    assert list(settings_of(page).values()) == ["8", "2", "1", "2", "2"]
    assert result(page) == str(stage.receive(figure).output_size)
    bounds = {"input": (1, 14), "kernel": (1, 5), "padding": (0, 8), "stride": (1, 5), "dilation": (1, 3)}
    for place, by in [(0, "less"), (1, "more")]:
        for name, ends in bounds.items():
            press(page, *[f"{by} {name}"] * 15)  # more often than there is room
            assert settings_of(page)[name] == str(ends[place])
        assert stage.receive(figure).state() == {
            **figure.state(),
            **{name: ends[place] for name, ends in bounds.items()},
        }


def test_a_stepper_makes_the_sides_of_the_padding_equal(show):
    for name, sides in [("less padding", "0"), ("more padding", "1")]:
        page = show(figures.conv_arithmetic(padding=(0, 1)))
        assert settings_of(page)["padding"] == "0 + 1"
        press(page, name)
        assert settings_of(page)["padding"] == sides


def test_the_window_stays_inside_when_the_output_shrinks(show, stage):
    figure = figures.conv_arithmetic(row=4, column=3)
    page = show(figure)
    press(page, "more stride")
    assert stage.sent() == [{"stride": 2, "row": 2, "column": 2}]
    for name, value, place in [("stride", 2, (2, 2)), ("dilation", 2, (1, 1)), ("input", 1, (0, 0))]:
        setattr(figure, name, value)
        assert (figure.row, figure.column) == place
    stage.set(input=3)
    assert text(page, "said").startswith("Output row 0, column 0 reads rows 0 to 2")


def test_the_padding_of_keras_is_kerass(show, stage):
    figure = figures.conv_arithmetic()
    page = show(figure)
    for n in (4, 5, 6, 7, 9):
        image = torch.tensor(np.random.default_rng(n).normal(size=(1, 1, n, n)))
        for kernel in (1, 2, 3, 4, 5):
            stage.set(input=n, kernel=kernel)
            for name, stride in [("same", 1), (KERAS, 2)]:
                press(page, name)
                weights = np.ones((kernel, kernel, 1, 1))
                by_keras = keras.ops.conv(
                    image[0, 0, None, :, :, None].numpy(), weights, strides=stride, padding="same"
                )
                expected = keras.ops.convert_to_numpy(by_keras)[0, :, :, 0]
                np.testing.assert_allclose(convolved(image, padding_of(page), kernel, stride), expected, atol=1e-6)
                assert result(page) == str(len(expected))


@pytest.mark.filterwarnings("ignore:Using padding='same'")  # that it costs a copy
def test_same_is_torchs_and_full_is_the_transposed_convolutions(show):
    for kernel, dilation in [(1, 1), (3, 1), (5, 1), (3, 2), (3, 3), (2, 1), (4, 2), (4, 3)]:
        page = show(figures.conv_arithmetic(6, kernel, dilation=dilation))
        x = torch.tensor(np.random.default_rng(kernel).normal(size=(1, 1, 6, 6)))
        ones = torch.ones(1, 1, kernel, kernel).double()
        press(page, "same")
        expected = F.conv2d(x, ones, padding="same", dilation=dilation)[0, 0]
        np.testing.assert_allclose(convolved(x, padding_of(page), kernel, 1, dilation), expected)
        press(page, "full")
        if dilation * (kernel - 1) > 8:
            assert page.get_by_role("button", name="full").get_attribute("aria-disabled") == "true"
        else:
            expected = F.conv_transpose2d(x, ones, dilation=dilation)[0, 0]
            np.testing.assert_allclose(convolved(x, padding_of(page), kernel, 1, dilation), expected)
        press(page, "valid")
        assert padding_of(page) == (0, 0)


def test_keras_and_torch_pad_an_even_input_differently_and_keras_has_no_stride_with_dilation(show):
    page = show(figures.conv_arithmetic(6))
    last = "The last row and column of the padding are never read: they could as well be missing."
    for name, sides, words in [(KERAS, (0, 1), "Every cell of the input is read."), (PYTORCH, (1, 1), last)]:
        press(page, name)
        assert padding_of(page) == sides
        assert text(page, "verdict") == words
    assert page.locator("[aria-pressed=true]").all_inner_texts() == ["PyTorch"]
    press(page, "valid", "less stride", "more dilation")
    assert page.get_by_role("button", name=KERAS).get_attribute("aria-disabled") == "true"
    press(page, KERAS)
    assert settings_of(page)["stride"] == "1"
    assert page.locator("[aria-pressed=true]").all_inner_texts() == ["valid"]


SAID = {
    (7, 3, 0, 1, 1): "Every cell of the input is read.",
    (1, 1, 0, 1, 1): "The input's one cell is read.",
    (8, 3, 0, 2, 1): "The last row and column of the input are never read: the floor drops them. "
    "So 15 of the 64 input cells count for nothing.",
    (8, 3, 0, 3, 1): "The last 2 rows and columns of the input are never read: the floor drops them. "
    "So 28 of the 64 input cells count for nothing.",
    (5, 1, 0, 2, 1): "The window leaves out 2 rows and columns between its cells or before its first place. "
    "So 16 of the 25 input cells count for nothing.",
    (3, 2, 0, 1, 2): "The window leaves out a row and a column between its cells or before its first place. "
    "So 5 of the 9 input cells count for nothing.",
    (3, 3, 0, 1, 2): "The window is 5 cells wide, the padded input only 3: the window has no place, and there is no "
    "output. Add padding, or take a larger input, a smaller kernel or less dilation.",
}


@pytest.mark.parametrize("settings", SAID)
def test_what_is_never_read_is_said_in_words(show, settings):
    assert text(show(figures.conv_arithmetic(*settings)), "verdict") == SAID[settings]


def test_a_window_that_does_not_fit_is_shown_and_can_be_mended(show, stage):
    page = show(figures.conv_arithmetic(2))
    assert text(page, "board-output") == "output 0 × 0 none"
    assert text(page, "where") == "window 0 of 0"
    assert result(page) == "0"
    for name in ("Next", "Previous", "Play"):
        assert page.get_by_role("button", name=name).get_attribute("aria-disabled") == "true"
    press(page, "Next", "Previous", "Play")
    cell(page, "image", 0, 0).click()
    assert text(page, "said") == "Input row 0, column 0 is read by no output."
    assert stage.sent() == []
    press(page, "more padding")
    assert text(page, "where") == "window 1 of 4"


def test_the_formula_is_written_with_the_numbers(show):
    page = show(figures.conv_arithmetic(7, 3, (0, 1), 2, 2))
    formula = page.locator(".dlf-formula > span")
    letters, numbers, whole = ("".join(part.split()) for part in formula.all_inner_texts()[1:])
    assert (letters, numbers, whole) == ("⌊n+p+p′−d(k−1)−1s⌋+1", "=⌊7+0+1−2×(3−1)−12⌋+1", "=⌊32⌋+1=2")
    assert formula.first.inner_text() == "The floor of 3 divided by 2, plus 1, is 2."
    assert text(page, "extent") == "effective kernel size d (k − 1) + 1 = 2 × (3 − 1) + 1 = 5"


def test_numbers_are_large_enough_to_read_or_not_there_at_all(show):
    sizes = """all => all.filter((cell) => cell.textContent)
      .map((cell) => parseFloat(getComputedStyle(cell).fontSize))"""
    page = show(*(figures.conv_arithmetic(**settings) for settings in figures.ConvArithmetic.extremes))
    for width in (320, 480, 800):
        page.set_viewport_size({"width": width, "height": 740})
        found = page.locator(".dlf-cell").evaluate_all(sizes)
        assert max(found) >= 10
        assert [size for size in found if 0 < size < 7.9] == []


def test_without_javascript_the_page_states_the_formula():
    said = figures.conv_arithmetic(7, padding=(0, 1), stride=2).describe()
    assert "0 cells of padding before and 1 after" in said
    assert "⌊(7 + 0 + 1 − 1·(3 − 1) − 1) / 2⌋ + 1 = 3" in said
    assert "5 cells wide and does not fit" in figures.conv_arithmetic(4, 3, dilation=2).describe()


def test_equal_sides_of_padding_are_one_number_and_numpys_numbers_are_taken():
    assert figures.conv_arithmetic(padding=(2, 2)).padding == 2
    assert figures.conv_arithmetic(padding=(1, 2)).padding == [1, 2]
    assert figures.conv_arithmetic(padding=np.array(2)).padding == 2
    figure = figures.conv_arithmetic(np.int64(6), padding=np.array([0, 1]), stride=np.uint8(2), uses=np.True_)
    assert figure.state() == figures.conv_arithmetic(6, padding=(0, 1), stride=2, uses=True).state()
    assert json.loads(json.dumps(figure.state())) == figure.state()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"input": 15}, ValueError, "input must be between 1 and 14, got 15"),
        ({"padding": -1}, ValueError, "padding must be between 0 and 8"),
        ({"padding": "same"}, TypeError, "padding must be a whole number or a pair \\(before, after\\), got str"),
        ({"padding": np.array([0.0, 1.0])}, TypeError, "padding must be a whole number, got float"),
        ({"padding": (0, 1, 2)}, ValueError, "padding must be a whole number or a pair \\(before, after\\), got tuple"),
        ({"row": 5}, ValueError, "row must be between 0 and 4, got 5"),
        ({"input": 2, "column": 1}, ValueError, "column must be between 0 and 0, got 1"),
        ({"input": "a", "row": 1}, TypeError, "input must be a whole number"),
    ],
)
def test_it_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        figures.conv_arithmetic(**arguments)
