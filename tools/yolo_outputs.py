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

HEAD = '''"""What `detection.pretrained("yolov1")` predicts for three scenes: written by `tools.yolo_outputs`."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.figures._scenes import SCENES

# A line for each of 6 x 6 cells, row by row: two boxes with their confidences (corners in tenths of a pixel,
# confidences in thousandths), then the probabilities of cat and dog in thousandths.
_LINES = {
'''
TAIL = '''}


def _outputs(lines: str) -> dict[str, Any]:
    numbers = np.array(lines.split(), int).reshape(6, 6, 12)
    each = numbers[..., :10].reshape(6, 6, 2, 5)
    return {
        "boxes": (each[..., :4] / 10).tolist(),
        "confidences": (each[..., 4] / 1000).tolist(),
        "classes": (numbers[..., 10:] / 1000).tolist(),
    }


OUTPUTS: dict[str, dict[str, Any]] = {
    name: {"image": SCENES[name], "size": [96, 96], **_outputs(lines)} for name, lines in _LINES.items()
}
"""Pictures with outputs, by their names."""
'''


def outputs() -> dict[str, tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """For each scene the boxes (6, 6, 2, 4) in pixels, the confidences (6, 6, 2) and the classes (6, 6, 2)."""
    model = detection.pretrained("yolov1").eval()
    images = torch.from_numpy(pets.scenes(7, seed=21).images[list(SCENES.values())])
    with torch.no_grad():
        codes, confidences, classes = _parts(model.outputs(images.permute(0, 3, 1, 2).float() / 255), 2)
    found = decode_yolov1(codes, (96, 96))
    return dict(zip(SCENES, zip(found, confidences, classes, strict=True), strict=True))


def text() -> str:
    """The whole file."""
    parts = [HEAD]
    for name, (found, confidences, classes) in outputs().items():
        each = torch.cat((found * 10, confidences[..., None] * 1000), -1).flatten(2)
        lines = torch.cat((each, classes * 1000), -1).round().int().flatten(0, 1).tolist()
        parts += [f'    "{name}": """\n', *(f"        {' '.join(map(str, line))}\n" for line in lines), '    """,\n']
    return "".join([*parts, TAIL])


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
