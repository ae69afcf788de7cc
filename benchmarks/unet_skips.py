"""What a U-Net owes to the maps that skip its depth: `python -m benchmarks.unet_skips`, three minutes on one core.

A frozen trunk, that of the trained YOLOv3, gives maps at 1/2, 1/4, 1/8 and 1/16 of the image's size. A decoder goes
back up from the coarsest map to the image's own size, and says for each pixel whether it belongs to a pet. "skips" is
the network of the chapter `readers-questions`: at each size, the decoder also sees the trunk's map. "zeros" has as many
weights, but gets zeros in place of these maps. "wide" gets nothing in their place, and is made wider until it has at
least as many weights.

Each gets the best of three learning rates on scenes of seed 400, and then three seeds. Measured on 200 unseen scenes:
IoU over all pixels, and the share of pixels that are wrong, near an outline (2 pixels or less) and elsewhere.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor, nn
from torch.nn import functional

from dlcourse import data, detection, train

WAYS = ("skips", "zeros", "wide")
RATES, SEEDS = (1e-2, 3e-2, 1e-1), (0, 1, 2)
NEAR = 2  # pixels
CHANNELS = (64, 64, 32, 16, 3)  # of the trunk's maps, coarsest first, and of the image


def conv(inputs: int, outputs: int, k: int) -> nn.Sequential:
    """A convolution that keeps the size, batch normalisation and ReLU."""
    layer = nn.Conv2d(inputs, outputs, k, padding=k // 2, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(outputs), nn.ReLU())


class UNet(nn.Module):
    """One logit for each pixel."""

    def __init__(self, way: str, width: int = 8) -> None:
        super().__init__()
        self.way = way
        trunk = detection.pretrained("yolov3").backbone
        self.down = trunk.eval().requires_grad_(False)
        inputs = [CHANNELS[0], width, width, width]
        self.narrow = nn.ModuleList(conv(each, width, 1) for each in inputs)
        beside = [0 if way == "wide" else each for each in CHANNELS[1:]]
        self.up = nn.ModuleList(conv(width + each, width, 3) for each in beside)
        self.out = nn.Conv2d(width, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, H, W) logits for (N, 3, H, W) images; H and W multiples of 16."""
        maps = [x]
        for stage in self.down:
            maps.append(stage(maps[-1]))
        x = maps.pop()
        for narrow, up, skipped in zip(self.narrow, self.up, maps[::-1], strict=True):
            x = functional.interpolate(narrow(x), scale_factor=2)
            if self.way != "wide":
                x = torch.cat((x, skipped if self.way == "skips" else torch.zeros_like(skipped)), 1)
            x = up(x)
        return self.out(x)[:, 0]


def network(way: str, seed: int) -> UNet:
    """An untrained decoder over the trunk."""
    torch.manual_seed(seed)
    return UNet(way, 17 if way == "wide" else 8)


def pixels(scenes: Any) -> tuple[Tensor, Tensor]:
    """Images (N, 3, H, W) in 0..1, and where any pet is, (N, H, W)."""
    truth = np.stack([target["masks"].any(0) for target in scenes.targets])
    return torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255, torch.tensor(truth).float()


def trained(way: str, rate: float, seed: int, scenes: Any, epochs: int) -> UNet:
    """A network whose decoder was trained from new weights."""
    model = network(way, seed)
    train.fit(
        model,
        pixels(scenes),
        epochs=epochs,
        loss=functional.binary_cross_entropy_with_logits,
        learning_rate=rate,
        schedule=train.one_cycle,
        batch_size=16,
        progress=False,
        seed=seed,
        device="cpu",
    )
    return model.eval()


def scores(model: UNet, scenes: Any) -> tuple[float, float, float]:
    """IoU over all pixels; share of wrong pixels near an outline, and elsewhere."""
    images, truth = pixels(scenes)
    with torch.no_grad():
        found = torch.cat([model(part) > 0 for part in images.split(20)]).numpy()
    inside = truth.numpy() > 0
    square = np.ones((1, 2 * NEAR + 1, 2 * NEAR + 1), bool)
    near = ndimage.binary_dilation(inside, square) & ~ndimage.binary_erosion(inside, square, border_value=1)
    iou = float((found & inside).sum() / (found | inside).sum())
    wrong = found != inside
    return iou, float(wrong[near].mean()), float(wrong[~near].mean())


def main(count: int = 300, epochs: int = 3) -> None:
    """Print what each network reaches."""
    torch.set_num_threads(1)
    scenes, tuning, test = (data.pets.scenes(n, seed=s) for n, s in ((count, 300), (100, 400), (200, 500)))
    print(f"{count} scenes, {epochs} epochs")
    for way in WAYS:
        start = time.process_time()
        models = {rate: trained(way, rate, SEEDS[0], scenes, epochs) for rate in RATES}
        tuned = {rate: scores(model, tuning)[0] for rate, model in models.items()}
        rate = max(tuned, key=lambda each: tuned[each])
        size = sum(p.numel() for p in models[rate].parameters() if p.requires_grad)
        print(f"{way}: {size} weights; IoU on seed 400 by rate", {r: round(s, 3) for r, s in tuned.items()}, flush=True)
        others = [trained(way, rate, seed, scenes, epochs) for seed in SEEDS[1:]]
        found = np.array([scores(model, test) for model in [models[rate], *others]]).T
        for name, row in zip(("IoU", "wrong near", "wrong elsewhere"), found, strict=True):
            print(f"  {name:16s}", "  ".join(f"{each:.3f}" for each in row), flush=True)
        print(f"  {time.process_time() - start:.0f} s of processor", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
