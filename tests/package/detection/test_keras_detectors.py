"""Detectors in Keras give what those in PyTorch give: outputs, losses and detections, with the same weights."""

import keras
import numpy as np
import pytest
import torch
from torch import nn

from dlcourse import boxes, detection, metrics, models, train
from dlcourse.data import pets
from dlcourse.detection import _rpn
from dlcourse.detection._roi_head import WEIGHTS, roi_labels

there = detection.keras
NOTHING = {"boxes": np.zeros((0, 4), "float32"), "labels": np.zeros(0, int)}


def shaken(model):
    """All numbers away from 0 and 1, where a mistake in them would not show."""
    draw = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.weight.uniform_(0.5, 1.5, generator=draw)
                module.running_mean.normal_(0, 0.1, generator=draw)
                module.running_var.uniform_(0.5, 1.5, generator=draw)
            if isinstance(getattr(module, "bias", None), torch.Tensor):
                module.bias.normal_(0, 0.1, generator=draw)
    return model.eval()


class Scenes:
    """Four scenes, one without objects, one with two objects for one predictor."""

    def __init__(self):
        scenes = pets.scenes(4, seed=3)
        self.images, self.targets = scenes.images, [dict(target) for target in scenes.targets]
        self.targets[1] = NOTHING
        close = np.array([[41, 40, 71, 70], [43, 40, 73, 70]], "float32")
        self.targets[2] = {"boxes": close, "labels": np.array([0, 1])}

    @property
    def tensor(self):
        return torch.tensor(self.images).permute(0, 3, 1, 2) / 255

    @property
    def floats(self):
        return self.images.astype("float32") / 255


