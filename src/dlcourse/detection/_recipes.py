"""How the detectors that `detection.pretrained` loads were trained: `python -m dlcourse.models.pretrain NAME`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from dlcourse import data, detection, metrics, train
from dlcourse.models.pretrain import Trained, as_input, recipe

MODULE = detection.__name__


@recipe
def faster_rcnn() -> Trained:
    """Faster R-CNN for cats and dogs in `data.pets.scenes` at 96 pixels."""
    return trained("FasterRCNN", {"classes": 2}, scenes=8000, epochs=6)


@recipe
def mask_rcnn() -> Trained:
    """Mask R-CNN for cats and dogs in `data.pets.scenes` at 96 pixels."""
    return trained("MaskRCNN", {"classes": 2}, scenes=8000, epochs=5, learning_rate=2e-3, batch_size=8, masks=True)


def trained(
    function: str,
    arguments: dict[str, Any],
    *,
    scenes: int,
    epochs: int,
    learning_rate: float = 3e-3,
    batch_size: int = 16,
    masks: bool = False,
    sizes: Sequence[int] = (),
) -> Trained:
    """A detector trained on scenes with `fit`, at one of the sizes in each batch if there are any, and scored."""

    def augment(batch: Any) -> Any:
        images, targets = detection.mirrored(*batch)
        return detection.rescaled(images, targets, sizes) if sizes else (images, targets)

    torch.manual_seed(0)
    model = getattr(detection, function)(**arguments)
    train.fit(
        model, data.pets.scenes(scenes, 96, seed=300), epochs=epochs, step=lambda model, batch: model(*batch),
        learning_rate=learning_rate, schedule=train.one_cycle, augment=augment,
        clip=10.0, batch_size=batch_size, device="cpu", precision="float32", progress=False, seed=0,
    )  # fmt: skip
    images = "half of the images mirrored" + (f", each batch at one of {sizes} pixels" if sizes else "")
    notes = {
        "input": "(N, 3, 96, 96) float32, RGB in 0..1; predictions with labels 0 for cat, 1 for dog",
        "training": f"Adam, one cycle up to {learning_rate}, batches of {batch_size}, {images}",
        "epochs": epochs,
        "seed": 0,
        "data": f"data.pets.scenes({scenes}, 96, seed=300)",
        "unseen": "data.pets.scenes(200, 96, seed=500)",
        **scores(model, masks),
    }
    return Trained(model, function, arguments, notes, MODULE)


def scores(model: torch.nn.Module, masks: bool = False) -> dict[str, float]:
    """COCO's measures of a model on 200 scenes that no training has seen."""
    unseen = data.pets.scenes(200, 96, seed=500)
    model.eval()
    predictions = [found for part in torch.from_numpy(as_input(unseen.images)).split(20) for found in model(part)]
    found: dict[str, float] = {}
    for kind in ("boxes", "masks") if masks else ("boxes",):
        summary = metrics.coco_summary(predictions, unseen.targets, masks=kind == "masks")
        found |= {f"{name} of {kind} on unseen": round(summary[name], 4) for name in ("AP", "AP50", "AP75")}
    return found
