"""Wrong answers to the exercises of padding-stride-channels.ipynb, as learners give them.

Each cell is a whole answer, headed by the name of the exercise and the misunderstanding behind it; the tests prove that
it loses marks. A line `says:` gives words from what the visible check must say; without it, only the hidden tests have
to notice.
"""

# ruff: noqa

# %% sizes: rounds up
# says: round down
sizes = [24, 28, 14, 15, 22, 55]
unseen = 1
paddings = [3, 2, 6]

# %% sizes: forgets the first window
# says: The first window counts
sizes = [23, 27, 12, 13, 21, 54]
unseen = 1
paddings = [3, 2, 6]

# %% sizes: puts the frame on one side
# says: both sides
sizes = [24, 26, 13, 14, 22, 55]
unseen = 1
paddings = [3, 2, 6]

# %% sizes: takes dilation times filter for the effective size
# says: how many gaps
sizes = [24, 28, 13, 14, 20, 55]
unseen = 1
paddings = [3, 2, 6]

# %% sizes: counts the stride as lost
# says: the last window end
sizes = [24, 28, 13, 14, 22, 55]
unseen = 2
paddings = [3, 2, 6]

# %% sizes: gives the padding of both sides together
# says: both sides together
sizes = [24, 28, 13, 14, 22, 55]
unseen = 1
paddings = [6, 4, 12]

# %% sizes: forgets the dilation where the size is to stay
# says: have gaps
sizes = [24, 28, 13, 14, 22, 55]
unseen = 1
paddings = [3, 1, 2]


# %% unseen: takes the remainder only
# says: gaps between them
def count_unseen(n, k, stride=1, padding=0):
    return (n + 2 * padding - k) % stride if k < stride else max((n + 2 * padding - k) % stride - padding, 0)


# %% unseen: counts the frame
# says: a pixel of the frame
def count_unseen(n, k, stride=1, padding=0):
    seen = np.zeros(n + 2 * padding, dtype=bool)
    for start in range(0, n + 2 * padding - k + 1, stride):
        seen[start : start + k] = True
    return int(np.sum(~seen))


# %% unseen: stops one window too early
# says: count_unseen(8, 3, 1, 0)
def count_unseen(n, k, stride=1, padding=0):
    seen = np.zeros(n + 2 * padding, dtype=bool)
    for start in range(0, n + 2 * padding - k, stride):
        seen[start : start + k] = True
    return int(np.sum(~seen[padding : padding + n]))


# %% unseen: lets the last window hang over the edge
# says: count_unseen(8, 3, 2, 0)
def count_unseen(n, k, stride=1, padding=0):
    seen = np.zeros(n + 2 * padding, dtype=bool)
    for start in range(0, n + 2 * padding, stride):
        seen[start : start + k] = True
    return int(np.sum(~seen[padding : padding + n]))


# %% unseen: forgets the padding
# says: count_unseen(8, 3, 3, 1)
def count_unseen(n, k, stride=1, padding=0):
    seen = np.zeros(n, dtype=bool)
    for start in range(0, n - k + 1, stride):
        seen[start : start + k] = True
    return int(np.sum(~seen))


# %% same: pads half the filter on each side
# says: Keras needs fewer zeros
def same_padding(n, k, stride=1, dilation=1):
    half = dilation * (k - 1) // 2
    return half, dilation * (k - 1) - half


