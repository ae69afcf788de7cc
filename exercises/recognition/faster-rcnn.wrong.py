# %% hand: adds scales and ratios
# says: Every scale comes with every ratio
# - count = 6 * 10 * 4 * 3
# + count = 6 * 10 * (4 + 3)

# %% hand: takes the ratio for width over height
# says: not the other way round
# - anchor = [15, -8, 25, 32]
# + anchor = [0, 7, 40, 17]

# %% hand: puts the anchor around the corner of its place
# says: not around its corner
# - anchor = [15, -8, 25, 32]
# + anchor = [11, -12, 21, 28]

# %% hand: compares corners
# says: Centres, not corners
# - codes = [0.25, 0.5, 0, 0.693]
# + codes = [0.25, 0, 0, 0.693]

# %% hand: leaves an object without an anchor
# says: No object is left without an anchor
# - labels = [1, 1, 0, -1, 0]
# + labels = [1, -1, 0, -1, 0]

# %% hand: calls everything else negative
# says: Between the bounds neither answer is right
# - labels = [1, 1, 0, -1, 0]
# + labels = [1, 1, 0, 0, 0]

# %% assign: forces no best anchor
# says: is positive, too
# - positive = (best >= high) | forced
# + positive = best >= high

# %% assign: an object that overlaps nothing forces all
# says: it forces no anchor
# - ((overlap == most) & (most > 0)).any(axis=0)
# + (overlap == most).any(axis=0)

# %% assign: calls the ignored ones negative
# says: not negative
# - np.where(best < low, -1, -2)
# + np.where(best < low, -1, -1)

# %% assign: gives a forced anchor to the first object that wants it
# says: that it overlaps most
# - found[positive] = owner[positive]
# + found[positive] = owner[positive]
# +     found[forced] = (overlap == most).argmax(axis=0)[forced]

# %% losses: divides the boxes by nothing
# says: Divide the box loss
# - (truth[:, None] * smooth).sum() / len(logits)
# + (truth[:, None] * smooth).sum()

# %% losses: counts the boxes of negatives
# says: no box is wrong
# - (truth[:, None] * smooth).sum()
# + smooth.sum()

# %% losses: squares everything
# says: Far from 0 it is a line
# - np.where(d < beta, d**2 / (2 * beta), d - beta / 2)
# + d**2 / (2 * beta)

# %% losses: turns the sign of the logits
# says: speaks for an object
# - np.where(truth == 1, -1, 1)
# + np.where(truth == 1, 1, -1)

# %% losses: takes beta 1
# says: Beta is one ninth
# - beta = 1 / 9
# + beta = 1.0

# %% propose: drops low scores
# says: However low a score is
# - best = np.argsort(-scores, kind="stable")[:before]
# + best = np.argsort(-scores, kind="stable")[:before]
# +     best = best[scores[best] > 0.35]

# %% propose: lets NMS come first
# says: then NMS
# - kept = boxes.nms(found[best], scores[best], 0.7)
# -     return best[kept][:after]
# + kept = boxes.nms(found, scores, 0.7)
# +     return kept[:before][:after]

# %% propose: forgets where the boxes came from
# says: which boxes are they
# - return best[kept][:after]
# + return kept[:after]

# %% propose: forgets the limit
# says: At most
# - return best[kept][:after]
# + return best[kept]

# %% draw: has no class for the background
# says: A cat has the class of the background
# - labels[owner] + 1
# + labels[owner]

# %% draw: labels by the place in the list
# says: is called background
# - return chosen, classes
# + classes[positives:] = 0
# +     return chosen, classes

# %% draw: takes the last object for background
# says: the object number -1
# - np.where(owner >= 0, labels[owner] + 1, 0)
# + labels[owner] + 1

# %% number: begins with the largest number
# says: in which order are your scores
# - for number in (1, 2, 4, 10, 30, 100):
# + for number in (100, 30, 10, 4, 2, 1):

# %% number: leaves the number as it is
# says: that the scores differ
# - model.after = number
# + model.before = 400

# %% number: concludes that more is always better
# says: Look at the last two scores
# - conclusion = "C"
# + conclusion = "A"

# %% number: concludes that one is enough
# says: Look at the first score
# - conclusion = "C"
# + conclusion = "B"
