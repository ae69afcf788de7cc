# %% counts: divides by one box
# says: That is the share of one box
# - overlap = 12 / 36
# + overlap = 12 / 24

# %% counts: adds the areas
# says: counts the intersection twice
# - overlap = 12 / 36
# + overlap = 12 / 48

# %% counts: takes recall for precision
# says: That is the recall
# - precision = [1, 1 / 2, 2 / 3, 3 / 4, 3 / 5, 3 / 6]
# + precision = [1 / 4, 1 / 4, 2 / 4, 3 / 4, 3 / 4, 3 / 4]

# %% counts: forgets the object that nobody found
# says: The object that nobody found
# - recall = [1 / 4, 1 / 4, 2 / 4, 3 / 4, 3 / 4, 3 / 4]
# + recall = [1 / 3, 1 / 3, 2 / 3, 1, 1, 1]

# %% counts: has no envelope
# says: Where is the envelope
# - exact = (1 + 3 / 4 + 3 / 4) / 4
# + exact = (1 + 2 / 3 + 3 / 4) / 4

# %% counts: stops at the recall that was reached
# says: The fourth object
# - exact = (1 + 3 / 4 + 3 / 4) / 4
# + exact = (1 + 3 / 4 + 3 / 4) / 3

# %% counts: leaves recalls out that are not reached
# says: never reached
# - eleven = (3 * 1 + 5 * 3 / 4) / 11
# + eleven = (3 * 1 + 5 * 3 / 4) / 8

# %% counts: begins at a tenth
# says: A recall of 0
# - eleven = (3 * 1 + 5 * 3 / 4) / 11
# + eleven = (2 * 1 + 5 * 3 / 4) / 10

# %% overlaps: lets two negative sides be positive
# says: apart have nothing in common
# - np.maximum(high - low, 0).prod(axis=2)
# + (high - low).prod(axis=2)

# %% overlaps: counts the intersection twice
# says: once, not twice
# - area_b[None] - shared
# + area_b[None]

# %% overlaps: has one pixel more
# says: x1 - x0 wide
# - np.maximum(high - low, 0)
# + np.maximum(high - low + 1, 0)
# - (a[:, 2:] - a[:, :2])
# + (a[:, 2:] - a[:, :2] + 1)
# - (b[:, 2:] - b[:, :2])
# + (b[:, 2:] - b[:, :2] + 1)

# %% overlaps: divides by the box around both
# says: The box around both
# - union = area_a[:, None] + area_b[None] - shared
# + left = np.minimum(a[:, None, :2], b[None, :, :2])
# +     union = (np.maximum(a[:, None, 2:], b[None, :, 2:]) - left).prod(axis=2)

# %% overlaps: divides by nothing
# says: iou_table
# - np.where(union > 0, union, 1)
# + union

# %% voc: follows COCO
# says: found already
# - best = overlap[d].argmax()
# + best = np.where(free, overlap[d], 0).argmax()

# %% voc: lets an object be found twice
# says: found already
# - threshold and free[best]
# + threshold

# %% voc: wants more than the threshold
# says: exactly the threshold
# - >= threshold
# + > threshold

# %% voc: takes the detections as they come
# says: comes first
# - np.argsort(-scores, kind="stable")
# + range(len(scores))

# %% area: has no envelope
# says: Where is the envelope
# - return envelope[right].sum() / objects
# + return precision[right].sum() / objects

# %% area: looks back
# says: looks to higher recalls
# - np.maximum.accumulate(precision[::-1])[::-1]
# + np.maximum.accumulate(precision)

# %% area: divides by what was found
# says: nobody found count
# - envelope[right].sum() / objects
# + envelope[right].sum() / max(right.sum(), 1)

# %% area: averages over all detections
# says: Only right detections
# - return envelope[right].sum() / objects
# + return envelope.mean()

# %% mend: lets an object be found twice
# says: found once
# - free[candidates.argmax()] = False
# + pass

# %% mend: skips images without detections
# says: Images without detections
# - for overlap, scores in images:
# + for overlap, scores in images:
# +         if not (scores >= threshold).any():
# +             continue

# %% mend: skips images without objects
# says: without objects
# - for overlap, scores in images:
# + for overlap, scores in images:
# +         if not overlap.shape[1]:
# +             continue

# %% mend: forgets the threshold
# says: has no effect
# - if scores[d] >= threshold:
# + if True:

# %% mend: averages over the images
# says: mean over the images
# - right = detections = objects = 0
# + every = []
# - for overlap, scores in images:
# + for overlap, scores in images:
# +         right = detections = objects = 0
# -                     free[candidates.argmax()] = False
# +                     free[candidates.argmax()] = False
# +         every.append((right / max(detections, 1), right / max(objects, 1)))
# - return right / detections, right / objects
# + return np.mean(every, axis=0)

# %% suppress: forgets the classes
# says: another class
# - rivals = [j for j in kept if labels[j] == labels[k]]
# + rivals = kept

# %% suppress: lets dropped boxes drop others
# says: A box that was dropped
# - rivals = [j for j in kept if labels[j] == labels[k]]
# + rivals = [j for j in range(len(scores)) if labels[j] == labels[k] and scores[j] > scores[k]]

# %% suppress: begins with the lowest score
# says: lowest score
# - np.argsort(-scores, kind="stable")
# + np.argsort(scores, kind="stable")

# %% suppress: returns them in the order of the boxes
# says: in the order of the boxes
# - return kept
# + return sorted(kept)

# %% suppress: drops at the threshold
# says: exactly the threshold
# - overlap[k, j] <= threshold
# + overlap[k, j] < threshold

# %% threshold: suppresses across classes
# says: each class by itself
# -         kept = boxes.batched_nms(
# -             one["boxes"], one["scores"], one["labels"], threshold
# -         )
# +         kept = boxes.nms(one["boxes"], one["scores"], threshold)

# %% threshold: takes the worst threshold
# says: That is the worst one
# - THRESHOLDS[int(np.argmax(together))]
# + THRESHOLDS[int(np.argmin(together))]

# %% threshold: measures at another overlap
# says: An IoU of 0.5
# - metrics.average_precision(left, targets, 0.5)
# + metrics.average_precision(left, targets, 0.75)

# %% threshold: one seed is enough
# says: together
# - for seed in range(3)
# + for seed in range(1)

# %% threshold: the lower, the better
# says: the first numbers of together
# - conclusion = "c"
# + conclusion = "a"

# %% threshold: holds for everything
# says: one made-up detector
# - conclusion = "c"
# + conclusion = "b"

# %% threshold: it is the fit
# says: look at alone
# - conclusion = "c"
# + conclusion = "d"
