"""Classes in a tree, and YOLO9000, which learns from boxes and from labels without boxes."""

import math

import numpy as np
import pytest
import torch

from dlcourse import boxes, detection, train
from dlcourse.data import pets
from dlcourse.detection import WordTree

PARENTS = [-1, -1, 0, 0, 0, 1, 1, 2, 2]  # three levels; node 7 lies below 2 and 0
PETS = WordTree([-1, -1] + [0] * 4 + [1] * 4, [*pets.CLASSES, *pets.BREED_NAMES])
NAMES = ["centre", "size", "object", "no_object", "class", "prior", "label"]


def small(tree=PETS, **options):
    torch.manual_seed(0)
    return detection.YOLO9000(tree, **{"width": 4, **options})


def batch(n=2, seed=3):
    scenes = pets.scenes(n, seed=seed)
    images = torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255
    return images, [{name: torch.as_tensor(t[name]) for name in ("boxes", "labels")} for t in scenes.targets]


def conditional_by_hand(logits):
    """One softmax for each group of siblings, in Python's numbers."""
    return [
        math.exp(logits[i]) / sum(math.exp(logits[j]) for j in range(len(PARENTS)) if PARENTS[j] == PARENTS[i])
        for i in range(len(PARENTS))
    ]


def product_by_hand(conditional, node):
    return conditional[node] * (product_by_hand(conditional, PARENTS[node]) if PARENTS[node] >= 0 else 1)


class TestTree:
    LOGITS = torch.randn(50, len(PARENTS), generator=torch.Generator().manual_seed(0)) * 2

    def test_probabilities_are_products_of_softmaxes_among_siblings(self):
        found = WordTree(PARENTS).probabilities(self.LOGITS)
        for row, logits in zip(found.tolist(), self.LOGITS.tolist(), strict=True):
            conditional = conditional_by_hand(logits)
            assert row == pytest.approx([product_by_hand(conditional, i) for i in range(len(PARENTS))], rel=1e-4)

    def test_children_add_up_to_their_parent_and_the_first_level_to_1(self):
        found = WordTree(PARENTS).probabilities(self.LOGITS)
        for parent in (-1, 0, 1, 2):
            children = [i for i, each in enumerate(PARENTS) if each == parent]
            whole = torch.ones(50) if parent < 0 else found[:, parent]
            torch.testing.assert_close(found[:, children].sum(1), whole)

    def test_the_loss_is_the_cross_entropy_at_the_level_of_the_label_and_at_all_above(self):
        tree = WordTree(PARENTS)
        for label, way in ((1, [1]), (3, [0, 3]), (7, [0, 2, 7])):
            conditional = conditional_by_hand(self.LOGITS[0].tolist())
            wanted = -sum(math.log(conditional[node]) for node in way)
            assert tree.path(label) == way
            assert tree.loss(self.LOGITS[:1], torch.tensor([label])).item() == pytest.approx(wanted, rel=1e-5)

    def test_a_label_says_nothing_about_what_is_below_it(self):
        logits = self.LOGITS[:1].clone().requires_grad_()
        WordTree(PARENTS).loss(logits, torch.tensor([0])).backward()
        assert logits.grad[0].nonzero().flatten().tolist() == [0, 1]

    def test_the_loss_of_no_objects_is_0(self):
        assert WordTree(PARENTS).loss(torch.zeros(0, 9), torch.zeros(0, dtype=torch.long)).item() == 0

    @pytest.mark.parametrize("threshold", [0.1, 0.3, 0.5, 0.8])
    def test_descending_goes_to_the_likeliest_child_while_it_is_likely_enough(self, threshold):
        nodes, probabilities = WordTree(PARENTS).descend(self.LOGITS, threshold)
        stopped = 0
        for logits, node, probability in zip(self.LOGITS.tolist(), nodes.tolist(), probabilities.tolist(), strict=True):
            conditional = conditional_by_hand(logits)
            here, p = -1, 1.0
            while True:
                children = [i for i, each in enumerate(PARENTS) if each == here]
                if not children:
                    break
                best = max(children, key=lambda i: conditional[i])
                if here >= 0 and p * conditional[best] <= threshold:
                    stopped += 1
                    break
                here, p = best, p * conditional[best]
            assert (node, probability) == (here, pytest.approx(p, rel=1e-4))
        assert stopped < 50

    def test_a_threshold_of_0_names_a_leaf_and_of_1_the_first_level(self):
        tree = WordTree(PARENTS)
        assert set(tree.descend(self.LOGITS, 0)[0].tolist()) <= {3, 4, 5, 6, 7, 8}
        assert set(tree.descend(self.LOGITS, 1)[0].tolist()) == {0, 1}

    def test_nodes_of_one_level_are_a_softmax(self):
        tree = WordTree([-1] * 4)
        logits = torch.randn(3, 4)
        torch.testing.assert_close(tree.probabilities(logits), logits.softmax(1))

    def test_clear_errors(self):
        for wrong, message in (
            (([],), "parents must hold one node at least"),
            (([-1, 1],), r"parents\[1\] must be a node before it, or -1, got 1"),
            (([-2],), r"parents\[0\] must be at least -1"),
            (([-1, -1], ["cat"]), "names must be one for each of the 2 nodes, got 1"),
        ):
            with pytest.raises(ValueError, match=message):
                WordTree(*wrong)
        with pytest.raises(ValueError, match=r"logits must be \(..., 9\), got a tensor of shape \(2, 3\)"):
            WordTree(PARENTS).probabilities(torch.zeros(2, 3))
        with pytest.raises(ValueError, match="threshold must be a finite number between 0"):
            WordTree(PARENTS).descend(self.LOGITS, 2)


