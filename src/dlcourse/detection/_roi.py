"""Pooling of regions: from the part of a map that a box covers, a small map of always the same size.

Both functions mean what torchvision's functions of the same names mean.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from dlcourse import _validate


def roi_pool(
    features: Tensor, rois: Tensor | Sequence[Tensor], output_size: int | tuple[int, int], spatial_scale: float = 1.0
) -> Tensor:
    """The largest number in each of a few bins of each region; regions and bins are rounded to whole places of the map.

    A region's corners are rounded, and it holds the places of both corners: from 2 to 4 are three places. Bin i of P
    goes from `floor(i * places / P)` to `ceil((i + 1) * places / P)`, so that bins may share places. What lies outside
    of the map does not count, and a bin without a place is 0.

    Parameters
    ----------
    features : (N, C, H, W) maps
    rois : (R, 5) tensor with the number of the map and `(x0, y0, x1, y1)` in pixels of the image, or a list with one
        (R_i, 4) tensor for each map
    output_size : height and width of what is returned, or one number for both
    spatial_scale : places of the map for one pixel of the image, such as 1/8

    Returns
    -------
    (R, C, height, width) tensor; gradients reach the features

    Raises
    ------
    TypeError, ValueError : maps or regions of other shapes, numbers of maps that are not there, regions that are not
        finite, sizes or a scale that are not positive.

    References
    ----------
    Girshick 2015, "Fast R-CNN", arXiv 1504.08083, section 2.1.

    Examples
    --------
    >>> import torch
    >>> features = torch.arange(16.0).reshape(1, 1, 4, 4)
    >>> roi_pool(features, [torch.tensor([[0.0, 0, 3, 3]])], output_size=2)[0, 0].tolist()
    [[5.0, 7.0], [13.0, 15.0]]
    """
    regions, (height, width), scale = _arguments(features, rois, output_size, spatial_scale)
    pooled = []
    for maps, boxes in zip(features, regions, strict=True):
        # torchvision rounds halves away from zero, `torch.round` to the even number
        corners = torch.sign(boxes) * torch.floor(torch.abs(boxes * scale) + 0.5)
        rows, no_row = _bins(corners[:, 1], corners[:, 3], height, maps.shape[1])
        columns, no_column = _bins(corners[:, 0], corners[:, 2], width, maps.shape[2])
        places = rows[:, :, None, :, None] * maps.shape[2] + columns[:, None, :, None, :]
        table = maps.flatten(1).T.contiguous()  # a row for each place; a bag is the largest of some rows
        largest = _largest(table, places.flatten(3).flatten(0, 2))
        empty = no_row[:, None, :, None] | no_column[:, None, None]
        pooled.append(largest.reshape(len(boxes), height, width, len(maps)).permute(0, 3, 1, 2).masked_fill(empty, 0))
    return torch.cat([features.new_zeros(0, features.shape[1], height, width), *pooled])


def _largest(table: Tensor, rows: Tensor) -> Tensor:
    """The largest number of each column in some rows of a table: (B, C) for rows (B, most)."""
    if torch.is_grad_enabled() and table.requires_grad:  # whose gradient goes to one row, and is fast
        return functional.embedding_bag(rows, table, mode="max")
    largest = table.index_select(0, rows[:, 0])
    for column in rows.T[1:]:  # three times as fast forward
        torch.maximum(largest, table.index_select(0, column), out=largest)
    return largest


def _bins(low: Tensor, high: Tensor, bins: int, places: int) -> tuple[Tensor, Tensor]:
    """The places of an axis that each bin of each region holds, (R, bins, most) of int64, and which bins hold none.

    A bin with fewer places than the largest one has its last place several times, which changes no maximum.
    """
    length = (high - low + 1).clamp(min=1)[:, None]
    number = torch.arange(bins, device=low.device)
    begin = (low[:, None] + torch.floor(number * length / bins)).clamp(0, places)
    end = (low[:, None] + torch.ceil((number + 1) * length / bins)).clamp(0, places)
    most = max(int((end - begin).max()), 1) if len(low) else 1
    place = torch.minimum(begin[..., None] + torch.arange(most, device=low.device), end[..., None] - 1)
    return place.clamp(0, places - 1).long(), end <= begin


def roi_align(
    features: Tensor,
    rois: Tensor | Sequence[Tensor],
    output_size: int | tuple[int, int],
    spatial_scale: float = 1.0,
    sampling_ratio: int = -1,
    aligned: bool = False,
) -> Tensor:
    """The mean of a few points in each bin of each region, each read between the places of the map; nothing is rounded.

    The bins divide the region evenly. In each, a grid of points is read bilinearly from the four places around it.
    Since reading and averaging treat rows and columns alike and apart, the whole is two matrix products.

    Parameters
    ----------
    features : (N, C, H, W) maps
    rois : (R, 5) tensor with the number of the map and `(x0, y0, x1, y1)` in pixels of the image, or a list with one
        (R_i, 4) tensor for each map
    output_size : height and width of what is returned, or one number for both
    spatial_scale : places of the map for one pixel of the image, such as 1/8
    sampling_ratio : points of a bin along each axis; 0 or less: as many as the bin is places long, rounded up
    aligned : True: place j of the map stands for the middle of its pixels, `(j + 0.5) / spatial_scale`, as in Mask
        R-CNN. False, as torchvision does without being asked: for `j / spatial_scale`, half a place off, and regions
        are at least one place long. (What a place has seen is not always centred there: `backbone` says where.)

    Returns
    -------
    (R, C, height, width) tensor; gradients reach the features

    Raises
    ------
    TypeError, ValueError : maps or regions of other shapes, numbers of maps that are not there, regions that are not
        finite, sizes or a scale that are not positive.

    References
    ----------
    He et al. 2017, "Mask R-CNN", arXiv 1703.06870, section 3; torchvision.ops.roi_align.

    Examples
    --------
    >>> import torch
    >>> features = torch.arange(16.0).reshape(1, 1, 4, 4)
    >>> roi_align(features, [torch.tensor([[0.0, 0, 4, 4]])], output_size=2, aligned=True)[0, 0].tolist()
    [[2.5, 4.5], [10.5, 12.5]]
    """
    regions, (height, width), scale = _arguments(features, rois, output_size, spatial_scale)
    _validate.truth("aligned", aligned)
    samples = _validate.whole("sampling_ratio", sampling_ratio, -(2**31))
    aligned_maps = []
    for maps, boxes in zip(features, regions, strict=True):
        corners = boxes * scale - (0.5 if aligned else 0)
        rows = _readings(corners[:, 1], corners[:, 3], height, maps.shape[1], samples, aligned)
        columns = _readings(corners[:, 0], corners[:, 2], width, maps.shape[2], samples, aligned)
        aligned_maps.append(torch.einsum("rpy,cyx,rqx->rcpq", rows.to(maps.dtype), maps, columns.to(maps.dtype)))
    return torch.cat([features.new_zeros(0, features.shape[1], height, width), *aligned_maps])


def _readings(low: Tensor, high: Tensor, bins: int, places: int, samples: int, aligned: bool) -> Tensor:
    """How much each place of an axis counts in each bin of each region: (R, bins, places)."""
    length = high - low if aligned else (high - low).clamp(min=1)
    step = (length / bins)[:, None]
    count = torch.full_like(step, samples) if samples > 0 else torch.ceil(step).clamp(min=0)
    most = int(count.max()) if len(count) else 0
    number = torch.arange(most, device=low.device)
    taken = (number < count).to(low.dtype)[:, None]  # regions of other lengths have other numbers of points
    begin = low[:, None] + torch.arange(bins, device=low.device) * step
    point = begin[..., None] + ((number + 0.5) * step / count.clamp(min=1))[:, None]
    inside = taken * ((point >= -1) & (point <= places))
    point = point.clamp(0, places - 1)  # beyond the outermost places their own number holds
    place = torch.arange(places, device=low.device)
    weight = (1 - torch.abs(point[..., None] - place)).clamp(min=0)
    return (weight * inside[..., None]).sum(dim=2) / count.clamp(min=1)[..., None]


def _arguments(
    features: Tensor, rois: Tensor | Sequence[Tensor], output_size: int | tuple[int, int], spatial_scale: float
) -> tuple[list[Tensor], tuple[int, int], float]:
    """The regions of each map, the size of what is returned, and the scale, if all of them are what they should be."""
    if not isinstance(features, Tensor) or features.ndim != 4 or not features.is_floating_point():
        raise TypeError(f"features must be a (N, C, H, W) tensor of floats, got {_shape(features)}")
    size = output_size if isinstance(output_size, tuple | list) else (output_size, output_size)
    if len(size) != 2:
        raise ValueError(f"output_size must be height and width or one number for both, got {output_size}")
    height, width = (_validate.whole("output_size", side, 1) for side in size)
    scale = _validate.real("spatial_scale", spatial_scale, 0)
    if scale == 0:
        raise ValueError("spatial_scale must be above 0, got 0")
    return _by_map(features, rois), (height, width), scale


def _by_map(features: Tensor, rois: Tensor | Sequence[Tensor]) -> list[Tensor]:
    """The regions of each map as (R_i, 4); those of a table of five columns must stand in the order of their maps."""
    n = len(features)
    if isinstance(rois, Tensor):
        if rois.ndim != 2 or rois.shape[1] != 5:
            raise ValueError(f"rois must be a (R, 5) tensor or a list of (R_i, 4) tensors, got {_shape(rois)}")
        number = rois[:, 0]
        if len(number) and (bool((number != number.floor()).any()) or number.min() < 0 or number.max() >= n):
            raise ValueError(f"rois must name maps from 0 to {n - 1} in their first column, got {number.tolist()}")
        regions = [rois[number == i, 1:] for i in range(n)]
        if bool((number[1:] < number[:-1]).any()):
            raise ValueError("rois must be sorted by the map in their first column")
    else:
        regions = list(rois)
        if len(regions) != n:
            raise ValueError(f"rois must hold one tensor for each of the {n} maps, got {len(regions)}")
    for region in regions:
        if not isinstance(region, Tensor) or region.ndim != 2 or region.shape[1] != 4:
            raise ValueError(f"rois must be (R, 5), or a list of (R_i, 4) tensors; got {_shape(region)}")
        if not bool(torch.isfinite(region).all()):
            raise ValueError("rois must be finite numbers, got NaN or infinity in them")
    kind = torch.promote_types(features.dtype, torch.float32)  # 16 bits would round boxes to whole pixels and more
    return [region.to(kind) for region in regions]


def _shape(value: object) -> str:
    return f"a tensor of shape {tuple(value.shape)}" if isinstance(value, Tensor) else _validate.describe(value)
