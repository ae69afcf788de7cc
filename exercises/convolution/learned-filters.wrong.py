"""Wrong answers to the exercises of learned-filters.ipynb, as learners give them.

Each cell is a whole answer, headed by the name of the exercise and the misunderstanding behind it; the tests prove that
it loses marks. A line `says:` gives words from what the visible check must say; without it, only the hidden tests have
to notice.
"""

# ruff: noqa

# %% step: subtracts the wrong way round
# says: opposite sign
error = [[-1, -1], [2, 0]]
gradient = [[-6, 0], [6, -8]]
new_filter = [[1.6, 0], [-0.6, 1.8]]

# %% step: forgets the factor 2
# says: where is the factor 2
error = [[1, 1], [-2, 0]]
gradient = [[3, 0], [-3, 4]]
new_filter = [[0.7, 0], [0.3, 0.6]]

# %% step: turns the error map round
# says: was flipped
error = [[1, 1], [-2, 0]]
gradient = [[-6, 8], [0, -10]]
new_filter = [[1.6, -0.8], [0, 2]]

# %% step: goes uphill
# says: goes uphill
error = [[1, 1], [-2, 0]]
gradient = [[6, 0], [-6, 8]]
new_filter = [[1.6, 0], [-0.6, 1.8]]

# %% step: writes down the step and not the filter
# says: where does it start
error = [[1, 1], [-2, 0]]
gradient = [[6, 0], [-6, 8]]
new_filter = [[-0.6, 0], [0.6, -0.8]]


# %% learn: takes the sum for the mean
# says: The loss is the mean
def learn(image, target, steps, rate):
    w = np.zeros((image.shape[0] - target.shape[0] + 1, image.shape[1] - target.shape[1] + 1))
    for _ in range(steps):
        error = cross_correlate(image, w) - target
        w = w - rate * 2 * cross_correlate(image, error)
    return w


# %% learn: forgets the factor 2
# says: Where is the factor 2
def learn(image, target, steps, rate):
    w = np.zeros((image.shape[0] - target.shape[0] + 1, image.shape[1] - target.shape[1] + 1))
    for _ in range(steps):
        error = cross_correlate(image, w) - target
        w = w - rate * cross_correlate(image, error) / error.size
    return w


# %% learn: turns the error map round
# says: Is the error map flipped
def learn(image, target, steps, rate):
    w = np.zeros((image.shape[0] - target.shape[0] + 1, image.shape[1] - target.shape[1] + 1))
    for _ in range(steps):
        error = cross_correlate(image, w) - target
        w = w - rate * 2 / error.size * cross_correlate(image, error[::-1, ::-1])
    return w


# %% learn: goes uphill
# says: opposite sign
def learn(image, target, steps, rate):
    w = np.zeros((image.shape[0] - target.shape[0] + 1, image.shape[1] - target.shape[1] + 1))
    for _ in range(steps):
        error = cross_correlate(image, w) - target
        w = w + rate * 2 / error.size * cross_correlate(image, error)
    return w


# %% learn: computes the error once, before the loop
# says: compute it anew
def learn(image, target, steps, rate):
    w = np.zeros((image.shape[0] - target.shape[0] + 1, image.shape[1] - target.shape[1] + 1))
    error = cross_correlate(image, w) - target
    for _ in range(steps):
        w = w - rate * 2 / error.size * cross_correlate(image, error)
    return w


# %% learn: takes every filter for a square of three
# says: Rows of the filter
def learn(image, target, steps, rate):
    w = np.zeros((3, 3))
    for _ in range(steps):
        error = cross_correlate(image, w) - target
        w = w - rate * 2 / error.size * cross_correlate(image, error)
    return w


# %% learn: averages over the weights and not over the map
# says: up to a constant
def learn(image, target, steps, rate):
    w = np.zeros((image.shape[0] - target.shape[0] + 1, image.shape[1] - target.shape[1] + 1))
    for _ in range(steps):
        error = cross_correlate(image, w) - target
        w = w - rate * 2 / w.size * cross_correlate(image, error)
    return w


# %% learn: keeps whole numbers
# says: lost its decimals
def learn(image, target, steps, rate):
    w = np.zeros((image.shape[0] - target.shape[0] + 1, image.shape[1] - target.shape[1] + 1), dtype=int)
    for _ in range(steps):
        error = cross_correlate(image, w) - target
        w = (w - rate * 2 / error.size * cross_correlate(image, error)).astype(int)
    return w


