"""Wrong answers to the exercises of mlp.ipynb, as learners give them.

Each cell is a whole answer, headed by the name of the exercise and the misunderstanding behind it; the tests prove that
it loses marks. A line `says:` gives words from what the visible check must say; without it, only the hidden tests have
to notice.
"""

# ruff: noqa

# %% cost: forgets the biases
# says: biases, too
parameters, macs, bytes_training, units = 83_900, 83_900, 1_344_960, 125

# %% cost: gives the inputs biases
# says: the inputs are not units
parameters, macs, bytes_training, units = 84_844, 83_900, 1_344_960, 125

# %% cost: forgets the biases of the scores
# says: last layer have no biases
parameters, macs, bytes_training, units = 84_050, 83_900, 1_344_960, 125

# %% cost: multiplies the biases
# says: added, not multiplied
parameters, macs, bytes_training, units = 84_060, 84_060, 1_344_960, 125

# %% cost: counts multiplications and additions
# says: is one MAC
parameters, macs, bytes_training, units = 84_060, 167_800, 1_344_960, 125

# %% cost: counts the weights in memory alone
# says: How many numbers are kept
parameters, macs, bytes_training, units = 84_060, 83_900, 336_240, 125

# %% cost: forgets the gradient
# says: that makes four
parameters, macs, bytes_training, units = 84_060, 83_900, 1_008_720, 125

# %% cost: forgets the second layer
# says: next layer needs a weight
parameters, macs, bytes_training, units = 84_060, 83_900, 1_344_960, 127

# %% cost: rounds up
# says: one unit too many
parameters, macs, bytes_training, units = 84_060, 83_900, 1_344_960, 126


# %% forward: applies ReLU to the scores
# says: no ReLU after the last layer
def forward(x, layers):
    for w, b in layers:
        x = np.maximum(x @ w.T + b, 0)
    return x


# %% forward: forgets ReLU
# says: What comes between the layers
def forward(x, layers):
    for w, b in layers:
        x = x @ w.T + b
    return x


# %% forward: forgets the biases
# says: Where is the bias
def forward(x, layers):
    for number, (w, b) in enumerate(layers):
        x = (np.maximum(x, 0) if number else x) @ w.T
    return x


# %% forward: takes the order of Keras
# says: is W transposed
def forward(x, layers):
    for number, (w, b) in enumerate(layers):
        x = (np.maximum(x, 0) if number else x) @ w + b
    return x


# %% forward: applies ReLU to the input
# says: before the first layer
def forward(x, layers):
    for w, b in layers:
        x = np.maximum(x, 0) @ w.T + b
    return x


# %% forward: adds the bias after ReLU
def forward(x, layers):
    for number, (w, b) in enumerate(layers):
        x = x @ w.T
        x = (np.maximum(x, 0) if number < len(layers) - 1 else x) + b
    return x


# %% forward: knows two layers only
def forward(x, layers):
    w, b = layers[0]
    x = x @ w.T + b
    if len(layers) > 1:
        w, b = layers[-1]
        x = np.maximum(x, 0) @ w.T + b
    return x


# %% epoch: leaves the softmax in
# says: is there a softmax before it
def epoch(weights, x, y, size, rate):
    w = torch.tensor(weights, requires_grad=True)
    x, y, total = torch.tensor(x), torch.tensor(y), 0.0
    for start in range(0, len(x), size):
        a, b = x[start : start + size], y[start : start + size]
        w.grad = None
        loss = torch.nn.functional.cross_entropy(torch.softmax(a @ w.T, dim=1), b)
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
        total += loss.item() * len(a)
    return w.detach().numpy(), total / len(x)


# %% epoch: lets gradients add up
# says: live on in the second
def epoch(weights, x, y, size, rate):
    w = torch.tensor(weights, requires_grad=True)
    x, y, total = torch.tensor(x), torch.tensor(y), 0.0
    for start in range(0, len(x), size):
        a, b = x[start : start + size], y[start : start + size]
        loss = torch.nn.functional.cross_entropy(a @ w.T, b)
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
        total += loss.item() * len(a)
    return w.detach().numpy(), total / len(x)


# %% epoch: takes the mean of the batches
# says: counts as much as the others
def epoch(weights, x, y, size, rate):
    w = torch.tensor(weights, requires_grad=True)
    x, y, losses = torch.tensor(x), torch.tensor(y), []
    for start in range(0, len(x), size):
        a, b = x[start : start + size], y[start : start + size]
        w.grad = None
        loss = torch.nn.functional.cross_entropy(a @ w.T, b)
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
        losses.append(loss.item())
    return w.detach().numpy(), np.mean(losses)


