"""Wrong answers to the exercises of neuron.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% paper: leaves the bias out of the sum
# says: Where is the bias
# - z = -3
# + z = -6

# %% paper: forgets the sign of the second weight
# says: second weight is negative
# - z = -3
# + z = 13

# %% paper: takes the step for a gate that lets the sum through
# says: The step answers 0 or 1
# - answers = [1, 5]
# + answers = [5, 5]

# %% paper: forgets that the sum is zero on the boundary
# says: Look at the signs
# - crossings = [-1.5, 0.75]
# + crossings = [1.5, -0.75]

# %% paper: takes the other weight for each axis
# says: Which weight is left
# - crossings = [-1.5, 0.75]
# + crossings = [0.75, -1.5]

# %% paper: turns the weights round and not the bias
# says: The bias must change with the weights
# - swapped = [-2, 4, -3]
# + swapped = [-2, 4, 3]

# %% count: puts the boundary on the whole number itself
# says: never says 1: at exactly zero
# - return np.ones(n), 0.5 - k
# + return np.ones(n), -k

# %% count: always computes OR
# says: That is OR
# - return np.ones(n), 0.5 - k
# + return np.ones(n), -0.5

# %% count: always computes AND
# says: one is not enough here
# - return np.ones(n), 0.5 - k
# + return np.ones(n), 0.5 - n

# %% count: forgets the minus
# says: always says 1
# - return np.ones(n), 0.5 - k
# + return np.ones(n), k - 0.5

# %% count: gives k of the inputs a weight
# says: each of the inputs needs a weight
# -     return np.ones(n), 0.5 - k
# +     weights = np.zeros(n)
# +     weights[:k] = 1
# +     return weights, 0.5 - k

# %% count: divides the sum by n and forgets to divide the bias
# says: It never says 1
# - return np.ones(n), 0.5 - k
# + return np.ones(n) / n, 0.5 - k

# %% margin: takes the weighted sum for a distance
# says: divide by their length
# - (x @ w + b) / np.linalg.norm(w)
# + x @ w + b

# %% margin: divides by the square of the length
# says: not by its square
# - np.linalg.norm(w)
# + (w @ w)

# %% margin: adds up the weights for their length
# says: not the sum of the weights
# - np.linalg.norm(w)
# + np.abs(w).sum()

# %% margin: leaves the signs of class 0
# says: turn its sign round
# - np.where(t == 1, distance, -distance)
# + distance

# %% margin: takes the distance of a wrong point as it is
# says: counts as negative
# - np.where(t == 1, distance, -distance)
# + np.abs(distance)

# %% margin: takes the mean
# says: the nearest point decides
# - np.where(t == 1, distance, -distance).min
# + np.where(t == 1, distance, -distance).mean

# %% layer: never turns the weights
# says: each row of the weights is one neuron
# -     if framework == "pytorch":
# -         weights = weights.T

# %% layer: always turns them
# says: each column of the weights is one neuron
# - if framework == "pytorch":
# + if framework:

# %% layer: guesses from the shape
# says: each row of the weights is one neuron
# - if framework == "pytorch":
# + if weights.shape[0] != x.shape[1]:

# %% layer: forgets ReLU
# says: Where is ReLU
# - np.maximum(x @ weights + bias, 0)
# + x @ weights + bias

# %% layer: applies ReLU before the bias
# says: ReLU comes after the bias
# - np.maximum(x @ weights + bias, 0)
# + np.maximum(x @ weights, 0) + bias

# %% layer: gives (outputs, batch)
# says: layer
# - return np.maximum(x @ weights + bias, 0)
# + return np.maximum(x @ weights + bias, 0).T

# %% fold: multiplies in the order in which the layers come
# says: The order of the product
# - w @ weights
# + weights @ w

# %% fold: adds the biases up
# says: The bias of the first layer goes through
# - w @ bias
# + bias

# %% fold: forgets the later biases
# says: Where is the bias of the second layer
# - w @ bias + b
# + w @ bias

# %% fold: keeps the last bias alone
# says: That is the last bias alone
# - w @ bias + b
# + b

# %% fold: takes two layers for all
# says: 2 of 3 values wrong
# -     for w, b in layers[1:]:
# +     if len(layers) > 1:
# +         w, b = layers[-1]

# %% mend: still judges all examples before any change
# says: before the first had
# -         for inputs, target in zip(x, t):
# -             error = target - step(inputs @ w + b)
# +         for inputs, target, answer in zip(x, t, step(x @ w + b)):
# +             error = target - answer

# %% mend: goes the wrong way
# says: The sign
# - target - step(inputs @ w + b)
# + step(inputs @ w + b) - target

# %% mend: never learns the bias
# says: The bias learns, too
# - b = b + error


# %% mend: hands the faulty function back
# says: All three faults
def perceptron(x, t, passes):
    return perceptron_faulty(x, t, passes)


# %% mend: says 1 where the sum is zero
# says: values wrong
# - step(inputs @ w + b)
# + int(inputs @ w + b >= 0)

# %% mend: stops after two passes
# says: 1 of 3 values wrong
# - range(passes)
# + range(min(passes, 2))

# %% mend: takes the sum for the answer
# says: values wrong
# - step(inputs @ w + b)
# + (inputs @ w + b)

# %% bump: takes the slope 1, whatever the width
# says: should not depend on the width
# - np.array([1, -2, 1]) / width
# + np.array([1, -2, 1])

# %% bump: only stops the rise at the peak
# says: by how much does
# - np.array([1, -2, 1])
# + np.array([1, -1, 0])

# %% bump: forgets the third ReLU
# says: goes on falling
# - np.array([1, -2, 1])
# + np.array([1, -2, 0])

# %% bump: gives the places of the kinks for the biases
# says: The peak is at -center
# - -kinks
# + kinks

# %% bump: takes the width for the whole width of the peak
# says: to the left and to the right
# - kinks = np.array
# + width = width / 2
# +     kinks = np.array

# %% bump: returns one ReLU too few
# says: 3 biases
# - -kinks, np.array([1, -2, 1]) / width
# + -kinks[:2], np.array([1, -2]) / width

# %% bump: returns the weights first
# says: 7 of 8 values wrong
# - -kinks, np.array([1, -2, 1]) / width
# + np.array([1, -2, 1]) / width, -kinks

# %% pieces: counts the pieces
# says: one fewer
# - int((on[1:] != on[:-1]).any(axis=1).sum())
# + 1 + int((on[1:] != on[:-1]).any(axis=1).sum())

# %% pieces: forgets the bias
# says: Each layer has a bias
# - z = h @ weights.T + bias
# + z = h @ weights.T

# %% pieces: counts each ReLU by itself
# says: Two ReLUs that switch together
# - .any(axis=1).sum()
# + .sum()

# %% pieces: looks at the last layer only
# says: Count the switches of all layers
# - np.concatenate(patterns, axis=1)
# + patterns[-1]

# %% pieces: looks at the first layer only
# says: those of the second layer
# - in layers:
# + in layers[:1]:

# %% pieces: leaves out ReLU between the layers
# says: gets what ReLU has left
# - h = relu(z)
# + h = z

# %% pieces: adds up the layers' changes
# says: two layers at one place
# -     on = np.concatenate(patterns, axis=1)
# -     return int((on[1:] != on[:-1]).any(axis=1).sum())
# +     return sum(int((on[1:] != on[:-1]).any(axis=1).sum()) for on in patterns)