# %% solve: counts patches and does not ask whether they differ
# says: can_be_found
def can_be_found(image, shape):
    return (image.shape[0] - shape[0] + 1) * (image.shape[1] - shape[1] + 1) >= shape[0] * shape[1]


def solve(image, target):
    shape = (image.shape[0] - target.shape[0] + 1, image.shape[1] - target.shape[1] + 1)
    patches = np.lib.stride_tricks.sliding_window_view(image, shape).reshape(-1, shape[0] * shape[1])
    return np.linalg.lstsq(patches, target.ravel(), rcond=None)[0].reshape(shape)


# %% solve: takes the rank of the image for that of its patches
# says: can_be_found
def can_be_found(image, shape):
    return bool(np.linalg.matrix_rank(image) == min(image.shape))


def solve(image, target):
    shape = (image.shape[0] - target.shape[0] + 1, image.shape[1] - target.shape[1] + 1)
    patches = np.lib.stride_tricks.sliding_window_view(image, shape).reshape(-1, shape[0] * shape[1])
    return np.linalg.lstsq(patches, target.ravel(), rcond=None)[0].reshape(shape)


# %% solve: leaves the weights in one row
# says: Rows of the filter
def can_be_found(image, shape):
    patches = np.lib.stride_tricks.sliding_window_view(image, shape).reshape(-1, shape[0] * shape[1])
    return bool(np.linalg.matrix_rank(patches) == shape[0] * shape[1])


def solve(image, target):
    shape = (image.shape[0] - target.shape[0] + 1, image.shape[1] - target.shape[1] + 1)
    patches = np.lib.stride_tricks.sliding_window_view(image, shape).reshape(-1, shape[0] * shape[1])
    return np.linalg.lstsq(patches, target.ravel(), rcond=None)[0]


# %% solve: writes the patches column by column
# says: solve
def can_be_found(image, shape):
    patches = np.lib.stride_tricks.sliding_window_view(image, shape).reshape(-1, shape[0] * shape[1])
    return bool(np.linalg.matrix_rank(patches) == shape[0] * shape[1])


def solve(image, target):
    shape = (image.shape[0] - target.shape[0] + 1, image.shape[1] - target.shape[1] + 1)
    windows = np.lib.stride_tricks.sliding_window_view(image, shape)
    patches = windows.transpose(0, 1, 3, 2).reshape(-1, shape[0] * shape[1])
    return np.linalg.lstsq(patches, target.ravel(), rcond=None)[0].reshape(shape)


# %% solve: says that three patches by three are always enough
# says: can_be_found
def can_be_found(image, shape):
    return True


def solve(image, target):
    shape = (image.shape[0] - target.shape[0] + 1, image.shape[1] - target.shape[1] + 1)
    patches = np.lib.stride_tricks.sliding_window_view(image, shape).reshape(-1, shape[0] * shape[1])
    return np.linalg.lstsq(patches, target.ravel(), rcond=None)[0].reshape(shape)


# %% solve: counts patches that differ
def can_be_found(image, shape):
    patches = np.lib.stride_tricks.sliding_window_view(image, shape).reshape(-1, shape[0] * shape[1])
    return len(np.unique(patches, axis=0)) >= shape[0] * shape[1]


def solve(image, target):
    shape = (image.shape[0] - target.shape[0] + 1, image.shape[1] - target.shape[1] + 1)
    patches = np.lib.stride_tricks.sliding_window_view(image, shape).reshape(-1, shape[0] * shape[1])
    return np.linalg.lstsq(patches, target.ravel(), rcond=None)[0].reshape(shape)


# %% solve: asks for full rank, also where there are too few patches
# says: can_be_found
def can_be_found(image, shape):
    patches = np.lib.stride_tricks.sliding_window_view(image, shape).reshape(-1, shape[0] * shape[1])
    return bool(np.linalg.matrix_rank(patches) == min(patches.shape))


def solve(image, target):
    shape = (image.shape[0] - target.shape[0] + 1, image.shape[1] - target.shape[1] + 1)
    patches = np.lib.stride_tricks.sliding_window_view(image, shape).reshape(-1, shape[0] * shape[1])
    return np.linalg.lstsq(patches, target.ravel(), rcond=None)[0].reshape(shape)


