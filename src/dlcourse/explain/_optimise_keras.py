"""The gradient of a function of one layer's output, in Keras on TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial, wraps
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dlcourse.explain._keras import _array, _run, _watched, maps_first
from dlcourse.explain._optimise import Score
from dlcourse.explain._target import no_gradient


class _Reached(BaseException):
    """The layer has run: nothing that comes after it is needed. No Exception, because Keras would change it."""


def _stopping(call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def stop(*args: Any, **kwargs: Any) -> Any:
        call(*args, **kwargs)
        raise _Reached

    return stop


@tf.custom_gradient
def _redirected(x: tf.Tensor) -> Any:
    """ReLU whose gradient, where an image's would be zero altogether, goes to the negative inputs that should rise."""

    def backward(gradient: tf.Tensor) -> tf.Tensor:
        zero = tf.zeros_like(gradient)
        plain = tf.where(x > 0, gradient, zero)
        other = tf.where((x <= 0) & (gradient < 0), zero, gradient)
        passes = tf.reduce_any(plain != 0, axis=list(range(1, len(x.shape))), keepdims=True)
        return tf.where(passes, plain, other)

    return tf.nn.relu(x), backward


def differentiate(
    model: keras.layers.Layer, x: np.ndarray, name: str, layer: keras.layers.Layer, score: Score, redirect: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Objectives `(N,)`, and their gradient with respect to `x`, which is `(N, 3, H, W)`."""
    leaf = tf.constant(np.ascontiguousarray(np.moveaxis(x, 1, -1)))
    with ExitStack() as stack:
        if redirect:
            _redirect(stack, model)
        tape = stack.enter_context(tf.GradientTape(watch_accessed_variables=False))
        tape.watch(leaf)
        seen = stack.enter_context(_watched({name: layer}))
        layer.__dict__["call"] = _stopping(layer.__dict__["call"])
        with suppress(_Reached):
            _run(model, leaf)
        output = seen.one(name)
    values, at_output = score(maps_first(output))
    if len(output.shape) == 4:
        at_output = np.moveaxis(at_output, 1, -1)
    gradient = tape.gradient(output, leaf, output_gradients=tf.cast(np.ascontiguousarray(at_output), output.dtype))
    if gradient is None:
        raise no_gradient("the image")
    return values, np.moveaxis(_array(gradient), -1, 1)


def _redirect(stack: ExitStack, model: keras.layers.Layer) -> None:
    found = False
    for layer in model._flatten_layers(include_self=False):
        if isinstance(layer, keras.layers.ReLU) and _plain(layer):
            own = layer.__dict__.get("call")
            layer.__dict__["call"] = _redirected
            stack.callback(partial(_restore_call, layer, own))
            found = True
        elif getattr(layer, "activation", None) is keras.activations.relu:
            layer.activation = _redirected
            stack.callback(setattr, layer, "activation", keras.activations.relu)
            found = True
    if not found:
        raise ValueError("redirect changes the gradient of ReLUs, and the model has none; use redirect=0")


def _plain(layer: keras.layers.ReLU) -> bool:
    return layer.max_value is None and layer.negative_slope == 0 and layer.threshold == 0


def _restore_call(layer: Any, own: Any) -> None:
    layer.__dict__.pop("call", None)
    if own is not None:
        layer.__dict__["call"] = own
