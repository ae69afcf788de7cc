"""Chance that falls the same way on every machine and with every version of NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")
_CHUNK = 4096


class Dice:
    """Random draws from the raw bits of PCG64.

    NumPy promises the raw stream of a bit generator for ever, but not what `Generator.integers` makes of it;
    therefore the few draws that are needed are made here, from whole numbers only.

    Examples
    --------
    >>> dice = Dice(0)
    >>> [dice.below(6) + 1 for _ in range(10)]
    [4, 2, 1, 1, 5, 6, 4, 5, 4, 6]
    """

    def __init__(self, *seed: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(seed))
        self._ready: list[int] = []

    def raw(self, n: int) -> np.ndarray:
        """The next `n` numbers of the stream, uint64; numbers drawn ahead for `below` are not among them."""
        return self._bits.random_raw(n)

    def below(self, n: int) -> int:
        """A whole number from 0 to `n - 1`."""
        if not self._ready:
            self._ready = self._bits.random_raw(_CHUNK).tolist()[::-1]
        return (self._ready.pop() >> 32) * n >> 32

    def between(self, low: float, high: float) -> float:
        """One of 1025 evenly spaced numbers from `low` to `high`, both included."""
        return low + (high - low) * (self.below(1025) / 1024)

    def chance(self, percent: float) -> bool:
        """True in `percent` of 100 cases (in steps of a tenth of a percent)."""
        return self.below(1000) < percent * 10

    def pick(self, options: Sequence[T]) -> T:
        """One of `options`."""
        return options[self.below(len(options))]
