"""Tests of `dlcourse.plot`: what is drawn, how it looks on dark pages, and what bad input is told."""

import base64
import io

import matplotlib
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from matplotlib.colors import to_hex, to_rgba
from PIL import Image

from dlcourse import plot
from dlcourse.plot import _style


def pixels(picture):
    """The picture as it is shown on light and on dark pages, RGBA."""
    data, metadata = picture._repr_mimebundle_()
    drawn = data["image/png"], metadata["image/png"]["dark"]
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGBA")) for png in drawn]


def share_of(array, color):
    """Which part of the pixels has exactly this colour."""
    wanted = (np.array(to_rgba(color)) * 255).round().astype(int)
    return (array == wanted).all(axis=-1).mean()


def test_grid_has_one_panel_for_each_image_with_its_title():
    picture = plot.grid(np.zeros((5, 4, 4)), titles=list("abcde"), columns=3)
    assert repr(picture) == "<Picture with 5 panels>"
    assert [axes.get_title() for axes in picture.axes if axes.get_visible()] == list("abcde")


def test_grid_scales_all_images_together_unless_told_otherwise():
    dim, bright = np.array([[0.0, 1.0]]), np.array([[0.0, 10.0]])
    together = plot.grid([dim, bright]).axes[0].images[0]
    alone = plot.grid([dim, bright], together=False).axes[0].images[0]
    assert together.get_clim() == (0, 10)
    assert alone.get_clim() == (0, 1)
    for together in (True, False):
        assert plot.grid([dim, bright], together=together, limits=(-2, 3)).axes[0].images[0].get_clim() == (-2, 3)


def test_a_missing_value_takes_nothing_from_the_others():
    assert plot.grid([np.array([[np.nan, 1.0, 3.0]])]).axes[0].images[0].get_clim() == (1, 3)


def test_matrices_side_by_side_share_one_scale():
    small, large = (axes.images[0] for axes in plot.heatmap([np.eye(2), -3 * np.eye(2)]).axes)
    assert small.get_clim() == large.get_clim() == (-3, 3)


def test_each_number_of_a_matrix_stands_in_its_cell():
    matrix = np.array([[1, 2, 3], [4, 5, 6]])
    written = {text.get_position(): text.get_text() for text in plot.heatmap(matrix).axes[0].texts}
    assert written == {(x, y): str(value) for (y, x), value in np.ndenumerate(matrix)}


SIGNED = np.array([[-2.0, -1.0, 0.0, 1.0, 4.0]])


@pytest.mark.parametrize("draw", [lambda: plot.grid([SIGNED / 2, SIGNED], signed=True), lambda: plot.heatmap(SIGNED)])
def test_in_signed_maps_zero_is_white_and_negative_numbers_are_orange_and_positive_ones_blue(draw):
    image = draw().axes[-1].images[0]
    assert image.get_clim() == (-4, 4)
    strong, orange, white, blue, deep = image.to_rgba(SIGNED)[0, :, :3]
    assert white == pytest.approx(1, abs=0.01)
    assert orange[0] > orange[1] > orange[2]
    assert blue[2] > blue[1] > blue[0]
    assert strong.sum() < orange.sum() < white.sum() > blue.sum() > deep.sum()


RAMP = np.linspace(0, 1, 6).reshape(2, 3)


@pytest.mark.parametrize("draw", [plot.grid, lambda image: plot.boxes(image, []), lambda image: plot.masks(image, [])])
def test_larger_numbers_are_lighter_and_pixels_are_square(draw):
    axes = draw(RAMP).axes[0]
    (image,) = axes.images
    assert image.get_cmap().name == "gray"
    assert image.norm(RAMP).ravel().tolist() == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])
    assert np.array_equal(image.get_array(), RAMP)
    assert (image.origin, image.get_interpolation()) == ("upper", "antialiased")
    assert axes.get_aspect() == 1


def test_a_constant_image_can_be_drawn():
    assert plot.grid([np.full((3, 3), 7.0)]).axes[0].images[0].get_clim() == (7, 8)
    assert plot.heatmap(np.zeros((2, 2))).axes[0].images[0].get_clim()[1] > 0


