"""Somebody's own annotations go into every detector, through `fit`, and its boxes lead back to the pictures."""

import keras
import numpy as np
import pytest
import torch
from PIL import Image

import own_annotations as own
from dlcourse import detection, metrics, models, plot, train
from dlcourse.data import Annotated, coco, pets, voc

KINDS = {"RCNN": {"crop": 16}, "SPPNet": {}, "FastRCNN": {}, "FasterRCNN": {}, "MaskRCNN": {}}
YOLOS = ("YOLOv1", "YOLOv2", "YOLOv3")
SIZE = 96


def photographs(times=1, sizes=((150, 110), (120, 160))):
    """Scenes, so many times as large, in pictures wider than high or higher than wide, as photographs are."""
    scenes = pets.scenes(6, 96, max_objects=2, seed=300)
    inside = np.s_[4 : 4 + 96 * times, 9 : 9 + 96 * times]
    for i, (image, target) in enumerate(scenes):
        height, width = sizes[i % 2]
        picture = np.full((height, width, 3), 90, np.uint8)
        picture[inside] = np.kron(image, np.ones((times, times, 1), np.uint8))
        masks = np.zeros((len(target["labels"]), height, width), bool)
        masks[:, *inside] = np.kron(target["masks"], np.ones((1, times, times), bool))
        boxes = times * target["boxes"] + np.float32([9, 4, 9, 4])
        yield picture, {**target, "boxes": boxes, "masks": masks}


def large():
    """Photographs in which the pets are as large as in a scene when they have been put into 96 pixels."""
    return list(photographs(2, ((222, 204), (200, 214))))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    return written(folder, list(photographs()))


@pytest.fixture(scope="module")
def large_folder(tmp_path_factory):
    return written(tmp_path_factory.mktemp("large"), large())


def written(folder, scenes):
    own.write_coco(folder, scenes, "jpg")
    own.write_voc(folder, scenes, "jpg")
    return folder


def read(folder, form):
    if form == "coco":
        return coco(folder / "pets.json", folder / "pictures", size=SIZE, masks=True)
    return voc(folder, size=SIZE)


def tensor(images):
    return torch.tensor(images).permute(0, 3, 1, 2) / 255


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
    found = model(tensor(image[None]))[0]
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


@pytest.mark.parametrize("form", ["coco", "voc"])
@pytest.mark.parametrize("kind", YOLOS)
def test_every_yolo_learns_from_it(folder, form, kind):
    _, history = trained(kind, read(folder, form), epochs=6, learning_rate=1e-2, width=4)
    assert history["loss"][-1] < 0.75 * history["loss"][0], "otherwise training would do nothing"


def test_yolov3_learns_from_it_in_keras(folder):
    data, other = (detection.keras.padded(read(folder, form)) for form in ("coco", "voc"))
    np.testing.assert_allclose(data.targets, other.targets, atol=1e-4)
    keras.utils.set_random_seed(0)
    model = detection.keras.YOLOv3(2, width=4)
    history = train.fit(model, data, epochs=4, batch_size=3, learning_rate=2e-2, progress=False)
    assert history["loss"][-1] < 0.75 * history["loss"][0], "otherwise training would do nothing"


def check_on_the_photographs(data, found):
    """Detections in the squares are right in the photographs, and would not be without the way back."""
    truth = [target for _, target in large()]
    back = [{**each, "boxes": data.to_original(each["boxes"], i)} for i, each in enumerate(found)]
    assert metrics.average_precision(back, truth, 0.5) > 0.7
    assert metrics.average_precision(found, truth, 0.5) < 0.1
    for each, (image, _) in zip(back, large(), strict=True):
        sure = np.asarray(each["scores"]) > 0.3
        labels = [data.classes[k] for k in np.asarray(each["labels"])[sure]]
        assert repr(plot.boxes(image, each["boxes"][sure], labels)) == "<Picture with 1 panel>"


@pytest.mark.parametrize("form", ["coco", "voc"])
@pytest.mark.parametrize("kind", YOLOS)
def test_what_a_yolo_finds_lies_on_the_photographs_themselves(large_folder, form, kind):
    data = read(large_folder, form)
    check_on_the_photographs(data, detection.pretrained(kind.lower())(tensor(data.images)))


def test_what_yolov3_finds_in_keras_lies_on_the_photographs_themselves(large_folder):
    data = read(large_folder, "coco")
    twin = models.to_keras(detection.pretrained("yolov3"), detection.keras.YOLOv3(2))
    check_on_the_photographs(data, twin.detect(data.images))
