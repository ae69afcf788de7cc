"""Wrong answers to the exercises of readers-questions.ipynb, as learners give them.

Each cell is a whole answer, headed by the name of the exercise and the misunderstanding behind it; the tests prove that
it loses marks. A line `says:` gives words from what the visible check must say; without it, only the hidden tests have
to notice.
"""

# ruff: noqa

# %% by-hand: forgets that a filter is as deep as its input
# says: as deep as its input
plain = 32 * 32 * 96 * 25
depthwise = 1638400
pointwise = 6291456
weights = 7744

# %% by-hand: counts weights instead of multiplications
# says: used at every place
plain = 96 * 64 * 25
depthwise = 1638400
pointwise = 6291456
weights = 7744

# %% by-hand: lets the maps shrink
# says: keeps the maps
plain = 28 * 28 * 96 * 1600
depthwise = 1638400
pointwise = 6291456
weights = 7744

# %% by-hand: gives the depthwise half as many filters as the layer has outputs
# says: each of its input channels
plain = 157286400
depthwise = 32 * 32 * 96 * 25
pointwise = 6291456
weights = 7744

# %% by-hand: forgets the size of the depthwise filters
# says: 25 numbers each
plain = 157286400
depthwise = 1638400
pointwise = 6291456
weights = 64 + 64 * 96


