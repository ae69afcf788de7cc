# %% hand: shares the class numbers
# says: class numbers of its own
# - count = 3 * (20 * 12 + 10 * 6 + 5 * 3) * (5 + 5)
# + count = (20 * 12 + 10 * 6 + 5 * 3) * (3 * 5 + 5)

# %% hand: forgets the objectness
# says: one more before the classes
# - (5 + 5)
# + (4 + 5)

# %% hand: counts the finest map only
# says: All three scales count
# - (20 * 12 + 10 * 6 + 5 * 3)
# + (20 * 12)

# %% hand: takes x for the row
# says: Rows go down, along y
# - code = [16, 3, 2,
# + code = [16, 2, 3,

# %% hand: divides the prior by the box
# says: not the other way round
# - np.log(24 / 32), np.log(54 / 32)
# + np.log(32 / 24), np.log(32 / 54)

# %% hand: takes the prior that is large enough
# says: best shape IoU
# - code = [16, 3, 2, 0.25, 0.5, np.log(24 / 32), np.log(54 / 32)]
# + code = [32, 1, 1, 0.125, 0.75, np.log(24 / 64), np.log(54 / 64)]

# %% hand: takes the centre for the corner
# says: not at its corner
# - box = [56, -4, 88, 60]
# + box = [72, 28, 104, 92]

# %% hand: leaves nobody alone
# says: One of the others is left alone
# - 2 * np.log(2)]
# + 3 * np.log(2)]

# %% hand: leaves those at the threshold alone
# says: Only an IoU above the threshold
# - 2 * np.log(2)]
# + np.log(2)]

# %% owner: takes x for the row
# says: y gives the row
# - return [scale, int(y), int(x), prior]
# + return [scale, int(x), int(y), prior]

# %% owner: takes the corner
# says: not its corner
# - (box[:2] + box[2:]) / 2 / strides[scale]
# + box[:2] / strides[scale]

# %% owner: has one stride
# says: a stride of its own
# - / 2 / strides[scale]
# + / 2 / strides[0]

# %% owner: counts through all priors
# says: within the scale
# - return [scale, int(y), int(x), prior]
# + return [scale, int(y), int(x), int(fits.argmax())]

# %% owner: looks at the finest scale only
# says: not of the finest scale
# - flat = priors.reshape(-1, 2)
# + flat = priors[0]

# %% owner: compares sizes by their difference
# says: By shape IoU
# - fits = both / (size.prod() + flat.prod(-1) - both)
# + fits = -((size - flat) ** 2).sum(-1)

# %% owner: compares by the larger quotient of the sides, as later programs do
# only hidden tests: in the three cases the same prior is the best by both
# - fits = both / (size.prod() + flat.prod(-1) - both)
# + fits = -np.maximum(size / flat, flat / size).max(-1)

# %% roles: leaves those at the threshold alone
# says: At the threshold
# - > threshold
# + >= threshold

# %% roles: has a threshold of its own
# says: The threshold is an argument
# - > threshold
# + > 0.5

# %% roles: makes all that overlap positive
# says: An object has one predictor
# - np.where(alone, -1, 0)
# + np.where(alone, 1, 0)

# %% roles: leaves nobody alone
# says: are left alone
# - np.where(alone, -1, 0)
# + np.zeros(len(alone), int)

# %% roles: puts those left alone last
# says: is not left alone
# - found = np.where(alone, -1, 0)
# -     found[owners] = 1
# + found = np.zeros(len(alone), int)
# +     found[owners] = 1
# +     found[alone] = -1

# %% roles: wants an overlap of the owner
# says: however little they overlap
# - found[owners] = 1
# + found[[k for k in owners if alone[k]]] = 1

# %% roles: looks at the first object
# says: All objects of the image count
# - alone = overlap.max(1, initial=0) > threshold
# + alone = overlap[:, :1].max(1, initial=0) > threshold

# %% keras: forgets the half
# says: a factor of one half
# - axis=1) / 2
# + axis=1)

# %% keras: forgets the weights
# says: Where are the weights
# - ops.sum(weight * (centre + size))
# + ops.sum(centre + size)

# %% keras: follows the paper's sentence
# says: no squared error
# - ops.softplus(z) - p * z, axis=1)
# + (ops.sigmoid(z) - p) ** 2 / 2, axis=1)

# %% keras: takes the mean
# says: not a mean
# - return ops.sum(weight
# + return ops.mean(weight

# %% keras: is not finite far out
# says: box_loss
# - ops.softplus(z) - p * z, axis=1)
# + ops.log(1 + ops.exp(z)) - p * z, axis=1)

# %% keras: clips the probability
# says: has lost the logit
# - centre = ops.sum(ops.softplus(z) - p * z, axis=1)
# + q = ops.clip(ops.sigmoid(z), 1e-7, 1 - 1e-7)
# +     centre = -ops.sum(p * ops.log(q) + (1 - p) * ops.log(1 - q), axis=1)

# %% keras: returns a plain number
# says: must return a tensor
# - return ops.sum(weight * (centre + size))
# + return float(ops.sum(weight * (centre + size)))

# %% faulty: reads channels as they lie
# says: which axis has to be moved
# - last = outputs.transpose(1, 2, 0)
# + last = outputs

# %% faulty: has one scale's priors
# says: priors of its own
# - half = shapes[k]
# + half = priors[0][k]

# %% faulty: lets the centre go
# says: keeps the centre in its cell
# - (sigmoid(numbers[:2]) + (column, row))
# + (numbers[:2] + (column, row))

# %% faulty: has no objectness
# says: anything at all
# - scores.append(objectness * sigmoid(numbers[5:]))
# + scores.append(sigmoid(numbers[5:]))

# %% steps: starts far away
# says: order of the text
# - entropy = [steps(t, "entropy") for t in (0, -3, -6)]
# + entropy = [steps(t, "entropy") for t in (-6, -3, 0)]

# %% steps: forgets the chain rule
# says: one more factor
# - slope = s * (1 - s) if loss == "squared" else 1
# + slope = 1

# %% steps: forgets the half
# says: The loss has a factor of one half
# - slope = s * (1 - s) if
# + slope = 2 * s * (1 - s) if

# %% steps: concludes that the factor is the same
# says: is it the same factor
# - conclusion = "B"
# + conclusion = "A"

# %% steps: names two letters
# says: conclusion
# - conclusion = "B"
# + conclusion = "BD"

# %% steps: concludes that the loss does not matter
# says: start by start
# - conclusion = "B"
# + conclusion = "C"

# %% steps: concludes that it never arrives
# says: Did the count end
# - conclusion = "B"
# + conclusion = "D"
