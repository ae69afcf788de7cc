"""Starting layers anew: networks for the sanity checks of attribution methods."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from dlcourse import _frameworks, _validate
from dlcourse.explain._layers import find


def cascade(model: Any) -> list[str]:
    """The names of all layers with weights of their own, from the output down to the input.

    Randomising the first one of the list, then the first two, and so on, destroys a network from the top.

    Parameters
    ----------
    model : PyTorch module whose layers were given to it in the order in which they run

    Returns
    -------
    list of names, as in `named_modules`

    Raises
    ------
    TypeError : `model` is no PyTorch module.

    Examples
    --------
    >>> from dlcourse import models
    >>> cascade(models.pytorch.pets_cnn())
    ['dense2', 'dense1', 'conv3', 'conv2', 'conv1']
    """
    _torch_only(model)
    return [name for name, module in model.named_modules() if name and _has_weights(module)][::-1]


def randomize(model: Any, layers: Sequence[Any] | Any, seed: int = 0) -> Any:
    """A copy of a model in which some layers start anew, each by its own `reset_parameters`; the others are kept.

    The running statistics of a normalisation are part of its start: they go back to mean 0 and variance 1. Each layer
    draws from a generator of its own, so that a layer gets the same weights whatever else is randomised with it.

    Parameters
    ----------
    model : PyTorch module; it is not changed
    layers : names of layers, or layers themselves; a layer that holds others stands for all of them
    seed : 0 or more; other seeds, other weights

    Returns
    -------
    A deep copy, in the same mode, on the same device, without gradients.

    Raises
    ------
    TypeError : `model` is no PyTorch module.
    ValueError : no such layer, or one with weights that has no `reset_parameters`.

    Examples
    --------
    >>> import torch
    >>> from dlcourse import models
    >>> model = models.pytorch.pets_cnn(size=64)
    >>> other = randomize(model, ["dense2"])
    >>> torch.equal(other.conv1.weight, model.conv1.weight), torch.equal(other.dense2.weight, model.dense2.weight)
    (True, False)

    References
    ----------
    Adebayo, Gilmer, Muelly, Goodfellow, Hardt, Kim: Sanity Checks for Saliency Maps (2018).
    """
    import torch

    _torch_only(model)
    _validate.whole("seed", seed)
    several = layers if isinstance(layers, list | tuple) else [layers]
    chosen = [name for layer in several for name in _with_weights(model, *find(model, layer))]
    order = {name: place for place, (name, _) in enumerate(model.named_modules())}
    fresh = copy.deepcopy(model)
    modules = dict(fresh.named_modules())
    devices = {p.device for p in fresh.parameters()}
    with _frameworks.random_state_kept(next(iter(devices), None)), torch.no_grad():
        for name in dict.fromkeys(chosen):
            _frameworks.seed(1_000_003 * (seed + 1) + order[name])
            modules[name].reset_parameters()
    for parameter in fresh.parameters():
        parameter.grad = None
    return fresh


def _torch_only(model: Any) -> None:
    if _frameworks.framework_of(model) != "torch":
        raise TypeError(f"model must be a PyTorch module, got {_validate.describe(model)}")


def _has_weights(module: Any) -> bool:
    return any(True for _ in module.parameters(recurse=False))


def _with_weights(model: Any, name: str, layer: Any) -> list[str]:
    """Full names of the layers with weights in this one."""
    inside = [(f"{name}.{inner}".rstrip("."), module) for inner, module in layer.named_modules()]
    found = [(full, module) for full, module in inside if _has_weights(module)]
    if not found:
        raise ValueError(f"layers: {name!r} ({type(layer).__name__}) has no weights to start anew")
    for full, module in found:
        if not hasattr(module, "reset_parameters"):
            raise ValueError(
                f"layers: {full!r} ({type(module).__name__}) has weights but no `reset_parameters`; give its class "
                "this method, or name the layers inside it"
            )
    return [full for full, _ in found]
