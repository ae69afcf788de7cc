"""The right answer of an exercise, open or sealed: what `dlcourse.check` compares with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse import _validate

_SEALED_DECIMALS = 6
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Sealed:
    """The shape of an answer, and a digest by which its values can be recognised but not read; `seal` makes it."""

    shape: tuple[int, ...]
    digest: str
    decimals: int = _SEALED_DECIMALS

    def __repr__(self) -> str:
        extra = "" if self.decimals == _SEALED_DECIMALS else f", decimals={self.decimals}"
        return f'check.Sealed({self.shape}, "{self.digest}"{extra})'


def seal(answer: Any, decimals: int = _SEALED_DECIMALS) -> Sealed:
    """`answer` in a form that `value` can compare with, and that a learner cannot read.

    The digest covers the shape and the values, rounded to `decimals` decimals. Choose as many as tell the values
    apart, and no more than a float32 result gets right.

    Parameters
    ----------
    answer : number, list, array or tensor of finite numbers
    decimals : int from 0 to 12

    Raises
    ------
    ValueError : a value is not finite; or so near to where rounding turns that a small numerical difference, as
        between float32 and float64, would change the digest; or not zero, but rounded to zero. Other `decimals` help.

    Examples
    --------
    >>> seal([2, 0, 1])
    check.Sealed((3,), "b69fe4cd92ba")
    >>> seal([2.0, 0.0, 1.0]) == seal([2, 0, 1])
    True
    """
    decimals = _validate.whole("decimals", decimals, 0, 12)
    numbers = _validate.array("answer", answer, kind="iuf").astype(float)
    if not np.isfinite(numbers).all():
        raise ValueError(f"answer must be finite, got {answer!r}")
    if np.any(np.abs(np.abs(numbers * 10.0**decimals) % 1 - 0.5) < 0.1):
        raise ValueError(f"answer must not lie where rounding to {decimals} decimals turns, got {answer!r}")
    rounded = np.round(numbers, decimals)
    if np.any((numbers != 0) & (rounded == 0)):
        raise ValueError(f"answer must not round to zero where it is not zero: choose more decimals, got {decimals}")
    # Whole numbers are left out: from 2 ** 24 on, a float32 that differs from one is another whole number.
    broken = numbers % 1 != 0
    if np.any(np.round(numbers[broken].astype(np.float32).astype(float), decimals) != rounded[broken]):
        raise ValueError(f"answer must round alike in float32 and float64: choose fewer decimals, got {decimals}")
    return Sealed(numbers.shape, _digest(numbers, decimals), decimals)


class Answer:
    """What an answer is compared with: open values, or sealed ones; `value` says what `rtol` and `atol` mean."""

    def __init__(
        self,
        expected: Any,
        mistakes: Mapping[str, Any],
        rtol: float | None = None,
        atol: float | None = None,
        name: str = "expected",
    ) -> None:
        self.sealed: Sealed | None = None
        self.open: np.ndarray | None = None
        self.stated = not (rtol is None and atol is None)
        if isinstance(expected, Sealed):
            if self.stated and name == "expected":
                raise ValueError("rtol and atol are for open values; expected is sealed and brings its decimals")
            self.sealed, self.shape = expected, expected.shape
        else:
            self.open = _validate.array(name, expected)
            self.shape = self.open.shape
            if not np.isfinite(self.open).all():
                raise ValueError(f"{name} must be finite, got {expected!r}")
            # Twelve million and twelve million and one are not the same count.
            usual = _TOLERANCE if self.open.dtype.kind == "f" else 0
            self.rtol = usual if rtol is None else _validate.real("rtol", rtol, 0)
            self.atol = _TOLERANCE if atol is None else _validate.real("atol", atol, 0)
            numbers = self.open.astype(float)
            if self.open.any() and self.close(np.zeros_like(numbers), numbers).all():
                raise ValueError(
                    f"{name} must hold a value larger than the tolerance, {self.allowed(numbers).max():g}, or zeros "
                    f"alone: zeros would pass for it; got {expected!r}"
                )
        self.mistakes = {text: Answer(w, {}, rtol, atol, f"mistakes[{text!r}]") for text, w in mistakes.items()}
        for text, wrong in self.mistakes.items():
            same = wrong.sealed == self.sealed if wrong.open is None else self.matches(wrong.open)
            if same:
                raise ValueError(f"mistakes must differ from the right answer, but {text!r} does not")

    def matches(self, numbers: np.ndarray) -> bool:
        """Whether `numbers` has the shape and the values; never broadcasts, and no NaN matches."""
        if numbers.shape != self.shape:
            return False
        if self.sealed:
            return bool(np.isfinite(numbers).all()) and _digest(numbers, self.sealed.decimals) == self.sealed.digest
        assert self.open is not None
        return bool(self.close(numbers.astype(float), self.open.astype(float)).all())

    def close(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Where the values of `a` are within the tolerance of those of `b`; only for open answers."""
        return np.asarray(np.isclose(a, b, rtol=self.rtol, atol=self.atol))

    def allowed(self, b: np.ndarray) -> np.ndarray:
        """The largest difference from each value of `b` that is accepted; only for open answers."""
        return self.atol + self.rtol * np.abs(b)


def _digest(numbers: np.ndarray, decimals: int) -> str:
    """A short digest of shape and rounded values, the same on every machine."""
    rounded = np.round(numbers.astype(float), decimals) + 0.0  # + 0.0 turns -0.0 into 0.0
    text = " ".join(f"{number:.{decimals}f}" for number in rounded.ravel())
    return hashlib.sha256(f"{numbers.shape}: {text}".encode()).hexdigest()[:12]
