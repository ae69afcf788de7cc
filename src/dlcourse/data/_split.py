"""Splits into training, validation and test data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse import _validate
from dlcourse.data._random import Dice


def split(
    n: int, fractions: Sequence[float] = (0.8, 0.2), *, seed: int = 0, labels: Any = None
) -> tuple[np.ndarray, ...]:
    """Divide the numbers 0 to n - 1 at random into parts without overlap, such as training and test data.

    Parameters
    ----------
    n : how many examples there are, 0 or more
    fractions : the share of each part, above 0; together 1. Sizes are rounded, so a part of few examples may be empty:
        3 examples, split (0.9, 0.1), give 3 and 0.
    seed : 0 or more; the same split on every machine
    labels : (n,) whole numbers, optional; each part then gets its share of every class, as nearly as can be

    Returns
    -------
    one int64 array of indices for each fraction, in random order; together they hold each index exactly once.

    Raises
    ------
    TypeError, ValueError : a negative `n` or `seed`, fractions that do not sum to 1, labels that are not n integers.

    Examples
    --------
    >>> train, test = split(10, (0.8, 0.2))
    >>> len(train), len(test)
    (8, 2)
    >>> sorted([*train.tolist(), *test.tolist()])
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    n = _validate.whole("n", n)
    shares = _validate.array("fractions", fractions, (None,)).astype(float)
    if not shares.size or not (shares > 0).all() or abs(shares.sum() - 1) > 1e-9:
        raise ValueError(f"fractions must be above 0 and sum to 1, got {_validate.describe(fractions)}")
    key = Dice(_validate.whole("seed", seed)).raw(n)
    order = np.argsort(key, kind="stable")
    if labels is not None:
        classes = _validate.array("labels", labels, (n,), kind="biu")
        order = _spread(order, classes)
    parts = np.split(order, np.rint(shares.cumsum()[:-1] * n).astype(np.int64))
    return tuple(part[np.argsort(key[part], kind="stable")] for part in parts)


def _spread(order: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """`order`, rearranged so that the examples of each class are spread evenly over its whole length."""
    grouped = order[np.argsort(classes[order], kind="stable")]
    _, starts, counts = np.unique(classes[grouped], return_index=True, return_counts=True)
    within = np.arange(len(order)) - np.repeat(starts, counts)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return grouped[np.lexsort((rank[grouped], (within + 0.5) / np.repeat(counts, counts)))]
