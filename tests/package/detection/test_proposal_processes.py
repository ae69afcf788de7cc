"""Two processes train the detectors that need proposals."""

import os
import pickle
import socket
import subprocess
import sys

import numpy as np
import pytest

import proposal_training

pytestmark = pytest.mark.xdist_group("processes")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    file = tmp_path_factory.mktemp("processes") / "results"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2"]
    command += ["--main_process_port", str(port), "--mixed_precision", "no", proposal_training.__file__, str(file)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return pickle.loads(file.read_bytes())


@pytest.mark.parametrize("kind", ["RCNN", "SPPNet", "FastRCNN"])
def test_two_processes_learn_and_end_with_the_same_weights(runs, kind):
    before, (first, second), history = runs[kind]
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any((a != b).any() for a, b in zip(before, first, strict=False))
    assert all(np.isfinite(history[name]).all() for name in ("loss", "cls"))
