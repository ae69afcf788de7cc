"""YOLO: one network looks once at the image, and each cell of a grid answers for the object whose centre it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from dlcourse import _validate
from dlcourse.detection._batch import Target
from dlcourse.detection._darknet import SLOPE, conv_block
from dlcourse.detection._yolo import YOLODetector, aligned_iou, cells, centres_and_sizes

COORD, NO_OBJECT = 5.0, 0.5  # section 2.2: lambda_coord and lambda_noobj
STRIDE = 16  # pixels of a cell along each side: a grid of 6 x 6 for 96 pixels, where the paper has 7 x 7 for 448
DROPOUT = 0.5  # section 2.2, after the first dense layer


class YOLOv1(YOLODetector):
    """A detector in one stage: the image is cut into cells, and each predicts boxes and the class of its object.

    With images alone it predicts; with images and targets it returns its five losses, "centre", "size", "object",
    "no_object" and "class", as `yolov1_losses` says. `fit(model, scenes, epochs=..., step=lambda model, batch:
    model(*batch))` trains it. The score of a box for a class is the product of the box's confidence and the cell's
    probability of the class, both cut to 0..1: the outputs are linear, and two negative ones would make a high score.

    Deviations from the paper, all to fit 96-pixel images and a laptop: 12 convolutions trained from nothing in place of
    24 trained on ImageNet, with strides in place of max-pooling; batch normalisation, as in all later versions
    (`batch_norm=False` is the paper's); cells of 16 pixels, not 64; NMS at 0.45, as in the authors' code. And the head:
    the paper's two dense layers have weights of their own for each cell, so that they must see cats and dogs at every
    place before they know them there; `head="dense"` is that head. The default, a 1x1 convolution, has the same
    outputs with the same weights in all cells, and takes images of any size that is a multiple of 16.

    Parameters
    ----------
    classes : how many classes there are; there is none for the background
    width : channels of the first convolution; the last ones have six times as many
    head : "conv" or "dense"
    boxes : of each cell, the paper's B
    fast : leave out the 1x1 convolutions and the 3x3 after each of them, as Fast YOLO has 9 convolutions and not 24
    hidden : units of the first dense layer, with `head="dense"`
    size : height and width of the images that a dense head is made for
    batch_norm : whether each convolution is followed by batch normalisation

    Raises
    ------
    TypeError, ValueError : a parameter that is not as above; later, images of a size that the head does not take, and
        images and targets as `check_batch` refuses them.

    References
    ----------
    Redmon et al. 2016, "You Only Look Once: Unified, Real-Time Object Detection", arXiv 1506.02640.

    Examples
    --------
    >>> model = YOLOv1(classes=2)
    >>> images = torch.zeros(2, 3, 96, 96)
    >>> nothing = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)}
    >>> list(model(images, [nothing, nothing]))
    ['centre', 'size', 'object', 'no_object', 'class']
    >>> sorted(model.eval()(images)[0])
    ['boxes', 'labels', 'scores']
    >>> model.outputs(images).shape  # 6 x 6 cells with 2 boxes of 5 numbers, and 2 classes
    torch.Size([2, 6, 6, 12])
    """

    def __init__(
        self,
        classes: int,
        *,
        width: int = 16,
        head: str = "conv",
        boxes: int = 2,
        fast: bool = False,
        hidden: int = 256,
        size: int = 96,
        batch_norm: bool = True,
    ) -> None:
        super().__init__()
        self.classes, self.stride = _validate.whole("classes", classes, 1), STRIDE
        self.boxes = _validate.whole("boxes", boxes, 1)
        _validate.whole("width", width, 1)
        _validate.choice("head", head, ("conv", "dense"))
        self.size = _validate.whole("size", size, STRIDE) if head == "dense" else None
        self.backbone = _backbone(width, _validate.truth("fast", fast), _validate.truth("batch_norm", batch_norm))
        numbers = 5 * boxes + classes
        if head == "conv":
            self.head: nn.Module = nn.Conv2d(6 * width, numbers, 1)
        else:
            self.check_size((size, size))
            self.head = _dense(6 * width, size // STRIDE, _validate.whole("hidden", hidden, 1), numbers)

    def check_size(self, size: tuple[int, int]) -> None:
        """Raise if the network cannot take images of this height and width."""
        super().check_size(size)
        if self.size is not None and size != (self.size, self.size):
            raise ValueError(f"images must be {self.size} x {self.size} pixels for this dense head, got {size}")

    def outputs(self, images: Tensor) -> Tensor:
        """(N, rows, columns, 5 * boxes + classes): of each box x, y, roots of w and h, confidence; then classes."""
        found: Tensor = self.head(self.backbone(images)).permute(0, 2, 3, 1)
        return found.float()  # half precision is too coarse for boxes

    def losses(self, outputs: Tensor, targets: Sequence[Target], size: tuple[int, int]) -> dict[str, Tensor]:
        """The five losses."""
        return yolov1_losses(outputs, targets, size, self.boxes)

    def candidates(self, outputs: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """All boxes (N, P, 4) in pixels, cell by cell, and their class scores (N, P, classes)."""
        codes, confidence, classes = _parts(outputs, self.boxes)
        scores = confidence.clamp(0, 1)[..., None] * classes.clamp(0, 1)[..., None, :]
        return decode_yolov1(codes, size).flatten(1, 3), scores.flatten(1, 3)


def yolov1_losses(
    outputs: Tensor, targets: Sequence[Mapping[str, Tensor]], size: tuple[int, int], boxes: int = 2
) -> dict[str, Tensor]:
    """The five terms of YOLO's loss: sums of squares over all cells, divided by the number of images.

    Of the boxes of a cell that holds an object's centre, one is *responsible*: the one with the largest IoU with the
    object as they are predicted now, or, if all IoUs are 0, the nearest (least sum of squared differences of the four
    numbers of the box, in image sizes). Its confidence should be that IoU, which no gradient goes through. All other
    boxes, also the others of that cell, should have confidence 0.

    Parameters
    ----------
    outputs : (N, rows, columns, 5 * boxes + classes), as `YOLOv1.outputs` makes them
    targets : N dicts with "boxes" (K, 4) in pixels and "labels" (K,), tensors
    size : height and width of the images in pixels
    boxes : of each cell

    Returns
    -------
    dict of numbers: "centre" and "size", both times 5, of responsible boxes; "object", their confidence; "no_object",
    times 0.5, the confidence of all others; "class", of cells with an object, once each

    Raises
    ------
    ValueError : outputs that do not hold `boxes` boxes and at least one class.

    References
    ----------
    Redmon et al. 2016, arXiv 1506.02640, equation 3, and the authors' code, darknet's `detection_layer.c`: that
    the roots of width and height are predicted as they are, the choice by distance, and IoU as the confidence's target.

    Examples
    --------
    >>> outputs = torch.zeros(1, 1, 1, 6)
    >>> outputs[..., :5] = torch.tensor([0.5, 0.5, 1.0, 1.0, 0.6])  # a box over all of the image, with confidence 0.6
    >>> target = {"boxes": torch.tensor([[0.0, 0, 16, 8]]), "labels": torch.tensor([0])}  # its upper half
    >>> losses = yolov1_losses(outputs, [target], size=(16, 16), boxes=1)
    >>> {name: round(loss.item(), 3) for name, loss in losses.items()}
    {'centre': 0.312, 'size': 0.429, 'object': 0.01, 'no_object': 0.0, 'class': 1.0}
    """
    codes, confidence, classes = _parts(outputs, boxes)
    truth = encode_yolov1(targets, (outputs.shape[1], outputs.shape[2]), size)
    wanted = truth["codes"][..., None, :]
    overlap, mine = _responsible(codes.detach(), wanted, size)
    mine = mine & truth["object"][..., None]
    off = (codes - wanted).square()[mine]
    right = functional.one_hot(truth["labels"], classes.shape[-1])
    sums = {
        "centre": COORD * off[:, :2].sum(),
        "size": COORD * off[:, 2:].sum(),
        "object": (confidence - overlap).square()[mine].sum(),
        "no_object": NO_OBJECT * confidence.square()[~mine].sum(),
        "class": (classes - right).square()[truth["object"]].sum(),
    }
    return {name: value / len(outputs) for name, value in sums.items()}


def encode_yolov1(
    targets: Sequence[Mapping[str, Tensor]], map_size: tuple[int, int], size: tuple[int, int]
) -> dict[str, Tensor]:
    """What each cell of the grid is to predict: the object whose centre lies in it, if there is one.

    Of several objects with their centres in one cell only the first can be learned. (The authors' code shuffles them
    first; here the order of the targets decides.)

    Parameters
    ----------
    targets : N dicts with "boxes" (K, 4) in pixels and "labels" (K,), tensors
    map_size : rows and columns of the grid
    size : height and width of the images in pixels

    Returns
    -------
    dict: "object" (N, rows, columns) bool; "codes" (N, rows, columns, 4): x and y of the centre from the upper left
    corner of its cell, in cells, then the roots of width and height, in image widths and heights; "labels" (N, rows,
    columns) int64. Cells without an object hold 0.

    Raises
    ------
    TypeError, ValueError : a size of the grid or of the images that is not two whole numbers from 1.

    Examples
    --------
    >>> target = {"boxes": torch.tensor([[40.0, 0, 76, 24]]), "labels": torch.tensor([1])}
    >>> truth = encode_yolov1([target], (6, 6), (96, 96))
    >>> truth["object"].nonzero().tolist()  # image, row, column
    [[0, 0, 3]]
    >>> [round(x, 3) for x in truth["codes"][0, 0, 3].tolist()]
    [0.625, 0.75, 0.612, 0.5]
    """
    rows, columns = _two("map_size", map_size)
    size = _two("size", size)
    count = [len(target["boxes"]) for target in targets]
    found = torch.cat([target["boxes"] for target in targets]).reshape(-1, 4)
    image = torch.arange(len(count), device=found.device).repeat_interleave(torch.tensor(count, device=found.device))
    centre, sides = centres_and_sizes(found / _width_height(found, size))
    centre = centre * found.new_tensor((columns, rows))
    column = centre[:, 0].long().clamp(max=columns - 1)  # a centre on the right edge belongs to the last column
    row = centre[:, 1].long().clamp(max=rows - 1)
    place = (image * rows + row) * columns + column
    first = ~(place[:, None] == place).tril(-1).any(1)
    place, image, row, column = place[first], image[first], row[first], column[first]
    codes = torch.cat((centre[first] - torch.stack((column, row), -1), sides[first].sqrt()), -1)
    grid = (len(count), rows, columns)
    labels = torch.zeros(grid, dtype=torch.long, device=found.device)
    labels[image, row, column] = torch.cat([target["labels"] for target in targets])[first]
    return {
        "object": torch.zeros(grid, dtype=torch.bool, device=found.device).index_put_((image, row, column), image >= 0),
        "codes": found.new_zeros(*grid, 4).index_put_((image, row, column), codes),
        "labels": labels,
    }


def decode_yolov1(codes: Tensor, size: tuple[int, int]) -> Tensor:
    """Boxes in pixels from the four numbers of each box of each cell: `encode_yolov1`, undone.

    Parameters
    ----------
    codes : (N, rows, columns, ..., 4): x and y in cells, roots of width and height in image widths and heights; a root
        below 0 counts as that above
    size : height and width of the images in pixels

    Returns
    -------
    (N, rows, columns, ..., 4): `(x0, y0, x1, y1)` in pixels, which may reach beyond the image

    Raises
    ------
    ValueError : codes that do not have such a shape.

    Examples
    --------
    >>> codes = torch.zeros(1, 6, 6, 4)
    >>> codes[0, 0, 3] = torch.tensor([0.625, 0.75, 0.375**0.5, 0.5])
    >>> decode_yolov1(codes, (96, 96))[0, 0, 3].tolist()
    [40.0, 0.0, 76.0, 24.0]
    """
    if codes.ndim < 4 or codes.shape[-1] != 4:
        raise ValueError(f"codes must be (N, rows, columns, ..., 4), got a tensor of shape {tuple(codes.shape)}")
    rows, columns = codes.shape[1:3]
    between = (1,) * (codes.ndim - 4)
    corner = cells((rows, columns), codes.device).reshape(rows, columns, *between, 2).to(codes.dtype)
    centre = (codes[..., :2] + corner) / corner.new_tensor((columns, rows))
    half = codes[..., 2:].square() / 2
    return torch.cat((centre - half, centre + half), -1) * _width_height(codes, size)


def _responsible(codes: Tensor, wanted: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """The IoU of each box of a cell with the cell's object, and which box is responsible: two of (N, rows, columns, B).

    For cells without an object both mean nothing.
    """
    found, truth = decode_yolov1(codes, size), decode_yolov1(wanted, size)
    overlap = aligned_iou(found, truth)
    scale = _width_height(codes, size)
    apart = sum(
        (a - b).square().sum(-1)
        for a, b in zip(centres_and_sizes(found / scale), centres_and_sizes(truth / scale), strict=True)
    )
    best = torch.where(overlap.amax(-1) > 0, overlap.argmax(-1), torch.as_tensor(apart).argmin(-1))
    return overlap, functional.one_hot(best, codes.shape[-2]).bool()


def _parts(outputs: Tensor, boxes: int) -> tuple[Tensor, Tensor, Tensor]:
    """Codes (N, rows, columns, B, 4), confidences (N, rows, columns, B), classes (N, rows, columns, C)."""
    if outputs.ndim != 4 or outputs.shape[-1] <= 5 * boxes:
        raise ValueError(
            f"outputs must be (N, rows, columns, 5 * {boxes} + classes), got a tensor of shape {tuple(outputs.shape)}"
        )
    each = outputs[..., : 5 * boxes].unflatten(-1, (boxes, 5))
    return each[..., :4], each[..., 4], outputs[..., 5 * boxes :]


def _two(name: str, size: tuple[int, int]) -> tuple[int, int]:
    """`size` as height and width, or rows and columns."""
    if len(size) != 2:
        raise ValueError(f"{name} must be two whole numbers, got {size}")
    return _validate.whole(name, size[0], 1), _validate.whole(name, size[1], 1)


def _width_height(like: Tensor, size: tuple[int, int]) -> Tensor:
    """What four numbers of a box in image sizes are multiplied by to be pixels."""
    height, width = size
    return like.new_tensor((width, height, width, height))


def _backbone(width: int, fast: bool, batch_norm: bool) -> nn.Sequential:
    """From an image to a map of 1/16 of its size, with 6 * width channels."""
    layers: list[nn.Module] = []
    channels = 3
    for wide in (width, 2 * width, 4 * width, 6 * width):
        layers.append(conv_block(channels, wide, 3, 2, batch_norm))
        if not fast and wide > width:
            layers += [conv_block(wide, wide // 2, 1, 1, batch_norm), conv_block(wide // 2, wide, 3, 1, batch_norm)]
        channels = wide
    layers.append(conv_block(channels, channels, 3, 1, batch_norm))
    return nn.Sequential(*layers)


def _dense(channels: int, side: int, hidden: int, numbers: int) -> nn.Sequential:
    """The paper's head: from all of the map to all of the outputs, each cell with its own weights."""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(channels * side * side, hidden),
        nn.LeakyReLU(SLOPE),
        nn.Dropout(DROPOUT),
        nn.Linear(hidden, numbers * side * side),
        nn.Unflatten(1, (numbers, side, side)),
    )
