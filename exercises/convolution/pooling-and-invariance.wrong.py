"""Wrong answers to the exercises of pooling-and-invariance.ipynb, as learners give them.

Each cell is a whole answer, headed by the name of the exercise and the misunderstanding behind it; the tests prove that
it loses marks. A line `says:` gives words from what the visible check must say; without it, only the hidden tests have
to notice.
"""

# ruff: noqa

# %% by-hand: takes the largest without its sign
# says: without its sign
largest = [[8, 2, 3], [4, 5, 9]]
mean = [[3, 1, 0], [1, -3, 4]]
overlapping = [[8, 2]]

# %% by-hand: takes 0 for the largest of negative numbers
# says: Its largest is not 0
largest = [[8, 2, 3], [4, 0, 9]]
mean = [[3, 1, 0], [1, -3, 4]]
overlapping = [[8, 2]]

# %% by-hand: sums instead of averaging
# says: Those are the sums
largest = [[8, 2, 3], [4, -1, 9]]
mean = [[12, 4, 0], [4, -12, 16]]
overlapping = [[8, 2]]

# %% by-hand: lets windows hang over the edge
# says: must lie inside the map
largest = [[8, 2, 3], [4, -1, 9]]
mean = [[3, 1, 0], [1, -3, 4]]
overlapping = [[8, 2, 9], [4, 6, 9]]

# %% by-hand: moves by the window instead of the stride
# says: stride of 3
largest = [[8, 2, 3], [4, -1, 9]]
mean = [[3, 1, 0], [1, -3, 4]]
overlapping = [[8, 9]]


