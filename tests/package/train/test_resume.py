"""A training that was stopped, in whatever way, goes on as if it had not been."""

import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import torch
from torch import nn

from dlcourse import train
from dlcourse.train._checkpoint import Folder

HELPERS = Path(__file__).parents[2] / "helpers"


class Stopped(Exception):
    """What stops a training here."""


def stopping_at(step):
    """`one_cycle`, but it raises in a step; where there is a checkpoint, its shape is looked at first, 17 times."""
    asked = []

    def ask(progress):
        asked.append(progress)
        if len(asked) == 17 + step:
            raise Stopped
        return train.one_cycle(progress)

    return ask


def samples(n=50):
    """Points of three classes."""
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 3, n)
    return (rng.normal(size=(n, 5)) + labels[:, None]).astype(np.float32), labels


def torch_model():
    torch.manual_seed(5)
    return nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.4), nn.Linear(8, 3))


def keras_model():
    keras.utils.set_random_seed(5)
    layers = keras.layers
    hidden = [layers.Dense(8), layers.BatchNormalization(), layers.ReLU(), layers.Dropout(0.4)]
    return keras.Sequential([keras.Input((5,)), *hidden, layers.Dense(3)])


def state(model):
    """All that a model is, as arrays."""
    if isinstance(model, nn.Module):
        return [t.detach().numpy().copy() for t in [*model.parameters(), *model.buffers()]]
    return [v.numpy() for v in model.variables]


def curves(history):
    return {name: values for name, values in history.items() if name != "seconds"}


def run(make, folder, schedule=train.one_cycle, **changes):
    model = make()
    inputs, labels = samples()
    options = {"epochs": 4, "batch_size": 8, "patience": 3, "progress": False, "learning_rate": 0.01} | changes
    data = changes.pop("train", (inputs[:34], labels[:34]))
    options.pop("train", None)
    valid = (inputs[34:], labels[34:][::-1])  # nothing to learn: not every epoch is the best
    return train.fit(model, data, valid, schedule=schedule, checkpoint=folder, **options), model


