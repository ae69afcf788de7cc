"""What goes wrong unseen in loops that people write, and what this one does about it."""

import random
import resource
import subprocess
import sys
from functools import partial

import keras
import numpy as np
import pytest
import scipy.sparse
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from dlcourse import train
from dlcourse.train import _data
from dlcourse.train._checkpoint import Folder, identity
from training import Again

QUIET = {"progress": False, "device": "cpu"}
RNG = np.random.default_rng(0)
Y = RNG.integers(0, 3, 40)
X = (RNG.normal(size=(40, 4)) + Y[:, None]).astype(np.float32)
BINARY = (X[:, :1] > 0.5).astype(np.int64)


def linear(outputs=3):
    torch.manual_seed(0)
    return nn.Linear(4, outputs)


def dense(*layers):
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((4,)), *layers])


class Subtracts(nn.Linear):
    """A model that changes its input, as a normalisation in place does."""

    def forward(self, x):
        return super().forward(x.sub_(5))


@pytest.mark.parametrize("of", [torch.ones, np.ones])
def test_a_step_that_works_in_place_changes_nobodys_targets(of):
    targets = [{"box": of(4)} for _ in Y]

    def step(model, batch):
        return (model(batch[0]) * sum(target["box"].mul_(2).sum() for target in batch[1])).mean()

    train.fit(linear(), (X, targets), epochs=1, step=step, **QUIET)
    assert all(float(box) == 1 for target in targets for box in target["box"])


@pytest.mark.parametrize("kind", ["array", "tensor", "batches", "DataLoader"])
@pytest.mark.parametrize("first", [None, nn.ReLU(inplace=True)])
def test_a_model_that_works_in_place_changes_nobodys_data(kind, first):
    model = Subtracts(4, 3) if first is None else nn.Sequential(first, linear())
    inputs = X.copy() if kind == "array" else torch.from_numpy(X.copy())
    data = inputs, torch.from_numpy(Y)
    if kind == "batches":
        data = Again([(inputs[i : i + 10], Y[i : i + 10]) for i in range(0, 40, 10)])
    elif kind == "DataLoader":
        batches = [(inputs[i : i + 10], torch.from_numpy(Y[i : i + 10])) for i in range(0, 40, 10)]
        data = DataLoader(batches, batch_size=None)
    train.fit(model, data, data, epochs=2, **QUIET)
    train.evaluate(model, data)
    np.testing.assert_array_equal(np.asarray(inputs), X)
    model.eval()
    expected = model(torch.from_numpy(X.copy())).detach().numpy()
    np.testing.assert_allclose(train.predict(model, inputs, batch_size=7), expected, atol=1e-5)
    np.testing.assert_array_equal(np.asarray(inputs), X)


@pytest.mark.parametrize(
    ("loss", "targets", "squash"),
    [
        (nn.BCEWithLogitsLoss(), BINARY, nn.Identity()),
        (nn.BCEWithLogitsLoss(), BINARY.astype(np.float32), nn.Identity()),
        (functional.binary_cross_entropy_with_logits, BINARY.astype(bool), nn.Identity()),
        (nn.BCELoss(), BINARY, nn.Sigmoid()),
        (functional.binary_cross_entropy, BINARY, nn.Sigmoid()),
    ],
)
def test_a_classifier_of_one_output_has_its_own_accuracy(loss, targets, squash):
    model = nn.Sequential(linear(1), squash)
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([[4.0, 0, 0, 0]]))  # 0.25 above the border of the classes
        model[0].bias.fill_(-3)
    history = train.fit(model, (X, targets), (X, targets), epochs=1, loss=loss, learning_rate=0.0, **QUIET)
    right = ((X[:, :1] > 0.75) == BINARY).mean()
    assert 0.6 < right < 1
    assert right != BINARY.mean()
    assert history["accuracy"] == history["valid_accuracy"]
    assert history["valid_accuracy"][-1] == pytest.approx(right)


@pytest.mark.parametrize(
    ("loss", "activation", "flat"),
    [
        ("binary_crossentropy", "sigmoid", True),
        (keras.losses.BinaryCrossentropy(), "sigmoid", False),
        (keras.losses.BinaryCrossentropy(from_logits=True), None, True),
    ],
)
def test_a_keras_classifier_of_one_output_has_its_own_accuracy(loss, activation, flat):
    model = dense(keras.layers.Dense(1, activation))
    model.set_weights([np.array([[4.0], [0], [0], [0]]), np.array([-3.0])])
    targets = BINARY[:, 0] if flat else BINARY
    history = train.fit(model, (X, targets), (X, targets), epochs=1, loss=loss, learning_rate=0.0, progress=False)
    right = ((X[:, :1] > 0.75) == BINARY).mean()
    assert history["accuracy"] == pytest.approx(history["valid_accuracy"])
    assert history["valid_accuracy"][-1] == pytest.approx(right)
    assert train.evaluate(model, (X, targets), loss=loss)["accuracy"] == pytest.approx(right)


