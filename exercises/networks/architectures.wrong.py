"""Wrong answers to the exercises of architectures.ipynb, as learners give them.

Each cell is a whole answer, headed by the name of the exercise and the misunderstanding behind it; the tests prove that
it loses marks. A line `says:` gives words from what the visible check must say; without it, only the hidden tests have
to notice.
"""

# ruff: noqa

# %% hand: forgets the biases
# says: has a bias
parameters = [1200, 2304, 20480]
macs = [1228800, 589824, 20480]

# %% hand: lets each filter see all channels in spite of the groups
# says: with two groups
parameters = [1216, 4640, 20490]
macs = [1228800, 1179648, 20480]

# %% hand: multiplies the biases
# says: added, not multiplied
parameters = [1216, 2336, 20490]
macs = [1245184, 598016, 20490]

# %% hand: uses each weight once
# says: at every position
parameters = [1216, 2336, 20490]
macs = [1200, 2304, 20480]

# %% hand: counts positions before the stride of the pooling
parameters = [1216, 2336, 20490]
macs = [1228800, 2359296, 20480]


# %% sides: always rounds down
# says: rounded down
def sides(n, layers, rounding):
    result = []
    for k, s, p in layers:
        n = (n + 2 * p - k) // s + 1
        result.append(n)
    return result


# %% sides: pads on one side
# says: both sides
def sides(n, layers, rounding):
    result = []
    for k, s, p in layers:
        room = n + p - k
        last = room // s if rounding == "floor" else -(-room // s)
        if rounding == "ceil" and last * s >= n + p:
            last -= 1
        n = last + 1
        result.append(n)
    return result


