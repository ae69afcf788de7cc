"""Tests of `dlcourse.device`, on any machine; what needs a GPU is simulated through PyTorch's own answers."""

import random
import re

import keras
import numpy as np
import pytest
import torch

from dlcourse import device


def available(monkeypatch, *kinds):
    """Let PyTorch say that exactly these accelerators are there."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: "cuda" in kinds)
    monkeypatch.setattr(torch.xpu, "is_available", lambda: "xpu" in kinds)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: "mps" in kinds)


@pytest.mark.parametrize(
    ("kinds", "best"),
    [((), "cpu"), (("mps",), "mps"), (("xpu", "mps"), "xpu"), (("cuda", "xpu", "mps"), "cuda")],
)
def test_pick_takes_the_best_device_that_is_there(monkeypatch, kinds, best):
    available(monkeypatch, *kinds)
    assert device.pick() == torch.device(best)


def test_pick_can_be_told_to_use_the_processor(monkeypatch):
    available(monkeypatch, "cuda")
    assert device.pick("cpu") == torch.device("cpu")


def test_pick_refuses_a_device_that_is_not_there_and_says_what_is(monkeypatch):
    available(monkeypatch, "mps")
    with pytest.raises(ValueError, match=r"cuda.*mps, cpu"):
        device.pick("cuda")


@pytest.mark.parametrize("name", ["gpu", "", "CPU", 0, True, ["cpu"]])
def test_pick_refuses_unknown_names(name):
    with pytest.raises(ValueError, match=r"prefer must be one of 'cuda'.*got"):
        device.pick(name)


def test_describe_names_processor_usable_cores_and_versions(monkeypatch):
    available(monkeypatch)
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {0, 2, 5}, raising=False)
    processor, accelerator, software = device.describe().splitlines()
    assert re.fullmatch(r"processor    \S.*, 3 cores usable, PyTorch uses \d+", processor)
    assert accelerator.startswith("accelerator  none found")
    assert software.endswith(f", PyTorch {torch.__version__}")


def test_describe_lists_each_gpu(monkeypatch):
    available(monkeypatch, "cuda")
    properties = type("Properties", (), {"name": "Some GPU", "total_memory": 8 * 2**30})
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda index: properties)
    assert re.findall(r"(cuda:\d) +(.*)", device.describe()) == [(f"cuda:{i}", "Some GPU, 8 GiB") for i in (0, 1)]


def test_describe_names_apples_gpu(monkeypatch):
    available(monkeypatch, "mps")
    assert "Apple's GPU" in device.describe()


def test_describe_works_where_the_system_tells_little(monkeypatch):
    monkeypatch.setattr("builtins.open", lambda *args, **kwargs: (_ for _ in ()).throw(OSError()))
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    assert "cores usable" in device.describe()


def draws():
    """One number from each random generator."""
    return (
        random.random(),
        np.random.rand(),  # noqa: NPY002
        torch.rand(()).item(),
        float(keras.random.uniform(())),
    )


def test_one_seed_makes_all_generators_repeat():
    device.seed_everything(7)
    first = draws()
    device.seed_everything(7)
    assert draws() == first
    device.seed_everything(8)
    assert all(a != b for a, b in zip(draws(), first, strict=True))


@pytest.mark.parametrize(
    ("seed", "error"), [(-1, ValueError), (2**32, ValueError), (1.5, TypeError), (True, TypeError)]
)
def test_bad_seeds_are_refused_before_anything_is_seeded(seed, error):
    random.seed(3)
    state = random.getstate()
    with pytest.raises(error, match="seed"):
        device.seed_everything(seed)
    assert random.getstate() == state
