"""Wrong answers to the exercises of padding-stride-channels.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% sizes: rounds up
# says: round down
# - sizes = [24, 28, 13, 14, 22, 55]
# + sizes = [24, 28, 14, 15, 22, 55]

# %% sizes: forgets the first window
# says: The first window counts
# - sizes = [24, 28, 13, 14, 22, 55]
# + sizes = [23, 27, 12, 13, 21, 54]

# %% sizes: puts the frame on one side
# says: both sides
# - sizes = [24, 28, 13, 14, 22, 55]
# + sizes = [24, 26, 13, 14, 22, 55]

# %% sizes: takes dilation times filter for the effective size
# says: how many gaps
# - sizes = [24, 28, 13, 14, 22, 55]
# + sizes = [24, 28, 13, 14, 20, 55]

# %% sizes: counts the stride as lost
# says: the last window end
# - unseen = 1
# + unseen = 2

# %% sizes: gives the padding of both sides together
# says: both sides together
# - paddings = [3, 2, 6]
# + paddings = [6, 4, 12]

# %% sizes: forgets the dilation where the size is to stay
# says: have gaps
# - paddings = [3, 2, 6]
# + paddings = [3, 1, 2]


# %% unseen: takes the remainder only
# says: gaps between them
def count_unseen(n, k, stride=1, padding=0):
    return (n + 2 * padding - k) % stride if k < stride else max((n + 2 * padding - k) % stride - padding, 0)


# %% unseen: counts the frame
# says: a pixel of the frame
# - seen[padding : padding + n]
# + seen

# %% unseen: stops one window too early
# says: count_unseen(8, 3, 1, 0)
# - n + 2 * padding - k + 1
# + n + 2 * padding - k

# %% unseen: lets the last window hang over the edge
# says: count_unseen(8, 3, 2, 0)
# - n + 2 * padding - k + 1
# + n + 2 * padding

# %% unseen: forgets the padding
# says: count_unseen(8, 3, 3, 1)
# - np.zeros(n + 2 * padding, dtype=bool)
# + np.zeros(n, dtype=bool)
# - n + 2 * padding - k
# + n - k
# - seen[padding : padding + n]
# + seen


# %% same: pads half the filter on each side
# says: Keras needs fewer zeros
def same_padding(n, k, stride=1, dilation=1):
    half = dilation * (k - 1) // 2
    return half, dilation * (k - 1) - half


# %% same: puts the odd zero first
# says: comes after the row
# - total // 2, total - total // 2
# + total - total // 2, total // 2

# %% same: takes away where there is enough
# says: Less than no zeros
# - max((windows - 1) * stride + span - n, 0)
# + (windows - 1) * stride + span - n

# %% same: forgets the gaps
# says: This filter has gaps
# - dilation * (k - 1) + 1
# + k

# %% same: rounds the number of windows down
# says: same_padding(9, 3, 2, 1)
# - -(-n // stride)
# + n // stride

# %% pointwise: reshapes instead of moving the axis
# says: moving the axis
# -     return np.tensordot(w, x, axes=1) + b[:, None, None]
# +     flat = x.reshape(-1, len(x)) @ w.T + b
# +     return flat.reshape(len(w), *x.shape[1:])

# %% pointwise: adds the bias to the columns
# says: not for each column
# - b[:, None, None]
# + b

# %% pointwise: forgets the bias
# says: Where is the bias
# - np.tensordot(w, x, axes=1) + b[:, None, None]
# + np.tensordot(w, x, axes=1)

# %% pointwise: turns the matrix round
# says: a row of the matrix
# - tensordot(w, x
# + tensordot(w.T if w.shape[0] == w.shape[1] else w, x

# %% pointwise: leaves the channels at the end
# says: (filters, rows, columns)
# - np.tensordot(w, x, axes=1) + b[:, None, None]
# + np.moveaxis(x, 0, -1) @ w.T + b

# %% groups: deals the channels out in turn
# says: dealt out in turn
# -     pairs = zip(np.split(x, groups), np.split(w, groups), strict=True)
# -     return np.concatenate([conv2d(channels, v) for channels, v in pairs])
# +     per_group = len(w) // groups
# +     return np.concatenate([conv2d(x[g::groups], w[g * per_group : (g + 1) * per_group]) for g in range(groups)])

# %% groups: deals the filters out in turn
# says: do not come in order
# -     pairs = zip(np.split(x, groups), np.split(w, groups), strict=True)
# -     return np.concatenate([conv2d(channels, v) for channels, v in pairs])
# +     maps = np.concatenate([conv2d(c, v) for c, v in zip(np.split(x, groups), np.split(w, groups))])
# +     order = np.arange(len(maps)).reshape(groups, -1).T.ravel()
# +     return maps[order]

# %% groups: reads the first group only
# says: read the first group
# - np.concatenate([conv2d(channels, v) for channels, v in pairs])
# + conv2d(x[: w.shape[1]], w)

# %% groups: adds the groups up
# says: One map for each filter
# - np.concatenate([conv2d(channels, v) for channels, v in pairs])
# + sum(conv2d(channels, v) for channels, v in pairs)

# %% groups: ignores the groups
# says: stops with an error
# - np.concatenate([conv2d(channels, v) for channels, v in pairs])
# + conv2d(x, w)

# %% groups: takes as many filters a group as channels
# says: One map for each filter
# -     pairs = zip(np.split(x, groups), np.split(w, groups), strict=True)
# -     return np.concatenate([conv2d(channels, v) for channels, v in pairs])
# +     n = len(x) // groups
# +     return np.concatenate([conv2d(x[g * n : (g + 1) * n], w[g * n : (g + 1) * n]) for g in range(groups)])

# %% groups: looks for the group by the channels, not by the filters
# says: stops with an error
# -     pairs = zip(np.split(x, groups), np.split(w, groups), strict=True)
# -     return np.concatenate([conv2d(channels, v) for channels, v in pairs])
# +     depth = w.shape[1]
# +     return np.concatenate([conv2d(x[f // depth * depth :][:depth], w[f : f + 1]) for f in range(len(w))])

# %% colour: reshapes on the way in
# says: move the axis
# - np.moveaxis(photos, -1, 1)
# + photos.reshape(len(photos), photos.shape[3], *photos.shape[1:3])

# %% colour: exchanges rows and columns on the way in
# says: have changed places
# - np.moveaxis(photos, -1, 1)
# + photos.transpose(0, 3, 2, 1)

# %% colour: reshapes on the way back
# says: move the axis
# - np.moveaxis(batch, 1, -1)
# + batch.reshape(len(batch), *batch.shape[2:], batch.shape[1])

# %% colour: cuts off what stands behind the point
# says: behind the point
# - np.round(np.moveaxis(batch, 1, -1) * 255)
# + np.moveaxis(batch, 1, -1) * 255

# %% colour: lets bright pixels wrap around
# says: wraps around
# - np.clip(np.round(np.moveaxis(batch, 1, -1) * 255), 0, 255)
# + np.round(np.moveaxis(batch, 1, -1) * 255).astype(int)

# %% colour: forgets the scale
# says: to_network
# - np.moveaxis(photos, -1, 1) / 255
# + np.moveaxis(photos, -1, 1)

# %% colour: forgets the type
# says: uint8
# - levels.astype(np.uint8)
# + levels

# %% colour: turns red and blue round, there and back
# says: reverse order
# - np.moveaxis(photos, -1, 1)
# + np.moveaxis(photos, -1, 1)[:, ::-1]
# - levels.astype(np.uint8)
# + levels.astype(np.uint8)[..., ::-1]

# %% cost: forgets the bias
# says: got its bias
# - filters * (weights + 1)
# + filters * weights

# %% cost: multiplies the bias, too
# says: added, not multiplied
# - channels // groups * k * k
# + channels // groups * k * k + 1
# - filters * (weights + 1)
# + filters * weights

# %% cost: gives every layer the channels of the image
# says: how many channels are that
# - channels = filters

# %% cost: counts at the input
# says: where the outputs are
# -         size = (size + 2 * padding - k) // stride + 1
#
# -         macs += filters * size * size * weights
# +         macs += filters * size * size * weights
# +         size = (size + 2 * padding - k) // stride + 1

# %% cost: ignores the groups
# says: channels of its group
# - weights = channels // groups * k * k  # of one filter
# + weights = channels * k * k

# %% cost: gives each layer one bias
# says: not for each layer
# - filters * (weights + 1)
# + filters * weights + 1

# %% cost: counts product and addition
# says: count as one MAC
# - macs += filters
# + macs += 2 * filters

# %% cost: puts the frame on one side
# says: lies on both sides
# - 2 * padding
# + padding

# %% cost: hands on the maps of one group only
# only hidden tests: in the check no layer follows one with groups
# - channels = filters
# + channels = filters // groups

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
