"""Non-maximum suppression, held against brute force, and against OpenCV's."""

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import boxes


def brute_force(rows, scores, limit, labels=None):
    """Keep the best, strike out what overlaps it, go on: written down as in a textbook, without a library."""
    left = sorted(range(len(rows)), key=lambda k: -scores[k])
    kept = []
    while left:
        best = left.pop(0)
        kept.append(best)
        left = [
            k
            for k in left
            if (labels is not None and labels[k] != labels[best]) or one_iou(rows[best], rows[k]) <= limit
        ]
    return kept


def one_iou(a, b):
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - width * height
    return width * height / union if union else 0.0


def corners(v):
    return (float(v[0]), float(v[1]), float(v[0] + v[2]), float(v[1] + v[3]))


# Few values, so that scores tie, boxes repeat or are empty, and overlaps meet the threshold exactly.
a_box = st.tuples(*[st.integers(0, 6)] * 4).map(corners)
cases = st.lists(st.tuples(a_box, st.integers(0, 4), st.integers(0, 2)), max_size=25)


@settings(max_examples=300, deadline=None)
@given(cases, st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 0.6, 1.0]))
def test_it_is_brute_force_on_any_boxes_also_with_ties(case, limit):
    rows, scores, labels = (list(column) for column in zip(*case, strict=True)) if case else ([], [], [])
    scores = [s / 4 for s in scores]
    assert boxes.nms(rows, scores, limit).tolist() == brute_force(rows, scores, limit)
    assert boxes.batched_nms(rows, scores, labels, limit).tolist() == brute_force(rows, scores, limit, labels)


@pytest.mark.parametrize("extent", [60, 300, 2000])
def test_many_boxes_in_several_blocks_are_brute_force_too(extent):
    rng = np.random.default_rng(extent)
    xy = rng.uniform(0, extent, (300, 2))
    rows = np.concatenate([xy, xy + rng.uniform(4, 40, (300, 2))], axis=1)
    scores, labels = rng.random(300).round(2), rng.integers(0, 3, 300)
    for limit in (0.3, 0.7):
        assert boxes.nms(rows, scores, limit).tolist() == brute_force(rows.tolist(), scores, limit)
        assert boxes.batched_nms(rows, scores, labels, limit).tolist() == brute_force(
            rows.tolist(), scores, limit, labels
        )


def test_it_is_opencvs_where_no_scores_tie():
    rng = np.random.default_rng(0)
    xy = rng.integers(0, 100, (200, 2))
    size = rng.integers(5, 40, (200, 2))
    scores = rng.permutation(200) / 200 + 0.001
    for limit in (0.31, 0.52, 0.73):
        expected = cv2.dnn.NMSBoxes(np.concatenate([xy, size], 1).tolist(), scores.tolist(), 0.0, limit)
        assert boxes.nms(np.concatenate([xy, xy + size], 1), scores, limit).tolist() == list(expected)


def test_an_overlap_of_exactly_the_threshold_is_kept():
    rows = [[0, 0, 2, 2], [0, 0, 2, 1]]  # IoU 0.5
    assert boxes.nms(rows, [2, 1], 0.5).tolist() == [0, 1]
    assert boxes.nms(rows, [2, 1], 0.499).tolist() == [0]


def test_a_box_that_was_dropped_drops_no_other():
    rows = [[0, 0, 10, 1], [4, 0, 14, 1], [8, 0, 18, 1]]  # the first and last hardly overlap
    assert boxes.nms(rows, [3, 2, 1], 0.4).tolist() == [0, 2]


def test_of_equal_scores_the_earlier_box_is_kept():
    rows = [[0, 0, 10, 10]] * 3
    assert boxes.nms(rows, [1, 1, 1]).tolist() == [0]
    assert boxes.nms(np.zeros((5, 4)), np.zeros(5)).tolist() == [0, 1, 2, 3, 4]  # empty boxes overlap nothing


def test_of_two_classes_on_one_place_both_are_kept_and_far_coordinates_lose_no_digits():
    """Shifting each class by the largest coordinate, a common trick, rounds these boxes away in float32."""
    rows = np.array([[1e6, 0, 1e6 + 1, 1], [1e6 + 0.5, 0, 1e6 + 1.5, 1]], np.float32)
    assert boxes.batched_nms(rows, [2, 1], [10**9, 10**9], 0.32).tolist() == [0]
    assert boxes.batched_nms(rows, [2, 1], [10**9, 10**9], 0.34).tolist() == [0, 1]
    assert boxes.batched_nms(rows, [2, 1], [10**9, 10**9 + 1], 0.1).tolist() == [0, 1]


