from ._activation_maximization import activation_maximization
from ._cam import grad_cam, grad_cam_plus_plus
from ._deep_dream import deep_dream
from ._gradients import gradient_x_input, integrated_gradients, saliency, smooth_grad
from ._invert_features import invert_features
from ._occlusion import occlusion
from ._parameterization import colour_matrix
from ._pixel_map import pixel_map
from ._rectifiers import deconvnet, guided_backprop

__all__ = [
    "activation_maximization",
    "colour_matrix",
    "deconvnet",
    "deep_dream",
    "grad_cam",
    "grad_cam_plus_plus",
    "gradient_x_input",
    "guided_backprop",
    "integrated_gradients",
    "invert_features",
    "occlusion",
    "pixel_map",
    "saliency",
    "smooth_grad",
]
