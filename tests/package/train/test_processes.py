"""Several processes train to the weights of one with the same whole batch."""

import os
import pickle
import socket
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch.nn import functional

import training
from dlcourse import train
from dlcourse.train._torch_state import autocast_type, start

pytestmark = pytest.mark.xdist_group("processes")  # one worker makes the runs for all


def launched(tmp_path):
    """What the script gives, run by two processes; also what they wrote to stderr."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2"]
    command += ["--main_process_port", str(port), "--mixed_precision", "no"]
    command += [training.__file__, str(tmp_path / "results"), str(tmp_path / "folder")]
    environment = {k: v for k, v in os.environ.items() if k != "TQDM_DISABLE"}
    environment |= {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return pickle.loads((tmp_path / "results").read_bytes()), done.stderr


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """One process, two, and what the two have shown."""
    folder = tmp_path_factory.mktemp("shared")
    training.main(folder / "one", folder / "checkpoint")
    return pickle.loads((folder / "one").read_bytes()), *launched(folder)


def test_accelerate_launch_starts_two(runs):
    assert [run["processes"] for run in runs[:2]] == [1, 2]


@pytest.mark.parametrize("what", ["labels", "targets", "dicts", "unused", "detector"])
def test_two_processes_train_to_the_weights_of_one(runs, what):
    (one, curves), (two, others) = (run[what] for run in runs[:2])
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(b, a, atol=1e-5)
    assert list(curves) == list(others)
    for name in curves:
        np.testing.assert_allclose(others[name], curves[name], rtol=1e-5, atol=1e-5, err_msg=name)


def test_a_loss_that_weighs_its_classes_is_the_mean_of_what_the_processes_have(runs):
    """Each divides by the weights of its own share; the mean over the whole batch would be another number."""
    (halves, _), (two, _) = (run["weights"] for run in runs[:2])
    for a, b in zip(halves, two, strict=True):
        np.testing.assert_allclose(b, a, atol=1e-5)


def test_a_last_batch_that_is_not_full_is_filled_with_the_first_samples_of_the_epoch(runs):
    inputs, labels = (torch.from_numpy(part) for part in training.points(training.N - 1)[:2])
    model = training.mlp()
    optimizer = training.momentum(model.parameters())
    for epoch in range(3):
        order = torch.from_numpy(np.random.default_rng((0, epoch)).permutation(len(labels)))
        for rows in torch.cat([order, order[:1]]).split(training.SIZE):
            optimizer.zero_grad()
            functional.cross_entropy(model(inputs[rows]), labels[rows]).backward()
            optimizer.step()
    for a, b in zip(training.weights(model), runs[1]["uneven"][0], strict=True):
        np.testing.assert_allclose(b, a, atol=1e-5)


def test_two_processes_measure_and_predict_what_one_does(runs):
    """Also where the last batch is not full, and where the loss weighs and ignores classes."""
    one, two, _ = runs
    assert two["evaluate"] == pytest.approx(one["evaluate"], abs=1e-6)
    np.testing.assert_allclose(two["predict"], one["predict"], atol=1e-5)
    assert two["one"][0] == pytest.approx(one["one"][0], abs=1e-5)
    np.testing.assert_allclose(two["one"][1], one["one"][1], atol=1e-5)


@pytest.mark.parametrize("run", [0, 1])
def test_a_resumed_run_has_the_bits_of_one_that_was_not_stopped(runs, run):
    (whole, curves), (resumed, others) = runs[run]["whole"], runs[run]["resumed"]
    for a, b in zip(whole, resumed, strict=True):
        np.testing.assert_array_equal(a, b)
    assert curves == others


def test_all_processes_end_with_the_same_weights_and_statistics(runs):
    first, second = runs[1]["alike"]
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_each_process_draws_its_own_numbers(runs):
    assert len({tuple(drawn) for drawn in runs[1]["drawn"]}) == 2


def test_one_process_shows_the_bar(runs):
    assert runs[2].count(" 0/9 [") == 6  # one for each training of three epochs


class FakeProcesses:
    """Two of them, as Accelerate would say."""

    num_processes = 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([(np.ones((2, 4)), np.ones(2))], r"train must be arrays or a DataLoader .*, where 2 processes share"),
        (torch.utils.data.DataLoader(range(9), 3), r"a batch of 3 cannot be divided evenly among 2 processes"),
    ],
)
def test_what_processes_cannot_share(data, message):
    from dlcourse.train._torch_data import _shared

    with pytest.raises((TypeError, ValueError), match=message):
        _shared("train", data, FakeProcesses())


def test_half_precision_is_for_gpus():
    cpu = torch.device("cpu")
    assert autocast_type("auto", cpu, torch.float32) is None
    assert autocast_type("float32", torch.device("cuda"), torch.float32) is None
    with pytest.raises(ValueError, match=r'precision="bfloat16" is for GPUs, not for cpu'):
        autocast_type("bfloat16", cpu, torch.float32)


@pytest.mark.parametrize("able", [True, False])
def test_bfloat16_is_for_the_gpus_that_are_made_for_it(able, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: able and not including_emulation)
    cuda = torch.device("cuda")
    assert autocast_type("auto", cuda, torch.float32) == (torch.bfloat16 if able else None)
    assert autocast_type("auto", cuda, torch.float64) is None
    assert autocast_type("bfloat16", cuda, torch.float32) is torch.bfloat16


def test_accelerates_wish_for_the_cpu_is_heard(monkeypatch):
    monkeypatch.setenv("ACCELERATE_USE_CPU", "true")
    assert start("auto")[1] == torch.device("cpu")


@pytest.mark.parametrize("device", ["gpu", 7.5, "cuda:x"])
def test_an_unknown_device_is_an_error(device):
    with pytest.raises(ValueError, match=r"device must be one of 'cuda', .*'cpu', or such as 'cuda:1'; got"):
        train.predict(torch.nn.ReLU(), [1.0], device=device)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is one")
def test_a_device_that_is_not_there_is_an_error():
    with pytest.raises(ValueError, match="no such device; it has cpu"):
        start("cuda")
