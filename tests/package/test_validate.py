"""The checks of arguments say what came and what was expected."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import _validate

anything = st.one_of(
    st.none(), st.booleans(), st.text(), st.floats(), st.integers(), st.lists(st.integers()), st.binary()
)


@settings(max_examples=50)
@given(anything)
def test_whole_gives_an_int_within_bounds_or_names_the_argument(value):
    if type(value) is int and 0 <= value <= 9:
        assert _validate.whole("epochs", value, 0, 9) == value
    else:
        with pytest.raises((ValueError, TypeError), match=r"^epochs must be "):
            _validate.whole("epochs", value, 0, 9)


@settings(max_examples=50)
@given(anything)
def test_real_gives_a_finite_float_or_names_the_argument(value):
    if type(value) in (int, float) and 0 <= value <= 1:
        assert _validate.real("rate", value, 0, 1) == value
    else:
        with pytest.raises((ValueError, TypeError), match=r"^rate must be "):
            _validate.real("rate", value, 0, 1)


def test_both_bounds_are_allowed():
    assert [_validate.whole("n", number, 2, 5) for number in (2, 5)] == [2, 5]
    assert [_validate.real("x", number, 0.5, 2) for number in (0.5, 2)] == [0.5, 2.0]
    for bad in (1, 6):
        with pytest.raises(ValueError, match=f"n must be between 2 and 5, got {bad}"):
            _validate.whole("n", bad, 2, 5)
    for bad in (0.4, 2.1, np.inf, np.nan):
        with pytest.raises(ValueError, match=f"x must be a finite number between 0.5 and 2, got {bad}"):
            _validate.real("x", bad, 0.5, 2)


def test_a_truth_value_is_one_and_no_number_that_could_pass_for_it():
    assert [_validate.truth("shuffle", value) for value in (True, np.False_)] == [True, False]
    for bad in (1, 0, "yes", None):
        with pytest.raises(TypeError, match="shuffle must be True or False, got "):
            _validate.truth("shuffle", bad)


def test_a_pair_keeps_its_order():
    assert _validate.pair("limits", [np.float32(2), -1]) == (2.0, -1.0)
    for bad in (3, (1,), (1, 2, 3), "ab"):
        with pytest.raises(TypeError, match=r"limits must be a (pair of numbers|number), got "):
            _validate.pair("limits", bad)


def test_numpy_numbers_are_numbers():
    assert _validate.whole("n", np.int64(3)) == 3
    assert _validate.real("x", np.float32(0.5)) == 0.5
    with pytest.raises(TypeError, match="n must be a whole number"):
        _validate.whole("n", np.True_)


def test_choice_lists_what_is_known_and_takes_no_bool_for_a_number():
    assert _validate.choice("mode", "a", ("a", "b")) == "a"
    for value in ("c", ["a"], None):
        with pytest.raises(ValueError, match=r"mode must be one of 'a', 'b'; got"):
            _validate.choice("mode", value, {"a": 1, "b": 2})
    with pytest.raises(ValueError, match="size must be one of 0, 1"):
        _validate.choice("size", True, (0, 1))


def test_array_takes_tensors_and_refuses_other_shapes_and_kinds():
    assert _validate.array("x", torch.ones(2, requires_grad=True)).tolist() == [1, 1]
    with pytest.raises(ValueError, match=r"x must have shape \(any, 3\), got an array of shape \(2,\)"):
        _validate.array("x", [1, 2], (None, 3))
    with pytest.raises(ValueError, match=r"x must have shape \(2, any, 3\), got an array of shape \(1, 4, 3\)"):
        _validate.array("x", np.zeros((1, 4, 3)), (2, None, 3))
    assert _validate.array("x", [], kind="biu").shape == (0,), "an empty list has no type yet"
    with pytest.raises(TypeError, match="x must hold booleans"):
        _validate.array("x", [1, 2], kind="b")
    with pytest.raises(TypeError, match="x must be an array of numbers"):
        _validate.array("x", [[1, 2], [3]])
    with pytest.raises(TypeError, match=r"x must be an array of numbers, got Tensor.*meta"):
        _validate.array("x", torch.ones(2, device="meta"))


def test_long_values_are_shortened_in_messages():
    assert len(_validate.describe("x" * 1000)) < 80
