"""What the chapter "The comparison" quotes: other draws of scenes, kinds of errors, stages, and how time grows.

    python -m benchmarks.comparison [draws] [further] [stages] [growth] [crowds]

`draws` takes about two minutes of one processor core, `further` six, the others one each. `further` is `draws` on three
other draws, then on all six together: does a difference hold that is near its limit? Times are processor milliseconds
for one image in one thread, of `stages` and `growth` each the least of three rounds, so that a busy machine disturbs
them little. `crowds` asks for differences of a few hundredths: it measures its pictures in turn, round by round, and
compares within a round.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from functools import partial
from typing import Any

import numpy as np
import torch

from benchmarks.detectors import LIMIT, NAMES, PROPOSALS
from dlcourse import boxes, data, detection, metrics
from dlcourse.detection import _fast_rcnn, _faster_rcnn, _mask_rcnn, _rcnn, _roi_head, _spp_net, _svm_detector, _yolo

ROUNDS, TIMED = 3, 20
NEEDED = ("rcnn", "fast_rcnn", "faster_rcnn", "yolov3")  # whose growth is measured
CROWDS, TURNS = (1, 2, 5, 10, 20, 50), 40
KINDS = ("right", "localisation", "other class", "background")
PAIRS = (("yolov1", "fast_rcnn"), ("yolov2", "faster_rcnn"), ("yolov3", "faster_rcnn"))  # whose errors are compared


def tensor(images: np.ndarray) -> torch.Tensor:
    """(N, 3, height, width) in 0..1."""
    return torch.tensor(images).permute(0, 3, 1, 2) / 255


def kind(box: np.ndarray, label: int, target: Any) -> str:
    """What a detection is, by its overlaps with the objects of its scene."""
    overlap = boxes.iou(box[None], target["boxes"])[0]
    own = overlap[target["labels"] == label].max(initial=0)
    if own > 0.5:
        return "right"
    if own > 0.1:
        return "localisation"
    return "other class" if overlap.max(initial=0) > 0.1 else "background"


def kinds(found: Any, targets: Any) -> np.ndarray:
    """In each scene, how many of each kind are among the best N detections of a class, N being the number of its
    objects in all scenes.
    """
    seen = np.zeros((len(targets), len(KINDS)))
    for c in (0, 1):
        n = sum((t["labels"] == c).sum() for t in targets)
        scores, owners, places = [], [], []
        for k, f in enumerate(found):
            for box, label, score in zip(f["boxes"], f["labels"], f["scores"], strict=True):
                if label == c:
                    scores.append(-float(score))
                    owners.append(k)
                    places.append(np.asarray(box))
        for i in np.argsort(scores, kind="stable")[:n]:
            seen[owners[i], KINDS.index(kind(places[i], c, targets[owners[i]]))] += 1
    return seen


def gaps(one: np.ndarray, other: np.ndarray, objects: np.ndarray, drawn: int = 2000) -> np.ndarray:
    """Percentiles 2.5 and 97.5 of the difference of two tables of kinds as shares of the objects, scenes drawn anew."""
    rng, n = np.random.default_rng(0), len(objects)
    weights = rng.multinomial(n, np.full(n, 1 / n), size=drawn)
    return np.percentile(weights @ (one - other) / (weights @ objects)[:, None], (2.5, 97.5), axis=0)


def draws(seeds: tuple[int, ...] = (500, 501, 502)) -> None:
    """Quality of all detectors on some draws of unseen scenes, and on one whose pets have sizes without a class.

    Then how the errors of some pairs differ over the draws together.
    """
    tables: dict[str, list[np.ndarray]] = defaultdict(list)
    objects: list[int] = []
    sets = {str(seed): data.pets.scenes(200, seed=seed) for seed in seeds}
    sets[f"{seeds[0]} paired"] = data.pets.scenes(200, seed=seeds[0], paired=True)
    for draw, scenes in sets.items():
        x = tensor(scenes.images)
        proposals = [detection.selective_search(image, limit=LIMIT) for image in scenes.images]
        for name in NAMES:
            model = detection.pretrained(name)
            found = []
            for k in range(0, len(x), 20):
                found += model(x[k : k + 20], **({"proposals": proposals[k : k + 20]} if name in PROPOSALS else {}))
            summary = metrics.coco_summary(found, scenes.targets)
            numbers = "  ".join(f"{key} {summary[key]:.3f}" for key in ("AP50", "AP75", "AP", "APs", "APm"))
            seen = kinds(found, scenes.targets)
            if draw.isdigit():
                tables[name].append(seen)
            errors = "  ".join(f"{key} {n / seen.sum():.3f}" for key, n in zip(KINDS, seen.sum(0), strict=True))
            print(f"{draw:10} {name:12} {numbers}  {errors}", flush=True)
        objects += [len(t["labels"]) for t in scenes.targets] if draw.isdigit() else []
    for one, other in PAIRS:
        low_high = gaps(np.concatenate(tables[one]), np.concatenate(tables[other]), np.array(objects))
        rows = zip(KINDS, *low_high, strict=True)
        print(one, "-", other, "  ".join(f"{key} {low:+.3f} to {high:+.3f}" for key, low, high in rows))


def watch(spent: dict[str, float], owner: Any, name: str, stage: str) -> None:
    """From now on, the time in a method of an object, or in a function of a module, counts for a stage."""
    function = getattr(owner, name)

    def timed(*args: Any, **kwargs: Any) -> Any:
        begin = time.process_time()
        result = function(*args, **kwargs)
        spent[stage] += time.process_time() - begin
        return result

    setattr(owner, name, timed)


def watched(spent: dict[str, float]) -> dict[str, Any]:
    """All detectors, with the time of their stages counted; it cannot be undone."""
    models = {name: detection.pretrained(name) for name in NAMES}
    for name, model in models.items():
        if name in ("spp_net", "fast_rcnn", "faster_rcnn", "mask_rcnn"):
            watch(spent, model.backbone, "forward", "convolutions")
        if name in ("fast_rcnn", "faster_rcnn", "mask_rcnn"):
            watch(spent, model.head, "forward", "head")
        if name in ("faster_rcnn", "mask_rcnn"):
            watch(spent, model.rpn, "forward", "proposals")
            watch(spent, model.rpn, "propose", "proposals")
            watch(spent, model, "pool", "crops or pooling")
        if name.startswith("yolo"):
            watch(spent, model, "outputs", "convolutions")
            watch(spent, model, "candidates", "boxes and NMS")
        if name in ("rcnn", "spp_net"):
            watch(spent, model.fc7, "forward", "head")
            watch(spent, model, "scores", "head")
    watch(spent, models["rcnn"].features, "forward", "convolutions")
    watch(spent, models["mask_rcnn"].mask_head, "forward", "masks")
    watch(spent, _mask_rcnn, "paste", "masks")
    watch(spent, _rcnn, "warp", "crops or pooling")
    watch(spent, _spp_net, "roi_pool", "crops or pooling")
    watch(spent, _fast_rcnn, "roi_pool", "crops or pooling")
    watch(spent, _svm_detector, "class_by_class", "boxes and NMS")
    watch(spent, _roi_head, "detections", "boxes and NMS")  # Fast R-CNN calls it there
    watch(spent, _faster_rcnn, "detections", "boxes and NMS")
    watch(spent, _yolo, "yolo_detections", "boxes and NMS")
    return models


def least(spent: dict[str, float], run: Any, rounds: int = ROUNDS) -> dict[str, float]:
    """Milliseconds of each stage, and "total", of the quickest of some rounds; `run` returns how many images it saw."""
    best: dict[str, float] = {"total": np.inf}
    run()
    for _ in range(rounds):
        spent.clear()
        begin = time.process_time()
        n = run()
        total = 1000 * (time.process_time() - begin) / n
        if total < best["total"]:
            best = {stage: 1000 * seconds / n for stage, seconds in spent.items()} | {"total": total}
    return best


def stages() -> None:
    """Milliseconds of each stage of each detector."""
    scenes = data.pets.scenes(TIMED, seed=500)
    x = tensor(scenes.images)
    spent: dict[str, float] = defaultdict(float)
    models = watched(spent)
    proposals = [detection.selective_search(image, limit=LIMIT) for image in scenes.images]

    def search() -> int:
        for image in scenes.images:
            detection.selective_search(image, limit=LIMIT)
        return TIMED

    def detect(name: str) -> int:
        for k in range(TIMED):
            models[name](x[[k]], **({"proposals": [proposals[k]]} if name in PROPOSALS else {}))
        return TIMED

    print(f"selective search: {least(spent, search)['total']:.1f} ms")
    for name in NAMES:
        best = least(spent, partial(detect, name))
        shares = (f"{stage} {ms:.2f} ({ms / best['total']:.0%})" for stage, ms in best.items())
        print(f"{name:12}", "  ".join(shares), flush=True)


def ground(size: int) -> np.ndarray:
    """A lawn without any pet."""
    grass = data.photo("grass")
    return np.repeat(grass[:size, :size, None], 3, 2) if grass.ndim == 2 else grass[:size, :size].copy()


def crowd(n: int, scenes: Any) -> np.ndarray:
    """A lawn of 384 pixels, on it sixteen places for scenes, and in these n pets together."""
    picture, used = ground(384), set()
    for place in range(16):
        wanted = n // 16 + (place < n % 16)
        if wanted:
            k = next(k for k, t in enumerate(scenes.targets) if k not in used and len(t["labels"]) == wanted)
            used.add(k)
            row, column = divmod(place, 4)
            picture[96 * row : 96 * row + 96, 96 * column : 96 * column + 96] = scenes.images[k]
    return picture


def growth() -> None:
    """Milliseconds as the image grows."""
    scenes = data.pets.scenes(200, seed=500)
    models = {name: detection.pretrained(name) for name in NEEDED}
    pictures: dict[str, list[np.ndarray]] = {}
    for size in (96, 160, 224, 288, 352, 416):
        pictures[f"{size} pixels"] = [ground(size) for _ in range(5)]
        for picture, scene in zip(pictures[f"{size} pixels"], scenes.images, strict=False):
            picture[:96, :96] = scene
    for title, group in pictures.items():
        x = tensor(np.stack(group))

        def search(group: Any = group) -> int:
            for picture in group:
                detection.selective_search(picture, limit=LIMIT)
            return len(group)

        def detect(name: str, x: Any = x, found: Any = None) -> int:
            for k in range(len(x)):
                models[name](x[[k]], **({"proposals": [found[k]]} if name in PROPOSALS else {}))
            return len(x)

        line = f"{title:11} search {least({}, search, 1)['total']:7.1f}"
        found = [detection.selective_search(picture, limit=LIMIT) for picture in group]
        for name in NEEDED:
            line += f"  {name} {least({}, partial(detect, name, found=found))['total']:.1f}"
        print(line, flush=True)


def crowds() -> None:
    """Milliseconds as a lawn holds more pets, and how much more that is than with one pet, in the same round."""
    scenes = data.pets.scenes(200, seed=500)
    pictures = {n: tensor(crowd(n, scenes)[None]) for n in CROWDS}
    for name in ("faster_rcnn", "yolov3"):
        model = detection.pretrained(name)
        model(pictures[1])
        spent = np.array([[milliseconds(model, picture) for picture in pictures.values()] for _ in range(TURNS)])
        shares = spent / spent[:, :1] - 1
        for n, ms, share in zip(CROWDS, spent.T, shares.T, strict=True):
            low, middle, high = np.percentile(share, (25, 50, 75))
            print(f"{name:12} {n:3d} pets {np.median(ms):7.1f} ms {middle:+.1%} (quartiles {low:+.1%}, {high:+.1%})")


def further() -> None:
    """The same on three other draws, and on these and the first three together."""
    draws((600, 601, 602))
    draws((500, 501, 502, 600, 601, 602))


def milliseconds(model: Any, picture: torch.Tensor) -> float:
    """Processor milliseconds of one call."""
    begin = time.process_time()
    model(picture)
    return 1000 * (time.process_time() - begin)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    for part in sys.argv[1:] or ("draws", "further", "stages", "growth", "crowds"):
        {"draws": draws, "further": further, "stages": stages, "growth": growth, "crowds": crowds}[part]()
