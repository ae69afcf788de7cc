"""The sunspot series: what is known about it from elsewhere."""

import numpy as np
from statsmodels.datasets import sunspots as source

from dlcourse import data


def test_the_years_have_no_gap_and_the_numbers_are_the_published_ones():
    series = data.sunspots()
    assert series.years.tolist() == list(range(1700, 2009))
    np.testing.assert_array_equal(series.values, source.load_pandas().endog)
    assert series.values[series.years == 1957] == 190.2  # the highest on record
    assert series.values.min() == 0.0


def test_the_cycle_lasts_about_eleven_years():
    values = data.sunspots().values
    power = np.abs(np.fft.rfft(values - values.mean())) ** 2
    assert 10.5 < len(values) / power.argmax() < 11.6


def test_callers_may_write_into_what_they_get():
    series = data.sunspots()
    series.values[:], series.years[:] = 0, 0
    assert (data.sunspots().years[0], data.sunspots().values[0]) == (1700, 5.0)
    assert repr(data.sunspots()) == "Sunspots(309 years, 1700 to 2008)"
    assert len(data.sunspots()) == 309
