"""What is explained: the score of a class, or of whatever a function makes of the model's outputs, one an image."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from dlcourse import _validate
from dlcourse.explain._layers import backend

BATCH = 32  # images that go through the model at once; more would not be faster on a processor


class Target:
    """A class for each image, `(N,)`, or a function of the model's outputs."""

    def __init__(self, given: Any, images: int) -> None:
        self.given: np.ndarray | Callable[[Any], Any] = given
        if not callable(given):
            array = _validate.array("target", given)
            if array.dtype.kind not in "iu" or array.shape not in ((), (images,)):
                raise (TypeError if array.dtype.kind not in "iu" else ValueError)(
                    f"target must be one class (a whole number), {images} classes, one for each image of x, or a "
                    f"function of the model's outputs; got {_validate.describe(array if array.ndim else given)}"
                )
            if array.size and array.min() < 0:
                raise ValueError(f"target must hold classes from 0 on, got {int(array.min())}")
            self.given = np.broadcast_to(array, (images,)).astype("int64")
        self.images = images

    def part(self, rows: slice) -> Target:
        """The target of some of the images."""
        return self if callable(self.given) else Target(self.given[rows], len(self.given[rows]))

    def repeated(self, times: int) -> Target:
        """The target of several copies of the batch, one after the other."""
        return self if callable(self.given) else Target(np.tile(self.given, times), self.images * times)

    def located(self, outputs: Any, tensor: bool) -> tuple[np.ndarray, np.ndarray]:
        """The column of each image's score among the outputs, and its sign."""
        assert isinstance(self.given, np.ndarray)
        shape = tuple(outputs.shape) if tensor else None
        if shape is None or len(shape) not in (1, 2) or shape[0] != self.images:
            what = f"shape {shape}" if tensor else f"type {type(outputs).__name__}"
            raise ValueError(
                f"target: the model's outputs are of {what}, not ({self.images}, classes); give a function of the "
                "outputs that returns one score for each image"
            )
        classes = shape[1] if len(shape) == 2 else 1
        most = int(self.given.max(initial=0))
        if most >= max(classes, 2):
            numbers = f"{classes} outputs" if classes > 1 else "one output, so it has classes 0 and 1"
            raise ValueError(f"target must be a class of the model, which has {numbers}; got {most}")
        if classes == 1:  # one logit z for two classes: z speaks for class 1, -z for class 0
            return np.zeros_like(self.given), 2.0 * self.given - 1.0
        return self.given, np.ones(self.images)

    def check(self, scores: Any, tensor: bool) -> None:
        """Refuse what a target function may not return."""
        if not tensor or tuple(scores.shape) != (self.images,):
            found = f"shape {tuple(scores.shape)}" if tensor else _validate.describe(scores)
            raise ValueError(f"target must return one score for each image, shape ({self.images},); it gave {found}")


class Scored:
    """A model, images, and the score that is to be explained, all checked."""

    def __init__(self, model: Any, x: Any, target: Any, keras: bool = True) -> None:
        self.backend = backend(model, keras)
        array = images("x", x)
        self.model = model
        self.x = np.ascontiguousarray(array, self.backend.float_type(model, array))
        self.target = Target(target, len(array))

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the images."""
        shape = self.x.shape[1:3] if self.backend.CHANNELS_LAST else self.x.shape[2:]
        return shape[0], shape[1]

    @property
    def copies(self) -> int:
        """How many copies of the batch may go through the model at once; a function may know its images by place."""
        return 1 if callable(self.target.given) else max(1, BATCH // len(self.x))

    def scores(self, x: np.ndarray | None = None) -> np.ndarray:
        """The `(N,)` scores of `x`, which may be several copies of the batch, changed."""
        return self._in_parts(self.backend.scores, x)

    def gradient(self, x: np.ndarray | None = None, **options: Any) -> np.ndarray:
        """The gradient of the scores with respect to `x`, which may be several copies of the batch, changed."""
        return self._in_parts(partial(self.backend.gradient, **options), x)

    def maps_and_gradients(self, name: str, layer: Any) -> tuple[np.ndarray, np.ndarray]:
        """What a layer gives, and the gradient of the scores with respect to it; maps before height and width."""
        size = len(self.x) if callable(self.target.given) else BATCH
        rows = [slice(start, start + size) for start in range(0, len(self.x), size)]
        found = self.backend.maps_and_gradients
        both = [found(self.model, self.x[part], self.target.part(part), name, layer) for part in rows]
        return np.concatenate([maps for maps, _ in both]), np.concatenate([gradients for _, gradients in both])

    def _in_parts(self, function: Callable[..., np.ndarray], x: np.ndarray | None) -> np.ndarray:
        x = self.x if x is None else x
        target = self.target.repeated(len(x) // len(self.x))
        size = len(x) if callable(target.given) else BATCH
        rows = [slice(start, start + size) for start in range(0, len(x), size)]
        return np.concatenate([function(self.model, x[part], target.part(part)) for part in rows])


def images(name: str, value: Any) -> np.ndarray:
    """`value` as a batch of images in floats."""
    array = _validate.array(name, value)
    if array.dtype.kind != "f":
        raise TypeError(
            f"{name} must hold floats, prepared as for the network (often divided by 255), got "
            f"{_validate.describe(array)}"
        )
    if array.ndim != 4 or not array.size:
        hint = "; one image becomes a batch by x[None]" if array.ndim == 3 else ""
        raise ValueError(f"{name} must be a batch of images with four axes, got {_validate.describe(array)}{hint}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite; {int((~np.isfinite(array)).sum())} of its numbers are not")
    return array


def no_gradient(what: str) -> ValueError:
    """The error where no gradient comes back."""
    return ValueError(
        f"the score has no gradient with respect to {what}: it does not depend on it, or the model or the target "
        "cuts the graph on the way (detach, no_grad, argmax, conversion to NumPy)"
    )
