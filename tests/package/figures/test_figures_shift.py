"""The figure shift in a browser: what it shows is what Python computes, and what a reader can do to it."""

import numpy as np
import pytest
from playwright.sync_api import expect

from dlcourse import figures

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def numbers(page, panel):
    values = page.locator(f".dlf-panel-{panel} .dlf-cell").evaluate_all("all => all.map(c => Number(c.dataset.value))")
    side = round(len(values) ** 0.5)
    return np.reshape(values, (side, side))


def report(page, name):
    box = page.locator(f".dlf-numbers-{name}")
    return box.locator(".dlf-result").inner_text(), *box.locator("dd:not(.dlf-bar)").all_inner_texts()


def caption(page, panel):
    return page.locator(f".dlf-panel-{panel} .dlf-caption").inner_text()


def handle(page):
    return page.get_by_role("application")


def frame(page, panel, kind):
    style = page.locator(f".dlf-panel-{panel} .dlf-{kind}").evaluate(
        "e => ['row', 'column', 'rows', 'columns'].map(name => Number(e.style.getPropertyValue('--' + name)))"
    )
    return tuple(style)


def assert_shows(page, figure):
    np.testing.assert_allclose(numbers(page, "image"), figure.image, atol=1e-9)
    np.testing.assert_allclose(numbers(page, "map"), figure.map, atol=1e-9)
    np.testing.assert_allclose(numbers(page, "pooled"), figure.pooled, atol=1e-9)
    words = {"unchanged": "= unchanged", "moved": "→ same numbers, moved along", "other numbers": "≠ other numbers"}
    for name, change in (("convolution", figure.map_change), ("pooled", figure.pooled_change)):
        result, difference, cells, largest, sums = report(page, name)
        outside = name == "convolution" and change.result == "other numbers"
        assert result == ("≠ part of it is outside" if outside else words[change.result])
        assert abs(float(difference.removesuffix(" %")) - 100 * change.difference) <= 0.5 + 1e-9
        assert cells == f"{change.cells} of {change.of}"
        assert abs(float(largest) - change.largest) <= 0.006
        before, after = (float(part) for part in sums.split(" → "))
        assert abs(before - change.before) <= 0.006
        assert abs(after - change.after) <= 0.006


def differing(page, panel):
    marked = page.locator(f".dlf-panel-{panel} .dlf-cell").evaluate_all(
        "all => all.map(cell => cell.classList.contains('dlf-differs'))"
    )
    return np.reshape(marked, numbers(page, panel).shape)


@pytest.mark.parametrize("pooling", figures.POOLINGS)
def test_the_page_shows_what_python_computes(visit, pooling):
    page = visit(figures.shift(pooling=pooling))
    kernels = ("left-right edge", "vertical line", "outline", "top-bottom edge", "blur")
    steps = {"ArrowRight": (1, 0), "ArrowUp": (0, -1), "ArrowLeft": (-1, 0), "ArrowDown": (0, 1), "Home": (0, 0)}
    for name, kernel, key in zip(figures.OBJECTS, kernels, steps, strict=True):
        page.get_by_role("combobox", name="Object").select_option(name)
        page.get_by_role("combobox", name="Filter").select_option(kernel)
        handle(page).press(key)
        assert_shows(page, figures.shift(name, kernel, pooling, dx=steps[key][0], dy=steps[key][1]))


def test_your_own_object_and_filter_partly_outside(visit):
    rng = np.random.default_rng(11)
    made = [
        figures.shift(rng.normal(size=(5, 9)), rng.normal(size=(5, 3)), pooling, row=row, column=12, dx=dx, dy=-2)
        for pooling, row, dx in [
            ("max 2", 1, 3),
            ("blur, every second", 14, -5),
            ("average 2", 0, -20),
            ("max 4", 9, 2),
        ]
    ]
    page = visit(*made)
    for i, figure in enumerate(made):
        one = page.locator(".dlf").nth(i)
        assert_shows(one, figure)
        assert one.get_by_role("combobox", name="Object").evaluate("menu => menu.selectedOptions[0].text") == "your own"


def test_arrow_keys_move_the_object_and_home_takes_it_back(visit):
    page = visit(figures.shift())
    handle(page).focus()
    for key, words in [
        ("ArrowRight", "moved 1 right"), ("ArrowRight", "moved 2 right"), ("ArrowUp", "moved 2 right, 1 up"),
        ("ArrowLeft", "moved 1 right, 1 up"), ("ArrowDown", "moved 1 right"), ("ArrowDown", "moved 1 right, 1 down"),
        ("Control+ArrowDown", "moved 1 right, 1 down"), ("Home", "at the marked position"),
        ("ArrowLeft", "moved 1 left"),
    ]:  # fmt: skip
        page.keyboard.press(key)
        assert caption(page, "image") == words
    assert_shows(page, figures.shift(dx=-1))


