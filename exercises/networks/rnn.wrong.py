"""Wrong answers to the exercises of rnn.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% hand: forgets the ReLU
# says: Where is the ReLU
# - [[2, 1], [2, 4], [0, 3]]
# + [[2, 1], [2, 4], [-2, 3]]
# - [[0, 0], [2, -2]]
# + [[-1, -1], [2, -2]]

# %% hand: transposes W
# says: W is transposed
# - states = [[2, 1], [2, 4], [0, 3]]
# + states = [[2, 1], [5, 0], [5, 0]]

# %% hand: has no memory
# says: The state of the step before
# - [[2, 1], [2, 4], [0, 3]]
# + [[2, 1], [1, 0], [0, 0]]
# - [[0, 0], [2, -2]]
# + [[0, 0], [0, 0]]

# %% hand: lets a unit at rest pass the gradient on
# says: at rest
# - derivative = [[0, 0], [2, -2]]
# + derivative = [[-1, -1], [2, -2]]

# %% hand: goes back one step only
# says: one step back
# - derivative = [[0, 0], [2, -2]]
# + derivative = [[0, 0], [2, 0]]

# %% hand: transposes the derivative
# says: transpose
# - derivative = [[0, 0], [2, -2]]
# + derivative = [[0, 2], [0, -2]]

# %% parameters: counts one bias everywhere
# says: two vectors of biases
# - 2 if framework == "pytorch" or kind == "GRU" else 1
# + 1

# %% parameters: counts two biases everywhere
# says: Does Keras keep two biases
# - 2 if framework == "pytorch" or kind == "GRU" else 1
# + 2

# %% parameters: forgets the biases
# says: Where are the biases
# - units + inputs + biases
# + units + inputs

# %% parameters: forgets the recurrent weights
# says: states of all units
# - units + inputs
# + inputs

# %% parameters: counts the gates and not the new content
# says: and the new content
# - {"RNN": 1, "LSTM": 4, "GRU": 3}
# + {"RNN": 1, "LSTM": 3, "GRU": 2}

# %% parameters: takes Keras' GRU for one with a single bias
# says: after the matrix
# - 2 if framework == "pytorch" or kind == "GRU" else 1
# + 2 if framework == "pytorch" else 1

# %% parameters: gives a GRU the blocks of an LSTM
# says: one block less
# - {"RNN": 1, "LSTM": 4, "GRU": 3}[kind]
# + 1 if kind == "RNN" else 4


# %% parameters: knows the sizes of the example only
# only hidden tests: the check asks for those sizes alone
def parameters(kind, inputs, units, framework):
    return {"RNN": 50 if framework == "pytorch" else 45, "LSTM": 200, "GRU": 150}[kind]


# %% both: does not turn the second reader's states round
# says: in which it has read
# - rnn(x[::-1], *backwards)[::-1]
# + rnn(x[::-1], *backwards)

# %% both: reads in one direction with both
# says: in the same direction
# - rnn(x[::-1], *backwards)[::-1]
# + rnn(x, *backwards)

# %% both: reverses the states and not the sequence
# says: It is the sequence
# - rnn(x[::-1], *backwards)[::-1]
# + rnn(x, *backwards)[::-1]

# %% both: exchanges the readers
# says: changed places
# - there, back])
# + back, there])

# %% both: adds the states
# says: side by side
# - np.hstack([there, back])
# + there + back

# %% both: puts one reader under the other
# says: One row for each step
# - np.hstack
# + np.vstack

# %% truncated: forgets the slope of tanh
# says: slope of tanh
# - (1 - h[t] ** 2) * error
# + error

# %% truncated: lets W meet the new state
# says: the state of the step before
# - before[t]
# + h[t]

# %% truncated: goes one step too far
# says: through two steps
# - len(x) - 1 - k
# + len(x) - 2 - k

# %% truncated: does not transpose W
# says: W transposed
# - W.T @ delta
# + W @ delta

# %% truncated: goes uphill
# says: uphill
# - h[-1] - y
# + y - h[-1]

# %% truncated: stops after the last step
# says: both count
# - max(len(x) - 1 - k, -1)
# + len(x) - 2

# %% truncated: ignores k
# says: whatever k is
# - max(len(x) - 1 - k, -1)
# + -1

# %% truncated: starts the forward pass k steps before the end
# says: nothing but zeros
# - rnn(x, W, U, b)
# + rnn(x[-k:], W, U, b)
# - range(len(x) - 1, max(len(x) - 1 - k, -1), -1)
# + reversed(range(len(h)))

# %% encode: still reads the padding
# says: after the padding
# - states[np.arange(len(sequences)), lengths - 1]
# + states[:, -1]

# %% encode: leaves the order of the lengths
# says: in the order of the lengths
# -     lengths = np.array([len(sequence) for sequence in sequences])
# +     sequences = sorted(sequences, key=len, reverse=True)
# +     lengths = np.array([len(sequence) for sequence in sequences])

# %% encode: sorts a second time instead of back
# says: argsort(order)
# -     lengths = np.array([len(sequence) for sequence in sequences])
# +     order = np.argsort([-len(sequence) for sequence in sequences])
# +     sequences = [sequences[i] for i in order]
# +     lengths = np.array([len(sequence) for sequence in sequences])
# - .detach().numpy()
# + .detach().numpy()[order]


# %% encode: repeats the faulty function
# says: and in the order
def encode(sequences, layer):
    return encode_faulty(sequences, layer)


# %% encode: is one step past the end
# says: values wrong
# - lengths.max()
# + lengths.max() + 1
# - lengths - 1
# + lengths


# %% encode: reads each sequence by itself
# only hidden tests: the states are right, and only there the calls are counted
def encode(sequences, layer):
    return np.array([by_itself(sequence, layer) for sequence in sequences])


# %% bias: keeps the share over one step
# says: over lag steps
# - share ** (1 / lag)
# + share

# %% bias: divides instead of taking the root
# says: Each step multiplies
# - share ** (1 / lag)
# + share / lag

# %% bias: closes the gate
# says: opposite sign
# - return np.log(keep / (1 - keep))
# + return np.log((1 - keep) / keep)

# %% bias: gives what the gate keeps
# says: bias_for
# - np.log(keep / (1 - keep))
# + keep

# %% bias: multiplies the bias of one step by the steps
# says: the share multiplies, not the bias
# - share ** (1 / lag)
# + share
# - np.log(keep
# + lag * np.log(keep

# %% bias: takes log to base 2
# says: natural logarithm
# - return np.log(keep / (1 - keep))
# + return np.log2(keep / (1 - keep))

# %% bias: raises to the lag
# says: which number, raised to lag
# - keep = share ** (1 / lag)
# + keep = share**lag

# %% direct: keeps inputs without a target
# says: has no target
# - n = len(series) - p - h + 1
# + n = len(series) - p

# %% direct: puts the newest year first
# says: newest year comes last
# - [series[i : i + p] for i in range(n)]
# + [series[i : i + p][::-1] for i in range(n)]
# - X = np.array([series[i : i + p]
# + X = np.array([series[i : i + p][::-1]

# %% direct: counts h from the first target
# says: One position is missing
# - n = len(series) - p - h + 1
# + n = len(series) - p - h
# - np.array(series[p + h - 1 :])
# + np.array(series[p + h :])
# - range(len(series) - p - h + 1)
# + range(len(series) - p - h)
# - A, series[p + h - 1 :]
# + A, series[p + h :]

# %% direct: takes the next year as the target
# says: one year too early
# - np.array(series[p + h - 1 :])
# + np.array(series[p : len(series) - h + 1])
# - A, series[p + h - 1 :]
# + A, series[p : len(series) - h + 1]

# %% direct: has no constant
# says: p weights and the constant
# - A = np.column_stack([X, np.ones(len(X))])
# + A = X

# %% direct: puts the constant first
# says: The constant comes last
# - [X, np.ones(len(X))]
# + [np.ones(len(X)), X]

# %% switch: forgets
# says: forgets
# - w, u, b = 2.5, 4, 0
# + w, u, b = 0.9, 3, 0

# %% switch: cannot be turned over
# says: does not turn the switch over
# - w, u, b = 2.5, 4, 0
# + w, u, b = 5, 3, 0

# %% switch: is turned over by noise
# says: An input of 0.15
# - w, u, b = 2.5, 4, 0
# + w, u, b = 1.3, 8, 0

# %% switch: prefers to be on
# says: turns back by itself
# - w, u, b = 2.5, 4, 0
# + w, u, b = 2, 5, 1

# %% switch: holds too little
# says: not always beyond
# - w, u, b = 2.5, 4, 0
# + w, u, b = 1.8, 2.5, 0

# %% switch: is turned on by a negative pulse
# says: does not turn the switch over
# - w, u, b = 2.5, 4, 0
# + w, u, b = 2.5, -4, 0

# %% switch: swings from side to side
# says: not always beyond
# - w, u, b = 2.5, 4, 0
# + w, u, b = -2.5, 4, 0

# %% switch: is no memory but a copy of the input
# says: forgets
# - w, u, b = 2.5, 4, 0
# + w, u, b = 0, 3, 0
