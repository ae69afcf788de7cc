# %% hand: puts the centre into the corner of the cell
# says: The sigmoid of 0 is one half
# - box = [46, 30, 66, 50]
# + box = [38, 22, 58, 42]

# %% hand: swaps x and y
# says: Columns go along x, rows along y
# - box = [46, 30, 66, 50]
# + box = [30, 46, 50, 66]

# %% hand: leaves the place in the cell as it is
# says: which output has it as its sigmoid
# - t_x = np.log(0.75 / 0.25)
# + t_x = 0.75

# %% hand: has one set of classes for each cell
# says: Each box has classes of its own
# - count = 8 * 6 * 5 * (5 + 2)
# + count = 8 * 6 * (5 * 5 + 2)

# %% hand: takes conditional probabilities
# says: the product along the way
# - tree = [0.9 * 0.8 * 0.5, 0.9 * 0.8]
# + tree = [0.5, 0.8]

# %% hand: goes on to the leaf
# says: The bound is for the product
# - tree = [0.9 * 0.8 * 0.5, 0.9 * 0.8]
# + tree = [0.36, 0.36]

# %% step: takes the Euclidean distance
# says: By the IoU, the second size is more like the large shape
# - nearest = iou.argmax(1)
# + nearest = np.square(sizes[:, None] - shapes).sum(-1).argmin(1)

# %% step: compares areas alone
# says: can have different shapes
# - both = np.minimum(sizes[:, None], shapes).prod(-1)
# + both = np.minimum(sizes.prod(-1)[:, None], shapes.prod(-1))

# %% step: moves a shape without sizes to 0
# says: A shape without sizes stays
# - moved = np.array(shapes, float)
# + moved = np.zeros(shapes.shape)

# %% step: adds up
# says: The mean, not the sum
# - sizes[nearest == k].mean(0)
# + sizes[nearest == k].sum(0)

# %% step: changes the shapes that it was given
# says: changes its input
# - moved = np.array(shapes, float)
# + moved = shapes

# %% back: takes columns for rows
# says: have changed places
# - parts.transpose(0, 3, 1, 4, 2)
# + parts.transpose(0, 3, 2, 4, 1)

# %% back: only reshapes
# says: must become neighbours
# - return parts.transpose(0, 3, 1, 4, 2).reshape(c, 2 * h, 2 * w)
# + return maps.reshape(c, 2 * h, 2 * w)

# %% back: takes every second channel
# says: not every second one
# - parts = maps.reshape(c, 2, 2, h, w)
# + parts = maps.reshape(2, 2, c, h, w).transpose(2, 0, 1, 3, 4)

# %% tree: forgets the parent
# says: These are conditional
# - found[node] = own * (found[parent] if parent >= 0 else 1)
# + found[node] = own

# %% tree: has one softmax for all
# says: One softmax for each group of siblings
# - siblings = logits[parents == parent]
# + siblings = logits
# - found[node] = own * (found[parent] if parent >= 0 else 1)
# + found[node] = own

# %% tree: takes a sigmoid
# says: a softmax, not a sigmoid
# - own = own / np.exp(siblings - siblings.max()).sum()
# + own = 1 / (1 + np.exp(-logits[node]))

# %% tree: does not guard against large logits
# only hidden tests: the exponential of 1000 is infinite
# - own = np.exp(logits[node] - siblings.max())
# + own = np.exp(logits[node])
# - np.exp(siblings - siblings.max()).sum()
# + np.exp(siblings).sum()

# %% wanted: wants 1
# says: not 1
# - target[box] = overlap[k, box]
# + target[box] = 1

# %% wanted: takes the mean over the objects
# says: is enough to let it off
# - overlap.max(axis=0)
# + overlap.mean(axis=0)

# %% wanted: lets owners off
# says: is not let off
# - return target
# + target[overlap.max(axis=0) > 0.6] = -1
# +     return target

# %% wanted: lets the first object have the box
# says: the last one counts
# - for k, box in enumerate(owner):
# + for k, box in list(enumerate(owner))[::-1]:

# %% priors: turns the table
# says: In which order are the numbers
# - for row, n in enumerate((9, 20, 50, 200, 700)):
# + for row, n in enumerate((700, 200, 50, 20, 9)):

# %% priors: exchanges the columns
# says: the first column is for those that were seen
# - enumerate((seen[:n], unseen))
# + enumerate((unseen, seen[:n]))

# %% priors: concludes that few are best
# says: Look down the second column
# - conclusion = "C"
# + conclusion = "A"

# %% priors: concludes that it changes nothing
# says: Compare the first row with the last
# - conclusion = "C"
# + conclusion = "D"
