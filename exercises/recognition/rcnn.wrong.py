# %% roles: leaves out the bound of the network
# says: a positive already
# - network = [1, 0, 0, 1]
# + network = [0, 0, 0, 1]

# %% roles: takes the bound of the SVM for the network's
# says: of the network
# - network = [1, 0, 0, 1]
# + network = [1, 1, 0, 1]

# %% roles: gives the SVM near misses
# says: Only true boxes
# - svm = [0, 0, -1, 0]
# + svm = [0, 0, -1, 1]

# %% roles: has no boxes that take no part
# says: takes no part
# - svm = [0, 0, -1, 0]
# + svm = [-1, -1, -1, -1]

# %% roles: trains the regression on the network's positives
# says: asks for more
# - regression = [0, 0, 0, 1]
# + regression = [1, 0, 0, 1]

# %% roles: treats dogs like cats
# says: of its own class
# - dogs = [-1, -1, -1, -1]
# + dogs = [0, 0, -1, 0]

# %% region: takes the margin for pixels of the image
# says: measured in the crop
# -     across = margin * (x1 - x0) / inner
# -     down = margin * (y1 - y0) / inner
# +     across = down = margin

# %% region: divides by the whole crop
# says: between two margins
# - inner = size - 2 * margin
# + inner = size

# %% region: has a margin on one side
# says: on both sides
# - return x0 - across, y0 - down, x1 + across, y1 + down
# + return x0, y0, x1 + across, y1 + down

# %% region: has one scale
# says: different scales
# - down = margin * (y1 - y0) / inner
# + down = across

# %% svm: counts positives once
# says: Positives count twice
# - np.where(y > 0, 2, 1)
# + np.where(y > 0, 1, 1)

# %% svm: counts negatives twice
# says: not the negatives
# - np.where(y > 0, 2, 1)
# + np.where(y > 0, 1, 2)

# %% svm: forgets the half
# says: Half of the squared length
# - w @ w / 2
# + w @ w

# %% svm: rewards what is beyond the margin
# says: costs nothing
# - np.maximum(0, 1 - y * (features @ w + b))
# + 1 - y * (features @ w + b)

# %% svm: takes the mean
# says: not their mean
# - (weight * cost).sum()
# + (weight * cost).mean()

# %% mend: forgets the background's class
# says: where do cats go
# - labels[owner] + 1
# + labels[owner]

# %% mend: leaves the bound out
# says: An IoU of 0.5 counts
# - best >= 0.5
# + best > 0.5

# %% mend: has one owner for all
# says: of its own
# - owner = overlap.argmax(axis=1)
# + owner = overlap.argmax(axis=0)[0]

# %% mend: takes the object for its label
# says: not its label
# - labels[owner] + 1
# + owner + 1

# %% mend: cannot do without objects
# says: classes
# -     if overlap.shape[1] == 0:
# -         return np.zeros(len(overlap), int)

# %% nms: drops dogs for cats
# says: NMS runs in each class
# - boxes.batched_nms(b, scores, labels, threshold)
# + boxes.nms(b, scores, threshold)

# %% nms: keeps the first
# says: not the first
# - boxes.batched_nms(b, scores, labels, threshold)
# + boxes.batched_nms(b, -np.arange(len(b)), labels, threshold)

# %% nms: mixes up scores
# says: the scores that are left
# - "scores": scores[k]
# + "scores": scores[: len(k)]

# %% nms: believes that dropping is always a loss
# says: is the last one the best
# - conclusion = "b"
# + conclusion = "a"

# %% nms: thinks of the ranking alone
# says: do its numbers differ
# - conclusion = "b"
# + conclusion = "c"

# %% nms: says too much
# says: may want another one
# - conclusion = "b"
# + conclusion = "d"

# %% move: takes the codes for pixels
# says: not pixels
# - (x0 + x1) / 2 + tx * width, (y0 + y1) / 2 + ty * height
# + (x0 + x1) / 2 + tx, (y0 + y1) / 2 + ty

# %% move: mixes up width and height
# says: the width with x
# - tx * width, (y0 + y1) / 2 + ty * height
# + tx * height, (y0 + y1) / 2 + ty * width

# %% move: goes the other way
# says: The other way round
# - (x0 + x1) / 2 + tx * width, (y0 + y1) / 2 + ty * height
# + (x0 + x1) / 2 - tx * width, (y0 + y1) / 2 - ty * height

# %% move: keeps the corner
# says: not the corner
# - return x - width / 2, y - height / 2, x + width / 2, y + height / 2
# + return x0 + tx * (x1 - x0), y0 + ty * (y1 - y0), x0 + tx * (x1 - x0) + width, y0 + ty * (y1 - y0) + height

# %% move: forgets the exponential
# says: are logarithms
# - width * np.exp(tw), height * np.exp(th)
# + width * tw, height * th
