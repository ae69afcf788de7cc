"""One linear support vector machine for each class of R-CNN, on the features of a fine-tuned network."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from sklearn.svm import LinearSVC
from torch import Tensor

from dlcourse import boxes

NORM = 20.0  # the features are scaled to this mean length, so that one C fits all networks
C = 1e-3
POSITIVE_WEIGHT = 2.0  # an error on a positive counts twice
BIAS_SCALE = 10.0  # the bias is the weight of a feature that is always 10, and hardly held back
NEGATIVE_BELOW = 0.3  # IoU with all objects of the class
HARD, EASY = -1.0001, -1.2  # negatives that score above the first are added, those below the second dropped
RETRAIN_AFTER = 2000  # new hard negatives


def svm_negatives(objects: Tensor, labels: Tensor, candidates: Tensor, label: int) -> Tensor:
    """Which candidates are negatives for the SVM of a class: (P,) of bool. Its positives are the true boxes alone.

    A negative overlaps every object of the class by an IoU below 0.3, so an object of another class is one. What lies
    between takes no part.
    """
    return (boxes.iou(candidates, objects[labels == label]) < NEGATIVE_BELOW).all(1)


def fit_svm(positives: np.ndarray, negatives: Iterable[np.ndarray]) -> tuple[np.ndarray, float]:
    """Weights and bias of the SVM that separates the positives from negatives, which come image by image.

    Hard negative mining in one pass: only negatives that violate the margin of the SVM so far are kept, and it is
    trained again whenever 2,000 have come, and at the end. The first training sees all that came until then.
    """
    cache: np.ndarray | None = None
    weight, bias = np.zeros(positives.shape[1]), 0.0
    waiting: list[np.ndarray] = []
    new = 0

    def train() -> None:
        nonlocal cache, weight, bias, waiting, new
        cache = np.concatenate(waiting if cache is None else [cache, *waiting])
        weight, bias = _train(positives, cache)
        cache = cache[cache @ weight + bias >= EASY]
        waiting, new = [], 0

    for features in negatives:
        hard = features if cache is None else features[features @ weight + bias > HARD]
        waiting.append(hard)
        new += len(hard)
        if new >= RETRAIN_AFTER:
            train()
    if waiting:
        train()
    return weight, bias


def _train(positives: np.ndarray, negatives: np.ndarray) -> tuple[np.ndarray, float]:
    machine = LinearSVC(
        C=C,
        loss="hinge",
        class_weight={1: POSITIVE_WEIGHT},
        intercept_scaling=BIAS_SCALE,
        max_iter=2000,
        tol=1e-2,
        random_state=0,
    )
    features = np.concatenate([positives, negatives]).astype(np.float64)
    machine.fit(features, np.repeat([1, 0], [len(positives), len(negatives)]))
    return machine.coef_[0], float(machine.intercept_[0])
