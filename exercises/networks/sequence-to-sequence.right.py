"""Other right answers to the exercises of sequence-to-sequence.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% verdict: says of day 0 that there is no such day
# - ([1-9]\d?)
# + (0|[1-9]\d?)


# %% verdict: compares with the text that the calendar would write
def verdict(text):
    words = text.split(" ")
    if len(words) != 4 or [w[-1:] for w in words[::2]] != [",", ","]:
        return 3
    weekday, month, day, year = words[0][:-1], words[1], words[2][:-1], words[3]
    if weekday not in WEEKDAYS or month not in MONTHS or not (day + year).isdigit() or len(year) != 4:
        return 3
    if day != str(int(day)):
        return 3
    try:
        date = datetime.date(int(year), MONTHS.index(month) + 1, int(day))
    except ValueError:
        return 2
    return int(WEEKDAYS[date.weekday()] != weekday)
