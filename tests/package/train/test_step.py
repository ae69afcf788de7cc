"""A step of one's own, batches of any structure, clipping, and a curve for each loss."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader

from dlcourse import train
from dlcourse.data import pets
from training import Detector

QUIET = {"progress": False, "device": "cpu"}


def points(n=53):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, n)
    return (rng.normal(size=(n, 4)) + labels[:, None]).astype(np.float32), labels


def linear(outputs=3):
    torch.manual_seed(0)
    return nn.Linear(4, outputs)


def test_a_detector_is_trained_on_scenes_and_each_of_its_losses_has_a_curve():
    scenes, seen = pets.scenes(20, size=32, seed=1), []

    def step(model, batch):
        images, targets = batch
        seen.append((images, targets))
        return model(images, targets)

    history = train.fit(Detector(), scenes[:14], scenes[14:], epochs=5, step=step, batch_size=8, **QUIET)
    curves = ["loss", "count", "box", "valid_loss", "valid_count", "valid_box", "learning_rate", "seconds"]
    assert list(history) == curves
    assert history["loss"] == pytest.approx(np.add(history["count"], history["box"]), rel=1e-6)
    assert history["loss"][-1] < history["loss"][0]
    images, targets = seen[0]
    first = np.random.default_rng((0, 0)).permutation(14)[0]
    expected = scenes.images[first].transpose(2, 0, 1) / 255
    np.testing.assert_allclose(images[0], expected, atol=1e-6)
    assert images.dtype == torch.float32
    assert len(targets) == 8
    assert targets[0]["boxes"].tolist() == scenes.targets[first]["boxes"].tolist()
    assert (targets[0]["labels"].dtype, targets[0]["masks"].dtype) == (torch.int64, torch.bool)


def test_the_average_of_a_step_counts_the_images_and_not_the_batches():
    """14 images in batches of 8 and 6; the loss is the number of the batch, 1 or 2."""
    batches = []

    def step(model, batch):
        batches.append(len(batch[1]))
        return model.count(torch.ones(1, 4)).sum() * 0 + len(batches)

    history = train.fit(
        Detector(), pets.scenes(14, size=32), epochs=1, step=step, batch_size=8, learning_rate=0.0, **QUIET
    )
    assert batches == [8, 6]
    assert history["loss"] == [pytest.approx((8 * 1 + 6 * 2) / 14)]


@pytest.mark.parametrize(
    "batch",
    [
        lambda x, y: {"name": ["a"] * len(y), "x": x, "y": y},
        lambda x, y: (None, {"x": x, "y": y}),
        lambda x, y: (list(x), y),
        lambda x, y: {"boxes": [x[:1]] * len(y), "x": x, "y": y},
    ],
)
def test_samples_are_counted_where_a_tensor_is_also_when_the_step_takes_the_batch_apart(batch):
    x, y = map(torch.from_numpy, points(10))

    def step(model, batch):
        size = len(batch.pop("y") if isinstance(batch, dict) else batch[1]["y"] if batch[0] is None else batch[1])
        return torch.tensor(float(size))

    loader = DataLoader([batch(x[:8], y[:8]), batch(x[8:], y[8:])], batch_size=None)
    assert train.evaluate(linear(), loader, step=step)["loss"] == pytest.approx(0.8 * 8 + 0.2 * 2)


def test_a_loss_without_targets_counts_the_outputs():
    x = torch.zeros(10, 4)
    loader = DataLoader([(x[:8], None), (x[8:], None)], batch_size=None, collate_fn=lambda batch: batch)
    score = train.evaluate(linear(), loader, loss=lambda outputs, targets: torch.tensor(float(len(outputs))))
    assert score["loss"] == pytest.approx(0.8 * 8 + 0.2 * 2)


def test_dict_batches_of_a_loader_with_workers():
    inputs, labels = points()
    data = [{"x": x, "y": y, "name": "a sample"} for x, y in zip(inputs, labels, strict=True)]
    model, other = linear(), linear()
    options = {"epochs": 2, "optimizer": lambda p: torch.optim.SGD(p, 0.1)} | QUIET
    step = lambda model, batch: functional.cross_entropy(model(batch["x"]), batch["y"])  # noqa: E731
    history = train.fit(model, DataLoader(data, 9, num_workers=2), DataLoader(data, 20), step=step, **options)
    pairs = [(inputs[i : i + 9], labels[i : i + 9]) for i in range(0, 53, 9)]
    expected = train.fit(other, DataLoader(pairs, None), (inputs, labels), **options)
    assert torch.equal(model.weight, other.weight)
    assert history["valid_loss"] == pytest.approx(expected["valid_loss"], rel=1e-6)
    assert "accuracy" not in history  # nobody knows what a step counts as right


class Two(nn.Module):
    """Labels, and a number."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.labels, self.size = nn.Linear(4, 3), nn.Linear(4, 1)

    def forward(self, x):
        return self.labels(x), self.size(x)


