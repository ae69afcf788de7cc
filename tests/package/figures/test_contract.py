"""What every figure keeps, whatever it shows: the contract that docs/figures.md tells contributors of."""

import copy
import json
import pathlib
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from dlcourse import figures
from dlcourse.figures.base import FIGURES, STATIC, style_sheets

WIDTHS = (1280, 320, 360, 390, 541, 768)  # from wide to narrow first: a reader turns the phone
SHARED = {"controls.js", "figures.css", "page.js", "shared.js"}
FOR_SOME = {f"{module}.js" for figure in FIGURES.values() for module in figure.modules}
STOPS = "button, select, input, [role=slider], [role=gridcell], [role=application]"
NAMES = sorted(FIGURES)
each_figure = pytest.mark.parametrize("name", NAMES)
each_file = pytest.mark.parametrize("file", sorted(STATIC.iterdir()), ids=lambda file: file.name)


def made(name):
    """The figure as a reader meets it, and with most in it."""
    return [FIGURES[name](), *(FIGURES[name](**copy.deepcopy(traits)) for traits in FIGURES[name].extremes)]


def html_of(figure):
    return figure._repr_mimebundle_()[0]["text/html"]


# Files and Python


def test_a_figure_is_one_name():
    assert {file.name for file in STATIC.iterdir()} == SHARED | FOR_SOME | {
        f"{n}.{kind}" for n in NAMES for kind in ("js", "css")
    }
    tests = {file.stem for file in pathlib.Path(__file__).parent.glob("test_*.py")}
    for name, figure in FIGURES.items():
        assert figure.__module__ == f"dlcourse.figures.{name}"
        assert f"test_{name}" in tests
        assert {name, figure.__name__} <= set(figures.__all__)
        assert isinstance(getattr(figures, name)(), figure)


@each_figure
def test_a_style_sheet_styles_its_own_figure_only(name):
    text = re.sub(r"/\*.*?\*/", "", (STATIC / f"{name}.css").read_text(encoding="utf-8"), flags=re.S)
    rules = re.findall(r"([^{};]+)\{", text)
    selectors = [part.strip() for rule in rules if "@" not in rule for part in re.split(r",(?![^(]*\))", rule)]
    assert selectors
    assert [text for text in selectors if not re.search(rf"\.dlf-{name}\b(?!-)", text)] == []


@each_file
def test_no_script_or_style_sheet_loads_anything(file):
    text = file.read_text(encoding="utf-8")
    assert not re.findall(r"(?:https?:)?//[\w-]+\.\w+", text)
    assert not re.findall(r"^\s*import\b|\bfetch\(|XMLHttpRequest|@import|url\(", text, re.M)
    imports = ["URL.createObjectURL("] if file.name == "page.js" else []
    assert re.findall(r"import\((\S+?\()", text) == imports  # only of what the page already has


