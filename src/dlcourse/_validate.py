"""Checks of arguments, with messages that say what came and what was expected."""

from __future__ import annotations

from collections.abc import Collection
from numbers import Integral, Real
from typing import Any

import numpy as np

from dlcourse import _frameworks


def describe(value: Any) -> str:
    """`value` in a few words: type, and shape or size where it has one."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"


def whole(name: str, value: Any, minimum: int = 0, maximum: int | None = None) -> int:
    """`value` as an int between `minimum` and `maximum`, or an error that names the argument."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be a whole number, got {describe(value)}")
    number = int(value)
    if number < minimum or (maximum is not None and number > maximum):
        bounds = f"at least {minimum}" if maximum is None else f"between {minimum} and {maximum}"
        raise ValueError(f"{name} must be {bounds}, got {number}")
    return number


def truth(name: str, value: Any) -> bool:
    """`value` as a bool, if it is one."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {describe(value)}")
    return bool(value)


def real(name: str, value: Any, minimum: float | None = None, maximum: float | None = None) -> float:
    """`value` as a finite float between the bounds (both included)."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {describe(value)}")
    low = -np.inf if minimum is None else minimum
    high = np.inf if maximum is None else maximum
    number = float(value)
    if not np.isfinite(number) or not low <= number <= high:
        raise ValueError(f"{name} must be a finite number between {low} and {high}, got {value}")
    return number


def choice(name: str, value: Any, options: Collection[Any]) -> Any:
    """`value`, if it is one of `options`."""
    try:
        known = value in options
    except (TypeError, ValueError):  # unhashable, asked of a set or a dict; or an array, which has no one truth
        known = False
    if not known or isinstance(value, bool | np.bool_):
        wanted = ", ".join(map(repr, options))
        raise ValueError(f"{name} must be one of {wanted}; got {describe(value)}")
    return value


def pair(name: str, value: Any) -> tuple[float, float]:
    """`value` as two finite numbers."""
    if not isinstance(value, list | tuple | np.ndarray) or len(value) != 2:
        raise TypeError(f"{name} must be a pair of numbers, got {describe(value)}")
    return real(name, value[0]), real(name, value[1])


def array(name: str, value: Any, shape: tuple[int | None, ...] | None = None, kind: str = "biuf") -> np.ndarray:
    """`value` as a NumPy array of the given shape (None: any length) and dtype kinds.

    Tensors on any device are accepted; the array is a copy only where it has to be.
    """
    try:
        result = np.asarray(_frameworks.to_numpy(value))
    except (TypeError, ValueError, RuntimeError) as problem:  # RuntimeError: a tensor without numbers, on "meta"
        raise TypeError(f"{name} must be an array of numbers, got {describe(value)}: {problem}") from None
    if result.dtype.kind not in kind and result.size:
        wanted = {"u": "whole numbers", "b": "booleans"}.get(kind, "numbers")
        raise TypeError(f"{name} must hold {wanted}, got {describe(result)}")
    if shape is not None:
        fits = result.ndim == len(shape) and all(
            want is None or want == have for want, have in zip(shape, result.shape, strict=True)
        )
        if not fits:
            wanted = "(" + ", ".join("any" if n is None else str(n) for n in shape) + ")"
            raise ValueError(f"{name} must have shape {wanted}, got {describe(result)}")
    return result
