"""YOLOv2: boxes that start from priors and stay near their cells, each with classes of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from dlcourse import _validate
from dlcourse.boxes._codes import LARGEST_LOG
from dlcourse.detection._batch import Target
from dlcourse.detection._darknet import conv_block
from dlcourse.detection._yolo import YOLODetector, aligned_iou, cells, centres_and_sizes, largest_iou, shape_iou
from dlcourse.detection._yolov1 import STRIDE, decode_yolov1

OBJECT, PULL = 5.0, 0.01  # darknet's object_scale, and the weight of the pull towards the priors
IGNORE = 0.6  # darknet's thresh: a box that fits some object as well as that is not told that there is none
PULLED = 1280  # images in whose steps all boxes are pulled to their priors; darknet's 12,800 of 2 million, scaled down
PRIORS = (
    (26.2, 37.5),
    (39.0, 29.0),
    (34.8, 48.9),
    (46.7, 37.9),
    (54.4, 47.8),
)  # pixels: `shape_priors` of 1,000 scenes


class YOLOv2(YOLODetector):
    """A detector in one stage whose boxes are priors that each cell moves and stretches.

    With images alone it predicts; with images and targets it returns its six losses, "centre", "size", "object",
    "no_object", "class" and "prior", as `yolov2_losses` says. `fit(model, scenes, epochs=..., step=lambda model, batch:
    model(*batch), augment=lambda batch: rescaled(*batch))` trains it at several sizes. The score of a box for a class
    is the product of its objectness and the probability of the class.

    What the paper changes one after the other can be switched: `batch_norm`; `priors`, or None for boxes that each cell
    predicts directly, as YOLOv1 does; `bounded`; `passthrough`.

    Deviations from the paper, all to fit 96-pixel images and a laptop: 14 convolutions trained from nothing in
    place of Darknet-19 trained on ImageNet, with strides in place of max-pooling; cells of 16 pixels, not 32; the 1x1
    convolution before the passthrough and the last 3x3 are smaller; all boxes are pulled to their priors during the
    first 1,280 images, not 12,800; the new size of `rescaled` is drawn for each batch, not every tenth.

    Parameters
    ----------
    classes : how many classes there are; there is none for the background
    width : channels of the first convolution
    priors : widths and heights in pixels, such as `shape_priors` finds; or None
    direct : boxes of a cell, where there are no priors
    batch_norm : whether each convolution is followed by batch normalisation
    bounded : whether a box's centre stays in its cell; else it is moved by widths and heights of the prior, without
        bounds, as in Faster R-CNN
    passthrough : whether the last layers see the finer map, too, whose 2 x 2 neighbours become channels

    Raises
    ------
    TypeError, ValueError : a parameter that is not as above; later, images of a height or width that is no multiple of
        16, and images and targets as `check_batch` refuses them.

    References
    ----------
    Redmon & Farhadi 2017, "YOLO9000: Better, Faster, Stronger", arXiv 1612.08242, section 2.

    Examples
    --------
    >>> model = YOLOv2(classes=2)
    >>> images = torch.zeros(2, 3, 96, 96)
    >>> nothing = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)}
    >>> list(model(images, [nothing, nothing]))
    ['centre', 'size', 'object', 'no_object', 'class', 'prior']
    >>> sorted(model.eval()(images)[0])
    ['boxes', 'labels', 'scores']
    >>> model.outputs(images).shape  # 6 x 6 cells, 5 boxes of 5 numbers and 2 classes each
    torch.Size([2, 6, 6, 5, 7])
    """

    seen: Tensor
    priors: Tensor | None

    def __init__(
        self,
        classes: int,
        *,
        width: int = 16,
        priors: Sequence[tuple[float, float]] | Tensor | None = PRIORS,
        direct: int = 5,
        batch_norm: bool = True,
        bounded: bool = True,
        passthrough: bool = True,
    ) -> None:
        super().__init__()
        self.classes, self.stride = _validate.whole("classes", classes, 1), STRIDE
        self.bounded = _validate.truth("bounded", bounded)
        self.register_buffer("priors", None if priors is None else _checked(priors))
        self.register_buffer("seen", torch.zeros((), dtype=torch.long))  # images of its training, in this process
        boxes = _validate.whole("direct", direct, 1) if self.priors is None else len(self.priors)
        w, norm = _validate.whole("width", width, 1), _validate.truth("batch_norm", batch_norm)
        self.fine = nn.Sequential(
            conv_block(3, w, 3, 2, norm), _stage(w, 2 * w, norm), _stage(2 * w, 4 * w, norm)
        )  # 1/8 of the image
        self.coarse = nn.Sequential(_stage(4 * w, 6 * w, norm), conv_block(6 * w, 6 * w, 3, 1, norm))
        self.narrow = conv_block(4 * w, w, 1, 1, norm) if _validate.truth("passthrough", passthrough) else None
        self.last = conv_block(10 * w if passthrough else 6 * w, 4 * w, 3, 1, norm)
        self.head = nn.Conv2d(4 * w, boxes * (5 + classes), 1)

    def outputs(self, images: Tensor) -> Tensor:
        """(N, rows, columns, A, 5 + classes): of each box four numbers, logit to be an object, logits of classes."""
        fine = self.fine(images.contiguous(memory_format=torch.channels_last))  # faster on processors
        features = self.coarse(fine)
        if self.narrow is not None:
            features = torch.cat((features, functional.pixel_unshuffle(self.narrow(fine), 2)), 1)
        found: Tensor = self.head(self.last(features))
        found = found.permute(0, 2, 3, 1).unflatten(-1, (-1, 5 + self.classes))
        return found.float()  # half precision is too coarse for boxes

    def losses(self, outputs: Tensor, targets: Sequence[Target], size: tuple[int, int]) -> dict[str, Tensor]:
        """The six losses; in training mode the images are counted."""
        early = int(self.seen) < PULLED
        if self.training:
            self.seen += len(outputs)
        return yolov2_losses(
            outputs, targets, size, self.priors, bounded=self.bounded, early=early, class_loss=self.class_loss
        )

    def class_loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The sum over K objects of the cross-entropy of a softmax: logits (K, classes), labels (K,)."""
        return softmax_loss(logits, labels)

    def candidates(self, outputs: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """All boxes (N, P, 4) in pixels, cell by cell and prior by prior, and their class scores (N, P, classes)."""
        found = decode_yolov2(_codes(outputs, self.priors, self.bounded), size, self.priors, bounded=self.bounded)
        scores = outputs[..., 4:5].sigmoid() * outputs[..., 5:].softmax(-1)
        return found.flatten(1, 3), scores.flatten(1, 3)


def softmax_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """The sum of cross-entropies."""
    return functional.cross_entropy(logits, labels, reduction="sum")


def yolov2_losses(
    outputs: Tensor,
    targets: Sequence[Mapping[str, Tensor]],
    size: tuple[int, int],
    priors: Tensor | None,
    *,
    bounded: bool = True,
    early: bool = False,
    class_loss: Callable[[Tensor, Tensor], Tensor] = softmax_loss,
) -> dict[str, Tensor]:
    """The terms of YOLOv2's loss as darknet computes them: sums over all boxes, divided by the number of images.

    An object belongs to the cell that holds its centre, and there to the prior whose shape has the largest IoU with its
    own, as if both had one centre; without priors, to the box with the largest IoU as it is predicted now. If two
    objects meet in one box, the last one has it. Half of the squared error, so that its gradient is the error, of:
    "centre" and "size", of boxes with an object, times 2 - w h with the object's width and height in image sizes, so
    that small objects count more; "object", times 5: their objectness should be their IoU with the object, which no
    gradient goes through; "no_object": that of all others should be 0, except those whose IoU with any object of the
    image is above 0.6; "prior", if `early`, times 0.01: all boxes without an object should be their priors. "class"
    is the cross-entropy of a softmax, of boxes with an object.

    Parameters
    ----------
    outputs : (N, rows, columns, A, 5 + classes), as `YOLOv2.outputs` makes them
    targets : N dicts with "boxes" (K, 4) in pixels and "labels" (K,), tensors
    size : height and width of the images in pixels
    priors : (A, 2) widths and heights in pixels, or None for direct boxes
    bounded : as for `YOLOv2`
    early : whether boxes are pulled to their priors
    class_loss : of logits (K, classes) and labels (K,) of K objects, their sum

    Returns
    -------
    dict of six numbers

    Raises
    ------
    ValueError : outputs that have not such a shape, or not one box for each prior.

    References
    ----------
    Redmon & Farhadi 2017, arXiv 1612.08242, section 2; the authors' code, darknet's `region_layer.c` and
    `yolo-voc.cfg`, for scales, the ignored boxes and the pull.

    Examples
    --------
    >>> priors = torch.tensor([[16.0, 8.0], [8.0, 16.0]])
    >>> outputs = torch.zeros(1, 1, 1, 2, 6)
    >>> target = {"boxes": torch.tensor([[0.0, 4, 16, 12]]), "labels": torch.tensor([0])}  # the first prior itself
    >>> losses = yolov2_losses(outputs, [target], (16, 16), priors)
    >>> {name: round(loss.item(), 3) for name, loss in losses.items()}
    {'centre': 0.0, 'size': 0.0, 'object': 0.625, 'no_object': 0.125, 'class': 0.0, 'prior': 0.0}
    """
    if outputs.ndim != 5 or outputs.shape[-1] <= 5:
        shape = tuple(outputs.shape)
        raise ValueError(f"outputs must be (N, rows, columns, A, 5 + classes), got a tensor of shape {shape}")
    codes = _codes(outputs, priors, bounded)
    objectness = outputs[..., 4].sigmoid()
    with torch.no_grad():
        found = decode_yolov2(codes, size, priors, bounded=bounded)
        fits = torch.stack([largest_iou(f.reshape(-1, 4), t["boxes"]) for f, t in zip(found, targets, strict=True)])
        place, wanted, owner = _assigned(found, targets, size, priors, bounded)
    objects, labels = (torch.cat([target[name] for target in targets])[owner] for name in ("boxes", "labels"))
    _, sides = centres_and_sizes(objects)
    weight = 2 - sides.prod(1, keepdim=True) / (size[0] * size[1])
    off = weight * (codes[place] - wanted).square()
    others = torch.ones(outputs.shape[:4], dtype=torch.bool, device=outputs.device)
    others[place] = False
    nothing = others & (fits.reshape(others.shape) <= IGNORE)
    overlap = aligned_iou(found[place], objects)
    away = (codes - _prior_codes(codes, bounded)).square()[others] if early and priors is not None else codes[:0]
    sums = {
        "centre": off[:, :2].sum() / 2,
        "size": off[:, 2:].sum() / 2,
        "object": OBJECT * (objectness[place] - overlap).square().sum() / 2,
        "no_object": objectness[nothing].square().sum() / 2,
        "class": class_loss(outputs[place][:, 5:], labels),
        "prior": PULL * away.sum() / 2,
    }
    return {name: value / len(outputs) for name, value in sums.items()}


def decode_yolov2(codes: Tensor, size: tuple[int, int], priors: Tensor | None, *, bounded: bool = True) -> Tensor:
    """Boxes in pixels from the four numbers of each box of each cell.

    Parameters
    ----------
    codes : (N, rows, columns, A, 4). With bounds: x and y of the centre in its cell, 0..1 (the sigmoids of the
        outputs), and the logarithms of width and height over those of the prior. Without: x and y from the middle of
        the cell, in widths and heights of the prior. Without priors: as for `decode_yolov1`
    size : height and width of the images in pixels
    priors : (A, 2) widths and heights in pixels, or None
    bounded : as for `YOLOv2`

    Returns
    -------
    (N, rows, columns, A, 4): `(x0, y0, x1, y1)` in pixels, which may reach beyond the image

    Raises
    ------
    ValueError : codes that have not such a shape, or not one box for each prior.

    Examples
    --------
    >>> codes = torch.zeros(1, 1, 2, 1, 4)
    >>> codes[..., :2] = 0.5
    >>> decode_yolov2(codes, (16, 32), torch.tensor([[8.0, 4.0]]))[0, 0, 1].tolist()
    [[20.0, 6.0, 28.0, 10.0]]
    """
    if priors is None:
        return decode_yolov1(codes, size)
    if codes.ndim != 5 or codes.shape[3:] != (len(priors), 4):
        shape = tuple(codes.shape)
        raise ValueError(f"codes must be (N, rows, columns, {len(priors)}, 4), got a tensor of shape {shape}")
    rows, columns = codes.shape[1:3]
    cell = codes.new_tensor((size[1] / columns, size[0] / rows))
    corner = cells((rows, columns), codes.device).reshape(rows, columns, 1, 2).to(codes.dtype)
    centre = (corner + codes[..., :2]) * cell if bounded else (corner + 0.5) * cell + codes[..., :2] * priors
    half = priors * codes[..., 2:].clamp(max=LARGEST_LOG).exp() / 2
    return torch.cat((centre - half, centre + half), -1)


def _codes(outputs: Tensor, priors: Tensor | None, bounded: bool) -> Tensor:
    """The four numbers that are compared with the truth: bounded centres are sigmoids."""
    if priors is None or not bounded:
        return outputs[..., :4]
    return torch.cat((outputs[..., :2].sigmoid(), outputs[..., 2:4]), -1)


def _prior_codes(codes: Tensor, bounded: bool) -> Tensor:
    """The codes of a prior in the middle of its cell."""
    return codes.new_tensor((0.5, 0.5, 0, 0)) if bounded else codes.new_zeros(4)


def _assigned(
    found: Tensor, targets: Sequence[Mapping[str, Tensor]], size: tuple[int, int], priors: Tensor | None, bounded: bool
) -> tuple[tuple[Tensor, Tensor, Tensor, Tensor], Tensor, Tensor]:
    """Which boxes have an object, (image, row, column, box), what their codes should be, and which object it is."""
    rows, columns = found.shape[1:3]
    objects = torch.cat([target["boxes"] for target in targets])
    count = torch.tensor([len(target["boxes"]) for target in targets], device=found.device)
    image = torch.arange(len(count), device=found.device).repeat_interleave(count)
    centre, sides = centres_and_sizes(objects)
    cell = centre.new_tensor((size[1] / columns, size[0] / rows))
    at = centre / cell
    column, row = at[:, 0].long().clamp(max=columns - 1), at[:, 1].long().clamp(max=rows - 1)
    corner = torch.stack((column, row), 1)
    if priors is None:
        best = aligned_iou(found[image, row, column], objects[:, None]).argmax(1)
        scale = sides.new_tensor((size[1], size[0]))
        wanted = torch.cat((at - corner, (sides / scale).sqrt()), 1)
    else:
        best = shape_iou(sides, priors).argmax(1)
        moved = at - corner if bounded else (at - corner - 0.5) * cell / priors[best]
        wanted = torch.cat((moved, (sides / priors[best]).log()), 1)
    number = ((image * rows + row) * columns + column) * found.shape[3] + best
    kept = torch.nonzero(~(number[:, None] == number).triu(1).any(1)).flatten()
    return (image[kept], row[kept], column[kept], best[kept]), wanted[kept], kept


def _stage(inputs: int, outputs: int, batch_norm: bool) -> nn.Sequential:
    """Half of the size, then a 1x1 convolution to half of the channels and a 3x3 back to all."""
    return nn.Sequential(
        conv_block(inputs, outputs, 3, 2, batch_norm),
        conv_block(outputs, outputs // 2, 1, 1, batch_norm),
        conv_block(outputs // 2, outputs, 3, 1, batch_norm),
    )


def _checked(priors: Sequence[tuple[float, float]] | Tensor) -> Tensor:
    table = torch.tensor(_validate.array("priors", priors, (None, 2)), dtype=torch.float32)
    if not table.numel() or not bool((torch.isfinite(table) & (table > 0)).all()):
        raise ValueError(f"priors must be widths and heights above 0, got {priors}")
    return table
