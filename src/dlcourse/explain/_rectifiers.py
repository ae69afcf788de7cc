"""Deconvnet and guided backpropagation: gradients with another rule for the way back through each ReLU."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.explain._target import Scored


def deconvnet(model: Any, x: Any, target: Any) -> np.ndarray:
    """The gradient with another rule at each ReLU: on the way back, only positive numbers pass, wherever they come.

    Parameters
    ----------
    model : a PyTorch module whose rectifiers are `nn.ReLU` or `nn.ReLU6` modules (also in place, also used twice);
        other activation functions keep their own gradient
    x : images as in `saliency`
    target : class or function as in `saliency`

    Returns
    -------
    Array of the shape of `x`, with sign, not normalised.

    Raises
    ------
    TypeError, ValueError : as in `saliency`; or a model without `nn.ReLU` modules, or one that rectifies by a function
        (`torch.relu`, `F.relu`, `clamp(min=0)`), for which the rule could not be set.

    References
    ----------
    Zeiler, Fergus 2014, "Visualizing and understanding convolutional networks".

    Examples
    --------
    >>> import numpy as np
    >>> from dlcourse import models
    >>> x = np.random.default_rng(0).random((1, 3, 64, 64))
    >>> deconvnet(models.pytorch.pets_cnn_small(), x, target=0).shape
    (1, 3, 64, 64)
    """
    return _with_rule(model, x, target, "deconvnet")


def guided_backprop(model: Any, x: Any, target: Any) -> np.ndarray:
    """The gradient with another rule at each ReLU: only positive numbers pass back, and only where the ReLU was active.

    Parameters
    ----------
    model : as in `deconvnet`
    x : images as in `saliency`
    target : class or function as in `saliency`

    Returns
    -------
    Array of the shape of `x`, with sign, not normalised.

    Raises
    ------
    TypeError, ValueError : as in `deconvnet`.

    References
    ----------
    Springenberg, Dosovitskiy, Brox, Riedmiller 2015, "Striving for simplicity: the all convolutional net".

    Examples
    --------
    >>> import numpy as np
    >>> from dlcourse import models
    >>> x = np.random.default_rng(0).random((1, 3, 64, 64))
    >>> guided_backprop(models.pytorch.pets_cnn_small(), x, target=0).shape
    (1, 3, 64, 64)
    """
    return _with_rule(model, x, target, "guided_backprop")


def _with_rule(model: Any, x: Any, target: Any, method: str) -> np.ndarray:
    scored = Scored(model, x, target, keras=False)
    from dlcourse.explain._relu import replaced

    with replaced(scored.model, method) as watch:
        return scored.gradient(during=watch)
