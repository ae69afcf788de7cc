"""Tests of `plot.paths`: each path in a panel of its own, over lines of equal loss."""

import numpy as np
import pytest

from dlcourse import plot


def bowl(x, y):
    return x**2 + y**2


def test_each_path_has_a_panel_with_its_points_its_start_and_its_end():
    ways = {"straight": [(2.0, 1.0), (1.0, 0.5), (0.0, 0.0)], "round": [(2.0, 0.0), (0.0, 2.0)]}
    panels = plot.paths(ways, bowl, x=(-3, 3), y=(-2, 2)).axes
    assert [axes.get_title() for axes in panels] == ["straight", "round"]
    for axes, points in zip(panels, ways.values(), strict=True):
        drawn, start, end = (line.get_xydata().tolist() for line in axes.lines)
        assert drawn == [list(point) for point in points]
        assert (start, end) == (drawn[:1], drawn[-1:])
        assert [line.get_marker() for line in axes.lines] == [".", "o", "s"]
        assert axes.lines[1].get_markerfacecolor() == "none", "a ring, through which the path is seen"
        assert (axes.get_xlim(), axes.get_ylim()) == ((-3, 3), (-2, 2))


def test_lines_of_equal_loss_are_equally_far_apart_over_a_bowl():
    (axes,) = plot.paths({"": [(0, 0)]}, lambda x, y: 7 + bowl(x, y), x=(-2, 2), y=(-2, 2)).axes
    radii = [np.hypot(*path.vertices.T).mean() for path in axes.collections[0].get_paths() if len(path.vertices)]
    inside = [radius for radius in radii if radius < 1.9]  # the others leave the panel
    assert len(inside) > 4
    assert np.diff(inside) == pytest.approx(inside[0], rel=0.02)


@pytest.mark.parametrize(
    ("paths", "loss", "says"),
    [
        ({}, bowl, "one to 7"),
        ({"a": [1, 2, 3]}, bowl, r"paths\['a'\]"),
        ({"a": [(0, 0)]}, lambda x, y: 1.0, "the loss"),
    ],
)
def test_bad_paths_are_told(paths, loss, says):
    with pytest.raises(ValueError, match=says):
        plot.paths(paths, loss, x=(-1, 1), y=(-1, 1))
