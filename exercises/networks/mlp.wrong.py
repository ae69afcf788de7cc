"""Wrong answers to the exercises of mlp.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% cost: forgets the biases
# says: biases, too
# - parameters = 784 * 100 + 100 + 100 * 50 + 50 + 50 * 10 + 10
# + parameters = 83_900

# %% cost: gives the inputs biases
# says: the inputs are not units
# - parameters = 784 * 100 + 100 + 100 * 50 + 50 + 50 * 10 + 10
# + parameters = 84_844

# %% cost: forgets the biases of the scores
# says: last layer have no biases
# - parameters = 784 * 100 + 100 + 100 * 50 + 50 + 50 * 10 + 10
# + parameters = 84_050

# %% cost: multiplies the biases
# says: added, not multiplied
# - macs = 784 * 100 + 100 * 50 + 50 * 10
# + macs = 84_060

# %% cost: counts multiplications and additions
# says: is one MAC
# - macs = 784 * 100 + 100 * 50 + 50 * 10
# + macs = 167_800

# %% cost: counts the weights in memory alone
# says: How many numbers are kept
# - bytes_training = 4 * 4 * parameters
# + bytes_training = 336_240

# %% cost: forgets the gradient
# says: that makes four
# - bytes_training = 4 * 4 * parameters
# + bytes_training = 1_008_720

# %% cost: forgets the second layer
# says: next layer needs a weight
# - units = (100_000 - 10) // (784 + 1 + 10)
# + units = 127

# %% cost: rounds up
# says: one unit too many
# - units = (100_000 - 10) // (784 + 1 + 10)
# + units = 126

# %% forward: applies ReLU to the scores
# says: no ReLU after the last layer
# - h = h @ w.T + b
# + h = np.maximum(h @ w.T + b, 0)

# %% forward: forgets ReLU
# says: What comes between the layers
# - np.maximum(h, 0)
# + h

# %% forward: forgets the biases
# says: Where is the bias
# - h @ w.T + b
# + h @ w.T

# %% forward: takes the order of Keras
# says: is W transposed
# - h @ w.T
# + h @ w

# %% forward: applies ReLU to the input
# says: before the first layer
# - number > 0
# + number >= 0


# %% forward: adds the bias after ReLU
# says: ReLU comes after the bias
def forward(x, layers):
    for number, (w, b) in enumerate(layers):
        x = x @ w.T
        x = (np.maximum(x, 0) if number < len(layers) - 1 else x) + b
    return x


# %% forward: knows two layers only
# only hidden tests: the check has no network of three layers
# - enumerate(layers)
# + enumerate([layers[0], *layers[1:][-1:]])

# %% epoch: leaves the softmax in
# says: is there a softmax before it
# - scores = batch @ w.T
# + scores = torch.softmax(batch @ w.T, dim=1)

# %% epoch: lets gradients add up
# says: live on in the second
# - w.grad = None

# %% epoch: takes the mean of the batches
# says: counts as much as the others
# - loss.item() * len(batch)
# + loss.item()
# - total / len(x)
# + total / -(-len(x) // size)

# %% epoch: leaves out the short batch
# says: last sample is left out
# - range(0, len(x), size)
# + range(0, len(x) - size + 1, size)
# - total / len(x)
# + total / (len(x) // size * size)

# %% epoch: leaves out the short batch, but counts it
# says: its loss is left out
# - range(0, len(x), size)
# + range(0, len(x) - size + 1, size)


# %% epoch: measures, and does not learn
# says: Do the weights not change
def epoch(weights, x, y, size, rate):
    w, x, y = torch.tensor(weights), torch.tensor(x), torch.tensor(y)
    return w.numpy(), torch.nn.functional.cross_entropy(x @ w.T, y).item()


# %% epoch: takes one step for all samples
# says: Do the weights not change
def epoch(weights, x, y, size, rate):
    w = torch.tensor(weights, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(torch.tensor(x) @ w.T, torch.tensor(y))
    loss.backward()
    return (w - rate * w.grad).detach().numpy(), loss.item()


# %% epoch: measures after the step
# says: before the step
# - total / len(x)
# + torch.nn.functional.cross_entropy(x @ w.T, y).item()

# %% epoch: sums up
# says: sum over the samples
# - total / len(x)
# + total

# %% read: gives the share of errors
# says: share of errors
# - accuracy = (45 + 40 + 36 + 41) / 200
# + accuracy = 0.19

# %% read: exchanges recall and precision
# says: it is the precision
# - recall = 36
# + precision = 36
# - precision = 36 / (3
# + recall = 36 / (3

# %% read: divides by all samples
# says: not of all 200
# - 36 / (0 + 2 + 36 + 2)
# + 36 / 200
# - 36 / (3 + 4 + 36 + 7)
# + 36 / 200

# %% read: takes the columns for the true classes
# says: true class comes first
# - pair = [3, 1]
# + pair = [1, 3]

# %% read: takes a right answer for an error
# says: diagonal holds no errors
# - pair = [3, 1]
# + pair = [0, 0]

# %% read: takes the classes for equally frequent
# says: not equally frequent
# - always = (4 + 8 + 7 + 41) / 200
# + always = 0.25

# %% calibrate: does not sort
# says: Sort by confidence
# - np.argsort(sure)
# + np.arange(len(sure))

# %% calibrate: does not weight
# says: weight them
# - len(group) * abs(
# + abs(
# - total / len(sure)
# + total / groups

# %% calibrate: lets groups cancel
# says: where is the absolute value
# - abs(sure[group].mean() - right[group].mean())
# + (sure[group].mean() - right[group].mean())
# - return total
# + return abs(total)

# %% calibrate: sums
# says: sum of the distances
# - len(group) * abs(
# + abs(
# - total / len(sure)
# + total


# %% calibrate: sorts the answers apart from their confidence
# only hidden tests: with the check's numbers the groups are equally good
def miscalibration(sure, right, groups):
    says, holds = np.array_split(np.sort(sure), groups), np.array_split(np.sort(right), groups)
    return sum(len(a) * abs(a.mean() - b.mean()) for a, b in zip(says, holds)) / len(sure)


# %% calibrate: cuts the range of confidence, and not the samples
# says: each group hold what it should
def miscalibration(sure, right, groups):
    number, total = np.clip((sure * groups).astype(int), 0, groups - 1), 0.0
    for k in set(number):
        total += (number == k).mean() * abs(sure[number == k].mean() - right[number == k].mean())
    return total


# %% calibrate: takes the distance of each sample
# says: First the means
# - return total / len(sure)
# + return np.abs(sure - right).mean()

# %% calibrate: takes the worst group
# says: That is the worst group
# - total += len(group) * abs(sure[group].mean() - right[group].mean())
# + total = max(total, abs(sure[group].mean() - right[group].mean()))
# - total / len(sure)
# + total


# %% shift: lets the digit come back on the other side
# says: must not come back
def shift(images, down, right):
    return np.roll(images, (down, right), axis=(1, 2))


# %% shift: goes the other way
# says: not to the left
# - v - int(np.sign(down)) * v, h - int(np.sign(right)) * h
# + v + int(np.sign(down)) * v, h + int(np.sign(right)) * h

# %% shift: exchanges down and right
# says: first number moves down
# - min(abs(down), rows), min(abs(right), columns)
# + min(abs(right), rows), min(abs(down), columns)
# - v - int(np.sign(down)) * v, h - int(np.sign(right)) * h
# + v - int(np.sign(right)) * v, h - int(np.sign(down)) * h

# %% shift: repeats the margin
# says: not a copy of the margin
# - ((0, 0), (v, v), (h, h))
# + ((0, 0), (v, v), (h, h)), mode="edge"


# %% shift: cannot go up or to the left
# says: shift
def shift(images, down, right):
    moved = np.zeros_like(images)
    moved[:, down:, right:] = images[:, : images.shape[1] - down, : images.shape[2] - right]
    return moved


# %% shift: writes into the images it was given
# says: in place
def shift(images, down, right):
    moved = np.roll(images, (down, right), axis=(1, 2))
    images[:] = 0
    return moved


# %% twin: sends the pixels the other way
# says: undoes the shuffling twice
# - :, pixels
# + :, np.argsort(pixels)

# %% twin: sends the hidden units the other way
# only hidden tests: the check exchanges two units, which is its own inverse
# -     return w1[units][:, pixels], b1[units], w2[:, units], b2
# +     back = np.argsort(units)
# +     return w1[back][:, pixels], b1[back], w2[:, back], b2

# %% twin: forgets the hidden units
# says: hidden units have kept their order
# - w1[units][:, pixels], b1[units], w2[:, units], b2
# + w1[:, pixels], b1, w2, b2

# %% twin: forgets the pixels
# says: pixels have kept their order
# - w1[units][:, pixels]
# + w1[units]

# %% twin: forgets the biases
# says: moves with it
# - b1[units]
# + b1

# %% twin: forgets who reads the units
# says: Who reads the hidden units
# - w2[:, units]
# + w2

# %% twin: shuffles the classes
# says: other axis
# - :, units
# + units[: len(w2)]


# %% design: has no hidden layer
# says: Without a nonlinearity
def build():
    return torch.nn.Linear(64, 10)


# %% design: has too many parameters
# says: too many
# - torch.nn.Linear(64, 36), torch.nn.ReLU(), torch.nn.Linear(36, 10)
# + torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10)

# %% design: has a hidden layer without a nonlinearity
# says: Without a nonlinearity
# - torch.nn.ReLU(), torch.nn.Linear
# + torch.nn.Linear

# %% design: is squeezed through four units
# says: 0.955 is asked for
# - torch.nn.Linear(64, 36), torch.nn.ReLU(), torch.nn.Linear(36, 10)
# + torch.nn.Linear(64, 4), torch.nn.ReLU(), torch.nn.Linear(4, 10)


# %% design: is deep and narrow
# says: 0.955 is asked for
def build():
    layers = [torch.nn.Linear(64, 12), torch.nn.ReLU()]
    for _ in range(6):
        layers += [torch.nn.Linear(12, 12), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers, torch.nn.Linear(12, 10))


# %% design: applies ReLU to the scores, after a bottleneck
# says: 0.955 is asked for
# - torch.nn.Linear(64, 36), torch.nn.ReLU(), torch.nn.Linear(36, 10)
# + torch.nn.Linear(64, 6), torch.nn.ReLU(), torch.nn.Linear(6, 10), torch.nn.ReLU()

# %% design: gives the same network again and again
# only hidden tests: the check does not compare two networks
made = torch.nn.Sequential(torch.nn.Linear(64, 36), torch.nn.ReLU(), torch.nn.Linear(36, 10))


def build():
    return made


# %% design: returns nothing
# says: the return is missing
# - return torch.nn.Sequential(
# + torch.nn.Sequential(
