"""What users of attribution libraries stumble over: each works here, or says what to do."""

import random

import numpy as np
import pytest
import torch
from torch import nn

from attribution_methods import EVERY_METHOD, METHODS
from dlcourse import explain
from random_networks import SIZE, network, plain, residual

integrated = explain.integrated_gradients


class TestWithoutGradients:
    @EVERY_METHOD
    @pytest.mark.parametrize("around", [torch.no_grad, torch.inference_mode])
    def test_a_call_without_gradients_gives_the_same(self, method, around):
        model, x, target = network(residual)
        expected = method(model, x, target)
        with around():
            assert np.array_equal(method(model, x, target), expected)
            assert np.array_equal(method(model, torch.tensor(x), torch.tensor(target)), expected)

    @EVERY_METHOD
    def test_frozen_weights_give_the_same(self, method):
        model, x, target = network(residual)
        expected = method(model, x, target)
        assert np.array_equal(method(model.requires_grad_(False), x, target), expected)

    def test_a_model_that_cuts_the_graph_is_told(self):
        class Cut(nn.Module):
            def __init__(self):
                super().__init__()
                self.body, self.head = nn.Conv2d(3, 4, 3), nn.Linear(4, 2)

            def forward(self, x):
                with torch.no_grad():
                    x = self.body(x)
                return self.head(x.mean((2, 3)))

        x = np.ones((1, 3, 8, 9), "float32")
        with pytest.raises(ValueError, match=r"no gradient with respect to x: .*detach, no_grad, argmax"):
            explain.saliency(Cut(), x, 0)
        with pytest.raises(ValueError, match="no gradient with respect to x"):
            explain.saliency(nn.Conv2d(3, 2, 8), x[..., :8], lambda y: y.argmax(1)[:, 0, 0].float())


class Failing(nn.Module):
    """Fails after its layers have run, if it is told to."""

    def __init__(self, model):
        super().__init__()
        self.model, self.fail = model, False

    def forward(self, x):
        output = self.model(x)
        if self.fail:
            raise RuntimeError("on purpose")
        return output


class TestLeftAsFound:
    @EVERY_METHOD
    @pytest.mark.parametrize("fail", [False, True])
    def test_mode_gradients_weights_hooks_and_random_numbers(self, method, fail):
        inner, x, target = network(residual)
        model = Failing(inner)
        inner.insert(5, inner.pop(5))
        model.train()
        inner[1].eval()
        inner[0].requires_grad_(False)
        inner[8].weight.grad = torch.ones_like(inner[8].weight)
        calls = []
        inner[2].register_forward_hook(lambda *_: calls.append(1))
        inner[2].forward = inner[2].forward  # somebody's own, which must stay
        model.fail = fail

        def state():
            return (
                {name: tensor.clone() for name, tensor in model.state_dict().items()},
                [module.training for module in model.modules()],
                [weight.requires_grad for weight in model.parameters()],
                [weight.grad for weight in model.parameters()],
                [
                    (
                        len(m._forward_hooks),
                        len(m._forward_pre_hooks),
                        len(m._backward_hooks),
                        m.__dict__.get("forward"),
                    )
                    for m in model.modules()
                ],
                (torch.is_grad_enabled(), torch.backends.mha.get_fastpath_enabled()),
            )

        before = state()
        random_state = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()  # noqa: NPY002
        named = {"grad_cam": explain.grad_cam, "grad_cam_plus_plus": explain.grad_cam_plus_plus}
        name = next(key for key, value in METHODS.items() if value is method)
        run = (lambda *given: named[name](*given, "model.5")) if name in named else method
        if fail:
            with pytest.raises(RuntimeError, match="on purpose"):
                run(model, x, target)
        else:
            run(model, x, target)
        after = state()
        assert all(torch.equal(before[0][name], after[0][name]) for name in before[0])
        assert before[1:] == after[1:]
        assert random_state == (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist())  # noqa: NPY002
        assert calls

    def test_dropout_is_off_and_batch_normalisation_uses_its_statistics(self):
        model, x, target = network(plain)
        expected = explain.saliency(model, x, target)
        assert np.array_equal(explain.saliency(model.train(), x, target), expected)


