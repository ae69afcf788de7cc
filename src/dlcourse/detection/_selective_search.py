"""Selective search: regions that are merged step by step, and the boxes around all of them."""

from __future__ import annotations

import dataclasses
import heapq
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from dlcourse import _validate
from dlcourse.detection._regions import SPACES, Regions, bins, check_image, convert, measure, segments

TERMS = ("colour", "texture", "size", "fill")
Terms = tuple[str, ...]
Strategies = tuple[tuple[str, ...], tuple[float, ...], tuple[Terms, ...]]
MODES: dict[str, Strategies] = {  # colour spaces, scales, sets of similarities
    "single": (("hsv",), (100,), (TERMS,)),
    "fast": (("hsv", "lab"), (50, 100), (TERMS, TERMS[1:])),
    "quality": (
        ("hsv", "lab", "rgi", "hue", "intensity"),
        (50, 100, 150, 300),
        (TERMS, TERMS[1:], ("fill",), ("size",)),
    ),
}


def selective_search(
    image: Any,
    mode: str = "fast",
    *,
    colour_spaces: Sequence[str] | None = None,
    scales: Sequence[float] | None = None,
    similarities: Sequence[Sequence[str]] | None = None,
    sigma: float = 0.8,
    min_size: int = 50,
    min_side: float = 8,
    limit: int | None = None,
) -> np.ndarray:
    """Boxes that may hold an object: those around all regions that arise while similar neighbours are merged.

    For each colour space and scale the image is cut into segments (`segment`). For each set of similarities the two
    most similar neighbours are merged, and again, until one region is left: with R segments, 2 R - 1 regions. Two
    regions are neighbours where pixels of them share an edge. The similarity is the sum of those asked for, each from
    0 to 1: "colour" and "texture", how much their histograms have in common (25 bins for each colour channel; 10 bins
    for the Gaussian derivatives in 8 directions of each channel); "size", 1 - their share of the image; "fill", 1 - the
    share of the image that the box around both has beside them. The histogram of a merged region is the mean of
    its two, weighted by their sizes.

    Parameters
    ----------
    image : (H, W, 3) uint8
    mode : which strategies are combined: "single" (1: HSV, scale 100, all four similarities), "fast" (8: HSV and Lab,
        scales 50 and 100, all four similarities and all but colour) or "quality" (80: HSV, Lab, rgI, hue, intensity;
        scales 50, 100, 150, 300; all four, all but colour, fill, size)
    colour_spaces : instead of the mode's: names as for `segment`
    scales : instead of the mode's: numbers as for `segment`
    similarities : instead of the mode's: one set of the four names for each run, such as `[("size", "fill")]`
    sigma : as for `segment`
    min_size : as for `segment`; 50 pixels suit objects whose boxes are 15 pixels wide or more, such as the pets in
        scenes of 96 pixels; larger photographs need more.
    min_side : boxes narrower or lower than this number of pixels are left out
    limit : at most so many boxes, the first ones; None for all

    Returns
    -------
    float32 array (P, 4), `(x0, y0, x1, y1)` in pixels, no box twice. Each box has the sum of 1 / place over the
    strategies that found it, where the whole image has place 1, the region that was merged last place 2, and so on; the
    highest sums come first, and of equal ones the boxes further left, then further up. (The paper multiplies the place
    by a random number.)

    Raises
    ------
    TypeError, ValueError : an image that is not (H, W, 3) bytes, a name that is unknown, or a number out of its range.

    Examples
    --------
    >>> import numpy as np
    >>> image = np.full((40, 60, 3), 200, np.uint8)
    >>> image[10:30, 20:35] = (180, 40, 0)
    >>> selective_search(image, "single", sigma=0).tolist()
    [[0.0, 0.0, 60.0, 40.0], [20.0, 10.0, 35.0, 30.0]]

    References
    ----------
    Uijlings, van de Sande, Gevers, Smeulders: Selective Search for Object Recognition (2013).
    """
    pixels = check_image(image)
    strategies = _strategies(mode, colour_spaces, scales, similarities)
    sigma, min_side = _validate.real("sigma", sigma, 0), _validate.real("min_side", min_side, 0)
    min_size = _validate.whole("min_size", min_size, 1)
    limit = None if limit is None else _validate.whole("limit", limit, 1)
    found = [hierarchy.boxes[::-1] for hierarchy in hierarchies(pixels, strategies, sigma, min_size)]
    boxes = _ranked(found)
    return boxes[(boxes[:, 2:] - boxes[:, :2]).min(1) >= min_side][:limit].astype(np.float32)


