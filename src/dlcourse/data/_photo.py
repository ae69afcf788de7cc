"""Photographs that come with scikit-image: nothing is downloaded."""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path

import numpy as np

from dlcourse import _validate

_FILES = {
    "astronaut": "astronaut.png",
    "brick": "brick.png",
    "camera": "camera.png",
    "cell": "cell.png",
    "chelsea": "chelsea.png",
    "clock": "clock_motion.png",
    "coffee": "coffee.png",
    "coins": "coins.png",
    "colorwheel": "color.png",
    "grass": "grass.png",
    "gravel": "gravel.png",
    "hubble_deep_field": "hubble_deep_field.jpg",
    "immunohistochemistry": "ihc.png",
    "moon": "moon.png",
    "motorcycle": "motorcycle_left.png",
    "page": "page.png",
    "retina": "retina.jpg",
    "rocket": "rocket.jpg",
    "text": "text.png",
}


@functools.cache
def _folder() -> Path:
    spec = importlib.util.find_spec("skimage")
    if spec is None or spec.origin is None:
        raise ImportError("the photographs come with scikit-image, which is not installed: pip install scikit-image")
    return Path(spec.origin).parent / "data"


def photo_names() -> tuple[str, ...]:
    """Names of the photographs that `photo` can give here, without a download.

    Returns
    -------
    tuple of str, sorted: scikit-image's names of the photographs that its installed version brings along.

    Examples
    --------
    >>> "chelsea" in photo_names()
    True
    """
    return tuple(name for name, file in _FILES.items() if (_folder() / file).is_file())


def photo(name: str) -> np.ndarray:
    """One of the photographs that come with scikit-image.

    Parameters
    ----------
    name : one of `photo_names()`: "chelsea" (a cat), "coins", "camera", "coffee", "astronaut", "brick", ...

    Returns
    -------
    uint8 array, (H, W, 3) for a colour photograph and (H, W) for a grey one; a new array at each call.

    Raises
    ------
    ValueError : a name that is not among `photo_names()`.

    Examples
    --------
    >>> photo("chelsea").shape, photo("coins").shape
    ((300, 451, 3), (303, 384))
    """
    _validate.choice("name", name, photo_names())
    from PIL import Image

    with Image.open(_folder() / _FILES[name]) as image:
        return np.array(image)
