"""Size must not tell the class, or a detector learns size."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dlcourse.data import pets
from dlcourse.data._pets_cast import CAST, sprite

CLASSIFIERS = (
    LogisticRegression(),
    KNeighborsClassifier(15),
    HistGradientBoostingClassifier(max_iter=30, max_leaf_nodes=4, random_state=0),
)


@pytest.fixture(scope="module")
def cast():
    """Height and width of each drawing that scenes are made of, and its class."""
    drawings = [sprite(96, k) for k in range(CAST)]
    sizes = [(d.solid.any(1).sum(), d.solid.any(0).sum()) for d in drawings]
    return np.array(sizes, float), np.array([d.breed // 4 for d in drawings])


@pytest.mark.parametrize("classifier", CLASSIFIERS, ids=lambda c: type(c).__name__)
def test_a_classifier_on_box_sizes_alone_stays_near_chance_on_drawings_that_it_has_not_seen(cast, classifier):
    """On boxes of scenes it would meet the same 256 drawings again, and know them by their sizes."""
    sizes, labels = cast
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=3, random_state=0)
    scores = cross_val_score(make_pipeline(StandardScaler(), classifier), sizes, labels, cv=folds)
    assert 0.42 < scores.mean() < 0.6  # of 256 drawings, half of each class: chance is 0.5 with a deviation of 0.03


def test_a_linear_classifier_on_areas_stays_at_chance_on_boxes_of_scenes():
    scenes = pets.scenes(600, seed=310)
    boxes = np.concatenate([target["boxes"] for target in scenes.targets])
    labels = np.concatenate([target["labels"] for target in scenes.targets])
    area = np.log((boxes[:, 2:] - boxes[:, :2]).prod(1, keepdims=True))
    assert len(labels) > 1000
    assert 0.45 < cross_val_score(LogisticRegression(), area, labels, cv=5).mean() < 0.55
