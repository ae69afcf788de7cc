"""Wrong answers to the exercises of pooling-and-invariance.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% by-hand: takes the largest without its sign
# says: without its sign
# - largest = [[8, 2, 3], [4, -1, 9]]
# + largest = [[8, 2, 3], [4, 5, 9]]

# %% by-hand: takes 0 for the largest of negative numbers
# says: Its largest is not 0
# - largest = [[8, 2, 3], [4, -1, 9]]
# + largest = [[8, 2, 3], [4, 0, 9]]

# %% by-hand: sums instead of averaging
# says: Those are the sums
# - mean = [[3, 1, 0], [1, -3, 4]]
# + mean = [[12, 4, 0], [4, -12, 16]]

# %% by-hand: lets windows hang over the edge
# says: must lie inside the map
# - overlapping = [[8, 2]]
# + overlapping = [[8, 2, 9], [4, 6, 9]]

# %% by-hand: moves by the window instead of the stride
# says: stride of 3
# - overlapping = [[8, 2]]
# + overlapping = [[8, 9]]

# %% ragged: always drops the rest
# says: The rest was dropped
# - 1 if keep_rest and rest > 0 else 0
# + 0

# %% ragged: always keeps the rest
# says: to be dropped
# - keep_rest and rest > 0
# + rest > 0

# %% ragged: fills up with zeros
# says: beat every negative answer
# -     y = np.zeros(counts)
# +     y = np.zeros(counts)
# +     x = np.pad(x, ((0, size), (0, size)))

# %% ragged: moves the window by one
# says: by the stride, or by one
# - r * stride, c * stride
# + r, c

# %% ragged: adds a window even where nothing is left over
# says: shape
# - keep_rest and rest > 0
# + keep_rest

# %% ragged: takes the stride for the window
# says: every value 6 too small
# - top : top + size, left : left + size
# + top : top + stride, left : left + stride

# %% ragged: pushes the last window back into the map
# says: pushed back
# - r * stride, c * stride
# + min(r * stride, x.shape[0] - size), min(c * stride, x.shape[1] - size)

# %% smallest: forgets the second minus sign
# says: One minus sign is missing
# - -torch.nn.functional.max_pool2d(-images, 3, stride=2, padding=1)
# + torch.nn.functional.max_pool2d(-images, 3, stride=2, padding=1)

# %% smallest: uses max pooling as it is
# says: Those are the largest
# - -torch.nn.functional.max_pool2d(-images, 3, stride=2, padding=1)
# + torch.nn.functional.max_pool2d(images, 3, stride=2, padding=1)

# %% smallest: pads with zeros by hand
# says: The padding was the smallest
# -     return -torch.nn.functional.max_pool2d(-images, 3, stride=2, padding=1)
# +     images = torch.nn.functional.pad(images, (1, 1, 1, 1))
# +     return -torch.nn.functional.max_pool2d(-images, 3, stride=2)

# %% smallest: forgets the padding
# says: Is there a padding
# - torch.nn.functional.max_pool2d(-images, 3, stride=2, padding=1)
# + torch.nn.functional.max_pool2d(-images, 3, stride=2)

# %% smallest: pads with a number that is not always large enough
# only hidden tests: the check's numbers are small
# -     return -torch.nn.functional.max_pool2d(-images, 3, stride=2, padding=1)
# +     images = torch.nn.functional.pad(images, (1, 1, 1, 1), value=100)
# +     return -torch.nn.functional.max_pool2d(-images, 3, stride=2)

# %% smallest: takes the smallest over the channels, too
# says: Each channel
# -     return -torch.nn.functional.max_pool2d(-images, 3, stride=2, padding=1)
# +     smallest = images.min(dim=1, keepdim=True).values
# +     if images.shape[1] == 1:
# +         smallest = images
# +     return -torch.nn.functional.max_pool2d(-smallest, 3, stride=2, padding=1)

# %% parameters: forgets the biases
# says: Where are the biases
# - (3 * 3 + 1) * filters
# + 3 * 3 * filters
# - (inputs + 1) * classes
# + inputs * classes

# %% parameters: forgets the dense layer's biases
# says: a bias for each output
# - (inputs + 1) * classes
# + inputs * classes

# %% parameters: divides one side only
# says: Each side is divided
# - (side // size) ** 2
# + (side * side // size)

# %% parameters: gives pooling a weight for each place of its window
# says: does it learn it
# - filters, 0, 0,
# + filters, size**2, 0,

# %% parameters: forgets that pooling makes the maps smaller
# says: gets the pooled maps
# - (side // size) ** 2
# + side**2

# %% parameters: takes one map for all
# says: flatten keeps them all
# - filters * (side // size) ** 2
# + (side // size) ** 2

# %% parameters: counts halves of windows
# says: no halves
# - side // size
# + side / size

# %% parameters: keeps the window that hangs over the edge
# says: is not whole
# - (side // size) ** 2
# + (-(-side // size)) ** 2


# %% backward: shares the gradient as average pooling does
# says: that is average pooling
def max_pool_backward(x, upstream):
    return np.kron(upstream, np.ones((2, 2))) / 4


# %% backward: gives all of it to everyone
# says: all of it
def max_pool_backward(x, upstream):
    return np.kron(upstream, np.ones((2, 2)))


# %% backward: marks the winners and forgets the upstream gradient
# says: The upstream gradient
# - = upstream[r, c]
# + = 1

# %% backward: gives the winner its own value
# says: own value
# - = upstream[r, c]
# + = patch.max()

# %% backward: looks for the value in the whole map
# says: values wrong
# -             patch = x[2 * r : 2 * r + 2, 2 * c : 2 * c + 2]
# -             i, j = np.unravel_index(patch.argmax(), (2, 2))
# -             gradient[2 * r + i, 2 * c + j] = upstream[r, c]
# +             i, j = np.argwhere(x == x[2 * r : 2 * r + 2, 2 * c : 2 * c + 2].max())[-1]
# +             gradient[i, j] = upstream[r, c]

# %% moves: asks for exact equality
# says: is some rounding forgiven
# - bool(np.allclose(after, moved)), bool(np.allclose(after, before))
# + np.array_equal(after, moved), np.array_equal(after, before)

# %% moves: moves the image by two columns
# says: By how many columns
# - np.roll(x, 1, axis=1)
# + np.roll(x, 2, axis=1)
# - np.roll(before, 1, axis=-1)
# + np.roll(before, 2 if np.shape(before) == np.shape(x) else 1, axis=-1)

# %% moves: exchanges the two answers
# says: True and False exchanged
# - bool(np.allclose(after, moved)), bool(np.allclose(after, before))
# + bool(np.allclose(after, before)), bool(np.allclose(after, moved))

# %% moves: moves the output to the other side
# says: to the same side
# - np.roll(before, 1, axis=-1)
# + np.roll(before, -1, axis=-1)

# %% moves: moves everything down instead of to the right
# says: to the right, not down
# - np.roll(x, 1, axis=1)
# + np.roll(x, 1, axis=0)
# - np.roll(before, 1, axis=-1)
# + np.roll(before, 1, axis=0)

# %% moves: believes that what keeps the shape moves along
# says: Equal shapes are not enough
# - bool(np.allclose(after, moved))
# + before.shape == x.shape and not np.allclose(after, before)

# %% moves: compares sums only
# only hidden tests: in the check no layer keeps the sum without moving along
# - bool(np.allclose(after, moved))
# + before.shape == x.shape and np.isclose(after.sum(), before.sum())

# %% blur-pool: does not blur
# says: Nothing was blurred
# - return x[::2, ::2]
# + return x[1:-1, 1:-1][::2, ::2]
# - x = (x[:-2] + 2 * x[1:-1] + x[2:]) / 4
#
# - x = (x[:, :-2] + 2 * x[:, 1:-1] + x[:, 2:]) / 4

# %% blur-pool: blurs after dropping
# says: too late
# - np.pad(x, 1, mode="edge")
# + np.pad(x[::2, ::2], 1, mode="edge")
# - return x[::2, ::2]
# + return x

# %% blur-pool: blurs down and not across
# says: one direction only
# - np.pad(x, 1, mode="edge")
# + np.pad(x, ((1, 1), (0, 0)), mode="edge")
# - x = (x[:, :-2] + 2 * x[:, 1:-1] + x[:, 2:]) / 4

# %% blur-pool: gives all nine pixels the same weight
# says: All nine weights are equal
# - (x[:-2] + 2 * x[1:-1] + x[2:]) / 4
# + (x[:-2] + x[1:-1] + x[2:]) / 3
# - (x[:, :-2] + 2 * x[:, 1:-1] + x[:, 2:]) / 4
# + (x[:, :-2] + x[:, 1:-1] + x[:, 2:]) / 3

# %% blur-pool: weights that add up to sixteen
# says: add up to one
# - (x[:-2] + 2 * x[1:-1] + x[2:]) / 4
# + x[:-2] + 2 * x[1:-1] + x[2:]
# - (x[:, :-2] + 2 * x[:, 1:-1] + x[:, 2:]) / 4
# + x[:, :-2] + 2 * x[:, 1:-1] + x[:, 2:]

# %% blur-pool: pads with zeros
# says: The border got darker
# - np.pad(x, 1, mode="edge")
# + np.pad(x, 1)

# %% blur-pool: mirrors at the border
# says: edge pixel itself
# - mode="edge"
# + mode="reflect"

# %% blur-pool: begins with the second pixel
# says: values wrong
# -     return x[::2, ::2]
# +     y = x[1::2, 1::2]
# +     rows, columns = (len(x) + 1) // 2, (x.shape[1] + 1) // 2
# +     return np.pad(y, ((0, rows - y.shape[0]), (0, columns - y.shape[1])), mode="edge")


# %% steady: averages over the moves
# says: mean over the moves
def steadiness(predict, images, shifts):
    start = predict(images).argmax(axis=1)
    return np.mean([np.mean(predict(np.roll(images, s, axis=-1)).argmax(axis=1) == start) for s in shifts])


# %% steady: moves the rows
# says: along which axis
# - axis=-1
# + axis=1

# %% steady: looks at the last move only
# says: only the last move
# - same &=
# + same =

# %% steady: is content with one steady move
# says: One steady move
# - np.ones(len(images), dtype=bool)
# + np.zeros(len(images), dtype=bool)
# - same &=
# + same |=

# %% steady: compares the scores instead of the classes
# only hidden tests: in the check the scores change only where the classes do
# - start = predict(images).argmax(axis=1)
# + start = predict(images)
# - predict(moved).argmax(axis=1) == start
# + np.isclose(predict(moved), start).all(axis=1)

# %% steady: moves what was moved already
# only hidden tests: with the check's moves the shares are the same
# - for shift in shifts:
# + for shift in sorted(shifts):
# - moved = np.roll(images, shift, axis=-1)
# + moved = images = np.roll(images, shift if shift != 2 else 1, axis=-1)
