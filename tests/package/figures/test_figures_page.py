"""Figures on a page without a kernel: loading, themes, widths, accessibility, motion."""

import json
import re
from datetime import datetime

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from dlcourse import figures

BOTH = [figures.conv1d, figures.conv2d]
CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  return [...document.querySelectorAll(".dlf-cell")].map((cell) => {
    const style = getComputedStyle(cell);
    return [[...rgb(style.color)], [...rgb(style.backgroundColor)]];
  }).filter(([, background]) => background[3] === 255);
}"""


def luminance(color):
    channels = np.array(color[:3]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(pair):
    dark, light = sorted(luminance(color) for color in pair)
    return (light + 0.05) / (dark + 0.05)


def set_theme(page, theme):
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)


@pytest.mark.parametrize("http", [False, True], ids=["file", "http"])
def test_figures_start_over_http_and_from_a_file(visit, http):
    page = visit(figures.conv1d(), figures.conv2d(), http=http)
    assert page.locator(".dlf").count() == 2
    assert page.locator(".dlf-conv1d .dlf-output .dlf-cell").all_inner_texts() == list("001100")
    assert page.locator(".dlf-conv2d .dlf-board-output [role=row]").all_inner_texts() == ["0\n0\n3\n3\n0\n0"] * 6


def test_a_page_makes_no_request_to_another_host(visit):
    page = visit(figures.conv1d(), figures.conv2d(), http=True)
    hosts = page.evaluate("performance.getEntriesByType('resource').map(entry => new URL(entry.name).hostname)")
    assert set(hosts) <= {"127.0.0.1", ""}


def test_without_javascript_a_sentence_stands_for_the_figure(visit):
    page = visit(figures.conv1d(), java_script_enabled=False)
    assert "gives the output [0, 0, 1, 1, 0, 0]" in page.locator(".dlcourse-figure p").inner_text()


def test_two_figures_on_a_page_are_independent(visit):
    page = visit(figures.conv1d(), figures.conv1d())
    one, two = (page.locator(".dlf").nth(i) for i in (0, 1))
    one.get_by_role("button", name="Next").click()
    one.get_by_label("input 3").fill("7")
    assert [f.locator(".dlf-where").inner_text() for f in (one, two)] == ["window 2 of 6", "window 1 of 6"]
    assert two.locator(".dlf-output .dlf-cell").all_inner_texts() == list("001100")


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
@pytest.mark.parametrize("make", BOTH)
def test_no_width_makes_the_page_scroll_sideways(visit, make, width):
    largest = make(np.arange(16.0)) if make is figures.conv1d else make(np.ones((16, 16)))
    page = visit(make(), largest, viewport={"width": width, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("make", BOTH)
def test_on_a_phone_everything_that_can_be_pressed_is_24_pixels_or_more(visit, make):
    page = visit(make(), viewport={"width": 360, "height": 740}, has_touch=True)
    kinds = "button, select, [role=gridcell], [role=slider], input[type=number], label:has([type=checkbox])"
    pressed = page.locator(kinds)
    boxes = [element.bounding_box() for element in pressed.all()]
    assert min(min(box["width"], box["height"]) for box in boxes) >= 24


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("make", BOTH)
def test_axe_finds_no_violation(visit, make, theme):
    figure = make(kernel=[-1, 0.5, 1]) if make is figures.conv1d else make(kernel="left-right edge")
    page = visit(figure, http=True, reduced_motion="reduce")
    set_theme(page, theme)
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["impact"], v["nodes"][0]["html"]) for v in found] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_value_can_be_read_on_its_colour(visit, theme):
    ramp = np.linspace(-1, 1, 64).reshape(8, 8)
    both = figures.conv2d(ramp, kernel="identity"), figures.conv1d(ramp[::2, ::4].ravel())
    page = visit(*both, reduced_motion="reduce")
    set_theme(page, theme)
    pairs = page.evaluate(CONTRAST)
    assert len(pairs) > 100
    assert min(map(contrast, pairs)) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_blue_is_above_zero_and_orange_below(visit, theme):
    page = visit(figures.conv1d([-2, 0, 2], [1]), reduced_motion="reduce")
    set_theme(page, theme)
    page.get_by_role("button", name="output 2").click()  # so that all outputs are reached
    colour = "cell => getComputedStyle(cell).backgroundColor"
    below, _, above = (cell.evaluate(colour) for cell in page.locator(".dlf-output .dlf-cell").all())
    (red, _, blue), (red2, _, blue2) = ([float(x) for x in re.findall(r"[\d.]+", text)] for text in (below, above))
    assert red > blue
    assert blue2 > red2


def test_the_dark_theme_darkens_the_figure(visit):
    page = visit(figures.conv1d())
    colour = "getComputedStyle(document.querySelector('.dlf-body')).backgroundColor"
    assert page.evaluate(colour) == "rgb(255, 255, 255)"
    set_theme(page, "dark")
    assert page.evaluate(colour) == "rgb(20, 24, 30)"


@pytest.mark.parametrize(
    ("make", "part", "seconds"),
    [(figures.conv1d, ".dlf-slide", "0.35s"), (figures.conv_arithmetic, ".dlf-frame", "0.25s")],
)
def test_nothing_glides_where_the_reader_asked_for_less_motion(visit, make, part, seconds):
    duration = f"getComputedStyle(document.querySelector('{part}')).transitionDuration"
    assert visit(make()).evaluate(duration) == seconds
    assert visit(make(), reduced_motion="reduce").evaluate(duration) == "0s"


@pytest.mark.parametrize(
    ("make", "width"),
    [
        (lambda: figures.conv1d([0.5, -1, 12, 0.25, 3, 1], [-1.5, 1, 10]), 360),
        (lambda: figures.conv2d(np.eye(5) * -7, kernel="blur"), 360),
        (lambda: figures.conv_arithmetic(5, 2, 1, 2, 2), 360),
        (lambda: figures.conv_arithmetic(5, 2, 1, 2, 2), 768),
    ],
    ids=["conv1d", "conv2d", "conv_arithmetic", "conv_arithmetic, wide"],
)
def test_stepping_through_all_windows_never_moves_the_controls(visit, make, width):
    page = visit(make(), viewport={"width": width, "height": 740})
    step = page.get_by_role("button", name="Next")
    places = []
    while step.get_attribute("aria-disabled") == "false":
        step.click()
        places.append(step.bounding_box()["y"] + page.evaluate("scrollY"))
    assert len(places) > 2
    assert len(set(places)) == 1


@pytest.mark.parametrize("make", BOTH)
def test_play_runs_to_the_last_window_and_stops(visit, make):
    page = visit(make([1, 2, 3], [1]) if make is figures.conv1d else make(np.eye(4)))
    page.clock.install(time=datetime(2030, 1, 1))
    page.clock.pause_at(datetime(2030, 1, 2))
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(1500)
    page.get_by_role("button", name="Pause").click()
    assert page.locator(".dlf-where").inner_text().startswith("window 2" if make is figures.conv1d else "window 3")
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(9000)
    assert page.locator(".dlf-where").inner_text() in ("window 3 of 3", "window 4 of 4")
    assert page.get_by_role("button", name="Play").is_visible()


def test_a_figure_that_cannot_start_keeps_its_sentence(browser, build_page, tmp_path):
    file = build_page(tmp_path, figures.conv1d())
    file.write_text(file.read_text(encoding="utf-8").replace('data-figure="conv1d"', 'data-figure="nothing"'), "utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    text = page.locator(".dlcourse-figure").inner_text()
    page.close()
    assert "Interactive figure: the filter [0, 1, 0]" in text
    assert "could not start: there is no figure “nothing”" in text


def test_the_model_of_a_page_tells_its_listeners_what_has_changed(browser, build_page, tmp_path):
    probe = """export default { render({ model, el }) {
      const log = (text) => { el.textContent += text + " "; };
      const all = () => log("change");
      model.on("change:bias", () => log("bias=" + model.get("bias")));
      model.on("change", all);
      model.set("bias", 2);
      model.set({ bias: 2, input: [0, 0, 0, 1, 1, 0, 0, 0] });
      model.off("change", all);
      model.set("bias", 3);
      model.save_changes();
    } };"""
    file = build_page(tmp_path, figures.conv1d())
    with (tmp_path / "_static" / "figures" / "modules.js").open("a", encoding="utf-8") as modules:
        modules.write(f"DLCOURSE_FIGURES.conv1d = {json.dumps(probe)};")
    page = browser.new_page()
    page.goto(file.as_uri())
    page.wait_for_function("!document.querySelector('.dlcourse-figure > script')")
    text = page.locator(".dlcourse-figure").inner_text()
    page.close()
    assert text.split() == ["bias=2", "change", "bias=3"]
