"""Claims about the masks of ears, eyes, muzzle, head, body and tail."""

import numpy as np
import pytest

from dlcourse.data import pets
from dlcourse.data._pets_cast import draw, regions, silhouette
from dlcourse.data._pets_coats import coat
from dlcourse.data._random import Dice

NAMES = ("ears", "eyes", "muzzle", "head", "body", "tail")


@pytest.fixture(scope="module")
def faces():
    return pets.faces(160, seed=5)


@pytest.fixture(scope="module")
def scenes():
    return pets.scenes(120, seed=4, parts=True)


def masks_and_parts(faces, scenes):
    yield faces.masks, faces.parts
    for _, target in scenes:
        yield target["masks"], target["parts"]


def test_head_and_body_are_the_pet_and_the_smaller_parts_lie_in_them(faces, scenes):
    for masks, parts in masks_and_parts(faces, scenes):
        assert tuple(parts) == NAMES
        assert {part.dtype for part in parts.values()} == {np.dtype(bool)}
        assert {part.shape for part in parts.values()} == {masks.shape}
        np.testing.assert_array_equal(parts["head"] ^ parts["body"], masks)
        assert not (parts["head"] & parts["body"]).any()
        on_head = sum(parts[name].astype(int) for name in ("ears", "eyes", "muzzle"))
        assert on_head.max() == 1
        assert not ((on_head > 0) & ~parts["head"]).any()
        assert not (parts["tail"] & ~parts["body"]).any()


def test_every_portrait_shows_ears_eyes_and_muzzle_and_some_a_tail(faces):
    for name in ("ears", "eyes", "muzzle", "head", "body"):
        assert faces.parts[name].any(axis=(1, 2)).all(), name
    assert 0.1 < faces.parts["tail"].any(axis=(1, 2)).mean() < 0.6


def test_nose_and_irises_have_the_colours_of_noses_and_irises():
    """Both are painted last and in one colour each, so the picture itself says where they are."""
    seen = {"muzzle": 0, "eyes": 0}
    for breed in range(8):
        for seed in range(6):
            looks = coat(Dice(seed, breed), breed)
            pixels = np.zeros((96, 96, 4), np.int16)
            parts = draw(Dice(seed, breed), pixels, breed, "sit", 48, 44, 28)
            found = regions(parts, silhouette(parts))
            for name, number, colour in (("muzzle", 6, looks.nose), ("eyes", 5, looks.iris)):
                here = (pixels[..., :3] == colour).all(axis=2)
                if colour in (looks.fur, looks.dark, looks.light) or here.sum() < 9:
                    continue
                seen[name] += 1
                assert (found[here] == number).mean() > 0.9, (breed, seed, name)
    assert min(seen.values()) > 15, "otherwise the claim would be cheap"


def test_ears_are_above_the_muzzle_and_the_eyes_between_them(faces):
    rows = np.arange(64)[:, None]

    def height(name):
        part = faces.parts[name]
        return (part * rows).sum(axis=(1, 2)) / part.sum(axis=(1, 2))

    pointed = np.isin(faces.breeds, (0, 1, 2, 5))
    assert (height("ears") < height("eyes"))[pointed].all()
    assert (height("eyes") < height("muzzle")).all()
    assert (height("muzzle") < height("body")).all()


def test_pointed_ears_and_floppy_ears_are_where_the_breed_has_them(faces):
    """Above the head's middle: nearly all of a cat's ears, but less of the ears that hang down."""
    middle = np.array([np.flatnonzero(head.any(axis=1)).mean() for head in faces.parts["head"] & ~faces.parts["ears"]])
    above = np.arange(64)[:, None] < middle[:, None, None]
    share = (faces.parts["ears"] & above).sum(axis=(1, 2)) / faces.parts["ears"].sum(axis=(1, 2))
    assert share[np.isin(faces.breeds, (0, 1, 2, 3))].mean() > 0.95
    assert share[np.isin(faces.breeds, (4, 6))].mean() < 0.8


def test_asking_for_parts_changes_no_scene(scenes):
    plain = pets.scenes(120, seed=4)
    np.testing.assert_array_equal(plain.images, scenes.images)
    for a, b in zip(plain.targets, scenes.targets, strict=True):
        assert set(b) - set(a) == {"parts"}
        assert all(np.array_equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("bad", [1, None, "yes"])
def test_parts_is_yes_or_no(bad):
    with pytest.raises(TypeError, match=r"^parts must be True or False, got"):
        pets.scenes(1, parts=bad)
