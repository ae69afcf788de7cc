"""Wrong answers to the exercises of rnn.ipynb, as learners give them.

Each cell is a whole answer, headed by the name of the exercise and the misunderstanding behind it; the tests prove that
it loses marks. A line `says:` gives words from what the visible check must say; without it, only the hidden tests have
to notice.
"""

# ruff: noqa

# %% hand: forgets the ReLU
# says: Where is the ReLU
states = [[2, 1], [2, 4], [-2, 3]]
derivative = [[-1, -1], [2, -2]]

# %% hand: transposes W
# says: W is transposed
states = [[2, 1], [5, 0], [5, 0]]
derivative = [[0, 0], [2, -2]]

# %% hand: has no memory
# says: The state of the step before
states = [[2, 1], [1, 0], [0, 0]]
derivative = [[0, 0], [0, 0]]

# %% hand: lets a unit at rest pass the gradient on
# says: at rest
states = [[2, 1], [2, 4], [0, 3]]
derivative = [[-1, -1], [2, -2]]

# %% hand: goes back one step only
# says: one step back
states = [[2, 1], [2, 4], [0, 3]]
derivative = [[0, 0], [2, 0]]

# %% hand: transposes the derivative
# says: transpose
states = [[2, 1], [2, 4], [0, 3]]
derivative = [[0, 2], [0, -2]]


# %% parameters: counts one bias everywhere
# says: two vectors of biases
def parameters(kind, inputs, units, framework):
    blocks = {"RNN": 1, "LSTM": 4, "GRU": 3}[kind]
    return blocks * units * (units + inputs + 1)


# %% parameters: counts two biases everywhere
# says: Does Keras keep two biases
def parameters(kind, inputs, units, framework):
    blocks = {"RNN": 1, "LSTM": 4, "GRU": 3}[kind]
    return blocks * units * (units + inputs + 2)


# %% parameters: forgets the biases
# says: Where are the biases
def parameters(kind, inputs, units, framework):
    blocks = {"RNN": 1, "LSTM": 4, "GRU": 3}[kind]
    return blocks * units * (units + inputs)


# %% parameters: forgets the recurrent weights
# says: states of all units
def parameters(kind, inputs, units, framework):
    blocks = {"RNN": 1, "LSTM": 4, "GRU": 3}[kind]
    biases = 2 if framework == "pytorch" or kind == "GRU" else 1
    return blocks * units * (inputs + biases)


# %% parameters: counts the gates and not the new content
# says: and the new content
def parameters(kind, inputs, units, framework):
    blocks = {"RNN": 1, "LSTM": 3, "GRU": 2}[kind]
    biases = 2 if framework == "pytorch" or kind == "GRU" else 1
    return blocks * units * (units + inputs + biases)


# %% parameters: takes Keras' GRU for one with a single bias
# says: after the matrix
def parameters(kind, inputs, units, framework):
    blocks = {"RNN": 1, "LSTM": 4, "GRU": 3}[kind]
    biases = 2 if framework == "pytorch" else 1
    return blocks * units * (units + inputs + biases)


# %% parameters: gives a GRU the blocks of an LSTM
# says: one block less
def parameters(kind, inputs, units, framework):
    blocks = 1 if kind == "RNN" else 4
    biases = 2 if framework == "pytorch" or kind == "GRU" else 1
    return blocks * units * (units + inputs + biases)


# %% parameters: knows the sizes of the example only
def parameters(kind, inputs, units, framework):
    return {"RNN": 50 if framework == "pytorch" else 45, "LSTM": 200, "GRU": 150}[kind]


# %% both: does not turn the second reader's states round
# says: in which it has read
def both_ways(x, forwards, backwards):
    return np.hstack([rnn(x, *forwards), rnn(x[::-1], *backwards)])


# %% both: reads in one direction with both
# says: in the same direction
def both_ways(x, forwards, backwards):
    return np.hstack([rnn(x, *forwards), rnn(x, *backwards)])


# %% both: reverses the states and not the sequence
def both_ways(x, forwards, backwards):
    return np.hstack([rnn(x, *forwards), rnn(x, *backwards)[::-1]])


# %% both: exchanges the readers
# says: changed places
def both_ways(x, forwards, backwards):
    return np.hstack([rnn(x[::-1], *backwards)[::-1], rnn(x, *forwards)])


# %% both: adds the states
# says: side by side
def both_ways(x, forwards, backwards):
    return rnn(x, *forwards) + rnn(x[::-1], *backwards)[::-1]


# %% both: puts one reader under the other
# says: One row for each step
def both_ways(x, forwards, backwards):
    return np.vstack([rnn(x, *forwards), rnn(x[::-1], *backwards)[::-1]])


# %% truncated: forgets the slope of tanh
# says: slope of tanh
def truncated(x, y, W, U, b, k):
    h = rnn(x, W, U, b)
    before = np.vstack([np.zeros(len(b)), h[:-1]])
    gradient, error = np.zeros(W.shape), h[-1] - y
    for t in range(len(x) - 1, max(len(x) - 1 - k, -1), -1):
        gradient = gradient + np.outer(error, before[t])
        error = W.T @ error
    return gradient


