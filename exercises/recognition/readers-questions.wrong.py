# %% hand: pads the last convolution
# says: has no padding
# - shape = [4, 20, 28]
# + shape = [4, 22, 30]

# %% hand: puts columns first
# says: Rows come before columns
# - shape = [4, 20, 28]
# + shape = [4, 28, 20]

# %% hand: forgets the pooling
# says: The pooling halves the map
# - shape = [4, 20, 28]
# + shape = [4, 43, 58]

# %% hand: leaves the box as it was
# says: before it was turned
# - w, h = 40 * c + 20 * s, 40 * s + 20 * c
# + w, h = 40, 20

# %% hand: turns each side by itself
# says: Both sides of the rectangle
# - w, h = 40 * c + 20 * s, 40 * s + 20 * c
# + w, h = 40 * c, 20 * c

# %% hand: exchanges width and height
# says: are exchanged
# - w, h = 40 * c
# + h, w = 40 * c

# %% hand: takes p for the probability of the truth
# says: what probability does it
# - 1 / (1 - 0.9) ** 2
# + 1 / (1 - 0.1) ** 2

# %% hand: takes gamma for a factor
# says: gamma is an exponent
# - 1 / (1 - 0.9) ** 2
# + 1 / (1 - 0.9)

# %% hand: gives the share
# says: not which share
# - 1 / (1 - 0.9) ** 2
# + (1 - 0.9) ** 2

# %% hand: adds the errors up
# says: not the sum
# - errors = [(1 + 0) / 2,
# + errors = [(1 + 0),

# %% hand: does not look at the second threshold
# says: Which scores reach
# - (0 + 0) / 2]
# + (1 + 0) / 2]

# %% threshold: wants more than the threshold
# says: A score at the threshold counts
# - (s >= least)
# + (s > least)

# %% threshold: takes the lowest of the best
# says: the highest
# - np.flatnonzero(wrong == wrong.min())[-1]
# + wrong.argmin()

# %% threshold: lets errors cancel
# says: make up for each other
# - np.abs(counts - true).mean()
# + np.abs((counts - true).mean())

# %% threshold: squares the errors
# says: not its square
# - np.abs(counts - true).mean()
# + ((counts - true) ** 2).mean()

# %% threshold: counts the images that are wrong
# says: not whether it is
# - np.abs(counts - true).mean()
# + (counts != true).mean()

# %% threshold: returns the position
# says: best_threshold
# - return tried[np.flatnonzero(wrong == wrong.min())[-1]]
# + return np.flatnonzero(wrong == wrong.min())[-1]

# %% region: wants more than half
# says: Half of the box is enough
# - >= area / 2
# + > area / 2

# %% region: forgets what the image cuts
# says: belongs to the box
# - bool(part.sum() >= area / 2)
# + bool(part.size and part.mean() >= 0.5)

# %% region: takes any pixel
# says: Any pixel
# - bool(part.sum() >= area / 2)
# + bool(part.any())

# %% region: wants the whole box
# says: All of the box
# - bool(part.sum() >= area / 2)
# + bool(part.sum() == area)

# %% region: asks for the middle
# says: not its middle
# - answers.append(bool(part.sum() >= area / 2))
# + y, x = (y0 + y1) // 2, (x0 + x1) // 2
# +         on_it = 0 <= y < len(region) and 0 <= x < len(region[0])
# +         answers.append(bool(on_it and region[y, x]))

# %% region: counts from the far end below 0
# only hidden tests: no box of the check has a border above the image and pixels in the region
# - region[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
# + region[y0:y1, x0:x1]

# %% tiles: leaves the boxes where they are
# says: in the large image
# - found.reshape(-1, 4) + np.tile(corner, 2)
# + found.reshape(-1, 4)

# %% tiles: takes y first
# says: x first, then y
# - np.tile(corner, 2)
# + np.tile(corner[::-1], 2)

# %% tiles: has one NMS for each tile
# says: NMS over all
# - return whole[boxes.nms(whole, scores, threshold)]
# + return np.concatenate(
# +         [m[boxes.nms(m, s, threshold)] for m, (_, s) in zip(moved, tiles)]
# +     )