class TestOneLogit:
    """A head of one logit z: class 1 is explained by z, class 0 by -z."""

    @pytest.mark.filterwarnings("ignore:no positive evidence")
    @EVERY_METHOD
    @pytest.mark.parametrize("flat", [False, True])
    def test_class_1_is_the_logit_and_class_0_its_negative(self, method, flat):
        model, x, _ = network(residual)
        torch.manual_seed(0)
        model[8] = nn.Linear(6, 1)
        two = nn.Sequential(*model[:8], nn.Linear(6, 2)).eval()
        with torch.no_grad():
            two[8].weight.copy_(torch.cat([-model[8].weight, model[8].weight]))
            two[8].bias.copy_(torch.cat([-model[8].bias, model[8].bias]))
        if flat:
            model.append(nn.Flatten(0))
        target = np.array([1, 0, 0])
        assert np.allclose(method(model.eval(), x, target), method(two, x, target), rtol=0, atol=1e-6)

    def test_another_class_is_refused(self):
        model = nn.Sequential(nn.Flatten(), nn.Linear(4, 1))
        with pytest.raises(ValueError, match="one output, so it has classes 0 and 1; got 2"):
            explain.saliency(model, np.ones((1, 1, 2, 2)), 2)


class TestTargets:
    @EVERY_METHOD
    def test_a_target_may_be_a_function_of_the_outputs(self, method):
        model, x, target = network(residual)
        rows = np.arange(3)
        expected = method(model, x, target)
        found = method(model, x, lambda outputs: outputs[rows, target])
        assert np.abs(found - expected).max() <= 1e-5 * np.abs(expected).max()  # batches of other sizes round otherwise

    def test_one_box_of_a_detector_is_explained(self):
        class Detector(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 5, 3, padding=1)

            def forward(self, x):
                maps = self.conv(x)
                return [{"scores": image[0].flatten(), "boxes": image[1:].flatten(1).T} for image in maps]

        x = np.random.default_rng(0).standard_normal((2, 3, 6, 8)).astype("float32")
        detector = Detector()
        with pytest.raises(ValueError, match=r"outputs are of type list, not \(2, classes\); give a function"):
            explain.saliency(detector, x, 0)
        place = 2 * 8 + 5
        found = explain.saliency(detector, x, lambda out: torch.stack([image["scores"][place] for image in out]))
        rows, columns = np.nonzero(explain.pixel_map(found)[0])
        assert (rows.min(), rows.max(), columns.min(), columns.max()) == (1, 3, 4, 6)
        cam = explain.grad_cam(
            detector, x, lambda out: torch.stack([image["scores"][place] for image in out]), "conv", relu=False
        )
        assert cam.shape == (2, 6, 8)

    @pytest.mark.parametrize(
        ("target", "error", "says"),
        [
            (4, ValueError, "class of the model, which has 4 outputs; got 4"),
            (-1, ValueError, "classes from 0 on, got -1"),
            ([0, 1], ValueError, r"3 classes, one for each image .* shape \(2,\)"),
            (0.5, TypeError, "whole number"),
            ("cat", TypeError, "target must hold numbers"),
            (True, TypeError, "whole number"),
            (lambda out: out, ValueError, r"one score for each image, shape \(3,\); it gave shape \(3, 4\)"),
            (lambda out: out.sum(), ValueError, r"shape \(3,\); it gave shape \(\)"),
            (lambda out: 1.0, ValueError, "it gave float 1.0"),
        ],
    )
    def test_targets_that_cannot_be(self, target, error, says):
        model, x, _ = network(plain)
        with pytest.raises(error, match=says):
            explain.saliency(model, x, target)


