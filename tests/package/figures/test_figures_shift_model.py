"""What Python says of the figure shift: its maps (the oracle is PyTorch), how they change, and what it refuses."""

import json
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from dlcourse import figures

BINOMIAL = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]], dtype=torch.float64)[None, None] / 16
ORACLES = {
    "max 2": lambda x: functional.max_pool2d(x, 2),
    "average 2": lambda x: functional.avg_pool2d(x, 2),
    "max 4": lambda x: functional.max_pool2d(x, 4),
    "every second": lambda x: x[..., ::2, ::2],
    "blur, every second": lambda x: functional.conv2d(x, BINOMIAL, stride=2, padding=1),
    "global max": lambda x: functional.adaptive_max_pool2d(x, 1),
    "global average": lambda x: functional.adaptive_avg_pool2d(x, 1),
}
RANDOM = np.random.default_rng(7)


def image_of(figure):
    return torch.tensor(figure.image)[None, None]


def torch_map(figure, weights, stride=1):
    weights = torch.tensor(np.array(weights, float))[None, None]
    padding = tuple(side // 2 for side in weights.shape[2:])
    return functional.conv2d(image_of(figure), weights, stride=stride, padding=padding).relu()


@pytest.mark.parametrize("pooling", figures.POOLINGS)
@pytest.mark.parametrize("kernel", figures.KERNELS)
def test_both_maps_are_pytorchs(kernel, pooling):
    for name in figures.OBJECTS:
        figure = figures.shift(name, kernel, pooling, dx=1, dy=-2)
        expected = torch_map(figure, figures.KERNELS[kernel])
        np.testing.assert_allclose(figure.map, expected[0, 0], atol=1e-12)
        np.testing.assert_allclose(figure.pooled, ORACLES[pooling](expected)[0, 0], atol=1e-12)


@pytest.mark.parametrize("sides", [(1, 1), (3, 1), (1, 5), (5, 3), (7, 7)])
def test_a_filter_of_any_odd_size_keeps_the_size_of_the_map(sides):
    figure = figures.shift(RANDOM.normal(size=(16, 16)), RANDOM.normal(size=sides))
    assert figure.map.shape == (16, 16)
    np.testing.assert_allclose(figure.map, torch_map(figure, figure.kernel)[0, 0], atol=1e-9)


def test_every_second_is_a_convolution_with_stride_two():
    figure = figures.shift("cat", "left-right edge", "every second", dx=1)
    np.testing.assert_allclose(figure.pooled, torch_map(figure, figures.KERNELS["left-right edge"], 2)[0, 0])


def test_the_object_stands_where_its_row_and_column_and_its_shift_say():
    figure = figures.shift([[1, 2], [3, 4]], row=5, column=9, dx=2, dy=-1)
    expected = np.zeros((16, 16))
    expected[4:6, 11:13] = [[1, 2], [3, 4]]
    assert figure.image.tolist() == expected.tolist()


def test_without_a_position_the_object_stands_in_the_middle():
    for name, pixels in figures.OBJECTS.items():
        rows, columns = np.shape(pixels)
        figure = figures.shift(name)
        assert (figure.row, figure.column) == ((17 - rows) // 2, (17 - columns) // 2)


def test_of_an_object_that_is_partly_outside_the_rest_is_seen():
    figure = figures.shift([[1, 2], [3, 4]], row=15, column=-1)
    assert figure.image[15, 0] == 2
    assert figure.image.sum() == 2


def test_the_convolution_map_moves_along_while_the_object_is_inside():
    for name, pixels in figures.OBJECTS.items():
        rows, columns = np.shape(pixels)
        for kernel in figures.KERNELS:
            figure = figures.shift(name, kernel)
            start = figure.map
            for row, column in [(1, 1), (1, 15 - columns), (15 - rows, 1), (15 - rows, 15 - columns)]:
                figure.dx, figure.dy = column - figure.column, row - figure.row
                change = figure.map_change
                assert change.result == "moved"
                assert change.before == change.after
                there = np.roll(start, (figure.dy, figure.dx), (0, 1))
                np.testing.assert_allclose(figure.map, there, atol=1e-12)


@pytest.mark.parametrize(("dx", "dy"), [(9, 0), (-9, 0), (0, 9), (0, -9)])
def test_it_no_longer_does_where_part_of_it_is_outside(dx, dy):
    assert figures.shift("cross", dx=dx, dy=dy).map_change.result == "other numbers"


def test_even_the_edge_of_the_map_counts_as_a_part_of_it():
    touching = figures.shift("corner", "blur", row=5, column=5, dx=5)  # the object is inside, its blur is not
    assert touching.image.sum() == np.sum(figures.OBJECTS["corner"])
    assert touching.map_change.result == "other numbers"
    assert figures.shift("corner", "blur", row=5, column=5, dx=4).map_change.result == "moved"
    inwards = figures.shift("corner", "blur", row=5, column=10, dx=-5)  # and the other way round
    assert inwards.map_change.result == "other numbers"


@pytest.mark.parametrize("pooling", ["global max", "global average"])
@pytest.mark.parametrize("name", figures.OBJECTS)
def test_global_pooling_does_not_see_a_shift(name, pooling):
    figure = figures.shift(name, "left-right edge", pooling)
    for dx, dy in [(1, 0), (-1, 1), (2, -2)]:
        figure.dx, figure.dy = dx, dy
        assert figure.pooled_change.result == "unchanged"
        assert figure.pooled_change[1:5] == (0, 0, 1, 0)


@pytest.mark.parametrize(("pooling", "stride"), [("max 2", 2), ("average 2", 2), ("max 4", 4), ("every second", 2)])
def test_a_shift_by_whole_strides_moves_the_pooled_map_along(pooling, stride):
    figure = figures.shift("ring", "outline", pooling, row=5, column=5)
    for dx, dy, result in [
        (stride, 0, "moved"), (0, -stride, "moved"), (-stride, stride, "moved"), (1, 0, "other numbers"),
        (stride, 1, "other numbers"), (0, 0, "unchanged"),
    ]:  # fmt: skip
        figure.dx, figure.dy = dx, dy
        assert figure.pooled_change.result == result


def test_max_pooling_hides_a_shift_inside_its_block_and_no_other():
    figure = figures.shift("line", [[1]], "max 2", column=8)
    figure.dx = 1
    assert (figure.map_change.result, figure.pooled_change.result) == ("moved", "unchanged")
    figure.dx = -1
    assert figure.pooled_change.difference == 1


def test_subsampling_loses_a_line_that_a_blur_keeps():
    sums = {
        pooling: [figures.shift("line", "vertical line", pooling, dx=dx).pooled.sum() for dx in (0, 1, 2, 3)]
        for pooling in ("every second", "blur, every second")
    }
    assert sums == {"every second": [12, 0, 12, 0], "blur, every second": [6, 6, 6, 6]}


def test_a_blur_lessens_the_difference_that_one_pixel_makes_to_every_object():
    for name in figures.OBJECTS:
        for kernel in ("vertical line", "left-right edge", "outline"):
            plain, blurred = (
                np.mean([figures.shift(name, kernel, pooling, dx=dx, dy=dy).pooled_change.difference
                         for dx, dy in [(1, 0), (-1, 0), (0, 1), (0, -1)]])
                for pooling in ("every second", "blur, every second")
            )  # fmt: skip
            assert blurred <= plain


def test_the_numbers_of_a_change_are_those_that_can_be_counted_by_hand():
    change = figures.shift("line", [[2]], dx=1).map_change  # eight cells of 2, beside eight others
    assert change == figures.Change("moved", difference=1, cells=16, of=16, largest=2, before=16, after=16)
    change = figures.shift([[1, 3]], [[1]], "max 2", row=4, column=4, dx=1).pooled_change  # from 3 | 0 to 1 | 3
    assert change == ("other numbers", 5 / 7, 2, 2, 3, 3, 4)
    change = figures.shift([[0]], [[1]], dx=3).map_change
    assert change == ("unchanged", 0, 0, 0, 0, 0, 0)


def test_negative_numbers_end_at_zero():
    assert figures.shift([[1]], [[-1]]).map.tolist() == np.zeros((16, 16)).tolist()
    assert figures.shift([[-1]], [[-1]]).map.sum() == 1


def test_the_description_says_what_moved_and_what_changed():
    text = figures.shift("line", "vertical line", "every second", dx=1, dy=0).describe()
    for part in ("“line”", "3×3 filter “vertical line”", "“every second” to 8×8", "moved by 1 to the right and 0 down",
                 "20 of 20 change in the convolution map and 5 of 5 in the pooled map"):  # fmt: skip
        assert part in text
    assert "an object on a 16×16 image goes through the 1×5 filter (" in figures.shift([[1]], [[1] * 5]).describe()


def test_the_state_survives_json_and_makes_the_same_figure():
    figure = figures.shift(np.eye(3), [[0.5]], "max 4", row=1, column=2, dx=3, dy=4)
    text = figure._repr_mimebundle_()[0]["text/html"]
    state = json.loads(re.search(r"<script[^>]*>(.*?)</script>", text, re.S)[1])
    assert state == figure.state()
    np.testing.assert_array_equal(figures.Shift(**state).pooled, figure.pooled)
    assert len(figures.shift()._repr_mimebundle_()[0]["text/html"].encode()) < 2500
    assert repr(figure) == "Shift(object=3×3, kernel=1×1, pooling='max 4', row=1, column=2, dx=3, dy=4)"
    assert repr(figures.shift()).startswith("Shift(object='cross', kernel='vertical line', pooling='max 2'")


def test_objects_and_filters_can_be_your_own():
    figure = figures.shift(objects={"dot": [[4]]}, kernels={"twice": [[2]]})
    assert (figure.object, figure.kernel) == ("dot", "twice")
    assert figure.map.max() == 8


def test_figures_share_no_state():
    one, two = figures.shift(), figures.shift()
    one.objects["cross"][0][3] = one.kernels["blur"][0][0] = 77
    assert two.objects["cross"][0][3] == figures.OBJECTS["cross"][0][3] == 1
    assert two.kernels["blur"][0][0] == figures.KERNELS["blur"][0][0] == 0.0625


def test_a_new_object_that_would_be_outside_is_brought_to_the_edge():
    figure = figures.shift("cross", row=-6, column=9, dx=6, dy=-0)
    figure.object = "corner"  # six rows, where the cross has seven
    assert (figure.row, figure.column, figure.dx, figure.dy) == (-5, 9, 6, 0)
    figure.dy = 20
    figure.object = [[1]]
    assert (figure.row, figure.dy) == (0, 15)
    assert figure.image[15, 15] == 1


@given(dx=st.integers(-30, 30), dy=st.integers(-30, 30), name=st.sampled_from(list(figures.OBJECTS)))
@settings(max_examples=60, deadline=None)
def test_some_of_the_object_is_always_inside(dx, dy, name):
    rows, columns = np.shape(figures.OBJECTS[name])
    row, column = 5 + dy, 5 + dx
    if -rows < row < 16 and -columns < column < 16:
        figure = figures.shift(name, row=5, column=5, dx=dx, dy=dy)
        assert figure.image[max(row, 0) : row + rows, max(column, 0) : column + columns].size > 0
    else:
        with pytest.raises(ValueError, match=r"d[xy] must be between -\d+ and 10, got"):
            figures.shift(name, row=5, column=5, dx=dx, dy=dy)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"object": "dog"},
            ValueError,
            "object must be one of 'cross', 'ring', 'corner', 'line', 'cat'; got str 'dog'",
        ),
        ({"object": np.zeros((17, 2))}, ValueError, "object must have 1 to 16 numbers along each axis"),
        ({"object": [1, 2]}, ValueError, "object must have shape"),
        ({"object": [["a"]]}, TypeError, "object must hold numbers"),
        ({"object": [[1000]]}, ValueError, "object must hold numbers between -999 and 999, got 1000"),
        ({"objects": {}}, ValueError, "objects must hold at least one entry, got none"),
        ({"objects": [[1]]}, TypeError, "objects must map names to pixels, got list"),
        ({"objects": {"a": [[None]]}}, TypeError, "objects\\['a'\\] must"),
        ({"kernel": "diagonal"}, ValueError, "kernel must be one of 'vertical line', "),
        ({"kernel": [[1, 2]]}, ValueError, "odd sides, so that it has a middle, got 'kernel' of shape \\(1, 2\\)"),
        ({"kernel": np.ones((9, 9))}, ValueError, "kernel must have 1 to 7 numbers along each axis"),
        ({"kernels": {}}, ValueError, "kernels must hold at least one entry, got none"),
        ({"kernels": {"a": np.ones((2, 3))}}, ValueError, "got 'a' of shape \\(2, 3\\)"),
        ({"pooling": "min 2"}, ValueError, "pooling must be one of 'max 2', 'average 2', 'max 4', 'every second', "),
        ({"pooling": 2}, ValueError, "pooling must be one of"),
        ({"row": 16}, ValueError, "row must be between -6 and 15, got 16"),
        ({"column": -7}, ValueError, "column must be between -6 and 15, got -7"),
        ({"object": "line", "column": -1}, ValueError, "column must be between 0 and 15, got -1"),
        ({"dx": 11}, ValueError, "dx must be between -11 and 10, got 11"),
        ({"row": 0, "dy": -7}, ValueError, "dy must be between -6 and 15, got -7"),
        ({"dy": 1.5}, TypeError, "dy must be a whole number"),
        ({"row": 99, "dy": 0}, ValueError, "row must be between -6 and 15, got 99"),
    ],
)
def test_shift_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        figures.shift(**arguments)


@given(value=st.one_of(st.text(), st.booleans(), st.dictionaries(st.text(), st.integers()), st.binary()))
@settings(max_examples=20, deadline=None)
def test_anything_else_is_a_type_or_value_error(value):
    for name in ("object", "kernel", "pooling", "row", "dx"):
        with pytest.raises((TypeError, ValueError)):
            figures.shift(**{name: value})
