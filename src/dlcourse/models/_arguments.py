"""Checks of arguments that several networks share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlcourse import _validate


def wholes(name: str, values: Any, minimum: int = 1, length: int | None = None, empty: bool = False) -> tuple[int, ...]:
    """`values` as a tuple of whole numbers, of the given length if there is one."""
    if not isinstance(values, list | tuple):
        raise TypeError(f"{name} must be a tuple of whole numbers, got {_validate.describe(values)}")
    if length is not None and len(values) != length:
        raise ValueError(f"{name} must hold {length} numbers, got {_validate.describe(values)}")
    if not values and not empty:
        raise ValueError(f"{name} must hold one number at least, got {_validate.describe(values)}")
    return tuple(_validate.whole(f"{name}[{i}]", value, minimum) for i, value in enumerate(values))


def ends(classes: int, in_channels: int) -> None:
    """The two numbers that every classifier of images has: its outputs, and the channels of its images."""
    _validate.whole("classes", classes, 1)
    _validate.whole("in_channels", in_channels, 1)


def inputs(value: int | Sequence[int]) -> tuple[int, ...]:
    """How many numbers an MLP is given, or the shape that they come in, as a shape."""
    return wholes("inputs", value) if isinstance(value, list | tuple) else (_validate.whole("inputs", value, 1),)


def plan(value: Sequence[int | str], size: int) -> tuple[tuple[int | str, ...], int]:
    """The convolutions (filters) and poolings ("M") of a VGG network, and how large its last maps are."""
    if not isinstance(value, list | tuple):
        raise TypeError(
            f'plan must be a tuple of numbers of filters and "M" for pooling, got {_validate.describe(value)}'
        )
    for i, item in enumerate(value):
        if item != "M":
            _validate.whole(f"plan[{i}]", item, 1)
    if all(item == "M" for item in value):
        raise ValueError(f"plan must hold one convolution at least, got {_validate.describe(value)}")
    poolings = sum(item == "M" for item in value)
    return tuple(value), _validate.whole("size", size, 2**poolings) // 2**poolings


def stages(blocks: Sequence[int], widths: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs (number of blocks, width), one for each stage of a ResNet."""
    counts = wholes("blocks", blocks)
    return list(zip(counts, wholes("widths", widths, length=len(counts)), strict=True))


def lenet5(classes: int, in_channels: int, variant: str) -> None:
    """Which LeNet-5 there is."""
    ends(classes, in_channels)
    _validate.choice("variant", variant, ("dense", "1998", "caffe"))
    if variant == "1998" and (classes, in_channels) != (10, 1):
        raise ValueError(
            "variant='1998' has codes for 10 classes, and a table for images of 1 channel; "
            f"got classes={classes}, in_channels={in_channels}"
        )


def thinner(filters: Any, width: float) -> Any:
    """Numbers of filters, nested as they come, times `width`."""
    if isinstance(filters, tuple):
        return tuple(thinner(part, width) for part in filters)
    return max(1, round(filters * width))


def alexnet_widths(widths: Sequence[int], groups: int) -> tuple[int, ...]:
    """The filters of AlexNet's five convolutions, of which `groups` divides those it must."""
    sizes = wholes("widths", widths, length=5)
    _validate.whole("groups", groups, 1)
    if any(size % groups for size in sizes):
        raise ValueError(f"groups={groups} must divide all widths, got {sizes}")
    return sizes


def alexnet_maps(size: int, first: Sequence[int]) -> int:
    """Height and width of AlexNet's last maps, for square images of `size` pixels."""
    _validate.whole("size", size, 1)
    kernel, stride = wholes("first", first, length=2)
    maps = (size - kernel) // stride + 1
    for _ in range(3):
        maps = (maps - 3) // 2 + 1
    if size < kernel or maps < 1:
        raise ValueError(
            f"size={size} is too small for a first convolution of {kernel}x{kernel} with stride {stride} and three "
            "poolings; give larger images, or a smaller kernel or stride in `first`"
        )
    return maps


VGG16_BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))  # filters and convolutions of each block
VGG16 = (64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M")

# Szegedy et al. 2015, table 1: (1x1, (reduce, 3x3), (reduce, 5x5), pool projection) of each inception module.
INCEPTION = {
    "3a": (64, (96, 128), (16, 32), 32),
    "3b": (128, (128, 192), (32, 96), 64),
    "4a": (192, (96, 208), (16, 48), 64),
    "4b": (160, (112, 224), (24, 64), 64),
    "4c": (128, (128, 256), (24, 64), 64),
    "4d": (112, (144, 288), (32, 64), 64),
    "4e": (256, (160, 320), (32, 128), 128),
    "5a": (256, (160, 320), (32, 128), 128),
    "5b": (384, (192, 384), (48, 128), 128),
}
