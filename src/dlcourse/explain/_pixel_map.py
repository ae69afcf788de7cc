"""One number for each pixel from an attribution that has one for each channel."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse import _validate


def pixel_map(attribution: Any, how: str = "absolute", *, channels_last: bool = False) -> np.ndarray:
    """One number for each pixel: what the attributions of its channels come to.

    Parameters
    ----------
    attribution : `(N, C, H, W)` array
    how : "absolute", the sum of the absolute values: how much, whatever the sign; "sum", with sign: what the whole
        pixel adds (parts of both signs cancel); "max", the largest absolute value
    channels_last : the array is `(N, H, W, C)`, as from a Keras model

    Returns
    -------
    `(N, H, W)` array, not normalised.

    Raises
    ------
    TypeError, ValueError : an array with other axes, or an unknown `how`.

    References
    ----------
    "max" is how Simonyan, Vedaldi, Zisserman 2014 draw saliency.

    Examples
    --------
    >>> [pixel_map([[[[2.0]], [[-3.0]]]], how).item() for how in ("absolute", "sum", "max")]
    [5.0, -1.0, 3.0]
    """
    array = _validate.array("attribution", attribution, (None,) * 4)
    _validate.choice("how", how, ("absolute", "sum", "max"))
    axis = 3 if _validate.truth("channels_last", channels_last) else 1
    if how == "sum":
        return array.sum(axis)
    return np.abs(array).sum(axis) if how == "absolute" else np.abs(array).max(axis)
