"""R-CNN's box regression: ridge regression from a proposal's features to the object's box, for each class by itself."""

from __future__ import annotations

import torch
from torch import Tensor

from dlcourse import boxes

LAMBDA = 1000.0  # for features of mean length 20
ABOVE = 0.6  # only proposals with a larger IoU tell where the object is


def ridge_pairs(objects: Tensor, labels: Tensor, candidates: Tensor, label: int) -> tuple[Tensor, Tensor]:
    """The candidates that the regression of a class learns from, and the object of each: places in both tensors.

    A candidate takes part if its IoU with an object of the class is above 0.6; the one it overlaps most is its own.
    """
    of_class = torch.nonzero(labels == label).flatten()
    if not len(of_class) or not len(candidates):
        return of_class[:0], of_class[:0]
    best, owner = boxes.iou(candidates, objects[of_class]).max(1)
    near = torch.nonzero(best > ABOVE).flatten()
    return near, of_class[owner[near]]


def fit_ridge(features: Tensor, codes: Tensor, penalty: float = LAMBDA) -> tuple[Tensor, Tensor]:
    """Weights (4, D) and biases (4,) that predict the codes `tx, ty, tw, th` (n, 4) from features (n, D).

    Ridge regression of the codes minus their means, with a feature that is always 1 beside the others, whose weight is
    held back like theirs. Without examples all is 0.

    The published code whitens the codes first and undoes it in the end. That changes nothing: with one penalty for all,
    the solution is linear in the codes, so that turning and scaling them before is turning and scaling the weights. It
    is left out here.
    """
    if not len(codes):
        return features.new_zeros(4, features.shape[1]), features.new_zeros(4)
    x = torch.cat((features, torch.ones_like(features[:, :1])), 1).double()
    mean = codes.double().mean(0)
    gram = x.T @ x + penalty * torch.eye(x.shape[1], dtype=x.dtype, device=x.device)
    found = torch.linalg.solve(gram, x.T @ (codes - mean))
    return found[:-1].T.to(codes.dtype), (found[-1] + mean).to(codes.dtype)
