"""The figure roi_align: its numbers are those of torch's adaptive pooling and of torch's grid sampling."""

import itertools
import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from dlcourse import figures

MAP = np.array(figures.RoiAlign().features, float)
REGIONS = {
    "as it starts": [13, 18, 43, 47],
    "on the edges of cells": [16, 16, 48, 40],
    "on the middles of cells": [12, 12, 44, 44],
    "the whole image": [0, 0, 64, 64],
    "smaller than a cell": [17, 22, 20, 25],
    "within one cell": [33, 33, 39, 38],
    "in the upper left corner": [0, 0, 3, 5],
    "in the lower right corner": [58, 60, 64, 64],
    "one pixel in the last corner": [63, 63, 64, 64],
    "flat": [3, 30, 61, 33],
    "narrow": [30, 2, 32, 62],
    "odd": [5, 11, 60, 33],
}


def half_up(x):
    """Rounding as C does it: halves go away from zero."""
    return math.floor(x + 0.5)


def roi_pool(features, region, output, stride):
    """RoIPool from torch's adaptive pooling: the map continues with nothing, and a bin with nothing gives 0."""
    x0, y0, x1, y1 = (half_up(side / stride) for side in region)
    padded = F.pad(torch.tensor(np.array(features, float)), (0, 20, 0, 20), value=-math.inf)
    crop = padded[y0 : max(y1, y0) + 1, x0 : max(x1, x0) + 1]
    found = F.adaptive_max_pool2d(crop[None], output)[0]
    return torch.where(found.isinf(), 0.0, found).numpy()


def sampled(features, points):
    """The map read at points (x, y), middles of cells being whole numbers, by torch's grid sampling."""
    rows, columns = np.shape(features)
    places = torch.tensor((2 * np.array(points) + 1) / [columns, rows] - 1).reshape(1, 1, -1, 2)
    image = torch.tensor(np.array(features, float))[None, None]
    values = F.grid_sample(image, places, padding_mode="border", align_corners=False).flatten().numpy()
    outside = [not (-1 <= x <= columns and -1 <= y <= rows) for x, y in points]
    return np.where(outside, 0, values)


def roi_align(features, region, output, stride, ratio, aligned):
    x0, y0, x1, y1 = (side / stride - (0.5 if aligned else 0) for side in region)
    width, height = (side if aligned else max(side, 1) for side in (x1 - x0, y1 - y0))
    across, down = (ratio or max(1, math.ceil(side / output)) for side in (width, height))
    result = np.empty((output, output))
    for i in range(output):
        for j in range(output):
            xs = x0 + (j + (np.arange(across) + 0.5) / across) * width / output
            ys = y0 + (i + (np.arange(down) + 0.5) / down) * height / output
            result[i, j] = sampled(features, [(x, y) for y in ys for x in xs]).mean()
    return result


def result(page, side):
    cells = page.locator(f".dlf-side-{side} [role=gridcell]")
    values = cells.evaluate_all("all => all.map((cell) => Number(cell.dataset.value))")
    n = round(len(values) ** 0.5)
    return np.reshape(values, (n, n))


def assert_shows(page, figure):
    features, region = figure.features, figure.region
    pooled = roi_pool(features, region, figure.output, figure.stride)
    np.testing.assert_allclose(result(page, "pool"), pooled, atol=1e-12)
    aligned = roi_align(features, region, figure.output, figure.stride, figure.sampling_ratio, figure.aligned)
    np.testing.assert_allclose(result(page, "align"), aligned, atol=1e-9)


@pytest.mark.parametrize("region", REGIONS.values(), ids=REGIONS)
def test_both_results_are_those_of_torch(show, stage, region):
    page = show(figures.roi_align(region=region))
    for output in (2, 3):
        for ratio in (0, 1, 2, 3):
            for aligned in (True, False):
                settings = {"output": output, "sampling_ratio": ratio, "aligned": aligned}
                stage.set(**settings)
                assert_shows(page, figures.roi_align(region=region, **settings))


