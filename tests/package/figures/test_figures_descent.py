"""The figure gradient_descent in a browser: it shows what Python computes, and what a reader can do to it."""

import json
from datetime import datetime

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from test_figures_model import mount
from test_figures_page import set_theme

from dlcourse import figures

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def start(page):
    return page.get_by_role("application")


def assert_shows(page, figure):
    shown = page.locator(".dlf-trace")
    path = np.array(json.loads(shown.get_attribute("data-path")))
    scale = np.abs(figure.path).max(axis=1, keepdims=True) + 1
    np.testing.assert_allclose(path / scale, figure.path / scale, rtol=0, atol=1e-9)
    assert float(shown.get_attribute("data-loss")) == pytest.approx(figure.losses[-1], rel=1e-7, abs=1e-12)
    gradient = json.loads(shown.get_attribute("data-gradient"))
    assert gradient == pytest.approx(figure.gradient.tolist(), rel=1e-6, abs=1e-9)
    assert page.locator(".dlf-said").get_attribute("data-status") == figure.status
    assert page.locator(".dlf-values dd").first.inner_text() == str(len(figure.path) - 1)


@pytest.mark.parametrize("surface", figures.SURFACES)
def test_the_page_shows_what_python_computes(visit, surface):
    page = visit(figures.gradient_descent(surface, step=40))
    for method in figures.METHODS:
        page.get_by_role("combobox", name="Method").select_option(method)
        for rate in ("-3", "-1.5", "-1"):
            page.get_by_role("slider").fill(rate)
            value = float(f"{10 ** float(rate):.2g}")
            assert_shows(page, figures.gradient_descent(surface, method, value, step=40))


def test_a_path_that_runs_away_is_called_diverging(visit):
    figure = figures.gradient_descent("narrow valley", learning_rate=0.1, step=60)
    page = visit(figure)
    assert_shows(page, figure)
    said = page.locator(".dlf-said")
    assert said.inner_text().startswith("Diverging: the loss grows instead of falling.")
    assert "dlf-fault" in said.get_attribute("class")
    assert page.locator(".dlf-update").inner_text() == "The path ends here."
    page.get_by_role("slider").fill("-1.3")  # the path follows
    assert_shows(page, figures.gradient_descent("narrow valley", learning_rate=0.05, step=60))


@pytest.mark.parametrize(
    "arguments",
    [
        {"surface": "saddle", "start": [0, 1.5], "step": 200},
        {"surface": "two minima", "learning_rate": 0.5, "step": 200},
        {"learning_rate": 2.1, "step": 1},
        {"learning_rate": 1.5, "step": 3},
    ],
)
def test_page_and_python_say_the_same_of_a_path(visit, arguments):
    figure = figures.gradient_descent(**arguments)
    assert_shows(visit(figure), figure)


def test_the_next_step_is_written_out_and_right(visit):
    page = visit(figures.gradient_descent(learning_rate=0.5, start=[2, -1]))
    lines = page.locator(".dlf-update span")
    assert lines.all_inner_texts() == ["next x: 2 − 0.5 · 2 = 1", "next y: −1 − 0.5 · (−1) = −0.5"]
    page.get_by_role("button", name="Next").click()
    page.get_by_role("combobox", name="Method").select_option("momentum")
    assert lines.first.inner_text() == "next x: 1 − 0.5 · (0.9 · 2 + 1) = −0.4"
    page.get_by_role("combobox", name="Method").select_option("Adam")
    page.get_by_role("button", name="Previous").click()
    assert lines.all_inner_texts() == ["next x: 2 − 0.5 · 2 / 2 = 1.5", "next y: −1 − 0.5 · (−1) / 1 = −0.5"]