def with_proposals(scenes: Any, mode: str = "fast", **settings: Any) -> Any:
    """The same images and targets, and in each target the boxes of `selective_search` as "proposals".

    Parameters
    ----------
    scenes : anything with `.images` (N, H, W, 3) uint8 and `.targets`, a list of N dicts, such as `data.pets.scenes`;
        left as it is
    mode : as for `selective_search`
    **settings : as for `selective_search`

    Returns
    -------
    an object of the same kind where it is a dataclass, and otherwise one with `.images` and `.targets`; the targets'
    "proposals" are float32 arrays (P, 4). `train.fit` takes it as it takes scenes.

    Raises
    ------
    TypeError, ValueError : no images or targets, not equally many, and what `selective_search` does not accept.

    Examples
    --------
    >>> from dlcourse.data import pets
    >>> scenes = with_proposals(pets.scenes(2), limit=100)
    >>> [target["proposals"].shape for target in scenes.targets]
    [(100, 4), (100, 4)]
    """
    if not (hasattr(scenes, "images") and hasattr(scenes, "targets")):
        raise TypeError(f"scenes must have .images and .targets, got {_validate.describe(scenes)}")
    if len(scenes.images) != len(scenes.targets):
        counts = f"{len(scenes.images)} images and {len(scenes.targets)} targets"
        raise ValueError(f"scenes must have one target for each image, got {counts}")
    targets = [
        {**target, "proposals": selective_search(image, mode, **settings)}
        for image, target in zip(scenes.images, scenes.targets, strict=True)
    ]
    if dataclasses.is_dataclass(scenes) and not isinstance(scenes, type):
        return dataclasses.replace(scenes, targets=targets)
    return SimpleNamespace(images=scenes.images, targets=targets)


def _strategies(mode: str, spaces: Any, scales: Any, similarities: Any) -> Strategies:
    default = MODES[_validate.choice("mode", mode, MODES)]
    given = [
        _several(name, value, standard)
        for name, value, standard in zip(
            ("colour_spaces", "scales", "similarities"), (spaces, scales, similarities), default, strict=True
        )
    ]
    sets = [_several("similarities", terms, ()) for terms in given[2]]
    return (
        tuple(_validate.choice("colour_spaces", space, SPACES) for space in given[0]),
        tuple(_validate.real("scales", scale, 0) for scale in given[1]),
        tuple(tuple(_validate.choice("similarities", term, TERMS) for term in terms) for terms in sets),
    )


def _several(name: str, value: Any, default: tuple[Any, ...]) -> tuple[Any, ...]:
    if value is None:
        return default
    if isinstance(value, str) or not isinstance(value, list | tuple):
        raise TypeError(f"{name} must be a list or a tuple, got {_validate.describe(value)}")
    if not value:
        raise ValueError(f"{name} must name one thing at least, got {_validate.describe(value)}")
    return tuple(value)


def hierarchies(image: np.ndarray, strategies: Strategies, sigma: float, min_size: int) -> Iterator[Hierarchy]:
    """One hierarchy for each strategy; what strategies share is computed once."""
    spaces, scales, similarities = strategies
    for space in spaces:
        channels = convert(image, space)
        places = bins(channels)
        for scale in scales:
            regions = measure(segments(channels, scale, sigma, min_size), places)
            for terms in similarities:
                yield Hierarchy(regions, terms)


