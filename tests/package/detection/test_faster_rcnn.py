"""Faster R-CNN: its first stage by the paper's rules, both trainings, and the mistakes that others made.

Some mistakes of re-implementations cannot be made here, or are tested elsewhere:
- background colliding with class 0, or one class too few: labels count from 0 everywhere, and the head adds its class 0
  itself (test_roi_head.py: test_class_0_is_not_the_background, test_permuting_the_classes_...).
- the wrong half of two objectness channels read as foreground: there is one logit an anchor, and that it rises where
  an object is stands in test_objectness_is_the_probability_to_be_an_object.
- coordinates from 1 less 1 in unsigned numbers, mirrored boxes below 0, boxes without area: test_batch.py refuses them.
- the state of the optimizer, reloaded, overwriting a new learning rate: `train.fit` sets the rate from its schedule at
  each step (tests/package/train/test_resume.py).
- what belongs to YOLO and SSD, which are not here: confidence targets, roots of predictions, cells exchanged, ignore
  masks, priors that are not forced.
- boxes that were not scaled with their image: nothing here scales images; a box beyond its image is refused.
"""

import numpy as np
import pytest
import torch

from dlcourse import boxes, detection, metrics, train
from dlcourse.data import pets

STEP = {"step": lambda model, batch: model(*batch), "progress": False, "device": "cpu"}
NOTHING = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)}


def small(**options):
    torch.manual_seed(0)
    return detection.FasterRCNN(2, **{"width": 4, "hidden": 16, **options})


def batch(n=2, seed=3):
    scenes = pets.scenes(n, seed=seed)
    return torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255, scenes.targets


