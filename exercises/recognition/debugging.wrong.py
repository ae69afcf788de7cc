# %% mirror: leaves the boxes where they were
# says: the boxes stay where they were
# - np.stack((width - right, top, width - left, bottom), axis=1)
# + rows.copy()

# %% mirror: exchanges no edges
# says: Which edge is the left one
# - (width - right, top, width - left, bottom)
# + (width - left, top, width - right, bottom)

# %% mirror: takes the height
# says: as wide as it has columns
# - width = image.shape[1]
# + width = image.shape[0]

# %% mirror: counts pixels
# says: the last edge is the width
# - width = image.shape[1]
# + width = image.shape[1] - 1

# %% mirror: turns the boxes upside down
# says: Left to right is along x
# - (width - right, top, width - left, bottom)
# + (left, image.shape[0] - bottom, right, image.shape[0] - top)

# %% mirror: mirrors the boxes alone
# says: The image is to be mirrored, too
# - image[:, ::-1].copy()
# + image.copy()

# %% mirror: mirrors the colours, too
# says: the last axis holds the colours
# - image[:, ::-1].copy()
# + image[:, ::-1, ::-1].copy()

# %% mirror: works in place
# says: in place
# - return turned, np.stack((width - right, top, width - left, bottom), axis=1)
# + rows[:] = np.stack((width - right, top, width - left, bottom), axis=1)
# +     return turned, rows

# %% mirror: knows squares of 96 pixels only
# says: mirror
# - width = image.shape[1]
# + width = 96

# %% labels: takes the numbers for labels
# says: Labels count from 0
# - [names.index(name_of[n]) for n in numbers]
# + numbers

# %% labels: subtracts one
# says: Not every file counts from 1
# - [names.index(name_of[n]) for n in numbers]
# + [n - 1 for n in numbers]

# %% labels: subtracts the lowest number
# says: may have gaps
# - [names.index(name_of[n]) for n in numbers]
# + [n - min(name_of) for n in numbers]

# %% labels: takes the place in the file
# says: not that in the file
# - [names.index(name_of[n]) for n in numbers]
# + [list(name_of).index(n) for n in numbers]

# %% labels: has no whole numbers for an image without pets
# only hidden tests: an image without pets
# -  for n in numbers], dtype=int)
# +  for n in numbers])

# %% units: leaves the sizes in cells
# says: in what unit
# - codes[..., 2] ** 2 * width, codes[..., 3] ** 2 * height
# + codes[..., 2] ** 2 * width / columns, codes[..., 3] ** 2 * height / rows

# %% units: knows images of 96 pixels only
# says: Not every image has 96 pixels
# - codes[..., 2] ** 2 * width, codes[..., 3] ** 2 * height
# + codes[..., 2] ** 2 * 96, codes[..., 3] ** 2 * 96

# %% units: exchanges width and height
# says: heights with its height
# - codes[..., 2] ** 2 * width, codes[..., 3] ** 2 * height
# + codes[..., 2] ** 2 * height, codes[..., 3] ** 2 * width

# %% units: takes the image for a square
# says: The image is not square
# - codes[..., 3] ** 2 * height
# + codes[..., 3] ** 2 * width

# %% units: multiplies by the six cells
# says: their number is not always 6
# - codes[..., 2] ** 2 * width, codes[..., 3] ** 2 * height
# + codes[..., 2] ** 2 * 6 * width / columns, codes[..., 3] ** 2 * 6 * height / rows

# %% units: forgets the squares
# says: The network gives roots
# - codes[..., 2] ** 2 * width, codes[..., 3] ** 2 * height
# + codes[..., 2] * width, codes[..., 3] * height

# %% units: takes the size for the half
# says: Half of the width lies on each side
# - (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
# + (x - w, y - h, x + w, y + h)

# %% units: moves the centre, too
# says: Size and place
# - (codes[..., 0] + column) * width / columns
# -     y = (codes[..., 1] + row) * height / rows
# + (codes[..., 0] + column) * width
# +     y = (codes[..., 1] + row) * height

# %% back: subtracts last
# says: Undo the last step
# - (found - border) / scale
# + found / scale - border

# %% back: has all of the border on one side
# says: grey on both sides
# - side - height * scale] * 2) / 2
# + side - height * scale] * 2)

# %% back: exchanges the axes of the border
# says: Which of the two axes
# - [side - width * scale, side - height * scale]
# + [side - height * scale, side - width * scale]

# %% back: lets boxes end outside
# says: end where the picture ends
# - np.clip((found - border) / scale, 0, [width, height] * 2)
# + (found - border) / scale

# %% back: stretches
# says: Both axes have the same scale
# - (found - border) / scale
# + found * np.array([width, height] * 2) / side

# %% back: forgets the border
# says: And the border
# - (found - border) / scale
# + found / scale

# %% back: knows pictures that are wider than high
# says: the longer side
# - max(height, width)
# + width

# %% back: has the border above only
# says: where is the grey
# - [side - width * scale, side - height * scale]
# + [0, abs(side - min(height, width) * scale)]

# %% back: rounds the border
# says: in the middle of a pixel
# - [side - width * scale, side - height * scale] * 2) / 2
# + [side - width * scale, side - height * scale] * 2) // 2

