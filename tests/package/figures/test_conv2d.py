"""The figure conv2d: what it computes, what a reader can do to it, what it refuses."""

import html.parser
import json
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, signal

from dlcourse import figures


def cells(page, board):
    rows = page.locator(f".dlf-board-{board} [role=row]").all()
    return [[float(cell.get_attribute("data-value")) for cell in row.locator(".dlf-cell").all()] for row in rows]


def cell(page, board, row, column):
    return page.locator(f".dlf-board-{board} [role=row]").nth(row).locator(".dlf-cell").nth(column)


def small(page, name):
    found = page.locator(f".dlf-{name} .dlf-cell").evaluate_all("all => all.map(cell => Number(cell.dataset.value))")
    return found


def where(page):
    return " ".join(page.locator(".dlf-where").inner_text().split())


def test_outputs_are_scipys_correlation_for_random_images(show):
    rng = np.random.default_rng(3)
    made = [(rng.normal(size=rng.integers(4, 11, 2)), rng.normal(size=rng.integers(1, 5, 2))) for _ in range(6)]
    page = show(*(figures.conv2d(image, {"given": kernel}) for image, kernel in made))
    for i, (image, kernel) in enumerate(made):
        expected = signal.correlate2d(image, kernel, "valid")
        np.testing.assert_allclose(cells(page.locator(".dlf").nth(i), "output"), expected, atol=1e-9)
        np.testing.assert_allclose(figures.conv2d(image, {"given": kernel}).output, expected, atol=1e-9)


def test_every_window_shows_its_patch_its_products_and_their_sum(show):
    rng = np.random.default_rng(5)
    image, kernel = rng.integers(-9, 10, (5, 6)), rng.integers(-3, 4, (2, 3))
    page = show(figures.conv2d(image, {"given": kernel}))
    for row in range(4):
        for column in range(4):
            patch = image[row : row + 2, column : column + 3]
            assert small(page, "patch") == patch.ravel().tolist()
            assert small(page, "products") == (patch * kernel).ravel().tolist()
            assert small(page, "total") == [(patch * kernel).sum()]
            page.get_by_role("button", name="Next").click(force=True)  # it is disabled at the end


def test_the_sum_is_written_out(show):
    page = show(figures.conv2d(row=1, column=2))
    assert page.locator(".dlf-formula").inner_text() == "0 + 1 + 0 + 0 + 1 + 0 + 0 + 1 + 0 = 3"
    assert "Output row 1, column 2" in page.locator("[aria-live=polite]").inner_text()


@pytest.mark.parametrize("name", list(figures.KERNELS))
def test_the_menu_applies_each_filter(show, name):
    image = np.arange(64).reshape(8, 8) % 7
    page = show(figures.conv2d(image))
    page.get_by_role("combobox", name="Filter").select_option(name)
    np.testing.assert_allclose(cells(page, "output"), signal.correlate2d(image, figures.KERNELS[name], "valid"))
    ends = page.locator(".dlf-scale span").all_inner_texts()
    assert ends[0] == "−" + ends[1]
    if name == "blur":
        assert page.get_by_label("weight in row 0, column 0").input_value() == "0.063"


def test_a_weight_can_be_edited_and_the_filter_becomes_your_own(show):
    page = show(figures.conv2d())
    page.get_by_label("weight in row 1, column 1").fill("-2")
    assert cells(page, "output") == [[0, 0, 0, 0, 0, 0]] * 6
    menu = page.get_by_role("combobox", name="Filter")
    assert menu.evaluate("menu => menu.selectedOptions[0].text") == "your own"
    page.get_by_label("weight in row 1, column 1").fill("1")
    assert menu.input_value() == "vertical line"


@pytest.mark.parametrize(("name", "total"), [("cross", 28), ("diagonal", 8), ("letter A", 18), ("empty", 0)])
def test_the_menu_draws_each_image(show, name, total):
    page = show(figures.conv2d())
    page.get_by_role("combobox", name="Image").select_option(name)
    assert np.sum(cells(page, "image")) == total
    if name == "diagonal":
        assert cells(page, "image") == np.eye(8).tolist()


