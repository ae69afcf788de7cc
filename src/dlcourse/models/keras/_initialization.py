"""Initialisation of weights."""

from __future__ import annotations

from keras.initializers import VarianceScaling


def he() -> VarianceScaling:
    """He et al. 2015 for ReLU. A new one for each layer: one initializer gives the same numbers each time."""
    return VarianceScaling(2.0, mode="fan_in", distribution="untruncated_normal")
