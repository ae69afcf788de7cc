"""Heads of cats and dogs. Units: head radii; (0, 0) is the middle of the head, y points down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlcourse.data._pets_coats import COAL, PINK, WHITE, Coat, mix
from dlcourse.data._random import Dice
from dlcourse.data._raster import CIRCLE, Colour, Point, Sketch, mirrored, smooth, stroke

_OUTLINES = {
    "cat": smooth(
        mirrored([(0, -0.8), (0.42, -0.75), (0.8, -0.45), (0.99, 0.08), (0.88, 0.48), (0.45, 0.8), (0, 0.86)])
    ),
    "fold": smooth(
        mirrored([(0, -0.86), (0.5, -0.78), (0.88, -0.4), (1.02, 0.1), (0.92, 0.5), (0.5, 0.82), (0, 0.88)])
    ),
    "retriever": smooth(
        mirrored([(0, -0.84), (0.45, -0.76), (0.78, -0.42), (0.82, 0.05), (0.66, 0.5), (0.46, 0.88), (0, 1.02)])
    ),
    "husky": smooth(
        mirrored([(0, -0.8), (0.45, -0.74), (0.8, -0.4), (0.98, 0.12), (0.84, 0.5), (0.45, 0.86), (0, 0.98)])
    ),
    "dalmatian": smooth(
        mirrored([(0, -0.86), (0.42, -0.78), (0.74, -0.4), (0.78, 0.05), (0.62, 0.5), (0.44, 0.9), (0, 1.04)])
    ),
    "pug": smooth(
        mirrored([(0, -0.82), (0.5, -0.76), (0.88, -0.42), (1.0, 0.12), (0.92, 0.54), (0.52, 0.86), (0, 0.94)])
    ),
}
# Right ears; the left ones are their mirror images.
_POINTED = smooth([(0.2, -0.58), (0.42, -1.02), (0.74, -1.46), (0.82, -1.42), (0.95, -0.9), (0.93, -0.2), (0.5, -0.3)])
_POINTED_INNER = smooth([(0.42, -0.7), (0.54, -0.98), (0.74, -1.28), (0.84, -0.9), (0.82, -0.5), (0.6, -0.5)])
_FOLDED = smooth([(0.3, -0.7), (0.52, -0.98), (0.86, -0.86), (1.0, -0.5), (0.84, -0.42), (0.62, -0.52), (0.42, -0.6)])
_FLOPPY = smooth([(0.42, -0.74), (0.72, -0.72), (1.0, -0.35), (1.16, 0.2), (1.06, 0.58), (0.84, 0.52), (0.72, 0.05)])
_BUTTON = smooth([(0.42, -0.78), (0.78, -0.78), (1.06, -0.45), (1.08, -0.02), (0.94, 0.04), (0.76, -0.28)])
_EARS = {"fold": _FOLDED, "retriever": _FLOPPY, "dalmatian": _FLOPPY, "pug": _BUTTON}

_CAT_NOSE = smooth([(-0.15, -0.07), (0, -0.1), (0.15, -0.07), (0.06, 0.07), (0, 0.1), (-0.06, 0.07)])
_DOG_NOSE = smooth([(-0.22, -0.08), (0, -0.16), (0.22, -0.08), (0.15, 0.1), (0, 0.16), (-0.15, 0.1)])
_TONGUE = smooth([(-0.17, -0.1), (0.17, -0.1), (0.18, 0.2), (0, 0.34), (-0.18, 0.2)])
_BLAZE = smooth(mirrored([(0, -0.9), (0.09, -0.5), (0.16, -0.05), (0.5, 0.3), (0.55, 0.7), (0, 1.05)]))
_HUSKY_MASK = smooth(
    mirrored([(0, -0.3), (0.16, -0.42), (0.46, -0.5), (0.6, -0.2), (0.78, 0.2), (0.7, 0.66), (0.4, 1.0), (0, 1.1)])
)
_POINTS = smooth(mirrored([(0, -0.42), (0.3, -0.3), (0.56, 0.05), (0.56, 0.5), (0.3, 0.86), (0, 0.95)]))
# Regions of a pet's picture, numbered for `Sketch.fill`: what is seen at each pixel.
TRUNK, TAIL, SKULL, EARS, EYES, MUZZLE = range(1, 7)
SPOT = smooth([(0.9, 0.1), (0.5, 0.8), (-0.3, 0.9), (-0.95, 0.3), (-0.7, -0.6), (0.1, -0.9), (0.8, -0.5)])
_TEAR = smooth(
    [(-1.0, 0.12), (-0.55, -0.62), (0.1, -0.85), (0.75, -0.55), (1.08, -0.12), (0.6, 0.6), (0, 0.8), (-0.6, 0.62)]
)


@dataclass(frozen=True, slots=True)
class Mood:
    """How a pet holds its head and what it makes of the world. Angles in 1/256 of a turn."""

    tilt: int
    look: Point  # where the face points: shifts eyes, muzzle and nose
    gaze: Point
    eyes: tuple[str, str]
    pupil: float
    tongue: bool
    smile: float
    ears: int
    light: Point
    fur: np.ndarray


def draw_head(sketch: Sketch, dice: Dice, coat: Coat, mood: Mood) -> None:
    """Add a head to the sketch, in the frame that is set."""
    size = (coat.wide, coat.tall)
    outline = _OUTLINES.get(coat.name, _OUTLINES["cat"])
    hanging = coat.name in ("retriever", "dalmatian", "pug")
    if not hanging:
        _ears(sketch, coat, mood)
    sketch.fill(outline, coat.rim, size=(size[0] * 1.05, size[1] * 1.05), part="head", region=SKULL)
    sketch.fill(outline, coat.fur, size=size, part="face")
    _markings(sketch, dice, coat, mood.look)
    if hanging or coat.name == "fold":
        _ears(sketch, coat, mood)
    sketch.shade("head", (0.0, -0.1), 1.25, mood.light, 0.26, mood.fur)
    (_dog_muzzle if coat.is_dog else _cat_muzzle)(sketch, dice, coat, mood)
    for side in (-1, 1):
        _eye(sketch, coat, mood, side)


def _ears(sketch: Sketch, coat: Coat, mood: Mood) -> None:
    outline = _EARS.get(coat.name, _POINTED)
    pointed = outline is _POINTED
    colour = coat.dark if coat.name in ("siamese", "dalmatian", "pug") else coat.fur
    if coat.name == "retriever":
        colour = mix(coat.fur, coat.dark, 0.35)
    if coat.patched:
        colour = mix(coat.fur, coat.dark, 0.8)
    rim = mix(colour, (20, 16, 18), 0.4)
    narrow = 0.86 if coat.name == "husky" else 1.0
    for side in (-1, 1):
        wide = side * coat.wide * narrow * (1 - side * mood.look[0] * 0.3)
        turn = side * mood.ears
        rim_size = (wide * 1.05, coat.tall * 1.05)
        sketch.fill(outline, rim, (side * -0.02, 0.0), rim_size, turn, part="head", region=EARS)
        sketch.fill(outline, colour, size=(wide, coat.tall), turn=turn, part="head", region=EARS)
        if pointed:
            inner = mix(PINK, colour, 0.25) if coat.name != "husky" else mix(coat.light, PINK, 0.35)
            sketch.fill(_POINTED_INNER, inner, size=(wide, coat.tall), turn=turn, opacity=54)


def _markings(sketch: Sketch, dice: Dice, coat: Coat, look: Point) -> None:
    x, y = look[0] * 0.5, look[1] * 0.5
    if coat.name == "tabby":
        for bend in (-0.3, 0.0, 0.3):
            line = stroke((bend * 0.9 + x, -0.95), (bend * 0.8 + x, -0.6), (bend * 0.6 + x, -0.38), 0.17, 0.05)
            sketch.fill(line, coat.dark, opacity=50, inside="face")
        for side in (-1, 1):
            for high in (0.02, 0.24, 0.46):
                line = stroke((side * 1.1, high), (side * 0.8, high + 0.02), (side * 0.6, high - 0.05), 0.13, 0.02)
                sketch.fill(line, coat.dark, opacity=46, inside="face")
    elif coat.name in ("siamese", "pug"):
        tall = 1.0 if coat.name == "siamese" else 0.8
        for grow, opacity in ((1.15, 26), (1.0, 40), (0.85, 64)):
            down = y + 0.12 + (0.2 if coat.name == "pug" else 0.0)
            sketch.fill(_POINTS, coat.dark, (x, down), (grow * 0.95, grow * tall), opacity=opacity, inside="face")
        if coat.name == "pug":
            for bend in (-0.62, -0.48):
                line = stroke((-0.36 + x, bend + 0.08), (x, bend - 0.1), (0.36 + x, bend + 0.08), 0.05, 0.05)
                sketch.fill(line, coat.dark, opacity=36, inside="face")
    elif coat.name == "tuxedo":
        sketch.fill(_BLAZE, coat.light, (x, y), (dice.between(0.7, 1.25), 1.0), inside="face")
    elif coat.name == "husky":
        sketch.fill(_HUSKY_MASK, coat.light, (x, y), inside="face")
        sketch.fill(stroke((x, -0.95), (x, -0.5), (x, 0.0), 0.3, 0.2), coat.fur, inside="face")
    elif coat.name == "dalmatian" or coat.patched:
        spots, low, high = (9, 0.07, 0.17) if coat.is_dog else (3, 0.3, 0.5)
        for _ in range(spots):
            at = (dice.between(-0.85, 0.85), dice.between(-0.85, 0.75))
            radius = dice.between(low, high)
            turn = dice.below(256)
            sketch.fill(SPOT, coat.dark, at, (radius, radius * 0.85), turn, opacity=60, inside="face")
    elif coat.name == "retriever":
        sketch.fill(stroke((x, -0.7), (x, -0.2), (x, 0.3), 0.16, 0.5), coat.light, opacity=24, inside="face")


def _eye(sketch: Sketch, coat: Coat, mood: Mood, side: int) -> None:
    dog = coat.is_dog
    x = side * (0.37 if dog else 0.42) + mood.look[0] * 0.75
    y = (-0.14 if dog else -0.02) + mood.look[1] * 0.6
    wide, tall = (0.155, 0.165) if dog else (0.235, 0.2)
    if coat.name == "pug":
        wide, tall = 0.19, 0.195
        x, y = x * 1.2, y + 0.1
    elif coat.name == "fold":
        wide, tall = 0.235, 0.235
    elif coat.name == "husky":
        wide, tall = 0.165, 0.14
    wide *= 1 - side * mood.look[0] * 0.5
    state = mood.eyes[(side + 1) // 2]
    outline = CIRCLE if dog or coat.name == "fold" else _TEAR
    turned = -side * 6 if outline is _TEAR else 0
    line = mix(coat.rim, COAL, 0.75)
    if state == "happy":
        arc = stroke((x - wide, y + 0.05), (x, y - tall * 1.5), (x + wide, y + 0.05), 0.1, 0.1)
        sketch.fill(arc, line, region=EYES)
        return
    sketch.fill(outline, line, (x, y), (side * wide * 1.22, tall * 1.24), turned, part="eyes", region=EYES)
    sketch.fill(outline, coat.iris, (x, y), (side * wide, tall), turned)
    gx, gy = x + mood.gaze[0] * wide * 0.35, y + mood.gaze[1] * tall * 0.25
    pupil = (0.6 if dog else mood.pupil) * wide
    sketch.fill(CIRCLE, (20, 16, 22), (gx, gy), (pupil, tall * (0.62 if dog else 0.84)))
    if state == "half":
        lid = mix(coat.fur, coat.rim, 0.3) if coat.name not in ("siamese", "pug") else mix(coat.dark, coat.fur, 0.2)
        sketch.fill(CIRCLE, lid, (x, y - tall * 1.35), (wide * 1.7, tall * 1.25), inside="eyes")
    sketch.fill(CIRCLE, (255, 255, 255), (gx - wide * 0.3, gy - tall * 0.34), (0.062, 0.062))


def _cat_muzzle(sketch: Sketch, dice: Dice, coat: Coat, mood: Mood) -> None:
    x, y = mood.look[0], 0.28 + mood.look[1]
    pad = mix(coat.dark, coat.light, 0.22) if coat.name == "siamese" else mix(coat.fur, coat.light, 0.8)
    line = mix(mix(coat.nose, COAL, 0.6), coat.fur, 0.1)
    if mood.tongue:
        sketch.fill(_TONGUE, (232, 120, 132), (x, y + 0.3), (0.55, 0.55), part="head", region=MUZZLE)
    sketch.fill(CIRCLE, pad, (x, y + 0.36), (0.2, 0.15), opacity=50, region=MUZZLE)
    for side in (-1, 1):
        sketch.fill(CIRCLE, pad, (x + side * 0.2, y + 0.18), (0.27, 0.2), opacity=58, region=MUZZLE)
    sketch.fill(stroke((x, y + 0.05), (x, y + 0.15), (x, y + 0.2), 0.06, 0.05), line)
    for side in (-1, 1):
        end = (x + side * 0.3, y + 0.2 - mood.smile * 0.1)
        sketch.fill(stroke((x, y + 0.19), (x + side * 0.16, y + 0.32 + mood.smile * 0.04), end, 0.06, 0.03), line)
    sketch.fill(_CAT_NOSE, coat.nose, (x, y), (1.05, 1.0), region=MUZZLE)
    whisker = WHITE if sum(coat.fur) < 560 else mix(coat.fur, COAL, 0.55)
    droop = dice.between(-0.12, 0.12)
    for side in (-1, 1):
        for k in (-1, 0, 1):
            start = (x + side * 0.3, y + 0.16 + k * 0.06)
            end = (x + side * 1.22, y + 0.12 + k * 0.2 + droop)
            sketch.fill(stroke(start, (x + side * 0.75, y + 0.05 + k * 0.12), end, 0.045, 0.02, 4), whisker, opacity=56)


def _dog_muzzle(sketch: Sketch, dice: Dice, coat: Coat, mood: Mood) -> None:
    x, y = mood.look[0] * 1.25, 0.2 + mood.look[1] * 1.25
    length = coat.muzzle
    pad: Colour = mix(coat.fur, coat.light, 0.75)
    if coat.name == "pug":
        pad = mix(coat.dark, coat.fur, 0.12)
    elif coat.name == "husky":
        pad = coat.light
    shadow = mix(pad, COAL, 0.3)
    line = mix(coat.nose, COAL, 0.7)
    mouth = y + 0.32 + 0.16 * length
    jaw = 0.24 + 0.06 * length
    if mood.tongue:
        sketch.fill(CIRCLE, shadow, (x, mouth + 0.12), (0.32, jaw + 0.06), part="head", region=MUZZLE)
        sketch.fill(CIRCLE, (96, 44, 52), (x, mouth + 0.06), (0.26, jaw - 0.04))
        tongue = (x + dice.between(-0.06, 0.06), mouth + 0.2)
        sketch.fill(_TONGUE, (232, 112, 126), tongue, (1.0, 1.15), part="head", region=MUZZLE)
        sketch.fill(stroke((x, mouth + 0.1), (x, mouth + 0.2), (x, mouth + 0.38), 0.04, 0.02, 3), (196, 84, 100))
    else:
        sketch.fill(CIRCLE, shadow, (x, mouth + 0.06), (0.3, jaw), part="head", region=MUZZLE)
        sketch.fill(CIRCLE, pad, (x, mouth + 0.04), (0.28, jaw - 0.02))
    sketch.fill(CIRCLE, shadow, (x, y + 0.2), (0.5, 0.3 + 0.06 * length), opacity=30)
    for side in (-1, 1):
        lip = (x + side * 0.19, y + 0.2 + 0.07 * length)
        sketch.fill(CIRCLE, pad, lip, (0.3, 0.26 + 0.03 * length), region=MUZZLE)
    sketch.fill(CIRCLE, pad, (x, y + 0.02), (0.3, 0.28), opacity=52, region=MUZZLE)
    sketch.fill(stroke((x, y + 0.08), (x, y + 0.2), (x, mouth), 0.06, 0.05, 3), line)
    for side in (-1, 1):
        end = (x + side * 0.42, mouth - 0.04 - mood.smile * 0.12)
        sketch.fill(stroke((x, mouth - 0.01), (x + side * 0.2, mouth + 0.14), end, 0.07, 0.03), line)
        for k in (0, 1):
            at = (x + side * (0.2 + 0.1 * k), y + 0.2 + 0.06 * k)
            sketch.fill(CIRCLE, line, at, (0.022, 0.022), opacity=40)
    sketch.fill(_DOG_NOSE, coat.nose, (x, y), (1.05, 1.0), region=MUZZLE)
    sketch.fill(CIRCLE, mix(coat.nose, (255, 255, 255), 0.55), (x - 0.06, y - 0.07), (0.08, 0.035))
