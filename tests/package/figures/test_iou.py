"""The figure iou: areas and fractions are those of counted pixels and of pycocotools."""

import base64
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pycocotools import mask

from dlcourse import figures

PAIRS = {
    "overlap": ([10, 10, 50, 40], [30, 20, 70, 60]),
    "inside": ([10, 10, 80, 80], [30, 30, 40, 50]),
    "the same": ([5, 6, 45, 46], [5, 6, 45, 46]),
    "one edge in common": ([0, 0, 20, 20], [20, 0, 40, 20]),
    "apart in both directions": ([0, 0, 6, 6], [66, 66, 72, 72]),
    "apart in one direction": ([0, 0, 30, 30], [60, 0, 90, 30]),
    "whole picture": ([0, 0, 96, 96], [0, 0, 96, 48]),
}


def pixels(box):
    covered = np.zeros((96, 96), bool)
    covered[box[1] : box[3], box[0] : box[2]] = True
    return covered


def counted(truth, prediction):
    """Intersection and union, by counting the pixels."""
    a, b = pixels(truth), pixels(prediction)
    return int((a & b).sum()), int((a | b).sum())


@st.composite
def a_box(draw):
    x, y = (sorted(draw(st.lists(st.integers(0, 96), min_size=2, max_size=2, unique=True))) for _ in range(2))
    return [x[0], y[0], x[1], y[1]]


@given(truth=a_box(), prediction=a_box())
def test_areas_are_counted_pixels_and_the_fraction_is_that_of_pycocotools(truth, prediction):
    figure = figures.iou(truth, prediction)
    assert (figure.intersection, figure.union) == counted(truth, prediction)
    one, two = ([[x0, y0, x1 - x0, y1 - y0]] for x0, y0, x1, y1 in (truth, prediction))
    assert figure.iou == pytest.approx(mask.iou(np.array(one, float), np.array(two, float), [0])[0, 0])


def handle(page, name):
    return page.get_by_role("application", name=name)


def facts(page):
    """The rightmost numbers of the list: both areas, intersection, union."""
    return [float(text.split("=")[-1]) for text in page.locator("dl dd").all_inner_texts()]


def assert_shows(page, truth, prediction):
    both, either = counted(truth, prediction)
    area = [int(pixels(box).sum()) for box in (truth, prediction)]
    assert facts(page) == [*area, both, either]
    assert float(page.locator(".dlf-gauge").get_attribute("data-value")) == pytest.approx(both / either)
    text = page.locator(".dlf-fraction").inner_text()
    assert text.startswith(f"IoU = {both} / {either} ")
    assert float(text.split()[-1]) == pytest.approx(both / either, abs=6e-4)


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_the_page_shows_counted_pixels(show, pair):
    page = show(figures.iou(*pair))
    assert_shows(page, *pair)
    shaded = page.locator("rect.dlf-both").evaluate("r => r.width.baseVal.value * r.height.baseVal.value")
    assert shaded == counted(*pair)[0]


def test_the_verdict_changes_at_a_half_and_at_three_quarters(show, stage):
    page = show(figures.iou([0, 0, 40, 40], [0, 0, 40, 20]))
    said = page.locator(".dlf-said")
    assert said.inner_text() == "Found where an IoU of 0.5 is asked for, missed at 0.75."
    for prediction, words in [
        ([0, 0, 40, 19], "Missed: an IoU of at least 0.5 is asked for."),
        ([0, 0, 40, 30], "Found, even where an IoU of 0.75 is asked for."),
        ([50, 50, 60, 60], "The boxes do not overlap: the IoU is 0."),
    ]:
        stage.set(prediction=prediction)
        assert said.inner_text() == words