# %% sides: forgets the rule about the last window
# says: left out
def sides(n, layers, rounding):
    result = []
    for k, s, p in layers:
        room = n + 2 * p - k
        n = (room // s if rounding == "floor" else -(-room // s)) + 1
        result.append(n)
    return result


# %% sides: rounds only what it returns
def sides(n, layers, rounding):
    result = []
    for k, s, p in layers:
        n = (n + 2 * p - k) / s + 1
        result.append(int(n) if rounding == "floor" else -int(-n // 1))
    return result


# %% sides: forgets the first window
def sides(n, layers, rounding):
    result = []
    for k, s, p in layers:
        room = n + 2 * p - k
        n = room // s if rounding == "floor" else -(-room // s)
        result.append(n)
    return result


# %% sides: returns the last side alone
def sides(n, layers, rounding):
    for k, s, p in layers:
        room = n + 2 * p - k
        n = (room // s if rounding == "floor" else -(-room // s)) + 1
    return n


# %% inception: forgets the biases
# says: Where are the biases
def inception(channels, side, one, three, five, pooled):
    weights = channels * (one + three[0] + five[0] + pooled) + 9 * three[0] * three[1] + 25 * five[0] * five[1]
    return weights, weights * side**2


# %% inception: lets the larger filters see all channels
# says: leaves
def inception(channels, side, one, three, five, pooled):
    weights = channels * (one + three[0] + five[0] + pooled + 9 * three[1] + 25 * five[1])
    return weights + one + sum(three) + sum(five) + pooled, weights * side**2


# %% inception: forgets the convolution after the pooling
# says: pooled branch
def inception(channels, side, one, three, five, pooled):
    weights = channels * (one + three[0] + five[0]) + 9 * three[0] * three[1] + 25 * five[0] * five[1]
    return weights + one + sum(three) + sum(five), weights * side**2


# %% inception: multiplies the biases
# says: not multiplied
def inception(channels, side, one, three, five, pooled):
    weights = channels * (one + three[0] + five[0] + pooled) + 9 * three[0] * three[1] + 25 * five[0] * five[1]
    parameters = weights + one + sum(three) + sum(five) + pooled
    return parameters, parameters * side**2


# %% inception: takes the inputs of the 3 x 3 and 5 x 5 for their outputs
def inception(channels, side, one, three, five, pooled):
    weights = channels * (one + three[1] + five[1] + pooled) + 9 * three[0] * three[1] + 25 * five[0] * five[1]
    return weights + one + sum(three) + sum(five) + pooled, weights * side**2


# %% residual: no shortcut
# says: Where is the shortcut
def residual(x, w1, w2, stride=1, w_short=None):
    conv = nn.functional.conv2d
    return torch.relu(conv(torch.relu(conv(x, w1, stride=stride, padding=1)), w2, padding=1))


# %% residual: ReLU before the sum
# says: after the sum
def residual(x, w1, w2, stride=1, w_short=None):
    conv = nn.functional.conv2d
    f = torch.relu(conv(torch.relu(conv(x, w1, stride=stride, padding=1)), w2, padding=1))
    return f + (x if w_short is None else conv(x, w_short, stride=stride))


# %% residual: no ReLU between the convolutions
# says: between the two
def residual(x, w1, w2, stride=1, w_short=None):
    conv = nn.functional.conv2d
    f = conv(conv(x, w1, stride=stride, padding=1), w2, padding=1)
    return torch.relu(f + (x if w_short is None else conv(x, w_short, stride=stride)))


# %% residual: the shortcut without its weights
# says: weights of its own
def residual(x, w1, w2, stride=1, w_short=None):
    conv = nn.functional.conv2d
    f = conv(torch.relu(conv(x, w1, stride=stride, padding=1)), w2, padding=1)
    return torch.relu(f + x[:, :, ::stride, ::stride])


# %% residual: ReLU on the shortcut
def residual(x, w1, w2, stride=1, w_short=None):
    conv = nn.functional.conv2d
    f = conv(torch.relu(conv(x, w1, stride=stride, padding=1)), w2, padding=1)
    return torch.relu(f + torch.relu(x if w_short is None else conv(x, w_short, stride=stride)))


# %% residual: the stride in both convolutions
def residual(x, w1, w2, stride=1, w_short=None):
    conv = nn.functional.conv2d
    f = conv(torch.relu(conv(x, w1, stride=stride, padding=1)), w2, stride=stride, padding=1)
    return torch.relu(f + (x if w_short is None else conv(x, w_short, stride=stride)))


# %% patients: thinks that shortcuts are always in order
# says: exponents of C
found = [0, 1, 0]


def cure(layers):
    return layers**-0.5


# %% patients: takes small for large
# says: which one is small
found = [0, 2, 1]


def cure(layers):
    return layers**-0.5


# %% patients: leaves the scale as it is
# says: must be between 1.1 and 10
found = [0, 1, 2]


def cure(layers):
    return 1.0


# %% patients: lets the scale grow with the depth
# says: must be between 1.1 and 10
found = [0, 1, 2]


def cure(layers):
    return layers**0.5


# %% patients: sets the weights to zero
# says: must be between 1.1 and 10
found = [0, 1, 2]


def cure(layers):
    return 0.0


# %% patients: a small constant, with which ten layers do next to nothing
# says: With cure(10)
found = [0, 1, 2]


def cure(layers):
    return 0.1


# %% patients: a constant that suits thirty layers only
# says: With cure(100)
found = [0, 1, 2]


def cure(layers):
    return 0.3


# %% patients: the largest constant with which a hundred layers do not explode
# says: With cure(500)
found = [0, 1, 2]


def cure(layers):
    return 0.19


# %% patients: makes the scale itself of the order 1 / n, so that the layers do next to nothing
# says: With cure(10)
found = [0, 1, 2]


def cure(layers):
    return 1 / layers


# %% patients: lets the scale fall too slowly
# says: With cure(500)
found = [0, 1, 2]


def cure(layers):
    return 0.6 * layers**-0.25


# %% patients: returns the growth per layer that is wanted, not the scale
# says: With cure(10)
found = [0, 1, 2]


def cure(layers):
    return 1 + 1 / layers


# %% patients: knows the tried depths by heart
found = [0, 1, 2]


def cure(layers):
    return {10: 0.3, 30: 0.18, 100: 0.1, 500: 0.045}.get(layers, 0.1)


# %% budget: forgets that the dense layer is expensive
# says: parameters are too many
def build():
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 8, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 8, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(8, 32, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32 * 64, 8),
    )


# %% budget: never makes the maps smaller
# says: MACs are too many
def build():
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(8, 8, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(8, 8, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(8, 16, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(16, 8),
    )


# %% budget: counts 1 x 1 convolutions
# says: are too few
def build():
    return nn.Sequential(
        nn.Conv2d(3, 12, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(12, 12, 1),
        nn.ReLU(),
        nn.Conv2d(12, 16, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 16, 1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(16, 8),
    )


# %% budget: strides past pixels
# says: of the pixels
def build():
    return nn.Sequential(
        nn.Conv2d(3, 12, 3, stride=4),
        nn.ReLU(),
        nn.Conv2d(12, 16, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 16, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 16, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(16, 8),
    )


# %% budget: two classes
# says: shape
def build():
    return nn.Sequential(
        nn.Conv2d(3, 12, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(12, 16, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 16, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 16, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(16, 9),
    )


# %% budget: convolutions that no image passes
# says: are too few
def build():
    net = nn.Sequential(nn.AvgPool2d(2), nn.Flatten(), nn.Linear(768, 8))
    net[0].spare = nn.ModuleList(nn.Conv2d(1, 1, 3) for _ in range(4))
    return net
