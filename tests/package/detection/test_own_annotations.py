"""Somebody's own annotations go into every detector, through `fit`, and its boxes lead back to the pictures."""

import numpy as np
import pytest
import torch
from PIL import Image

import own_annotations as own
from dlcourse import detection, plot, train
from dlcourse.data import Annotated, coco, pets, voc

KINDS = {"RCNN": {"crop": 16}, "SPPNet": {}, "FastRCNN": {}, "FasterRCNN": {}, "MaskRCNN": {}}
SIZE = 96


def photographs():
    """Scenes in pictures that are wider than high, or higher than wide, as photographs are."""
    scenes = pets.scenes(6, 96, max_objects=2, seed=300)
    for i, (image, target) in enumerate(scenes):
        height, width = (120, 160) if i % 2 else (150, 110)
        picture = np.full((height, width, 3), 90, np.uint8)
        picture[4:100, 9:105] = image
        masks = np.zeros((len(target["labels"]), height, width), bool)
        masks[:, 4:100, 9:105] = target["masks"]
        boxes = target["boxes"] + np.float32([9, 4, 9, 4])
        yield picture, {**target, "boxes": boxes, "masks": masks}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    own.write_coco(folder, list(photographs()), "jpg")
    own.write_voc(folder, list(photographs()), "jpg")
    return folder


def read(folder, form):
    if form == "coco":
        return coco(folder / "pets.json", folder / "pictures", size=SIZE, masks=True)
    return voc(folder, size=SIZE)


def trained(kind, data, epochs=1, learning_rate=1e-3, **options):
    torch.manual_seed(0)
    model = getattr(detection, kind)(len(data.classes), **options)
    history = train.fit(
        model,
        data,
        epochs=epochs,
        batch_size=3,
        learning_rate=learning_rate,
        step=lambda model, batch: model(*batch),
        augment=lambda batch: detection.mirrored(*batch),
        clip=10.0,
        device="cpu",
        progress=False,
    )
    return model.eval(), history


WITH = [(form, kind) for form in ("coco", "voc") for kind in KINDS if (form, kind) != ("voc", "MaskRCNN")]


@pytest.mark.parametrize(("form", "kind"), WITH)
def test_every_detector_is_trained_on_it(folder, form, kind):
    data = detection.with_proposals(read(folder, form), limit=20)
    assert isinstance(data, Annotated)
    model, history = trained(kind, data, width=2, hidden=8, **KINDS[kind])
    assert np.isfinite(history["loss"]).all()
    if hasattr(model, "fit_svms"):
        model.fit_svms(data)


@pytest.mark.parametrize(("form", "kind"), [("coco", "MaskRCNN"), ("voc", "FasterRCNN")])
def test_a_detector_learns_from_it_and_its_boxes_are_drawn_on_the_picture(folder, form, kind):
    data = read(folder, form)
    model, history = trained(kind, data, epochs=15, learning_rate=4e-3, width=8, hidden=32)
    assert history["loss"][-1] < 0.75 * history["loss"][0], "otherwise training would do nothing"
    image, target = data[0]
    found = model(torch.tensor(image).permute(2, 0, 1)[None] / 255)[0]
    with Image.open(data.files[0]) as picture:
        original = np.asarray(picture)
    height, width = original.shape[:2]
    for boxes, labels in ((target["boxes"], target["labels"]), (found["boxes"], found["labels"])):
        back = data.to_original(boxes, 0)
        assert (back >= 0).all()
        assert (back <= np.float32([width, height] * 2)).all()
        assert repr(plot.boxes(original, back, [data.classes[k] for k in labels])) == "<Picture with 1 panel>"
        plot.boxes(image, np.asarray(boxes), [data.classes[k] for k in labels])
    if form == "coco":
        assert repr(plot.masks(image, target["masks"])) == "<Picture with 1 panel>"


def test_boxes_lead_back_to_where_they_were_annotated(folder):
    data = read(folder, "voc")
    for i, (_, wanted) in enumerate(photographs()):
        np.testing.assert_allclose(data.to_original(data.targets[i]["boxes"], i), wanted["boxes"], atol=1e-4)
        leading_back = data.to_original(torch.tensor(data.targets[i]["boxes"]), i)
        np.testing.assert_allclose(leading_back, wanted["boxes"], atol=1e-4)


def test_pictures_of_several_sizes_are_refused_with_a_word_on_what_to_do(folder):
    data = voc(folder)
    with pytest.raises(ValueError, match=r"train\.images must have one size, got several: read them with size="):
        trained("FasterRCNN", data, width=2, hidden=8)
