"""What must happen to a photograph before a pretrained network sees it; and the names of ImageNet's classes."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import numpy as np

from dlcourse import _validate
from dlcourse.models import _pretrained

_SIZE = 224  # of the networks trained on ImageNet
_SHARE = 224 / 256  # of the shorter side that the crop keeps, as these networks were tested
_FACES = ("onet", "pnet", "rnet")  # networks of a detector of faces
_VGG_MEANS = np.array([103.939, 116.779, 123.68], np.float32)  # of ImageNet's blue, green and red


def centre_crop(images: Any, size: int = 224, share: float = _SHARE) -> np.ndarray:
    """The squares in the middle of photographs, scaled to `size` by `size`: circles stay circles.

    Parameters
    ----------
    images : one image in bytes, (height, width) grey or (height, width, 3) RGB; or several in an array or a list, where
        each may have its own size
    size : height and width of the results
    share : how much of the shorter side the square has; 1 for all of it

    Returns
    -------
    (N, size, size, 3) uint8

    Raises
    ------
    TypeError, ValueError : images that are no bytes or have another shape, a size below 1, a share outside of 0..1.

    Examples
    --------
    >>> from dlcourse import data
    >>> centre_crop([data.photo("chelsea"), data.photo("camera")]).shape
    (2, 224, 224, 3)
    """
    from PIL import Image

    size, share = _validate.whole("size", size, 1), _validate.real("share", share, 0.01, 1)
    made = []
    for image in _photographs(images):
        height, width = image.shape[:2]
        side = min(height, width) * share
        left, top = (width - side) / 2, (height - side) / 2
        whole = Image.fromarray(image)
        made.append(whole.resize((size, size), Image.Resampling.BICUBIC, (left, top, left + side, top + side)))
    return np.array([np.asarray(image) for image in made], np.uint8).reshape(-1, size, size, 3)


def _photographs(images: Any) -> list[np.ndarray]:
    """One or several images as a list of (height, width, 3) uint8; grey ones get three equal channels."""
    several = isinstance(images, Sequence) or (isinstance(images, np.ndarray) and images.ndim == 4)
    found = []
    for image in images if several else [images]:
        right = isinstance(image, np.ndarray) and image.dtype == np.uint8 and min(image.shape, default=0) > 0
        if not right or not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)):
            raise ValueError(
                "images must be arrays of bytes (uint8), (height, width, 3) or (height, width), one or a list of them; "
                f"got {_validate.describe(image)}"
            )
        found.append(image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2))
    return found


def prepare(images: Any, name: str, framework: str = "pytorch", *, size: int | None = None) -> np.ndarray:
    """Photographs in bytes as the input of the pretrained network of this name.

    For networks trained on ImageNet, the square in the middle (`centre_crop`) is normalised as in that network's
    training: for "efficientnet_lite0" RGB from -1 to 1, that is (byte - 127) / 128; for "vgg16_features" and "vgg16"
    the channels in the order blue, green, red, minus the means of ImageNet. Images for all others keep their size. For
    the book's own networks their bytes are divided by 255, for "pnet", "rnet" and "onet" they become
    (byte - 127.5) / 128.

    Parameters
    ----------
    images : one image in bytes, (height, width) grey or (height, width, 3) RGB; or several in an array or a list, where
        each may have its own size
    name : of a network, as in `pretrained`
    framework : "pytorch" puts the channels first, "keras" last
    size : height and width of the input for a network trained on ImageNet; by default 224

    Returns
    -------
    (N, 3, size, size) float32, for Keras (N, size, size, 3)

    Raises
    ------
    TypeError, ValueError : a name that is not there; images that are no bytes, or that keep their size and differ in
        it; a size for a network whose images keep theirs.

    Examples
    --------
    >>> from dlcourse import data
    >>> prepare(data.photo("chelsea"), "efficientnet_lite0").shape
    (1, 3, 224, 224)
    """
    _validate.choice("name", name, _pretrained.names())
    _validate.choice("framework", framework, ("pytorch", "keras"))
    if name not in (*_pretrained.own(), *_FACES):
        x: np.ndarray = centre_crop(images, _SIZE if size is None else size).astype(np.float32)
        x = (x - 127) / 128 if name == "efficientnet_lite0" else x[..., ::-1] - _VGG_MEANS
    else:
        if size is not None:
            raise ValueError(f"images for {name!r} keep their size; size must be left out, got {size}")
        kept = _photographs(images)
        if len({image.shape for image in kept}) > 1:
            raise ValueError(f"images for {name!r} keep their size and must all have the same one")
        x = np.array(kept).astype(np.float32)
        x = (x - 127.5) / 128 if name in _FACES else x / 255
    return np.ascontiguousarray(x if framework == "keras" else x.transpose(0, 3, 1, 2))


def imagenet_labels() -> list[str]:
    """The names of ImageNet's 1,000 classes, in the order of a network's outputs.

    Returns
    -------
    list of str : the first of WordNet's words for each class; the source and its licence stand in the file
        `dlcourse/weights/imagenet_labels.txt`

    References
    ----------
    Russakovsky et al. 2015, "ImageNet large scale visual recognition challenge", IJCV 115.

    Examples
    --------
    >>> names = imagenet_labels()
    >>> len(names), names[285], names[967]
    (1000, 'Egyptian cat', 'espresso')
    """
    text = (files("dlcourse.weights") / "imagenet_labels.txt").read_text("utf-8")
    return [line.split("\t")[1] for line in text.splitlines() if not line.startswith("#")]
