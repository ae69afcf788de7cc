"""How layers use their weights: the formulae for layers whose multiplications cannot be watched."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """The arguments that a layer was called with."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    @property
    def first(self) -> Any:
        return next(iter([*self.args, *self.kwargs.values()]), None)

    def named(self, *names: str) -> list[Any]:
        """The arguments of these names, which is their order as well; None for one that was not given."""
        return [self.args[i] if i < len(self.args) else self.kwargs.get(name) for i, name in enumerate(names)]


@dataclass(frozen=True)
class Rule:
    """What one use of a layer costs.

    Attributes
    ----------
    kernels : the weights that the rule speaks of
    macs : a function of the call and of its output
    axes : how many axes its output must have, the batch axis counted; None: any
    """

    kernels: list[Any]
    macs: Callable[[Call, Any], int]
    axes: int | None = None


def size(weights: list[Any]) -> int:
    """How many numbers there are in all."""
    return sum(math.prod(weight.shape) for weight in weights)


def recurrent(kernels: list[Any]) -> Rule:
    """Every number of the kernels is multiplied once at each time step: of all axes of the input but the last."""

    def macs(call: Call, output: Any) -> int:
        steps = call.first.data if type(call.first).__name__ == "PackedSequence" else call.first
        return math.prod(steps.shape[:-1]) * size(kernels)

    return Rule(kernels, macs)


def custom(layer: Any, kernels: list[Any]) -> Rule:
    """The layer says itself what it costs, by its method `count_macs(inputs, outputs)`."""
    return Rule(kernels, lambda call, output: int(layer.count_macs(call.first, output)))
