"""Recurrent networks that read a sequence and answer at its end."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from dlcourse import _validate


class Recurrent(nn.Module):
    """What `lstm` and `gru` return: a recurrent layer, then a dense layer on its last state.

    Parameters
    ----------
    cell : `torch.nn.RNN`, `torch.nn.LSTM` or `torch.nn.GRU`
    features : numbers at each step
    hidden : size of the state
    outputs : number of outputs
    layers : how many recurrent layers lie on top of each other
    """

    def __init__(
        self, cell: Callable[..., nn.Module], features: int, hidden: int, outputs: int, layers: int = 1
    ) -> None:
        super().__init__()
        sizes = {"features": features, "hidden": hidden, "outputs": outputs, "layers": layers}
        for name, size in sizes.items():
            _validate.whole(name, size, 1)
        self.recurrent = cell(features, hidden, num_layers=layers, batch_first=True)
        self.linear = nn.Linear(hidden, outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        states, _ = self.recurrent(x)
        return self.linear(states[:, -1])


def lstm(features: int, hidden: int, outputs: int, layers: int = 1) -> Recurrent:
    """An LSTM over a sequence, and a dense layer on its last state. Weights start as PyTorch starts them.

    Parameters
    ----------
    features : numbers at each step
    hidden : size of the state
    outputs : number of outputs
    layers : how many LSTM layers lie on top of each other

    Returns
    -------
    Recurrent, which takes `(N, T, features)` and returns `(N, outputs)`.

    Raises
    ------
    TypeError, ValueError : a size that is not a whole number of at least 1.

    References
    ----------
    Hochreiter, Schmidhuber 1997, "Long short-term memory"; with the forget gate of Gers, Schmidhuber, Cummins 2000.

    Examples
    --------
    >>> import torch
    >>> lstm(3, 8, 1)(torch.zeros(2, 5, 3)).shape
    torch.Size([2, 1])
    """
    return Recurrent(nn.LSTM, features, hidden, outputs, layers)


def gru(features: int, hidden: int, outputs: int, layers: int = 1) -> Recurrent:
    """A GRU over a sequence, and a dense layer on its last state. Weights start as PyTorch starts them.

    Parameters
    ----------
    features : numbers at each step
    hidden : size of the state
    outputs : number of outputs
    layers : how many GRU layers lie on top of each other

    Returns
    -------
    Recurrent, which takes `(N, T, features)` and returns `(N, outputs)`.

    Raises
    ------
    TypeError, ValueError : a size that is not a whole number of at least 1.

    References
    ----------
    Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder", EMNLP.

    Examples
    --------
    >>> import torch
    >>> gru(3, 8, 1)(torch.zeros(2, 5, 3)).shape
    torch.Size([2, 1])
    """
    return Recurrent(nn.GRU, features, hidden, outputs, layers)
