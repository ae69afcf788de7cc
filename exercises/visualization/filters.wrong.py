"""Wrong answers to the exercises of filters.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% byhand: thinks that a filter reads one channel
# says: reads one channel
# - one = 5 * 5 * 12 + 1
# + one = 5 * 5 + 1

# %% byhand: forgets the bias
# says: a bias, too
# - one = 5 * 5 * 12 + 1
# + one = 5 * 5 * 12

# %% byhand: gives each channel a bias
# says: not one for each channel
# - one = 5 * 5 * 12 + 1
# + one = (5 * 5 + 1) * 12

# %% byhand: draws one picture for each filter
# says: a slice for each channel
# - pictures = 24 * 12
# + pictures = 24

# %% byhand: gives each channel a map of its own
# says: added up
# - maps = 24
# + maps = 24 * 12

# %% byhand: leaves the next layer as it is
# says: become thinner
# - saved = 6 * 301 + 10 * 6 * 9
# + saved = 6 * 301

# %% byhand: takes the biases of the next layer
# says: keeps its biases
# - saved = 6 * 301 + 10 * 6 * 9
# + saved = 6 * 301 + 10 * (6 * 9 + 1)

# %% keras: exchanges rows and columns
# says: Rows and columns have changed places
# - kernel.transpose(3, 2, 0, 1)
# + kernel.transpose(3, 2, 1, 0)

# %% keras: exchanges filters and channels
# says: Filters and channels have changed places
# - kernel.transpose(3, 2, 0, 1)
# + kernel.transpose(2, 3, 0, 1)

# %% keras: reshapes where axes should move
# says: move the axes
# - kernel.transpose(3, 2, 0, 1)
# + kernel.reshape(kernel.shape[3], kernel.shape[2], *kernel.shape[:2])

# %% keras: takes the multiplier for the number of filters
# says: reads one channel
# -     if isinstance(layer, keras.layers.DepthwiseConv2D):
# +     if False:

# %% keras: takes the filters in the wrong order
# says: All filters of channel 0 come first
# - kernel = kernel.reshape(rows, columns, 1, -1)
# + kernel = kernel.swapaxes(2, 3).reshape(rows, columns, 1, -1)

# %% slices: goes over the height
# says: not over the channels
# - drawn.shape[2]
# + drawn.shape[0]

# %% slices: has channels outside, filters inside
# says: the slices of filter 0 come first
# -             for i in range(drawn.shape[3])
# -             for j in range(drawn.shape[2])
# +             for j in range(drawn.shape[2])
# +             for i in range(drawn.shape[3])

# %% slices: stretches from the smallest to the largest
# says: slices
# -     drawn = 0.5 + kernel / (2 * most if most > 0 else 1)
# +     low = kernel.min()
# +     drawn = (kernel - low) / (kernel.max() - low or 1)

# %% slices: leaves the range
# says: outside 0 to 1
# - (2 * most if most > 0 else 1)
# + (most if most > 0 else 1)

# %% slices: divides by zero
# says: slices
# - (2 * most if most > 0 else 1)
# + (2 * most)

# %% slices: looks at positive weights alone
# says: either sign
# - np.abs(kernel).max()
# + kernel.max()

# %% prune: leaves the next layer as it is
# says: that are gone
# -         after.weight = nn.Parameter(after.weight[:, keep])
#

# %% prune: cuts the filters of the next layer
# says: channels of the next layer
# - after.weight[:, keep]
# + after.weight[:len(keep)]

# %% prune: leaves all as it is
# says: the old sizes
# -     keep = torch.as_tensor(keep)
# +     return conv, bn, after

# %% prune: cuts the old layers
# says: make copies
# -     conv, bn, after = (copy.deepcopy(layer) for layer in (conv, bn, after))
#

# %% prune: keeps the first filters, whichever are asked for
# says: what comes out
# - torch.as_tensor(keep)
# + torch.arange(len(keep))

# %% prune: sorts the filters and forgets the next layer
# says: what comes out
# - after.weight[:, keep]
# + after.weight[:, keep.sort().values]

# %% prune: forgets the running mean's order
# says: what comes out
# - bn.running_mean[keep]
# + bn.running_mean[: len(keep)]

# %% proof: forgets the bias
# says: forget the bias
# - return bias + best
# + return best

# %% proof: takes all pixels bright
# says: a dark pixel may be better
# - np.maximum(weights * low, weights * high)
# + weights * high

# %% proof: sums the absolute weights
# says: sum of the absolute weights
# - np.maximum(weights * low, weights * high)
# + np.abs(weights)

# %% proof: gives one number for all
# says: over all filters
# - return bias + best.sum(axis=(1, 2, 3))
# + return (bias + best.sum(axis=(1, 2, 3))).max()

# %% proof: lets pixels be zero
# says: largest
# - np.maximum(weights * low, weights * high)
# + np.maximum(np.minimum(weights * low, 0), weights * high)

# %% shuffle: mixes the slices
# says: shuffled
# - rng.permuted(rows, axis=1)
# + rng.permuted(rows)

# %% shuffle: shuffles all slices alike
# says: an order of its own
# - rng.permuted(rows, axis=1)
# + rng.permutation(rows, axis=1)

# %% shuffle: moves whole slices
# says: All copies are the same
# - rng.permuted(rows, axis=1)
# + rng.permutation(rows, axis=0)

# %% shuffle: gives the mean
# says: One number is asked for each copy
# - return np.array([roughness(each.reshape(w.shape)) for each in orders])
# + return np.mean([roughness(each.reshape(w.shape)) for each in orders])

# %% shuffle: takes no seed
# only hidden tests: one call with a fixed seed does not show it
# - np.random.default_rng(seed)
# + np.random.default_rng()

# %% shuffle: believes that the trained layer is not smoother
# says: Look at a) again
# - allowed = [1, 0, 1, 0]
# + allowed = [0, 0, 1, 0]

# %% shuffle: takes an accident for a finding
# says: Look at b) again
# - allowed = [1, 0, 1, 0]
# + allowed = [1, 1, 1, 0]

# %% shuffle: misses the first layer
# says: Look at c) again
# - allowed = [1, 0, 1, 0]
# + allowed = [1, 0, 0, 0]

# %% shuffle: takes all smoothness for order
# says: Look at d) again
# - allowed = [1, 0, 1, 0]
# + allowed = [1, 0, 1, 1]