def test_buttons_move_it_too(visit):
    page = visit(figures.shift("line", "vertical line", "every second"))
    page.get_by_role("button", name="one pixel right").click()
    page.get_by_role("button", name="one pixel down").click()
    page.get_by_role("button", name="one pixel down").click()
    assert caption(page, "image") == "moved 1 right, 2 down"
    page.get_by_role("button", name="one pixel left").click()
    page.get_by_role("button", name="one pixel up").click()
    assert_shows(page, figures.shift("line", "vertical line", "every second", dy=1))
    page.get_by_role("button", name="Back").click()
    assert caption(page, "image") == "at the marked position"


@pytest.mark.parametrize(("across", "down", "expected"), [(3, -2, (3, -2)), (-40, 40, (-11, 10)), (0.4, -0.4, (0, 0))])
def test_a_mouse_drags_the_object_by_whole_pixels_and_never_quite_out(visit, across, down, expected):
    page = visit(figures.shift())
    box = handle(page).bounding_box()
    pixel = box["width"] / 16
    x, y = box["x"] + 8 * pixel, box["y"] + 8 * pixel
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across * pixel, y + down * pixel, steps=7)
    page.mouse.up()
    page.mouse.move(x, y)
    assert_shows(page, figures.shift(dx=expected[0], dy=expected[1]))


def test_the_other_button_of_the_mouse_drags_nothing(visit):
    page = visit(figures.shift())
    handle(page).hover()
    page.mouse.down(button="right")
    page.mouse.move(10, 10)
    assert caption(page, "image") == "at the marked position"


def test_a_finger_drags_it_and_the_page_stays(visit):
    page = visit(figures.shift(), figures.shift(), **PHONE)
    assert page.evaluate("document.documentElement.scrollHeight") > 1000
    box = page.locator(".dlf-square").first.bounding_box()
    x, y, pixel = box["x"] + 70, box["y"] + 70, box["width"] / 16
    session = page.context.new_cdp_session(page)
    touch = [(x, y), *[(x + pixel * i / 2, y - pixel * i) for i in range(1, 5)]]
    for kind, points in [("touchStart", touch[:1]), *[("touchMove", [point]) for point in touch[1:]], ("touchEnd", [])]:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": a, "y": b} for a, b in points]})
    assert page.locator(".dlf-caption").first.inner_text() == "moved 2 right, 4 up"
    assert page.evaluate("scrollY") == 0


def test_a_second_finger_moves_nothing(visit):
    page = visit(figures.shift(), **PHONE)
    box = handle(page).bounding_box()
    x, y, pixel = box["x"] + 70, box["y"] + 70, box["width"] / 16
    session = page.context.new_cdp_session(page)

    def touch(kind, *places):
        points = [{"x": x + a * pixel, "y": y + b * pixel, "id": i} for i, a, b in places]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (0, 0, 0))
    touch("touchMove", (0, 1, 0))
    touch("touchStart", (0, 1, 0), (1, 4, 4))
    touch("touchMove", (0, 1, 0), (1, -2, 5))
    touch("touchMove", (0, 3, 0), (1, -2, 5))
    moved = page.locator(".dlf-panel-image .dlf-caption")
    expect(moved).to_have_text("moved 3 right")
    touch("touchEnd")
    touch("touchStart", (0, 0, 0))
    touch("touchMove", (0, 0, 2))
    expect(moved).to_have_text("moved 3 right, 2 down")


def test_marking_a_position_compares_with_it_from_then_on(visit):
    page = visit(figures.shift(dx=2, dy=-1))
    page.get_by_role("button", name="Mark this position").click()
    assert report(page, "convolution") == ("= unchanged", "0 %", "0 of 27", "0", "39 → 39")
    handle(page).press("ArrowRight")
    assert_shows(page, figures.shift(row=4, column=7, dx=1))
    assert frame(page, "image", "ghost") == (4, 7, 7, 7)
    page.get_by_role("button", name="Back").click()
    assert_shows(page, figures.shift(row=4, column=7))


def test_frames_show_where_the_object_and_its_map_are_and_were(visit):
    page = visit(figures.shift("line", [[1] * 5], dx=3, dy=-2))
    assert frame(page, "image", "ghost") == (4, 8, 8, 1)
    assert frame(page, "image", "here") == (2, 11, 8, 1)
    assert frame(page, "map", "ghost") == (4, 6, 8, 5)
    assert frame(page, "map", "here") == (2, 9, 8, 5)
    shown = page.locator(".dlf-panel-map .dlf-cell:not([data-value='0'])")
    boxes = [cell.bounding_box() for cell in shown.all()]
    outline = page.locator(".dlf-panel-map .dlf-here").bounding_box()
    for start, size in (("x", "width"), ("y", "height")):
        assert abs(min(box[start] for box in boxes) - outline[start]) <= 1
        assert abs(max(box[start] + box[size] for box in boxes) - outline[start] - outline[size]) <= 1


