from ._activation_maximization import activation_maximization
from ._cam import grad_cam, grad_cam_plus_plus
from ._deep_dream import deep_dream
from ._dissect import Dissection, dissect
from ._feature_maps import dead_filters, feature_maps
from ._filters import filters
from ._gradients import gradient_x_input, integrated_gradients, saliency, smooth_grad
from ._invert_features import invert_features
from ._occlusion import occlusion
from ._parameterization import colour_matrix
from ._pixel_map import pixel_map
from ._randomize import cascade, randomize
from ._rectifiers import deconvnet, guided_backprop
from ._scores import deletion, insertion, inside_mask, pointing_game
from ._similarity import centre_map, edge_map, similarity
from ._top_examples import TopExamples, top_examples

__all__ = [
    "Dissection",
    "TopExamples",
    "activation_maximization",
    "cascade",
    "centre_map",
    "colour_matrix",
    "dead_filters",
    "deconvnet",
    "deep_dream",
    "deletion",
    "dissect",
    "edge_map",
    "feature_maps",
    "filters",
    "grad_cam",
    "grad_cam_plus_plus",
    "gradient_x_input",
    "guided_backprop",
    "insertion",
    "inside_mask",
    "integrated_gradients",
    "invert_features",
    "occlusion",
    "pixel_map",
    "pointing_game",
    "randomize",
    "saliency",
    "similarity",
    "smooth_grad",
    "top_examples",
]
