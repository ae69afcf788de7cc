"""What the package knows about both frameworks, in one place."""

import random
import subprocess
import sys

import keras
import numpy as np
import pytest
import torch

from dlcourse import _frameworks


def draw():
    return random.random(), np.random.rand(), torch.rand(1).item()  # noqa: NPY002


def test_a_model_is_of_the_framework_that_made_it():
    assert _frameworks.framework_of(torch.nn.ReLU()) == "torch"
    assert _frameworks.framework_of(keras.layers.ReLU()) == "keras"
    assert _frameworks.framework_of(keras.Sequential()) == "keras"
    assert _frameworks.framework_of(len) is None


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64, torch.uint8, torch.bool])
def test_tensors_become_arrays_and_anything_else_stays_as_it_is(dtype):
    tensor = torch.ones(2, dtype=dtype)
    assert isinstance(_frameworks.to_numpy(tensor), np.ndarray)
    assert _frameworks.to_numpy(tensor.float().requires_grad_()).tolist() == [1, 1]
    assert _frameworks.to_numpy([1, None]) == [1, None]


def test_generators_are_put_back_also_after_an_error():
    _frameworks.seed(3)
    expected = draw()
    _frameworks.seed(3)
    with pytest.raises(ZeroDivisionError), _frameworks.random_state_kept():
        draw()[0] / 0
    assert draw() == expected


def test_importing_it_loads_no_framework():
    code = "import sys, dlcourse._frameworks as f; f.set_random_state(f.random_state()); f.seed(1)\n"
    code += "print([name for name in ('torch', 'keras', 'tensorflow') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"