def test_arrow_keys_move_the_start_and_the_path_follows(visit):
    page = visit(figures.gradient_descent(step=5))
    for key in ("ArrowLeft", "ArrowLeft", "ArrowDown", "Control+ArrowDown", "ArrowUp", "ArrowUp"):
        start(page).press(key)
    assert_shows(page, figures.gradient_descent(start=[2.3, 1.65], step=5))
    assert start(page).get_attribute("aria-label") == "Start at x 2.3, y 1.65. Arrow keys move it."
    for _ in range(9):
        start(page).press("ArrowUp")
    assert_shows(page, figures.gradient_descent(start=[2.3, 2], step=5))  # the picture ends there
    start(page).press("Home")
    assert_shows(page, figures.gradient_descent(step=5))


def test_arrow_keys_reach_the_ridge_of_the_saddle(visit):
    page = visit(figures.gradient_descent("saddle", step=200))
    start(page).press("ArrowLeft")
    assert_shows(page, figures.gradient_descent("saddle", start=[0, 1.7], step=200))


def test_a_mouse_drags_the_start_and_a_press_puts_it_anywhere(visit):
    page = visit(figures.gradient_descent())
    box = page.locator(".dlf-land").bounding_box()

    def pixel(x, y):
        return box["x"] + box["width"] * (x + 3) / 6, box["y"] + box["height"] * (2 - y) / 4

    page.mouse.move(*pixel(2.4, 1.6))
    page.mouse.down()
    page.mouse.move(*pixel(-1, 0.5), steps=5)
    page.mouse.up()
    assert_shows(page, figures.gradient_descent(start=[-1, 0.5]))
    page.mouse.click(*pixel(1.5, -1))
    assert_shows(page, figures.gradient_descent(start=[1.5, -1]))


def test_a_finger_drags_the_start_and_scrolls_the_page_elsewhere(visit):
    page = visit(figures.gradient_descent(), figures.gradient_descent(), **PHONE)
    box = page.locator(".dlf-land").first.bounding_box()
    session = page.context.new_cdp_session(page)

    def drag(x, y, dx, dy):
        places = [(x + dx * i / 5, y + dy * i / 5) for i in range(6)]
        for kind, points in [("touchStart", places[:1]), *[("touchMove", [p]) for p in places[1:]], ("touchEnd", [])]:
            session.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": a, "y": b} for a, b in points]}
            )

    drag(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.1, -box["width"] / 2, box["height"] / 4)
    assert_shows(page.locator(".dlf").first, figures.gradient_descent(start=[-0.6, 0.6]))
    assert page.evaluate("scrollY") == 0
    drag(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.9, 0, -100)
    page.wait_for_function("scrollY > 20")
    assert_shows(page.locator(".dlf").first, figures.gradient_descent(start=[-0.6, 0.6]))


def test_play_goes_step_by_step_and_ends_where_the_gradient_is_zero(visit):
    page = visit(figures.gradient_descent(learning_rate=0.5))
    page.clock.install(time=datetime(2030, 1, 1))
    page.clock.pause_at(datetime(2030, 1, 2))
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(5 * 160)
    assert_shows(page, figures.gradient_descent(learning_rate=0.5, step=5))
    page.clock.run_for(10_000)
    assert_shows(page, figures.gradient_descent(learning_rate=0.5, step=12))
    assert page.locator(".dlf-said").inner_text().endswith("this is the lowest point.")
    page.get_by_role("button", name="Play").click()  # once more, from the start
    page.clock.run_for(3 * 160)
    assert_shows(page, figures.gradient_descent(learning_rate=0.5, step=2))
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Reset").click()
    assert_shows(page, figures.gradient_descent(learning_rate=0.5))


def test_who_wants_no_motion_gets_the_whole_path_at_once(visit):
    page = visit(figures.gradient_descent(learning_rate=0.5), reduced_motion="reduce")
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Play").wait_for()
    page.wait_for_function("document.querySelector('.dlf-values dd').textContent === '12'")
    assert_shows(page, figures.gradient_descent(learning_rate=0.5, step=12))


