from . import keras, pytorch
from ._to_keras import to_keras

__all__ = ["keras", "pytorch", "to_keras"]
