"""The figure `roi_align`: a region of a feature map, read by RoIPool, which rounds, and by RoIAlign, which does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from dlcourse.figures.base import Figure
from dlcourse.figures.scene import Box, inside
from dlcourse.figures.traits import Choice, Numbers, Truth, size

LONGEST = 12  # rows and columns of the feature map
STRIDES = (1, 2, 4, 8, 16, 32)

FEATURES = [
    [0, 0, 1, 0, 0, 1, 0, 0],
    [0, 1, 2, 1, 1, 0, 0, 1],
    [1, 2, 5, 7, 6, 2, 1, 0],
    [0, 3, 8, 9, 8, 4, 1, 0],
    [0, 2, 7, 9, 7, 3, 0, 0],
    [1, 1, 4, 6, 5, 2, 0, 1],
    [0, 0, 1, 2, 1, 0, 0, 0],
    [0, 1, 0, 0, 0, 1, 0, 0],
]


class RoiAlign(Figure):
    """A region of a feature map, read in two ways; made by `roi_align`, which documents the traits."""

    modules: ClassVar = ("boxes",)
    constants: ClassVar = {"outputs": [2, 3], "ratios": [1, 2, 3, 0]}
    extremes: ClassVar = (
        {
            "features": np.arange(LONGEST**2).reshape(LONGEST, LONGEST) * -6.25,
            "region": [1, 1, 95, 96],
            "output": 3,
            "sampling_ratio": 0,
            "aligned": False,
        },
        {"features": [[5, -1, 2], [0, 3, 8]], "region": [2, 3, 4, 5], "aligned": False, "output": 3},
    )

    features = Numbers(FEATURES, ndim=2, longest=LONGEST)
    region = Box([13, 18, 43, 47])
    stride = Choice(8, STRIDES)
    output = Choice(2, constants["outputs"])
    sampling_ratio = Choice(2, constants["ratios"])
    aligned = Truth(True)

    def __repr__(self) -> str:
        ways = f"output={self.output}, sampling_ratio={self.sampling_ratio}, aligned={self.aligned}"
        return f"RoiAlign(features={size(self.features)}, region={self.region}, stride={self.stride}, {ways})"

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        x0, y0, x1, y1 = (round(side / self.stride, 2) for side in self.region)
        return (
            f"Interactive figure: a region of a {size(self.features)} feature map, from {x0} to {x1} cells across and "
            f"from {y0} to {y1} down, becomes {self.output}×{self.output} numbers. RoIPool rounds the region to whole "
            f"cells and takes the largest number of each bin; RoIAlign reads the map between its cells, at points in "
            f"each bin, and takes their mean."
        )

    @traitlets.validate("region")
    def _check_region(self, proposal: Any) -> list[float]:
        rows, columns = np.shape(self.features)
        return inside("region", proposal["value"], [columns * self.stride, rows * self.stride])


def roi_align(
    features: ArrayLike | None = None,
    region: Sequence[float] | None = None,
    *,
    stride: int = 8,
    output: int = 2,
    sampling_ratio: int = 2,
    aligned: bool = True,
) -> RoiAlign:
    """A figure in which a region is dragged over a feature map and pooled by RoIPool and by RoIAlign side by side.

    Both mean what they mean in torchvision, with a spatial scale of 1 / stride. RoIPool rounds the corners of the
    region to cells, of which the last one belongs to it, and takes the largest number of each bin. RoIAlign takes the
    mean of points in each bin, which it reads with bilinear weights from the four cells around them.

    Parameters
    ----------
    features : (rows, columns) numbers, at most 12 x 12; without them, an example of 8 x 8
    region : (x0, y0, x1, y1) in pixels of the image, which has `stride` pixels for each cell; without it, a region of
        some three by four cells in the middle
    stride : pixels of the image for one cell of the map: 1, 2, 4, 8, 16 or 32
    output : rows and columns of the result: 2 or 3
    sampling_ratio : points along each side of a bin, 1 to 3; 0 for as many as the bin has cells, rounded up
    aligned : True: the middle of a cell is half a cell from its edge; False: the older way, which reads half a cell
        further right and down

    Returns
    -------
    RoiAlign : a widget whose traits have the names of the parameters; they are synchronised as those of `conv1d`.

    Raises
    ------
    ValueError : a region outside the image or with a side below one, sizes or numbers out of bounds.
    TypeError : something that is not an array of numbers, or not True or False.

    References
    ----------
    Girshick, Fast R-CNN (2015), section 2.1; He et al., Mask R-CNN (2017), section 3.

    Examples
    --------
    >>> roi_align([[1, 2], [3, 4]], [0, 0, 9, 16])
    RoiAlign(features=2×2, region=[0, 0, 9, 16], stride=8, output=2, sampling_ratio=2, aligned=True)
    """
    state: dict[str, Any] = {"stride": stride, "output": output, "sampling_ratio": sampling_ratio, "aligned": aligned}
    if features is not None:
        state["features"] = features
    state["region"] = _somewhere(features, stride) if region is None else region
    return RoiAlign(**state)


def _somewhere(features: ArrayLike | None, stride: Any) -> list[float]:
    """The region of the example, in a map of this shape: corners that lie between cells."""
    shape = np.shape(FEATURES if features is None else features)
    if len(shape) != 2 or stride not in STRIDES:
        return [0, 0, 1, 1]  # what is wrong is said of the other argument
    rows, columns = shape
    shares = np.array([13 / 64, 18 / 64, 43 / 64, 47 / 64]) * np.array([columns, rows, columns, rows]) * stride
    x0, y0, x1, y1 = (int(side) for side in shares.round())
    return [x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)]
