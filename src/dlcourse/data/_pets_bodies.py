"""Bodies under the heads: sitting, standing, lying. Units: head radii from the middle of the head."""

from __future__ import annotations

from dlcourse.data._pets_coats import COAL, Coat, mix
from dlcourse.data._pets_heads import SPOT, TAIL, TRUNK, Mood
from dlcourse.data._random import Dice
from dlcourse.data._raster import CIRCLE, Colour, Point, Sketch, mirrored, smooth, stroke

POSES = ("sit", "stand", "lie")
_PEAR = smooth(mirrored([(0, 0.2), (0.5, 0.4), (0.72, 1.1), (1.0, 1.9), (0.98, 2.5), (0.6, 2.74), (0, 2.78)]))
_BACK = smooth(
    [
        (-0.3, 0.4),
        (0.5, 0.55),
        (1.6, 0.72),
        (2.5, 0.72),
        (2.78, 1.2),
        (2.5, 1.72),
        (1.5, 1.75),
        (0.3, 1.8),
        (-0.35, 1.2),
    ]
)
_LOAF = smooth(
    [
        (-0.9, 0.6),
        (0.2, 0.45),
        (1.5, 0.5),
        (2.4, 0.9),
        (2.55, 1.5),
        (2.1, 1.78),
        (0.4, 1.82),
        (-0.9, 1.75),
        (-1.15, 1.2),
    ]
)
_BIB = smooth(mirrored([(0, 0.4), (0.4, 0.6), (0.46, 1.2), (0.26, 1.8), (0, 2.1)]))
# Pose: the part of the body that holds stripes and spots (middle, half width, half height), and where the feet stand.
_PLACES: dict[str, tuple[Point, Point, float]] = {
    "sit": ((0.0, 1.8), (0.8, 0.8), 2.78),
    "stand": ((1.3, 1.2), (1.2, 0.5), 2.75),
    "lie": ((0.9, 1.2), (1.3, 0.5), 1.84),
}


def draw_body(sketch: Sketch, dice: Dice, coat: Coat, mood: Mood, pose: str, whole: bool = True) -> None:
    """Add a body in one of `POSES` to the sketch, in the frame that is set; `whole`: with its tail and its shadow."""
    (x, y), (wide, high), feet = _PLACES[pose]
    if whole:
        _tail(sketch, dice, coat, pose)
        for grow in (1.0, 0.86, 0.7):
            sketch.fill(CIRCLE, (0, 0, 0), (x, feet - 0.02), (1.75 * grow, 0.3 * grow), opacity=12)
    {"sit": _sit, "stand": _stand, "lie": _lie}[pose](sketch, coat)
    if coat.name == "tabby":
        for k in range(5):
            across = x + wide * (k - 2) / 2.2
            top = y - high * 1.25
            if pose == "sit":
                side, down = (1 if k % 2 else -1), 1.1 + 0.34 * k
                line = stroke((side * 1.1, down), (side * 0.75, down + 0.1), (side * 0.4, down), 0.2, 0.04)
            else:
                line = stroke((across, top), (across + 0.12, y - high * 0.4), (across, y + high * 0.5), 0.2, 0.05)
            sketch.fill(line, coat.dark, opacity=48, inside="body")
    elif coat.name == "dalmatian" or coat.patched:
        for _ in range(12 if coat.is_dog else 3):
            at = (x + dice.between(-wide, wide), y + dice.between(-high, high))
            radius = dice.between(0.1, 0.2) if coat.is_dog else dice.between(0.35, 0.55)
            sketch.fill(SPOT, coat.dark, at, (radius, radius * 0.9), dice.below(256), opacity=60, inside="body")
    elif coat.name in ("tuxedo", "husky"):
        sketch.fill(_BIB, coat.light, (0.0, 0.0), (1.15, 0.9), inside="body")
        if pose == "stand":
            sketch.fill(CIRCLE, coat.light, (1.2, 1.85), (1.1, 0.36), inside="body")
    sketch.shade("body", (x, y), 1.9, mood.light, 0.22, mood.fur)


def _socks(coat: Coat) -> Colour:
    if coat.name == "siamese":
        return coat.dark
    return coat.light if coat.name in ("tuxedo", "husky") else mix(coat.fur, coat.light, 0.35)


