# %% ranks: takes the absolute values
# says: belongs to the absolute values
# - signed = 0.8
# + signed = 0.4

# %% ranks: keeps the ranks of the signed numbers
# says: ranks of their own
# - absolute = 0.4
# + absolute = 0.8

# %% ranks: forgets the factor 6
# says: multiplied by 6
# - signed = 0.8
# + signed = 1 - 2 / 60

# %% ranks: does not subtract from one
# says: subtracted from 1
# - absolute = 0.4
# + absolute = 0.6

# %% ranks: takes a turned order for none
# says: still depends on the first one
# - turned_signed = -1
# + turned_signed = 0

# %% ranks: turns absolute values
# says: absolute values of -a
# - turned_absolute = 1
# + turned_absolute = -1

# %% rank: correlates the numbers
# says: take their ranks
# - stats.rankdata(maps.reshape(len(maps), -1), axis=1) for maps in (a, b)
# + maps.reshape(len(maps), -1) for maps in (a, b)

# %% rank: takes places for ranks
# says: argsort says where
# - stats.rankdata(maps.reshape(len(maps), -1), axis=1) for maps in (a, b)
# + maps.reshape(len(maps), -1).argsort(axis=1) for maps in (a, b)

# %% rank: gives equal numbers different ranks
# says: Equal numbers share
# - stats.rankdata(maps.reshape(len(maps), -1), axis=1) for maps in (a, b)
# + maps.reshape(len(maps), -1).argsort(axis=1).argsort(axis=1) for maps in (a, b)

# %% rank: leaves the signs out
# says: Keep the signs
# - stats.rankdata(maps.reshape(len(maps), -1), axis=1) for maps in (a, b)
# + stats.rankdata(np.abs(maps).reshape(len(maps), -1), axis=1) for maps in (a, b)

# %% rank: divides by zero
# says: rank_correlation
# - np.where(size > 0, size, 1)
# + size

# %% top: works on the network itself
# says: work on a copy
# - copy.deepcopy(net)
# + net

# %% top: begins at the input
# says: the output is at the end
# - layers[len(layers) - k :]
# + layers[:k]

# %% top: takes the whole list for k = 0
# says: layers[-0:] is the whole list
# - layers[len(layers) - k :]
# + layers[-k:]

# %% top: counts layers without weights
# says: Count the layers that have weights
# -         if list(layer.parameters(recurse=False))
# +         if not list(layer.children())
#
# - for layer in layers[len(layers) - k :]:
# -         layer.reset_parameters()
# + for layer in layers[len(layers) - k :]:
# +         if hasattr(layer, "reset_parameters"):
# +             layer.reset_parameters()

# %% top: does not reset the running means
# says: keeps its running means
# -         layer.reset_parameters()
# +         kept = {n: b.clone() for n, b in layer.named_buffers()}
# +         layer.reset_parameters()
# +         for n, b in layer.named_buffers():
# +             b.copy_(kept[n])

# %% fault: takes the absolute value of the correlation
# says: not of the correlation
# -     same = explain.similarity(before, after).mean()
# +     same = np.abs(explain.similarity(a, b)).mean()
# -     before, after = np.abs(before), np.abs(after)
# +     a, b = before, after
# +     before, after = np.abs(before), np.abs(after)

# %% fault: leaves the signs in
# says: Where are the absolute values
# - before, after = np.abs(before), np.abs(after)
# + pass

# %% fault: asks the trained network about other pictures
# says: must come from the other network
# - np.roll(after, k, axis=0)
# + np.roll(before, k, axis=0)

# %% fault: counts the picture itself
# says: own map is in your mean
# - range(1, len(before))
# + range(len(before))

# %% fault: reverses the order
# says: the picture in the middle
# - explain.similarity(before, np.roll(after, k, axis=0)) for k in turns
# + explain.similarity(before, after[::-1]) for k in turns

# %% fault: subtracts nothing
# says: likeness alone
# - same - np.mean(other)
# + same

# %% keras: leaves all layers fresh
# says: All layers are fresh
# -         if old.name not in names:
# -             new.set_weights(old.get_weights())
# +         pass

# %% keras: starts the other layers anew
# says: The other way round
# - if old.name not in names
# + if old.name in names

# %% keras: copies everything
# says: Nothing differs
# - if old.name not in names
# + if True

# %% keras: changes the model itself
# says: The model itself has changed
# -             new.set_weights(old.get_weights())
# +             new.set_weights(old.get_weights())
# +         else:
# +             old.set_weights(new.get_weights())

# %% keras: sets the named layers to zero
# says: scale 1 and variance 1
# -             new.set_weights(old.get_weights())
# +             new.set_weights(old.get_weights())
# +         else:
# +             new.set_weights([0 * w for w in old.get_weights()])

# %% alone: randomises from the output down
# says: random from the output down
# -     for layers in blocks.values():
# +     for k in range(5):
# +         layers = sum(list(blocks.values())[: k + 1], [])

# %% alone: leaves the sign out
# says: Keep the signs
# - explain.similarity(trained_map, method(n)).mean()
# + explain.similarity(np.abs(trained_map), np.abs(method(n))).mean()

# %% alone: exchanges rows and columns
# says: One row for each block
# - return np.array(found)
# + return np.array(found).T
#
# - most = list(blocks)[guided.mean(axis=1).argmin()]
# + most = "conv1"

# %% alone: takes the most alike for the most changed
# says: so it changes least
# - argmin()
# + argmax()

# %% alone: says that nothing matters
# says: how much of the order is left
# - conclusion = "b"
# + conclusion = "a"

# %% alone: is content with any change
# says: Look at its first two rows
# - conclusion = "b"
# + conclusion = "c"

# %% alone: overlooks the last rows
# says: with the first convolution random
# - conclusion = "b"
# + conclusion = "d"
