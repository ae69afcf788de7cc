"""Claims about the photographs."""

import importlib.util

import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import data
from dlcourse.data import _photo


def test_the_photographs_of_the_book_are_there_without_a_download():
    names = data.photo_names()
    assert {"chelsea", "coins", "camera", "coffee", "astronaut", "brick", "grass", "gravel"} <= set(names)
    assert list(names) == sorted(names)


@pytest.mark.parametrize(
    "name", ["chelsea", "coins", "camera", "coffee", "astronaut", "moon", "clock", "colorwheel", "immunohistochemistry"]
)
def test_a_photograph_is_the_one_of_scikit_image(name):
    image = data.photo(name)
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image, getattr(skimage.data, name)())


def test_every_photograph_is_grey_or_rgb_and_can_be_written_to():
    for name in data.photo_names():
        image = data.photo(name)
        assert image.dtype == np.uint8
        assert image.ndim == 2 or image.shape[2:] == (3,)
        image[0, 0] = 0


@settings(deadline=None)
@given(name=st.one_of(st.text(), st.none(), st.integers(), st.lists(st.text())))
def test_an_unknown_name_is_answered_with_the_known_ones(name):
    with pytest.raises(ValueError, match=r"^name must be one of 'astronaut', .*'chelsea'.*; got "):
        data.photo(name)


def test_a_photograph_that_this_scikit_image_lacks_is_not_offered(monkeypatch):
    monkeypatch.setitem(_photo._FILES, "zebra", "zebra.png")
    assert "zebra" not in data.photo_names()
    with pytest.raises(ValueError, match=r"^name must be one of"):
        data.photo("zebra")


def test_without_scikit_image_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    _photo._folder.cache_clear()
    with pytest.raises(ImportError, match=r"pip install scikit-image"):
        data.photo("chelsea")