# %% mend: finds neither the view nor the bias
# says: same memory
def history(image, target, start, steps, rate):
    x = torch.tensor(image, dtype=torch.float32)[None, None]
    t = torch.tensor(target, dtype=torch.float32)[None, None]
    conv = torch.nn.Conv2d(1, 1, start.shape)
    with torch.no_grad():
        conv.weight[0, 0] = torch.tensor(start)
        conv.bias.zero_()
    optimizer = torch.optim.SGD(conv.parameters(), lr=rate)
    way = [conv.weight.detach()[0, 0]]
    for _ in range(steps):
        optimizer.zero_grad()
        ((conv(x) - t) ** 2).mean().backward()
        optimizer.step()
        way.append(conv.weight.detach()[0, 0])
    return np.array([w.numpy() for w in way])


# %% mend: forgets to forget the gradients
# says: still carries the gradient
def history(image, target, start, steps, rate):
    x = torch.tensor(image, dtype=torch.float32)[None, None]
    t = torch.tensor(target, dtype=torch.float32)[None, None]
    conv = torch.nn.Conv2d(1, 1, start.shape, bias=False)
    with torch.no_grad():
        conv.weight[0, 0] = torch.tensor(start)
    optimizer = torch.optim.SGD(conv.parameters(), lr=rate)
    way = [conv.weight.detach()[0, 0].clone()]
    for _ in range(steps):
        ((conv(x) - t) ** 2).mean().backward()
        optimizer.step()
        way.append(conv.weight.detach()[0, 0].clone())
    return np.array([w.numpy() for w in way])


# %% mend: leaves the bias
# says: Something beside the filter
def history(image, target, start, steps, rate):
    x = torch.tensor(image, dtype=torch.float32)[None, None]
    t = torch.tensor(target, dtype=torch.float32)[None, None]
    conv = torch.nn.Conv2d(1, 1, start.shape)
    with torch.no_grad():
        conv.weight[0, 0] = torch.tensor(start)
        conv.bias.zero_()
    optimizer = torch.optim.SGD(conv.parameters(), lr=rate)
    way = [conv.weight.detach()[0, 0].clone()]
    for _ in range(steps):
        optimizer.zero_grad()
        ((conv(x) - t) ** 2).mean().backward()
        optimizer.step()
        way.append(conv.weight.detach()[0, 0].clone())
    return np.array([w.numpy() for w in way])


# %% mend: clears the gradients between backward and step
# says: never moves
def history(image, target, start, steps, rate):
    x = torch.tensor(image, dtype=torch.float32)[None, None]
    t = torch.tensor(target, dtype=torch.float32)[None, None]
    conv = torch.nn.Conv2d(1, 1, start.shape, bias=False)
    with torch.no_grad():
        conv.weight[0, 0] = torch.tensor(start)
    optimizer = torch.optim.SGD(conv.parameters(), lr=rate)
    way = [conv.weight.detach()[0, 0].clone()]
    for _ in range(steps):
        ((conv(x) - t) ** 2).mean().backward()
        optimizer.zero_grad()
        optimizer.step()
        way.append(conv.weight.detach()[0, 0].clone())
    return np.array([w.numpy() for w in way])


# %% mend: records no start
# says: steps + 1
def history(image, target, start, steps, rate):
    x = torch.tensor(image, dtype=torch.float32)[None, None]
    t = torch.tensor(target, dtype=torch.float32)[None, None]
    conv = torch.nn.Conv2d(1, 1, start.shape, bias=False)
    with torch.no_grad():
        conv.weight[0, 0] = torch.tensor(start)
    optimizer = torch.optim.SGD(conv.parameters(), lr=rate)
    way = []
    for _ in range(steps):
        optimizer.zero_grad()
        ((conv(x) - t) ** 2).mean().backward()
        optimizer.step()
        way.append(conv.weight.detach()[0, 0].clone())
    return np.array([w.numpy() for w in way])


# %% scale: gives the variance
# says: That is the variance
def he_std(shape, framework):
    filters = shape[0] if framework == "pytorch" else shape[-1]
    return 2 / (np.prod(shape) / filters)


# %% scale: counts the outputs
# says: not the outputs
def he_std(shape, framework):
    channels = shape[1] if framework == "pytorch" else shape[2]
    return np.sqrt(2 / (np.prod(shape) / channels))


# %% scale: forgets rows and columns
# says: rows and columns, too
def he_std(shape, framework):
    return np.sqrt(2 / (shape[1] if framework == "pytorch" else shape[2]))


