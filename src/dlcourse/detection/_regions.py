"""Regions of an image: the first segments, and what selective search measures of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse import _validate

COLOUR_BINS, TEXTURE_BINS, DIRECTIONS = 25, 10, 8  # Uijlings et al., section 3.2
COLOUR, TEXTURE = 3 * COLOUR_BINS, 3 * DIRECTIONS * TEXTURE_BINS
_AB = 110.0  # no sRGB colour has |a| or |b| above it in CIE Lab


def check_image(image: Any) -> np.ndarray:
    """`image` as bytes (H, W, 3), or an error that says what it is instead."""
    pixels = _validate.array("image", image)
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise ValueError(f"image must be (H, W, 3) bytes (uint8), got {_validate.describe(pixels)}")
    if not pixels.size:
        raise ValueError(f"image must hold a pixel, got {_validate.describe(pixels)}")
    return pixels


def _hsv(image: np.ndarray) -> np.ndarray:
    from skimage.color import rgb2hsv

    return np.asarray(rgb2hsv(image))


def _lab(image: np.ndarray) -> np.ndarray:
    from skimage.color import rgb2lab

    return np.asarray((rgb2lab(image) + np.array([0, _AB, _AB])) / (100, 2 * _AB, 2 * _AB))


def _rgi(image: np.ndarray) -> np.ndarray:
    rgb = image / 255
    total = rgb.sum(2)
    share = rgb[..., :2] / np.where(total == 0, 1, total)[..., None]
    return np.concatenate([share, total[..., None] / 3], 2)


def _one(channel: np.ndarray) -> np.ndarray:
    return np.repeat(channel[..., None], 3, 2)


SPACES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "rgb": lambda image: image / 255,
    "hsv": _hsv,
    "lab": _lab,
    "rgi": _rgi,
    "hue": lambda image: _one(_hsv(image)[..., 0]),
    "intensity": lambda image: _one(image.mean(2) / 255),
}


def convert(image: np.ndarray, colour_space: str) -> np.ndarray:
    """The image in another colour space, every channel in 0..1: (H, W, 3) float64.

    Four decimals are kept: the others differ between processors, and with them the order of equal differences.
    """
    return np.clip(SPACES[colour_space](image), 0, 1).round(4)


def segment(
    image: Any, scale: float = 100, *, sigma: float = 0.8, min_size: int = 50, colour_space: str = "rgb"
) -> np.ndarray:
    """The segments of an image by the graph method of Felzenszwalb and Huttenlocher, computed by scikit-image.

    Neighbouring pixels are joined, the most similar ones first, as long as the difference between two segments is no
    larger than the differences within each, to which `scale` / number of pixels is added.

    Parameters
    ----------
    image : (H, W, 3) uint8
    scale : 0 or more, the k of the paper, for channels from 0 to 255. Higher: fewer and larger segments.
    sigma : 0 or more, standard deviation in pixels of the Gaussian that smooths the image first
    min_size : 1 or more; segments with fewer pixels are joined with a neighbour at the end
    colour_space : "rgb", "hsv", "lab", "rgi" (shares of red and green, intensity), "hue" or "intensity"; every channel
        is scaled to 0..255, so that `scale` means the same in each

    Returns
    -------
    int64 array (H, W): the number of each pixel's segment, from 0

    Raises
    ------
    TypeError, ValueError : an image that is not (H, W, 3) bytes, or a setting outside of its range.

    Examples
    --------
    >>> import numpy as np
    >>> image = np.zeros((20, 20, 3), np.uint8)
    >>> image[:, 12:] = 255
    >>> labels = segment(image, sigma=0)
    >>> labels.max() + 1, (labels == labels[0, 0]).sum()
    (np.int64(2), np.int64(240))

    References
    ----------
    Felzenszwalb, Huttenlocher: Efficient Graph-Based Image Segmentation (2004).
    """
    pixels = check_image(image)
    scale, sigma = _validate.real("scale", scale, 0), _validate.real("sigma", sigma, 0)
    min_size = _validate.whole("min_size", min_size, 1)
    _validate.choice("colour_space", colour_space, SPACES)
    return segments(convert(pixels, colour_space), scale, sigma, min_size)


def segments(channels: np.ndarray, scale: float, sigma: float, min_size: int) -> np.ndarray:
    """`segment` for channels in 0..1, whose differences scikit-image compares with `scale` / 255."""
    from skimage.segmentation import felzenszwalb

    return np.asarray(felzenszwalb(channels, scale=scale, sigma=sigma, min_size=min_size)).astype(np.int64)


def bins(channels: np.ndarray) -> np.ndarray:
    """Where each pixel counts in the histogram of its region: (27, H W) places in 0..314.

    The first 3 rows are its colours, 25 bins for each channel from 0 to 1. The other 24 are the derivatives of the
    channels (Gaussian, sigma 1) in 8 directions of the full circle, negative ones taken as 0; 10 bins for each channel
    and direction, from 0 to the largest derivative of this channel in this image.
    """
    from scipy.ndimage import gaussian_filter

    planes = np.ascontiguousarray(channels.transpose(2, 0, 1))
    x, y = (gaussian_filter(planes, (0, 1, 1), order=order) for order in ((0, 0, 1), (0, 1, 0)))
    diagonal = np.sqrt(0.5)
    half = np.stack([x, (x + y) * diagonal, y, (y - x) * diagonal], 1)  # a derivative is linear in its direction
    largest = np.abs(half).max((1, 2, 3), keepdims=True)
    largest[largest == 0] = np.inf  # a flat channel has slopes of 0 only
    steps = np.clip(half * (TEXTURE_BINS / largest), 1 - TEXTURE_BINS, TEXTURE_BINS - 1).astype(np.int64)
    places = np.empty((3 + 3 * DIRECTIONS, planes[0].size), np.int64)
    texture = places[3:].reshape(3, DIRECTIONS, *planes[0].shape)
    np.maximum(steps, 0, out=texture[:, : DIRECTIONS // 2])
    np.maximum(-steps, 0, out=texture[:, DIRECTIONS // 2 :])
    places[:3] = np.minimum(planes * COLOUR_BINS, COLOUR_BINS - 1).reshape(3, -1)
    places[:3] += np.arange(3)[:, None] * COLOUR_BINS
    places[3:] += np.arange(COLOUR, COLOUR + TEXTURE, TEXTURE_BINS)[:, None]
    return places


@dataclass(frozen=True)
class Regions:
    """The R segments of one image.

    Attributes
    ----------
    sizes : (R,) float64, numbers of pixels
    corners : (R, 4) float64, boxes as `(x0, y0, -x1, -y1)`: the box around two regions has the smaller of each number
    colour : (R, 75) float64, histograms with sum 1, a third for each channel
    texture : (R, 240) float64, histograms with sum 1, 1/24 for each channel and direction
    neighbours : (E, 2) int64, pairs of regions, the lower number first, of which pixels share an edge
    area : number of pixels of the image
    """

    sizes: np.ndarray
    corners: np.ndarray
    colour: np.ndarray
    texture: np.ndarray
    neighbours: np.ndarray
    area: int


def measure(labels: np.ndarray, places: np.ndarray) -> Regions:
    """Everything that selective search asks about the segments of a label map; `places` from `bins`."""
    from scipy.ndimage import find_objects

    number, length = int(labels.max()) + 1, COLOUR + TEXTURE
    sizes = np.bincount(labels.ravel(), minlength=number).astype(np.float64)
    first = labels.ravel() * length
    counts = sum(np.bincount(first + row, minlength=number * length) for row in places)  # each row fits into the cache
    histograms = np.asarray(counts).reshape(number, length) / sizes[:, None]
    boxes = [(x.start, y.start, -x.stop, -y.stop) for y, x in find_objects(labels + 1)]
    return Regions(
        sizes,
        np.array(boxes, np.float64),
        histograms[:, :COLOUR] / 3,
        histograms[:, COLOUR:] / (3 * DIRECTIONS),
        _neighbours(labels, number),
        labels.size,
    )


def _neighbours(labels: np.ndarray, number: int) -> np.ndarray:
    sides = ((labels[:, :-1], labels[:, 1:]), (labels[:-1], labels[1:]))
    codes = [np.minimum(a, b)[a != b] * number + np.maximum(a, b)[a != b] for a, b in sides]
    both = np.unique(np.concatenate(codes))
    return np.stack([both // number, both % number], 1)
