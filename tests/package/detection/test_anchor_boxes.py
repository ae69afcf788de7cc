"""Anchors: sizes and places by hand, and that they fit what the detectors look for."""

import numpy as np
import pytest
import torch

from dlcourse import boxes, detection
from dlcourse.data import pets


def sizes(found):
    return (found[:, 2:] - found[:, :2]).T


def test_a_ratio_is_height_over_width_and_keeps_the_area():
    """Multiplying the width by the ratio, or both sides, was not noticed for months elsewhere: areas tell."""
    ratios = [0.5, 1, 2]
    width, height = sizes(detection.anchors((1, 1), 8, [32], ratios))
    assert (height / width).tolist() == pytest.approx(ratios)
    assert (height * width).tolist() == pytest.approx([32**2] * 3)


def test_the_papers_nine_anchors_by_hand():
    """Three areas and three ratios (Ren et al., section 3.1.1); width 724 and height 362 for 512 squared at 1:2."""
    found = detection.anchors((1, 1), 16, [128, 256, 512], [0.5, 1, 2])
    width, height = sizes(found).round().tolist()
    assert width == [181, 128, 91, 362, 256, 181, 724, 512, 362]
    assert height == [91, 128, 181, 181, 256, 362, 362, 512, 724]
    assert ((found[:, :2] + found[:, 2:]) / 2).tolist() == [[8, 8]] * 9


def test_rows_come_first_then_columns_then_shapes_and_x_is_not_y():
    found = detection.anchors((2, 3), 8, [10], [1, 4])
    centres = (found[:, :2] + found[:, 2:]) / 2
    wanted = [[x, y] for y in (4, 12) for x in (4, 12, 20) for _ in range(2)]
    assert centres.tolist() == wanted
    assert sizes(found)[1].tolist() == [10, 20] * 6


def test_every_pet_has_an_anchor_that_fits_and_half_of_them_are_above_the_bound_for_positives():
    """With the paper's 128 to 512 pixels there would be none: each object would have but its forced best."""
    targets = pets.scenes(150, seed=401).targets
    objects = torch.tensor(np.concatenate([target["boxes"] for target in targets]))
    rpn = detection.RegionProposalNetwork(8)

    def best(scales):
        found = detection.anchors((12, 12), 8, scales, rpn.ratios)
        inside = (found >= 0).all(1) & (found <= 96).all(1)
        return boxes.iou(objects, found[inside]).amax(1) if inside.any() else torch.zeros(len(objects))

    assert best(rpn.scales).min() >= 0.5
    assert (best(rpn.scales) >= 0.7).float().mean() >= 0.75
    assert best([128, 256, 512]).max() == 0


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"map_size": (0, 2)}, ValueError, "map_size must be at least 1, got 0"),
        ({"map_size": 4}, TypeError, "map_size must be height and width, got int 4"),
        ({"stride": 0}, ValueError, "stride must be above 0, got 0"),
        ({"scales": [8, -1]}, ValueError, "scales must be a finite number between 0"),
        ({"ratios": [0]}, ValueError, "ratios must be above 0, got 0"),
        ({"scales": []}, ValueError, "scales and ratios must hold one number each at least"),
    ],
)
def test_what_makes_no_anchors(arguments, error, message):
    with pytest.raises(error, match=message):
        detection.anchors(**{"map_size": (2, 2), **arguments})


class TestBackbone:
    def test_place_j_of_the_map_sees_59_pixels_around_8_j_and_a_half_as_its_docstring_says(self):
        model = detection.backbone(2).eval()
        for weights in model.parameters():
            weights.data.abs_()  # so that no path from a pixel is closed
        images = torch.ones(1, 3, 96, 96, requires_grad=True)
        model(images)[0, :, 6, 4].sum().backward()
        rows, columns = images.grad.abs().sum((0, 1)).nonzero().T
        assert (rows.min(), rows.max() + 1) == (48.5 - 59 / 2, 48.5 + 59 / 2)
        assert (columns.min(), columns.max() + 1) == (32.5 - 59 / 2, 32.5 + 59 / 2)

    def test_a_width_that_is_none(self):
        with pytest.raises(ValueError, match="width must be at least 1, got 0"):
            detection.backbone(0)
