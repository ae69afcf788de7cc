"""Pictures and the objects in them, in the form that detectors are trained on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from operator import index as whole_index
from pathlib import Path
from typing import Any, overload

import numpy as np

from dlcourse import _validate


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
        return within((rows - 2 * frame.offset) / (2 * frame.scale), frame.width, frame.height)

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
        return replace(
            self,
            images=images,
            targets=[self.targets[row] for row in rows],
            files=[self.files[row] for row in rows],
            ids=[self.ids[row] for row in rows],
            frames=[self.frames[row] for row in rows],
        )

    def __iter__(self) -> Iterator[tuple[np.ndarray, dict[str, np.ndarray]]]:
        return zip(self.images, self.targets, strict=True)

    def __repr__(self) -> str:
        objects = sum(len(target["labels"]) for target in self.targets)
        left_out = f", {len(self.problems)} problems left out" if self.problems else ""
        return f"Annotated({len(self)} images: {objects} objects of {len(self.classes)} classes{left_out})"


def within(boxes: np.ndarray, width: int, height: int) -> np.ndarray:
    """Boxes, cut at the borders of a picture, as float32."""
    return np.clip(boxes.astype(np.float32), 0, np.array([width, height] * 2, np.float32))


def _place(i: Any) -> int:
    try:
        return whole_index(i)
    except TypeError:
        raise TypeError(f"the number of an image must be a whole number, got {_validate.describe(i)}") from None
