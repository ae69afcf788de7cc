"""What Python says of a figure: its traits, its text, its HTML, and what it refuses."""

import html.parser
import json
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from dlcourse import figures

NUMBERS = st.one_of(st.integers(-999, 999), st.floats(-999, 999))


def html_of(figure):
    return figure._repr_mimebundle_()[0]["text/html"]


def state_in(text):
    return json.loads(re.search(r"<script[^>]*>(.*?)</script>", text, re.S)[1])


def test_importing_figures_loads_no_framework():
    code = "import sys, dlcourse.figures; print([m for m in ('torch', 'tensorflow', 'matplotlib') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


@pytest.mark.parametrize("make", [figures.conv1d, figures.conv2d])
def test_a_figure_prints_the_same_text_in_every_run(make):
    assert repr(make()) == repr(make())
    assert "0x" not in repr(make())
    assert html_of(make()) == html_of(make())


def test_the_html_is_small():
    assert len(html_of(figures.conv1d()).encode()) < 400
    assert len(html_of(figures.conv2d()).encode()) < 800  # 64 pixels and seven filters


def test_the_widget_comes_along_with_the_html():
    data, _ = figures.conv1d()._repr_mimebundle_()
    assert set(data) == {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"}


def test_without_javascript_the_page_states_input_filter_and_output():
    text = html_of(figures.conv1d())
    assert "[0, 1, 0]" in text
    assert "[0, 0, 0, 1, 1, 0, 0, 0]" in text
    assert "[0, 0, 1, 1, 0, 0]" in text
    assert "6×6 output with values from 0 to 3" in html_of(figures.conv2d())


def test_the_description_names_flip_bias_and_relu():
    text = figures.conv1d([1, 2, 3], [1, 2], bias=-7, flip=True, relu=True).describe()
    assert all(word in text for word in ("flipped", "bias -7", "ReLU", "[0, 0]"))


@given(name=st.text(min_size=1))
@settings(max_examples=60, deadline=None)
def test_no_name_of_a_kernel_breaks_out_of_the_html(name):
    name += "</script><b>&\"'"
    text = html_of(figures.conv2d([[1, 2], [3, 4]], {name: [[1]]}))
    tags = []
    parser = html.parser.HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.append(tag)
    parser.feed(text)
    assert tags == ["div", "script", "p"]
    assert state_in(text)["kernel"] == name


@given(values=st.lists(NUMBERS, min_size=1, max_size=16), data=st.data())
@settings(max_examples=60, deadline=None)
def test_the_state_of_conv1d_survives_json_and_gives_scipys_output(values, data):
    kernel = data.draw(st.lists(NUMBERS, min_size=1, max_size=len(values)))
    figure = figures.conv1d(np.array(values), np.array(kernel))
    state = state_in(html_of(figure))
    assert (state["input"], state["kernel"]) == (values, kernel)
    np.testing.assert_allclose(figure.output, signal.correlate(values, kernel, "valid", method="direct"), atol=1e-6)
    figure.flip = True
    np.testing.assert_allclose(figure.output, np.convolve(values, kernel, "valid"), atol=1e-6)


def test_the_output_of_conv2d_is_scipys():
    rng = np.random.default_rng(0)
    for _ in range(20):
        image, kernel = rng.normal(size=rng.integers(4, 17, 2)), rng.normal(size=rng.integers(1, 5, 2))
        figure = figures.conv2d(image, {"given": kernel})
        np.testing.assert_allclose(figure.output, signal.correlate2d(image, kernel, "valid"), atol=1e-9)


def test_whole_numbers_stay_whole_and_zero_has_no_sign():
    figure = figures.conv1d(np.array([-0.0, 1.0, 2.5]), [1])
    assert str(figure.input) == "[0, 1, 2.5]"


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
    figure2d = figures.conv2d(row=5, column=4)
    figure2d.image = np.eye(4)
    assert (figure2d.row, figure2d.column) == (1, 1)


def test_rows_and_columns_of_a_wide_image_are_not_exchanged():
    figure = figures.conv2d(np.zeros((4, 8)), row=1, column=5)
    assert (figure.row, figure.column) == (1, 5)
    figure.image = np.zeros((8, 4))
    assert (figure.row, figure.column) == (1, 1)
    figure.row = 5
    figure.image = np.zeros((4, 8))
    assert (figure.row, figure.column) == (1, 1)


@pytest.mark.parametrize("bias", [-999, 999])
def test_a_bias_reaches_the_bounds(bias):
    assert figures.conv1d([0], [0], bias=bias).output.tolist() == [bias]


@pytest.mark.parametrize(("shape", "offered"), [((2, 2), 0), ((2, 8), 0), ((8, 2), 0), ((3, 3), 7)])
def test_without_kernels_those_are_offered_that_fit_into_the_image(shape, offered):
    figure = figures.conv2d(np.zeros(shape), kernel=[[1]])
    assert list(figure.kernels) == list(figures.KERNELS)[:offered]
    assert figure.output.shape == shape


def test_a_kernel_is_a_name_or_weights():
    figure = figures.conv2d(kernel="outline")
    assert figure.weights.tolist() == figures.KERNELS["outline"]
    figure.kernel = [[1, 2], [3, 4]]
    assert figure.weights.shape == (2, 2)
    assert figure.output.shape == (7, 7)
    assert repr(figure) == "Conv2d(image=8×8, kernel=2×2, row=0, column=0)"


def test_figures_share_no_state():
    one, two = figures.conv2d(), figures.conv2d()
    one.kernels["blur"][0][0] = one.image[0][0] = 77
    assert two.kernels["blur"][0][0] == figures.KERNELS["blur"][0][0] == 0.0625
    assert two.image[0][0] == 0


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


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"image": [1, 2]}, ValueError, "image must have shape \\(any, any\\)"),
        ({"image": np.zeros((17, 8))}, ValueError, "image must have 1 to 16 numbers along each axis"),
        ({"image": [[1, 2], [3]]}, TypeError, "image must be an array of numbers"),
        ({"image": np.full((8, 8), np.inf)}, ValueError, "image must hold numbers between"),
        ({"image": np.zeros((2, 2))}, ValueError, "filter that fits into the image of shape \\(2, 2\\), got none"),
        (
            {"image": np.zeros((2, 2)), "kernels": {"a": np.ones((3, 1))}},
            ValueError,
            "must not be larger than the image",
        ),
        ({"image": np.zeros((2, 2)), "kernel": np.ones((1, 3))}, ValueError, "'kernel' of shape \\(1, 3\\)"),
        ({"kernel": "vertical"}, ValueError, "kernel must be one of 'vertical line', "),
        ({"kernel": np.ones((8, 1))}, ValueError, "kernel must have 1 to 7 numbers along each axis"),
        ({"kernels": {}}, ValueError, "kernels must hold at least one filter"),
        ({"kernels": [[1]]}, TypeError, "kernels must map names to weights, got list"),
        ({"kernels": {"a": [1, 2]}}, ValueError, "kernels\\['a'\\] must have shape"),
        ({"row": 6}, ValueError, "row must be between 0 and 5, got 6"),
        ({"image": np.zeros((4, 8)), "row": 2}, ValueError, "row must be between 0 and 1, got 2"),
        ({"image": np.zeros((4, 8)), "column": 6}, ValueError, "column must be between 0 and 5, got 6"),
        ({"column": -1}, ValueError, "column must be between 0 and 5, got -1"),
    ],
)
def test_conv2d_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        figures.conv2d(**arguments)


@given(value=st.one_of(st.none(), st.text(), st.booleans(), st.dictionaries(st.text(), st.integers()), st.binary()))
@settings(max_examples=60, deadline=None)
def test_anything_else_is_a_type_or_value_error(value):
    for arguments in ({"input": value}, {"kernel": value}):
        with pytest.raises((TypeError, ValueError)):
            figures.conv1d(**arguments)


def test_a_figure_without_a_description_gives_its_name():
    class Plain(figures.Figure, module="conv1d"):
        """A figure that says nothing of itself."""

    assert html_of(Plain()) == (
        '<div class="dlcourse-figure" data-figure="conv1d"><script type="application/json">{}</script>'
        "<p>Interactive figure: Plain.</p></div>"
    )
