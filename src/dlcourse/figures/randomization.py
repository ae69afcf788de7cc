"""The figure `randomization`: a network's layers become random from the output down, and maps change or do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import traitlets
from numpy.typing import ArrayLike

from dlcourse import _validate
from dlcourse.figures.base import Figure
from dlcourse.figures.network import Coded, Network, network_state, redrawn
from dlcourse.figures.traits import State, Truth


class Randomization(Figure, Network):
    """Maps of a network that becomes random layer by layer; made by `randomization`, which documents the traits."""

    modules: ClassVar = ("network", "maps", "explain")
    extremes: ClassVar = ({"image": 1, "depth": 3, "target": 1, "signed": True},)

    random = Coded()
    depth = State(0)
    target = State(0)
    signed = Truth(False)

    def __repr__(self) -> str:
        return (
            f"Randomization(images={len(self.titles)}, image={self.image}, depth={self.depth}, target={self.target}, "
            f"signed={self.signed})"
        )

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        names = [layer.get("origin", layer["name"]) for layer in self.layers if "inputs" in layer]
        return (
            f"Interactive figure: the layers {', '.join(reversed(names))} of a network become random, one "
            f"after another from the output down, and the maps of five attribution methods for {len(self.titles)} "
            f"images are compared with those of the trained network; at the start, {self.depth} are random."
        )

    @traitlets.default("random")
    def _default_random(self) -> str:
        return redrawn(self.layers, 0)

    @traitlets.validate("depth")
    def _check_depth(self, proposal: Any) -> int:
        return _validate.whole("depth", proposal["value"], 0, len(self._of("convolution", "dense")))

    @traitlets.validate("target")
    def _check_target(self, proposal: Any) -> int:
        return _validate.whole("target", proposal["value"], 0, len(self.classes) - 1)


def randomization(
    model: Any = None,
    images: ArrayLike | None = None,
    titles: Sequence[str] | None = None,
    *,
    classes: Sequence[str] = ("cat", "dog"),
    seed: int = 0,
    image: int = 0,
    target: int = 0,
    depth: int = 0,
    signed: bool = False,
) -> Randomization:
    """A figure in which layers become random from the output down, and maps of five methods are compared.

    The maps are those of the gradient, gradient x input, guided backpropagation, deconvnet and Grad-CAM (at the last
    layer that has maps); beside them is an edge map, which knows no network. Each is compared with the map of the
    trained network, and with the edge map, by Spearman's rank correlation. The page computes all of it.

    Parameters
    ----------
    model, images, titles, classes : as in `feature_maps`; without a model, all layers are random from the start
    seed : of the random weights: normal with variance 2 / inputs, from NumPy's PCG64; random layers have biases of 0
        and, where the model has batch normalisation, none
    image : the image to start with, from 0
    target : number of the class to explain
    depth : how many layers with weights are random at the start, counted from the output
    signed : compare and show sums over the channels with their signs, instead of sums of absolute values

    Returns
    -------
    Randomization : a widget whose traits are `image`, `target`, `depth` and `signed`, `random` for the random weights,
        and those of `feature_maps` for the network.

    Raises
    ------
    TypeError, ValueError : as in `feature_maps`; or a depth below 0 or above the number of layers with weights.

    References
    ----------
    Adebayo, Gilmer, Muelly, Goodfellow, Hardt, Kim 2018, "Sanity checks for saliency maps".

    Examples
    --------
    >>> randomization(depth=2).depth
    2
    """
    _validate.whole("seed", seed)
    state = network_state(model, images, titles, classes)
    if state:
        state["random"] = redrawn(state["layers"], seed)
    return Randomization(**state, image=image, target=target, depth=depth, signed=signed)
