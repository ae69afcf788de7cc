"""The yearly sunspot numbers that come with statsmodels: nothing is downloaded."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, repr=False, eq=False)
class Sunspots:
    """A series of yearly numbers.

    Attributes
    ----------
    years : (N,) int64, without gaps
    values : (N,) float64, the mean sunspot number of each year
    """

    years: np.ndarray
    values: np.ndarray

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        return f"Sunspots({len(self)} years, {self.years[0]} to {self.years[-1]})"


def sunspots() -> Sunspots:
    """How many spots the Sun showed in each year since 1700: a real series with a cycle of about eleven years.

    Returns
    -------
    Sunspots : `.years` (309,) int64, 1700 to 2008, and `.values` (309,) float64, the yearly mean of the international
        sunspot number in its first version (before the revision of 2015); new arrays at each call.

    References
    ----------
    NOAA National Geophysical Data Center, solar data; public domain, as distributed with statsmodels.

    Examples
    --------
    >>> sunspots()
    Sunspots(309 years, 1700 to 2008)
    >>> sunspots().values[:5].tolist()
    [5.0, 11.0, 16.0, 23.0, 36.0]
    """
    years, values = _load()
    return Sunspots(years.copy(), values.copy())


@functools.cache
def _load() -> tuple[np.ndarray, np.ndarray]:
    from statsmodels.datasets import sunspots as home  # type: ignore[import-untyped]

    table = home.load_pandas().data
    return table["YEAR"].to_numpy().astype(np.int64), table["SUNACTIVITY"].to_numpy(np.float64, copy=True)