# %% epoch: leaves out the short batch
# says: last sample is left out
def epoch(weights, x, y, size, rate):
    w = torch.tensor(weights, requires_grad=True)
    x, y, total, seen = torch.tensor(x), torch.tensor(y), 0.0, 0
    for start in range(0, len(x) - size + 1, size):
        a, b = x[start : start + size], y[start : start + size]
        w.grad = None
        loss = torch.nn.functional.cross_entropy(a @ w.T, b)
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
        total, seen = total + loss.item() * len(a), seen + len(a)
    return w.detach().numpy(), total / seen


# %% epoch: leaves out the short batch, but counts it
# says: its loss is left out
def epoch(weights, x, y, size, rate):
    w = torch.tensor(weights, requires_grad=True)
    x, y, total = torch.tensor(x), torch.tensor(y), 0.0
    for start in range(0, len(x) - size + 1, size):
        a, b = x[start : start + size], y[start : start + size]
        w.grad = None
        loss = torch.nn.functional.cross_entropy(a @ w.T, b)
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
        total += loss.item() * len(a)
    return w.detach().numpy(), total / len(x)


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
def epoch(weights, x, y, size, rate):
    w = torch.tensor(weights, requires_grad=True)
    x, y = torch.tensor(x), torch.tensor(y)
    for start in range(0, len(x), size):
        a, b = x[start : start + size], y[start : start + size]
        w.grad = None
        torch.nn.functional.cross_entropy(a @ w.T, b).backward()
        with torch.no_grad():
            w -= rate * w.grad
    return w.detach().numpy(), torch.nn.functional.cross_entropy(x @ w.T, y).item()


# %% epoch: sums up
# says: sum over the samples
def epoch(weights, x, y, size, rate):
    w = torch.tensor(weights, requires_grad=True)
    x, y, total = torch.tensor(x), torch.tensor(y), 0.0
    for start in range(0, len(x), size):
        a, b = x[start : start + size], y[start : start + size]
        w.grad = None
        loss = torch.nn.functional.cross_entropy(a @ w.T, b)
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
        total += loss.item() * len(a)
    return w.detach().numpy(), total


# %% read: gives the share of errors
# says: share of errors
accuracy, recall, precision, pair, always = 0.19, 0.9, 0.72, [3, 1], 0.3

# %% read: exchanges recall and precision
# says: it is the precision
accuracy, recall, precision, pair, always = 0.81, 0.72, 0.9, [3, 1], 0.3

# %% read: divides by all samples
# says: not of all 200
accuracy, recall, precision, pair, always = 0.81, 0.18, 0.18, [3, 1], 0.3

# %% read: takes the columns for the true classes
# says: true class comes first
accuracy, recall, precision, pair, always = 0.81, 0.9, 0.72, [1, 3], 0.3

# %% read: takes a right answer for an error
# says: diagonal holds no errors
accuracy, recall, precision, pair, always = 0.81, 0.9, 0.72, [0, 0], 0.3

# %% read: takes the classes for equally frequent
# says: not equally frequent
accuracy, recall, precision, pair, always = 0.81, 0.9, 0.72, [3, 1], 0.25


# %% calibrate: does not sort
# says: Sort by confidence
def miscalibration(sure, right, groups):
    parts = np.array_split(np.arange(len(sure)), groups)
    return sum(len(g) * abs(sure[g].mean() - right[g].mean()) for g in parts) / len(sure)


# %% calibrate: does not weight
# says: weight them
def miscalibration(sure, right, groups):
    parts = np.array_split(np.argsort(sure), groups)
    return np.mean([abs(sure[g].mean() - right[g].mean()) for g in parts])


# %% calibrate: lets groups cancel
# says: where is the absolute value
def miscalibration(sure, right, groups):
    parts = np.array_split(np.argsort(sure), groups)
    return abs(sum(len(g) * (sure[g].mean() - right[g].mean()) for g in parts)) / len(sure)


# %% calibrate: sums
# says: sum of the distances
def miscalibration(sure, right, groups):
    parts = np.array_split(np.argsort(sure), groups)
    total = sum(abs(sure[g].mean() - right[g].mean()) for g in parts)
    return total


# %% calibrate: sorts the answers apart from their confidence
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
def miscalibration(sure, right, groups):
    return np.abs(sure - right).mean()