# %% same: puts the odd zero first
# says: comes after the row
def same_padding(n, k, stride=1, dilation=1):
    total = max((-(-n // stride) - 1) * stride + dilation * (k - 1) + 1 - n, 0)
    return total - total // 2, total // 2


# %% same: takes away where there is enough
# says: Less than no zeros
def same_padding(n, k, stride=1, dilation=1):
    total = (-(-n // stride) - 1) * stride + dilation * (k - 1) + 1 - n
    return total // 2, total - total // 2


# %% same: forgets the gaps
# says: This filter has gaps
def same_padding(n, k, stride=1, dilation=1):
    total = max((-(-n // stride) - 1) * stride + k - n, 0)
    return total // 2, total - total // 2


# %% same: rounds the number of windows down
# says: same_padding(9, 3, 2, 1)
def same_padding(n, k, stride=1, dilation=1):
    total = max((n // stride - 1) * stride + dilation * (k - 1) + 1 - n, 0)
    return total // 2, total - total // 2


# %% pointwise: reshapes instead of moving the axis
# says: moving the axis
def pointwise(x, w, b):
    flat = x.reshape(-1, len(x)) @ w.T + b
    return flat.reshape(len(w), *x.shape[1:])


# %% pointwise: adds the bias to the columns
# says: not for each column
def pointwise(x, w, b):
    return np.tensordot(w, x, axes=1) + b


# %% pointwise: forgets the bias
# says: Where is the bias
def pointwise(x, w, b):
    return np.tensordot(w, x, axes=1)


# %% pointwise: turns the matrix round
# says: a row of the matrix
def pointwise(x, w, b):
    w = w.T if w.shape[0] == w.shape[1] else w
    return np.tensordot(w, x, axes=1) + b[:, None, None]


# %% pointwise: leaves the channels at the end
# says: (filters, rows, columns)
def pointwise(x, w, b):
    return np.moveaxis(x, 0, -1) @ w.T + b


# %% groups: deals the channels out in turn
# says: dealt out in turn
def grouped_conv2d(x, w, groups):
    per_group = len(w) // groups
    return np.concatenate([conv2d(x[g::groups], w[g * per_group : (g + 1) * per_group]) for g in range(groups)])


# %% groups: deals the filters out in turn
# says: do not come in order
def grouped_conv2d(x, w, groups):
    maps = np.concatenate([conv2d(c, v) for c, v in zip(np.split(x, groups), np.split(w, groups))])
    order = np.arange(len(maps)).reshape(groups, -1).T.ravel()
    return maps[order]


# %% groups: reads the first group only
# says: read the first group
def grouped_conv2d(x, w, groups):
    return conv2d(x[: w.shape[1]], w)


# %% groups: adds the groups up
# says: One map for each filter
def grouped_conv2d(x, w, groups):
    return sum(conv2d(c, v) for c, v in zip(np.split(x, groups), np.split(w, groups)))


# %% groups: ignores the groups
# says: stops with an error
def grouped_conv2d(x, w, groups):
    return conv2d(x, w)


# %% groups: takes as many filters a group as channels
# says: One map for each filter
def grouped_conv2d(x, w, groups):
    n = len(x) // groups
    return np.concatenate([conv2d(x[g * n : (g + 1) * n], w[g * n : (g + 1) * n]) for g in range(groups)])


# %% groups: looks for the group by the channels, not by the filters
# says: stops with an error
def grouped_conv2d(x, w, groups):
    depth = w.shape[1]
    return np.concatenate([conv2d(x[f // depth * depth :][:depth], w[f : f + 1]) for f in range(len(w))])


# %% colour: reshapes on the way in
# says: move the axis
def to_network(photos):
    n, rows, columns, channels = photos.shape
    return photos.reshape(n, channels, rows, columns) / 255


def to_photos(batch):
    return np.clip(np.round(np.moveaxis(batch, 1, -1) * 255), 0, 255).astype(np.uint8)


# %% colour: exchanges rows and columns on the way in
# says: have changed places
def to_network(photos):
    return photos.transpose(0, 3, 2, 1) / 255


def to_photos(batch):
    return np.clip(np.round(np.moveaxis(batch, 1, -1) * 255), 0, 255).astype(np.uint8)


# %% colour: reshapes on the way back
# says: move the axis
def to_network(photos):
    return np.moveaxis(photos, -1, 1) / 255


def to_photos(batch):
    n, channels, rows, columns = batch.shape
    batch = batch.reshape(n, rows, columns, channels)
    return np.clip(np.round(batch * 255), 0, 255).astype(np.uint8)


# %% colour: cuts off what stands behind the point
# says: behind the point
def to_network(photos):
    return np.moveaxis(photos, -1, 1) / 255


def to_photos(batch):
    return np.clip(np.moveaxis(batch, 1, -1) * 255, 0, 255).astype(np.uint8)


# %% colour: lets bright pixels wrap around
# says: wraps around
def to_network(photos):
    return np.moveaxis(photos, -1, 1) / 255


def to_photos(batch):
    return np.round(np.moveaxis(batch, 1, -1) * 255).astype(int).astype(np.uint8)


# %% colour: forgets the scale
# says: to_network
def to_network(photos):
    return np.moveaxis(photos, -1, 1)


def to_photos(batch):
    return np.clip(np.round(np.moveaxis(batch, 1, -1) * 255), 0, 255).astype(np.uint8)


# %% colour: forgets the type
# says: uint8
def to_network(photos):
    return np.moveaxis(photos, -1, 1) / 255


def to_photos(batch):
    return np.clip(np.round(np.moveaxis(batch, 1, -1) * 255), 0, 255)


# %% colour: turns red and blue round, there and back
# says: reverse order
def to_network(photos):
    return np.moveaxis(photos, -1, 1)[:, ::-1] / 255


def to_photos(batch):
    return np.clip(np.round(np.moveaxis(batch, 1, -1) * 255), 0, 255).astype(np.uint8)[..., ::-1]


# %% cost: forgets the bias
# says: got its bias
def network_cost(layers, channels, size):
    parameters = macs = 0
    for filters, k, stride, padding, groups in layers:
        size = (size + 2 * padding - k) // stride + 1
        weights = channels // groups * k * k
        parameters += filters * weights
        macs += filters * size * size * weights
        channels = filters
    return parameters, macs


# %% cost: multiplies the bias, too
# says: added, not multiplied
def network_cost(layers, channels, size):
    parameters = macs = 0
    for filters, k, stride, padding, groups in layers:
        size = (size + 2 * padding - k) // stride + 1
        weights = channels // groups * k * k + 1
        parameters += filters * weights
        macs += filters * size * size * weights
        channels = filters
    return parameters, macs


# %% cost: gives every layer the channels of the image
# says: how many channels are that
def network_cost(layers, channels, size):
    parameters = macs = 0
    for filters, k, stride, padding, groups in layers:
        size = (size + 2 * padding - k) // stride + 1
        weights = channels // groups * k * k
        parameters += filters * (weights + 1)
        macs += filters * size * size * weights
    return parameters, macs


# %% cost: counts at the input
# says: where the outputs are
def network_cost(layers, channels, size):
    parameters = macs = 0
    for filters, k, stride, padding, groups in layers:
        weights = channels // groups * k * k
        parameters += filters * (weights + 1)
        macs += filters * size * size * weights
        size = (size + 2 * padding - k) // stride + 1
        channels = filters
    return parameters, macs


# %% cost: ignores the groups
# says: channels of its group
def network_cost(layers, channels, size):
    parameters = macs = 0
    for filters, k, stride, padding, groups in layers:
        size = (size + 2 * padding - k) // stride + 1
        weights = channels * k * k
        parameters += filters * (weights + 1)
        macs += filters * size * size * weights
        channels = filters
    return parameters, macs


# %% cost: gives each layer one bias
# says: not for each layer
def network_cost(layers, channels, size):
    parameters = macs = 0
    for filters, k, stride, padding, groups in layers:
        size = (size + 2 * padding - k) // stride + 1
        weights = channels // groups * k * k
        parameters += filters * weights + 1
        macs += filters * size * size * weights
        channels = filters
    return parameters, macs


# %% cost: counts product and addition
# says: count as one MAC
def network_cost(layers, channels, size):
    parameters = macs = 0
    for filters, k, stride, padding, groups in layers:
        size = (size + 2 * padding - k) // stride + 1
        weights = channels // groups * k * k
        parameters += filters * (weights + 1)
        macs += 2 * filters * size * size * weights
        channels = filters
    return parameters, macs


# %% cost: puts the frame on one side
# says: lies on both sides
def network_cost(layers, channels, size):
    parameters = macs = 0
    for filters, k, stride, padding, groups in layers:
        size = (size + 1 * padding - k) // stride + 1
        weights = channels // groups * k * k
        parameters += filters * (weights + 1)
        macs += filters * size * size * weights
        channels = filters
    return parameters, macs


# %% cost: hands on the maps of one group only
def network_cost(layers, channels, size):
    parameters = macs = 0
    for filters, k, stride, padding, groups in layers:
        size = (size + 2 * padding - k) // stride + 1
        weights = channels // groups * k * k
        parameters += filters * (weights + 1)
        macs += filters * size * size * weights
        channels = filters // groups
    return parameters, macs


# %% budget: takes plain layers
# says: parameters are too many
layers = [(16, 3, 2, 1, 1), (32, 3, 2, 1, 1), (64, 3, 2, 1, 1)]

# %% budget: forgets the padding
# says: these are 64 of 7 x 7
layers = [(16, 3, 2, 0, 1), (16, 3, 2, 0, 16), (32, 1, 1, 0, 1), (32, 3, 2, 0, 32), (64, 1, 1, 0, 1)]

# %% budget: takes one large window
# says: larger than 3 x 3
layers = [(18, 8, 8, 0, 3), (64, 1, 1, 0, 1)]

# %% budget: leaves gaps
# says: there are gaps
layers = [(16, 1, 4, 0, 1), (16, 3, 2, 1, 16), (64, 1, 1, 0, 1)]

# %% budget: never mixes the channels
# says: all three colours
layers = [(18, 3, 2, 1, 3), (36, 3, 2, 1, 18), (72, 3, 2, 1, 36), (64, 1, 1, 0, 8)]

# %% budget: mixes at the full size
# says: MACs are too many
layers = [(16, 3, 1, 1, 1), (16, 3, 2, 1, 16), (16, 3, 2, 1, 16), (16, 3, 2, 1, 16), (64, 1, 1, 0, 1)]

# %% budget: saves filters
# says: fewer than 16
layers = [(3, 3, 2, 1, 3), (3, 3, 2, 1, 3), (3, 3, 2, 1, 3), (64, 1, 1, 0, 1)]

# %% budget: groups that do not divide
# says: cannot be dealt
layers = [(16, 3, 2, 1, 3), (32, 3, 2, 1, 16), (64, 3, 2, 1, 32)]
