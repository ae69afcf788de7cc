"""The figure shift on pages and in JupyterLab: widths, touch, accessibility, styles of others."""

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from test_figures_shift import PHONE, handle

from dlcourse import figures


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation(visit, theme):
    page = visit(figures.shift("cat", "left-right edge", "max 4", dx=1), http=True, reduced_motion="reduce")
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["impact"], v["nodes"][0]["html"]) for v in found] == []


def test_no_width_makes_the_page_scroll_sideways(visit):
    page = visit(figures.shift(pooling="blur, every second"), figures.shift(np.full((16, 16), 999), "blur", dx=1))
    outside = """body => {
      const { left, right } = body.querySelector(".dlf-choices").getBoundingClientRect();
      return [...body.querySelectorAll("select, button, .dlf-square, dd, .dlf-title")]
        .map(part => part.getBoundingClientRect())
        .filter(box => box.right > right + 0.5 || box.left < left - 0.5).length;
    }"""
    for width in (1280, 320, 360, 541, 768):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator(".dlf-body").first.evaluate(outside) == 0


@pytest.mark.parametrize("width", [600, 640, 700])
def test_the_three_maps_stand_at_one_height(visit, width):
    page = visit(figures.shift(), viewport={"width": width, "height": 740})
    assert len({square.bounding_box()["y"] for square in page.locator(".dlf-square").all()}) == 1


def test_on_a_phone_everything_that_can_be_pressed_is_24_pixels_or_more(visit):
    page = visit(figures.shift(), **PHONE)
    boxes = [element.bounding_box() for element in page.locator("button, select, [role=application]").all()]
    assert min(min(box["width"], box["height"]) for box in boxes) >= 24


@pytest.mark.parametrize("width", [360, 800])
def test_moving_and_choosing_never_move_the_controls(visit, width):
    page = visit(figures.shift("cat"), viewport={"width": width, "height": 740})
    button = page.get_by_role("button", name="Mark this position")
    places = set()
    for pooling in figures.POOLINGS:
        page.get_by_role("combobox", name="Pooling").select_option(pooling)
        for key in ("ArrowRight", "ArrowDown", "Home"):
            handle(page).press(key)
            places.add(button.bounding_box()["y"] + page.evaluate("scrollY"))
    assert len(places) == 1


def test_jupyterlabs_style_of_lists_leaves_the_report_as_it_is(visit):
    page = visit(figures.shift(dx=1))
    places = "all => all.map((part) => Object.values(part.getBoundingClientRect().toJSON()).join())"
    before = page.locator(".dlf-numbers *").evaluate_all(places)
    page.add_style_tag(
        content="""
        .dlcourse-figure dl, .dlcourse-figure dt, .dlcourse-figure dd { display: block; margin: 0; padding: 0 }
        .dlcourse-figure dl { width: 100%; overflow: hidden }
        .dlcourse-figure dt { width: 20%; float: left; font-weight: bold }
        .dlcourse-figure dd { width: 80%; float: left }"""
    )
    assert page.locator(".dlf-numbers *").evaluate_all(places) == before
