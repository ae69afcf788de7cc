"""The cast in pairs of a cat and a dog, both stretched to one size, so that sizes do not tell classes."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from dlcourse.data._pets_cast import CAST, Sprite, sprite


@functools.lru_cache(maxsize=4 * CAST)
def paired_sprite(size: int, index: int) -> Sprite:
    """Animal `index` of the cast, as high and as wide as its partner of the other class.

    Most are stretched by a few per cent, none by more than a sixth. Colours and masks are read at the nearest pixel.
    """
    pet = sprite(size, index)
    height, width = _common(size)[index]
    window = np.ix_(_stretch(pet.solid, height), _stretch(pet.solid.T, width))
    arrays = ("colours", "cover", "solid", "head", "regions")
    return replace(pet, **{name: getattr(pet, name)[window] for name in arrays})


@functools.lru_cache(maxsize=4)
def _common(size: int) -> dict[int, tuple[int, int]]:
    """Height and width of each animal's pair: of all ways to pair cats with dogs, the one that stretches least."""
    pets = [sprite(size, index) for index in range(CAST)]
    sizes = np.array([[np.ptp(np.flatnonzero(pet.solid.any(axis))) + 1 for axis in (1, 0)] for pet in pets])
    dog = np.array([pet.breed // 4 == 1 for pet in pets])
    cats, dogs = np.flatnonzero(~dog), np.flatnonzero(dog)
    apart = ((sizes[cats, None] - sizes[dogs]) ** 2).sum(-1)
    # Whole numbers, and a small one that differs from pair to pair: the best way is the same on every machine.
    tie = np.arange(apart.size).reshape(apart.shape) * 7919 % 65537
    pairs = zip(*linear_sum_assignment(apart * 2**24 + tie), strict=True)
    common = {}
    for cat, other in ((cats[i], dogs[j]) for i, j in pairs):
        height, width = (sizes[cat] + sizes[other]) // 2
        common[int(cat)] = common[int(other)] = int(height), int(width)
    return common


def _stretch(solid: np.ndarray, to: int) -> np.ndarray:
    """Which rows to read, so that from the first with a solid pixel to the last there are `to`; the rest stays."""
    first, *_, last = np.flatnonzero(solid.any(axis=1))
    stretched = first + (2 * np.arange(to) + 1) * (last + 1 - first) // (2 * to)  # at the middle of each
    return np.concatenate((np.arange(first), stretched, np.arange(last + 1, len(solid))))
