"""Other right answers to the exercises of yolo.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% hand: as arrays, worked out in pixels
count, code = np.prod([10, 10, 19]), np.array([3, 2, 36 / 16 - 2, 56 / 16 - 3, (24 / 96) ** 0.5, (54 / 96) ** 0.5])
centre, half = np.array([4.5, 1.25]) * 16, np.array([0.25, 0.0625]) * 48
box, terms = np.concatenate([centre - half, centre + half]), ((0.1 - 0.5) ** 2, 0.6 * 0.6 / 2)

# %% hand: as tensors and tuples
count, code = 1900.0, (3.0, 2.0, 0.25, 0.5, 0.5, 0.75)
box, terms = torch.tensor([60.0, 17.0, 84.0, 23.0]), [0.16, 0.18]


# %% encode: goes through the objects backwards, so that the first one writes last
def encode(found, labels, size, S, C):
    grid = np.zeros((S, S, 5 + C), np.float32)
    for k in reversed(range(len(found))):
        x0, y0, x1, y1 = found[k]
        cell_w, cell_h = size[1] / S, size[0] / S
        column, x = divmod((x0 + x1) / 2, cell_w)
        row, y = divmod((y0 + y1) / 2, cell_h)
        numbers = np.zeros(5 + C)
        numbers[:5] = [1, x / cell_w, y / cell_h, ((x1 - x0) / size[1]) ** 0.5, ((y1 - y0) / size[0]) ** 0.5]
        numbers[5 + labels[k]] = 1
        grid[int(row), int(column)] = numbers
    return grid


# %% encode: without a loop over the objects
def encode(found, labels, size, S, C):
    found, image = np.asarray(found, float), np.array([size[1], size[0]])
    at = (found[:, :2] + found[:, 2:]) / 2 / image * S
    corner = np.floor(at).astype(int)
    roots = np.sqrt((found[:, 2:] - found[:, :2]) / image)
    rows = np.hstack([np.ones((len(found), 1)), at - corner, roots, np.eye(C)[labels]])
    _, first = np.unique(corner @ [1, S], return_index=True)
    grid = np.zeros((S, S, 5 + C))
    grid[corner[first, 1], corner[first, 0]] = rows[first]
    return grid


# %% encode: in PyTorch
def encode(found, labels, size, S, C):
    grid = torch.zeros(S, S, 5 + C, dtype=torch.double)
    for box, label in zip(torch.tensor(found), labels):
        x, y = ((box[:2] + box[2:]) / 2 / torch.tensor([size[1], size[0]]) * S).tolist()
        if not grid[int(y), int(x)].any():
            roots = ((box[2:] - box[:2]) / torch.tensor([size[1], size[0]])).sqrt()
            grid[int(y), int(x), :5] = torch.tensor([1, x % 1, y % 1, *roots])
            grid[int(y), int(x), 5 + label] = 1
    return grid.numpy()


# %% iou: with the package, in images
def cell_iou(a, b, S):
    corners = []
    for x, y, w, h in (a, b):
        corners.append([x / S - w * w / 2, y / S - h * h / 2, x / S + w * w / 2, y / S + h * h / 2])
    return boxes.iou(corners[:1], corners[1:])[0, 0]


# %% iou: side by side, in cells, plain numbers
def cell_iou(a, b, S):
    sides, area_a, area_b = [], S * S * (a[2] * a[3]) ** 2, S * S * (b[2] * b[3]) ** 2
    for k in (0, 1):
        half_a, half_b = S * a[2 + k] ** 2 / 2, S * b[2 + k] ** 2 / 2
        sides.append(min(a[k] + half_a, b[k] + half_b) - max(a[k] - half_a, b[k] - half_b))
    if min(sides) <= 0:
        return 0
    return sides[0] * sides[1] / (area_a + area_b - sides[0] * sides[1])


# %% loss: in loops
def confidence_terms(confidence, overlap, has):
    sure = empty = 0
    for n, i, j in np.ndindex(*has.shape):
        for b in range(confidence.shape[-1]):
            if has[n, i, j] and b == np.argmax(overlap[n, i, j]):
                sure += (confidence[n, i, j, b] - overlap[n, i, j, b]) ** 2
            else:
                empty += confidence[n, i, j, b] ** 2
    return sure / len(has), empty / 2 / len(has)


# %% loss: all boxes first, then the responsible ones taken away
def confidence_terms(confidence, overlap, has):
    best = np.argmax(overlap, axis=3)[..., None]
    c = np.take_along_axis(confidence, best, 3)[..., 0][has]
    fit = np.take_along_axis(overlap, best, 3)[..., 0][has]
    empty = (confidence**2).sum() - (c**2).sum()
    return np.array([np.square(c - fit).sum(), empty / 2]) / confidence.shape[0]


# %% faulty: without loops
def read(output, size):
    S = output.shape[0]
    codes, p = output[..., :10].reshape(S, S, 2, 5), output[..., 10:]
    rows, columns = np.mgrid[:S, :S]
    centre = (codes[..., :2] + np.stack([columns, rows], -1)[:, :, None]) * size / S
    half = np.square(codes[..., 2:4]) * size / 2
    found = np.concatenate([centre - half, centre + half], -1).reshape(-1, 4)
    return found, (codes[..., 4:] * p[:, :, None]).reshape(2 * S * S, -1)


# %% faulty: lists, box by box
def read(output, size):
    S, found, scores = len(output), [], []
    for k in range(2 * S * S):
        row, column, first = k // (2 * S), k // 2 % S, 5 * (k % 2)
        x, y, w, h, c = output[row, column, first : first + 5]
        x, y, w, h = (column + x) / S, (row + y) / S, w**2, h**2
        found.append([size * side for side in (x - w / 2, y - h / 2, x + w / 2, y + h / 2)])
        scores.append([c * each for each in output[row, column, 10:]])
    return found, scores


# %% weight: multiplies in place, and cuts in a loop of its own
# - return losses | {"no_object": factor * losses["no_object"]}
# + losses["no_object"] = losses["no_object"] * factor
# +         return losses

# %% weight: looks at the scores above 0.2, and names the sentence with a full stop
# - f["scores"] >= 0.2
# + f["scores"] > 0.2
# - conclusion = "C"
# + conclusion = "C."
