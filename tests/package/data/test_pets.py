"""Claims about the drawn cats and dogs."""

import hashlib
import inspect
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from dlcourse.data import _pets_groups, pets
from dlcourse.data._pets_bodies import POSES
from dlcourse.data._pets_cast import CAST, draw, silhouette, sprite
from dlcourse.data._random import Dice

FACES_SHA = "751e0f4c69386ecba002e706ad22fe4c600a6b6598b82cb9269024af17238cdb"
SCENES_SHA = "492d716b0fae24302570bafbdd356289e889c8edebb1d866121c3a0f0f71b104"


def fingerprints():
    import hashlib

    from dlcourse.data import pets

    faces, scenes = pets.faces(24, seed=7, biased=0.5), pets.scenes(24, seed=7)
    drawn = [faces.images, faces.masks, faces.breeds.astype("<i8"), faces.backgrounds.astype("<i8")]
    placed = [scenes.images, *(t[k] for t in scenes.targets for k in ("masks", "boxes", "breeds"))]
    return [hashlib.sha256(b"".join(a.tobytes() for a in arrays)).hexdigest() for arrays in (drawn, placed)]


@pytest.fixture(scope="module")
def scenes():
    return pets.scenes(300, seed=11)


def test_breeds_are_the_second_level_of_the_word_tree():
    assert tuple(pets.BREEDS) == pets.CLASSES == ("cat", "dog")
    assert sum(pets.BREEDS.values(), ()) == pets.BREED_NAMES
    data = pets.faces(60, size=16)
    for label, breed in zip(data.labels, data.breeds, strict=True):
        assert pets.BREED_NAMES[breed] in pets.BREEDS[pets.CLASSES[label]]


def test_every_process_draws_the_published_bytes():
    assert fingerprints() == [FACES_SHA, SCENES_SHA]
    code = f"{inspect.getsource(fingerprints)}\nprint(*fingerprints())"
    hashed = os.environ | {"PYTHONHASHSEED": "4711"}
    answer = subprocess.run([sys.executable, "-c", code], env=hashed, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == [FACES_SHA, SCENES_SHA]


def test_fewer_pictures_are_the_first_of_more():
    many, few = pets.faces(20, seed=3), pets.faces(9, seed=3)
    for name in ("images", "labels", "breeds", "backgrounds", "masks"):
        np.testing.assert_array_equal(getattr(many, name)[:9], getattr(few, name))
    many, few = pets.scenes(20, seed=3), pets.scenes(9, seed=3)
    np.testing.assert_array_equal(many.images[:9], few.images)
    for a, b in zip(many.targets, few.targets, strict=False):
        assert all(np.array_equal(a[name], b[name]) for name in a)


def test_no_two_pictures_are_equal_within_a_seed_or_between_seeds():
    for make in (pets.faces, pets.scenes):
        images = np.concatenate([make(60, 32, seed=seed).images for seed in (0, 1, 2)])
        assert len({hashlib.sha256(image.tobytes()).digest() for image in images}) == 180


@pytest.fixture(scope="module")
def many():
    return pets.faces(800, seed=0)


def test_classes_and_breeds_are_balanced(many):
    breeds = np.bincount(many.breeds, minlength=8)
    assert len(breeds) == 8
    assert abs(breeds - 100).max() < 40  # four standard deviations
    assert CAST % 8 == 0
    assert [sprite(16, index).breed for index in range(16)] == [*range(8), *range(8)]


def test_boxes_are_tight_around_the_visible_pixels(scenes):
    for _, target in scenes:
        for box, mask in zip(target["boxes"], target["masks"], strict=True):
            ys, xs = mask.nonzero()
            assert box.tolist() == [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]


def test_a_pixel_belongs_to_one_pet_at_most(scenes):
    overlapping = 0
    for _, target in scenes:
        assert target["masks"].sum(axis=0).max() == 1
        x0, y0, x1, y1 = target["boxes"].T
        wide = np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0)
        high = np.minimum(y1[:, None], y1) - np.maximum(y0[:, None], y0)
        overlapping += ((wide > 0) & (high > 0)).sum() > len(x0)
    assert overlapping > 50  # otherwise the claim would be cheap


