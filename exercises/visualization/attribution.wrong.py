# %% rules: lets the ReLU act on the gradient
# says: ask where the input was positive
# - gradient = [-1, 0, 4, 0, 2]
# + gradient = [0, 5, 4, 0, 2]

# %% rules: takes the deconvnet for guided backpropagation
# says: does not ask
# - deconv = [0, 5, 4, 0, 2]
# + deconv = [0, 0, 4, 0, 2]

# %% rules: asks of the gradient only
# says: One of its two conditions
# - guided = [0, 0, 4, 0, 2]
# + guided = [0, 5, 4, 0, 2]

# %% rules: forgets the baseline
# says: where is the baseline
# - integrated = [0, -1, -3]
# + integrated = [2, -2, 0]

# %% rules: walks back
# says: not back
# - integrated = [0, -1, -3]
# + integrated = [0, 1, 3]

# %% integrate: does not divide by the number of steps
# says: A sum is no mean
# - * total / steps
# + * total

# %% integrate: starts at the beginning of each piece
# says: gradient at the baseline
# - (k + 0.5) / steps
# + k / steps

# %% integrate: forgets to multiply
# says: Where is the difference
# - (x - baseline) * total / steps
# + total / steps

# %% integrate: multiplies by the image
# says: not times the image
# - (x - baseline) * total / steps
# + x * total / steps

# %% integrate: takes the gradient at the image
# says: The gradient at the image alone
# - gradient(baseline + share * (x - baseline))
# + gradient(x)

# %% integrate: walks from black
# says: integrate
# - gradient(baseline + share * (x - baseline))
# + gradient(share * x)

# %% cam: does not rectify
# says: What speaks against the class
# - np.maximum(total, 0)
# + total

# %% cam: adds the slopes
# says: not the sum
# - slopes.mean(axis=(2, 3))
# + slopes.sum(axis=(2, 3))

# %% cam: multiplies place by place
# says: not products place by place
# - (weights[:, :, None, None] * maps)
# + (slopes * maps)

# %% cam: pools over the batch, too
# says: weights of its own
# - slopes.mean(axis=(2, 3))
# + slopes.mean(axis=(0, 2, 3))[None]

# %% cam: divides by the largest number
# says: cam
# - return np.maximum(total, 0)
# + return np.maximum(total, 0) / np.maximum(total, 0).max(axis=(1, 2), keepdims=True).clip(1e-9)

# %% mend: forgets to average
# says: Average over the squares
# - falls / times
# + falls

# %% mend: leaves the sign
# says: A fall is positive
# - score(image) - score(covered)
# + score(covered) - score(image)

# %% mend: covers the image itself
# says: its inputs
# - image.copy()
# + image

# %% mend: covers with black
# says: not black
# - = grey
# + = 0

# %% logit: takes the absolute value
# says: Keep the sign
# - return tape.gradient(evidence, images).numpy()
# + return np.abs(tape.gradient(evidence, images).numpy())

# %% logit: explains the dog for both
# says: speaks for the dog
# - logits if target == 1 else -logits
# + logits

# %% logit: runs in training mode
# says: signed_saliency
# - training=False
# + training=True

# %% logit: exchanges the classes
# says: opposite sign
# - target == 1
# + target == 0

# %% size: counts negative numbers
# says: Negative numbers do not count
# - np.maximum(maps, 0)
# + maps
# - np.where(total > 0, inside / np.where(total > 0, total, 1), 0)
# + inside / total

# %% size: takes the quotient of the means
# says: not the quotient of the means
# - (share / size).mean()
# + share.mean() / size.mean()

# %% size: divides the wrong way round
# says: The other way round
# - (share / size).mean()
# + (size / share).mean()

# %% size: forgets to divide
# says: divide each by its size
# - (share / size).mean()
# + share.mean()

# %% size: believes the share
# says: a map that knows nothing
# - conclusion = "b"
# + conclusion = "a"

# %% size: takes a correlation for a verdict
# says: but look at lift
# - conclusion = "b"
# + conclusion = "c"

# %% size: says too much
# says: Some of the map lies outside
# - conclusion = "b"
# + conclusion = "d"
