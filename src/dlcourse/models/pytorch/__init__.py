"""The networks of the book in PyTorch.

Every function returns a `torch.nn.Module` with fresh random weights, in training mode, that takes `(N, channels,
height, width)` images (the recurrent ones `(N, T, features)`) and returns `(N, classes)` logits. Unless a function says
otherwise, weights before a ReLU start from the normal distribution of He et al. 2015 ("Delving deep into rectifiers",
variance two over the number of inputs) with biases of 0, and all others as PyTorch starts them.
"""

from dlcourse.models.pytorch._classic import alexnet, mlp, vgg, vgg16, vgg16_features
from dlcourse.models.pytorch._efficientnet import InvertedResidual, SameConv2d, efficientnet_lite0
from dlcourse.models.pytorch._inception import GoogLeNet, Inception, googlenet
from dlcourse.models.pytorch._lenet import RadialBasis, ScaledTanh, Subsampling, TableConvolution, lenet5
from dlcourse.models.pytorch._mtcnn import FaceNetwork, onet, pnet, rnet
from dlcourse.models.pytorch._pets import pets_cnn, pets_cnn_small
from dlcourse.models.pytorch._recurrent import Recurrent, gru, lstm
from dlcourse.models.pytorch._resnet import (
    BasicBlock,
    Bottleneck,
    ResNet,
    resnet,
    resnet18,
    resnet34,
    resnet50,
    resnet152,
)

__all__ = [
    "BasicBlock",
    "Bottleneck",
    "FaceNetwork",
    "GoogLeNet",
    "Inception",
    "InvertedResidual",
    "RadialBasis",
    "Recurrent",
    "ResNet",
    "SameConv2d",
    "ScaledTanh",
    "Subsampling",
    "TableConvolution",
    "alexnet",
    "efficientnet_lite0",
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
