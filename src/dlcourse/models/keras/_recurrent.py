"""Recurrent networks that read a sequence and answer at its end."""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import layers as rnn

from dlcourse import _validate
from dlcourse.models._docs import as_in_pytorch


def _recurrent(
    cell: Callable[..., rnn.Layer], features: int, hidden: int, outputs: int, layers: int
) -> keras.Sequential:
    for name, size in {"features": features, "hidden": hidden, "outputs": outputs, "layers": layers}.items():
        _validate.whole(name, size, 1)
    # Every layer but the last hands on its states at all steps.
    stack = [cell(hidden, return_sequences=i < layers - 1, name=f"recurrent{i}") for i in range(layers)]
    return keras.Sequential([keras.Input((None, features)), *stack, rnn.Dense(outputs, name="linear")])


@as_in_pytorch
def lstm(features: int, hidden: int, outputs: int, layers: int = 1) -> keras.Sequential:
    """An LSTM over a sequence, and a dense layer on its last state. Weights start as Keras starts them.

    Returns
    -------
    Sequential that takes `(N, T, features)` and returns `(N, outputs)`.

    Examples
    --------
    >>> lstm(3, 8, 1).output_shape
    (None, 1)
    """
    return _recurrent(rnn.LSTM, features, hidden, outputs, layers)


@as_in_pytorch
def gru(features: int, hidden: int, outputs: int, layers: int = 1) -> keras.Sequential:
    """A GRU over a sequence, and a dense layer on its last state. Weights start as Keras starts them.

    Returns
    -------
    Sequential that takes `(N, T, features)` and returns `(N, outputs)`.

    Examples
    --------
    >>> gru(3, 8, 1).output_shape
    (None, 1)
    """
    return _recurrent(rnn.GRU, features, hidden, outputs, layers)
