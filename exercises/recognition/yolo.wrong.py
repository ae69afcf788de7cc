# %% hand: gives each box its own classes
# says: share its class numbers
# - count = 10 * 10 * (3 * 5 + 4)
# + count = 10 * 10 * 3 * (5 + 4)

# %% hand: forgets the confidences
# says: its confidence among them
# - count = 10 * 10 * (3 * 5 + 4)
# + count = 10 * 10 * (3 * 4 + 4)

# %% hand: takes x for the row
# says: Rows go down, along y
# - code = [3, 2, 0.25, 0.5, 0.5, 0.75]
# + code = [2, 3, 0.25, 0.5, 0.5, 0.75]

# %% hand: takes no root
# says: The root of the size
# - code = [3, 2, 0.25, 0.5, 0.5, 0.75]
# + code = [3, 2, 0.25, 0.5, 0.25, 0.5625]

# %% hand: does not square
# says: Square the roots
# - box = [60, 17, 84, 23]
# + box = [48, 8, 96, 32]

# %% hand: the surer box is responsible
# says: not the higher confidence
# - terms = [(0.1 - 0.5) ** 2, 0.5 * 0.6**2]
# + terms = [(0.6 - 0.3) ** 2, 0.5 * 0.1**2]

# %% hand: a confidence of 1 is right
# says: not 1
# - terms = [(0.1 - 0.5) ** 2, 0.5 * 0.6**2]
# + terms = [(0.1 - 1) ** 2, 0.5 * 0.6**2]

# %% hand: leaves the other box out
# says: The other box of the cell
# - terms = [(0.1 - 0.5) ** 2, 0.5 * 0.6**2]
# + terms = [(0.1 - 0.5) ** 2, 0]

# %% encode: takes width for height
# says: x goes along the width
# - height, width = size
# + width, height = size

# %% encode: takes x for the row
# says: y gives the row
# - grid[row, column] = 1, *code
# + grid[column, row] = 1, *code

# %% encode: takes no root
# says: The root of the size is missing
# - code = x - column, y - row, np.sqrt(w), np.sqrt(h)
# + code = x - column, y - row, w, h

# %% encode: gives the centre in the image
# says: within its cell
# - code = x - column, y - row, np.sqrt(w), np.sqrt(h)
# + code = x, y, np.sqrt(w), np.sqrt(h)

# %% encode: counts classes from 1
# says: Classes count from 0
# - np.eye(C)[label]
# + np.eye(C)[label - 1]

# %% encode: the last object takes the cell
# says: The first object keeps the cell
# - if grid[row, column, 0] == 1:
# -             continue
# + grid[row, column] = 0

# %% iou: mixes units
# says: the size in images
# - a[:2] / S, b[:2] / S
# + a[:2], b[:2]

# %% iou: takes roots for sizes
# says: given as roots
# - a[2:] ** 2, b[2:] ** 2
# + a[2:], b[2:]

# %% iou: clamps nothing
# says: of two negative sides
# - np.prod(np.maximum(high - low, 0))
# + np.prod(high - low)

# %% loss: a confidence of 1 is right
# says: not 1
# - target = overlap[mine]
# + target = 1

# %% loss: leaves out the other box of a cell
# says: The box that is not responsible
# - confidence[~mine] ** 2
# + confidence[~has] ** 2

# %% loss: forgets the batch
# says: number of images
# - return [object_term / N, no_object / N]
# + return [object_term, no_object]

# %% loss: forgets the weight
# says: weight of the second term
# - 0.5 * (confidence[~mine] ** 2).sum()
# + (confidence[~mine] ** 2).sum()

# %% loss: makes both boxes responsible
# says: Only one box of a cell
# - mine = (np.arange(B) == best[..., None]) & has[..., None]
# + mine = np.repeat(has[..., None], B, axis=-1)

# %% loss: the surer box is responsible
# says: not with confidence
# - best = overlap.argmax(-1)
# + best = confidence.argmax(-1)

# %% faulty: takes x for the row
# says: upper right corner
# - (code[0] + column) * side, (code[1] + row) * side
# + (code[0] + row) * side, (code[1] + column) * side

# %% faulty: does not square
# says: the root of the size
# - code[2] ** 2 * size, code[3] ** 2 * size
# + code[2] * size, code[3] * size

# %% faulty: has no confidence
# says: anything at all
# - scores.append(code[4] * p)
# + scores.append(p)

# %% faulty: takes the confidence for the score
# says: of which class
# - scores.append(code[4] * p)
# + scores.append(code[4] * np.ones(len(p)))

# %% faulty: cells of 16 pixels
# says: How many pixels is a cell wide
# - side = size / len(output)
# + side = 16

# %% faulty: cuts confidence and class to 0..1, as the chapter's package does
# says: is cut
# - scores.append(code[4] * p)
# + scores.append(np.clip(code[4], 0, 1) * np.clip(p, 0, 1))

# %% faulty: cuts the score
# says: no score is cut
# - scores.append(code[4] * p)
# + scores.append(np.maximum(code[4] * p, 0))

# %% weight: begins with the largest weight
# says: in which order are your scores
# - for weight in (0.5, 5, 50):
# + for weight in (50, 5, 0.5):

# %% weight: leaves the loss as it is
# says: Does the weight reach the loss
# - return losses | {"no_object": factor * losses["no_object"]}
# + return losses

# %% weight: multiplies by the weight where the loss has its half already
# only hidden tests: with half of the weights, all numbers fall alike
# - factor=weight / 0.5
# + factor=weight

# %% weight: keeps everything
# says: a score of at least 0.2
# - f["scores"] >= 0.2
# + f["scores"] >= 0.0

# %% weight: concludes that larger is better
# says: Which weight has the highest scores
# - conclusion = "C"
# + conclusion = "A"

# %% weight: concludes that the weight does not matter
# says: the first and the last number
# - conclusion = "C"
# + conclusion = "B"

# %% weight: concludes that the boxes fit worse
# says: the last numbers of both lists
# - conclusion = "C"
# + conclusion = "D"
