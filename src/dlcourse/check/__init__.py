"""Friendly checks for exercises: they say what is wrong, and leave finding the answer to the learner.

Each check prints one line when the answer is right, and raises `CheckFailed` with an explanation when it is not.
The three checks are `value` (a number or an array), `function` (a function, called with several inputs) and `array`
(only shape and kind, for answers that differ from learner to learner). Where the expected value would give the answer
away in a cell that the learner sees, `seal` it once and put what it returns in its place.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlcourse import _validate
from dlcourse.check import _mistakes
from dlcourse.check._answers import Answer, Sealed, seal

__all__ = ["Case", "CheckFailed", "Sealed", "array", "case", "function", "seal", "value"]


class CheckFailed(AssertionError):
    """An answer that is not right yet; the message says why."""

    def _render_traceback_(self) -> list[str]:
        """Tell IPython to show the message alone: where `check` noticed the mistake helps nobody."""
        return [f"✗ {self}"]


@dataclass(frozen=True)
class Case:
    """One call of the learner's function, with what it must return; `case` makes it."""

    args: tuple[Any, ...]
    expected: Any
    mistakes: Mapping[str, Any] = field(default_factory=dict)


def case(*args: Any, expected: Any, mistakes: Mapping[str, Any] | None = None) -> Case:
    """One call for `function`: the arguments, what the function must return, and what known mistakes return.

    Parameters
    ----------
    *args : the arguments, in order; the learner's function gets copies
    expected : number or array, or `Sealed`
    mistakes : from the explanation of a mistake to the wrong result by which it is recognised

    Examples
    --------
    >>> case([1, 2, 4], expected=[1, 2], mistakes={"Is it the later value minus the earlier one?": [-1, -2]}).expected
    [1, 2]
    """
    return Case(args, expected, dict(mistakes or {}))


def array(got: Any, *, name: str, shape: tuple[int | None, ...] | None = None, dtype: str | None = None) -> None:
    """Check that `got` holds finite numbers in the shape and of the type asked for, whatever their values.

    Parameters
    ----------
    got : the learner's answer: number, list, NumPy array, PyTorch or Keras tensor
    name : what the learner calls it
    shape : lengths of the axes; None for an axis of any length
    dtype : name of a NumPy dtype, as in `"float32"`

    Raises
    ------
    CheckFailed : the answer is not right yet.
    TypeError : `shape` is not a tuple of whole numbers and None.

    Examples
    --------
    >>> array([[1, 0], [0, -1]], name="kernel", shape=(2, None))
    ✓ kernel has the shape asked for, (2, 2).
    """
    if shape is not None:
        if not isinstance(shape, tuple | list):
            raise TypeError(f"shape must be a tuple such as (3,) or (2, None), got {_validate.describe(shape)}")
        shape = tuple(None if n is None else _validate.whole("shape", n) for n in shape)
    numbers = _numbers(got, name, dtype)
    if shape is not None and (
        len(shape) != numbers.ndim or any(n not in (None, m) for n, m in zip(shape, numbers.shape, strict=True))
    ):
        wanted = ", ".join("any" if n is None else str(n) for n in shape) + ("," if len(shape) == 1 else "")
        raise CheckFailed(f"{name} has shape {numbers.shape}, and ({wanted}) is asked for.")
    print(f"✓ {name} has the shape asked for, {numbers.shape}.")


def value(
    got: Any,
    expected: Any,
    *,
    name: str,
    dtype: str | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    axes: str = "",
    mistakes: Mapping[str, Any] | None = None,
) -> None:
    """Check that `got` is `expected`, in shape and values.

    A value is right where `abs(got - expected) <= atol + rtol * abs(expected)`, as in `numpy.isclose`. A sealed answer
    is compared after rounding to its `decimals` instead.

    Parameters
    ----------
    got : the learner's answer: number, list, NumPy array, PyTorch or Keras tensor
    expected : number or array, or `Sealed`
    name : what the learner calls it
    dtype : name of a NumPy dtype that the answer must have, as in `"float32"`
    rtol : largest relative difference; 1e-6 by default, but 0 where `expected` holds whole numbers alone (no floats),
        since a large count that is off by one is wrong
    atol : largest absolute difference, in the units of `expected`; 1e-6 by default
    axes : a sentence that says what the shape means; shown when the shape is wrong
    mistakes : from the explanation of a mistake to the wrong result by which it is recognised

    Raises
    ------
    CheckFailed : the answer is not right yet.
    ValueError : `expected` or `mistakes` cannot be used; or `rtol` or `atol` is negative, or given with `Sealed`.

    Examples
    --------
    >>> value([0, 1, 1], [0, 1, 1], name="output")
    ✓ output is right.
    >>> value(299.925, 300, name="depth", atol=1)
    ✓ depth is right.
    >>> value([0, -1, -1], [0, 1, 1], name="output")
    Traceback (most recent call last):
    dlcourse.check.CheckFailed: output has the right sizes with the opposite sign. ...
    """
    _compare(got, Answer(expected, mistakes or {}, rtol, atol), name, dtype, axes, inputs=())
    print(f"✓ {name} is right.")


