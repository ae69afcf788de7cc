"""What Python says of the figure gradient_descent: the oracles are PyTorch's optimisers and its gradients."""

import json
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import figures

FORMULAS = {
    "round bowl": lambda x, y: 0.5 * (x**2 + y**2),
    "narrow valley": lambda x, y: 0.5 * x**2 + 12.5 * y**2,
    "saddle": lambda x, y: (x**4 - 8 * x**2 + 16) / 32 + 0.5 * y**2,
    "two minima": lambda x, y: (x**4 - 8 * x**2 + 16) / 32 + 0.1 * x + 0.5 * (y - 0.25 * x) ** 2 + 0.20477214761,
    "waves": lambda x, y: 0.1 * (x**2 + y**2) + 0.5 * (torch.sin(1.5 * x) ** 2 + torch.sin(1.5 * y) ** 2),
}
OPTIMIZERS = {
    "gradient descent": lambda p, lr: torch.optim.SGD(p, lr=lr),
    "momentum": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9),
    "Adam": lambda p, lr: torch.optim.Adam(p, lr=lr),
}


def torch_path(figure):
    """Points, losses and the last gradient of PyTorch's optimiser on the same loss."""
    at = torch.tensor(figure.start, dtype=torch.float64, requires_grad=True)
    optimizer = OPTIMIZERS[figure.method]([at], figure.learning_rate)
    points, losses = [], []
    for _ in range(figure.step + 1):
        optimizer.zero_grad()
        loss = FORMULAS[figure.surface](*at)
        loss.backward()
        points.append(at.detach().numpy().copy())
        losses.append(loss.item())
        gradient = at.grad.numpy().copy()
        optimizer.step()
    return np.array(points), np.array(losses), gradient


@pytest.mark.parametrize("method", figures.METHODS)
@pytest.mark.parametrize("surface", figures.SURFACES)
def test_the_path_is_that_of_pytorchs_optimizer(surface, method):
    figure = figures.gradient_descent(surface, method, 0.03, step=60)
    points, losses, gradient = torch_path(figure)
    np.testing.assert_allclose(figure.path, points, rtol=0, atol=1e-7)  # PyTorch adds Adam's epsilon where we do
    np.testing.assert_allclose(figure.losses, losses, rtol=0, atol=1e-7)
    np.testing.assert_allclose(figure.gradient, gradient, rtol=0, atol=1e-6)


@pytest.mark.parametrize("surface", figures.SURFACES)
def test_the_lowest_loss_is_zero_and_nothing_in_the_picture_is_below_it(surface):
    x, y = torch.tensor(np.mgrid[-3:3:601j, -2:2:401j])
    loss = FORMULAS[surface](x, y).numpy()
    assert -1e-9 <= loss.min() < 1e-4


@pytest.mark.parametrize(("surface", "steepest"), [("round bowl", 1), ("narrow valley", 25)])
def test_on_a_bowl_gradient_descent_diverges_above_two_over_the_largest_curvature(surface, steepest):
    below, above = (figures.gradient_descent(surface, learning_rate=f * 2 / steepest, step=200) for f in (0.97, 1.05))
    assert below.losses[-1] < below.losses[0] / 1000
    assert below.status in ("minimum", "across", "downhill")
    assert above.losses[-1] > above.losses[0] * 1000
    assert above.status == "diverging"


def test_a_path_that_runs_away_is_given_up_and_stays_finite():
    for method in figures.METHODS:
        figure = figures.gradient_descent("two minima", method, 10, start=[3, 2], step=200)
        assert np.isfinite(figure.losses).all()
        assert len(figure.path) <= 201
    figure = figures.gradient_descent("narrow valley", learning_rate=1, step=200)
    assert np.abs(figure.path[-1]).max() > 1e6 > np.abs(figure.path[-2]).max()
    assert len(figure.losses) == len(figure.path) < 201


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({}, "start"),
        ({"step": 3}, "downhill"),
        ({"learning_rate": 1.5, "step": 3}, "across"),
        ({"learning_rate": 2.1, "step": 1}, "uphill"),
        ({"learning_rate": 2.1, "step": 100}, "diverging"),
        ({"step": 200}, "minimum"),
        ({"start": [0, 0]}, "minimum"),
        ({"surface": "saddle", "start": [0, 1.5], "step": 200}, "flat"),
        ({"surface": "saddle", "step": 200}, "minimum"),
        ({"surface": "two minima", "learning_rate": 0.5, "step": 200}, "local minimum"),
        ({"surface": "two minima", "learning_rate": 0.5, "start": [-2.5, 1], "step": 200}, "minimum"),
        ({"surface": "waves", "step": 100}, "local minimum"),
    ],
)
def test_the_status_says_how_the_path_is_doing(arguments, status):
    assert figures.gradient_descent(**arguments).status == status


