"""The figure `feature_maps`: all maps of a layer of a small network, for one of a few images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import traitlets
from numpy.typing import ArrayLike

from dlcourse import _validate
from dlcourse.figures.base import Figure
from dlcourse.figures.network import Network, network_state
from dlcourse.figures.traits import State, Truth, size

KINDS = ("convolution", "relu", "pooling")  # of the layers that have maps


class FeatureMaps(Figure, Network):
    """The maps of a small network that runs in the page; made by `feature_maps`, which documents the traits."""

    modules: ClassVar = ("network", "maps")
    extremes: ClassVar = ({"image": 1, "layer": "pool1", "map": 3, "together": True},)

    layer = State()
    map = State(0)
    together = Truth(False)

    def __repr__(self) -> str:
        return f"FeatureMaps(images={len(self.titles)}, image={self.image}, layer={self.layer!r}, map={self.map})"

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        names = self._of(*KINDS)
        return (
            f"Interactive figure: the feature maps of a network with the layers {', '.join(names)} for "
            f"{len(self.titles)} images of {size([[0] * int(self.size[1])] * int(self.size[0]))} pixels; it starts "
            f"with map {self.map + 1} of {self.layer} for “{self.titles[self.image]}”."
        )

    @traitlets.default("layer")
    def _default_layer(self) -> str:
        return self._of(*KINDS)[0]

    @traitlets.validate("layer")
    def _check_layer(self, proposal: Any) -> str:
        return str(_validate.choice("layer", proposal["value"], self._of(*KINDS)))

    @traitlets.validate("map")
    def _check_map(self, proposal: Any) -> int:
        count = 0
        for layer in self.layers:
            count = layer.get("outputs", count)
            if layer["name"] == self.layer:
                break
        return _validate.whole("map", proposal["value"], 0, count - 1)


def feature_maps(
    model: Any = None,
    images: ArrayLike | None = None,
    titles: Sequence[str] | None = None,
    *,
    classes: Sequence[str] = ("cat", "dog"),
    image: int = 0,
    layer: str | None = None,
    map: int = 0,  # the word of the chapter
    together: bool = False,
) -> FeatureMaps:
    """A figure in which a reader chooses image, layer and map of a small network, and sees all maps of the layer.

    The page computes the network itself, in float32 from weights rounded to float16. Batch normalisation is folded
    into the convolution before it; that layer then has the name of the normalisation, whose output it has.

    Parameters
    ----------
    model : a PyTorch Sequential of convolutions (odd sides, stride 1, same size), batch normalisation, ReLU,
        max-pooling, global average pooling, dense layers, flattening and dropout, for images with numbers in 0..1;
        without it, a tiny network with random weights
    images : (N, H, W, 3) uint8, 1 to 12 images
    titles : a few words on each image
    classes : the names of the outputs of `model`
    image : the image to start with, from 0
    layer : the layer to start with, as in `named_modules`; without it, the first convolution
    map : its map to start with, from 0
    together : one scale of colours for all maps of the layer, instead of one for each map

    Returns
    -------
    FeatureMaps : a widget whose traits are `image`, `layer`, `map` and `together`, and the network: `layers`, `weights`
        and `pixels`.

    Raises
    ------
    TypeError : a model that is no PyTorch Sequential, or images that are no whole numbers.
    ValueError : a layer that the figure cannot compute, too many images, or names that do not fit.

    Examples
    --------
    >>> figure = feature_maps(layer="pool1", map=2)
    >>> figure.names
    ['conv1', 'relu1', 'pool1', 'conv2', 'relu2', 'average', 'dense']
    """
    state = network_state(model, images, titles, classes)
    chosen = {"layer": layer} if layer is not None else {}
    return FeatureMaps(**state, image=image, map=map, together=together, **chosen)