def test_no_pet_is_nearly_invisible(monkeypatch):
    placed = []
    original = _pets_groups.Group.add

    def add(group, pet, *rest):
        original(group, pet, *rest)
        placed.append((group, pet))

    monkeypatch.setattr(_pets_groups.Group, "add", add)
    pets.scenes(200, seed=5)
    assert len(placed) > 400
    hidden = 0
    for group, pet in placed:
        k = [other is pet for other in group.pets].index(True)
        share = group.masks[k].sum() / pet.solid.sum()
        hidden += share < 0.8
        assert share >= 0.5
        assert group.heads[k].sum() >= 0.7 * pet.head.sum()
        assert not (group.heads[k] & ~group.masks[k]).any()
    assert hidden > 50  # otherwise the claim would be cheap


def test_every_number_of_pets_up_to_the_greatest_occurs(scenes):
    assert set(map(len, (target["labels"] for target in scenes.targets))) == {1, 2, 3, 4}
    assert {len(t["labels"]) for t in pets.scenes(40, max_objects=1).targets} == {1}


def test_a_mask_holds_what_is_opaque_and_not_the_shadow():
    for index in range(48):
        pet = sprite(96, index)
        assert pet.cover[pet.solid].min() >= 32
        assert pet.cover[~pet.solid].max() < 56
        assert not (pet.head & ~pet.solid).any()
        assert pet.cover[-1].max() < 32, "the last row is shadow only"


def test_the_mask_of_a_face_is_where_the_background_is_hidden():
    """The same pet over black and over white: opaque pixels do not change, open ones change fully."""
    for breed in range(8):
        black, white = np.zeros((64, 64, 4), np.int16), np.zeros((64, 64, 4), np.int16)
        white[..., :3] = 255
        for pixels in (black, white):
            parts = draw(Dice(5), pixels, breed, "sit", 32, 30, 18)
        shown = (white - black)[..., :3].max(axis=2)
        mask = silhouette(parts)
        assert shown[mask].max() <= 144, "half of 255, and the rounding of each layer"
        assert (shown[~mask] < 120).mean() < 0.03, "outside, only whiskers cover anything"
        assert np.median(shown[mask]) == 0
        assert np.median(shown[~mask]) == 255


def test_biased_backgrounds_tell_the_class_as_often_as_asked():
    brick, grass = pets.BACKGROUNDS.index("brick"), pets.BACKGROUNDS.index("grass")

    def at_home(biased):
        data = pets.faces(200, size=16, biased=biased)
        return (data.backgrounds == np.where(data.labels == 0, brick, grass)).mean()

    assert at_home(1) == 1
    assert at_home(0.8) == pytest.approx(0.8 + 0.2 / 10, abs=0.1)
    assert at_home(0) == pytest.approx(0.1, abs=0.1)
    swapped = pets.faces(60, size=16, biased=-1)
    np.testing.assert_array_equal(swapped.backgrounds, np.where(swapped.labels == 1, brick, grass))


def test_by_default_backgrounds_say_nothing_about_the_class(many):
    counts = np.array([np.bincount(many.backgrounds[many.labels == label], minlength=10) for label in (0, 1)])
    expected = counts.sum(axis=0) * (counts.sum(axis=1) / counts.sum())[:, None]
    assert ((counts - expected) ** 2 / expected).sum() < 27.9  # chi-square with 9 degrees of freedom, p = 0.001


@pytest.fixture(scope="module")
def score(many):
    """Accuracy of a linear classifier of given features on new pictures."""
    test = pets.faces(400, seed=1)

    def of(features):
        model = LogisticRegression(C=1e-2, max_iter=50, tol=1e-2).fit(features(many), many.labels)
        return model.score(features(test), test.labels)

    return of


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_a_linear_classifier_of_raw_pixels_does_not_get_far(score):
    assert 0.45 < score(lambda data: data.images.reshape(len(data), -1) / 255) < 0.75


def test_colour_and_size_do_not_give_the_class_away(score):
    assert score(lambda data: data.images.mean(axis=(1, 2)) / 255) < 0.62

    def pet_only(data):
        pairs = zip(data.images, data.masks, strict=True)
        return np.array([[*i[m].mean(axis=0), *i[m].std(axis=0), 255 * m.mean()] for i, m in pairs]) / 32

    assert score(pet_only) < 0.68