class TestYOLOv3:
    @pytest.fixture(scope="class")
    @classmethod
    def pair(cls):
        torch.manual_seed(0)
        here = shaken(detection.YOLOv3(2, width=4))
        return here, models.to_keras(here, there.YOLOv3(2, width=4))

    @pytest.mark.parametrize("size", [(96, 96), (64, 128)])
    def test_the_outputs_and_boxes_are_the_same(self, pair, size):
        here, keras_model = pair
        images = np.random.default_rng(0).random((2, *size, 3)).astype("float32")
        with torch.no_grad():
            ours = here.outputs(torch.tensor(images).permute(0, 3, 1, 2))
        theirs = keras_model(images)
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(keras.ops.convert_to_numpy(b), a.numpy(), atol=1e-4)
            assert a.std() > 0.1
        np.testing.assert_allclose(
            keras.ops.convert_to_numpy(keras_model.boxes(theirs)), here.boxes(ours).numpy(), atol=1e-3
        )

    @pytest.mark.parametrize("ignore", [0.3, 0.5])
    def test_the_losses_are_the_same_on_the_same_batch(self, pair, ignore):
        here, keras_model = pair
        scenes = Scenes()
        here.ignore = keras_model.ignore = ignore
        with torch.no_grad():
            ours = {name: float(value) for name, value in here(scenes.tensor, scenes.targets).items()}
        theirs = keras_model.losses_of(keras_model(scenes.floats), there.padded(scenes).targets)
        assert {name: float(value) for name, value in theirs.items()} == pytest.approx(ours, rel=1e-4)
        assert min(ours.values()) > 0

    def test_the_losses_are_the_same_on_wide_images(self, pair):
        """Where rows are not as long as columns: the upper right and the lower left corner."""
        here, keras_model = pair
        outputs = [torch.randn(1, 64 // s, 128 // s, 3, 7) for s in (4, 8, 16)]
        found = torch.tensor([[90.0, 2, 127, 29], [1, 20, 37, 63]])
        target = {"boxes": found, "labels": torch.tensor([1, 0])}
        ours = {name: float(value) for name, value in here.losses(outputs, [target], (64, 128)).items()}
        table = np.concatenate((found, target["labels"][:, None]), 1)[None]
        theirs = keras_model.losses_of([each.numpy() for each in outputs], table)
        assert {name: float(value) for name, value in theirs.items()} == pytest.approx(ours, rel=1e-4)

    def test_gradients_are_the_same(self, pair):
        import tensorflow as tf

        here, keras_model = pair
        scenes = Scenes()
        loss = sum(here(scenes.tensor, scenes.targets).values())
        weight = here.scales[0].out.weight
        (ours,) = torch.autograd.grad(loss, weight)
        variable = keras_model.scales[0].out.kernel
        with tf.GradientTape() as tape:
            outputs = keras_model(scenes.floats)
            loss = sum(keras_model.losses_of(outputs, there.padded(scenes).targets).values())
        theirs = keras.ops.convert_to_numpy(tape.gradient(loss, variable.value))
        np.testing.assert_allclose(theirs[0, 0].T, ours[:, :, 0, 0].numpy(), rtol=1e-3, atol=1e-3)

    @pytest.mark.parametrize("box", [[-1, -1, -1, -1], [20, 20, 70, 70]])
    def test_more_rows_of_no_object_change_nothing(self, pair, box):
        """Whatever box stands in them: what else would overlap it would be left alone."""
        _, keras_model = pair
        scenes = there.padded(Scenes())
        outputs = keras_model(scenes.images.astype("float32") / 255)
        rows = np.broadcast_to(np.array([*box, -1], scenes.targets.dtype), (len(scenes.targets), 3, 5))
        more = np.concatenate((scenes.targets, rows), 1)
        one, other = (keras_model.losses_of(outputs, table) for table in (scenes.targets, more))
        assert {k: float(v) for k, v in one.items()} == pytest.approx({k: float(v) for k, v in other.items()})

    def test_the_detections_are_the_same(self, pair):
        here, keras_model = pair
        scenes = Scenes()
        ours, theirs = here(scenes.tensor), keras_model.detect(scenes.images)
        assert min(len(each["boxes"]) for each in theirs) > 10
        for a, b in zip(ours, theirs, strict=True):
            assert a["labels"].tolist() == b["labels"].tolist()
            np.testing.assert_allclose(b["scores"], a["scores"], atol=1e-4)
            np.testing.assert_allclose(b["boxes"], a["boxes"], atol=1e-2)

    def test_fit_trains_it_and_each_loss_has_its_curve(self):
        keras.utils.set_random_seed(0)
        scene = pets.scenes(3, seed=304)[2:]
        model, once = there.YOLOv3(2, width=8), there.padded(scene)
        often = there.Padded(once.images.repeat(25, 0), once.targets.repeat(25, 0))
        history = train.fit(
            model, often, once, epochs=8, learning_rate=5e-3, schedule=train.one_cycle, clip=10.0, batch_size=1,
            progress=False,
        )  # fmt: skip
        names = {"loss", "centre", "size", "object", "no_object", "class"}
        assert names | {f"valid_{name}" for name in names} <= set(history)
        parts = sum(history[name][-1] for name in names - {"loss"})
        assert history["loss"][-1] == pytest.approx(parts, rel=1e-3)
        assert history["loss"][-1] < history["loss"][0] / 10
        assert metrics.average_precision(model.detect(scene.images), scene.targets, 0.5) == pytest.approx(1)

    def test_clear_errors(self, pair):
        with pytest.raises(ValueError, match=r"multiples of 16, got \(96, 100\)"):
            pair[1].detect(np.zeros((1, 96, 100, 3), "float32"))
        with pytest.raises(ValueError, match="classes must be at least 1"):
            there.YOLOv3(0)
        with pytest.raises(ValueError, match="priors must be widths and heights above 0"):
            there.YOLOv3(2, priors=[[(10, 20)], [(0, 20)], [(30, 30)]])


class TestFasterRCNNsHeads:
    def test_the_proposal_heads_outputs_and_losses_are_the_same(self):
        torch.manual_seed(0)
        here = shaken(detection.RegionProposalNetwork(8))
        nn.init.normal_(here.conv.weight, std=0.2)
        nn.init.normal_(here.objectness.weight, std=0.2)
        nn.init.normal_(here.box.weight, std=0.2)
        head = models.to_keras(here, there.RegionProposalHead(8))
        features = torch.randn(2, 8, 12, 10)
        with torch.no_grad():
            objectness, codes, anchors = here(features)
        logits, numbers = head(features.permute(0, 2, 3, 1).numpy())
        np.testing.assert_allclose(keras.ops.convert_to_numpy(logits), objectness, atol=1e-4)
        np.testing.assert_allclose(keras.ops.convert_to_numpy(numbers), codes, atol=1e-4)
        assert objectness.std() > 0.1

        targets = [{"boxes": torch.tensor([[10.0, 20, 45, 60], [30, 40, 70, 90]])}, {"boxes": torch.zeros(0, 4)}]
        torch.manual_seed(1)
        ours = here.losses((objectness, codes, anchors), targets, (96, 80))
        torch.manual_seed(1)  # the same draw once more, as a table
        labels, wanted = np.full(objectness.shape, -1), np.zeros(codes.shape, "float32")
        for k, target in enumerate(targets):
            matched = _rpn.anchor_labels(anchors, target["boxes"], (96, 80))
            positives, negatives = detection.sample(matched, _rpn.DRAWN, 0.5)
            labels[k, positives], labels[k, negatives] = 1, 0
            wanted[k, positives] = boxes.encode(target["boxes"][matched[positives]], anchors[positives])
        theirs = there.proposal_losses(logits, numbers, labels, wanted)
        assert {k: float(v) for k, v in theirs.items()} == pytest.approx({k: float(v) for k, v in ours.items()}, 1e-4)
        assert (labels == 1).any()

    def test_the_second_heads_outputs_and_losses_are_the_same(self):
        torch.manual_seed(0)
        here = shaken(detection.RoIHead(2, 6 * 5 * 5, 16))
        nn.init.normal_(here.score.weight, std=0.3)
        nn.init.normal_(here.box.weight, std=0.3)
        head = models.to_keras(here, there.RoIHead(2, channels=6, hidden=16))
        pooled = torch.randn(7, 6, 5, 5)
        with torch.no_grad():
            scores, codes = here(pooled)
        logits, numbers = head(pooled.permute(0, 2, 3, 1).numpy())
        np.testing.assert_allclose(keras.ops.convert_to_numpy(logits), scores, atol=1e-4)
        np.testing.assert_allclose(keras.ops.convert_to_numpy(numbers), codes, atol=1e-4)

        target = {"boxes": torch.tensor([[10.0, 20, 45, 60], [30, 40, 70, 90]]), "labels": torch.tensor([1, 0])}
        rois = torch.tensor([[12.0, 20, 44, 60], [30, 40, 72, 92], [50, 0, 60, 10], [31, 40, 70, 88]])
        matched = torch.tensor([0, 1, -1, 1])
        ours = detection.head_losses(scores[:4], codes[:4], [rois], [matched], [target])
        wanted = boxes.encode(target["boxes"][matched.clamp(min=0)], rois, WEIGHTS)
        theirs = there.head_losses(logits[:4], numbers[:4], roi_labels(matched, target).numpy(), wanted.numpy())
        assert {k: float(v) for k, v in theirs.items()} == pytest.approx({k: float(v) for k, v in ours.items()}, 1e-4)

    def test_clear_errors(self):
        with pytest.raises(ValueError, match="shapes must be at least 1"):
            there.RegionProposalHead(8, 0)
        with pytest.raises(TypeError, match="hidden must be a whole number"):
            there.RoIHead(2, 8, hidden=2.5)


class TestBoxes:
    DICE = np.random.default_rng(0)

    def random(self, *shape):
        low = self.DICE.uniform(-5, 90, (*shape, 2))
        return np.concatenate((low, low + self.DICE.uniform(0, 40, (*shape, 2))), -1).astype("float32")

    def test_overlaps_codes_and_clipping_are_those_of_the_package(self):
        a, b = self.random(20), self.random(30)
        np.testing.assert_allclose(there.iou(a, b), boxes.iou(a, b), atol=1e-5)
        assert float(there.iou([[1.0, 1, 1, 1]], [[1.0, 1, 1, 1]])[0, 0]) == 0
        codes = self.DICE.normal(0, 2, (20, 4)).astype("float32")
        for weights in ((1, 1, 1, 1), (10, 10, 5, 5)):
            np.testing.assert_allclose(there.decode(codes, a, weights), boxes.decode(codes, a, weights), rtol=1e-4)
        np.testing.assert_allclose(there.clip(a, (60, 80)), boxes.clip(a, (60, 80)))

    @pytest.mark.parametrize("threshold", [0.0, 0.3, 0.7, 1.0])
    def test_suppression_is_that_of_the_package_in_each_image(self, threshold):
        found, scores = self.random(3, 60), self.DICE.random((3, 60)).astype("float32").round(2)  # some are equal
        labels = self.DICE.integers(0, 3, (3, 60))
        kept = np.asarray(there.batched_nms(found, scores, labels, threshold, limit=60))
        for row, b, s, c in zip(kept, found, scores, labels, strict=True):
            assert row[row >= 0].tolist() == boxes.batched_nms(b, s, c, threshold).tolist()
            assert (np.diff((row >= 0).astype(int)) <= 0).all()
        few = np.asarray(there.batched_nms(found, scores, labels, threshold, limit=5))
        assert few.tolist() == kept[:, :5].tolist()

    def test_suppression_can_be_compiled(self):
        import tensorflow as tf

        found, scores = self.random(2, 30), self.DICE.random((2, 30)).astype("float32")
        labels = np.zeros((2, 30), "int32")
        compiled = tf.function(lambda *given: there.batched_nms(*given, 0.4, 10))
        np.testing.assert_array_equal(
            compiled(found, scores, labels), there.batched_nms(found, scores, labels, 0.4, 10)
        )

    def test_what_has_a_score_below_0_is_never_kept(self):
        kept = there.batched_nms(self.random(1, 3), [[-1.0, -1, -1]], [[0, 1, 2]], limit=2)
        assert np.asarray(kept).tolist() == [[-1, -1]]


class TestPadded:
    def test_it_holds_every_object_and_says_where_there_is_none(self):
        scenes = Scenes()
        table = there.padded(scenes).targets
        for row, target in zip(table, scenes.targets, strict=True):
            count = len(target["boxes"])
            np.testing.assert_array_equal(row[:count, :4], target["boxes"])
            assert row[:, 4].tolist() == [*target["labels"], *[-1] * (len(row) - count)]

    def test_mirrored_ones_are_those_of_pytorch(self):
        scenes = pets.scenes(3, seed=3)
        both = there.padded(scenes, mirror=True)
        pixels = torch.tensor(scenes.images).permute(0, 3, 1, 2)
        targets = [{"boxes": torch.tensor(target["boxes"])} for target in scenes.targets]
        images, turned = detection.mirrored(pixels, targets, probability=1)
        np.testing.assert_array_equal(both.images, torch.cat((pixels, images)).permute(0, 2, 3, 1))
        for row, target in zip(both.targets[3:], turned, strict=True):
            np.testing.assert_array_equal(row[row[:, 4] >= 0, :4], target["boxes"])

    def test_clear_errors(self):
        scenes = Scenes()
        scenes.images = scenes.images / 255
        with pytest.raises(TypeError, match="images must hold whole numbers"):
            there.padded(scenes)
        scenes = Scenes()
        scenes.targets[0] = {"boxes": [[1, 2, 3, 4]], "labels": [0, 1]}
        with pytest.raises(ValueError, match=r"targets\[0\]\['labels'\] must have shape \(1\)"):
            there.padded(scenes)