def test_a_new_surface_begins_at_its_own_start(visit):
    page = visit(figures.gradient_descent(step=9, learning_rate=0.05))
    page.get_by_role("combobox", name="Surface").select_option("waves")
    assert_shows(page, figures.gradient_descent("waves", learning_rate=0.05))


def test_contours_are_lines_of_equal_loss(visit):
    page = visit(figures.gradient_descent("round bowl"))
    paths = page.locator(".dlf-contours path")
    assert paths.count() == 12
    for i in range(12):
        numbers = np.array(paths.nth(i).get_attribute("d").replace("M", " ").replace("L", " ").split(), float)
        radius = np.hypot(numbers[::2] / 16 - 3, 2 - numbers[1::2] / 16)
        assert np.ptp(radius) < 0.02
        assert radius.mean() ** 2 / 2 == pytest.approx(6.5 * ((12 - i) / 13) ** 2, rel=0.01)


def test_a_screen_reader_is_told_what_happens(visit):
    page = visit(figures.gradient_descent(learning_rate=0.5, start=[2, 1]))
    page.get_by_role("button", name="Next").click()
    assert page.locator("[aria-live=polite]").inner_text() == (
        "Step 1: loss 0.625, gradient 1, 0.5. The loss falls, and the gradient is not yet zero: the path goes on."
    )
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == "0.5"
    assert page.get_by_role("img", name="loss from 2.5 at step 0 to 0.625 at step 1").count() == 1


def test_what_a_reader_sets_comes_to_python_and_back(visit):
    figure = figures.gradient_descent()
    page = mount(visit, figure)
    page.get_by_role("combobox", name="Surface").select_option("saddle")
    page.get_by_role("slider").fill("-2")
    start(page).press("ArrowRight")
    page.get_by_role("button", name="Next").click()
    for message in page.evaluate("model.sent"):
        figure.set_state(message)
    assert figure.state() == {
        "learning_rate": 0.01, "method": "gradient descent", "start": [0.1, 1.7], "step": 1, "surface": "saddle",
    }  # fmt: skip
    page.evaluate("model.set({ method: 'Adam', step: 7 })")
    figure.method, figure.step = "Adam", 7
    assert_shows(page, figure)
    page.evaluate("cleanup()")
    assert page.evaluate("model.listeners.size") == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation(visit, theme):
    page = visit(figures.gradient_descent("saddle", "momentum", step=30), http=True, reduced_motion="reduce")
    set_theme(page, theme)
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["impact"], v["nodes"][0]["html"]) for v in found] == []


def test_no_width_makes_the_page_scroll_sideways_and_no_step_moves_the_controls(visit):
    page = visit(figures.gradient_descent("narrow valley", "Adam"))
    outside = """body => {
      const { left, right } = body.getBoundingClientRect();
      return [...body.querySelectorAll("select, button, input, dd, p, .dlf-land")]
        .map(part => part.getBoundingClientRect())
        .filter(box => box.right > right + 0.5 || box.left < left - 0.5).length;
    }"""
    for width in (1280, 320, 390, 541, 768):
        page.set_viewport_size({"width": width, "height": 740})
        page.get_by_role("button", name="Reset").click()
        places = set()
        for _ in range(4):
            page.get_by_role("button", name="Next").click()
            places.add(page.get_by_role("button", name="Next").bounding_box()["y"] + page.evaluate("scrollY"))
        assert len(places) == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator(".dlf-body").evaluate(outside) == 0


def test_on_a_phone_everything_that_can_be_pressed_is_24_pixels_or_more(visit):
    page = visit(figures.gradient_descent(), **PHONE)
    boxes = [e.bounding_box() for e in page.locator("button, select, input, [role=application]").all()]
    assert min(min(box["width"], box["height"]) for box in boxes) >= 24


def test_without_javascript_a_sentence_stands_for_the_figure(visit):
    page = visit(figures.gradient_descent(step=2), java_script_enabled=False)
    assert "After 2 steps it is at" in page.locator(".dlcourse-figure p").inner_text()