# %% tiles: has an NMS for each tile before the one for all
# says: One NMS only
# - moved = [
# -         found.reshape(-1, 4) + np.tile(corner, 2)
# -         for (found, _), corner in zip(tiles, corners)
# -     ]
# + kept = [boxes.nms(found, s, threshold) for found, s in tiles]
# +     tiles = [(found[k], s[k]) for k, (found, s) in zip(kept, tiles)]
# +     moved = [f + np.tile(c, 2) for (f, _), c in zip(tiles, corners)]

# %% tiles: keeps the order of the tiles
# says: Best first
# - whole[boxes.nms(whole, scores, threshold)]
# + whole[np.sort(boxes.nms(whole, scores, threshold))]

# %% tiles: suppresses before it moves
# says: merged
# - return whole[boxes.nms(whole, scores, threshold)]
# + raw = np.concatenate([f.reshape(-1, 4) for f, _ in tiles])
# +     return whole[boxes.nms(raw, scores, 1 - threshold)]

# %% focal: has no alpha
# says: Where is alpha
# - (share * (1 - np.exp(log_p))
# + ((1 - np.exp(log_p))

# %% focal: has one alpha
# says: 1 - alpha
# - alpha, 1 - alpha)
# + alpha, alpha)

# %% focal: exchanges the weights
# says: the weight of those
# - alpha, 1 - alpha)
# + 1 - alpha, alpha)

# %% focal: takes the mean
# says: not the mean
# - -log_p).sum()
# + -log_p).mean()

# %% focal: is the cross-entropy
# says: the factor with gamma
# - (share * (1 - np.exp(log_p)) ** gamma * -log_p)
# + (share * -log_p)

# %% focal: lets those count that are right
# says: Who is right counts less
# - (1 - np.exp(log_p)) ** gamma
# + np.exp(log_p) ** gamma

# %% focal: takes p for all
# says: p is not the probability
# - (1 - np.exp(log_p)) ** gamma
# + (1 - 1 / (1 + np.exp(-z))) ** gamma

# %% focal: is not finite far out
# says: focal
# - log_p = -np.logaddexp(0, -m)
# + log_p = np.log(1 / (1 + np.exp(-m)))

# %% link: gives each box its best partner
# says: one partner
# - overlap[i], overlap[:, j] = -1, -1
# + overlap[:, j] = -1

# %% link: goes through the boxes in their order
# says: not the first box
# - while overlap.size and overlap.max() >= least:
# -         i, j = np.unravel_index(overlap.argmax(), overlap.shape)
# + for j in range(len(after) if overlap.size else 0):
# +         i = overlap[:, j].argmax()
# +         if overlap[i, j] < least:
# +             continue

# %% link: has the largest sum in mind
# says: have a larger sum
# - while overlap.size and overlap.max() >= least:
# -         i, j = np.unravel_index(overlap.argmax(), overlap.shape)
# + from scipy.optimize import linear_sum_assignment
# +     for i, j in zip(*linear_sum_assignment(-overlap)):
# +         if overlap[i, j] < least:
# +             continue

# %% link: has no threshold
# says: Below `least`
# - overlap.max() >= least
# + overlap.max() > 0

# %% link: wants more than the threshold
# says: exactly `least`
# - overlap.max() >= least
# + overlap.max() > least

# %% link: answers for the earlier frame
# says: One number for each box of the later
# - return partner
# + return [j for j in partner if j >= 0]

# %% frames: counts all tracks
# says: in every frame that is left
# - sum(length == len(left) for length in tracks(left, least))
# + len(tracks(left, least))

# %% frames: asks for the frames of the whole film
# says: How many frames are left
# - length == len(left) for
# + length == len(film) for

# %% frames: takes the first frames
# says: not the first ones
# - film[::step]
# + film[: len(film[::step])]

# %% frames: gives the last step that holds
# says: not the last at which they hold
# - next(step for step in range(1, 33) if
# + next(step - 1 for step in range(1, 33) if

# %% frames: thinks that lower is better anywhere
# says: Would you see a wrong link
# - conclusion = "a"
# + conclusion = "b"

# %% frames: blames the detector
# says: Does the detector know
# - conclusion = "a"
# + conclusion = "c"

# %% frames: does not compare
# says: it is the same film
# - conclusion = "a"
# + conclusion = "d"