@pytest.mark.parametrize(("shape", "stride"), [((1, 1), 8), ((2, 5), 16), ((12, 12), 4), ((7, 3), 1)])
def test_maps_of_all_sizes_with_numbers_of_both_signs(show, stage, shape, stride):
    draw = np.random.default_rng(0)
    features = draw.normal(0, 3, shape).round(2)
    figure = figures.roi_align(features, stride=stride)
    page = show(figure)
    assert_shows(page, figure)
    for _ in range(6):
        ends = [np.sort(draw.choice(side * stride + 1, 2, replace=False)) for side in shape[::-1]]
        figure.region = [ends[0][0], ends[1][0], ends[0][1], ends[1][1]]
        figure.output = int(draw.integers(2, 4))
        stage.set(**figure.state())
        assert_shows(page, figure)


def test_torchvision_agrees_where_it_is_installed():
    ops = pytest.importorskip("torchvision.ops", exc_type=Exception)
    features = torch.tensor(MAP, dtype=torch.float32)[None, None]
    for region in REGIONS.values():
        rois = torch.tensor([[0.0, *region]])
        for output in (2, 3):
            pooled = ops.roi_pool(features, rois, output, 1 / 8)[0, 0]
            np.testing.assert_allclose(pooled, roi_pool(MAP, region, output, 8), atol=1e-6)
            for aligned in (True, False):
                found = ops.roi_align(features, rois, output, 1 / 8, 2, aligned)[0, 0]
                np.testing.assert_allclose(found, roi_align(MAP, region, output, 8, 2, aligned), atol=1e-5)


def test_on_a_ramp_roi_align_reads_the_middles_of_the_bins_and_is_half_a_cell_off_if_not_aligned(show, stage):
    ramp = np.tile(np.arange(8) + 0.5, (8, 1))  # each number is where the middle of its cell is
    region = [13, 18, 43, 47]
    page = show(figures.roi_align(ramp, region))
    middles = [(13 + share * 30) / 8 for share in (0.25, 0.75)]
    np.testing.assert_allclose(result(page, "align"), [middles] * 2)
    stage.set(aligned=False)
    np.testing.assert_allclose(result(page, "align"), np.array([middles] * 2) + 0.5)


def test_one_pixel_changes_roi_align_a_little_and_roi_pool_not_at_all_until_it_jumps(show, stage):
    figure = figures.roi_align(region=[13, 18, 43, 47])
    page = show(figure)
    region = page.get_by_role("application", name="region in RoIPool: ")
    results = [(result(page, "pool"), result(page, "align"))]
    for _ in range(8):
        region.press("ArrowRight")
        results.append((result(page, "pool"), result(page, "align")))
    assert stage.receive(figure).region == [21, 18, 51, 47]
    same = [np.array_equal(a[0], b[0]) for a, b in itertools.pairwise(results)]
    assert same.count(False) in (1, 2)  # where a side is rounded to the next cell
    assert all(0 < np.abs(a[1] - b[1]).max() < 1 for a, b in itertools.pairwise(results))


def said(page):
    return page.locator(".dlf-said").inner_text()


def test_how_far_rounding_moves_the_region_is_said(show, stage):
    page = show(figures.roi_align(region=[13, 18, 43, 47]))
    # 1.625, 2.25, 5.375, 5.875 become cells 2, 2, 5, 6, and those end at 6 and 7
    assert said(page) == (
        "Region in cells: 1.63 to 5.38 across, 2.25 to 5.88 down. RoIPool takes 2 to 6 across, 2 to 7 down: an edge is "
        "up to 1.13 cells (9 pixels) away, IoU 0.573. RoIAlign reads the region where it is."
    )
    both = (5.375 - 2) * (5.875 - 2.25)
    assert both / (3.75 * 3.625 + 4 * 5 - both) == pytest.approx(0.573, abs=5e-4)
    stage.set(aligned=False)
    assert said(page).endswith("RoIAlign reads it half a cell too far right and down: cells count from their corners.")


BOX = "(r) => ['x', 'y', 'width', 'height'].map((key) => Number(r.getAttribute(key)))"


