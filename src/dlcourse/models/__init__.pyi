from . import keras, pytorch
from ._prepare import centre_crop, imagenet_labels, prepare
from ._pretrained import pretrained
from ._to_keras import to_keras

__all__ = ["centre_crop", "imagenet_labels", "keras", "prepare", "pretrained", "pytorch", "to_keras"]
