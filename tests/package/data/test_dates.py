"""Claims about the written dates."""

import datetime
import hashlib
import re
from collections import Counter

import pytest

from dlcourse import data

# What datetime.strptime reads; it does so in English, as long as the program sets no locale.
PATTERNS = {
    "4 September 1987": "%d %B %Y",
    "4 Sep 1987": "%d %b %Y",
    "4 Sep '87": "%d %b '%y",
    "04-SEP-1987": "%d-%b-%Y",
    "September 4, 1987": "%B %d, %Y",
    "Sep 4, 1987": "%b %d, %Y",
    "Friday, September 4, 1987": "%A, %B %d, %Y",
    "1987 Sep 4": "%Y %b %d",
    "04.09.1987": "%d.%m.%Y",
    "4.9.1987": "%d.%m.%Y",
    "04.09.87": "%d.%m.%y",
    "09/04/1987": "%m/%d/%Y",
    "9/4/87": "%m/%d/%y",
    "1987-09-04": "%Y-%m-%d",
    "19870904": "%Y%m%d",
}
WITH_ENDING = {
    "4th of September 1987": "%d of %B %Y",
    "the 4th of September, 1987": "the %d of %B, %Y",
    "Fri, 4th of September 1987": "%a, %d of %B %Y",
    "September 4th, 1987": "%B %d, %Y",
}
ENDINGS = ["th", *["st", "nd", "rd"], *["th"] * 17, *["st", "nd", "rd"], *["th"] * 7, "st"]
ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]


def every_day():
    day = datetime.date(1969, 1, 1)
    while day.year < 2069:
        yield day
        day += datetime.timedelta(1)


SOME_DAYS = list(every_day())[::37]  # every weekday, month and day of the month


def read(form, text):
    """The date that a written form means, read by rules that are not those of the package."""
    if form in PATTERNS:
        return datetime.datetime.strptime(text, PATTERNS[form]).date()
    if form == "4.IX.1987":
        day, month, year = text.split(".")
        return datetime.date(int(year), ROMAN.index(month) + 1, int(day))
    (number,) = re.findall(r"(\d\d?)(?:st|nd|rd|th)", text)
    assert f"{number}{ENDINGS[int(number)]}" in text
    return datetime.datetime.strptime(re.sub(r"(\d)(st|nd|rd|th)", r"\1", text), WITH_ENDING[form]).date()


def test_there_are_many_forms_each_named_by_what_it_writes():
    forms = data.date_forms("1987-09-04")
    assert len(forms) == 20
    assert all(name == written for name, written in forms.items())
    assert set(forms) == {*PATTERNS, *WITH_ENDING, "4.IX.1987"}


def test_every_form_says_the_date_that_it_is_written_for_and_its_weekday():
    assert {(day.day, day.month) for day in SOME_DAYS} >= {(31, month) for month in (1, 3, 5, 7, 8, 10, 12)}
    for day in SOME_DAYS:
        forms = data.date_forms(day.isoformat())
        for form, text in forms.items():
            assert read(form, text) == day, (form, text)
        assert forms["Friday, September 4, 1987"].startswith(f"{day:%A}, ")
        assert forms["Fri, 4th of September 1987"].startswith(f"{day:%a}, ")


def test_no_written_form_of_any_day_means_a_second_day():
    meaning = {}
    for day in every_day():
        for text in data.date_forms(day.isoformat()).values():
            assert meaning.setdefault(text, day) == day
    assert max(map(len, meaning)) == 29
    assert len(set(meaning.values())) == 36525


def test_days_and_forms_are_drawn_evenly():
    many = data.dates(20_000, seed=3)
    by_form = Counter(many.forms)
    assert len(by_form) == 20
    assert all(abs(count - 1000) < 5 * 1000**0.5 for count in by_form.values())
    by_decade = Counter((int(iso[:4]) - 1969) // 10 for iso in many.iso)
    assert all(abs(count - 2000) < 5 * 2000**0.5 for count in by_decade.values())
    assert len(set(many.iso)) > 0.7 * min(20_000, 36525)
    for written, iso, form in zip(many.written[:500], many.iso, many.forms, strict=False):
        assert data.date_forms(iso)[form] == written


def test_the_same_seed_gives_the_same_dates_everywhere():
    some = data.dates(1000)
    text = "\n".join(map("|".join, zip(some.written, some.iso, some.forms, strict=True)))
    assert (
        hashlib.sha256(text.encode()).hexdigest() == "7b5602c690ce3d6363e338aa2a2d6c9bbe1f671991a942a90042ea72c3a79a01"
    )
    assert data.dates(10).written == some.written[:10]
    assert data.dates(10, seed=1).written != some.written[:10]
    assert len(data.dates(0)) == 0
    assert repr(some) == "Dates(1000 dates)"


def test_what_is_no_such_date_is_refused_by_name():
    with pytest.raises(TypeError, match=r"^iso must be a string such as '1987-09-04', got int 19870904"):
        data.date_forms(19870904)
    for bad in ["1968-12-31", "2069-01-01", "1987-02-29", "19870904", "4 September 1987", "1987-W36-5", ""]:
        with pytest.raises(ValueError, match=r"^iso must be a date from 1969-01-01 to 2068-12-31, got '"):
            data.date_forms(bad)
    with pytest.raises(ValueError, match=r"^n must be at least 0"):
        data.dates(-1)
    with pytest.raises(TypeError, match=r"^seed must be a whole number"):
        data.dates(1, seed=0.5)
