"""Wrong answers to the exercises of cats-and-dogs.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% sizes: rounds half of 25 up
# says: what is left over is dropped
# - flat = 64 * 12 * 12
# + flat = 64 * 13 * 13

# %% sizes: forgets the third pooling
# says: three poolings
# - flat = 64 * 12 * 12
# + flat = 64 * 25 * 25

# %% sizes: forgets the biases
# says: Where are the biases
# - dense = 512 * (flat + 1)
# + dense = 512 * flat

# %% sizes: forgets the last layer
# says: The last layer counts
# - + dense + 513
# + + dense

# %% shift: goes the wrong way
# says: It goes the wrong way
# - np.arange(height) - rows
# + np.arange(height) + rows
# - np.arange(width) - columns
# + np.arange(width) + columns

# %% shift: exchanges rows and columns
# says: Rows and columns are exchanged
# - np.arange(height) - rows
# + np.arange(height) - columns
# - np.arange(width) - columns
# + np.arange(width) - rows


# %% shift: rolls the image round
# says: comes in on the other
def shifted(image, rows, columns):
    return np.roll(image, (rows, columns), axis=(0, 1))


# %% shift: fills with black
# says: shifted
# - return image[r][:, c]
# + moved = np.roll(image, (rows, columns), axis=(0, 1)); moved[:, :columns] = 0; return moved

# %% shift: knows only positive shifts
# says: shifted
# - np.arange(height) - rows
# + np.arange(height) - abs(rows)
# - np.arange(width) - columns
# + np.arange(width) - abs(columns)

# %% rates: averages over the classes
# says: Each image counts once
# - right.sum() / confusion.sum()
# + (right / there).mean()

# %% rates: gives the share of mistakes
# says: share of mistakes
# - right.sum() / confusion.sum()
# + 1 - right.sum() / confusion.sum()

# %% rates: exchanges rows and columns
# says: divide by how many there are
# - right / there, right / said
# + right / said, right / there

# %% rates: gives the shares of each class twice
# says: the share right of each answer
# - right / said
# + right / there

# %% worst: sorts the other way
# says: surest of being right
# - np.argsort(belief[np.arange(len(labels)), labels])[:k]
# + np.argsort(-belief[np.arange(len(labels)), labels])[:k]

# %% worst: gives the worst last
# says: The worst comes first
# - [:k]
# + [:k][::-1]

# %% worst: sorts logits
# says: You have sorted logits
# - belief[np.arange(len(labels)), labels]
# + logits[np.arange(len(labels)), labels]

# %% worst: takes the belief in the answer given
# says: the label asks for the true class
# - belief[np.arange(len(labels)), labels]
# + belief.max(axis=1)

# %% worst: lets large logits overflow
# only hidden tests: the logits of the check are small
# - np.exp(logits - logits.max(axis=1, keepdims=True))
# + np.exp(logits)

# %% twice: asks once
# says: the same answer
# - for z in (x, x.flip(-1))
# + for z in (x, x)

# %% twice: mirrors up and down
# says: the same answer
# - for z in (x, x.flip(-1))
# + for z in (x, x.flip(-2))

# %% twice: averages logits
# says: must sum to 1
# - torch.softmax(model(z), dim=1)
# + model(z)

# %% twice: turns by 180 degrees in place of mirroring, for both
# says: left and right, not up and down
# - for z in (x, x.flip(-1))
# + for z in (x + x.flip(-1), x.flip(-2) + x.flip((-1, -2)))

# %% twice: counts images that both get right
# says: count only images on which the two differ
# - won = int((~first & second).sum())
# + won = int(second.sum())

# %% twice: takes two coins for a proof
# says: How often do so few coins
# - conclusion = "cannot tell"
# + conclusion = "helps"

# %% build: forgets the padding
# says: loses a frame of pixels
# - layers.Conv2D(32, 3, padding="same", activation="relu")
# + layers.Conv2D(32, 3, activation="relu")

# %% build: ends in a sigmoid
# says: no activation after the last layer
# - layers.Dense(1)
# + layers.Dense(1, activation="sigmoid")

# %% build: drops half
# says: Two dropouts of 0.2
# -             layers.Dropout(0.2),
# -             layers.Flatten()
# +             layers.Dropout(0.5),
# +             layers.Flatten()

# %% build: leaves a ReLU out
# says: lacks its ReLU
# - layers.Conv2D(64, 3, padding="same", activation="relu")
# + layers.Conv2D(64, 3, padding="same")

# %% build: two outputs
# says: One logit
# - layers.Dense(1)
# + layers.Dense(2)
