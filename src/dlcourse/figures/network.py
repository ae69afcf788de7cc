"""The traits of figures that compute a small network in the page: its layers, its weights, and the images for it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from dlcourse import _frameworks, _validate
from dlcourse.figures.traits import Reals, State, Texts

KINDS = {
    "convolution": ("inputs", "outputs", "side"),
    "relu": (),
    "pooling": ("size",),
    "average": (),
    "dense": ("inputs", "outputs"),
}
"""The layers that `network.js` computes, with the whole numbers that each has."""

MOST_BYTES = 400_000  # of one base64 text: a page with three figures stays below a megabyte
_EXAMPLE = ((3, 4), (4, 6))  # channels of the two convolutions of the network that a figure without a model shows


class Coded(State):
    """Bytes as base64 text."""

    def validate(self, obj: Any, value: Any) -> str:
        """`value`, or an error that names the trait."""
        if not isinstance(value, str):
            raise TypeError(f"{self.name} must be base64 text, got {_validate.describe(value)}")
        if len(value) > MOST_BYTES:
            raise ValueError(f"{self.name} must have at most {MOST_BYTES:,} characters, got {len(value):,}")
        try:
            base64.b64decode(value, validate=True)
        except binascii.Error as problem:
            raise ValueError(f"{self.name} must be base64 text: {problem}") from None
        return value


class Layers(State):
    """The layers of a chain: plain dictionaries with a kind, a name and whole numbers."""

    def validate(self, obj: Any, value: Any) -> list[dict[str, Any]]:
        """`value`, or an error that names the trait and the layer."""
        if not isinstance(value, list) or not value or not all(isinstance(layer, dict) for layer in value):
            raise TypeError(f"{self.name} must be a list of layers, got {_validate.describe(value)}")
        for i, layer in enumerate(value):
            name = f"{self.name}[{i}]"
            kind = _validate.choice(f"{name}['kind']", layer.get("kind"), KINDS)
            for key in KINDS[kind]:
                _validate.whole(f"{name}[{key!r}]", layer.get(key), 1)
        return value


class Network(traitlets.HasTraits):
    """What figures with a network have in common; see `network_state`."""

    layers = Layers()
    weights = Coded()
    pixels = Coded()
    titles = Texts()
    classes = Texts(["cat", "dog"])
    size = Reals([16, 16], (1, 256), (1, 256))
    image = State(0)

    @traitlets.default("layers")
    def _default_layers(self) -> list[dict[str, Any]]:
        return example()["layers"]

    @traitlets.default("weights")
    def _default_weights(self) -> str:
        return example()["weights"]

    @traitlets.default("pixels")
    def _default_pixels(self) -> str:
        return example()["pixels"]

    @traitlets.default("titles")
    def _default_titles(self) -> list[str]:
        return ["light above", "light on the right"]

    @traitlets.validate("image")
    def _check_image(self, proposal: Any) -> int:
        return _validate.whole("image", proposal["value"], 0, len(self.titles) - 1)

    @property
    def names(self) -> list[str]:
        """The names of the layers, in the order in which they run."""
        return [layer["name"] for layer in self.layers]

    def _of(self, *kinds: str) -> list[str]:
        return [layer["name"] for layer in self.layers if layer["kind"] in kinds]


def network_state(
    model: Any, images: ArrayLike | None, titles: Sequence[str] | None, classes: Sequence[str]
) -> dict[str, Any]:
    """The traits of `Network` for a PyTorch model and `(N, H, W, 3)` images of bytes; {} without a model."""
    if model is None:
        return {}
    arrays, layers = _chain(model)
    bytes_ = _validate.array("images", images, (None, None, None, 3), kind="u")
    if bytes_.dtype != np.uint8 or not 1 <= len(bytes_) <= 12:
        raise ValueError(f"images must be 1 to 12 images of uint8, got {_validate.describe(bytes_)}")
    titles = list(titles) if titles is not None else [f"image {i}" for i in range(len(bytes_))]
    if len(titles) != len(bytes_):
        raise ValueError(f"titles must have one text for each of the {len(bytes_)} images, got {len(titles)}")
    outputs = layers[-1]["outputs"]
    if len(classes) != outputs:
        raise ValueError(f"classes must name the {outputs} outputs of the model, got {list(classes)}")
    return {
        "layers": layers,
        "weights": encoded(np.concatenate([array.ravel() for array in arrays])),
        "pixels": base64.b64encode(np.ascontiguousarray(bytes_).tobytes()).decode(),
        "titles": titles,
        "classes": list(classes),
        "size": list(bytes_.shape[1:3]),
    }


def encoded(numbers: np.ndarray) -> str:
    """Numbers, rounded to float16, as base64."""
    rounded = numbers.astype("<f2")
    if not np.isfinite(rounded).all():
        raise ValueError("the weights of model must be finite and below 65,504, or they do not fit into float16")
    return base64.b64encode(rounded.tobytes()).decode()


def decoded(layers: list[dict[str, Any]], weights: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Weights and biases of each layer that has some, as the page computes with them."""
    numbers = np.frombuffer(base64.b64decode(weights), "<f2").astype(np.float32)
    result, start = [], 0
    for layer in layers:
        if "inputs" in layer:
            sides = (layer["side"],) * 2 if layer["kind"] == "convolution" else ()
            shape = (layer["outputs"], layer["inputs"], *sides)
            end = start + int(np.prod(shape))
            result.append((numbers[start:end].reshape(shape), numbers[end : end + shape[0]]))
            start = end + shape[0]
    return result