class TestJointTraining:
    def test_boxes_are_learned_as_in_yolov2_with_the_loss_of_the_tree(self):
        images, targets = batch()
        model = small().eval()
        losses = model(images, targets)
        assert list(losses) == NAMES
        assert losses["label"].item() == 0
        wanted = detection.yolov2_losses(
            model.outputs(images), targets, (96, 96), model.priors, early=True, class_loss=PETS.loss
        )
        for name, value in wanted.items():
            assert losses[name].item() == pytest.approx(value.item(), rel=1e-5)

    @pytest.mark.parametrize("choose", ["class", "object"])
    def test_a_label_alone_teaches_the_classes_of_the_box_that_is_surest_and_nothing_else(self, choose, monkeypatch):
        """Surest of the label, as in the paper, or of holding an object."""
        images, _ = batch()
        model = small(choose=choose).eval()
        outputs = torch.randn(2, 6, 6, 5, 5 + len(PETS), generator=torch.Generator().manual_seed(1)).requires_grad_()
        monkeypatch.setattr(model, "outputs", lambda images: outputs)
        labels = [3, 1]
        losses = model(images, [{"labels": [label]} for label in labels])
        assert [losses[name].item() for name in NAMES[:-1]] == [0] * 6
        sum(losses.values()).backward()
        wanted = 0.0
        for i, label in enumerate(labels):
            scores = outputs[i, ..., 4].sigmoid()
            if choose == "class":
                scores = scores * PETS.probabilities(outputs[i, ..., 5:])[..., label]
            best = np.unravel_index(int(scores.argmax()), scores.shape)
            wanted -= math.log(PETS.probabilities(outputs[i][best][5:])[label].item())
            touched = outputs.grad[i].nonzero()
            assert {tuple(each) for each in touched[:, :3].tolist()} == {tuple(int(k) for k in best)}
            assert (touched[:, 3] >= 5).all()
        assert losses["label"].item() == pytest.approx(wanted / 2, rel=1e-4)

    def test_a_batch_may_have_both_and_its_losses_are_means_over_all_images(self):
        images, targets = batch(3)
        model = small().eval()
        both = model(images, [targets[0], {"labels": torch.tensor([4])}, targets[2]])
        boxed = model(images[[0, 2]], [targets[0], targets[2]])
        label = model(images[[1]], [{"labels": torch.tensor([4])}])
        for name in NAMES:
            assert both[name].item() == pytest.approx((2 * boxed[name] + label[name]).item() / 3, rel=1e-4, abs=1e-7)

    def test_an_image_without_objects_is_no_image_with_a_label_only(self):
        images, _ = batch()
        nothing = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)}
        losses = small()(images, [nothing, nothing])
        assert losses["no_object"] > 0
        assert losses["label"] == 0

    def test_breeds_are_learned_without_a_box_of_any_breed(self):
        """Boxes say cat or dog; the same pets with their breed and no box: then boxes have breeds."""
        scenes = pets.scenes(4, max_objects=1, seed=308)
        images = torch.tensor(scenes.images).permute(0, 3, 1, 2) / 255
        boxed = [{name: torch.as_tensor(t[name]) for name in ("boxes", "labels")} for t in scenes.targets]
        breeds = [int(t["breeds"][0]) + 2 for t in scenes.targets]
        assert len(set(breeds)) > 2
        model = small(width=8)
        step = {
            "step": lambda model, batch: model(*batch),
            "schedule": train.one_cycle,
            "clip": 10.0,
            "progress": False,
        }
        labels = [{"labels": torch.tensor([breed])} for breed in breeds]
        train.fit(model, (images, boxed), epochs=60, learning_rate=5e-3, device="cpu", **step)
        train.fit(
            model, (torch.cat((images, images)), boxed + labels), epochs=40, learning_rate=5e-3, device="cpu", **step
        )
        for found, target, breed in zip(model.eval()(images), boxed, breeds, strict=True):
            assert found["labels"][0] == breed
            assert boxes.iou(found["boxes"][:1], target["boxes"]).item() > 0.5

    def test_a_prediction_is_a_node_that_is_sure_enough_once_for_each_box(self, monkeypatch):
        model = small().eval()
        outputs = torch.zeros(1, 6, 6, 5, 5 + len(PETS))
        outputs[..., 4] = -20
        outputs[0, 2, 2, 0, 4] = outputs[0, 4, 4, 0, 4] = 20
        outputs[0, 2, 2, 0, 5] = 5  # a cat, of any breed
        outputs[0, 4, 4, 0, [6, 13]] = 5.0  # a dog of the third breed: node 2 + 4 + 2 is 8 places after the cat
        monkeypatch.setattr(model, "outputs", lambda images: outputs)
        found = model(torch.zeros(1, 3, 96, 96))[0]
        assert sorted(PETS.names[k] for k in found["labels"]) == sorted(["cat", PETS.names[8]])
        assert found["scores"].min() > 0.9

    def test_clear_errors(self):
        images, targets = batch()
        for wrong in ({}, {"labels": [1, 2]}, {"labels": []}, [1]):
            with pytest.raises(ValueError, match=r"targets\[1\] must have boxes, or one label for the image"):
                small()(images, [targets[0], wrong])
        with pytest.raises(ValueError, match=r"targets\[1\]\['labels'\] must be between 0 and 9, got 10"):
            small()(images, [targets[0], {"labels": [10]}])
        with pytest.raises(ValueError, match="must hold one dict for each of the 2 images, got 1"):
            small()(images, targets[:1])
        with pytest.raises(ValueError, match="targets must be given in training mode"):
            small()(images)
        with pytest.raises(ValueError, match="choose must be one of 'class', 'object'"):
            small(choose="box")
        with pytest.raises(TypeError, match="tree must be a WordTree"):
            detection.YOLO9000([-1, -1])
