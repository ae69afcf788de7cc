"""Filled outlines, anti-aliased, in whole numbers: the same pixels on every machine.

An outline is a closed polygon. Its points are rounded to 1/16 pixel; four lines in each row of pixels are followed
through it, and the covered length of each is added up in sixteenths. So a pixel's coverage is a whole number from
0 to 64. No step depends on a compiler, a maths library or an imaging library.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

FULL = 64  # the coverage of a pixel that lies wholly inside
OPAQUE = 255
TURN = 256  # angles are counted in 1/256 of a full turn
Point = tuple[float, float]
Colour = tuple[int, int, int]

# Rounded, so that the last digit of a machine's cosine does not matter.
COS = [round(math.cos(2 * math.pi * k / TURN) * 2**14) / 2**14 for k in range(TURN)]
SIN = [round(math.sin(2 * math.pi * k / TURN) * 2**14) / 2**14 for k in range(TURN)]
CIRCLE = np.array([(COS[k], SIN[k]) for k in range(0, TURN, 10)])


def smooth(points: list[Point], steps: int = 4) -> np.ndarray:
    """The closed Catmull-Rom curve through `points`, as a polygon of `steps` corners a point."""
    here = np.array(points, float)[:, None]
    before, after, later = (np.roll(here, shift, axis=0) for shift in (1, -1, -2))
    t = (np.arange(steps) / steps)[None, :, None]
    cubic = 3 * here - before - 3 * after + later
    square = 2 * before - 5 * here + 4 * after - later
    return (((cubic * t + square) * t + after - before) * t / 2 + here).reshape(-1, 2)


def mirrored(right: list[Point]) -> list[Point]:
    """A symmetric list of points from its right half, which starts and ends on the axis x = 0."""
    return right + [(-x, y) for x, y in right[-2:0:-1]]


def stroke(start: Point, bend: Point, end: Point, width: float, tip: float, steps: int = 6) -> np.ndarray:
    """A brush stroke along a quadratic curve, `width` wide at its start and `tip` at its end."""
    left, right = [], []
    for k in range(steps + 1):
        t = k / steps
        a, b, c = (1 - t) * (1 - t), 2 * t * (1 - t), t * t
        x = a * start[0] + b * bend[0] + c * end[0]
        y = a * start[1] + b * bend[1] + c * end[1]
        dx = (1 - t) * (bend[0] - start[0]) + t * (end[0] - bend[0])
        dy = (1 - t) * (bend[1] - start[1]) + t * (end[1] - bend[1])
        reach = (width + (tip - width) * t) / 2 / (math.sqrt(dx * dx + dy * dy) or 1.0)
        left.append((x - dy * reach, y + dx * reach))
        right.append((x + dy * reach, y - dx * reach))
    return np.array(left + right[::-1])


@dataclass(slots=True)
class _Fill:
    colour: tuple[int, int, int, int]
    opacity: int
    part: str | None
    inside: str | None
    region: int


@dataclass(slots=True)
class _Shade:
    part: str
    centre: Point
    radius: float
    light: Point
    depth: float
    fur: np.ndarray


@dataclass
class Sketch:
    """Outlines in the order in which they are to be painted, each moved into place by the frame of its time."""

    _outlines: list[np.ndarray] = field(default_factory=list)
    _places: list[tuple[float, ...]] = field(default_factory=list)
    _steps: list[_Fill | _Shade] = field(default_factory=list)
    _frame: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 0.0)

    def frame(self, x: float, y: float, scale: float, turn: int = 0) -> None:
        """From now on, (0, 0) is the pixel (x, y), one unit is `scale` pixels, and all is turned by `turn` / 256."""
        self._frame = (x, y, scale * COS[turn % TURN], scale * SIN[turn % TURN])

    def to_pixels(self, x: float, y: float) -> Point:
        """Where the point (x, y) of the present frame lies in the picture."""
        fx, fy, c, s = self._frame
        return fx + c * x - s * y, fy + s * x + c * y

    def fill(
        self,
        outline: np.ndarray,
        colour: Colour,
        at: Point = (0.0, 0.0),
        size: Point = (1.0, 1.0),
        turn: int = 0,
        opacity: int = FULL,
        part: str | None = None,
        inside: str | None = None,
        region: int = 0,
    ) -> None:
        """Fill `outline`, stretched by `size`, turned and moved to `at`; `inside` keeps it within an earlier `part`.

        `region` is a number that marks the pixels which are then seen to belong to this outline; 0 marks none.
        """
        _, _, c, s = self._frame
        x, y = self.to_pixels(*at)
        cos, sin = COS[turn % TURN], SIN[turn % TURN]
        a, b = c * cos - s * sin, s * cos + c * sin  # the frame's turn and this outline's turn in one
        self._outlines.append(outline)
        self._places.append((a * size[0], -b * size[1], x, b * size[0], a * size[1], y))
        self._steps.append(_Fill((*colour, OPAQUE), opacity, part, inside, region))

    def shade(self, part: str, at: Point, radius: float, light: Point, depth: float, fur: np.ndarray) -> None:
        """Light `part` from the direction `light`, darken it by `depth` towards `radius`, and roughen it with `fur`."""
        scale = math.sqrt(self._frame[2] * self._frame[2] + self._frame[3] * self._frame[3])
        self._steps.append(_Shade(part, self.to_pixels(*at), radius * scale, light, depth, fur))

    def paint(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """Paint into `pixels`, int16 (H, W, 4), in place; return each part's coverage, (H, W) from 0 to 64.

        "regions", (H, W) uint8, holds for each pixel the region of the last outline that covers at least half of it.
        Colours are 0..255 and already multiplied by the fourth channel: the painted share of each pixel, in 1/255.
        """
        height, width = pixels.shape[:2]
        covers = iter(_coverages(self._outlines, self._places, height, width))
        regions = np.zeros((height, width), np.uint8)
        parts: dict[str, np.ndarray] = {"regions": regions}
        for step in self._steps:
            if isinstance(step, _Shade):
                _shade(pixels, parts[step.part], step)
                continue
            top, left, cover = next(covers)
            if not cover.size:
                continue
            window = np.s_[top : top + cover.shape[0], left : left + cover.shape[1]]
            if step.region:
                regions[window][cover >= FULL // 2] = step.region
            if step.opacity != FULL:
                cover = cover * step.opacity >> 6
            if step.inside is not None:
                cover = cover * parts[step.inside][window] >> 6
            if step.part is not None:
                known = parts.setdefault(step.part, np.zeros((height, width), np.int16))
                known[window] += (FULL - known[window]) * cover >> 6
            region = pixels[window]
            region += ((np.array(step.colour, np.int16) - region) * cover[..., None] + 32) >> 6
        return parts


def _shade(pixels: np.ndarray, cover: np.ndarray, step: _Shade) -> None:
    height, width = cover.shape
    x = (np.arange(width) + 0.5 - step.centre[0]) / step.radius
    y = (np.arange(height) + 0.5 - step.centre[1]) / step.radius
    across = step.light[0] * x - step.depth * x * x
    down = step.light[1] * y - step.depth * y * y
    gain = np.rint((across + down[:, None]).clip(-0.6, 0.4) * FULL).astype(np.int16) + step.fur[:height, :width]
    gain = gain.clip(-FULL, FULL) * cover >> 6
    colours = pixels[..., :3]
    colours += colours * gain[..., None] >> 6
    np.minimum(colours, OPAQUE, out=colours)


def _coverages(
    outlines: list[np.ndarray], places: list[tuple[float, ...]], height: int, width: int
) -> list[tuple[int, int, np.ndarray]]:
    """(top, left, coverage int16) of each outline, cut at the picture's edge; all of them are followed at once."""
    counts = np.array([len(outline) for outline in outlines])
    ends = counts.cumsum()
    starts = ends - counts
    a, b, x0, c, d, y0 = np.repeat(np.array(places), counts, axis=0).T
    px, py = np.concatenate(outlines).T
    x = np.rint((a * px + b * py + x0) * 16).astype(np.int64)
    y = np.rint((c * px + d * py + y0) * 16).astype(np.int64)

    # The window of each outline: whole pixels, within the picture, and one column for what runs over at the right.
    left = (np.minimum.reduceat(x, starts) >> 4).clip(0, width)
    right = ((np.maximum.reduceat(x, starts) >> 4) + 1).clip(left, width)
    top = (np.minimum.reduceat(y, starts) >> 4).clip(0, height)
    bottom = ((np.maximum.reduceat(y, starts) >> 4) + 1).clip(top, height)
    columns = right - left + 2
    sizes = (bottom - top) * columns
    offsets = sizes.cumsum() - sizes

    # Edges from each point to the next; upward ones count negative.
    following = np.arange(1, len(x) + 1)
    following[ends - 1] = starts
    shape = np.repeat(np.arange(len(counts)), counts)
    swap = y[following] < y
    xa, ya = np.where(swap, x[following], x), np.where(swap, y[following], y)
    xb, yb = np.where(swap, x, x[following]), np.where(swap, y, y[following])
    # Line k of the picture runs at height 4k + 2 (in sixteenths); it crosses the edge when ya <= 4k + 2 < yb.
    first = ((ya + 1) >> 2).clip(4 * top[shape], 4 * bottom[shape])
    last = ((yb + 1) >> 2).clip(4 * top[shape], 4 * bottom[shape])
    lines = last - first
    edge = np.repeat(np.arange(len(x)), lines)
    k = np.arange(len(edge)) - np.repeat(lines.cumsum() - lines, lines) + first[edge]
    cross = xa[edge] + (4 * k + 2 - ya[edge]) * (xb - xa)[edge] // (yb - ya)[edge]
    of = shape[edge]
    cross = cross.clip(left[of] * 16, right[of] * 16) - left[of] * 16
    cell = offsets[of] + ((k >> 2) - top[of]) * columns[of] + (cross >> 4)
    sign = np.where(swap, -1, 1)[edge]
    # From its crossing on, everything to the right is inside; the pixel of the crossing only by the part that remains.
    part = cross & 15
    change = np.bincount(
        np.concatenate((cell, cell + 1)),
        np.concatenate((sign * (16 - part), sign * part)),
        minlength=int(sizes.sum()),
    )
    cover = np.minimum(np.abs(change.cumsum()), FULL).astype(np.int16)
    windows = zip(top.tolist(), left.tolist(), (bottom - top).tolist(), columns.tolist(), offsets.tolist(), strict=True)
    return [(t, le, cover[o : o + h * w].reshape(h, w)[:, :-2]) for t, le, h, w, o in windows]
