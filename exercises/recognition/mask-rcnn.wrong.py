# %% hand: rounds the corners down
# says: not down
# - corners = [1, 1, 2, 2]
# + corners = [0, 1, 2, 2]

# %% hand: leaves out the last places
# says: belong to the region, too
# - pooled = 12
# + pooled = 0

# %% hand: takes the mean of the places
# says: keeps the largest number
# - pooled = 12
# + pooled = 4

# %% hand: takes a place to be at its corner
# says: in the middle of its pixels
# - read = 1.5
# + read = 3.0

# %% hand: swaps rows and columns
# says: Columns go along x
# - read = 1.5
# + read = 3.5

# %% hand: compares boxes
# says: the IoU of their boxes
# - iou = 0.222
# + iou = 0.2

# %% hand: counts shared pixels twice
# says: belong to the union once
# - iou = 0.222
# + iou = 0.182

# %% target: swaps rows and columns
# says: Rows go along y
# - return found
# + return found.T

# %% target: cuts at the object's own box
# says: not at the box of the object
# - x0, y0, x1, y1 = region
# + y, x = np.nonzero(mask)
# +     x0, y0, x1, y1 = x.min(), y.min(), x.max() + 1, y.max() + 1

# %% target: reads at the corners of the parts
# says: not at its corner
# - part = np.arange(size) + 0.5
# + part = np.arange(size)

# %% target: goes on beyond the edge
# says: Beyond the image there is nothing
# - height, width = mask.shape
# + height, width = mask.shape
# +     columns = columns.clip(0, width - 1)

# %% target: lets negative numbers count from the end
# says: counts from the end
# - 0 <= columns[j] < width
# + columns[j] < width

# %% loss: compares the maps of all classes with the target
# says: that of the other class, too
# - own = logits[np.arange(len(labels)), labels]
# + own, targets = logits, targets[:, None]

# %% loss: asks the maps of other classes to be empty
# says: it is not to be asked at all
# - own = logits[np.arange(len(labels)), labels]
# + true = np.arange(logits.shape[1]) == labels[:, None]
# +     own, targets = logits, targets[:, None] * true[:, :, None, None]

# %% loss: adds up
# says: not the sum
# - .mean()
# + .sum()

# %% loss: divides by the regions alone
# says: not by the regions alone
# - .mean()
# + .sum() / len(labels)

# %% loss: is a mean over nothing without positives
# says: NaN
# - if len(labels) == 0:
# -         return 0.0
# -     own
# + own

# %% loss: takes the logarithm of a sigmoid
# says: infinity
# - return (np.logaddexp(0, own) - own * targets).mean()
# + p = 1 / (1 + np.exp(-np.clip(own, -800, 800)))
# +     return -np.where(targets == 1, np.log(p), np.log(1 - p)).mean()

# %% iou: counts shared pixels twice
# says: belong to the union once
# - b.sum(1) - shared
# + b.sum(1)

# %% iou: divides by the size of the first
# says: not by the size of one of them
# - b.sum(1) - shared
# + 0 * b.sum(1)

# %% iou: has a column for each mask of a
# says: a column for each mask of b
# - return shared / np.maximum(union, 1)
# + return (shared / np.maximum(union, 1)).T

# %% iou: divides by zero
# says: NaN
# - np.maximum(union, 1)
# + union

# %% paste: swaps rows and columns
# says: columns across
# - small[i, j] >= 0.5
# + small[j, i] >= 0.5

# %% paste: rounds the box down
# says: rounded down
# - x0, y0, x1, y1 = box
# + x0, y0, x1, y1 = np.floor(box)

# %% paste: reads pixels at their corners
# says: not at its corner
# - (c + 0.5 - x0)
# + (c - x0)

# %% shared: takes the other class's map
# says: the map of the other class
# - return z[torch.arange(len(z)), labels]
# + return z[torch.arange(len(z)), 1 - labels]
# - for seed in (0, 1, 2)
# + for seed in (0,)

# %% shared: takes the first map for all
# says: the same map for each region
# - return z[torch.arange(len(z)), labels]
# + return z[:, 0]
# - for seed in (0, 1, 2)
# + for seed in (0,)

# %% shared: trains with one seed three times
# says: different runs
# - [mean_iou(trained(maps, seed, own_maps), own_maps) for seed in (0, 1, 2)]
# + [mean_iou(trained(maps, 0, own_maps), own_maps)] * 3

# %% shared: concludes that one map learns nothing
# says: Look at the mean
# - conclusion = "C"
# + conclusion = "A"

# %% shared: concludes that two maps are far better
# says: the lowest number of one
# - conclusion = "C"
# + conclusion = "B"
