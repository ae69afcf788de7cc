"""Wrong answers to the exercises of activation-maximization.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% hand: forgets the sigmoid
# says: slope of the sigmoid is missing
# - gradient = [[1, -2], [0, 3]]
# + gradient = [[4, -8], [0, 12]]

# %% hand: takes a half for the slope
# says: a quarter, not a half
# - gradient = [[1, -2], [0, 3]]
# + gradient = [[2, -4], [0, 6]]

# %% hand: goes downhill
# says: downhill
# - new_z = [[2, -4], [0, 6]]
# + new_z = [[-2, 4], [0, -6]]

# %% hand: makes all pixels white
# says: wants a black pixel
# - bound = 16
# + bound = 8

# %% steps: goes downhill
# says: along the gradient
# - return z + rate
# + return z - rate

# %% steps: has one size for all images
# says: a size of its own
# - size = np.sqrt((gradient**2).mean(axis=axes, keepdims=True))
# + size = np.sqrt((gradient**2).mean(keepdims=True))

# %% steps: takes the sum for the mean
# says: take the mean
# - .mean(axis=axes
# + .sum(axis=axes

# %% steps: does not divide
# says: division by the size
# - gradient / size
# + gradient

# %% steps: divides zero by zero
# says: NaN
# -     size[size == 0] = 1
#

# %% jitter: leaves the gradient where it is
# says: not moved back
# - moved = moved + rate * weights
# + return image + rate * weights

# %% jitter: moves it the same way again
# says: once more
# - (-move[0], -move[1])
# + move
# - moved = np.roll(image, move, axis=(0, 1))
# + moved = np.roll(image, (-move[0], -move[1]), axis=(0, 1))

# %% jitter: returns the moved image
# says: not moved back
# - return np.roll(moved, (-move[0], -move[1]), axis=(0, 1))
# + return moved

# %% jitter: moves back across only
# says: Is the image back
# - (-move[0], -move[1])
# + (0, -move[1])

# %% colour: takes the variances for lengths
# says: not variances
# - np.sqrt(variances)
# + variances

# %% colour: gives directions without length
# says: without a length
# - directions * np.sqrt(variances)
# + directions

# %% colour: leaves bytes
# says: Are the images in 0..1
# - / 255
# +

# %% colour: gives rows
# says: One column, not one row
# - return root * np.where(root.sum(0) < 0, -1, 1)
# + return (root * np.where(root.sum(0) < 0, -1, 1)).T

# %% decay: has a row for each seed
# says: one row for each decay
# - [[answer_for(d, 0.025, s) for s in seeds] for d in decays]
# + [[answer_for(d, 0.025, s) for d in decays] for s in seeds]

# %% decay: takes the lowest answers
# says: lowest answers
# - np.argmax
# + np.argmin

# %% decay: gives places for rates
# says: not its place
# - GRID[np.argmax(answers)]
# + np.argmax(answers)
# - tuned = np.array([[answer_for(d, rate, s) for s in seeds] for d, rate in own])
# + tuned = np.array([[answer_for(d, GRID[k], s) for s in seeds] for d, k in own])

# %% decay: measures at one rate again
# says: at its own rate
# - answer_for(d, rate, s)
# + answer_for(d, 0.025, s)

# %% decay: believes the one rate
# says: holds for one rate only
# - conclusion = 3
# + conclusion = 1

# %% decay: forgets the one rate
# says: do they fall
# - conclusion = 3
# + conclusion = 2

# %% decay: sees no difference
# says: ranges of the rows
# - conclusion = 3
# + conclusion = 4

# %% keras: returns the numbers
# says: the sigmoid of z
# - return tf.sigmoid(z)[0].numpy()
# + return z[0].numpy()

# %% keras: goes downhill
# says: of the channel falls
# - z.assign_add(rate
# + z.assign_sub(rate

# %% keras: shows the network the numbers
# says: values wrong
# - maps = body(tf.sigmoid(z))
# + maps = body(z)

# %% keras: takes the gradient once
# says: not moved
# - z.assign_add(rate
# + z = tf.Variable(z + 0 * rate

# %% keras: takes the channel for a row
# says: values wrong
# - maps[..., channel]
# + maps[:, channel]
