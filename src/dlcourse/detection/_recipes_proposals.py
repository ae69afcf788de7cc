"""How the detectors that need selective search's proposals were trained: `python -m dlcourse.models.pretrain NAME`."""

from __future__ import annotations

import functools
from typing import Any

import torch

from dlcourse import data, detection, metrics, train
from dlcourse.detection._proposals import LIMIT
from dlcourse.models.pretrain import Trained, as_input, recipe

SCENES = 1500
SVM_SCENES = 300


@recipe
def rcnn() -> Trained:
    """R-CNN for cats and dogs in `data.pets.scenes` at 96 pixels: network, SVMs and regressions."""
    model, notes = trained("RCNN", epochs=8)
    model.fit_svms(scenes(SVM_SCENES, 300))
    return Trained(model, "RCNN", {"classes": 2}, notes | scores(model), detection.__name__)


@recipe
def spp_net() -> Trained:
    """SPP-net for cats and dogs in `data.pets.scenes` at 96 pixels, on the convolutions of `rcnn`."""
    convolutions = detection.pretrained("rcnn").features[0]
    model, notes = trained("SPPNet", convolutions, epochs=6)
    model.fit_svms(scenes(SVM_SCENES, 300))
    return Trained(model, "SPPNet", {"classes": 2}, notes | scores(model), detection.__name__)


@recipe
def fast_rcnn() -> Trained:
    """Fast R-CNN for cats and dogs in `data.pets.scenes` at 96 pixels."""
    model, notes = trained("FastRCNN", epochs=20, batch_size=4, learning_rate=2e-3)
    return Trained(model, "FastRCNN", {"classes": 2}, notes | scores(model), detection.__name__)


@functools.cache
def scenes(n: int, seed: int) -> Any:
    """Scenes with proposals."""
    return detection.with_proposals(data.pets.scenes(n, 96, seed=seed), limit=LIMIT)


def trained(
    name: str, *more: Any, epochs: int, learning_rate: float = 3e-3, batch_size: int = 8
) -> tuple[Any, dict[str, Any]]:
    """A detector of two classes after `fit`, and notes on how it was trained."""
    torch.manual_seed(0)
    model = getattr(detection, name)(2, *more)
    train.fit(
        model, scenes(SCENES, 300), epochs=epochs, step=lambda model, batch: model(*batch),
        learning_rate=learning_rate, schedule=train.one_cycle, augment=lambda batch: detection.mirrored(*batch),
        clip=10.0, batch_size=batch_size, device="cpu", precision="float32", progress=False, seed=0,
    )  # fmt: skip
    notes = {
        "input": "(N, 3, 96, 96) float32, RGB in 0..1; predictions with labels 0 for cat, 1 for dog",
        "training": f"Adam, one cycle up to {learning_rate}, batches of {batch_size}, half of the images mirrored",
        "epochs": epochs,
        "seed": 0,
        "data": f"data.pets.scenes({SCENES}, 96, seed=300), {LIMIT} proposals of selective search each",
        "unseen": "data.pets.scenes(200, 96, seed=500)",
    }
    return model, notes


def scores(model: torch.nn.Module) -> dict[str, float]:
    """COCO's measures of a model on 200 scenes that no training has seen."""
    unseen = scenes(200, 500)
    model.eval()
    images = torch.from_numpy(as_input(unseen.images))
    predictions = []
    for start in range(0, len(images), 20):
        part = slice(start, start + 20)
        predictions += model(images[part], proposals=[target["proposals"] for target in unseen.targets[part]])
    summary = metrics.coco_summary(predictions, unseen.targets)
    return {f"{name} of boxes on unseen": round(summary[name], 4) for name in ("AP", "AP50", "AP75")}
