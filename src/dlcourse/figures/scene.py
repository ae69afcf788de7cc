"""The traits of figures that show boxes over a picture."""

from __future__ import annotations

import base64
import struct
from typing import Any

import numpy as np
import traitlets

from dlcourse import _validate
from dlcourse.figures.traits import Reals, State, plain

LARGEST_SIDE = 256  # of a picture
MOST_CHARACTERS = 400_000  # of one picture as text


class Picture(State):
    """A picture as a data URL, from `(H, W, 3)` bytes; empty text for no picture."""

    def validate(self, obj: Any, value: Any) -> str:
        """`value` as a data URL, or an error that names the trait."""
        return picture(str(self.name), value)


class Box(State):
    """A box `(x0, y0, x1, y1)` in pixels, with sides of at least one."""

    def validate(self, obj: Any, value: Any) -> list[float]:
        """`value` as four plain numbers, or an error that names the trait."""
        return boxes(str(self.name), [value], least=1)[0]


class Detections(State):
    """Boxes with scores and labels: rows of x0, y0, x1, y1, score, label."""

    def __init__(self, default: Any, *, most: int) -> None:
        super().__init__(default)
        self.most = most

    def validate(self, obj: Any, value: Any) -> list[list[float]]:
        """`value` as lists of plain numbers, or an error that names the trait."""
        name = str(self.name)
        rows = _validate.array(name, value)
        if rows.size and (rows.ndim != 2 or rows.shape[1] != 6):
            raise ValueError(f"{name} must be rows of x0, y0, x1, y1, score, label, got {_validate.describe(value)}")
        rows = rows.reshape(-1, 6)
        if len(rows) > self.most:
            raise ValueError(f"{name} must hold at most {self.most} boxes, got {len(rows)}")
        corners = boxes(name, rows[:, :4])
        return [[*box, *scored(name, *row)] for box, row in zip(corners, rows[:, 4:].tolist(), strict=True)]


class Scene(traitlets.HasTraits):
    """What figures that show one picture have in common: its pixels, its width and its height."""

    image = Picture("")
    size = Reals([96, 96], (8, LARGEST_SIDE), (8, LARGEST_SIDE))


def scene_state(image: Any) -> dict[str, Any]:
    """The traits of `Scene` for `(H, W, 3)` bytes; {} without a picture."""
    if image is None:
        return {}
    text = picture("image", image)
    height, width = np.shape(image)[:2]
    return {"image": text, "size": [width, height]}


def picture(name: str, value: Any) -> str:
    """`value`, a data URL or `(H, W, 3)` bytes, as a data URL. Bytes become a bitmap: every encoder writes it alike."""
    if isinstance(value, str):
        if value and not value.startswith("data:image/"):
            raise ValueError(
                f"{name} must be (H, W, 3) bytes or a data URL of an image, got {_validate.describe(value)}"
            )
        if len(value) > MOST_CHARACTERS:
            raise ValueError(f"{name} must have at most {MOST_CHARACTERS:,} characters, got {len(value):,}")
        return value
    pixels = _validate.array(name, value, (None, None, 3), kind="u")
    height, width = pixels.shape[:2]
    if pixels.dtype != np.uint8 or not 8 <= min(height, width) <= max(height, width) <= LARGEST_SIDE:
        raise ValueError(
            f"{name} must be uint8 with sides of 8 to {LARGEST_SIDE} pixels, got {_validate.describe(pixels)}"
        )
    rows = np.pad(pixels[::-1, :, ::-1].reshape(height, 3 * width), ((0, 0), (0, -3 * width % 4)))
    head = struct.pack(
        "<2sIIIIiiHHIIiiII", b"BM", 54 + rows.size, 0, 54, 40, width, height, 1, 24, 0, rows.size, 0, 0, 0, 0
    )
    return "data:image/bmp;base64," + base64.b64encode(head + rows.tobytes()).decode()


def boxes(name: str, value: Any, *, least: float = 0) -> list[list[float]]:
    """`value`, (N, 4) numbers, as lists of plain ones; each box is at least `least` wide and high."""
    found = _validate.array(name, value)
    if found.size == 0:
        return []
    if found.ndim != 2 or found.shape[1] != 4:
        raise ValueError(f"{name} must be boxes (x0, y0, x1, y1), got {_validate.describe(value)}")
    for box in found.tolist():
        if not np.isfinite(box).all():
            raise ValueError(f"{name} must hold finite numbers, got {box}")
        if not (box[2] - box[0] >= least and box[3] - box[1] >= least):
            sides = f"sides of at least {least}" if least else "x1 >= x0 and y1 >= y0"
            raise ValueError(f"{name} must hold boxes (x0, y0, x1, y1) with {sides}, got {box}")
    return [[plain(number) for number in box] for box in found.tolist()]


def inside(name: str, box: list[float], size: list[float]) -> list[float]:
    """`box`, if it lies inside a picture of this width and height."""
    width, height = size
    if not (box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height):
        raise ValueError(f"{name} must lie inside the picture of {width} x {height} pixels, got {box}")
    return box


def scored(name: str, score: float, label: float = 0) -> list[float]:
    """A score and a label as plain numbers, if the first is finite and the second a whole number from 0 on."""
    if not np.isfinite(score):
        raise ValueError(f"the scores of {name} must be finite, got {score}")
    if label < 0 or label != int(label):
        raise ValueError(f"the labels of {name} must be whole numbers from 0 on, got {label}")
    return [plain(score), int(label)]