def test_the_drawing_shows_the_rounded_region_its_bins_and_the_largest_number(show):
    page = show(figures.roi_align(region=[13, 18, 43, 47]))
    assert page.locator("rect.dlf-rounded").evaluate(BOX) == [16, 16, 32, 40]
    bins = np.array(page.locator(".dlf-side-pool rect.dlf-bin").evaluate_all(f"all => all.map({BOX})"))
    middles = bins[:, :2] + bins[:, 2:] / 2
    # five rows in two bins: rows 2 to 4 and 4 to 6, which share the one in the middle
    np.testing.assert_allclose(middles, [[24, 28], [40, 28], [24, 44], [40, 44]])
    circle = page.locator(".dlf-largest")
    assert circle.evaluate("c => [c.cx.baseVal.value, c.cy.baseVal.value]") == [28, 28]  # the 9 of row 4, column 4
    assert (
        page.locator(".dlf-side-pool .dlf-words").inner_text()
        == "rows 3 to 5, columns 3 to 4: the largest of 6 numbers is 9."
    )


def points(page, kind="point"):
    places = page.locator(f"circle.dlf-{kind}").evaluate_all(
        "all => all.map((c) => [c.cx.baseVal.value, c.cy.baseVal.value])"
    )
    return np.array(places)


@pytest.mark.parametrize(("aligned", "shift"), [(True, 0), (False, 4)])
def test_points_stand_where_the_map_is_read(show, aligned, shift):
    page = show(figures.roi_align(region=[16, 24, 48, 40], aligned=aligned))
    xs, ys = [20, 28, 36, 44], [26, 30, 34, 38]  # quarters of both sides, and their middles
    wanted = {(x + shift, y + shift) for x in xs for y in ys}
    assert {tuple(place) for place in points(page).round(6).tolist()} == wanted
    edges = page.locator(".dlf-side-align .dlf-edge").first.get_attribute("d")
    assert edges.startswith(f"M{16 + shift} {24 + shift}V{40 + shift}")


def test_a_point_tells_its_weights_and_they_add_up_to_what_it_reads(show):
    page = show(figures.roi_align([[1, 2], [3, 5]], [0, 0, 16, 16], sampling_ratio=1))
    words = page.locator(".dlf-side-align .dlf-words")
    assert words.inner_text().strip() == "The point is read as 1."  # the middle of the first cell
    page = show(figures.roi_align([[1, 2], [3, 5]], [4, 6, 16, 14], sampling_ratio=1))
    button = page.locator(".dlf-points button")
    button.focus()
    # the bin's middle is at x 7, y 8 in pixels: 0.375 and 0.5 of the way between the middles of the cells
    weights = {1: 0.625 * 0.5, 2: 0.375 * 0.5, 3: 0.625 * 0.5, 5: 0.375 * 0.5}
    value = sum(number * weight for number, weight in weights.items())
    assert result(page, "align")[0, 0] == pytest.approx(value)
    assert words.inner_text().split("\n")[-1] == "Point 1: 0.31 · 1 + 0.19 · 2 + 0.31 · 3 + 0.19 · 5 ≈ 2.56."
    assert {tuple(place) for place in points(page, "share").tolist()} == {(4, 4), (12, 4), (4, 12), (12, 12)}
    radii = page.locator("circle.dlf-share").evaluate_all("all => all.map((c) => c.r.baseVal.value)")
    assert radii[0] > radii[1]
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Reset").focus()
    assert page.locator("circle.dlf-share").count() == 4  # it stays chosen
    page.get_by_role("button", name="Reset").click()
    assert page.locator("circle.dlf-share").count() == 0


def test_a_point_outside_the_map_counts_as_nothing(show):
    figure = figures.roi_align(np.full((2, 2), 8), [15, 15, 16, 16], sampling_ratio=1, aligned=False)
    page = show(figure)
    assert_shows(page, figure)
    assert result(page, "align")[1, 1] == 0
    page.locator(".dlf-side-align [role=gridcell]").nth(3).click()
    page.locator(".dlf-points button").focus()
    assert page.locator(".dlf-side-align .dlf-words").inner_text().endswith("Point 1 lies outside the map: 0.")


def test_a_bin_without_cells_gives_zero(show):
    figure = figures.roi_align(np.full((2, 2), 8), [13, 13, 16, 16])
    page = show(figure)
    assert_shows(page, figure)
    assert result(page, "pool").tolist() == [[0, 0], [0, 0]]  # 13 / 8 is rounded to cell 2, which does not exist
    assert page.locator(".dlf-side-pool .dlf-words").inner_text() == "No cell of the map lies in this bin: 0."


