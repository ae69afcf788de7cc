"""Wrong answers to the exercises of architectures.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% hand: forgets the biases
# says: has a bias
# - parameters = [1216, 2336, 20490]
# + parameters = [1200, 2304, 20480]

# %% hand: lets each filter see all channels in spite of the groups
# says: with two groups
# - 2336
# + 4640
# - 589824
# + 1179648

# %% hand: multiplies the biases
# says: added, not multiplied
# - macs = [1228800, 589824, 20480]
# + macs = [1245184, 598016, 20490]

# %% hand: uses each weight once
# says: at every position
# - macs = [1228800, 589824, 20480]
# + macs = [1200, 2304, 20480]

# %% hand: counts positions before the stride of the pooling
# says: not the right values yet
# - macs = [1228800, 589824, 20480]
# + macs = [1228800, 2359296, 20480]

# %% sides: always rounds down
# says: rounded down
# - room // s if rounding == "floor" else -(-room // s)
# + room // s

# %% sides: pads on one side
# says: both sides
# - room = n + 2 * p - k
# + room = n + p - k

# %% sides: forgets the rule about the last window
# says: left out
# - if rounding == "ceil" and last * s >= n + p:
# -             last -= 1


# %% sides: rounds only what it returns
# says: on the far side is left out
def sides(n, layers, rounding):
    result = []
    for k, s, p in layers:
        n = (n + 2 * p - k) / s + 1
        result.append(int(n) if rounding == "floor" else -int(-n // 1))
    return result


# %% sides: forgets the first window
# says: Do not forget the first window
# - n = last + 1
# + n = last

# %% sides: returns the last side alone
# says: is a single number
# - return result
# + return result[-1]

# %% inception: forgets the biases
# says: Where are the biases
# - weights + biases, weights
# + weights, weights

# %% inception: lets the larger filters see all channels
# says: leaves
# - (three[0], three[1], 3)
# + (channels, three[1], 3)
# - (five[0], five[1], 5)
# + (channels, five[1], 5)

# %% inception: forgets the convolution after the pooling
# says: pooled branch
# - (channels, pooled, 1),

# %% inception: multiplies the biases
# says: not multiplied
# - weights * side * side
# + (weights + biases) * side * side


# %% inception: takes the inputs of the 3 x 3 and 5 x 5 for their outputs
# only hidden tests: in the check the two numbers are equal
def inception(channels, side, one, three, five, pooled):
    weights = channels * (one + three[1] + five[1] + pooled) + 9 * three[0] * three[1] + 25 * five[0] * five[1]
    return weights + one + sum(three) + sum(five) + pooled, weights * side**2


# %% residual: no shortcut
# says: Where is the shortcut
# - torch.relu(f + g)
# + torch.relu(f)

# %% residual: ReLU before the sum
# says: after the sum
# - torch.relu(f + g)
# + torch.relu(f) + g

# %% residual: no ReLU between the convolutions
# says: between the two
# - torch.relu(conv(x, w1, stride=stride, padding=1))
# + conv(x, w1, stride=stride, padding=1)

# %% residual: the shortcut without its weights
# says: weights of its own
# - x if w_short is None else conv(x, w_short, stride=stride)
# + x[:, :, ::stride, ::stride]

# %% residual: ReLU on the shortcut
# says: also where it is negative
# - torch.relu(f + g)
# + torch.relu(f + torch.relu(g))

# %% residual: the stride in both convolutions
# only hidden tests: in the check the second stride finds a single pixel
# - w2, padding=1
# + w2, stride=stride, padding=1

# %% patients: thinks that shortcuts are always in order
# says: exponents of C
# - found = [0, 1, 2]
# + found = [0, 1, 0]

# %% patients: takes small for large
# says: which one is small
# - found = [0, 1, 2]
# + found = [0, 2, 1]

# %% patients: leaves the scale as it is
# says: must be between 1.1 and 10
# - layers**-0.5
# + 1.0

# %% patients: lets the scale grow with the depth
# says: must be between 1.1 and 10
# - layers**-0.5
# + layers**0.5

# %% patients: sets the weights to zero
# says: must be between 1.1 and 10
# - layers**-0.5
# + 0.0

# %% patients: a small constant, with which ten layers do next to nothing
# says: With cure(10)
# - layers**-0.5
# + 0.1

# %% patients: a constant that suits thirty layers only
# says: With cure(100)
# - layers**-0.5
# + 0.3

# %% patients: the largest constant with which a hundred layers do not explode
# says: With cure(500)
# - layers**-0.5
# + 0.19

# %% patients: makes the scale itself of the order 1 / n, so that the layers do next to nothing
# says: With cure(10)
# - layers**-0.5
# + 1 / layers

# %% patients: lets the scale fall too slowly
# says: With cure(500)
# - layers**-0.5
# + 0.6 * layers**-0.25

# %% patients: returns the growth per layer that is wanted, not the scale
# says: With cure(10)
# - layers**-0.5
# + 1 + 1 / layers

# %% patients: knows the tried depths by heart
# only hidden tests: the check tries those depths
# - layers**-0.5
# + {10: 0.3, 30: 0.18, 100: 0.1, 500: 0.045}.get(layers, 0.1)

# %% budget: forgets that the dense layer is expensive
# says: parameters are too many
# - nn.Conv2d(24, 24, 3, padding=1)
# + nn.Conv2d(24, 64, 3, padding=1)
# - nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(24, 8)
# + nn.Flatten(), nn.Linear(64 * 16, 8)

# %% budget: never makes the maps smaller
# says: MACs are too many
# - nn.Conv2d(3, 12, 3, stride=2, padding=1)
# + nn.Conv2d(3, 12, 3, padding=1)
# - nn.Conv2d(12, 16, 3, stride=2, padding=1)
# + nn.Conv2d(12, 16, 3, padding=1)
# - nn.Conv2d(16, 24, 3, stride=2, padding=1)
# + nn.Conv2d(16, 24, 3, padding=1)

# %% budget: counts 1 x 1 convolutions
# says: are too few
# - nn.Conv2d(16, 24, 3, stride=2, padding=1)
# + nn.Conv2d(16, 24, 1, stride=2)
# - nn.Conv2d(24, 24, 3, padding=1)
# + nn.Conv2d(24, 24, 1)

# %% budget: strides past pixels
# says: of the pixels
# - nn.Conv2d(3, 12, 3, stride=2, padding=1)
# + nn.Conv2d(3, 12, 3, stride=4)

# %% budget: two classes
# says: shape
# - nn.Linear(24, 8)
# + nn.Linear(24, 9)


# %% budget: convolutions that no image passes
# says: are too few
def build():
    net = nn.Sequential(nn.AvgPool2d(2), nn.Flatten(), nn.Linear(768, 8))
    net[0].spare = nn.ModuleList(nn.Conv2d(1, 1, 3) for _ in range(4))
    return net
