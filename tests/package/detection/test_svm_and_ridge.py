"""R-CNN's linear SVMs and its regression of boxes, against scikit-learn."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge
from sklearn.svm import LinearSVC
from test_rcnn_examples import crowd

from dlcourse import boxes
from dlcourse.detection import RCNN, SPPNet
from dlcourse.detection._ridge import fit_ridge
from dlcourse.detection._svm import fit_svm


def clouds(rng, negatives, distance=2.0):
    """Positives and negatives of mean length near 20, which overlap."""
    direction = np.full(16, distance / 4)
    positives = rng.normal(size=(60, 16)) * 5 + direction * 3
    return positives, rng.normal(size=(negatives, 16)) * 5 - direction * 2


def objective(weight, bias, positives, negatives):
    """What an SVM with a positive weight of 2 and a bias of a tenth of its weight makes small."""
    errors = 2 * np.maximum(0, 1 - positives @ weight - bias).sum() + np.maximum(0, 1 + negatives @ weight + bias).sum()
    return (weight @ weight + (bias / 10) ** 2) / 2 + 1e-3 * errors


def best(positives, negatives):
    machine = LinearSVC(C=1e-3, loss="hinge", class_weight={1: 2.0}, intercept_scaling=10.0, max_iter=100000, tol=1e-5)
    machine.fit(np.concatenate([positives, negatives]), np.repeat([1, 0], [len(positives), len(negatives)]))
    return objective(machine.coef_[0], machine.intercept_[0], positives, negatives)


def test_an_svm_of_few_negatives_is_scikit_learns():
    positives, negatives = clouds(np.random.default_rng(0), 300)
    weight, bias = fit_svm(positives, np.split(negatives, 3))
    assert objective(weight, bias, positives, negatives) == pytest.approx(best(positives, negatives), rel=2e-3)


def test_one_pass_of_hard_negatives_comes_near_the_svm_of_all_negatives():
    positives, negatives = clouds(np.random.default_rng(1), 12000)
    weight, bias = fit_svm(positives, np.split(negatives, 120))
    assert objective(weight, bias, positives, negatives) < 1.05 * best(positives, negatives)


def test_only_negatives_that_the_svm_finds_hard_are_trained_on(monkeypatch):
    positives, negatives = clouds(np.random.default_rng(2), 12000, distance=6.0)
    sizes = []
    from dlcourse.detection import _svm

    train = _svm._train
    monkeypatch.setattr(_svm, "_train", lambda p, n: sizes.append(len(n)) or train(p, n))
    fit_svm(positives, np.split(negatives, 120))
    assert sizes[0] == 2000
    assert sizes[-1] < 1500  # the easy ones of the first 2,000 are gone, and few hard ones have come


def test_the_regression_is_scikit_learns_ridge_on_whitened_codes_though_it_does_not_whiten():
    rng = np.random.default_rng(3)
    features = rng.normal(size=(200, 12)) * 6
    codes = features @ rng.normal(size=(12, 4)) * 0.02 + rng.normal(size=(200, 4)) * [0.1, 0.2, 0.05, 0.3] + 0.1
    weight, bias = fit_ridge(torch.from_numpy(features), torch.from_numpy(codes))
    mean = codes.mean(0)
    values, axes = np.linalg.eigh(np.cov((codes - mean).T, bias=True))
    whiten = axes @ np.diag((values + 1e-3) ** -0.5) @ axes.T
    with_one = np.column_stack([features, np.ones(200)])
    ridge = Ridge(alpha=1000, fit_intercept=False).fit(with_one, (codes - mean) @ whiten)
    expected = ridge.predict(with_one) @ np.linalg.inv(whiten) + mean
    np.testing.assert_allclose(features @ weight.numpy().T + bias.numpy(), expected, atol=1e-9)


def test_without_examples_a_regression_moves_nothing():
    weight, bias = fit_ridge(torch.zeros(0, 3), torch.zeros(0, 4))
    assert (weight.shape, float(weight.abs().sum() + bias.abs().sum())) == ((4, 3), 0)


@pytest.fixture(scope="module", params=[RCNN, SPPNet])
def fitted(request):
    """A detector with SVMs on two images of noise, and these."""
    torch.manual_seed(0)
    model, scenes = request.param(2, width=4, hidden=32), crowd()
    model.fit_svms(scenes)
    return model.eval(), scenes


def features(model, scenes):
    images = torch.from_numpy(scenes.images).permute(0, 3, 1, 2) / 255
    found = [torch.from_numpy(np.concatenate([t["boxes"], t["proposals"]])) for t in scenes.targets]
    with torch.no_grad():
        pool5 = model.pool5(images, found)
        return found, pool5, model.fc7(pool5)


def test_the_mean_length_of_the_features_is_20(fitted):
    model, scenes = fitted
    _, pool5, fc7 = features(model, scenes)
    assert float((pool5 * model.pool5_scale).norm(dim=1).mean()) == pytest.approx(20, rel=1e-4)
    assert float((fc7 * model.fc7_scale).norm(dim=1).mean()) == pytest.approx(20, rel=1e-4)


def test_scores_are_the_softmaxs_until_there_are_svms(fitted):
    model, scenes = fitted
    _, _, fc7 = features(model, scenes)
    margins = 20 * fc7 / fc7.norm(dim=1).mean() @ model.svm_weight.T + model.svm_bias
    assert torch.allclose(model.scores(fc7), margins, atol=1e-4)
    fresh = type(model)(2, width=4, hidden=32)
    assert torch.allclose(fresh.scores(fc7), fresh.cls(fc7).softmax(1)[:, 1:])  # background is class 0 there


def test_a_network_with_svms_is_saved_and_loaded_whole(fitted):
    model, scenes = fitted
    other = type(model)(2, width=4, hidden=32).eval()
    other.load_state_dict(model.state_dict())
    images = torch.from_numpy(scenes.images).permute(0, 3, 1, 2) / 255
    proposals = [t["proposals"] for t in scenes.targets]
    first, second = model(images, proposals=proposals), other(images, proposals=proposals)
    assert all(
        a["scores"].equal(b["scores"]) and a["boxes"].equal(b["boxes"]) for a, b in zip(first, second, strict=True)
    )
    assert all(len(a["scores"]) for a in first)


def test_the_regression_brings_boxes_nearer_to_those_it_has_learnt(fitted):
    model, scenes = fitted
    found, pool5, _ = features(model, scenes)
    proposals, target = found[0], scenes.targets[0]
    near, owner = torch.nonzero(boxes.iou(proposals, torch.from_numpy(target["boxes"])) > 0.6, as_tuple=True)
    moved = model._boxes_of(proposals, pool5[: len(proposals)])(near, owner)
    goal = torch.from_numpy(target["boxes"])[owner]
    before, after = (boxes.iou(b, goal).diag().mean() for b in (proposals[near], moved))
    assert after > before


def test_a_class_without_objects_has_no_svm():
    scenes = crowd()
    for target in scenes.targets:
        target["labels"] = np.zeros(2, int)
    with pytest.raises(ValueError, match=r"^scenes must hold objects of each class for its SVM, got none of class 1"):
        RCNN(2, width=2, hidden=4).fit_svms(scenes)


def test_fitting_svms_leaves_the_mode_as_it_was():
    model = RCNN(2, width=2, hidden=4)
    before = [buffer.clone() for name, buffer in model.named_buffers() if "bn" in name]
    model.fit_svms(crowd())
    assert model.training
    assert all(a.equal(b) for a, b in zip(before, [b for n, b in model.named_buffers() if "bn" in n], strict=True))
