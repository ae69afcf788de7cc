"""The checks of arguments say what came and what was expected."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dlcourse import _validate

anything = st.one_of(
    st.none(), st.booleans(), st.text(), st.floats(), st.integers(), st.lists(st.integers()), st.binary()
)


@given(anything)
def test_whole_gives_an_int_within_bounds_or_names_the_argument(value):
    try:
        result = _validate.whole("epochs", value, 0, 9)
    except (ValueError, TypeError) as problem:
        assert "epochs" in str(problem)
    else:
        assert type(result) is int
        assert 0 <= result <= 9


@given(anything)
def test_real_gives_a_finite_float_or_names_the_argument(value):
    try:
        result = _validate.real("rate", value, 0, 1)
    except (ValueError, TypeError) as problem:
        assert "rate" in str(problem)
    else:
        assert 0 <= result <= 1


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
    with pytest.raises(TypeError, match="x must hold booleans"):
        _validate.array("x", [1, 2], kind="b")
    with pytest.raises(TypeError, match="x must be an array of numbers"):
        _validate.array("x", [[1, 2], [3]])
    with pytest.raises(TypeError, match=r"x must be an array of numbers, got Tensor.*meta"):
        _validate.array("x", torch.ones(2, device="meta"))


def test_long_values_are_shortened_in_messages():
    assert len(_validate.describe("x" * 1000)) < 80
