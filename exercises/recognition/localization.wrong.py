# %% hand: counts columns first
# says: Rows first
# - windows = [55, 95]
# + windows = [95, 55]

# %% hand: forgets the first window
# says: The first window counts
# - windows = [55, 95]
# + windows = [54, 94]

# %% hand: lets windows run over the edge
# says: must end inside
# - windows = [55, 95]
# + windows = [60, 100]

# %% hand: multiplies by the scale
# says: larger than the level
# - box = [240, 80, 288, 128]
# + box = [15, 5, 18, 8]

# %% hand: takes the row for x
# says: from left to right
# - box = [240, 80, 288, 128]
# + box = [80, 240, 128, 288]

# %% hand: forgets the stride
# says: two pixels apart
# - box = [240, 80, 288, 128]
# + box = [120, 40, 168, 88]

# %% hand: moves by the window of the level
# says: larger on the photograph
# - moved = [252, 56, 288, 134]
# + moved = [243, 74, 288, 129.5]

# %% hand: takes offsets for pixels
# says: not in pixels
# - moved = [252, 56, 288, 134]
# + moved = [240.25, 79.5, 288, 128.125]

# %% hand: wants more than a half
# says: exactly 0.5
# - error = 0.5
# + error = 0.75

# %% hand: looks at the boxes alone
# says: Both must be right
# - error = 0.5
# + error = 0.25

# %% guess: wants more than a half
# says: exactly 0.5
# - >= 0.5
# + > 0.5

# %% guess: looks at the boxes alone
# says: The class must be right
# - guess == kind and boxes
# + boxes

# %% guess: looks at the classes alone
# says: The box must be right
# - guess == kind and boxes.iou([found], [box])[0, 0] >= 0.5
# + guess == kind

# %% guess: lets all guesses count
# says: Only the first n
# - mine[:n]
# + mine

# %% guess: takes class and box from different guesses
# says: in the same guess
# - wrong += not any(right)
# + wrong += not (any(g == kind for g, _ in mine[:n]) and any(boxes.iou([b], [box])[0, 0] >= 0.5 for _, b in mine[:n]))

# %% guess: returns what is right
# says: share that is right
# - return wrong / len(truth)
# + return 1 - wrong / len(truth)

# %% slide: forgets the bias
# says: Where is the bias
# - (tf.nn.conv2d(x, kernel, 1, "VALID") + bias).numpy()
# + tf.nn.conv2d(x, kernel, 1, "VALID").numpy()

# %% slide: adds a ReLU
# says: no ReLU
# - return (tf.nn.conv2d(x, kernel, 1, "VALID") + bias).numpy()
# + return tf.nn.relu(tf.nn.conv2d(x, kernel, 1, "VALID") + bias).numpy()

# %% slide: pads
# says: shape
# - "VALID"
# + "SAME"

# %% slide: flattens as PyTorch does
# says: slide
# - kernel.reshape(height, width, channels, -1)
# + kernel.reshape(channels, height, width, -1).transpose(1, 2, 0, 3)

# %% mend: takes rows for x
# says: x is a column
# - np.stack([columns, rows], axis=1)
# + np.stack([rows, columns], axis=1)

# %% mend: multiplies by the scale
# says: larger than the level
# - return found / scale
# + return found * scale

# %% mend: scales the window on its level
# says: has the same size
# - corner + window]
# + corner + window * scale]

# %% mend: knows one window and one stride
# says: need not be 12 and 2
# - axis=1) * stride
# + axis=1) * 2
# - corner + window]
# + corner + 12]

# %% place: gives y first
# says: x comes first
# - np.stack([across, down], axis=1)
# + np.stack([down, across], axis=1)

# %% place: takes the edges of the places
# says: half a place further
# - x = (np.arange(scores.shape[2]) + 0.5)
# + x = np.arange(scores.shape[2])
# - y = (np.arange(scores.shape[1]) + 0.5)
# + y = np.arange(scores.shape[1])

# %% place: softmax along each row
# says: not along each row
# - weights / weights.sum(axis=(1, 2), keepdims=True)
# + weights / weights.sum(axis=2, keepdims=True)

# %% place: one softmax for all maps
# says: mean_place
# - weights / weights.sum(axis=(1, 2), keepdims=True)
# + weights / weights.sum()

# %% place: overflows
# says: mean_place
# - np.exp(scores - highest)
# + np.exp(scores)

# %% place: counts in places
# says: not in places
# - + 0.5) / scores.shape[2]
# + + 0.5)
# - + 0.5) / scores.shape[1]
# + + 0.5)

# %% boxes: scores all pictures
# says: all *other* pictures
# - np.delete(ious[best], some)
# + ious[best]

# %% boxes: chooses by all pictures
# says: by the n pictures alone
# - ious[:, some].mean(axis=1).argmax()
# + ious.mean(axis=1).argmax()

# %% boxes: exchanges the two numbers
# says: come first
# - return ious[best, some].mean(), others.mean()
# + return others.mean(), ious[best, some].mean()

# %% boxes: reports the pictures of the choice
# says: pictures of the choice
# - same, others = np.mean(draws, axis=1).T
# + same, others = np.mean(draws, axis=1)[:, [0, 0]].T

# %% boxes: believes the pictures of the choice
# says: Look at others
# - conclusion = "b"
# + conclusion = "a"

# %% boxes: trusts the paper
# says: Compare it with others
# - conclusion = "b"
# + conclusion = "c"

# %% boxes: sees no difference
# says: Compare same with others
# - conclusion = "b"
# + conclusion = "d"
