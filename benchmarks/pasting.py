"""A detector from labels without boxes, portraits pasted on photographs, against true boxes.

    python -m benchmarks.pasting

YOLOv3 learns three times 600 pictures of 96 pixels, at equal epochs: "rectangles", whole portraits, made small, whose
border is the box; "cut out", the same portraits at the same places, cut out along their masks; and "true boxes", scenes
with their annotations. Portraits have a label, and no box. The pictures behind the pasted pets are parts of the
photographs that are behind the pets of the scenes, too.

Each way gets the better of two learning rates on other scenes than those that the scores are from, and then three
seeds, which also draw new pictures. About six minutes of one processor core.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from PIL import Image

from dlcourse import boxes, data, detection, metrics, train

RATES, SEEDS, SIDE = (4e-3, 8e-3), (0, 1, 2), 96
Target = dict[str, np.ndarray]


def background(rng: np.random.Generator) -> np.ndarray:
    """A part of a photograph, darker or lighter, (96, 96, 3) uint8."""
    photo = data.photo(str(rng.choice(data.pets.BACKGROUNDS)))
    photo = np.dstack([photo] * 3) if photo.ndim == 2 else photo
    y, x = (rng.integers(side - SIDE + 1) for side in photo.shape[:2])
    return (photo[y : y + SIDE, x : x + SIDE] * rng.uniform(0.7, 1.2)).clip(0, 255).astype(np.uint8)


def small(image: np.ndarray, side: int) -> np.ndarray:
    """The picture or the mask at `side` x `side` pixels."""
    kind = Image.Resampling.BILINEAR if image.dtype == np.uint8 else Image.Resampling.NEAREST
    return np.asarray(Image.fromarray(image).resize((side, side), kind))


def pasted(n: int, seed: int, cut_out: bool) -> tuple[np.ndarray, list[Target]]:
    """`n` pictures with one to four portraits each, and their boxes and labels."""
    rng = np.random.default_rng(seed)
    faces = data.pets.faces(n, seed=300 + seed)
    images, targets = [], []
    for _ in range(n):
        image = background(rng)
        found: list[np.ndarray] = []
        squares: list[np.ndarray] = []
        labels: list[int] = []
        for k in rng.integers(n, size=rng.integers(1, 5)):
            for _ in range(20):  # until there is no other pet
                side = int(rng.integers(32, 77))
                x, y = rng.integers(0, SIDE - side + 1, 2)
                square = np.array([x, y, x + side, y + side], np.float32)
                if not found or boxes.iou([square], np.array(squares)).max() <= 0.15:
                    break
            else:
                continue  # there is no room
            mask = small(faces.masks[k], side) if cut_out else np.ones((side, side), bool)
            rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
            image[y : y + side, x : x + side][mask] = small(faces.images[k], side)[mask]
            found.append(np.array([x + columns[0], y + rows[0], x + columns[-1] + 1, y + rows[-1] + 1], np.float32))
            squares.append(square)
            labels.append(faces.labels[k])
        images.append(image)
        targets.append({"boxes": np.array(found), "labels": np.array(labels)})
    return np.stack(images), targets


def learned(way: str, seed: int, n: int = 600) -> Any:
    """The pictures of one way to get them."""
    if way == "true boxes":
        return data.pets.scenes(n, seed=300 + seed)
    return data.pets.Scenes(*pasted(n, seed, way == "cut out"))


def trained(way: str, rate: float, seed: int, epochs: int = 6) -> detection.YOLOv3:
    """A detector trained from new weights."""
    torch.manual_seed(seed)
    model = detection.YOLOv3(2)
    train.fit(
        model, learned(way, seed), epochs=epochs, step=lambda model, batch: model(*batch), learning_rate=rate,
        schedule=train.one_cycle, augment=lambda batch: detection.mirrored(*batch), batch_size=16, clip=10.0,
        device="cpu", seed=seed, progress=False,
    )  # fmt: skip
    return model.eval()


def score(model: detection.YOLOv3, scenes: Any) -> float:
    """AP50."""
    images = torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255
    found = [each for part in images.split(50) for each in model(part)]
    result: Any = metrics.average_precision(found, scenes.targets, 0.5)
    return float(result)


def main() -> None:
    """For each way, AP50 of each rate on tuning scenes, and of three seeds at the better one on unseen scenes."""
    tuning, unseen = data.pets.scenes(100, seed=400), data.pets.scenes(200, seed=500)
    for way in ("rectangles", "cut out", "true boxes"):
        models = {rate: trained(way, rate, SEEDS[0]) for rate in RATES}
        tuned = {rate: round(score(model, tuning), 3) for rate, model in models.items()}
        best = max(RATES, key=lambda rate: tuned[rate])
        found = [models[best], *(trained(way, best, seed) for seed in SEEDS[1:])]
        print(f"{way}: {tuned}; {best:g} AP50 {[round(score(model, unseen), 3) for model in found]}", flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
