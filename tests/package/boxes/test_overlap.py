"""Areas and overlaps of boxes, held against counted pixels and pycocotools."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from dlcourse import boxes

MEASURES = [boxes.iou, boxes.generalized_iou, boxes.distance_iou, boxes.complete_iou]


def random_boxes(n, seed=0, extent=60, smallest=0):
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, extent, (n, 2))
    return np.concatenate([corners, corners + rng.uniform(smallest, extent / 2, (n, 2))], axis=1)


def pixels(box, extent=24):
    """The box as a boolean picture, for whole-numbered corners."""
    x0, y0, x1, y1 = box
    picture = np.zeros((extent, extent), bool)
    picture[y0:y1, x0:x1] = True
    return picture


whole_boxes = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12), st.integers(0, 12)).map(
        lambda v: (v[0], v[1], v[0] + v[2], v[1] + v[3])
    ),
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(whole_boxes, whole_boxes)
def test_iou_and_generalized_iou_are_counted_pixels(a, b):
    overlap, general = boxes.iou(a, b), boxes.generalized_iou(a, b)
    assert overlap.shape == general.shape == (len(a), len(b))
    for i, first in enumerate(a):
        for j, second in enumerate(b):
            p, q = pixels(first), pixels(second)
            union = (p | q).sum()
            expected = (p & q).sum() / union if union else 0.0
            assert overlap[i, j] == pytest.approx(expected, abs=1e-12)
            x0, y0 = np.minimum(first, second)[:2]
            x1, y1 = np.maximum(first, second)[2:]
            around = (x1 - x0) * (y1 - y0)
            expected -= (around - union) / around if around else 0.0
            assert general[i, j] == pytest.approx(expected, abs=1e-12)


def test_iou_is_that_of_pycocotools():
    a, b = random_boxes(40, 1), random_boxes(30, 2)

    def corner_and_size(x):
        return np.concatenate([x[:, :2], x[:, 2:] - x[:, :2]], axis=1)

    expected = coco_mask.iou(corner_and_size(a), corner_and_size(b), np.zeros(30, np.uint8))
    np.testing.assert_allclose(boxes.iou(a, b), expected, atol=1e-12)


def test_distance_and_complete_iou_follow_their_papers_pair_by_pair():
    a, b = random_boxes(12, 3, smallest=1), random_boxes(9, 4, smallest=1)
    overlap, distance, complete = (f(a, b) for f in (boxes.iou, boxes.distance_iou, boxes.complete_iou))
    for i, (x0, y0, x1, y1) in enumerate(a):
        for j, (u0, v0, u1, v1) in enumerate(b):
            d = math.dist(((x0 + x1) / 2, (y0 + y1) / 2), ((u0 + u1) / 2, (v0 + v1) / 2))
            c = math.dist((min(x0, u0), min(y0, v0)), (max(x1, u1), max(y1, v1)))
            expected = overlap[i, j] - (d / c) ** 2
            assert distance[i, j] == pytest.approx(expected, abs=1e-12)
            v = 4 / math.pi**2 * (math.atan((x1 - x0) / (y1 - y0)) - math.atan((u1 - u0) / (v1 - v0))) ** 2
            assert complete[i, j] == pytest.approx(expected - v**2 / (1 - overlap[i, j] + v), abs=1e-12)


def test_two_boxes_sixty_pixels_apart_do_not_overlap():
    """A published grader that neither clamps the intersection nor takes the union gives them 0.669."""
    assert boxes.iou([[0, 0, 6, 6]], [[60, 60, 66, 66]]).tolist() == [[0.0]]
    assert boxes.iou([[0, 0, 6, 6]], [[60, 0, 66, 6]]).tolist() == [[0.0]]


def test_a_box_does_not_have_one_pixel_more_than_its_corners_say():
    assert boxes.area([[0, 0, 1, 1]]).tolist() == [1.0]  # 4 with inclusive corners
    assert boxes.iou([[0, 0, 2, 2]], [[2, 0, 4, 2]]).tolist() == [[0.0]]


def test_boxes_of_another_unit_are_not_guessed_but_a_common_factor_changes_nothing():
    """In mixed units, cell offsets with sizes of the image, the two below score 0.20 instead of 0.80."""
    a, b = np.array([[0.0, 0, 1, 1]]), np.array([[0.0, 0, 0.8, 1]])
    assert boxes.iou(a, b)[0, 0] == pytest.approx(0.8)
    assert boxes.iou(a * 96, b * 96)[0, 0] == pytest.approx(0.8)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("kind", [np.float64, np.float32, torch.float64, torch.float32])
def test_empty_boxes_and_points_never_give_nan_and_no_overlap(measure, kind):
    rows = [[3, 3, 3, 3], [3, 3, 3, 3], [0, 0, 6, 6], [3, 1, 3, 5], [1, 3, 5, 3], [9, 9, 9, 9]]
    a = torch.tensor(rows, dtype=kind) if isinstance(kind, torch.dtype) else np.array(rows, kind)
    result = measure(a, a)
    assert bool((abs(result) <= 2).all())  # NaN is not
    assert float(result[0, 1]) == 0  # the box around two equal points is a point
    empty = [0, 1, 3, 4, 5]
    assert bool((boxes.iou(a, a)[empty] == 0).all())


@pytest.mark.parametrize("measure", MEASURES)
def test_a_box_agrees_with_itself_and_all_measures_are_ordered_as_their_papers_say(measure):
    a = random_boxes(30, 5, smallest=1)
    result = measure(a, a)
    np.testing.assert_allclose(np.diag(result), 1, atol=1e-12)
    np.testing.assert_allclose(result, result.T, atol=1e-12)
    assert (result <= boxes.iou(a, a) + 1e-12).all()
    assert result.min() >= (-2 if measure is boxes.complete_iou else -1)


@pytest.mark.parametrize("measure", MEASURES)
def test_tensors_give_the_numbers_of_arrays_and_gradients(measure):
    a, b = random_boxes(6, 6, smallest=2), random_boxes(5, 7, smallest=2)
    first = torch.tensor(a, requires_grad=True)
    result = measure(first, torch.tensor(b))
    assert isinstance(result, torch.Tensor)
    assert result.dtype == torch.float64
    np.testing.assert_allclose(result.detach().numpy(), measure(a, b), atol=1e-12)
    if measure is not boxes.complete_iou:  # there alpha is a constant to the gradient
        assert torch.autograd.gradcheck(lambda x: measure(x, torch.tensor(b)), first)


def test_the_gradient_of_complete_iou_takes_alpha_for_a_constant():
    a, b = torch.tensor([[0.0, 0, 5, 2]], requires_grad=True), torch.tensor([[1.0, 0, 4, 3]])
    boxes.complete_iou(a, b).backward()
    x = a.detach().clone().requires_grad_()
    v = 4 / math.pi**2 * (torch.atan((x[0, 2] - x[0, 0]) / (x[0, 3] - x[0, 1])) - torch.atan(torch.tensor(1.0))) ** 2
    alpha = (v / (1 - boxes.iou(x, b)[0, 0] + v)).detach()
    (boxes.distance_iou(x, b)[0, 0] - alpha * v).backward()
    torch.testing.assert_close(a.grad, x.grad)


@pytest.mark.parametrize("measure", MEASURES)
def test_gradients_at_empty_and_disjoint_boxes_are_finite(measure):
    a = torch.tensor([[3.0, 3, 3, 3], [0, 0, 2, 2], [5, 5, 5, 8]], requires_grad=True)
    measure(a, torch.tensor([[3.0, 3, 3, 3], [8, 8, 9, 9]])).sum().backward()
    assert bool(a.grad.isfinite().all())


def test_generalized_iou_pulls_far_boxes_together_where_iou_is_flat():
    far = torch.tensor([[10.0, 0, 11, 1]], requires_grad=True)
    here = torch.tensor([[0.0, 0, 1, 1]])
    boxes.iou(far, here).sum().backward()
    assert far.grad.abs().max() == 0
    boxes.generalized_iou(far, here).sum().backward()
    assert far.grad[0, 0] < 0  # moving the left edge towards the other box makes it larger


@pytest.mark.parametrize("kind", [torch.int64, torch.float16, torch.bfloat16, torch.uint8])
def test_whole_numbers_and_half_precision_are_computed_in_float32(kind):
    a = torch.tensor([[0, 0, 200, 200]], dtype=kind)
    assert boxes.area(a).dtype == torch.float32
    assert boxes.area(a).tolist() == [40000.0]  # an uint8 would wrap round, a float16 is rounded
    assert boxes.area(np.array([[0, 0, 200, 200]], np.uint8)).tolist() == [40000.0]


def test_an_array_beside_a_tensor_becomes_one():
    result = boxes.iou(torch.tensor([[0.0, 0, 2, 2]]), [[0, 0, 2, 2]])
    assert isinstance(result, torch.Tensor)
    assert result.tolist() == [[1.0]]
    assert isinstance(boxes.iou([[0, 0, 2, 2]], torch.tensor([[0.0, 0, 2, 2]])), torch.Tensor)


def test_no_boxes_at_all_are_a_table_without_rows():
    assert boxes.iou([], [[0, 0, 1, 1]]).shape == (0, 1)
    assert boxes.iou(np.zeros((0, 4)), []).shape == (0, 0)
    assert tuple(boxes.iou(torch.zeros(3, 4), torch.zeros(0, 4)).shape) == (3, 0)
    assert boxes.area([]).shape == (0,)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ([[3, 0, 1, 2]], "a must be (x0, y0, x1, y1) with x0 <= x1 and y0 <= y1, got [3.0, 0.0, 1.0, 2.0] among them"),
        ([[0, 5, 1, 2]], "with x0 <= x1 and y0 <= y1"),
        ([[0, 0, float("nan"), 2]], "a must hold finite numbers"),
        ([[0, 0, float("inf"), 2]], "a must hold finite numbers"),
        ([[0, 0, 1e30, 1e30]], "a must hold finite numbers up to 1e+15"),
        ([0, 0, 1, 1], "a must have shape (any, 4)"),
        ([[0, 0, 1]], "a must have shape (any, 4)"),
        (torch.zeros(2, 2, 4), "a must have shape (any, 4)"),
    ],
)
@pytest.mark.parametrize("measure", MEASURES)
def test_what_is_no_box_is_refused_by_name(measure, bad, said):
    with pytest.raises(ValueError) as error:
        measure(bad, [[0, 0, 1, 1]])
    assert said in str(error.value)


def test_texts_are_no_boxes():
    with pytest.raises(TypeError, match="boxes must hold numbers"):
        boxes.area([["a", "b", "c", "d"]])


def test_tensors_on_different_devices_are_refused():
    with pytest.raises(ValueError, match="all tensors must be on one device, got a on cpu, b on meta"):
        boxes.iou(torch.zeros(1, 4), torch.zeros(1, 4, device="meta"))
