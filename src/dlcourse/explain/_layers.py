"""A model's layers by name, in both frameworks, and what they give while the model runs."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from dlcourse import _frameworks, _validate


class Seen:
    """What the watched layers gave while the model ran: a list for each name, in the order in which they ran."""

    def __init__(self) -> None:
        self.outputs: dict[str, list[Any]] = {}

    def add(self, name: str, output: Any) -> None:
        """One more output of a layer."""
        self.outputs.setdefault(name, []).append(output)

    def one(self, name: str) -> Any:
        """The output of a layer that ran once."""
        found = self.outputs.get(name, [])
        if not found:
            raise ValueError(f"layer {name!r} did not run when the model was called; choose one that does")
        if len(found) > 1:
            raise ValueError(
                f"layer {name!r} runs {len(found)} times in one pass of the model, so it has no one output; choose a "
                "layer that runs once, or give each use a layer of its own"
            )
        if not hasattr(found[0], "shape"):
            raise ValueError(f"layer {name!r} gives a {type(found[0]).__name__}, not one tensor; choose another layer")
        return found[0]


def backend(model: Any, keras: bool = True) -> ModuleType:
    """The module that does the work in the model's framework: `_pytorch`, or, where it may be Keras, `_keras`."""
    framework = _frameworks.framework_of(model)
    if framework == "torch":
        from dlcourse.explain import _pytorch

        return _pytorch
    if framework == "keras" and keras:
        from dlcourse.explain import _keras

        return _keras
    wanted = "a PyTorch module or a Keras model" if keras else "a PyTorch module (Keras models are not served here)"
    raise TypeError(f"model must be {wanted}, got {_validate.describe(model)}")


def find(model: Any, layer: Any) -> tuple[str, Any]:
    """A layer of the model by its name, or the name of a layer that was given itself: both."""
    every = backend(model).named_layers(model)
    if not isinstance(layer, str):
        if _frameworks.framework_of(layer) is None:
            raise TypeError(f"layer must be a layer's name or the layer itself, got {_validate.describe(layer)}")
        for name, found in every:
            if found is layer:
                return name, found
        raise ValueError(f"layer must be one of the model's own; this {type(layer).__name__} is not among them")
    fitting = dict(every)
    if layer in fitting:
        return layer, fitting[layer]
    last = {id(found): (name, found) for name, found in every if "/" in name and name.rpartition("/")[2] == layer}
    if len(last) == 1:
        return next(iter(last.values()))
    names = [name for name, found in last.values()]
    if names:
        raise ValueError(f"layer {layer!r} names several layers: {_listed(names)}; give one of these")
    near = difflib.get_close_matches(layer, fitting, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"layer must be one of {_listed(fitting)}; got {layer!r}{hint}")


def outputs(model: Any, x: np.ndarray, layers: Mapping[str, Any]) -> tuple[dict[str, np.ndarray], Any]:
    """What these layers give for `x`, in the order in which they run, and the model's own output.

    Maps are `(N, maps, h, w)` in both frameworks; what is no maps keeps its shape. `layers` are those that `find`
    returned, by name. Every layer must run once.
    """
    seen, output = backend(model).layer_outputs(model, x, layers)
    made = {name: seen.one(name) for name in (*seen.outputs, *(n for n in layers if n not in seen.outputs))}
    return {name: backend(model).maps_first(value) for name, value in made.items()}, output


def _listed(names: Iterable[str], most: int = 12) -> str:
    """The names for a message, not more than some of them."""
    every = [repr(name) for name in names]
    return ", ".join(every[:most]) + (f" and {len(every) - most} more" if len(every) > most else "")
