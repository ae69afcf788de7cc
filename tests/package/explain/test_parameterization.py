"""The numbers that an optimised image is made of: spectrum, colours, and gradients back to them."""

import numpy as np
import pytest
import torch

from dlcourse import data, explain
from dlcourse.explain import _optimise, _parameterization

SIZES = [(8, 6), (7, 9), (8, 5), (1, 4)]
MATRIX = np.array([[0.5, 0.2, 0.1], [0.4, -0.1, -0.3], [0.6, -0.2, 0.2]])


def drawn(*shape):
    return np.random.default_rng(0).normal(size=shape)


def paint(kind, size, colour=MATRIX, decay=1.0):
    return _parameterization.painting(kind, colour, size, decay)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("decay", [0.0, 1.0, 1.5])
def test_the_spectrum_is_that_of_the_published_recipe(size, decay):
    h, w = size
    z = drawn(2, 3, h, w // 2 + 1, 2)
    frequency = torch.hypot(torch.fft.fftfreq(h)[:, None], torch.fft.rfftfreq(w)).double()
    scale = 1 / torch.clamp(frequency, min=1 / max(h, w)) ** decay
    theirs = torch.fft.irfft2(torch.view_as_complex(torch.tensor(z)) * scale, s=size, norm="ortho") / 4
    ours = _parameterization.Fourier(h, w, decay).image(z)
    assert np.abs(ours - theirs.numpy()).max() < 1e-6 * np.abs(ours).max()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["pixels", "fourier"])
def test_the_gradient_is_that_of_finite_differences(size, kind):
    painting = paint(kind, size)
    z, weights, along = (
        drawn(1, *painting.spatial.shape),
        drawn(1, 3, *size),
        drawn(1, *painting.spatial.shape)[:, ::-1],
    )
    ours = (painting.pull(weights, painting.image(z)) * along).sum()
    up, down = (painting.image(z + e * along) for e in (1e-5, -1e-5))
    assert ours == pytest.approx(((up - down) * weights).sum() / 2e-5, rel=1e-6)
    assert abs(ours) > 1e-3


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["pixels", "fourier"])
@pytest.mark.parametrize("colour", [None, "imagenet", MATRIX])
def test_an_image_is_written_down_and_painted_again(size, kind, colour):
    image = np.random.default_rng(1).uniform(0.01, 0.99, (1, 3, *size))
    painting = paint(kind, size, colour)
    assert np.abs(painting.image(painting.numbers(image)) - image).max() < 1e-9


def test_colour_directions_give_the_photographs_covariance():
    images = data.pets.faces(40, 32).images
    root = explain.colour_matrix(images)
    assert np.allclose(root @ root.T, np.cov(images.reshape(-1, 3).T / 255.0))
    between = root.T @ root
    assert np.allclose(between, np.diag(np.diag(between)))  # perpendicular directions, longest first
    assert (np.diff(np.diag(between)) < 0).all()
    assert (root.max(0) >= -root.min(0)).all()
    assert np.allclose(explain.colour_matrix(images / 255.0), root)


def test_uncorrelated_numbers_become_colours_that_vary_as_the_photographs():
    images = data.pets.faces(40, 32).images / 255.0
    root = explain.colour_matrix(images)
    made = drawn(20_000, 3) @ root.T
    apart = np.corrcoef(made.T) - np.corrcoef(images.reshape(-1, 3).T)
    assert np.abs(apart).max() < 0.02
    assert np.abs(np.corrcoef(drawn(20_000, 3).T) - np.corrcoef(images.reshape(-1, 3).T)).max() > 0.5


def test_images_of_one_colour_have_no_directions_but_no_nan_either():
    assert not explain.colour_matrix(np.full((2, 4, 4, 3), 0.5)).any()


@pytest.mark.parametrize("images", [np.zeros((3, 8, 8)), np.zeros((8, 8)), np.zeros((0, 4, 4, 3)), np.zeros((1, 1, 3))])
def test_what_has_no_colours_is_refused(images):
    with pytest.raises(ValueError, match=r"images must be \(N, H, W, 3\)"):
        explain.colour_matrix(images)


@pytest.mark.parametrize("size", [(5, 7), (1, 6), (6, 1)])
def test_total_variation_is_the_mean_difference_of_neighbours(size):
    x = torch.tensor(drawn(2, 3, *size), requires_grad=True)
    parts = [d.abs().mean((1, 2, 3)) for d in (x.diff(dim=2), x.diff(dim=3)) if d.numel()]
    total = sum(parts)
    ours, gradient = _optimise.variation(x.detach().numpy())
    (theirs,) = torch.autograd.grad(total.sum(), x)
    assert np.allclose(ours, total.detach())
    assert np.allclose(gradient, theirs)


def test_steps_of_adam_are_pytorchs():
    z = torch.tensor(drawn(4, 5), requires_grad=True)
    there = torch.optim.Adam([z], lr=0.05, maximize=True)
    here, step = z.detach().numpy().copy(), _optimise.Adam(0.05)
    for _ in range(6):
        there.zero_grad()
        (z.sin() * 3).sum().backward()
        there.step()
        here = here + step(3 * np.cos(here))
    assert np.abs(here - z.detach().numpy()).max() < 1e-12


def test_a_plain_step_has_the_length_it_was_given_and_none_without_a_gradient():
    gradient = np.stack([drawn(3, 4), 1e-9 * drawn(3, 4), np.zeros((3, 4))])
    moves = _optimise.Gradient(0.2)(gradient)
    assert np.sqrt((moves**2).mean((1, 2))) == pytest.approx([0.2, 0.2, 0])
