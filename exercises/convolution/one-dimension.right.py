"""Other right answers to the exercises of one-dimension.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa


# %% sonar: is off by one sample, which is less than a metre
def depth_of(recording, whistle):
    return SPEED * (np.argmax(cross_correlate(recording, whistle)) - 1) / RATE / 2


# %% sonar: rounds to whole metres
def depth_of(recording, whistle):
    return round(SPEED * np.argmax(np.correlate(recording, whistle)) / RATE / 2)