def test_arrow_keys_move_a_box_and_its_corner_and_stop_at_the_edge(show, stage):
    figure = figures.iou([40, 40, 60, 60], [50, 50, 70, 94])
    page = show(figure)
    box, corner = handle(page, "true box: "), handle(page, "Lower right corner of true box")
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        box.press(key)
    assert stage.receive(figure).truth == [42, 39, 62, 59]
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        corner.press(key)
    assert stage.receive(figure).truth == [42, 39, 63, 61]
    assert box.get_attribute("aria-label") == (
        "true box: 42 to 63 across, 39 to 61 down. Arrow keys move it, Home takes it back."
    )
    box.press("Home")
    assert stage.receive(figure).truth == [40, 40, 60, 60]
    other, corner = handle(page, "predicted box: "), handle(page, "Lower right corner of predicted box")
    for _ in range(4):
        other.press("ArrowDown")
    assert stage.receive(figure).prediction == [50, 52, 70, 96]
    corner.press("ArrowDown")
    assert stage.sent() == []  # it is at the edge, and nothing has changed
    for _ in range(30):
        corner.press("ArrowLeft")
    assert stage.receive(figure).prediction == [50, 52, 52, 96]
    assert_shows(page, figure.truth, figure.prediction)


def middle(page, x, y):
    """Where a pixel of the picture is on the screen."""
    box = page.locator(".dlf-board").first.bounding_box()
    return box["x"] + x / 96 * box["width"], box["y"] + y / 96 * box["height"]


def test_a_mouse_drags_a_box_and_its_corner(show, stage):
    figure = figures.iou([10, 10, 40, 40], [60, 60, 90, 90])
    page = show(figure)
    for start, end in [((25, 25), (45, 35)), ((60, 50), (66, 46))]:
        page.mouse.move(*middle(page, *start))
        page.mouse.down()
        page.mouse.move(*middle(page, *end), steps=4)
        page.mouse.up()
    assert stage.receive(figure).truth == [30, 20, 66, 46]
    assert figure.prediction == [60, 60, 90, 90]
    assert_shows(page, figure.truth, figure.prediction)


def test_the_smaller_box_lies_on_top_so_that_a_pointer_reaches_both(show, stage):
    for order in (("truth", "prediction"), ("prediction", "truth")):
        figure = figures.iou(**dict(zip(order, ([10, 10, 90, 90], [40, 40, 60, 60]), strict=True)))
        page = show(figure)
        page.mouse.move(*middle(page, 50, 50))
        page.mouse.down()
        page.mouse.move(*middle(page, 45, 50), steps=3)
        page.mouse.up()
        page.mouse.move(*middle(page, 20, 50))
        page.mouse.down()
        page.mouse.move(*middle(page, 21, 50), steps=3)
        page.mouse.up()
        stage.receive(figure)
        assert getattr(figure, order[0]) == [11, 10, 91, 90]
        assert getattr(figure, order[1]) == [35, 40, 55, 60]


def test_a_finger_drags_a_box_and_scrolls_the_page_beside_it(visit):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = visit(figures.iou([0, 0, 30, 30], [0, 60, 30, 90]), figures.iou(), **phone)
    session = page.context.new_cdp_session(page)

    def drag(start, end):
        (x, y), (a, b) = start, end
        places = [(x + (a - x) * i / 5, y + (b - y) * i / 5) for i in range(6)]
        for kind, points in [("touchStart", places[:1]), *[("touchMove", [p]) for p in places[1:]], ("touchEnd", [])]:
            touched = [{"x": p, "y": q} for p, q in points]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

    drag(middle(page, 15, 15), middle(page, 35, 45))
    assert page.evaluate("scrollY") == 0
    assert_shows(page.locator(".dlf").first, [20, 30, 50, 60], [0, 60, 30, 90])
    drag(middle(page, 80, 80), middle(page, 80, 40))
    page.wait_for_function("scrollY > 20")


def test_the_same_shift_costs_small_boxes_more(show, stage):
    figure = figures.iou([0, 0, 20, 90], [0, 0, 20, 90])
    page = show(figure)
    shown = np.array(page.locator("td.dlf-cell").all_inner_texts(), float).reshape(5, 4)
    expected = [
        [np.divide(*counted([0, 0, w, 20], [by, 0, w + by, 20])) for by in (1, 2, 4, 8)] for w in (64, 32, 16, 8, 20)
    ]
    np.testing.assert_allclose(shown, expected, atol=0.005)
    assert (np.diff(shown[:4], axis=0) < 0).all()
    assert page.locator("tbody th").all_inner_texts()[-1] == "true box, 20"
    found = []
    for side in (64, 32, 16, 8):
        preset = page.get_by_role("button", name=f"{side} × {side}")
        preset.click()
        stage.receive(figure)
        (x0, y0, x1, y1), moved = figure.truth, figure.prediction
        assert (x1 - x0, y1 - y0) == (side, side)
        assert moved == [x0 + 4, y0, x1 + 4, y1]
        assert preset.get_attribute("aria-pressed") == "true"
        found.append(figure.iou)
    np.testing.assert_allclose(found, shown[:4, 2], atol=0.005)


