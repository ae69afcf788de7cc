"""Wrong answers to the exercises of learned-filters.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% step: subtracts the wrong way round
# says: opposite sign
error = [[-1, -1], [2, 0]]
gradient = [[-6, 0], [6, -8]]
new_filter = [[1.6, 0], [-0.6, 1.8]]

# %% step: forgets the factor 2
# says: where is the factor 2
# - gradient = [[6, 0], [-6, 8]]
# + gradient = [[3, 0], [-3, 4]]
# - new_filter = [[0.4, 0], [0.6, 0.2]]
# + new_filter = [[0.7, 0], [0.3, 0.6]]

# %% step: turns the error map round
# says: was flipped
# - gradient = [[6, 0], [-6, 8]]
# + gradient = [[-6, 8], [0, -10]]
# - new_filter = [[0.4, 0], [0.6, 0.2]]
# + new_filter = [[1.6, -0.8], [0, 2]]

# %% step: goes uphill
# says: goes uphill
# - new_filter = [[0.4, 0], [0.6, 0.2]]
# + new_filter = [[1.6, 0], [-0.6, 1.8]]

# %% step: writes down the step and not the filter
# says: where does it start
# - new_filter = [[0.4, 0], [0.6, 0.2]]
# + new_filter = [[-0.6, 0], [0.6, -0.8]]

# %% learn: takes the sum for the mean
# says: The loss is the mean
# - rate * 2 / error.size
# + rate * 2

# %% learn: forgets the factor 2
# says: Where is the factor 2
# - rate * 2 / error.size
# + rate / error.size

# %% learn: turns the error map round
# says: Is the error map flipped
# - cross_correlate(image, error)
# + cross_correlate(image, error[::-1, ::-1])

# %% learn: goes uphill
# says: opposite sign
# - w = w - rate
# + w = w + rate

# %% learn: computes the error once, before the loop
# says: compute it anew
# -     for _ in range(steps):
# -         error = cross_correlate(image, w) - target
# +     error = cross_correlate(image, w) - target
# +     for _ in range(steps):

# %% learn: takes every filter for a square of three
# says: Rows of the filter
# - np.zeros((rows, columns))
# + np.zeros((3, 3))

# %% learn: averages over the weights and not over the map
# says: up to a constant
# - error.size
# + w.size

# %% learn: keeps whole numbers
# says: lost its decimals
# - np.zeros((rows, columns))
# + np.zeros((rows, columns), dtype=int)
# - w - rate * 2 / error.size * cross_correlate(image, error)
# + (w - rate * 2 / error.size * cross_correlate(image, error)).astype(int)

# %% solve: counts patches and does not ask whether they differ
# says: can_be_found
# - bool(np.linalg.matrix_rank(patches) == shape[0] * shape[1])
# + len(patches) >= shape[0] * shape[1]

# %% solve: takes the rank of the image for that of its patches
# says: can_be_found
# - np.linalg.matrix_rank(patches) == shape[0] * shape[1]
# + np.linalg.matrix_rank(image) == min(image.shape)

# %% solve: leaves the weights in one row
# says: Rows of the filter
# - return w.reshape(rows, columns)
# + return w

# %% solve: writes the patches column by column
# says: solve
# - windows.reshape(-1, rows * columns)
# + windows.transpose(0, 1, 3, 2).reshape(-1, rows * columns)

# %% solve: says that three patches by three are always enough
# says: can_be_found
# - bool(np.linalg.matrix_rank(patches) == shape[0] * shape[1])
# + True

# %% solve: counts patches that differ
# only hidden tests: in the check nine patches that differ are enough
# - bool(np.linalg.matrix_rank(patches) == shape[0] * shape[1])
# + len(np.unique(patches, axis=0)) >= shape[0] * shape[1]

# %% solve: asks for full rank, also where there are too few patches
# says: can_be_found
# - np.linalg.matrix_rank(patches) == shape[0] * shape[1]
# + np.linalg.matrix_rank(patches) == min(patches.shape)

# %% mend: finds neither the view nor the bias
# says: same memory
# - , bias=False)
# + )
# -         conv.weight[0, 0] = torch.tensor(start)
# +         conv.weight[0, 0] = torch.tensor(start)
# +         conv.bias.zero_()
# - [conv.weight.detach()[0, 0].clone()]
# + [conv.weight.detach()[0, 0]]
# - append(conv.weight.detach()[0, 0].clone())
# + append(conv.weight.detach()[0, 0])

# %% mend: forgets to forget the gradients
# says: still carries the gradient
# - optimizer.zero_grad()

# %% mend: leaves the bias
# says: Something beside the filter
# - , bias=False)
# + )
# -         conv.weight[0, 0] = torch.tensor(start)
# +         conv.weight[0, 0] = torch.tensor(start)
# +         conv.bias.zero_()

# %% mend: clears the gradients between backward and step
# says: never moves
# -         loss.backward()
# +         loss.backward()
# +         optimizer.zero_grad()

# %% mend: records no start
# says: steps + 1
# - way = [conv.weight.detach()[0, 0].clone()]
# + way = []

# %% scale: gives the variance
# says: That is the variance
# - np.sqrt(2 / fan_in)
# + 2 / fan_in

# %% scale: counts the outputs
# says: not the outputs
# - shape[0] if framework == "pytorch" else shape[-1]
# + shape[1] if framework == "pytorch" else shape[2]

# %% scale: forgets rows and columns
# says: rows and columns, too
# - np.prod(shape) / filters
# + shape[1] if framework == "pytorch" else shape[2]

# %% scale: counts all filters
# says: Only one filter
# - np.prod(shape) / filters
# + np.prod(shape)

# %% scale: forgets the channels
# says: Does each channel count
# - np.prod(shape) / filters
# + np.prod(shape[2:] if framework == "pytorch" else shape[:2])

# %% scale: takes Keras' order for PyTorch's
# says: Keras keeps the filters on the last axis
# - shape[0] if framework == "pytorch" else shape[-1]
# + shape[0]


# %% scale: gives the default of Keras
# says: with the outputs
def he_std(shape, framework):
    a, b, c, d = shape
    return np.sqrt(2 / ((a + b) * c * d if framework == "pytorch" else (c + d) * a * b))


# %% scale: forgets what ReLU does
# says: half of the mean square
# - np.sqrt(2 / fan_in)
# + np.sqrt(1 / fan_in)

# %% scale: takes the longest axis for that of the filters
# only hidden tests: in the check it is the longest axis
# - shape[0] if framework == "pytorch" else shape[-1]
# + max(shape)

# %% dropout: does not scale
# says: scale what is left
# - lots < p, 0, x / (1 - p)
# + lots < p, 0, x
# - None] < p, 0, x / (1 - p)
# + None] < p, 0, x


# %% dropout: scales in evaluation instead
# says: scale what is left
def dropout(x, p, lots, training):
    return np.where(lots < p, 0, x) if training else x * (1 - p)


def spatial_dropout(x, p, lots, training):
    return np.where(lots[:, :, None, None] < p, 0, x) if training else x * (1 - p)


# %% dropout: drops in evaluation, too
# says: In evaluation nothing is dropped
def dropout(x, p, lots, training):
    return np.where(lots < p, 0, x / (1 - p))


def spatial_dropout(x, p, lots, training):
    return np.where(lots[:, :, None, None] < p, 0, x / (1 - p))


# %% dropout: keeps what is to be dropped
# says: Below p means dropped
# - lots < p
# + lots >= p
# - None] < p
# + None] >= p

# %% dropout: divides by p
# says: The share that is kept
# - lots < p, 0, x / (1 - p)
# + lots < p, 0, x / p
# - None] < p, 0, x / (1 - p)
# + None] < p, 0, x / p

# %% dropout: drops columns instead of maps
# says: That drops columns
# - lots[:, :, None, None]
# + lots


# %% dropout: scales by the share that was really kept
# says: up to a constant
def dropout(x, p, lots, training):
    kept = lots >= p
    return x * kept / kept.mean() if training else x


def spatial_dropout(x, p, lots, training):
    return dropout(x, p, lots[:, :, None, None], training)


# %% dropout: drops what is p, too
# says: dropout
# - lots < p
# + lots <= p
# - None] < p
# + None] <= p

# %% dropout: drops the same maps in each image
# only hidden tests: the check has a single image
# - lots[:, :, None, None]
# + lots[:1, :, None, None]

# %% prune: calls only negative answers dead
# says: an answer of 0
# - maps_of(weights, bias, images).max(axis=(0, 2, 3)) <= 0
# + maps_of(weights, bias, images).max(axis=(0, 2, 3)) < 0

# %% prune: takes small weights for death
# says: dead_filters
# - maps_of(weights, bias, images).max(axis=(0, 2, 3)) <= 0
# + np.abs(weights).max(axis=(1, 2, 3)) < 0.1

# %% prune: takes silence in one image for death
# says: ask all of them
# - maps_of(weights, bias, images).max(axis=(0, 2, 3)) <= 0
# + (maps_of(weights, bias, images).max(axis=(2, 3)) <= 0).any(axis=0)

# %% prune: looks at the smallest answer
# says: negative somewhere
# - maps_of(weights, bias, images).max
# + maps_of(weights, bias, images).min

# %% prune: marks the living
# says: The other way round
# - maps_of(weights, bias, images).max(axis=(0, 2, 3)) <= 0
# + maps_of(weights, bias, images).max(axis=(0, 2, 3)) > 0

# %% prune: leaves out the bias
# says: The bias counts
# - maps_of(weights, bias, images)
# + maps_of(weights, 0 * bias, images)

# %% prune: cuts the next layer on the wrong axis
# says: what cut returns
# - :, ~dead
# + ~dead[: len(next_weights)]

# %% prune: forgets the next layer
# says: next_weights
# - next_weights[:, ~dead]
# + next_weights

# %% prune: keeps the dead
# says: These are the dead ones
# - weights[~dead], bias[~dead], next_weights[:, ~dead]
# + weights[dead], bias[dead], next_weights[:, dead]

# %% design: exchanges the filters
# says: exchanged
# - falling = np.eye(5) - 1 / 5
# + rising = np.eye(5) - 1 / 5
# - rising = falling[::-1]
# + falling = rising[::-1]

# %% design: takes three ones
# says: 95 % are asked for
# - np.eye(5) - 1 / 5
# + np.eye(3)

# %% design: asks for horizontal and vertical lines
# says: 95 % are asked for
# - np.eye(5) - 1 / 5
# + np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]])
# - falling[::-1]
# + falling.T

# %% design: writes the filters and forgets to freeze
# says: still learns
# - torch.nn.Parameter(weights, requires_grad=False)
# + torch.nn.Parameter(weights)

# %% design: freezes the random weights
# says: the layer's weight
# - layer.weight = torch.nn.Parameter(weights, requires_grad=False)
# + layer.weight.requires_grad = False

# %% design: leaves a random bias
# says: no bias
# - , bias=False

# %% design: takes filters as large as the image
# says: From 3 to 7
# - np.eye(5) - 1 / 5
# + np.eye(12) - 1 / 12

# %% design: makes the filters channels
# says: which axis comes first
# - 1, len(filters)
# + len(filters), 1
# - [:, None]
# + [None]
