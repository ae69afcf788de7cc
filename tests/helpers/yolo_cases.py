"""Scenes, targets and an IoU in Python's numbers, for the tests of YOLOv1 and YOLOv2."""

import torch

from dlcourse import detection
from dlcourse.data import pets

STEP = {"step": lambda model, batch: model(*batch), "progress": False, "device": "cpu"}
NOTHING = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)}
SIZE = (96, 96)


def batch(n=2, seed=3):
    scenes = pets.scenes(n, seed=seed)
    images = torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255
    return images, detection.check_batch(images, scenes.targets, 2)


def target(*rows):
    """Objects as (x0, y0, x1, y1, label)."""
    table = torch.tensor(rows, dtype=torch.float32)
    return {"boxes": table[:, :4], "labels": table[:, 4].long()}


def iou_by_hand(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)
