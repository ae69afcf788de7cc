"""Wrong answers to the exercises of imagenet-network.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% hand: takes the whole shorter side
# says: 7/8 of it
# - [125, 25, 475, 375]
# + [100, 0, 500, 400]

# %% hand: begins with the top
# says: Left comes first
# - [125, 25, 475, 375]
# + [25, 125, 375, 475]

# %% hand: gives width and height
# says: width and height
# - [125, 25, 475, 375]
# + [125, 25, 350, 350]

# %% hand: divides by 255
# says: not divided by 255
# - (191 - 127) / 128
# + 191 / 255

# %% hand: forgets to subtract
# says: Subtract 127
# - (191 - 127) / 128
# + 191 / 128

# %% hand: divides width by height of the coin
# says: width by height
# - 600 / 400
# + 400 / 600

# %% hand: counts each change twice
# says: half the sum
# - (0.4 + 0.4) / 2
# + 0.4 + 0.4

# %% hand: lets changes cancel
# says: absolute values
# - (0.4 + 0.4) / 2
# + (0.4 - 0.4) / 2

# %% beyond: is content with one control
# says: not beyond one of them
# - np.max([
# + np.min([

# %% beyond: compares with the mean of the controls
# says: not with their mean
# - np.max([
# + np.mean([

# %% beyond: counts ties
# says: As far as a control
# - distance(wrong) > most
# + distance(wrong) >= most - 1e-12

# %% beyond: gives a share
# says: That is a share
# - int((distance(wrong) > most).sum())
# + float((distance(wrong) > most).mean())

# %% beyond: measures the largest change of one class
# only hidden tests: in the check, all changes are of one kind
# - np.abs(p - right).sum(axis=1) / 2
# + np.abs(p - right).max(axis=1)

# %% back: gives the column first
# says: Row first
# - [top + (r + 0.5) * scale, left + (c + 0.5) * scale]
# + [left + (c + 0.5) * scale, top + (r + 0.5) * scale]

# %% back: gives the corner of the pixel
# says: not its middle
# - top + (r + 0.5) * scale, left + (c + 0.5) * scale
# + top + r * scale, left + c * scale

# %% back: begins at the edge of the photograph
# says: does not begin at the photograph's edge
# - top + (r + 0.5) * scale, left + (c + 0.5) * scale
# + (r + 0.5) * scale, (c + 0.5) * scale

# %% back: takes the whole shorter side
# says: Only 7/8
# - min(height, width) * 7 / 8
# + min(height, width)

# %% back: thinks that the photograph was stretched
# says: not stretched
# - [top + (r + 0.5) * scale, left + (c + 0.5) * scale]
# + [(r + 0.5) * height / 224, (c + 0.5) * width / 224]

# %% mend: lets bytes wrap
# says: A byte cannot be negative
# - (images.astype("float32") - 127) / 128
# + ((images - 127) / 128).astype("float32")

# %% mend: reshapes
# says: the axes have to change places
# - x.transpose(0, 3, 1, 2)
# + x.reshape(len(x), 3, *images.shape[1:3])

# %% mend: has blue first
# says: Red comes first
# - x.transpose(0, 3, 1, 2)
# + x.transpose(0, 3, 1, 2)[:, ::-1]

# %% mend: scales by another rule
# says: (b - 127) / 128
# - - 127) / 128
# + - 127.5) / 127.5

# %% mend: exchanges rows and columns
# says: Pictures, channels, rows, columns
# - x.transpose(0, 3, 1, 2)
# + x.transpose(0, 3, 2, 1)

# %% mend: gives double precision
# says: float32
# - images.astype("float32")
# + images.astype("float64")

# %% keras: forgets the mean
# says: Where has the mean gone
# -     bias = bias - (kernel * mean[:, None]).sum(axis=(0, 1, 2))
#

# %% keras: adds the mean
# says: not added
# - bias = bias - (
# + bias = bias + (

# %% keras: multiplies by the spread
# says: divided by the spread
# - kernel / spread[:, None]
# + kernel * spread[:, None]

# %% keras: takes one spread for all
# says: a spread of its own
# - kernel / spread[:, None]
# + kernel / spread.mean()

# %% keras: takes the channels from the other end
# says: Red and blue
# - kernel / spread[:, None]
# + kernel / spread[::-1][:, None]
# - mean[:, None]
# + mean[::-1][:, None]

# %% keras: does not divide the mean
# says: The mean is divided
# - (kernel * mean[:, None])
# + (layer.get_weights()[0] * mean[:, None])

# %% keras: changes the layer that it was given
# says: has changed
# -     made = keras.layers.Conv2D.from_config(layer.get_config())
# -     made.build((None, None, None, 3))
# -     made.set_weights([kernel, bias])
# -     return made
# +     layer.set_weights([kernel, bias])
# +     return layer

# %% keras: loses the settings
# only hidden tests: the check's layer has no settings of its own
# - keras.layers.Conv2D.from_config(layer.get_config())
# + keras.layers.Conv2D(layer.filters, layer.kernel_size)

# %% secret: divides by the variance
# says: the root of the variance
# - net[1].running_var.sqrt()
# + net[1].running_var

# %% secret: lets shifts cancel
# says: whatever its sign
# - (means - net[1].running_mean).abs()
# + means - net[1].running_mean

# %% secret: measures each place by itself
# says: before you take the distance
# -         means = net[0](x).mean(dim=(0, 2, 3))
# -         far = (means - net[1].running_mean).abs()
# +         means = net[1].running_mean[:, None, None]
# +         far = (net[0](x) - means).abs().mean(dim=(0, 2, 3))

# %% secret: adds up the channels
# says: not their sum
# - .sqrt()).mean())
# + .sqrt()).sum())

# %% secret: leaves out the variance
# says: Where is the running variance
# - far / net[1].running_var.sqrt()
# + far

# %% secret: takes the largest mismatch
# says: another preparation comes closer
# - min(ready, key
# + max(ready, key

# %% secret: thinks that labels are needed
# says: did you use a label
# - allowed = [1, 0, 0]
# + allowed = [1, 1, 0]

# %% secret: believes that the test sees turned pictures
# says: compute it
# - allowed = [1, 0, 0]
# + allowed = [1, 0, 1]
