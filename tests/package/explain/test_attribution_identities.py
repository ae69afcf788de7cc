"""What attributions must be on networks where the answer is known without any library."""

import warnings

import numpy as np
import pytest
import torch
from torch import nn

from dlcourse import explain
from random_networks import SIZE, network, plain, residual

METHODS = ("saliency", "gradient_x_input", "smooth_grad", "integrated_gradients", "guided_backprop", "deconvnet")


@pytest.fixture(scope="module")
def linear():
    """A linear model with a bias, its weights as images, and images."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 5 * 7, 3)).double()
    x = np.random.default_rng(0).standard_normal((2, 3, 5, 7))
    return model, model[1].weight.detach().numpy().reshape(3, 3, 5, 7), x


def scores(model, x, target):
    with torch.no_grad():
        return model(torch.tensor(x)).numpy()[np.arange(len(x)), target]


def on_network(name, model, x, target):
    if name == "occlusion":
        return explain.occlusion(model, x, target)
    return getattr(explain, name)(model, x, target)


class TestLinear:
    """A linear model is its own explanation."""

    target = np.array([2, 0])

    @pytest.mark.parametrize("steps", [1, 2, 7])
    @pytest.mark.parametrize("rule", ["gauss-legendre", "midpoint"])
    def test_integrated_gradients_are_gradient_x_input_for_any_number_of_steps(self, linear, rule, steps):
        model, weights, x = linear
        found = explain.integrated_gradients(model, x, self.target, steps=steps, rule=rule)
        assert np.allclose(found, explain.gradient_x_input(model, x, self.target), rtol=0, atol=1e-13)
        assert np.allclose(found, weights[self.target] * x, rtol=0, atol=1e-13)

    def test_saliency_is_the_weights_and_smoothing_changes_nothing(self, linear):
        model, weights, x = linear
        for name in ("saliency", "smooth_grad"):
            method = getattr(explain, name)
            assert np.allclose(method(model, x, self.target, signed=True), weights[self.target], atol=1e-13)
            assert np.allclose(method(model, x, self.target), np.abs(weights[self.target]), atol=1e-13)

    def test_occlusion_by_one_pixel_is_weight_x_difference_from_the_baseline(self, linear):
        model, weights, x = linear
        baseline = np.random.default_rng(1).standard_normal(x.shape)
        found = explain.occlusion(model, x, self.target, window=1, baseline=baseline)
        assert np.allclose(found, (weights[self.target] * (x - baseline)).sum(1), rtol=0, atol=1e-12)

    def test_occlusion_by_windows_side_by_side_is_their_sums(self, linear):
        model, weights, x = linear
        found = explain.occlusion(model, x, self.target, window=(2, 3))
        parts = (weights[self.target] * x).sum(1)
        assert np.allclose(found[:, 2:4, 3:6], parts[:, 2:4, 3:6].sum((1, 2), keepdims=True))
        assert np.allclose(found[:, 4:, 6:], parts[:, 4:, 6:].sum((1, 2), keepdims=True))  # cut at the edge


def test_guided_backprop_deconvnet_and_gradient_agree_where_every_relu_is_active_with_a_positive_gradient():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(2))
    x = np.random.default_rng(0).random((2, 3, 9, 11)).astype("float32")
    model(torch.tensor(x))
    with torch.no_grad():
        for weight in model.parameters():
            weight.abs_()
    gradient = explain.saliency(model, x, 1, signed=True)
    assert (gradient > 0).all()
    assert np.array_equal(explain.guided_backprop(model, x, 1), gradient)
    assert np.array_equal(explain.deconvnet(model, x, 1), gradient)
    with torch.no_grad():
        model[5].weight[1, ::2] *= -1  # half of the gradients that reach the last ReLU are now negative
    gradient = explain.saliency(model, x, 1, signed=True)
    assert (gradient < 0).any()
    assert (explain.guided_backprop(model, x, 1) > 0).all()


def test_guided_backprop_and_deconvnet_by_hand():
    """One pixel, three channels, three ReLUs: the input's sign, and that of the gradient, in all combinations."""
    conv = nn.Conv2d(3, 4, 1, bias=False)
    head = nn.Linear(4, 1, bias=False)
    model = nn.Sequential(conv, nn.ReLU(), nn.Flatten(), head)
    with torch.no_grad():
        conv.weight.copy_(torch.tensor([[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, 0, -1]]).reshape(4, 3, 1, 1))
        head.weight.copy_(torch.tensor([[2.0, 3, -5, 7]]))
    x = np.ones((1, 3, 1, 1), "float32")  # the ReLUs get 1, -1, 1, -1, and the gradients 2, 3, -5, 7
    assert explain.saliency(model, x, 1, signed=True).ravel().tolist() == [2, -5, 0]
    assert explain.guided_backprop(model, x, 1).ravel().tolist() == [2, 0, 0]
    assert explain.deconvnet(model, x, 1).ravel().tolist() == [2 - 3, 0, -7]


