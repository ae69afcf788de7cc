"""Faster R-CNN's two heads in Keras, on maps and regions that have been computed already, and their losses."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from dlcourse import _validate

BETA = 1 / 9  # of smooth L1 in the first stage: sigma is 3 there


class RegionProposalHead(layers.Layer):
    """A 3x3 convolution and two 1x1 convolutions: the twin of what `detection.RegionProposalNetwork` computes.

    Parameters
    ----------
    channels : of the map
    shapes : anchors at each place: scales times ratios

    Raises
    ------
    TypeError, ValueError : numbers that are not whole, or below 1.

    References
    ----------
    Ren et al. 2015, "Faster R-CNN", arXiv 1506.01497, section 3.1.

    Examples
    --------
    >>> import numpy as np
    >>> objectness, codes = RegionProposalHead(64)(np.zeros((2, 12, 12, 64), "float32"))
    >>> tuple(objectness.shape), tuple(codes.shape)
    ((2, 1296), (2, 1296, 4))
    """

    def __init__(self, channels: int, shapes: int = 9, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        start = [keras.initializers.RandomNormal(stddev=0.01) for _ in range(3)]
        self.conv = layers.Conv2D(
            _validate.whole("channels", channels, 1), 3, padding="same", activation="relu", kernel_initializer=start[0]
        )
        self.objectness = layers.Conv2D(_validate.whole("shapes", shapes, 1), 1, kernel_initializer=start[1])
        self.box = layers.Conv2D(4 * shapes, 1, kernel_initializer=start[2])
        self(ops.zeros((1, 1, 1, channels)))

    def call(self, features: Any) -> tuple[Any, Any]:
        """For each anchor, in the order of `detection.anchors`, a logit (N, A) and the codes of a box (N, A, 4)."""
        x = self.conv(features)
        objectness, codes = self.objectness(x), self.box(x)
        _, rows, columns, shapes = ops.shape(objectness)
        count = rows * columns * shapes
        return ops.reshape(objectness, (-1, count)), ops.reshape(codes, (-1, count, 4))


def proposal_losses(objectness: Any, codes: Any, labels: Any, wanted: Any) -> dict[str, Any]:
    """The losses of the first stage, over the anchors that were drawn for this step.

    Parameters
    ----------
    objectness : (N, A), as `RegionProposalHead` gives them
    codes : (N, A, 4)
    labels : (N, A): 1 for positive and 0 for negative anchors that were drawn, -1 for all others
    wanted : (N, A, 4), the codes of the objects; only those of positives are used

    Returns
    -------
    dict of two numbers, "objectness" and "proposal_box", each divided by the number of anchors drawn

    Raises
    ------
    ValueError : shapes that do not fit, from Keras.

    References
    ----------
    Ren et al. 2015, "Faster R-CNN", arXiv 1506.01497, section 3.1.2, with the normalisation of its published code.

    Examples
    --------
    >>> import numpy as np
    >>> nothing = np.zeros((1, 2, 4), "float32")
    >>> losses = proposal_losses(np.array([[0.0, 9]], "float32"), nothing, [[1, -1]], nothing)
    >>> round(float(losses["objectness"]), 3), float(losses["proposal_box"])
    (0.693, 0.0)
    """
    objectness, codes = ops.convert_to_tensor(objectness), ops.convert_to_tensor(codes)
    labels = ops.convert_to_tensor(labels)
    positive, drawn = (ops.cast(mask, objectness.dtype) for mask in (labels == 1, labels >= 0))
    count = ops.maximum(ops.sum(drawn), 1)
    entropy = drawn * (ops.softplus(objectness) - positive * objectness)
    box = positive[..., None] * smooth_l1(codes - wanted, BETA)
    return {"objectness": ops.sum(entropy) / count, "proposal_box": ops.sum(box) / count}


class RoIHead(layers.Layer):
    """Two dense layers, then class scores and, for each class, the codes of a box: the twin of `detection.RoIHead`.

    Parameters
    ----------
    classes : without the background, which is added inside as class 0
    channels : of the map
    pooled : places of a pooled region along each side
    hidden : units of both dense layers

    Raises
    ------
    TypeError, ValueError : numbers that are not whole, or below 1.

    References
    ----------
    Girshick 2015, "Fast R-CNN", arXiv 1504.08083, sections 2.1 and 2.3.

    Examples
    --------
    >>> import numpy as np
    >>> scores, codes = RoIHead(classes=2, channels=64)(np.zeros((3, 5, 5, 64), "float32"))
    >>> tuple(scores.shape), tuple(codes.shape)
    ((3, 3), (3, 2, 4))
    """

    def __init__(self, classes: int, channels: int, pooled: int = 5, hidden: int = 128, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.classes = _validate.whole("classes", classes, 1)
        self.flatten = layers.Flatten()
        self.fc1 = layers.Dense(_validate.whole("hidden", hidden, 1), activation="relu")
        self.fc2 = layers.Dense(hidden, activation="relu")
        self.score = layers.Dense(1 + classes, kernel_initializer=keras.initializers.RandomNormal(stddev=0.01))
        self.box = layers.Dense(4 * classes, kernel_initializer=keras.initializers.RandomNormal(stddev=0.001))
        side = _validate.whole("pooled", pooled, 1)
        self(ops.zeros((1, side, side, _validate.whole("channels", channels, 1))))

    def call(self, pooled: Any) -> tuple[Any, Any]:
        """Scores before softmax (R, 1 + classes), background first, and box codes (R, classes, 4)."""
        x = self.fc2(self.fc1(self.flatten(pooled)))
        return self.score(x), ops.reshape(self.box(x), (-1, self.classes, 4))


def head_losses(scores: Any, codes: Any, labels: Any, wanted: Any, beta: float = 1.0) -> dict[str, Any]:
    """The losses of the second stage: cross-entropy of the classes, and smooth L1 of the positives' box codes.

    Parameters
    ----------
    scores : (R, 1 + classes), as `RoIHead` gives them for the regions of all images
    codes : (R, classes, 4)
    labels : (R,) whole numbers, 0 for background, k + 1 for class k
    wanted : (R, 4), the codes of the objects, with the weights 10, 10, 5, 5; only those of positives are used
    beta : where smooth L1 changes from a parabola to a line

    Returns
    -------
    dict of two numbers, "class" and "box", both divided by the number of regions

    Raises
    ------
    ValueError : shapes that do not fit, from Keras.

    References
    ----------
    Girshick 2015, "Fast R-CNN", arXiv 1504.08083, section 2.3, equations 1 to 3.

    Examples
    --------
    >>> import numpy as np
    >>> scores, codes = np.array([[0.0, 0, 9]], "float32"), np.zeros((1, 2, 4), "float32")
    >>> losses = head_losses(scores, codes, [2], np.zeros((1, 4), "float32"))
    >>> round(float(losses["class"]), 3), float(losses["box"])
    (0.0, 0.0)
    """
    scores, codes, labels = ops.convert_to_tensor(scores), ops.convert_to_tensor(codes), ops.cast(labels, "int32")
    count = ops.maximum(ops.cast(ops.shape(scores)[0], scores.dtype), 1)
    own = ops.cast(ops.maximum(labels - 1, 0), "int32")[:, None, None]
    given = ops.take_along_axis(codes, own, 1)[:, 0]  # the box of the true class
    positive = ops.cast(labels > 0, scores.dtype)[:, None]
    classes = keras.losses.sparse_categorical_crossentropy(labels, scores, from_logits=True)
    return {"class": ops.sum(classes) / count, "box": ops.sum(positive * smooth_l1(given - wanted, beta)) / count}


def smooth_l1(difference: Any, beta: float) -> Any:
    """A parabola up to `beta`, then a line, number by number."""
    far = ops.abs(difference)
    return ops.where(far < beta, far**2 / (2 * beta), far - beta / 2)
