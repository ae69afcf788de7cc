"""One code for NumPy and PyTorch: arguments brought to floats of one kind, and checked."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from dlcourse import _validate

LARGEST = 1e15  # so that no area overflows in float32


def tensors_of(**values: Any) -> dict[str, Any]:
    """Those of the arguments that are PyTorch tensors."""
    torch = sys.modules.get("torch")
    return {} if torch is None else {name: value for name, value in values.items() if isinstance(value, torch.Tensor)}


def namespace(**values: Any) -> Any:
    """`torch` if one of the arguments is a tensor, else `numpy`: their functions have the same names."""
    tensors = tensors_of(**values)
    devices = {name: tensor.device for name, tensor in tensors.items()}
    if len(set(devices.values())) > 1:
        places = ", ".join(f"{name} on {device}" for name, device in devices.items())
        raise ValueError(f"all tensors must be on one device, got {places}")
    return sys.modules["torch"] if tensors else np


def rows_of_four(**values: Any) -> tuple[Any, ...]:
    """Each argument as an (N, 4) array of floats, all of one kind and on one device; an empty list is (0, 4).

    Raises
    ------
    TypeError, ValueError : another shape or kind; numbers that are NaN, infinite, or so large that areas overflow.
    """
    xp = namespace(**values)
    device = next((tensor.device for tensor in tensors_of(**values).values()), None)
    results = []
    for name, value in values.items():
        if xp is np or name not in tensors_of(**values):
            value = _validate.array(name, value)
        shape = tuple(value.shape)
        if shape != (0,) and (len(shape) != 2 or shape[1] != 4):
            raise ValueError(f"{name} must have shape (any, 4), one row for each box, got {_validate.describe(value)}")
        rows = _floats(xp, value, device).reshape(-1, 4)
        if not bool((abs(rows) <= LARGEST).all()):
            raise ValueError(f"{name} must hold finite numbers up to {LARGEST:.0e}, got NaN, infinite or larger ones")
        results.append(rows)
    return tuple(results)


def _floats(xp: Any, value: Any, device: Any) -> Any:
    """float64 and float32 stay; half precision becomes float32; whole numbers become the framework's usual float."""
    if xp is np:
        if value.dtype == np.float32 or value.dtype == np.float16:
            return value.astype(np.float32, copy=False)
        return value.astype(np.float64, copy=False)
    value = xp.as_tensor(value, device=device)
    if value.dtype in (xp.float32, xp.float64):
        return value
    return value.to(xp.float32 if value.is_floating_point() else xp.get_default_dtype())


def boxes_of(**values: Any) -> tuple[Any, ...]:
    """As `rows_of_four`, for boxes: also refuses those whose corners are the wrong way round."""
    results = rows_of_four(**values)
    for name, rows in zip(values, results, strict=True):
        turned = (rows[:, 2] < rows[:, 0]) | (rows[:, 3] < rows[:, 1])
        if bool(turned.any()):
            first = rows[turned][0].tolist()
            raise ValueError(f"{name} must be (x0, y0, x1, y1) with x0 <= x1 and y0 <= y1, got {first} among them")
    return results


def same_length(**values: Any) -> None:
    """Whether there are as many rows in all arguments."""
    (first, wanted), *others = ((name, len(value)) for name, value in values.items())
    for name, number in others:
        if number != wanted:
            raise ValueError(f"{name} must hold one row for each of the {wanted} rows of {first}, got {number}")
