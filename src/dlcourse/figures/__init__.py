"""Interactive figures: widgets in JupyterLab, and the same figures on the book's pages, where no kernel runs.

Each figure is a `Figure` (an anywidget) whose picture, with all of its computing, is one ES module.
In JupyterLab the figure's traits are synchronised both ways. On a page of the book, `page.js` reads the
state from the figure's HTML and runs the same module.

>>> fig = conv1d(input=[0, 0, 0, 1, 1, 0, 0, 0], kernel=[0, 1, 0])
>>> fig.output.tolist()
[0.0, 0.0, 1.0, 1.0, 0.0, 0.0]
"""

from dlcourse.figures.anchors import Anchors, anchors
from dlcourse.figures.attribution import Attribution, attribution
from dlcourse.figures.base import Figure
from dlcourse.figures.conv1d import Conv1d, conv1d
from dlcourse.figures.conv2d import KERNELS, Conv2d, conv2d
from dlcourse.figures.conv_arithmetic import ConvArithmetic, conv_arithmetic
from dlcourse.figures.feature_maps import FeatureMaps, feature_maps
from dlcourse.figures.gradient_descent import METHODS, SURFACES, GradientDescent, gradient_descent
from dlcourse.figures.iou import Iou, iou
from dlcourse.figures.matching import Matching, matching
from dlcourse.figures.neuron import ACTIVATIONS, DATASETS, Neuron, neuron
from dlcourse.figures.nms import Nms, nms
from dlcourse.figures.precision_recall import PrecisionRecall, precision_recall
from dlcourse.figures.randomization import Randomization, randomization
from dlcourse.figures.receptive_field import ReceptiveField, receptive_field
from dlcourse.figures.rnn import CELLS, RNN, rnn
from dlcourse.figures.roi_align import RoiAlign, roi_align
from dlcourse.figures.shift import OBJECTS, POOLINGS, Shift, shift
from dlcourse.figures.yolo_grid import YoloGrid, yolo_grid

__all__ = [
    "ACTIVATIONS",
    "CELLS",
    "DATASETS",
    "KERNELS",
    "METHODS",
    "OBJECTS",
    "POOLINGS",
    "RNN",
    "SURFACES",
    "Anchors",
    "Attribution",
    "Conv1d",
    "Conv2d",
    "ConvArithmetic",
    "FeatureMaps",
    "Figure",
    "GradientDescent",
    "Iou",
    "Matching",
    "Neuron",
    "Nms",
    "PrecisionRecall",
    "Randomization",
    "ReceptiveField",
    "RoiAlign",
    "Shift",
    "YoloGrid",
    "anchors",
    "attribution",
    "conv1d",
    "conv2d",
    "conv_arithmetic",
    "feature_maps",
    "gradient_descent",
    "iou",
    "matching",
    "neuron",
    "nms",
    "precision_recall",
    "randomization",
    "receptive_field",
    "rnn",
    "roi_align",
    "shift",
    "yolo_grid",
]