def test_every_changed_cell_has_a_dot_and_no_other(visit):
    figure = figures.shift("cat", "outline", "max 2", dx=1, dy=1)
    page = visit(figure)
    start = figures.shift("cat", "outline", "max 2")
    assert (differing(page, "map") == ~np.isclose(figure.map, start.map)).all()
    assert (differing(page, "pooled") == ~np.isclose(figure.pooled, start.pooled)).all()
    dot = "cell => getComputedStyle(cell, '::after').width"
    assert page.locator(".dlf-panel-map .dlf-differs").first.evaluate(dot) == "4px"


@pytest.mark.parametrize(
    ("pooling", "cell", "source", "words"),
    [
        ("max 2", (2, 4), (4, 8, 2, 2), "largest of these 2 × 2 cells"),
        ("average 2", (3, 4), (6, 8, 2, 2), "mean of these 2 × 2 cells"),
        ("max 4", (1, 3), (4, 12, 4, 4), "largest of these 4 × 4 cells"),
        ("every second", (4, 4), (8, 8, 1, 1), "every second row and column"),
        ("blur, every second", (3, 4), (5, 7, 3, 3), "blur 1, 2, 1, then every second"),
        ("global max", (0, 0), (0, 0, 16, 16), "largest of all cells"),
    ],
)
def test_pointing_at_a_pooled_number_shows_where_it_comes_from(visit, pooling, cell, source, words):
    figure = figures.shift(pooling=pooling, row=5, column=5, dy=-1)
    page = visit(figure)
    probe = page.locator(".dlf-panel-map .dlf-probe")
    before = caption(page, "pooled")
    assert not probe.is_visible()
    side = len(numbers(page, "pooled"))
    page.locator(".dlf-panel-pooled .dlf-cell").nth(cell[0] * side + cell[1]).hover()
    assert probe.is_visible()
    assert frame(page, "map", "probe") == source
    number, _, text = caption(page, "pooled").partition(": ")
    assert abs(float(number) - figure.pooled[cell]) <= 0.005
    assert text == words
    page.get_by_role("heading").hover()
    assert not probe.is_visible()
    assert caption(page, "pooled") == before


def test_the_menus_offer_what_python_offers(visit):
    page = visit(figures.shift(objects={"dot": [[1]], "dash": [[1, 1]]}, kernels={"twice": [[2]]}))
    offered = {
        name: page.get_by_role("combobox", name=name).locator("option:not([hidden])").all_inner_texts()
        for name in ("Object", "Filter", "Pooling")
    }
    assert offered == {"Object": ["dot", "dash"], "Filter": ["twice"], "Pooling": list(figures.POOLINGS)}
    page.get_by_role("combobox", name="Object").select_option("dash")
    assert_shows(page, figures.shift([[1, 1]], [[2]]))


def test_a_new_object_starts_in_the_middle(visit):
    page = visit(figures.shift(dx=9, dy=9))
    page.get_by_role("combobox", name="Object").select_option("cat")
    assert_shows(page, figures.shift("cat"))


def test_buttons_that_would_do_nothing_say_so(visit):
    page = visit(figures.shift([[1]], row=0, column=3))
    disabled = page.locator(".dlf-button[aria-disabled=true]").evaluate_all(
        "all => all.map(button => button.ariaLabel || button.textContent)"
    )
    assert disabled == ["one pixel up", "Back", "Mark this position"]
    page.get_by_role("button", name="one pixel up").click(force=True)
    assert caption(page, "image") == "at the marked position"


def test_a_screen_reader_is_told_what_happens(visit):
    page = visit(figures.shift("line", "vertical line", "global max"))
    handle(page).press("ArrowRight")
    assert page.locator("[aria-live=polite]").inner_text() == (
        "Object moved 1 right. Convolution map: same numbers, moved along, difference 100 %. "
        "Pooled map: unchanged, difference 0 %."
    )
    assert handle(page).get_attribute("aria-label").startswith("Object “line”, moved 1 right. Arrow keys move it")
    assert page.get_by_role("img", name="pooled map, 0 of 1 cells changed: 3").is_visible()


def test_the_numbers_of_the_pooled_map_are_written_into_it(visit):
    page = visit(figures.shift("line", [[0.25]], "max 4"))
    texts = page.locator(".dlf-panel-pooled .dlf-cell").all_inner_texts()
    assert texts == ["0", "0", "0", "0", "0", "0", "0.25", "0", "0", "0", "0.25", "0", "0", "0", "0", "0"]
    page.get_by_role("combobox", name="Pooling").select_option("blur, every second")
    assert page.locator(".dlf-panel-pooled .dlf-title").inner_text() == "subsampled 8 × 8"
    assert set(page.locator(".dlf-panel-pooled .dlf-cell").all_inner_texts()) == {"0", "0.13", "0.09", "0.03"}


def test_without_javascript_a_sentence_stands_for_the_figure(visit):
    page = visit(figures.shift(dx=1), java_script_enabled=False)
    assert "24 of 36 change in the convolution map" in page.locator(".dlcourse-figure p").inner_text()
