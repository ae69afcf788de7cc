"""The shapes that boxes start from: k-means with 1 - IoU."""

import numpy as np
import pytest
import torch

from dlcourse import boxes, detection


def fit(sizes, shapes):
    """The mean IoU of objects with their best shapes, all with one corner."""
    a, b = (np.c_[np.zeros_like(np.asarray(x)), np.asarray(x)] for x in (sizes, shapes))
    return boxes.iou(a, b).max(1).mean()


@pytest.fixture
def sizes():
    dice = np.random.default_rng(0)
    return np.exp(dice.normal(3, 0.6, (400, 2)))


def test_groups_that_lie_apart_are_found():
    dice = np.random.default_rng(1)
    centres = np.array([[10, 30], [40, 12], [60, 70]])
    sizes = np.concatenate([centre * dice.uniform(0.95, 1.05, (50, 2)) for centre in centres])
    means = [sizes[50 * k : 50 * k + 50].mean(0) for k in range(3)]
    found = detection.shape_priors(sizes, 3)
    assert found.dtype == torch.float32
    assert np.allclose(found, sorted(means, key=np.prod), rtol=1e-5)


def test_each_shape_is_the_mean_of_the_objects_that_it_fits_best(sizes):
    found = detection.shape_priors(sizes, 4).double().numpy()
    corners = [np.c_[np.zeros_like(x), x] for x in (sizes, found)]
    owner = boxes.iou(*corners).argmax(1)
    assert np.allclose([sizes[owner == k].mean(0) for k in range(4)], found, rtol=1e-4)


def test_more_shapes_fit_better_and_the_order_is_by_area(sizes):
    fits = []
    for k in (1, 3, 5, 9):
        found = detection.shape_priors(sizes, k)
        assert (found.prod(1).diff() > 0).all()
        fits.append(fit(sizes, found))
    assert all(np.diff(fits) > 0.02)


def test_they_fit_better_than_those_of_the_usual_distance(sizes):
    """The paper's table 1: with plain k-means the small objects, of which the squares care little, fit worse."""
    from sklearn.cluster import KMeans

    plain = KMeans(5, n_init=10, random_state=0).fit(sizes).cluster_centers_
    assert fit(sizes, detection.shape_priors(sizes, 5)) > fit(sizes, plain) + 0.005


def test_one_shape_per_object_fits_all():
    assert fit([[10, 10], [12, 10]], detection.shape_priors([[10, 10], [12, 10], [10, 10]], 2)) == pytest.approx(1)


def test_units_do_not_matter_and_the_seed_repeats(sizes):
    found = detection.shape_priors(sizes, 4, seed=2)
    assert torch.equal(found, detection.shape_priors(torch.tensor(sizes), 4, seed=2))
    assert torch.allclose(found / 16, detection.shape_priors(sizes / 16, 4, seed=2))


def test_clear_errors():
    for wrong, message in (
        (([[1, 2, 3]],), r"sizes must have shape \(any, 2\)"),
        (([[1, 0]],), "sizes must be finite widths and heights above 0"),
        (([[1, np.nan]],), "sizes must be finite widths and heights above 0"),
        (([[1, 2], [1, 2]], 2), "k must be at most the number of different sizes, 1, got 2"),
        (([[1, 2]], 0), "k must be at least 1"),
        (([[1, 2]], 1, -1), "seed must be at least 0"),
    ):
        with pytest.raises(ValueError, match=message):
            detection.shape_priors(*wrong)
