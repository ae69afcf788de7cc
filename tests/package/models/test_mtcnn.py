"""The three networks of MTCNN: their weights are read as the package mtcnn reads them, and both frameworks agree."""

import hashlib
from importlib.resources import files

import numpy as np
import pytest
import torch

from dlcourse import count, data, models
from dlcourse.models import _from_packages

SIZES = {"pnet": 12, "rnet": 24, "onet": 48}


def probabilities(face, axis=1):
    """Of the two logits, as the package mtcnn gives them."""
    weights = np.exp(face - face.max(axis, keepdims=True))
    return weights / weights.sum(axis, keepdims=True)


def pieces(name):
    """Windows on the astronaut, the first of them on her face; for P-Net a part of the photograph with odd sides."""
    photo = data.photo("astronaut")
    if name == "pnet":
        return photo[60:240:8, 150:310:8][None, :21, :19]
    step = 96 // SIZES[name]
    places = [(80 + 30 * i, 175 + 40 * i) for i in range(6)]
    return np.stack([photo[y : y + 96 : step, x : x + 96 : step] for y, x in places])


@pytest.mark.parametrize("name", SIZES)
def test_they_give_what_the_networks_of_the_package_give(name):
    import mtcnn.network.onet
    import mtcnn.network.pnet
    import mtcnn.network.rnet
    from mtcnn.utils.tensorflow import load_weights

    theirs = {
        "pnet": mtcnn.network.pnet.PNet,
        "rnet": mtcnn.network.rnet.RNet,
        "onet": mtcnn.network.onet.ONet,
    }[name]()
    theirs.build()
    theirs.set_weights(load_weights(f"{name}.lz4"))
    x = models.prepare(pieces(name), name)
    with torch.no_grad():
        face, *others = (each.numpy() for each in models.pretrained(name)(torch.tensor(x)))
    expected = [np.asarray(each) for each in theirs(x.transpose(0, 2, 3, 1))]
    expected = [each.transpose(0, 3, 1, 2) if each.ndim == 4 else each for each in expected]
    assert np.ptp(expected[-1]) > 0.5  # the windows are not all the same to it
    assert np.abs(probabilities(face) - expected[-1]).max() < 1e-5
    assert len(others) == len(expected) - 1
    for ours, wanted in zip(others, expected[:-1], strict=True):
        assert ours.shape == wanted.shape
        assert np.abs(ours - wanted).max() < 1e-5


@pytest.mark.parametrize("name", SIZES)
def test_both_frameworks_give_the_same(name):
    images = pieces(name)
    here, there = models.pretrained(name), models.pretrained(name, "keras")
    with torch.no_grad():
        ours = [each.numpy() for each in here(torch.tensor(models.prepare(images, name)))]
    theirs = [np.asarray(each) for each in there(models.prepare(images, name, "keras"))]
    assert len(ours) == len(theirs) == 2 + (name == "onet")
    for a, b in zip(ours, theirs, strict=True):
        b = b.transpose(0, 3, 1, 2) if b.ndim == 4 else b
        assert a.shape == b.shape
        assert np.abs(a - b).max() < 1e-4
        assert np.ptp(a) > 0.1


@pytest.mark.parametrize("name", SIZES)
def test_new_ones_begin_in_both_frameworks_alike(name):
    torch.manual_seed(0)
    here, there = getattr(models.pytorch, name)(), getattr(models.keras, name)()
    mine = dict(here.named_modules())
    for layer in there.layers:
        weights = layer.get_weights()
        if not weights:
            continue
        module = mine.get(f"features.{layer.name}") or mine[layer.name]
        if layer.name.startswith("prelu"):
            assert np.unique(weights[0]).tolist() == [0.25] == module.weight.unique().tolist()
            assert weights[0].size == module.weight.numel()
        else:
            assert sorted(weights[0].shape) == sorted(module.weight.shape)
        if layer.name.startswith(("conv", "dense")):
            he = (2 / module.weight[0].numel()) ** 0.5
            assert abs(module.weight.std().item() / he - 1) < 0.25
            assert abs(weights[0].std() / he - 1) < 0.25
            assert not module.bias.any()
            assert not weights[1].any()


@pytest.mark.parametrize("name", SIZES)
def test_they_have_as_many_parameters_as_the_file_holds_and_both_frameworks_count_alike(name):
    import joblib

    file = files("mtcnn") / "assets" / "weights" / f"{name}.lz4"
    numbers = sum(array.size for array in joblib.load(str(file)))
    size = SIZES[name]
    here = count.count(models.pytorch.__dict__[name](), (3, size, size))
    there = count.count(models.keras.__dict__[name](), (size, size, 3))
    assert here.parameters == there.parameters == numbers
    assert here.macs == there.macs > 0


def test_pnet_answers_for_all_windows_of_an_image_as_for_each_alone():
    photo = data.photo("astronaut")[100:140, 200:260]
    net = models.pretrained("pnet")
    windows = np.stack([photo[2 * r : 2 * r + 12, 2 * c : 2 * c + 12] for r in range(15) for c in range(25)])
    with torch.no_grad():
        together = net(torch.tensor(models.prepare(photo, "pnet")))
        alone = net(torch.tensor(models.prepare(windows, "pnet")))
    for a, b in zip(together, alone, strict=True):
        assert a.shape[2:] == (15, 25)
        assert torch.allclose(a[0].flatten(1).T, b.flatten(1), atol=1e-5)


def test_rnet_tells_real_faces_from_other_pieces_of_photographs():
    """scikit-image's 100 faces and 100 other pieces: a network with a wrong order of its numbers does not."""
    from skimage.data import lfw_subset

    pieces = np.round(lfw_subset()[:, :24, :24] * 255).astype(np.uint8)
    grey = np.repeat(pieces[..., None], 3, axis=3)
    with torch.no_grad():
        face, _ = models.pretrained("rnet")(torch.tensor(models.prepare(grey, "rnet")))
    said = face[:, 1] > face[:, 0]
    assert said[:100].float().mean() > 0.9
    assert said[100:].float().mean() < 0.1


def test_the_whole_detector_of_the_package_gives_the_box_that_the_chapter_compares_its_own_with():
    from mtcnn import MTCNN

    (face,) = MTCNN().detect_faces(data.photo("astronaut"))
    x, y, width, height = face["box"]
    assert np.allclose([x, y, x + width, y + height], [182, 64, 265, 171], atol=2)


def test_nothing_is_unpickled_before_the_checksum_is_right(monkeypatch):
    import joblib

    package, inside, wanted = _from_packages._FILES["rnet"]
    assert hashlib.sha256((files(package) / inside).read_bytes()).hexdigest() == wanted
    monkeypatch.setitem(_from_packages._FILES, "rnet", (package, inside, "0" * 64))
    monkeypatch.setattr(joblib, "load", lambda *_: pytest.fail("the file was read"))
    with pytest.raises(ImportError, match=r"SHA-256.*pip install --force-reinstall mtcnn"):
        models.pretrained("rnet")


def test_prepare_gives_the_numbers_of_their_training_and_leaves_the_size():
    image = np.zeros((24, 24, 3), np.uint8)
    image[0, 1] = (255, 0, 128)
    x = models.prepare(image, "rnet")
    assert x.shape == (1, 3, 24, 24)
    assert np.allclose(x[0, :, 0, 1], [127.5 / 128, -127.5 / 128, 0.5 / 128])
    assert models.prepare(np.zeros((40, 30), np.uint8), "pnet", "keras").shape == (1, 40, 30, 3)
    with pytest.raises(ValueError, match="keep their size"):
        models.prepare(image, "onet", size=48)
