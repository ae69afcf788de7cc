"""Attributions equal captum's, on random networks and images whose height and width differ."""

from copy import deepcopy

import numpy as np
import pytest
import torch
from captum import attr
from torch import nn

from dlcourse import explain
from random_networks import SIZE, network, plain, residual

NETWORKS = pytest.mark.parametrize("make", [plain, residual])
TYPES = pytest.mark.parametrize("dtype", ["float32", "float64"])


def case(make, dtype):
    model, x, target = network(make, dtype)
    return (model, x, target), (torch.tensor(x, requires_grad=True), torch.tensor(target))


def assert_equal(ours, theirs, dtype):
    """To 1e-5 of the largest number, which is not 0; to 1e-10 in doubles."""
    theirs = theirs.detach().numpy()
    assert ours.shape == theirs.shape
    assert ours.dtype == dtype
    largest = np.abs(theirs).max()
    assert largest > 0
    assert np.abs(ours - theirs).max() <= (1e-5 if dtype == "float32" else 1e-10) * largest


@TYPES
@NETWORKS
def test_saliency_and_gradient_x_input(make, dtype):
    (model, x, target), (images, classes) = case(make, dtype)
    signed = attr.Saliency(model).attribute(images, classes, abs=False)
    assert_equal(explain.saliency(model, x, target), signed.abs(), dtype)
    assert_equal(explain.saliency(model, x, target, signed=True), signed, dtype)
    assert_equal(
        explain.gradient_x_input(model, x, target), attr.InputXGradient(model).attribute(images, classes), dtype
    )


@pytest.mark.parametrize(
    ("name", "oracle"), [("guided_backprop", attr.GuidedBackprop), ("deconvnet", attr.Deconvolution)]
)
@pytest.mark.filterwarnings("ignore:Setting backward hooks")
@TYPES
def test_guided_backprop_and_deconvnet(dtype, name, oracle):
    (model, x, target), (images, classes) = case(plain, dtype)
    assert_equal(getattr(explain, name)(model, x, target), oracle(model).attribute(images, classes), dtype)


@pytest.mark.parametrize(("rule", "theirs"), [("gauss-legendre", "gausslegendre"), ("midpoint", "riemann_middle")])
@NETWORKS
@TYPES
def test_integrated_gradients(make, dtype, rule, theirs):
    (model, x, target), (images, classes) = case(make, dtype)
    baseline = np.random.default_rng(1).standard_normal(x.shape).astype(dtype)
    expected = attr.IntegratedGradients(model).attribute(images, torch.tensor(baseline), classes, method=theirs)
    found = explain.integrated_gradients(model, x, target, baseline=baseline, rule=rule)
    # captum rounds its points to float32 in doubles, too, so that some fall on the other side of a ReLU's corner
    difference = np.abs(found - expected.detach().numpy())
    assert difference.max() <= 1e-5 * np.abs(found).max()


@pytest.mark.parametrize(
    ("window", "stride"), [(8, None), (8, 4), ((7, 5), (3, 4)), ((5, 9), (5, 6)), (1, 1), (SIZE, 2)]
)
@TYPES
def test_occlusion_with_overlap_and_windows_cut_at_the_edge(dtype, window, stride):
    (model, x, target), (images, classes) = case(plain, dtype)
    height_and_width = [each if isinstance(each, tuple) else (each, each) for each in (window, stride or window)]
    shapes, strides = ((3, *pair) for pair in height_and_width)
    theirs = attr.Occlusion(model).attribute(images, shapes, strides, 0.3, classes, perturbations_per_eval=8)
    assert bool((theirs == theirs[:, :1]).all())
    ours = explain.occlusion(model, x, target, window=window, stride=stride, baseline=0.3)
    assert ours.dtype == dtype
    score = model(images).abs().max().item()  # differences of scores round as the scores do; captum's are float32
    assert np.abs(ours - theirs[:, 0].numpy()).max() < 1e-5 * score
    assert np.ptp(ours, axis=(1, 2)).min() > 0.01 * score or window == SIZE


@pytest.mark.parametrize(
    ("make", "layer"), [(plain, "0"), (plain, "4"), (plain, "5"), (residual, "2"), (residual, "5")]
)
@TYPES
def test_grad_cam(make, dtype, layer):
    (model, x, target), (images, classes) = case(make, dtype)
    copy = _apart(model)
    theirs = attr.LayerGradCam(copy, copy.get_submodule(layer)).attribute(images, classes)
    assert_equal(explain.grad_cam(model, x, target, layer, relu=False, resize=False), theirs[:, 0], dtype)
    positive = theirs.clamp(min=0)
    assert_equal(explain.grad_cam(model, x, target, layer, resize=False), positive[:, 0], dtype)
    large = nn.functional.interpolate(positive, SIZE, mode="bilinear", align_corners=False)
    assert_equal(explain.grad_cam(model, x, target, layer), large[:, 0], dtype)


def _apart(model):
    """A copy whose ReLUs do not work in place: captum would read maps that a later layer has changed."""
    copy = deepcopy(model)
    for module in copy.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = False
    return copy


def test_smooth_grad_is_the_mean_that_captum_estimates():
    """Two estimates with different noise: they may differ by a few of their standard errors, and by no more."""
    model, x, target = network(plain, "float64")
    x, target, noise, samples = x[:1], target[:1], 0.15, 1000
    spread = noise * np.ptp(x)
    torch.manual_seed(0)
    tunnel = attr.NoiseTunnel(attr.Saliency(model))
    options = {"nt_samples": samples, "nt_samples_batch_size": 50, "stdevs": float(spread), "abs": False}
    images, classes = torch.tensor(x, requires_grad=True), torch.tensor(target)
    theirs = tunnel.attribute(images, nt_type="smoothgrad", target=classes, **options).numpy()
    ours = explain.smooth_grad(model, x, target, samples=samples, noise=noise, signed=True)
    variance = tunnel.attribute(images, nt_type="vargrad", target=classes, **options).numpy()
    error = np.sqrt(2 * variance / samples)
    z = (ours - theirs)[error > 0] / error[error > 0]
    assert 0.8 < z.std() < 1.2
    assert abs(z.mean()) < 0.5
    gradient = explain.saliency(model, x, target, signed=True)
    assert np.sqrt(np.mean((gradient - theirs) ** 2)) > 5 * np.sqrt(np.mean(error**2))  # otherwise the claim is cheap
