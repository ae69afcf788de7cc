"""The figure `receptive_field`: which inputs a unit of a stack of layers depends on, and along how many paths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import traitlets

from dlcourse import _validate
from dlcourse.figures.base import Figure
from dlcourse.figures.traits import State

MOST_LAYERS = 5
LARGEST = {"kernel": 7, "stride": 3, "dilation": 4}


class Layers(State):
    """Kernel, stride and dilation of each layer, from the lowest."""

    def validate(self, obj: Any, value: Any) -> list[list[int]]:
        """`value` as a list of [kernel, stride, dilation], if that is what it holds."""
        return _layers(value)


class ReceptiveField(Figure):
    """The cone of units that a unit depends on; made by `receptive_field`, which documents the traits."""

    constants: ClassVar = {"most_layers": MOST_LAYERS, "largest": LARGEST}
    extremes: ClassVar = (
        {"layers": [[3, 1, 1]] * 5},
        {"layers": [[5, 2, 1]] * 4, "layer": 1, "unit": 0},
        {"layers": [[7, 3, 1]] * 4},
    )

    layers = Layers([[3, 1, 1], [3, 1, 1]])
    layer = State(None, allow_none=True)
    unit = State(None, allow_none=True)

    @property
    def fields(self) -> list[int]:
        """The receptive field of each layer from the lowest: how many inputs wide is what one of its units sees."""
        return [field for field, _ in self._growth()[1:]]

    @property
    def jumps(self) -> list[int]:
        """The jump of each layer from the lowest: how many inputs further on the next unit's field begins."""
        return [jump for _, jump in self._growth()[1:]]

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        names = (
            f"{kernel} wide" + (f" with stride {s}" if s > 1 else "") + (f" and dilation {d}" if d > 1 else "")
            for kernel, s, d in self.layers
        )
        listed = "; ".join(f"layer {i}: {name}" for i, name in enumerate(names, 1))
        return (
            f"Interactive figure: the receptive fields in a stack of layers ({listed}). They are "
            f"{', '.join(map(str, self.fields))} inputs wide, and the jumps are {', '.join(map(str, self.jumps))}."
        )

    def _growth(self) -> list[tuple[int, int]]:
        """Field and jump of the input, then of each layer."""
        growth = [(1, 1)]
        for kernel, stride, dilation in self.layers:
            field, jump = growth[-1]
            growth.append((field + dilation * (kernel - 1) * jump, jump * stride))
        return growth

    @traitlets.validate("layer", "unit")
    def _check_place(self, proposal: Any) -> int | None:
        name, value = proposal["trait"].name, proposal["value"]
        if value is None:
            return None
        return _validate.whole(name, value, 0, len(self.layers) if name == "layer" else None)

    @traitlets.observe("layers")
    def _keep_layer_inside(self, change: Any) -> None:
        if self.layer is not None:
            self.layer = min(self.layer, len(self.layers))


def receptive_field(
    layers: Sequence[Sequence[int]] = ((3, 1), (3, 1)), *, layer: int | None = None, unit: int | None = None
) -> ReceptiveField:
    """A figure of the receptive field of a unit in a stack of layers, in one dimension.

    Parameters
    ----------
    layers : 1 to 5 layers from the lowest, each (kernel, stride) or (kernel, stride, dilation): kernel 1 to 7, stride
        1 to 3, dilation 1 to 4. Convolution or pooling makes no difference.
    layer : the layer of the unit to start with: 0 is the input, 1 the lowest layer; without it, the top
    unit : its place in its layer, from 0; without it, the middle, and the last one if there are fewer

    Returns
    -------
    ReceptiveField : a widget whose traits have the names of the parameters; in JupyterLab they are synchronised both
        ways. `fig.fields` and `fig.jumps` are the receptive field and the jump (the product of the strides) of each
        layer.

    Raises
    ------
    ValueError : no layers or too many, a setting out of bounds, a layer that there is not.
    TypeError : a layer that is not a pair or triple of whole numbers.

    Examples
    --------
    >>> fig = receptive_field([(3, 1), (3, 1)])
    >>> fig.fields, fig.jumps
    ([3, 5], [1, 1])
    >>> receptive_field([(3, 2), (3, 2), (3, 1)]).fields
    [3, 7, 15]
    """
    return ReceptiveField(layers=layers, layer=layer, unit=unit)


def _layers(value: Any) -> list[list[int]]:
    """`value` as a list of [kernel, stride, dilation], if that is what it holds."""

    def listed(x: Any) -> bool:
        return isinstance(x, list | tuple) or (isinstance(x, np.ndarray) and x.ndim > 0)

    if not listed(value) or not all(map(listed, value)):
        raise TypeError(
            "layers must be a list with (kernel, stride) or (kernel, stride, dilation) for each layer, "
            f"got {_validate.describe(value)}"
        )
    if not 1 <= len(value) <= MOST_LAYERS:
        raise ValueError(f"layers must hold 1 to {MOST_LAYERS} layers, got {len(value)}")
    layers = []
    for i, given in enumerate(value):
        if not 2 <= len(given) <= 3:
            raise ValueError(f"layers[{i}] must be (kernel, stride) or (kernel, stride, dilation), got {given!r}")
        settings = zip(LARGEST.items(), [*given, 1][:3], strict=True)
        layers.append([_validate.whole(f"layers[{i}], {name},", x, 1, most) for (name, most), x in settings])
    return layers
