"""What `dlcourse.check` says about answers that are not right yet."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import check

fifty = settings(max_examples=50)
numbers = st.floats(-1e3, 1e3).map(lambda number: round(number, 3))


def told(got, expected, **more):
    """What a learner reads about an answer that is not right."""
    with pytest.raises(check.CheckFailed) as failure:
        check.value(got, expected, name="answer", **more)
    return str(failure.value)


def told_about(fn, *cases, **more):
    with pytest.raises(check.CheckFailed) as failure:
        check.function(fn, cases, **more)
    return str(failure.value)


class Lying:
    """An object that cannot be read."""

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no")


class TestWhatIsSaid:
    @pytest.mark.parametrize(
        ("got", "hint"),
        [
            (None, "nothing there yet"),
            (..., "nothing there yet"),
            ([1, None, 3, 5], "at [1]: there is nothing there yet"),
            ([1, np.nan, 4, 8], "NaN (not a number) at [1]. It comes from 0/0"),
            ([1, 2, np.inf, 8], "infinity at [2]. It comes from a division by zero"),
            ("1, 2, 4, 8", "is text"),
            (np.sum, "call it, with parentheses"),
            ([[1, 2], [4]], "rows of different lengths"),
            ({1: 2}, "where a number, a list or an array"),
            ([[[1]], [[1, 2]]], "rows of different lengths"),
            ([1, [2]], "cannot be read as numbers"),
            ([Lying()], "cannot be read as numbers"),
            (Lying(), "cannot be read as numbers"),
            (np.array([1j, 2, 4, 8]), "complex"),
            ([-1, -2, -4, -8], "opposite sign"),
            ([8, 4, 2, 1], "reverse order"),
            ([2, 3, 5, 9], "off by one everywhere"),
            ([0, 0, 0, 0], "nothing but zeros"),
            ([1, 2, 4], "One position is missing"),
            ([1, 2, 4, 8, 16], "One position too many"),
            ([1, 2, 4, 8, 16, 32], "(4,) is expected"),
            ([[1, 2], [4, 8]], "arrangement is not"),
            ([[1, 2, 4, 8]], "Only axes of length 1"),
            (15, "return inside its loop"),
        ],
        ids=lambda value: str(value)[:30] if isinstance(value, str) else "",
    )
    @pytest.mark.parametrize("seal", [lambda a: a, check.seal], ids=["open", "sealed"])
    def test_mistakes_that_are_recognised_with_and_without_the_answer(self, got, hint, seal):
        assert hint in told(got, seal([1, 2, 4, 8]))

    @pytest.mark.parametrize(
        ("got", "hint"),
        [
            ([4, 1, 8, 2], "wrong order"),
            ([3, 6, 12, 24], "right up to a constant: every value is 3 times"),
            ([2.5, 3.5, 5.5, 9.5], "every value 1.5 too large"),
            ([0, 1, 2, 4], "one place too late"),
            ([2, 4, 8, 0], "one place too early"),
            ([1, -2, 4, 8], "not always the right sign"),
            ([1, 2, 4.05, 8], "differs by up to 0.05"),
            ([1, 2, 5, 7], "2 of 4 values wrong; the first is at [2], 5 where 4 is expected"),
        ],
        ids=lambda value: value[:30] if isinstance(value, str) else "",
    )
    def test_mistakes_that_are_recognised_beside_the_answer(self, got, hint):
        assert hint in told(got, [1, 2, 4, 8])

    def test_an_array_of_whole_numbers_loses_decimals(self):
        assert "lost its decimals" in told(np.array([1, 2, -3]), [1.5, 2.0, -3.7])

    def test_bytes_wrap_around(self):
        right = np.array([[300, -10], [20, 7]])
        assert "wrapped around" in told(right.astype(np.uint8), right)

    def test_relu_is_recognised(self):
        assert "0 wherever a negative" in told([1, 0, 3], [1, -2, 3])

    @pytest.mark.parametrize(
        ("got", "expected", "untrue", "hint"),
        [
            ([1.000005, 2], [1.0, 2], "negative", "is close"),
            ([-1.000005, 2], [-1.0, 2], "sign", "is close"),
            ([100_001, 5], [100_000, 5], "decimals", "is close"),
            ([100_001, 5], [100_000.0, 5], "decimals", "is close"),
            ([-256, 0], [256, 0], "uint8", "sign"),
            ([512, 9], [256, 9], "uint8", "1 of 2 values wrong"),
            ([1e-7, -1e-7, 3e-7], [1.0, 2, 3], "constant", "3 of 3 values wrong"),
            ([2, 6], [1, 3], "constant", "2 of 2 values wrong"),
            ([5, 5, 5], [2, 2, 2], "too large", "3 of 3 values wrong"),
            ([1.000002, 3], [1.0, 2], "1 where 1 is", "2 of 2 values wrong; the first is at [0], 1.000002 where 1 is"),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_no_mistake_is_named_that_was_not_made(self, got, expected, untrue, hint):
        message = told(np.array(got), expected)
        assert untrue not in message
        assert hint in message

    def test_a_message_says_which_difference_is_accepted_if_the_author_does(self):
        assert "differs by up to 3, where 1 is accepted" in told(303, 300, atol=1)
        assert told(200, 300, atol=1).endswith("A difference of up to 1 is accepted.")
        assert told([1, 2, 5, 7], [1, 2, 4, 8], atol=0.1).endswith("5 where 4 is expected, give or take 0.1.")
        assert told(2.2, 3.5, atol=0.001).endswith("A difference of up to 0.001 is accepted.")
        assert "accepted" not in told(200, 300)
        assert "differs by up to 0.05, where 1e-06 is accepted" in told([1, 2, 4.05, 8], [1, 2, 4, 8])

    def test_nobody_is_off_by_one_where_one_is_accepted(self):
        assert "off by one" not in told([30, 189], [28, 188], atol=1)
        assert "off by one" in told([29, 189], [28, 188], atol=0.4)

    def test_a_sealed_answer_says_to_how_many_decimals_it_is_compared(self):
        assert told(33.33, check.seal(100 / 3, decimals=4)).endswith("It is compared to 4 decimals.")
        assert "decimals" not in told(33, check.seal(100 / 3, decimals=4))

    def test_exchanged_axes_are_recognised(self):
        assert "rows and columns exchanged" in told([[1, 3], [2, 4]], [[1, 2], [3, 4]])
        assert "which axis comes first" in told(np.zeros((2, 3)), np.ones((3, 2)))
        assert "along axis 1" in told([[2, 1], [4, 3]], [[1, 2], [3, 4]])
        assert "along axis 0 and axis 1" in told([[4, 3], [2, 1]], [[1, 2], [3, 4]])

    def test_single_numbers(self):
        assert "Count again" in told(5, 6)
        assert "Count again" in told(7, check.seal(6))
        assert told(2, check.seal(6)) == "answer is not right yet."
        assert told(2, 6) == "answer is 2, which is not right yet."
        assert "take it out" in told([6], 6)
        assert told(math.nan, 6).startswith("answer holds NaN (not a number).")

    def test_a_sealed_answer_is_never_shown(self):
        assert told([1, 2, 5], check.seal([1, 2, 4])) == "answer has the right shape, but not the right values yet."
        assert "137" not in repr(check.seal(137)) + told(12, check.seal(137))
        assert repr(check.seal(0.25, decimals=2)).endswith(", decimals=2)")

    def test_mistakes_named_by_the_author_come_first(self):
        mistakes = {"Counted from 1?": [2, 3], "Everything twice?": check.seal([2, 4]), "One number?": 3}
        assert told([2, 3], [1, 2], mistakes=mistakes).endswith("Counted from 1?")
        assert told([2, 4], check.seal([1, 2]), mistakes=mistakes).endswith("Everything twice?")
        assert told(3, [1, 2], mistakes=mistakes).endswith("One number?")
        assert told(2.4, 6, mistakes={"A third?": 2}, atol=0.5).endswith("A third?")
        assert not told(2.4, 6, mistakes={"A third?": 2}).endswith("A third?")

    def test_the_author_says_what_the_axes_mean(self):
        assert told([1], [1, 2], axes="One for each window.").endswith("One for each window.")
        assert "window" not in told([1, 3], [1, 2], axes="One for each window.")

    def test_dtype(self):
        assert "float32 is asked for" in told([1.0], [1.0], dtype="float32")
        check.value(np.float32([1]), [1], name="answer", dtype="float32")

    @fifty
    @given(st.recursive(st.none() | st.booleans() | numbers | st.text(), st.lists, max_leaves=8))
    def test_whatever_comes_the_message_is_a_sentence(self, got):
        message = told(got, np.arange(210.0).reshape(5, 6, 7))
        assert message.startswith("answer ")
        assert message.endswith((".", "?"))


class TestArrays:
    @pytest.mark.parametrize("shape", [(2,), (2, 3, 1), (3, None)])
    def test_wrong_shapes(self, shape):
        with pytest.raises(check.CheckFailed, match=r"has shape \(2, 3\)"):
            check.array(np.ones((2, 3)), name="kernel", shape=shape)

    def test_dtype(self):
        check.array(np.ones(2, dtype=np.float32), name="kernel", dtype="float32")
        with pytest.raises(check.CheckFailed, match="has dtype float64, and float32 is asked for"):
            check.array(np.ones(2), name="kernel", dtype="float32")

    def test_only_finite_numbers(self):
        with pytest.raises(check.CheckFailed, match="NaN"):
            check.array([np.nan], name="kernel")


def doubled(x):
    return 2 * x


class TestFunctions:
    def test_errors_name_the_input_the_line_and_the_error(self):
        def last(x):
            return x[len(x)]

        message = told_about(last, check.case(np.array([1, 2]), expected=2))
        assert message.splitlines() == [
            "last([1, 2]) stops with an error, in its line `return x[len(x)]`:",
            "    IndexError: index 2 is out of bounds for axis 0 with size 2",
        ]

    def test_too_many_arguments(self):
        assert "TypeError" in told_about(doubled, check.case(1, 2, expected=2))

    def test_printing_is_not_returning(self, capsys):
        assert told_about(print, check.case(3, expected=3), name="show").startswith("show(3) prints its result, but")
        assert capsys.readouterr().out == ""

    def test_stubs(self):
        def stub(x):
            pass

        def raising(x):
            raise NotImplementedError

        for nothing in (stub, raising, None, ...):
            assert "nothing there yet" in told_about(nothing, check.case(3, expected=3))
        assert "must be a function" in told_about(4, check.case(3, expected=3), name="double")

    def test_an_input_that_is_changed_in_place_is_noticed(self):
        def halved(x):
            x /= 2
            return x

        x = np.array([2.0, 4.0])
        assert "changes its input `x` in place" in told_about(halved, check.case(x, expected=[1, 2]))
        assert x.tolist() == [2, 4]

        def emptied(*lists):
            return lists[1].pop()

        assert "number 2" in told_about(emptied, check.case([1], [2, 3], expected=3))

    @pytest.mark.parametrize(
        ("argument", "change"),
        [
            (np.array([np.nan, 1, 2]), lambda x: x.put(1, 9)),
            (np.array([1 + 1j, np.nan]), lambda x: x.put(0, 9)),
            (np.array(["a", None], dtype=object), lambda x: x.put(1, "b")),
            ([np.zeros(30), np.zeros(40)], lambda x: x[0].fill(9)),
            ({"boxes": np.zeros((5, 4)), "names": ["a"]}, lambda x: x["boxes"].fill(9)),
            ({"boxes": np.zeros((5, 4)), "names": ["a"]}, lambda x: x["names"].append("b")),
            ({"size": 3}, lambda x: x.pop("size")),
            (["text", (1, [2])], lambda x: x[1][1].append(3)),
            ([1, 2], lambda x: x.insert(0, float(x.pop(0)))),
            ({1, 2}, lambda x: x.add(3)),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_changes_are_noticed_wherever_they_hide(self, argument, change):
        def careless(x):
            change(x)
            return 1

        assert "changes its input `x` in place" in told_about(careless, check.case(argument, expected=1))
        check.function(lambda x: 1, [check.case(argument, expected=1)], name="careful")

    def test_a_changed_tensor_is_noticed(self):
        torch = pytest.importorskip("torch")
        for dtype in (torch.float32, torch.bfloat16):
            argument = [torch.tensor([1.0, math.nan], dtype=dtype)]
            check.function(lambda x: 1, [check.case(argument, expected=1)], name="careful")
            message = told_about(lambda x: int(x[0].zero_().sum()), check.case(argument, expected=0))
            assert "changes its input `x` in place" in message

    def test_objects_that_cannot_be_compared_are_allowed(self):
        arguments = [np.random.default_rng(0), [object()], Lying(), [np.float64("nan")], {"nan": math.nan}]
        check.function(lambda *_: 1, [check.case(*arguments, expected=1)], name="one")

    def test_every_case_counts(self):
        right, wrong = check.case(2, expected=4), check.case(3, expected=9)
        assert "doubled(3) is 6" in told_about(doubled, right, wrong)
        assert "doubled(3) is 6" in told_about(doubled, right, right, wrong)

    def test_each_case_knows_its_mistakes(self):
        squared = check.case(3, expected=9, mistakes={"Twice is not squared.": 6})
        assert told_about(doubled, check.case(2, expected=4), squared).endswith("Twice is not squared.")

    def test_tolerance(self):
        about = check.case(200, expected=401)
        check.function(doubled, [about], atol=1.5)
        check.function(doubled, [about], rtol=0.01)
        assert "doubled(200)" in told_about(doubled, about, atol=0.01)
        assert "doubled(2)" in told_about(doubled, check.case(2, expected=4 + 1e-9), atol=0, rtol=0)

    def test_the_author_says_what_the_axes_mean(self):
        message = told_about(doubled, check.case([1], expected=[2, 2, 2]), axes="One for each window.")
        assert message.endswith("One for each window.")

    def test_the_shape_of_the_input_is_recognised(self):
        message = told_about(doubled, check.case(np.ones(8), expected=np.ones(6)))
        assert "That is the shape of the input." in message

    def test_long_inputs_are_named_by_their_shape(self):
        assert "<array of shape (100,)>" in told_about(doubled, check.case(np.ones(100), expected=1))
        assert "doubled(<list>)" in told_about(doubled, check.case(list(range(50)), expected=1))

    def test_warnings_do_not_reach_the_learner(self):
        def roots(x):
            warnings.warn("careful", stacklevel=1)
            return np.sqrt(x)

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            check.function(roots, [check.case(np.array([4.0]), expected=[2])])

    def test_arguments_that_hold_no_numbers_are_allowed(self):
        check.function(lambda a, b: len(a), [check.case("text", [(1, 2), (3,)], expected=4)], name="length")
