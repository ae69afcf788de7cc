"""Dates as people write them, each with the same date in ISO 8601: made by rule, nothing is downloaded."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from dlcourse import _validate
from dlcourse.data._random import Dice

FIRST = datetime.date(1969, 1, 1)
DAYS = 36525  # a hundred years: 1969 to 2068, as in POSIX, so that two digits tell the year

# Own names, because those of `calendar` and `strftime` depend on the machine's language.
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, repr=False, eq=False)
class Dates:
    """Dates in many written forms.

    Attributes
    ----------
    written : list of str, the date as somebody writes it, `"Fri, 4th of September 1987"`
    iso : list of str, the same date as `"1987-09-04"`
    forms : list of str, the form that was used, a key of `date_forms`
    """

    written: list[str]
    iso: list[str]
    forms: list[str]

    def __len__(self) -> int:
        return len(self.iso)

    def __repr__(self) -> str:
        return f"Dates({len(self)} dates)"


def dates(n: int, seed: int = 0) -> Dates:
    """`n` dates in many written forms, each with its ISO 8601 form.

    Every day from 1969-01-01 to 2068-12-31 is as likely as every other, and so is each of the forms of `date_forms`;
    days and forms are drawn with replacement. No written form can be read as two dates:

    - digits between dots are day, month, year; between slashes month, day, year; between hyphens, and eight in a row,
      year, month, day;
    - a year of two digits is 19.. from 69 on and 20.. below, as for POSIX and `datetime.strptime`;
    - the weekday, where there is one, is right.

    Parameters
    ----------
    n : how many
    seed : the same seed gives the same dates on every machine; the first of `n` dates do not depend on `n`

    Returns
    -------
    Dates : `.written`, `.iso` and `.forms`, three lists of n strings.

    Raises
    ------
    TypeError, ValueError : `n` or `seed` is not a whole number, or is negative.

    Examples
    --------
    >>> some = dates(7)
    >>> some.written[3:]
    ['26.10.2028', "6 Jun '71", '2 October 2046', '15 Dec 2026']
    >>> some.iso[3:]
    ['2028-10-26', '1971-06-06', '2046-10-02', '2026-12-15']
    """
    dice = Dice(_validate.whole("seed", seed), 0xDA7E)
    written, iso, forms = [], [], []
    for _ in range(_validate.whole("n", n)):
        day = FIRST + datetime.timedelta(dice.below(DAYS))
        form = dice.pick(_NAMES)
        written.append(_FORMS[form](day))
        iso.append(day.isoformat())
        forms.append(form)
    return Dates(written, iso, forms)


def date_forms(iso: str) -> dict[str, str]:
    """One date in every form that `dates` writes.

    Parameters
    ----------
    iso : a date from 1969-01-01 to 2068-12-31, as `"1987-09-04"`

    Returns
    -------
    dict : from the name of the form to the written date. A form is named by what it makes of 4 September 1987.
        Two forms can agree on a date: May is its own abbreviation.

    Raises
    ------
    TypeError, ValueError : `iso` is not such a date.

    Examples
    --------
    >>> forms = date_forms("1987-03-12")
    >>> len(forms), forms["4th of September 1987"], forms["9/4/87"]
    (20, '12th of March 1987', '3/12/87')
    """
    if not isinstance(iso, str):
        raise TypeError(f"iso must be a string such as '1987-09-04', got {_validate.describe(iso)}")
    try:
        day = datetime.date.fromisoformat(iso)
    except ValueError:
        day = None
    if day is None or day.isoformat() != iso or not 0 <= (day - FIRST).days < DAYS:
        raise ValueError(f"iso must be a date from 1969-01-01 to 2068-12-31, got {iso!r}")
    return {name: write(day) for name, write in _FORMS.items()}


def _month(day: datetime.date) -> str:
    return MONTHS[day.month - 1]


def _weekday(day: datetime.date) -> str:
    return WEEKDAYS[day.weekday()]


def _ordinal(number: int) -> str:
    ending = "th" if 11 <= number <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")

# A form is named by what it makes of 4 September 1987, a Friday.
_FORMS: dict[str, Callable[[datetime.date], str]] = {
    "4 September 1987": lambda d: f"{d.day} {_month(d)} {d.year}",
    "4 Sep 1987": lambda d: f"{d.day} {_month(d)[:3]} {d.year}",
    "4 Sep '87": lambda d: f"{d.day} {_month(d)[:3]} '{d.year % 100:02}",
    "04-SEP-1987": lambda d: f"{d.day:02}-{_month(d)[:3].upper()}-{d.year}",
    "4.IX.1987": lambda d: f"{d.day}.{_ROMAN[d.month - 1]}.{d.year}",
    "4th of September 1987": lambda d: f"{_ordinal(d.day)} of {_month(d)} {d.year}",
    "the 4th of September, 1987": lambda d: f"the {_ordinal(d.day)} of {_month(d)}, {d.year}",
    "Fri, 4th of September 1987": lambda d: f"{_weekday(d)[:3]}, {_ordinal(d.day)} of {_month(d)} {d.year}",
    "September 4, 1987": lambda d: f"{_month(d)} {d.day}, {d.year}",
    "Sep 4, 1987": lambda d: f"{_month(d)[:3]} {d.day}, {d.year}",
    "September 4th, 1987": lambda d: f"{_month(d)} {_ordinal(d.day)}, {d.year}",
    "Friday, September 4, 1987": lambda d: f"{_weekday(d)}, {_month(d)} {d.day}, {d.year}",
    "1987 Sep 4": lambda d: f"{d.year} {_month(d)[:3]} {d.day}",
    "04.09.1987": lambda d: f"{d.day:02}.{d.month:02}.{d.year}",
    "4.9.1987": lambda d: f"{d.day}.{d.month}.{d.year}",
    "04.09.87": lambda d: f"{d.day:02}.{d.month:02}.{d.year % 100:02}",
    "09/04/1987": lambda d: f"{d.month:02}/{d.day:02}/{d.year}",
    "9/4/87": lambda d: f"{d.month}/{d.day}/{d.year % 100:02}",
    "1987-09-04": lambda d: d.isoformat(),
    "19870904": lambda d: d.isoformat().replace("-", ""),
}
_NAMES = tuple(_FORMS)
