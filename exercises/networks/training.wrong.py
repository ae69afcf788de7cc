"""Wrong answers to the exercises of training.ipynb, as learners give them.

Each cell is a whole answer, headed by the name of the exercise and the misunderstanding behind it; the tests prove that
it loses marks. A line `says:` gives words from what the visible check must say; without it, only the hidden tests have
to notice.
"""

# ruff: noqa

# %% loss: counts in bits
# says: That is in bits
guessing = np.log2(20)
loss = np.log(4)
slopes = [-0.75, 0.75]

# %% loss: gives the probability
# says: That is the probability
guessing = 1 / 20
loss = 0.25
slopes = [-0.75, 0.75]

# %% loss: takes the second class for the right one
# says: if the second class
guessing = np.log(20)
loss = np.log(4 / 3)
slopes = [0.25, -0.25]

# %% loss: takes the logit for the loss
# says: not yet probabilities
guessing = np.log(20)
loss = np.log(3)
slopes = [-0.75, 0.75]

# %% loss: has the slopes the wrong way round
# says: opposite sign
guessing = np.log(20)
loss = np.log(4)
slopes = [0.75, -0.75]

# %% loss: forgets what is taken away
# says: These are the probabilities
guessing = np.log(20)
loss = np.log(4)
slopes = [0.25, 0.75]

# %% graph: takes q for its slope
# says: L is the square of it
slope_q = -2
slope_a = 2
slope_b = -4

# %% graph: follows only the product back
# says: comes by the product
slope_q = -4
slope_a = 8
slope_b = -8

# %% graph: follows only the sum back
# says: comes by the sum
slope_q = -4
slope_a = -4
slope_b = -8

# %% graph: gives the local slopes
# says: multiply it by what came
slope_q = -4
slope_a = -1
slope_b = 2

# %% graph: takes its own factor for the other one
# says: the other factor
slope_q = -4
slope_a = 4
slope_b = 8

# %% rates: lets the flattest direction decide
# says: The steepest direction decides
border = 2 / 0.5
factors = [0.925, -0.5]
steps = 89

# %% rates: takes 1 over the curvature
# says: it can still be larger
border = 1 / 10
factors = [0.925, -0.5]
steps = 89

# %% rates: leaves out the sign
# says: does y change
border = 0.2
factors = [0.925, 0.5]
steps = 89

# %% rates: gives what is taken away
# says: what is left
border = 0.2
factors = [0.075, 1.5]
steps = 89

# %% rates: waits for the fast direction
# says: That is the fast direction
border = 0.2
factors = [0.925, -0.5]
steps = 10

# %% rates: stops one step too early
# says: still a little above
border = 0.2
factors = [0.925, -0.5]
steps = 88


# %% rates: counts the start as a step
# says: below one step earlier
border = 0.2
factors = [0.925, -0.5]
steps = 90

# %% rates: does not count whole steps
# says: Steps are whole
border = 0.2
factors = [0.925, -0.5]
steps = np.log(0.001) / np.log(0.925)

# %% rates: goes uphill
# says: These go uphill
border = 0.2
factors = [1.075, 2.5]
steps = 89


# %% operations: takes the value of ReLU for its slope
# says: not its value
def relu(v):
    return Value(max(v.number, 0.0), [(v, max(v.number, 0.0))])


def power(v, n):
    return Value(v.number**n, [(v, n * v.number ** (n - 1))])


def divide(a, b):
    return Value(a.number / b.number, [(a, 1 / b.number), (b, -a.number / b.number**2)])


# %% operations: lets slopes through where ReLU is silent
# says: Below zero the slope is 0
def relu(v):
    return Value(max(v.number, 0.0), [(v, 1.0)])


def power(v, n):
    return Value(v.number**n, [(v, n * v.number ** (n - 1))])


def divide(a, b):
    return Value(a.number / b.number, [(a, 1 / b.number), (b, -a.number / b.number**2)])


# %% operations: has a slope at zero
# says: At 0 the slope
def relu(v):
    return Value(max(v.number, 0.0), [(v, float(v.number >= 0))])


def power(v, n):
    return Value(v.number**n, [(v, n * v.number ** (n - 1))])


def divide(a, b):
    return Value(a.number / b.number, [(a, 1 / b.number), (b, -a.number / b.number**2)])


# %% operations: forgets the factor n
# says: Where is the factor n
def relu(v):
    return Value(max(v.number, 0.0), [(v, float(v.number > 0))])


def power(v, n):
    return Value(v.number**n, [(v, v.number ** (n - 1))])


