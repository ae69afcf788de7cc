"""Schedules: the factor on the learning rate as a function of progress, 0 at the first step and 1 at the end."""

from __future__ import annotations

import math

from dlcourse import _validate

RISE = 0.3  # share of the steps in which one_cycle rises, as in torch.optim.lr_scheduler.OneCycleLR
START = 1 / 25  # the factor from which it rises, from the same


def cosine(progress: float) -> float:
    """Half a period of the cosine: falls from 1 to 0, slowly at both ends.

    Parameters
    ----------
    progress : 0 at the first step, 1 at the end of the training

    Returns
    -------
    factor on the learning rate, in [0, 1]

    Raises
    ------
    TypeError, ValueError : `progress` is no number from 0 to 1.

    References
    ----------
    Loshchilov and Hutter 2017, "SGDR: Stochastic Gradient Descent with Warm Restarts", section 3, one period.

    Examples
    --------
    >>> [round(cosine(p), 2) for p in (0, 0.25, 0.5, 0.75, 1)]
    [1.0, 0.85, 0.5, 0.15, 0.0]
    """
    return 0.5 + 0.5 * math.cos(math.pi * _validate.real("progress", progress, 0, 1))


def one_cycle(progress: float) -> float:
    """Rise from 1/25 to 1 over the first 30 % of the steps, then fall to 0; both along a cosine.

    Parameters
    ----------
    progress : 0 at the first step, 1 at the end of the training

    Returns
    -------
    factor on the learning rate, in [0, 1]

    Raises
    ------
    TypeError, ValueError : `progress` is no number from 0 to 1.

    References
    ----------
    Smith and Topin 2018, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates",
    arXiv 1708.07120, with the shape and the numbers that PyTorch's `OneCycleLR` gives it.

    Examples
    --------
    >>> [round(one_cycle(p), 2) for p in (0, 0.15, 0.3, 0.65, 1)]
    [0.04, 0.52, 1.0, 0.5, 0.0]
    """
    progress = _validate.real("progress", progress, 0, 1)
    if progress < RISE:
        return 1 - (1 - START) * cosine(progress / RISE)
    return cosine((progress - RISE) / (1 - RISE))
