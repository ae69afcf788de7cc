"""Wrong answers to the exercises of transfer.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% count: forgets the biases
# says: Where are the biases
# - 1280 * 3 + 3
# + 1280 * 3

# %% count: gives each feature a bias
# says: Biases belong to the classes
# - 1280 * 3 + 3
# + 1280 * 3 + 1280

# %% count: computes the features anew in each epoch
# says: gives the same features again
# - passes_kept = 50
# + passes_kept = 5000

# %% count: keeps the features of pictures that change
# says: cropped anew
# - passes_cropped = 50 * 100
# + passes_cropped = 50

# %% prepare: subtracts from bytes
# says: has wrapped round
# - (images.astype("float32") - 127) / 128
# + (images - np.uint8(127)).astype("float32") / np.float32(128)

# %% prepare: scales to 0 and 1
# says: 0 became 0
# - (images.astype("float32") - 127) / 128
# + images.astype("float32") / 255

# %% prepare: reshapes instead of moving the axis
# says: That reshapes
# - x.transpose(0, 3, 1, 2)
# + x.reshape(len(x), 3, *x.shape[1:3])

# %% prepare: puts blue first
# says: Blue comes first
# - x.transpose(0, 3, 1, 2)
# + x.transpose(0, 3, 1, 2)[:, ::-1]

# %% prepare: leaves the colours last
# says: shape
# - return x.transpose(0, 3, 1, 2)
# + return x

# %% prepare: gives doubles
# says: float64
# - images.astype("float32")
# + images.astype("float64")

# %% head: takes the sum for the mean
# says: the sum over the rows
# - (p - one_hot) / len(features)
# + p - one_hot

# %% head: goes uphill
# says: goes uphill
# - w = w - rate
# + w = w + rate

# %% head: forgets the softmax
# says: The softmax is missing
# - p = e / e.sum(axis=1, keepdims=True)
# + p = scores

# %% head: leaves the biases
# says: The biases do not learn
# - b = b - rate * error.sum(axis=0)
# + b = b * 1

# %% head: normalises over the rows and not over the classes
# says: w after one step
# - p = e / e.sum(axis=1, keepdims=True)
# + p = e / e.sum(axis=0, keepdims=True)

# %% head: computes the error once, before the loop
# says: w after two steps
# -         scores = features @ w + b
# +         scores = features @ np.zeros_like(w)

# %% head: does not guard against large scores
# only hidden tests: in the check the scores are small
# - np.exp(scores - scores.max(axis=1, keepdims=True))
# + np.exp(scores)

# %% mend: leaves batch normalisation in training mode
# says: in which mode was its batch normalisation
# - network.eval()
# + network.train()

# %% mend: gives the optimiser all weights
# says: The weights of the body have moved
# - head.parameters()
# + network.parameters()
# -     with torch.no_grad():
# -         features = body(x)
#
# - head(features)
# + head(body(x))

# %% mend: freezes by requires_grad alone
# says: in which mode was its batch normalisation
# -     network.eval()
# +     network.train()
# +     body.requires_grad_(False)
# -     with torch.no_grad():
# -         features = body(x)
#
# - head(features)
# + head(body(x))

# %% mend: leaves the network in training mode
# says: not in evaluation mode
# -         descent.step()
# +         descent.step()
# +     head.train()

# %% mend: never steps
# says: The head has not learned
# - descent.step()
# + pass

# %% mend: forgets to forget the gradients
# says: the head's weight
# -         descent.zero_grad()

# %% keras: does not freeze
# says: Something of the body learns
# - body.trainable = False
# + body.trainable = True

# %% keras: freezes the head, too
# says: Nothing learns
# -     return keras.Sequential([body, pool, dense])
# +     model = keras.Sequential([body, pool, dense])
# +     model.trainable = False
# +     return model

# %% keras: gives probabilities
# says: These are probabilities
# - keras.layers.Dense(classes)
# + keras.layers.Dense(classes, activation="softmax")

# %% keras: flattens the maps
# says: how many numbers are left
# - keras.layers.GlobalAveragePooling2D()
# + keras.layers.Flatten()

# %% keras: takes the largest number of each map
# says: the output
# - keras.layers.GlobalAveragePooling2D()
# + keras.layers.GlobalMaxPooling2D()

# %% keras: freezes the first layer alone
# says: Something of the body learns
# - body.trainable = False
# + body.layers[0].trainable = False

# %% split: counts on both sides
# says: not of both parts
# - (seen & ~for_training).sum()
# + seen.sum()

# %% split: counts training pictures
# says: These are the training pictures
# - (seen & ~for_training).sum()
# + (seen & for_training).sum()

# %% split: counts animals
# says: Count pictures and not animals
# - int((seen & ~for_training).sum())
# + len(np.unique(animals[seen & ~for_training]))

# %% split: draws from the pictures
# says: on both sides
# -     each = np.random.default_rng(seed).permutation(np.unique(animals))
# -     return np.isin(animals, each[: int(share * len(each))])
# +     return np.random.default_rng(seed).random(len(animals)) < share

# %% split: returns animals
# says: one True or False for each picture
# - np.isin(animals, each[: int(share * len(each))])
# + each[: int(share * len(each))]

# %% split: forgets the seed
# says: Another seed gives the same split
# - default_rng(seed)
# + default_rng(0)

# %% split: counts the share in pictures
# says: the number of animals for training
# - int(share * len(each))
# + int(share * len(animals))

# %% draws: uses the same pets in each draw
# says: Each draw has other pets
# - slice(k * n, (k + 1) * n)
# + slice(0, n)

# %% draws: scores on the training pets
# says: on the training pets
# - model.score(test_features, test_labels)
# + model.score(features[part], labels[part])

# %% draws: returns the mean
# says: One share for each draw
# - return np.array(found)
# + return np.mean(found)

# %% draws: takes the standard deviation for the spread
# says: That is the standard deviation
# - ten.max() - ten.min()
# + ten.std()

# %% draws: subtracts the wrong way round
# says: Twenty minus ten
# - twenty.mean() - ten.mean()
# + ten.mean() - twenty.mean()

# %% draws: believes one draw
# says: for one and the same method
# - decides = False
# + decides = True

# %% draws: concludes against the numbers
# says: compare spread and gain
# - "draw" if spread > gain else "number"
# + "number"
