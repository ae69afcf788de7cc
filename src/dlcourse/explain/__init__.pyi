from ._cam import grad_cam, grad_cam_plus_plus
from ._gradients import gradient_x_input, integrated_gradients, saliency, smooth_grad
from ._occlusion import occlusion
from ._pixel_map import pixel_map
from ._rectifiers import deconvnet, guided_backprop

__all__ = [
    "deconvnet",
    "grad_cam",
    "grad_cam_plus_plus",
    "gradient_x_input",
    "guided_backprop",
    "integrated_gradients",
    "occlusion",
    "pixel_map",
    "saliency",
    "smooth_grad",
]
