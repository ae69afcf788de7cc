"""Wrong answers to the exercises of cnn.ipynb, as learners give them.

Each cell is a whole answer, headed by the name of the exercise and the misunderstanding behind it; the tests prove that
it loses marks. A line `says:` gives words from what the visible check must say; without it, only the hidden tests have
to notice.
"""

# ruff: noqa

# %% layers: forgets the biases
# says: Where are the biases
shapes = [[4, 6, 6], [8, 3, 3]]
parameters = [36, 288, 360]
macs = [5184, 10368, 360]

# %% layers: takes a filter for one plane deep
# says: How many maps does a filter
shapes = [[4, 6, 6], [8, 3, 3]]
parameters = [40, 80, 365]
macs = [5184, 10368, 360]

# %% layers: puts channels last
# says: Channels come first here
shapes = [[6, 6, 4], [3, 3, 8]]
parameters = [40, 296, 365]
macs = [5184, 10368, 360]

# %% layers: writes the shapes before pooling
# says: what goes into the poolings
shapes = [[4, 12, 12], [8, 6, 6]]
parameters = [40, 296, 365]
macs = [5184, 10368, 360]

# %% layers: takes weights for multiplications
# says: At how many places
shapes = [[4, 6, 6], [8, 3, 3]]
parameters = [40, 296, 365]
macs = [36, 288, 360]

# %% layers: counts the places after pooling
# says: comes before its pooling
shapes = [[4, 6, 6], [8, 3, 3]]
parameters = [40, 296, 365]
macs = [1296, 2592, 360]

# %% layers: feeds the dense layer before the second pooling
# says: The dense layer comes after
shapes = [[4, 6, 6], [8, 3, 3]]
parameters = [40, 296, 1445]
macs = [5184, 10368, 1440]


# %% normalise: normalises each image by itself
# says: take the mean over the batch as well
def batch_norm(maps, gamma, beta, epsilon=1e-5):
    mean = maps.mean(axis=(2, 3), keepdims=True)
    variance = maps.var(axis=(2, 3), keepdims=True)
    return (maps - mean) / np.sqrt(variance + epsilon) * gamma[:, None, None] + beta[:, None, None]


# %% normalise: divides the variance by n - 1
# says: divided by n - 1
def batch_norm(maps, gamma, beta, epsilon=1e-5):
    mean = maps.mean(axis=(0, 2, 3), keepdims=True)
    variance = maps.var(axis=(0, 2, 3), keepdims=True, ddof=1)
    return (maps - mean) / np.sqrt(variance + epsilon) * gamma[:, None, None] + beta[:, None, None]


# %% normalise: divides by the variance
# says: not by the variance
def batch_norm(maps, gamma, beta, epsilon=1e-5):
    mean = maps.mean(axis=(0, 2, 3), keepdims=True)
    variance = maps.var(axis=(0, 2, 3), keepdims=True)
    return (maps - mean) / (variance + epsilon) * gamma[:, None, None] + beta[:, None, None]


# %% normalise: forgets scale and shift
# says: Where are gamma and beta
def batch_norm(maps, gamma, beta, epsilon=1e-5):
    mean = maps.mean(axis=(0, 2, 3), keepdims=True)
    variance = maps.var(axis=(0, 2, 3), keepdims=True)
    return (maps - mean) / np.sqrt(variance + epsilon)


# %% normalise: forgets epsilon
# says: Where is epsilon
def batch_norm(maps, gamma, beta, epsilon=1e-5):
    mean = maps.mean(axis=(0, 2, 3), keepdims=True)
    variance = maps.var(axis=(0, 2, 3), keepdims=True)
    return (maps - mean) / np.sqrt(variance) * gamma[:, None, None] + beta[:, None, None]


# %% fold: scales the input channels
# says: the first axis
def fold(weight, gamma, beta, mean, variance, epsilon=1e-5):
    factor = gamma / np.sqrt(variance + epsilon)
    return weight * factor[None, :, None, None], beta - mean * factor


# %% fold: divides by the variance
# says: Divide by the root
def fold(weight, gamma, beta, mean, variance, epsilon=1e-5):
    factor = gamma / (variance + epsilon)
    return weight * factor[:, None, None, None], beta - mean * factor


# %% fold: forgets epsilon
# says: Where is epsilon
def fold(weight, gamma, beta, mean, variance, epsilon=1e-5):
    factor = gamma / np.sqrt(variance)
    return weight * factor[:, None, None, None], beta - mean * factor


# %% fold: leaves the mean unscaled
# says: The mean is scaled
def fold(weight, gamma, beta, mean, variance, epsilon=1e-5):
    factor = gamma / np.sqrt(variance + epsilon)
    return weight * factor[:, None, None, None], beta - mean


# %% fold: forgets the mean
# says: What has become of the mean
def fold(weight, gamma, beta, mean, variance, epsilon=1e-5):
    factor = gamma / np.sqrt(variance + epsilon)
    return weight * factor[:, None, None, None], beta


