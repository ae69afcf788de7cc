"""The global random generators of Python and NumPy, which a model or an augmentation may use."""

from __future__ import annotations

import random
from typing import Any

import numpy as np


def state() -> dict[str, Any]:
    """Where they stand, as lists and numbers."""
    name, keys, *rest = np.random.get_state(legacy=True)  # noqa: NPY002
    return {"python": random.getstate(), "numpy": [name, np.asarray(keys).tolist(), *rest]}


def set_state(saved: dict[str, Any]) -> None:
    """Put them where they stood."""
    version, numbers, gauss = saved["python"]
    random.setstate((version, tuple(numbers), gauss))
    np.random.set_state(tuple(saved["numpy"]))  # noqa: NPY002


def seed(number: int) -> None:
    """Seed both."""
    random.seed(number)
    np.random.seed(number)  # noqa: NPY002