# %% truncated: lets W meet the new state
# says: the state of the step before
def truncated(x, y, W, U, b, k):
    h = rnn(x, W, U, b)
    gradient, error = np.zeros(W.shape), h[-1] - y
    for t in range(len(x) - 1, max(len(x) - 1 - k, -1), -1):
        delta = (1 - h[t] ** 2) * error
        gradient = gradient + np.outer(delta, h[t])
        error = W.T @ delta
    return gradient


# %% truncated: goes one step too far
# says: through two steps
def truncated(x, y, W, U, b, k):
    h = rnn(x, W, U, b)
    before = np.vstack([np.zeros(len(b)), h[:-1]])
    gradient, error = np.zeros(W.shape), h[-1] - y
    for t in range(len(x) - 1, max(len(x) - 2 - k, -1), -1):
        delta = (1 - h[t] ** 2) * error
        gradient = gradient + np.outer(delta, before[t])
        error = W.T @ delta
    return gradient


# %% truncated: does not transpose W
# says: W transposed
def truncated(x, y, W, U, b, k):
    h = rnn(x, W, U, b)
    before = np.vstack([np.zeros(len(b)), h[:-1]])
    gradient, error = np.zeros(W.shape), h[-1] - y
    for t in range(len(x) - 1, max(len(x) - 1 - k, -1), -1):
        delta = (1 - h[t] ** 2) * error
        gradient = gradient + np.outer(delta, before[t])
        error = W @ delta
    return gradient


# %% truncated: goes uphill
# says: uphill
def truncated(x, y, W, U, b, k):
    h = rnn(x, W, U, b)
    before = np.vstack([np.zeros(len(b)), h[:-1]])
    gradient, error = np.zeros(W.shape), y - h[-1]
    for t in range(len(x) - 1, max(len(x) - 1 - k, -1), -1):
        delta = (1 - h[t] ** 2) * error
        gradient = gradient + np.outer(delta, before[t])
        error = W.T @ delta
    return gradient


# %% truncated: stops after the last step
# says: both count
def truncated(x, y, W, U, b, k):
    h = rnn(x, W, U, b)
    return np.outer((1 - h[-1] ** 2) * (h[-1] - y), h[-2])


# %% truncated: ignores k
# says: whatever k is
def truncated(x, y, W, U, b, k):
    h = rnn(x, W, U, b)
    before = np.vstack([np.zeros(len(b)), h[:-1]])
    gradient, error = np.zeros(W.shape), h[-1] - y
    for t in reversed(range(len(x))):
        delta = (1 - h[t] ** 2) * error
        gradient = gradient + np.outer(delta, before[t])
        error = W.T @ delta
    return gradient


# %% truncated: starts the forward pass k steps before the end
def truncated(x, y, W, U, b, k):
    h = rnn(x[-k:], W, U, b)
    before = np.vstack([np.zeros(len(b)), h[:-1]])
    gradient, error = np.zeros(W.shape), h[-1] - y
    for t in reversed(range(len(h))):
        delta = (1 - h[t] ** 2) * error
        gradient = gradient + np.outer(delta, before[t])
        error = W.T @ delta
    return gradient


# %% encode: still reads the padding
# says: after the padding
def encode(sequences, layer):
    batch = torch.zeros(len(sequences), max(map(len, sequences)), layer.input_size)
    for row, sequence in zip(batch, sequences):
        row[: len(sequence)] = torch.tensor(sequence)
    return layer(batch)[0][:, -1].detach().numpy()


# %% encode: leaves the order of the lengths
# says: in the order of the lengths
def encode(sequences, layer):
    order = np.argsort([-len(sequence) for sequence in sequences])
    lengths = np.array([len(sequences[i]) for i in order])
    batch = torch.zeros(len(sequences), lengths[0], layer.input_size)
    for row, i in zip(batch, order):
        row[: len(sequences[i])] = torch.tensor(sequences[i])
    states, _ = layer(batch)
    return states[np.arange(len(order)), lengths - 1].detach().numpy()


# %% encode: sorts a second time instead of back
# says: argsort(order)
def encode(sequences, layer):
    order = np.argsort([-len(sequence) for sequence in sequences])
    lengths = np.array([len(sequences[i]) for i in order])
    batch = torch.zeros(len(sequences), lengths[0], layer.input_size)
    for row, i in zip(batch, order):
        row[: len(sequences[i])] = torch.tensor(sequences[i])
    states, _ = layer(batch)
    return states[np.arange(len(order)), lengths - 1].detach().numpy()[order]


# %% encode: repeats the faulty function
# says: and in the order
def encode(sequences, layer):
    return encode_faulty(sequences, layer)