def redrawn(layers: list[dict[str, Any]], seed: int) -> str:
    """Random weights for every layer that has some, normal with variance 2 / inputs (He), biases 0, as base64."""
    draw = np.random.Generator(np.random.PCG64(seed))
    parts = []
    for layer in layers:
        if "inputs" in layer:
            fan = layer["inputs"] * layer.get("side", 1) ** 2
            parts += [draw.normal(0, (2 / fan) ** 0.5, fan * layer["outputs"]), np.zeros(layer["outputs"])]
    return encoded(np.concatenate(parts))


def example() -> dict[str, Any]:
    """A network of two small convolutions with random weights, and two images of 16 pixels, for want of a model."""
    layers: list[dict[str, Any]] = []
    for i, (inputs, outputs) in enumerate(_EXAMPLE, start=1):
        layers += [
            {"kind": "convolution", "name": f"conv{i}", "inputs": inputs, "outputs": outputs, "side": 3},
            {"kind": "relu", "name": f"relu{i}"},
        ]
        if i == 1:
            layers.append({"kind": "pooling", "name": "pool1", "size": 2})
    last = _EXAMPLE[-1][1]
    layers += [{"kind": "average", "name": "average"}]
    layers += [{"kind": "dense", "name": "dense", "inputs": last, "outputs": 2}]
    y, x = np.mgrid[:16, :16]
    disc = (np.hypot(y - 7.5, x - 7.5) < 5) * 120
    images = np.stack([np.stack([15 * (15 - y), disc, 8 * y], -1), np.stack([disc, 8 * x, 15 * x], -1)])
    pixels = base64.b64encode(images.astype(np.uint8).tobytes()).decode()
    return {"layers": layers, "weights": redrawn(layers, 3), "pixels": pixels}


def _chain(model: Any) -> tuple[list[np.ndarray], list[dict[str, Any]]]:
    """The numbers of a PyTorch Sequential, batch normalisation folded into the convolutions, and its layers."""
    if _frameworks.framework_of(model) != "torch":
        raise TypeError(f"model must be a PyTorch Sequential, got {_validate.describe(model)}")
    from torch import nn

    if not isinstance(model, nn.Sequential):
        raise TypeError(f"model must be a PyTorch Sequential, whose layers run one after another, got {type(model)}")
    arrays: list[np.ndarray] = []
    layers: list[dict[str, Any]] = []
    for name, module in model.named_children():
        match module:
            case nn.Conv2d() if _same_size(module):
                side = module.kernel_size[0]
                shape = {"inputs": module.in_channels, "outputs": module.out_channels, "side": side}
                layers.append({"kind": "convolution", "name": name, **shape})
                arrays += _numbers(module)
            case nn.BatchNorm2d() if layers and layers[-1]["kind"] == "convolution" and module.running_var is not None:
                layers[-1] = {**layers[-1], "name": name, "origin": layers[-1]["name"]}
                arrays[-2:] = _folded(arrays[-2], arrays[-1], module)
            case nn.ReLU():
                layers.append({"kind": "relu", "name": name})
            case nn.MaxPool2d() if _side_by_side(module):
                layers.append({"kind": "pooling", "name": name, "size": _one(module.kernel_size)})
            case nn.AdaptiveAvgPool2d() if module.output_size in (1, (1, 1)):
                layers.append({"kind": "average", "name": name})
            case nn.Flatten() | nn.Dropout() | nn.Dropout2d() | nn.Identity():
                pass  # a volume is flat in memory, and dropout does nothing in evaluation mode
            case nn.Linear():
                shape = {"inputs": module.in_features, "outputs": module.out_features}
                layers.append({"kind": "dense", "name": name, **shape})
                arrays += _numbers(module)
            case _:
                raise ValueError(
                    f"model must be a chain of convolutions (odd sides, stride 1, same size), each perhaps with batch "
                    f"normalisation, ReLU, max-pooling, global average pooling and dense layers; the figure cannot "
                    f"compute {name!r}: {module}"
                )
    if not layers or layers[-1]["kind"] != "dense":
        raise ValueError("model must end with a dense layer, whose outputs are the logits")
    return arrays, layers


def _same_size(module: Any) -> bool:
    side = module.kernel_size[0]
    padding = module.padding in ("same", ((side - 1) // 2,) * 2) and module.padding_mode == "zeros"
    plain = module.stride == (1, 1) and module.dilation == (1, 1) and module.groups == 1
    return side % 2 == 1 and module.kernel_size == (side, side) and padding and plain


def _side_by_side(module: Any) -> bool:
    size = _one(module.kernel_size)
    whole = _one(module.stride) == size and _one(module.padding) == 0 and _one(module.dilation) == 1
    return size is not None and whole and not module.ceil_mode


def _one(value: Any) -> int | None:
    """The number, or both if they are the same."""
    first, second = value if isinstance(value, tuple) else (value, value)
    return int(first) if first == second else None


def _numbers(module: Any) -> list[np.ndarray]:
    weights = _frameworks.to_numpy(module.weight).astype(np.float64)
    biases = np.zeros(len(weights)) if module.bias is None else _frameworks.to_numpy(module.bias).astype(np.float64)
    return [weights, biases]


def _folded(weights: np.ndarray, biases: np.ndarray, norm: Any) -> list[np.ndarray]:
    """The weights and biases of a convolution that does what the convolution and `norm` after it do."""
    count = len(biases)
    scale, shift = np.ones(count), np.zeros(count)
    if norm.affine:
        scale, shift = (_frameworks.to_numpy(part).astype(np.float64) for part in (norm.weight, norm.bias))
    mean, variance = (_frameworks.to_numpy(p).astype(np.float64) for p in (norm.running_mean, norm.running_var))
    factor = scale / np.sqrt(variance + norm.eps)
    return [weights * factor.reshape(-1, 1, 1, 1), (biases - mean) * factor + shift]
