# %% hand: takes the larger shares
# says: the smaller share
# - colour = 0.2 + 0.2 + 0
# + colour = 0.6 + 0.4 + 0.6

# %% hand: takes the share for the similarity
# says: small regions must be similar
# - size = 1 - 30 / 100
# + size = 30 / 100

# %% hand: forgets that the regions fill their box
# says: fill a part
# - (8 * 6 - 30)
# + (8 * 6)

# %% hand: takes the plain mean
# says: The larger region
# - [14 / 30, 10 / 30, 6 / 30]
# + [0.4, 0.3, 0.3]

# %% hand: takes the larger limit
# says: Both segments must be
# - min(3 + 60 / 20, 5 + 60 / 10)
# + max(3 + 60 / 20, 5 + 60 / 10)

# %% touching: looks only to the right
# says: above each other
# - np.concatenate([across, down])
# + across

# %% touching: looks only down
# says: beside each other
# - np.concatenate([across, down])
# + down

# %% touching: counts a segment as its own neighbour
# says: no neighbour of itself
# - pairs[pairs[:, 0] != pairs[:, 1]]
# + pairs

# %% touching: does not order a pair
# says: touching
# - np.sort(pairs, axis=1)
# + pairs

# %% greedy: merges any two regions
# says: are no neighbours
# -     pairs = {tuple(sorted(pair)) for pair in pairs}
# +     pairs = {(a, b) for b in range(len(means)) for a in range(b)}

# %% greedy: merges the least alike
# says: not the least
# - (abs(means[p[0]] - means[p[1]]), p)
# + (-abs(means[p[0]] - means[p[1]]), p)

# %% greedy: takes the plain mean
# says: more to say in the mean
# - (sizes[a] * means[a] + sizes[b] * means[b]) / size
# + (means[a] + means[b]) / 2

# %% greedy: forgets the neighbours of the second part
# says: merge_all
# - if a in p or b in p for n in p
# + if a in p for n in p

# %% greedy: takes the last of several equal pairs
# says: not the last
# - (abs(means[p[0]] - means[p[1]]), p)
# + (abs(means[p[0]] - means[p[1]]), -p[0], -p[1])

# %% greedy: forgets to add up the sizes
# says: the pixels of both
# - sizes.append(size)
# + sizes.append(1)

# %% recall: counts proposals
# says: That counts proposals
# - objects += len(truth)
# + objects += len(proposed)
# - overlap.max(axis=1)
# + overlap.max(axis=0)

# %% recall: leaves out images without proposals
# says: are objects, too
# -         objects += len(truth)
# -         if len(proposed) > 0:
# +         if len(proposed) > 0:
# +             objects += len(truth)

# %% recall: takes the mean of the images
# says: wherever they are
# -     found = objects = 0
# +     each = []
# -         objects += len(truth)
# +         found = 0
# -             found += (overlap.max(axis=1) >= threshold).sum()
# +             found = (overlap.max(axis=1) >= threshold).sum()
# +         each += [found / len(truth)] if len(truth) else []
# -     return found / objects
# +     return np.mean(each)

# %% recall: wants more than the threshold
# says: equal to the threshold
# - >= threshold
# + > threshold

# %% dark: takes the mean of the images
# says: not over the images
# - best.extend(boxes.iou(target["boxes"], proposals).max(axis=1))
# + best.append(boxes.iou(target["boxes"], proposals).max(axis=1).mean())

# %% dark: takes each proposal's best object
# says: not for each proposal
# - .max(axis=1))
# + .max(axis=0))

# %% dark: forgets the settings
# says: Pass the settings on
# - detection.selective_search(image, **settings)
# + detection.selective_search(image)

# %% dark: compares with the day
# says: not with the day
# - np.subtract(again, usual)
# + np.subtract(again, by_day)

# %% dark: subtracts the wrong way round
# says: not dark minus day
# - np.subtract(by_day, usual)
# + np.subtract(usual, by_day)

# %% dark: lets the bytes run over
# says: stretched
# - np.minimum(im * 10.0, 255).astype(np.uint8)
# + im * np.uint8(10)

# %% dark: believes in the scale alone
# says: smaller scales would win back
# - conclusion = "b"
# + conclusion = "c"

# %% dark: blames the dark alone
# says: nothing was added
# - conclusion = "b"
# + conclusion = "a"

# %% both: takes regions alone
# says: On camouflaged scenes
# - np.concatenate([regions, regular])
# + detection.selective_search(image, limit=n)

# %% both: takes windows alone
# says: On ordinary scenes
# - np.concatenate([regions, regular])
# + windows(n)

# %% both: takes too many
# says: are more than
# - limit=n - len(regular)
# + limit=n

# %% both: looks whether the picture is grey
# says: On camouflaged scenes
# -     return np.concatenate([regions, regular])
# +     if (image[..., 0] == image[..., 1]).all():
# +         return windows(n)
# +     return detection.selective_search(image, limit=n)

# %% both: looks whether the picture has a single hue
# says: On camouflaged scenes
# -     return np.concatenate([regions, regular])
# +     light = image.sum(axis=2) > 150
# +     shares = image / np.maximum(image.sum(axis=2, keepdims=True), 1)
# +     if light.any() and shares[light].std(axis=0).max() < 0.02:
# +         return windows(n)
# +     return detection.selective_search(image, limit=n)
