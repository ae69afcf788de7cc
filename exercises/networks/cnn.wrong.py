"""Wrong answers to the exercises of cnn.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% layers: forgets the biases
# says: Where are the biases
# - parameters = [40, 296, 365]
# + parameters = [36, 288, 360]

# %% layers: takes a filter for one plane deep
# says: How many maps does a filter
# - parameters = [40, 296, 365]
# + parameters = [40, 80, 365]

# %% layers: puts channels last
# says: Channels come first here
# - shapes = [[4, 6, 6], [8, 3, 3]]
# + shapes = [[6, 6, 4], [3, 3, 8]]

# %% layers: writes the shapes before pooling
# says: what goes into the poolings
# - shapes = [[4, 6, 6], [8, 3, 3]]
# + shapes = [[4, 12, 12], [8, 6, 6]]

# %% layers: takes weights for multiplications
# says: At how many places
# - macs = [5184, 10368, 360]
# + macs = [36, 288, 360]

# %% layers: counts the places after pooling
# says: comes before its pooling
# - macs = [5184, 10368, 360]
# + macs = [1296, 2592, 360]

# %% layers: feeds the dense layer before the second pooling
# says: The dense layer comes after
# - parameters = [40, 296, 365]
# + parameters = [40, 296, 1445]
# - macs = [5184, 10368, 360]
# + macs = [5184, 10368, 1440]

# %% normalise: normalises each image by itself
# says: take the mean over the batch as well
# - maps.mean(axis=(0, 2, 3), keepdims=True)
# + maps.mean(axis=(2, 3), keepdims=True)
# - maps.var(axis=(0, 2, 3), keepdims=True)
# + maps.var(axis=(2, 3), keepdims=True)

# %% normalise: divides the variance by n - 1
# says: divided by n - 1
# - maps.var(axis=(0, 2, 3), keepdims=True)
# + maps.var(axis=(0, 2, 3), keepdims=True, ddof=1)

# %% normalise: divides by the variance
# says: not by the variance
# - np.sqrt(variance + epsilon)
# + (variance + epsilon)

# %% normalise: forgets scale and shift
# says: Where are gamma and beta
# - return normal * gamma[:, None, None] + beta[:, None, None]
# + return normal

# %% normalise: forgets epsilon
# says: Where is epsilon
# - variance + epsilon
# + variance

# %% fold: scales the input channels
# says: the first axis
# - :, None, None, None
# + None, :, None, None

# %% fold: divides by the variance
# says: Divide by the root
# - np.sqrt

# %% fold: forgets epsilon
# says: Where is epsilon
# - variance + epsilon
# + variance

# %% fold: leaves the mean unscaled
# says: The mean is scaled
# - mean * factor
# + mean

# %% fold: forgets the mean
# says: What has become of the mean
# - beta - mean * factor
# + beta


# %% dense: transposes only
# says: the transposed matrix alone
def dense_weights(weight, channels, rows, columns):
    return weight.T


# %% dense: exchanges rows and columns
# says: Are rows and columns exchanged
# - transpose(2, 3, 1, 0)
# + transpose(3, 2, 1, 0)

# %% dense: undoes the order that Keras has
# says: the channels are the slowest
# - scores, channels, rows, columns)
# + scores, rows, columns, channels)
# - transpose(2, 3, 1, 0)
# + transpose(3, 1, 2, 0)

# %% dense: forgets to bring the scores to the back
# says: their order is not
# - transpose(2, 3, 1, 0).reshape(-1, scores)
# + transpose(0, 2, 3, 1).reshape(scores, -1)

# %% sure: uses the simpler formula
# says: That is the simpler formula
# -     z, p = 1.96, hits / n
# -     half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
# -     middle = p + z**2 / (2 * n)
# -     return np.array([middle - half, middle + half]) / (1 + z**2 / n)
# +     p = hits / n
# +     half = 1.96 * np.sqrt(p * (1 - p) / n)
# +     return np.array([p - half, p + half])

# %% sure: rounds down
# says: Round up
# - np.ceil(1.96**2 * share * (1 - share) / half**2)
# + 1.96**2 * share * (1 - share) / half**2

# %% sure: takes half for the whole width
# says: is half the width
# - half**2
# + (half / 2) ** 2

# %% sure: forgets the divisor
# says: Divide both ends
# - np.array([middle - half, middle + half]) / (1 + z**2 / n)
# + np.array([middle - half, middle + half])


# %% shift: wraps round
# says: comes in on the left
def shift(images, down, right):
    return np.roll(images, (down, right), axis=(1, 2))


# %% shift: goes the other way
# says: That is to the left
# - rows - down
# + rows + down
# - columns - right
# + columns + right

# %% shift: exchanges the axes
# says: That is down
# - rows - down
# + rows - right
# - columns - right
# + columns - down

# %% shift: repeats the border
# says: The border is repeated
# - (columns, columns))
# + (columns, columns)), mode="edge"

# %% shift: fails when the shift is larger than the image
# only hidden tests: the check's shifts are smaller
# - int(np.clip(rows - down, 0, 2 * rows))
# + rows - down
# - int(np.clip(columns - right, 0, 2 * columns))
# + columns - right

# %% confused: looks at one direction only
# says: Count both directions
# - np.triu(matrix + matrix.T, k=1)
# + matrix - np.diag(np.diag(matrix))

# %% confused: leaves the diagonal in
# says: The diagonal holds the right answers
# - np.triu(matrix + matrix.T, k=1)
# + matrix + matrix.T

# %% confused: names the larger class first
# says: The smaller class comes first
# - np.triu(matrix + matrix.T, k=1)
# + np.tril(matrix + matrix.T, k=-1)

# %% confused: takes the last of equals
# says: Of pairs that tie
# - np.unravel_index(pairs.argmax(), pairs.shape)
# + np.argwhere(pairs == pairs.max())[-1]
