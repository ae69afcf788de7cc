"""Pictures with somebody's own annotations, checked and brought into the form that detectors are trained on."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import index as whole_index
from pathlib import Path
from typing import Any, overload

import numpy as np
from PIL import Image

from dlcourse import _validate
from dlcourse.data._folders import read_image

GREY = 128  # around a picture that is put into a square
ROUNDED = 0.5  # pixels by which a corner may lie outside: it was rounded to a whole number
LISTED = 20  # problems that an error names


@dataclass(frozen=True)
class Frame:
    """Where a picture lies in the square that it was put into: x and y in it are `scale * original + offset`."""

    width: int
    height: int
    scale: tuple[float, float] = (1.0, 1.0)
    offset: tuple[int, int] = (0, 0)


@dataclass(frozen=True, repr=False, eq=False)
class Annotated:
    """Pictures and the objects in them, in order; `coco` and `voc` make it.

    `data[i]` is a pair `(image, target)`, a loop goes over all pairs, and a slice or an array of whole numbers, such as
    a part of `split`, gives `Annotated` again. `train.fit` takes it where all images have one size.

    Attributes
    ----------
    images : (N, H, W, 3) uint8 where all images have one size, as with `size=`; else a list of N arrays (H, W, 3)
    targets : list of N dicts, each with the K objects of one image:
        "boxes": (K, 4) float32, `(x0, y0, x1, y1)` in pixels of `images`, 0-based, along the edges of pixels;
        "labels": (K,) int64, places in `classes`;
        "masks": (K, H, W) bool, where they were asked for;
        "iscrowd" (COCO, where crowds were asked for) or "difficult" (VOC): (K,) bool
    classes : names of the classes
    files : list of N paths, of the pictures
    ids : list of N, COCO's number of the image, or the name of VOC's file without its ending
    problems : list of texts: what was wrong in the annotations, and left out
    frames : list of N, where in `images` each picture lies; `to_original` uses it
    """

    images: Any
    targets: list[dict[str, np.ndarray]]
    classes: tuple[str, ...]
    files: list[Path] = field(default_factory=list)
    ids: list[Any] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)

    __contains__ = None  # otherwise Python would compare arrays

    def to_original(self, boxes: Any, i: int) -> np.ndarray:
        """Boxes in image `i` as boxes in the picture that it was made from, before `size=` made a square of it.

        Parameters
        ----------
        boxes : (K, 4) array or tensor in pixels of `images[i]`, such as detections
        i : number of the image

        Returns
        -------
        (K, 4) float32 in pixels of the picture; what lies on the grey border around it is cut off.

        Raises
        ------
        TypeError, ValueError, IndexError : boxes that are not (K, 4), a number of no image.
        """
        frame = self.frames[_place(i)]
        rows = _validate.array("boxes", boxes)
        rows = _validate.array("boxes", rows if rows.size else np.zeros((0, 4)), (None, 4)).astype(float)
        return _within((rows - 2 * frame.offset) / (2 * frame.scale), frame.width, frame.height)

    def __len__(self) -> int:
        return len(self.targets)

    @overload
    def __getitem__(self, index: int) -> tuple[np.ndarray, dict[str, np.ndarray]]: ...
    @overload
    def __getitem__(self, index: slice | Sequence[int] | np.ndarray) -> Annotated: ...
    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            rows = list(range(len(self)))[index]
        elif isinstance(index, list | tuple | np.ndarray) and np.ndim(index) == 1:
            rows = _validate.array("index", index, (None,), kind="iu").tolist()
        else:
            return self.images[_place(index)], self.targets[_place(index)]
        images = self.images[rows] if isinstance(self.images, np.ndarray) else [self.images[row] for row in rows]
        lists = ([values[row] for row in rows] for values in (self.targets, self.files, self.ids, self.frames))
        targets, files, ids, frames = lists
        return Annotated(images, targets, self.classes, files, ids, self.problems, frames)

    def __iter__(self) -> Iterator[tuple[np.ndarray, dict[str, np.ndarray]]]:
        return zip(self.images, self.targets, strict=True)

    def __repr__(self) -> str:
        objects = sum(len(target["labels"]) for target in self.targets)
        left_out = f", {len(self.problems)} problems left out" if self.problems else ""
        return f"Annotated({len(self)} images: {objects} objects of {len(self.classes)} classes{left_out})"


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


def _place(i: Any) -> int:
    try:
        return whole_index(i)
    except TypeError:
        raise TypeError(f"the number of an image must be a whole number, got {_validate.describe(i)}") from None


def _picture(page: Page, upright: bool) -> Image.Image:
    if not page.file.is_file():
        raise ValueError(f"there is no file {page.file}")
    picture = read_image(page.file, upright, stacklevel=5)
    if page.size is not None and page.size != picture.size:
        (width, height), (w, h) = page.size, picture.size
        turned = page.size == picture.size[::-1] and read_image(page.file, not upright).size == page.size
        hint = f": it was annotated {'lying' if upright else 'upright'}, read it with upright={not upright}"
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
    boxes, labels, flags, masks = [], [], [], []
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
    target = {"boxes": np.array(boxes, np.float32).reshape(-1, 4), "labels": np.array(labels, np.int64)}
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
    cut = _within(np.array([box]), frame.width, frame.height)[0]
    if cut[0] >= cut[2] or cut[1] >= cut[3]:
        raise ValueError(text + "has no area")
    return cut.astype(float)


def _within(boxes: np.ndarray, width: int, height: int) -> np.ndarray:
    return np.clip(boxes.astype(np.float32), 0, np.array([width, height] * 2, np.float32))


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
