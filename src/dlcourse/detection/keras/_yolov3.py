"""YOLOv3 in Keras: the network, its losses and its detections, each for a whole batch at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from dlcourse import _validate
from dlcourse.boxes._codes import LARGEST_LOG
from dlcourse.detection._pyramid import CODES, PRIORS, RESIDUALS, STRIDES, backbone_channels, checked_priors
from dlcourse.detection.keras._boxes import batched_nms, clip, iou

SLOPE = 0.1  # of the leaky ReLU
LOSSES = ("centre", "size", "object", "no_object", "class")
LEAST, NMS, LIMIT = 0.01, 0.45, 100  # as in PyTorch: score of a detection, IoU of two, how many in an image
BATCH = 32  # images that are looked at together in prediction


class YOLOv3(keras.Model):
    """The twin of `detection.YOLOv3`: with its weights, by `models.to_keras`, it gives the same outputs and losses.

    `model(images)` returns the raw outputs of the three scales, as `outputs` does there; `model.losses_of(outputs,
    targets)` the five losses; `model.detect(images)` the predictions. `fit(model, padded(scenes), epochs=...)` trains
    it. What the paper says, and what is different here, stands there.

    Keras wants arrays of one shape: so the objects of a batch are one table (N, M, 5), with a label of -1 where an
    image has fewer than M, and detections are tables, too, before `detect` cuts them.

    Parameters
    ----------
    classes, width, priors, ignore : as for `detection.YOLOv3`

    Raises
    ------
    TypeError, ValueError : a parameter that is not as there.

    References
    ----------
    Redmon & Farhadi 2018, "YOLOv3: An Incremental Improvement", arXiv 1804.02767, sections 2.1 to 2.4.

    Examples
    --------
    >>> import numpy as np
    >>> model = YOLOv3(classes=2)
    >>> [tuple(each.shape[1:]) for each in model(np.zeros((1, 96, 96, 3), "float32"))]
    [(24, 24, 3, 7), (12, 12, 3, 7), (6, 6, 3, 7)]
    """

    def __init__(
        self,
        classes: int,
        *,
        width: int = 16,
        priors: Sequence[Sequence[tuple[float, float]]] = PRIORS,
        ignore: float = 0.5,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.classes = _validate.whole("classes", classes, 1)
        self.ignore = _validate.real("ignore", ignore, 0, 1)
        channels = backbone_channels(width)
        self.priors = checked_priors(priors)
        self.backbone = [Stage(outputs, blocks) for outputs, blocks in zip(channels, RESIDUALS, strict=True)]
        numbers = self.priors.shape[1] * (CODES + classes)
        self.scales = [Scale(inputs, width, numbers, k == 2) for k, inputs in enumerate(channels[-3:])]
        self.curves = [keras.metrics.Mean(name=name) for name in LOSSES]
        self(ops.zeros((1, STRIDES[-1], STRIDES[-1], 3)))  # so that it has its weights

    def call(self, images: Any, training: bool = False) -> list[Any]:
        """For each stride, finest first, (N, rows, columns, A, 5 + classes): tx, ty, tw, th, objectness, classes."""
        maps, x = [], images
        for stage in self.backbone:
            x = stage(x, training=training)
            maps.append(x)
        found, above = [], maps[-1]  # nothing is above the coarsest map
        for scale, features in reversed(list(zip(self.scales, maps[-3:], strict=True))):
            numbers, above = scale(features, above, training=training)
            _, rows, columns, _ = ops.shape(numbers)
            found.append(ops.reshape(numbers, (-1, rows, columns, self.priors.shape[1], CODES + self.classes)))
        return found[::-1]

    def boxes(self, outputs: Sequence[Any]) -> Any:
        """The boxes (N, P, 4) of all predictors, in pixels: finest map first, row by row, prior by prior."""
        found = []
        for each, priors, stride in zip(outputs, self.priors, STRIDES, strict=True):
            each = ops.convert_to_tensor(each)
            _, rows, columns, _, _ = ops.shape(each)
            x, y = ops.meshgrid(ops.arange(columns), ops.arange(rows))
            corner = ops.cast(ops.stack((x, y), -1)[:, :, None], each.dtype)
            centre = (ops.sigmoid(each[..., :2]) + corner) * stride
            half = priors * ops.exp(ops.minimum(each[..., 2:4], LARGEST_LOG)) / 2
            found.append(_in_a_row(ops.concatenate((centre - half, centre + half), -1)))
        return ops.concatenate(found, 1)

    def losses_of(self, outputs: Sequence[Any], targets: Any) -> dict[str, Any]:
        """How far the outputs are from the truth: five sums, divided by the number of images.

        Parameters
        ----------
        outputs : what the model returns
        targets : (N, M, 5): x0, y0, x1, y1 in pixels, label; rows with a label of -1 are no objects
        """
        flat = ops.concatenate([_in_a_row(ops.convert_to_tensor(each)) for each in outputs], 1)
        targets = ops.cast(targets, flat.dtype)
        real = targets[..., 4] >= 0
        predictor, codes, weight = self.assign(outputs, targets)
        later = ops.triu(ops.ones((targets.shape[1],) * 2, "bool"), 1)
        same = ops.logical_and(predictor[:, :, None] == predictor[:, None, :], real[:, None, :])
        kept = ops.logical_and(real, ops.logical_not(ops.any(ops.logical_and(same, later), -1)))

        overlap = iou(ops.stop_gradient(self.boxes(outputs)), targets[..., :4])
        largest = ops.max(ops.where(real[:, None], overlap, 0.0), -1)
        places = ops.arange(ops.shape(flat)[1], dtype="int32")
        owned = ops.any(ops.logical_and(kept[..., None], predictor[..., None] == places), 1)
        nothing = ops.logical_not(ops.logical_or(largest > self.ignore, owned))

        mine = ops.take_along_axis(flat, predictor[..., None], 1)
        labels = ops.one_hot(ops.cast(ops.maximum(targets[..., 4], 0), "int32"), self.classes, dtype=flat.dtype)
        counted = ops.cast(kept, flat.dtype)
        terms = {
            "centre": (counted * weight)[..., None] * _entropy(mine[..., :2], codes[..., :2]),
            "size": (counted * weight)[..., None] * (mine[..., 2:4] - codes[..., 2:]) ** 2 / 2,
            "object": counted * ops.softplus(-mine[..., 4]),
            "no_object": ops.where(nothing, ops.softplus(flat[..., 4]), 0.0),
            "class": counted[..., None] * _entropy(mine[..., CODES:], labels),
        }
        return {name: ops.sum(value) / ops.cast(ops.shape(flat)[0], flat.dtype) for name, value in terms.items()}

    def assign(self, outputs: Sequence[Any], targets: Any) -> tuple[Any, Any, Any]:
        """Of each object of the table: its predictor (N, M), its codes (N, M, 4) and its weight (N, M)."""
        real = targets[..., 4:] >= 0
        centres = (targets[..., :2] + targets[..., 2:4]) / 2
        sizes = ops.where(real, targets[..., 2:4] - targets[..., :2], 1.0)  # of no object: its logarithm is not used
        priors = self.priors.reshape(-1, 2)
        count = self.priors.shape[1]
        both = ops.prod(ops.minimum(sizes[..., None, :], priors), -1)
        best = ops.argmax(both / (ops.prod(sizes, -1)[..., None] + priors.prod(-1) - both), -1)
        best = ops.cast(best, "int32")
        shapes = [ops.shape(each) for each in outputs]
        rows, columns = (ops.cast(ops.stack([shape[k] for shape in shapes]), "int32") for k in (1, 2))
        first = ops.cumsum(rows * columns * count) - rows * columns * count
        level = best // count
        place = centres / ops.take(np.array(STRIDES, "float32"), level)[..., None]
        most = ops.stack((ops.take(columns, level), ops.take(rows, level)), -1) - 1
        cell = ops.minimum(ops.cast(place, "int32"), most)
        predictor = ops.take(first, level) + (cell[..., 1] * (most[..., 0] + 1) + cell[..., 0]) * count + best % count
        codes = ops.concatenate(
            (place - ops.cast(cell, place.dtype), ops.log(sizes / ops.take(priors, best, axis=0))), -1
        )
        pixels = ops.cast(rows[0] * columns[0] * STRIDES[0] ** 2, sizes.dtype)
        return predictor, codes, 2 - ops.prod(sizes, -1) / pixels

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """What Keras' own training step asks for: the sum of the five losses, each of which gets a curve."""
        found = self.losses_of(y_pred, y)
        for curve in self.curves:
            curve.update_state(found[curve.name])
        return sum(found.values())

    def detections(self, outputs: Sequence[Any]) -> dict[str, Any]:
        """Tables of the 100 best of each image: "boxes" (N, 100, 4), "labels" and "scores" (N, 100).

        As `detection.YOLOv3` finds them: scores are objectness times the probability of a class, from 0.01; boxes are
        clipped; NMS at 0.45 for each class. Where an image has fewer, labels are -1 and all else is 0.
        """
        numbers = ops.sigmoid(ops.concatenate([_in_a_row(ops.convert_to_tensor(each)) for each in outputs], 1))
        _, rows, columns, _, _ = ops.shape(outputs[0])
        found = clip(self.boxes(outputs), (rows * STRIDES[0], columns * STRIDES[0]))
        scores = numbers[..., CODES - 1 : CODES] * numbers[..., CODES:]
        there = ops.all(found[..., 2:] > found[..., :2], -1, keepdims=True)
        scores = ops.where(ops.logical_and(there, scores >= LEAST), scores, -1.0)
        labels = ops.zeros_like(scores, dtype="int32") + ops.arange(self.classes, dtype="int32")
        found = ops.repeat(found, self.classes, axis=1)  # a box may be of every class
        scores, labels = (ops.reshape(each, (-1, ops.shape(found)[1])) for each in (scores, labels))
        kept = batched_nms(found, scores, labels, NMS, LIMIT)
        there, place = kept >= 0, ops.maximum(kept, 0)
        return {
            "boxes": ops.where(there[..., None], ops.take_along_axis(found, place[..., None], 1), 0.0),
            "labels": ops.where(there, ops.take_along_axis(labels, place, 1), -1),
            "scores": ops.where(there, ops.take_along_axis(scores, place, 1), 0.0),
        }

    def detect(self, images: Any) -> list[dict[str, np.ndarray]]:
        """The predictions for each image: "boxes" (K, 4), "labels" (K,), "scores" (K,), by falling score.

        Parameters
        ----------
        images : (N, height, width, 3) floats in 0..1, or bytes
        """
        images = _validate.array("images", images, (None, None, None, 3))
        if any(pixels % STRIDES[-1] or not pixels for pixels in images.shape[1:3]):
            raise ValueError(
                f"images must have a height and width that are multiples of {STRIDES[-1]}, got {images.shape[1:3]}"
            )
        floats = images.astype("float32") / (255 if images.dtype == np.uint8 else 1)
        found = []
        for start in range(0, len(floats), BATCH):
            tables = self.detections(self.predict_on_batch(floats[start : start + BATCH]))
            arrays = {name: ops.convert_to_numpy(table) for name, table in tables.items()}
            for k, labels in enumerate(arrays["labels"]):
                found.append({name: table[k][labels >= 0] for name, table in arrays.items()})
        return found