# %% crop: keeps boxes without an area
# says: have no area
# - kept = (inside[:, 2:] > inside[:, :2]).all(axis=1)
# + kept = np.ones(len(rows), bool)

# %% crop: keeps boxes that have one side left
# says: A box without width
# - .all(axis=1)
# + .any(axis=1)

# %% crop: wants the centre in the window
# says: even if its centre is outside
# - kept = (inside[:, 2:] > inside[:, :2]).all(axis=1)
# + centre = (rows[:, :2] + rows[:, 2:]) / 2
# +     kept = ((centre > [left, top]) & (centre < [right, bottom])).all(axis=1)

# %% crop: cuts nothing
# says: cut at the edges of the window
# - return inside[kept]
# + return rows[kept]

# %% crop: measures from the corner of the image
# says: the corner of the window
# - inside[kept] - [left, top] * 2
# + inside[kept]

# %% crop: makes small pets of those outside
# says: not even as a very small one
# - kept = (inside[:, 2:] > inside[:, :2]).all(axis=1)
# -     return inside[kept] - [left, top] * 2, labels[kept]
# + inside[:, 2:] = np.maximum(inside[:, 2:], inside[:, :2] + 1)
# +     return inside - [left, top] * 2, labels

# %% crop: keeps all labels
# says: takes its label along
# - labels[kept]
# + labels

# %% crop: takes the first labels
# says: Which labels belong
# - labels[kept]
# + labels[: kept.sum()]

# %% crop: wants a pixel in each direction
# says: Half a pixel in width still has
# - (inside[:, 2:] > inside[:, :2])
# + (inside[:, 2:] >= inside[:, :2] + 1)

# %% crop: wants all of the pet in the window
# says: crop
# - kept = (inside[:, 2:] > inside[:, :2]).all(axis=1)
# + kept = (inside == rows).all(axis=1)

# %% nms: looks at all classes
# says: do not count
# - [j for j in kept if labels[j] == labels[k]]
# + kept

# %% nms: goes class by class, without an order at the end
# says: whatever the class
# - for k in np.argsort(-scores, kind="stable"):
# + for k in np.lexsort((-scores, labels)):

# %% nms: lets boxes that have gone suppress others
# says: suppresses no other
# - rivals = [j for j in kept if labels[j] == labels[k]]
# + rivals = [j for j in range(len(rows)) if labels[j] == labels[k] and scores[j] > scores[k]]

# %% nms: knows two classes only
# says: more than two classes
# - for k in np.argsort(-scores, kind="stable"):
# + for k in [k for k in np.argsort(-scores, kind="stable") if labels[k] < 2]:

# %% nms: returns the order of the boxes
# says: not that of the boxes
# - return kept
# + return sorted(kept)

# %% nms: suppresses nothing
# says: still one too many
# - if not (overlap > threshold).any():
# + if True:

# %% nms: drops at the threshold
# says: At the threshold
# - (overlap > threshold)
# + (overlap >= threshold)

# %% nms: compares with the other class
# says: do not count
# - labels[j] == labels[k]
# + labels[j] != labels[k]

# %% nms: looks at the last kept box only
# says: still one too many
# - labels[j] == labels[k]]
# + labels[j] == labels[k]][-1:]

# %% stuck: tells a pet's cell both
# says: told two things
# - functional.softplus(logits[~owners]).sum()
# + functional.softplus(logits).sum()

# %% stuck: weighs the pets' cells
# says: that of the other cells
# - return object_loss + weight * no_object
# + return weight * object_loss + no_object

# %% stuck: leaves the other cells alone
# says: that there is nothing
# - return object_loss + weight * no_object
# + return object_loss

# %% stuck: takes means
# says: not means
# - object_loss = functional.softplus(-logits[owners]).sum()
# -     no_object = functional.softplus(logits[~owners]).sum()
# + object_loss = functional.softplus(-logits[owners]).mean()
# +     no_object = functional.softplus(logits[~owners]).mean()

# %% stuck: forgets the weight
# says: Where is the weight
# - return object_loss + weight * no_object
# + return object_loss + no_object

# %% stuck: has the wrong sign
# says: makes a sure cell
# - functional.softplus(-logits[owners])
# + functional.softplus(logits[owners])

# %% stuck: writes the weights in another order
# says: order of the text
# - for weight in (1 / 3, 1, 3)]
# + for weight in (3, 1, 1 / 3)]

# %% stuck: trains with the right loss
# says: With the faulty loss
# - [confidences(loss_faulty, weight)[0]
# + [confidences(loss, weight)[0]

# %% stuck: takes the last number
# says: the last one is not
# - [confidences(loss_faulty, weight)[0]
# + [confidences(loss_faulty, weight)[-1]

# %% stuck: concludes that the sigmoid saturates
# says: Where is the sigmoid steepest
# - conclusion = "C"
# + conclusion = "A"

# %% stuck: concludes that one class is the cause
# says: Are the three numbers equal
# - conclusion = "C"
# + conclusion = "B"

# %% stuck: concludes that a large weight helps
# says: Which of the three numbers is largest
# - conclusion = "C"
# + conclusion = "D"