class TestArguments:
    @pytest.mark.parametrize(
        ("change", "error", "says"),
        [
            (lambda x: x[0], ValueError, r"four axes, got an array of shape \(3, 20, 26\).*by x\[None\]"),
            (lambda x: (x * 99).astype("uint8"), TypeError, "divided by 255"),
            (lambda x: np.where(x == x.max(), np.nan, x), ValueError, "finite; 1 of its numbers"),
            (lambda x: x[:0], ValueError, "batch of images"),
        ],
    )
    def test_images_that_cannot_be(self, change, error, says):
        model, x, _ = network(plain)
        with pytest.raises(error, match=says):
            explain.saliency(model, change(x), 0)

    @pytest.mark.parametrize(
        ("call", "error", "says"),
        [
            (lambda m, x: explain.saliency("model", x, 0), TypeError, "PyTorch module or a Keras model, got str"),
            (lambda m, x: explain.saliency(m, x, 0, signed=1), TypeError, "signed"),
            (lambda m, x: explain.smooth_grad(m, x, 0, samples=0), ValueError, "samples must be at least 1"),
            (lambda m, x: explain.smooth_grad(m, x, 0, noise=-1), ValueError, "noise"),
            (lambda m, x: integrated(m, x, 0, steps=0), ValueError, "steps"),
            (lambda m, x: integrated(m, x, 0, rule="left"), ValueError, "rule must be one of"),
            (
                lambda m, x: integrated(m, x, 0, baseline=x[:2]),
                ValueError,
                r"one image \(3, 20, 26\)",
            ),
            (
                lambda m, x: integrated(m, x, 0, baseline=np.inf),
                ValueError,
                "baseline must be finite",
            ),
            (lambda m, x: explain.occlusion(m, x, 0, window=21), ValueError, r"fit into the image, \(20, 26\)"),
            (lambda m, x: explain.occlusion(m, x, 0, window=4, stride=5), ValueError, "pixels are left out"),
            (lambda m, x: explain.occlusion(m, x, 0, window=(4, 0)), ValueError, r"window\[1\] must be at least 1"),
            (
                lambda m, x: explain.grad_cam(m, x, 0, "convl"),
                ValueError,
                "layer must be one of '0', .*got 'convl'",
            ),
            (lambda m, x: explain.grad_cam(m, x, 0, nn.ReLU()), ValueError, "one of the model's own; this ReLU"),
            (lambda m, x: explain.grad_cam(m, x, 0, 3), TypeError, "layer's name or the layer itself, got int 3"),
            (lambda m, x: explain.grad_cam(m, x, 0, "8"), ValueError, r"gives maps.*'8' gives \(3, 16\)"),
            (lambda m, x: explain.grad_cam(m, x, 0, "5", relu=None), TypeError, "relu"),
            (lambda m, x: explain.pixel_map(x, "mean"), ValueError, "how must be one of"),
            (lambda m, x: explain.pixel_map(x[0]), ValueError, "attribution must have shape"),
        ],
    )
    def test_arguments_that_cannot_be(self, call, error, says):
        model, x, _ = network(plain)
        with pytest.raises(error, match=says):
            call(model, x)

    def test_a_layer_may_be_given_itself_or_by_a_name_of_many(self):
        model, x, target = network(residual)
        expected = explain.grad_cam(model, x, target, "3.conv2")
        assert np.array_equal(explain.grad_cam(model, x, target, model[3].conv2), expected)

    def test_a_layer_that_runs_twice_or_never_is_refused(self):
        model, x, target = network(residual)
        with pytest.raises(ValueError, match=r"layer '3.relu' runs 2 times in one pass"):
            explain.grad_cam(model, x, target, "3.relu")
        model[3].spare = nn.Conv2d(6, 6, 1)
        with pytest.raises(ValueError, match=r"layer '3.spare' did not run"):
            explain.grad_cam(model, x, target, "3.spare")

    def test_lazy_layers_want_one_run_first(self):
        model = nn.Sequential(nn.Flatten(), nn.LazyLinear(2))
        with pytest.raises(ValueError, match="lazy layers that have no weights yet"):
            explain.saliency(model, np.ones((1, 3, 4, 4)), 0)

    def test_half_precision_gives_floats(self):
        model, x, target = network(plain)
        found = explain.saliency(model.to(torch.bfloat16), x, target)
        assert found.dtype == np.float32
        assert np.isfinite(found).all()

    def test_large_and_small_windows_cover_height_and_width(self):
        model, x, target = network(plain)
        cam = explain.occlusion(model, x, target, window=SIZE)
        assert cam.shape == (3, *SIZE)
        assert np.ptp(cam, axis=(1, 2)).max() == 0
