"""Size must not tell the class, or a detector learns size."""

import numpy as np
import pytest
import torch
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dlcourse import detection, metrics
from dlcourse.data import pets
from dlcourse.data._pets_cast import CAST, sprite
from dlcourse.data._pets_pairs import paired_sprite

CLASSIFIERS = (LogisticRegression(), KNeighborsClassifier(15), HistGradientBoostingClassifier(random_state=0))


def sizes(paired, seed, n):
    """Width, height and their ratio of each box, and its class."""
    scenes = pets.scenes(n, seed=seed, paired=paired)
    boxes = np.concatenate([target["boxes"] for target in scenes.targets])
    spans = boxes[:, 2:] - boxes[:, :2]
    labels = np.concatenate([target["labels"] for target in scenes.targets])
    return np.column_stack((spans, np.log(spans[:, 0] / spans[:, 1]))), labels


@pytest.fixture(scope="module")
def score():
    """How often a classifier, trained on boxes of some scenes, is right about those of others."""
    parts = {paired: (sizes(paired, 310, 1200), sizes(paired, 311, 600)) for paired in (False, True)}

    def right(classifier, paired):
        train, other = parts[paired]
        return make_pipeline(StandardScaler(), classifier).fit(*train).score(*other)

    return right


@pytest.mark.parametrize("classifier", CLASSIFIERS, ids=lambda c: type(c).__name__)
def test_a_classifier_on_box_sizes_alone_stays_at_chance_where_the_cast_is_paired(score, classifier):
    assert 0.46 < score(classifier, paired=True) < 0.54  # some 1,500 boxes: chance is 0.5 with a deviation of 0.013


def test_without_pairs_the_same_classifier_knows_the_drawings_by_their_sizes(score):
    """Otherwise the test above would be cheap."""
    assert score(CLASSIFIERS[2], paired=False) > 0.65


def test_the_trained_detector_is_as_good_where_sizes_say_nothing():
    model, found = detection.pretrained("faster_rcnn"), []
    for paired in (False, True):
        scenes = pets.scenes(200, seed=512, paired=paired)
        images = torch.from_numpy(scenes.images).permute(0, 3, 1, 2) / 255
        predictions = [each for part in images.split(20) for each in model(part)]
        found.append(metrics.average_precision(predictions, scenes.targets, 0.5))
    assert found[1] > 0.92
    assert abs(found[0] - found[1]) < 0.03


def test_partners_have_one_size_and_are_hardly_stretched():
    def spans(pet):
        return [np.ptp(np.flatnonzero(pet.solid.any(axis))) + 1 for axis in (1, 0)]

    paired = [paired_sprite(96, k) for k in range(CAST)]
    before, after = (np.array([spans(pet) for pet in cast]) for cast in ([sprite(96, k) for k in range(CAST)], paired))
    dog = np.array([pet.breed // 4 == 1 for pet in paired])
    cats, dogs = (np.array(sorted(map(tuple, after[which]))) for which in (~dog, dog))
    # A row that is left out may have held the only pixel at a pet's edge.
    assert (cats == dogs).mean() > 0.9
    assert np.abs(np.log(after / before)).max() < np.log(7 / 6) + 0.01
    assert not (before == after).all()
    for pet in paired:
        assert pet.colours.shape == (*pet.cover.shape, 3)
        assert pet.solid.shape == pet.head.shape == pet.regions.shape == pet.cover.shape


def test_a_linear_classifier_on_areas_stays_at_chance_on_boxes_of_scenes():
    spans, labels = sizes(False, 310, 600)
    assert len(labels) > 1000
    area = np.log(spans[:, :2]).sum(1, keepdims=True)
    assert 0.45 < cross_val_score(LogisticRegression(), area, labels, cv=5).mean() < 0.55


def test_pairs_are_a_choice():
    with pytest.raises(TypeError, match="paired must be True or False, got int 1"):
        pets.scenes(1, paired=1)
