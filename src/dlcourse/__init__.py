"""dlcourse: the small package under the book "Deep Learning You Can See".

`import dlcourse` loads no framework; each submodule is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from types import ModuleType

from dlcourse._import_order import make_safe

make_safe()
__version__ = "0.1.0"

_SUBMODULES = ("check", "count", "data", "device", "figures", "metrics", "models", "plot", "train")
__all__ = ["__version__", *_SUBMODULES]


def __getattr__(name: str) -> ModuleType:
    if name in _SUBMODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(_SUBMODULES)}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_SUBMODULES])
