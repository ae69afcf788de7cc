"""Which box is an anchor or a proposal for, and which of them take part in a step of training."""

from __future__ import annotations

import torch
from torch import Tensor

from dlcourse import _validate, boxes

NEGATIVE, IGNORED = -1, -2
ROUNDING = 1e-5  # of an IoU in float32, relative, with room to spare


def match(objects: Tensor, candidates: Tensor, high: float = 0.7, low: float = 0.3, force: bool = True) -> Tensor:
    """For each candidate the object that it is for, or that it is for none.

    A candidate is positive where its IoU with an object is `high` or more, and belongs to the object with which it is
    largest. It is negative where its IoU with every object is below `low`, and else it is ignored. With `force`, the
    candidates with the largest IoU with some object (all that tie) are positive, too, for the object with which their
    own IoU is largest: so an object that no candidate fits well still has one. An object that overlaps no candidate
    forces none: its largest IoU is 0, which all candidates share.

    Parameters
    ----------
    objects : (K, 4) tensor of the true boxes; K may be 0
    candidates : (N, 4) tensor of anchors or proposals
    high, low : bounds in 0..1, low at most high
    force : whether the best candidates for each object are positive below `high`, too

    Returns
    -------
    (N,) int64 tensor: the object's place in `objects`, -1 for negative, -2 for ignored candidates

    Raises
    ------
    TypeError, ValueError : boxes that are not (K, 4), or bounds outside of 0..1 or in the wrong order.

    References
    ----------
    Ren et al. 2015, "Faster R-CNN", arXiv 1506.01497, section 3.1.2.

    Examples
    --------
    >>> import torch
    >>> candidates = torch.tensor([[0.0, 0, 10, 10], [4, 0, 14, 10], [20, 0, 30, 10]])
    >>> match(torch.tensor([[0.0, 0, 10, 10]]), candidates).tolist()
    [0, -2, -1]
    """
    top, bottom = _validate.real("high", high, 0, 1), _validate.real("low", low, 0, 1)
    if bottom > top:
        raise ValueError(f"low must be at most high, got {low} and {high}")
    if len(objects) == 0 or len(candidates) == 0:
        return torch.full((len(candidates),), NEGATIVE, device=candidates.device)
    overlap = boxes.iou(objects, candidates)
    best, owner = overlap.max(dim=0)
    matched = torch.where(best >= top, owner, torch.where(best < bottom, NEGATIVE, IGNORED))
    if force:
        most = overlap.max(dim=1, keepdim=True).values
        tied = overlap >= most * (1 - ROUNDING)  # equal ones may differ in their last bits
        forced = (tied & (most > 0)).any(dim=0)
        matched = torch.where(forced, owner, matched)
    return matched


def sample(matched: Tensor, n: int, positive_fraction: float = 0.5) -> tuple[Tensor, Tensor]:
    """At most `n` candidates drawn by chance: positives up to their share, and negatives for all the rest.

    Chance is PyTorch's own, so that `torch.manual_seed` repeats it.

    Parameters
    ----------
    matched : (N,) tensor, as `match` returns it; ignored candidates are never drawn
    n : how many, if there are as many
    positive_fraction : the largest share of positives in 0..1; where there are fewer, more negatives are drawn

    Returns
    -------
    positives, negatives : two int64 tensors of places in `matched`

    Raises
    ------
    TypeError, ValueError : `n` is not a whole number from 1, or the share lies outside of 0..1.

    Examples
    --------
    >>> import torch
    >>> positives, negatives = sample(torch.tensor([0, -1, -1, -2, 1, -1]), n=4, positive_fraction=0.25)
    >>> len(positives), len(negatives)
    (1, 3)
    """
    n, share = _validate.whole("n", n, 1), _validate.real("positive_fraction", positive_fraction, 0, 1)
    positives = _shuffled(torch.nonzero(matched >= 0).flatten())[: int(n * share)]
    negatives = _shuffled(torch.nonzero(matched == NEGATIVE).flatten())[: n - len(positives)]
    return positives, negatives


def _shuffled(places: Tensor) -> Tensor:
    return places[torch.randperm(len(places)).to(places.device)]
