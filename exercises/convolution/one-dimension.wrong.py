"""Wrong answers to the exercises of one-dimension.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% by-hand: counts the places from 1
# says: the first place is number 0
# - products = [0 * 1, 1 * -1, 3 * 2]
# + products = [2, 0, 2]

# %% by-hand: turns the filter round, as a convolution does
# says: flipped
# - [0 * 1, 1 * -1, 3 * 2]
# + [0 * 2, 1 * -1, 3 * 1]
# - [2 - 0 + 2, 0 - 1 + 6, 1 - 3 + 2]
# + [5, 2, 0]

# %% by-hand: lets windows hang over both edges
# says: One position too many
# - output = [2 - 0 + 2, 0 - 1 + 6, 1 - 3 + 2]
# + output = [-2, 4, 5, 0]

# %% by-hand: gives the sum where the products are asked for
# says: single number
# - products = [0 * 1, 1 * -1, 3 * 2]
# + products = 5

# %% by-hand: loses a sign
# says: the right sizes with the opposite sign
# - products = [0 * 1, 1 * -1, 3 * 2]
# + products = [0, 1, -6]

# %% how-many: forgets that the first place counts, too
# says: off by one
# - return max(0, n - k + 1)
# + return max(0, n - k)

# %% how-many: takes the output for as long as the input
# says: as long as the input
# - return max(0, n - k + 1)
# + return n

# %% how-many: counts less than no windows
# says: fewer outputs than none
# - return max(0, n - k + 1)
# + return n - k + 1

# %% how-many: counts windows that hang over the edges
# says: hang over the edge
# - return max(0, n - k + 1)
# + return n + k - 1

# %% how-many: prints the answer
# says: prints its result
# - return max(0, n - k + 1)
# + print(max(0, n - k + 1))

# %% layer: adds the bias after ReLU
# says: ReLU comes last
# - max(0, total + b)
# + max(0, total) + b

# %% layer: adds the bias to each product
# says: once for each output
# - x[i + j] * w[j]
# + x[i + j] * w[j] + b
# - max(0, total + b)
# + max(0, total)

# %% layer: turns the filter round
# says: flipped
# - x[i + j] * w[j]
# + x[i + j] * w[-1 - j]

# %% layer: makes the output as long as the input
# says: shape of the input
# - np.zeros(len(x) - len(w) + 1)
# + np.zeros(len(x))
# - range(len(y))
# + range(len(x) - len(w) + 1)

# %% layer: stops before the last window
# says: One position is missing
# - len(x) - len(w) + 1
# + len(x) - len(w)

# %% layer: collects the output in an array of whole numbers
# says: lost its decimals
# - np.zeros(len(x) - len(w) + 1)
# + np.zeros(len(x) - len(w) + 1, dtype=int)

# %% layer: writes the answer over its input
# says: in place
# -     return y
# +     x[: len(y)] = y
# +     return y

# %% polynomials: slides without turning
# says: is it flipped
# - q[::-1]
# + q

# %% polynomials: turns the wrong one and gets the result backwards
# says: reverse order
# - [zeros, p, zeros]
# + [zeros, p[::-1], zeros]
# - q[::-1]
# + q

# %% polynomials: adds one zero too many at each end
# says: m + n - 1
# - np.zeros(len(q) - 1)
# + np.zeros(len(q))


# %% polynomials: keeps only the places where all of q fits
# says: ValueError
def multiply(p, q):
    return cross_correlate(p, q[::-1]) if len(p) > len(q) else p * q


# %% matrix: lets the filters run down the columns
# says: their order is not
# - np.zeros((n - k + 1, n))
# + np.zeros((n, n - k + 1))
# - matrix[i, i : i + k]
# + matrix[i : i + k, i]

# %% matrix: turns the filter round
# says: flipped
# - matrix[i, i : i + k] = w
# + matrix[i, i : i + k] = w[::-1]


# %% matrix: makes a row for each input, going round at the end
# says: Rows are outputs
def sliding_matrix(w, n):
    first = np.concatenate([w, np.zeros(n - len(w))])
    return np.array([np.roll(first, i) for i in range(n)])


# %% matrix: keeps whole numbers only
# says: decimals
# - np.zeros((n - k + 1, n))
# + np.zeros((n - k + 1, n), dtype=int)

# %% design: sums instead of averaging
# says: a mean is smaller
# - average = [1 / 4, 1 / 4, 1 / 4, 1 / 4]
# + average = [1, 1, 1, 1]

# %% design: subtracts the wrong way round
# says: opposite sign
# - rise = [-1, 1]
# + rise = [1, -1]

# %% design: writes the filter from right to left
# says: reverse order
# - later = [0, 0, 1]
# + later = [1, 0, 0]

# %% design: takes away the sum of the neighbours
# says: not their mean
# - peak = [-1 / 2, 1, -1 / 2]
# + peak = [-1, 1, -1]

# %% layers: exchanges filters and channels for PyTorch
# says: which axis comes first
# - return filters[:, None, :]
# + return filters[None, :, :]

# %% layers: reshapes where axes have to be exchanged
# says: reshape does not exchange axes
# - return filters.T[:, None, :]
# + return filters.reshape(filters.shape[1], 1, filters.shape[0])

# %% layers: exchanges filters and channels for Keras
# says: which axis comes first
# - return filters.T[:, None, :]
# + return filters.T[:, :, None]

# %% layers: turns the filters round
# says: reverse order
# - return filters[:, None, :]
# + return filters[:, None, ::-1]
# - return filters.T[:, None, :]
# + return filters.T[::-1, None, :]

# %% mend: finds only the missing decimals
# says: shape of the input
# - np.zeros(len(x) - width + 1)
# + np.zeros(len(x))
# - range(len(y))
# + range(len(x) - width)

# %% mend: shortens the result, and still leaves out the last window
# says: 1 of 5 values wrong
# - range(len(y))
# + range(len(x) - width)

# %% mend: gets the length right, but keeps whole numbers
# says: lost its decimals
# - np.zeros(len(x) - width + 1)
# + np.zeros_like(x[: len(x) - width + 1])

# %% sonar: forgets that the sound comes back
# says: down and up again
# - SPEED * seconds / 2
# + SPEED * seconds

# %% sonar: takes the loudest moment for the echo
# says: louder than the echo
# - np.argmax(match)
# + np.argmax(recording)

# %% sonar: counts from where the window first overlaps
# says: not from where it first fits
# - mode="valid"
# + mode="full"

# %% sonar: turns the whistle round
# says: whistle reversed
# - np.correlate
# + np.convolve