def test_tensors_and_single_channel_images_are_accepted():
    assert repr(plot.grid(torch.zeros(2, 4, 4))) == "<Picture with 2 panels>"
    assert repr(plot.grid([torch.zeros(4, 4, 1, requires_grad=True)])) == "<Picture with 1 panel>"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (-0.0, "0"), (3.0, "3"), (-1, "\u22121"), (0.5, "0.5"), (1 / 3, "0.33"), (-0.001, "0"), (2.50, "2.5")],
)
def test_heatmap_writes_each_number_shortly(value, text):
    (written,) = plot.heatmap(np.array([[value]])).axes[0].texts
    assert written.get_text() == text


def test_heatmap_tells_one_matrix_from_several():
    assert len(plot.heatmap([[0, 1], [2, 3]]).axes) == 1
    assert len(plot.heatmap([0, 1, 2]).axes) == 1
    assert len(plot.heatmap([np.zeros(3), np.zeros(2)]).axes) == 2
    assert len(plot.heatmap([[[0, 1]], [[2, 3]]]).axes) == 2
    assert len(plot.heatmap(np.zeros((4, 2, 2))).axes) == 4
    assert len(plot.heatmap(torch.zeros(2, 2)).axes) == 1


def test_heatmap_numbers_can_be_read_on_every_colour():
    picture = plot.heatmap(np.linspace(-1, 1, 21)[None])
    image = picture.axes[0].images[0]
    for text, value in zip(picture.axes[0].texts, np.linspace(-1, 1, 21), strict=True):
        assert contrast(text.get_color(), image.cmap(image.norm(value))) >= 4.5


def contrast(a, b):
    """WCAG 2 contrast of two colours."""

    def luminance(color):
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgba(color)[:3]]
        return float(np.dot([0.2126, 0.7152, 0.0722], parts))

    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


DARK_PAGE = "#14181e"


@pytest.mark.parametrize("color", plot.COLORS)
def test_line_colours_stand_out_on_white_and_on_the_dark_page(color):
    assert contrast(color, "#ffffff") >= 2.7
    assert contrast(color, DARK_PAGE) >= 3


def test_on_dark_pages_text_can_be_read_and_faint_lines_stay_faint():
    assert contrast(_style._DARK[_style.INK], DARK_PAGE) >= 10
    assert 1.5 < contrast(_style._DARK[_style.FAINT], DARK_PAGE) < 3


def test_heatmap_frames_the_marked_cells():
    (frame,) = plot.heatmap(np.zeros((4, 5)), marks=[(1, 2, 3, 2)]).axes[0].patches
    assert frame.get_xy() == (1.5, 0.5)
    assert (frame.get_width(), frame.get_height()) == (2, 3)


def test_boxes_are_drawn_where_they_are_in_continuous_pixels():
    picture = plot.boxes(np.zeros((10, 20)), [[1, 2, 5, 9]], labels=[1], scores=[0.75], names=["cat", "dog"])
    axes = picture.axes[0]
    assert axes.get_xlim() == (0, 20)
    assert axes.get_ylim() == (10, 0)
    assert axes.patches[-1].get_bbox().extents.tolist() == [1, 2, 5, 9]
    assert [text.get_text() for text in axes.texts] == ["dog 0.75"]


def test_an_image_without_objects_can_be_drawn():
    assert not plot.boxes(np.zeros((4, 4)), np.zeros((0, 4))).axes[0].patches
    assert not plot.boxes(np.zeros((4, 4)), []).axes[0].patches
    assert len(plot.masks(np.zeros((4, 4)), np.zeros((0, 4, 4), bool)).axes[0].images) == 1


SHAPES = [[0, 0, 2, 2], [2, 2, 4, 4], [4, 4, 6, 6]]


def colours_of(labels):
    """The colours of three objects: as boxes, and as masks; a mask's outline is as its pixels."""
    picture = plot.boxes(np.zeros((8, 8)), SHAPES, labels)
    boxes = [to_hex(patch.get_edgecolor()) for patch in picture.axes[0].patches[1::2]]
    regions = np.zeros((3, 8, 8), bool)
    for region, (x0, y0, x1, y1) in zip(regions, SHAPES, strict=True):
        region[y0:y1, x0:x1] = True
    axes = plot.masks(np.zeros((8, 8)), regions, labels).axes[0]
    fills = [to_hex(i.get_array()[region][0]) for i, region in zip(axes.images[1:], regions, strict=True)]
    assert fills == [to_hex(outline.get_edgecolor()[0]) for outline in axes.collections] == boxes
    return boxes