class TestCompleteness:
    @pytest.mark.parametrize("rule", ["gauss-legendre", "midpoint"])
    @pytest.mark.parametrize("make", [plain, residual])
    def test_the_parts_sum_to_the_difference_of_the_scores_better_with_more_steps(self, make, rule):
        errors = []
        for steps in (5, 50, 500):
            worst = []
            for seed in range(4):
                model, x, target = network(make, "float64", seed)
                difference = scores(model, x, target) - scores(model, np.full_like(x, 0.1), target)
                found = explain.integrated_gradients(model, x, target, baseline=0.1, steps=steps, rule=rule)
                size = np.abs(model(torch.tensor(x)).detach().numpy()).max()
                worst.append(np.abs(found.sum((1, 2, 3)) - difference).max() / size)
            errors.append(np.max(worst))
        assert errors[1] < 0.01
        assert errors[0] > 2 * errors[1] > 4 * errors[2]

    def test_gradient_x_input_sums_to_the_score_without_biases_only(self):
        torch.manual_seed(0)
        layers = [nn.Conv2d(3, 5, 3, bias=False), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()]
        model = nn.Sequential(*layers, nn.LazyLinear(3, bias=False)).double()
        x = np.random.default_rng(0).standard_normal((2, 3, 8, 10))
        model(torch.tensor(x))
        assert np.allclose(explain.gradient_x_input(model, x, 2).sum((1, 2, 3)), scores(model, x, 2), atol=1e-12)
        model, x, target = network(plain, "float64")
        gap = explain.gradient_x_input(model, x, target).sum((1, 2, 3)) - scores(model, x, target)
        assert np.abs(gap).min() > 1e-3


class TestSmoothGrad:
    def test_without_noise_it_is_the_gradient(self):
        model, x, target = network(plain)
        assert np.allclose(
            explain.smooth_grad(model, x, target, noise=0, samples=3), explain.saliency(model, x, target), atol=1e-6
        )

    def test_the_noise_is_a_share_of_each_images_own_range(self):
        """On x**2 the gradient is twice the noisy input: its spread over samples of one tells the noise."""
        model = Square()
        x = np.zeros((2, 1, 40, 50))
        x[0, 0, 0, 0], x[1, 0, 0, 0] = 1, -10
        noise = explain.smooth_grad(model, x, 0, samples=1, noise=0.2, signed=True)[:, :, 1:] / 2
        assert np.allclose(noise.std((1, 2, 3)), [0.2, 2], rtol=0.05)
        mean = explain.smooth_grad(model, x, 0, samples=100, noise=0.2, signed=True)[:, :, 1:] / 2
        assert np.allclose(mean.std((1, 2, 3)), [0.02, 0.2], rtol=0.05)

    def test_the_absolute_value_is_taken_of_the_mean(self):
        x = np.zeros((1, 1, 40, 50))
        x[0, 0, 0, 0] = 1
        signed = explain.smooth_grad(Square(), x, 0, samples=20, signed=True)
        assert np.allclose(explain.smooth_grad(Square(), x, 0, samples=20), np.abs(signed))

    def test_the_seed_decides(self):
        model, x, target = network(plain)
        first, again, other = (explain.smooth_grad(model, x, target, samples=4, seed=seed) for seed in (1, 1, 2))
        assert np.array_equal(first, again)
        assert not np.allclose(first, other)


class Square(nn.Module):
    def forward(self, x):
        return (x**2).sum((1, 2, 3))[:, None].repeat(1, 2)


class TestBatches:
    @pytest.mark.parametrize("name", [*METHODS, "occlusion"])
    def test_an_image_has_the_same_map_in_any_batch(self, name):
        model, _, _ = network(plain, "float64")
        draw = np.random.default_rng(2)
        x, target = draw.standard_normal((70, 3, *SIZE)), draw.integers(0, 4, 70)
        if name == "smooth_grad":  # its noise is drawn for the batch
            method = lambda *given: explain.smooth_grad(*given, noise=0, samples=3)  # noqa: E731
        else:
            method = lambda *given: on_network(name, *given)  # noqa: E731
        many = method(model, x, target)
        for i in (0, 31, 32, 69):
            assert np.allclose(method(model, x[i : i + 1], int(target[i])), many[i], rtol=0, atol=1e-12)


