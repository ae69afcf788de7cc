"""What the package knows about both frameworks, in one place."""

import random
from types import SimpleNamespace

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
def test_tensors_become_arrays(dtype):
    assert isinstance(_frameworks.to_numpy(torch.ones(2, dtype=dtype)), np.ndarray)


def test_numbers_of_bfloat16_keep_their_range_and_other_things_stay_as_they_are():
    tensor = torch.tensor([2.0**100, 1], dtype=torch.bfloat16)
    assert _frameworks.to_numpy(tensor).dtype == np.float32
    assert _frameworks.to_numpy(tensor).tolist() == [2.0**100, 1]
    assert _frameworks.to_numpy(torch.ones(2).requires_grad_()).tolist() == [1, 1]
    assert _frameworks.to_numpy([1, None]) == [1, None]


def test_generators_are_put_back_also_after_an_error():
    _frameworks.seed(3)
    expected = draw()
    _frameworks.seed(3)
    with pytest.raises(ZeroDivisionError), _frameworks.random_state_kept():
        draw()[0] / 0
    assert draw() == expected


@pytest.mark.parametrize(("name", "which"), [("cuda:1", (torch.device("cuda:1"),)), ("mps", ())])
def test_the_generator_of_an_accelerator_is_put_back_too(monkeypatch, name, which):
    states = {which: "before"}
    module = SimpleNamespace(
        get_rng_state=lambda *device: states[device],
        set_rng_state=lambda state, *device: states.update({device: state}),
    )
    monkeypatch.setattr(torch, "get_device_module", lambda device: module)
    with _frameworks.random_state_kept(torch.device(name)):
        states[which] = "drawn from"
    assert states == {which: "before"}


class Moved(torch.nn.Conv2d):
    """A layer that says where it is sent, and comes back as an accelerator's library may lay it out."""

    def to(self, device):
        self.seen = [*getattr(self, "seen", []), str(device)]
        self.weight.data = self.weight.data.contiguous()
        return self


def test_a_module_is_put_back_where_it_was_with_its_modes_and_its_layout():
    layer = Moved(2, 3, 3).eval()
    layer.weight.data = layer.weight.data.contiguous(memory_format=torch.channels_last)
    before, strides = layer.weight.clone(), layer.weight.stride()
    with pytest.raises(RuntimeError), _frameworks.on_device(layer, "cuda"):
        layer.train()(torch.ones(1))  # which has no channels
    assert layer.seen == ["cuda", "cpu"]
    assert not layer.training
    assert layer.weight.stride() == strides != before.contiguous().stride()
    assert torch.equal(layer.weight, before)


def test_a_module_on_two_devices_is_refused():
    both = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Linear(1, 1, device="meta"))
    with pytest.raises(ValueError, match="tensors are on cpu, meta"), _frameworks.on_device(both, "cpu"):
        pass
