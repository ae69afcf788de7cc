"""The figure nms: which boxes stay and what suppressed the others is what removing them one after another gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask

from dlcourse import figures
from dlcourse.figures.nms import EXAMPLE


def overlaps(boxes):
    """The IoU of each pair, by pycocotools."""
    boxes = np.array(boxes, float).reshape(-1, 4)
    sides = np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
    return mask.iou(sides, sides, [0] * len(sides)) if len(sides) else np.zeros((0, 0))


def removed(detections, threshold, per_class):
    """Who removes whom: take the best that is left, and remove what it overlaps; until none is left."""
    detections = np.array(detections, float).reshape(-1, 6)
    shared = overlaps(detections[:, :4])
    left = sorted(range(len(detections)), key=lambda i: -detections[i, 4])
    by = [None] * len(detections)
    while left:
        best, *left = left
        for i in list(left):
            if shared[best, i] > threshold and (not per_class or detections[best, 5] == detections[i, 5]):
                by[i] = best
                left.remove(i)
    return by


def fates(page):
    """From the list on the page: for each box None, or the number of the box that suppressed it."""
    names = page.locator(".dlf-entry > span:first-of-type").all_inner_texts()
    texts = page.locator(".dlf-fate").all_inner_texts()
    assert [int(name.split(":")[0]) for name in names] == list(range(1, len(names) + 1))
    return [None if text == "stays" else int(text.split()[1].rstrip(",")) - 1 for text in texts]


def numbered(by, detections):
    """The same with the places in the order of falling scores, as the page counts them."""
    order = sorted(range(len(by)), key=lambda i: -detections[i][4])
    return [None if by[i] is None else order.index(by[i]) for i in order]


@st.composite
def some_detections(draw):
    number = st.integers(0, 9)
    rows = draw(st.lists(st.tuples(*[number] * 4, st.integers(0, 4), st.integers(0, 1)), max_size=9))
    return [[min(a, c), min(b, d), max(a, c), max(b, d), score / 4, label] for a, b, c, d, score, label in rows]


@given(detections=some_detections(), threshold=st.sampled_from([0, 0.2, 1 / 3, 0.5, 0.9, 1]), per_class=st.booleans())
def test_python_suppresses_what_removing_one_after_another_removes(detections, threshold, per_class):
    figure = figures.Nms(detections=detections, threshold=threshold, per_class=per_class)
    assert figure.suppressed_by == removed(detections, threshold, per_class)
    assert figure.kept == sorted(figure.kept, key=lambda i: -detections[i][4])
    assert set(figure.kept) == {i for i, by in enumerate(figure.suppressed_by) if by is None}


@pytest.mark.parametrize("per_class", [True, False])
@pytest.mark.parametrize("threshold", [0, 0.3, 0.5, 0.7, 1])
def test_the_page_suppresses_the_same(show, stage, threshold, per_class):
    draw = np.random.default_rng(0)
    page = show(figures.nms(threshold=threshold, per_class=per_class))
    assert fates(page) == numbered(removed(EXAMPLE, threshold, per_class), EXAMPLE)
    for count in (1, 7, 40):
        corners = draw.integers(0, 60, (count, 2))
        boxes = np.hstack([corners, corners + draw.integers(0, 30, (count, 2))])
        rows = np.column_stack([boxes, draw.integers(0, 12, count) / 10, draw.integers(0, 2, count)]).tolist()
        stage.set(detections=rows)
        assert fates(page) == numbered(removed(rows, threshold, per_class), rows)
        stays = sum(by is None for by in removed(rows, threshold, per_class))
        assert page.locator(".dlf-counted").inner_text().startswith(f"{stays} of {count} boxes stay: ")
        assert page.locator("g.dlf-kept").count() == stays
        assert page.locator("g.dlf-gone").count() == count - stays


def test_an_overlap_of_exactly_the_threshold_suppresses_nothing(show, stage):
    figure = figures.nms(boxes=[[0, 0, 10, 10], [0, 0, 10, 5]], scores=[0.9, 0.8], threshold=0.5)
    assert figure.suppressed_by == [None, None]
    page = show(figure)
    assert fates(page) == [None, None]
    stage.set(threshold=0.499)
    assert fates(page) == [None, 0]


def test_equal_scores_stay_in_their_order_and_empty_boxes_overlap_nothing(show):
    figure = figures.nms(
        boxes=[[0, 0, 10, 10], [1, 0, 11, 10], [5, 5, 5, 5], [5, 5, 5, 5]], scores=[0.5] * 4, threshold=0
    )
    assert figure.suppressed_by == [None, 0, None, None]
    assert fates(show(figure)) == [None, 0, None, None]


def test_a_box_that_was_suppressed_suppresses_nothing(show):
    boxes = [[0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10]]
    page = show(figures.nms(boxes=boxes, scores=[0.9, 0.8, 0.7], threshold=0.4))
    assert fates(page) == [None, 0, None]


def test_across_classes_the_dog_suppresses_the_cat_behind_it(show, stage):
    figure = figures.nms(threshold=0.35)
    page = show(figure)
    cat = page.get_by_role("button", name="2: cat 0.91")
    assert cat.get_attribute("aria-label") == "2: cat 0.91, stays"
    assert page.locator(".dlf-counted").inner_text() == "6 of 12 boxes stay: cat 2, dog 4."
    page.get_by_label("each class by itself").press(" ")
    assert stage.receive(figure).per_class is False
    assert cat.get_attribute("aria-label") == "2: cat 0.91, suppressed by 1, IoU 0.375"


def test_who_suppressed_a_box_is_said_and_shaded_when_it_is_chosen(show):
    page = show(figures.nms())
    said = page.locator(".dlf-said")
    entry = page.get_by_role("button", name="4: dog 0.83")
    entry.focus()
    words = "4: dog 0.83 is suppressed by 1: dog 0.96; their IoU is 0.766, which is more than 0.5."
    assert said.inner_text() == words
    assert page.locator("[aria-live=polite]").inner_text() == f"6 of 12 boxes stay: cat 2, dog 4. {words}"
    shade = page.locator("rect.dlf-shade")
    found = [float(shade.get_attribute(key)) for key in ("x", "y", "width", "height")]
    assert found == [9, 42, 50, 45]  # what both boxes cover
    assert page.locator("svg text").all_text_contents() == ["1: dog 0.96", "4: dog 0.83"]
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Reset").focus()
    assert said.inner_text() == words  # it stays chosen
    assert entry.get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="1: dog 0.96").click()
    page.mouse.move(0, 0)
    assert said.inner_text() == "1: dog 0.96 stays and suppresses 4, 5."
    linked = page.locator(".dlf-linked > span:first-of-type").all_inner_texts()
    assert linked == ["1: dog 0.96", "4: dog 0.83", "5: dog 0.74"]
    page.get_by_role("button", name="Reset").click()
    page.mouse.move(0, 0)
    assert page.locator("[aria-pressed=true]").count() == 0


def test_a_pointer_on_the_picture_finds_the_smallest_box_and_a_press_keeps_it(show):
    boxes = [[0, 0, 90, 90], [20, 20, 60, 60], [30, 30, 50, 50], [70, 70, 80, 80]]
    page = show(figures.nms(boxes=boxes, scores=[0.9, 0.8, 0.7, 0.6]))
    place = page.locator(".dlf-board").bounding_box()

    def at(x, y):
        return place["x"] + x / 96 * place["width"], place["y"] + y / 96 * place["height"]

    for (x, y), number in {(40, 40): 3, (25, 40): 2, (10, 10): 1, (75, 75): 4}.items():
        page.mouse.move(*at(x, y))
        assert page.locator(".dlf-said").inner_text().startswith(f"{number}: cat")
    page.mouse.click(*at(40, 40))
    page.mouse.move(0, 0)
    assert page.locator(".dlf-said").inner_text() == "3: cat 0.7 stays."
    page.mouse.move(*at(94, 94))
    page.mouse.click(*at(94, 94))  # where no box is
    assert page.locator(".dlf-said").inner_text() == "3: cat 0.7 stays."


def test_names_are_text_on_the_page_and_nothing_else(show):
    page = show(figures.nms(boxes=[[0, 0, 50, 50]], scores=[1], names=["<b>&"]))
    assert page.locator(".dlf-counted").inner_text() == "1 of 1 boxes stay: <b>& 1."
    assert page.locator("svg text").text_content() == "1: <b>& 1"


def test_the_threshold_moves_by_a_twentieth(show, stage):
    figure = figures.nms()
    slider = show(figure).get_by_role("slider")
    for key, value in [("ArrowRight", 0.55), ("Home", 0), ("End", 1), ("ArrowLeft", 0.95)]:
        slider.press(key)
        assert stage.receive(figure).threshold == value
    assert slider.get_attribute("aria-valuetext") == "0.95"


def test_tensors_and_pictures_of_ones_own_are_taken():
    import torch

    image = np.zeros((40, 60, 3), np.uint8)
    boxes = torch.tensor([[0, 0, 10, 10], [20, 0, 30, 10]])
    figure = figures.nms(image, boxes, torch.tensor([0.25, 0.5]), torch.tensor([1, 0]))
    assert figure.detections == [[0, 0, 10, 10, 0.25, 1], [20, 0, 30, 10, 0.5, 0]]
    assert figure.size == [60, 40]
    assert figure.image.startswith("data:image/bmp")
    assert figures.nms(boxes=[], scores=[]).describe().endswith("0 of them stay.")
    assert "6 of them stay" in figures.nms().describe()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"scores": [1]}, ValueError, "scores must come with boxes"),
        ({"image": np.zeros((9, 9, 3), np.uint8)}, ValueError, "image must come with boxes"),
        ({"boxes": [[0, 0, 1, 1]], "scores": [1, 2]}, ValueError, r"scores must have shape \(1\)"),
        ({"boxes": [[0, 0, 1, 1]]}, TypeError, "scores must"),
        ({"boxes": [[0, 0, 1]], "scores": [1]}, ValueError, r"boxes must have shape \(any, 4\)"),
        ({"boxes": [[2, 0, 1, 1]], "scores": [1]}, ValueError, "detections must hold boxes .* x1 >= x0"),
        ({"boxes": [[0, 0, 1, 1]], "scores": [np.inf]}, ValueError, "scores of detections must be finite, got inf"),
        ({"boxes": [[0, 0, 1, 1]], "scores": [1], "labels": [2]}, ValueError, "names must have one for each label"),
        ({"boxes": [[0, 0, 1, 1]], "scores": [1], "labels": [-1]}, ValueError, "labels of detections must be whole"),
        ({"boxes": [[0, 0, 1, 1]], "scores": [1], "labels": [0.5]}, ValueError, "labels of detections must be whole"),
        ({"boxes": [[0, 0, 1, 1]] * 61, "scores": [1] * 61}, ValueError, "at most 60 boxes, got 61"),
        ({"threshold": 1.1}, ValueError, "threshold must be .* between 0 and 1"),
        ({"per_class": 1}, TypeError, "per_class must be True or False"),
        ({"names": [1, 2]}, TypeError, "names must be a list of texts"),
    ],
)
def test_it_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        figures.nms(**arguments)


def test_detections_are_rows_of_six():
    with pytest.raises(ValueError, match="detections must be rows of x0, y0, x1, y1, score, label"):
        figures.Nms(detections=[[0, 0, 1, 1, 0.5]])
