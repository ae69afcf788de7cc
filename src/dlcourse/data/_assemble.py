"""Somebody's own pictures and annotations, checked against each other and put into one form."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from dlcourse import _validate
from dlcourse.data._annotated import Annotated, Frame, within
from dlcourse.data._folders import read_image

GREY = 128  # around a picture that is put into a square
ROUNDED = 0.5  # pixels by which a corner may lie outside: it was rounded to a whole number
LISTED = 20  # problems that an error names


@dataclass(frozen=True)
class Thing:
    """An object as it stands in a file."""

    name: str  # how a message calls it
    box: tuple[float, float, float, float]
    label: int
    flag: bool  # COCO's "iscrowd", VOC's "difficult"
    mask: Callable[[int, int], np.ndarray] | None = None  # of the picture's height and width


@dataclass(frozen=True)
class Page:
    """A picture and its objects as they stand in a file."""

    name: str
    id: Any
    file: Path
    size: tuple[float, float] | None  # width and height, as the annotation says
    things: list[Thing]


@dataclass(frozen=True)
class Options:
    """What a reader chose, checked."""

    size: int | None
    upright: bool
    bad: str
    masks: bool = False
    flag: str | None = None  # the name of the flag in the targets

    def __post_init__(self) -> None:
        if self.size is not None:
            _validate.whole("size", self.size, 1)
        for name in ("upright", "masks"):
            _validate.truth(name, getattr(self, name))
        _validate.choice("bad", self.bad, ("raise", "skip"))


def assemble(
    source: Path, pages: Sequence[Page], classes: tuple[str, ...], problems: list[str], options: Options
) -> Annotated:
    """Read the pictures, check every object against its picture, and report or leave out what is wrong."""
    images, targets, frames, kept = [], [], [], []
    for page in pages:
        try:
            picture = _picture(page, options.upright)
        except ValueError as problem:
            problems.append(f"{page.name}: {problem}")
            continue
        image, frame = _squared(picture, options.size)
        targets.append(_target(page, frame, image.shape[:2], options, problems))
        images.append(image)
        frames.append(frame)
        kept.append(page)
    _settle(source, problems, options.bad)
    if not images:
        raise ValueError(f"no image is left of {source}" + "".join(f"\n  {line}" for line in problems[:LISTED]))
    same = len({image.shape for image in images}) == 1
    return Annotated(
        np.stack(images) if same else images,
        targets,
        classes,
        [page.file for page in kept],
        [page.id for page in kept],
        problems,
        frames,
    )


def folder_of(name: str, value: Any) -> Path:
    """`value` as a Path, if it is a folder."""
    path = path_of(name, value)
    if not path.is_dir():
        raise ValueError(f"{name} must be a folder; {path} is {'a file' if path.exists() else 'not there'}")
    return path


def path_of(name: str, value: Any) -> Path:
    """`value` as a Path."""
    if not isinstance(value, str | os.PathLike):
        raise TypeError(f"{name} must be a path, got {_validate.describe(value)}")
    return Path(value)


def class_names(value: Any) -> tuple[str, ...] | None:
    """`value` as the names of classes, each once, or None."""
    if value is None:
        return None
    if isinstance(value, str) or not isinstance(value, Sequence) or not all(isinstance(name, str) for name in value):
        raise TypeError(f"classes must be a list of names, got {_validate.describe(value)}")
    if not value or len(set(value)) < len(value):
        raise ValueError(f"classes must hold each name once, and one at least, got {_validate.describe(value)}")
    return tuple(value)


def stays_inside(name: str) -> bool:
    """Whether the name of a file leads nowhere else than below its folder."""
    return not Path(name).is_absolute() and ".." not in Path(name).parts


def _picture(page: Page, upright: bool) -> Image.Image:
    if not os.path.isfile(page.file):  # False for names that no file can have, too
        raise ValueError(f"there is no file {page.file}")
    picture = read_image(page.file, upright, stacklevel=5)
    if page.size is not None and page.size != picture.size:
        (width, height), (w, h) = page.size, picture.size
        turned = page.size == picture.size[::-1] and read_image(page.file, not upright).size == page.size
        how = "as it lies in its file" if upright else "upright"
        hint = f": it was annotated {how}; read it with upright={not upright}"
        raise ValueError(
            f"the annotation says {width:g} x {height:g} pixels (width x height), and {page.file.name} has {w} x {h}"
            + hint * turned
        )
    return picture


def _squared(picture: Image.Image, size: int | None) -> tuple[np.ndarray, Frame]:
    """The picture as an array, in the middle of a grey square if a size is given."""
    width, height = picture.size
    if size is None:
        return np.array(picture), Frame(width, height)
    w, h = (max(1, round(side * size / max(picture.size))) for side in picture.size)
    frame = Frame(width, height, (w / width, h / height), ((size - w) // 2, (size - h) // 2))
    square = np.full((size, size, 3), GREY, np.uint8)
    (x, y) = frame.offset
    square[y : y + h, x : x + w] = np.asarray(picture.resize((w, h), Image.Resampling.BICUBIC))
    return square, frame


def _target(
    page: Page, frame: Frame, shape: tuple[int, ...], options: Options, problems: list[str]
) -> dict[str, np.ndarray]:
    boxes: list[np.ndarray] = []
    labels, flags, masks = [], [], []
    for thing in page.things:
        try:
            original = _checked(thing.box, frame)
            mask = _mask(thing, original, frame) if options.masks else None
            box = (original * (2 * frame.scale) + 2 * frame.offset).astype(np.float32)
            if box[0] >= box[2] or box[1] >= box[3]:
                raise ValueError(f"at size={options.size} its box has no area")
        except ValueError as problem:
            problems.append(f"{page.name}, {thing.name}: {problem}")
            continue
        if mask is not None:
            masks.append(_placed(mask, box, frame, shape))
        boxes.append(box)
        labels.append(thing.label)
        flags.append(thing.flag)
    target: dict[str, np.ndarray] = {
        "boxes": np.array(boxes, np.float32).reshape(-1, 4),
        "labels": np.array(labels, np.int64),
    }
    if options.masks:
        target["masks"] = np.array(masks, bool).reshape(-1, *shape)
    if options.flag is not None:
        target[options.flag] = np.array(flags, bool)
    return target


def _checked(box: tuple[float, float, float, float], frame: Frame) -> np.ndarray:
    """The box, cut at the border where it was rounded over it, or an error that says what it is instead."""
    x0, y0, x1, y1 = box
    text = f"its box is ({', '.join(f'{number:g}' for number in box)}) as x0, y0, x1, y1, which "
    if not np.isfinite(box).all():
        raise ValueError(text + "is not made of finite numbers")
    if x1 < x0 or y1 < y0:
        raise ValueError(text + "has its corners swapped: x0 must be below x1 and y0 below y1")
    if x0 < -ROUNDED or y0 < -ROUNDED or x1 > frame.width + ROUNDED or y1 > frame.height + ROUNDED:
        raise ValueError(text + f"reaches beyond its image of {frame.width} x {frame.height} pixels (width x height)")
    cut = within(np.array([box]), frame.width, frame.height)[0]
    if cut[0] >= cut[2] or cut[1] >= cut[3]:
        raise ValueError(text + "has no area")
    return cut.astype(float)


def _mask(thing: Thing, box: np.ndarray, frame: Frame) -> np.ndarray:
    if thing.mask is None:
        raise ValueError("it has no segmentation, and masks=True needs one of each object")
    mask = thing.mask(frame.height, frame.width)
    if not mask.any():
        raise ValueError("its segmentation covers the middle of no pixel")
    if not mask[_pixels(box)].any():
        raise ValueError("its segmentation has no pixel in its box")
    return mask


def _placed(mask: np.ndarray, box: np.ndarray, frame: Frame, shape: tuple[int, ...]) -> np.ndarray:
    """A mask at the size of the image, True where half of a pixel or more is covered; never empty within its box."""
    w, h = (round(side * scale) for side, scale in zip((frame.width, frame.height), frame.scale, strict=True))
    found = np.zeros(shape, bool)
    if (h, w) != mask.shape:
        grey = Image.fromarray(mask.astype(np.uint8) * 255).resize((w, h), Image.Resampling.BILINEAR)
        mask = np.asarray(grey) >= 128
    (x, y) = frame.offset
    found[y : y + h, x : x + w] = mask
    if not found[_pixels(box)].any():  # too small for this size: it would be an object without a pixel
        x0, y0, x1, y1 = box
        found[int((y0 + y1) / 2), int((x0 + x1) / 2)] = True
    return found


def _pixels(box: np.ndarray) -> tuple[slice, slice]:
    """The rows and columns of which a box covers a part."""
    x0, y0 = np.floor(box[:2]).astype(int)
    x1, y1 = np.ceil(box[2:]).astype(int)
    return slice(y0, y1), slice(x0, x1)


def _settle(source: Path, problems: list[str], bad: str) -> None:
    if not problems:
        return
    lines = problems[:LISTED]
    if len(problems) > LISTED:
        lines = [*lines, f"and {len(problems) - LISTED} more"]
    text = "".join(f"\n  {line}" for line in lines)
    count = f"{len(problems)} problem{'s' * (len(problems) > 1)}"
    if bad == "raise":
        raise ValueError(
            f'{source} has {count}; mend them, or leave out what they concern with bad="skip" (see .problems):{text}'
        )
    warnings.warn(f"{source}: left out because of {count}:{text}", stacklevel=4)