@pytest.mark.parametrize("loss", [nn.MSELoss(), lambda o, t: functional.cross_entropy(o, t.argmax(1))])
def test_a_loss_that_is_no_classifiers_has_no_accuracy(loss):
    assert set(train.evaluate(linear(), (X, np.eye(3)[Y]), loss=loss)) == {"loss"}


def test_labels_for_a_model_of_one_output_say_what_is_missing():
    for model in (linear(1), dense(keras.layers.Dense(1))):
        with pytest.raises(
            ValueError, match=r"scores for 1 class, 0 to 0: a classifier with one output needs a binary"
        ):
            train.fit(model, (X, BINARY[:, 0]), epochs=1, progress=False)


@pytest.mark.parametrize("shuffle", [False, True])
def test_a_loader_as_validation_does_not_disturb_a_resumed_run(tmp_path, shuffle):
    """Opening a loader draws a random number, which dropout would then miss."""
    loader = DataLoader(TensorDataset(torch.from_numpy(X), torch.from_numpy(Y)), 10, shuffle=shuffle)

    def run(epochs, **options):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Dropout(0.5), nn.Linear(4, 3))
        return train.fit(model, (X, Y), loader, epochs=epochs, **options, **QUIET), model

    (whole, expected), _ = run(4), run(2, checkpoint=tmp_path)
    resumed, model = run(4, checkpoint=tmp_path)
    assert torch.equal(model[1].weight, expected[1].weight)
    assert resumed["valid_loss"] == whole["valid_loss"]


def test_predictions_of_several_outputs_keep_their_places_in_keras_too():
    given = keras.Input((4,))
    layers = keras.layers.Dense(3), keras.layers.Dense(1)
    model = keras.Model(given, [layer(given) for layer in layers])
    named = keras.Model(given, {"labels": layers[0](given), "size": layers[1](given)})
    expected = model.predict(X, verbose=0)
    for found in (train.predict(model, X, batch_size=7), list(train.predict(named, X, batch_size=7).values())):
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)
    with pytest.raises(TypeError, match=r"the model gives 2 outputs, and one is needed here: .* by a train_step"):
        train.fit(model, (X, Y), epochs=1, progress=False)


class Extra(nn.Linear):
    """A module that has more to keep than tensors."""

    def __init__(self):
        super().__init__(4, 3)
        self.steps = 0

    def forward(self, x):
        self.steps += self.training
        return super().forward(x)

    def get_extra_state(self):
        return {"steps": {"array": self.steps}}

    def set_extra_state(self, state):
        self.steps = state["steps"]["array"]


class Centres(nn.Module):
    """A loss with a buffer that follows the data, and, if it is asked for, a parameter of its own."""

    def __init__(self, scale=False):
        super().__init__()
        self.register_buffer("mean", torch.zeros(()))
        self.scale = nn.Parameter(torch.ones(())) if scale else 1.0

    def forward(self, outputs, targets):
        if torch.is_grad_enabled():
            self.mean = 0.9 * self.mean + 0.1 * outputs.detach().mean()
        return functional.cross_entropy(self.scale * (outputs - self.mean), targets)


@pytest.mark.parametrize(
    "make", [lambda: (Extra(), None), lambda: (linear(), Centres()), lambda: (linear(), Centres(True))]
)
def test_a_checkpoint_keeps_extra_state_and_what_a_loss_carries(make, tmp_path):
    def run(epochs, **options):
        torch.manual_seed(0)
        model, loss = make()
        return train.fit(model, (X, Y), epochs=epochs, loss=loss, **options, **QUIET), model, loss

    (whole, expected, _), _ = run(4), run(2, checkpoint=tmp_path)
    resumed, model, loss = run(4, checkpoint=tmp_path)
    assert resumed["loss"] == whole["loss"]
    assert torch.equal(model.weight, expected.weight)
    assert getattr(model, "steps", 8) == getattr(expected, "steps", 8) == 8
    assert loss is None or float(loss.mean) != 0


