"""The figure shift: its maps (the oracle is PyTorch), how they change, what a reader can do to it, what it refuses."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect
from torch.nn import functional

from dlcourse import figures

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
BINOMIAL = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]], dtype=torch.float64)[None, None] / 16
ORACLES = {
    "max 2": lambda x: functional.max_pool2d(x, 2),
    "average 2": lambda x: functional.avg_pool2d(x, 2),
    "max 4": lambda x: functional.max_pool2d(x, 4),
    "every second": lambda x: x[..., ::2, ::2],
    "blur, every second": lambda x: functional.conv2d(x, BINOMIAL, stride=2, padding=1),
    "global max": lambda x: functional.adaptive_max_pool2d(x, 1),
    "global average": lambda x: functional.adaptive_avg_pool2d(x, 1),
}
RANDOM = np.random.default_rng(7)


# What Python computes


def image_of(figure):
    return torch.tensor(figure.image)[None, None]


def torch_map(figure, weights, stride=1):
    weights = torch.tensor(np.array(weights, float))[None, None]
    padding = tuple(side // 2 for side in weights.shape[2:])
    return functional.conv2d(image_of(figure), weights, stride=stride, padding=padding).relu()


@pytest.mark.parametrize("pooling", figures.POOLINGS)
@pytest.mark.parametrize("kernel", figures.KERNELS)
def test_both_maps_are_pytorchs(kernel, pooling):
    for name in figures.OBJECTS:
        figure = figures.shift(name, kernel, pooling, dx=1, dy=-2)
        expected = torch_map(figure, figures.KERNELS[kernel])
        np.testing.assert_allclose(figure.map, expected[0, 0], atol=1e-12)
        np.testing.assert_allclose(figure.pooled, ORACLES[pooling](expected)[0, 0], atol=1e-12)


@pytest.mark.parametrize("sides", [(1, 1), (3, 1), (1, 5), (5, 3), (7, 7)])
def test_a_filter_of_any_odd_size_keeps_the_size_of_the_map(sides):
    figure = figures.shift(RANDOM.normal(size=(16, 16)), RANDOM.normal(size=sides))
    assert figure.map.shape == (16, 16)
    np.testing.assert_allclose(figure.map, torch_map(figure, figure.kernel)[0, 0], atol=1e-9)


def test_the_object_stands_where_its_row_and_column_and_its_shift_say():
    figure = figures.shift([[1, 2], [3, 4]], row=5, column=9, dx=2, dy=-1)
    expected = np.zeros((16, 16))
    expected[4:6, 11:13] = [[1, 2], [3, 4]]
    assert figure.image.tolist() == expected.tolist()


def test_without_a_position_the_object_stands_in_the_middle():
    for name, pixels in figures.OBJECTS.items():
        rows, columns = np.shape(pixels)
        figure = figures.shift(name)
        assert (figure.row, figure.column) == ((17 - rows) // 2, (17 - columns) // 2)


def test_of_an_object_that_is_partly_outside_the_rest_is_seen():
    figure = figures.shift([[1, 2], [3, 4]], row=15, column=-1)
    assert figure.image[15, 0] == 2
    assert figure.image.sum() == 2


def test_subsampling_loses_a_line_that_a_blur_keeps():
    sums = {
        pooling: [figures.shift("line", "vertical line", pooling, dx=dx).pooled.sum() for dx in (0, 1, 2, 3)]
        for pooling in ("every second", "blur, every second")
    }
    assert sums == {"every second": [12, 0, 12, 0], "blur, every second": [6, 6, 6, 6]}


def test_negative_numbers_end_at_zero():
    assert figures.shift([[1]], [[-1]]).map.tolist() == np.zeros((16, 16)).tolist()
    assert figures.shift([[-1]], [[-1]]).map.sum() == 1


def test_the_description_says_what_moved():
    text = figures.shift("line", "vertical line", "every second", dx=1, dy=0).describe()
    for part in ("“line”", "3×3 filter “vertical line”", "“every second” to 8×8", "Moved by 1 to the right and 0 down"):
        assert part in text
    assert "an object on a 16×16 image goes through the 1×5 filter (" in figures.shift([[1]], [[1] * 5]).describe()


def test_the_text_of_a_figure_names_what_it_was_made_of():
    figure = figures.shift(np.eye(3), [[0.5]], "max 4", row=1, column=2, dx=3, dy=4)
    assert repr(figure) == "Shift(object=3×3, kernel=1×1, pooling='max 4', row=1, column=2, dx=3, dy=4)"
    assert repr(figures.shift()).startswith("Shift(object='cross', kernel='vertical line', pooling='max 2'")


def test_objects_and_filters_can_be_your_own():
    figure = figures.shift(objects={"dot": [[4]]}, kernels={"twice": [[2]]})
    assert (figure.object, figure.kernel) == ("dot", "twice")
    assert figure.map.max() == 8


def test_a_new_object_that_would_be_outside_is_brought_to_the_edge():
    figure = figures.shift("cross", row=-6, column=9, dx=6, dy=-0)
    figure.object = "corner"  # six rows, where the cross has seven
    assert (figure.row, figure.column, figure.dx, figure.dy) == (-5, 9, 6, 0)
    figure.dy = 20
    figure.object = [[1]]
    assert (figure.row, figure.dy) == (0, 15)
    assert figure.image[15, 15] == 1


@given(dx=st.integers(-30, 30), dy=st.integers(-30, 30), name=st.sampled_from(list(figures.OBJECTS)))
@settings(max_examples=60, deadline=None)
def test_some_of_the_object_is_always_inside(dx, dy, name):
    rows, columns = np.shape(figures.OBJECTS[name])
    row, column = 5 + dy, 5 + dx
    if -rows < row < 16 and -columns < column < 16:
        figure = figures.shift(name, row=5, column=5, dx=dx, dy=dy)
        assert figure.image[max(row, 0) : row + rows, max(column, 0) : column + columns].size > 0
    else:
        with pytest.raises(ValueError, match=r"d[xy] must be between -\d+ and 10, got"):
            figures.shift(name, row=5, column=5, dx=dx, dy=dy)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"object": "dog"},
            ValueError,
            "object must be one of 'cross', 'ring', 'corner', 'line', 'cat'; got str 'dog'",
        ),
        ({"object": np.zeros((17, 2))}, ValueError, "object must have 1 to 16 numbers along each axis"),
        ({"object": [1, 2]}, ValueError, "object must have shape"),
        ({"object": [["a"]]}, TypeError, "object must hold numbers"),
        ({"object": [[1000]]}, ValueError, "object must hold numbers between -999 and 999, got 1000"),
        ({"objects": {}}, ValueError, "objects must hold at least one entry, got none"),
        ({"objects": [[1]]}, TypeError, "objects must map names to pixels, got list"),
        ({"objects": {"a": [[None]]}}, TypeError, "objects\\['a'\\] must"),
        ({"kernel": "diagonal"}, ValueError, "kernel must be one of 'vertical line', "),
        ({"kernel": [[1, 2]]}, ValueError, "odd sides, so that it has a middle, got 'kernel' of shape \\(1, 2\\)"),
        ({"kernel": np.ones((9, 9))}, ValueError, "kernel must have 1 to 7 numbers along each axis"),
        ({"kernels": {}}, ValueError, "kernels must hold at least one entry, got none"),
        ({"kernels": {"a": np.ones((2, 3))}}, ValueError, "got 'a' of shape \\(2, 3\\)"),
        ({"pooling": "min 2"}, ValueError, "pooling must be one of 'max 2', 'average 2', 'max 4', 'every second', "),
        ({"pooling": 2}, ValueError, "pooling must be one of"),
        ({"row": 16}, ValueError, "row must be between -6 and 15, got 16"),
        ({"column": -7}, ValueError, "column must be between -6 and 15, got -7"),
        ({"object": "line", "column": -1}, ValueError, "column must be between 0 and 15, got -1"),
        ({"dx": 11}, ValueError, "dx must be between -11 and 10, got 11"),
        ({"row": 0, "dy": -7}, ValueError, "dy must be between -6 and 15, got -7"),
        ({"dy": 1.5}, TypeError, "dy must be a whole number"),
        ({"row": 99, "dy": 0}, ValueError, "row must be between -6 and 15, got 99"),
    ],
)
def test_shift_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        figures.shift(**arguments)


@given(value=st.one_of(st.text(), st.booleans(), st.dictionaries(st.text(), st.integers()), st.binary()))
@settings(max_examples=20, deadline=None)
def test_anything_else_is_a_type_or_value_error(value):
    for name in ("object", "kernel", "pooling", "row", "dx"):
        with pytest.raises((TypeError, ValueError)):
            figures.shift(**{name: value})


# What the picture shows


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
    marked = figures.shift(**{**figure.state(), "dx": 0, "dy": 0})
    np.testing.assert_allclose(numbers(page, "image"), figure.image, atol=1e-9)
    for panel, name in (("map", "convolution"), ("pooled", "pooled")):
        before, after = getattr(marked, panel), getattr(figure, panel)
        np.testing.assert_allclose(numbers(page, panel), after, atol=1e-9)
        result, difference, cells, most, sums = report(page, name)
        gap, total = np.abs(after - before), before.sum() + after.sum()
        assert (result == "= unchanged") == (gap.max() < 1e-9)
        assert abs(float(difference.removesuffix(" %")) - 100 * gap.sum() / (total or 1)) <= 0.5 + 1e-9
        assert cells == f"{(gap > 1e-9).sum()} of {((before > 1e-9) | (after > 1e-9)).sum()}"
        assert abs(float(most) - gap.max()) <= 0.006
        shown = [float(number) for number in sums.split(" → ")]
        np.testing.assert_allclose(shown, [before.sum(), after.sum()], atol=0.006)
        assert (differing(page, panel) == (gap > 1e-9)).all()


def differing(page, panel):
    marked = page.locator(f".dlf-panel-{panel} .dlf-cell").evaluate_all(
        "all => all.map(cell => cell.classList.contains('dlf-differs'))"
    )
    return np.reshape(marked, numbers(page, panel).shape)


@pytest.mark.parametrize("pooling", figures.POOLINGS)
def test_the_page_shows_what_python_computes(show, pooling):
    page = show(figures.shift(pooling=pooling))
    kernels = ("left-right edge", "vertical line", "outline", "top-bottom edge", "blur")
    steps = {"ArrowRight": (1, 0), "ArrowUp": (0, -1), "ArrowLeft": (-1, 0), "ArrowDown": (0, 1), "Home": (0, 0)}
    for name, kernel, key in zip(figures.OBJECTS, kernels, steps, strict=True):
        page.get_by_role("combobox", name="Object").select_option(name)
        page.get_by_role("combobox", name="Filter").select_option(kernel)
        handle(page).press(key)
        assert_shows(page, figures.shift(name, kernel, pooling, dx=steps[key][0], dy=steps[key][1]))


def test_your_own_object_and_filter_partly_outside(show):
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
    page = show(*made)
    for i, figure in enumerate(made):
        one = page.locator(".dlf").nth(i)
        assert_shows(one, figure)
        assert one.get_by_role("combobox", name="Object").evaluate("menu => menu.selectedOptions[0].text") == "your own"


def result(page, name="convolution"):
    return report(page, name)[0]


def test_the_convolution_map_moves_along_while_the_object_and_its_frame_are_inside(stage):
    page = stage.show(figures.shift("corner", "blur", row=5, column=5))
    for (column, dx), expected in {
        (5, 4): "→ same numbers, moved along",
        (5, 5): "≠ part of it is outside",  # the object is inside, its blur is not
        (10, -5): "≠ part of it is outside",  # and the other way round
        (5, -4): "→ same numbers, moved along",
        (5, -6): "≠ part of it is outside",
        (5, 0): "= unchanged",
    }.items():
        stage.set(column=column, dx=dx)
        assert result(page) == expected


def test_a_shift_by_whole_strides_moves_the_pooled_map_along(stage):
    words = {"moved": "→ same numbers, moved along", "other": "≠ other numbers", "same": "= unchanged"}
    page = stage.show(figures.shift("ring", "outline", row=5, column=5))
    for pooling, stride in {"max 2": 2, "average 2": 2, "max 4": 4, "every second": 2}.items():
        stage.set(pooling=pooling)
        for dx, dy, expected in [
            (stride, 0, "moved"), (0, -stride, "moved"), (-stride, stride, "moved"), (1, 0, "other"),
            (stride, 1, "other"), (0, 0, "same"),
        ]:  # fmt: skip
            stage.set(dx=dx, dy=dy)
            assert result(page, "pooled") == words[expected]
    for pooling in ("global max", "global average"):
        stage.set(pooling=pooling, dx=1, dy=-1)
        assert result(page, "pooled") == "= unchanged"


def test_max_pooling_hides_a_shift_inside_its_block_and_no_other(stage):
    page = stage.show(figures.shift("line", [[1]], "max 2", column=8, dx=1))
    assert (result(page), result(page, "pooled")) == ("→ same numbers, moved along", "= unchanged")
    stage.set(dx=-1)
    assert report(page, "pooled")[1] == "100 %"


def test_arrow_keys_move_the_object_and_home_takes_it_back(show):
    page = show(figures.shift())
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


def test_buttons_move_it_too(show):
    page = show(figures.shift("line", "vertical line", "every second"))
    page.get_by_role("button", name="one pixel right").click()
    page.get_by_role("button", name="one pixel down").click()
    page.get_by_role("button", name="one pixel down").click()
    assert caption(page, "image") == "moved 1 right, 2 down"
    page.get_by_role("button", name="one pixel left").click()
    page.get_by_role("button", name="one pixel up").click()
    assert_shows(page, figures.shift("line", "vertical line", "every second", dy=1))
    page.get_by_role("button", name="Back").click()
    assert caption(page, "image") == "at the marked position"


@pytest.mark.parametrize(
    ("across", "down", "expected"), [(3, -2, (3, -2)), (-40, 0, (-11, 0)), (0, 40, (0, 10)), (0.4, -0.4, (0, 0))]
)
def test_a_mouse_drags_the_object_by_whole_pixels_and_never_quite_out(show, across, down, expected):
    page = show(figures.shift())
    box = handle(page).bounding_box()
    pixel = box["width"] / 16
    x, y = box["x"] + 8 * pixel, box["y"] + 8 * pixel
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across * pixel, y + down * pixel, steps=7)
    page.mouse.up()
    page.mouse.move(x, y)
    assert_shows(page, figures.shift(dx=expected[0], dy=expected[1]))


def test_the_other_button_of_the_mouse_drags_nothing(show):
    page = show(figures.shift())
    handle(page).hover()
    page.mouse.down(button="right")
    page.mouse.move(10, 10)
    page.mouse.up(button="right")
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


def test_marking_a_position_compares_with_it_from_then_on(show):
    page = show(figures.shift(dx=2, dy=-1))
    page.get_by_role("button", name="Mark this position").click()
    assert report(page, "convolution") == ("= unchanged", "0 %", "0 of 27", "0", "39 → 39")
    handle(page).press("ArrowRight")
    assert_shows(page, figures.shift(row=4, column=7, dx=1))
    assert frame(page, "image", "ghost") == (4, 7, 7, 7)
    page.get_by_role("button", name="Back").click()
    assert_shows(page, figures.shift(row=4, column=7))


def test_frames_show_where_the_object_and_its_map_are_and_were(show):
    page = show(figures.shift("line", [[1] * 5], dx=3, dy=-2))
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
    dot = "(cell) => [getComputedStyle(cell, '::after').content, getComputedStyle(cell, '::after').width].join(' ')"
    assert page.locator(".dlf-panel-map .dlf-differs").first.evaluate(dot) == '"" 4px'


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
def test_pointing_at_a_pooled_number_shows_where_it_comes_from(show, pooling, cell, source, words):
    figure = figures.shift(pooling=pooling, row=5, column=5, dy=-1)
    page = show(figure)
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
    page.mouse.move(0, 0)
    assert not probe.is_visible()
    assert caption(page, "pooled") == before


def test_the_menus_offer_what_python_offers(show):
    page = show(figures.shift(objects={"dot": [[1]], "dash": [[1, 1]]}, kernels={"twice": [[2]]}))
    offered = {
        name: page.get_by_role("combobox", name=name).locator("option:not([hidden])").all_inner_texts()
        for name in ("Object", "Filter", "Pooling")
    }
    assert offered == {"Object": ["dot", "dash"], "Filter": ["twice"], "Pooling": list(figures.POOLINGS)}
    page.get_by_role("combobox", name="Object").select_option("dash")
    assert_shows(page, figures.shift([[1, 1]], [[2]]))


def test_a_new_object_starts_in_the_middle(show):
    page = show(figures.shift(dx=9, dy=9))
    page.get_by_role("combobox", name="Object").select_option("cat")
    assert_shows(page, figures.shift("cat"))


def test_buttons_that_would_do_nothing_say_so(show):
    page = show(figures.shift([[1]], row=0, column=3))
    disabled = page.locator(".dlf-button[aria-disabled=true]").evaluate_all(
        "all => all.map(button => button.ariaLabel || button.textContent)"
    )
    assert disabled == ["one pixel up", "Back", "Mark this position"]
    page.get_by_role("button", name="one pixel up").click(force=True)
    assert caption(page, "image") == "at the marked position"


def test_a_screen_reader_is_told_what_happens(show):
    page = show(figures.shift("line", "vertical line", "global max"))
    handle(page).press("ArrowRight")
    assert page.locator("[aria-live=polite]").inner_text() == (
        "Object moved 1 right. Convolution map: same numbers, moved along, difference 100 %. "
        "Pooled map: unchanged, difference 0 %."
    )
    assert handle(page).get_attribute("aria-label").startswith("Object “line”, moved 1 right. Arrow keys move it")
    assert page.get_by_role("img", name="pooled map, 0 of 1 cells changed: 3").is_visible()


def test_the_numbers_of_the_pooled_map_are_written_into_it(show):
    page = show(figures.shift("line", [[0.25]], "max 4"))
    texts = page.locator(".dlf-panel-pooled .dlf-cell").all_inner_texts()
    assert texts == ["0", "0", "0", "0", "0", "0", "0.25", "0", "0", "0", "0.25", "0", "0", "0", "0", "0"]
    page.get_by_role("combobox", name="Pooling").select_option("blur, every second")
    assert page.locator(".dlf-panel-pooled .dlf-title").inner_text() == "subsampled 8 × 8"
    assert set(page.locator(".dlf-panel-pooled .dlf-cell").all_inner_texts()) == {"0", "0.13", "0.09", "0.03"}


def test_the_object_that_is_moved_and_marked_is_where_python_says(stage):
    figure = figures.shift(dx=1)
    page = stage.show(figure)
    page.get_by_role("application").press("ArrowUp")
    page.get_by_role("button", name="Mark this position").click()
    page.get_by_role("application").press("ArrowLeft")
    page.get_by_role("combobox", name="Filter").select_option("outline")
    page.get_by_role("combobox", name="Pooling").select_option("max 4")
    stage.receive(figure)
    assert repr(figure).endswith("kernel='outline', pooling='max 4', row=4, column=6, dx=-1, dy=0)")
    page.get_by_role("combobox", name="Object").select_option("cat")
    stage.receive(figure)
    assert figure.pooled.tolist() == figures.shift("cat", "outline", "max 4").pooled.tolist()


def test_the_shift_is_sent_once_for_each_pixel_and_pointing_never(stage):
    page = stage.show(figures.shift())
    page.locator(".dlf-panel-pooled .dlf-square").hover()
    assert stage.sent() == []
    page.locator(".dlf-panel-image .dlf-square").hover()
    page.mouse.down()
    box = page.locator(".dlf-panel-image .dlf-square").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 10.5 / 16, box["y"] + box["height"] / 2, steps=30)
    page.mouse.up()
    sent = [tuple(message.values()) for message in stage.sent()]
    assert sent == [(1, 0), (2, 0), (3, 0)][: len(sent)]
    assert len(sent) >= 2


def test_python_moves_the_object_and_brings_new_ones(stage):
    page = stage.show(figures.shift())
    stage.set(dx=-2, pooling="global max")
    assert page.locator(".dlf-panel-image .dlf-caption").inner_text() == "moved 2 left"
    assert page.locator(".dlf-panel-pooled .dlf-cell").all_inner_texts() == ["3"]
    stage.set(object="dot")  # its pixels come in the next message
    stage.set(objects={"dot": [[5]]})
    assert page.locator(".dlf-panel-pooled .dlf-cell").all_inner_texts() == ["5"]
    assert page.get_by_role("combobox", name="Object").input_value() == "dot"


@pytest.mark.parametrize("width", [600, 640, 700])
def test_the_three_maps_stand_at_one_height(show, width):
    page = show(figures.shift(), width=width)
    assert len({square.bounding_box()["y"] for square in page.locator(".dlf-square").all()}) == 1


@pytest.mark.parametrize("width", [360, 800])
def test_moving_and_choosing_never_move_the_controls(show, width):
    page = show(figures.shift("cat"), width=width)
    button = page.get_by_role("button", name="Mark this position")
    places = set()
    for pooling in figures.POOLINGS:
        page.get_by_role("combobox", name="Pooling").select_option(pooling)
        for key in ("ArrowRight", "ArrowDown", "Home"):
            handle(page).press(key)
            places.add(button.bounding_box()["y"] + page.evaluate("scrollY"))
    assert len(places) == 1


def test_jupyterlabs_style_of_lists_leaves_the_report_as_it_is(show):
    page = show(figures.shift(dx=1))
    places = "all => all.map((part) => Object.values(part.getBoundingClientRect().toJSON()).join())"
    before = page.locator(".dlf-numbers *").evaluate_all(places)
    style = page.add_style_tag(
        content="""
        main dl, main dt, main dd { display: block; margin: 0; padding: 0 }
        main dl { width: 100%; overflow: hidden }
        main dt { width: 20%; float: left; font-weight: bold }
        main dd { width: 80%; float: left }"""
    )
    after = page.locator(".dlf-numbers *").evaluate_all(places)
    style.evaluate("style => style.remove()")
    assert after == before
