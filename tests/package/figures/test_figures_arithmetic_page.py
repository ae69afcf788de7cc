"""The figure conv_arithmetic in a browser: what a reader does to it, and what it says."""

import itertools

import keras
import numpy as np
import pytest
import torch
from test_figures_arithmetic import by_torch, cell, matrix_of, result, said, where
from torch.nn import functional as F

from dlcourse import figures


def test_pointing_at_an_input_shows_the_outputs_that_read_it(visit):
    page = visit(figures.conv_arithmetic(6, padding=1))
    cell(page, "image", 1, 3).hover()
    expected = np.zeros((6, 6), bool)
    expected[0:2, 1:4] = True
    np.testing.assert_array_equal(matrix_of(page, "output", "read"), expected)
    assert said(page) == "Input row 0, column 2 is read by 6 outputs: rows 0, 1 and columns 1 to 3."
    cell(page, "image", 0, 0).hover()
    assert said(page) == "Padding row −1, column −1 is read by 1 output: row 0 and column 0."
    page.get_by_role("heading").hover()
    assert not matrix_of(page, "output", "read").any()
    assert (
        said(page)
        == "Output row 0, column 0 reads rows 0, 1 and columns 0, 1 of the input, and 5 zeros of the padding."
    )


def test_a_window_on_nothing_but_padding_says_so(visit):
    page = visit(figures.conv_arithmetic(3, 1, padding=1))
    assert said(page) == "Output row 0, column 0 reads 1 zero of the padding."


def test_a_click_keeps_the_readers_until_the_window_moves(visit):
    page = visit(figures.conv_arithmetic(8, stride=3))
    cell(page, "image", 7, 0).click()
    page.get_by_role("heading").hover()
    assert said(page) == "Input row 7, column 0 is read by no output."
    assert matrix_of(page, "image", "chosen")[7, 0]
    page.get_by_role("button", name="Next").click()
    assert said(page) == "Output row 0, column 1 reads rows 0 to 2 and columns 3 to 5 of the input."


def test_arrow_keys_move_the_window_and_the_chosen_input(visit):
    page = visit(figures.conv_arithmetic())
    cell(page, "output", 0, 0).focus()
    for key, expected in [("ArrowDown", 6), ("ArrowRight", 7), ("End", 10), ("ArrowRight", 10), ("Control+Home", 1)]:
        page.keyboard.press(key)
        assert where(page) == f"window {expected} of 25"
    page.keyboard.press("Shift+Tab")  # from the output to the input, to the middle of the window
    page.keyboard.press("ArrowRight")
    assert said(page).startswith("Input row 1, column 2 is read by 6 outputs")
    page.keyboard.press("Control+End")
    assert said(page).startswith("Input row 6, column 6 is read by 1 output")
    assert page.evaluate("document.activeElement.ariaLabel") == "input row 6, column 6"


def test_each_grid_is_one_tab_stop(visit):
    page = visit(figures.conv_arithmetic(padding=1, row=2))
    for board in ("image", "output"):
        assert page.locator(f".dlf-board-{board} [role=gridcell][tabindex='0']").count() == 1


