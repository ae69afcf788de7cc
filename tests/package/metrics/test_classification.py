"""Measures of classification, against counting by hand and scikit-learn."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from dlcourse import metrics

PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40)


@pytest.mark.filterwarnings("error")
@settings(max_examples=50)
@given(PAIRS, st.sampled_from([None, 5, 7]))
def test_accuracy_matrix_precision_and_recall_are_what_counting_says(pairs, classes):
    true, found = np.array(pairs).T
    assert metrics.accuracy(true, found) == sum(a == b for a, b in pairs) / len(pairs)
    every = range(max(map(max, pairs)) + 1 if classes is None else classes)
    table = metrics.confusion_matrix(true, found, classes)
    assert table.tolist() == [[pairs.count((a, b)) for b in every] for a in every]
    with np.errstate(invalid="ignore"):
        expected = table.diagonal() / table.sum(axis=0), table.diagonal() / table.sum(axis=1)
    np.testing.assert_array_equal(metrics.precision_recall(true, found, classes), expected)


@pytest.mark.parametrize(("classes", "k"), [(6, 1), (6, 3), (40, 1), (40, 5)])
def test_top_k_accuracy_is_scikit_learns_whose_ties_go_to_the_last_class(classes, k):
    """With the classes in reverse order they go to the first. Of 40 classes, so many tie that a sort must be stable."""
    random = np.random.default_rng(classes + k)
    labels, scores = random.integers(0, 6, 60), random.integers(0, 4, (60, classes))
    theirs = sk.top_k_accuracy_score(classes - 1 - labels, scores[:, ::-1], k=k, labels=range(classes))
    assert 0 < metrics.top_k_accuracy(labels, scores, k) < 1
    assert metrics.top_k_accuracy(labels, scores, k) == pytest.approx(theirs)


def test_all_samples_count_the_same_and_not_all_batches():
    """75 samples in batches of 32: 30, 30 and 2 of 11 right. The mean of the three accuracies is 0.686."""
    right = np.concatenate([np.arange(32) < 30, np.arange(32) < 30, np.arange(11) < 2])
    assert metrics.accuracy(np.ones(75, int), right.astype(int)) == pytest.approx(62 / 75)


def test_a_tie_goes_to_the_class_with_the_lower_number():
    assert [metrics.top_k_accuracy([label], [[1, 2, 2, 2]], k=2) for label in range(4)] == [0, 1, 1, 0]


def test_five_guesses_are_the_default():
    assert metrics.top_k_accuracy(range(7), np.tile(-np.arange(7), (7, 1))) == pytest.approx(5 / 7)


def test_ten_thousand_classes_are_the_most():
    assert len(metrics.precision_recall([9_999], [0])[1]) == 10_000
    with pytest.raises(ValueError, match="labels go up to 10000, "):
        metrics.precision_recall([10_000], [0])


def test_whole_number_scores_do_not_wrap_round():
    assert metrics.top_k_accuracy([2], np.array([[0, 1, 200]], np.uint8), k=1) == 1.0


def test_tensors_lists_and_arrays_are_taken():
    assert metrics.accuracy(torch.tensor([1, 0]), [1, 1]) == 0.5
    assert metrics.top_k_accuracy(torch.tensor([1]), torch.tensor([[0.1, 0.9]], requires_grad=True), k=1) == 1.0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: metrics.accuracy([0, 1], [0]), ValueError, "each of the 2 labels, got 1"),
        (lambda: metrics.accuracy([], []), ValueError, "labels must hold one class number at least"),
        (lambda: metrics.accuracy([0.0, 1.0], [0, 1]), TypeError, "labels must hold"),
        (lambda: metrics.accuracy([[0, 1]], [0, 1]), ValueError, "labels must have shape"),
        (lambda: metrics.accuracy([0, -1], [0, 1]), ValueError, "labels must be 0 or more"),
        (lambda: metrics.confusion_matrix([0, 3], [0, 1], classes=3), ValueError, "below 3"),
        (lambda: metrics.confusion_matrix([0], [0], classes=0), ValueError, "classes must be at least 1"),
        (lambda: metrics.confusion_matrix([10**9], [0]), ValueError, r"labels go up to 1000000000, .* np\.unique"),
        (lambda: metrics.precision_recall([0], [2**62]), ValueError, "predictions go up to 4611686018427387904"),
        (lambda: metrics.confusion_matrix([0], [0], classes=10**9), ValueError, "classes is 1000000000, and a table"),
        (lambda: metrics.precision_recall([0], [3], classes=3), ValueError, "predictions must be 0 or more and below"),
        (lambda: metrics.top_k_accuracy([0], [[0.1, 0.9]], k=3), ValueError, "k must be between 1 and 2"),
        (lambda: metrics.top_k_accuracy([0], [[np.nan, 0.9]], k=1), ValueError, "NaN"),
        (lambda: metrics.top_k_accuracy([0, 1], [[0.1, 0.9]], k=1), ValueError, "one row for each of the 2 labels"),
        (lambda: metrics.top_k_accuracy([2], [[0.1, 0.9]], k=1), ValueError, "below 2"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