def test_the_horizontal_line_is_the_vertical_line_turned(show):
    page = show(figures.conv2d(np.eye(8)))
    page.get_by_role("combobox", name="Image").select_option("vertical line")
    vertical = cells(page, "image")
    assert vertical == [[0, 0, 0, 1, 1, 0, 0, 0]] * 8
    page.get_by_role("combobox", name="Image").select_option("horizontal line")
    assert cells(page, "image") == np.transpose(vertical).tolist()


def test_pointing_previews_a_window_and_leaving_takes_it_back(show):
    page = show(figures.conv2d())
    cell(page, "image", 4, 4).hover()
    assert small(page, "patch") == [1, 1, 0] * 3
    cell(page, "output", 5, 5).hover()
    assert small(page, "patch") == [0] * 9
    page.mouse.move(0, 0)
    assert small(page, "patch") == [0] * 9
    assert where(page) == "window 1 of 36"


def test_a_click_moves_the_window_and_edits_nothing(show):
    page = show(figures.conv2d())
    cell(page, "image", 4, 3).click()
    assert where(page) == f"window {3 * 6 + 2 + 1} of 36"
    cell(page, "image", 0, 7).click()  # the window stays inside the image
    assert where(page) == "window 6 of 36"
    cell(page, "output", 5, 1).click()
    assert where(page) == "window 32 of 36"
    assert cells(page, "image") == [[0, 0, 0, 1, 1, 0, 0, 0]] * 8


def test_arrow_keys_move_the_window_in_both_grids(show):
    page = show(figures.conv2d())
    cell(page, "output", 0, 0).focus()
    for key, expected in [("ArrowDown", 7), ("ArrowRight", 8), ("End", 12), ("ArrowRight", 12), ("Control+Home", 1)]:
        page.keyboard.press(key)
        assert where(page) == f"window {expected} of 36"
    cell(page, "image", 1, 1).focus()
    for key, expected in [("ArrowDown", 7), ("ArrowLeft", 7), ("Control+End", 36), ("ArrowUp", 36), ("ArrowUp", 30)]:
        page.keyboard.press(key)
        assert where(page) == f"window {expected} of 36"
    assert page.evaluate("[document.activeElement.role, document.activeElement.tabIndex]") == ["gridcell", 0]


def test_each_grid_is_one_tab_stop(show):
    page = show(figures.conv2d(row=2, column=3))
    for board, place in [("image", (3, 4)), ("output", (2, 3))]:
        assert page.locator(f".dlf-board-{board} [role=gridcell][tabindex='0']").count() == 1
        assert cell(page, board, *place).get_attribute("tabindex") == "0"


def test_in_the_image_enter_switches_a_cell_and_digits_type_into_it(show):
    page = show(figures.conv2d())
    cell(page, "image", 1, 1).focus()
    page.keyboard.press("Enter")
    assert cells(page, "image")[1][1] == 1
    page.keyboard.press(" ")
    assert cells(page, "image")[1][1] == 0
    page.keyboard.type("-12.5")
    page.keyboard.press("Enter")
    assert cells(page, "image")[1][1] == -12.5
    assert page.evaluate("document.activeElement.textContent") == "−12.5"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert cells(page, "image")[1][2] == 12.5  # as strong as the strongest


def test_drawing_switches_cells_along_the_way_of_the_mouse(show):
    page = show(figures.conv2d(np.zeros((8, 8))))
    draw = page.get_by_role("button", name="Draw")
    draw.click()
    assert draw.get_attribute("aria-pressed") == "true"
    boxes = [cell(page, "image", 2, column).bounding_box() for column in (1, 5)]
    x, y = zip(*((box["x"] + 9, box["y"] + 9) for box in boxes), strict=True)
    page.mouse.move(x[0], y[0])
    page.mouse.down()
    page.mouse.move(x[1], y[1], steps=20)
    page.mouse.up()
    page.mouse.move(x[0], y[0] + 90, steps=5)
    expected = np.zeros((8, 8))
    expected[2, 1:6] = 1
    assert cells(page, "image") == expected.tolist()
    cell(page, "image", 2, 3).click()
    assert cells(page, "image")[2] == [0, 1, 1, 0, 1, 1, 0, 0]
    assert where(page) == "window 1 of 36"
    assert page.get_by_label("value in row 2, column 3").input_value() == "0"
    before = cells(page, "image")
    page.mouse.move(5, 5)  # a button that is pressed outside paints nothing
    page.mouse.down()
    page.mouse.move(x[0], y[0], steps=5)
    page.mouse.up()
    assert cells(page, "image") == before


