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


def test_each_photograph_is_the_one_of_scikit_image_and_can_be_written_to():
    for name in data.photo_names():
        image = data.photo(name)
        theirs = skimage.data.stereo_motorcycle()[0] if name == "motorcycle" else getattr(skimage.data, name)()
        assert image.dtype == np.uint8
        np.testing.assert_array_equal(image, theirs)
        image[0, 0] = 0


@settings(max_examples=20)
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
