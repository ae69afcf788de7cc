"""Other right answers to the exercises of yolov3.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% hand: rounds to three decimals
# - np.log(24 / 32), np.log(54 / 32)]
# + -0.288, 0.523]
# - [np.log(2), 2 * np.log(2)]
# + (0.693, 1.386)


# %% owner: loops, and returns a tuple
def owner(box, priors, strides):
    x0, y0, x1, y1 = box
    best = (-1,)
    for scale, shapes in enumerate(priors):
        for k, (w, h) in enumerate(shapes):
            both = min(x1 - x0, w) * min(y1 - y0, h)
            fit = both / ((x1 - x0) * (y1 - y0) + w * h - both)
            best = max(best, (fit, scale, k))
    _, scale, k = best
    stride = strides[scale]
    return scale, int((y0 + y1) / 2 // stride), int((x0 + x1) / 2 // stride), k


# %% roles: loops, and returns a list
def roles(overlap, owners, threshold):
    found = []
    for p, row in enumerate(overlap):
        if p in owners:
            found.append(1)
        else:
            found.append(-1 if any(each > threshold for each in row) else 0)
    return found


# %% keras: asks Keras for the cross-entropy
# - ops.softplus(z) - p * z, axis=1)
# + ops.binary_crossentropy(p, z, from_logits=True), axis=1)

# %% keras: writes the cross-entropy with the logarithm of the sigmoid
# - ops.softplus(z) - p * z, axis=1)
# + -p * ops.log_sigmoid(z) - (1 - p) * ops.log_sigmoid(-z), axis=1)


# %% faulty: has no loop over the cells
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def read(maps, priors, strides):
    found, scores = [], []
    for outputs, stride, shapes in zip(maps, strides, np.asarray(priors)):
        _, rows, columns = outputs.shape
        t = np.moveaxis(outputs.reshape(len(shapes), -1, rows, columns), (2, 3), (0, 1))
        corner = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), -1)[:, :, None]
        centre = (sigmoid(t[..., :2]) + corner) * stride
        half = shapes * np.exp(t[..., 2:4]) / 2
        found.append(np.concatenate([centre - half, centre + half], -1).reshape(-1, 4))
        scores.append((sigmoid(t[..., 4:5]) * sigmoid(t[..., 5:])).reshape(len(found[-1]), -1))
    return np.concatenate(found), np.concatenate(scores)


# %% steps: writes a small letter with a stop
# - conclusion = "B"
# + conclusion = "b."
