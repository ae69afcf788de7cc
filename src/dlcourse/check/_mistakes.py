"""What is wrong with an answer: the explanations behind `dlcourse.check`.

Each explanation continues a sentence that begins with the name of the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import prod
from typing import Any

import numpy as np

from dlcourse import _frameworks
from dlcourse.check._answers import Answer


def short(value: Any) -> str:
    """`value` as the learner would type it, or its type and shape where that is long."""
    if isinstance(value, np.ndarray):
        if value.size > 12:
            return f"<array of shape {value.shape}>"
        return str(np.round(value, 4).tolist() if value.dtype.kind == "f" else value.tolist())
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"<{type(value).__name__}>"


def unchanged(before: Any, after: Any) -> bool:
    """Whether an argument still holds what it held; True for objects that cannot be compared."""
    if before is after:
        return True
    if type(before) is not type(after):
        return False
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(unchanged, before, after))
    if isinstance(before, Mapping):
        return before.keys() == after.keys() and all(unchanged(before[key], after[key]) for key in before)
    try:
        if hasattr(before, "__array__"):
            old, new = np.asarray(_plain(before)), np.asarray(_plain(after))
            if old.dtype.kind == "O":
                return old.shape == new.shape and unchanged(old.ravel().tolist(), new.ravel().tolist())
            return old.dtype == new.dtype and np.array_equal(old, new, equal_nan=old.dtype.kind in "fc")
        # Without an == of its own, an object differs from its copy, whatever they hold.
        return type(before).__eq__ is object.__eq__ or bool(before == after)
    except Exception:  # whatever a stranger's __array__ or == raises
        return True


def as_numbers(got: Any) -> tuple[np.ndarray, str]:
    """`got` as a plain array of finite numbers, and what is wrong with it ("" if nothing is)."""
    nothing = np.zeros(0)
    if got is None or got is ...:
        return nothing, f"is still {'None' if got is None else '...'}: there is nothing there yet."
    if callable(got) and not hasattr(got, "__array__"):
        return nothing, "is a function, and not what it returns: call it, with parentheses."
    if isinstance(got, str | bytes):
        return nothing, f"is text, {short(got)}, where numbers are expected."
    plain = None
    try:
        plain = _plain(got)
        # A plain array, even of a subclass, which could bring an == of its own.
        numbers = np.asarray(plain)
    except Exception:  # whatever a stranger's __array__ raises
        why = "has rows of different lengths" if _ragged(plain) else "cannot be read as numbers"
        return nothing, f"{why}: it is {short(got)}."
    if numbers.dtype.name == "bfloat16":  # as TensorFlow hands it over; NumPy itself has no such type
        numbers = numbers.astype(np.float32)
    return numbers, _not_numbers(got, numbers)


def _plain(got: Any) -> Any:
    """`got` with PyTorch tensors, itself or in lists, as arrays."""
    return [_plain(item) for item in got] if isinstance(got, list | tuple) else _frameworks.to_numpy(got)


def _ragged(got: Any) -> bool:
    """Whether rows that lie equally deep in a list have different lengths."""
    level = [got]
    while rows := [row for row in level if isinstance(row, list) or (isinstance(row, np.ndarray) and row.ndim)]:
        if len({len(row) for row in rows}) > 1:
            return True
        level = [item for row in rows for item in row]
    return False


def _not_numbers(got: Any, numbers: np.ndarray) -> str:
    kind = numbers.dtype.kind
    if kind == "c":
        return "holds complex numbers, where real ones are expected."
    if kind not in "biuf":
        gaps = [i for i, item in np.ndenumerate(numbers) if item is None or item is ...]
        if gaps and numbers.ndim:
            return f"still holds {numbers[gaps[0]]} at {place(gaps[0])}: there is nothing there yet."
        return f"is {short(got)}, where a number, a list or an array of numbers is expected."
    for test, what, cause in (
        (
            np.isnan,
            "NaN (not a number)",
            "It comes from 0/0, from the root of a negative number, or from an empty mean.",
        ),
        (np.isinf, "infinity", "It comes from a division by zero, or from an overflow."),
    ):
        if test(numbers).any():
            first = tuple(int(i) for i in np.argwhere(test(numbers))[0])
            return f"holds {what}" + (f" at {place(first)}" if first else "") + f". {cause}"
    return ""


def place(index: Sequence[int]) -> str:
    """An index as it is typed: `[2]` or `[0, 3]`."""
    return f"[{', '.join(map(str, index))}]"


def in_shape(got: tuple[int, ...], wanted: tuple[int, ...], inputs: Sequence[tuple[int, ...]] = ()) -> str:
    """What the shape says about the misunderstanding behind it."""
    if wanted == ():
        if prod(got) == 1:
            return f"is one number inside an array of shape {got}: take it out, for example with .item()."
        return f"holds {prod(got)} values in shape {got}, where a single number is expected."
    have = "is a single number" if got == () else f"has shape {got}"
    found = f"{have}, and {wanted} is expected."
    if got == ():
        return f"{found} Was everything summed up, or does the function return inside its loop?"
    if sorted(got) == sorted(wanted):
        return f"{found} The lengths are right, their order is not: which axis comes first?"
    if [n for n in got if n != 1] == [n for n in wanted if n != 1]:
        return f"{found} Only axes of length 1 differ."
    if prod(got) == prod(wanted):
        return f"{found} The number of values is right, their arrangement is not."
    if got in inputs:
        return f"{found} That is the shape of the input."
    if len(got) == len(wanted):
        steps = {have - want for have, want in zip(got, wanted, strict=True)}
        if steps <= {0, 1}:
            return f"{found} One position too many: does the last window hang over the edge?"
        if steps <= {0, -1}:
            return f"{found} One position is missing: does the count stop before the last one? range(n) ends at n - 1."
    return found


def in_values(got: np.ndarray, right: Answer) -> str:
    """What the values say about the mistake behind them.

    Everything is compared as the check does: with a wider tolerance, a small difference would look like a mistake that
    was not made.
    """
    for text in _recognised(got, right):
        return text
    if right.open is None:
        decimals = right.sealed.decimals if right.sealed else 0
        how = f" It is compared to {decimals} decimals." if got.dtype.kind == "f" and np.any(got % 1) else ""
        return ("is not right yet." if got.ndim == 0 else "has the right shape, but not the right values yet.") + how
    expected = right.open.astype(float)
    if got.dtype.kind == "b":
        wrong = got != expected
    else:
        got, whole = got.astype(float), got.dtype.kind in "iu"
        for text in _compared(got, expected, whole, right):
            return text
        wrong = ~right.close(got, expected)
    allowed = right.allowed(expected)
    if got.ndim == 0:
        more = f" A difference of up to {allowed:.3g} is accepted." if right.stated else ""
        return f"is {got:g}, which is not right yet.{more}"
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    digits = next((n for n in (6, 9) if f"{got[first]:.{n}g}" != f"{expected[first]:.{n}g}"), 17)
    more = f", give or take {allowed[first]:.3g}" if right.stated else ""
    return (
        f"has {int(wrong.sum())} of {got.size} values wrong; the first is at {place(first)}, "
        f"{got[first]:.{digits}g} where {expected[first]:.{digits}g} is expected{more}."
    )


def _recognised(got: np.ndarray, right: Answer) -> Iterator[str]:
    """Mistakes that can be recognised by undoing them, with or without knowing the answer."""
    matches = right.matches
    if got.dtype.kind == "b":
        if matches(~got):
            yield "has True and False exchanged."
        return
    if got.size and not got.any() and got.ndim:
        yield "holds nothing but zeros: was the array ever filled?"
    if matches(-got.astype(float)):
        yield "has the right sizes with the opposite sign. What is subtracted from what?"
    for count in range(1, got.ndim + 1):
        for axes in combinations(range(got.ndim), count):
            if matches(np.flip(got, axes)):
                along = "" if got.ndim == 1 else f" along axis {' and axis '.join(map(str, axes))}"
                yield f"holds the right values in reverse order{along}."
    if got.ndim == 2 and matches(got.T):
        yield "has its rows and columns exchanged."
    fine = right.open is None or right.allowed(right.open.astype(float)).max(initial=0) < 0.5
    if fine and (matches(got.astype(float) + 1) or matches(got.astype(float) - 1)):
        yield "is off by one" + (". Count again, the first and the last included." if got.ndim == 0 else " everywhere.")


def _compared(got: np.ndarray, expected: np.ndarray, whole: bool, right: Answer) -> Iterator[str]:
    """Mistakes that show only beside the right answer."""

    def same(a: np.ndarray, b: np.ndarray) -> bool:
        return bool(right.close(a, b).all())

    difference = got - expected
    if whole and same(got, np.trunc(expected)):
        yield "has lost its decimals: an array of whole numbers cuts them off. Which dtype does the result have?"
    a_byte = got.min() >= 0 and got.max() <= 255
    if a_byte and np.any(np.abs(difference) >= 255) and same(difference % 256, np.zeros_like(got)):
        yield "has wrapped around at 256, as uint8 does: turn the image into floats before computing."
    if got.ndim and same(got, np.maximum(expected, 0)):
        yield "has 0 wherever a negative number belongs."
    if got.ndim and same(np.abs(got), np.abs(expected)):
        yield "has the right sizes, but not always the right sign."
    if np.abs(difference).max() <= 0.01 * np.abs(expected).max():
        most = np.where(right.close(got, expected), 0, np.abs(difference)).argmax()
        yield (
            f"is close, but differs by up to {np.abs(difference.flat[most]):.2g}, where "
            f"{right.allowed(expected).flat[most]:.2g} is accepted. Was something rounded on the way?"
        )
    if got.size < 3 or np.ptp(expected) == 0:
        return
    if same(difference, np.full_like(got, difference.flat[0])):
        yield f"has every value {abs(difference.flat[0]):g} too {'large' if difference.flat[0] > 0 else 'small'}."
    factor = np.vdot(got, expected) / np.vdot(expected, expected)
    if factor and same(got / factor, expected):
        yield f"is right up to a constant: every value is {factor:.4g} times what it should be."
    if got.ndim == 1 and same(got[1:], expected[:-1]):
        yield "has the right values one place too late. Where does the first window begin?"
    if got.ndim == 1 and same(got[:-1], expected[1:]):
        yield "has the right values one place too early. Where does the first window begin?"
    if same(np.sort(got, axis=None), np.sort(expected, axis=None)):
        yield "holds the right values in the wrong order."
