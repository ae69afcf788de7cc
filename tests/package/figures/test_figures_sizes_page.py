"""conv_arithmetic and receptive_field on pages and in JupyterLab: widths, touch, accessibility, synchronisation."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from test_figures_model import mount
from test_figures_page import CONTRAST, contrast, set_theme

from dlcourse import figures

BOTH = [figures.conv_arithmetic, figures.receptive_field]
STATES = {
    "default": figures.conv_arithmetic,
    "largest": lambda: figures.conv_arithmetic(14, 5, 8, uses=True),
    "leftover": lambda: figures.conv_arithmetic(8, padding=(0, 1), stride=3, uses=True),
    "impossible": lambda: figures.conv_arithmetic(3, 5, dilation=3),
    "two layers": figures.receptive_field,
    "five layers": lambda: figures.receptive_field([(3, 1)] * 5),
    "wide": lambda: figures.receptive_field([(5, 2)] * 4),
    "too wide": lambda: figures.receptive_field([(7, 3)] * 4),
}


def test_at_no_width_is_anything_outside_its_figure_or_the_page(visit):
    page = visit(*(make() for make in STATES.values()))
    outside = """all => all.filter((cell) => {
      const [inner, outer] = [cell, cell.closest(".dlf-body")].map((element) => element.getBoundingClientRect());
      return inner.left < outer.left || inner.right > outer.right || inner.bottom > outer.bottom;
    }).length"""
    for width in (1280, 320, 360, 541, 768):  # from wide to narrow first: a reader turns the phone
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator(".dlf-cell, .dlf-frame, button, select, .dlf-fraction").evaluate_all(outside) == 0


def test_a_number_is_large_enough_to_read_or_not_there_at_all(visit):
    page = visit(*(make() for make in STATES.values()))
    sizes = """all => all.filter((cell) => cell.textContent)
      .map((cell) => parseFloat(getComputedStyle(cell).fontSize))"""
    for width in (320, 480, 600, 800, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        found = page.locator(".dlf-cell").evaluate_all(sizes)
        assert max(found) >= 10
        assert [size for size in found if 0 < size < 7.9] == []


@pytest.mark.parametrize("make", BOTH)
def test_on_a_phone_everything_that_can_be_pressed_is_24_pixels_or_more(visit, make):
    page = visit(make(), viewport={"width": 360, "height": 740}, has_touch=True)
    pressed = page.locator("button, select, [role=gridcell], label:has([type=checkbox])")
    boxes = [element.bounding_box() for element in pressed.all()]
    assert min(min(box["width"], box["height"]) for box in boxes) >= 24


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation(visit, theme):
    page = visit(*(make() for make in STATES.values()), http=True, reduced_motion="reduce")
    set_theme(page, theme)
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["impact"], v["nodes"][0]["html"]) for v in found] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_number_can_be_read_on_its_colour(visit, theme):
    made = figures.conv_arithmetic(5, padding=1, uses=True), figures.receptive_field([(3, 1)] * 5)
    page = visit(*made, reduced_motion="reduce")
    set_theme(page, theme)
    pairs = page.evaluate(CONTRAST)
    assert len(pairs) > 60
    assert min(map(contrast, pairs)) >= 4.5


@pytest.mark.parametrize("make", BOTH)
def test_two_figures_on_a_page_are_independent(visit, make):
    page = visit(make(), make())
    one, two = (page.locator(".dlf").nth(i) for i in (0, 1))
    before = two.inner_text()
    one.get_by_role("button", name="full" if make is figures.conv_arithmetic else "five 3").click()
    assert two.inner_text() == before != one.inner_text()


def sent(page):
    return page.evaluate("model.sent")


def test_what_a_reader_sets_comes_to_python(visit):
    figure = figures.conv_arithmetic(6, row=3)
    page = mount(visit, figure)
    page.get_by_role("button", name="Keras, padding same with stride 2").click()
    page.get_by_role("button", name="more kernel").click()
    page.get_by_label("count the readers").check()
    for message in sent(page):
        figure.set_state(message)
    state = {
        "column": 0,
        "dilation": 1,
        "input": 6,
        "kernel": 4,
        "padding": [0, 1],
        "row": 1,
        "stride": 2,
        "uses": True,
    }
    assert figure.state() == state
    page.evaluate("model.sent = []")
    page.get_by_role("button", name="Next").click()
    assert sent(page) == [{"row": 1, "column": 1}]


def test_where_the_window_does_not_fit_no_position_is_sent(visit):
    page = mount(visit, figures.conv_arithmetic(2))
    for name in ("Next", "Previous", "Play"):
        page.get_by_role("button", name=name).click(force=True)
    assert sent(page) == []


def test_what_a_reader_stacks_comes_to_python(visit):
    figure = figures.receptive_field(layer=0, unit=10)
    page = mount(visit, figure)
    page.get_by_role("button", name="with stride 2").click()
    page.get_by_label("dilation of layer 3").select_option("2")
    page.get_by_role("gridcell", name="layer 2, unit 4").click()
    for message in sent(page):
        figure.set_state(message)
    assert figure.state() == {"layers": [[3, 2, 1], [3, 2, 1], [3, 1, 2]], "layer": 2, "unit": 4}


@pytest.mark.parametrize("make", BOTH)
def test_a_preview_under_the_mouse_is_sent_to_nobody(visit, make):
    page = mount(visit, make())
    page.locator("[role=gridcell]").nth(5).hover()
    assert sent(page) == []


def test_a_change_in_python_redraws_the_figure(visit):
    page = mount(visit, figures.conv_arithmetic())
    page.locator(".dlf-board-image [role=gridcell]").last.click()
    page.evaluate("model.set({ input: 3, stride: 2 })")
    assert page.locator(".dlf-formula strong").inner_text() == "1"
    assert page.locator(".dlf-said").inner_text().startswith("Output row 0, column 0 reads rows 0 to 2")
    page = mount(visit, figures.receptive_field(layer=2, unit=6))
    page.evaluate("model.set({ layers: [[7, 1, 1]] })")
    assert page.locator(".dlf-said").inner_text().startswith("Unit 4 of layer 1 sees inputs 4 to 10")


@pytest.mark.parametrize("make", BOTH)
def test_cleaning_up_stops_the_figure(visit, make):
    page = mount(visit, make())
    page.evaluate("cleanup()")
    assert page.evaluate("model.listeners.size") == 0


@pytest.mark.parametrize("make", BOTH)
def test_the_html_is_small(make):
    assert len(make()._repr_mimebundle_()[0]["text/html"].encode()) < 600
