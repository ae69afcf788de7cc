"""The figure receptive_field: its fields, jumps and paths are those of torch's gradients."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from dlcourse import figures

LAYERS = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 2), st.integers(1, 3)), min_size=1, max_size=4)
STACKS = {
    "one 5": [(5, 1)],
    "two 3": [(3, 1), (3, 1)],
    "five 3": [(3, 1)] * 5,
    "dilated 1-2-4": [(3, 1, 1), (3, 1, 2), (3, 1, 4)],
    "with stride 2": [(3, 2), (3, 2), (3, 1)],
    "even kernels and gaps": [(2, 2), (4, 1), (2, 1, 3)],
    "an even number of units would fit": [(4, 2)],
    "a stride over its kernel": [(1, 3), (3, 1)],
}


def gradient(layers, inputs, unit):
    """The gradient of one unit of the top layer for each input, where all weights are one."""
    x = torch.zeros(1, 1, inputs, requires_grad=True)
    y = x
    for kernel, stride, *dilation in layers:
        y = F.conv1d(y, torch.ones(1, 1, kernel), stride=stride, dilation=dilation[0] if dilation else 1)
    (found,) = torch.autograd.grad(y[0, 0, unit], x)
    return y.shape[-1], found[0, 0].numpy().astype(int)


@given(layers=LAYERS)
def test_fields_and_jumps_are_those_of_torchs_gradients(layers):
    figure = figures.receptive_field(layers)
    for depth in range(1, len(layers) + 1):
        field, jump = figure.fields[depth - 1], figure.jumps[depth - 1]
        units, first = gradient(layers[:depth], field + jump, 0)
        _, second = gradient(layers[:depth], field + jump, 1)
        assert units == 2
        assert np.flatnonzero(first)[[0, -1]].tolist() == [0, field - 1]
        assert np.flatnonzero(second)[0] == jump


def test_without_javascript_the_page_states_layers_fields_and_jumps():
    text = figures.receptive_field([(3, 2), (3, 1, 2)]).describe()
    assert "layer 1: 3 wide with stride 2; layer 2: 3 wide and dilation 2" in text
    assert "are 3, 11 inputs wide, and the jumps are 2, 2." in text


def test_the_chosen_layer_stays_inside_when_the_stack_shrinks():
    figure = figures.receptive_field([(3, 1)] * 3, layer=3, unit=4)
    figure.layers = [(3, 1)]
    assert (figure.layer, figure.unit) == (1, 4)


def test_without_layers_there_are_two_of_three():
    assert figures.ReceptiveField().layers == figures.receptive_field().layers == [[3, 1, 1], [3, 1, 1]]
    assert repr(figures.receptive_field()) == "ReceptiveField(layer=None, layers=[[3, 1, 1], [3, 1, 1]], unit=None)"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"layers": []}, ValueError, "layers must hold 1 to 5 layers, got 0"),
        ({"layers": [(3, 1)] * 6}, ValueError, "layers must hold 1 to 5 layers, got 6"),
        ({"layers": (3, 1)}, TypeError, "layers must be a list with \\(kernel, stride\\)"),
        ({"layers": 3}, TypeError, "layers must be a list"),
        ({"layers": np.array(3)}, TypeError, "layers must be a list .* got an array of shape \\(\\)"),
        ({"layers": [(3,)]}, ValueError, "layers\\[0\\] must be \\(kernel, stride\\) or"),
        ({"layers": [(3, 1), (3, 1, 1, 1)]}, ValueError, "layers\\[1\\] must be"),
        ({"layers": [(8, 1)]}, ValueError, "layers\\[0\\], kernel, must be between 1 and 7, got 8"),
        ({"layers": [(3, 4)]}, ValueError, "layers\\[0\\], stride, must be between 1 and 3, got 4"),
        ({"layers": [(3, 1), (3, 1, 5)]}, ValueError, "layers\\[1\\], dilation, must be between 1 and 4, got 5"),
        ({"layers": [(3, 1.0)]}, TypeError, "layers\\[0\\], stride, must be a whole number"),
        ({"layer": 3}, ValueError, "layer must be between 0 and 2, got 3"),
        ({"layer": 3, "unit": 0}, ValueError, "layer must be between 0 and 2, got 3"),
        ({"unit": -1}, ValueError, "unit must be at least 0, got -1"),
        ({"unit": "a"}, TypeError, "unit must be a whole number"),
    ],
)
def test_it_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        figures.receptive_field(**arguments)


def levels(page):
    """The numbers in the units, from the input to the top; 0 where there is none."""
    rows = page.locator(".dlf-tower [role=row]").all()
    return [
        [int(text or 0) for text in row.locator(".dlf-cell").evaluate_all("all => all.map(cell => cell.textContent)")]
        for row in reversed(rows)
    ]


def unit(page, layer, i):
    name = f"layer {layer}, unit {i}" if layer else f"input {i}"
    return page.get_by_role("gridcell", name=name, exact=True)


def said(page):
    return page.locator(".dlf-said").inner_text()


def table(page, column):
    cells = page.locator(f".dlf-layers tbody tr td:nth-child({5 if column == 'field' else 6})").all_inner_texts()
    return [int(text) for text in reversed(cells)]


def bars(page):
    shares = page.locator(".dlf-bars i").evaluate_all("all => all.map(bar => +bar.style.getPropertyValue('--share'))")
    return np.array(shares)


def test_every_unit_of_every_layer_has_torchs_paths(show):
    page = show(*map(figures.receptive_field, STACKS.values()))
    for n, layers in enumerate(STACKS.values()):
        shown, figure = page.locator(".dlf").nth(n), figures.receptive_field(layers)
        assert table(shown, "field") == [1, *figure.fields]
        assert table(shown, "jump") == [1, *figure.jumps]
        drawn = [len(level) for level in levels(shown)]
        for layer in range(1, len(layers) + 1):
            assert gradient(layers[:layer], drawn[0], 0)[0] == drawn[layer]
            for i in {0, drawn[layer] - 1}:
                unit(shown, layer, i).click()
                found = levels(shown)
                for below in range(layer):
                    expected = gradient(layers[below:layer], drawn[below], i)[1]
                    assert found[below] == expected.tolist()
                assert not np.any([sum(level) for level in found[layer + 1 :]])
                np.testing.assert_allclose(bars(shown), np.array(found[0]) / max(found[0]))


@pytest.mark.parametrize(
    ("layers", "units"),
    [
        ([(3, 1)], (11, 9)), ([(3, 1)] * 2, (11, 9, 7)), ([(3, 1)] * 5, (13, 11, 9, 7, 5, 3)), ([(4, 2)], (8, 3)),
        ([(7, 3)] * 2, (43, 13, 3)), ([(5, 2)] * 4, (61, 29, 13, 5, 1)),
        ([*[(2, 2)] * 4, (4, 1)], (64, 32, 16, 8, 4, 1)),
    ],
)  # fmt: skip
def test_so_many_units_are_drawn_that_three_are_on_top_if_the_inputs_are_at_most_64(show, layers, units):
    assert tuple(len(level) for level in levels(show(figures.receptive_field(layers)))) == units


@pytest.mark.parametrize("depth", range(1, 6))
def test_stacked_pairs_have_the_paths_of_pascals_triangle(show, depth):
    rows = {1: [1, 1], 2: [1, 2, 1], 3: [1, 3, 3, 1], 4: [1, 4, 6, 4, 1], 5: [1, 5, 10, 10, 5, 1]}
    inputs = levels(show(figures.receptive_field([(2, 1)] * depth)))[0]
    assert [count for count in inputs if count] == rows[depth]


def test_a_unit_beyond_the_last_is_the_last(show):
    assert said(show(figures.receptive_field(unit=99))).startswith("Unit 6 of layer 2 sees")


def test_each_line_leads_from_a_unit_to_one_that_it_reads(show):
    page = show(figures.receptive_field([(3, 1), (3, 2)], layer=2, unit=1))
    lines = page.locator(".dlf-lines path").last.get_attribute("d").split("M")[1:]
    ends = {tuple(float(x) for x in line.replace("L", " ").split()) for line in lines}
    # a unit's middle: half a width, half its field, and its place times the jump; layers are 1 high, the top one at 0.5
    upper = {(2 + 2 + 0.5, 0.5, 1 + i + 0.5, 1.5) for i in (2, 3, 4)}
    lower = {(1 + i + 0.5, 1.5, i + j + 0.5, 2.5) for i in (2, 3, 4) for j in range(3)}
    assert ends == upper | lower
    hull = page.locator(".dlf-cone").get_attribute("d").strip("MZ").split("L")
    corners = {tuple(map(float, corner.split())) for corner in hull}
    assert corners == {(2, 2.5), (3, 1.5), (4, 0.5), (5, 0.5), (6, 1.5), (7, 2.5)}


def test_the_sentence_says_field_paths_and_where_half_of_them_begin(show):
    page = show(*(figures.receptive_field(STACKS[name]) for name in ("two 3", "five 3", "a stride over its kernel")))
    one, two, three = (page.locator(".dlf").nth(i) for i in range(3))
    half = " At least half of them begin in the middle 3 inputs."
    assert said(one) == "Unit 3 of layer 2 sees inputs 3 to 7: a receptive field of 5. 9 paths lead to it." + half
    assert "sees inputs 1 to 11: a receptive field of 11. 243 paths lead to it." + half in said(two)
    expected = "a receptive field of 7, but reads only 3 of them. 3 paths lead to it."
    assert expected + " At least half of them begin in the middle 7 inputs." not in said(three)
    assert expected in said(three)
    unit(three, 1, 0).click()
    assert said(three) == "Unit 0 of layer 1 sees input 0: a receptive field of 1. 1 path leads to it."
    unit(one, 0, 4).click()
    assert said(one) == "Input 4: the picture begins here. Choose a unit of a layer above it."


@pytest.mark.parametrize("name", list(STACKS)[:5])
def test_at_least_half_of_the_paths_come_from_the_middle_it_names_and_no_narrower_one(show, name):
    page = show(figures.receptive_field(STACKS[name]))
    width = int(said(page).split("the middle ")[1].split()[0])
    paths = np.trim_zeros(levels(page)[0])
    middle = [sum(paths[(len(paths) - w) // 2 : (len(paths) + w) // 2]) for w in (width, width - 2)]
    assert 2 * middle[0] >= sum(paths) > 2 * middle[1]


@pytest.mark.parametrize("name", list(STACKS)[:5])
def test_the_buttons_stack_the_layers(show, name):
    page = show(figures.receptive_field([(7, 1)], layer=1, unit=0))
    page.get_by_role("button", name=name).click()
    expected = figures.receptive_field(STACKS[name])
    assert table(page, "field") == [1, *expected.fields]
    assert page.locator("[aria-pressed=true]").all_inner_texts() == [name]
    assert f"Unit {len(levels(page)[-1]) // 2} of layer {len(expected.layers)}" in said(page)


def test_the_menus_change_a_layer_and_the_buttons_their_number(show):
    page = show(figures.receptive_field())
    page.get_by_label("kernel of layer 1").select_option("5")
    page.get_by_label("stride of layer 1").select_option("2")
    page.get_by_label("dilation of layer 2").select_option("3")
    expected = figures.receptive_field([(5, 2), (3, 1, 3)])
    assert (table(page, "field"), table(page, "jump")) == ([1, *expected.fields], [1, *expected.jumps])
    add, remove = (page.get_by_role("button", name=f"{name} layer") for name in ("Add", "Remove"))
    for _ in range(5):
        remove.click(force=True)  # it is disabled at the end
    assert table(page, "field") == [1, 5]
    for _ in range(6):
        add.click(force=True)
    assert table(page, "field") == [1, 5, 9, 13, 17, 21]
    page.get_by_role("button", name="Reset").click()
    assert table(page, "field") == [1, 3, 5]


def test_a_field_too_wide_for_the_picture_is_told_in_words(show):
    page = show(figures.receptive_field([(5, 2)] * 4))
    page.get_by_role("button", name="Add layer").click()
    page.get_by_label("kernel of layer 5").select_option("7")
    expected = figures.receptive_field([*[(5, 2)] * 4, (7, 1)]).fields
    assert f"sees {expected[-1]} inputs, more than the 64" in page.locator(".dlf-nothing").inner_text()
    assert table(page, "field") == [1, *expected]
    assert not page.locator(".dlf-said").is_visible()
    page.get_by_role("button", name="Remove layer").click()
    assert levels(page)[0] == gradient([(5, 2)] * 4, 61, 0)[1].tolist()


def test_pointing_previews_a_unit_and_leaving_takes_it_back(show):
    page = show(figures.receptive_field())
    unit(page, 1, 0).hover()
    assert said(page).startswith("Unit 0 of layer 1 sees inputs 0 to 2")
    page.mouse.move(0, 0)
    assert said(page).startswith("Unit 3 of layer 2")


def test_between_units_the_nearest_one_is_meant(show):
    page = show(figures.receptive_field([(1, 3), (1, 1)]))
    first, second = (unit(page, 1, i).bounding_box() for i in (0, 1))
    y = first["y"] - 4
    page.mouse.move(0.6 * first["x"] + 0.4 * second["x"] + first["width"] / 2, y)
    assert said(page).startswith("Unit 0 of layer 1")
    page.mouse.move(0.4 * first["x"] + 0.6 * second["x"] + first["width"] / 2, y)
    assert said(page).startswith("Unit 1 of layer 1")


def test_arrow_keys_lead_along_a_layer_and_to_the_next(show):
    page = show(figures.receptive_field([(3, 2), (3, 2)]))
    steps = [
        ("ArrowDown", "layer 1, unit 3"),
        ("ArrowDown", "input 7"),
        ("ArrowRight", "input 8"),
        ("ArrowUp", "layer 1, unit 4"),
        ("ArrowLeft", "layer 1, unit 3"),
        ("Home", "layer 1, unit 0"),
        ("End", "layer 1, unit 6"),
        ("ArrowUp", "layer 2, unit 2"),
        ("ArrowUp", "layer 2, unit 2"),
        ("Control+End", "input 14"),
        ("Control+Home", "layer 2, unit 0"),
    ]
    unit(page, 2, 1).focus()
    for key, expected in steps:
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.ariaLabel") == expected
    assert page.locator("[role=gridcell][tabindex='0']").count() == 1
    page.keyboard.press("x")
    assert said(page).startswith("Unit 0 of layer 2")


def test_a_finger_chooses_a_unit(visit):
    page = visit(figures.receptive_field(), viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    unit(page, 1, 2).tap()
    assert said(page).startswith("Unit 2 of layer 1 sees inputs 2 to 4")


def test_what_a_reader_stacks_comes_to_python(stage):
    figure = figures.receptive_field(layer=0, unit=10)
    page = stage.show(figure)
    page.get_by_role("button", name="with stride 2").click()
    page.get_by_label("dilation of layer 3").select_option("2")
    page.get_by_role("gridcell", name="layer 2, unit 4").click()
    assert stage.receive(figure).state() == {"layers": [[3, 2, 1], [3, 2, 1], [3, 1, 2]], "layer": 2, "unit": 4}


def test_a_number_is_large_enough_to_read_or_not_there_at_all(show):
    page = show(*(figures.receptive_field(layers) for layers in ([(3, 1)] * 2, [(3, 1)] * 5, [(5, 2)] * 4)))
    sizes = """all => all.filter((cell) => cell.textContent)
      .map((cell) => parseFloat(getComputedStyle(cell).fontSize))"""
    for width in (320, 480, 600, 800, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        found = page.locator(".dlf-cell").evaluate_all(sizes)
        assert max(found) >= 10
        assert [size for size in found if 0 < size < 7.9] == []
