"""How good a classifier's answers are: accuracy, top-k accuracy, confusion matrix, precision and recall by class."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from dlcourse import _validate

_MOST_CLASSES = 10_000  # a table of 0.8 GB


def _class_indices(name: str, value: Any, classes: int | None = None) -> np.ndarray:
    """`value` as a vector of class numbers, each 0 or more and, where `classes` is given, below it."""
    numbers = _validate.array(name, value, (None,), kind="biu")
    if numbers.size == 0:
        raise ValueError(f"{name} must hold one class number at least, got {_validate.describe(numbers)}")
    if numbers.min() < 0 or (classes is not None and numbers.max() >= classes):
        top = "" if classes is None else f" and below {classes}, the number of classes"
        raise ValueError(f"{name} must be 0 or more{top}; got {numbers.min()} to {numbers.max()}")
    return numbers.astype(np.int64)


def _two(labels: Any, predictions: Any, classes: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Labels and predictions as class numbers, one prediction for each label."""
    if classes is not None:
        classes = _validate.whole("classes", classes, 1)
    true = _class_indices("labels", labels, classes)
    predicted = _class_indices("predictions", predictions, classes)
    if len(true) != len(predicted):
        raise ValueError(f"predictions must hold one class for each of the {len(true)} labels, got {len(predicted)}")
    return true, predicted


def _all_classes(true: np.ndarray, predicted: np.ndarray, classes: int | None) -> np.ndarray:
    """The numbers of all classes: as many as `classes` says, or else the highest number that occurs."""
    counts = {"labels": int(true.max()) + 1, "predictions": int(predicted.max()) + 1}
    if classes is not None:
        counts = {"classes": int(classes)}
    name = max(counts, key=lambda key: counts[key])
    if counts[name] > _MOST_CLASSES:
        what = f"classes is {classes}" if name == "classes" else f"{name} go up to {counts[name] - 1}"
        raise ValueError(
            f"{what}, and a table of {counts[name]} classes, rows and columns, is too large: {_MOST_CLASSES} is the "
            "most. Number the classes that there are from 0, as np.unique(..., return_inverse=True) does"
        )
    return np.arange(counts[name])


def accuracy(labels: Any, predictions: Any) -> float:
    """The share of predictions that are right.

    Parameters
    ----------
    labels : (N,) array of class numbers, counted from 0
    predictions : (N,) array of the predicted class numbers, such as `scores.argmax(1)`

    Returns
    -------
    float in [0, 1]

    Raises
    ------
    TypeError, ValueError : not two vectors of class numbers of one length, or empty ones.

    Examples
    --------
    >>> accuracy([0, 1, 2, 2], [0, 1, 2, 0])
    0.75
    """
    from sklearn.metrics import accuracy_score

    return float(accuracy_score(*_two(labels, predictions)))


def top_k_accuracy(labels: Any, scores: Any, k: int = 5) -> float:
    """The share of samples whose true class is among the `k` highest scores; `1 - top_k_accuracy` is the top-k error.

    A class counts as among the first k if fewer than k classes score strictly more, or as much and come earlier: of
    classes that tie, the one with the lower number comes first.

    Parameters
    ----------
    labels : (N,) array of class numbers, counted from 0
    scores : (N, C) array: a score for each class, logits or probabilities
    k : how many guesses are allowed, from 1 to C

    Returns
    -------
    float in [0, 1]

    Raises
    ------
    TypeError, ValueError : shapes that do not fit, scores that are not numbers (NaN), k beyond the classes.

    References
    ----------
    Russakovsky et al. 2015, "ImageNet Large Scale Visual Recognition Challenge", arXiv 1409.0575: k = 5.

    Examples
    --------
    >>> top_k_accuracy([2, 0], [[0.1, 0.5, 0.4], [0.1, 0.5, 0.4]], k=2)
    0.5
    """
    table = _validate.array("scores", scores, (None, None)).astype(np.float64)
    if np.isnan(table).any():
        raise ValueError("scores must be numbers, got NaN in them")
    true = _class_indices("labels", labels, table.shape[1])
    if len(true) != len(table):
        raise ValueError(f"scores must have one row for each of the {len(true)} labels, got {len(table)}")
    k = _validate.whole("k", k, 1, table.shape[1])
    # scikit-learn's function gives a tie to the class with the higher number, the other way round than argmax.
    best = np.argsort(-table, axis=1, kind="stable")[:, :k]
    return float((best == true[:, None]).any(axis=1).mean())


def confusion_matrix(labels: Any, predictions: Any, classes: int | None = None) -> np.ndarray:
    """How often each class was taken for each: rows are the true classes, columns the predicted ones.

    Parameters
    ----------
    labels : (N,) array of class numbers, counted from 0
    predictions : (N,) array of the predicted class numbers
    classes : how many classes there are; None: as many as the highest number that occurs says

    Returns
    -------
    (classes, classes) array of int64; its sum is N, its diagonal holds the right ones.

    Raises
    ------
    TypeError, ValueError : not two vectors of class numbers of one length, empty ones, numbers beyond `classes`, or
        more than 10,000 classes.

    Examples
    --------
    >>> confusion_matrix([0, 0, 1, 2], [0, 1, 1, 1], classes=3)
    array([[1, 1, 0],
           [0, 1, 0],
           [0, 1, 0]])
    """
    from sklearn import metrics

    true, predicted = _two(labels, predictions, classes)
    numbers = _all_classes(true, predicted, classes)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "A single label was found")  # one class is no mistake here
        return metrics.confusion_matrix(true, predicted, labels=numbers)


def precision_recall(labels: Any, predictions: Any, classes: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Precision and recall of each class.

    *Precision*: of the samples predicted as this class, the share that belongs to it. *Recall*: of the samples that
    belong to it, the share that is predicted as it.

    Parameters
    ----------
    labels : (N,) array of class numbers, counted from 0
    predictions : (N,) array of the predicted class numbers
    classes : how many classes there are; None: as many as the highest number that occurs says

    Returns
    -------
    Two (classes,) arrays in [0, 1]: precision, recall. NaN where there is nothing to divide by: the precision of a
    class that is never predicted, the recall of a class that has no samples.

    Raises
    ------
    TypeError, ValueError : as `confusion_matrix`.

    Examples
    --------
    >>> precision, recall = precision_recall([0, 0, 1, 1], [0, 1, 1, 1])
    >>> precision.round(2).tolist(), recall.tolist()
    ([1.0, 0.67], [0.5, 1.0])
    """
    from sklearn.metrics import precision_recall_fscore_support

    true, predicted = _two(labels, predictions, classes)
    numbers = _all_classes(true, predicted, classes)
    precision, recall, _, _ = precision_recall_fscore_support(true, predicted, labels=numbers, zero_division=np.nan)
    return precision, recall
