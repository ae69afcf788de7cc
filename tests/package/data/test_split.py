"""Claims about the splits into training, validation and test data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import data

PUBLISHED = [[3, 2, 1, 8, 6, 0, 7, 4], [5, 9]]


@settings(max_examples=50)
@given(n=st.integers(0, 300), cuts=st.lists(st.integers(1, 9), min_size=1, max_size=5), seed=st.integers(0, 2**70))
def test_parts_of_a_split_are_disjoint_cover_everything_and_end_at_the_nearest_whole_number(n, cuts, seed):
    fractions = np.array(cuts) / sum(cuts)
    parts = data.split(n, fractions, seed=seed)
    assert len(parts) == len(cuts)
    assert all(part.dtype == np.int64 for part in parts)
    assert np.sort(np.concatenate(parts)).tolist() == list(range(n))
    ends = np.cumsum([len(part) for part in parts])
    assert np.abs(ends - n * fractions.cumsum()).max() <= 0.5 + 1e-9


def test_few_examples_can_leave_a_part_empty_as_the_docstring_says():
    assert [len(part) for part in data.split(3, (0.9, 0.1))] == [3, 0]
    assert "3 and 0" in data.split.__doc__


def test_a_split_is_the_same_on_every_machine_and_another_for_another_seed():
    assert [part.tolist() for part in data.split(10)] == PUBLISHED
    assert not np.array_equal(data.split(10, seed=1)[0], PUBLISHED[0])


@settings(max_examples=50)
@given(
    counts=st.lists(st.integers(1, 40), min_size=2, max_size=2), share=st.floats(0.05, 0.95), seed=st.integers(0, 99)
)
def test_a_stratified_split_gives_each_part_its_share_of_both_classes(counts, share, seed):
    labels = np.repeat([3, 8], counts)
    plain = data.split(sum(counts), (share, 1 - share), seed=seed)
    parts = data.split(sum(counts), (share, 1 - share), seed=seed, labels=labels)
    assert [len(part) for part in parts] == [len(part) for part in plain]
    assert np.sort(np.concatenate(parts)).tolist() == list(range(sum(counts)))
    for label, count in zip((3, 8), counts, strict=True):
        assert abs((labels[parts[0]] == label).sum() - share * count) <= 1.5


@pytest.mark.parametrize("seed", range(3))
def test_a_class_with_one_example_goes_to_the_larger_part(seed):
    labels = [0] * 9 + [1]
    assert [9 in part for part in data.split(10, (0.2, 0.8), labels=labels, seed=seed)] == [False, True]
    assert [9 in part for part in data.split(10, (0.8, 0.2), labels=labels, seed=seed)] == [True, False]


def test_the_parts_of_a_stratified_split_are_shuffled():
    labels = np.arange(1000) % 2
    part = labels[data.split(1000, labels=labels)[0]]
    assert part.sum() == 400
    assert abs(np.corrcoef(part[1:], part[:-1])[0, 1]) < 0.1
    assert abs(np.corrcoef(part, np.arange(800))[0, 1]) < 0.1


@pytest.mark.parametrize("bad", [(0.8, 0.3), (), (1.2, -0.2), (1, 0), (float("nan"), 1), 0.5, [[0.5, 0.5]]], ids=str)
def test_fractions_that_do_not_sum_to_one_are_refused(bad):
    with pytest.raises(ValueError, match=r"^fractions must"):
        data.split(10, bad)


def test_bad_numbers_and_labels_are_refused_by_name():
    with pytest.raises(ValueError, match=r"^n must be at least 0, got -1"):
        data.split(-1)
    with pytest.raises(TypeError, match=r"^n must be a whole number"):
        data.split([1, 2])
    with pytest.raises(TypeError, match=r"^seed must be a whole number"):
        data.split(3, seed=0.5)
    with pytest.raises(ValueError, match=r"^labels must have shape \(3\)"):
        data.split(3, labels=[0, 1])
    with pytest.raises(TypeError, match=r"^labels must hold"):
        data.split(2, labels=[0.5, 1.5])
    with pytest.raises(TypeError, match=r"^fractions must hold numbers"):
        data.split(2, ["a", "b"])
