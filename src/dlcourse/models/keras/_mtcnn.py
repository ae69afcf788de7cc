"""The three networks of MTCNN, a detector of faces."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from dlcourse.models._docs import as_in_pytorch
from dlcourse.models.keras._initialization import he


def _block(x: Any, i: int, filters: int, kernel: int, pool: layers.Layer | None = None) -> Any:
    """A convolution with its PReLU, one slope for each filter, and the pooling if there is one."""
    x = layers.Conv2D(filters, kernel, kernel_initializer=he(), name=f"conv{i}")(x)
    x = _prelu(i, shared_axes=(1, 2))(x)
    return x if pool is None else pool(x)


def _prelu(i: int, **options: Any) -> layers.PReLU:
    """As in PyTorch, the slope for negative numbers starts at a quarter."""
    return layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25), name=f"prelu{i}", **options)


def _dense(x: Any, i: int, units: int) -> Any:
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(units, kernel_initializer=he(), name=f"dense{i}")(x)
    return _prelu(i)(x)


def _model(inputs: Any, *outputs: Any) -> keras.Model:
    return keras.Model(inputs, outputs)


@as_in_pytorch
def pnet() -> keras.Model:
    """P-Net, the first of MTCNN's three networks: is there a face in this window of 12x12 pixels, and where in it?

    Returns
    -------
    Model that takes `(N, height, width, 3)`, each number of an RGB image as (byte - 127.5) / 128, and returns two
    tensors: `(N, rows, columns, 2)` logits, no face and face, and `(N, rows, columns, 4)` offsets, how far the left,
    upper, right and lower edge of the face lies from that of the window, in widths of the window.

    Examples
    --------
    >>> face, box = pnet().output_shape
    >>> face[-1], box[-1]
    (2, 4)
    """
    inputs = keras.Input((None, None, 3))
    x = _block(inputs, 1, 10, 3, layers.MaxPooling2D(2, padding="same", name="pool1"))
    x = _block(x, 2, 16, 3)
    x = _block(x, 3, 32, 3)
    return _model(inputs, layers.Conv2D(2, 1, name="face")(x), layers.Conv2D(4, 1, name="box")(x))


@as_in_pytorch
def rnet() -> keras.Model:
    """R-Net, the second of MTCNN's three networks: is this piece of 24x24 pixels a face, and where is it exactly?

    Returns
    -------
    Model that takes `(N, 24, 24, 3)`, each number of an RGB image as (byte - 127.5) / 128, and returns two tensors:
    `(N, 2)` logits, no face and face, and `(N, 4)` offsets, how far the left, upper, right and lower edge of the face
    lies from that of the piece, in widths of the piece.

    Examples
    --------
    >>> rnet().output_shape
    [(None, 2), (None, 4)]
    """
    inputs = keras.Input((24, 24, 3))
    x = _block(inputs, 1, 28, 3, layers.MaxPooling2D(3, 2, padding="same", name="pool1"))
    x = _block(x, 2, 48, 3, layers.MaxPooling2D(3, 2, name="pool2"))
    x = _block(x, 3, 64, 2)
    x = _dense(x, 4, 128)
    return _model(inputs, layers.Dense(2, name="face")(x), layers.Dense(4, name="box")(x))


@as_in_pytorch
def onet() -> keras.Model:
    """O-Net, the last of MTCNN's three networks: a face in a piece of 48x48 pixels, its box, its eyes, nose and mouth.

    Returns
    -------
    Model that takes `(N, 48, 48, 3)`, each number of an RGB image as (byte - 127.5) / 128, and returns three tensors:
    `(N, 2)` logits, no face and face; `(N, 4)` offsets, how far the left, upper, right and lower edge of the face lies
    from that of the piece, in widths of the piece; and `(N, 10)` landmarks, five x and then five y, from 0 at the left
    or upper edge of the piece to 1: left eye, right eye, nose, left and right corner of the mouth, as one sees them in
    the picture.

    Examples
    --------
    >>> onet().output_shape
    [(None, 2), (None, 4), (None, 10)]
    """
    inputs = keras.Input((48, 48, 3))
    x = _block(inputs, 1, 32, 3, layers.MaxPooling2D(3, 2, padding="same", name="pool1"))
    x = _block(x, 2, 64, 3, layers.MaxPooling2D(3, 2, name="pool2"))
    x = _block(x, 3, 64, 3, layers.MaxPooling2D(2, padding="same", name="pool3"))
    x = _block(x, 4, 128, 2)
    x = _dense(x, 5, 256)
    heads = (layers.Dense(units, name=name)(x) for name, units in (("face", 2), ("box", 4), ("landmarks", 10)))
    return _model(inputs, *heads)