def divide(a, b):
    return Value(a.number / b.number, [(a, 1 / b.number), (b, -a.number / b.number**2)])


# %% operations: has the wrong sign below the line
# says: The larger b
def relu(v):
    return Value(max(v.number, 0.0), [(v, float(v.number > 0))])


def power(v, n):
    return Value(v.number**n, [(v, n * v.number ** (n - 1))])


def divide(a, b):
    return Value(a.number / b.number, [(a, 1 / b.number), (b, a.number / b.number**2)])


# %% operations: returns plain numbers
# says: must return a Value
def relu(v):
    return max(v.number, 0.0)


def power(v, n):
    return v.number**n


def divide(a, b):
    return a.number / b.number


# %% operations: loses the graph
# says: relu
def relu(v):
    return Value(max(v.number, 0.0))


def power(v, n):
    return Value(v.number**n)


def divide(a, b):
    return Value(a.number / b.number)


# %% operations: knows whole powers only
def relu(v):
    return Value(max(v.number, 0.0), [(v, float(v.number > 0))])


def power(v, n):
    end = v
    for _ in range(int(n) - 1):
        end = end * v
    return end


def divide(a, b):
    return Value(a.number / b.number, [(a, 1 / b.number), (b, -a.number / b.number**2)])


# %% layer: transposes the slopes of the weights
# says: Transposed
def layer_backward(x, w, delta):
    return delta.T @ x, delta.sum(axis=0), delta @ w.T


# %% layer: takes means over the examples
# says: A sum over the examples
def layer_backward(x, w, delta):
    return x.T @ delta / len(x), delta.mean(axis=0), delta @ w.T


# %% layer: adds along the outputs
# says: adds along the outputs
def layer_backward(x, w, delta):
    return x.T @ delta, delta.sum(axis=1), delta @ w.T


# %% layer: forgets to transpose the weights
# says: Which way round is w
def layer_backward(x, w, delta):
    return x.T @ delta, delta.sum(axis=0), delta @ w


# %% layer: hands delta on as it came
# says: the slopes along x
def layer_backward(x, w, delta):
    return x.T @ delta, delta.sum(axis=0), delta


# %% rmsprop: goes uphill
# says: goes uphill
def rmsprop(w, slope, rate, steps, alpha=0.99, eps=1e-8):
    v = np.zeros_like(w)
    for _ in range(steps):
        g = slope(w)
        v = alpha * v + (1 - alpha) * g**2
        w = w + rate * g / (np.sqrt(v) + eps)
    return w


# %% rmsprop: forgets the root
# says: Where is the root
def rmsprop(w, slope, rate, steps, alpha=0.99, eps=1e-8):
    v = np.zeros_like(w)
    for _ in range(steps):
        g = slope(w)
        v = alpha * v + (1 - alpha) * g**2
        w = w - rate * g / (v + eps)
    return w


# %% rmsprop: exchanges alpha and its complement
# says: exchanged
def rmsprop(w, slope, rate, steps, alpha=0.99, eps=1e-8):
    v = np.zeros_like(w)
    for _ in range(steps):
        g = slope(w)
        v = (1 - alpha) * v + alpha * g**2
        w = w - rate * g / (np.sqrt(v) + eps)
    return w


# %% rmsprop: corrects the start as Adam does
# says: Adam's correction
def rmsprop(w, slope, rate, steps, alpha=0.99, eps=1e-8):
    v = np.zeros_like(w)
    for t in range(1, steps + 1):
        g = slope(w)
        v = alpha * v + (1 - alpha) * g**2
        w = w - rate * g / (np.sqrt(v / (1 - alpha**t)) + eps)
    return w


# %% rmsprop: forgets what it has seen
# says: v begins at 0 once
def rmsprop(w, slope, rate, steps, alpha=0.99, eps=1e-8):
    for _ in range(steps):
        v = np.zeros_like(w)
        g = slope(w)
        v = alpha * v + (1 - alpha) * g**2
        w = w - rate * g / (np.sqrt(v) + eps)
    return w


# %% rmsprop: changes the weights that it was given
# says: in place
def rmsprop(w, slope, rate, steps, alpha=0.99, eps=1e-8):
    v = np.zeros_like(w)
    for _ in range(steps):
        g = slope(w)
        v = alpha * v + (1 - alpha) * g**2
        w -= rate * g / (np.sqrt(v) + eps)
    return w


# %% rmsprop: moves before v knows the slope
# says: before w moves
def rmsprop(w, slope, rate, steps, alpha=0.99, eps=1e-8):
    v = np.zeros_like(w)
    for _ in range(steps):
        g = slope(w)
        w = w - rate * g / (np.sqrt(v) + eps)
        v = alpha * v + (1 - alpha) * g**2
    return w


