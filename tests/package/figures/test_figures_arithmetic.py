"""The figure conv_arithmetic: its sizes are those of PyTorch and Keras, in Python and in a browser."""

import json

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
MADE = [
    {"input": 7},
    {"input": 8, "stride": 3},
    {"input": 6, "padding": 1, "stride": 2},
    {"input": 6, "padding": (0, 1), "stride": 2},
    {"input": 9, "dilation": 2, "stride": 2, "padding": 2},
    {"input": 8, "kernel": 2, "dilation": 3, "stride": 3},
    {"input": 5, "kernel": 4, "padding": (3, 0)},
    {"input": 11, "kernel": 1, "stride": 4},
]


def by_torch(input, kernel=3, padding=0, stride=1, dilation=1):
    """The output's size, and how often each input cell counts: the gradient of the sum of a convolution with ones."""
    before, after = padding if isinstance(padding, tuple) else (padding, padding)
    x = torch.zeros(1, 1, input, input, requires_grad=True)
    padded = F.pad(x, (before, after, before, after))
    if padded.shape[-1] < dilation * (kernel - 1) + 1:
        return 0, np.zeros((input, input), int)
    y = F.conv2d(padded, torch.ones(1, 1, kernel, kernel), stride=stride, dilation=dilation)
    y.sum().backward()
    return y.shape[-1], x.grad[0, 0].numpy().astype(int)


@given(**SETTINGS)
def test_output_size_and_coverage_are_torchs(**settings):
    figure = figures.conv_arithmetic(**settings)
    size, coverage = by_torch(**settings)
    assert figure.output_size == size
    assert figure.coverage.tolist() == coverage.tolist()


@given(**SETTINGS)
def test_the_window_is_as_wide_as_the_input_of_which_torch_makes_one_output(**settings):
    extent = figures.conv_arithmetic(**settings).effective_kernel
    assert by_torch(extent, settings["kernel"], dilation=settings["dilation"])[0] == 1
    assert by_torch(extent - 1, settings["kernel"], dilation=settings["dilation"])[0] == 0 if extent > 1 else True


def test_without_javascript_the_page_states_the_formula():
    text = figures.conv_arithmetic(7, padding=(0, 1), stride=2).describe()
    assert "0 cells of padding before and 1 after" in text
    assert "⌊(7 + 0 + 1 − 1·(3 − 1) − 1) / 2⌋ + 1 = 3" in text
    assert "5 cells wide and does not fit" in figures.conv_arithmetic(4, 3, dilation=2).describe()


def test_equal_sides_of_padding_are_one_number():
    assert figures.conv_arithmetic(padding=(2, 2)).padding == 2
    assert figures.conv_arithmetic(padding=(1, 2)).padding == [1, 2]


def test_numpys_numbers_are_taken_as_they_are():
    figure = figures.conv_arithmetic(np.int64(6), padding=np.array([0, 1]), stride=np.uint8(2), uses=np.True_)
    assert figure.state() == figures.conv_arithmetic(6, padding=(0, 1), stride=2, uses=True).state()
    assert figures.conv_arithmetic(padding=np.array(2)).padding == 2
    assert json.loads(json.dumps(figure.state())) == figure.state()


def test_the_window_stays_inside_when_the_output_shrinks():
    figure = figures.conv_arithmetic(row=4, column=3)
    figure.stride = 2
    assert (figure.row, figure.column) == (2, 2)
    figure.input = 1
    assert (figure.row, figure.column, figure.output_size) == (0, 0, 0)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"input": 15}, ValueError, "input must be between 1 and 14, got 15"),
        ({"input": 7.0}, TypeError, "input must be a whole number, got float 7.0"),
        ({"kernel": 6}, ValueError, "kernel must be between 1 and 5"),
        ({"stride": 0}, ValueError, "stride must be between 1 and 5"),
        ({"dilation": True}, TypeError, "dilation must be a whole number"),
        ({"padding": -1}, ValueError, "padding must be between 0 and 8"),
        ({"padding": "same"}, TypeError, "padding must be a whole number or a pair \\(before, after\\), got str"),
        ({"padding": np.array([0.0, 1.0])}, TypeError, "padding must be a whole number, got float"),
        ({"uses": "yes"}, TypeError, "uses must be True or False, got str 'yes'"),
        ({"padding": (0, 9)}, ValueError, "padding must be between 0 and 8, got 9"),
        ({"padding": (0, 1, 2)}, ValueError, "padding must be a whole number or a pair \\(before, after\\), got tuple"),
        ({"row": 5}, ValueError, "row must be between 0 and 4, got 5"),
        ({"input": 2, "column": 1}, ValueError, "column must be between 0 and 0, got 1"),
        ({"input": "a", "row": 1}, TypeError, "input must be a whole number"),
    ],
)
def test_it_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        figures.conv_arithmetic(**arguments)


def matrix_of(page, board, name):
    """Where the cells of a grid have a class, as booleans."""
    rows = page.locator(f".dlf-board-{board} [role=row]").all()
    has = "(all, name) => all.map(cell => cell.classList.contains(name))"
    return np.array([row.locator(".dlf-cell").evaluate_all(has, f"dlf-{name}") for row in rows])


def cell(page, board, row, column):
    return page.locator(f".dlf-board-{board} [role=row]").nth(row).locator(".dlf-cell").nth(column)


def said(page):
    return page.locator(".dlf-said").inner_text()


def result(page):
    return page.locator(".dlf-formula strong").inner_text()


def where(page):
    return " ".join(page.locator(".dlf-where").inner_text().split())


def counts(page, padding):
    """The numbers of readers that the figure writes into the cells of the input."""
    rows = page.locator(".dlf-board-image [role=row]").all_inner_texts()
    whole = np.array([[int(text) for text in row.split()] for row in rows])
    before, after = padding if isinstance(padding, tuple) else (padding, padding)
    return whole[before : len(whole) - after, before : len(whole) - after].tolist()


def test_the_browser_counts_outputs_and_readers_as_torch_does(visit):
    page = visit(*(figures.conv_arithmetic(**settings, uses=True) for settings in MADE))
    for i, settings in enumerate(MADE):
        figure = page.locator(".dlf").nth(i)
        size, coverage = by_torch(**settings)
        assert figure.locator(".dlf-board-output [role=gridcell]").count() == size**2
        assert result(figure) == str(size)
        assert counts(figure, settings.get("padding", 0)) == coverage.tolist()


def test_each_window_reads_what_torchs_gradient_reaches(visit):
    page = visit(*(figures.conv_arithmetic(**settings) for settings in MADE))
    for i, settings in enumerate(MADE):
        figure = page.locator(".dlf").nth(i)
        padding = settings.get("padding", 0)
        before, after = padding if isinstance(padding, tuple) else (padding, padding)
        others = {name: value for name, value in settings.items() if name not in ("input", "padding")}
        kernel = others.pop("kernel", 3)
        x = torch.zeros(1, 1, *[settings["input"] + before + after] * 2, requires_grad=True)
        y = F.conv2d(x, torch.ones(1, 1, kernel, kernel), **others)[0, 0]
        for row, column in [(0, 0), (len(y) - 1, len(y) - 1), (0, len(y) // 2)]:
            cell(figure, "output", row, column).click()
            (reached,) = torch.autograd.grad(y[row, column], x, retain_graph=True)
            np.testing.assert_array_equal(matrix_of(figure, "image", "read"), reached[0, 0] > 0)
        (all_reached,) = torch.autograd.grad(y.sum(), x)
        np.testing.assert_array_equal(matrix_of(figure, "image", "unread"), all_reached[0, 0] == 0)
