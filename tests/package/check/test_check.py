"""`dlcourse.check` accepts what is right, refuses what only looks right, and says what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from dlcourse import check

fifty = settings(max_examples=50)
numbers = st.floats(-1e3, 1e3).map(lambda number: round(number, 3))
whole = st.integers(-50, 50)


def told(got, expected, **more):
    """What a learner reads about an answer that is not right."""
    with pytest.raises(check.CheckFailed) as failure:
        check.value(got, expected, name="answer", **more)
    return str(failure.value)


class TestRightAnswers:
    @fifty
    @given(arrays(float, array_shapes(max_dims=3, max_side=4), elements=numbers))
    def test_an_array_is_itself_open_and_sealed(self, a):
        check.value(a.copy(), a, name="answer")
        check.value(a.copy(), check.seal(a, decimals=4), name="answer")

    @fifty
    @given(arrays(float, array_shapes(max_dims=2, max_side=4), elements=numbers), st.integers(0, 2**32 - 1))
    def test_rounding_errors_break_no_seal(self, a, seed):
        noise = np.random.default_rng(seed).uniform(-1e-6, 1e-6, size=a.shape)
        check.value(a + noise, check.seal(a, decimals=4), name="answer")

    def test_minus_zero_is_zero(self):
        for seal in (np.asarray, check.seal):
            check.value([-0.0, 1], seal([0.0, 1]), name="answer")

    def test_success_prints_one_line(self, capsys):
        check.value([1, 2], [1, 2], name="answer")
        check.array([1, 2], name="answer", shape=(None,), dtype="int64")
        for count in (1, 2, 3):
            check.function(abs, [check.case(-1, expected=1)] * count)
        assert capsys.readouterr().out.splitlines() == [
            "✓ answer is right.",
            "✓ answer has the shape asked for, (2,).",
            "✓ abs is right for the input tried.",
            "✓ abs is right for both inputs tried.",
            "✓ abs is right for all 3 inputs tried.",
        ]

    def test_lists_tuples_scalars_and_tensors_are_all_answers(self):
        torch, keras = pytest.importorskip("torch"), pytest.importorskip("keras")
        expected = np.array([[1.0, 2.0], [3.0, 4.0]])
        for make in (np.array, np.ndarray.tolist, torch.tensor, keras.ops.convert_to_tensor, keras.Variable):
            check.value(make(expected), expected, name="answer")
        check.value(torch.tensor(expected, requires_grad=True), expected, name="answer")
        check.value(torch.tensor(3.0), 3, name="answer")
        check.value(np.float32(3), 3, name="answer")
        check.value(((1, 2), (3, 4)), expected, name="answer")
        check.value(np.array([True, False]), [True, False], name="answer")

    def test_tensors_in_lists_and_with_gradients_are_answers(self):
        torch = pytest.importorskip("torch")
        doubled = torch.tensor(1.0, requires_grad=True) * 2
        check.value([doubled, torch.tensor(2.0)], [2, 2], name="answer")
        check.value(([doubled, 3.0], (4, doubled)), [[2, 3], [4, 2]], name="answer")
        check.value([torch.ones(2), doubled * torch.ones(2)], [[1, 1], [2, 2]], name="answer")

    def test_bfloat16_is_an_answer(self):
        torch, ml_dtypes = pytest.importorskip("torch"), pytest.importorskip("ml_dtypes")
        check.value(torch.tensor([1.5, 2], dtype=torch.bfloat16), [1.5, 2], name="answer")
        check.value([torch.tensor(1.5, dtype=torch.bfloat16), 2], [1.5, 2], name="answer")
        check.value(np.array([1.5, 2], dtype=ml_dtypes.bfloat16), [1.5, 2], name="answer")

    @fifty
    @given(arrays(float, array_shapes(max_dims=2, max_side=4), elements=st.floats(-1e4, 1e4)), st.integers(0, 8))
    def test_what_can_be_sealed_opens_for_float32(self, a, decimals):
        try:
            sealed = check.seal(a, decimals=decimals)
        except ValueError:
            return
        check.value(a.astype(np.float32), sealed, name="answer")


class TestTolerance:
    """Right is `abs(got - expected) <= atol + rtol * abs(expected)`, whatever the numbers are made of."""

    @pytest.mark.parametrize("expected", [300, 300.0, np.int64(300), np.float32(300)], ids=lambda x: type(x).__name__)
    def test_within_a_metre_is_within_a_metre_of_a_whole_number_too(self, expected):
        for got in (299.925, 300, 301, 299):
            check.value(got, expected, name="depth", atol=1)
        for got in (301.1, 298.9, 302, 0):
            assert "1 is accepted" in told(got, expected, atol=1, rtol=0)

    @pytest.mark.parametrize("expected", [[1000, -10], [1000.0, -10.0]], ids=["whole", "decimals"])
    def test_a_relative_tolerance_grows_with_the_value(self, expected):
        check.value([1009, -10.09], expected, name="answer", rtol=0.01)
        assert "differs by up to 0.2, where 0.1 is accepted" in told([990, -10.2], expected, rtol=0.01)
        assert "-50 where -10 is expected, give or take 0.1" in told([990, -50], expected, rtol=0.01)

    @fifty
    @given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.floats(0, 1), st.floats(0, 9))
    def test_both_tolerances_mean_what_they_do_in_numpy(self, got, expected, rtol, atol):
        if abs(expected) <= atol + rtol * abs(expected) and expected:
            return  # zeros would pass: an error of the author, tested below
        if np.isclose(got, expected, rtol=rtol, atol=atol):
            check.value(got, expected, name="answer", rtol=rtol, atol=atol)
        else:
            assert told(got, expected, rtol=rtol, atol=atol)

    def test_by_default_decimals_have_a_relative_tolerance_and_counts_have_none(self):
        check.value(12_000_001.0, 12_000_000.0, name="answer")
        assert told(12_000_001.0, 12_000_000)
        check.value(12_000_001, 12_000_000, name="answer", rtol=1e-6)


class EqualToAll:
    """An object that is equal to everything."""

    def __eq__(self, other):
        return True

    __hash__ = None


class EqualArray(np.ndarray):
    """An array that is equal to everything."""

    def __eq__(self, other):
        return np.ones(np.shape(other), dtype=bool)

    def __array_ufunc__(self, *args, **kwargs):
        return np.zeros(3)

    __hash__ = None


class Lying:
    """An object that cannot be read."""

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no")


class TestWhatMustNotPass:
    @pytest.mark.parametrize(
        "got",
        [
            np.zeros(3),
            np.full(3, np.nan),
            [1, np.nan, 3],
            [1, 2, np.inf],
            np.array([[1, 2, 3]]),
            np.array([[1], [2], [3]]),
            np.tile([1, 2, 3], (3, 1)),
            np.array([1, 2, 3]) + 1e-3,
            np.array([1, 2, 3j]),
            np.array([1, 2, 3, 4]),
            [],
            True,
            2,
            None,
            ...,
            "123",
            b"123",
            {1, 2, 3},
            {1: 1, 2: 2, 3: 3},
            iter([1, 2, 3]),
            [1, None, 3],
            [[1], [2, 3]],
            ["1", "2", "3"],
            EqualToAll(),
            [EqualToAll()] * 3,
            np.array([7, 8, 9]).view(EqualArray),
            Lying(),
            np.sum,
            np.array,
        ],
        ids=lambda got: f"{type(got).__name__} {str(got)[:20]}".replace("\n", ""),
    )
    @pytest.mark.parametrize("seal", [lambda a: a, check.seal], ids=["open", "sealed"])
    def test_nothing_but_the_answer_is_the_answer(self, got, seal):
        assert told(got, seal(np.array([1, 2, 3])))

    @pytest.mark.parametrize("seal", [lambda a: a, check.seal], ids=["open", "sealed"])
    def test_one_number_where_three_equal_ones_are_expected_does_not_broadcast(self, seal):
        assert "(3,) is expected" in told(5, seal([5, 5, 5]))
        assert "single number" in told([5, 5, 5], seal(5))

    @fifty
    @given(arrays(float, array_shapes(max_dims=2, max_side=4), elements=numbers), st.data())
    def test_one_changed_number_is_noticed(self, a, data):
        b = a.copy()
        index = data.draw(st.tuples(*(st.integers(0, n - 1) for n in a.shape)))
        b[index] += data.draw(st.sampled_from([-2.5, -0.01, 0.01, 1, 1000]))
        assert told(b, a)
        assert told(b, check.seal(a, decimals=4))

    @fifty
    @given(arrays(int, st.integers(1, 6), elements=whole), arrays(int, st.integers(1, 6), elements=whole))
    def test_a_seal_opens_for_no_other_answer(self, a, b):
        if a.shape != b.shape or (a != b).any():
            assert told(b, check.seal(a))

    def test_large_counts_differ_by_one(self):
        assert "off by one" in told(12_000_001, 12_000_000)

    def test_a_number_close_to_zero_is_not_zero_where_nothing_is_tolerated(self):
        assert told([1e-3, 0], [0, 0], rtol=0, atol=0)
        assert told(np.array([5e-9]), [0.0], rtol=0, atol=0)

    def test_a_bfloat16_is_no_float32(self):
        torch = pytest.importorskip("torch")
        assert "bfloat16, and float32" in told(torch.ones(2, dtype=torch.bfloat16), [1, 1], dtype="float32")

    def test_truth_values_are_not_numbers(self):
        assert "True and False" in told([True, False], [1, 0])
        assert "True and False" in told([True, False], check.seal([1, 0]))
        assert "holds numbers" in told([1, 0], [True, False])
        assert "exchanged" in told([True, False], [False, True])
        assert "1 of 2 values" in told([True, True], [False, True])


class TestAuthors:
    """Mistakes of whoever writes an exercise are errors, not failed answers."""

    @pytest.mark.parametrize("expected", [[np.nan], np.inf])
    def test_expected_values_are_finite(self, expected):
        with pytest.raises(ValueError, match="expected must be finite"):
            check.value(1, expected, name="answer")

    @pytest.mark.parametrize("expected", ["one", None, [[1], [2, 3]]])
    def test_expected_values_are_numbers(self, expected):
        with pytest.raises(TypeError, match="expected must"):
            check.value(1, expected, name="answer")

    @pytest.mark.parametrize("mistake", [[1, 2], check.seal([1, 2])], ids=["open", "sealed"])
    def test_the_right_answer_is_no_mistake(self, mistake):
        expected = check.seal([1, 2]) if isinstance(mistake, check.Sealed) else [1, 2]
        with pytest.raises(ValueError, match="mistakes must differ"):
            check.value([1, 2], expected, name="answer", mistakes={"Wrong.": mistake})

    def test_a_function_needs_cases(self):
        with pytest.raises(ValueError, match="at least one case"):
            check.function(abs, [])

    @pytest.mark.parametrize("name", ["rtol", "atol"])
    def test_no_tolerance_is_negative(self, name):
        with pytest.raises(ValueError, match=f"{name} must be"):
            check.value(1, 1, name="answer", **{name: -1})

    def test_a_sealed_answer_brings_its_own_tolerance(self):
        with pytest.raises(ValueError, match="expected is sealed and brings its decimals"):
            check.value(1, check.seal(1), name="answer", atol=1)
        assert told(2, 6, atol=1, mistakes={"Half?": check.seal(2)}).endswith("Half?")

    @pytest.mark.parametrize("answer", [np.nan, [np.inf], 0.5000005, 0.12345655])
    def test_what_cannot_be_sealed(self, answer):
        with pytest.raises(ValueError, match="answer must"):
            check.seal(answer)

    def test_an_answer_that_float32_rounds_differently_needs_fewer_decimals(self):
        with pytest.raises(ValueError, match="fewer decimals, got 6"):
            check.seal([100 / 3])
        check.value(np.float32([100 / 3]), check.seal([100 / 3], decimals=4), name="answer")
        check.value(2**24 + 1, check.seal(2**24 + 1), name="answer")

    def test_a_small_answer_needs_more_decimals(self):
        with pytest.raises(ValueError, match="more decimals, got 6"):
            check.seal([2e-7, 1e-7])
        assert told([0, 0], check.seal([2e-7, 1e-7], decimals=8))

    def test_an_answer_within_the_tolerance_of_zero_needs_a_smaller_one(self):
        small = [1e-7, 2e-7, -3e-7]
        with pytest.raises(ValueError, match="expected must hold a value larger than the tolerance, 1e-06"):
            check.value([0, 0, 0], small, name="answer")
        assert told([0, 0, 0], small, atol=1e-9)
        with pytest.raises(ValueError, match="expected must hold a value larger than the tolerance, 2, or zeros"):
            check.value(0, 2, name="answer", rtol=1, atol=0)
        with pytest.raises(ValueError, match=r"mistakes\['Tiny'\] must hold"):
            check.value([0, 0, 0], [1, 2, 3], name="answer", mistakes={"Tiny": small})
        check.value([0, 0], [0, 0], name="answer")

    @pytest.mark.parametrize("shape", [3, "3", (3.0,), ("any",)])
    def test_a_shape_is_a_tuple(self, shape):
        with pytest.raises(TypeError, match="shape must be"):
            check.array([1], name="kernel", shape=shape)

    @pytest.mark.parametrize("cases", [[(-1, 1)], check.case(-1, expected=1), 3, [check.case(1, expected=1), None]])
    def test_cases_are_made_with_case(self, cases):
        with pytest.raises(TypeError, match=r"cases must .* what check\.case returns, got "):
            check.function(abs, cases)

    def test_truth_values_cannot_be_sealed(self):
        with pytest.raises(TypeError, match="answer must hold"):
            check.seal([True, False])


def test_a_notebook_shows_the_message_and_no_traceback():
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shown = []
    shell._showtraceback = lambda kind, error, lines: shown.extend(lines)
    shell.run_cell("from dlcourse import check; check.value(2, 6, name='answer')")
    assert shown == ["✗ answer is 2, which is not right yet."]
