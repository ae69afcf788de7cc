"""Detectors are trained by one process and by two, which share each batch."""

import os
import pickle
import socket
import subprocess
import sys

import numpy as np
import pytest

import detecting

pytestmark = pytest.mark.xdist_group("processes")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """What one process and two have made of the same scenes."""
    folder = tmp_path_factory.mktemp("detectors")
    detecting.main(folder / "one")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2"]
    command += ["--main_process_port", str(port), "--mixed_precision", "no", detecting.__file__, str(folder / "two")]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return [pickle.loads((folder / name).read_bytes()) for name in ("one", "two")]


@pytest.mark.parametrize("name", detecting.DETECTORS)
def test_the_loss_falls_alike_with_one_process_and_with_two(runs, name):
    """Not to the same numbers: each process normalises its own images and draws its own regions."""
    (one, _), (two, _) = (run[name] for run in runs)
    assert list(one) == list(two)
    for history in (one, two):
        assert history["loss"][-1] < 0.8 * history["loss"][0]
    assert two["loss"][-1] == pytest.approx(one["loss"][-1], rel=0.3)


@pytest.mark.parametrize("name", detecting.DETECTORS)
def test_both_processes_end_with_the_same_weights(runs, name):
    _, (first, second) = runs[1][name]
    for key, value in first.items():
        np.testing.assert_array_equal(second[key], value, err_msg=key)
