"""Where the pets are: crops of real photographs, and the light on them."""

from __future__ import annotations

import functools

import numpy as np

from dlcourse.data._photo import photo
from dlcourse.data._random import Dice

# PNG files only: a JPEG file is not decoded to the same bytes everywhere.
PLACES = (
    "brick",
    "grass",
    "gravel",
    "coffee",
    "astronaut",
    "motorcycle",
    "coins",
    "camera",
    "moon",
    "immunohistochemistry",
)
# Red, green and blue light on the grey photographs, in 1/64.
_TINTS = {"brick": (84, 58, 48), "grass": (58, 72, 36), "gravel": (66, 62, 56)}
_NOISE = 1 << 16


@functools.cache
def _shrunk(name: str, factor: int) -> np.ndarray:
    """The photograph, `factor` times smaller, as int16 (H, W, 3): whole-number means of blocks."""
    image = photo(name).astype(np.int32)
    if image.ndim == 2:
        image = image[..., None] * np.array(_TINTS.get(name, (64, 64, 64)), np.int32) >> 6
    height, width = (side // factor * factor for side in image.shape[:2])
    image = image[:height, :width]
    blocks = sum(image[row::factor, column::factor] for row in range(factor) for column in range(factor))
    return np.minimum(blocks // factor**2, 255).astype(np.int16)


def backdrop(dice: Dice, size: int, place: int) -> np.ndarray:
    """A random part of a photograph: int16 (size, size, 3), a new array."""
    name = PLACES[place]
    smallest = min(_shrunk(name, 1).shape[:2])
    image = _shrunk(name, 1 + dice.below(min(4, smallest // size)))
    y, x = (dice.below(side - size + 1) for side in image.shape[:2])
    image = image[y : y + size, x : x + size]
    if dice.chance(50):
        image = image[:, ::-1]
    if name in _TINTS and dice.chance(50):
        image = image.transpose(1, 0, 2)
    level = 44 + dice.below(33)
    tint = np.array([level + dice.below(17) - 8 for _ in range(3)], np.int16)
    return np.minimum(image * tint >> 6, 255)


@functools.cache
def _fur() -> np.ndarray:
    """Light and dark in the fur on Chelsea's forehead, int16, around zero; mirrored to fill 300 pixels."""
    image = photo("chelsea")[20:88, 72:208, 1].astype(np.int64)
    sums = np.pad(image.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    wide = 9
    mean = (sums[wide:, wide:] - sums[:-wide, wide:] - sums[wide:, :-wide] + sums[:-wide, :-wide]) // wide**2
    detail = image[wide // 2 : -(wide // 2), wide // 2 : -(wide // 2)] - mean
    return np.pad((detail // 2).clip(-6, 6).astype(np.int16), ((0, 240), (0, 192)), mode="symmetric")


def fur(dice: Dice, size: int) -> np.ndarray:
    """A piece of fur: int16 (H, W), both at least `size` (up to 280); lighter and darker by up to 6/64."""
    image = _fur()
    y, x = (dice.below(side - size + 1) for side in image.shape)
    return image[y:, x:]


@functools.cache
def _noise() -> np.ndarray:
    """Sums of four bytes around zero: int16, bell-shaped, standard deviation 148."""
    raw = Dice(0x6E6F6973).raw(_NOISE // 2).astype("<u8").view(np.uint8)
    return (raw.reshape(-1, 4).sum(axis=1, dtype=np.int16) - 510).astype(np.int16)


def expose(dice: Dice, pixels: np.ndarray) -> np.ndarray:
    """The picture as a camera takes it: brighter on one side, a little noise; uint8 (size, size, 3)."""
    size = len(pixels)
    level = 68 - dice.below(7) * dice.below(7)  # mostly bright, now and then dim
    across, down = dice.below(25) - 12, dice.below(25) - 12
    ramp = np.arange(size, dtype=np.int16) * 2 - size + 1
    gain = level + (ramp * across // size) + (ramp * down // size)[:, None]
    start = dice.below(_NOISE - 8192)
    grain = np.resize(_noise()[start : start + 8191], pixels.size).reshape(pixels.shape)
    bright = (pixels * gain[..., None].astype(np.int16) >> 6) + (
        grain * ((1 + dice.below(5)) * (1 + dice.below(5))) >> 8
    )
    return bright.clip(0, 255).astype(np.uint8)
