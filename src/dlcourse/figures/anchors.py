"""The figure `anchors`: shape priors among the sizes of true boxes, and k-means with 1 - IoU, one step at a time."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from dlcourse import _validate
from dlcourse.figures._sizes import SIZES
from dlcourse.figures.base import Figure
from dlcourse.figures.traits import State, Truth, plain

LARGEST = 1024  # pixels of a side
MOST_SIZES = 600
MOST_PRIORS = 9
DISTANCES = (1, 0.75, 0.5, 0.35, 0.25)  # by which boxes shrink that are near and far, in turn
ROUND = 16  # the picture shows sides up to a multiple of it


class Shapes(State):
    """Widths and heights in pixels, one row for each shape."""

    def __init__(self, default: Any = traitlets.Undefined, *, most: int) -> None:
        super().__init__(default)
        self.most = most

    def validate(self, obj: Any, value: Any) -> list[list[float]]:
        """`value` as lists of plain numbers, or an error that names the trait."""
        found = _validate.array(str(self.name), value, (None, 2))
        if not 1 <= len(found) <= self.most:
            raise ValueError(f"{self.name} must be 1 to {self.most} shapes, got {len(found)}")
        for shape in found.tolist():
            if not all(1 <= side <= LARGEST for side in shape):  # false of a nan, too
                raise ValueError(f"{self.name} must have sides of 1 to {LARGEST} pixels, got {shape}")
        return [[plain(side) for side in shape] for shape in found.tolist()]


class Anchors(Figure):
    """Sizes of true boxes and shape priors among them; made by `anchors`, which documents the traits."""

    modules: ClassVar = ("boxes",)
    constants: ClassVar = {
        "most": MOST_PRIORS,
        "distances": list(DISTANCES),
        "round": ROUND,
        "hand": {"scales": [0.2, 0.4, 0.6], "ratios": [0.5, 1, 2]},  # nine by hand, in shares of the largest side
        "probe": [0.25, 0.6],  # width and height of the box that is compared at first, in the same shares
    }
    extremes: ClassVar = (
        {"near_and_far": True, "euclidean": True},
        {"priors": [[1 + 9 * i, 70 - 8 * i] for i in range(8)] + [[80, 80]], "near_and_far": True},
        {"sizes": [[20, 30]], "priors": [[20, 30]]},
        {"sizes": [[1, 1], [1000, 900]], "priors": [[1, 1], [1, 1.5], [1000, 1]], "euclidean": True},
    )

    sizes = Shapes(SIZES, most=MOST_SIZES)
    priors = Shapes(most=MOST_PRIORS)
    near_and_far = Truth(False)
    euclidean = Truth(False)

    def __repr__(self) -> str:
        settings = f"near_and_far={self.near_and_far}, euclidean={self.euclidean}"
        return f"Anchors(sizes={len(self.sizes)}, priors={len(self.priors)}, {settings})"

    @property
    def shapes(self) -> np.ndarray:
        """The sizes that are shown, (N, 2): those given, or with `near_and_far` smaller, by five factors in turn."""
        given = np.array(self.sizes, float)
        factors = np.resize(DISTANCES, len(given)) if self.near_and_far else np.ones(len(given))
        return given * factors[:, None]

    @property
    def overlaps(self) -> np.ndarray:
        """The IoU of each size with each prior, both placed at one centre: (N, k)."""
        return _overlaps(self.shapes, np.array(self.priors, float))

    @property
    def nearest(self) -> np.ndarray:
        """For each size the number of its nearest prior, by IoU or, with `euclidean`, by the distance in pixels."""
        if not self.euclidean:
            return self.overlaps.argmax(axis=1)
        return ((self.shapes[:, None] - np.array(self.priors, float)) ** 2).sum(axis=-1).argmin(axis=1)

    @property
    def mean_iou(self) -> float:
        """The mean over all sizes of the best IoU that a prior has with them."""
        return float(self.overlaps.max(axis=1).mean())

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        priors = ", ".join(f"{plain(round(w, 1))} × {plain(round(h, 1))}" for w, h in self.priors)
        way = "Euclidean distance" if self.euclidean else "1 − IoU"
        return (
            f"Interactive figure: {len(self.sizes)} true boxes by width and height, and {len(self.priors)} shape "
            f"priors ({priors} pixels). The best IoU of a box with a prior is {self.mean_iou:.3f} on average. Each box "
            f"belongs to its nearest prior by {way}, and a step of k-means moves each prior to the mean of its boxes."
        )

    @traitlets.default("priors")
    def _default_priors(self) -> list[list[float]]:
        return _far_apart(self.shapes, 5)

    @traitlets.validate("priors")
    def _check_priors(self, proposal: Any) -> Any:
        limit = _limit(self.sizes)
        for prior in proposal["value"]:
            if max(prior) > limit:
                raise ValueError(f"priors must have sides of at most {limit} pixels, as the sizes do, got {prior}")
        return proposal["value"]


def anchors(
    sizes: ArrayLike | None = None,
    priors: ArrayLike | None = None,
    *,
    k: int | None = None,
    near_and_far: bool = False,
    euclidean: bool = False,
) -> Anchors:
    """A figure of shape priors among the sizes of true boxes, with k-means by 1 - IoU, one step at a time.

    The IoU of two shapes is that of two boxes with one centre. Without `priors`, the first of k is the mean of all
    sizes, and each further one is the size that the priors before it fit worst. A step moves each prior to the mean of
    the sizes that are nearest to it; `detection.shape_priors` takes all steps, from several starts.

    Parameters
    ----------
    sizes : (N, 2) widths and heights in pixels of at most 600 boxes, 1 to 1024; without them, those of 300 cats and
        dogs in scenes of 96 pixels
    priors : (k, 2) widths and heights of at most 9 priors, no larger than the largest size, rounded up to a multiple of
        16
    k : how many priors to begin with, 1 to 9, if `priors` are not given; without it 5
    near_and_far : True: shrink the boxes to 1, 0.75, 0.5, 0.35 and 0.25 of their sizes, in turn, as if some were far
    euclidean : True: a box belongs to the prior with the smallest Euclidean distance of width and height, not with the
        smallest 1 - IoU

    Returns
    -------
    Anchors : a widget whose traits are `sizes`, `priors`, `near_and_far` and `euclidean`, synchronised as those of
        `conv1d`. `fig.overlaps` is the (N, k) IoU of each size with each prior, `fig.nearest` the prior of each size,
        `fig.mean_iou` the mean of the best IoU.

    Raises
    ------
    ValueError : sizes or priors that are not (any, 2), too many of them, sides out of bounds, both `priors` and `k`.
    TypeError : something that is not an array of numbers, or not a whole number or a truth value where one is needed.

    References
    ----------
    Redmon and Farhadi 2017, "YOLO9000: better, faster, stronger", section 2: dimension clusters.

    Examples
    --------
    >>> fig = anchors([[10, 20], [10, 10], [40, 40]], priors=[[10, 20], [30, 30]])
    >>> fig.overlaps.round(2).tolist()
    [[1.0, 0.22], [0.5, 0.11], [0.12, 0.56]]
    >>> fig.nearest.tolist(), round(fig.mean_iou, 2)
    ([0, 0, 1], 0.69)
    """
    state: dict[str, Any] = {"near_and_far": near_and_far, "euclidean": euclidean}
    if sizes is not None:
        state["sizes"] = sizes
    if priors is None:
        count = 5 if k is None else _validate.whole("k", k, 1, MOST_PRIORS)
        return Anchors(**state, priors=_far_apart(Anchors(**state).shapes, count))
    if k is not None:
        raise ValueError(f"k must be left out where priors are given, got {_validate.describe(k)}")
    return Anchors(**state, priors=priors)


def _limit(sizes: list[list[float]]) -> int:
    return ROUND * math.ceil(max(max(size) for size in sizes) / ROUND)


def _overlaps(shapes: np.ndarray, priors: np.ndarray) -> np.ndarray:
    both = np.minimum(shapes[:, None], priors).prod(axis=-1)
    return both / (shapes.prod(axis=1)[:, None] + priors.prod(axis=1) - both)


def _far_apart(shapes: np.ndarray, k: int) -> list[list[float]]:
    """The mean of the shapes, and then always the one that the priors so far fit worst."""
    priors = [np.maximum(shapes.mean(axis=0), 1).round(2)]
    while len(priors) < k:
        worst = _overlaps(shapes, np.array(priors)).max(axis=1).argmin()
        priors.append(np.maximum(shapes[worst], 1).round(2))
    return [[plain(side) for side in prior.tolist()] for prior in priors]