def test_a_finger_moves_the_window_and_draws(visit):
    page = visit(figures.conv2d(), viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    cell(page, "image", 4, 3).tap()
    assert where(page) == "window 21 of 36"
    cell(page, "output", 0, 5).tap()
    assert where(page) == "window 6 of 36"
    page.get_by_role("button", name="Draw").tap()
    cell(page, "image", 0, 0).tap()
    assert cells(page, "image")[0] == [1, 0, 0, 1, 1, 0, 0, 0]
    assert where(page) == "window 6 of 36"


def test_a_large_filter_still_adds_up(show):
    page = show(figures.conv2d(np.ones((9, 9)), {"sum of 25": np.ones((5, 5))}))
    assert cells(page, "output") == [[25] * 5] * 5
    assert page.locator(".dlf-formula").inner_text() == "The 25 products add up to 25"


def test_what_a_reader_edits_comes_to_python(stage):
    figure = figures.conv2d()
    page = stage.show(figure)
    page.get_by_label("weight in row 2, column 0").fill("5")
    page.locator("[role=gridcell]").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Next").click()
    stage.receive(figure)
    assert figure.weights[2].tolist() == [5, 1, 0]
    assert figure.image[1][1] == 1  # the first cell of the tab order is the middle of the window
    assert (figure.row, figure.column) == (0, 1)
    assert cells(page, "output") == figure.output.tolist()


def test_new_kernels_come_into_the_menu(stage):
    page = stage.show(figures.conv2d(np.ones((3, 3))))
    stage.set(kernels={"five": [[5]], "six": [[6]]}, kernel="six")
    menu = page.get_by_role("combobox", name="Filter")
    assert menu.locator("option:not([hidden])").all_inner_texts() == ["five", "six"]
    assert menu.input_value() == "six"


@given(name=st.text(min_size=1))
@settings(max_examples=60)
def test_no_name_of_a_kernel_breaks_out_of_the_html(name):
    name += "</script><b>&\"'"
    text = figures.conv2d([[1, 2], [3, 4]], {name: [[1]]})._repr_mimebundle_()[0]["text/html"]
    tags = []
    parser = html.parser.HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.append(tag)
    parser.feed(text)
    assert tags == ["div", "script", "p"]
    assert json.loads(re.search(r"<script[^>]*>(.*?)</script>", text, re.S)[1])["kernel"] == name


def test_the_description_names_the_filter_and_the_range_of_the_output():
    text = figures.conv2d().describe()
    assert "the 3×3 filter “vertical line” slides over a 8×8 image and gives a 6×6 output" in text
    assert text.endswith("values from 0 to 3.")


def test_the_window_stays_inside_when_the_image_shrinks():
    figure = figures.conv2d(row=5, column=4)
    figure.image = np.eye(4)
    assert (figure.row, figure.column) == (1, 1)


def test_rows_and_columns_of_a_wide_image_are_not_exchanged():
    figure = figures.conv2d(np.zeros((4, 8)), row=1, column=5)
    assert (figure.row, figure.column) == (1, 5)
    figure.image = np.zeros((8, 4))
    assert (figure.row, figure.column) == (1, 1)
    figure.row = 5
    figure.image = np.zeros((4, 8))
    assert (figure.row, figure.column) == (1, 1)


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


def test_the_edges_are_sobels_and_the_blur_keeps_the_mean():
    image = np.random.default_rng(2).normal(size=(6, 7))
    for name, axis in (("left-right edge", 1), ("top-bottom edge", 0)):
        found = figures.conv2d(image, kernel=name).output
        np.testing.assert_allclose(found, ndimage.sobel(image, axis)[1:-1, 1:-1], atol=1e-12)
    blur = figures.conv2d(image, kernel="blur").output
    binomial = ndimage.correlate1d(ndimage.correlate1d(image, [0.25, 0.5, 0.25], 0), [0.25, 0.5, 0.25], 1)
    np.testing.assert_allclose(blur, binomial[1:-1, 1:-1], atol=1e-12)
