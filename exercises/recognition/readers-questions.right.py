"""Other right answers to the exercises of readers-questions.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% hand: reads the box off a drawing, to two decimals
# - [50 - w / 2, 60 - h / 2, 50 + w / 2, 60 + h / 2]
# + [27.68, 41.34, 72.32, 78.66]

# %% threshold: adds up shares of the mean
# - np.abs(counts - true).mean()
# + sum(abs(c - t) / len(true) for c, t in zip(counts, true))

# %% region: makes the image larger than the boxes
# - part = region[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
# + part = np.pad(region, 50)[y0 + 50 : y1 + 50, x0 + 50 : x1 + 50]


# %% tiles: collects box by box
def merged(tiles, corners, threshold):
    whole, scores = [], []
    for (found, sure), (x, y) in zip(tiles, corners):
        for (x0, y0, x1, y1), score in zip(found, sure):
            whole.append([x0 + x, y0 + y, x1 + x, y1 + y])
            scores.append(score)
    whole, scores = np.reshape(whole, (-1, 4)), np.array(scores)
    return whole[boxes.nms(whole, scores, threshold)]


# %% focal: adds those with and those without an object by themselves
def focal(z, truth, gamma, alpha):
    def part(m):
        return np.logaddexp(0, -m) / (1 + np.exp(m)) ** gamma

    return alpha * part(z[truth == 1]).sum() + (1 - alpha) * part(-z[truth == 0]).sum()


# %% link: goes through all pairs in the order of their IoU
def link(before, after, least):
    overlap = boxes.iou(before, after)
    partner = np.full(len(after), -1)
    for place in np.argsort(-overlap, axis=None):
        i, j = np.unravel_index(place, overlap.shape)
        if overlap[i, j] >= least and partner[j] < 0 and i not in partner:
            partner[j] = i
    return partner


# %% frames: asks for the shortest of the three longest
# - return sum(length == len(left) for length in tracks(left, least))
# + return np.count_nonzero(np.array(tracks(left, least)) == len(left))
