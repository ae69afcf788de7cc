"""Cats and dogs, drawn on real photographs, with exact boxes and masks.

Every animal is drawn by the computer: eight breeds, four of each class, with their own coats, ears and muzzles, in
changing poses, moods and lights, on crops of the photographs that come with scikit-image, and with fur from one of
them. So there is no download, the truth about every pixel is known, and there are as many pictures as are wanted.
The colours of cats and dogs overlap and the background tells nothing: a network has to learn their shapes.

The same arguments give the same bytes on every machine: all randomness comes from the raw bits of PCG64, all drawing is
arithmetic of whole numbers.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import index as whole_index
from typing import overload

import numpy as np

from dlcourse import _validate
from dlcourse.data._pets_cast import draw, part_masks, regions, silhouette, sprite
from dlcourse.data._pets_coats import BREED_NAMES, BREEDS
from dlcourse.data._pets_groups import Group, Target, add_pet
from dlcourse.data._pets_pairs import paired_sprite
from dlcourse.data._pets_places import PLACES, backdrop, expose
from dlcourse.data._random import Dice

__all__ = ["BACKGROUNDS", "BREEDS", "BREED_NAMES", "CLASSES", "Faces", "Scenes", "faces", "scenes"]

CLASSES = ("cat", "dog")
BACKGROUNDS = PLACES
_HOME = (PLACES.index("brick"), PLACES.index("grass"))  # of cats and of dogs, in the biased pictures
_FACES, _SCENES = 1, 2  # so that faces and scenes of one seed have nothing in common
_SIZES = (16, 256)


@dataclass(frozen=True, repr=False, eq=False)
class Faces:
    """Portraits of single pets.

    Attributes
    ----------
    images : (n, size, size, 3) uint8
    labels : (n,) int64, places in `CLASSES`: 0 cat, 1 dog
    breeds : (n,) int64, places in `BREED_NAMES`; the breed's class is `breeds // 4`
    backgrounds : (n,) int64, places in `BACKGROUNDS`: the photograph behind the pet
    masks : (n, size, size) bool, True where the pet is (its shadow and the ends of its whiskers do not count)
    parts : dict from the name of a part to (n, size, size) bool, True where this part is seen: "head" and "body", which
        together are the mask, and smaller ones within them: "ears", "eyes", "muzzle" (snout with nose, mouth and
        tongue), and "tail" (of the body; seen only where the whole body fits into the picture). What another part
        hides does not count, such as the root of an ear behind the skull.
    """

    images: np.ndarray
    labels: np.ndarray
    breeds: np.ndarray
    backgrounds: np.ndarray
    masks: np.ndarray
    _regions: np.ndarray

    @functools.cached_property
    def parts(self) -> dict[str, np.ndarray]:
        return part_masks(self._regions)

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        n, size = self.images.shape[:2]
        return f"Faces({n} images of {size} x {size} pixels: {(self.labels == 0).sum()} cats, {self.labels.sum()} dogs)"


@dataclass(frozen=True, repr=False, eq=False)
class Scenes:
    """Pictures with several pets, in order.

    `scenes[i]` is a pair `(image, target)`, a loop goes over all pairs, and a slice is again `Scenes`. One cannot ask
    with `in` whether a pair is among them: comparing arrays gives no single answer.

    Attributes
    ----------
    images : (n, size, size, 3) uint8
    targets : list of n dicts, each with the K pets of one image, from back to front:
        "boxes": (K, 4) float32, `(x0, y0, x1, y1)` in pixels, tight around the visible part of the pet;
        "labels": (K,) int64, places in `CLASSES`;
        "breeds": (K,) int64, places in `BREED_NAMES`;
        "masks": (K, size, size) bool, the visible pixels of the pet: where pets overlap, only the front one has them;
        shadows and the ends of whiskers do not count;
        "parts": only if asked for, a dict from the name of a part ("ears", "eyes", "muzzle", "head", "body", "tail",
        as for faces) to (K, size, size) bool, its visible pixels
    """

    images: np.ndarray
    targets: list[Target] = field(default_factory=list)

    __contains__ = None  # otherwise Python would compare arrays

    def __len__(self) -> int:
        return len(self.images)

    @overload
    def __getitem__(self, index: int) -> tuple[np.ndarray, Target]: ...
    @overload
    def __getitem__(self, index: slice) -> Scenes: ...
    def __getitem__(self, index: int | slice) -> tuple[np.ndarray, Target] | Scenes:
        if isinstance(index, slice):
            return Scenes(self.images[index], self.targets[index])
        try:
            place = whole_index(index)
        except TypeError:
            raise TypeError(
                f"an index of scenes must be a whole number or a slice, got {_validate.describe(index)}"
            ) from None
        return self.images[place], self.targets[place]

    def __iter__(self) -> Iterator[tuple[np.ndarray, Target]]:
        return zip(self.images, self.targets, strict=True)

    def __repr__(self) -> str:
        n, size = self.images.shape[:2]
        return f"Scenes({n} images of {size} x {size} pixels: {sum(len(t['labels']) for t in self.targets)} pets)"


def faces(n: int, size: int = 64, seed: int = 0, biased: float = 0.0) -> Faces:
    """Portraits of `n` pets, one a picture, no two alike.

    Parameters
    ----------
    n : number of pictures, 0 or more; `faces(k)` equals the first `k` pictures of `faces(n)`
    size : height and width in pixels, 16 to 256
    seed : 0 or more; other seeds, other pictures
    biased : from -1 to 1, how reliably the background tells the class. 0: not at all, cats and dogs are anywhere.
        0.9: nine cats of ten are in front of bricks and nine dogs of ten on grass, the tenth is anywhere.
        Below 0 the same with the backgrounds exchanged, to test what a network has learnt from biased pictures.

    Returns
    -------
    Faces : `.images`, `.labels`, `.breeds`, `.backgrounds`, `.masks` and `.parts`; each breed equally likely

    Raises
    ------
    TypeError, ValueError : an argument that is not a number or lies outside of its range.

    Examples
    --------
    >>> pets = faces(100, seed=1)
    >>> pets
    Faces(100 images of 64 x 64 pixels: 48 cats, 52 dogs)
    >>> pets.images.shape, CLASSES[pets.labels[0]], BREED_NAMES[pets.breeds[0]]
    ((100, 64, 64, 3), 'cat', 'tuxedo')
    """
    n, size, seed = _check(n, size, seed)
    biased = _validate.real("biased", biased, -1, 1)
    dice = Dice(_FACES, seed)
    images = np.empty((n, size, size, 3), np.uint8)
    masks = np.empty((n, size, size), bool)
    seen = np.empty((n, size, size), np.uint8)
    breeds = np.empty(n, np.int64)
    backgrounds = np.empty(n, np.int64)
    for i in range(n):
        breed, place = dice.below(len(BREED_NAMES)), dice.below(len(PLACES))
        label = breed // 4
        if dice.chance(abs(biased) * 100):
            place = _HOME[label] if biased > 0 else _HOME[1 - label]
        pixels = np.zeros((size, size, 4), np.int16)
        pixels[..., :3] = backdrop(dice, size, place)
        x, y = size * dice.between(0.3, 0.7), size * dice.between(0.36, 0.6)
        radius = size * dice.between(0.17, 0.34)
        parts = draw(dice, pixels, breed, "sit", x, y, radius, whole=y + 2.6 * radius < size)
        images[i] = expose(dice, pixels[..., :3])
        masks[i] = silhouette(parts)
        seen[i] = regions(parts, masks[i])
        breeds[i], backgrounds[i] = breed, place
    return Faces(images, breeds // 4, breeds, backgrounds, masks, seen)


def scenes(
    n: int, size: int = 96, max_objects: int = 4, seed: int = 0, parts: bool = False, paired: bool = False
) -> Scenes:
    """Pictures with one to `max_objects` pets each, with boxes and masks of what is visible of them.

    At least half of each pet and 70 % of its head can be seen; other pets and the picture's edge hide the rest.
    The animals are a cast of 256 drawings, which take part in the scenes of all seeds, each time in another place,
    light and direction, mirrored or not, and in other company. (The pets of `faces` are all different.)

    Cats are a little taller for their width than dogs, and who knows all drawings knows them by their sizes: from
    height and width of its box alone, seven pets of ten can be told. `paired=True` takes that away.

    Parameters
    ----------
    n : number of pictures, 0 or more; `scenes(k)` equals the first `k` pictures of `scenes(n)`
    size : height and width in pixels, 16 to 256
    max_objects : 1 to 20; as many pets are tried, but where there is no room left, there will be fewer
    seed : 0 or more; other seeds, other pictures
    parts : True: each target also has "parts", the masks of ears, eyes, muzzle, ... (six times the memory of "masks")
    paired : True: each cat of the cast is paired with a dog of nearly its height and width, and both are stretched to
        their mean, so that the size of a box does not tell the class; to test what a detector has learnt from sizes

    Returns
    -------
    Scenes : the pairs `(image, target)`, with `.images` and `.targets`

    Raises
    ------
    TypeError, ValueError : an argument that is not a whole number or lies outside of its range.

    Examples
    --------
    >>> data = scenes(3, seed=1)
    >>> data
    Scenes(3 images of 96 x 96 pixels: 6 pets)
    >>> image, target = data[0]
    >>> [CLASSES[label] for label in target["labels"]], target["boxes"].tolist()
    (['dog'], [[48.0, 0.0, 85.0, 46.0]])
    """
    n, size, seed = _check(n, size, seed)
    max_objects = _validate.whole("max_objects", max_objects, 1, 20)
    _validate.truth("parts", parts)
    drawing = paired_sprite if _validate.truth("paired", paired) else sprite
    dice = Dice(_SCENES, seed)
    images = np.empty((n, size, size, 3), np.uint8)
    targets = []
    for i in range(n):
        pixels = backdrop(dice, size, dice.below(len(PLACES)))
        group = Group(size)
        for _ in range(1 + dice.below(max_objects)):
            add_pet(dice, pixels, group, drawing)
        images[i] = expose(dice, pixels)
        targets.append(group.target() | ({"parts": group.parts()} if parts else {}))
    return Scenes(images, targets)


def _check(n: int, size: int, seed: int) -> tuple[int, int, int]:
    return _validate.whole("n", n), _validate.whole("size", size, *_SIZES), _validate.whole("seed", seed)
