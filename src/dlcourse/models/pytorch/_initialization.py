"""Initialisation of weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from torch import nn


def he(modules: Iterable[nn.Module]) -> None:
    """Convolutions and dense layers among `modules` start as He et al. 2015 propose for ReLU, with biases of 0."""
    for module in modules:
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def all_but_last(model: nn.Module) -> Sequence[nn.Module]:
    """The layers with weights, without the last one, which no ReLU follows."""
    return [module for module in model.modules() if isinstance(module, nn.Conv2d | nn.Linear)][:-1]