# %% calibrate: takes the worst group
def miscalibration(sure, right, groups):
    parts = np.array_split(np.argsort(sure), groups)
    return max(abs(sure[g].mean() - right[g].mean()) for g in parts)


# %% shift: lets the digit come back on the other side
# says: must not come back
def shift(images, down, right):
    return np.roll(images, (down, right), axis=(1, 2))


# %% shift: goes the other way
# says: not to the left
def shift(images, down, right):
    _, rows, columns = images.shape
    v, h = min(abs(down), rows), min(abs(right), columns)
    wide = np.pad(images, ((0, 0), (v, v), (h, h)))
    top, left = v + int(np.sign(down)) * v, h + int(np.sign(right)) * h
    return wide[:, top : top + rows, left : left + columns]


# %% shift: exchanges down and right
# says: first number moves down
def shift(images, down, right):
    _, rows, columns = images.shape
    v, h = min(abs(right), rows), min(abs(down), columns)
    wide = np.pad(images, ((0, 0), (v, v), (h, h)))
    top, left = v - int(np.sign(right)) * v, h - int(np.sign(down)) * h
    return wide[:, top : top + rows, left : left + columns]


# %% shift: repeats the margin
# says: not a copy of the margin
def shift(images, down, right):
    _, rows, columns = images.shape
    v, h = min(abs(down), rows), min(abs(right), columns)
    wide = np.pad(images, ((0, 0), (v, v), (h, h)), mode="edge")
    top, left = v - int(np.sign(down)) * v, h - int(np.sign(right)) * h
    return wide[:, top : top + rows, left : left + columns]


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
def twin(w1, b1, w2, b2, pixels, units):
    return w1[units][:, np.argsort(pixels)], b1[units], w2[:, units], b2


# %% twin: sends the hidden units the other way
def twin(w1, b1, w2, b2, pixels, units):
    back = np.argsort(units)
    return w1[back][:, pixels], b1[back], w2[:, back], b2


# %% twin: forgets the hidden units
# says: hidden units have kept their order
def twin(w1, b1, w2, b2, pixels, units):
    return w1[:, pixels], b1, w2, b2


# %% twin: forgets the pixels
# says: pixels have kept their order
def twin(w1, b1, w2, b2, pixels, units):
    return w1[units], b1[units], w2[:, units], b2


# %% twin: forgets the biases
# says: moves with it
def twin(w1, b1, w2, b2, pixels, units):
    return w1[units][:, pixels], b1, w2[:, units], b2


# %% twin: forgets who reads the units
# says: Who reads the hidden units
def twin(w1, b1, w2, b2, pixels, units):
    return w1[units][:, pixels], b1[units], w2, b2


# %% twin: shuffles the classes
# says: other axis
def twin(w1, b1, w2, b2, pixels, units):
    return w1[units][:, pixels], b1[units], w2[units[: len(w2)]], b2


# %% design: has no hidden layer
# says: Without a nonlinearity
def build():
    return torch.nn.Linear(64, 10)


# %% design: has too many parameters
# says: too many
def build():
    return torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))


# %% design: has a hidden layer without a nonlinearity
# says: Without a nonlinearity
def build():
    return torch.nn.Sequential(torch.nn.Linear(64, 36), torch.nn.Linear(36, 10))


# %% design: is squeezed through four units
# says: 0.955 is asked for
def build():
    return torch.nn.Sequential(torch.nn.Linear(64, 4), torch.nn.ReLU(), torch.nn.Linear(4, 10))


# %% design: is deep and narrow
# says: 0.955 is asked for
def build():
    layers = [torch.nn.Linear(64, 12), torch.nn.ReLU()]
    for _ in range(6):
        layers += [torch.nn.Linear(12, 12), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers, torch.nn.Linear(12, 10))


# %% design: applies ReLU to the scores, after a bottleneck
# says: 0.955 is asked for
def build():
    return torch.nn.Sequential(torch.nn.Linear(64, 6), torch.nn.ReLU(), torch.nn.Linear(6, 10), torch.nn.ReLU())


# %% design: gives the same network again and again
made = torch.nn.Sequential(torch.nn.Linear(64, 36), torch.nn.ReLU(), torch.nn.Linear(36, 10))


def build():
    return made


# %% design: returns nothing
# says: the return is missing
def build():
    torch.nn.Sequential(torch.nn.Linear(64, 36), torch.nn.ReLU(), torch.nn.Linear(36, 10))