# %% dense: transposes only
# says: the transposed matrix alone
def dense_weights(weight, channels, rows, columns):
    return weight.T


# %% dense: exchanges rows and columns
# says: Are rows and columns exchanged
def dense_weights(weight, channels, rows, columns):
    axes = weight.reshape(len(weight), channels, rows, columns)
    return axes.transpose(3, 2, 1, 0).reshape(-1, len(weight))


# %% dense: undoes the order that Keras has
# says: the channels are the slowest
def dense_weights(weight, channels, rows, columns):
    return weight.reshape(len(weight), rows, columns, channels).transpose(3, 1, 2, 0).reshape(-1, len(weight))


# %% dense: forgets to bring the scores to the back
def dense_weights(weight, channels, rows, columns):
    axes = weight.reshape(len(weight), channels, rows, columns)
    return axes.transpose(0, 2, 3, 1).reshape(len(weight), -1)


# %% sure: uses the simpler formula
# says: That is the simpler formula
def interval(hits, n):
    p = hits / n
    half = 1.96 * np.sqrt(p * (1 - p) / n)
    return np.array([p - half, p + half])


def images_needed(share, half):
    return int(np.ceil(1.96**2 * share * (1 - share) / half**2))


# %% sure: rounds down
# says: Round up
def interval(hits, n):
    z, p = 1.96, hits / n
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    middle = p + z**2 / (2 * n)
    return np.array([middle - half, middle + half]) / (1 + z**2 / n)


def images_needed(share, half):
    return int(1.96**2 * share * (1 - share) / half**2)


# %% sure: takes half for the whole width
# says: is half the width
def interval(hits, n):
    z, p = 1.96, hits / n
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    middle = p + z**2 / (2 * n)
    return np.array([middle - half, middle + half]) / (1 + z**2 / n)


def images_needed(share, half):
    return int(np.ceil(1.96**2 * share * (1 - share) / (half / 2) ** 2))


# %% sure: forgets the divisor
def interval(hits, n):
    z, p = 1.96, hits / n
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    middle = p + z**2 / (2 * n)
    return np.array([middle - half, middle + half])


def images_needed(share, half):
    return int(np.ceil(1.96**2 * share * (1 - share) / half**2))


# %% shift: wraps round
# says: comes in on the left
def shift(images, down, right):
    return np.roll(images, (down, right), axis=(1, 2))


# %% shift: goes the other way
# says: That is to the left
def shift(images, down, right):
    _, rows, columns = images.shape
    wide = np.pad(images, ((0, 0), (rows, rows), (columns, columns)))
    top, left = np.clip(rows + down, 0, 2 * rows), np.clip(columns + right, 0, 2 * columns)
    return wide[:, top : top + rows, left : left + columns]


# %% shift: exchanges the axes
# says: That is down
def shift(images, down, right):
    _, rows, columns = images.shape
    wide = np.pad(images, ((0, 0), (rows, rows), (columns, columns)))
    top, left = np.clip(rows - right, 0, 2 * rows), np.clip(columns - down, 0, 2 * columns)
    return wide[:, top : top + rows, left : left + columns]


# %% shift: repeats the border
# says: The border is repeated
def shift(images, down, right):
    _, rows, columns = images.shape
    wide = np.pad(images, ((0, 0), (rows, rows), (columns, columns)), mode="edge")
    top, left = np.clip(rows - down, 0, 2 * rows), np.clip(columns - right, 0, 2 * columns)
    return wide[:, top : top + rows, left : left + columns]


# %% shift: fails when the shift is larger than the image
def shift(images, down, right):
    _, rows, columns = images.shape
    wide = np.pad(images, ((0, 0), (rows, rows), (columns, columns)))
    return wide[:, rows - down : 2 * rows - down, columns - right : 2 * columns - right]


# %% confused: looks at one direction only
# says: Count both directions
def confused(matrix):
    off = matrix - np.diag(np.diag(matrix))
    a, b = np.unravel_index(off.argmax(), off.shape)
    return a, b, off[a, b]


# %% confused: leaves the diagonal in
# says: The diagonal holds the right answers
def confused(matrix):
    pairs = matrix + matrix.T
    a, b = np.unravel_index(pairs.argmax(), pairs.shape)
    return a, b, pairs[a, b]


# %% confused: names the larger class first
# says: The smaller class comes first
def confused(matrix):
    pairs = np.tril(matrix + matrix.T, k=-1)
    a, b = np.unravel_index(pairs.argmax(), pairs.shape)
    return a, b, pairs[a, b]


# %% confused: takes the last of equals
# says: Of pairs that tie
def confused(matrix):
    best = (0, 1, -1)
    for a in range(len(matrix)):
        for b in range(a + 1, len(matrix)):
            if matrix[a, b] + matrix[b, a] >= best[2]:
                best = (a, b, matrix[a, b] + matrix[b, a])
    return best