@pytest.mark.parametrize(
    ("labels", "places"),
    [(None, [0, 1, 2]), ([0, 1, 0], [0, 1, 0]), (["cat", "dog", "cat"], [0, 1, 0]), ([2, 1, 2], [2, 1, 2])],
)
def test_objects_of_one_class_share_a_colour_which_is_that_of_the_class_in_every_picture(labels, places):
    assert colours_of(labels) == [plot.COLORS[place] for place in places]


@pytest.mark.parametrize("color", plot.COLORS)
def test_names_of_boxes_can_be_read_on_every_colour(color):
    labels = [plot.COLORS.index(color)]
    (text,) = plot.boxes(np.zeros((8, 8)), [[1, 1, 5, 5]], labels).axes[0].texts
    assert contrast(text.get_color(), text.get_bbox_patch().get_facecolor()) >= 4.5


def test_the_name_of_a_box_stands_above_it_or_within_it_at_the_upper_edge():
    upper, lower = plot.boxes(np.zeros((20, 20)), [[1, 0, 9, 9], [1, 9, 9, 19]], ["a", "b"]).axes[0].texts
    assert (upper.get_va(), lower.get_va()) == ("top", "bottom")
    assert (upper.get_position(), lower.get_position()) == ((1, 0), (1, 9))


@pytest.mark.parametrize(
    "draw", [lambda: plot.heatmap([[-1.0, 0.1, 1.0]]), lambda: plot.boxes(RAMP, [[0, 0, 1, 1]], ["cat"])]
)
def test_what_is_written_on_colours_stays_as_it_is_on_dark_pages(draw):
    picture = draw()
    before = [text.get_color() for text in picture.axes[0].texts]
    _style._swap_ink(picture)
    assert [text.get_color() for text in picture.axes[0].texts] == before


def test_masks_tint_exactly_their_pixels():
    mask = np.zeros((1, 6, 6), bool)
    mask[0, 2:4, 1:5] = True
    overlay = plot.masks(np.zeros((6, 6)), mask, opacity=0.4).axes[0].images[1].get_array()
    assert np.array_equal(overlay[..., 3] > 0, mask[0])
    assert overlay[..., 3].max() == pytest.approx(0.4)


def test_curves_name_their_lines():
    axes = plot.curves({"train": [3, 2, 1], "test": [3, 3, 2]}, xlabel="epoch", ylabel="loss", points=True).axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["train", "test"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "loss")
    assert [line.get_xydata().tolist() for line in axes.lines] == [[[0, 3], [1, 2], [2, 1]], [[0, 3], [1, 3], [2, 2]]]
    assert plot.curves({"loss": [1, 2]}).axes[0].get_title() == "loss"
    assert plot.curves({"loss": [1, 2]}, x=[0.1, 1], log=True).axes[0].get_yscale() == "log"


def test_on_dark_pages_paper_is_transparent_and_ink_is_light():
    picture = plot.curves({"a": [0, 1]}, xlabel="epoch")
    light, dark = pixels(picture)
    assert light.shape == dark.shape
    assert share_of(light, "#ffffff") > 0.5
    assert (dark[..., 3] == 0).mean() > 0.5
    assert share_of(light, "#1b1f24") > 0 == share_of(dark, "#1b1f24")
    assert share_of(dark, "#e6e9ee") > 0
    assert share_of(dark, plot.COLORS[0]) > 0, "the data keep their colour"


def test_drawing_for_dark_pages_leaves_the_picture_as_it_was():
    picture = plot.heatmap([np.eye(3)], titles=["eye"], marks=[(0, 0, 2, 2)])
    before, _ = pixels(picture)
    assert np.array_equal(before, pixels(picture)[0])


def test_the_data_are_the_same_on_dark_pages():
    picture = plot.heatmap(np.eye(5) - 0.5, rows=list("abcde"), columns=["to a", *"bcde"])
    light, dark = pixels(picture)
    x0, y0, x1, y1 = (2 * picture.axes[0].get_window_extent().extents).round().astype(int)
    panel = np.s_[len(light) - y1 + 3 : len(light) - y0 - 3, x0 + 3 : x1 - 3]
    assert np.array_equal(light[panel], dark[panel]), "not even moved by a pixel"
    assert len(np.unique(light[panel].reshape(-1, 4), axis=0)) > 3, "cells, lines and numbers"


