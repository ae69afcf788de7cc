"""Wrong answers to the exercises of readers-questions.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% by-hand: forgets that a filter is as deep as its input
# says: as deep as its input
# - plain = 32 * 32 * 96 * (5 * 5 * 64)
# + plain = 32 * 32 * 96 * 25

# %% by-hand: counts weights instead of multiplications
# says: used at every place
# - plain = 32 * 32 * 96 * (5 * 5 * 64)
# + plain = 96 * 64 * 25

# %% by-hand: lets the maps shrink
# says: keeps the maps
# - plain = 32 * 32 * 96 * (5 * 5 * 64)
# + plain = 28 * 28 * 96 * 1600

# %% by-hand: gives the depthwise half as many filters as the layer has outputs
# says: each of its input channels
# - depthwise = 32 * 32 * 64 * (5 * 5)
# + depthwise = 32 * 32 * 96 * 25

# %% by-hand: forgets the size of the depthwise filters
# says: 25 numbers each
# - weights = 64 * 5 * 5 + 64 * 96
# + weights = 64 + 64 * 96

# %% shuffle: reshapes there and back
# says: old order
# - split.transpose(1, 0, 2, 3)
# + split

# %% shuffle: takes the number of groups for their size
# says: number of groups
# - groups, channels // groups, height, width
# + channels // groups, groups, height, width


# %% shuffle: reverses the channels
# says: reverse order
def shuffle(x, groups):
    return x[::-1]


# %% shuffle: drops the channels that are left over
# only hidden tests: in the check no channels are left over
def shuffle(x, groups):
    size = x.shape[0] // groups
    split = x[: size * groups].reshape(groups, size, *x.shape[1:])
    return split.swapaxes(0, 1).reshape(size * groups, *x.shape[1:])


# %% shuffle: shuffles at random
# says: right values in the wrong order
def shuffle(x, groups):
    if x.shape[0] % groups:
        raise ValueError("not equal")
    return x[np.random.default_rng(0).permutation(x.shape[0])]


# %% dense-to-conv: reshapes and leaves the numbers where they are
# says: reshape moves no axis
# - kernel.transpose(2, 3, 1, 0)
# + kernel.reshape(height, width, channels, -1)

# %% dense-to-conv: takes the channels for the last axis
# says: channels first
# - weights.reshape(-1, channels, height, width)
# + weights.reshape(-1, height, width, channels)
# - kernel.transpose(2, 3, 1, 0)
# + kernel.transpose(1, 2, 3, 0)

# %% dense-to-conv: exchanges rows and columns
# says: Rows and columns are exchanged
# - kernel.transpose(2, 3, 1, 0)
# + kernel.transpose(3, 2, 1, 0)

# %% dense-to-conv: stays in PyTorch's order
# says: Keras stores
# - kernel.transpose(2, 3, 1, 0)
# + kernel

# %% best-of-many: takes the best for an ordinary one
# says: more often than one alone
# - float(np.sum(1 - at_most**models) / examples)
# + chance

# %% best-of-many: takes the worst one
# says: the worse one
# - 1 - at_most**models
# + (1 - at_most) ** models

# %% best-of-many: gives a number of examples
# says: number of examples, not a share
# - np.sum(1 - at_most**models) / examples
# + np.sum(1 - at_most**models)

# %% best-of-many: ignores the chance
# only hidden tests: the check leaves the chance as it is
# - stats.binom.cdf(np.arange(examples), examples, chance)
# + stats.binom.cdf(np.arange(examples), examples, 0.5)

# %% best-of-many: begins the sum at one
# says: sum begins at 0
# - (examples)
# + (1, examples + 1)

# %% pixel-loss: counts holes as right
# says: number of known pixels
# - prediction[known] - target[known]
# + np.nan_to_num(prediction - target)

# %% pixel-loss: averages the averages of the images
# says: each known pixel should
# - (prediction[known] - target[known]) ** 2
# + [np.nanmean((p - t) ** 2) for p, t in zip(prediction, target)]

# %% pixel-loss: takes a hole for zero
# says: a target of 0
# - prediction[known] - target[known]
# + prediction - np.nan_to_num(target)

# %% pixel-loss: forgets the square
# says: squared
# - (prediction[known] - target[known]) ** 2
# + np.abs(prediction[known] - target[known])

# %% pixel-loss: does not ignore the holes
# says: holds NaN
# - prediction[known] - target[known]
# + prediction - target

# %% pixel-loss: takes every target of zero for a hole
# only hidden tests: the check has no target of zero
# - known = ~np.isnan(target)
# + known = np.nan_to_num(target) != 0

# %% pixel-loss: takes the root
# says: not right yet
# - float(np.mean((prediction[known] - target[known]) ** 2))
# + float(np.sqrt(np.mean((prediction[known] - target[known]) ** 2)))

# %% pixel-loss: forgets that all may be missing
# says: an empty mean
# -     if not known.any():
# -         return 0.0


# %% leaks: looks for exact copies only
# says: exact copies
def find_leaks(train, valid):
    return [i for i, v in enumerate(valid) if any(np.array_equal(v, t) for t in train)]


# %% leaks: forgets mirrored copies
# says: Mirrored copies
# - np.concatenate([normal(train), normal(train[..., ::-1])])
# + normal(train)

# %% leaks: forgets the brightness
# says: another brightness
# - flat / np.linalg.norm(flat, axis=1, keepdims=True)
# + flat

# %% leaks: turns pictures upside down, too
# only hidden tests: the page has no copies upside down
# - normal(train[..., ::-1])
# + normal(train[..., ::-1]), normal(train[:, ::-1])

# %% leaks: takes similar pictures for copies
# says: similar pictures
# - np.isclose(known, picture, rtol=0, atol=1e-6).all(axis=1).any()
# + (known @ picture).max() > 0.9

# %% leaks: takes away the mean, and so finds pictures to which a number was added, too
# only hidden tests: the page has no such pictures
# -         flat = pictures.reshape(len(pictures), -1)
# +         flat = pictures.reshape(len(pictures), -1)
# +         flat = flat - flat.mean(axis=1, keepdims=True)

# %% leaks: compares the pixels without their places
# only hidden tests: on the page only copies have the same pixels
# - pictures.reshape(len(pictures), -1)
# + np.sort(pictures.reshape(len(pictures), -1), axis=1)

# %% leaks: numbers the training pictures instead
# says: numbers of training pictures
# - normal(train), normal(train[..., ::-1])
# + normal(valid), normal(valid[..., ::-1])
# - enumerate(normal(valid))
# + enumerate(normal(train))