@pytest.mark.parametrize("state", [{"what": object()}, {0: 1.0}])
def test_extra_state_that_only_a_pickle_could_keep_is_told(state, tmp_path):
    class Strange(Extra):
        def get_extra_state(self):
            return state

    with pytest.raises(TypeError, match=r"cannot be stored without a pickle .* get_extra_state may give tensors"):
        train.fit(Strange(), (X, Y), epochs=1, checkpoint=tmp_path, **QUIET)


FLIPPED = np.where(np.arange(40) == 17, (Y + 1) % 3, Y)


def net(rate=0.5, activation=None, frozen=False):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), activation or nn.ReLU(), nn.Dropout(rate), nn.Linear(8, 3))
    model[0].requires_grad_(not frozen)
    return model


def keras_net(rate=0.5, activation="relu", frozen=False):
    keras.utils.set_random_seed(0)  # here too: a layer draws its seed when it is made
    layers = keras.layers
    model = dense(layers.Dense(8, activation), layers.Dropout(rate), layers.Dense(3))
    model.layers[0].trainable = not frozen
    return model


TORCH_LOSS = nn.CrossEntropyLoss(weight=torch.tensor([1.0, 1.0, 2.0]))
KERAS_LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@pytest.mark.parametrize(
    ("make", "changes", "named"),
    [
        (net, {"loss": nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0, 2.0]))}, "loss was"),
        (net, {"loss": lambda o, t: functional.cross_entropy(o, t)}, "loss was"),
        (net, {"loss": nn.CrossEntropyLoss(label_smoothing=0.1)}, "loss was"),
        (net, {"train": (X, FLIPPED)}, "train was"),
        (net, {"valid": (X, FLIPPED)}, "valid was"),
        (net, {"clip": 1.0}, "clip was None and is 1.0"),
        (net, {"augment": lambda x: x + 0}, "augment was None and is '.*lambda"),
        (lambda **c: net(0.4), {}, "model was"),
        (lambda **c: net(activation=nn.Tanh()), {}, "model was"),
        (lambda **c: net(frozen=True), {}, "frozen parameters was 'none' and is '0.weight, 0.bias'"),
        (keras_net, {"loss": "sparse_categorical_crossentropy"}, "loss was"),
        (keras_net, {"train": (X, FLIPPED)}, "train was"),
        (lambda **c: keras_net(0.4), {}, "model was"),
        (lambda **c: keras_net(activation="tanh"), {}, "model was"),
        (lambda **c: keras_net(frozen=True), {}, r"frozen parameters was \[\] and is \[0, 1\]"),
    ],
)
def test_a_checkpoint_of_another_training_is_an_error(make, changes, named, tmp_path_factory):
    of_torch = isinstance(make(), nn.Module)
    folder = tmp_path_factory.getbasetemp() / f"another-{of_torch}"
    options = {"loss": TORCH_LOSS if of_torch else KERAS_LOSS, "epochs": 1, "checkpoint": folder, "progress": False}
    if not folder.exists():  # once for all changes
        for _ in range(2):  # the same one goes on
            train.fit(net() if of_torch else keras_net(), (X, Y), (X, Y), **options)
    data = [changes.pop("train", (X, Y)), changes.pop("valid", (X, Y))]
    with pytest.raises(ValueError, match=named):
        train.fit(make(), *data, **options | changes)


def test_data_are_looked_at_to_their_end_also_where_they_are_looked_at_in_pieces(monkeypatch):
    monkeypatch.setattr(_data, "CHUNK", 8)  # numbers: two rows of four
    changed = X.copy()
    changed[-1, -1] += 1
    assert _data.checksum(X) != _data.checksum(changed)
    changed[-1, -1] = np.nan
    with pytest.raises(ValueError, match="train's inputs hold NaN or infinity"):
        train.fit(linear(), (changed, Y), epochs=1, **QUIET)


def test_two_functions_that_differ_in_a_number_are_two(tmp_path):
    def smooth(amount):
        return lambda o, t: functional.cross_entropy(o, t, label_smoothing=amount)

    options = {"epochs": 1, "checkpoint": tmp_path} | QUIET
    train.fit(linear(), (X, Y), loss=smooth(0.1), **options)
    train.fit(linear(), (X, Y), loss=smooth(0.1), **options)
    with pytest.raises(ValueError, match="loss was"):
        train.fit(linear(), (X, Y), loss=smooth(0.2), **options)


class Compose:
    """A chain of augmentations, as people write them."""

    def __init__(self, *parts):
        self.parts = list(parts)


