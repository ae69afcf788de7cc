"""YOLOv3 trained in Keras by `fit`, and scored on 200 scenes that it has not seen.

    python -m benchmarks.keras_yolo [FOLDER]

About 25 minutes of one processor, of which the drawing of the scenes takes a few. With a folder, the state after each
epoch is kept there, and a run that was stopped goes on from it.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import keras

from dlcourse import data, metrics, train
from dlcourse.detection.keras import YOLOv3, padded

SCENES, EPOCHS = 5000, 8  # each scene comes twice in an epoch, once mirrored
RATE = 8e-3


def main(folder: Path | None = None) -> None:
    keras.utils.set_random_seed(0)
    model = YOLOv3(2)
    scenes = padded(data.pets.scenes(SCENES, seed=300), mirror=True)
    begin = time.process_time()
    history = train.fit(
        model, scenes, epochs=EPOCHS, learning_rate=RATE, schedule=train.one_cycle, clip=10.0, batch_size=16,
        progress=False, checkpoint=folder,
    )  # fmt: skip
    print(history)
    print(f"{time.process_time() - begin:.0f} processor seconds in this run")
    for name, seed in (("tuning", 400), ("unseen", 500)):
        seen = data.pets.scenes(200, seed=seed)
        summary = metrics.coco_summary(model.detect(seen.images), seen.targets)
        print(f"{name} scenes: AP50 {summary['AP50']:.3f}, AP {summary['AP']:.3f}", flush=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
