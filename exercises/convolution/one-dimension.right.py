"""Other right answers to the exercises of one-dimension.ipynb, as learners give them: they get full marks.

They are written as the wrong answers are.
"""

# ruff: noqa


# %% sonar: is off by one sample, which is less than a metre
def depth_of(recording, whistle):
    return SPEED * (np.argmax(cross_correlate(recording, whistle)) - 1) / RATE / 2


# %% sonar: rounds to whole metres
def depth_of(recording, whistle):
    return round(SPEED * np.argmax(np.correlate(recording, whistle)) / RATE / 2)
