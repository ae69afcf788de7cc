"""Groups of pets in one picture: where there is room for them, and what is seen of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.data._pets_cast import CAST, Sprite, part_masks
from dlcourse.data._random import Dice

_VISIBLE, _HEAD_VISIBLE = 0.5, 0.7  # the least share of an animal and of its head that is to be seen
_TRIES = 10
Target = dict[str, Any]  # arrays; "parts" is again a dict of arrays
Window = tuple[slice, slice]


class Group:
    """The pets of one scene: what is visible of each."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.pets: list[Sprite] = []
        self.masks: list[np.ndarray] = []
        self.heads: list[np.ndarray] = []
        self._regions: list[tuple[np.ndarray, Window]] = []

    def accepts(self, pet: Sprite, solid: np.ndarray, head: np.ndarray, window: Window) -> bool:
        """Whether enough is seen of a pet in front of the others, and of those behind it."""
        if not _enough(pet, _count(solid), _count(head)):
            return False
        seen = (_count(mask) - _count(mask[window] & solid) for mask in self.masks)
        heads = (_count(mask) - _count(mask[window] & solid) for mask in self.heads)
        return all(map(_enough, self.pets, seen, heads))

    def add(self, pet: Sprite, solid: np.ndarray, head: np.ndarray, seen: np.ndarray, window: Window) -> None:
        """Put a pet in front of the others."""
        for masks, new in ((self.masks, solid), (self.heads, head)):
            for mask in masks:
                mask[window] &= ~solid
            masks.append(np.zeros((self.size, self.size), bool))
            masks[-1][window] = new
        self.pets.append(pet)
        self._regions.append((seen, window))

    def parts(self) -> dict[str, np.ndarray]:
        whole = np.zeros((len(self.pets), self.size, self.size), np.uint8)
        for k, (seen, window) in enumerate(self._regions):
            whole[k][window] = seen
        return part_masks(np.where(np.array(self.masks), whole, 0))

    def target(self) -> Target:
        masks = np.array(self.masks)
        rows, columns = masks.max(axis=2), masks.max(axis=1)
        ends = (columns.argmax(1), rows.argmax(1), columns[:, ::-1].argmax(1), rows[:, ::-1].argmax(1))
        boxes = np.stack([ends[0], ends[1], self.size - ends[2], self.size - ends[3]], axis=1).astype(np.float32)
        breeds = np.array([pet.breed for pet in self.pets], np.int64)
        return {"boxes": boxes, "labels": breeds // 4, "breeds": breeds, "masks": masks}


def _count(mask: np.ndarray) -> int:
    return int(np.count_nonzero(mask))


def _enough(pet: Sprite, solid: int, head: int) -> bool:
    return solid >= _VISIBLE * _count(pet.solid) and head >= _HEAD_VISIBLE * _count(pet.head)


def add_pet(dice: Dice, pixels: np.ndarray, group: Group, drawing: Callable[[int, int], Sprite]) -> None:
    """Paint a pet of the cast where there is room for it; the first one always finds some.

    `drawing(size, index)` gives the animal.
    """
    size = len(pixels)
    pet = drawing(size, dice.below(CAST))
    step = -1 if dice.chance(50) else 1
    height, width = pet.solid.shape
    for attempt in range(_TRIES):
        # A quarter of it may lie beyond each edge of the picture; at the last try, nothing.
        out_y, out_x = (height // 4, width // 4) if attempt < _TRIES - 1 else (0, 0)
        top = dice.below(size - height + 2 * out_y + 1) - out_y
        left = dice.below(size - width + 2 * out_x + 1) - out_x
        window = slice(max(top, 0), min(top + height, size)), slice(max(left, 0), min(left + width, size))
        inside = np.s_[window[0].start - top : window[0].stop - top, window[1].start - left : window[1].stop - left]
        solid, head = pet.solid[:, ::step][inside], pet.head[:, ::step][inside]
        if group.accepts(pet, solid, head, window):
            break
    else:
        return
    group.add(pet, solid, head, pet.regions[:, ::step][inside], window)
    level = 50 + dice.below(25)
    light = np.array([level + dice.below(9) - 4 for _ in range(3)], np.int16)
    cover = pet.cover[:, ::step][inside].astype(np.int16)[..., None]
    colours = pet.colours[:, ::step][inside].astype(np.int16) * light >> 6
    pixels[window] = np.minimum(colours + (pixels[window] * (64 - cover) >> 6), 255)
