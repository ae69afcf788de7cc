"""The outline painter against another library's geometry and exact areas."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.measure import grid_points_in_poly

from dlcourse.data._random import Dice
from dlcourse.data._raster import CIRCLE, FULL, Sketch, smooth, stroke

corner = st.tuples(st.integers(-10, 42), st.integers(-10, 42))


def coverage(outline, height=32, width=32, **place):
    sketch = Sketch()
    sketch.fill(np.array(outline, float), (255, 255, 255), part="it", **place)
    pixels = np.zeros((height, width, 4), np.int16)
    parts = sketch.paint(pixels)
    return parts.get("it", np.zeros((height, width), np.int16)), pixels


def test_a_rectangle_covers_each_pixel_by_its_share():
    cover, pixels = coverage([(2, 3), (5.5, 3), (5.5, 4.25), (2, 4.25)], 6, 8)
    expected = np.zeros((6, 8))
    expected[3, 2:6] = [1, 1, 1, 0.5]
    expected[4, 2:6] = [0.25, 0.25, 0.25, 0.125]
    np.testing.assert_array_equal(cover, expected * FULL)
    np.testing.assert_array_equal(pixels[..., 0], (expected * 255 + 0.5).astype(int))


@settings(max_examples=20)
@given(corners=st.lists(corner, min_size=3, max_size=3))
def test_triangles_agree_with_skimage_on_a_sixteen_times_finer_grid(corners):
    cover, _ = coverage(corners)
    fine = (np.array(corners, float)[:, ::-1] + 20) * 16 - 0.5  # moved, so that nothing is cut off
    inside = grid_points_in_poly((72 * 16, 72 * 16), fine)
    expected = inside.reshape(72, 16, 72, 16).mean(axis=(1, 3))[20:52, 20:52] * FULL
    assert np.abs(cover - expected).max() <= 21  # one of the four lines of a pixel, one of the sixteen, and rounding
    assert np.abs(cover - expected).mean() <= 1


def test_a_circle_has_its_area_wherever_it_lies():
    angle = 2 * np.pi * 10 / 256
    polygon = 25 * np.sin(angle) / 2 + np.sin(2 * np.pi * 6 / 256) / 2  # 25 corners 10/256 apart, the last step 6/256
    for x in (15.0, 15.3, 16.7):
        cover, _ = coverage(CIRCLE, at=(x, 16.1), size=(9, 7))
        assert cover.sum() / FULL == pytest.approx(polygon * 63, rel=0.01)


@settings(max_examples=50)
@given(points=st.lists(corner, min_size=3, max_size=8), x=st.integers(-200, 200), y=st.integers(-200, 200))
def test_no_outline_leaves_the_picture_or_the_range(points, x, y):
    cover, pixels = coverage(points, 9, 7, at=(x, y))
    assert cover.shape == (9, 7)
    assert cover.min() >= 0
    assert cover.max() <= FULL
    assert pixels.min() >= 0
    assert pixels.max() <= 255


def test_a_turned_frame_turns_the_picture():
    outline = np.array([(1, -2), (9, -1), (6, 3)], float)
    quarter = Sketch()
    quarter.frame(16, 16, 1.0, 64)
    quarter.fill(outline, (255, 255, 255), part="it")
    plain, _ = coverage(outline, at=(16, 16))
    turned = quarter.paint(np.zeros((32, 32, 4), np.int16))["it"]
    assert np.abs(np.rot90(turned) - plain).max() <= 8


def test_what_is_painted_inside_a_part_stays_there():
    sketch = Sketch()
    sketch.fill(CIRCLE, (0, 0, 0), (8, 8), (4, 4), part="disc")
    sketch.fill(CIRCLE, (255, 255, 255), (8, 8), (20, 20), inside="disc")
    pixels = np.zeros((16, 16, 4), np.int16)
    disc = sketch.paint(pixels)["disc"]
    assert (pixels[..., 3][disc == 0] == 0).all()
    assert (pixels[disc == FULL] == 255).all()


def test_a_stroke_is_as_long_and_wide_as_asked():
    cover, _ = coverage(stroke((4, 16), (16, 16), (28, 16), 4, 2))
    assert cover.sum() / FULL == pytest.approx(24 * 3, rel=0.01)
    dot, _ = coverage(stroke((4, 4), (4, 4), (4, 4), 4, 2))
    assert dot.sum() == 0


def test_a_smooth_curve_passes_through_its_points():
    points = [(0, 0), (4, 1), (5, 5), (-1, 4)]
    np.testing.assert_array_equal(smooth(points, 4)[::4], points)


def test_dice_are_fair_and_reach_both_ends():
    dice = Dice(1, 2)
    counts = np.bincount([dice.below(6) for _ in range(12_000)])
    assert len(counts) == 6
    assert np.abs(counts - 2000).max() < 170
    values = {dice.between(-1, 3) for _ in range(20_000)}
    assert min(values) == -1
    assert max(values) == 3
    assert not any(dice.chance(0) for _ in range(100))
    assert all(dice.chance(100) for _ in range(100))
