"""How the YOLO detectors that `detection.pretrained` loads were trained: `python -m dlcourse.models.pretrain NAME`."""

from __future__ import annotations

from dlcourse.detection._recipes import trained
from dlcourse.models.pretrain import Trained, recipe


@recipe
def yolov1() -> Trained:
    """YOLOv1 with a convolutional head for cats and dogs in `data.pets.scenes` at 96 pixels."""
    return trained("YOLOv1", {"classes": 2}, scenes=4000, epochs=12, learning_rate=4e-3)


@recipe
def yolov2() -> Trained:
    """YOLOv2 for cats and dogs in `data.pets.scenes` at 96 pixels, trained at three sizes."""
    return trained("YOLOv2", {"classes": 2}, scenes=8000, epochs=8, learning_rate=8e-3, sizes=(80, 96, 112))


@recipe
def yolov3() -> Trained:
    """YOLOv3 for cats and dogs in `data.pets.scenes` at 96 pixels."""
    return trained("YOLOv3", {"classes": 2}, scenes=8000, epochs=20, learning_rate=8e-3)