@settings(max_examples=15)
@given(n=st.integers(0, 3), size=st.integers(16, 256), seed=st.integers(0, 2**64), biased=st.floats(-1, 1))
def test_faces_of_any_size_have_the_promised_shapes(n, size, seed, biased):
    data = pets.faces(n, size, seed, biased)
    assert data.images.shape == (n, size, size, 3)
    assert data.images.dtype == np.uint8
    assert data.masks.shape == (n, size, size)
    assert data.masks.dtype == bool
    for array in (data.labels, data.breeds, data.backgrounds):
        assert array.shape == (n,)
        assert array.dtype == np.int64
    assert data.masks.any(axis=(1, 2)).all()
    assert len(data) == n


@settings(max_examples=15)
@given(n=st.integers(0, 3), size=st.integers(16, 256), most=st.integers(1, 20), seed=st.integers(0, 2**64))
def test_scenes_of_any_size_keep_their_promises(n, size, most, seed):
    data = pets.scenes(n, size, most, seed)
    assert data.images.shape == (n, size, size, 3)
    assert data.images.dtype == np.uint8
    assert len(data) == len(data.targets) == n
    for target in data.targets:
        count = len(target["labels"])
        assert 1 <= count <= most
        assert target["boxes"].shape == (count, 4)
        assert target["boxes"].dtype == np.float32
        assert target["masks"].shape == (count, size, size)
        assert target["masks"].dtype == bool
        assert target["labels"].dtype == target["breeds"].dtype == np.int64
        np.testing.assert_array_equal(target["labels"], target["breeds"] // 4)
        x0, y0, x1, y1 = target["boxes"].T
        assert (x0 >= 0).all()
        assert (y0 >= 0).all()
        assert (x1 <= size).all()
        assert (y1 <= size).all()
        assert (x1 - x0 >= 2).all()
        assert (y1 - y0 >= 2).all()


def test_scenes_and_faces_have_a_text():
    assert repr(pets.scenes(0)) == "Scenes(0 images of 96 x 96 pixels: 0 pets)"
    assert repr(pets.faces(0)) == "Faces(0 images of 64 x 64 pixels: 0 cats, 0 dogs)"
    few = pets.faces(12, size=16)
    cats = sum(breed < 4 for breed in few.breeds)
    assert cats != 6, "otherwise the claim would be cheap"
    assert repr(few) == f"Faces(12 images of 16 x 16 pixels: {cats} cats, {12 - cats} dogs)"


NOT_WHOLE = st.one_of(st.floats(), st.text(), st.none(), st.booleans(), st.lists(st.integers()))


@settings(max_examples=30)
@given(bad=NOT_WHOLE, name=st.sampled_from(["n", "size", "seed", "max_objects"]))
def test_what_is_no_whole_number_is_refused_by_name(bad, name):
    good = {"n": 1, "size": 32, "seed": 0, "max_objects": 2} | {name: bad}
    with pytest.raises(TypeError, match=rf"^{name} must be a whole number, got "):
        pets.scenes(**good)
    if name != "max_objects":
        del good["max_objects"]
        with pytest.raises(TypeError, match=rf"^{name} must be a whole number, got "):
            pets.faces(**good)


@pytest.mark.parametrize(
    "bad",
    [{"n": -1}, {"size": 15}, {"size": 257}, {"seed": -1}, {"max_objects": 0}, {"max_objects": 21}],
    ids=str,
)
def test_numbers_out_of_range_are_refused_by_name(bad):
    (name,) = bad
    with pytest.raises(ValueError, match=rf"^{name} must be "):
        pets.scenes(**({"n": 1} | bad))


@settings(max_examples=30)
@given(bad=st.one_of(st.floats(max_value=-1.0000001), st.floats(min_value=1.0000001), st.just(float("nan"))))
def test_a_bias_beyond_one_is_refused(bad):
    with pytest.raises(ValueError, match=r"^biased must be a finite number between -1 and 1, got"):
        pets.faces(1, biased=bad)


def test_the_cast_takes_every_pose():
    shapes = {sprite(96, index).solid.shape for index in range(64)}
    assert len(shapes) > 40
    assert POSES == ("sit", "stand", "lie")
