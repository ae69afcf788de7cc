"""Classes in a tree: every animal is a cat or a dog first, and of a breed then. With it YOLO9000 is trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from dlcourse import _validate
from dlcourse.detection._batch import check_batch, check_images
from dlcourse.detection._yolov2 import YOLOv2

Target = Mapping[str, Any]
LOSSES = ("centre", "size", "object", "no_object", "class", "prior")  # of YOLOv2


class WordTree:
    """Classes of several levels, one softmax for each group of siblings.

    A network has one logit for each node. Among the children of one node the softmax gives the conditional
    probabilities, such as that of *tabby* if it is a *cat*; the product along the way from the root is the probability
    of the node itself. The root, which is any object, has the probability 1 and is no node.

    Parameters
    ----------
    parents : for each node the number of its parent, which comes before it; -1 for the children of the root
    names : of the nodes; by default their numbers

    Attributes
    ----------
    parents, names : as they came, as tuples
    groups : dict from each parent to the list of its children
    way : (nodes, nodes) bool tensor: row k is True at node k and at all nodes above it

    Raises
    ------
    TypeError, ValueError : no nodes, a parent that does not come before its child, another number of names.

    References
    ----------
    Redmon & Farhadi 2017, "YOLO9000", arXiv 1612.08242, section 4, "Hierarchical classification".

    Examples
    --------
    >>> tree = WordTree([-1, -1, 0, 0, 1], ["cat", "dog", "tabby", "siamese", "poodle"])
    >>> logits = torch.tensor([2.0, 0.0, 1.0, 1.0, -3.0])
    >>> [round(p, 2) for p in tree.probabilities(logits).tolist()]
    [0.88, 0.12, 0.44, 0.44, 0.12]
    >>> node, probability = tree.descend(logits, 0.5)
    >>> tree.names[int(node)], round(probability.item(), 2)
    ('cat', 0.88)
    """

    def __init__(self, parents: Sequence[int], names: Sequence[str] | None = None) -> None:
        self.parents = tuple(_validate.whole(f"parents[{i}]", each, -1) for i, each in enumerate(parents))
        if not self.parents:
            raise ValueError("parents must hold one node at least, got none")
        for i, each in enumerate(self.parents):
            if each >= i:
                raise ValueError(f"parents[{i}] must be a node before it, or -1, got {each}")
        self.names = tuple(map(str, range(len(self.parents))) if names is None else names)
        if len(self.names) != len(self.parents):
            raise ValueError(f"names must be one for each of the {len(self.parents)} nodes, got {len(self.names)}")
        nodes = range(len(self.parents))
        self.groups = {p: [i for i in nodes if self.parents[i] == p] for p in sorted(set(self.parents))}
        self.way = torch.tensor([[i in self.path(node) for i in nodes] for node in nodes])

    def __len__(self) -> int:
        """The number of nodes."""
        return len(self.parents)

    def path(self, node: int) -> list[int]:
        """The nodes from a child of the root down to this one."""
        found = []
        while node >= 0:
            found.append(node)
            node = self.parents[node]
        return found[::-1]

    def log_conditional(self, logits: Tensor) -> Tensor:
        """(..., nodes) logarithms of the probability of each node if the object belongs to its parent."""
        if logits.shape[-1:] != (len(self),):
            raise ValueError(f"logits must be (..., {len(self)}), got a tensor of shape {tuple(logits.shape)}")
        found = torch.empty_like(logits)
        for group in self.groups.values():
            found[..., group] = logits[..., group].log_softmax(-1)
        return found

    def log_probabilities(self, logits: Tensor) -> Tensor:
        """(..., nodes) logarithms of the probability of each node: sums along its way from the root."""
        return self.log_conditional(logits) @ self.way.to(logits).T

    def probabilities(self, logits: Tensor) -> Tensor:
        """(..., nodes) probabilities: those of the children of a node add up to its own.

        Parameters
        ----------
        logits : (..., nodes)
        """
        return self.log_probabilities(logits).exp()

    def loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The sum over K objects of the cross-entropies at the level of each label and at all above it.

        A label may be any node: an object known as *cat* only says nothing about breeds, and the logits of breeds get
        no gradient from it.

        Parameters
        ----------
        logits : (K, nodes)
        labels : (K,) int64 nodes
        """
        return -self.log_probabilities(logits).gather(1, labels[:, None]).sum()

    def descend(self, logits: Tensor, threshold: float = 0.5) -> tuple[Tensor, Tensor]:
        """The deepest node that is sure enough: from the root always to the likeliest child, while it is likely enough.

        Parameters
        ----------
        logits : (..., nodes)
        threshold : a child whose probability (the product from the root) is not above it is not entered. Below the
            root the likeliest child is entered always, as in the authors' code: some class has to be named

        Returns
        -------
        nodes : (...) int64
        probabilities : (...), those of the nodes
        """
        least = _validate.real("threshold", threshold, 0, 1)
        probabilities = self.probabilities(logits)
        first = torch.tensor(self.groups[-1], device=logits.device)
        node = first[probabilities[..., first].argmax(-1)]
        for parent, children in self.groups.items():  # a parent comes before its children, so one walk is enough
            if parent < 0:
                continue
            places = torch.tensor(children, device=logits.device)
            value, best = probabilities[..., places].max(-1)
            node = torch.where((node == parent) & (value > least), places[best], node)
        return node, probabilities.gather(-1, node[..., None])[..., 0]


