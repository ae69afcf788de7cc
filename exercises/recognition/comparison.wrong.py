# %% hand: has one head
# says: The head runs for each region
# - 25 + 100 * 0.25
# + 25 + 0.25

# %% hand: runs the convolutions for each region
# says: run once
# - 25 + 100 * 0.25
# + 100 * 25 + 100 * 0.25

# %% hand: sends one crop
# says: Each crop goes through
# - [100 * 3,
# + [3,

# %% hand: does not wait for the proposals
# says: has to wait for its proposals
# - 1000 / (75 + 5)
# + 1000 / 5

# %% hand: takes a batch for an image
# says: How many images are in a batch
# - 20 * 1000 / 80
# + 1000 / 80

# %% hand: includes the border
# says: Right is an IoU above
# - kinds = [0, 1, 2, 3, 1]
# + kinds = [0, 1, 2, 3, 0]

# %% hand: takes the larger overlap
# says: Ask about the own class first
# - kinds = [0, 1, 2, 3, 1]
# + kinds = [2, 2, 2, 3, 1]

# %% hand: includes the lower border
# says: is not above 0.1
# - kinds = [0, 1, 2, 3, 1]
# + kinds = [0, 1, 2, 2, 1]

# %% kind: includes the border
# says: not from 0.5
# - own > 0.5
# + own >= 0.5

# %% kind: asks for the largest overlap
# says: Ask about the own class first
# - own = overlap[labels == label].max(initial=0)
# + best = overlap.argmax() if len(overlap) else None
# +     own = overlap[best] if len(overlap) and labels[best] == label else 0

# %% kind: asks for any class before the similar one
# says: A similar class comes before any other
# - similar = overlap[groups[labels] == groups[label]]
# -     if similar.max(initial=0) > 0.1:
# -         return 2
# -     return 3 if overlap.max(initial=0) > 0.1 else 4
# + other = overlap[groups[labels] != groups[label]]
# +     if other.max(initial=0) > 0.1:
# +         return 3
# +     return 2 if overlap.max(initial=0) > 0.1 else 4

# %% kind: takes all classes for similar
# says: Which group has the object
# - similar = overlap[groups[labels] == groups[label]]
# + similar = overlap

# %% kind: compares classes with groups
# says: Compare a group with a group
# - groups[labels] == groups[label]
# + groups[labels] == label

# %% kind: knows no other class
# says: Other is not background
# - return 3 if overlap.max(initial=0) > 0.1 else 4
# + return 4

# %% kind: includes the lower border
# says: is not above 0.1
# - return 3 if overlap.max(initial=0) > 0.1 else 4
# + return 3 if overlap.max(initial=0) >= 0.1 else 4

# %% kind: asks the first object of the class only
# says: the largest overlap counts
# - own = overlap[labels == label].max(initial=0)
# + own = overlap[labels == label][:1].max(initial=0)

# %% kind: adds the overlaps up
# says: not added up
# - own = overlap[labels == label].max(initial=0)
# + own = overlap[labels == label].sum()

# %% kind: needs an object
# says: kind
# - own = overlap[labels == label].max(initial=0)
# + own = (overlap * (labels == label)).max()

# %% front: lets equal ones stay
# says: Equal in one and worse in the other
# - level & ((faster > 0) | (better > 0))
# + (faster > 0) & (better > 0)

# %% front: marks the others
# says: 1 is for those on the front
# - (~beaten.any(1))
# + beaten.any(1)

# %% front: takes long times for good
# says: Short times and high accuracies
# - faster = seconds[:, None] - seconds[None]
# + faster = seconds[None] - seconds[:, None]

# %% front: takes low accuracies for good
# says: A low accuracy is not good
# - better = accuracy[None] - accuracy[:, None]
# + better = accuracy[:, None] - accuracy[None]

# %% front: takes the fastest
# says: more than the fastest
# - (~beaten.any(1))
# + (seconds == seconds.min())

# %% front: lets twins push each other off
# says: do not push
# - beaten = level & ((faster > 0) | (better > 0))
# + beaten = level & ~np.eye(len(seconds), dtype=bool)

# %% interval: draws other scenes for each
# says: Draw the same scenes for both
# - b[draws].mean(1)
# + b[draws[::-1]].mean(1)

# %% interval: leaves 90 %
# says: leave 2.5 %
# - [2.5, 97.5]
# + [5, 95]

# %% interval: subtracts the other way round
# says: minus the second
# - a[draws].mean(1) - b[draws].mean(1)
# + b[draws].mean(1) - a[draws].mean(1)

# %% interval: takes no means
# says: Percentiles of the mean differences
# - a[draws].mean(1) - b[draws].mean(1)
# + a[draws] - b[draws]

# %% interval: takes the extremes
# says: not the least
# - [2.5, 97.5]
# + [0, 100]

# %% report: forgets the search
# says: a part of the time
# - total = search + network
# + total = network

# %% report: times the first call
# says: it does not count
# - total[1:].mean()
# + total.mean()

# %% report: takes the median
# says: not their median
# - total[1:].mean()
# + np.median(total[1:])

# %% report: averages the rates
# says: the rate of the mean
# - per_second = 1000 / ms
# + per_second = np.mean(1000 / total[1:])

# %% report: averages the recalls
# says: All pets count the same
# - recall = right.sum() / objects.sum()
# + some = objects > 0
# +     recall = np.mean(right[some] / objects[some])

# %% report: gives an image without a pet a recall of 0
# says: no recall of its own
# - recall = right.sum() / objects.sum()
# + recall = np.mean(right / np.maximum(objects, 1))

# %% report: leaves the first image out
# says: not of the recall
# - right.sum() / objects.sum()
# + right[1:].sum() / objects[1:].sum()

# %% regions: has one region
# says: There are 100 regions
# - + 100 * 288_000
# + + 288_000

# %% regions: has a line of pixels
# says: as many pixels
# - (3600 * s**2 + 100 * 288_000) / (2400 * s**2)
# + (3600 * s + 100 * 288_000) / (2400 * s)
# - side = next(s for s in range(16, 1000, 16) if times(s) < 2)
# + side = None

# %% regions: forgets the regions
# says: are a part of the work
# - (3600 * s**2 + 100 * 288_000)
# + (3600 * s**2)

# %% regions: divides the other way round
# says: not the other way round
# - ratio = [times(96), times(416)]
# + ratio = [1 / times(96), 1 / times(416)]

# %% regions: stops one step too early
# says: still more
# - side = next(s for s in range(16, 1000, 16) if times(s) < 2)
# + side = next(s for s in range(16, 1000, 16) if times(s + 16) < 2)

# %% regions: does not look at the multiples
# says: In multiples of 16 pixels
# - range(16, 1000, 16)
# + range(16, 1000)

# %% regions: gives the area
# says: the side or the area
# - side = next(s for
# + side = next(s**2 for

# %% regions: concludes that large images are worst
# says: which is larger
# - conclusion = "B"
# + conclusion = "A"

# %% regions: concludes that the size does not matter
# says: all of the work
# - conclusion = "B"
# + conclusion = "C"

# %% regions: concludes that the share is the same
# says: the share of the regions
# - conclusion = "B"
# + conclusion = "D"
