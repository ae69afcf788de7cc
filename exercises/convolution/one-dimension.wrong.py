"""Wrong answers to the exercises of one-dimension.ipynb, as learners give them.

Each cell is a whole answer, headed by the name of the exercise and the misunderstanding behind it; the tests prove that
it loses marks. A line `says:` gives words from what the visible check must say; without it, only the hidden tests have
to notice.
"""

# ruff: noqa

# %% by-hand: counts the places from 1
# says: the first place is number 0
products = [2, 0, 2]
output = [4, 5, 0]

# %% by-hand: turns the filter round, as a convolution does
# says: flipped
products = [0, -1, 3]
output = [5, 2, 0]

# %% by-hand: lets windows hang over both edges
# says: One position too many
products = [0, -1, 6]
output = [-2, 4, 5, 0]

# %% by-hand: gives the sum where the products are asked for
# says: single number
products = 5
output = [4, 5, 0]

# %% by-hand: loses a sign
# says: the right sizes with the opposite sign
products = [0, 1, -6]
output = [4, 5, 0]


# %% how-many: forgets that the first place counts, too
# says: off by one
def output_length(n, k):
    return max(0, n - k)


# %% how-many: takes the output for as long as the input
# says: as long as the input
def output_length(n, k):
    return n


# %% how-many: counts less than no windows
# says: fewer outputs than none
def output_length(n, k):
    return n - k + 1


# %% how-many: counts windows that hang over the edges
# says: hang over the edge
def output_length(n, k):
    return n + k - 1


# %% how-many: prints the answer
# says: prints its result
def output_length(n, k):
    print(max(0, n - k + 1))


# %% layer: adds the bias after ReLU
# says: ReLU comes last
def conv_layer(x, w, b):
    return np.array([max(0, sum(x[i : i + len(w)] * w)) + b for i in range(len(x) - len(w) + 1)])


# %% layer: adds the bias to each product
# says: once for each output
def conv_layer(x, w, b):
    y = np.zeros(len(x) - len(w) + 1)
    for i in range(len(y)):
        for j in range(len(w)):
            y[i] += x[i + j] * w[j] + b
    return np.maximum(0, y)


# %% layer: turns the filter round
# says: flipped
def conv_layer(x, w, b):
    return np.maximum(0, np.convolve(x, w, "valid") + b)


# %% layer: makes the output as long as the input
# says: shape of the input
def conv_layer(x, w, b):
    y = np.zeros(len(x))
    for i in range(len(x) - len(w) + 1):
        y[i] = max(0, (x[i : i + len(w)] * w).sum() + b)
    return y


# %% layer: stops before the last window
# says: One position is missing
def conv_layer(x, w, b):
    return np.array([max(0, (x[i : i + len(w)] * w).sum() + b) for i in range(len(x) - len(w))])


# %% layer: collects the output in an array of whole numbers
# says: lost its decimals
def conv_layer(x, w, b):
    y = np.zeros(len(x) - len(w) + 1, dtype=int)
    for i in range(len(y)):
        y[i] = max(0, (x[i : i + len(w)] * w).sum() + b)
    return y


# %% layer: writes the answer over its input
# says: in place
def conv_layer(x, w, b):
    n = len(x) - len(w) + 1
    y = [max(0, (x[i : i + len(w)] * w).sum() + b) for i in range(n)]
    x[:n] = y
    return np.array(y)


# %% polynomials: slides without turning
# says: is it flipped
def multiply(p, q):
    zeros = np.zeros(len(q) - 1)
    return cross_correlate(np.concatenate([zeros, p, zeros]), q)


# %% polynomials: turns the wrong one and gets the result backwards
# says: reverse order
def multiply(p, q):
    zeros = np.zeros(len(q) - 1)
    return cross_correlate(np.concatenate([zeros, p[::-1], zeros]), q)


# %% polynomials: adds one zero too many at each end
# says: m + n - 1
def multiply(p, q):
    zeros = np.zeros(len(q))
    return cross_correlate(np.concatenate([zeros, p, zeros]), q[::-1])


# %% polynomials: keeps only the places where all of q fits
# says: ValueError
def multiply(p, q):
    return cross_correlate(p, q[::-1]) if len(p) > len(q) else p * q


