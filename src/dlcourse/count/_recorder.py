"""The rows that the layers of a model add while it runs."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from dlcourse.count._table import FLOAT, Count, Layer


def plain(error: Exception) -> str:
    """The kind and the text of an error, without the colours that Keras puts in."""
    return f"{type(error).__name__}: " + re.sub(r"\x1b\[[0-9;]*m", "", str(error))


def no_rule(name: str, kind: str, weight: Any) -> ValueError:
    """The error for a layer whose multiplications by `weight` would go unseen."""
    return ValueError(
        f"model: the layer {name!r} ({kind}) has weights of shape {tuple(weight.shape)}, and count has no "
        "rule for their multiplications; a layer of your own can say what it costs by a method "
        "`count_macs(inputs, outputs)`"
    )


def tensor(output: Any) -> Any:
    """The first tensor of what a layer returned."""
    while isinstance(output, list | tuple) and output:
        output = output[0]
    return output


def check_axes(name: str, kind: str, axes: int | None, output: Any) -> None:
    """Refuse the output of a layer that took its channels for the batch, which PyTorch allows."""
    if axes and len(tensor(output).shape) != axes:
        raise ValueError(f"the layer {name!r} ({kind}) needs inputs of {axes - 1} axes, the batch axis left out")


class Recorder:
    """Collects a row for each use of a layer."""

    def __init__(self) -> None:
        self.rows: list[Layer] = []
        self.counted: set[int] = set()

    def new(self, weights: list[Any]) -> int:
        """How many numbers these weights hold, without those that were counted before."""
        fresh = {id(weight): weight for weight in weights if id(weight) not in self.counted}
        self.counted.update(fresh)
        return sum(math.prod(weight.shape) for weight in fresh.values())

    def add(self, name: str, kind: str, output: Any, learned: list[Any], macs: int, own_memory: bool) -> None:
        """One use of a layer with these learned weights.

        `own_memory` is False for layers whose output is their input, perhaps with another shape.
        """
        shape = tuple(int(n) for n in getattr(tensor(output), "shape", ()))
        memory = FLOAT * math.prod(shape) if own_memory else 0  # the first axis, too: it may hold windows of one image
        self.rows.append(Layer(name, kind, shape[1:], self.new(learned), macs, memory))

    def count(self, weights: list[Any], runs: list[Callable[[], object]], shape: tuple[int, ...]) -> Count:
        """Run the watched model that has these weights in the first of the ways that it can take, and sum up."""
        rows: tuple[Layer, ...] = ()
        error: Exception | None = None
        for run in runs:
            self.rows, self.counted = [], set()
            try:
                run()
            except Exception as raised:  # whatever the model itself raises
                if error is None or len(self.rows) > len(rows):  # this way led further than the one before
                    rows, error = tuple(self.rows), raised
            else:
                total = sum(row.parameters for row in self.rows) + self.new(weights)
                return Count(total, sum(row.macs for row in self.rows), tuple(self.rows))
        text = plain(error) if error else ""
        raise ValueError(f"model cannot run on one input of input_shape={shape}: {text}") from error