def test_arrow_keys_lead_through_the_result_and_both_sides_follow(show):
    page = show(figures.roi_align(region=[16, 16, 48, 48]))
    cell = page.locator(".dlf-side-pool [role=gridcell]").first
    cell.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == f"row 2, column 2: {result(page, 'pool')[1, 1]:g}"
    assert page.locator(".dlf-cell.dlf-now").count() == 2
    assert (
        page.locator(".dlf-side-pool .dlf-words")
        .inner_text()
        .startswith("rows 5 to 7, columns 5 to 7: the largest of 9")
    )
    assert "Row 2, column 2: rows 5 to 7" in page.locator("[aria-live=polite]").inner_text()
    now = points(page, "point.dlf-now")
    assert now.min() >= 32
    assert len(now) == 4


def test_pointing_at_a_dot_shows_its_bin_and_its_weights(show):
    page = show(figures.roi_align(region=[16, 24, 48, 40]))
    board = page.locator(".dlf-side-align .dlf-board")
    unit = board.bounding_box()["width"] / 64
    board.hover(position={"x": 44 * unit, "y": 30 * unit}, force=True)
    assert page.locator(".dlf-side-align .dlf-words").inner_text().split("\n")[-1].startswith("Point 4: ")
    assert points(page, "point.dlf-chosen").round(6).tolist() == [[44, 30]]
    page.mouse.move(0, 0)
    assert page.locator("circle.dlf-chosen").count() == 0


def test_the_region_is_dragged_on_both_maps(show, stage):
    figure = figures.roi_align(region=[16, 16, 40, 40])
    page = show(figure)
    for side, (x, y), (a, b), wanted in [
        ("pool", (24, 24), (30, 20), [22, 12, 46, 36]),
        ("align", (30, 20), (25, 25), [17, 17, 41, 41]),
        ("align", (41, 41), (51, 46), [17, 17, 51, 46]),
    ]:
        box = page.locator(f".dlf-side-{side} .dlf-board").bounding_box()
        unit = box["width"] / 64
        page.mouse.move(box["x"] + x * unit, box["y"] + y * unit)
        page.mouse.down()
        page.mouse.move(box["x"] + a * unit, box["y"] + b * unit, steps=4)
        page.mouse.up()
        assert stage.receive(figure).region == wanted
        assert_shows(page, figure)


def test_menus_choose_result_and_points(show, stage):
    figure = figures.roi_align()
    page = show(figure)
    page.get_by_role("combobox", name="Result").select_option("3 × 3")
    page.get_by_role("combobox", name="Points").select_option("as many as cells")
    page.get_by_label("aligned").press(" ")
    stage.receive(figure)
    assert (figure.output, figure.sampling_ratio, figure.aligned) == (3, 0, False)
    assert_shows(page, figure)
    assert len(points(page)) == 9 * 2 * 2


def test_without_javascript_the_page_states_the_region():
    text = figures.roi_align().describe()
    assert "a region of a 8×8 feature map, from 1.62 to 5.38 cells across and from 2.25 to 5.88 down" in text


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"features": np.zeros((13, 2))}, ValueError, "features must have 1 to 12 numbers along each axis"),
        ({"features": [1, 2]}, ValueError, "features must have shape"),
        ({"features": [[np.nan]]}, ValueError, "features must hold numbers between"),
        ({"features": "map"}, TypeError, "features must hold numbers"),
        ({"region": [0, 0, 65, 9]}, ValueError, "region must lie inside the picture of 64 x 64 pixels"),
        ({"region": [3, 3, 3, 9]}, ValueError, "region must hold boxes .* with sides of at least 1"),
        ({"features": [[1]], "region": [0, 0, 9, 8]}, ValueError, "of 8 x 8 pixels"),
        ({"stride": 3}, ValueError, "stride must be one of 1, 2, 4, 8, 16, 32"),
        ({"output": 4}, ValueError, "output must be one of 2, 3"),
        ({"sampling_ratio": 4}, ValueError, "sampling_ratio must be one of 1, 2, 3, 0"),
        ({"aligned": 1}, TypeError, "aligned must be True or False"),
    ],
)
def test_it_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        figures.roi_align(**arguments)