# %% encode: is one step past the end
def encode(sequences, layer):
    lengths = np.array([len(sequence) for sequence in sequences])
    batch = torch.zeros(len(sequences), lengths.max() + 1, layer.input_size)
    for row, sequence in zip(batch, sequences):
        row[: len(sequence)] = torch.tensor(sequence)
    states, _ = layer(batch)
    return states[np.arange(len(sequences)), lengths].detach().numpy()


# %% encode: reads each sequence by itself
def encode(sequences, layer):
    return np.array([by_itself(sequence, layer) for sequence in sequences])


# %% bias: keeps the share over one step
# says: over lag steps
def bias_for(share, lag):
    return np.log(share / (1 - share))


# %% bias: divides instead of taking the root
# says: Each step multiplies
def bias_for(share, lag):
    return np.log((share / lag) / (1 - share / lag))


# %% bias: closes the gate
# says: opposite sign
def bias_for(share, lag):
    keep = share ** (1 / lag)
    return np.log((1 - keep) / keep)


# %% bias: gives what the gate keeps
# says: bias_for
def bias_for(share, lag):
    return share ** (1 / lag)


# %% bias: multiplies the bias of one step by the steps
def bias_for(share, lag):
    return lag * np.log(share / (1 - share))


# %% bias: takes log to base 2
def bias_for(share, lag):
    keep = share ** (1 / lag)
    return np.log2(keep / (1 - keep))


# %% bias: raises to the lag
def bias_for(share, lag):
    keep = share**lag
    return np.log(keep / (1 - keep))


# %% direct: keeps inputs without a target
# says: has no target
def examples(series, p, h):
    return np.array([series[i : i + p] for i in range(len(series) - p)])


def targets(series, p, h):
    return series[p + h - 1 :]


def direct(series, p, h):
    X = np.array([series[i : i + p] for i in range(len(series) - p - h + 1)])
    return np.linalg.lstsq(np.c_[X, np.ones(len(X))], series[p + h - 1 :], rcond=None)[0]


# %% direct: puts the newest year first
# says: newest year comes last
def examples(series, p, h):
    return np.array([series[i : i + p][::-1] for i in range(len(series) - p - h + 1)])


def targets(series, p, h):
    return series[p + h - 1 :]


def direct(series, p, h):
    X = np.array([series[i : i + p][::-1] for i in range(len(series) - p - h + 1)])
    return np.linalg.lstsq(np.c_[X, np.ones(len(X))], series[p + h - 1 :], rcond=None)[0]


# %% direct: counts h from the first target
def examples(series, p, h):
    return np.array([series[i : i + p] for i in range(len(series) - p - h)])


def targets(series, p, h):
    return series[p + h :]


def direct(series, p, h):
    X = np.array([series[i : i + p] for i in range(len(series) - p - h)])
    return np.linalg.lstsq(np.c_[X, np.ones(len(X))], series[p + h :], rcond=None)[0]


# %% direct: takes the next year as the target
# says: one year too early
def examples(series, p, h):
    return np.array([series[i : i + p] for i in range(len(series) - p - h + 1)])


def targets(series, p, h):
    return series[p : len(series) - h + 1]


def direct(series, p, h):
    X = np.array([series[i : i + p] for i in range(len(series) - p - h + 1)])
    y = series[p : len(series) - h + 1]
    return np.linalg.lstsq(np.c_[X, np.ones(len(X))], y, rcond=None)[0]


# %% direct: has no constant
# says: p weights and the constant
def examples(series, p, h):
    return np.array([series[i : i + p] for i in range(len(series) - p - h + 1)])


def targets(series, p, h):
    return series[p + h - 1 :]


def direct(series, p, h):
    X = np.array([series[i : i + p] for i in range(len(series) - p - h + 1)])
    return np.linalg.lstsq(X, series[p + h - 1 :], rcond=None)[0]


# %% direct: puts the constant first
# says: The constant comes last
def examples(series, p, h):
    return np.array([series[i : i + p] for i in range(len(series) - p - h + 1)])


def targets(series, p, h):
    return series[p + h - 1 :]


def direct(series, p, h):
    X = np.array([series[i : i + p] for i in range(len(series) - p - h + 1)])
    return np.linalg.lstsq(np.c_[np.ones(len(X)), X], series[p + h - 1 :], rcond=None)[0]


# %% switch: forgets
# says: forgets
w, u, b = 0.9, 3, 0

# %% switch: cannot be turned over
# says: does not turn the switch over
w, u, b = 5, 3, 0

# %% switch: is turned over by noise
# says: An input of 0.15
w, u, b = 1.3, 8, 0

# %% switch: prefers to be on
# says: turns back by itself
w, u, b = 2, 5, 1

# %% switch: holds too little
# says: not always beyond
w, u, b = 1.8, 2.5, 0

# %% switch: is turned on by a negative pulse
# says: does not turn the switch over
w, u, b = 2.5, -4, 0

# %% switch: swings from side to side
# says: not always beyond
w, u, b = -2.5, 4, 0

# %% switch: is no memory but a copy of the input
# says: forgets
w, u, b = 0, 3, 0
