# %% pooled: leaves out the last row and column
# says: Both ends belong
# - shape = [2, 4]
# + shape = [1, 3]

# %% pooled: exchanges rows and columns
# says: Rows first
# - shape = [2, 4]
# + shape = [4, 2]

# %% pooled: cuts off
# says: Round, do not
# - shape = [2, 4]
# + shape = [2, 3]

# %% pooled: counts from 1
# says: counted
# - pooled = [8, 7, 2, 5]
# + pooled = [9, 4, 8, 7]

# %% pooled: takes means
# says: not the mean
# - pooled = [8, 7, 2, 5]
# + pooled = [5.5, 6.5, 1, 4]

# %% pooled: adds the sides
# says: squared
# - length = 896
# + length = 384

# %% pooled: forgets the channels
# says: For every channel
# - length = 896
# + length = 14

# %% bins: leaves out the last place
# says: belongs to the region
# - n = high - low + 1
# + n = high - low

# %% bins: shares no place
# says: rounded up
# - low - (-(i + 1) * n // count)
# + low + (i + 1) * n // count

# %% bins: counts from 0
# says: Counted from low
# - low + i * n // count
# + i * n // count
# - low - (-(i + 1) * n // count)
# + -(-(i + 1) * n // count)

# %% bins: rounds the begin up
# says: is rounded down
# - low + i * n // count
# + low - (-i * n // count)

# %% loss: gives the background a box loss
# says: Background has no box loss
# - (each * (u >= 1)).sum()
# + each.sum()

# %% loss: divides by the objects
# says: not of objects
# - (each * (u >= 1)).sum() / len(u)
# + (each * (u >= 1)).sum() / (u >= 1).sum()

# %% loss: squares
# says: is a line
# - np.where(d < 1, 0.5 * d**2, d - 0.5)
# + (0.5 * d**2)

# %% loss: takes the codes of another class
# says: The codes of class u
# - t[rows, u - 1]
# + t[rows, -u]

# %% loss: takes the mean of the codes
# says: not their mean
# - .sum(axis=1)
# + .mean(axis=1)

# %% mend: lets in what is far away
# says: takes no part
# - (best >= 0.1) & (best < 0.5)
# + best < 0.5

# %% mend: is too strict
# says: is enough
# - best >= 0.1
# + best > 0.1

# %% mend: takes all objects
# says: A quarter at most
# - [: n // 4]
# + [:n]

# %% mend: leaves places empty
# says: there is more background
# - n - len(objects)
# + n - n // 4

# %% enough: gives all proposals
# says: the first proposals only
# - [:first]
# +

# %% enough: counts proposals
# says: not of proposals
# - .max(1) for t in scenes.targets
# + .max(0) for t in scenes.targets

# %% enough: averages over scenes
# says: not the mean of the scenes
# - (np.concatenate(covered) >= 0.5).mean()
# + np.mean([(each >= 0.5).mean() for each in covered])

# %% enough: extrapolates
# says: Compare the last two
# - conclusion = "a"
# + conclusion = "b"

# %% enough: trusts the box head
# says: is the first number near the last
# - conclusion = "a"
# + conclusion = "c"

# %% enough: looks for another cause
# says: gives all three numbers
# - conclusion = "a"
# + conclusion = "d"

# %% seen: ends before the last place
# says: belongs to the region
# - (x1 + 1) * stride, (y1 + 1) * stride
# + x1 * stride, y1 * stride

# %% seen: cuts off
# says: do not cut off
# - np.floor(np.asarray(box) / stride + 0.5)
# + np.floor(np.asarray(box) / stride)

# %% seen: stays on the map
# says: In pixels
# - return x0 * stride, y0 * stride, (x1 + 1) * stride, (y1 + 1) * stride
# + return x0, y0, x1 + 1, y1 + 1

# %% seen: rounds the ends up
# says: to the nearest place
# -     x0, y0, x1, y1 = np.floor(np.asarray(box) / stride + 0.5)
# +     x0, y0, x1, y1 = np.floor(np.asarray(box) / stride + 0.5)
# +     x1, y1 = np.ceil(np.asarray(box)[2:] / stride)
