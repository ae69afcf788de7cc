"""The figure matching: what becomes of each anchor is what NumPy finds with the overlaps of pycocotools."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask

from dlcourse import figures

POSITIVE, IGNORED, NEGATIVE, OUTSIDE = "positive", "ignored", "negative", "left out"


def overlaps(box, anchors):
    def wide(boxes):
        boxes = np.array(boxes, float).reshape(-1, 4)
        return np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])

    return mask.iou(wide(anchors), wide(box), [0])[:, 0]


def matched(figure):
    """The name of what becomes of each anchor, and the anchors that are so only as the best for the box."""
    shared, (width, height) = overlaps(figure.box, figure.anchors), figure.size
    x0, y0, x1, y1 = figure.anchors.T
    inside = (x0 >= 0) & (y0 >= 0) & (x1 <= width) & (y1 <= height)
    allowed = inside if figure.inside else np.ones(len(shared), bool)
    best = shared[allowed].max() if allowed.any() else 0
    forced = allowed & np.isclose(shared, best, rtol=1e-6, atol=0) & (best > 0 or figure.faulty)
    names = np.select(
        [~allowed, forced | (shared >= figure.high), shared < figure.low], [OUTSIDE, POSITIVE, NEGATIVE], IGNORED
    )
    return names, forced & (shared < figure.high) & (best > 0)


@given(
    scales=st.lists(st.sampled_from([4, 10, 32.5]), min_size=1, max_size=3),
    ratios=st.lists(st.sampled_from([0.25, 1, 3]), min_size=1, max_size=3),
    stride=st.sampled_from([8, 16, 32]),
)
def test_anchors_stand_in_the_middle_of_their_cells_with_area_and_ratio_as_said(scales, ratios, stride):
    figure = figures.Matching(scales=scales, ratios=ratios, stride=stride, size=[96, 64], box=[0, 0, 9, 9])
    anchors = iter(figure.anchors)
    for row in range(64 // stride):
        for column in range(96 // stride):
            for scale in scales:
                for ratio in ratios:
                    x0, y0, x1, y1 = next(anchors)
                    assert (x0 + x1) / 2 == pytest.approx((column + 0.5) * stride)
                    assert (y0 + y1) / 2 == pytest.approx((row + 0.5) * stride)
                    assert (y1 - y0) / (x1 - x0) == pytest.approx(ratio)
                    assert math.sqrt((y1 - y0) * (x1 - x0)) == pytest.approx(scale)
    assert next(anchors, None) is None


def counts(page):
    terms = page.locator("dl dt").all_inner_texts()
    return dict(zip(terms, (text.split()[0] for text in page.locator("dl dd").all_inner_texts()), strict=True))


CELLS = """all => all.map((map) => Object.fromEntries(["positive", "ignored", "negative"].map((kind) => [kind,
  [...map.querySelector(`.dlf-${kind}`).getAttribute("d").matchAll(/M([\\d.]+) ([\\d.]+)h([\\d.]+)/g)]
    .map(([, x, y, side]) => [Number(x) + side / 2 - 0.5, Number(y) + side / 2 - 0.5])])))"""


def assert_shows(page, figure):
    """Counts, the small maps, and the boxes over the picture."""
    names, lifted = matched(figure)
    shapes = len(figure.scales) * len(figure.ratios)
    columns = int(figure.size[0]) // figure.stride
    shown = page.locator(".dlf-map").evaluate_all(CELLS)
    assert len(shown) == shapes
    for shape, cells in enumerate(shown):
        for kind, places in cells.items():
            wanted = np.flatnonzero(names[shape::shapes] == kind)
            assert sorted((round(y), round(x)) for x, y in places) == [(i // columns, i % columns) for i in wanted]
    assert counts(page) == {kind: str((names == kind).sum()) for kind in (POSITIVE, IGNORED, NEGATIVE, OUTSIDE)}
    outlines = page.locator("rect.dlf-anchor").evaluate_all(
        "all => all.map((r) => ['x', 'y', 'width', 'height'].map((key) => Number(r.getAttribute(key))))"
    )
    boxes = figure.anchors[names == POSITIVE]
    wanted = np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
    np.testing.assert_allclose(np.reshape(outlines, (-1, 4)), wanted, atol=1e-9)
    below = page.locator("dl dd").first.inner_text().split("(")
    assert (int(below[1].split()[0]) if len(below) > 1 else 0) == lifted.sum()


CASES = {
    "as it starts": {},
    "a box like an anchor": {"box": [36, 36, 52, 52]},
    "between the places": {"box": [37, 29, 71, 61]},
    "ties": {"box": [44, 44, 52, 52]},
    "small": {"box": [41, 50, 46, 54]},
    "the whole picture": {"box": [0, 0, 96, 96]},
    "low thresholds": {"box": [20, 30, 70, 60], "high": 0.4, "low": 0.1},
    "nothing is ignored": {"box": [20, 30, 70, 60], "high": 0.5, "low": 0.5},
    "only inside": {"box": [0, 0, 20, 30], "inside": True},
    "few shapes": {"box": [10, 20, 60, 80], "scales": [24, 48], "ratios": [1], "stride": 16},
    "ratios in between": {"box": [10, 20, 40, 80], "scales": [40], "ratios": [0.5, 2.5]},
    "no anchor": {"box": [0, 0, 2, 2], "inside": True},
    "no anchor, all forced": {"box": [0, 0, 2, 2], "inside": True, "faulty": True},
    "faulty, but an anchor is there": {"box": [0, 0, 2, 2], "faulty": True},
}


@pytest.mark.parametrize("settings", CASES.values(), ids=CASES)
def test_each_anchor_becomes_what_numpy_says(show, settings):
    figure = figures.matching(**settings)
    assert_shows(show(figure), figure)


def test_pictures_that_are_not_square_have_their_own_grid(show):
    figure = figures.matching([20, 10, 60, 40], image=np.zeros((50, 120, 3), np.uint8))
    assert len(figure.anchors) == 15 * 6 * 9
    assert_shows(show(figure), figure)


def said(page):
    return page.locator(".dlf-said").inner_text()


def test_the_best_anchor_is_positive_even_if_no_anchor_reaches_the_threshold(show):
    page = show(figures.matching([40, 40, 60, 48]))
    assert counts(page)["positive"] == "1"
    assert said(page) == (
        "No anchor reaches 0.7: the best IoU is 0.591. That anchor is positive all the same, or the box would teach "
        "nothing."
    )
    page = show(figures.matching([44, 44, 52, 52], scales=[16], ratios=[1]))
    assert counts(page)["positive"] == "4"  # the corner of four cells: all share the best
    assert "The 4 anchors that share it are positive all the same" in said(page)
    assert page.locator("rect.dlf-best").count() == 4
    page = show(figures.matching([36, 36, 52, 52]))
    assert said(page) == "The best IoU is 1; 1 anchor reaches 0.7."


def test_a_box_that_no_anchor_overlaps_gets_none_or_with_the_fault_all(show, stage):
    figure = figures.matching()
    page = show(figure)
    page.get_by_role("button", name="A box that no anchor overlaps").click()
    stage.receive(figure)
    names, _ = matched(figure)
    inside = (names != OUTSIDE).sum()
    assert figure.inside is True
    assert not overlaps(figure.box, figure.anchors[names != OUTSIDE]).any()
    assert counts(page) == {"positive": "0", "ignored": "0", "negative": str(inside), "left out": str(1296 - inside)}
    assert said(page).startswith("No anchor overlaps this box. It gets no positive anchor")
    page.get_by_label("even if its IoU is 0").press(" ")
    assert stage.receive(figure).faulty is True
    assert counts(page) == {"positive": str(inside), "ignored": "0", "negative": "0", "left out": str(1296 - inside)}
    assert said(page) == (
        f"No anchor overlaps this box: its best IoU is 0, and every anchor has an IoU of 0. So all {inside} are “the "
        "best” and become positive."
    )
    assert_shows(page, figure)


def test_where_anchors_cover_everything_no_such_box_is_on_offer(show, stage):
    page = show(figures.matching(scales=[8], ratios=[1]))
    trap = page.get_by_role("button", name="A box that no anchor overlaps")
    assert trap.get_attribute("aria-disabled") == "true"
    trap.evaluate("button => button.click()")
    assert stage.sent() == []


def test_the_box_is_moved_by_keys_and_by_a_mouse_and_the_anchors_follow(show, stage):
    figure = figures.matching([20, 20, 52, 52])
    page = show(figure)
    box = page.get_by_role("application", name="true box: ")
    corner = page.get_by_role("application", name="Lower right corner")
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        box.press(key)
    for key in ("ArrowLeft", "ArrowUp"):
        corner.press(key)
    assert stage.receive(figure).box == [21, 22, 52, 53]
    assert_shows(page, figure)
    place = page.locator(".dlf-board").bounding_box()
    unit = place["width"] / 96
    page.mouse.move(place["x"] + 30 * unit, place["y"] + 30 * unit)
    page.mouse.down()
    page.mouse.move(place["x"] + 40 * unit, place["y"] + 25 * unit, steps=4)
    page.mouse.up()
    assert stage.receive(figure).box == [31, 17, 62, 48]
    assert_shows(page, figure)


def test_a_map_is_walked_by_keys_and_its_anchor_stands_over_the_picture(show):
    figure = figures.matching([40, 40, 60, 48])
    page = show(figure)
    shared = overlaps(figure.box, figure.anchors)
    names, _ = matched(figure)
    map_ = page.get_by_role("application", name="Anchors of 32 × 32 pixels: 0 positive. Arrow keys lead")
    best = max(range(4, 1296, 9), key=lambda i: shared[i])
    for key, by in [("Home", 0), ("ArrowRight", 9), ("ArrowDown", 9 + 108), ("ArrowLeft", 108)]:
        map_.press(key)
        i = best + by
        row, column = divmod(i // 9, 12)
        overlap = f"IoU {round(shared[i], 3):g}"
        place = f"row {row + 1}, column {column + 1}"
        assert page.locator(".dlf-probed").inner_text() == f"Anchor of 32 × 32 pixels, {place}: {overlap}, {names[i]}."
        assert page.locator("[aria-live=polite]").inner_text() == page.locator(".dlf-probed").inner_text()
        drawn = page.locator("rect.dlf-probe")
        x, y = (float(drawn.get_attribute(key)) for key in "xy")
        assert [x, y] == pytest.approx(figure.anchors[i][:2])
    page.get_by_role("button", name="Reset").focus()
    assert page.locator("rect.dlf-probe").count() == 0


def test_pointing_at_a_cell_of_a_map_says_what_its_anchor_is(show):
    figure = figures.matching([40, 40, 60, 48], inside=True)
    page = show(figure)
    texts = {
        (0, (5, 6)): "Anchor of 22.6 × 11.3 pixels, row 6, column 7: IoU 0.591, positive, as the best for the box.",
        (0, (0, 5)): "Anchor of 22.6 × 11.3 pixels, row 1, column 6: IoU 0, left out: it reaches beyond the picture.",
        (8, (6, 6)): None,
    }
    shared = overlaps(figure.box, figure.anchors)
    for (shape, (row, column)), text in texts.items():
        places = page.locator(".dlf-places").nth(shape)
        unit = places.bounding_box()["width"] / 12
        places.hover(position={"x": (column + 0.5) * unit, "y": (row + 0.5) * unit})
        found = page.locator(".dlf-probed").inner_text()
        assert f"IoU {float(f'{shared[(row * 12 + column) * 9 + shape]:.3f}'):g}," in found
        assert text in (None, found)
    page.mouse.move(0, 0)
    assert page.locator(".dlf-probed").inner_text() == ""


def test_the_thresholds_push_each_other_along(show, stage):
    figure = figures.matching()
    page = show(figure)
    high, low = (page.get_by_role("slider", name=name) for name in ("positive from", "negative below"))
    high.press("ArrowLeft")
    assert stage.receive(figure).high == 0.65
    low.press("End")
    assert (stage.receive(figure).low, figure.high) == (1, 1)
    high.press("Home")
    assert (stage.receive(figure).low, figure.high) == (0, 0)
    assert_shows(page, figure)


def test_without_javascript_the_page_states_the_rule():
    text = figures.matching().describe()
    assert "over 1296 anchors, [16, 32, 48] pixels large with heights of [0.5, 1, 2] widths, every 8 pixels" in text
    assert "positive from an intersection over union of 0.7 on" in text


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"box": [0, 0, 97, 9]}, ValueError, "box must lie inside the picture"),
        ({"box": [5, 5, 5, 9]}, ValueError, "box must hold boxes .* with sides of at least 1"),
        ({"scales": []}, ValueError, "scales must be one to three numbers, got 0"),
        ({"scales": [1, 2, 3, 4]}, ValueError, "scales must be one to three numbers, got 4"),
        ({"scales": [16, 3]}, ValueError, r"scales\[1\] must be .* between 4 and 256, got 3"),
        ({"ratios": [0]}, ValueError, r"ratios\[0\] must be .* between 0\.25 and 4, got 0"),
        ({"ratios": "tall"}, TypeError, "ratios must hold numbers"),
        ({"stride": 7}, ValueError, "stride must be one of 8, 16, 32"),
        ({"high": 1.1}, ValueError, "high must be .* between 0 and 1"),
        ({"high": 0.2}, ValueError, r"low must be at most high, 0\.2, got 0\.3"),
        ({"inside": 1}, TypeError, "inside must be True or False"),
        ({"faulty": None}, TypeError, "faulty must be True or False"),
        ({"image": np.zeros((200, 200, 3), np.uint8)}, ValueError, "at most 2,500 anchors, got 5,625"),
    ],
)
def test_it_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        figures.matching(**arguments)
