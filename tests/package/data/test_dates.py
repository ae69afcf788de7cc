"""Claims about the written dates."""

import datetime
import hashlib
import re
from collections import Counter, defaultdict

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


@pytest.fixture(scope="module")
def all_forms():
    return {day: data.date_forms(day.isoformat()) for day in every_day()}


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


def test_every_form_says_the_date_that_it_is_written_for(all_forms):
    for day in list(all_forms)[::11]:  # every weekday, month and day of the month
        for form, text in all_forms[day].items():
            assert read(form, text) == day, (form, text)


def test_the_weekday_is_right(all_forms):
    for day in list(all_forms)[::11]:
        assert all_forms[day]["Friday, September 4, 1987"].startswith(f"{day:%A}, ")
        assert all_forms[day]["Fri, 4th of September 1987"].startswith(f"{day:%a}, ")


def test_no_written_form_of_any_day_means_a_second_day(all_forms):
    meanings = defaultdict(set)
    for day, forms in all_forms.items():
        for text in forms.values():
            meanings[text].add(day)
    assert len(all_forms) == 36525
    assert max(map(len, meanings.values())) == 1
    assert max(map(len, meanings)) == 29


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