def function(
    fn: Any,
    cases: Sequence[Case],
    *,
    name: str | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    axes: str = "",
) -> None:
    """Check that `fn` returns what it must for each of `cases`, and leaves its inputs as they are.

    Parameters
    ----------
    fn : the learner's function
    cases : made with `case`, at least one
    name : what the learner calls it; the function's own name by default
    rtol, atol, axes : as in `value`

    Raises
    ------
    CheckFailed : the function is not right yet.
    ValueError : there are no cases, or one cannot be used.
    TypeError : `cases` holds something that `case` did not make.

    Examples
    --------
    >>> def rise(x):
    ...     return [b - a for a, b in zip(x, x[1:])]
    >>> function(rise, [case([1, 2, 4], expected=[1, 2])])
    ✓ rise is right for the input tried.
    """
    if not isinstance(cases, Sequence):
        raise TypeError(f"cases must be a list of what check.case returns, got {_validate.describe(cases)}")
    for each in cases:
        if not isinstance(each, Case):
            raise TypeError(f"cases must hold only what check.case returns, got {_validate.describe(each)}")
    if not cases:
        raise ValueError("cases must hold at least one case, got none")
    name = name or getattr(fn, "__name__", "the function")
    if fn is None or fn is ...:
        raise CheckFailed(f"{name}: there is nothing there yet.")
    if not callable(fn):
        raise CheckFailed(f"{name} must be a function (a block that begins with def); it is {_mistakes.short(fn)}.")
    targets = [Answer(each.expected, each.mistakes, rtol, atol) for each in cases]
    for each, target in zip(cases, targets, strict=True):
        given = copy.deepcopy(each.args)
        call = f"{name}({', '.join(_mistakes.short(argument) for argument in each.args)})"
        got = _call(fn, given, call)
        for position, (before, after) in enumerate(zip(each.args, given, strict=True)):
            if not _mistakes.unchanged(before, after):
                which = _parameter(fn, position)
                raise CheckFailed(
                    f"{call} changes its input {which} in place: whoever calls it finds other numbers there "
                    f"afterwards. Work on a copy, or fill a new array."
                )
        _compare(got, target, call, None, axes, inputs=[np.shape(a) for a in each.args if isinstance(a, np.ndarray)])
    inputs = {1: "the input", 2: "both inputs"}.get(len(cases), f"all {len(cases)} inputs")
    print(f"✓ {name} is right for {inputs} tried.")


def _compare(
    got: Any, target: Answer, name: str, dtype: str | None, axes: str, inputs: Sequence[tuple[int, ...]]
) -> None:
    """Raise CheckFailed unless `got` is `target`."""
    numbers = _numbers(got, name, dtype)
    boolean = target.open is not None and target.open.dtype.kind == "b"
    if boolean != (numbers.dtype.kind == "b"):
        have, want = ("numbers", "True and False") if boolean else ("True and False", "numbers")
        raise CheckFailed(f"{name} holds {have}, where {want} are expected.")
    if target.matches(numbers):
        return
    for text, wrong in target.mistakes.items():
        if wrong.matches(numbers):
            raise CheckFailed(f"{name} is not right yet. {text}")
    if numbers.shape != target.shape:
        hint = _mistakes.in_shape(numbers.shape, target.shape, inputs)
        raise CheckFailed(" ".join(filter(None, [f"{name} {hint}", axes])))
    raise CheckFailed(f"{name} {_mistakes.in_values(numbers, target)}")


def _numbers(got: Any, name: str, dtype: str | None) -> np.ndarray:
    """The learner's answer as a plain array of finite numbers, or CheckFailed."""
    numbers, problem = _mistakes.as_numbers(got)
    if problem:
        raise CheckFailed(f"{name} {problem}")
    if dtype is not None:
        # NumPy has no bfloat16: such numbers arrive here as float32.
        have = "bfloat16" if "bfloat16" in str(getattr(got, "dtype", "")) else numbers.dtype
        if have != np.dtype(dtype):
            raise CheckFailed(f"{name} has dtype {have}, and {np.dtype(dtype)} is asked for.")
    return numbers


def _call(fn: Callable[..., Any], args: tuple[Any, ...], call: str) -> Any:
    """What the learner's function returns; its errors and missing results become CheckFailed."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = fn(*args)
    except NotImplementedError:
        raise CheckFailed(f"{call}: there is nothing there yet.") from None
    except Exception as problem:
        frames = [f for f in traceback.extract_tb(problem.__traceback__) if f.filename == _source_file(fn)]
        where = f", in its line `{frames[-1].line}`" if frames and frames[-1].line else ""
        raise CheckFailed(f"{call} stops with an error{where}:\n    {type(problem).__name__}: {problem}") from problem
    if result is None and printed.getvalue().strip():
        raise CheckFailed(f"{call} prints its result, but returns nothing: hand it back with return.")
    if result is None:
        raise CheckFailed(f"{call} returns None: either there is nothing there yet, or the return is missing.")
    return result


def _source_file(fn: Callable[..., Any]) -> str | None:
    code = getattr(fn, "__code__", None)
    return code.co_filename if code else None


def _parameter(fn: Callable[..., Any], position: int) -> str:
    """The name of the parameter at `position`, or its number."""
    names = list(inspect.signature(fn).parameters)
    return f"`{names[position]}`" if position < len(names) else f"number {position + 1}"