@each_file
def test_no_script_or_style_sheet_passes_300_lines(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 300


@each_figure
def test_the_state_is_plain_json_and_brings_the_figure_back(name):
    for figure in made(name):
        text = json.dumps(figure.state(), allow_nan=False)
        assert json.loads(text) == figure.state()
        other = FIGURES[name]()
        other.set_state(json.loads(text))
        assert other.state() == figure.state()
        assert json.loads(json.dumps(figure.fixed)) == figure.fixed
        assert set(figure.fixed["keys"]) == set(figure.state())


@each_figure
def test_a_figure_is_the_same_text_in_every_run_and_small(name):
    for one, two in zip(made(name), made(name), strict=True):
        assert html_of(one) == html_of(two)
        assert repr(one) == repr(two)
        assert "0x" not in repr(one)
        assert len(repr(one)) < 300
        assert html_of(one).count("</script>") == 1
    assert len(html_of(one).encode()) < 5000


@each_figure
def test_a_figure_says_what_it_is_where_there_is_no_javascript(name):
    for figure in made(name):
        text = figure.describe()
        assert text.startswith("Interactive figure: ")
        assert text.endswith(".")
        assert 40 < len(text) < 600


@each_figure
def test_two_figures_share_no_value(name):
    def spoil(value):
        for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
            spoil(inner) if isinstance(inner, dict | list) else value.__setitem__(key, 77)

    one = FIGURES[name]()
    before = FIGURES[name]()
    kept = copy.deepcopy({**before.state(), "fixed": before.fixed})
    spoil({key: value for key, value in one.state().items() if isinstance(value, dict | list)})
    spoil(one.fixed)
    after = FIGURES[name]()
    assert {**before.state(), "fixed": before.fixed} == {**after.state(), "fixed": after.fixed} == kept


# All figures on one page


@pytest.fixture(scope="module")
def everything():
    return [figure for name in NAMES for figure in made(name)]


def luminance(color):
    channels = np.array(color[:3]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(pair):
    dark, light = sorted(luminance(color) for color in pair)
    return (light + 0.05) / (dark + 0.05)


COLOURS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  return [...document.querySelectorAll(".dlf-cell")].filter((cell) => cell.textContent || cell.value).map((cell) => {
    const style = getComputedStyle(cell);
    return [cell.outerHTML, rgb(style.color), rgb(style.backgroundColor), Number(cell.dataset.value)];
  }).filter(([, , background]) => background[3] === 255);
}"""
OUTSIDE = """all => all.filter((part) => {
  const ends = (element) => element.matches(".dlf-body") || getComputedStyle(element).overflowX !== "visible";
  let within = part.parentElement; // what cuts it off or scrolls it is looked at instead
  while (!ends(within)) within = within.parentElement;
  const [inner, outer] = [within.matches(".dlf-body") ? part : within, part.closest(".dlf-body")]
    .map((element) => element.getBoundingClientRect());
  if (!part.checkVisibility()) return false;
  return inner.left < outer.left || inner.right > outer.right || inner.bottom > outer.bottom;
}).map((part) => part.outerHTML.slice(0, 100))"""
SMALL = """all => all.filter((part) => {
  const target = part.type === "checkbox" ? part.closest("label") : part;
  const { width, height } = target.getBoundingClientRect();
  return part.checkVisibility() && part.tabIndex >= -1 && Math.min(width, height) < 24;
}).map((part) => part.closest(".dlf").className + part.outerHTML.slice(0, 100))"""


GLIDES = "all => all.map((element) => getComputedStyle(element).transitionDuration)"


def test_one_page_holds_all_figures_at_every_width_in_both_themes(visit, everything):
    page = visit(*everything, http=True, reduced_motion="reduce")
    hosts = page.evaluate("performance.getEntriesByType('resource').map(entry => new URL(entry.name).hostname)")
    assert set(hosts) <= {"127.0.0.1", ""}
    assert page.locator(".dlf").count() == len(everything)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator(f".dlf-cell, .dlf-frame, {STOPS}").evaluate_all(OUTSIDE) == []
        if width == 360:
            firsts = [i for i, figure in enumerate(everything) if figure.state() == type(figure)().state()]
            for i in firsts:
                assert page.locator(".dlf").nth(i).locator(STOPS).evaluate_all(SMALL) == []
    page.set_viewport_size({"width": 800, "height": 740})
    assert set(page.locator(".dlf *").evaluate_all(GLIDES)) == {"0s"}
    surface = "getComputedStyle(document.querySelector('.dlf-body')).backgroundColor"
    for theme, background in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(20, 24, 30)")):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        assert page.evaluate(surface) == background
        cells = page.evaluate(COLOURS)
        assert len(cells) > 300
        assert [cell for cell, *pair, _ in cells if contrast(pair) < 4.5] == []
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["impact"], v["nodes"][0]["html"]) for v in found] == []
    page.evaluate(
        "document.documentElement.dataset.theme = 'light'; document.body.dataset.jpThemeLight = 'false'"
    )  # JupyterLab's
    assert [background for *_, background, _ in page.evaluate(COLOURS)] == [background for *_, background, _ in cells]


def test_figures_start_from_a_file(visit):
    page = visit(*(FIGURES[name]() for name in NAMES))
    assert page.evaluate("[...document.querySelectorAll('.dlf')].map((e) => e.className)") == [
        f"dlf dlf-{name}" for name in NAMES
    ]
    assert {"0.35s", "0.25s"} <= set(page.locator(".dlf *").evaluate_all(GLIDES))


def test_a_page_loads_the_style_sheets_of_its_figures():
    one, *_, last = NAMES
    page = "".join(html_of(FIGURES[name]()) for name in (last, one, one))
    assert style_sheets(page) == ["figures.css", f"{last}.css", f"{one}.css"]
    assert style_sheets("<p>conv1d</p>") == []


@each_figure
def test_jupyterlab_gets_what_the_page_gets(name):
    parts = ("shared", "controls", *FIGURES[name].modules, name)
    texts = [(STATIC / f"{part}.js").read_text(encoding="utf-8") for part in parts]
    assert str(FIGURES[name]()._esm) == "".join(texts)
    styles = [(STATIC / file).read_text(encoding="utf-8") for file in ("figures.css", f"{name}.css")]
    assert str(FIGURES[name]()._css) == "".join(styles)


def test_what_jupyterlab_shows_is_what_the_page_shows(visit, stage, everything):
    page = visit(*everything, reduced_motion="reduce")
    looks = page.locator(".dlcourse-figure > div").evaluate_all("all => all.map((host) => host.innerHTML)")
    page = stage.show(*everything)
    assert page.evaluate("mounted.map(({ host }) => host.innerHTML)") == looks


# One figure at a time, as in JupyterLab

STOP = """(i) => {
  window.stops = [...mounted[0].host.querySelectorAll("a, button, input, select, summary, [tabindex]")]
    .filter((element) => element.tabIndex >= 0 && !element.disabled && element.checkVisibility());
  if (i >= stops.length) return null;
  stops[i].focus();
  const [type, role] = [stops[i].type ?? "", stops[i].getAttribute("role") ?? ""];
  const idle = ["aria-disabled", "aria-pressed"].some((name) => stops[i].getAttribute(name) === "true");
  const name = stops[i].ariaLabel ?? stops[i].textContent;
  return { type: stops[i].tagName === "BUTTON" ? "button" : type, role, name, idle: idle || name === "Reset" };
}"""
KEYS = {
    "checkbox": [" "],
    "button": ["Enter", "ArrowRight"],
    "number": ["ArrowUp"],
    "select-one": ["ArrowDown", "ArrowUp"],
}
HEARD = "[...document.querySelectorAll('[aria-live=polite], [role=status]')].map((e) => e.textContent).join()"
SAID = "mounted[0].host.querySelector('[aria-live=polite]').textContent"
RESET = """() => {
  document.activeElement.blur();
  [...mounted[0].host.querySelectorAll("button")].find((button) => button.textContent === "Reset").click();
}"""


@each_figure
def test_every_control_works_from_the_keyboard_and_reset_takes_it_back(stage, name):
    figure = FIGURES[name]()
    page = stage.show(figure, FIGURES[name]())
    first, state = page.evaluate("[look(), look(1)]"), figure.state()
    said = {page.evaluate(SAID)}
    i = 0
    while stop := page.evaluate(STOP, i):
        focused = page.evaluate("look()")
        for key in KEYS.get(stop["type"], ["ArrowRight", "ArrowLeft"]):
            page.keyboard.press(key)
            if page.evaluate("look()") != focused:
                break
        else:
            assert stop["idle"], stop
        stage.receive(figure)
        said.add(page.evaluate(SAID))
        page.evaluate(RESET)
        assert page.evaluate("[look(), look(1)]") == first, stop
        assert stage.receive(figure).state() == state, stop
        i += 1
    assert i > 2
    assert len(said) > 1  # a screen reader hears what has changed


@each_figure
def test_the_tab_key_leads_to_every_control(show, name):
    page = show(FIGURES[name]())
    count = 0
    while page.evaluate(STOP, count):
        count += 1
    page.evaluate(STOP, 0)
    visited = []
    for _ in range(count):
        visited.append(page.evaluate("stops.indexOf(document.activeElement)"))
        page.keyboard.press("Tab")
    assert visited == list(range(count))


KEYED = "[role=application], [role=slider], [role=grid]"
TAKEN = """all => all.map((element) => {
  const target = element.querySelector("[tabindex='0']") ?? element;
  const taken = (key) => !target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  return [taken("ArrowRight"), taken("Home"), taken("x"), element.dataset.lmSuppressShortcuts];
})"""


@each_figure
def test_keys_that_a_figure_uses_scroll_no_page_and_move_no_cell_of_jupyterlab(show, name):
    taken = show(FIGURES[name]()).locator(KEYED).evaluate_all(TAKEN)
    assert taken == [[True, True, False, "true"]] * len(taken)


MODIFIED = """() => {
  const taken = [];
  const keys = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Enter", " ", "5", "-", "Home", "End"];
  for (const element of mounted[0].host.querySelectorAll("*")) {
    for (const modifier of ["altKey", "ctrlKey", "metaKey"]) for (const key of keys) {
      if (modifier === "ctrlKey" && (key === "Home" || key === "End")) continue;
      if (element.tabIndex < 0) continue;
      const event = new KeyboardEvent("keydown", { key, [modifier]: true, bubbles: true, cancelable: true });
      const before = document.activeElement;
      if (!element.dispatchEvent(event) || document.activeElement !== before) taken.push([modifier, key]);
    }
  }
  return taken;
}"""


@each_figure
def test_keys_with_modifiers_are_left_to_the_browser_and_jupyterlab(stage, name):
    page = stage.show(FIGURES[name]())
    before = page.evaluate("look()")
    assert page.evaluate(MODIFIED) == []
    assert page.evaluate("look()") == before
    assert stage.sent() == []


@each_figure
def test_what_a_pointer_passes_over_is_sent_to_nobody_and_left_as_it_was(stage, name):
    page = stage.show(FIGURES[name]())
    before = page.evaluate("look()")
    box = page.locator(".dlf-body").bounding_box()
    for row in np.linspace(0.05, 0.95, 12):
        for column in np.linspace(0.04, 0.96, 9):
            page.mouse.move(box["x"] + column * box["width"], box["y"] + row * box["height"])
    page.mouse.move(0, 0)
    assert page.evaluate("look()") == before
    assert stage.sent() == []


@each_figure
def test_what_is_disabled_does_nothing(stage, name):
    for figure in made(name):
        page = stage.show(figure)
        before = page.evaluate("look()")
        page.locator("[aria-disabled=true]").evaluate_all("all => all.forEach((element) => element.click())")
        assert page.evaluate("look()") == before
        assert [message for message in stage.sent() if {**figure.state(), **message} != figure.state()] == []
        # And what is not, Python takes: no button leads beyond a limit.
        page.locator("button").evaluate_all("all => all.reverse().forEach((element) => element.click())")
        stage.receive(figure)


@each_figure
def test_python_changes_the_figure_in_one_message_or_in_many(stage, name):
    first, *others = made(name)
    page = stage.show(first)
    before = page.evaluate("look()")
    for figure in others:
        stage.set(**figure.state())
        at_once = page.evaluate("look()")
        assert at_once != before
        for state in (first.state(), figure.state()):
            for key, value in state.items():
                stage.set(**{key: value})
            assert page.evaluate("look()") == (before if state == first.state() else at_once)
        stage.set(**first.state())
        assert page.evaluate("look()") == before


@each_figure
def test_play_runs_to_the_end_in_silence_and_what_is_taken_away_stops(stage, name):
    page = stage.show(*made(name)[:1])
    play = page.get_by_role("button", name="Play")
    if play.count():
        heard = page.evaluate(HEARD)
        play.click()
        page.evaluate("tick()")
        if page.evaluate("timers.size"):
            assert page.evaluate(HEARD) in (heard, "")
            page.get_by_role("button", name="Pause").click()
            assert page.evaluate(HEARD) != heard
            play.click()
            page.get_by_role("button", name="Next").click()
            assert page.evaluate("timers.size") == 0
            play.click()
        page.evaluate("() => { for (let i = 0; timers.size && i < 500; i++) tick(); }")
        assert page.evaluate("timers.size") == 0
        if name != "gradient_descent":  # whose playing ends where nothing changes any more
            assert page.get_by_role("button", name="Next").get_attribute("aria-disabled") == "true"
            play.click()  # from the beginning again
            assert page.get_by_role("button", name="Previous").get_attribute("aria-disabled") == "true"
            page.get_by_role("button", name="Pause").click()
        play.click()
    page.evaluate("mounted[0].cleanup()")
    assert page.evaluate("[timers.size, mounted[0].model.listeners.size]") == [0, 0]


WALK = """() => {
  const next = [...mounted[0].host.querySelectorAll("button")].find((button) => button.textContent === "Next");
  const places = [];
  for (let i = 0; next && next.getAttribute("aria-disabled") !== "true" && i < 12; i++) {
    next.click();
    places.push(next.getBoundingClientRect().y + scrollY);
  }
  return places;
}"""


@each_figure
def test_stepping_never_moves_the_controls(stage, name):
    for figure in made(name):
        places = stage.show(figure, width=360).evaluate(WALK)
        assert len(set(places)) <= 1
