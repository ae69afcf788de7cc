"""What single layers of a model put out, seen while it runs, in both frameworks.

The model runs in evaluation mode and without gradients; its hooks, modes and weights are afterwards as they were.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse import _frameworks, _validate
from dlcourse.explain._layers import backend


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one layer. `inputs` and `output` are the framework's tensors; `array` is a copy, channels first."""

    name: str
    layer: Any
    input_shape: tuple[int, ...]
    array: np.ndarray


def framework(model: Any) -> str:
    """`"torch"` or `"keras"`, or an error that names the argument."""
    backend(model)
    return str(_frameworks.framework_of(model))


def layers_of(model: Any) -> dict[str, Any]:
    """All layers inside a model by their names, each once: `named_modules` in PyTorch, "outer/inner" in Keras."""
    found: dict[int, tuple[str, Any]] = {}
    for name, layer in backend(model).named_layers(model):
        found.setdefault(id(layer), (name, layer))
    return dict(found.values())


def is_map_maker(layer: Any) -> bool:
    """Whether a layer is a two-dimensional convolution or pooling (over parts of the image, not over all of it)."""
    if _frameworks.framework_of(layer) == "torch":
        from torch import nn

        pools = (nn.MaxPool2d, nn.AvgPool2d, nn.LPPool2d, nn.FractionalMaxPool2d)
        return isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d, *pools))
    from keras import layers

    convolutions = (layers.Conv2D, layers.Conv2DTranspose, layers.DepthwiseConv2D, layers.SeparableConv2D)
    return isinstance(layer, (*convolutions, layers.MaxPooling2D, layers.AveragePooling2D))


def forward(model: Any, x: np.ndarray) -> Any:
    """The model's outputs for one batch, in evaluation mode and without gradients, as the framework's tensors."""
    served = backend(model)
    return served.layer_outputs(model, np.ascontiguousarray(x, served.float_type(model, x)), {})[1]


def watch(model: Any, x: np.ndarray, layers: dict[str, Any], activated: bool = True) -> list[Run]:
    """Run the model on `x`; what each of `layers` put out, in the order in which they ran.

    `activated`: after the activation function, where one follows the layer at once (or is part of it).
    """
    return (_watch_torch if framework(model) == "torch" else _watch_keras)(model, x, layers, activated)


class _Log:
    """Runs of layers, and the tensor that was put out last: an activation function may take it."""

    def __init__(self, activated: bool, channels_last: bool) -> None:
        self.runs: list[Run] = []
        self.activated, self.channels_last = activated, channels_last
        self._last: tuple[Any, int] | None = None

    def add(self, name: str, layer: Any, x: Any, output: Any) -> None:
        array = self._array(output, name)
        self.runs.append(Run(name, layer, tuple(getattr(x, "shape", ())), array))
        self._last = (output, len(self.runs) - 1)

    def activation(self, x: Any, output: Any) -> None:
        if self.activated and self._last is not None and x is self._last[0]:
            run = self.runs[self._last[1]]
            self.runs[self._last[1]] = Run(run.name, run.layer, run.input_shape, self._array(output, run.name))

    def _array(self, output: Any, name: str) -> np.ndarray:
        if not hasattr(output, "shape"):
            raise ValueError(f"the layer {name!r} puts out no single array but {_validate.describe(output)}")
        array = np.array(_frameworks.to_numpy(output))  # a copy: a later layer may work in place
        return np.moveaxis(array, -1, 1) if self.channels_last and array.ndim == 4 else array


def _watch_torch(model: Any, x: np.ndarray, layers: dict[str, Any], activated: bool) -> list[Run]:
    log = _Log(activated, channels_last=False)
    names = {id(layer): name for name, layer in layers.items()}

    def hook(module: Any, args: tuple[Any, ...], output: Any) -> None:
        before = args[0] if args else None
        if type(module).__module__ == "torch.nn.modules.activation":
            log.activation(before, output)
        if id(module) in names:
            log.add(names[id(module)], module, before, output)

    with ExitStack() as stack:
        for module in model.modules():
            stack.callback(module.register_forward_hook(hook).remove)
        forward(model, x)
    return log.runs


def _watch_keras(model: Any, x: np.ndarray, layers: dict[str, Any], activated: bool) -> list[Run]:
    import keras

    activations = (keras.layers.Activation, keras.layers.ReLU, keras.layers.LeakyReLU, keras.layers.ELU)
    log = _Log(activated, channels_last=True)
    names = {id(layer): name for name, layer in layers.items()}

    def watched(layer: Any) -> Callable[..., Any]:
        inner = layer.call

        def call(*args: Any, **kwargs: Any) -> Any:
            before = args[0] if args else None
            function = None if activated else getattr(layer, "activation", None)
            if function is None or id(layer) not in names or isinstance(layer, activations):
                output = inner(*args, **kwargs)
                after = output
            else:  # what the layer puts out before its own activation function
                layer.activation = keras.activations.linear
                try:
                    output = inner(*args, **kwargs)
                finally:
                    layer.activation = function
                after = function(output)
            if isinstance(layer, activations):
                log.activation(before, output)
            if id(layer) in names:
                log.add(names[id(layer)], layer, before, output)
            return after

        return call

    everything = {id(layer): layer for layer in layers_of(model).values()}
    with ExitStack() as stack:
        for key, layer in everything.items():
            if key in names or isinstance(layer, activations):
                vars(layer)["call"] = watched(layer)
                stack.callback(vars(layer).pop, "call")
        forward(model, x)
    return log.runs