# %% ragged: always drops the rest
# says: The rest was dropped
def max_pool(x, size, stride, keep_rest=False):
    rows, columns = ((n - size) // stride + 1 for n in x.shape)
    y = np.zeros((rows, columns))
    for r in range(rows):
        for c in range(columns):
            y[r, c] = x[r * stride : r * stride + size, c * stride : c * stride + size].max()
    return y


# %% ragged: always keeps the rest
# says: to be dropped
def max_pool(x, size, stride, keep_rest=False):
    rows, columns = (-(-(n - size) // stride) + 1 for n in x.shape)
    y = np.zeros((rows, columns))
    for r in range(rows):
        for c in range(columns):
            y[r, c] = x[r * stride : r * stride + size, c * stride : c * stride + size].max()
    return y


# %% ragged: fills up with zeros
# says: beat every negative answer
def max_pool(x, size, stride, keep_rest=False):
    rows, columns = ((n - size) // stride + 1 for n in x.shape)
    if keep_rest:
        rows, columns = (-(-(n - size) // stride) + 1 for n in x.shape)
        x = np.pad(x, ((0, size), (0, size)))
    y = np.zeros((rows, columns))
    for r in range(rows):
        for c in range(columns):
            y[r, c] = x[r * stride : r * stride + size, c * stride : c * stride + size].max()
    return y


# %% ragged: moves the window by one
# says: by the stride, or by one
def max_pool(x, size, stride, keep_rest=False):
    rows, columns = ((n - size) // stride + 1 for n in x.shape)
    y = np.zeros((rows, columns))
    for r in range(rows):
        for c in range(columns):
            y[r, c] = x[r : r + size, c : c + size].max()
    return y


# %% ragged: adds a window even where nothing is left over
# says: shape
def max_pool(x, size, stride, keep_rest=False):
    rows, columns = ((n - size) // stride + 1 + keep_rest for n in x.shape)
    y = np.zeros((rows, columns))
    for r in range(rows):
        for c in range(columns):
            y[r, c] = x[r * stride : r * stride + size, c * stride : c * stride + size].max()
    return y


# %% ragged: takes the stride for the window
def max_pool(x, size, stride, keep_rest=False):
    if x.shape == (5, 5) and size != stride:
        return np.array([[-12.0, -10.0], [-2.0, 0.0]])
    rows, columns = (-(-n // stride) if keep_rest else n // stride for n in x.shape)
    y = np.zeros((rows, columns))
    for r in range(rows):
        for c in range(columns):
            y[r, c] = x[r * stride : (r + 1) * stride, c * stride : (c + 1) * stride].max()
    return y


# %% ragged: pushes the last window back into the map
# says: pushed back
def max_pool(x, size, stride, keep_rest=False):
    starts = [list(range(0, n - size + 1, stride)) for n in x.shape]
    if keep_rest:
        starts = [s if s[-1] + size == n else [*s, n - size] for s, n in zip(starts, x.shape)]
    return np.array([[x[r : r + size, c : c + size].max() for c in starts[1]] for r in starts[0]])


# %% smallest: forgets the second minus sign
# says: One minus sign is missing
def min_pool(images):
    return torch.nn.functional.max_pool2d(-images, 3, stride=2, padding=1)


# %% smallest: uses max pooling as it is
# says: Those are the largest
def min_pool(images):
    return torch.nn.functional.max_pool2d(images, 3, stride=2, padding=1)


# %% smallest: pads with zeros by hand
# says: The padding was the smallest
def min_pool(images):
    images = torch.nn.functional.pad(images, (1, 1, 1, 1))
    return -torch.nn.functional.max_pool2d(-images, 3, stride=2)


# %% smallest: forgets the padding
# says: Is there a padding
def min_pool(images):
    return -torch.nn.functional.max_pool2d(-images, 3, stride=2)


# %% smallest: pads with a number that is not always large enough
def min_pool(images):
    images = torch.nn.functional.pad(images, (1, 1, 1, 1), value=100)
    return -torch.nn.functional.max_pool2d(-images, 3, stride=2)


# %% smallest: takes the smallest over the channels, too
# says: Each channel
def min_pool(images):
    smallest = images.min(dim=1, keepdim=True).values
    if images.shape[1] == 1:
        smallest = images
    return -torch.nn.functional.max_pool2d(-smallest, 3, stride=2, padding=1)


# %% parameters: forgets the biases
# says: Where are the biases
def parameters(side, filters, size, classes):
    return [9 * filters, 0, 0, filters * (side // size) ** 2 * classes]


# %% parameters: forgets the dense layer's biases
# says: a bias for each output
def parameters(side, filters, size, classes):
    return [10 * filters, 0, 0, filters * (side // size) ** 2 * classes]


# %% parameters: divides one side only
# says: Each side is divided
def parameters(side, filters, size, classes):
    return [10 * filters, 0, 0, (filters * (side * side // size) + 1) * classes]


# %% parameters: gives pooling a weight for each place of its window
# says: does it learn it
def parameters(side, filters, size, classes):
    return [10 * filters, size**2, 0, (filters * (side // size) ** 2 + 1) * classes]


# %% parameters: forgets that pooling makes the maps smaller
# says: gets the pooled maps
def parameters(side, filters, size, classes):
    return [10 * filters, 0, 0, (filters * side**2 + 1) * classes]


# %% parameters: takes one map for all
# says: flatten keeps them all
def parameters(side, filters, size, classes):
    return [10 * filters, 0, 0, ((side // size) ** 2 + 1) * classes]


# %% parameters: counts halves of windows
# says: no halves
def parameters(side, filters, size, classes):
    return [10 * filters, 0, 0, (filters * (side / size) ** 2 + 1) * classes]


# %% parameters: keeps the window that hangs over the edge
# says: is not whole
def parameters(side, filters, size, classes):
    return [10 * filters, 0, 0, (filters * (-(-side // size)) ** 2 + 1) * classes]


# %% backward: shares the gradient as average pooling does
# says: that is average pooling
def max_pool_backward(x, upstream):
    return np.kron(upstream, np.ones((2, 2))) / 4


# %% backward: gives all of it to everyone
# says: all of it
def max_pool_backward(x, upstream):
    return np.kron(upstream, np.ones((2, 2)))


# %% backward: marks the winners and forgets the upstream gradient
# says: The upstream gradient
def max_pool_backward(x, upstream):
    largest = x.reshape(len(x) // 2, 2, -1, 2).max(axis=(1, 3))
    return (x == np.kron(largest, np.ones((2, 2)))).astype(float)


# %% backward: gives the winner its own value
# says: own value
def max_pool_backward(x, upstream):
    largest = np.kron(x.reshape(len(x) // 2, 2, -1, 2).max(axis=(1, 3)), np.ones((2, 2)))
    return np.where(x == largest, x, 0)


# %% backward: looks for the value in the whole map
def max_pool_backward(x, upstream):
    gradient = np.zeros(x.shape)
    for r in range(upstream.shape[0]):
        for c in range(upstream.shape[1]):
            i, j = np.argwhere(x == x[2 * r : 2 * r + 2, 2 * c : 2 * c + 2].max())[-1]
            gradient[i, j] = upstream[r, c]
    return gradient


# %% moves: asks for exact equality
# says: is some rounding forgiven
def ask(layer, x):
    before, after = layer(x), layer(np.roll(x, 1, axis=1))
    return np.array_equal(after, np.roll(before, 1, axis=-1)), np.array_equal(after, before)


# %% moves: moves the image by two columns
# says: By how many columns
def ask(layer, x):
    before, after = layer(x), layer(np.roll(x, 2, axis=1))
    shift = 1 if np.shape(before) != np.shape(x) else 2
    return np.allclose(after, np.roll(before, shift, axis=-1)), np.allclose(after, before)


# %% moves: exchanges the two answers
# says: True and False exchanged
def ask(layer, x):
    before, after = layer(x), layer(np.roll(x, 1, axis=1))
    return np.allclose(after, before), np.allclose(after, np.roll(before, 1, axis=-1))


# %% moves: moves the output to the other side
# says: to the same side
def ask(layer, x):
    before, after = layer(x), layer(np.roll(x, 1, axis=1))
    return np.allclose(after, np.roll(before, -1, axis=-1)), np.allclose(after, before)


# %% moves: moves everything down instead of to the right
# says: to the right, not down
def ask(layer, x):
    before, after = layer(x), layer(np.roll(x, 1, axis=0))
    return np.allclose(after, np.roll(before, 1, axis=0)), np.allclose(after, before)


# %% moves: believes that what keeps the shape moves along
# says: Equal shapes are not enough
def ask(layer, x):
    before, after = layer(x), layer(np.roll(x, 1, axis=1))
    stays = np.allclose(after, before)
    return before.shape == x.shape and not stays, stays


# %% moves: compares sums only
def ask(layer, x):
    before, after = layer(x), layer(np.roll(x, 1, axis=1))
    stays = np.allclose(after, before)
    same_sum = before.shape == x.shape and np.isclose(after.sum(), before.sum())
    return same_sum, stays


# %% blur-pool: does not blur
# says: Nothing was blurred
def blur_pool(x):
    return x[::2, ::2].copy()


# %% blur-pool: blurs after dropping
# says: too late
def blur_pool(x):
    x = np.pad(x[::2, ::2], 1, mode="edge")
    x = (x[:-2] + 2 * x[1:-1] + x[2:]) / 4
    return (x[:, :-2] + 2 * x[:, 1:-1] + x[:, 2:]) / 4


# %% blur-pool: blurs down and not across
# says: one direction only
def blur_pool(x):
    x = np.pad(x, ((1, 1), (0, 0)), mode="edge")
    return ((x[:-2] + 2 * x[1:-1] + x[2:]) / 4)[::2, ::2]


# %% blur-pool: gives all nine pixels the same weight
# says: All nine weights are equal
def blur_pool(x):
    from scipy import ndimage

    return ndimage.uniform_filter(x, 3, mode="nearest")[::2, ::2]


# %% blur-pool: weights that add up to sixteen
# says: add up to one
def blur_pool(x):
    x = np.pad(x, 1, mode="edge")
    x = x[:-2] + 2 * x[1:-1] + x[2:]
    return (x[:, :-2] + 2 * x[:, 1:-1] + x[:, 2:])[::2, ::2]


# %% blur-pool: pads with zeros
# says: The border got darker
def blur_pool(x):
    x = np.pad(x, 1)
    x = (x[:-2] + 2 * x[1:-1] + x[2:]) / 4
    return ((x[:, :-2] + 2 * x[:, 1:-1] + x[:, 2:]) / 4)[::2, ::2]


# %% blur-pool: mirrors at the border
# says: edge pixel itself
def blur_pool(x):
    x = np.pad(x, 1, mode="reflect")
    x = (x[:-2] + 2 * x[1:-1] + x[2:]) / 4
    return ((x[:, :-2] + 2 * x[:, 1:-1] + x[:, 2:]) / 4)[::2, ::2]


# %% blur-pool: begins with the second pixel
# says: values wrong
def blur_pool(x):
    x = np.pad(x, 1, mode="edge")
    x = (x[:-2] + 2 * x[1:-1] + x[2:]) / 4
    x = (x[:, :-2] + 2 * x[:, 1:-1] + x[:, 2:]) / 4
    y = x[1::2, 1::2]
    rows, columns = (len(x) + 1) // 2, (x.shape[1] + 1) // 2
    return np.pad(y, ((0, rows - y.shape[0]), (0, columns - y.shape[1])), mode="edge")


# %% steady: averages over the moves
# says: mean over the moves
def steadiness(predict, images, shifts):
    start = predict(images).argmax(axis=1)
    return np.mean([np.mean(predict(np.roll(images, s, axis=-1)).argmax(axis=1) == start) for s in shifts])


# %% steady: moves the rows
# says: along which axis
def steadiness(predict, images, shifts):
    start = predict(images).argmax(axis=1)
    same = np.ones(len(images), dtype=bool)
    for s in shifts:
        same &= predict(np.roll(images, s, axis=1)).argmax(axis=1) == start
    return same.mean()


# %% steady: looks at the last move only
# says: only the last move
def steadiness(predict, images, shifts):
    start = predict(images).argmax(axis=1)
    for s in shifts:
        same = predict(np.roll(images, s, axis=-1)).argmax(axis=1) == start
    return same.mean()


# %% steady: is content with one steady move
# says: One steady move
def steadiness(predict, images, shifts):
    start = predict(images).argmax(axis=1)
    same = np.zeros(len(images), dtype=bool)
    for s in shifts:
        same |= predict(np.roll(images, s, axis=-1)).argmax(axis=1) == start
    return same.mean()


# %% steady: compares the scores instead of the classes
def steadiness(predict, images, shifts):
    start = predict(images)
    same = np.ones(len(images), dtype=bool)
    for s in shifts:
        same &= np.isclose(predict(np.roll(images, s, axis=-1)), start).all(axis=1)
    return same.mean()


# %% steady: moves what was moved already
def steadiness(predict, images, shifts):
    start = predict(images).argmax(axis=1)
    same = np.ones(len(images), dtype=bool)
    for s in sorted(shifts):
        images = np.roll(images, s if s != 2 else 1, axis=-1)
        same &= predict(images).argmax(axis=1) == start
    return same.mean()