def test_a_tensor_gives_a_tensor_and_neither_its_gradient_nor_its_precision_matters():
    rows = torch.tensor([[0.0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10]], requires_grad=True)
    kept = boxes.nms(rows, torch.tensor([0.5, 0.75, 0.25], requires_grad=True))
    assert kept.dtype == torch.int64
    assert kept.tolist() == [1, 2]
    assert boxes.nms(rows.bfloat16(), [0.5, 0.75, 0.25]).tolist() == [1, 2]
    assert isinstance(boxes.nms([[0, 0, 1, 1]], [0.5]), np.ndarray)
    assert isinstance(boxes.batched_nms([[0, 0, 1, 1]], [0.5], torch.tensor([1])), torch.Tensor)
    assert boxes.nms([], []).dtype == np.int64
    assert boxes.nms(torch.zeros(0, 4), torch.zeros(0)).shape == (0,)
    assert boxes.nms([[0, 0, 1, 1]] * 2, np.array([1, 200], np.uint8)).tolist() == [1]


def brute_soft(rows, scores, factor, lowest):
    scores = dict(enumerate(scores))
    result = []
    while scores:
        best = max(scores, key=lambda k: scores[k])
        score = scores.pop(best)
        if score < lowest:
            break
        result.append((best, score))
        scores = {k: s * factor(one_iou(rows[best], rows[k])) for k, s in scores.items()}
    return result


@settings(max_examples=60, deadline=None)
@given(cases)
def test_soft_suppression_is_brute_force(case):
    rows = [row for row, _, _ in case]
    scores = [score / 4 for _, score, _ in case]
    kept, new = boxes.soft_nms(rows, scores, iou_threshold=0.3, score_threshold=0.1)
    expected = brute_soft(rows, scores, lambda o: 1 - o if o > 0.3 else 1, 0.1)
    assert kept.tolist() == [k for k, _ in expected]
    np.testing.assert_allclose(new, [s for _, s in expected])
    kept, new = boxes.soft_nms(rows, scores, method="gaussian", sigma=0.5, score_threshold=0.1)
    expected = brute_soft(rows, scores, lambda o: np.exp(-(o**2) / 0.5), 0.1)
    np.testing.assert_allclose(new, [s for _, s in expected])
    if len({round(s, 9) for _, s in expected}) == len(expected):  # else a rounding decides which comes first
        assert kept.tolist() == [k for k, _ in expected]


def test_soft_suppression_leaves_its_input_and_gives_tensors_for_tensors():
    scores = torch.tensor([0.75, 0.5])
    kept, new = boxes.soft_nms(torch.tensor([[0.0, 0, 2, 2], [0, 0, 2, 1]]), scores)
    assert (kept.tolist(), new.tolist()) == ([0, 1], [0.75, 0.25])
    assert new.dtype == torch.float32
    assert scores.tolist() == [0.75, 0.5]
    array = np.array([0.75, 0.5])
    boxes.soft_nms([[0, 0, 2, 2], [0, 0, 2, 1]], array)
    assert array.tolist() == [0.75, 0.5]
    kept, new = boxes.soft_nms([], [])
    assert (kept.shape, new.shape) == ((0,), (0,))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: boxes.nms([[0, 0, 1, 1]], [0.5, 0.4]), "scores must hold one row for each of the 1 rows of boxes"),
        (lambda: boxes.nms([[0, 0, 1, 1]], [[0.5]]), "scores must have shape (any)"),
        (lambda: boxes.nms([[0, 0, 1, 1]], [np.nan]), "scores must be numbers, got NaN"),
        (lambda: boxes.nms([[0, 0, 1, np.nan]], [1]), "boxes must hold finite numbers"),
        (lambda: boxes.nms([[0, 0, 1, 1]], [1], 1.5), "iou_threshold must be a finite number between 0 and 1"),
        (lambda: boxes.batched_nms([[0, 0, 1, 1]], [1], [0.5]), "labels must hold whole numbers"),
        (lambda: boxes.batched_nms([[0, 0, 1, 1]], [1], [0, 1]), "labels must hold one row for each of the 1 rows"),
        (lambda: boxes.soft_nms([[0, 0, 1, 1]], [-1]), "scores must be finite and 0 or more"),
        (lambda: boxes.soft_nms([[0, 0, 1, 1]], [1], method="hard"), "method must be one of 'linear', 'gaussian'"),
        (lambda: boxes.soft_nms([[0, 0, 1, 1]], [1], sigma=0), "sigma must be above 0"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(call, said):
    with pytest.raises((ValueError, TypeError)) as error:
        call()
    assert said in str(error.value)
