"""Claims about COCO's polygons and run lengths, with pycocotools as the oracle."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as oracle

from dlcourse.data._segmentation import mask_of


def from_tools(segmentation, height, width):
    """The mask as pycocotools makes it."""
    runs = oracle.frPyObjects(segmentation, height, width)
    found = oracle.decode(oracle.merge(runs) if isinstance(runs, list) else runs)
    return found.astype(bool)


def random_masks():
    return list(_random_masks())


def _random_masks():
    dice = np.random.default_rng(0)
    for height, width, share in ((1, 1, 0.5), (5, 9, 0.5), (40, 30, 0.01), (40, 30, 0.9), (97, 64, 0.5), (64, 3, 0.3)):
        yield dice.random((height, width)) < share
    rows, columns = np.mgrid[:200, :300]
    yield (rows - 90) ** 2 + (columns - 140) ** 2 < 70**2  # long runs: several letters for a number
    yield np.zeros((7, 5), bool)
    yield np.ones((7, 5), bool)


@pytest.mark.parametrize("mask", random_masks(), ids=lambda mask: f"{mask.shape[0]}x{mask.shape[1]}")
def test_run_lengths_as_text_are_what_pycocotools_wrote(mask):
    runs = oracle.encode(np.asfortranarray(mask, np.uint8))
    text = {"size": runs["size"], "counts": runs["counts"].decode()}
    np.testing.assert_array_equal(mask_of(text, *mask.shape), mask)


@pytest.mark.parametrize("mask", random_masks(), ids=lambda mask: f"{mask.shape[0]}x{mask.shape[1]}")
def test_run_lengths_as_a_list_are_those_of_the_columns(mask):
    column = mask.T.ravel().astype(int)  # counted one by one
    counts, value = [0], 0
    for pixel in column:
        if pixel != value:
            counts.append(0)
            value = pixel
        counts[-1] += 1
    runs = {"size": list(mask.shape), "counts": counts}
    np.testing.assert_array_equal(mask_of(runs, *mask.shape), mask)
    np.testing.assert_array_equal(from_tools(runs, *mask.shape), mask)


def test_a_box_as_polygon_covers_its_pixels_and_no_more():
    mask = mask_of([[2, 3, 7, 3, 7, 5, 2, 5]], 9, 12)
    wanted = np.zeros((9, 12), bool)
    wanted[3:5, 2:7] = True
    np.testing.assert_array_equal(mask, wanted)
    np.testing.assert_array_equal(from_tools([[2, 3, 7, 3, 7, 5, 2, 5]], 9, 12), wanted)


def distance_to_outline(points, corners):
    """Of each point, to the nearest edge of the polygon."""
    best = np.full(len(points), np.inf)
    for a, b in zip(corners, np.roll(corners, -1, 0), strict=True):
        along = np.clip(((points - a) @ (b - a)) / ((b - a) @ (b - a)), 0, 1)
        best = np.minimum(best, np.linalg.norm(points - a - along[:, None] * (b - a), axis=1))
    return best


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_polygons_are_those_of_pycocotools_but_for_middles_on_the_outline(seed):
    dice = np.random.default_rng(seed)
    angle = np.sort(dice.uniform(0, 2 * np.pi, 9))
    radius = dice.uniform(5, 30, 9)  # some corners lie outside of the picture
    corners = np.stack([34 + radius * np.cos(angle), 21 + radius * np.sin(angle)], 1)
    ours, theirs = mask_of([corners.ravel().tolist()], 48, 60), from_tools([corners.ravel().tolist()], 48, 60)
    middles = np.argwhere(ours != theirs)[:, ::-1] + 0.5
    assert (distance_to_outline(middles, corners) < 0.2).all()  # they round corners to fifths of a pixel
    assert ours.sum() > 30, "otherwise the claim would be cheap"


def test_a_pixel_belongs_to_a_polygon_if_its_middle_does():
    triangle = np.array([[1.3, 1.1], [17.2, 4.4], [6.6, 14.9]])
    found = mask_of([triangle.ravel().tolist()], 18, 20)
    for row in range(18):
        for column in range(20):
            turns = []
            for a, b in zip(triangle, np.roll(triangle, -1, 0), strict=True):
                turns.append((b[0] - a[0]) * (row + 0.5 - a[1]) - (b[1] - a[1]) * (column + 0.5 - a[0]))
            assert found[row, column] == all(turn > 0 for turn in turns)


def test_parts_are_joined_and_a_star_has_a_hole():
    two = mask_of([[0, 0, 4, 0, 4, 4, 0, 4], [2, 2, 8, 2, 8, 8, 2, 8]], 10, 10)
    assert two.sum() == 16 + 36 - 4
    star = [x for k in range(5) for x in (50 + 40 * np.sin(4 * np.pi * k / 5), 50 - 40 * np.cos(4 * np.pi * k / 5))]
    ours, theirs = mask_of([star], 100, 100), from_tools([star], 100, 100)
    assert not ours[50, 50]
    assert not theirs[50, 50]


@pytest.mark.parametrize(
    ("segmentation", "message"),
    [
        ("words", "neither a list of polygons nor run lengths"),
        ([], "neither a list of polygons nor run lengths"),
        (5, "neither a list of polygons nor run lengths"),
        ([1, 2, 3, 4, 5, 6], "a polygon that is not x and y of three corners"),
        ([[1, 2, 3, 4]], "a polygon that is not x and y of three corners"),
        ([[1, 2, 3, 4, 5, 6, 7]], "a polygon that is not x and y of three corners"),
        ([[1, 2, 3, 4, 5, float("nan")]], "a polygon that is not x and y of three corners"),
        ([[1, 2, 3, 4, 5, "six"]], "a polygon that is not x and y of three corners"),
        ([[1, 2, 3, 4, 5, 10**400]], "a polygon that is not x and y of three corners"),
        ({"size": [4, 5]}, "do not add up to the image's 20 pixels"),
        ({"size": [5, 4], "counts": [20]}, r"of size \[5, 4\], and the image of \[4, 5\]"),
        ({"size": [4, 5], "counts": [10, 9]}, "do not add up to the image's 20 pixels"),
        ({"size": [4, 5], "counts": [-5, 25]}, "do not add up to the image's 20 pixels"),
        ({"size": [4, 5], "counts": [10.0, 10.0]}, "do not add up to the image's 20 pixels"),
        ({"size": [4, 5], "counts": "P"}, "end in the middle of a number"),
        ({"size": [4, 5], "counts": "\x7f"}, "is no letter of COCO's text form"),
        ({"size": [4, 5], "counts": "d0d0"}, "do not add up to the image's 20 pixels"),
    ],
)
def test_what_is_no_outline_is_told(segmentation, message):
    with pytest.raises(ValueError, match=message):
        mask_of(segmentation, 4, 5)
