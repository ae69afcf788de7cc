"""The animals: one drawn from head to tail, and the cast of drawings that scenes are made of."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from dlcourse.data._pets_bodies import POSES, draw_body
from dlcourse.data._pets_coats import BREED_NAMES, coat
from dlcourse.data._pets_heads import EARS, EYES, MUZZLE, SKULL, TAIL, TRUNK, Mood, draw_head
from dlcourse.data._pets_places import fur
from dlcourse.data._random import Dice
from dlcourse.data._raster import FULL, Sketch

CAST = 256  # animals that scenes are made of
_CAST_SEED = 0x63617374
# Part of a pet: the regions of its picture that belong to it. Head and body together are the whole pet.
PARTS = {
    "ears": (EARS,),
    "eyes": (EYES,),
    "muzzle": (MUZZLE,),
    "head": (SKULL, EARS, EYES, MUZZLE),
    "body": (TRUNK, TAIL),
    "tail": (TAIL,),
}
_BELONGS = {name: np.isin(np.arange(MUZZLE + 1), numbers) for name, numbers in PARTS.items()}
# Room around the middle of the head, in head radii: left, right, up, down.
_ROOM = {"sit": (1.6, 2.3, 1.75, 3.1), "stand": (1.6, 3.8, 1.75, 3.1), "lie": (1.9, 3.8, 1.75, 2.2)}


@dataclass(frozen=True, slots=True)
class Sprite:
    """A drawn animal, cut out."""

    breed: int
    colours: np.ndarray  # (h, w, 3) uint8, multiplied by cover
    cover: np.ndarray  # (h, w) uint8, 0..64
    solid: np.ndarray  # (h, w) bool: at least half covered by the animal (its shadow is no part of it)
    head: np.ndarray  # (h, w) bool: the solid part of its head
    regions: np.ndarray  # (h, w) uint8: which region is seen where it is solid, 0 elsewhere


def _mood(dice: Dice, size: int, dog: bool) -> Mood:
    state = dice.pick(("open", "open", "open", "open", "half", "happy", "wink"))
    eyes = {"wink": ("open", "happy")}.get(state, (state, state))
    return Mood(
        tilt=dice.below(41) - 20,
        look=(dice.between(-0.16, 0.16), dice.between(-0.06, 0.1)),
        gaze=(dice.between(-1, 1), dice.between(-1, 1)),
        eyes=eyes if dice.chance(50) else eyes[::-1],
        pupil=dice.between(0.25, 0.75),
        tongue=dice.chance(45 if dog else 12),
        smile=dice.between(0, 1),
        ears=dice.below(17) - 8,
        light=(dice.between(-0.3, 0.3), dice.between(-0.35, 0.05)),
        fur=fur(dice, size),
    )


def draw(
    dice: Dice, pixels: np.ndarray, breed: int, pose: str, x: float, y: float, radius: float, whole: bool = False
) -> dict[str, np.ndarray]:
    """Draw an animal of a breed into `pixels`, its head at (x, y); return the coverage of its parts, 0..64."""
    looks = coat(dice, breed)
    mood = _mood(dice, max(pixels.shape[:2]), looks.is_dog)
    sketch = Sketch()
    sketch.frame(x, y, radius, (dice.below(9) - 4) if pose == "sit" else 0)
    draw_body(sketch, dice, looks, mood, pose, whole)
    sketch.frame(x, y, radius, mood.tilt)
    draw_head(sketch, dice, looks, mood)
    return sketch.paint(pixels)


def silhouette(parts: dict[str, np.ndarray]) -> np.ndarray:
    """The pixels that head and body cover at least by half, bool (H, W)."""
    return (FULL - parts["head"]) * (FULL - parts["body"]) <= FULL * FULL // 2


def regions(parts: dict[str, np.ndarray], mask: np.ndarray) -> np.ndarray:
    """The region that is seen at each pixel of the silhouette `mask`, and 0 outside: uint8 (H, W).

    Where several outlines together cover half a pixel, but none of them alone, it is the skull or the trunk.
    """
    seen = parts["regions"]
    rest = np.where(parts["head"] >= parts["body"], SKULL, TRUNK)
    return np.where(mask, np.where(seen > 0, seen, rest), 0).astype(np.uint8)


def part_masks(seen: np.ndarray) -> dict[str, np.ndarray]:
    """The mask of each part, from an array of regions."""
    return {name: belongs[seen] for name, belongs in _BELONGS.items()}


@functools.lru_cache(maxsize=4 * CAST)
def sprite(size: int, index: int) -> Sprite:
    """Animal `index` of the cast, large enough for a scene of `size` pixels; drawn once a process."""
    dice = Dice(_CAST_SEED, index)
    breed = index % len(BREED_NAMES)
    pose = dice.pick(POSES)
    radius = size * dice.between(0.082, 0.142)
    left, right, up, down = (int(radius * room) + 1 for room in _ROOM[pose])
    pixels = np.zeros((up + down, left + right, 4), np.int16)
    parts = draw(dice, pixels, breed, pose, left, up, radius, whole=True)
    head, solid = parts["head"] >= FULL // 2, silhouette(parts)
    rows, columns = (np.flatnonzero((pixels[..., 3] > 0).any(axis)) for axis in (1, 0))
    window = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    cover = (pixels[..., 3:] * 64 + 127) // 255
    colours = np.minimum(pixels[..., :3], 255)
    return Sprite(
        breed,
        colours[window].astype(np.uint8),
        cover[window][..., 0].astype(np.uint8),
        solid[window],
        head[window],
        regions(parts, solid)[window],
    )