def test_squares_that_do_not_fit_into_a_picture_are_not_on_offer(show, stage):
    page = show(figures.iou([0, 0, 9, 9], [3, 3, 12, 12], image=np.zeros((30, 60, 3), np.uint8)))
    offered = page.locator(".dlf-presets [aria-disabled=false]").all_inner_texts()
    assert offered == ["16 × 16", "8 × 8"]
    page.get_by_role("button", name="32 × 32").evaluate("button => button.click()")
    assert stage.sent() == []


def test_a_picture_of_bytes_is_shown_pixel_for_pixel(show):
    image = np.random.default_rng(0).integers(0, 256, (19, 30, 3), dtype=np.uint8)
    figure = figures.iou([0, 0, 9, 9], [3, 3, 12, 12], image=image)
    data = base64.b64decode(figure.image.split(",")[1])
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")), image)
    page = show(figure)
    seen = page.evaluate(
        """async () => {
          const image = document.querySelector(".dlf-board img");
          await image.decode();
          const canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
          canvas.getContext("2d").drawImage(image, 0, 0);
          return [canvas.width, canvas.height, [...canvas.getContext("2d").getImageData(0, 0, 30, 19).data]];
        }"""
    )
    assert seen[:2] == [30, 19]
    np.testing.assert_array_equal(np.reshape(seen[2], (19, 30, 4))[..., :3], image)
    box = page.locator(".dlf-board").bounding_box()
    assert box["width"] / box["height"] == pytest.approx(30 / 19, rel=0.01)


def test_a_screen_reader_is_told_the_numbers(show):
    page = show(figures.iou([0, 0, 40, 40], [20, 0, 60, 40]))
    assert page.locator("[aria-live=polite]").inner_text() == (
        "Intersection 800, union 2400, IoU 0.333. Missed: an IoU of at least 0.5 is asked for."
    )
    assert page.get_by_role("img", name="true box: 0 to 40 across, 0 to 40 down; predicted box: 20 to 60").count() == 1
    assert (
        "Their intersection has 800 square pixels, their union 2400"
        in figures.iou([0, 0, 40, 40], [20, 0, 60, 40]).describe()
    )


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"truth": [0, 0, 97, 9]}, ValueError, "truth must lie inside the picture of 96 x 96 pixels"),
        ({"prediction": [-1, 0, 9, 9]}, ValueError, "prediction must lie inside the picture"),
        ({"truth": [9, 0, 0, 9]}, ValueError, "truth must hold boxes .* with sides of at least 1"),
        ({"truth": [0, 0, 0.5, 9]}, ValueError, "truth must hold boxes .* with sides of at least 1"),
        ({"truth": [0, 0, 9]}, ValueError, "truth must be boxes"),
        ({"truth": [0, 0, 9, float("nan")]}, ValueError, "truth must hold finite numbers"),
        ({"truth": "box"}, TypeError, "truth must hold numbers"),
        ({"truth": [0, 0, 30, 30], "image": np.zeros((20, 20, 3), np.uint8)}, ValueError, "of 20 x 20 pixels"),
        ({"image": np.zeros((20, 20), np.uint8)}, ValueError, "image must have shape"),
        ({"image": np.zeros((20, 20, 3))}, TypeError, "image must hold whole numbers"),
        ({"image": np.zeros((4, 20, 3), np.uint8)}, ValueError, "image must be uint8 with sides of 8 to 256"),
        ({"image": np.zeros((20, 20, 3), np.uint16)}, ValueError, "image must be uint8"),
    ],
)
def test_it_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        figures.iou(**arguments)


def test_no_text_but_a_picture_of_its_own_comes_to_the_page():
    with pytest.raises(ValueError, match=r"image must be .* data URL of an image, got str 'https"):
        figures.Iou(image="https://example.org/cat.png")
    with pytest.raises(ValueError, match="image must have at most 400,000 characters"):
        figures.Iou(image="data:image/png;base64," + "A" * 400_000)