# %% rmsprop: keeps one number for all slopes
# says: a v of its own
def rmsprop(w, slope, rate, steps, alpha=0.99, eps=1e-8):
    v = 0
    for _ in range(steps):
        g = slope(w)
        v = alpha * v + (1 - alpha) * (g @ g)
        w = w - rate * g / (np.sqrt(v) + eps)
    return w


# %% rmsprop: puts epsilon under the root
def rmsprop(w, slope, rate, steps, alpha=0.99, eps=1e-8):
    v = np.zeros_like(w)
    for _ in range(steps):
        g = slope(w)
        v = alpha * v + (1 - alpha) * g**2
        w = w - rate * g / np.sqrt(v + eps)
    return w


# %% norm: uses the running numbers in training
# says: the batch's own numbers count
def batch_norm(x, mean, variance, training):
    y = (x - mean) / np.sqrt(variance + 1e-5)
    if not training:
        return y, mean, variance
    new_mean = 0.9 * mean + 0.1 * x.mean(axis=0)
    return y, new_mean, 0.9 * variance + 0.1 * x.var(axis=0, ddof=1)


# %% norm: normalises with n - 1
# says: divides by n, not by n - 1
def batch_norm(x, mean, variance, training):
    if not training:
        return (x - mean) / np.sqrt(variance + 1e-5), mean, variance
    y = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0, ddof=1) + 1e-5)
    new_mean = 0.9 * mean + 0.1 * x.mean(axis=0)
    return y, new_mean, 0.9 * variance + 0.1 * x.var(axis=0, ddof=1)


# %% norm: goes nine tenths of the way
# says: not nine tenths
def batch_norm(x, mean, variance, training):
    if not training:
        return (x - mean) / np.sqrt(variance + 1e-5), mean, variance
    y = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
    new_mean = 0.1 * mean + 0.9 * x.mean(axis=0)
    return y, new_mean, 0.1 * variance + 0.9 * x.var(axis=0, ddof=1)


# %% norm: keeps the biased variance
# says: divided by n - 1
def batch_norm(x, mean, variance, training):
    if not training:
        return (x - mean) / np.sqrt(variance + 1e-5), mean, variance
    y = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
    new_mean = 0.9 * mean + 0.1 * x.mean(axis=0)
    return y, new_mean, 0.9 * variance + 0.1 * x.var(axis=0)


# %% norm: does the same in both modes
# says: Outside training the running numbers count
def batch_norm(x, mean, variance, training):
    y = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
    new_mean = 0.9 * mean + 0.1 * x.mean(axis=0)
    return y, new_mean, 0.9 * variance + 0.1 * x.var(axis=0, ddof=1)


# %% norm: normalises with the running numbers it has moved
# says: do not normalise here
def batch_norm(x, mean, variance, training):
    if training:
        mean = 0.9 * mean + 0.1 * x.mean(axis=0)
        variance = 0.9 * variance + 0.1 * x.var(axis=0, ddof=1)
    return (x - mean) / np.sqrt(variance + 1e-5), mean, variance


# %% norm: changes the running numbers in place
# says: in place
def batch_norm(x, mean, variance, training):
    if not training:
        return (x - mean) / np.sqrt(variance + 1e-5), mean, variance
    y = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
    mean += 0.1 * (x.mean(axis=0) - mean)
    variance += 0.1 * (x.var(axis=0, ddof=1) - variance)
    return y, mean, variance


# %% norm: normalises each example by itself
# says: One mean for each unit
def batch_norm(x, mean, variance, training):
    if not training:
        return (x - mean) / np.sqrt(variance + 1e-5), mean, variance
    y = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
    new_mean = 0.9 * mean + 0.1 * x.mean(axis=0)
    return y, new_mean, 0.9 * variance + 0.1 * x.var(axis=0, ddof=1)


# %% diagnosis: takes the leak for a choice
# says: copies of a picture
diagnosis = [5, 1, 2, 6, 4, 3]

# %% diagnosis: exchanges too small and too large
# says: a loss that comes back
diagnosis = [4, 2, 1, 6, 5, 3]

# %% diagnosis: takes the leak for learning by heart
# says: the gap between
diagnosis = [3, 1, 2, 6, 5, 4]

# %% diagnosis: blames the rate for the first loss
# says: before any step
diagnosis = [4, 1, 6, 2, 5, 3]

# %% diagnosis: uses one answer twice
# says: used once
diagnosis = [4, 1, 2, 2, 5, 3]