# %% shuffle: reshapes there and back
# says: old order
def shuffle(x, groups):
    split = x.reshape(groups, x.shape[0] // groups, *x.shape[1:])
    return split.reshape(x.shape)


# %% shuffle: takes the number of groups for their size
# says: number of groups
def shuffle(x, groups):
    channels = x.shape[0]
    if channels % groups:
        raise ValueError("not equal")
    split = x.reshape(channels // groups, groups, *x.shape[1:])
    return split.swapaxes(0, 1).reshape(x.shape)


# %% shuffle: reverses the channels
# says: reverse order
def shuffle(x, groups):
    return x[::-1]


# %% shuffle: drops the channels that are left over
def shuffle(x, groups):
    size = x.shape[0] // groups
    split = x[: size * groups].reshape(groups, size, *x.shape[1:])
    return split.swapaxes(0, 1).reshape(size * groups, *x.shape[1:])


# %% shuffle: shuffles at random
def shuffle(x, groups):
    if x.shape[0] % groups:
        raise ValueError("not equal")
    return x[np.random.default_rng(0).permutation(x.shape[0])]


# %% dense-to-conv: reshapes and leaves the numbers where they are
# says: reshape moves no axis
def as_keras_kernel(weights, channels, height, width):
    return weights.reshape(height, width, channels, -1)


# %% dense-to-conv: takes the channels for the last axis
# says: channels first
def as_keras_kernel(weights, channels, height, width):
    return weights.reshape(-1, height, width, channels).transpose(1, 2, 3, 0)


# %% dense-to-conv: exchanges rows and columns
# says: Rows and columns are exchanged
def as_keras_kernel(weights, channels, height, width):
    return weights.reshape(-1, channels, height, width).transpose(3, 2, 1, 0)


# %% dense-to-conv: stays in PyTorch's order
# says: Keras stores
def as_keras_kernel(weights, channels, height, width):
    return weights.reshape(-1, channels, height, width)


# %% best-of-many: takes the best for an ordinary one
# says: more often than one alone
from scipy import stats


def expected_best(models, examples, chance=0.5):
    return chance


# %% best-of-many: takes the worst one
# says: the worse one
from scipy import stats


def expected_best(models, examples, chance=0.5):
    more = 1 - stats.binom.cdf(np.arange(examples), examples, chance)
    return float(np.sum(more**models) / examples)


# %% best-of-many: gives a number of examples
from scipy import stats


def expected_best(models, examples, chance=0.5):
    at_most = stats.binom.cdf(np.arange(examples), examples, chance)
    return float(np.sum(1 - at_most**models))


# %% best-of-many: ignores the chance
from scipy import stats


def expected_best(models, examples, chance=0.5):
    at_most = stats.binom.cdf(np.arange(examples), examples, 0.5)
    return float(np.sum(1 - at_most**models) / examples)


# %% best-of-many: begins the sum at one
from scipy import stats


def expected_best(models, examples, chance=0.5):
    at_most = stats.binom.cdf(np.arange(1, examples + 1), examples, chance)
    return float(np.sum(1 - at_most**models) / examples)


# %% pixel-loss: counts holes as right
# says: number of known pixels
def pixel_loss(prediction, target):
    return float(np.mean(np.nan_to_num((prediction - target) ** 2)))


# %% pixel-loss: averages the averages of the images
# says: each known pixel should
def pixel_loss(prediction, target):
    if np.isnan(target).all():
        return 0.0
    return float(np.mean([np.nanmean((p - t) ** 2) for p, t in zip(prediction, target)]))


# %% pixel-loss: takes a hole for zero
# says: a target of 0
def pixel_loss(prediction, target):
    if np.isnan(target).all():
        return 0.0
    return float(np.mean((prediction - np.nan_to_num(target)) ** 2))


# %% pixel-loss: forgets the square
# says: squared
def pixel_loss(prediction, target):
    if np.isnan(target).all():
        return 0.0
    return float(np.nanmean(np.abs(prediction - target)))


# %% pixel-loss: does not ignore the holes
def pixel_loss(prediction, target):
    return float(np.mean((prediction - target) ** 2))


# %% pixel-loss: takes every target of zero for a hole
def pixel_loss(prediction, target):
    known = np.nan_to_num(target) != 0
    if not known.any():
        return 0.0
    return float(np.mean((prediction[known] - target[known]) ** 2))


# %% pixel-loss: takes the root
# says: not right yet
def pixel_loss(prediction, target):
    errors = (prediction - target) ** 2
    return 0.0 if np.isnan(errors).all() else float(np.sqrt(np.nanmean(errors)))


# %% pixel-loss: forgets that all may be missing
def pixel_loss(prediction, target):
    known = ~np.isnan(target)
    return float(np.mean((prediction[known] - target[known]) ** 2))


# %% leaks: looks for exact copies only
# says: exact copies
def find_leaks(train, valid):
    return [i for i, v in enumerate(valid) if any(np.array_equal(v, t) for t in train)]


# %% leaks: forgets mirrored copies
# says: Mirrored copies
def find_leaks(train, valid):
    def normal(p):
        p = p.reshape(len(p), -1)
        return p / np.linalg.norm(p, axis=1, keepdims=True)

    known = normal(train)
    return [i for i, v in enumerate(normal(valid)) if np.abs(known - v).max(axis=1).min() < 1e-6]


# %% leaks: forgets the brightness
# says: another brightness
def find_leaks(train, valid):
    known = np.concatenate([train, train[..., ::-1]])
    return [i for i, v in enumerate(valid) if np.abs(known - v).max(axis=(1, 2)).min() < 1e-6]


# %% leaks: turns pictures upside down, too
def find_leaks(train, valid):
    def normal(p):
        p = p.reshape(len(p), -1)
        return p / np.linalg.norm(p, axis=1, keepdims=True)

    known = np.concatenate([normal(train), normal(train[..., ::-1]), normal(train[:, ::-1])])
    return [i for i, v in enumerate(normal(valid)) if np.abs(known - v).max(axis=1).min() < 1e-6]


# %% leaks: takes similar pictures for copies
def find_leaks(train, valid):
    def normal(p):
        p = p.reshape(len(p), -1)
        return p / np.linalg.norm(p, axis=1, keepdims=True)

    known = np.concatenate([normal(train), normal(train[..., ::-1])])
    return [i for i, v in enumerate(normal(valid)) if (known @ v).max() > 0.9]


# %% leaks: takes away the mean, and so finds pictures to which a number was added, too
def find_leaks(train, valid):
    def normal(p):
        p = p.reshape(len(p), -1)
        p = p - p.mean(axis=1, keepdims=True)
        return p / np.linalg.norm(p, axis=1, keepdims=True)

    known = np.concatenate([normal(train), normal(train[..., ::-1])])
    return [i for i, v in enumerate(normal(valid)) if np.abs(known - v).max(axis=1).min() < 1e-6]


# %% leaks: compares the pixels without their places
def find_leaks(train, valid):
    def normal(p):
        p = np.sort(p.reshape(len(p), -1), axis=1)
        return p / np.linalg.norm(p, axis=1, keepdims=True)

    known = normal(train)
    return [i for i, v in enumerate(normal(valid)) if np.abs(known - v).max(axis=1).min() < 1e-6]


# %% leaks: numbers the training pictures instead
def find_leaks(train, valid):
    def normal(p):
        p = p.reshape(len(p), -1)
        return p / np.linalg.norm(p, axis=1, keepdims=True)

    known = np.concatenate([normal(valid), normal(valid[..., ::-1])])
    return [i for i, t in enumerate(normal(train)) if np.abs(known - t).max(axis=1).min() < 1e-6]