def perfect(rpn, objects, size=(96, 96)):
    """Outputs of a proposal network that knows the truth about each anchor."""
    candidates = rpn(torch.zeros(1, rpn.conv.in_channels, size[0] // 8, size[1] // 8))[2]
    overlap = boxes.iou(objects, candidates)
    codes = boxes.encode(objects[overlap.argmax(0)], candidates)
    return 20 * overlap.amax(0)[None] - 10, codes[None], candidates


class TestFirstStage:
    RPN = detection.RegionProposalNetwork(4)
    OBJECTS = torch.tensor([[10.0, 20, 45, 60], [50, 30, 90, 66]])

    def test_outputs_belong_to_the_anchors_in_their_order(self):
        """A bias at one place and one shape must come out at the anchor of that place and shape."""
        rpn = detection.RegionProposalNetwork(4)
        with torch.no_grad():
            rpn.conv.weight.zero_()
            rpn.conv.weight[:, :, 1, 1] = torch.eye(4)
            rpn.objectness.weight.zero_()
            rpn.objectness.weight[5, 2] = 1.0
            rpn.box.weight.zero_()
            rpn.box.weight[4 * 5 + 3, 2] = 1.0
        features = torch.zeros(1, 4, 12, 10)
        features[0, 2, 7, 3] = 1.0
        objectness, codes, candidates = rpn(features)
        (place,) = objectness[0].nonzero().flatten().tolist()
        assert codes[0].nonzero().tolist() == [[place, 3]]
        x0, y0, x1, y1 = candidates[place].tolist()
        assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx((28, 60))
        assert ((y1 - y0) / (x1 - x0), (y1 - y0) * (x1 - x0)) == pytest.approx((1.4, 38**2), rel=1e-4)

    def test_objectness_is_the_probability_to_be_an_object(self):
        outputs = perfect(self.RPN, self.OBJECTS)
        found = self.RPN.propose(outputs, (96, 96), 400, 100)[0]
        torch.testing.assert_close(boxes.iou(self.OBJECTS, found["boxes"][:2]).amax(1), torch.ones(2))
        assert found["scores"][0] > 0.9
        assert (found["scores"].diff() <= 0).all()
        losses = self.RPN.losses(outputs, [{"boxes": self.OBJECTS}], (96, 96))
        turned = self.RPN.losses((-outputs[0], *outputs[1:]), [{"boxes": self.OBJECTS}], (96, 96))
        assert losses["objectness"] < 0.1 < 3 < turned["objectness"]
        assert losses["proposal_box"].item() == pytest.approx(0, abs=1e-9)

    def test_the_best_are_kept_however_low_their_scores_are(self):
        """With only scores above 0.5, mAP stayed at 30 to 40 % elsewhere: in the beginning there are none."""
        objectness, codes, candidates = perfect(self.RPN, self.OBJECTS)
        high = self.RPN.propose((objectness, codes, candidates), (96, 96), 400, 100)[0]
        low = self.RPN.propose((objectness - 30, codes, candidates), (96, 96), 400, 100)[0]
        assert (low["scores"] < 1e-6).all()
        assert torch.equal(low["boxes"], high["boxes"])

    def test_proposals_are_clipped_large_enough_few_enough_and_overlap_little(self):
        torch.manual_seed(0)
        outputs = torch.randn(3, 1296), torch.randn(3, 1296, 4), perfect(self.RPN, self.OBJECTS)[2]
        for found in self.RPN.propose(outputs, (96, 96), 300, 40):
            assert len(found["boxes"]) == 40
            assert found["boxes"].min() >= 0
            assert found["boxes"].max() <= 96
            assert (found["boxes"][:, 2:] - found["boxes"][:, :2]).min() >= 4
            overlap = boxes.iou(found["boxes"], found["boxes"])
            assert overlap.fill_diagonal_(0).max() <= 0.7
        few = self.RPN.propose(outputs, (96, 96), 5, 40)
        assert all(len(each["boxes"]) <= 5 for each in few)

    def test_height_and_width_are_not_mixed_up(self):
        outputs = torch.zeros(1, 9 * 6 * 12), torch.zeros(1, 9 * 6 * 12, 4), None
        candidates = self.RPN(torch.zeros(1, 4, 6, 12))[2]
        found = self.RPN.propose((*outputs[:2], candidates), (48, 96), 648, 648)[0]["boxes"]
        assert found[:, 3].max() == 48
        assert found[:, 2].max() == 96

    def test_losses_by_hand(self):
        """One positive and two negatives in a map with three anchors: the mean of three, smooth L1 with sigma 3."""
        candidates = torch.tensor([[10.0, 10, 30, 30], [60, 60, 80, 80], [40, 0, 60, 20], [-4, 0, 16, 20]])
        objects = torch.tensor([[12.0, 10, 32, 30]])  # IoU 18 / 22 with the first, 0.1 of its width to the right
        logits = torch.tensor([[2.0, -1.0, 0.5, 99.0]])
        codes = torch.zeros(1, 4, 4)
        codes[0, 0] = torch.tensor([0.15, 0.3, 0, 0])
        losses = self.RPN.losses((logits, codes, candidates), [{"boxes": objects}], (96, 96))
        entropy = np.log1p(np.exp([-2.0, -1.0, 0.5])).sum() / 3
        assert losses["objectness"].item() == pytest.approx(entropy, rel=1e-5)
        parabola, line = 0.5 * 9 * 0.05**2, 0.3 - 0.5 / 9
        assert losses["proposal_box"].item() == pytest.approx((parabola + line) / 3, rel=1e-5)

    def test_an_image_counts_at_most_64_anchors_half_of_them_positive(self):
        objectness = torch.zeros(2, 1296, requires_grad=True)
        candidates = perfect(self.RPN, self.OBJECTS)[2]
        many = candidates[(candidates >= 0).all(1) & (candidates[:, 2] <= 56) & (candidates[:, 3] <= 96)]
        targets = [{"boxes": many}, NOTHING]
        losses = self.RPN.losses((objectness, torch.zeros(2, 1296, 4), candidates), targets, (96, 96))
        losses["objectness"].backward()
        assert (objectness.grad != 0).sum(1).tolist() == [64, 64]
        assert (objectness.grad < 0).sum(1).tolist() == [32, 0]


class TestModel:
    def test_losses_have_the_names_of_the_equations_and_all_parts_learn(self):
        model = small()
        losses = model(*batch())
        assert list(losses) == ["objectness", "proposal_box", "class", "box"]
        assert losses["class"].item() == pytest.approx(np.log(3), rel=0.1)
        assert losses["objectness"].item() == pytest.approx(np.log(2), rel=0.1)
        sum(losses.values()).backward()
        assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())

    def test_the_second_stage_moves_the_convolutions_but_not_the_proposal_network(self):
        """Proposals are detached: else the head's box loss would reach the codes that the proposals came from."""
        model = small()
        losses = model(*batch())
        (losses["class"] + losses["box"]).backward()
        assert all(p.grad is None for p in model.rpn.parameters())
        assert all(p.grad.abs().sum() > 0 for p in model.backbone.parameters())

    def test_targets_in_evaluation_mode_give_losses_and_none_in_training_mode_is_an_error(self):
        images, targets = batch()
        model = small()
        with pytest.raises(ValueError, match=r"targets must be given in training mode; .*model\.eval\(\)"):
            model(images)
        assert set(model.eval()(images, targets)) == {"objectness", "proposal_box", "class", "box"}

    def test_clear_errors_come_from_what_a_batch_must_be(self):
        images, targets = batch()
        wrong = [targets[0] | {"labels": targets[0]["labels"] + 1}, targets[1] | {"labels": targets[1]["labels"] + 1}]
        with pytest.raises(ValueError, match=r"must be classes from 0 to 1.*the background has no label of its own"):
            small()(images, wrong)
        with pytest.raises(ValueError, match=r"floats in 0\.\.1, got numbers from 0 to 255"):
            small()((images * 255).round(), targets)
        with pytest.raises(ValueError, match=r"classes must be at least 1"):
            detection.FasterRCNN(0)
        with pytest.raises(ValueError, match=r"pool must be one of 'align', 'pool'"):
            detection.FasterRCNN(2, pool="max")

    def test_images_without_objects_train_and_a_batch_of_nothing_else(self):
        images, targets = batch()
        for given in ([targets[0], NOTHING], [NOTHING, NOTHING]):
            losses = small()(images, given)
            sum(losses.values()).backward()
            assert all(torch.isfinite(loss) for loss in losses.values())
        assert losses["proposal_box"].item() == losses["box"].item() == 0

    def test_no_proposals_no_predictions(self):
        model = small()
        images, targets = batch()
        model.before = model.after = 0
        assert all(torch.isfinite(loss) for loss in model(images, [NOTHING, targets[1]]).values())
        found = model.eval()(images)
        assert [(each["boxes"].shape, len(each["labels"]), len(each["scores"])) for each in found] == [
            ((0, 4), 0, 0)
        ] * 2

    def test_the_images_of_a_batch_do_not_touch_each_other_in_prediction(self):
        model = small(width=8).eval()
        images, _ = batch(4)
        together = model(images)
        order = [2, 0, 3, 1]
        for found in (model(images[order]), [model(images[[k]])[0] for k in order]):
            for k, each in zip(order, found, strict=True):
                torch.testing.assert_close(each["boxes"], together[k]["boxes"], atol=1e-3, rtol=0)
                assert torch.equal(each["labels"], together[k]["labels"])

    def test_images_of_other_sizes_than_squares_of_96(self):
        model = small().eval()
        for found in (model(torch.rand(1, 3, 60, 130))[0], model.propose(torch.rand(1, 3, 60, 130))[0]):
            assert found["boxes"][:, [0, 2]].max() <= 130
            assert found["boxes"][:, [1, 3]].max() <= 60

    def test_proposals_can_be_looked_at_with_the_anchors_that_they_came_from(self):
        model = small().eval()
        found = model.propose(batch()[0])
        assert [len(each["boxes"]) <= 100 for each in found] == [True, True]
        assert boxes.iou(found[0]["boxes"], found[0]["anchors"]).diagonal().mean() > 0.5  # untrained: hardly moved
        assert not found[0]["boxes"].requires_grad

    def test_one_image_is_learned_by_heart(self):
        """Whoever cannot overfit one image need not try many."""
        scene = pets.scenes(3, seed=304)[2:]
        model = small(width=8, hidden=32)
        history = train.fit(model, scene, epochs=60, learning_rate=5e-3, schedule=train.one_cycle, clip=10.0, **STEP)
        assert history["loss"][-1] < history["loss"][0] / 5
        found = model.eval()(torch.tensor(scene.images).permute(0, 3, 1, 2) / 255)
        assert metrics.average_precision(found, scene.targets, 0.5) == pytest.approx(1)


class TestAlternating:
    @pytest.fixture(scope="class")
    @classmethod
    def trained(cls):
        model = small()
        before = {name: value.clone() for name, value in model.state_dict().items()}
        scenes = pets.scenes(6, seed=305)
        histories = detection.alternate(model, scenes, epochs=(2, 1, 2, 1), batch_size=3, progress=False)
        return model, before, histories

    def test_four_steps_train_one_stage_each(self, trained):
        _, _, histories = trained
        names = [set(history) - {"loss", "learning_rate", "seconds"} for history in histories]
        assert names == [{"objectness", "proposal_box"}, {"class", "box"}] * 2
        assert [len(history["loss"]) for history in histories] == [2, 1, 2, 1]

    def test_everything_has_been_trained_and_everything_can_be_again(self, trained):
        model, before, _ = trained
        assert all(not torch.equal(value, before[name]) for name, value in model.state_dict().items())
        assert all(p.requires_grad for p in model.parameters())
        assert all(module.training for module in model.modules())

    def test_the_shared_convolutions_stay_as_step_2_left_them(self, monkeypatch):
        model, seen = small(), []

        def spy(stage, *args, **options):
            history = real(stage, *args, **options)
            parts = {"backbone": stage.model.backbone, "rpn": stage.model.rpn, "head": stage.model.head}
            seen.append({k: [v.clone() for v in part.state_dict().values()] for k, part in parts.items()})
            return history

        real = train.fit
        monkeypatch.setattr(train, "fit", spy)
        start = [v.clone() for v in model.rpn.state_dict().values()]
        detection.alternate(model, pets.scenes(4, seed=305), epochs=1, batch_size=2, progress=False)
        one, two, three, four = seen

        def same(a, b):
            return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))

        assert same(two["backbone"], three["backbone"])
        assert same(two["backbone"], four["backbone"])
        assert not same(one["backbone"], two["backbone"]), "before step 3 nothing is shared"
        assert same(two["rpn"], start)
        assert not same(three["rpn"], two["rpn"])
        assert same(three["rpn"], four["rpn"])
        assert same(two["head"], three["head"])
        assert not same(three["head"], four["head"])

    def test_what_cannot_be_alternated(self):
        scenes = pets.scenes(2, seed=305)
        with pytest.raises(TypeError, match="model must be a FasterRCNN, got Linear"):
            detection.alternate(torch.nn.Linear(2, 2), scenes, epochs=1)
        with pytest.raises(ValueError, match="epochs must be one number or four"):
            detection.alternate(small(), scenes, epochs=(1, 2))
        with pytest.raises(ValueError, match="epochs must be at least 1"):
            detection.alternate(small(), scenes, epochs=0)
        with pytest.raises(ValueError, match="checkpoint must be left out"):
            detection.alternate(small(), scenes, epochs=1, checkpoint="here")
