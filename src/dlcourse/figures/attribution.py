"""The figure `attribution`: which pixels of an image speak for a class, by eight methods."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from dlcourse import _validate
from dlcourse.figures.base import Figure
from dlcourse.figures.network import Coded, Network, network_state
from dlcourse.figures.traits import Choice, State, Truth

METHODS = (
    "gradient",
    "gradient x input",
    "SmoothGrad",
    "integrated gradients",
    "deconvnet",
    "guided backprop",
    "Grad-CAM",
    "occlusion",
)
"""The methods of the figure `attribution`."""

MAPS = ("convolution", "relu", "pooling")  # the layers that Grad-CAM can look at


class Attribution(Figure, Network):
    """Attribution maps of a network that runs in the page; made by `attribution`, which documents the traits."""

    modules: ClassVar = ("network", "maps", "explain")
    constants: ClassVar = {
        "samples": 25,
        "noise": 0.15,
        "steps": 32,
        "window": 8,
        "stride": 4,
        "object": "animal",
    }
    extremes: ClassVar = ({"image": 1, "method": "Grad-CAM", "layer": "pool1", "target": 1, "signed": True},)

    masks = Coded("")
    method = Choice("gradient", METHODS)
    target = State(0)
    layer = State()
    signed = Truth(False)

    def __repr__(self) -> str:
        chosen = f"image={self.image}, method={self.method!r}, target={self.target}, layer={self.layer!r}"
        return f"Attribution(images={len(self.titles)}, {chosen}, signed={self.signed})"

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        return (
            f"Interactive figure: which pixels of {len(self.titles)} images speak for {' or '.join(self.classes)} in a "
            f"small network, by {', '.join(METHODS)}; it starts with {self.method} for {self.classes[self.target]} and "
            f"“{self.titles[self.image]}”."
        )

    @traitlets.default("layer")
    def _default_layer(self) -> str:
        return self._of(*MAPS)[-1]

    @traitlets.validate("layer")
    def _check_layer(self, proposal: Any) -> str:
        return str(_validate.choice("layer", proposal["value"], self._of(*MAPS)))

    @traitlets.validate("target")
    def _check_target(self, proposal: Any) -> int:
        return _validate.whole("target", proposal["value"], 0, len(self.classes) - 1)


def attribution(
    model: Any = None,
    images: ArrayLike | None = None,
    titles: Sequence[str] | None = None,
    *,
    classes: Sequence[str] = ("cat", "dog"),
    masks: ArrayLike | None = None,
    image: int = 0,
    method: str = "gradient",
    target: int = 0,
    layer: str | None = None,
    signed: bool = False,
) -> Attribution:
    """A figure in which a reader chooses image, method and class, and sees which pixels speak for the class.

    The page computes network and methods itself, as `explain` does, in float32 from weights rounded to float16:
    SmoothGrad with 25 copies and noise of 0.15, integrated gradients from black in 32 steps (midpoints), occlusion with
    a black window of 8 pixels that moves by 4. What takes long is computed in pieces and kept.

    Parameters
    ----------
    model, images, titles, classes : as in `feature_maps`
    masks : (N, H, W) bool, where the animal is; with them the figure says which share of the attribution lies inside
    image : the image to start with, from 0
    method : the method to start with, one of `METHODS`
    target : number of the class to explain
    layer : the layer that Grad-CAM looks at, as in `named_modules`; without it, the last that has maps
    signed : show sums over the channels with their signs, instead of sums of absolute values

    Returns
    -------
    Attribution : a widget whose traits have the names of the parameters from `masks` on, and those of `feature_maps`
        for the network.

    Raises
    ------
    TypeError, ValueError : as in `feature_maps`; or masks that do not fit, or an unknown method, class or layer.

    Examples
    --------
    >>> attribution(method="Grad-CAM").layer
    'relu2'
    """
    state = network_state(model, images, titles, classes)
    if masks is not None:
        shape = np.shape(_validate.array("images", images))[:3]
        bits = _validate.array("masks", masks, shape, kind="b")
        state["masks"] = base64.b64encode(np.packbits(bits).tobytes()).decode()
    if layer is not None:
        state["layer"] = layer
    return Attribution(**state, image=image, method=method, target=target, signed=signed)