class TestClassActivation:
    def test_before_global_pooling_and_one_linear_layer_it_is_the_classic_map_over_the_number_of_places(self):
        torch.manual_seed(0)
        head = nn.Linear(6, 3)
        model = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), head).double()
        x = np.random.default_rng(0).standard_normal((2, 3, *SIZE))
        with torch.no_grad():
            maps = model[:2](torch.tensor(x))
            classic = torch.einsum("k,nkhw->nhw", head.weight[1], maps).numpy()
        found = explain.grad_cam(model, x, 1, "1", relu=False, resize=False)
        assert np.allclose(found * maps[0, 0].numel(), classic, rtol=0, atol=1e-13)
        assert (classic < 0).any()  # otherwise the ReLU would not matter
        assert np.allclose(explain.grad_cam(model, x, 1, "1", resize=False), np.maximum(found, 0), rtol=0, atol=1e-13)

    def test_plus_plus_is_the_papers_formula_with_derivatives_of_exp_of_the_score(self):
        """The weights are worked out by differentiating exp(S) three times at each place, as the paper defines them."""
        torch.manual_seed(0)
        body = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2), nn.ReLU())
        head = nn.Sequential(nn.MaxPool2d(2), nn.Flatten(), nn.LazyLinear(2))
        model = nn.Sequential(body, head).double()
        x = np.random.default_rng(0).standard_normal((1, 3, 9, 11))
        model(torch.tensor(x))
        maps = body(torch.tensor(x)).detach()
        flat = maps.flatten().clone().requires_grad_()
        y = head(flat.reshape(maps.shape))[0, 1].exp()
        (first,) = torch.autograd.grad(y, flat, create_graph=True)
        second, third = torch.zeros_like(flat), torch.zeros_like(flat)
        for i in range(len(flat)):
            if not first[i].requires_grad or first[i] == 0:
                continue
            (row,) = torch.autograd.grad(first[i], flat, create_graph=True)
            second[i] = row[i]
            third[i] = torch.autograd.grad(row[i], flat, retain_graph=True)[0][i]
        sums = maps.sum((2, 3), keepdim=True).expand_as(maps).flatten()
        below = 2 * second + sums * third
        shares = torch.where(below != 0, second / below, 0.0).detach()
        weights = (shares * first.clamp(min=0)).reshape(maps.shape).sum((2, 3))
        expected = (torch.einsum("nk,nkhw->nhw", weights, maps) / y).detach().numpy()
        found = explain.grad_cam_plus_plus(model, x, 1, "0", relu=False, resize=False)
        assert np.allclose(found, expected, rtol=1e-10, atol=1e-12)
        plain_cam = explain.grad_cam(model, x, 1, "0", relu=False, resize=False)
        assert np.corrcoef(found.ravel(), plain_cam.ravel())[0, 1] < 0.999  # another map, not another scale

    @pytest.mark.parametrize("method", [explain.grad_cam, explain.grad_cam_plus_plus])
    def test_where_nothing_speaks_for_the_target_the_map_is_zero_and_a_warning_says_so(self, method):
        model, x, _ = network(residual)
        with torch.no_grad():
            model[8].weight[0] = -1  # every map at the last layer speaks against class 0
            model[8].weight[1] = 1
        with pytest.warns(UserWarning, match=r"no positive evidence .* layer '5' in images 0, 2"):
            cam = method(model, x, [0, 1, 0], "5")
        assert not cam[[0, 2]].any()
        assert (cam[1] >= 0).all()
        assert cam[1].any()
        with pytest.warns(UserWarning, match="in every image"):
            assert not method(model, x, 0, "5").any()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert (method(model, x, 0, "5", relu=False) <= 0).all()

    def test_a_map_of_zeros_is_no_division_by_zero(self):
        model, x, target = network(residual)
        with torch.no_grad():
            model[8].weight.zero_()
        with np.errstate(all="raise"), pytest.warns(UserWarning, match="no positive evidence"):
            assert not explain.grad_cam_plus_plus(model, x, target, "5").any()


class TestPixelMap:
    x = np.array([[[[1.0, -2.0]], [[-3.0, -1.0]], [[1.0, 0.5]]]])

    @pytest.mark.parametrize(("how", "expected"), [("absolute", [5, 3.5]), ("sum", [-1, -2.5]), ("max", [3, 2])])
    def test_what_channels_come_to(self, how, expected):
        assert explain.pixel_map(self.x, how).tolist() == [[expected]]
        assert explain.pixel_map(np.moveaxis(self.x, 1, -1), how, channels_last=True).tolist() == [[expected]]
