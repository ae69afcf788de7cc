"""Wrong answers to the exercises of feature-maps.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% byhand: takes the smallest value that fires
# says: does not exceed itself
# - threshold = 2
# + threshold = 4

# %% byhand: divides by the area of the muzzle
# says: divide by the places where it fires
# - inside = 1 / 2
# + inside = 1 / 3

# %% byhand: takes the first picture alone for chance
# says: both pictures
# - chance = 3 / 8
# + chance = 3 / 4

# %% byhand: averages the pictures' own ratios
# says: sum over the set first
# - iou = 1 / 4
# + iou = 1 / 6

# %% byhand: counts the place in both twice
# says: counted twice
# - iou = 1 / 4
# + iou = 1 / 5

# %% byhand: leaves out the picture without a muzzle
# says: belongs to the set
# - iou = 1 / 4
# + iou = 1 / 3

# %% record: takes no copy
# says: take a copy
# - .numpy().copy()
# + .numpy()

# %% record: leaves the hooks
# says: remove them
# -     for handle in handles:
# -         handle.remove()

# %% record: leaves the network in evaluation mode
# says: in training mode before
# -     net.train(mode)
#

# %% record: puts the network into training, whatever it was
# only hidden tests: in the check it was in training
# - net.train(mode)
# + net.train()

# %% record: runs with dropout at work
# says: layer "3"
# -     net.eval()
#

# %% record: gives all names the last name's maps
# says: layer "0"
# -     def watcher(name):
# -         def watch(module, inputs, output):
# -             maps[name] = output.detach().numpy().copy()
# -
# -         return watch
# +     def watcher(_):
# +         def watch(module, inputs, output):
# +             maps.update({n: output.detach().numpy().copy() for n in names})
# +
# +         return watch

# %% strip: divides by zero
# says: standard deviation is zero
# - if deviation == 0:
# + if False:

# %% strip: draws the empty map white
# says: strip
# - np.full_like(one, 128)
# + np.full_like(one, 255)

# %% strip: lets bytes wrap
# says: begins again at 0
# - drawn.append(stretched.clip(0, 255))
# + drawn.append(stretched.astype(int) % 256)

# %% strip: writes into the caller's maps
# says: in place
# -         deviation = one.std()
# +         deviation = one.std()
# +         one -= one.mean()

# %% strip: puts the maps below each other
# says: side by side
# - np.concatenate(drawn, axis=1)
# + np.concatenate(drawn, axis=0)

# %% dissect: averages over pictures
# says: before you divide
# -     both = (fires & masks[:, None]).sum(axis=(0, 2, 3))
# -     either = (fires | masks[:, None]).sum(axis=(0, 2, 3))
# -     return both / np.maximum(either, 1)
# +     both = (fires & masks[:, None]).sum(axis=(2, 3))
# +     either = (fires | masks[:, None]).sum(axis=(2, 3))
# +     return (both / np.maximum(either, 1)).mean(axis=0)

# %% dissect: uses one threshold for all maps
# says: threshold of its own
# -     thresholds = np.quantile(responses, 1 - share, axis=1, method="lower")
# +     thresholds = np.full(len(responses), np.quantile(responses, 1 - share, method="lower"))

# %% dissect: takes the lowest responses for the highest
# says: few responses exceed
# - 1 - share, axis
# + share, axis

# %% dissect: fires where it reaches the threshold
# says: exceeds the threshold
# - maps > thresholds
# + maps >= thresholds

# %% dissect: divides by what fires
# says: share of the places where it fires
# - either = (fires | masks[:, None]).sum
# + either = fires.sum

# %% dissect: mixes maps and pictures when it makes rows
# says: dissect
# - maps.swapaxes(0, 1).reshape(maps.shape[1], -1)
# + maps.reshape(maps.shape[1], -1)

# %% keras: leaves the channels last
# says: The maps come before rows and columns
# - np.moveaxis(np.asarray(made[name]), -1, 1)
# + np.asarray(made[name])

# %% keras: exchanges rows and columns
# says: changed places
# - np.moveaxis(np.asarray(made[name]), -1, 1)
# + np.asarray(made[name]).transpose(0, 3, 2, 1)

# %% keras: shifts the names by one layer
# says: what another layer made
# -     made = second(x, training=False)
# +     made = second(x, training=False)
# +     made = dict(zip(names, [made[names[0]], *(made[n] for n in names[:-1])]))

# %% keras: has dropout at work
# says: what "second" gives
# - training=False
# + training=True

# %% keras: takes what goes into a layer
# says: what "first" gives
# - model.get_layer(name).output
# + model.get_layer(name).input

# %% blind: gives the values and not the best so far
# says: the best so far is asked for
# - np.maximum.accumulate(values)
# + np.array(values)

# %% blind: averages over pictures
# says: before you divide
# - (masks & on).sum() / (masks | on).sum()
# + ((masks & on).sum(axis=(1, 2)) / (masks | on).sum(axis=(1, 2))).mean()

# %% blind: divides by the masks alone
# says: Divide by the union
# - (masks | on).sum()
# + masks.sum()

# %% blind: gives one number
# says: each step
# - np.maximum.accumulate(values)
# + max(values)

# %% blind: thinks that the shuffled masks notice it
# says: are the two rows of numbers different
# - allowed = [1, 1, 0, 1]
# + allowed = [1, 1, 1, 1]

# %% blind: draws no conclusion from a fair control
# says: what must a map do
# - allowed = [1, 1, 0, 1]
# + allowed = [1, 1, 0, 0]

# %% blind: believes that blind maps stay at chance
# says: Look at a) again
# - allowed = [1, 1, 0, 1]
# + allowed = [0, 1, 0, 1]