def test_a_model_of_two_outputs_by_a_step_or_by_a_loss_of_both():
    inputs, labels = points()
    sizes = inputs[:, :1] * 2
    data = inputs, (labels, sizes)

    def step(model, batch):
        x, (y, size) = batch
        found, guess = model(x)
        return {"labels": functional.cross_entropy(found, y), "size": functional.mse_loss(guess, size)}

    def loss(outputs, targets):
        return functional.cross_entropy(outputs[0], targets[0]) + functional.mse_loss(outputs[1], targets[1])

    one, two = Two(), Two()
    history = train.fit(one, data, data, step=step, epochs=3, **QUIET)
    other = train.fit(two, data, data, loss=loss, epochs=3, **QUIET)
    torch.testing.assert_close(one.labels.weight, two.labels.weight)
    assert history["valid_loss"] == pytest.approx(other["valid_loss"], rel=1e-5)
    assert history["valid_loss"] == pytest.approx(np.add(history["valid_labels"], history["valid_size"]), rel=1e-6)
    scores, guesses = train.predict(one, inputs, batch_size=10)
    assert (scores.shape, guesses.shape) == ((53, 3), (53, 1))
    np.testing.assert_allclose(scores, one(torch.from_numpy(inputs))[0].detach(), atol=1e-6)


def test_auxiliary_heads_need_a_step_and_train_with_one():
    class Auxiliary(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.body, self.head, self.extra = nn.Linear(4, 8), nn.Linear(8, 3), nn.Linear(8, 3)

        def forward(self, x):
            x = self.body(x)
            return (self.head(x), self.extra(x)) if self.training else self.head(x)

    def step(model, batch):
        outputs = model(batch[0])
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        head, *extra = [functional.cross_entropy(o, batch[1]) for o in outputs]
        return head + 0.3 * sum(extra)

    with pytest.raises(TypeError, match="as with auxiliary outputs in training mode: name a loss of your own"):
        train.fit(Auxiliary(), points(), epochs=1, **QUIET)
    model = Auxiliary()
    before = model.extra.weight.clone()
    history = train.fit(model, points(), points(), step=step, epochs=5, **QUIET)
    assert history["valid_loss"][-1] < history["valid_loss"][0]
    assert not torch.equal(model.extra.weight, before)


def test_a_step_that_draws_random_numbers_resumes_to_the_same_bits(tmp_path):
    def step(model, batch):
        x, y = batch
        return functional.cross_entropy(model(x + torch.randn_like(x) * np.random.rand()), y)  # noqa: NPY002

    def run(epochs, **options):
        model = linear()
        return train.fit(model, points(), points(), step=step, epochs=epochs, **options, **QUIET), model

    (whole, expected), _ = run(4), run(2, checkpoint=tmp_path)
    resumed, model = run(4, checkpoint=tmp_path)
    assert torch.equal(model.weight, expected.weight)
    assert resumed["valid_loss"] == whole["valid_loss"]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (
            lambda model, batch: model(batch[0]),
            r"step must return a loss.* in training mode it returned shape \(32, 3\)",
        ),
        (lambda model, batch: None, r"it returned NoneType None"),
        (lambda model, batch: {}, r"it returned dict \{\}"),
        (lambda model, batch: {"loss": model(batch[0]).sum()}, r"none of loss, learning_rate, seconds"),
        (lambda model, batch: {"seconds": model(batch[0]).sum()}, r"none of loss, learning_rate, seconds"),
        (lambda model, batch: {0: model(batch[0]).sum()}, r"their names are text"),
        (lambda model, batch: {"a": 1.0}, r"it returned dict \{'a': 1.0\}"),
        ("step", r"step must be a function, got str"),
    ],
)
def test_what_is_no_step(step, message):
    model = linear()
    before = model.weight.clone()
    with pytest.raises((ValueError, TypeError), match=message):
        train.fit(model, points(), step=step, epochs=1, **QUIET)
    assert torch.equal(model.weight, before)


