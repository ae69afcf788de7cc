"""Every attribution method as `method(model, x, target)`, for tests of what all of them promise."""

import pytest

from dlcourse import explain

METHODS = {
    "saliency": explain.saliency,
    "gradient_x_input": explain.gradient_x_input,
    "smooth_grad": lambda *given: explain.smooth_grad(*given, samples=3),
    "integrated_gradients": lambda *given: explain.integrated_gradients(*given, steps=3),
    "guided_backprop": explain.guided_backprop,
    "deconvnet": explain.deconvnet,
    "occlusion": explain.occlusion,
    "grad_cam": lambda *given: explain.grad_cam(*given, "5"),
    "grad_cam_plus_plus": lambda *given: explain.grad_cam_plus_plus(*given, "5"),
}
EVERY_METHOD = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
