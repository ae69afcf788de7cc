"""Detectors whose networks run outside of PyTorch: exported to ONNX, they find the same boxes.

Decoding and NMS are no part of the file; they are the package's own, on both sides.
"""

import copy
import logging
import warnings

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from dlcourse import detection
from dlcourse.data import pets

NAMES = ("yolov1", "yolov2", "yolov3", "faster_rcnn")


class All(nn.Module):
    """The networks of all detectors as one, so that the exporter runs once: it takes seconds, however small the file.

    Of Faster R-CNN there are two parts, the trunk with the network for proposals, and the head; what lies in between,
    proposals, NMS and pooling, is not exported.
    """

    def __init__(self, models):
        super().__init__()
        self.models = nn.ModuleDict(models)

    def forward(self, images, pooled):
        one, two, three, faster = self.models.values()
        features = faster.backbone(images)
        parts = (features, *faster.rpn(features)[:2], *faster.head(pooled))
        return (one.outputs(images), two.outputs(images), *three.outputs(images), *parts)


@pytest.fixture(scope="module")
def models():
    return {name: detection.pretrained(name).eval() for name in NAMES}


@pytest.fixture(scope="module")
def run(models, tmp_path_factory):
    """The exported networks: a function of images, or of what the head of Faster R-CNN gets, with all outputs."""
    path = tmp_path_factory.mktemp("onnx") / "all.onnx"
    inputs = models["faster_rcnn"].head.fc1.in_features
    channels = models["faster_rcnn"].rpn.conv.in_channels
    side = round((inputs / channels) ** 0.5)
    example = torch.zeros(2, 3, 96, 96), torch.zeros(3, channels, side, side)
    count, rois = torch.export.Dim("count"), torch.export.Dim("rois")
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                All(models).eval(), example, path, input_names=["images", "pooled"], external_data=False,
                dynamic_shapes={"images": {0: count}, "pooled": {0: rois}}, verbose=False, optimize=False,
            )  # fmt: skip
    finally:
        logging.disable(logging.NOTSET)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def outputs(images=example[0], pooled=example[1]):
        given = {"images": images.contiguous().numpy(), "pooled": pooled.contiguous().numpy()}
        return [torch.tensor(each) for each in session.run(None, given)]

    return outputs


@pytest.fixture(scope="module")
def images():
    return torch.tensor(pets.scenes(5, seed=501).images).permute(0, 3, 1, 2) / 255


def emptied(model):
    """A copy whose own network would find nothing."""
    twin = copy.deepcopy(model)
    for each in twin.parameters():
        nn.init.zeros_(each)
    return twin


def same(found, wanted):
    assert sum(len(each["boxes"]) for each in wanted) > 5
    for a, b in zip(found, wanted, strict=True):
        assert a["labels"].tolist() == b["labels"].tolist()
        torch.testing.assert_close(a["boxes"], b["boxes"], rtol=1e-4, atol=1e-3)  # of 96 pixels
        torch.testing.assert_close(a["scores"], b["scores"], rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", NAMES[:3])
def test_a_yolo_finds_the_same_boxes_in_any_number_of_images(name, models, run, images):
    place = {"yolov1": 0, "yolov2": 1, "yolov3": slice(2, 5)}[name]
    twin = emptied(models[name])
    twin.outputs = lambda x: run(images=x)[place]
    for part in (images, images[:3]):
        same(twin(part), models[name](part))


def test_the_parts_of_faster_rcnn_find_the_same_boxes(models, run, images):
    model = models["faster_rcnn"]
    with torch.no_grad():
        centres = model.rpn(model.backbone(images))[2]
    features, objectness, codes = run(images=images)[5:8]
    twin = emptied(model)
    twin.backbone.forward = lambda x: features
    twin.rpn.forward = lambda x: (objectness, codes, centres)
    twin.head.forward = lambda pooled: tuple(run(pooled=pooled)[8:])
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