def test_momentum_crosses_a_valley_faster_than_gradient_descent():
    losses = [figures.gradient_descent("narrow valley", method, 0.01, step=150).losses[-1]
              for method in ("gradient descent", "momentum")]  # fmt: skip
    assert losses[1] < losses[0] / 100


def test_momentum_leaves_a_hollow_of_the_waves_in_which_gradient_descent_stays():
    losses = [figures.gradient_descent("waves", method, 0.1, step=200).losses[-1] for method in figures.METHODS[:2]]
    assert losses[1] < 0.6 * losses[0]


def test_adams_first_step_is_the_learning_rate_along_each_axis():
    figure = figures.gradient_descent("narrow valley", "Adam", 0.25, start=[1, -1], step=1)
    np.testing.assert_allclose(figure.path[1], [0.75, -0.75], atol=1e-6)


def test_a_new_surface_keeps_the_start_that_was_given():
    figure = figures.gradient_descent("saddle", start=[1, 1])
    figure.surface = "waves"
    assert figure.start == [1, 1]
    assert figures.gradient_descent("waves").start == [2.6, 1.5]


def test_the_description_and_the_state():
    figure = figures.gradient_descent("round bowl", learning_rate=0.5, start=[2, 1], step=2)
    assert figure.describe() == (
        "Interactive figure: gradient descent with learning rate 0.5 on the loss surface “round bowl”, from [2, 1]. "
        "After 2 steps it is at [0.5, 0.25], and the loss has gone from 2.5 to 0.156."
    )
    text = figure._repr_mimebundle_()[0]["text/html"]
    state = json.loads(re.search(r"<script[^>]*>(.*?)</script>", text, re.S)[1])
    assert state == figure.state()
    np.testing.assert_array_equal(figures.GradientDescent(**state).path, figure.path)
    assert len(text.encode()) < 600
    one, two = figures.gradient_descent(), figures.gradient_descent()
    one.start[0] = 77
    assert two.start == [2.4, 1.6]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"surface": "hill"}, ValueError, "surface must be one of 'round bowl', 'narrow valley', "),
        ({"method": "sgd"}, ValueError, "method must be one of 'gradient descent', 'momentum', 'Adam'; got str 'sgd'"),
        ({"learning_rate": 0}, ValueError, "learning_rate must be a finite number between 0.001 and 10, got 0"),
        ({"learning_rate": "fast"}, TypeError, "learning_rate must be a number, got str 'fast'"),
        ({"learning_rate": float("nan")}, ValueError, "learning_rate must be a finite number"),
        ({"start": [4, 0]}, ValueError, r"start\[0\] must be a finite number between -3 and 3, got 4"),
        ({"start": [0, -2.5]}, ValueError, r"start\[1\] must be a finite number between -2 and 2, got -2.5"),
        ({"start": [1, 2, 3]}, ValueError, r"start must have shape \(2\), got an array of shape \(3,\)"),
        ({"start": ["a", "b"]}, TypeError, "start must hold numbers"),
        ({"step": 201}, ValueError, "step must be between 0 and 200, got 201"),
        ({"step": 1.5}, TypeError, "step must be a whole number"),
    ],
)
def test_it_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        figures.gradient_descent(**arguments)


@given(value=st.one_of(st.text(), st.booleans(), st.dictionaries(st.text(), st.integers()), st.binary()))
@settings(max_examples=20, deadline=None)
def test_anything_else_is_a_type_or_value_error(value):
    for name in ("surface", "method", "learning_rate", "start", "step"):
        with pytest.raises((TypeError, ValueError)):
            figures.gradient_descent(**{name: value})
