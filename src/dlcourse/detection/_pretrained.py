"""`pretrained`: detectors with trained weights."""

from __future__ import annotations

from typing import Any

import dlcourse.detection
from dlcourse import _validate
from dlcourse.models import _pretrained


def pretrained(name: str) -> Any:
    """A detector of cats and dogs with trained weights, in evaluation mode, for `data.pets.scenes` at 96 pixels.

    How each was trained and how it scores on 200 unseen scenes stands in a JSON file beside its weights, in
    `src/dlcourse/weights`; `python -m dlcourse.models.pretrain NAME` trains it again. Class 0 is the cat, class 1 the
    dog.

    Parameters
    ----------
    name : "rcnn", "spp_net", "fast_rcnn", "faster_rcnn", "mask_rcnn", "yolov1", "yolov2", "yolov3"; a wrong name gets
        the list of all

    Returns
    -------
    PyTorch module: `model(images)` returns predictions

    Raises
    ------
    ValueError : a name that is not there, or weights that are not those that their JSON file describes.

    Examples
    --------
    >>> import torch
    >>> from dlcourse.data import pets
    >>> scene = pets.scenes(1, seed=78)
    >>> model = pretrained("faster_rcnn")
    >>> found = model(torch.tensor(scene.images).permute(0, 3, 1, 2) / 255)[0]
    >>> sorted(found["labels"][found["scores"] > 0.5].tolist()) == sorted(scene.targets[0]["labels"])
    True
    """
    _validate.choice("name", name, _pretrained.own(dlcourse.detection.__name__))
    about, weights = _pretrained.weights_of(name)
    model = getattr(dlcourse.detection, about["function"])(**about["arguments"])
    model.load_state_dict(weights)
    return model.eval()
