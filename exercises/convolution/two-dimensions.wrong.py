"""Wrong answers to the exercises of two-dimensions.ipynb, as learners give them.

Each cell is a whole answer, headed by the name of the exercise and the misunderstanding behind it; the tests prove that
it loses marks. A line `says:` gives words from what the visible check must say; without it, only the hidden tests have
to notice.
"""

# ruff: noqa

# %% by-hand: takes the first patch
# says: in the corner
products = [[1, 0, 0], [0, -1, 3]]
feature_map = [[3, 2], [7, 2]]

# %% by-hand: moves down before it moves right
# says: not to the right
products = [[0, 0, 6], [0, 0, 1]]
feature_map = [[3, 2], [7, 2]]

# %% by-hand: turns the filter round
# says: flipped
products = [[2, 0, 0], [2, 0, 1]]
feature_map = [[2, 5], [4, -2]]

# %% by-hand: writes the map column by column
# says: rows and columns exchanged
products = [[2, 0, 2], [0, -3, 1]]
feature_map = [[3, 7], [2, 2]]


# %% shrinking: forgets that the first place counts, too
# says: off by one
def shape_after(image_shape, filter_shapes):
    rows, columns = image_shape
    for filter_rows, filter_columns in filter_shapes:
        rows, columns = rows - filter_rows, columns - filter_columns
    return rows, columns


# %% shrinking: exchanges rows and columns of the filter
# says: Rows come first
def shape_after(image_shape, filter_shapes):
    rows, columns = image_shape
    for filter_columns, filter_rows in filter_shapes:
        rows, columns = rows - filter_rows + 1, columns - filter_columns + 1
    return rows, columns


# %% shrinking: uses the first filter only
# says: Only one filter
def shape_after(image_shape, filter_shapes):
    if not filter_shapes:
        return image_shape
    return image_shape[0] - filter_shapes[0][0] + 1, image_shape[1] - filter_shapes[0][1] + 1


# %% colour: makes one map for each channel
# says: One filter makes one map
def cross_correlate_colour(x, w):
    height, width, channels = w.shape
    rows, columns = x.shape[0] - height + 1, x.shape[1] - width + 1
    y = np.zeros((rows, columns, channels))
    for r in range(rows):
        for c in range(columns):
            y[r, c] = (x[r : r + height, c : c + width] * w).sum(axis=(0, 1))
    return y


# %% colour: reads the first channel only
# says: Only the first channel
def cross_correlate_colour(x, w):
    height, width, _ = w.shape
    rows, columns = x.shape[0] - height + 1, x.shape[1] - width + 1
    y = np.zeros((rows, columns))
    for r in range(rows):
        for c in range(columns):
            y[r, c] = (x[r : r + height, c : c + width, 0] * w[:, :, 0]).sum()
    return y


# %% colour: turns the filter round
# says: flipped
def cross_correlate_colour(x, w):
    height, width, _ = w.shape
    rows, columns = x.shape[0] - height + 1, x.shape[1] - width + 1
    y = np.zeros((rows, columns))
    for r in range(rows):
        for c in range(columns):
            y[r, c] = (x[r : r + height, c : c + width] * w[::-1, ::-1]).sum()
    return y


# %% colour: takes the mean over the channels
# says: up to a constant
def cross_correlate_colour(x, w):
    height, width, channels = w.shape
    rows, columns = x.shape[0] - height + 1, x.shape[1] - width + 1
    y = np.zeros((rows, columns))
    for r in range(rows):
        for c in range(columns):
            y[r, c] = (x[r : r + height, c : c + width] * w).sum() / channels
    return y


# %% design: sums instead of averaging
# says: a mean is smaller
blur = np.ones((3, 3))
left = [[0, 0, 0], [1, 0, 0], [0, 0, 0]]
falling = np.eye(3)
sharpen = [[0, -0.25, 0], [-0.25, 2, -0.25], [0, -0.25, 0]]

# %% design: looks to the right
# says: reverse order
blur = np.ones((3, 3)) / 9
left = [[0, 0, 0], [0, 0, 1], [0, 0, 0]]
falling = np.eye(3)
sharpen = [[0, -0.25, 0], [-0.25, 2, -0.25], [0, -0.25, 0]]

# %% design: takes up for left
# says: rows and columns exchanged
blur = np.ones((3, 3)) / 9
left = [[0, 1, 0], [0, 0, 0], [0, 0, 0]]
falling = np.eye(3)
sharpen = [[0, -0.25, 0], [-0.25, 2, -0.25], [0, -0.25, 0]]

