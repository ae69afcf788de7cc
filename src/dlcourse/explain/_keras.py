"""Scores, gradients and layers' outputs of Keras models on TensorFlow; the model is left as it was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dlcourse.explain._layers import Seen
from dlcourse.explain._target import Target, no_gradient

CHANNELS_LAST = True


def named_layers(model: keras.layers.Layer, prefix: str = "") -> list[tuple[str, keras.layers.Layer]]:
    """Every layer inside the model with its name; one inside another model or layer as "outer/inner"."""
    found = []
    for layer in model._flatten_layers(include_self=False, recursive=False):
        if not isinstance(layer, keras.layers.InputLayer):
            found += [(prefix + layer.name, layer), *named_layers(layer, f"{prefix}{layer.name}/")]
    return found


def float_type(model: keras.layers.Layer, x: np.ndarray) -> np.dtype:
    """The type in which the model computes: float64 or float32."""
    return np.dtype("float64" if model.compute_dtype == "float64" else "float32")


def _run(model: keras.layers.Layer, x: tf.Tensor) -> Any:
    if keras.backend.backend() != "tensorflow":
        raise ValueError(f"a Keras model is explained on TensorFlow only; Keras runs on {keras.backend.backend()}")
    return model(x, training=False)


@contextmanager
def _watched(layers: Mapping[str, keras.layers.Layer], tape: tf.GradientTape | None = None) -> Iterator[Seen]:
    """Collect what these layers give.

    Their `call` is watched, and the whole model runs: a second model from the same input to a layer inside a nested
    model cannot be made ("graph disconnected"), because that layer belongs to the nested model's graph alone.
    """
    seen = Seen()

    def collecting(name: str, layer: keras.layers.Layer) -> Any:
        inner = layer.call

        @wraps(inner)
        def call(*args: Any, **kwargs: Any) -> Any:
            output = inner(*args, **kwargs)
            if tape is not None and tf.is_tensor(output):
                tape.watch(output)
            seen.add(name, output)
            return output

        return call

    own = [(layer, layer.__dict__.get("call")) for layer in layers.values()]
    try:
        for name, layer in layers.items():
            layer.__dict__["call"] = collecting(name, layer)
        yield seen
    finally:
        for layer, before in own:
            layer.__dict__.pop("call", None)
            if before is not None:
                layer.__dict__["call"] = before


def _scores(outputs: Any, target: Target) -> tf.Tensor:
    """The `(N,)` scores that are explained, from what the model gave."""
    if callable(target.given):
        found = target.given(outputs)
        target.check(found, tf.is_tensor(found))
        return found
    columns, signs = target.located(outputs, tf.is_tensor(outputs))
    chosen = tf.gather(tf.reshape(outputs, (len(columns), -1)), columns, axis=1, batch_dims=1)
    return chosen * tf.cast(signs, chosen.dtype)


def scores(model: keras.layers.Layer, x: np.ndarray, target: Target) -> np.ndarray:
    """The score of each image, `(N,)`."""
    return _array(_scores(_run(model, tf.constant(x)), target))


def gradient(model: keras.layers.Layer, x: np.ndarray, target: Target) -> np.ndarray:
    """The gradient of each image's score with respect to the image."""
    images = tf.constant(x)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        score = _scores(_run(model, images), target)
    return _array(_gradient(tape, score, images, "x"))


def maps_and_gradients(
    model: keras.layers.Layer, x: np.ndarray, target: Target, name: str, layer: keras.layers.Layer
) -> tuple[np.ndarray, np.ndarray]:
    """What the layer gives, and the gradient of each image's score with respect to it; maps first."""
    with tf.GradientTape(watch_accessed_variables=False) as tape, _watched({name: layer}, tape) as seen:
        score = _scores(_run(model, tf.constant(x)), target)
    maps = seen.one(name)
    return maps_first(maps), maps_first(_gradient(tape, score, maps, f"layer {name!r}"))


def layer_outputs(
    model: keras.layers.Layer, x: np.ndarray, layers: Mapping[str, keras.layers.Layer]
) -> tuple[Seen, Any]:
    """What these layers give for `x`, and what the model gives."""
    with _watched(layers) as seen:
        output = _run(model, tf.constant(x))
    return seen, output


def maps_first(value: tf.Tensor) -> np.ndarray:
    """A layer's output as an array with the maps before height and width; what is no maps keeps its shape."""
    array = _array(value)
    return np.ascontiguousarray(np.moveaxis(array, -1, 1)) if array.ndim == 4 else array


def _array(value: tf.Tensor) -> np.ndarray:
    array = np.asarray(value)
    return array if array.dtype in (np.float32, np.float64) else array.astype("float32")


def _gradient(tape: tf.GradientTape, score: tf.Tensor, of: tf.Tensor, what: str) -> tf.Tensor:
    found = tape.gradient(score, of)
    if found is None:
        raise no_gradient(what)
    return tf.convert_to_tensor(found)
