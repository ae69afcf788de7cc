from . import pets
from ._annotated import Annotated
from ._coco import coco
from ._dates import Dates, date_forms, dates
from ._digits import Digits, digits
from ._fetch import fetch
from ._folders import image_folder
from ._photo import photo, photo_names
from ._split import split
from ._sunspots import Sunspots, sunspots
from ._voc import voc

__all__ = [
    "Annotated",
    "Dates",
    "Digits",
    "Sunspots",
    "coco",
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
    "voc",
]