class Flip:
    def __init__(self, chance):
        self.chance = chance


def closed(value):
    return lambda outputs, targets: value


def by_name(value):
    def loss(outputs, targets, *, weight=value):
        return weight

    return loss


def recursive(value):
    def loss(outputs, targets):
        return value or loss(outputs, targets)

    return loss


@pytest.mark.parametrize(
    "make",
    [
        lambda value: Compose(Flip(value), Flip(0.5)),
        lambda value: closed((1, value)),
        lambda value: closed((Flip(value), [])),
        by_name,
        recursive,
        lambda value: partial(by_name(0), weight=[value]),
    ],
)
def test_what_a_function_or_object_holds_tells_it_from_others_and_its_address_does_not(make):
    kept = [make(0.1), make(0.1), make(0.2)]
    first, again, other = map(identity, kept)
    assert first == again != other


def test_a_flipped_bit_anywhere_in_a_checkpoint_is_found(tmp_path):
    train.fit(linear(), (X, Y), (X, Y), epochs=2, checkpoint=tmp_path, **QUIET)
    folder, path, chance = Folder(tmp_path), tmp_path / "last.safetensors", random.Random(0)
    good = path.read_bytes()
    assert list(folder.read(path.name)["history"]["loss"])
    for place in [*range(0, 4000, 40), *chance.sample(range(len(good)), 100)]:
        bad = bytearray(good)
        bad[place] ^= 1 << chance.randrange(8)
        path.write_bytes(bad)
        with pytest.raises(ValueError, match="is damaged"):
            folder.read(path.name)


def test_models_of_one_process_are_the_same_whatever_names_keras_gives_them(tmp_path):
    def make(relu=keras.ops.relu):
        given, inner = keras.Input((4,)), dense(keras.layers.Dense(4, "relu"))
        return keras.Model(given, keras.layers.Dense(3)(relu(inner(inner(given)) * 2 + given)))

    keras.backend.clear_session()  # the first names are without a number: "relu", which is an activation too
    options = {"checkpoint": tmp_path, "progress": False}
    train.fit(make(), (X, Y), epochs=1, **options)
    assert train.fit(make(), (X, Y), epochs=2, **options).epochs == 2
    with pytest.raises(ValueError, match="model was"):
        train.fit(make(keras.ops.tanh), (X, Y), epochs=2, **options)


