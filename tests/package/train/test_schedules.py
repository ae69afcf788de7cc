"""The schedules are those of the papers, by PyTorch's own schedulers."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dlcourse.train import cosine, one_cycle

PROGRESS = st.floats(0, 1)


def rates(scheduler_of, steps):
    """The rates that a scheduler of PyTorch gives an optimizer of rate 1."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 1.0)
    scheduler = scheduler_of(optimizer)
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(found)


def test_cosine_is_pytorchs_cosine_annealing():
    expected = rates(lambda optimizer: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=50), 50)
    np.testing.assert_allclose([cosine(i / 50) for i in range(50)], expected, atol=1e-12)


def test_one_cycle_is_pytorchs_one_cycle_up_to_the_step_that_it_begins_to_count_from():
    options = {"max_lr": 1.0, "total_steps": 2000, "cycle_momentum": False, "final_div_factor": 1e12}
    expected = rates(lambda optimizer: torch.optim.lr_scheduler.OneCycleLR(optimizer, **options), 2000)
    np.testing.assert_allclose([one_cycle(i / 2000) for i in range(2000)], expected, atol=3e-3)


def test_one_cycle_rises_for_three_tenths_and_then_falls_to_nothing():
    assert [one_cycle(p) for p in (0, 0.3, 1)] == pytest.approx([1 / 25, 1, 0])


@given(PROGRESS, PROGRESS)
def test_one_cycle_has_one_peak(a, b):
    a, b = sorted((a, b))
    assert one_cycle(a) <= one_cycle(b) if b <= 0.3 else a < 0.3 or one_cycle(a) >= one_cycle(b)


@given(PROGRESS)
def test_factors_lie_between_0_and_1(progress):
    assert 0 <= cosine(progress) <= 1
    assert 0 <= one_cycle(progress) <= 1


@pytest.mark.parametrize("schedule", [cosine, one_cycle])
def test_progress_outside_0_to_1_is_an_error(schedule):
    with pytest.raises(ValueError, match=r"progress .* between 0 and 1"):
        schedule(1.5)
    with pytest.raises(TypeError, match="progress must be a number"):
        schedule("0.5")