def _leg(sketch: Sketch, coat: Coat, top: Point, foot: Point, width: float, far: bool = False) -> None:
    fur = mix(coat.fur, coat.rim, 0.4) if far else coat.fur
    bend = ((top[0] + foot[0]) / 2, (top[1] + foot[1]) / 2)
    sketch.fill(stroke(top, bend, foot, width + 0.1, width), coat.rim, part="body", region=TRUNK)
    sketch.fill(stroke(top, bend, foot, width, width - 0.1), fur, part="body", region=TRUNK)
    sketch.fill(CIRCLE, coat.rim, (foot[0] - 0.06, foot[1]), (width * 0.68, 0.23), part="body", region=TRUNK)
    sketch.fill(CIRCLE, mix(_socks(coat), fur, 0.3 if far else 0.0), (foot[0] - 0.06, foot[1]), (width * 0.6, 0.18))


def _sit(sketch: Sketch, coat: Coat) -> None:
    for side in (-1, 1):
        sketch.fill(CIRCLE, coat.rim, (side * 0.82, 2.56), (0.48, 0.25), part="body", region=TRUNK)
        sketch.fill(CIRCLE, _socks(coat), (side * 0.84, 2.56), (0.42, 0.2), part="body", region=TRUNK)
    sketch.fill(_PEAR, coat.rim, (0.0, -0.03), (1.05, 1.03), part="body", region=TRUNK)
    sketch.fill(_PEAR, coat.fur, part="body", region=TRUNK)
    sketch.fill(CIRCLE, coat.light, (0.0, 1.2), (0.45, 0.7), opacity=26, inside="body")
    for side in (-1, 1):
        _leg(sketch, coat, (side * 0.34, 1.5), (side * 0.36, 2.62), 0.42)


def _stand(sketch: Sketch, coat: Coat) -> None:
    _leg(sketch, coat, (0.55, 1.4), (0.62, 2.5), 0.38, far=True)
    _leg(sketch, coat, (2.1, 1.4), (2.05, 2.5), 0.38, far=True)
    sketch.fill(_BACK, coat.rim, (-0.06, -0.05), (1.045, 1.06), part="body", region=TRUNK)
    sketch.fill(_BACK, coat.fur, part="body", region=TRUNK)
    _leg(sketch, coat, (0.05, 1.3), (0.0, 2.6), 0.42)
    _leg(sketch, coat, (2.45, 1.3), (2.5, 2.6), 0.42)


def _lie(sketch: Sketch, coat: Coat) -> None:
    sketch.fill(_LOAF, coat.rim, (-0.04, -0.05), (1.05, 1.06), part="body", region=TRUNK)
    sketch.fill(_LOAF, coat.fur, part="body", region=TRUNK)
    sketch.fill(CIRCLE, mix(coat.fur, coat.rim, 0.3), (1.95, 1.4), (0.62, 0.46), opacity=40, inside="body")
    for at in ((2.0, 1.72), (-0.75, 1.7), (0.35, 1.74)):
        sketch.fill(CIRCLE, coat.rim, at, (0.5, 0.22), part="body", region=TRUNK)
        sketch.fill(CIRCLE, _socks(coat), at, (0.44, 0.17), part="body", region=TRUNK)


def _tail(sketch: Sketch, dice: Dice, coat: Coat, pose: str) -> None:
    start: Point = {"sit": (0.7, 2.45), "stand": (2.55, 0.95), "lie": (2.3, 1.45)}[pose]
    x, y = start
    sway = dice.between(-0.25, 0.25)
    if not coat.is_dog:
        bend, end, wide, tip = (x + 1.15, y + 0.25), (x + 0.75 + sway, y - 1.3), 0.3, 0.24
    elif coat.name in ("pug", "husky"):
        bend, end, wide, tip = (x + 0.85, y - 0.55), (x + 0.05 + sway * 0.4, y - 0.75), 0.36, 0.3
    else:
        bend, end, wide, tip = (x + 0.5, y - 0.1), (x + 0.85 + sway, y - 0.95), 0.34, 0.12
    colour = coat.dark if coat.name == "siamese" else coat.fur
    sketch.fill(stroke(start, bend, end, wide + 0.1, tip + 0.1, 8), mix(colour, COAL, 0.4), part="body", region=TAIL)
    sketch.fill(stroke(start, bend, end, wide, tip, 8), colour, part="body", region=TAIL)
    ending = coat.light if coat.name in ("tuxedo", "husky") else colour
    sketch.fill(CIRCLE, ending, end, (tip * 0.55, tip * 0.55), part="body", region=TAIL)