def test_a_function_in_a_keras_model_is_the_same_wherever_it_stands(tmp_path):
    def make(function):
        return dense(keras.layers.Lambda(function), keras.layers.Dense(3, activation=function))

    options = {"checkpoint": tmp_path, "progress": False}
    train.fit(make(lambda x: x * 2), (X, Y), epochs=1, **options)
    train.fit(make(lambda x: x * 2), (X, Y), epochs=1, **options)  # from another line, as in a cell that is run again
    with pytest.raises(ValueError, match="model was"):
        train.fit(make(lambda x: x * 3), (X, Y), epochs=1, **options)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_of_keras_resumes_in_the_process_that_began(policy, tmp_path):
    def run(epochs, **options):
        keras.mixed_precision.set_dtype_policy(policy)
        try:
            model = keras_net()
        finally:
            keras.mixed_precision.set_dtype_policy("float32")
        return train.fit(model, (X, Y), epochs=epochs, progress=False, **options), model

    (whole, expected), _ = run(4), run(2, checkpoint=tmp_path)
    resumed, model = run(4, checkpoint=tmp_path)
    assert resumed["loss"] == whole["loss"]
    for a, b in zip(model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


LARGE = """
import resource, sys
import dlcourse, numpy as np, torch
from dlcourse.train import fit, predict
torch.set_num_threads(1)
images = np.memmap(sys.argv[1], np.float64, "r", shape=(250_000, 50))  # 100 MB on the disk
labels = np.memmap(sys.argv[2], np.int64, "r", shape=(250_000,))
model = torch.nn.Linear(50, 3)
fit(model, (images[:64], labels[:64]), epochs=1, progress=False, device="cpu")  # all that is imported late
used = int(next(l for l in open("/proc/self/status") if l.startswith("VmData")).split()[1]) * 1024
resource.setrlimit(resource.RLIMIT_DATA, (used + 90_000_000, resource.RLIM_INFINITY))  # 60 are needed
try:
    np.zeros(100_000_000, np.uint8)
    raise SystemExit("there is no limit, so this shows nothing")
except MemoryError:
    pass
options = {"batch_size": 5_000, "device": "cpu"}
history = fit(model, (images, labels), (images, labels), epochs=1, progress=False, **options)
print(history["valid_accuracy"], len(predict(model, images[:9])))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on memory is Linux'")
def test_data_larger_than_the_memory_train_from_their_file(tmp_path):
    assert resource.RLIMIT_DATA
    names = tmp_path / "images", tmp_path / "labels"
    for name, size in zip(names, (100_000_000, 2_000_000), strict=True):
        with open(name, "wb") as file:
            file.truncate(size)  # zeros, which take no room
    done = subprocess.run([sys.executable, "-c", LARGE, *map(str, names)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == "9"


def test_the_batch_size_of_an_evaluation_changes_nothing_also_with_weights_and_padding():
    labels = np.where(np.arange(40) % 7 == 0, -1, Y)
    losses = [
        (nn.CrossEntropyLoss(weight=torch.tensor([1.0, 5.0, 0.1])), Y),
        (nn.CrossEntropyLoss(weight=torch.tensor([1.0, 5.0, 0.1]), ignore_index=-1, label_smoothing=0.1), labels),
        (nn.NLLLoss(weight=torch.tensor([1.0, 5.0, 0.1])), Y),
        (nn.CrossEntropyLoss(), np.eye(3)[Y]),
    ]
    model = linear()
    for loss, targets in losses:
        whole = train.evaluate(model, (X, targets), loss=loss, batch_size=40)
        assert whole["loss"] == pytest.approx(
            loss(model(torch.from_numpy(X)), torch.from_numpy(targets)).item(), rel=1e-5
        )
        for size in (1, 7, 32):
            assert train.evaluate(model, (X, targets), loss=loss, batch_size=size) == pytest.approx(whole, rel=1e-5)
    other, loss = dense(keras.layers.Dense(3)), keras.losses.SparseCategoricalCrossentropy(True, ignore_class=-1)
    whole = train.evaluate(other, (X, labels), loss=loss, batch_size=40)
    for size in (1, 7, 32):
        assert train.evaluate(other, (X, labels), loss=loss, batch_size=size) == pytest.approx(whole, rel=1e-5)


def test_a_loss_with_parameters_of_its_own_is_trained():
    loss = Centres(scale=True)
    train.fit(linear(), (X, Y), loss=loss, epochs=1, **QUIET)
    assert loss.scale != 1
    assert loss.scale.grad is None
    model = linear()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with pytest.raises(ValueError, match="loss has parameters of its own, which the optimizer does not have"):
        train.fit(model, (X, Y), loss=Centres(scale=True), optimizer=optimizer, epochs=1, **QUIET)


def test_a_keras_model_that_was_compiled_trains_with_its_own_loss_and_optimizer():
    model, other = dense(keras.layers.Dense(3)), dense(keras.layers.Dense(3))
    targets = np.eye(3)[Y]
    for net in (model, other):
        net.compile(optimizer=keras.optimizers.SGD(0.1), loss="mae")
    for _ in range(2):  # also the second time
        train.fit(model, (X, targets), epochs=2, batch_size=40, progress=False)
    other.fit(X, targets, epochs=4, batch_size=40, verbose=0)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
    assert train.evaluate(model, (X, targets))["loss"] == pytest.approx(other.evaluate(X, targets, verbose=0), rel=1e-5)


def test_a_keras_model_that_fit_has_compiled_begins_anew():
    model, other = dense(keras.layers.Dense(3)), dense(keras.layers.Dense(3))
    train.fit(model, (X, Y), epochs=1, progress=False)
    train.fit(model, (X, np.eye(3)[Y]), epochs=1, progress=False)  # another loss, and Adam from its beginning
    other.set_weights(dense(keras.layers.Dense(3)).get_weights())
    train.fit(other, (X, Y), epochs=1, progress=False)
    train.fit(other, (X, np.eye(3)[Y]), epochs=1, optimizer=keras.optimizers.Adam(1e-3), progress=False)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_layer_in_evaluation_mode_stays_in_it_and_its_averages_with_it():
    torch.manual_seed(0)
    model = nn.Sequential(nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 3))
    model[0].eval().requires_grad_(False)
    before, modes = model[0].running_mean.clone(), []
    model[1].register_forward_hook(lambda *_: modes.append((model[0].training, model[1].training)))
    train.fit(model, (X, Y), epochs=1, **QUIET)
    assert torch.equal(model[0].running_mean, before)
    assert modes[-1] == (False, True)
    model.eval()  # the whole model, as an evaluation leaves it: then all of it is trained
    train.fit(model, (X, Y), epochs=1, **QUIET)
    assert not torch.equal(model[0].running_mean, before)


def test_frozen_batch_normalisation_of_keras_does_not_move():
    layer = keras.layers.BatchNormalization(trainable=False)
    model = dense(layer, keras.layers.Dense(3))
    before = layer.moving_mean.numpy()
    train.fit(model, (X, Y), epochs=1, progress=False)
    np.testing.assert_array_equal(layer.moving_mean.numpy(), before)


class Stream(IterableDataset):
    def __iter__(self):
        return iter(zip(X, Y, strict=True))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            DataLoader(Stream(), 10),
            r"train must be a pair .*, or a loader that has a length and can be run",
        ),
        ({"x": X, "y": Y}, r"train must be a pair \(inputs, targets\), or a loader .*, got dict"),
        ((scipy.sparse.csr_matrix(X), Y), r"train's inputs must be dense, but they are a sparse csr_matrix"),
        ((torch.from_numpy(X).to_sparse(), Y), r"train's inputs must be dense, but they are a sparse Tensor"),
        ((X, (Y, Y)), r"where no loss is named, outputs and targets must be one tensor each"),
        ((X, Y, Y), r"train must be a pair \(inputs, targets\) or a loader, got tuple"),
    ],
)
def test_data_of_other_kinds_are_told(data, message):
    with pytest.raises((ValueError, TypeError), match=message):
        train.fit(linear(), data, epochs=1, **QUIET)


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss(), nn.BCEWithLogitsLoss()])
def test_several_targets_for_a_loss_of_one_are_told(loss):
    with pytest.raises(ValueError, match=r"the targets are a tuple of 2 tensors.* where this loss needs one tensor"):
        train.fit(linear(), (X, (Y, Y)), loss=loss, epochs=1, **QUIET)


def test_labels_that_are_all_ignored_are_told():
    with pytest.raises(ValueError, match="no label of data's data counts"):
        train.evaluate(linear(), (X, Y * 0 - 100), loss=nn.CrossEntropyLoss())
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
    with pytest.raises(ValueError, match="no label of data's data counts"):
        train.evaluate(dense(keras.layers.Dense(3)), (X, Y * 0 - 1), loss=loss)


def test_complex_numbers_stay_complex():
    seen = []

    def step(model, batch):
        seen.append(batch[0])
        return model(batch[0].abs()).mean()

    inputs = torch.complex(torch.from_numpy(X), torch.from_numpy(X))
    train.evaluate(linear(), (inputs, Y), step=step)
    assert torch.equal(seen[0], inputs)


def test_several_targets_are_told_in_keras():
    with pytest.raises(TypeError, match="train's targets must be one array for a Keras model"):
        train.fit(dense(keras.layers.Dense(3)), (X, (Y, Y)), epochs=1, progress=False)


@pytest.mark.parametrize("kind", ["big-endian", "read-only", "Fortran", "float64", "reversed"])
def test_arrays_laid_out_in_other_ways_train_to_the_same_weights(kind):
    inputs = X.copy()
    if kind == "read-only":
        inputs.flags.writeable = False
    changed = {
        "big-endian": inputs.astype(">f4"),
        "Fortran": np.asfortranarray(inputs),
        "float64": inputs.astype(np.float64),
        "reversed": inputs[::-1].copy()[::-1],
    }
    labels = Y.astype(">i8") if kind == "big-endian" else Y
    models = linear(), linear(), dense(keras.layers.Dense(3)), dense(keras.layers.Dense(3))
    for model, pair in zip(models, [(X, Y), (changed.get(kind, inputs), labels)] * 2, strict=True):
        train.fit(model, pair, epochs=2, progress=False)
    assert torch.equal(models[0].weight, models[1].weight)
    np.testing.assert_array_equal(models[2].get_weights()[0], models[3].get_weights()[0])


def test_inputs_by_name():
    class Named(nn.Module):
        def __init__(self):
            super().__init__()
            self.left, self.right = linear(), linear()

        def forward(self, *, left, right):
            return self.left(left) - self.right(right)

    inputs = {"right": X, "left": 2 * X}
    history = train.fit(Named(), (inputs, Y), (inputs, Y), epochs=3, learning_rate=0.05, **QUIET)
    assert history["valid_loss"][-1] < history["valid_loss"][0]
    assert train.predict(Named(), inputs, batch_size=9).shape == (40, 3)