def _ranked(found: list[np.ndarray]) -> np.ndarray:
    """All boxes of lists that begin with the largest region, each box once, by the sum of 1 / place."""
    boxes, names = np.unique(np.concatenate(found), axis=0, return_inverse=True)
    best: np.ndarray = np.zeros(len(boxes))
    start = 0
    for rows in found:
        # a box that several regions of one hierarchy share counts there once, at the first place
        unique, places = np.unique(names.reshape(-1)[start : start + len(rows)], return_index=True)
        best[unique] += 1 / (places + 1)
        start += len(rows)
    return boxes[np.argsort(-best.round(9), kind="stable")]


class Hierarchy:
    """Regions and what became of them: the first R are given, each later one is made of two before it.

    Attributes
    ----------
    boxes : (2 R - 1, 4) float64, around each region
    parts : (R - 1, 2) int64, the two regions of which number R + i was made
    histograms : (2 R - 1, 315) float64, colour and texture, 0 where `terms` do not ask for them
    sizes : (2 R - 1,) float64, pixels
    """

    def __init__(self, regions: Regions, terms: Terms) -> None:
        first = len(regions.sizes)
        shape = (2 * first - 1,)
        self.sizes, self.corners, self.histograms = np.empty(shape), np.empty((*shape, 4)), np.empty((*shape, 315))
        self.sizes[:first], self.corners[:first] = regions.sizes, regions.corners
        # histograms of zeros have no intersection, so one sum over both is right for any set of terms
        self.histograms[:first, :75] = regions.colour * ("colour" in terms)
        self.histograms[:first, 75:] = regions.texture * ("texture" in terms)
        self._size, self._fill = (float(name in terms) / regions.area for name in ("size", "fill"))
        self._constant = float("size" in terms) + float("fill" in terms)
        self.parts = self._merge(first, regions.neighbours)

    @property
    def boxes(self) -> np.ndarray:
        return self.corners * (1, 1, -1, -1)

    def similarity(self, a: Any, b: Any) -> np.ndarray:
        """The sum of the chosen similarities of the regions `a` and `b`."""
        together = self.sizes[a] + self.sizes[b]
        corners = np.minimum(self.corners[a], self.corners[b])
        around = (corners[:, 0] + corners[:, 2]) * (corners[:, 1] + corners[:, 3])
        alike = np.minimum(self.histograms[a], self.histograms[b]).sum(1)
        return alike + self._constant - self._size * together - self._fill * (around - together)

    def _merge(self, first: int, pairs: np.ndarray) -> np.ndarray:
        neighbours: list[set[int]] = [set() for _ in self.sizes]
        for a, b in pairs.tolist():
            neighbours[a].add(b)
            neighbours[b].add(a)
        # entries of regions that are gone stay in the heap, and are passed over when they come up
        heap = [(-s, *pair) for s, pair in zip(self._rounded(*pairs.T), pairs.tolist(), strict=True)]
        heapq.heapify(heap)
        there = [True] * first
        parts = []
        for new in range(first, len(self.sizes)):
            _, a, b = heapq.heappop(heap)
            while not (there[a] and there[b]):
                _, a, b = heapq.heappop(heap)
            there[a] = there[b] = False
            there.append(True)
            parts.append((a, b))
            self._join(a, b, new)
            around = neighbours[new] = (neighbours[a] | neighbours[b]) - {a, b}
            for other in around:
                neighbours[other] -= {a, b}
                neighbours[other].add(new)
            others = sorted(around)
            for s, other in zip(self._rounded(others, new), others, strict=True):
                heapq.heappush(heap, (-s, other, new))
        return np.array(parts, np.int64).reshape(-1, 2)

    def _join(self, a: int, b: int, new: int) -> None:
        self.sizes[new] = size = self.sizes[a] + self.sizes[b]
        self.corners[new] = np.minimum(self.corners[a], self.corners[b])
        share = self.sizes[a] / size
        self.histograms[new] = share * self.histograms[a] + (1 - share) * self.histograms[b]

    def _rounded(self, a: Any, b: Any) -> list[float]:
        """Similarities without the digits that differ between processors; ties go to the lower numbers."""
        return self.similarity(a, b).round(9).tolist()
