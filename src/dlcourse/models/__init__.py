"""The networks of the book, in PyTorch and in Keras, by functions of the same names.

`import dlcourse.models` loads no framework; `models.pytorch` and `models.keras` are loaded when they are first used,
each with its own framework alone. `models.to_keras` copies weights from one to the other.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcourse.models import keras, pytorch
    from dlcourse.models._to_keras import to_keras

__all__ = ["keras", "pytorch", "to_keras"]


def __getattr__(name: str) -> Any:
    if name in ("keras", "pytorch"):
        return importlib.import_module(f"{__name__}.{name}")
    if name == "to_keras":
        return importlib.import_module(f"{__name__}._to_keras").to_keras
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
