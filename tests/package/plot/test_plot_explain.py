"""Filters, feature maps, heat maps and pairs of images: what is drawn, in which colours, and what the note says."""

import warnings

import numpy as np
import pytest
import torch

from dlcourse import plot
from dlcourse.plot import _style

RNG = np.random.default_rng(0)
W = RNG.normal(size=(6, 3, 2, 4))
MAPS = RNG.random((8, 4, 6))


def shown(picture):
    """Draw the picture as a notebook does; a warning fails the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture._repr_mimebundle_()
    return picture


def note(picture):
    """What is written below all panels, without its line breaks."""
    return picture.get_supxlabel().replace("\n", " ")


def drawn(picture, panel=0):
    """The numbers of all small pictures of a panel."""
    return [np.asarray(image.get_array()) for image in picture.axes[panel].images]


def ranges(picture, panel=0):
    return [image.get_clim() for image in picture.axes[panel].images]


def names(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def test_every_channel_of_every_filter_is_drawn_row_by_row():
    picture = shown(plot.filters(W))
    assert len(drawn(picture)) == 18
    assert (drawn(picture)[5] == W[1, 2]).all()
    left, right, bottom, top = picture.axes[0].images[5].get_extent()
    assert (round(left / 1.08), round(top / 0.58)) == (2, 1), "third column, second row"
    assert ((right - left), (bottom - top)) == (pytest.approx(1), pytest.approx(0.5)), "a weight is a square"
    assert names(picture.axes[0])[:2] == ["filter 0", "filter 1"]


def test_zero_is_white_in_filters_and_one_scale_serves_all():
    picture = plot.filters(W)
    high = np.abs(W).max()
    assert set(ranges(picture)) == {(-high, high)}
    assert picture.axes[0].images[0].get_cmap() is _style.SIGNED
    assert note(picture) == f"all together: −{high:.3g} is orange, 0 white, {high:.3g} blue"


def test_filters_scaled_each_by_itself_keep_the_channels_of_one_filter_comparable():
    picture = plot.filters(W, together=False)
    tops = [high for _, high in ranges(picture)]
    assert tops == np.abs(W).max((1, 2, 3)).repeat(3).tolist()
    assert "each by itself" in note(picture)


def test_the_strongest_channel_is_the_one_with_the_largest_sum_of_squares():
    w = np.zeros((2, 3, 2, 2))
    w[0, 1] = -1.0  # sum of squares 4, sum -4
    w[0, 2, 0, 0] = 1.5  # the largest weight; sum of squares 2.25
    w[1, 0] = 0.1
    picture = shown(plot.filters(w, channels="strongest"))
    assert (drawn(picture)[0] == -1).all()
    assert (drawn(picture)[1] == 0.1).all()
    assert "the strongest channel of each filter" in note(picture)


def test_filters_of_three_channels_may_be_colour_images_with_zero_grey():
    w = np.zeros((1, 3, 1, 2))
    w[0, :, 0, 0] = 2, -2, 1
    (picture,) = drawn(shown(plot.filters(w, channels="rgb")))
    assert picture[0].tolist() == [[1, 0, 0.75], [0.5, 0.5, 0.5]]


def test_filters_of_zeros_are_white_and_no_nan():
    assert ranges(shown(plot.filters(np.zeros((2, 1, 3, 3)), together=False)))[0] == (-1e-12, 1e-12)


def test_limits_of_filters_are_used_and_named():
    picture = plot.filters(W, limits=(-5, 5), together=False)
    assert set(ranges(picture)) == {(-5, 5)}
    assert "−5 is orange" in note(picture)


def test_feature_maps_are_scaled_each_by_itself_unless_told_otherwise():
    maps = MAPS * np.arange(1, 9)[:, None, None]
    picture = shown(plot.feature_maps(maps))
    assert ranges(picture) == [(m.min(), m.max()) for m in maps]
    assert "each map by itself" in note(picture)
    picture = plot.feature_maps(torch.tensor(maps)[None], scale="together")
    assert set(ranges(picture)) == {(maps.min(), maps.max())}
    assert f"{maps.max():.3g} lightest" in note(picture)


def test_the_strip_of_the_tutorial_shows_standard_deviations_and_no_nan():
    maps = MAPS.copy()
    maps[2] = 3.0  # as flat as a dead map, but not dead
    picture = shown(plot.feature_maps({"conv1": maps}, layout="strip", scale="standard"))
    tutorial = (
        (maps - maps.mean((1, 2), keepdims=True)) / np.maximum(maps.std((1, 2), keepdims=True), 1e-9) * 64 + 128
    ) / 256
    for i, (tile, (low, high)) in enumerate(zip(drawn(picture), ranges(picture), strict=True)):
        assert np.allclose((tile - low) / (high - low), tutorial[i])
    assert len({tuple(image.get_extent()[2:]) for image in picture.axes[0].images}) == 1, "one row"
    assert picture.axes[0].get_title() == "conv1: 8 maps of 4 × 6"


@pytest.mark.parametrize("scale", ["each", "together", "standard"])
def test_dead_maps_are_crossed_out_and_counted(scale):
    maps = MAPS.copy()
    maps[[1, 4]] = 0
    picture = shown(plot.feature_maps(maps, scale=scale))
    assert len(drawn(picture)) == 6
    assert len(picture.axes[0].lines) == 4, "two crosses"
    assert picture.axes[0].lines[0].get_xdata().tolist() == pytest.approx([1.08, 2.08])
    assert note(picture).endswith("; 2 of 8 maps are dead, crossed out: zero everywhere")
    assert "dead" not in note(plot.feature_maps(MAPS, scale=scale))


def test_layers_are_panels_one_below_the_other():
    picture = shown(plot.feature_maps({"conv1": MAPS, "pool1": np.zeros((40, 2, 3))}, layout="strip"))
    assert [axes.get_title() for axes in picture.axes] == ["conv1: 8 maps of 4 × 6", "pool1: 40 maps of 2 × 3"]
    assert names(picture.axes[1]) == ["0 – 31", "32 – 39"]
    assert "40 of 48 maps" in note(picture)


def test_signed_feature_maps_have_a_white_zero():
    picture = plot.feature_maps(MAPS - 0.9, signed=True)
    assert all(low == -high for low, high in ranges(picture))


IMAGES = RNG.integers(0, 255, (2, 8, 10, 3), dtype=np.uint8)


def test_a_heat_map_is_no_colour_at_zero_and_full_colour_at_its_strongest():
    heat = np.zeros((8, 10))
    heat[0, 0], heat[7, 9] = 2.0, -4.0
    (mixed,) = drawn(shown(plot.overlay(IMAGES[0], heat, opacity=1)), panel=1)
    blue, orange = np.array([0x1F, 0x5F, 0xAE]) / 255, np.array([0xCC, 0x6A, 0x10]) / 255
    assert np.allclose(mixed[0, 0], blue)
    assert np.ptp(mixed[1:, 1:], axis=-1).max() < 1e-9, "elsewhere grey; numbers below zero count as zero"
    (mixed,) = drawn(plot.overlay(IMAGES[0], heat, signed=True, opacity=1), panel=1)
    assert np.allclose(mixed[7, 9], orange)
    assert not np.allclose(mixed[0, 0], blue), "half as strong"


def test_small_maps_are_stretched_over_the_image():
    heat = np.array([[0.0, 1.0]])
    (mixed,) = drawn(plot.overlay(np.zeros((4, 8)), heat, opacity=1), panel=1)
    strength = (0.35 - mixed[0, :, 0]) / (0.35 - 0x1F / 255)
    assert np.allclose(strength, [0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1])


def test_methods_are_columns_and_images_rows():
    heats = {"a": RNG.random((2, 8, 10)), "b": RNG.random((2, 4, 5))}
    picture = shown(plot.overlay(IMAGES, heats, titles=["cat", "dog"]))
    assert [axes.get_title() for axes in picture.axes] == ["", "a", "b", "", "", ""]
    assert [axes.get_ylabel() for axes in picture.axes] == ["cat", "", "", "dog", "", ""]
    assert (drawn(picture, 3)[0] == IMAGES[1]).all()
    assert len(plot.overlay(IMAGES, heats, beside=False).axes) == 4


def test_heat_maps_scaled_together_stay_comparable():
    heats = np.stack([np.full((8, 10), 0.5), np.ones((8, 10))])
    apart, together = (plot.overlay(IMAGES, heats, together=t, opacity=1) for t in (False, True))
    blue = np.array([0x1F, 0x5F, 0xAE]) / 255
    assert np.allclose(drawn(apart, 1)[0], blue)
    assert not np.allclose(drawn(together, 1)[0], blue)
    assert "each map by itself" in note(apart)
    assert "all images of a column together" in note(together)


def test_a_map_without_evidence_leaves_the_image_grey():
    (mixed,) = drawn(shown(plot.overlay(IMAGES[0], np.zeros((8, 10)))), panel=1)
    assert np.isfinite(mixed).all()
    assert np.ptp(mixed, axis=-1).max() < 1e-9


def test_before_stands_above_after_in_one_scale():
    picture = shown(plot.before_after(np.zeros((3, 4, 4)), np.ones((3, 4, 4)) * 2))
    assert [axes.get_ylabel() for axes in picture.axes] == ["before", "", "", "after", "", ""]
    assert ranges(picture, 0) == ranges(picture, 3) == [(0, 2)]
    assert note(picture) == "all together: 0 is darkest, 2 lightest"
    apart = plot.before_after(np.eye(4), 3 * np.eye(4), together=False)
    assert ranges(apart, 1) == [(0, 3)]
    assert note(apart) == "before: 0 is darkest, 1 lightest; after: 0 is darkest, 3 lightest"
    assert note(shown(plot.before_after(IMAGES, IMAGES))) == ""


def test_notes_stay_on_the_picture():
    picture = shown(plot.filters(W[:1, :1], together=False))
    picture.draw_without_rendering()
    extent = picture._supxlabel.get_window_extent()
    assert extent.x0 >= 0
    assert extent.x1 <= picture.bbox.x1
    assert picture._supxlabel.get_fontsize() == 11


BAD = [
    (lambda: plot.filters(np.zeros((3, 3))), ValueError, r"weights must have shape \(F, C, h, w\)"),
    (lambda: plot.filters(W * np.nan), ValueError, "weights must be finite"),
    (lambda: plot.filters(np.zeros((512, 512, 3, 3))), ValueError, "262144 small pictures.*strongest"),
    (lambda: plot.filters(np.zeros((4, 2, 3, 3)), channels="rgb"), ValueError, "3 channels, these have 2"),
    (lambda: plot.filters(W, channels="weakest"), ValueError, "channels"),
    (lambda: plot.feature_maps(np.zeros((2, 4, 3, 3))), ValueError, r"one image.*maps\[0\]"),
    (lambda: plot.feature_maps({}), ValueError, "empty dict"),
    (lambda: plot.feature_maps({"c": MAPS * np.inf}), ValueError, r"maps\['c'\] must hold finite"),
    (lambda: plot.feature_maps(MAPS, scale="all"), ValueError, "scale"),
    (lambda: plot.feature_maps(MAPS, layout="row"), ValueError, "layout"),
    (lambda: plot.overlay(IMAGES, MAPS[:1]), ValueError, "one .h, w. map for each of 2"),
    (lambda: plot.overlay(IMAGES[0], {"a": np.full((8, 10), np.nan)}), ValueError, r"maps\['a'\] must hold finite"),
    (lambda: plot.overlay(IMAGES[0], {}), ValueError, "empty dict"),
    (lambda: plot.overlay(IMAGES[0], np.eye(8), opacity=2), ValueError, "opacity"),
    (lambda: plot.before_after(IMAGES, IMAGES[:1]), ValueError, "equally many images, got 2 and 1"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_odd_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
