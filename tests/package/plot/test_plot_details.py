"""Details of what `dlcourse.plot` draws: extents, scales, colours, labels at the edge, histories, and odd input."""

import warnings

import matplotlib
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgba

from dlcourse import plot
from dlcourse.plot import _style

IM = np.zeros((8, 12))
HISTORY = {"loss": [0.9, 0.5, 0.4], "valid_loss": [0.8, 0.6, 0.7], "learning_rate": [1e-3] * 3}


def shown(picture):
    """Draw the picture as a notebook does; a warning fails the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return picture._repr_mimebundle_()[1]["image/png"]


def test_given_limits_are_used_and_others_come_from_the_data():
    assert plot.heatmap([[0, 1]], limits=(-5, 5)).axes[0].images[0].get_clim() == (-5, 5)
    assert plot.heatmap([[0, 1]]).axes[0].images[0].get_clim() == (-1, 1)


def test_a_grid_is_high_enough_for_its_tallest_image():
    wide, tall = np.zeros((10, 40)), np.zeros((40, 10))
    assert plot.grid([wide, tall], size=1).get_figheight() >= 4


def test_a_very_tall_image_is_drawn_small_and_not_for_ever():
    assert shown(plot.grid(np.zeros((1, 2000, 2))))["height"] <= 1410
    assert shown(plot.boxes(np.zeros((3000, 2)), []))["height"] <= 1410


def test_curves_are_drawn_at_their_positions_with_dots_if_asked():
    axes = plot.curves({"a": [3, 1, 2]}, x=[10, 20, 40], points=True).axes[0]
    assert axes.lines[0].get_xdata().tolist() == [10, 20, 40]
    assert axes.lines[0].get_marker() == "o"
    assert plot.curves({"a": [1]}).axes[0].lines[0].get_marker() == "None"


def test_many_long_names_of_curves_stay_on_the_picture():
    picture = plot.curves({f"a line with the name {i}": [0, i] for i in range(9)})
    shown(picture)
    picture.draw_without_rendering()
    legend = picture.axes[0].get_legend().get_window_extent()
    assert legend.x0 >= 0
    assert legend.x1 <= picture.bbox.x1


def test_boxes_and_masks_lie_on_whole_pixels():
    for picture in (plot.boxes(IM, []), plot.masks(IM, np.ones((1, 8, 12), bool))):
        assert all(image.get_extent() == [0, 12, 8, 0] for image in picture.axes[0].images)


def test_masks_have_an_outline_where_one_can_be_drawn():
    mask = np.zeros((1, 8, 12), bool)
    mask[0, 2:5, 3:9] = True
    (outline,) = plot.masks(IM, mask).axes[0].collections
    corners = np.concatenate([path.vertices for path in outline.get_paths()])
    assert (*corners.min(axis=0), *corners.max(axis=0)) == (3, 2, 9, 5), "along the edges of the pixels"
    shown(plot.masks(np.zeros((1, 8)), np.ones((1, 1, 8), bool)))
    shown(plot.masks(IM, []))


def test_faint_lines_are_recoloured_for_dark_pages_and_restored():
    picture = plot.curves({"a": [0, 1]})
    (line, *_) = picture.axes[0].get_xgridlines()
    undo = _style._swap_ink(picture)
    assert to_rgba(line.get_color()) == _style._DARK[_style.FAINT]
    for setter, color in undo:
        setter(color)
    assert to_rgba(line.get_color()) == to_rgba(_style.FAINT)


def test_short_and_long_rows_share_one_scale():
    axes = plot.heatmap([np.zeros(8), np.zeros(3)]).axes
    assert axes[0].get_xlim() == axes[1].get_xlim() == (-0.5, 7.5)


def test_a_title_that_is_longer_than_its_matrix_is_not_cut():
    picture = plot.heatmap(np.eye(3), titles=["vertical line detector"])
    shown(picture)
    picture.draw_without_rendering()
    extent = picture.axes[0].title.get_window_extent()
    assert extent.x0 >= 0
    assert extent.x1 <= picture.bbox.x1


@pytest.mark.parametrize("box", [[-20, 2, 3, 6], [200, 2, 230, 6], [2, -30, 5, 6], [2, 50, 5, 60]])
def test_labels_of_boxes_beyond_the_edge_disturb_nothing(box):
    picture = plot.boxes(IM, [box], labels=["a cat"])
    shown(picture)
    x, y = picture.axes[0].texts[0].get_position()
    assert 0 <= x <= 12
    assert 0 <= y <= 8


def test_labels_and_titles_may_be_tensors_and_arrays():
    for labels in (torch.tensor([1]), np.array([1]), [torch.tensor(1)], [np.int64(1)]):
        assert plot.boxes(IM, [[1, 1, 5, 6]], labels=labels).axes[0].texts[0].get_text() == "1"
        assert plot.boxes(IM, [[1, 1, 5, 6]], labels=labels, names=["cat", "dog"]).axes[0].texts[0].get_text() == "dog"
    titles = plot.grid(np.zeros((2, 4, 4)), titles=torch.tensor([1, 2])).axes
    assert [axes.get_title() for axes in titles] == ["1", "2"]


def test_the_readers_own_settings_do_not_turn_pictures_upside_down():
    with matplotlib.rc_context({"image.origin": "lower", "image.interpolation": "bicubic"}):
        image = plot.grid([IM]).axes[0].images[0]
    assert image.origin == "upper"
    assert image.get_interpolation() in ("antialiased", "auto")


def test_numbers_of_low_precision_are_numbers():
    assert plot.heatmap(torch.ones(2, 2, dtype=torch.bfloat16)).axes[0].texts[0].get_text() == "1"
    shown(plot.grid(torch.ones(1, 2, 2, dtype=torch.bfloat16)))


BAD = [
    (lambda: plot.heatmap([[1, 2], [3]]), TypeError, "matrices"),
    (lambda: plot.heatmap([[1]], limits=3), TypeError, "limits must be a pair"),
    (lambda: plot.heatmap(np.zeros((3, 3)), marks=[(0, 0, 1)]), TypeError, "marks"),
    (lambda: plot.heatmap(np.zeros((3, 3)), marks=[(0, 0.5, 1, 1)]), TypeError, "marks must be a whole number"),
    (lambda: plot.heatmap(np.zeros((60, 3, 3))), ValueError, "180 columns"),
    (lambda: plot.heatmap([[1, np.inf]]), ValueError, "finite"),
    (lambda: plot.grid([[[1.0, np.inf]]]), ValueError, "infinite"),
    (lambda: plot.boxes(IM, np.zeros((1, 4), bool)), TypeError, "boxes must hold numbers"),
    (lambda: plot.boxes(IM, [[1, 1, np.inf, 6]]), ValueError, r"boxes\[0\]"),
    (lambda: plot.boxes(IM, [[1, 1, 5, 6]], labels=[-1], names=["cat"]), ValueError, r"labels\[0\]"),
    (lambda: plot.boxes(IM, [[1, 1, 5, 6]], labels=[5], names=["cat"]), ValueError, r"labels\[0\].*between 0 and 0"),
    (lambda: plot.boxes(IM, [[1, 1, 5, 6]], labels=[0.7], names=["cat"]), TypeError, r"labels\[0\]"),
    (lambda: plot.curves({"a": [1]}, size=3), TypeError, "size must be a pair"),
    (lambda: plot.curves({1: [1], "1": [2]}), ValueError, "same name"),
    (lambda: plot.history([0.9, 0.5]), TypeError, "history must be a dict of name"),
    (lambda: plot.history({}), ValueError, "no epoch yet"),
    (lambda: plot.history({"loss": []}), ValueError, "no epoch yet"),
    (lambda: plot.history({"loss": 0.9}), ValueError, r"history\['loss'\] must have shape"),
    (lambda: plot.history({"accuracy": [0.5], "seconds": [1]}), ValueError, "no losses.*of 'accuracy', 'seconds'"),
    (lambda: plot.history(HISTORY, "loss", "accuracy"), ValueError, "one of 'loss', 'valid_loss', 'learning_rate'"),
    (lambda: plot.history({"loss": [1, 2], "valid_loss": [1]}), ValueError, "'valid loss'.*1 values for 2"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_odd_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_whole_positions_get_whole_ticks():
    axes = plot.curves({"loss": range(8)}, x=range(1, 9)).axes[0]
    assert all(float(tick).is_integer() for tick in axes.get_xticks())
    fractions = plot.curves({"loss": range(8)}, x=[i / 7 for i in range(8)]).axes[0]
    assert not all(float(tick).is_integer() for tick in fractions.get_xticks())


def test_heatmap_names_rows_and_columns_and_can_leave_out_the_numbers():
    axes = plot.heatmap(np.eye(2), rows=["a", "b"], columns=["to c", 7], digits=None).axes[0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["a", "b"]
    assert [t.get_text() for t in axes.get_xticklabels()] == ["to c", "7"]
    assert not axes.texts
    with pytest.raises(ValueError, match=r"^columns must hold one text for each of the 2 columns"):
        plot.heatmap(np.eye(2), columns=["a"])
    with pytest.raises(ValueError, match=r"^rows and columns name those of a single matrix, got 2 matrices"):
        plot.heatmap([np.eye(2)] * 2, rows=["a", "b"])


def test_a_history_shows_its_losses_over_epochs_that_count_from_1():
    axes = plot.history(HISTORY).axes[0]
    assert [line.get_label() for line in axes.lines] == ["loss", "valid loss"]
    assert axes.lines[1].get_xdata().tolist() == [1, 2, 3]
    assert axes.lines[1].get_ydata().tolist() == HISTORY["valid_loss"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "loss")


def test_a_history_shows_the_curves_that_are_named():
    axes = plot.history(HISTORY, "learning_rate").axes[0]
    assert [line.get_ydata().tolist() for line in axes.lines] == [HISTORY["learning_rate"]]
    assert axes.get_ylabel() == axes.get_title() == "learning rate"
    assert plot.history(HISTORY, "valid_loss").axes[0].get_ylabel() == "loss"


def test_a_history_of_different_things_calls_its_axis_by_none_of_their_names():
    axes = plot.history(HISTORY, "learning_rate", "loss").axes[0]
    assert axes.get_ylabel() == ""
    assert [line.get_label() for line in axes.lines] == ["learning rate", "loss"]


def test_a_history_marks_its_epochs_with_dots_while_they_are_few():
    assert plot.history({"loss": range(30)}).axes[0].lines[0].get_marker() == "o"
    assert plot.history({"loss": range(31)}).axes[0].lines[0].get_marker() == "None"