def test_a_run_killed_at_any_moment_resumes_to_the_same_bits(tmp_path):
    command = [sys.executable, str(HELPERS / "killed.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert len(results) == 16
    assert [way for way, result in results.items() if result != results["never"]] == []


@pytest.mark.parametrize("make", [torch_model, keras_model])
def test_a_run_that_an_error_has_stopped_resumes_to_the_same_bits(make, tmp_path):
    whole, expected = run(make, None)
    for step in (12, 5):  # of 5 an epoch: in the third epoch, then, having begun it anew, in its last step
        with pytest.raises(Stopped):
            run(make, tmp_path, stopping_at(step))
    resumed, model = run(make, tmp_path)
    assert curves(resumed) == curves(whole)
    for a, b in zip(state(model), state(expected), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("make", [torch_model, keras_model])
def test_a_finished_run_returns_its_history_and_its_weights_without_training(make, tmp_path):
    first, model = run(make, tmp_path)
    again, other = run(make, tmp_path)
    assert dict(again) == dict(first)  # the seconds too
    for a, b in zip(state(model), state(other), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_file_of_the_best_weights_is_a_plain_state_dict(tmp_path):
    from safetensors.torch import load_file

    history, _ = run(torch_model, tmp_path, patience=None)
    other = torch_model()
    other.load_state_dict(load_file(tmp_path / "best.safetensors"))
    inputs, labels = samples()
    score = train.evaluate(other, (inputs[34:], labels[34:][::-1]))
    assert score["loss"] == pytest.approx(min(history["valid_loss"]), rel=1e-6)


def test_without_a_schedule_more_epochs_can_be_added(tmp_path):
    run(torch_model, tmp_path, schedule=None, patience=None)
    longer, model = run(torch_model, tmp_path, schedule=None, patience=None, epochs=7)
    whole, expected = run(torch_model, None, schedule=None, patience=None, epochs=7)
    assert curves(longer) == curves(whole)
    for a, b in zip(state(model), state(expected), strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match=r"holds 7 epochs, but epochs is 2"):
        run(torch_model, tmp_path, schedule=None, patience=None, epochs=2)


@pytest.mark.parametrize("make", [torch_model, keras_model])
@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"batch_size": 9}, r"batch_size was 8 and is 9"),
        ({"seed": 1}, r"seed was 0 and is 1"),
        ({"learning_rate": 0.02}, r"optimizer was .*0.01.* and is .*0.02"),
        ({"epochs": 5}, r"schedule \(number of epochs, factors\) was \[4, .* and is \[5, "),
        ({"schedule": train.cosine}, "schedule"),
        ({"patience": None}, "patience was 3 and is None"),
        ({"train": tuple(part[:33] for part in samples())}, r"train was '34 samples .* and is '33 samples"),
        ({"train": (samples()[0][:34] + 1, samples()[1][:34])}, r"train was"),
        ({"train": tuple(part[33::-1] for part in samples())}, r"train was"),
    ],
)
def test_resuming_with_other_arguments_is_an_error_that_names_them(make, changes, named, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp() / f"finished-{make.__name__}"
    if not folder.exists():  # once for all changes
        run(make, folder)
    with pytest.raises(ValueError, match=named):
        run(make, folder, **changes)


def test_resuming_another_model_is_an_error(tmp_path):
    run(torch_model, tmp_path)
    with pytest.raises(ValueError, match=r"model was 'Sequential .* and is 'Linear "):
        run(lambda: nn.Linear(5, 3), tmp_path)


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "another file"])
def test_a_damaged_checkpoint_is_an_error_that_says_what_to_do(damage, tmp_path):
    run(torch_model, tmp_path, epochs=1)
    path = tmp_path / "last.safetensors"
    text = bytearray(path.read_bytes())
    if damage == "flipped":
        text[-100] ^= 1
    path.write_bytes({"cut": text[:-50], "flipped": text, "empty": b"", "another file": b"PK" * 100}[damage])
    with pytest.raises(ValueError, match=r"last.safetensors is damaged.* Delete it"):
        run(torch_model, tmp_path, epochs=1)


def test_a_folder_that_cannot_be_written_is_an_error_before_training(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"nothing can be written into .*file/folder.*Not a directory"):
        run(torch_model, tmp_path / "file" / "folder", schedule=stopping_at(1))
    with pytest.raises(TypeError, match="checkpoint must be the path of a folder"):
        run(torch_model, 7)


def test_a_full_disk_leaves_the_checkpoint_before_it(tmp_path, monkeypatch):
    folder = Folder(tmp_path)
    folder.write("last.safetensors", {"weight": np.arange(3), "epoch": 1})

    def full(number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dlcourse.train._checkpoint.os.fsync", full)
    with pytest.raises(OSError, match="No space left") as caught:
        folder.write("last.safetensors", {"weight": np.arange(4), "epoch": 2})
    assert "the one before it is still there" in caught.value.__notes__[0]
    state = folder.read("last.safetensors")
    assert (state["weight"].tolist(), state["epoch"]) == ([0, 1, 2], 1)
    assert [path.name for path in tmp_path.iterdir()] == ["last.safetensors"]


def test_every_kind_of_optimizer_state_comes_back(tmp_path):
    def averaged(parameters):
        return torch.optim.ASGD(parameters, 0.05)  # numbers and tensors of several shapes

    half = nn.Linear(5, 3).to(torch.bfloat16)
    for make, options in ((torch_model, {"optimizer": averaged}), (lambda: half_like(half), {"optimizer": None})):
        folder = tmp_path / make.__name__
        _, expected = run(make, None, schedule=None, **options)
        run(make, folder, schedule=None, **options | {"epochs": 2})
        _, model = run(make, folder, schedule=None, **options)
        for a, b in zip(model.parameters(), expected.parameters(), strict=True):
            assert torch.equal(a, b)


def half_like(model):
    """A copy of a model in half precision."""
    copy = nn.Linear(5, 3).to(torch.bfloat16)
    copy.load_state_dict(model.state_dict())
    return copy
