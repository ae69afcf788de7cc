"""Guided backpropagation and deconvnet know every ReLU of a model, or refuse it."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from attribution_methods import EVERY_METHOD
from dlcourse import explain
from random_networks import Residual, network, residual

RULES = ("guided_backprop", "deconvnet")


def with_relu(relu):
    """A network whose rectifier is this function."""

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.conv2 = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 5, 3)
            self.module = nn.ReLU()  # without one the model would be refused before it ran
            self.head = nn.Linear(5, 2)

        def forward(self, x):
            return self.head(self.module(self.conv2(relu(self.conv1(x)))).mean((2, 3)))

    return Network().eval()


def traced_relu(x):
    """What TorchScript calls can be seen, too, but not by name in Python."""
    return torch.jit.trace(F.relu, torch.ones(1))(x)


class TestRectifiers:
    @pytest.mark.parametrize("name", RULES)
    @pytest.mark.parametrize(
        "relu",
        [
            F.relu,
            F.relu_,
            torch.relu,
            torch.relu_,
            lambda x: x.relu(),
            lambda x: x.relu_(),
            lambda x: F.relu(x, inplace=True),
            F.relu6,
            lambda x: x.clamp(min=0),
            lambda x: x.clamp_(0),
            lambda x: x.clamp_min(0),
            lambda x: torch.clamp(x, 0, 6),
            lambda x: F.hardtanh(x, 0, 6),
            lambda x: F.threshold(x, 0, 0),
            lambda x: torch.maximum(x, torch.zeros_like(x)),
            pytest.param(traced_relu, marks=pytest.mark.filterwarnings("ignore:.*torch.jit")),
        ],
    )
    def test_a_rectifier_that_is_a_function_is_refused(self, name, relu):
        x = np.random.default_rng(0).standard_normal((2, 3, 9, 11)).astype("float32")
        with pytest.raises(ValueError, match=f"{name} needs every ReLU as a module.*write nn.ReLU"):
            getattr(explain, name)(with_relu(relu), x, 0)

    @pytest.mark.parametrize("name", RULES)
    @pytest.mark.parametrize(
        "other", [torch.tanh, lambda x: x.clamp(min=1e-6), lambda x: x.clamp(max=0.5), lambda x: F.leaky_relu(x, 0.1)]
    )
    def test_what_is_no_rectifier_keeps_its_gradient(self, name, other):
        x = np.random.default_rng(0).standard_normal((2, 3, 9, 11)).astype("float32")
        assert getattr(explain, name)(with_relu(other), x, 0).any()

    @pytest.mark.parametrize("name", RULES)
    def test_a_model_without_relu_modules_is_refused(self, name):
        model = nn.Sequential(nn.Flatten(), nn.LazyLinear(2), nn.GELU())
        model(torch.zeros(1, 3, 8, 8))
        with pytest.raises(ValueError, match="has none; write its ReLUs as modules"):
            getattr(explain, name)(model, np.ones((1, 3, 8, 8)), 0)

    @pytest.mark.parametrize("name", RULES)
    def test_in_place_and_reused_relus_give_what_separate_ones_give(self, name):
        model, x, target = network(residual)
        other = nn.Sequential(*[Apart(part) if isinstance(part, Residual) else part for part in model])
        other[2] = nn.ReLU()
        found = getattr(explain, name)(model, x, target)
        assert np.abs(found).max() > 0
        assert np.array_equal(found, getattr(explain, name)(other.eval(), x, target))

    @EVERY_METHOD
    def test_a_relu_in_place_that_changes_what_a_shortcut_adds_is_computed_as_the_model_computes_it(self, method):
        """`x + f(relu_(x))` adds the rectified x; a rule that works on a copy would explain another model."""

        class Shortcut(nn.Module):
            def __init__(self, inplace):
                super().__init__()
                self.relu, self.conv, self.inplace = nn.ReLU(inplace), nn.Conv2d(4, 4, 1), inplace

            def forward(self, x):
                y = self.relu(x)
                return self.conv(y) + (x if self.inplace else y)

        torch.manual_seed(0)
        first, last = nn.Conv2d(3, 4, 3), nn.LazyLinear(2)
        blocks = [Shortcut(inplace) for inplace in (True, False)]
        blocks[1].conv = blocks[0].conv
        models = [
            nn.Sequential(first, nn.Identity(), nn.Identity(), nn.Identity(), block, nn.Identity(), nn.Flatten(), last)
            for block in blocks
        ]
        x = np.random.default_rng(0).standard_normal((2, 3, 9, 11)).astype("float32")
        assert torch.equal(*(model(torch.tensor(x)) for model in models))
        assert np.array_equal(*(method(model, x, 1) for model in models))

    @EVERY_METHOD
    def test_a_first_layer_may_work_in_place_on_the_image(self, method):
        body, x, target = network(residual)
        x, given = x.copy(), x
        model = nn.Sequential(*body[:7], body[7], body[8])
        model.insert(0, nn.ReLU(inplace=True))
        model = nn.Sequential(nn.Sequential(model[0], model[1]), *model[2:]).eval()
        method(model, x, target)
        assert np.array_equal(x, given)

    def test_relu6_passes_gradients_between_0_and_6_only(self):
        model = nn.Sequential(nn.ReLU6(), nn.Flatten(), nn.Linear(4, 1, bias=False))
        with torch.no_grad():
            model[2].weight.copy_(torch.tensor([[1.0, 2, 3, -4]]))
        x = np.array([-1, 5, 7, 3], "float32").reshape(1, 1, 2, 2)
        assert explain.guided_backprop(model, x, 1).ravel().tolist() == [0, 2, 0, 0]
        assert explain.deconvnet(model, x, 1).ravel().tolist() == [1, 2, 3, 0]


class Apart(nn.Module):
    """The block with two ReLUs that do not work in place."""

    def __init__(self, block):
        super().__init__()
        self.conv1, self.bn1, self.conv2 = block.conv1, block.bn1, block.conv2
        self.relu1, self.relu2 = nn.ReLU(), nn.ReLU()

    def forward(self, x):
        return self.relu2(x + self.conv2(self.relu1(self.bn1(self.conv1(x)))))
