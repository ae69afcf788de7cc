"""How the YOLO detectors that `detection.pretrained` loads were trained: `python -m dlcourse.models.pretrain NAME`."""

from __future__ import annotations

from dlcourse.detection._recipes import trained
from dlcourse.models.pretrain import Trained, recipe


@recipe
def yolov3() -> Trained:
    """YOLOv3 for cats and dogs in `data.pets.scenes` at 96 pixels."""
    return trained("YOLOv3", {"classes": 2}, scenes=8000, epochs=20, learning_rate=8e-3)