# %% scale: counts all filters
# says: Only one filter
def he_std(shape, framework):
    return np.sqrt(2 / np.prod(shape))


# %% scale: forgets the channels
# says: Does each channel count
def he_std(shape, framework):
    rows, columns = shape[2:] if framework == "pytorch" else shape[:2]
    return np.sqrt(2 / (rows * columns))


# %% scale: takes Keras' order for PyTorch's
# says: Keras keeps the filters on the last axis
def he_std(shape, framework):
    return np.sqrt(2 / np.prod(shape[1:]))


# %% scale: gives the default of Keras
# says: with the outputs
def he_std(shape, framework):
    a, b, c, d = shape
    return np.sqrt(2 / ((a + b) * c * d if framework == "pytorch" else (c + d) * a * b))


# %% scale: forgets what ReLU does
# says: half of the mean square
def he_std(shape, framework):
    return np.sqrt(1 / np.prod(shape[1:] if framework == "pytorch" else shape[:-1]))


# %% scale: takes the longest axis for that of the filters
def he_std(shape, framework):
    return np.sqrt(2 / (np.prod(shape) / max(shape)))


# %% dropout: does not scale
# says: scale what is left
def dropout(x, p, lots, training):
    return np.where(lots < p, 0, x) if training else x


def spatial_dropout(x, p, lots, training):
    return np.where(lots[:, :, None, None] < p, 0, x) if training else x


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
def dropout(x, p, lots, training):
    return np.where(lots < p, x / (1 - p), 0) if training else x


def spatial_dropout(x, p, lots, training):
    return np.where(lots[:, :, None, None] < p, x / (1 - p), 0) if training else x


# %% dropout: divides by p
# says: The share that is kept
def dropout(x, p, lots, training):
    return np.where(lots < p, 0, x / p) if training else x


def spatial_dropout(x, p, lots, training):
    return np.where(lots[:, :, None, None] < p, 0, x / p) if training else x


# %% dropout: drops columns instead of maps
# says: That drops columns
def dropout(x, p, lots, training):
    return np.where(lots < p, 0, x / (1 - p)) if training else x


def spatial_dropout(x, p, lots, training):
    return np.where(lots < p, 0, x / (1 - p)) if training else x


# %% dropout: scales by the share that was really kept
# says: up to a constant
def dropout(x, p, lots, training):
    kept = lots >= p
    return x * kept / kept.mean() if training else x


def spatial_dropout(x, p, lots, training):
    return dropout(x, p, lots[:, :, None, None], training)


# %% dropout: drops what is p, too
# says: dropout
def dropout(x, p, lots, training):
    return np.where(lots <= p, 0, x / (1 - p)) if training else x


def spatial_dropout(x, p, lots, training):
    return np.where(lots[:, :, None, None] <= p, 0, x / (1 - p)) if training else x


# %% dropout: drops the same maps in each image
def dropout(x, p, lots, training):
    return np.where(lots < p, 0, x / (1 - p)) if training else x


def spatial_dropout(x, p, lots, training):
    return np.where(lots[:1, :, None, None] < p, 0, x / (1 - p)) if training else x


# %% prune: calls only negative answers dead
# says: an answer of 0
def dead_filters(weights, bias, images):
    return maps_of(weights, bias, images).max(axis=(0, 2, 3)) < 0


def cut(weights, bias, next_weights, dead):
    return weights[~dead], bias[~dead], next_weights[:, ~dead]


# %% prune: takes small weights for death
# says: dead_filters
def dead_filters(weights, bias, images):
    return np.abs(weights).max(axis=(1, 2, 3)) < 0.1


def cut(weights, bias, next_weights, dead):
    return weights[~dead], bias[~dead], next_weights[:, ~dead]


# %% prune: takes silence in one image for death
# says: ask all of them
def dead_filters(weights, bias, images):
    return (maps_of(weights, bias, images).max(axis=(2, 3)) <= 0).any(axis=0)


def cut(weights, bias, next_weights, dead):
    return weights[~dead], bias[~dead], next_weights[:, ~dead]


# %% prune: looks at the smallest answer
# says: negative somewhere
def dead_filters(weights, bias, images):
    return maps_of(weights, bias, images).min(axis=(0, 2, 3)) <= 0


def cut(weights, bias, next_weights, dead):
    return weights[~dead], bias[~dead], next_weights[:, ~dead]


