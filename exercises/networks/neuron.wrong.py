"""Wrong answers to the exercises of neuron.ipynb, as learners give them.

Each cell is a whole answer, headed by the name of the exercise and the misunderstanding behind it; the tests prove that
it loses marks. A line `says:` gives words from what the visible check must say; without it, only the hidden tests have
to notice.
"""

# ruff: noqa

# %% paper: leaves the bias out of the sum
# says: Where is the bias
z = -6
answers = [1, 5]
crossings = [-1.5, 0.75]
swapped = [-2, 4, -3]

# %% paper: forgets the sign of the second weight
# says: second weight is negative
z = 13
answers = [1, 5]
crossings = [-1.5, 0.75]
swapped = [-2, 4, -3]

# %% paper: takes the step for a gate that lets the sum through
# says: The step answers 0 or 1
z = -3
answers = [5, 5]
crossings = [-1.5, 0.75]
swapped = [-2, 4, -3]

# %% paper: forgets that the sum is zero on the boundary
# says: Look at the signs
z = -3
answers = [1, 5]
crossings = [1.5, -0.75]
swapped = [-2, 4, -3]

# %% paper: takes the other weight for each axis
# says: Which weight is left
z = -3
answers = [1, 5]
crossings = [0.75, -1.5]
swapped = [-2, 4, -3]

# %% paper: turns the weights round and not the bias
# says: The bias must change with the weights
z = -3
answers = [1, 5]
crossings = [-1.5, 0.75]
swapped = [-2, 4, 3]


# %% count: puts the boundary on the whole number itself
# says: never says 1: at exactly zero
def at_least(n, k):
    return np.ones(n), -k


# %% count: always computes OR
# says: That is OR
def at_least(n, k):
    return np.ones(n), -0.5


# %% count: always computes AND
# says: one is not enough here
def at_least(n, k):
    return np.ones(n), 0.5 - n


# %% count: forgets the minus
# says: always says 1
def at_least(n, k):
    return np.ones(n), k - 0.5


# %% count: gives k of the inputs a weight
def at_least(n, k):
    weights = np.zeros(n)
    weights[:k] = 1
    return weights, 0.5 - k


# %% count: divides the sum by n and forgets to divide the bias
def at_least(n, k):
    return np.ones(n) / n, 0.5 - k


# %% margin: takes the weighted sum for a distance
# says: divide by their length
def margin(x, t, w, b):
    z = x @ w + b
    return np.where(t == 1, z, -z).min()


# %% margin: divides by the square of the length
# says: not by its square
def margin(x, t, w, b):
    z = (x @ w + b) / (w @ w)
    return np.where(t == 1, z, -z).min()


# %% margin: adds up the weights for their length
# says: not the sum of the weights
def margin(x, t, w, b):
    z = (x @ w + b) / np.abs(w).sum()
    return np.where(t == 1, z, -z).min()


# %% margin: leaves the signs of class 0
# says: turn its sign round
def margin(x, t, w, b):
    return ((x @ w + b) / np.linalg.norm(w)).min()


# %% margin: takes the distance of a wrong point as it is
# says: counts as negative
def margin(x, t, w, b):
    return (np.abs(x @ w + b) / np.linalg.norm(w)).min()


# %% margin: takes the mean
# says: the nearest point decides
def margin(x, t, w, b):
    distance = (x @ w + b) / np.linalg.norm(w)
    return np.where(t == 1, distance, -distance).mean()


# %% layer: never turns the weights
# says: each row of the weights is one neuron
def layer(x, weights, bias, framework):
    return np.maximum(x @ weights + bias, 0)


# %% layer: always turns them
# says: each column of the weights is one neuron
def layer(x, weights, bias, framework):
    return np.maximum(x @ weights.T + bias, 0)


# %% layer: guesses from the shape
def layer(x, weights, bias, framework):
    if weights.shape[0] != x.shape[1]:
        weights = weights.T
    return np.maximum(x @ weights + bias, 0)


# %% layer: forgets ReLU
# says: Where is ReLU
def layer(x, weights, bias, framework):
    return x @ (weights.T if framework == "pytorch" else weights) + bias


# %% layer: applies ReLU before the bias
# says: ReLU comes after the bias
def layer(x, weights, bias, framework):
    return np.maximum(x @ (weights.T if framework == "pytorch" else weights), 0) + bias


# %% layer: gives (outputs, batch)
# says: layer
def layer(x, weights, bias, framework):
    weights = weights if framework == "pytorch" else weights.T
    return np.maximum(weights @ x.T + bias[:, None], 0)


# %% fold: multiplies in the order in which the layers come
# says: The order of the product
def collapse(layers):
    weights, bias = layers[0]
    for w, b in layers[1:]:
        weights, bias = weights @ w, w @ bias + b
    return np.column_stack([weights, bias])


# %% fold: adds the biases up
# says: The bias of the first layer goes through
def collapse(layers):
    weights, bias = layers[0]
    for w, b in layers[1:]:
        weights, bias = w @ weights, bias + b
    return np.column_stack([weights, bias])


# %% fold: forgets the later biases
# says: Where is the bias of the second layer
def collapse(layers):
    weights, bias = layers[0]
    for w, b in layers[1:]:
        weights, bias = w @ weights, w @ bias
    return np.column_stack([weights, bias])


