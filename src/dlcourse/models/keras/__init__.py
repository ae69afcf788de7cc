"""The networks of the book in Keras.

Every function returns a built model with fresh random weights that takes `(N, height, width, channels)` images (the
recurrent ones `(N, T, features)`) and returns `(N, classes)` logits. Unless a function says otherwise, weights before a
ReLU start from the normal distribution of He et al. 2015 ("Delving deep into rectifiers", variance two over the number
of inputs), and all others as Keras starts them. Layers have the names of their counterparts in `models.pytorch`.
"""

from dlcourse.models.keras._classic import LocalResponseNorm, alexnet, mlp, vgg, vgg16, vgg16_features
from dlcourse.models.keras._inception import Inception, googlenet
from dlcourse.models.keras._lenet import RadialBasis, ScaledTanh, Subsampling, TableConvolution, lenet5
from dlcourse.models.keras._mtcnn import onet, pnet, rnet
from dlcourse.models.keras._pets import pets_cnn, pets_cnn_small
from dlcourse.models.keras._recurrent import gru, lstm
from dlcourse.models.keras._resnet import (
    BasicBlock,
    Bottleneck,
    resnet,
    resnet18,
    resnet34,
    resnet50,
    resnet152,
)

__all__ = [
    "BasicBlock",
    "Bottleneck",
    "Inception",
    "LocalResponseNorm",
    "RadialBasis",
    "ScaledTanh",
    "Subsampling",
    "TableConvolution",
    "alexnet",
    "googlenet",
    "gru",
    "lenet5",
    "lstm",
    "mlp",
    "onet",
    "pets_cnn",
    "pets_cnn_small",
    "pnet",
    "resnet",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet152",
    "rnet",
    "vgg",
    "vgg16",
    "vgg16_features",
]
