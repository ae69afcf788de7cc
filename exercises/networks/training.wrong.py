"""Wrong answers to the exercises of training.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% loss: counts in bits
# says: That is in bits
# - guessing = np.log(20)
# + guessing = np.log2(20)

# %% loss: gives the probability
# says: That is the probability
# - guessing = np.log(20)
# + guessing = 1 / 20
# - loss = np.log(4)
# + loss = 0.25

# %% loss: takes the second class for the right one
# says: if the second class
# - loss = np.log(4)
# + loss = np.log(4 / 3)
# - slopes = [1 / 4 - 1, 3 / 4]
# + slopes = [0.25, -0.25]

# %% loss: takes the logit for the loss
# says: not yet probabilities
# - loss = np.log(4)
# + loss = np.log(3)

# %% loss: has the slopes the wrong way round
# says: opposite sign
# - slopes = [1 / 4 - 1, 3 / 4]
# + slopes = [0.75, -0.75]

# %% loss: forgets what is taken away
# says: These are the probabilities
# - slopes = [1 / 4 - 1, 3 / 4]
# + slopes = [0.25, 0.75]

# %% graph: takes q for its slope
# says: L is the square of it
# - slope_q = 2 * q
# + slope_q = q

# %% graph: follows only the product back
# says: comes by the product
# - slope_a = slope_q * -2 + slope_q * 1
# + slope_a = 8

# %% graph: follows only the sum back
# says: comes by the sum
# - slope_a = slope_q * -2 + slope_q * 1
# + slope_a = -4

# %% graph: gives the local slopes
# says: multiply it by what came
# - slope_a = slope_q * -2 + slope_q * 1
# + slope_a = -1
# - slope_b = slope_q * 2
# + slope_b = 2

# %% graph: takes its own factor for the other one
# says: the other factor
# - slope_b = slope_q * 2
# + slope_b = 8

# %% rates: lets the flattest direction decide
# says: The steepest direction decides
# - border = 2 / 10
# + border = 2 / 0.5

# %% rates: takes 1 over the curvature
# says: it can still be larger
# - border = 2 / 10
# + border = 1 / 10

# %% rates: leaves out the sign
# says: does y change
# - factors = [1 - 0.15 * 0.5, 1 - 0.15 * 10]
# + factors = [0.925, 0.5]

# %% rates: gives what is taken away
# says: what is left
# - factors = [1 - 0.15 * 0.5, 1 - 0.15 * 10]
# + factors = [0.075, 1.5]

# %% rates: waits for the fast direction
# says: That is the fast direction
# - size * factors[0]
# + size * abs(factors[1])

# %% rates: stops one step too early
# says: still a little above
# - steps, size = 0, 1.0
# + steps, size = -1, 1.0

# %% rates: counts the start as a step
# says: below one step earlier
# - steps, size = 0, 1.0
# + steps, size = 1, 1.0

# %% rates: does not count whole steps
# says: Steps are whole
border = 0.2
factors = [0.925, -0.5]
steps = np.log(0.001) / np.log(0.925)

# %% rates: goes uphill
# says: These go uphill
# - factors = [1 - 0.15 * 0.5, 1 - 0.15 * 10]
# + factors = [1.075, 2.5]
# - size * factors[0]
# + size / factors[0]

# %% operations: takes the value of ReLU for its slope
# says: not its value
# - float(v.number > 0)
# + max(v.number, 0.0)

# %% operations: lets slopes through where ReLU is silent
# says: Below zero the slope is 0
# - float(v.number > 0)
# + 1.0

# %% operations: has a slope at zero
# says: At 0 the slope
# - v.number > 0
# + v.number >= 0

# %% operations: forgets the factor n
# says: Where is the factor n
# - n * v.number ** (n - 1)
# + v.number ** (n - 1)

# %% operations: has the wrong sign below the line
# says: The larger b
# - -a.number / b.number**2
# + a.number / b.number**2

# %% operations: returns plain numbers
# says: must return a Value
# - Value(max(v.number, 0.0), [(v, float(v.number > 0))])
# + max(v.number, 0.0)
# - Value(v.number**n, [(v, n * v.number ** (n - 1))])
# + v.number**n
# - Value(a.number / b.number, local)
# + a.number / b.number

# %% operations: loses the graph
# says: relu
# - Value(max(v.number, 0.0), [(v, float(v.number > 0))])
# + Value(max(v.number, 0.0))
# - Value(v.number**n, [(v, n * v.number ** (n - 1))])
# + Value(v.number**n)
# - Value(a.number / b.number, local)
# + Value(a.number / b.number)

# %% operations: knows whole powers only
# says: 2 of 2 values wrong
# -     return Value(v.number**n, [(v, n * v.number ** (n - 1))])
# +     end = v
# +     for _ in range(int(n) - 1):
# +         end = end * v
# +     return end

# %% layer: transposes the slopes of the weights
# says: Transposed
# - x.T @ delta
# + delta.T @ x

# %% layer: takes means over the examples
# says: A sum over the examples
# - x.T @ delta, delta.sum(axis=0), delta @ w.T
# + x.T @ delta / len(x), delta.mean(axis=0), delta @ w.T

# %% layer: adds along the outputs
# says: adds along the outputs
# - axis=0
# + axis=1

# %% layer: forgets to transpose the weights
# says: Which way round is w
# - delta @ w.T
# + delta @ w

# %% layer: hands delta on as it came
# says: the slopes along x
# - delta @ w.T
# + delta

# %% rmsprop: goes uphill
# says: goes uphill
# - w = w - rate * g / (np.sqrt(v) + eps)
# + w = w + rate * g / (np.sqrt(v) + eps)

# %% rmsprop: forgets the root
# says: Where is the root
# - w = w - rate * g / (np.sqrt(v) + eps)
# + w = w - rate * g / (v + eps)

# %% rmsprop: exchanges alpha and its complement
# says: exchanged
# - v = alpha * v + (1 - alpha) * g**2
# + v = (1 - alpha) * v + alpha * g**2

# %% rmsprop: corrects the start as Adam does
# says: Adam's correction
# - for _ in range(steps):
# + for t in range(1, steps + 1):
# - w = w - rate * g / (np.sqrt(v) + eps)
# + w = w - rate * g / (np.sqrt(v / (1 - alpha**t)) + eps)

# %% rmsprop: forgets what it has seen
# says: v begins at 0 once
# -     for _ in range(steps):
# +     for _ in range(steps):
# +         v = np.zeros_like(w)

# %% rmsprop: changes the weights that it was given
# says: in place
# - w = w - rate * g / (np.sqrt(v) + eps)
# + w -= rate * g / (np.sqrt(v) + eps)

# %% rmsprop: moves before v knows the slope
# says: before w moves
# -         v = alpha * v + (1 - alpha) * g**2
# -         w = w - rate * g / (np.sqrt(v) + eps)
# +         w = w - rate * g / (np.sqrt(v) + eps)
# +         v = alpha * v + (1 - alpha) * g**2

# %% rmsprop: keeps one number for all slopes
# says: a v of its own
# - v = np.zeros_like(w)
# + v = 0
# - v = alpha * v + (1 - alpha) * g**2
# + v = alpha * v + (1 - alpha) * (g @ g)

# %% rmsprop: puts epsilon under the root
# only hidden tests: the check's slopes are much larger than epsilon
# - w = w - rate * g / (np.sqrt(v) + eps)
# + w = w - rate * g / np.sqrt(v + eps)

# %% norm: uses the running numbers in training
# says: the batch's own numbers count
# - (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
# + (x - mean) / np.sqrt(variance + 1e-5)

# %% norm: normalises with n - 1
# says: divides by n, not by n - 1
# - x.var(axis=0)
# + x.var(axis=0, ddof=1)

# %% norm: goes nine tenths of the way
# says: not nine tenths
# - 0.9 * mean + 0.1 * x.mean(axis=0)
# + 0.1 * mean + 0.9 * x.mean(axis=0)
# - 0.9 * variance + 0.1 * x.var(axis=0, ddof=1)
# + 0.1 * variance + 0.9 * x.var(axis=0, ddof=1)

# %% norm: keeps the biased variance
# says: divided by n - 1
# - x.var(axis=0, ddof=1)
# + x.var(axis=0)

# %% norm: does the same in both modes
# says: Outside training the running numbers count
# -     if not training:
# -         return (x - mean) / np.sqrt(variance + 1e-5), mean, variance


# %% norm: normalises with the running numbers it has moved
# says: do not normalise here
def batch_norm(x, mean, variance, training):
    if training:
        mean = 0.9 * mean + 0.1 * x.mean(axis=0)
        variance = 0.9 * variance + 0.1 * x.var(axis=0, ddof=1)
    return (x - mean) / np.sqrt(variance + 1e-5), mean, variance


# %% norm: changes the running numbers in place
# says: in place
# -     new_mean = 0.9 * mean + 0.1 * x.mean(axis=0)
# -     return y, new_mean, 0.9 * variance + 0.1 * x.var(axis=0, ddof=1)
# +     mean += 0.1 * (x.mean(axis=0) - mean)
# +     variance += 0.1 * (x.var(axis=0, ddof=1) - variance)
# +     return y, mean, variance

# %% norm: normalises each example by itself
# says: One mean for each unit
# - (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
# + (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)

# %% diagnosis: takes the leak for a choice
# says: copies of a picture
# - diagnosis = [4, 1, 2, 6, 5, 3]
# + diagnosis = [5, 1, 2, 6, 4, 3]

# %% diagnosis: exchanges too small and too large
# says: a loss that comes back
# - diagnosis = [4, 1, 2, 6, 5, 3]
# + diagnosis = [4, 2, 1, 6, 5, 3]

# %% diagnosis: takes the leak for learning by heart
# says: the gap between
# - diagnosis = [4, 1, 2, 6, 5, 3]
# + diagnosis = [3, 1, 2, 6, 5, 4]

# %% diagnosis: blames the rate for the first loss
# says: before any step
# - diagnosis = [4, 1, 2, 6, 5, 3]
# + diagnosis = [4, 1, 6, 2, 5, 3]

# %% diagnosis: uses one answer twice
# says: used once
# - diagnosis = [4, 1, 2, 6, 5, 3]
# + diagnosis = [4, 1, 2, 2, 5, 3]
