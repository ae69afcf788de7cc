"""Mask R-CNN and what its paper chose, measured on equal terms: `python -m benchmarks.mask_options`.

Four detectors, each trained on the same 400 scenes for three epochs: RoIAlign with a sigmoid for each class, as in the
paper; RoIPool in its place; a softmax over classes and background in place of the sigmoids; and RoIAlign that reads
where the map's places truly are centred, 3.5 pixels from where it takes them to be. As in the paper, the convolutions
are trained already: they are those of the shipped Fast R-CNN, which pools by RoIPool, so that RoIPool has the advantage
if either has one; everything else is new, and all of it is trained. Each is trained at three rates with one seed, the
rate is chosen by the AP of masks on other scenes than those that the scores are from, and at that rate two more seeds
follow. Two detectors are then compared pet by pet, on the same images: the mean difference in the IoU of the best mask
of the pet's class, over all seeds, with a bootstrap over the images.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from dlcourse import detection, metrics, train
from dlcourse.data import pets

RATES, SEEDS = (1e-3, 3e-3, 1e-2), (0, 1, 2)
OFF = 3.5  # pixels from the middle of what place j sees, 8 j + 0.5, to where RoIAlign takes it to be, 8 j + 4
VARIANTS: dict[str, dict[str, Any]] = {
    "align": {},
    "pool": {"pool": "pool"},
    "softmax": {"masks": "softmax"},
    "align, centred": {"centred": True},
}
PAIRS = (("align", "pool"), ("align", "softmax"), ("align, centred", "align"), ("align, centred", "pool"))


def new(seed: int, centred: bool = False, **options: Any) -> detection.MaskRCNN:
    """A new detector on trained convolutions; centred: regions are read 3.5 pixels further, where their pixels are."""
    torch.manual_seed(seed)
    model = detection.MaskRCNN(classes=2, **options)
    model.backbone.load_state_dict(detection.pretrained("fast_rcnn").backbone.state_dict())
    if centred:
        read = model.pool
        model.pool = lambda maps, rois, *more: read(maps, [roi + OFF for roi in rois], *more)
    return model


def trained(variant: str, rate: float, seed: int, scenes: pets.Scenes) -> detection.MaskRCNN:
    """A detector trained from new weights."""
    model = new(seed, **VARIANTS[variant])
    train.fit(
        model, scenes, epochs=3, step=lambda model, batch: model(*batch), learning_rate=rate, clip=10.0, batch_size=8,
        schedule=train.one_cycle, augment=lambda batch: detection.mirrored(*batch), device="cpu", progress=False,
        seed=seed,
    )  # fmt: skip
    return model.eval()


def predicted(model: detection.MaskRCNN, scenes: pets.Scenes) -> list[dict[str, Any]]:
    """The predictions for scenes."""
    images = torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255
    return [each for part in images.split(20) for each in model(part)]


def scores(found: list[dict[str, Any]], scenes: pets.Scenes) -> np.ndarray:
    """AP of masks, AP50 of masks, AP75 of masks, AP of boxes, AP50 of boxes."""
    masks, boxes = (metrics.coco_summary(found, scenes.targets, masks=kind) for kind in (True, False))
    return np.array([masks["AP"], masks["AP50"], masks["AP75"], boxes["AP"], boxes["AP50"]])


def best_masks(found: list[dict[str, Any]], scenes: pets.Scenes) -> list[np.ndarray]:
    """For each image, for each pet: the largest IoU of its mask with a mask that was found for its class, else 0."""
    best = []
    for each, target in zip(found, scenes.targets, strict=True):
        there, truth = each["masks"].numpy()[:, None], target["masks"]
        overlap = (there & truth).sum((2, 3)) / np.maximum((there | truth).sum((2, 3)), 1)
        best.append((overlap * (each["labels"].numpy()[:, None] == target["labels"])).max(0, initial=0))
    return best


def interval(ours: list[np.ndarray], theirs: list[np.ndarray]) -> tuple[float, float, float]:
    """Mean difference over all pets, and the middle 95 % of it where the images are drawn again 2,000 times."""
    totals = np.array([(a - b).sum() for a, b in zip(ours, theirs, strict=True)])
    counts = np.array([len(a) for a in ours])
    drawn = np.random.default_rng(0).integers(len(totals), size=(2000, len(totals)))
    low, high = np.quantile(totals[drawn].sum(1) / counts[drawn].sum(1), (0.025, 0.975))
    return float(totals.sum() / counts.sum()), float(low), float(high)


def main() -> None:
    """The rates, the table, and the comparisons."""
    torch.set_num_threads(1)
    scenes, tuning, unseen = pets.scenes(400, seed=300), pets.scenes(200, seed=400), pets.scenes(200, seed=500)
    masks: dict[str, list[np.ndarray]] = {}
    for variant in VARIANTS:
        models = {rate: trained(variant, rate, SEEDS[0], scenes) for rate in RATES}
        tuned = {rate: float(scores(predicted(model, tuning), tuning)[0]) for rate, model in models.items()}
        rate = max(tuned, key=lambda each: tuned[each])
        print(f"{variant}: AP of masks on tuning scenes", {key: round(ap, 3) for key, ap in tuned.items()}, flush=True)
        best = []
        for seed in SEEDS:
            model = models[rate] if seed == SEEDS[0] else trained(variant, rate, seed, scenes)
            found = predicted(model, unseen)
            best.append(best_masks(found, unseen))
            names = ("masks AP", "AP50", "AP75", "boxes AP", "AP50")
            numbers = "  ".join(f"{name} {s:.3f}" for name, s in zip(names, scores(found, unseen), strict=True))
            print(f"{variant:15s} rate {rate:.0e}  seed {seed}  {numbers}", flush=True)
        masks[variant] = [np.mean(each, axis=0) for each in zip(*best, strict=True)]
        for one, other in PAIRS:
            if variant in (one, other) and {one, other} <= masks.keys():
                mean, low, high = interval(masks[one], masks[other])
                print(f"best mask, {one} minus {other}: {mean:+.3f}, 95 % {low:+.3f} to {high:+.3f}", flush=True)


if __name__ == "__main__":
    main()
