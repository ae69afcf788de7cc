"""The detectors with trained weights are what their files say, and find as much as they say on unseen scenes."""

import hashlib
import json

import pytest
import torch

from dlcourse import detection, metrics, models, weights
from dlcourse.data import pets
from dlcourse.models import _pretrained, pretrain

NAMES = _pretrained.own("dlcourse.detection")


@pytest.fixture(scope="module")
def unseen():
    """Scenes that no training, no tuning and no chapter has seen."""
    scenes = pets.scenes(60, seed=507)
    return torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255, scenes.targets


@pytest.mark.parametrize("name", NAMES)
def test_the_weights_are_small_and_those_that_the_file_beside_them_describes(name):
    packed = (weights.FOLDER / f"{name}.safetensors").read_bytes()
    about = json.loads((weights.FOLDER / f"{name}.json").read_text("utf-8"))
    assert len(packed) <= 2_000_000
    assert hashlib.sha256(packed).hexdigest() == about["sha256"]
    assert about["made by"] == f"python -m dlcourse.models.pretrain {name}"


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("faster_rcnn", {"boxes": 0.95}),
        ("mask_rcnn", {"boxes": 0.95, "masks": 0.9}),
        ("yolov1", {"boxes": 0.85}),
        ("yolov2", {"boxes": 0.95}),
        ("yolov3", {"boxes": 0.95}),
    ],
)
def test_it_finds_as_much_as_its_file_says(name, kinds, unseen):
    about = json.loads((weights.FOLDER / f"{name}.json").read_text("utf-8"))
    model = detection.pretrained(name)
    assert not model.training
    images, targets = unseen
    predictions = [found for part in images.split(20) for found in model(part)]
    for kind, least in kinds.items():
        summary = metrics.coco_summary(predictions, targets, masks=kind == "masks")
        assert about[f"AP50 of {kind} on unseen"] >= least
        assert summary["AP50"] > about[f"AP50 of {kind} on unseen"] - 0.03
        assert summary["AP"] > about[f"AP of {kind} on unseen"] - 0.05


@pytest.mark.parametrize(("name", "least"), [("faster_rcnn", 0.7), ("yolov3", 0.65)])
def test_their_boxes_are_tight(name, least):
    assert json.loads((weights.FOLDER / f"{name}.json").read_text("utf-8"))["AP of boxes on unseen"] >= least


def test_a_wrong_name_gets_the_list_and_classifiers_are_elsewhere():
    with pytest.raises(ValueError, match=r"name must be one of .*'faster_rcnn'.*; got str 'pets_faces'"):
        detection.pretrained("pets_faces")
    with pytest.raises(ValueError, match="name must be one of"):
        models.pretrained("faster_rcnn")


def test_each_detector_has_a_recipe_that_the_command_knows(capsys):
    with pytest.raises(SystemExit):
        pretrain.main(["--help"])
    known = capsys.readouterr().out
    assert set(NAMES) <= set(pretrain.RECIPES)
    assert all(name in known for name in NAMES)


def test_weights_that_were_changed_are_refused(monkeypatch, tmp_path):
    for ending in ("json", "safetensors"):
        (tmp_path / f"faster_rcnn.{ending}").write_bytes((weights.FOLDER / f"faster_rcnn.{ending}").read_bytes())
    spoilt = bytearray((tmp_path / "faster_rcnn.safetensors").read_bytes())
    spoilt[-1] ^= 1
    (tmp_path / "faster_rcnn.safetensors").write_bytes(spoilt)
    monkeypatch.setattr(_pretrained, "files", lambda package: tmp_path)
    with pytest.raises(ValueError, match=r"not those that faster_rcnn\.json describes"):
        detection.pretrained("faster_rcnn")
