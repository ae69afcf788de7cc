"""Which detection has found which object: the rules of COCO and of Pascal VOC."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlcourse.metrics._cells import Images, overlaps

EVERYTHING = ((0.0, 1e10),)  # one range of areas that holds all


@dataclass(frozen=True)
class Ranking:
    """The detections of one class in all images, best first; A ranges of areas, T thresholds, N detections.

    Of equal scores the earlier image comes first, and within an image the earlier detection.
    """

    scores: np.ndarray  # (N,)
    place: np.ndarray  # (N,) how many detections of the same class are better, in the same image
    matched: np.ndarray  # (A, T, N)
    ignored: np.ndarray  # (A, T, N) neither right nor wrong
    objects: np.ndarray  # (A,) how many there are to be found

    def counts(self) -> tuple[np.ndarray, np.ndarray]:
        """How many right and how many wrong ones there are among the first n, for every n."""
        right = np.cumsum(self.matched & ~self.ignored, axis=-1, dtype=float)
        wrong = np.cumsum(~self.matched & ~self.ignored, axis=-1, dtype=float)
        return right, wrong


def rank_coco(
    images: Images,
    label: int,
    thresholds: np.ndarray,
    areas: tuple[tuple[float, float], ...] = EVERYTHING,
    most: int = 100,
) -> Ranking:
    """COCO's rule: each detection, best first, takes the object that it overlaps most of those still free."""
    limits = np.minimum(thresholds, 1 - 1e-10)
    low, high = (np.array(side)[:, None] for side in zip(*areas, strict=True))
    scores, places, matched, ignored = [], [], [], []
    objects = np.zeros(len(areas), int)
    for found, there in images.cells(label, most):
        off = there.crowd | (there.area < low) | (there.area > high)
        objects += (~off).sum(axis=1)
        if not len(found):
            continue
        taken, passed = _match_coco(overlaps(found, there, crowds=True), limits, there.crowd, off)
        outside = (found.area < low) | (found.area > high)
        scores.append(found.score)
        places.append(np.arange(len(found)))
        matched.append(taken)
        ignored.append(passed | (~taken & outside[:, None, :]))
    return _ranking(scores, places, matched, ignored, objects, (len(areas), len(limits)))


def _match_coco(
    table: np.ndarray, limits: np.ndarray, crowd: np.ndarray, off: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Two (A, T, D) arrays: the detection has an object; and that object is one that does not count.

    `table` holds the (D, G) overlaps and `off` (A, G) the objects that do not count. An object that counts is preferred
    to any that does not; a crowd can be taken again and again. Of equal overlaps the later object is taken.
    """
    taken = np.zeros((len(off), len(limits), len(table)), bool)
    passed = np.zeros_like(taken)
    if not table.size:
        return taken, passed
    free = np.ones((len(off), len(limits), table.shape[1]), bool)
    counts = ~off[:, None, :]
    for d in np.flatnonzero(table.max(axis=1) >= limits.min()):
        fits = free & (table[d] >= limits[:, None])
        regular = fits & counts
        fits = np.where(regular.any(axis=-1, keepdims=True), regular, fits)
        has = fits.any(axis=-1)
        backwards = np.where(fits, table[d], -1)[..., ::-1]
        best = table.shape[1] - 1 - backwards.argmax(axis=-1)
        a, t = np.nonzero(has)
        g = best[a, t]
        taken[a, t, d] = True
        passed[a, t, d] = off[a, g]
        free[a, t, g] = crowd[g]
    return taken, passed


def rank_voc(images: Images, label: int, threshold: float) -> Ranking:
    """Pascal VOC's rule: each detection, best first, looks at the one object that it overlaps most.

    If that one was found before, the detection is wrong, even if it overlaps another that was not.
    """
    scores, places, matched, ignored = [], [], [], []
    objects = 0
    for found, there in images.cells(label):
        objects += int((~there.difficult).sum())
        table = overlaps(found, there, crowds=False)
        right, passed = np.zeros(len(found), bool), np.zeros(len(found), bool)
        free = np.ones(len(there), bool)
        for d in range(len(found) if len(there) else 0):
            g = table[d].argmax()
            if table[d, g] >= threshold:
                passed[d] = there.difficult[g]
                right[d] = free[g]
                free[g] = False
        scores.append(found.score)
        places.append(np.arange(len(found)))
        matched.append(right[None, None])
        ignored.append(passed[None, None])
    return _ranking(scores, places, matched, ignored, np.array([objects]), (1, 1))


def _ranking(
    scores: list[np.ndarray],
    places: list[np.ndarray],
    matched: list[np.ndarray],
    ignored: list[np.ndarray],
    objects: np.ndarray,
    shape: tuple[int, int],
) -> Ranking:
    """One ranking of those of all images."""
    none = np.zeros((*shape, 0), bool)
    all_scores = np.concatenate([np.zeros(0), *scores])
    order = np.argsort(-all_scores, kind="stable")
    return Ranking(
        all_scores[order],
        np.concatenate([np.zeros(0, int), *places])[order],
        np.concatenate([none, *matched], axis=-1)[..., order],
        np.concatenate([none, *ignored], axis=-1)[..., order],
        objects,
    )


def envelope(precision: np.ndarray) -> np.ndarray:
    """The highest precision at this recall or a higher one; along the last axis."""
    return np.maximum.accumulate(precision[..., ::-1], axis=-1)[..., ::-1]
