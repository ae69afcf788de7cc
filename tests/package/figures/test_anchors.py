"""The figure anchors: nearest priors and steps of k-means are those of SciPy and pycocotools."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask
from scipy.spatial.distance import cdist

from dlcourse import detection, figures
from dlcourse.data import pets
from dlcourse.figures._sizes import SIZES
from dlcourse.figures.anchors import DISTANCES

SHAPES = st.tuples(st.integers(1, 80), st.integers(1, 80))


def overlaps(sizes, priors):
    """The IoU of each size with each prior, as boxes with one corner in common, by pycocotools."""
    one, two = (np.pad(np.array(shapes, float).reshape(-1, 2), ((0, 0), (2, 0))) for shapes in (sizes, priors))
    return mask.iou(one, two, [0] * len(two))


def distances(sizes, priors, euclidean):
    return cdist(sizes, priors) if euclidean else 1 - overlaps(sizes, priors)


def mean_of_each(sizes, owners, priors):
    """A step of k-means."""
    return [np.mean(sizes[owners == i], axis=0) if (owners == i).any() else prior for i, prior in enumerate(priors)]


def shown(page):
    """The numbers on the page: of the list, and of the bold line."""
    rows = page.locator(".dlf-list li").all_inner_texts()
    priors = [[float(x) for x in re.findall(r"([\d.]+) × ([\d.]+)", row)[0]] for row in rows]
    counts = [int(re.search(r"(\d+) box", row)[1]) for row in rows]
    return priors, counts, [float(x) for x in re.findall(r"[\d.]*\d", page.locator(".dlf-fit").inner_text())]


def assert_shows(page, figure):
    sizes, priors = figure.shapes, np.array(figure.priors)
    owners = distances(sizes, priors, figure.euclidean).argmin(axis=1)
    best = overlaps(sizes, priors).max(axis=1)
    found, counts, means = shown(page)
    np.testing.assert_allclose(found, priors, atol=0.051)
    assert counts == np.bincount(owners, minlength=len(priors)).tolist()
    small = np.argsort(sizes.prod(axis=1), kind="stable")[: -(-len(sizes) // 5)]
    np.testing.assert_allclose(means, [best.mean(), best[small].mean()], atol=5.1e-4)
    assert page.locator(".dlf-dots circle").count() == len(sizes)
    fills = page.locator(".dlf-dots circle").evaluate_all("all => all.map((dot) => dot.getAttribute('fill'))")
    handles = page.locator(".dlf-prior").evaluate_all("all => all.map((one) => one.style.getPropertyValue('--colour'))")
    assert fills == [handles[i] for i in owners]
    differ = (distances(sizes, priors, True).argmin(axis=1) != distances(sizes, priors, False).argmin(axis=1)).sum()
    assert f"different priors for {differ} of {len(sizes)} boxes" in page.locator(".dlf-said").inner_text()


@given(sizes=st.lists(SHAPES, min_size=1, max_size=8), priors=st.lists(SHAPES, min_size=1, max_size=4))
def test_the_iou_of_shapes_is_that_of_boxes_with_one_corner_in_common(sizes, priors):
    figure = figures.anchors([*sizes, (80, 80)], priors)
    expected = overlaps([*sizes, (80, 80)], priors)
    np.testing.assert_allclose(figure.overlaps, expected, rtol=1e-12)
    assert figure.mean_iou == pytest.approx(expected.max(axis=1).mean())
    np.testing.assert_allclose(np.take_along_axis(expected, figure.nearest[:, None], 1)[:, 0], expected.max(axis=1))
    figure.euclidean = True
    far = cdist([*sizes, (80, 80)], priors)
    np.testing.assert_allclose(np.take_along_axis(far, figure.nearest[:, None], 1)[:, 0], far.min(axis=1))


def test_the_sizes_are_those_of_the_scenes():
    boxes = np.concatenate([target["boxes"] for target in pets.scenes(122, seed=21).targets])[:300]
    assert np.array_equal(SIZES, boxes[:, 2:] - boxes[:, :2])


def test_near_and_far_shrinks_the_boxes_in_turn():
    figure = figures.anchors([[40, 20]] * 6, [[40, 20]], near_and_far=True)
    assert np.allclose(figure.shapes, np.outer([*DISTANCES, 1], [40, 20]))
    figure.near_and_far = False
    assert np.array_equal(figure.shapes, [[40, 20]] * 6)


@pytest.mark.parametrize("k", [1, 2, 5, 9])
def test_each_further_prior_is_the_size_that_fits_worst_in_python_and_on_the_page(show, stage, k):
    figure = figures.anchors(k=k, near_and_far=True)
    sizes, priors = figure.shapes, [figure.shapes.mean(axis=0)]
    while len(priors) < k:
        priors.append(sizes[overlaps(sizes, priors).max(axis=1).argmin()])
    np.testing.assert_allclose(figure.priors, np.maximum(priors, 1), atol=0.0051)
    start = figures.anchors(k=1, near_and_far=True)
    more = show(start).get_by_role("button", name="more priors")
    for _ in range(k - 1):
        more.click()
    assert stage.receive(start).priors == figure.priors
    assert more.get_attribute("aria-disabled") == str(k == 9).lower()


CASES = {
    "as it starts": {},
    "by Euclidean distance": {"euclidean": True},
    "near and far": {"near_and_far": True, "k": 9},
    "near and far, by Euclidean distance": {"near_and_far": True, "euclidean": True, "k": 4},
    "one": {"k": 1},
    "a prior without boxes": {"priors": [[40, 40], [1, 80], [30, 30]]},
    "two alike": {"priors": [[40, 40], [40, 40]]},
    "one box": {"sizes": [[7, 90]], "priors": [[90, 7]]},
}


@pytest.mark.parametrize("settings", CASES.values(), ids=CASES)
def test_the_page_takes_the_steps_of_k_means(show, stage, settings):
    figure = figures.anchors(**settings)
    page = show(figure)
    assert_shows(page, figure)
    for _ in range(3):
        sizes, before = figure.shapes, np.array(figure.priors)
        owners = distances(sizes, before, figure.euclidean).argmin(axis=1)
        expected = mean_of_each(sizes, owners, before)
        page.get_by_role("button", name="One step of k-means").evaluate("(button) => button.click()")
        np.testing.assert_allclose(stage.receive(figure).priors, expected, atol=0.0051)
        assert_shows(page, figure)


def test_k_means_comes_to_an_end_and_says_so(show, stage):
    figure = figures.anchors()
    page = show(figure)
    step = page.get_by_role("button", name="One step of k-means")
    first = figure.mean_iou
    for _ in range(60):
        if step.get_attribute("aria-disabled") == "true":
            break
        assert "The next step moves a prior by up to" in page.locator(".dlf-said").inner_text()
        step.click()
    assert "A step of k-means changes nothing more." in page.locator(".dlf-said").inner_text()
    assert stage.receive(figure).mean_iou > first + 0.05
    page.get_by_role("button", name="Reset").click()
    assert stage.receive(figure).priors == figures.anchors().priors


def test_the_priors_of_the_package_are_where_k_means_ends(show, stage):
    priors = detection.shape_priors(SIZES, k=5)
    figure = figures.anchors(priors=priors)
    page = show(figure)
    page.get_by_role("button", name="One step of k-means").evaluate("(button) => button.click()")
    np.testing.assert_allclose(stage.receive(figure).priors, priors, atol=0.0051)


def test_by_euclidean_distance_the_small_boxes_fit_worse(show, stage):
    """The reason for 1 - IoU; otherwise the switch would change lines on the plane and nothing else."""
    small = []
    for euclidean in (False, True):
        page = show(figures.anchors(k=4, near_and_far=True, euclidean=euclidean))
        step = page.get_by_role("button", name="One step of k-means")
        while step.get_attribute("aria-disabled") != "true":
            step.click()
        small.append(shown(page)[2][1])
    assert small[0] > small[1] + 0.05


def test_a_prior_is_moved_by_arrow_keys_and_by_a_pointer(show, stage):
    figure = figures.anchors(priors=[[40, 30], [20, 60]])
    page = show(figure)
    handle = page.get_by_role("application", name="prior 1")
    for key, prior in [
        ("ArrowRight", [41, 30]),
        ("ArrowUp", [41, 31]),
        ("ArrowLeft", [40, 31]),
        ("ArrowDown", [40, 30]),
    ]:
        handle.press(key)
        assert stage.receive(figure).priors == [prior, [20, 60]]
    place = page.locator(".dlf-plane").bounding_box()
    middle = handle.bounding_box()
    page.mouse.move(middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] * 60 / 80, place["y"] + place["height"] * (1 - 20 / 80))
    page.mouse.up()
    assert stage.receive(figure).priors == [[60, 20], [20, 60]]
    assert_shows(page, figure)
    page.mouse.move(place["x"] + 5, place["y"] - 90)
    handle.press("Home")
    assert stage.receive(figure).priors == [[40, 30], [20, 60]]
    page.mouse.move(middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2)
    page.mouse.down()
    page.mouse.move(place["x"] + 2000, place["y"] + 2000)
    page.mouse.up()
    assert stage.receive(figure).priors[0] == [80, 1]  # it stays in the plane


def test_a_box_is_compared_with_all_priors(show):
    page = show(figures.anchors(priors=[[40, 40], [10, 40], [30, 70]]))
    diamond = page.get_by_role("application", name="compared box")
    compared = page.locator(".dlf-compared")
    place = page.locator(".dlf-plane").bounding_box()

    def at(width, height):
        return place["x"] + place["width"] * width / 80, place["y"] + place["height"] * (1 - height / 80)

    page.mouse.click(*at(20, 40))
    page.mouse.move(0, 0)
    assert [row.split("IoU ")[1] for row in page.locator(".dlf-list li").all_inner_texts()] == ["0.50", "0.50", "0.38"]
    diamond.press("ArrowRight")
    words = "A box of 21 × 40 pixels: prior 1 is the nearest by IoU, prior 2 by Euclidean distance."
    assert compared.inner_text() == words
    page.mouse.move(*at(30, 68))
    assert compared.inner_text() == "A box of 30 × 68 pixels: prior 3 is the nearest by IoU and by Euclidean distance."
    page.mouse.move(0, 0)
    assert compared.inner_text() == words
    shade = page.locator("rect.dlf-shade")
    assert [float(shade.get_attribute(key)) for key in ("width", "height")] == [21, 40]
    diamond.press("Home")
    assert compared.inner_text().startswith("A box of 20 × 48 pixels")


REGION = """([width, height]) => {
  const canvas = document.querySelector(".dlf-plane canvas");
  const copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const [x, y] = [Math.floor(canvas.width * width / 80), Math.floor(canvas.height * (1 - height / 80))];
  copy.drawImage(canvas, x, y, 1, 1, 0, 0, 1, 1);
  return [...copy.getImageData(0, 0, 1, 1).data].join();
}"""


def test_the_plane_has_the_colour_of_the_nearest_prior(show, stage):
    show(figures.anchors(priors=[[40, 40], [10, 40]]))
    places = {(70, 70): 0, (5, 30): 1, (21.3, 40.2): 0, (3, 75): 1, (60, 5): 0}
    by_iou = {place: stage.page.evaluate(REGION, place) for place in places}
    assert len(set(by_iou.values())) == 2
    assert all(by_iou[place] == by_iou[(70, 70) if owner == 0 else (5, 30)] for place, owner in places.items())
    stage.set(euclidean=True)  # which takes what is between them to the nearer one
    assert stage.page.evaluate(REGION, (21.3, 40.2)) == by_iou[(5, 30)]


def test_nine_by_hand_fit_worse_than_five_of_k_means(show, stage):
    figure = figures.anchors()
    page = show(figure)
    page.get_by_role("button", name="One step of k-means").click()
    five = stage.receive(figure).mean_iou
    hand = page.get_by_role("button", name="Nine by hand")
    hand.click()
    assert hand.get_attribute("aria-pressed") == "true"
    priors = np.array(stage.receive(figure).priors)
    np.testing.assert_allclose(np.sqrt(priors.prod(axis=1)), np.repeat([16, 32, 48], 3), atol=0.01)
    np.testing.assert_allclose(priors[:, 1] / priors[:, 0], [0.5, 1, 2] * 3, rtol=1e-3)
    assert figure.mean_iou < five


def test_without_javascript_the_page_states_the_priors_and_their_fit():
    text = figures.anchors([[10, 20], [40, 40]], [[10, 20], [30, 30.25]], euclidean=True).describe()
    assert "2 true boxes by width and height, and 2 shape priors (10 × 20, 30 × 30.2 pixels)" in text
    assert "is 0.784 on average" in text
    assert "by Euclidean distance" in text


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"sizes": [1, 2]}, ValueError, r"sizes must have shape \(any, 2\)"),
        ({"sizes": np.zeros((0, 2))}, ValueError, "sizes must be 1 to 600 shapes, got 0"),
        ({"sizes": [[4, 5]] * 601}, ValueError, "sizes must be 1 to 600 shapes, got 601"),
        ({"sizes": [[4, 0.5]]}, ValueError, r"sizes must have sides of 1 to 1024 pixels, got \[4\.0, 0\.5\]"),
        ({"sizes": [[4, np.nan]]}, ValueError, "sizes must have sides of 1 to 1024 pixels"),
        ({"sizes": "tall"}, TypeError, "sizes must hold numbers"),
        ({"priors": [[4, 5]] * 10}, ValueError, "priors must be 1 to 9 shapes, got 10"),
        ({"priors": [[4, 81]]}, ValueError, r"priors must have sides of at most 80 pixels, .* got \[4, 81\]"),
        ({"priors": [[4, 5]], "k": 1}, ValueError, "k must be left out where priors are given, got int 1"),
        ({"k": 10}, ValueError, "k must be between 1 and 9, got 10"),
        ({"k": 2.0}, TypeError, "k must be a whole number"),
        ({"euclidean": 1}, TypeError, "euclidean must be True or False"),
        ({"near_and_far": None}, TypeError, "near_and_far must be True or False"),
    ],
)
def test_it_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        figures.anchors(**arguments)