# %% matrix: lets the filters run down the columns
# says: their order is not
def sliding_matrix(w, n):
    matrix = np.zeros((n, n - len(w) + 1))
    for i in range(n - len(w) + 1):
        matrix[i : i + len(w), i] = w
    return matrix


# %% matrix: turns the filter round
# says: flipped
def sliding_matrix(w, n):
    matrix = np.zeros((n - len(w) + 1, n))
    for i in range(n - len(w) + 1):
        matrix[i, i : i + len(w)] = w[::-1]
    return matrix


# %% matrix: makes a row for each input, going round at the end
# says: Rows are outputs
def sliding_matrix(w, n):
    first = np.concatenate([w, np.zeros(n - len(w))])
    return np.array([np.roll(first, i) for i in range(n)])


# %% matrix: keeps whole numbers only
# says: decimals
def sliding_matrix(w, n):
    matrix = np.zeros((n - len(w) + 1, n), dtype=int)
    for i in range(n - len(w) + 1):
        matrix[i, i : i + len(w)] = w
    return matrix


# %% design: sums instead of averaging
# says: a mean is smaller
average = [1, 1, 1, 1]
rise = [-1, 1]
later = [0, 0, 1]
peak = [-0.5, 1, -0.5]

# %% design: subtracts the wrong way round
# says: opposite sign
average = [0.25, 0.25, 0.25, 0.25]
rise = [1, -1]
later = [0, 0, 1]
peak = [-0.5, 1, -0.5]

# %% design: writes the filter from right to left
# says: reverse order
average = [0.25, 0.25, 0.25, 0.25]
rise = [-1, 1]
later = [1, 0, 0]
peak = [-0.5, 1, -0.5]

# %% design: takes away the sum of the neighbours
# says: not their mean
average = [0.25, 0.25, 0.25, 0.25]
rise = [-1, 1]
later = [0, 0, 1]
peak = [-1, 1, -1]


# %% layers: exchanges filters and channels for PyTorch
# says: which axis comes first
def for_pytorch(filters):
    return filters[None, :, :]


def for_keras(filters):
    return filters.T[:, None, :]


# %% layers: reshapes where axes have to be exchanged
# says: reshape does not exchange axes
def for_pytorch(filters):
    return filters[:, None, :]


def for_keras(filters):
    return filters.reshape(filters.shape[1], 1, filters.shape[0])


# %% layers: exchanges filters and channels for Keras
# says: which axis comes first
def for_pytorch(filters):
    return filters[:, None, :]


def for_keras(filters):
    return filters.T[:, :, None]


# %% layers: turns the filters round
# says: reverse order
def for_pytorch(filters):
    return filters[:, None, ::-1]


def for_keras(filters):
    return filters.T[::-1, None, :]


# %% mend: finds only the missing decimals
# says: shape of the input
def smooth(x, width):
    w = np.ones(width) / width
    y = np.zeros(len(x))
    for i in range(len(x) - width):
        y[i] = x[i : i + width] @ w
    return y


# %% mend: shortens the result, and still leaves out the last window
# says: 1 of 5 values wrong
def smooth(x, width):
    w = np.ones(width) / width
    y = np.zeros(len(x) - width + 1)
    for i in range(len(x) - width):
        y[i] = x[i : i + width] @ w
    return y


# %% mend: gets the length right, but keeps whole numbers
# says: lost its decimals
def smooth(x, width):
    w = np.ones(width) / width
    y = np.zeros_like(x[: len(x) - width + 1])
    for i in range(len(y)):
        y[i] = x[i : i + width] @ w
    return y


# %% sonar: forgets that the sound comes back
# says: down and up again
def depth_of(recording, whistle):
    return SPEED * np.argmax(np.correlate(recording, whistle, "valid")) / RATE


# %% sonar: takes the loudest moment for the echo
def depth_of(recording, whistle):
    return SPEED * np.argmax(recording) / RATE / 2


# %% sonar: counts from where the window first overlaps
# says: not from where it first fits
def depth_of(recording, whistle):
    return SPEED * np.argmax(np.correlate(recording, whistle, "full")) / RATE / 2


# %% sonar: turns the whistle round
def depth_of(recording, whistle):
    return SPEED * np.argmax(np.convolve(recording, whistle, "valid")) / RATE / 2
