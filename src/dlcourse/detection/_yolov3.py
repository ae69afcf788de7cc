"""YOLOv3: boxes from maps of three scales, where the coarser ones also tell the finer ones what they have seen."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from dlcourse import _validate
from dlcourse.detection._batch import Target
from dlcourse.detection._darknet import Residual, conv_block
from dlcourse.detection._pyramid import CODES, PRIORS, RESIDUALS, STRIDES, backbone_channels, checked_priors
from dlcourse.detection._yolo import YOLODetector, cells, centres_and_sizes, decode_cells, largest_iou, shape_iou


class YOLOv3(YOLODetector):
    """A detector that looks once, and answers at three scales.

    Each cell of each map has three predictors, each with a prior shape. A predictor says how far the centre of a box
    lies in its cell, how the size differs from its prior's, whether an object is there, and for each class by itself
    whether it is that: classes need not exclude each other. With images alone the model predicts; with images and
    targets it returns its losses, "centre", "size", "object", "no_object" and "class".

    **Who learns what.** An object belongs to one predictor: that of the nine priors whose shape fits best, in the cell
    of its map where the object's centre lies. All others learn that there is no object, but for those whose box has an
    IoU above `ignore` with some object of their image: these are left alone. Where two objects of an image belong to
    one predictor, it learns the later one. (The authors' program keeps the class of the earlier one as well, so that an
    object may be listed once for each of its classes. Here an object has one label.)

    **What is asked of them.** For the centre, the binary cross-entropy of sigmoid(tx) with where in its cell the centre
    lies: the paper speaks of squared errors, but its program steps by target - sigmoid(tx), which is how the
    cross-entropy descends. For the size, half of the squared error of tw and th. Both count 2 - w * h times, with w and
    h in shares of the image, so that small objects count more. Objectness and classes: binary cross-entropy. Everything
    is summed and divided by the number of images.

    Deviations from the paper, all to fit 96-pixel images and a laptop: a backbone of 8 convolutions trained from
    nothing in place of Darknet-53 trained on ImageNet, with two residual blocks and no more than 4 * `width` channels;
    two convolutions before the outputs of each scale, not six; priors of these images; strides of 4, 8 and 16 pixels,
    not 8, 16 and 32: with those the centres of objects were off by 0.9, 1.2 and 2.5 pixels on average (seed 400).

    Parameters
    ----------
    classes : how many classes there are; there is no background class
    width : channels after the first convolution
    priors : for each of the three strides, finest first, widths and heights in pixels: (3, A, 2)
    ignore : IoU with an object above which a predictor that has none is not told so: 0.5 in the paper, 0.7 in the
        settings published with its program

    Raises
    ------
    TypeError, ValueError : a parameter that is not as above; later, images and targets as `check_batch` refuses them,
        and images whose height and width are not multiples of 16.

    References
    ----------
    Redmon & Farhadi 2018, "YOLOv3: An Incremental Improvement", arXiv 1804.02767, sections 2.1 to 2.4.

    Examples
    --------
    >>> model = YOLOv3(classes=2)
    >>> nothing = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)}
    >>> sorted(model(torch.zeros(1, 3, 96, 96), [nothing]))
    ['centre', 'class', 'no_object', 'object', 'size']
    >>> sorted(model.eval()(torch.zeros(1, 3, 96, 96))[0])
    ['boxes', 'labels', 'scores']
    """

    priors: Tensor

    def __init__(
        self,
        classes: int,
        *,
        width: int = 16,
        priors: Sequence[Sequence[tuple[float, float]]] = PRIORS,
        ignore: float = 0.5,
    ) -> None:
        super().__init__()
        self.classes, self.stride = _validate.whole("classes", classes, 1), STRIDES[-1]
        self.ignore = _validate.real("ignore", ignore, 0, 1)
        channels = backbone_channels(width)
        self.register_buffer("priors", torch.from_numpy(checked_priors(priors)))
        self.backbone = nn.ModuleList(
            nn.Sequential(conv_block(inputs, outputs, 3, 2), *(Residual(outputs) for _ in range(blocks)))
            for inputs, outputs, blocks in zip((3, *channels[:-1]), channels, RESIDUALS, strict=True)
        )
        numbers = self.priors.shape[1] * (CODES + classes)
        self.scales = nn.ModuleList(Scale(inputs, width, numbers, k == 2) for k, inputs in enumerate(channels[-3:]))

    def outputs(self, images: Tensor) -> list[Tensor]:
        """For each stride, finest first, (N, rows, columns, A, 5 + classes): tx, ty, tw, th, objectness, classes."""
        maps, x = [], images.contiguous(memory_format=torch.channels_last)  # much faster here on processors
        for stage in self.backbone:
            x = stage(x)
            maps.append(x)
        found, above = [], None
        for scale, features in reversed(list(zip(self.scales, maps[-3:], strict=True))):
            numbers, above = scale(features, above)
            n, _, rows, columns = numbers.shape
            found.append(numbers.permute(0, 2, 3, 1).reshape(n, rows, columns, -1, CODES + self.classes))
        return found[::-1]

    def candidates(self, outputs: Sequence[Tensor], size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """All boxes (N, P, 4) in pixels, and objectness times the probability of each class, (N, P, classes)."""
        scores = torch.cat([each.flatten(1, 3) for each in outputs], 1)[..., CODES - 1 :].sigmoid()
        return self.boxes(outputs), scores[..., :1] * scores[..., 1:]

    def boxes(self, outputs: Sequence[Tensor]) -> Tensor:
        """The boxes (N, P, 4) of all predictors, finest map first; in a map row by row, in a cell prior by prior."""
        codes = torch.cat([each.flatten(1, 3) for each in outputs], 1)[..., :4]
        maps = tuple((each.shape[1], each.shape[2]) for each in outputs)
        corner, stride, prior = _grid(maps, STRIDES, self.priors.shape[1], codes.device)
        return decode_cells(codes, self.priors.flatten(0, 1)[prior], corner, stride)

    def losses(self, outputs: Sequence[Tensor], targets: Sequence[Target], size: tuple[int, int]) -> dict[str, Tensor]:
        """How far the outputs are from the truth: five sums, divided by the number of images."""
        flat = torch.cat([each.flatten(1, 3) for each in outputs], 1)
        image, predictor, codes, labels, weight = self.assign(targets, size)
        mine = flat[image, predictor]
        nothing = torch.ones(flat.shape[:2], dtype=torch.bool, device=flat.device)
        for row, found, target in zip(nothing, self.boxes(outputs).detach(), targets, strict=True):
            row[largest_iou(found, target["boxes"]) > self.ignore] = False
        nothing[image, predictor] = False
        classes = functional.one_hot(labels, self.classes).to(flat.dtype)
        centre = functional.binary_cross_entropy_with_logits(mine[:, :2], codes[:, :2], weight, reduction="sum")
        sums = {
            "centre": centre,
            "size": (weight * (mine[:, 2:4] - codes[:, 2:]) ** 2).sum() / 2,
            "object": functional.softplus(-mine[:, 4]).sum(),
            "no_object": functional.softplus(flat[..., 4][nothing]).sum(),
            "class": functional.binary_cross_entropy_with_logits(mine[:, CODES:], classes, reduction="sum"),
        }
        return {name: value / max(len(targets), 1) for name, value in sums.items()}

    def assign(self, targets: Sequence[Target], size: tuple[int, int]) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Which predictor learns which object, and what: one row for each object that has one.

        Parameters
        ----------
        targets : for each image a dict with "boxes" (K, 4) in pixels and "labels" (K,)
        size : height and width of the images

        Returns
        -------
        image, predictor : (R,) int64, the latter as a row of `boxes`
        codes : (R, 4), where in its cell the centre lies, in 0..1, and tw, th
        labels : (R,) int64
        weight : (R, 1), 2 - w * h
        """
        found = torch.cat([target["boxes"] for target in targets])
        image = torch.repeat_interleave(torch.tensor([len(target["boxes"]) for target in targets])).to(found.device)
        centres, sizes = centres_and_sizes(found)
        count = self.priors.shape[1]
        best = shape_iou(sizes, self.priors.flatten(0, 1)).argmax(1)
        maps = [(size[0] // stride, size[1] // stride) for stride in STRIDES]
        first = torch.tensor([sum(r * c for r, c in maps[:k]) * count for k in range(len(maps))], device=found.device)
        level = best // count
        stride = torch.tensor(STRIDES, device=found.device)[level, None]
        height, width = torch.tensor(maps, device=found.device)[level].T
        place = centres / stride
        column, row = (place[:, k].long().clamp(max=limit - 1) for k, limit in ((0, width), (1, height)))
        predictor = first[level] + (row * width + column) * count + best % count
        codes = torch.cat((place - torch.stack((column, row), 1), (sizes / self.priors.flatten(0, 1)[best]).log()), 1)
        weight = 2 - sizes.prod(1, keepdim=True) / (size[0] * size[1])
        labels = torch.cat([target["labels"] for target in targets])
        kept = _last_of_each(image, predictor)
        return image[kept], predictor[kept], codes[kept], labels[kept], weight[kept]


class Scale(nn.Module):
    """The outputs of one map, and what the next finer one is told: the coarser map's news, at twice the size."""

    def __init__(self, inputs: int, width: int, numbers: int, coarsest: bool) -> None:
        super().__init__()
        self.told = None if coarsest else conv_block(2 * width, width, 1)
        self.narrow = conv_block(inputs if coarsest else inputs + width, 2 * width, 1)
        self.wide = conv_block(2 * width, inputs, 3)
        self.out = nn.Conv2d(inputs, numbers, 1)

    def forward(self, features: Tensor, above: Tensor | None) -> tuple[Tensor, Tensor]:
        """Outputs (N, numbers, rows, columns), and features for the next finer map."""
        if self.told is not None and above is not None:
            news = functional.interpolate(self.told(above), scale_factor=2, mode="nearest")
            features = torch.cat((news, features), 1)
        x = self.narrow(features)
        return self.out(self.wide(x)), x


@functools.cache
def _grid(
    maps: Sequence[tuple[int, int]], strides: Sequence[int], count: int, device: torch.device
) -> tuple[Tensor, Tensor, Tensor]:
    """Of each predictor: the corner of its cell (P, 2), its stride (P, 1), both in pixels, and its prior (P,)."""
    with torch.inference_mode(False):  # the tensors are kept, also for training
        corner, stride, prior = [], [], []
        for level, (map_size, step) in enumerate(zip(maps, strides, strict=True)):
            places = step * cells(map_size, device).repeat_interleave(count, 0)
            corner.append(places)
            stride.append(torch.full((len(places), 1), float(step), device=device))
            prior.append((level * count + torch.arange(count, device=device)).repeat(len(places) // count))
        return torch.cat(corner), torch.cat(stride), torch.cat(prior)


def _last_of_each(image: Tensor, predictor: Tensor) -> Tensor:
    """The places of those objects whose predictor no later object of the image has."""
    later = torch.triu((image[:, None] == image) & (predictor[:, None] == predictor), diagonal=1)
    return torch.nonzero(~later.any(1)).flatten()
