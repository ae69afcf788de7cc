"""Data for every chapter, without a download: drawn pets, handwritten digits, photographs, sunspots, dates, your own
class folders.

`import dlcourse.data` loads no scikit-image, scikit-learn or framework; each part is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcourse.data import pets
    from dlcourse.data._dates import Dates, date_forms, dates
    from dlcourse.data._digits import Digits, digits
    from dlcourse.data._folders import image_folder
    from dlcourse.data._photo import photo, photo_names
    from dlcourse.data._split import split
    from dlcourse.data._sunspots import Sunspots, sunspots

__all__ = [
    "Dates",
    "Digits",
    "Sunspots",
    "date_forms",
    "dates",
    "digits",
    "image_folder",
    "pets",
    "photo",
    "photo_names",
    "split",
    "sunspots",
]

_HOMES = {
    "Dates": "_dates",
    "Digits": "_digits",
    "Sunspots": "_sunspots",
    "date_forms": "_dates",
    "dates": "_dates",
    "digits": "_digits",
    "image_folder": "_folders",
    "photo": "_photo",
    "photo_names": "_photo",
    "split": "_split",
    "sunspots": "_sunspots",
}


def __getattr__(name: str) -> Any:
    if name == "pets":
        return importlib.import_module(f"{__name__}.pets")
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
