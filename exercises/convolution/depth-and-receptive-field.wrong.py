"""Wrong answers to the exercises of depth-and-receptive-field.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% by-hand: forgets the jump
# says: more than one pixel
# - fields = [5, 5 + 1, 6 + 2 * 2, 10 + 2 * 2, 14 + 4 * 4]
# + fields = [5, 6, 8, 10, 14]

# %% by-hand: lets a stride widen its own layer
# says: own stride
# - fields = [5, 5 + 1, 6 + 2 * 2, 10 + 2 * 2, 14 + 4 * 4]
# + fields = [5, 7, 11, 19, 35]

# %% by-hand: forgets the dilation
# says: dilated
# - fields = [5, 5 + 1, 6 + 2 * 2, 10 + 2 * 2, 14 + 4 * 4]
# + fields = [5, 6, 10, 14, 22]

# %% by-hand: adds the kernel instead of its steps
# says: k - 1 steps
# - fields = [5, 5 + 1, 6 + 2 * 2, 10 + 2 * 2, 14 + 4 * 4]
# + fields = [6, 8, 14, 20, 44]

# %% by-hand: writes the strides for the jumps
# says: the product of all so far
# - jumps = [1, 2, 2, 4, 4]
# + jumps = [1, 2, 1, 2, 1]

# %% by-hand: writes the jump in front of each layer
# says: in front of
# - jumps = [1, 2, 2, 4, 4]
# + jumps = [1, 1, 2, 2, 4]

# %% count: multiplies the maps throughout
# says: in all of them
# - maps = [16, 32, 32, 32, 64]
# + maps = [48, 1536, 1536, 1536, 98304]

# %% count: multiplies the maps of the second layer
# says: in all 16
# - maps = [16, 32, 32, 32, 64]
# + maps = [16, 512, 512, 512, 64]

# %% count: halves the number of maps in pooling
# says: not their number
# - maps = [16, 32, 32, 32, 64]
# + maps = [16, 32, 16, 16, 64]

# %% count: makes each filter flat
# says: as deep as there are maps
# - weights = [16 * 3 * 5 * 5, 32 * 16 * 3 * 3, 0, 32 * 3 * 3, 64 * 32]
# + weights = [400, 288, 0, 288, 64]

# %% count: forgets the colours
# says: three colours
# - weights = [16 * 3 * 5 * 5, 32 * 16 * 3 * 3, 0, 32 * 3 * 3, 64 * 32]
# + weights = [400, 4608, 0, 288, 2048]

# %% count: takes the depthwise layer for an ordinary one
# says: one map only
# - weights = [16 * 3 * 5 * 5, 32 * 16 * 3 * 3, 0, 32 * 3 * 3, 64 * 32]
# + weights = [1200, 4608, 0, 9216, 2048]

# %% count: gives weights to pooling
# says: nothing to learn
# - weights = [16 * 3 * 5 * 5, 32 * 16 * 3 * 3, 0, 32 * 3 * 3, 64 * 32]
# + weights = [1200, 4608, 128, 288, 2048]

# %% count: adds a bias to each filter
# says: no bias
# - weights = [16 * 3 * 5 * 5, 32 * 16 * 3 * 3, 0, 32 * 3 * 3, 64 * 32]
# + weights = [1216, 4640, 0, 320, 2112]

# %% compose: correlates, and so turns the second filter round
# says: second filter was flipped
# - b[i, j] * a
# + b[::-1, ::-1][i, j] * a

# %% compose: turns the first filter round
# says: first filter was flipped
# - b[i, j] * a
# + b[i, j] * a[::-1, ::-1]

# %% compose: keeps the size of the first filter
# says: see 6 rows together
# - np.zeros(shape)
# + np.zeros(a.shape)
# -         both[i : i + a.shape[0], j : j + a.shape[1]] += b[i, j] * a
# +         part = a[: a.shape[0] - i, : a.shape[1] - j]
# +         both[i : i + part.shape[0], j : j + part.shape[1]] += b[i, j] * part

# %% compose: overwrites instead of adding
# says: values wrong
# - += b[i, j] * a
# + = b[i, j] * a

# %% compose: works on square filters only
# says: stops with an error
# - a.shape[1] + b.shape[1] - 1
# + a.shape[0] + b.shape[0] - 1

# %% compose: makes room for whole numbers only
# only hidden tests: the check's filters hold whole numbers
# - np.zeros(shape)
# + np.zeros(shape, dtype=int)
# - += b[i, j] * a
# + += (b[i, j] * a).astype(int)

# %% one-of-two: adds the neighbours
# says: the pair of two ones
# - filters = [[-1, 1], [1, -1]]
# + filters = [[1, 1], [0, 0]]
# - second = [1, 1]
# + second = [1, 0]

# %% one-of-two: finds rising only
# says: falling is not
# - filters = [[-1, 1], [1, -1]]
# + filters = [[-1, 1], [-1, 1]]
# - second = [1, 1]
# + second = [1, 0]

# %% one-of-two: finds falling only
# says: rising is not
# - filters = [[-1, 1], [1, -1]]
# + filters = [[1, -1], [1, -1]]
# - second = [1, 1]
# + second = [0.5, 0.5]

# %% one-of-two: answers to one or both
# says: at least one
filters = [[1, 1], [1, 1]]
biases = [0, -1]
second = [1, -1]

# %% one-of-two: subtracts the second map
# says: opposite signs
# - second = [1, 1]
# + second = [1, -1]

# %% box: goes up from the image
# says: Which layer comes first
# - reversed(layers)
# + layers

# %% box: forgets the padding
# says: Where is the padding
# - first = first * stride - padding
# + first = first * stride
# - last * stride - padding + kernel
# + last * stride + kernel

# %% box: adds the padding
# says: to the left
# - first = first * stride - padding
# + first = first * stride + padding
# - last * stride - padding
# + last * stride + padding

# %% box: gives the end of a slice
# says: as in a slice
# - return first, last
# + return first, last + 1

# %% box: cuts at the border
# says: numbers are negative
# - return first, last
# + return max(first, 0), last

# %% box: forgets the stride
# says: Where is the stride
# - first = first * stride - padding
# + first = first - padding
# - last * stride - padding
# + last - padding

# %% box: gives the first pixel and the width
# says: place and width
# - return first, last
# + return first, last - first + 1


# %% box: widens by the jump behind a layer instead of the one in front of it
# says: before its own stride
def seen_by(unit, layers):
    start, field, jump = 0, 1, 1
    for kernel, stride, padding in layers:
        jump *= stride
        start -= padding * jump
        field += (kernel - 1) * jump
    return start + unit * jump, start + unit * jump + field - 1


# %% measure: takes all units at once
# says: middle one alone
# - unit = y[0, 0, y.shape[2] // 2, y.shape[3] // 2]
# + unit = y.sum()

# %% measure: takes the height for the width
# says: two numbers
# - columns[-1] - columns[0] + 1
# + rows[-1] - rows[0] + 1

# %% measure: counts the rows that are used, without the holes
# says: the holes belong to the box
# - return rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
# + return len(rows), len(columns)

# %% measure: gives the width first
# says: The height comes first
# - return rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
# + return columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1

# %% measure: trusts a single image
# says: values wrong
# -         seen += gradient[0, 0].abs()
# +         if gradient.any():
# +             seen += gradient[0, 0].abs()
# +             break

# %% measure: sets all weights to one first
# says: Height and width
# -     torch.manual_seed(0)
# +     for p in net.parameters():
# +         p.data.fill_(1)


# %% measure: adds up derivatives of both signs, from one image that is all ones
# says: values wrong
def measured_field(net, size):
    x = torch.ones(1, 1, size, size, requires_grad=True)
    y = net(x)
    y[0, 0, y.shape[2] // 2, y.shape[3] // 2].backward()
    rows, columns = np.nonzero(x.grad[0, 0].numpy())
    return np.ptp(rows) + 1, np.ptp(columns) + 1


# %% measure: reads the sizes of the filters and forgets what is in them
# says: one column only
def measured_field(net, size):
    field, jump = [1, 1], 1
    for layer in net:
        if isinstance(layer, torch.nn.Conv2d):
            for axis in (0, 1):
                field[axis] += (layer.kernel_size[axis] - 1) * layer.dilation[axis] * jump
        if isinstance(layer, torch.nn.MaxPool2d):
            field = [f + jump for f in field]
            jump *= 2
    return tuple(field)


# %% measure: changes the weights to get at all paths
# only hidden tests: the check does not look at the weights afterwards
# -     torch.manual_seed(0)
# +     for p in net.parameters():
# +         p.data.abs_()

# %% holes: counts what is reached
# says: that are reached
# - return field - len(reached)
# + return len(reached)

# %% holes: counts in two dimensions
# says: along one axis
# - return field - len(reached)
# + return field**2 - len(reached) ** 2


# %% holes: looks for a common divisor
# says: not the only thing
def holes(dilations):
    if not dilations:
        return 0
    d = np.gcd.reduce(dilations)
    field = 1 + 2 * sum(dilations)
    return field - ((field - 1) // d + 1)


# %% holes: gives the field
# says: the whole field
# - return field - len(reached)
# + return field

# %% holes: forgets that a layer also looks at the place itself
# says: the place itself
# - (-d, 0, d)
# + (-d, d)

# %% holes: counts the paths for pixels
# says: same pixel
# - return field - len(reached)
# + return max(0, field - 3 ** len(dilations))

# %% holes: looks at the widest layer only
# says: one layer alone
# - return field - len(reached)
# + return 2 * (max(dilations, default=1) - 1)

# %% cheapest: takes one large filter
# says: more weights than two
# - return [2 * share + 1 for share in shares]
# + return [field]

# %% cheapest: takes small filters whatever the limit
# says: Only one layer
# - return [2 * share + 1 for share in shares]
# + return [3] * steps

# %% cheapest: gives the rest to the last layer
# says: share evenly
# - [each] * (layers - more) + [each + 1] * more
# + [1] * (layers - 1) + [steps - layers + 1]

# %% cheapest: puts the largest first
# says: smallest to the largest
# - [each] * (layers - more) + [each + 1] * more
# + [each + 1] * more + [each] * (layers - more)

# %% cheapest: uses more layers than there is anything to do for
# says: has shape
# - min(most, steps)
# + most

# %% cheapest: drops what does not divide evenly
# says: fewer pixels
# - [each] * (layers - more) + [each + 1] * more
# + [each] * layers


# %% cheapest: shares by rounding up, and gives the rest to one
# says: smaller than it has to be
def cheapest(field, most):
    steps = (field - 1) // 2
    layers = min(most, steps)
    share = -(-steps // layers)
    sides = []
    while steps > 0:
        sides.insert(0, 2 * min(share, steps) + 1)
        steps -= share
    return sides
