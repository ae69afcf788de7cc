from . import keras, pytorch
from ._pretrained import pretrained
from ._to_keras import to_keras

__all__ = ["keras", "pretrained", "pytorch", "to_keras"]