# %% fold: keeps the last bias alone
# says: That is the last bias alone
def collapse(layers):
    weights = layers[0][0]
    for w, b in layers[1:]:
        weights = w @ weights
    return np.column_stack([weights, layers[-1][1]])


# %% fold: takes two layers for all
def collapse(layers):
    weights, bias = layers[0]
    if len(layers) > 1:
        w, b = layers[-1]
        weights, bias = w @ weights, w @ bias + b
    return np.column_stack([weights, bias])


# %% mend: still judges all examples before any change
# says: before the first had
def perceptron(x, t, passes):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(passes):
        for inputs, target, answer in zip(x, t, step(x @ w + b)):
            w, b = w + (target - answer) * inputs, b + target - answer
    return np.append(w, b)


# %% mend: goes the wrong way
# says: The sign
def perceptron(x, t, passes):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(passes):
        for inputs, target in zip(x, t):
            error = step(inputs @ w + b) - target
            w, b = w + error * inputs, b + error
    return np.append(w, b)


# %% mend: never learns the bias
# says: The bias learns, too
def perceptron(x, t, passes):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(passes):
        for inputs, target in zip(x, t):
            w = w + (target - step(inputs @ w + b)) * inputs
    return np.append(w, b)


# %% mend: hands the faulty function back
# says: All three faults
def perceptron(x, t, passes):
    return perceptron_faulty(x, t, passes)


# %% mend: says 1 where the sum is zero
def perceptron(x, t, passes):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(passes):
        for inputs, target in zip(x, t):
            error = target - int(inputs @ w + b >= 0)
            w, b = w + error * inputs, b + error
    return np.append(w, b)


# %% mend: stops after two passes
def perceptron(x, t, passes):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(min(passes, 2)):
        for inputs, target in zip(x, t):
            error = target - step(inputs @ w + b)
            w, b = w + error * inputs, b + error
    return np.append(w, b)


# %% mend: takes the sum for the answer
def perceptron(x, t, passes):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(passes):
        for inputs, target in zip(x, t):
            error = target - (inputs @ w + b)
            w, b = w + error * inputs, b + error
    return np.append(w, b)


# %% bump: takes the slope 1, whatever the width
# says: should not depend on the width
def bump(center, width):
    return [width - center, -center, -center - width], [1, -2, 1]


# %% bump: only stops the rise at the peak
# says: by how much does
def bump(center, width):
    return [width - center, -center, 0], [1 / width, -1 / width, 0]


# %% bump: forgets the third ReLU
# says: goes on falling
def bump(center, width):
    return [width - center, -center, 0], [1 / width, -2 / width, 0]


# %% bump: gives the places of the kinks for the biases
# says: The peak is at -center
def bump(center, width):
    return [center - width, center, center + width], np.array([1, -2, 1]) / width


# %% bump: takes the width for the whole width of the peak
def bump(center, width):
    half = width / 2
    return [half - center, -center, -center - half], np.array([1, -2, 1]) / half


# %% bump: returns one ReLU too few
# says: 3 biases
def bump(center, width):
    return [width - center, -center], [1 / width, -2 / width]


# %% bump: returns the weights first
def bump(center, width):
    return np.array([1, -2, 1]) / width, [width - center, -center, -center - width]


# %% pieces: counts the pieces
# says: one fewer
def switches(x, layers):
    h, patterns = x[:, None], []
    for weights, bias in layers:
        z = h @ weights.T + bias
        patterns.append(z > 0)
        h = relu(z)
    on = np.concatenate(patterns, axis=1)
    return 1 + int((on[1:] != on[:-1]).any(axis=1).sum())


# %% pieces: forgets the bias
# says: Each layer has a bias
def switches(x, layers):
    h, patterns = x[:, None], []
    for weights, bias in layers:
        z = h @ weights.T
        patterns.append(z > 0)
        h = relu(z)
    on = np.concatenate(patterns, axis=1)
    return int((on[1:] != on[:-1]).any(axis=1).sum())


# %% pieces: counts each ReLU by itself
# says: Two ReLUs that switch together
def switches(x, layers):
    h, count = x[:, None], 0
    for weights, bias in layers:
        z = h @ weights.T + bias
        count += int(((z[1:] > 0) != (z[:-1] > 0)).sum())
        h = relu(z)
    return count


# %% pieces: looks at the last layer only
# says: Count the switches of all layers
def switches(x, layers):
    h = x[:, None]
    for weights, bias in layers:
        z = h @ weights.T + bias
        h = relu(z)
    on = z > 0
    return int((on[1:] != on[:-1]).any(axis=1).sum())


# %% pieces: looks at the first layer only
# says: those of the second layer
def switches(x, layers):
    weights, bias = layers[0]
    on = x[:, None] @ weights.T + bias > 0
    return int((on[1:] != on[:-1]).any(axis=1).sum())


# %% pieces: leaves out ReLU between the layers
# says: gets what ReLU has left
def switches(x, layers):
    h, patterns = x[:, None], []
    for weights, bias in layers:
        h = h @ weights.T + bias
        patterns.append(h > 0)
    on = np.concatenate(patterns, axis=1)
    return int((on[1:] != on[:-1]).any(axis=1).sum())


# %% pieces: adds up the layers' changes
# says: two layers at one place
def switches(x, layers):
    h, count = x[:, None], 0
    for weights, bias in layers:
        z = h @ weights.T + bias
        on = z > 0
        count += int((on[1:] != on[:-1]).any(axis=1).sum())
        h = relu(z)
    return count
