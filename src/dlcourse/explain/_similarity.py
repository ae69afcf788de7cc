"""How similar two heat maps are, and two heat maps that know nothing of the network."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse import _validate

_HOW = ("spearman", "spearman_absolute", "ssim", "hog")


def similarity(a: Any, b: Any, how: str = "spearman") -> np.ndarray:
    """How similar the heat maps `a` and `b` are, image by image.

    Parameters
    ----------
    a : (N, H, W), or (N, C, H, W) for the rank correlations
    b : the same shape
    how : "spearman": rank correlation of all values; "spearman_absolute": of their absolute values; "ssim": structural
        similarity, each map scaled to 0..1 first; "hog": Pearson correlation of histograms of oriented gradients
        (cells of 8 x 8 pixels, fewer where maps are small)

    Returns
    -------
    float64 array (N,), at most 1; the correlations give 0 where one of the maps is the same everywhere.

    Raises
    ------
    ValueError : an unknown `how`, shapes that differ, values that are not finite, or maps too small for "ssim"
        (7 pixels).

    Examples
    --------
    >>> a = [[[1.0, 2.0], [3.0, 4.0]]]
    >>> similarity(a, [[[1.0, 4.0], [9.0, 16.0]]]).tolist(), similarity(a, [[[-1, -4], [-9, -16]]]).round(6).tolist()
    ([1.0], [-1.0])

    References
    ----------
    Adebayo, Gilmer, Muelly, Goodfellow, Hardt, Kim: Sanity Checks for Saliency Maps (2018), who compare maps by these
    measures.
    """
    _validate.choice("how", how, _HOW)
    first, second = (_validate.array(name, value).astype(np.float64) for name, value in (("a", a), ("b", b)))
    if first.shape != second.shape or first.ndim not in ((3, 4) if how.startswith("spearman") else (3,)):
        raise ValueError(f"a and b must be maps (N, H, W) of one shape, got {first.shape} and {second.shape}")
    for name, values in (("a", first), ("b", second)):
        if not np.isfinite(values).all():
            raise ValueError(f"{name} must be finite, but some values are NaN or infinite")
    if not first.size:
        return np.zeros(len(first))
    if how == "ssim":
        return _ssim(first, second)
    if how == "hog":
        return _correlation(_hog(first), _hog(second))
    if how == "spearman_absolute":
        first, second = np.abs(first), np.abs(second)
    return _correlation(_ranks(first), _ranks(second))


def _ranks(maps: np.ndarray) -> np.ndarray:
    from scipy.stats import rankdata

    return np.asarray(rankdata(maps.reshape(len(maps), -1), axis=1))


def _correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Pearson's correlation of each row of `a` with the same row of `b`."""
    a, b = (values - values.mean(axis=1, keepdims=True) for values in (a, b))
    size = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    return np.divide((a * b).sum(axis=1), size, out=np.zeros(len(a)), where=size > 0)


def _ssim(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    from skimage.metrics import structural_similarity

    if min(a.shape[1:]) < 7:
        raise ValueError(f"a and b must be at least 7 pixels high and wide for how='ssim', got {a.shape}")
    pairs = zip(_scaled(a), _scaled(b), strict=True)
    return np.array([structural_similarity(*pair, data_range=1.0) for pair in pairs])


def _scaled(maps: np.ndarray) -> np.ndarray:
    low, high = (f(axis=(1, 2), keepdims=True) for f in (maps.min, maps.max))
    return np.divide(maps - low, high - low, out=np.zeros_like(maps), where=high > low)


def _hog(maps: np.ndarray) -> np.ndarray:
    from skimage.feature import hog

    cell = min(8, min(maps.shape[1:]) // 3)  # blocks of three cells have to fit
    if cell < 1:
        raise ValueError(f"a and b must be at least 3 pixels high and wide for how='hog', got {maps.shape}")
    return np.array([hog(one, pixels_per_cell=(cell, cell)) for one in maps])


def edge_map(images: Any, *, channels_last: bool = False) -> np.ndarray:
    """How strong the edges of each image are (Sobel): a heat map that knows no network, as a baseline.

    Parameters
    ----------
    images : (N, C, H, W), numbers of any kind; the mean of the channels counts
    channels_last : True for (N, H, W, C)

    Returns
    -------
    float64 array (N, H, W), 0 or more

    Raises
    ------
    ValueError : images without four axes.

    Examples
    --------
    >>> import numpy as np
    >>> half = np.zeros((1, 3, 6, 6)); half[..., 3:] = 1
    >>> edge_map(half)[0, 2].round(2).tolist()
    [0.0, 0.0, 0.71, 0.71, 0.0, 0.0]
    """
    from skimage.filters import sobel

    _validate.truth("channels_last", channels_last)
    array = _validate.array("images", images, (None, None, None, None)).astype(np.float64)
    grey = array.mean(axis=3 if channels_last else 1)
    return np.array([sobel(image) for image in grey]).reshape(grey.shape)


def centre_map(shape: tuple[int, ...], *, spread: float = 0.25) -> np.ndarray:
    """A blob in the middle of the image, brightest at its centre: a heat map that has not even seen the image.

    Parameters
    ----------
    shape : (H, W), or (N, H, W) for N times the same
    spread : standard deviation of the bell curve, as a share of each side

    Returns
    -------
    float64 array of this shape, from 0 to 1

    Raises
    ------
    TypeError, ValueError : a shape that is not two or three whole numbers, or a spread that is not positive.

    Examples
    --------
    >>> centre_map((3, 5)).round(2).tolist()
    [[0.11, 0.3, 0.41, 0.3, 0.11], [0.28, 0.73, 1.0, 0.73, 0.28], [0.11, 0.3, 0.41, 0.3, 0.11]]
    """
    if not isinstance(shape, list | tuple) or len(shape) not in (2, 3):
        raise TypeError(f"shape must be (H, W) or (N, H, W), got {_validate.describe(shape)}")
    sizes = [_validate.whole("shape", n, 1 if place >= len(shape) - 2 else 0) for place, n in enumerate(shape)]
    if _validate.real("spread", spread, 0) == 0:
        raise ValueError("spread must be above 0")
    rows, columns = (np.exp(-0.5 * (((np.arange(n) + 0.5) / n - 0.5) / spread) ** 2) for n in sizes[-2:])
    return np.broadcast_to(rows[:, None] * columns, sizes).copy()
