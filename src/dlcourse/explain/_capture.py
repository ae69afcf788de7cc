"""What single layers of a model put out, seen while it runs, in both frameworks.

The model runs in evaluation mode and without gradients; its hooks, modes and weights are afterwards as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse import _frameworks, _validate


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one layer. `inputs` and `output` are the framework's tensors; `array` is a copy, channels first."""

    name: str
    layer: Any
    input_shape: tuple[int, ...]
    array: np.ndarray


def framework(model: Any) -> str:
    """`"torch"` or `"keras"`, or an error that names the argument."""
    found = _frameworks.framework_of(model)
    if found is None:
        raise TypeError(f"model must be a PyTorch module or a Keras model, got {_validate.describe(model)}")
    return found


def layers_of(model: Any) -> dict[str, Any]:
    """All layers inside a model by their names: `named_modules` in PyTorch, "outer/inner" in Keras."""
    if framework(model) == "torch":
        return {name: module for name, module in model.named_modules() if name}
    return dict(_keras_layers(model, ""))


def _keras_layers(model: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for layer in model._flatten_layers(include_self=False, recursive=False):
        yield prefix + layer.name, layer
        yield from _keras_layers(layer, f"{prefix}{layer.name}/")


def find(model: Any, layer: Any, name: str = "layer") -> tuple[str, Any]:
    """The full name of a layer and the layer itself, from its name or from itself."""
    known = layers_of(model)
    if isinstance(layer, str):
        if layer in known:
            return layer, known[layer]
        inner = [full for full in known if full.rpartition("/")[2] == layer and "/" in full]
        if len(inner) == 1:
            return inner[0], known[inner[0]]
        if inner:
            raise ValueError(f"{name} {layer!r} is the name of several layers of the model: {', '.join(inner)}")
        raise ValueError(f"{name} must be the name of a layer of the model ({', '.join(known)}); got {layer!r}")
    for full, found in known.items():
        if found is layer:
            return full, found
    raise ValueError(f"{name} must be a layer of this model or its name, got {_validate.describe(layer)}")


def floats(name: str, x: Any, axes: int = 4) -> np.ndarray:
    """A batch of images as an array of floats."""
    array = _validate.array(name, x, kind="f")
    if array.ndim != axes:
        raise ValueError(f"{name} must have {axes} axes (a batch of images), got {_validate.describe(array)}")
    return array


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
    if framework(model) == "keras":
        return model(x, training=False)
    import torch

    tensors = [*model.parameters(), *model.buffers()]
    like = next((t for t in tensors if t.is_floating_point()), torch.zeros(()))
    with evaluating(model), torch.no_grad():
        return model(torch.as_tensor(x).to(like.device, like.dtype))


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Have a PyTorch module in evaluation mode, and then each of its modules in the mode it was in."""
    modes = {module: module.training for module in model.modules()}
    try:
        model.eval()
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode


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
