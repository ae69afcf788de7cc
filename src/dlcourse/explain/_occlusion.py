"""Occlusion: cover a part of the image and see how far the score falls."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse import _validate
from dlcourse.explain._gradients import as_baseline
from dlcourse.explain._target import Scored


def occlusion(
    model: Any,
    x: Any,
    target: Any,
    *,
    window: int | tuple[int, int] = 8,
    stride: int | tuple[int, int] | None = None,
    baseline: Any = 0.0,
) -> np.ndarray:
    """How far the score falls when a window covers the pixel, averaged over the windows that cover it.

    The model runs once for each place of the window; no gradient is needed. A window that reaches over the right or
    lower edge is cut there.

    Parameters
    ----------
    model : a PyTorch module
    x : `(N, C, H, W)` images; floats, prepared as for the model
    target : class or function as in `saliency`
    window : side of the window in pixels, or `(height, width)`
    stride : pixels from one place to the next, or `(down, across)`; None for windows side by side; not more than the
        window, or pixels would be left out
    baseline : what the window shows: a number, one image, or an array like `x`

    Returns
    -------
    `(N, H, W)` array; positive where covering lowers the score, so that what was there spoke for the target.

    Raises
    ------
    TypeError, ValueError : as in `saliency`; or a window larger than the image, or a stride larger than the window.

    References
    ----------
    Zeiler, Fergus 2014, "Visualizing and understanding convolutional networks", section 4.2.

    Examples
    --------
    >>> import numpy as np, torch
    >>> model = torch.nn.Sequential(torch.nn.AvgPool2d(2), torch.nn.Flatten())  # class 3: mean of the last quarter
    >>> x = np.ones((1, 1, 4, 4), "float32")
    >>> occlusion(model, x, target=3, window=2)[0].tolist()
    [[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0]]
    """
    size = _pair("window", window)
    step = size if stride is None else _pair("stride", stride)
    scored = Scored(model, x, target, keras=False)
    x = scored.x
    n, _, *image = x.shape
    if size[0] > image[0] or size[1] > image[1]:
        raise ValueError(f"window must fit into the image, {tuple(image)}; got {size}")
    if step[0] > size[0] or step[1] > size[1]:
        raise ValueError(f"stride must not be larger than the window, {size}, or pixels are left out; got {step}")
    cover = as_baseline(baseline, x)
    rows, columns = (_windows(*each) for each in zip(image, size, step, strict=True))
    places = [(row, column) for row in rows for column in columns]
    before = scored.scores()
    total, times = np.zeros((n, *image), x.dtype), np.zeros(image, x.dtype)
    for i in range(0, len(places), scored.copies):
        part = places[i : i + scored.copies]
        covered = np.repeat(x[None], len(part), axis=0)
        for copy, (row, column) in zip(covered, part, strict=True):
            copy[:, :, row, column] = cover[:, :, row, column]
        falls = before - scored.scores(covered.reshape(-1, *x.shape[1:])).reshape(len(part), n)
        for fall, (row, column) in zip(falls, part, strict=True):
            total[:, row, column] += fall[:, None, None]
            times[row, column] += 1
    return total / times


def _pair(name: str, value: Any) -> tuple[int, int]:
    if isinstance(value, tuple | list) and len(value) == 2:
        return _validate.whole(f"{name}[0]", value[0], 1), _validate.whole(f"{name}[1]", value[1], 1)
    number = _validate.whole(name, value, 1)
    return number, number


def _windows(length: int, window: int, stride: int) -> list[slice]:
    """Where a window stands on one axis: up to the first that reaches the edge, and is cut there."""
    starts = range(0, length - window + stride, stride)
    return [slice(start, min(start + window, length)) for start in starts]
