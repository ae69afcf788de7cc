"""Other right answers to the exercises of sequence-to-sequence.ipynb, as learners give them: they get full marks.

They are written as the wrong answers are.
"""

# ruff: noqa


# %% verdict: says of day 0 that there is no such day
def verdict(text):
    parts = re.fullmatch(r"(\w+), (\w+) (0|[1-9]\d?), (\d{4})", text)
    if not parts or parts[1] not in WEEKDAYS or parts[2] not in MONTHS:
        return 3
    try:
        day = datetime.date(int(parts[4]), MONTHS.index(parts[2]) + 1, int(parts[3]))
    except ValueError:
        return 2
    return 0 if WEEKDAYS[day.weekday()] == parts[1] else 1


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
