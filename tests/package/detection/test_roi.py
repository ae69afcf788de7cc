"""Pooling of regions: what torchvision gives, by hand on a small map, and errors."""

from pathlib import Path

import numpy as np
import pytest
import torch

from dlcourse.detection import roi_align, roi_pool

# What torchvision 0.28.0 gave for these maps and 40 regions: some between two places, one without an area, one of the
# whole map, one outside of it, many that reach beyond it. Random numbers of the seed 0; height 3, width 2, scale 1/4.
TORCHVISION = np.load(Path(__file__).with_name("torchvision_0_28.npz"))
FEATURES, ROIS = (torch.tensor(TORCHVISION[name]) for name in ("features", "rois"))


def test_roi_pool_gives_what_torchvision_gives():
    np.testing.assert_allclose(roi_pool(FEATURES, ROIS, (3, 2), 0.25), TORCHVISION["roi_pool 3x2"], atol=1e-5)


@pytest.mark.parametrize("sampling", [-1, 2])
@pytest.mark.parametrize("aligned", [False, True])
def test_roi_align_gives_what_torchvision_gives(sampling, aligned):
    ours = roi_align(FEATURES, ROIS, (3, 2), 0.25, sampling, aligned)
    np.testing.assert_allclose(ours, TORCHVISION[f"roi_align 3x2 {sampling} {aligned}"], atol=1e-5)


def test_gradients_reach_the_features_as_in_torchvision():
    for name, call in {
        "roi_pool": lambda maps: roi_pool(maps, ROIS, (3, 2), 0.25),
        "roi_align": lambda maps: roi_align(maps, ROIS, (3, 2), 0.25, 2, aligned=True),
    }.items():
        maps = FEATURES.clone().requires_grad_()
        (call(maps) * torch.arange(6.0).reshape(3, 2)).sum().backward()
        np.testing.assert_allclose(maps.grad, TORCHVISION[f"gradient of {name}"], atol=1e-4)


def test_a_list_with_the_regions_of_each_map_says_the_same_as_a_table():
    parts = [ROIS[ROIS[:, 0] == i, 1:] for i in range(2)]
    for pool in (roi_pool, roi_align):
        assert torch.equal(pool(FEATURES, parts, 2, 0.25), pool(FEATURES, ROIS, 2, 0.25))
        assert pool(FEATURES, [parts[0], torch.zeros(0, 4)], 2, 0.25).shape == (20, 3, 2, 2)
        assert pool(FEATURES, [torch.zeros(0, 4)] * 2, (2, 3)).shape == (0, 3, 2, 3)


def test_on_a_slope_roi_align_reads_the_middle_of_each_bin_and_roi_pool_is_off_by_up_to_a_place():
    # each place holds where its middle is, in pixels of an image that is four times as large
    x = (torch.arange(9.0) + 0.5) * 4
    maps = x.expand(1, 1, 7, 9)
    region = torch.tensor([[5.0, 8, 17, 20]])  # its two bins along x have their middles at 8 and 14
    assert roi_align(maps, [region], (1, 2), 0.25, aligned=True).flatten().tolist() == pytest.approx([8, 14])
    assert roi_align(maps, [region], (1, 2), 0.25, aligned=False).flatten().tolist() == pytest.approx([10, 16])
    pooled = roi_pool(maps, [region], (1, 2), 0.25).flatten().tolist()
    assert pooled == [10, 18]  # the places 1, 2 and 3, 4


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16])
def test_regions_of_maps_of_16_bits_are_not_rounded(kind):
    maps = ((torch.arange(80.0) + 0.5) * 8).expand(1, 1, 80, 80)  # where each place is, in pixels of 640
    region = torch.tensor([[500.3, 500.3, 601.2, 601.2]])
    found = roi_align(maps.to(kind), [region], 1, 1 / 8, aligned=True)
    assert found.dtype == kind
    spacing = 2 ** (9 - 7) if kind == torch.bfloat16 else 2 ** (9 - 10)  # of numbers from 512 to 1024
    assert abs(float(found) - 550.75) <= spacing
    assert roi_pool(maps.to(kind), [region], 1, 1 / 8).dtype == kind


def test_no_maps_give_no_regions():
    for pool in (roi_pool, roi_align):
        assert pool(torch.zeros(0, 3, 7, 9), [], 2).shape == (0, 3, 2, 2)


@pytest.mark.parametrize("pool", [roi_pool, roi_align])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"features": torch.zeros(3, 7, 9)}, r"features must be a \(N, C, H, W\)"),
        ({"features": torch.zeros(2, 3, 7, 9, dtype=torch.int64)}, r"features must be"),
        ({"rois": torch.zeros(4, 4)}, r"rois must be a \(R, 5\)"),
        ({"rois": torch.tensor([[2.0, 0, 0, 4, 4]])}, "rois must name maps from 0 to 1"),
        ({"rois": torch.tensor([[0.5, 0, 0, 4, 4]])}, "rois must name maps from 0 to 1"),
        ({"rois": torch.tensor([[1.0, 0, 0, 4, 4], [0, 0, 0, 4, 4]])}, "rois must be sorted"),
        ({"rois": [torch.zeros(1, 4)]}, "one tensor for each of the 2 maps, got 1"),
        ({"rois": [torch.zeros(1, 5)] * 2}, r"list of \(R_i, 4\)"),
        ({"rois": [torch.full((1, 4), float("nan"))] * 2}, "rois must be finite"),
        ({"output_size": 0}, "output_size must be at least 1"),
        ({"output_size": (1, 2, 3)}, "output_size must be height and width"),
        ({"spatial_scale": 0}, "spatial_scale must be above 0"),
    ],
)
def test_what_is_wrong_is_said(pool, arguments, message):
    good = {"features": FEATURES, "rois": ROIS, "output_size": 2, "spatial_scale": 0.25}
    with pytest.raises((TypeError, ValueError), match=message):
        pool(**good | arguments)