def test_pictures_are_700_pixels_wide_at_most_and_twice_as_sharp():
    for picture in (plot.grid(np.zeros((16, 4, 4))), plot.heatmap([np.zeros((8, 8))] * 4), plot.curves({"a": [1]})):
        assert picture.get_figwidth() <= 7.01
    data, metadata = plot.grid(RAMP)._repr_mimebundle_()
    size = metadata["image/png"]["width"], metadata["image/png"]["height"]
    assert size[0] > size[1] > 0.6 * size[0], "as the image is"
    with Image.open(io.BytesIO(base64.b64decode(data["image/png"]))) as drawn:
        assert np.abs(np.subtract(drawn.size, np.multiply(2, size))).max() <= 2


def test_the_style_is_for_the_readers_own_figures_too():
    with matplotlib.rc_context():
        plot.use_style()
        assert matplotlib.rcParams["axes.prop_cycle"].by_key()["color"] == list(plot.COLORS)


BAD = [
    (lambda: plot.grid([]), ValueError, "images is empty"),
    (lambda: plot.grid(3), TypeError, "images must be an array or a list"),
    (lambda: plot.grid([np.zeros((2, 2, 4))]), ValueError, r"images\[0\] must have shape"),
    (lambda: plot.grid(["cat"]), TypeError, r"images\[0\] must hold numbers"),
    (lambda: plot.grid([np.full((2, 2, 3), 255.0)]), ValueError, "from 0 to 1"),
    (lambda: plot.grid(np.zeros((2, 4, 4)), titles=["one"]), ValueError, "each of the 2 images"),
    (lambda: plot.grid(np.zeros((2, 4, 4)), titles="ab"), ValueError, "titles"),
    (lambda: plot.grid(np.zeros((2, 4, 4)), columns=0), ValueError, "columns must be at least 1"),
    (lambda: plot.grid(np.zeros((2, 4, 4)), limits=(1, 0)), ValueError, "low < high"),
    (lambda: plot.heatmap(np.zeros((30, 30))), ValueError, "1 to 24 rows"),
    (lambda: plot.heatmap(np.zeros((2, 2)), digits=-1), ValueError, "digits"),
    (lambda: plot.heatmap(np.zeros((2, 2)), marks=[(0, 0, 3, 1)]), ValueError, "outside"),
    (lambda: plot.heatmap(np.zeros((2, 2)), marks=[]), ValueError, "marks"),
    (lambda: plot.boxes(np.zeros((4, 4)), [[0, 0, 1]]), ValueError, r"boxes must have shape \(K, 4\)"),
    (lambda: plot.boxes(np.zeros((4, 4)), [[3, 0, 1, 2]]), ValueError, r"boxes\[0\].*x1 >= x0"),
    (lambda: plot.boxes(np.zeros((4, 4)), [[0, 0, np.nan, 2]]), ValueError, r"boxes\[0\]"),
    (lambda: plot.boxes(np.zeros((4, 4)), [[0, 0, 1, 2]], labels=[1, 2]), ValueError, "labels"),
    (lambda: plot.boxes(np.zeros((4, 4)), [[0, 0, 1, 2]], scores=[]), ValueError, "scores"),
    (lambda: plot.masks(np.zeros((4, 4)), np.zeros((1, 5, 5), bool)), ValueError, "masks must have shape"),
    (lambda: plot.masks(np.zeros((4, 4)), np.zeros((1, 4, 4))), TypeError, "masks must hold booleans"),
    (lambda: plot.masks(np.zeros((4, 4)), np.zeros((1, 4, 4), bool), labels=[]), ValueError, "labels"),
    (lambda: plot.masks(np.zeros((4, 4)), np.zeros((1, 4, 4), bool), opacity=2), ValueError, "opacity"),
    (lambda: plot.curves({}), ValueError, "series must be a dict"),
    (lambda: plot.curves([1, 2]), ValueError, "series must be a dict"),
    (lambda: plot.curves({"a": [1, 2], "b": [1]}), ValueError, "'b'.*1 values for 2"),
    (lambda: plot.curves({"a": []}), ValueError, "no values"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


@settings(max_examples=10)
@given(hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.floats(-1e6, 1e6)))
def test_any_small_matrix_can_be_drawn(matrix):
    picture = plot.heatmap(matrix)
    assert len(picture.axes[0].texts) == matrix.size


@settings(max_examples=20)
@given(hnp.arrays(st.sampled_from([np.uint8, np.float32, bool]), hnp.array_shapes(min_dims=0, max_dims=4, max_side=5)))
def test_any_array_is_drawn_or_refused_with_a_clear_error(array):
    try:
        plot.grid([array])
    except (ValueError, TypeError) as problem:
        assert "images" in str(problem)
