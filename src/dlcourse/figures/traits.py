"""The traits that figures are made of: synchronised with JavaScript, checked where they are set, plain JSON inside."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import traitlets

from dlcourse import _validate

LARGEST_VALUE = 999
"""Of the numbers in a figure's cells, to both sides of zero; wider ones do not fit into a cell."""


class State(traitlets.Any):
    """A part of a figure's state: synchronised with JavaScript. The other traits here say what it may be."""

    allow_none = False  # of an Any it is True, and None would be checked by nobody

    def __init__(self, default: Any = traitlets.Undefined, **kwargs: Any) -> None:
        super().__init__(default, **kwargs)
        self.tag(sync=True)

    def default(self, obj: Any = None) -> Any:
        """The first value, its own for each figure."""
        return copy.deepcopy(super().default(obj))


class Truth(State):
    """True or false; NumPy's truth values count too."""

    def validate(self, obj: Any, value: Any) -> bool:
        """`value` as a bool, or an error that names the trait."""
        return _validate.truth(str(self.name), value)


class Real(State):
    """A finite number between two bounds."""

    def __init__(self, default: float, low: float, high: float) -> None:
        super().__init__(default)
        self.bounds = low, high

    def validate(self, obj: Any, value: Any) -> float:
        """`value` as a plain number, or an error that names the trait."""
        return plain(_validate.real(str(self.name), value, *self.bounds))


class Whole(State):
    """A whole number between two bounds."""

    def __init__(self, default: int, low: int, high: int) -> None:
        super().__init__(default)
        self.bounds = low, high

    def validate(self, obj: Any, value: Any) -> int:
        """`value` as an int, or an error that names the trait."""
        return _validate.whole(str(self.name), value, *self.bounds)


class Reals(State):
    """A few finite numbers, each between bounds of its own."""

    def __init__(self, default: Any, *bounds: tuple[float, float]) -> None:
        super().__init__(default)
        self.bounds = bounds

    def validate(self, obj: Any, value: Any) -> list[float]:
        """`value` as a list of plain numbers, or an error that names the trait and the place."""
        found = _validate.array(str(self.name), value, (len(self.bounds),)).tolist()
        pairs = enumerate(zip(found, self.bounds, strict=True))
        return [plain(_validate.real(f"{self.name}[{i}]", number, *bounds)) for i, (number, bounds) in pairs]


class Choice(State):
    """One of a few values."""

    def __init__(self, default: Any, options: Collection[Any]) -> None:
        super().__init__(default)
        self.options = options

    def validate(self, obj: Any, value: Any) -> Any:
        """`value`, or an error that names the trait and what it may be."""
        return _validate.choice(str(self.name), value, self.options)


class Numbers(State):
    """Finite numbers along one or two axes of at most `longest`; with `named`, a name for such numbers will do too."""

    def __init__(self, default: Any = traitlets.Undefined, *, ndim: int, longest: int, named: bool = False) -> None:
        super().__init__(default)
        self.ndim, self.longest, self.named = ndim, longest, named

    def validate(self, obj: Any, value: Any) -> Any:
        """`value` as nested lists of plain numbers, or an error that names the trait."""
        if self.named and isinstance(value, str):
            return value
        return numbers(str(self.name), value, self.ndim, self.longest)


class NamedNumbers(State):
    """Names, each with a matrix of numbers: what a menu offers."""

    def __init__(self, default: Any = traitlets.Undefined, *, longest: int, what: str) -> None:
        super().__init__(default)
        self.longest, self.what = longest, what

    def validate(self, obj: Any, value: Any) -> dict[str, list[list[float]]]:
        """`value` with nested lists of plain numbers, or an error that names the trait."""
        if not isinstance(value, Mapping) or not all(isinstance(name, str) and name for name in value):
            raise TypeError(f"{self.name} must map names to {self.what}, got {_validate.describe(value)}")
        return {key: numbers(f"{self.name}[{key!r}]", entry, 2, self.longest) for key, entry in value.items()}


class Texts(State):
    """A list of texts that are not empty."""

    def validate(self, obj: Any, value: Any) -> list[str]:
        """`value`, or an error that names the trait."""
        if not isinstance(value, list | tuple) or not value or not all(isinstance(x, str) and x for x in value):
            raise TypeError(f"{self.name} must be a list of texts, got {_validate.describe(value)}")
        return list(value)


def numbers(name: str, value: Any, ndim: int, longest: int) -> Any:
    """`value` as nested lists of finite numbers, if its shape and its numbers fit into a figure."""
    found = _validate.array(name, value, shape=(None,) * ndim)
    if not all(1 <= side <= longest for side in found.shape):
        raise ValueError(f"{name} must have 1 to {longest} numbers along each axis, got shape {found.shape}")
    for number in found.ravel().tolist():
        if not abs(number) <= LARGEST_VALUE:  # also true of a nan
            raise ValueError(f"{name} must hold numbers between -{LARGEST_VALUE} and {LARGEST_VALUE}, got {number}")
    if ndim == 1:
        return [plain(number) for number in found.tolist()]
    return [[plain(number) for number in row] for row in found.tolist()]


def plain(value: float) -> float:
    """`value` as JSON and readers like it: 1 rather than 1.0, and never -0.0."""
    return int(value) if value == int(value) else float(value)


def listed(values: Sequence[float] | np.ndarray) -> str:
    """Numbers in brackets, for the sentence that stands for a figure."""
    return "[" + ", ".join(str(plain(round(float(value), 2))) for value in values) + "]"


def size(values: Any) -> str:
    """The sides of an array, as in "8×8"."""
    return "×".join(map(str, np.shape(values)))