class ConvBlock(layers.Layer):
    """A convolution, batch normalisation with PyTorch's numbers, leaky ReLU."""

    def __init__(self, outputs: int, kernel: int = 3, stride: int = 1) -> None:
        super().__init__()
        self.pad = layers.ZeroPadding2D(kernel // 2)  # Keras' own "same" pads unevenly where there is a stride
        start = keras.initializers.VarianceScaling(2 / (1 + SLOPE**2), "fan_in", "untruncated_normal")
        self.conv = layers.Conv2D(outputs, kernel, stride, use_bias=False, kernel_initializer=start)
        self.norm = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)
        self.relu = layers.LeakyReLU(SLOPE)

    def call(self, x: Any, training: bool = False) -> Any:
        return self.relu(self.norm(self.conv(self.pad(x)), training=training))


class Residual(layers.Layer):
    """A 1x1 convolution to half of the channels, a 3x3 convolution back to all, and the input added."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.narrow = ConvBlock(max(channels // 2, 1), 1)
        self.wide = ConvBlock(channels)

    def call(self, x: Any, training: bool = False) -> Any:
        return x + self.wide(self.narrow(x, training=training), training=training)


class Stage(layers.Layer):
    """A convolution that halves the map, and residual blocks."""

    def __init__(self, outputs: int, blocks: int) -> None:
        super().__init__()
        self.parts: list[Any] = [ConvBlock(outputs, 3, 2), *(Residual(outputs) for _ in range(blocks))]

    def call(self, x: Any, training: bool = False) -> Any:
        for part in self.parts:
            x = part(x, training=training)
        return x


class Scale(layers.Layer):
    """The outputs of one map, and what the next finer one is told: the coarser map's news, at twice the size."""

    def __init__(self, inputs: int, width: int, numbers: int, coarsest: bool) -> None:
        super().__init__()
        self.told = None if coarsest else ConvBlock(width, 1)
        self.twice = None if coarsest else layers.UpSampling2D(2)
        self.narrow = ConvBlock(2 * width, 1)
        self.wide = ConvBlock(inputs)
        self.out = layers.Conv2D(numbers, 1)

    def call(self, features: Any, above: Any, training: bool = False) -> tuple[Any, Any]:
        if self.told is not None and self.twice is not None:
            features = ops.concatenate((self.twice(self.told(above, training=training)), features), -1)
        x = self.narrow(features, training=training)
        return self.out(self.wide(x, training=training)), x


def _in_a_row(each: Any) -> Any:
    """(N, rows, columns, A, numbers) as (N, rows * columns * A, numbers)."""
    _, rows, columns, count, numbers = ops.shape(each)
    return ops.reshape(each, (-1, rows * columns * count, numbers))


def _entropy(logits: Any, truth: Any) -> Any:
    """Binary cross-entropy of sigmoid(logits) with the truth, number by number."""
    return ops.softplus(logits) - truth * logits
