"""R-CNN, SPP-net and Fast R-CNN: what goes in and comes out, and what is refused."""

import numpy as np
import pytest
import torch
from test_rcnn_examples import crowd
from torch.nn import functional

from dlcourse import boxes, metrics
from dlcourse.data import pets
from dlcourse.detection import RCNN, FastRCNN, SPPNet, roi_pool
from dlcourse.detection._svm_detector import SVMDetector
from dlcourse.train import fit

KINDS = (RCNN, SPPNet, FastRCNN)
IMAGES = torch.rand(3, 3, 96, 96, generator=torch.Generator().manual_seed(0))
PROPOSALS = [[10.0, 10, 44, 40], [20, 20, 60, 70], [0, 50, 9, 90]]
TARGET = {
    "boxes": [[8.0, 8, 40, 40]],
    "labels": [1],
    "proposals": PROPOSALS,
}
NOTHING = {"boxes": np.zeros((0, 4)), "labels": np.zeros(0, int), "proposals": PROPOSALS}


def small(kind):
    torch.manual_seed(0)
    return kind(2, width=4, hidden=16)


@pytest.mark.parametrize("kind", KINDS)
def test_losses_have_the_names_of_the_papers_and_reach_what_is_trained(kind):
    model = small(kind)
    losses = model(IMAGES, [TARGET, NOTHING, TARGET])
    assert list(losses) == (["cls", "loc"] if kind is FastRCNN else ["cls"])
    sum(losses.values()).backward()
    reached = {name.split(".")[0] for name, p in model.named_parameters() if p.grad is not None and p.grad.abs().sum()}
    expected = {RCNN: {"features", "fc7", "cls"}, SPPNet: {"fc7", "cls"}, FastRCNN: {"backbone", "head"}}
    assert reached == expected[kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("targets", [[NOTHING] * 3, [NOTHING | {"proposals": []}] * 3])
def test_images_without_objects_or_without_proposals_are_fine_in_training(kind, targets):
    losses = small(kind).train()(IMAGES, targets)
    assert all(torch.isfinite(loss) for loss in losses.values())
    assert "loc" not in losses or losses["loc"].item() == 0


@pytest.mark.parametrize("kind", KINDS)
def test_without_proposals_nothing_is_found(kind):
    found = small(kind).eval()(IMAGES, proposals=[[], np.zeros((0, 4)), torch.zeros(0, 4)])
    assert [{k: tuple(v.shape) for k, v in f.items() if k != "rois"} for f in found] == [
        {"boxes": (0, 4), "labels": (0,), "scores": (0,)}
    ] * 3


@pytest.mark.parametrize("kind", KINDS)
def test_predictions_are_what_the_metrics_take(kind):
    proposals = [PROPOSALS] * 3
    found = small(kind).eval()(IMAGES, proposals=proposals)
    for each in found:
        assert each["labels"].dtype == torch.int64
        assert set(each["labels"].tolist()) <= {0, 1}  # background, the network's class 0, is no label
        assert bool((each["scores"].diff() <= 0).all())
        assert bool((each["boxes"] >= 0).all() & (each["boxes"] <= 96).all())
    targets = [{k: np.asarray(v) for k, v in TARGET.items()}] * 3
    assert 0 <= metrics.average_precision(found, targets) <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_other_images_in_the_batch_and_their_order_change_no_score(kind):
    model = small(kind)
    if issubclass(kind, SVMDetector):
        model.fit_svms(crowd())
    proposals = [torch.tensor(PROPOSALS)[: k + 1] for k in range(3)]
    together = model.eval()(IMAGES, proposals=proposals)
    for order in ([2, 0, 1], [1], [0, 2]):
        again = model(IMAGES[order], proposals=[proposals[k] for k in order])
        for k, found in zip(order, again, strict=True):
            for name in ("boxes", "scores"):
                torch.testing.assert_close(found[name], together[k][name], atol=1e-4, rtol=1e-4)


def test_permuting_images_changes_no_average_precision():
    rng = np.random.default_rng(0)
    model = small(RCNN).eval()
    scenes = crowd(4)
    images = torch.from_numpy(scenes.images).permute(0, 3, 1, 2) / 255
    found = model(images, proposals=[t["proposals"] for t in scenes.targets])
    order = rng.permutation(4)
    permuted = metrics.coco_summary([found[k] for k in order], [scenes.targets[k] for k in order])
    assert permuted["AP50"] == pytest.approx(metrics.coco_summary(found, scenes.targets)["AP50"], abs=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_detections_of_a_class_overlap_by_more_than_03_and_of_two_classes_they_may(kind):
    proposals = np.array([[10, 10, 50, 50], [12, 10, 52, 50], [30, 10, 70, 50], [60, 60, 90, 90]], np.float32)
    (found,) = small(kind).eval()(IMAGES[:1], proposals=[proposals])
    assert set(found["labels"].tolist()) == {0, 1}
    for label in (0, 1):
        of_class = found["boxes"][found["labels"] == label]
        overlap = boxes.iou(of_class, of_class).fill_diagonal_(0)
        assert overlap.max() <= 0.3
        assert len(of_class) >= 2


@pytest.mark.parametrize("kind", KINDS)
def test_selective_search_is_asked_where_there_are_no_proposals(kind):
    scene = pets.scenes(1, seed=8)
    images = torch.from_numpy(scene.images).permute(0, 3, 1, 2) / 255
    targets = [{name: scene.targets[0][name] for name in ("boxes", "labels")}]
    model = small(kind)
    assert torch.isfinite(model(images, targets)["cls"])
    assert len(model.eval()(images)) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("target", "error"),
    [
        ({"boxes": [[8, 8, 97, 40]]}, r"targets\[0\]: box 0 is \(8, 8, 97, 40\), which reaches beyond its image"),
        ({"boxes": [[8, 8, 8, 40]]}, r"which has no area"),
        ({"boxes": [[8, 8, np.nan, 40]]}, r"is not made of finite numbers"),
        ({"labels": [2]}, r"must be classes from 0 to 1, got 2 to 2; the background has no label"),
        ({"proposals": [1, 2]}, r"targets\[0\]\['proposals'\] must be a \(K, 4\) array"),
    ],
)
def test_targets_that_are_wrong_are_refused(kind, target, error):
    with pytest.raises(ValueError, match=error):
        small(kind)(IMAGES[:1], [TARGET | target])


@pytest.mark.parametrize("kind", KINDS)
def test_a_call_that_does_not_fit_the_mode_is_refused(kind):
    model = small(kind)
    with pytest.raises(ValueError, match=r"^targets must be given in training mode"):
        model(IMAGES)
    with pytest.raises(ValueError, match=r"^proposals must hold one list for each of the 3 images, got 1"):
        model.eval()(IMAGES, proposals=[[]])
    with pytest.raises(ValueError, match=r"^proposals\[1\] must be a \(K, 4\) array, got shape \(2, 3\)"):
        model(IMAGES, proposals=[[], [[1, 2, 3], [1, 2, 3]], []])
    with pytest.raises(ValueError, match=r"^images must be floats in 0..1"):
        model(IMAGES * 255, proposals=[[], [], []])
    with pytest.raises(ValueError, match=r"^classes must be at least 1"):
        kind(0)


def test_weak_detections_are_kept_for_the_precision_recall_curve():
    """A score threshold of 0.5 before average precision is computed cuts the recall."""
    fast, svms = small(FastRCNN).eval(), small(RCNN).eval()
    torch.nn.init.zeros_(fast.head.score.weight)
    fast.head.score.bias.data = torch.tensor([0.88, 0.06, 0.06]).log()
    svms.fitted.fill_(True)
    svms.svm_bias.fill_(-1.9)
    for model in (fast, svms):
        (found,) = model(IMAGES[:1], proposals=[PROPOSALS[:1]])
        assert sorted(found["labels"].tolist()) == [0, 1]


def test_fast_rcnns_losses_are_those_of_the_paper():
    """Cross-entropy over all regions; smooth L1 of the true class's codes for regions of objects; both per region."""
    model = small(FastRCNN)
    torch.manual_seed(1)
    losses = model(IMAGES[:1], [TARGET])
    rois = torch.tensor([TARGET["boxes"][0], *PROPOSALS[:2]])
    overlap = boxes.iou(rois, rois[:1])[:, 0]
    assert [float(o) for o in overlap] == pytest.approx([1, 0.787, 0.152], abs=1e-3)
    scores, codes = model.head(roi_pool(model.backbone(IMAGES[:1]), [rois], 5, 1 / 8))
    truth = torch.tensor([2, 2, 0])  # the third proposal of the target has no overlap and takes no part
    cls = -scores.log_softmax(1)[torch.arange(3), truth].mean()
    wanted = boxes.encode(rois[:1].repeat(2, 1), rois[:2], (10, 10, 5, 5))
    loc = functional.smooth_l1_loss(codes[:2, 1], wanted, reduction="sum") / 3
    assert losses["cls"].item() == pytest.approx(cls.item(), abs=1e-4)
    assert losses["loc"].item() == pytest.approx(loc.item(), abs=1e-4)


def test_background_of_fast_rcnn_overlaps_an_object_by_a_tenth_at_least():
    inside = {"boxes": [[0.0, 0, 40, 40]], "labels": [0], "proposals": [[50.0, 50, 90, 90]]}
    model = small(FastRCNN)
    only_object = model(IMAGES[:1], [inside])["cls"]
    assert float(only_object) == pytest.approx(float(model(IMAGES[:1], [inside | {"proposals": []}])["cls"]), abs=1e-5)


def test_the_pyramid_is_pooling_of_sixteen_four_and_one_bin():
    model = small(SPPNet)
    box = torch.tensor([[8.0, 16, 71, 87]])  # 9 places wide and 10 high
    features = model.pool5(IMAGES[:1], [box])[0]
    maps = model.backbone(IMAGES[:1])[:, :, 2:12, 1:10]
    expected = [functional.adaptive_max_pool2d(maps, bins).flatten() for bins in (4, 2, 1)]
    assert torch.allclose(features, torch.cat(expected))


def test_the_convolutions_of_spp_net_stay_as_they_came():
    source = small(RCNN)
    model = SPPNet(2, source.features[0], width=4, hidden=16)
    before = {name: value.clone() for name, value in source.features[0].state_dict().items()}
    fit(model, crowd(), epochs=2, batch_size=2, step=lambda model, batch: model(*batch), progress=False, device="cpu")
    assert all(value.equal(before[name]) for name, value in model.backbone.state_dict().items())
    assert not model.train().backbone.training


def test_r_cnn_takes_crops_of_whole_places_only():
    with pytest.raises(ValueError, match=r"^crop must be a multiple of 16, got 72"):
        RCNN(2, crop=72)