# %% design: draws the rising diagonal
# says: reverse order
blur = np.ones((3, 3)) / 9
left = [[0, 0, 0], [1, 0, 0], [0, 0, 0]]
falling = [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
sharpen = [[0, -0.25, 0], [-0.25, 2, -0.25], [0, -0.25, 0]]

# %% design: forgets to add the pixel itself
# says: the pixel itself is to be added
blur = np.ones((3, 3)) / 9
left = [[0, 0, 0], [1, 0, 0], [0, 0, 0]]
falling = np.eye(3)
sharpen = [[0, -0.25, 0], [-0.25, 1, -0.25], [0, -0.25, 0]]


# %% sobel: computes in uint8
# says: wrap around
def edge_strength(image):
    p = image
    gx = p[:-2, 2:] + 2 * p[1:-1, 2:] + p[2:, 2:] - p[:-2, :-2] - 2 * p[1:-1, :-2] - p[2:, :-2]
    gy = p[2:, :-2] + 2 * p[2:, 1:-1] + p[2:, 2:] - p[:-2, :-2] - 2 * p[:-2, 1:-1] - p[:-2, 2:]
    return np.sqrt(gx**2 + gy**2)


# %% sobel: subtracts in uint8 and makes floats too late
# says: before you subtract
def edge_strength(image):
    p = image
    gx = p[:-2, 2:] + 2 * p[1:-1, 2:] + p[2:, 2:] - p[:-2, :-2] - 2 * p[1:-1, :-2] - p[2:, :-2]
    gy = p[2:, :-2] + 2 * p[2:, 1:-1] + p[2:, 2:] - p[:-2, :-2] - 2 * p[:-2, 1:-1] - p[:-2, 2:]
    return np.hypot(gx.astype(float), gy.astype(float))


# %% sobel: adds the two sizes
# says: take squares
def edge_strength(image):
    p = image.astype(float)
    gx = p[:-2, 2:] + 2 * p[1:-1, 2:] + p[2:, 2:] - p[:-2, :-2] - 2 * p[1:-1, :-2] - p[2:, :-2]
    gy = p[2:, :-2] + 2 * p[2:, 1:-1] + p[2:, 2:] - p[:-2, :-2] - 2 * p[:-2, 1:-1] - p[:-2, 2:]
    return np.abs(gx) + np.abs(gy)


# %% sobel: forgets the root
# says: square root
def edge_strength(image):
    p = image.astype(float)
    gx = p[:-2, 2:] + 2 * p[1:-1, 2:] + p[2:, 2:] - p[:-2, :-2] - 2 * p[1:-1, :-2] - p[2:, :-2]
    gy = p[2:, :-2] + 2 * p[2:, 1:-1] + p[2:, 2:] - p[:-2, :-2] - 2 * p[:-2, 1:-1] - p[:-2, 2:]
    return gx**2 + gy**2


# %% sobel: counts the middle of each side once
# says: counted twice
def edge_strength(image):
    p = image.astype(float)
    gx = p[:-2, 2:] + p[1:-1, 2:] + p[2:, 2:] - p[:-2, :-2] - p[1:-1, :-2] - p[2:, :-2]
    gy = p[2:, :-2] + p[2:, 1:-1] + p[2:, 2:] - p[:-2, :-2] - p[:-2, 1:-1] - p[:-2, 2:]
    return np.hypot(gx, gy)


# %% sobel: adds shifted images of different shapes
# says: stops with an error
def edge_strength(image):
    p = image.astype(float)
    return np.hypot(p[:, 2:] - p[:, :-2], p[2:] - p[:-2])


# %% weights: reshapes the images
# says: dealt the pixels out anew
def images_for_keras(images):
    n, channels, rows, columns = images.shape
    return images.reshape(n, rows, columns, channels)


def weights_for_keras(weights):
    return np.transpose(weights, (2, 3, 1, 0))


# %% weights: reshapes the weights
# says: dealt the weights out anew
def images_for_keras(images):
    return np.transpose(images, (0, 2, 3, 1))


def weights_for_keras(weights):
    filters, channels, rows, columns = weights.shape
    return weights.reshape(rows, columns, channels, filters)


# %% weights: treats weights like images
# says: Keras wants (rows, columns, channels, filters)
def images_for_keras(images):
    return np.transpose(images, (0, 2, 3, 1))


def weights_for_keras(weights):
    return np.transpose(weights, (0, 2, 3, 1))


# %% weights: turns everything round with .T
# says: Keras wants (batch, rows, columns, channels)
def images_for_keras(images):
    return images.T


def weights_for_keras(weights):
    return weights.T


# %% mend: finds only the columns
# says: wrapped around
def filtered(photo, w):
    rows, columns = photo.shape[0] - w.shape[0] + 1, photo.shape[1] - w.shape[1] + 1
    y = np.zeros((rows, columns), dtype=photo.dtype)
    for r in range(rows):
        for c in range(columns):
            y[r, c] = (photo[r : r + w.shape[0], c : c + w.shape[1]] * w).sum()
    return y


# %% mend: finds only the dtype
# says: shape
def filtered(photo, w):
    rows, columns = photo.shape[0] - w.shape[0] + 1, photo.shape[0] - w.shape[1] + 1
    y = np.zeros((rows, columns))
    for r in range(rows):
        for c in range(columns):
            y[r, c] = (photo[r : r + w.shape[0], c : c + w.shape[0]] * w).sum()
    return y


# %% mend: leaves the patch as wide as it is high
# says: values wrong
def filtered(photo, w):
    rows, columns = photo.shape[0] - w.shape[0] + 1, photo.shape[1] - w.shape[1] + 1
    y = np.zeros((rows, columns))
    for r in range(rows):
        for c in range(columns):
            y[r, c] = (photo[r : r + w.shape[0], c : c + w.shape[0]] * w).sum()
    return y


# %% coin: finds the brightest patch
# says: first repair
def find(image, piece):
    likeness = signal.correlate(image.astype(float), piece, mode="valid")
    return np.unravel_index(np.argmax(likeness), likeness.shape)


# %% coin: finds a coin with more contrast
# says: second repair
def find(image, piece):
    likeness = signal.correlate(image.astype(float), piece - piece.mean(), mode="valid")
    return np.unravel_index(np.argmax(likeness), likeness.shape)


# %% coin: gives column and row
# says: Rows come first
def find(image, piece):
    likeness = signal.correlate(image.astype(float), piece - piece.mean(), mode="valid")
    likeness = likeness / contrast(image, piece.shape)
    return np.unravel_index(np.argmax(likeness), likeness.shape)[::-1]


# %% coin: gives the middle of the piece
# says: the corner is asked for
def find(image, piece):
    likeness = signal.correlate(image.astype(float), piece - piece.mean(), mode="valid")
    likeness = likeness / contrast(image, piece.shape)
    row, column = np.unravel_index(np.argmax(likeness), likeness.shape)
    return row + piece.shape[0] // 2, column + piece.shape[1] // 2
