"""What tells the breeds apart: coat, ears, muzzle, eyes. The colours overlap between cats and dogs on purpose."""

from __future__ import annotations

from dataclasses import dataclass

from dlcourse.data._random import Dice
from dlcourse.data._raster import Colour

BREEDS = {
    "cat": ("tabby", "siamese", "tuxedo", "fold"),
    "dog": ("retriever", "husky", "dalmatian", "pug"),
}
BREED_NAMES = BREEDS["cat"] + BREEDS["dog"]

BLACK, CHOCOLATE, GREY, SILVER = (52, 49, 54), (98, 66, 48), (126, 126, 132), (178, 178, 182)
GINGER, BROWN, GOLDEN, FAWN = (214, 140, 70), (146, 106, 72), (222, 176, 108), (218, 188, 146)
CREAM, WHITE = (236, 214, 178), (242, 238, 232)
PINK, ROSE, LIVER, COAL = (226, 150, 150), (208, 128, 130), (112, 74, 62), (44, 38, 42)
GREEN, YELLOW, COPPER = (142, 186, 92), (222, 190, 70), (196, 122, 50)
BLUE, HAZEL, DARK = (112, 172, 222), (128, 84, 46), (74, 50, 36)

# Breed: the colours of its coat, of its markings (None: the coat's own, darker), of its light parts (None: the coat's
# own, lighter), of its eyes and of its nose.
_Palette = tuple[
    tuple[Colour, ...], tuple[Colour, ...] | None, tuple[Colour, ...] | None, tuple[Colour, ...], tuple[Colour, ...]
]
_PALETTES: dict[str, _Palette] = {
    "tabby": ((GREY, GINGER, BROWN, SILVER, FAWN), None, None, (GREEN, YELLOW, COPPER), (ROSE, LIVER)),
    "siamese": ((CREAM, CREAM, WHITE, FAWN), (CHOCOLATE, BLACK, GREY), None, (BLUE,), (LIVER, COAL)),
    "tuxedo": ((BLACK, BLACK, CHOCOLATE, GREY), None, (WHITE,), (GREEN, YELLOW, COPPER), (PINK, COAL)),
    "fold": ((GREY, SILVER, CREAM, WHITE), (GINGER, BLACK, BROWN), None, (COPPER, YELLOW, HAZEL), (ROSE, COAL)),
    "retriever": ((GOLDEN, GOLDEN, CREAM, CHOCOLATE, BLACK, GINGER), None, None, (HAZEL, DARK), (COAL, LIVER)),
    "husky": ((GREY, BLACK, SILVER, BROWN, GINGER), None, (WHITE,), (BLUE, BLUE, HAZEL, YELLOW), (COAL, LIVER)),
    "dalmatian": ((WHITE, WHITE, CREAM), (BLACK, BLACK, CHOCOLATE), None, (HAZEL, DARK, BLUE), (COAL, LIVER, ROSE)),
    "pug": ((FAWN, FAWN, SILVER, CREAM), (BLACK, BLACK, CHOCOLATE), None, (DARK, HAZEL), (COAL,)),
}


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """The colour that holds `share` of `b` and the rest of `a`."""
    return tuple(round(p + (q - p) * share) for p, q in zip(a, b, strict=True))  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Coat:
    """One animal's looks. Lengths are in head radii."""

    breed: int
    name: str
    fur: Colour
    dark: Colour
    light: Colour
    iris: Colour
    nose: Colour
    patched: bool
    wide: float
    tall: float
    muzzle: float

    @property
    def is_dog(self) -> bool:
        return self.name in BREEDS["dog"]

    @property
    def rim(self) -> Colour:
        """The thin outline that lifts one part off the next."""
        return mix(self.fur, (30, 22, 24), 0.45)


def coat(dice: Dice, breed: int) -> Coat:
    """One animal of a breed, given as its place in `BREED_NAMES`."""
    name = BREED_NAMES[breed]
    furs, markings, lights, eyes, noses = _PALETTES[name]
    fur = _vary(dice, dice.pick(furs))
    dark = mix(fur, COAL, 0.55) if markings is None else _vary(dice, dice.pick(markings))
    light = mix(fur, WHITE, 0.5) if lights is None else _vary(dice, dice.pick(lights))
    long = {"retriever": 1.0, "husky": 0.85, "dalmatian": 0.95, "pug": 0.35}.get(name, 0.0)
    return Coat(
        breed=breed,
        name=name,
        fur=fur,
        dark=dark,
        light=light,
        iris=_vary(dice, dice.pick(eyes)),
        nose=dice.pick(noses),
        patched=name == "fold" and (dice.chance(35) or min(fur) > 225),
        wide=dice.between(0.94, 1.06),
        tall=dice.between(0.94, 1.06),
        muzzle=long * dice.between(0.9, 1.1),
    )


def _vary(dice: Dice, colour: Colour) -> Colour:
    together = dice.below(25) - 12
    return tuple(min(max(c + together + dice.below(13) - 6, 12), 250) for c in colour)  # type: ignore[return-value]