def test_a_finger_chooses_cells_of_both_grids(visit):
    page = visit(figures.conv_arithmetic(), viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    cell(page, "image", 0, 6).tap()
    assert said(page).startswith("Input row 0, column 6 is read by 1 output")
    cell(page, "output", 4, 4).tap()
    assert where(page) == "window 25 of 25"


def press(page, *names):
    for name in names:
        page.get_by_role("button", name=name, exact=True).click(force=True)  # some are disabled


def values(page):
    return [
        text.replace("−", "").removesuffix("+").strip()
        for text in page.locator(".dlf-settings .dlf-count").all_inner_texts()
    ]


def test_the_steppers_change_the_sizes_and_stop_at_the_bounds(visit):
    page = visit(figures.conv_arithmetic())
    press(page, "more input", "more stride", "more padding", "less kernel", "more dilation")
    assert [text.split()[0] for text in values(page)] == ["8", "2", "1", "2", "2"]
    assert result(page) == str(by_torch(8, 2, 1, 2, 2)[0])
    press(page, *["less kernel"] * 3, *["more padding"] * 9)
    assert [text.split()[0] for text in values(page)] == ["8", "1", "8", "2", "2"]


def test_a_stepper_makes_the_sides_of_the_padding_equal(visit):
    page = visit(figures.conv_arithmetic(padding=(0, 1)), figures.conv_arithmetic(padding=(0, 1)))
    less, more = (page.locator(".dlf").nth(i) for i in (0, 1))
    assert values(less)[2] == "0 + 1"
    press(more, "more padding")
    press(less, "less padding")
    assert (values(less)[2], values(more)[2]) == ("0", "1")


def padding_of(page):
    sides = [int(side) for side in values(page)[2].split(" + ")]
    return sides[0], sides[-1]


def summed(image, padding, kernel, stride, dilation=1):
    """Sums of the windows of an image, by PyTorch."""
    x = F.pad(torch.tensor(image)[None, None], (*padding, *padding))
    return F.conv2d(x, torch.ones(1, 1, kernel, kernel).double(), stride=stride, dilation=dilation)[0, 0].numpy()


def test_the_padding_of_keras_is_kerass(visit):
    made = list(itertools.product([4, 5, 6, 7, 9], [1, 2, 3, 4, 5]))
    page = visit(*(figures.conv_arithmetic(n, kernel) for n, kernel in made))
    for i, (n, kernel) in enumerate(made):
        figure = page.locator(".dlf").nth(i)
        image = np.random.default_rng(n).normal(size=(n, n))
        for name, stride in [("same", 1), ("Keras, padding same with stride 2", 2)]:
            press(figure, name)
            weights = np.ones((kernel, kernel, 1, 1))
            by_keras = keras.ops.conv(image[None, :, :, None], weights, strides=stride, padding="same")
            expected = keras.ops.convert_to_numpy(by_keras)[0, :, :, 0]
            np.testing.assert_allclose(summed(image, padding_of(figure), kernel, stride), expected, atol=1e-6)
            assert result(figure) == str(len(expected))


@pytest.mark.filterwarnings("ignore:Using padding='same'")  # that it costs a copy
def test_same_is_torchs_and_full_is_the_transposed_convolutions(visit):
    made = [(1, 1), (3, 1), (5, 1), (3, 2), (3, 3), (2, 1), (4, 2), (4, 3)]
    page = visit(*(figures.conv_arithmetic(6, kernel, dilation=dilation) for kernel, dilation in made))
    for i, (kernel, dilation) in enumerate(made):
        figure = page.locator(".dlf").nth(i)
        image = np.random.default_rng(kernel).normal(size=(6, 6))
        x, ones = torch.tensor(image)[None, None], torch.ones(1, 1, kernel, kernel).double()
        press(figure, "same")
        expected = F.conv2d(x, ones, padding="same", dilation=dilation)[0, 0]
        np.testing.assert_allclose(summed(image, padding_of(figure), kernel, 1, dilation), expected)
        press(figure, "full")
        if dilation * (kernel - 1) > 8:
            assert figure.get_by_role("button", name="full").get_attribute("aria-disabled") == "true"
        else:
            expected = F.conv_transpose2d(x, ones, dilation=dilation)[0, 0]
            np.testing.assert_allclose(summed(image, padding_of(figure), kernel, 1, dilation), expected)
        press(figure, "valid")
        assert padding_of(figure) == (0, 0)


def test_keras_and_torch_pad_an_even_input_differently(visit):
    page = visit(figures.conv_arithmetic(6))
    press(page, "Keras, padding same with stride 2")
    assert padding_of(page) == (0, 1)
    assert page.locator(".dlf-verdict").inner_text() == "Every cell of the input is read."
    press(page, "PyTorch, padding k // 2 with stride 2")
    assert padding_of(page) == (1, 1)
    last = "The last row and column of the padding are never read: they could as well be missing."
    assert page.locator(".dlf-verdict").inner_text() == last
    pressed = page.locator("[aria-pressed=true]").all_inner_texts()
    assert pressed == ["PyTorch"]


def test_keras_has_no_stride_with_dilation(visit):
    page = visit(figures.conv_arithmetic(dilation=2))
    name = "Keras, padding same with stride 2"
    assert page.get_by_role("button", name=name).get_attribute("aria-disabled") == "true"
    press(page, name)
    assert (values(page)[3], page.locator("[aria-pressed=true]").all_inner_texts()) == ("1", ["valid"])


def test_what_is_never_read_is_said_in_words(visit):
    expected = [
        ({}, "Every cell of the input is read."),
        ({"input": 1, "kernel": 1}, "The input's one cell is read."),
        (
            {"input": 8, "stride": 2},
            "The last row and column of the input are never read: the floor drops them. "
            "So 15 of the 64 input cells count for nothing.",
        ),
        (
            {"input": 8, "stride": 3},
            "The last 2 rows and columns of the input are never read: the floor drops them. "
            "So 28 of the 64 input cells count for nothing.",
        ),
        (
            {"input": 5, "kernel": 1, "stride": 2},
            "The window leaves out 2 rows and columns between its cells or before "
            "its first place. So 16 of the 25 input cells count for nothing.",
        ),
        (
            {"input": 3, "kernel": 2, "dilation": 2},
            "The window leaves out a row and a column between its cells or "
            "before its first place. So 5 of the 9 input cells count for nothing.",
        ),
        (
            {"input": 3, "dilation": 2},
            "The window is 5 cells wide, the padded input only 3: the window has no place, "
            "and there is no output. Add padding, or take a larger input, a smaller kernel "
            "or less dilation.",
        ),
    ]
    page = visit(*(figures.conv_arithmetic(**settings) for settings, _ in expected))
    assert page.locator(".dlf-verdict").all_inner_texts() == [words for _, words in expected]


def test_a_window_that_does_not_fit_is_shown_and_can_be_mended(visit):
    page = visit(figures.conv_arithmetic(2))
    assert page.locator(".dlf-board-output").inner_text().split() == ["output", "0", "×", "0", "none"]
    assert where(page) == "window 0 of 0"
    assert result(page) == "0"
    for name in ("Next", "Previous", "Play"):
        assert page.get_by_role("button", name=name).get_attribute("aria-disabled") == "true"
    press(page, "Next", "Previous", "Play")
    cell(page, "image", 0, 0).click()
    assert said(page) == "Input row 0, column 0 is read by no output."
    press(page, "more padding")
    assert where(page) == "window 1 of 4"


def test_the_formula_is_written_with_the_numbers(visit):
    page = visit(figures.conv_arithmetic(7, 3, (0, 1), 2, 2))
    formula = page.locator(".dlf-formula > span")
    letters, numbers, result = ("".join(text.split()) for text in formula.all_inner_texts()[1:])
    assert letters == "⌊n+p+p′−d(k−1)−1s⌋+1"
    assert numbers == "=⌊7+0+1−2×(3−1)−12⌋+1"
    assert result == "=⌊32⌋+1=2"
    assert formula.first.inner_text() == "The floor of 3 divided by 2, plus 1, is 2."
    assert page.locator(".dlf-extent").inner_text() == "effective kernel size d (k − 1) + 1 = 2 × (3 − 1) + 1 = 5"


def test_reset_brings_the_first_state_back(visit):
    page = visit(figures.conv_arithmetic(8, padding=(1, 2), row=3))
    press(page, "more stride", "full", "Next")
    page.get_by_label("count the readers").check()
    press(page, "Reset")
    assert (values(page)[2], values(page)[3]) == ("1 + 2", "1")
    assert where(page) == "window 28 of 81"
    assert not page.get_by_label("count the readers").is_checked()
