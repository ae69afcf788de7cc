"""Other right answers to the exercises of yolov2.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% hand: as arrays, worked out step by step
centre, half = np.array([3.5, 2.5]) * 16, np.array([20, 40 * np.exp(np.log(0.5))]) / 2
box, t_x = np.hstack([centre - half, centre + half]), -np.log(1 / (28 / 16 - 1) - 1)
count, tree = np.prod([8, 6, 35]), np.array([0.9 * 0.4, 0.72])

# %% hand: rounded, as tuples
box, t_x, count, tree = (46, 30, 66, 50), 1.099, 1680, (0.36, 0.72)


# %% step: with the distance, in loops
def step(sizes, shapes):
    members = [[] for _ in shapes]
    for w, h in sizes:
        apart = []
        for a, b in shapes:
            both = min(w, a) * min(h, b)
            apart.append(1 - both / (w * h + a * b - both))
        members[int(np.argmin(apart))].append((w, h))
    return [np.mean(m, axis=0) if m else shape for m, shape in zip(members, shapes)]


# %% step: with the package's IoU of boxes that share a corner
# - both = np.minimum(sizes[:, None], shapes).prod(-1)
# -     iou = both / (sizes.prod(-1)[:, None] + shapes.prod(-1) - both)
# + from dlcourse import boxes
# +
# +     iou = boxes.iou(np.hstack([0 * sizes, sizes]), np.hstack([0 * shapes, shapes]))


# %% back: place by place
def back(maps):
    depth, h, w = np.shape(maps)
    out = np.zeros((depth // 4, 2 * h, 2 * w))
    for c, r, s in np.ndindex(out.shape):
        out[c, r, s] = maps[4 * c + 2 * (r % 2) + s % 2, r // 2, s // 2]
    return out


# %% back: writes every second row and column
def back(maps):
    out = np.empty((len(maps) // 4, 2 * maps.shape[1], 2 * maps.shape[2]), maps.dtype)
    for k in range(4):
        out[:, k // 2 :: 2, k % 2 :: 2] = maps[k::4]
    return out


# %% back: lets PyTorch do it
def back(maps):
    return torch.nn.functional.pixel_shuffle(torch.tensor(maps), 2).numpy()


# %% tree: group by group
def probabilities(logits, parents):
    own = np.empty(len(logits))
    for parent in set(parents.tolist()):
        group = np.flatnonzero(parents == parent)
        e = np.exp(logits[group] - np.max(logits[group]))
        own[group] = e / e.sum()
    for node in range(len(parents)):
        if parents[node] != -1:
            own[node] = own[node] * own[parents[node]]
    return own


# %% tree: upwards from each node, in logarithms
def probabilities(logits, parents):
    answer = []
    for node in range(len(logits)):
        log = 0.0
        while node >= 0:
            log += logits[node] - np.logaddexp.reduce(logits[parents == parents[node]])
            node = parents[node]
        answer.append(np.exp(log))
    return answer


# %% tree: with the package
def probabilities(logits, parents):
    return detection.WordTree(list(map(int, parents))).probabilities(torch.tensor(logits)).numpy()


# %% wanted: assigns all owners at once
def wanted(overlap, owner):
    target = -(overlap.max(0) > 0.6).astype(float)
    target[owner] = overlap[range(len(owner)), owner]
    return target


# %% wanted: box by box
def wanted(overlap, owner):
    target = []
    for box in range(overlap.shape[1]):
        mine = [k for k in range(len(owner)) if owner[k] == box]
        if mine:
            target.append(overlap[mine[-1], box])
        else:
            target.append(-1 if any(overlap[:, box] > 0.6) else 0)
    return target


# %% priors: as a list, with the package's IoU
# - suits = np.zeros((5, 2))
# + from dlcourse import boxes
# +
# + suits = []
# - both = np.minimum(some[:, None], shapes).prod(-1)
# -         iou = both / (some.prod(-1)[:, None] + shapes.prod(-1) - both)
# -         suits[row, column] = iou.max(1).mean()
# + iou = boxes.iou(np.hstack([0 * some, some]), np.hstack([0 * shapes, shapes]))
# +         suits.append(iou.max(1).mean())
# - conclusion = "C"
# + suits, conclusion = np.reshape(suits, (5, 2)), "C"

# %% priors: in loops, and says which sentence
# - both = np.minimum(some[:, None], shapes).prod(-1)
# -         iou = both / (some.prod(-1)[:, None] + shapes.prod(-1) - both)
# -         suits[row, column] = iou.max(1).mean()
# + fits = []
# +         for w, h in some:
# +             both = np.minimum(w, shapes[:, 0]) * np.minimum(h, shapes[:, 1])
# +             fits.append(np.max(both / (w * h + shapes[:, 0] * shapes[:, 1] - both)))
# +         suits[row, column] = sum(fits) / len(fits)
# - conclusion = "C"
# + conclusion = "C, the third sentence"