class YOLO9000(YOLOv2):
    """YOLOv2 with a tree of classes, trained on images with boxes and on images with nothing but a label.

    The labels are nodes of the tree, of any level. A target without "boxes" has "labels" with one node: that this is
    somewhere in the image. Such an image has a class loss only, at the box to which the network gives the highest score
    for that node now (see `choose`); its loss counts in "label". So classes can be learned of which no box was ever
    drawn. Begin with boxes alone: as long as no box is sure to hold an object, a label may choose a wrong one, and then
    keep to it.

    A prediction has the deepest node that is sure enough, and the score is objectness times the probability of this
    node. NMS compares boxes with the same node.

    Parameters
    ----------
    tree : the classes
    certainty : threshold of `WordTree.descend` in predictions
    choose : which box of an image with a label only is taught: "class", that with the highest score for the label, as
        in the paper; or "object", that with the highest objectness. By the first rule, boxes that all lie on one animal
        can become specialists for one class each, while the surest of them learns little: then look at the second
    options : as for `YOLOv2`

    Raises
    ------
    TypeError, ValueError : as `YOLOv2`; a tree that is none; later, a target without boxes that has not one label.

    References
    ----------
    Redmon & Farhadi 2017, "YOLO9000", arXiv 1612.08242, section 4; that images with a label only have no loss of
    objectness is darknet's `region_layer.c`, where the paper has one.

    Examples
    --------
    >>> model = YOLO9000(WordTree([-1, -1, 0, 0]))
    >>> boxed = {"boxes": torch.tensor([[10.0, 10, 40, 50]]), "labels": torch.tensor([0])}  # a cat of some breed
    >>> labelled = {"labels": torch.tensor([3])}  # there is a cat of this breed somewhere
    >>> list(model(torch.zeros(2, 3, 96, 96), [boxed, labelled]))
    ['centre', 'size', 'object', 'no_object', 'class', 'prior', 'label']
    """

    def __init__(self, tree: WordTree, *, certainty: float = 0.5, choose: str = "class", **options: Any) -> None:
        if not isinstance(tree, WordTree):
            raise TypeError(f"tree must be a WordTree, got {_validate.describe(tree)}")
        super().__init__(len(tree), **options)
        self.tree, self.certainty = tree, _validate.real("certainty", certainty, 0, 1)
        self.choose = _validate.choice("choose", choose, ("class", "object"))

    def forward(self, images: Tensor, targets: Sequence[Target] | None = None) -> Any:
        """Losses, a dict of numbers, if there are targets; else predictions, a list with a dict for each image."""
        if targets is None:
            return super().forward(images)
        check_images(images)
        size = (images.shape[2], images.shape[3])
        self.check_size(size)
        boxed = [isinstance(target, Mapping) and "boxes" in target for target in targets]
        filled = [t if b else {"boxes": torch.zeros(0, 4), "labels": []} for t, b in zip(targets, boxed, strict=True)]
        checked = check_batch(images, filled, self.classes)
        labels = [self._label(i, targets[i]) for i, b in enumerate(boxed) if not b]
        which = torch.tensor(boxed, dtype=torch.bool, device=images.device)
        outputs = self.outputs(images)
        label = self._label_loss(outputs[~which], labels) / len(images)
        if not any(boxed):
            return dict.fromkeys(LOSSES, outputs.sum() * 0) | {"label": label}
        losses = self.losses(outputs[which], [t for t, b in zip(checked, boxed, strict=True) if b], size)
        share = sum(boxed) / len(images)  # these sums were divided by the number of images with boxes
        return {name: value * share for name, value in losses.items()} | {"label": label}

    def class_loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The sum over K objects of the cross-entropies at the level of each label and at all above it."""
        return self.tree.loss(logits, labels)

    def candidates(self, outputs: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """All boxes (N, P, 4) in pixels, and scores (N, P, nodes), 0 but for one node of each box."""
        found, _ = super().candidates(outputs, size)
        node, probability = self.tree.descend(outputs[..., 5:], self.certainty)
        score = outputs[..., 4].sigmoid() * probability
        scores = score.new_zeros(*score.shape, len(self.tree)).scatter_(-1, node[..., None], score[..., None])
        return found, scores.flatten(1, 3)

    def _label_loss(self, outputs: Tensor, labels: Sequence[int]) -> Tensor:
        """The sum over images of the class loss at the one box that is chosen for the image's label."""
        wanted = torch.tensor(labels, dtype=torch.long, device=outputs.device)
        flat = outputs.flatten(1, 3)
        with torch.no_grad():
            score = functional.logsigmoid(flat[..., 4])
            if self.choose == "class":
                logs = self.tree.log_probabilities(flat[..., 5:])
                score = score + logs.gather(2, wanted[:, None, None].expand(-1, flat.shape[1], 1))[..., 0]
            best = score.argmax(1)
        return self.class_loss(flat[torch.arange(len(wanted), device=outputs.device), best, 5:], wanted)

    def _label(self, i: int, target: Target) -> int:
        """The one node that a target without boxes names."""
        named = target.get("labels", ()) if isinstance(target, Mapping) else ()
        labels = torch.as_tensor(named).flatten().tolist()
        if len(labels) != 1:
            raise ValueError(
                f"targets[{i}] must have boxes, or one label for the image, got {_validate.describe(target)}"
            )
        return _validate.whole(f"targets[{i}]['labels']", labels[0], 0, self.classes - 1)
