"""Detectors whose networks run outside of PyTorch: exported to ONNX, they find the same boxes.

Decoding and NMS are no part of the file; they are the package's own, on both sides.
"""

import copy
import logging
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from dlcourse import detection
from dlcourse.data import pets

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")


class Traced(nn.Module):
    """A function of a module as a module, which gives a tuple of tensors."""

    def __init__(self, module, function):
        super().__init__()
        self.module, self.function = module, function

    def forward(self, x):
        found = self.function(self.module, x)
        return (found,) if isinstance(found, torch.Tensor) else tuple(found)


class Session:
    """An ONNX file, written from a module and its function; called, it gives a tuple of tensors."""

    def __init__(self, module, function, example, path):
        logging.disable(logging.WARNING)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                torch.onnx.export(
                    Traced(module, function).eval(), (example,), path, input_names=["x"], external_data=False,
                    dynamic_shapes={"x": {0: torch.export.Dim("rows")}}, verbose=False,
                )  # fmt: skip
        finally:
            logging.disable(logging.NOTSET)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.run = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"]).run

    def __call__(self, x):
        return tuple(torch.tensor(each) for each in self.run(None, {"x": x.contiguous().numpy()}))


@pytest.fixture(scope="module")
def images():
    return torch.tensor(pets.scenes(5, seed=501).images).permute(0, 3, 1, 2) / 255


def same(found, wanted):
    assert sum(len(each["boxes"]) for each in wanted) > 5
    for a, b in zip(found, wanted, strict=True):
        assert a["labels"].tolist() == b["labels"].tolist()
        torch.testing.assert_close(a["boxes"], b["boxes"], rtol=1e-4, atol=1e-3)  # of 96 pixels
        torch.testing.assert_close(a["scores"], b["scores"], rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", ["yolov1", "yolov2", "yolov3"])
def test_a_yolo_finds_the_same_boxes_in_any_number_of_images(name, images, tmp_path):
    model = detection.pretrained(name).eval()
    session = Session(model, lambda m, x: m.outputs(x), images[:2], tmp_path / "yolo.onnx")
    twin = copy.deepcopy(model)
    for each in twin.parameters():
        nn.init.zeros_(each)  # if the file did not answer, this network would, and find nothing
    twin.outputs = lambda x: session(x) if name == "yolov3" else session(x)[0]
    for part in (images, images[:1]):
        same(twin(part), model(part))


def test_the_parts_of_faster_rcnn_find_the_same_boxes(images, tmp_path):
    """What is exported: the trunk with the network for proposals, and the head; in between proposals, NMS, pooling."""
    model = detection.pretrained("faster_rcnn").eval()
    with torch.no_grad():
        features = model.backbone(images)
        centres = model.rpn(features)[2]
        pooled = torch.zeros(2, features.shape[1], 7, 7)

    def trunk(m, x):
        seen = m.backbone(x)
        return (seen, *m.rpn(seen)[:2])

    first = Session(model, trunk, images[:2], tmp_path / "trunk.onnx")
    second = Session(model.head, lambda m, x: m(x), pooled, tmp_path / "head.onnx")
    seen, objectness, codes = first(images)
    twin = copy.deepcopy(model)
    for each in twin.parameters():
        nn.init.zeros_(each)
    twin.backbone.forward = lambda x: seen
    twin.rpn.forward = lambda x: (objectness, codes, centres)
    twin.head.forward = second
    same(twin(images), model(images))


def test_a_network_with_other_weights_would_be_noticed(images):
    """Otherwise `same` would say little: noise of a thousandth of each weight moves the boxes."""
    model = detection.pretrained("yolov3").eval()
    other = copy.deepcopy(model)
    dice = np.random.default_rng(0)
    for each in other.parameters():
        each.data *= 1 + 1e-3 * torch.tensor(dice.standard_normal(tuple(each.shape)), dtype=each.dtype)
    with pytest.raises(AssertionError):
        same(other(images), model(images))