def test_a_model_that_gives_no_losses_in_evaluation_mode_is_told_from_a_loss():
    with pytest.raises(ValueError, match=r"in evaluation mode it returned shape \(53, 3\)"):
        train.evaluate(linear(), points(), step=lambda m, b: m(b[0]) if not m.training else m(b[0]).sum())


def test_a_loss_or_a_step_and_not_both():
    with pytest.raises(ValueError, match="give a loss or a step, not both"):
        train.fit(linear(), points(), step=lambda m, b: m(b[0]).sum(), loss=nn.MSELoss(), epochs=1, **QUIET)


def test_the_same_losses_for_each_batch():
    seen = []

    def step(model, batch):
        seen.append(None)
        return {f"loss {len(seen)}": model(batch[0]).sum()}

    with pytest.raises(ValueError, match="step must return the same losses for each batch"):
        train.fit(linear(), points(), step=step, epochs=1, learning_rate=0, **QUIET)


def test_with_a_step_the_augmentation_has_the_whole_batch():
    seen = []

    def flip(batch):
        images, targets = batch
        return images.flip(-1), [target | {"flipped": True} for target in targets]

    def step(model, batch):
        seen.append(all(target.get("flipped") for target in batch[1]))
        return model(*batch)

    train.fit(Detector(), pets.scenes(6, size=32), pets.scenes(3, size=32), step=step, augment=flip, epochs=1, **QUIET)
    assert seen == [True, False]  # a step of training, and the validation


def test_an_augmentation_has_a_row_for_each_input_whatever_the_targets_are():
    inputs, labels = points()
    train.fit(
        linear(), (inputs, (labels, labels)), loss=lambda o, t: functional.cross_entropy(o, t[0]),
        augment=lambda x: x + 1, epochs=1, **QUIET,
    )  # fmt: skip


@pytest.mark.parametrize("clip", [0.05, 1e6])
def test_the_gradient_is_clipped_as_by_hand(clip):
    inputs, labels = points()
    model, other = linear(), linear()
    train.fit(model, (inputs, labels), epochs=2, clip=clip, optimizer=lambda p: torch.optim.SGD(p, 1.0), **QUIET)
    x, y, norms = torch.from_numpy(inputs), torch.from_numpy(labels), []
    for epoch in range(2):
        for rows in torch.from_numpy(np.random.default_rng((0, epoch)).permutation(53)).split(32):
            other.zero_grad()
            functional.cross_entropy(other(x[rows]), y[rows]).backward()
            norms.append(torch.nn.utils.clip_grad_norm_(other.parameters(), clip).item())
            with torch.no_grad():
                for p in other.parameters():
                    p -= p.grad
    assert torch.equal(model.weight, other.weight)
    assert (max(norms) > clip) == (clip == 0.05)  # otherwise nothing would have been clipped


