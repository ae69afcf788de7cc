"""The shipped detectors that need proposals find as much as their files say."""

import json

import pytest
import torch

from dlcourse import detection, metrics, weights
from dlcourse.data import pets


@pytest.fixture(scope="module")
def unseen():
    """Scenes that no training, no tuning and no chapter has seen."""
    scenes = detection.with_proposals(pets.scenes(30, seed=508), limit=150)
    return torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255, scenes.targets


@pytest.mark.parametrize(("name", "least"), [("rcnn", 0.6), ("spp_net", 0.3), ("fast_rcnn", 0.85)])
def test_it_finds_as_much_as_its_file_says(name, least, unseen):
    about = json.loads((weights.FOLDER / f"{name}.json").read_text("utf-8"))
    model = detection.pretrained(name)
    images, targets = unseen
    predictions = []
    for start in range(0, 30, 10):
        part = slice(start, start + 10)
        predictions += model(images[part], proposals=[target["proposals"] for target in targets[part]])
    assert about["AP50 of boxes on unseen"] >= least
    assert metrics.coco_summary(predictions, targets)["AP50"] > about["AP50 of boxes on unseen"] - 0.15  # of few scenes
