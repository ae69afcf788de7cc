"""Writes what the shipped YOLOv1 predicts for the scenes of the figure `yolo_grid`: `python -m tools.yolo_outputs`.

To be run when `detection.pretrained("yolov1")` was trained anew; a test compares the file with the network.
"""

from __future__ import annotations

import pathlib

import torch

from dlcourse import detection
from dlcourse.data import pets
from dlcourse.detection._yolov1 import _parts, decode_yolov1

ROOT = pathlib.Path(__file__).resolve().parents[1]
FILE = ROOT / "src" / "dlcourse" / "figures" / "_yolo_outputs.py"
SCENES = {"cat and dog": 6, "cat behind a dog": 4, "dog": 3}
"""The names of pictures in `figures._scenes`, and their places in `data.pets.scenes(7, seed=21)`."""


def outputs() -> dict[str, tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """For each scene the boxes (6, 6, 2, 4) in pixels, the confidences (6, 6, 2) and the classes (6, 6, 2)."""
    model = detection.pretrained("yolov1").eval()
    images = torch.from_numpy(pets.scenes(7, seed=21).images[list(SCENES.values())])
    with torch.no_grad():
        codes, confidences, classes = _parts(model.outputs(images.permute(0, 3, 1, 2).float() / 255), 2)
    found = decode_yolov1(codes, (96, 96))
    return dict(zip(SCENES, zip(found, confidences, classes, strict=True), strict=True))


def text() -> str:
    """The file as it is, with new lines of numbers."""
    before, rest = FILE.read_text(encoding="utf-8").split("_LINES = {\n")
    _, after = rest.split("\n}\n", 1)
    parts = [before, "_LINES = {\n"]
    for name, (found, confidences, classes) in outputs().items():
        each = torch.cat((found * 10, confidences[..., None] * 1000), -1).flatten(2)
        lines = torch.cat((each, classes * 1000), -1).round().int().flatten(0, 1).tolist()
        parts += [f'    "{name}": """\n', *(f"        {' '.join(map(str, line))}\n" for line in lines), '    """,\n']
    return "".join([*parts, "}\n", after])


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
