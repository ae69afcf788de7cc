"""The figure `receptive_field`: which inputs a unit of a stack of layers depends on, and along how many paths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets

from dlcourse import _validate
from dlcourse.figures.base import Figure

MOST_LAYERS = 5
LARGEST = {"kernel": 7, "stride": 3, "dilation": 4}
NARROWEST, WIDEST = 11, 64  # inputs that are drawn: few enough to be told apart on a phone


class ReceptiveField(Figure, module="receptive_field"):
    """The cone of units that a unit depends on; made by `receptive_field`, which documents the traits."""

    layers = traitlets.Any().tag(sync=True)
    layer = traitlets.Any(None, allow_none=True).tag(sync=True)
    unit = traitlets.Any(None, allow_none=True).tag(sync=True)

    @property
    def fields(self) -> list[int]:
        """The receptive field of each layer from the lowest: how many inputs wide is what one of its units sees."""
        return [field for field, _ in self._growth()[1:]]

    @property
    def jumps(self) -> list[int]:
        """The jump of each layer from the lowest: how many inputs further on the next unit's field begins."""
        return [jump for _, jump in self._growth()[1:]]

    @property
    def paths(self) -> np.ndarray:
        """How many paths lead from each input of its field to a unit of the chosen layer (`layer`, or the top)."""
        layers = _layers(self.layers)
        counts = np.ones(1, int)
        for kernel, stride, dilation in reversed(layers if self.layer is None else layers[: self.layer]):
            below = np.zeros((len(counts) - 1) * stride + dilation * (kernel - 1) + 1, int)
            for tap in range(0, dilation * kernel, dilation):
                below[tap : tap + (len(counts) - 1) * stride + 1 : stride] += counts
            counts = below
        return counts

    @property
    def units(self) -> list[int]:
        """How many units the figure draws: of the input, then of each layer from the lowest."""
        field, jump = self._growth()[-1]
        fitting = max(min(max(3, (NARROWEST - field) // jump + 1), (WIDEST - field) // jump + 1), 1)
        units = [fitting - 1 + fitting % 2]  # odd, so that one unit is in the middle
        for kernel, stride, dilation in reversed(_layers(self.layers)):
            units.insert(0, (units[0] - 1) * stride + dilation * (kernel - 1) + 1)
        return units

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
        for kernel, stride, dilation in _layers(self.layers):
            field, jump = growth[-1]
            growth.append((field + dilation * (kernel - 1) * jump, jump * stride))
        return growth

    @traitlets.default("layers")
    def _default_layers(self) -> list[list[int]]:
        return [[3, 1, 1], [3, 1, 1]]

    @traitlets.validate("layers")
    def _check_layers(self, proposal: Any) -> list[list[int]]:
        return _layers(proposal["value"])

    @traitlets.validate("layer", "unit")
    def _check_place(self, proposal: Any) -> int | None:
        name, value = proposal["trait"].name, proposal["value"]
        if value is None:
            return None
        if name == "layer":
            return _validate.whole(name, value, 0, len(_layers(self.layers)))
        layer = len(self.units) - 1 if self.layer is None else self.layer
        return _validate.whole(name, value, 0, self.units[_validate.whole("layer", layer, 0, len(self.units) - 1)] - 1)

    @traitlets.observe("layers", "layer")
    def _keep_place_inside(self, change: Any) -> None:
        if self.layer is not None:
            self.layer = min(self.layer, len(self.layers))
        if self.unit is not None:
            self.unit = min(self.unit, self.units[-1 if self.layer is None else self.layer] - 1)


def receptive_field(
    layers: Sequence[Sequence[int]] = ((3, 1), (3, 1)), *, layer: int | None = None, unit: int | None = None
) -> ReceptiveField:
    """A figure of the receptive field of a unit in a stack of layers, in one dimension.

    Parameters
    ----------
    layers : 1 to 5 layers from the lowest, each (kernel, stride) or (kernel, stride, dilation): kernel 1 to 7, stride
        1 to 3, dilation 1 to 4. Convolution or pooling makes no difference.
    layer : the layer of the unit to start with: 0 is the input, 1 the lowest layer; without it, the top
    unit : its place in its layer, from 0; without it, the middle

    Returns
    -------
    ReceptiveField : a widget whose traits have the names of the parameters; in JupyterLab they are synchronised both
        ways. `fig.fields` and `fig.jumps` are the receptive field and the jump (the product of the strides) of each
        layer; `fig.paths` counts the paths from each input of its field to a unit of the chosen layer, which is the
        gradient of that unit where all weights are one.

    Raises
    ------
    ValueError : no layers or too many, a setting out of bounds, a layer or a unit that there is not.
    TypeError : a layer that is not a pair or triple of whole numbers.

    Examples
    --------
    >>> fig = receptive_field([(3, 1), (3, 1)])
    >>> fig.fields, fig.jumps
    ([3, 5], [1, 1])
    >>> fig.paths.tolist()
    [1, 2, 3, 2, 1]
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
