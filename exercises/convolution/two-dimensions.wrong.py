"""Wrong answers to the exercises of two-dimensions.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% by-hand: takes the first patch
# says: in the corner
# - products = [[2 * 1, 0 * 0, 1 * 2], [1 * 0, 3 * -1, 1 * 1]]
# + products = [[1, 0, 0], [0, -1, 3]]

# %% by-hand: moves down before it moves right
# says: not to the right
# - products = [[2 * 1, 0 * 0, 1 * 2], [1 * 0, 3 * -1, 1 * 1]]
# + products = [[0, 0, 6], [0, 0, 1]]

# %% by-hand: turns the filter round
# says: flipped
# - [[2 * 1, 0 * 0, 1 * 2], [1 * 0, 3 * -1, 1 * 1]]
# + [[2 * 1, 0 * -1, 1 * 0], [1 * 2, 3 * 0, 1 * 1]]
# - [[3, 2], [7, 2]]
# + [[2, 5], [4, -2]]

# %% by-hand: writes the map column by column
# says: rows and columns exchanged
# - feature_map = [[3, 2], [7, 2]]
# + feature_map = [[3, 7], [2, 2]]

# %% shrinking: forgets that the first place counts, too
# says: off by one
# - rows - filter_rows + 1
# + rows - filter_rows
# - columns - filter_columns + 1
# + columns - filter_columns

# %% shrinking: exchanges rows and columns of the filter
# says: Rows come first
# - filter_rows, filter_columns in
# + filter_columns, filter_rows in

# %% shrinking: uses the first filter only
# says: Only one filter
# - in filter_shapes:
# + in filter_shapes[:1]:

# %% colour: makes one map for each channel
# says: One filter makes one map
# - x.shape[1] - width + 1))
# + x.shape[1] - width + 1, x.shape[2]))
# - np.sum(x[r : r + height, c : c + width] * w)
# + np.sum(x[r : r + height, c : c + width] * w, axis=(0, 1))

# %% colour: reads the first channel only
# says: Only the first channel
# - c : c + width] * w
# + c : c + width, 0] * w[:, :, 0]

# %% colour: turns the filter round
# says: flipped
# - c : c + width] * w
# + c : c + width] * w[::-1, ::-1]

# %% colour: takes the mean over the channels
# says: up to a constant
# - c : c + width] * w)
# + c : c + width] * w) / w.shape[2]

# %% design: sums instead of averaging
# says: a mean is smaller
# - np.ones((3, 3)) / 9
# + np.ones((3, 3))

# %% design: looks to the right
# says: reverse order
# - left = np.array([[0, 0, 0], [1, 0, 0], [0, 0, 0]])
# + left = [[0, 0, 0], [0, 0, 1], [0, 0, 0]]

# %% design: takes up for left
# says: rows and columns exchanged
# - left = np.array([[0, 0, 0], [1, 0, 0], [0, 0, 0]])
# + left = [[0, 1, 0], [0, 0, 0], [0, 0, 0]]

# %% design: draws the rising diagonal
# says: reverse order
# - falling = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]])
# + falling = [[0, 0, 1], [0, 1, 0], [1, 0, 0]]

# %% design: forgets to add the pixel itself
# says: the pixel itself is to be added
# - [-1 / 4, 2, -1 / 4]
# + [-1 / 4, 1, -1 / 4]

# %% sobel: computes in uint8
# says: wrap around
# - image.astype(float)
# + image

# %% sobel: subtracts in uint8 and makes floats too late
# says: before you subtract
# - image.astype(float)
# + image
# - (right - left) ** 2 + (below - above) ** 2
# + (right - left).astype(float) ** 2 + (below - above).astype(float) ** 2

# %% sobel: adds the two sizes
# says: take squares
# - np.sqrt((right - left) ** 2 + (below - above) ** 2)
# + np.abs(right - left) + np.abs(below - above)

# %% sobel: forgets the root
# says: square root
# - np.sqrt((right - left) ** 2 + (below - above) ** 2)
# + (right - left) ** 2 + (below - above) ** 2


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
# -     return np.transpose(images, (0, 2, 3, 1))
# +     n, channels, rows, columns = images.shape
# +     return images.reshape(n, rows, columns, channels)

# %% weights: reshapes the weights
# says: dealt the weights out anew
# -     return np.transpose(weights, (2, 3, 1, 0))
# +     filters, channels, rows, columns = weights.shape
# +     return weights.reshape(rows, columns, channels, filters)

# %% weights: treats weights like images
# says: Keras wants (rows, columns, channels, filters)
# - (2, 3, 1, 0)
# + (0, 2, 3, 1)

# %% weights: turns everything round with .T
# says: Keras wants (batch, rows, columns, channels)
# - np.transpose(images, (0, 2, 3, 1))
# + images.T
# - np.transpose(weights, (2, 3, 1, 0))
# + weights.T

# %% mend: finds only the columns
# says: wrapped around
# - y = np.zeros((rows, columns))
# + y = np.zeros((rows, columns), dtype=photo.dtype)

# %% mend: finds only the dtype
# says: shape
# - columns = photo.shape[1]
# + columns = photo.shape[0]
# - c : c + w.shape[1]
# + c : c + w.shape[0]

# %% mend: leaves the patch as wide as it is high
# says: values wrong
# - c : c + w.shape[1]
# + c : c + w.shape[0]

# %% coin: finds the brightest patch
# says: first repair
# - piece - piece.mean()
# + piece
# - likeness = likeness / contrast(image, piece.shape)

# %% coin: finds a coin with more contrast
# says: second repair
# - likeness = likeness / contrast(image, piece.shape)

# %% coin: gives column and row
# says: Rows come first
# - np.unravel_index(np.argmax(likeness), likeness.shape)
# + np.unravel_index(np.argmax(likeness), likeness.shape)[::-1]

# %% coin: gives the middle of the piece
# says: the corner is asked for
# -     return np.unravel_index(np.argmax(likeness), likeness.shape)
# +     row, column = np.unravel_index(np.argmax(likeness), likeness.shape)
# +     return row + piece.shape[0] // 2, column + piece.shape[1] // 2
