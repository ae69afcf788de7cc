"""The figure conv2d in a browser: what it computes, and what a reader can do to it."""

import numpy as np
import pytest
from scipy import signal

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


def test_outputs_are_scipys_correlation_for_random_images(visit):
    rng = np.random.default_rng(3)
    made = [(rng.normal(size=rng.integers(4, 11, 2)), rng.normal(size=rng.integers(1, 5, 2))) for _ in range(6)]
    page = visit(*(figures.conv2d(image, {"given": kernel}) for image, kernel in made))
    for i, (image, kernel) in enumerate(made):
        expected = signal.correlate2d(image, kernel, "valid")
        np.testing.assert_allclose(cells(page.locator(".dlf").nth(i), "output"), expected, atol=1e-9)


def test_every_window_shows_its_patch_its_products_and_their_sum(visit):
    rng = np.random.default_rng(5)
    image, kernel = rng.integers(-9, 10, (5, 6)), rng.integers(-3, 4, (2, 3))
    page = visit(figures.conv2d(image, {"given": kernel}))
    for row in range(4):
        for column in range(4):
            patch = image[row : row + 2, column : column + 3]
            assert small(page, "patch") == patch.ravel().tolist()
            assert small(page, "products") == (patch * kernel).ravel().tolist()
            assert small(page, "total") == [(patch * kernel).sum()]
            page.get_by_role("button", name="Next").click(force=True)  # it is disabled at the end


def test_the_sum_is_written_out(visit):
    page = visit(figures.conv2d(row=1, column=2))
    assert page.locator(".dlf-formula").inner_text() == "0 + 1 + 0 + 0 + 1 + 0 + 0 + 1 + 0 = 3"
    assert "Output row 1, column 2" in page.locator("[aria-live=polite]").inner_text()


@pytest.mark.parametrize("name", list(figures.KERNELS))
def test_the_menu_applies_each_filter(visit, name):
    image = np.arange(64).reshape(8, 8) % 7
    page = visit(figures.conv2d(image))
    page.get_by_role("combobox", name="Filter").select_option(name)
    np.testing.assert_allclose(cells(page, "output"), signal.correlate2d(image, figures.KERNELS[name], "valid"))


def test_a_weight_can_be_edited_and_the_filter_becomes_your_own(visit):
    page = visit(figures.conv2d())
    page.get_by_label("weight in row 1, column 1").fill("-2")
    assert cells(page, "output") == [[0, 0, 0, 0, 0, 0]] * 6
    menu = page.get_by_role("combobox", name="Filter")
    assert menu.evaluate("menu => menu.selectedOptions[0].text") == "your own"
    page.get_by_label("weight in row 1, column 1").fill("1")
    assert menu.input_value() == "vertical line"


@pytest.mark.parametrize(("name", "total"), [("cross", 28), ("diagonal", 8), ("letter A", 18), ("empty", 0)])
def test_the_menu_draws_each_image(visit, name, total):
    page = visit(figures.conv2d())
    page.get_by_role("combobox", name="Image").select_option(name)
    assert np.sum(cells(page, "image")) == total


def test_the_horizontal_line_is_the_vertical_line_turned(visit):
    page = visit(figures.conv2d(np.eye(8)))
    page.get_by_role("combobox", name="Image").select_option("vertical line")
    vertical = cells(page, "image")
    assert vertical == [[0, 0, 0, 1, 1, 0, 0, 0]] * 8
    page.get_by_role("combobox", name="Image").select_option("horizontal line")
    assert cells(page, "image") == np.transpose(vertical).tolist()


def test_pointing_previews_a_window_and_leaving_takes_it_back(visit):
    page = visit(figures.conv2d())
    cell(page, "image", 4, 4).hover()
    assert small(page, "patch") == [1, 1, 0] * 3
    cell(page, "output", 5, 5).hover()
    assert small(page, "patch") == [0] * 9
    page.get_by_role("heading").hover()
    assert small(page, "patch") == [0] * 9
    assert where(page) == "window 1 of 36"


def test_a_click_moves_the_window_and_edits_nothing(visit):
    page = visit(figures.conv2d())
    cell(page, "image", 4, 3).click()
    assert where(page) == f"window {3 * 6 + 2 + 1} of 36"
    cell(page, "image", 0, 7).click()  # the window stays inside the image
    assert where(page) == "window 6 of 36"
    cell(page, "output", 5, 1).click()
    assert where(page) == "window 32 of 36"
    assert cells(page, "image") == [[0, 0, 0, 1, 1, 0, 0, 0]] * 8


def test_arrow_keys_move_the_window_in_both_grids(visit):
    page = visit(figures.conv2d())
    cell(page, "output", 0, 0).focus()
    for key, expected in [("ArrowDown", 7), ("ArrowRight", 8), ("End", 12), ("ArrowRight", 12), ("Control+Home", 1)]:
        page.keyboard.press(key)
        assert where(page) == f"window {expected} of 36"
    cell(page, "image", 1, 1).focus()
    for key, expected in [("ArrowDown", 7), ("ArrowLeft", 7), ("Control+End", 36), ("ArrowUp", 36), ("ArrowUp", 30)]:
        page.keyboard.press(key)
        assert where(page) == f"window {expected} of 36"
    assert page.evaluate("document.activeElement.role") == "gridcell"


def test_each_grid_is_one_tab_stop(visit):
    page = visit(figures.conv2d(row=2, column=3))
    for board, place in [("image", (3, 4)), ("output", (2, 3))]:
        assert page.locator(f".dlf-board-{board} [role=gridcell][tabindex='0']").count() == 1
        assert cell(page, board, *place).get_attribute("tabindex") == "0"


def test_in_the_image_enter_switches_a_cell_and_digits_type_into_it(visit):
    page = visit(figures.conv2d())
    cell(page, "image", 1, 1).focus()
    page.keyboard.press("Enter")
    assert cells(page, "image")[1][1] == 1
    page.keyboard.press(" ")
    assert cells(page, "image")[1][1] == 0
    page.keyboard.type("-12.5")
    page.keyboard.press("Enter")
    assert cells(page, "image")[1][1] == -12.5
    assert page.evaluate("document.activeElement.textContent") == "−12.5"


def test_drawing_switches_cells_along_the_way_of_the_mouse(visit):
    page = visit(figures.conv2d(np.zeros((8, 8))))
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


def test_what_is_not_a_number_gets_a_kind_message(visit):
    page = visit(figures.conv2d())
    page.get_by_label("weight in row 0, column 0").focus()
    page.keyboard.type("-")
    assert "not a number yet" in page.get_by_role("status").inner_text()
    assert cells(page, "output") == [[0, 0, 3, 3, 0, 0]] * 6


def test_reset_brings_the_first_state_back(visit):
    page = visit(figures.conv2d(row=1))
    page.get_by_role("combobox", name="Filter").select_option("outline")
    page.get_by_role("combobox", name="Image").select_option("cross")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Reset").click()
    assert cells(page, "output") == [[0, 0, 3, 3, 0, 0]] * 6
    assert where(page) == "window 7 of 36"


def test_a_large_filter_still_adds_up(visit):
    page = visit(figures.conv2d(np.ones((9, 9)), {"sum of 25": np.ones((5, 5))}))
    assert cells(page, "output") == [[25] * 5] * 5
    assert page.locator(".dlf-formula").inner_text() == "The 25 products add up to 25"
