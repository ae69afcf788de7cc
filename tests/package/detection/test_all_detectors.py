"""What holds for every detector of the package."""

import pytest
import torch

from dlcourse import detection, train
from dlcourse.data import pets

KINDS = {
    "RCNN": {"width": 2, "hidden": 8, "crop": 16},
    "SPPNet": {"width": 2, "hidden": 8},
    "FastRCNN": {"width": 2, "hidden": 8},
    "FasterRCNN": {"width": 2, "hidden": 8},
    "MaskRCNN": {"width": 2, "hidden": 8},
    "YOLOv1": {"width": 2},
    "YOLOv1 dense": {"width": 2, "head": "dense", "hidden": 8},
    "YOLOv2": {"width": 2},
    "YOLOv2 direct": {"width": 2, "priors": None},
    "YOLOv3": {"width": 2},
}


@pytest.mark.parametrize("kind", KINDS)
def test_fit_validates_it_and_it_is_left_as_it_was(kind):
    scenes = detection.with_proposals(pets.scenes(2, seed=3), limit=20)
    model = getattr(detection, kind.split()[0])(2, **KINDS[kind]).eval()
    history = train.fit(
        model, scenes, scenes, epochs=1, step=lambda model, batch: model(*batch), device="cpu", progress=False
    )
    names = set(history) - {"learning_rate", "seconds"}
    assert {name for name in names if name.startswith("valid_")} == {f"valid_{n}" for n in names if "valid" not in n}
    assert not model.training


@pytest.mark.parametrize("kind", KINDS)
def test_losses_in_evaluation_mode_change_no_average_of_its_normalisation(kind):
    scenes = detection.with_proposals(pets.scenes(2, seed=3), limit=20)
    images = torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255
    model = getattr(detection, kind.split()[0])(2, **KINDS[kind]).eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    losses = model(images, scenes.targets)
    assert all(torch.isfinite(loss) for loss in losses.values())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
