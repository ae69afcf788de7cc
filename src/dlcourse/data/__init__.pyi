from . import pets
from ._dates import Dates, date_forms, dates
from ._digits import Digits, digits
from ._fetch import fetch
from ._folders import image_folder
from ._photo import photo, photo_names
from ._split import split
from ._sunspots import Sunspots, sunspots

__all__ = [
    "Dates",
    "Digits",
    "Sunspots",
    "date_forms",
    "dates",
    "digits",
    "fetch",
    "image_folder",
    "pets",
    "photo",
    "photo_names",
    "split",
    "sunspots",
]