# %% prune: marks the living
# says: The other way round
def dead_filters(weights, bias, images):
    return maps_of(weights, bias, images).max(axis=(0, 2, 3)) > 0


def cut(weights, bias, next_weights, dead):
    return weights[~dead], bias[~dead], next_weights[:, ~dead]


# %% prune: leaves out the bias
# says: The bias counts
def dead_filters(weights, bias, images):
    return maps_of(weights, 0 * bias, images).max(axis=(0, 2, 3)) <= 0


def cut(weights, bias, next_weights, dead):
    return weights[~dead], bias[~dead], next_weights[:, ~dead]


# %% prune: cuts the next layer on the wrong axis
# says: what cut returns
def dead_filters(weights, bias, images):
    return maps_of(weights, bias, images).max(axis=(0, 2, 3)) <= 0


def cut(weights, bias, next_weights, dead):
    return weights[~dead], bias[~dead], next_weights[~dead[: len(next_weights)]]


# %% prune: forgets the next layer
# says: next_weights
def dead_filters(weights, bias, images):
    return maps_of(weights, bias, images).max(axis=(0, 2, 3)) <= 0


def cut(weights, bias, next_weights, dead):
    return weights[~dead], bias[~dead], next_weights


# %% prune: keeps the dead
# says: These are the dead ones
def dead_filters(weights, bias, images):
    return maps_of(weights, bias, images).max(axis=(0, 2, 3)) <= 0


def cut(weights, bias, next_weights, dead):
    return weights[dead], bias[dead], next_weights[:, dead]


# %% design: exchanges the filters
# says: exchanged
rising = np.eye(5) - 1 / 5
falling = rising[::-1]


def frozen_layer(filters):
    layer = torch.nn.Conv2d(1, len(filters), filters.shape[1:], bias=False)
    layer.weight.data = torch.tensor(filters, dtype=torch.float32)[:, None]
    return layer.requires_grad_(False)


# %% design: takes three ones
# says: 95 % are asked for
falling = np.eye(3)
rising = falling[::-1]


def frozen_layer(filters):
    layer = torch.nn.Conv2d(1, len(filters), filters.shape[1:], bias=False)
    layer.weight.data = torch.tensor(filters, dtype=torch.float32)[:, None]
    return layer.requires_grad_(False)


# %% design: asks for horizontal and vertical lines
# says: 95 % are asked for
rising = np.zeros((3, 3))
rising[:, 1] = 1
falling = rising.T


def frozen_layer(filters):
    layer = torch.nn.Conv2d(1, len(filters), filters.shape[1:], bias=False)
    layer.weight.data = torch.tensor(filters, dtype=torch.float32)[:, None]
    return layer.requires_grad_(False)


# %% design: writes the filters and forgets to freeze
# says: still learns
falling = np.eye(5) - 1 / 5
rising = falling[::-1]


def frozen_layer(filters):
    layer = torch.nn.Conv2d(1, len(filters), filters.shape[1:], bias=False)
    layer.weight.data = torch.tensor(filters, dtype=torch.float32)[:, None]
    return layer


# %% design: freezes the random weights
# says: the layer's weight
falling = np.eye(5) - 1 / 5
rising = falling[::-1]


def frozen_layer(filters):
    layer = torch.nn.Conv2d(1, len(filters), filters.shape[1:], bias=False)
    return layer.requires_grad_(False)


# %% design: leaves a random bias
# says: no bias
falling = np.eye(5) - 1 / 5
rising = falling[::-1]


def frozen_layer(filters):
    layer = torch.nn.Conv2d(1, len(filters), filters.shape[1:])
    layer.weight.data = torch.tensor(filters, dtype=torch.float32)[:, None]
    return layer.requires_grad_(False)


# %% design: takes filters as large as the image
# says: From 3 to 7
falling = np.eye(12) - 1 / 12
rising = falling[::-1]


def frozen_layer(filters):
    layer = torch.nn.Conv2d(1, len(filters), filters.shape[1:], bias=False)
    layer.weight.data = torch.tensor(filters, dtype=torch.float32)[:, None]
    return layer.requires_grad_(False)


# %% design: makes the filters channels
# says: which axis comes first
falling = np.eye(5) - 1 / 5
rising = falling[::-1]


def frozen_layer(filters):
    layer = torch.nn.Conv2d(len(filters), 1, filters.shape[1:], bias=False)
    layer.weight.data = torch.tensor(filters, dtype=torch.float32)[None]
    return layer.requires_grad_(False)