def test_what_the_optimizer_does_not_have_is_not_in_the_norm():
    models = []
    for frozen in (False, True):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 3))
        model[0].requires_grad_(not frozen)
        optimizer = torch.optim.SGD(model[1].parameters(), 0.1)
        train.fit(model, points(), epochs=3, clip=0.1, optimizer=optimizer, **QUIET)
        models.append(model)
    assert torch.equal(models[0][1].weight, models[1][1].weight)
    assert models[0][0].weight.grad is None


def test_keras_clips_to_the_same_norm_and_gives_the_optimizer_back_as_it_came():
    inputs, labels = points()
    model = linear()
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    other.set_weights([model.weight.detach().numpy().T, model.bias.detach().numpy()])
    optimizer = keras.optimizers.SGD(1.0)
    options = {"epochs": 3, "clip": 0.05, "progress": False}
    train.fit(model, (inputs, labels), optimizer=lambda p: torch.optim.SGD(p, 1.0), **options)
    train.fit(other, (inputs, labels), optimizer=optimizer, **options)
    np.testing.assert_allclose(other.get_weights()[0].T, model.weight.detach(), atol=1e-5)
    assert optimizer.global_clipnorm is None
    before = other.get_weights()[0]
    other.fit(inputs, labels, batch_size=53, verbose=0)  # goes on without clipping
    assert np.linalg.norm(other.get_weights()[0] - before) > 0.05
    with pytest.raises(ValueError, match="the optimizer clips the gradient already"):
        train.fit(other, (inputs, labels), optimizer=keras.optimizers.SGD(1.0, clipnorm=1.0), **options)


def test_a_step_is_not_for_keras():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    step = lambda model, batch: 0.0  # noqa: E731
    with pytest.raises(ValueError, match="a Keras model computes its own step in its method train_step"):
        train.fit(model, points(), step=step, epochs=1)
    with pytest.raises(ValueError, match="measures itself in its method test_step"):
        train.evaluate(model, points(), step=step)


class Stepping(keras.Model):
    """A Keras model with a step and averages of its own, as Keras' guide writes them."""

    def __init__(self, *names):
        super().__init__()
        self.dense = keras.layers.Dense(3)
        self.means = [keras.metrics.Mean(name) for name in names]

    @property
    def metrics(self):
        return self.means

    def call(self, x):
        return self.dense(x)

    def _loss(self, data):
        x, y = data
        loss = keras.ops.mean(keras.losses.sparse_categorical_crossentropy(y, self(x), from_logits=True))
        for mean in self.means:
            mean.update_state(loss * (1 if mean.name == "loss" else 2))
        return loss

    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = self._loss(data)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        return {mean.name: mean.result() for mean in self.means}

    def test_step(self, data):
        self._loss(data)
        return {mean.name: mean.result() for mean in self.means}


def test_a_keras_model_with_a_train_step_of_its_own_has_a_curve_for_all_that_it_returns():
    keras.utils.set_random_seed(0)
    history = train.fit(Stepping("loss", "double"), points(), points(), epochs=3, learning_rate=0.05, progress=False)
    assert list(history) == ["loss", "double", "valid_loss", "valid_double", "learning_rate", "seconds"]
    assert history["valid_loss"][-1] < history["valid_loss"][0]
    assert history["double"] == pytest.approx(np.multiply(history["loss"], 2), rel=1e-6)


def test_a_keras_model_with_a_loss_of_its_own_keeps_the_metrics_that_it_was_compiled_with():
    class Own(keras.Sequential):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return keras.ops.mean((y_pred - y) ** 2)

    model, inputs = Own([keras.Input((4,)), keras.layers.Dense(4)]), points()[0]
    model.compile("sgd", metrics=["mae"])
    history = train.fit(model, (inputs, inputs), (inputs, inputs), epochs=1, progress=False)
    assert list(history) == ["loss", "mae", "valid_loss", "valid_mae", "learning_rate", "seconds"]


def test_a_train_step_without_a_loss_is_told():
    with pytest.raises(ValueError, match=r"train_step must return a 'loss', but it returned \['extra'\]"):
        train.fit(Stepping("extra"), points(), epochs=1, progress=False)
