"""Other right answers to the exercises of one-dimension.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% sonar: is off by one sample, which is less than a metre
# - np.argmax(match) / RATE
# + (np.argmax(match) - 1) / RATE

# %% sonar: rounds to whole metres
# - return SPEED * seconds / 2
# + return round(SPEED * seconds / 2)
