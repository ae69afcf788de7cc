"""Selective search: against OpenCV's, against a search that looks at every pixel again, and its own promises."""

import collections
import types

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import label as connected
from skimage.segmentation import felzenszwalb

from dlcourse.data import pets
from dlcourse.detection import segment, selective_search, with_proposals
from dlcourse.detection._regions import SPACES, bins, convert, measure
from dlcourse.detection._selective_search import MODES, TERMS, Hierarchy

SCENES = pets.scenes(20, seed=402)
IMAGE = SCENES.images[0]


def overlaps(a, b):
    low, high = np.maximum(a[:, None, :2], b[:, :2]), np.minimum(a[:, None, 2:], b[:, 2:])
    both = np.clip(high - low, 0, None).prod(2)
    sizes = [(boxes[:, 2:] - boxes[:, :2]).prod(1) for boxes in (a, b)]
    return both / (sizes[0][:, None] + sizes[1] - both)


def best_overlaps(scenes, proposals):
    return np.concatenate(
        [overlaps(target["boxes"], boxes).max(1) for target, boxes in zip(scenes.targets, proposals, strict=True)]
    )


def opencv_boxes(image):
    search = cv2.ximgproc.segmentation.createSelectiveSearchSegmentation()
    search.setBaseImage(np.ascontiguousarray(image[..., ::-1]))
    search.switchToSelectiveSearchFast()
    boxes = search.process().astype(float)
    boxes[:, 2:] += boxes[:, :2]
    return boxes


def as_set(boxes):
    return set(map(tuple, np.asarray(boxes).tolist()))


# How good the boxes are


@pytest.fixture(scope="module")
def proposals():
    return [selective_search(image) for image in SCENES.images]


def test_with_as_many_boxes_more_pets_are_found_than_by_opencv(proposals):
    theirs = [opencv_boxes(image) for image in SCENES.images]
    ours = [boxes[: len(others)] for boxes, others in zip(proposals, theirs, strict=True)]
    found, reference = best_overlaps(SCENES, ours), best_overlaps(SCENES, theirs)
    assert (found >= 0.5).mean() >= (reference >= 0.5).mean() > 0.9
    assert found.mean() > reference.mean() > 0.75


def test_all_boxes_of_the_fast_mode_find_every_pet(proposals):
    found = best_overlaps(SCENES, proposals)
    assert found.min() >= 0.5
    assert found.mean() > 0.87


def test_boxes_at_random_are_no_match(proposals):
    corners = np.sort(np.random.default_rng(0).uniform(0, 96, (len(SCENES), 100, 2, 2)), 2).reshape(-1, 100, 4)
    found = best_overlaps(SCENES, [boxes[:100] for boxes in proposals])
    assert (found >= 0.5).mean() > (best_overlaps(SCENES, corners) >= 0.5).mean() + 0.2


# Merging


def histogram_of(mask, places):
    counts = np.bincount(places[:, mask.ravel()].ravel(), minlength=315) / mask.sum()
    return np.concatenate([counts[:75] / 3, counts[75:] / 24])


def touch(a, b):
    return (a[:, :-1] & b[:, 1:] | a[:, 1:] & b[:, :-1]).any() or (a[:-1] & b[1:] | a[1:] & b[:-1]).any()


def box_of(mask):
    rows, columns = np.nonzero(mask)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def plain_similarity(a, b, places, terms):
    first, second = (histogram_of(mask, places) for mask in (a, b))
    x0, y0, x1, y1 = box_of(a | b)
    values = {
        "colour": sum(min(p, q) for p, q in zip(first[:75], second[:75], strict=True)),
        "texture": sum(min(p, q) for p, q in zip(first[75:], second[75:], strict=True)),
        "size": 1 - (a.sum() + b.sum()) / a.size,
        "fill": 1 - ((x1 - x0) * (y1 - y0) - a.sum() - b.sum()) / a.size,
    }
    return sum(values[term] for term in terms)


def plain_merging(labels, places, terms):
    """The definition: after each merger every pair of regions is looked at again, pixel by pixel."""
    masks = {number: labels == number for number in range(labels.max() + 1)}
    parts, boxes = [], [box_of(mask) for mask in masks.values()]
    while len(masks) > 1:
        pairs = [(a, b) for a in masks for b in masks if a < b and touch(masks[a], masks[b])]
        score = {pair: round(plain_similarity(*(masks[n] for n in pair), places, terms), 9) for pair in pairs}
        best = max(pairs, key=lambda pair: (score[pair], [-n for n in pair]))
        parts.append(best)
        masks[len(boxes)] = masks.pop(best[0]) | masks.pop(best[1])
        boxes.append(box_of(masks[len(boxes)]))
    return parts, boxes


def random_map(seed, height=6, width=7, regions=7):
    """A label map with regions of odd shapes, and random histograms' places for its pixels."""
    dice = np.random.default_rng(seed)
    seeds = dice.uniform(0, 1, (regions, 2)) * (height, width)
    grid = np.indices((height, width)).transpose(1, 2, 0)
    nearest = (np.abs(grid[:, :, None] - seeds) ** dice.uniform(0.5, 2)).sum(3).argmin(2)
    labels = np.unique(nearest, return_inverse=True)[1].reshape(height, width)
    colour = dice.integers(0, 3, (3, height * width)) + np.arange(3)[:, None] * 25
    texture = dice.integers(0, 3, (24, height * width)) + 75 + np.arange(24)[:, None] * 10
    return labels, np.concatenate([colour, texture])


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10**6), terms=st.sampled_from([TERMS, TERMS[1:], ("fill",), ("size",), ("colour",)]))
def test_the_hierarchy_is_the_one_of_the_definition(seed, terms):
    labels, places = random_map(seed)
    hierarchy = Hierarchy(measure(labels, places), terms)
    parts, boxes = plain_merging(labels, places, terms)
    assert hierarchy.parts.tolist() == [list(pair) for pair in parts]
    assert hierarchy.boxes.tolist() == [list(map(float, box)) for box in boxes]


def test_a_merged_histogram_is_the_histogram_of_the_merged_pixels():
    labels, places = segment(IMAGE), bins(convert(IMAGE, "lab"))
    hierarchy = Hierarchy(measure(labels, places), TERMS)
    masks = [labels == number for number in range(labels.max() + 1)]
    for a, b in hierarchy.parts:
        masks.append(masks[a] | masks[b])
    for mask, histogram, size in zip(masks, hierarchy.histograms, hierarchy.sizes, strict=True):
        assert size == mask.sum()
        np.testing.assert_allclose(histogram, histogram_of(mask, places), atol=1e-12)


def test_the_last_region_is_the_whole_image_and_each_region_is_merged_once():
    hierarchy = Hierarchy(measure(segment(IMAGE), bins(convert(IMAGE, "hsv"))), TERMS)
    assert hierarchy.boxes[-1].tolist() == [0, 0, 96, 96]
    assert hierarchy.sizes[-1] == 96 * 96
    assert sorted(hierarchy.parts.ravel()) == list(range(len(hierarchy.boxes) - 1))


def test_the_numbers_of_the_segments_do_not_matter():
    labels, places = segment(IMAGE), bins(convert(IMAGE, "hsv"))
    other = np.random.default_rng(0).permutation(labels.max() + 1)[labels]
    assert (other != labels).any()
    assert as_set(Hierarchy(measure(labels, places), TERMS).boxes) == as_set(
        Hierarchy(measure(other, places), TERMS).boxes
    )


@pytest.mark.parametrize("number", range(3))
def test_a_mirrored_image_with_mirrored_segments_gives_mirrored_boxes(number):
    image = SCENES.images[number]
    labels = segment(image)
    boxes = Hierarchy(measure(labels, bins(convert(image, "hsv"))), TERMS).boxes
    mirrored = Hierarchy(measure(labels[:, ::-1], bins(convert(image[:, ::-1], "hsv"))), TERMS).boxes
    np.testing.assert_array_equal(mirrored, np.stack([96 - boxes[:, 2], boxes[:, 1], 96 - boxes[:, 0], boxes[:, 3]], 1))
    turned = Hierarchy(measure(labels.T, bins(convert(image.transpose(1, 0, 2), "hsv"))), TERMS).boxes
    np.testing.assert_array_equal(turned, boxes[:, [1, 0, 3, 2]])


# Regions


def test_boxes_are_tight_and_lose_no_pixel():
    """max - min of the pixels' numbers, as a known package has it, is one pixel short in both directions."""
    labels, places = random_map(3)
    measured = measure(labels, places)
    for number in range(labels.max() + 1):
        assert (measured.corners[number] * (1, 1, -1, -1)).tolist() == list(map(float, box_of(labels == number)))


def test_neighbours_share_an_edge_of_pixels_and_not_only_a_part_of_their_boxes():
    labels = np.array([[0, 0, 0, 0], [0, 1, 1, 1], [0, 1, 2, 1], [0, 1, 1, 1]])
    places = random_map(0, 4, 4)[1]
    assert measure(labels, places).neighbours.tolist() == [[0, 1], [1, 2]]  # the box of 0 holds all of 2
    corner = np.array([[0, 1], [2, 3]])
    assert measure(corner, places[:, :4]).neighbours.tolist() == [[0, 1], [0, 2], [1, 3], [2, 3]]


@pytest.mark.parametrize("space", SPACES)
def test_every_channel_of_a_histogram_has_the_same_mass(space):
    """In a known package a median of 0.21 of 3 texture masses is left: codes up to 255 are counted from 0 to 1."""
    measured = measure(segment(IMAGE), bins(convert(IMAGE, space)))
    np.testing.assert_allclose(measured.colour.reshape(-1, 3, 25).sum(2), 1 / 3)
    np.testing.assert_allclose(measured.texture.reshape(-1, 24, 10).sum(2), 1 / 24)


def intersections(histograms):
    both = np.minimum(histograms[:, None], histograms[None]).sum(2)
    return both[np.triu_indices(len(both), 1)]


def test_the_similarity_of_colours_uses_its_whole_range():
    """In a known package it stays above two thirds: colours from 0 to 1 are counted from 0 to 255."""
    image = np.full((20, 30, 3), (200, 20, 20), np.uint8)
    image[:, 20:] = (30, 45, 60)
    colour = measure(np.repeat([[0, 1, 2]], 20, 0).repeat(10, 1), bins(convert(image, "hsv"))).colour
    np.testing.assert_allclose(np.minimum(colour[0], colour[1:]).sum(1), [1, 0], atol=1e-12)
    labels, hsv = segment(IMAGE), convert(IMAGE, "hsv")
    ours = intersections(measure(labels, bins(hsv)).colour)
    assert ours.min() < 0.25
    assert ours.max() > 0.85
    hsv[..., 2] *= 255  # even where its converter leaves brightness in 0..255
    wrong = [np.histogram(hsv[labels == n][:, c], 25, (0, 255))[0] for n in range(labels.max() + 1) for c in range(3)]
    wrong = np.reshape(wrong, (labels.max() + 1, 75)) / np.bincount(labels.ravel())[:, None] / 3
    assert intersections(wrong).min() >= 2 / 3


def test_slopes_in_opposite_directions_have_a_quarter_of_their_texture_in_common():
    """Only what neither of them shows: the derivatives across the slope, which are 0."""
    ramp = np.linspace(0, 1, 40)
    channels = np.repeat(np.concatenate([ramp, ramp[::-1]])[None, :, None], 12, 0).repeat(3, 2)
    labels = np.full((12, 80), 2)
    labels[:, 5:35], labels[:, 45:75] = 0, 1
    texture = measure(labels, bins(channels)).texture
    np.testing.assert_allclose(np.minimum(texture[0], texture[1]).sum(), 1 / 4)


def test_the_direction_of_a_slope_decides_where_it_counts():
    ramp = np.repeat(np.linspace(0, 1, 30)[None, :, None], 30, 0).repeat(3, 2)
    for turns, direction in enumerate((0, 6, 4, 2)):  # np.rot90 turns against the clock, rows go down
        inner = bins(np.ascontiguousarray(np.rot90(ramp, turns)))[3:].reshape(3, 8, 30, 30)[0, :, 5:-5, 5:-5] - 75
        steepest = (inner - np.arange(8)[:, None, None] * 10)[:, 10, 10]
        assert steepest.argmax() == direction
        assert steepest.max() == 9
        assert (steepest == 0).sum() >= 5  # what goes down in a direction is nothing there


def test_texture_does_not_change_with_the_contrast():
    channels = convert(IMAGE, "rgb")
    np.testing.assert_array_equal(bins(channels)[3:], bins(channels / 2)[3:])


def test_a_flat_image_has_no_texture():
    with np.errstate(all="raise"):  # what NaN is as a whole number depends on the processor
        places = bins(np.full((10, 10, 3), 0.3))
    assert (places[3:] == 75 + np.arange(24)[:, None] * 10).all()


# Colour spaces


def test_colour_spaces_give_what_their_names_say():
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 0], [255, 255, 255], [100, 50, 50]]], np.uint8)
    np.testing.assert_allclose(convert(colours, "rgb")[0, 4], [0.3922, 0.1961, 0.1961])
    np.testing.assert_allclose(convert(colours, "hsv")[0, :2], [[0, 1, 1], [0.3333, 1, 1]])
    np.testing.assert_allclose(convert(colours, "hue")[0, 1], [0.3333] * 3)
    np.testing.assert_allclose(convert(colours, "intensity")[0, 4], [0.2614] * 3)
    np.testing.assert_allclose(convert(colours, "rgi")[0, [0, 2, 4]], [[1, 0, 0.3333], [0, 0, 0], [0.5, 0.25, 0.2614]])
    lab = cv2.cvtColor((colours / 255).astype(np.float32), cv2.COLOR_RGB2LAB)[0]
    np.testing.assert_allclose(convert(colours, "lab")[0] * (100, 220, 220) - (0, 110, 110), lab, atol=0.3)


@pytest.mark.parametrize("space", SPACES)
def test_no_colour_is_cut_off(space):
    levels = np.array([0, 51, 102, 153, 204, 255], np.uint8)
    cube = np.stack(np.meshgrid(levels, levels, levels), 3).reshape(36, 6, 3)
    exact = SPACES[space](cube)
    np.testing.assert_allclose(convert(cube, space), exact, atol=6e-5)


# Segments


def test_segments_are_scikit_images_at_the_papers_scale():
    np.testing.assert_array_equal(segment(IMAGE, 100), felzenszwalb(convert(IMAGE, "rgb"), 100, 0.8, 50))
    agree = segment(IMAGE, 100, min_size=20) == felzenszwalb(IMAGE, 100, 0.8, 20)
    assert agree.mean() > 0.9  # bytes and four decimals of shares differ in the order of ties at most


@pytest.mark.parametrize("space", SPACES)
def test_segments_cohere_and_have_the_least_size(space):
    labels = segment(IMAGE, 50, min_size=30, colour_space=space)
    counts = np.bincount(labels.ravel())
    assert labels.shape == (96, 96)
    assert counts.min() >= 30
    for number in range(len(counts)):
        assert connected(labels == number, np.ones((3, 3)))[1] == 1


def test_a_higher_scale_gives_fewer_segments():
    counts = [segment(IMAGE, scale, min_size=1).max() for scale in (20, 50, 100, 300)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 3 * counts[-1]


# Boxes


def test_the_fast_mode_is_the_union_of_its_eight_strategies():
    spaces, scales, sets = MODES["fast"]
    single = [
        as_set(selective_search(IMAGE, colour_spaces=[space], scales=[scale], similarities=[terms]))
        for space in spaces
        for scale in scales
        for terms in sets
    ]
    assert len(single) == 8
    assert as_set(selective_search(IMAGE)) == set.union(*single)
    assert max(map(len, single)) < len(set.union(*single)) < sum(map(len, single))


def test_the_quality_mode_finds_more_and_all_that_the_fast_mode_finds():
    fast, quality = as_set(selective_search(IMAGE)), as_set(selective_search(IMAGE, "quality"))
    assert fast < quality
    assert len(quality) > 3 * len(fast)
    assert np.prod([len(part) for part in MODES["quality"]]) == 80


def test_the_single_mode_is_one_hierarchy_from_the_whole_to_the_parts():
    boxes = selective_search(IMAGE, "single", min_side=0)
    hierarchy = Hierarchy(measure(segment(IMAGE, 100, colour_space="hsv"), bins(convert(IMAGE, "hsv"))), TERMS)
    newest_first = hierarchy.boxes[::-1]
    kept = newest_first[np.sort(np.unique(newest_first, axis=0, return_index=True)[1])]
    np.testing.assert_array_equal(boxes, kept)


def test_boxes_of_several_strategies_come_before_those_of_one():
    scores = collections.defaultdict(float)
    for space in MODES["fast"][0]:
        for scale in MODES["fast"][1]:
            measured = measure(segment(IMAGE, scale, colour_space=space), bins(convert(IMAGE, space)))
            for terms in MODES["fast"][2]:
                places = {}
                for place, box in enumerate(Hierarchy(measured, terms).boxes[::-1].tolist(), 1):
                    places.setdefault(tuple(box), place)
                for box, place in places.items():
                    scores[box] += 1 / place
    expected = sorted(scores, key=lambda box: (-round(scores[box], 9), box))
    assert list(map(tuple, selective_search(IMAGE, min_side=0).tolist())) == expected


def test_boxes_are_unique_float32_inside_the_image_and_the_same_each_time():
    boxes = selective_search(IMAGE)
    assert boxes.dtype == np.float32
    assert len(as_set(boxes)) == len(boxes)
    assert boxes.min() >= 0
    assert boxes.max() <= 96
    np.testing.assert_array_equal(boxes, selective_search(IMAGE.copy()))


def test_a_limit_keeps_the_first_and_min_side_the_wide_ones():
    boxes = selective_search(IMAGE, min_side=0)
    np.testing.assert_array_equal(selective_search(IMAGE, min_side=0, limit=20), boxes[:20])
    sides = (boxes[:, 2:] - boxes[:, :2]).min(1)
    assert (sides < 8).any()
    np.testing.assert_array_equal(selective_search(IMAGE), boxes[sides >= 8])


def test_an_object_on_a_plain_ground_is_found_to_the_pixel():
    image = np.full((40, 60, 3), 200, np.uint8)
    image[10:30, 20:35] = (180, 40, 0)
    assert selective_search(image, sigma=0).tolist() == [[0, 0, 60, 40], [20, 10, 35, 30]]


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 2), (20, 30)])
def test_an_image_of_one_colour_is_one_box(shape):
    image = np.full((*shape, 3), 70, np.uint8)
    assert selective_search(image, min_side=0).tolist() == [[0, 0, shape[1], shape[0]]]
    assert selective_search(image, min_side=31).shape == (0, 4)


# Proposals for training


def test_proposals_are_added_to_copies_of_the_targets():
    scenes = pets.scenes(3, seed=403)
    result = with_proposals(scenes, limit=50)
    assert type(result) is type(scenes)
    assert "proposals" not in scenes.targets[0]
    for image, target, given_target in zip(result.images, result.targets, scenes.targets, strict=True):
        np.testing.assert_array_equal(target["proposals"], selective_search(image, limit=50))
        assert target["boxes"] is given_target["boxes"]
    plain = with_proposals(types.SimpleNamespace(images=scenes.images, targets=scenes.targets), "single")
    assert plain.images is scenes.images
    np.testing.assert_array_equal(plain.targets[2]["proposals"], selective_search(scenes.images[2], "single"))


def test_fit_hands_the_proposals_to_the_model():
    import torch

    from dlcourse.train import fit

    class Detector(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(()))
            self.shapes = []

        def forward(self, images, targets):
            self.shapes += [tuple(target["proposals"].shape) for target in targets]
            return {"brightness": self.weight * images.mean()}

    model = Detector()
    scenes = with_proposals(pets.scenes(4, seed=403), "single")
    fit(model, scenes, epochs=1, batch_size=2, step=lambda model, batch: model(*batch), progress=False)
    assert sorted(model.shapes) == sorted(target["proposals"].shape for target in scenes.targets)


# Errors


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"image": np.zeros((9, 9), np.uint8)}, ValueError, "image must be"),
        ({"image": np.zeros((9, 9, 3))}, ValueError, "image must be"),
        ({"image": np.zeros((0, 9, 3), np.uint8)}, ValueError, "image must hold"),
        ({"image": "photo"}, TypeError, "image must"),
        ({"mode": "slow"}, ValueError, "mode must be one of"),
        ({"colour_spaces": ["hsb"]}, ValueError, "colour_spaces must be one of"),
        ({"colour_spaces": "hsv"}, TypeError, "colour_spaces must be a list"),
        ({"scales": []}, ValueError, "scales must name"),
        ({"scales": [-1]}, ValueError, "scales must be"),
        ({"similarities": ["colour"]}, TypeError, "similarities must be a list"),
        ({"similarities": [["shape"]]}, ValueError, "similarities must be one of"),
        ({"similarities": [[]]}, ValueError, "similarities must name"),
        ({"sigma": -1}, ValueError, "sigma must be"),
        ({"min_size": 0}, ValueError, "min_size must be"),
        ({"min_side": -1}, ValueError, "min_side must be"),
        ({"limit": 0}, ValueError, "limit must be"),
    ],
)
def test_bad_input_is_named(arguments, error, words):
    with pytest.raises(error, match=words):
        selective_search(**{"image": IMAGE, **arguments})


def test_bad_input_of_segment_and_with_proposals_is_named():
    with pytest.raises(ValueError, match="scale must be"):
        segment(IMAGE, -1)
    with pytest.raises(ValueError, match="colour_space must be one of"):
        segment(IMAGE, colour_space="cmyk")
    with pytest.raises(TypeError, match="scenes must have"):
        with_proposals(SCENES.images)
    with pytest.raises(ValueError, match="one target for each image"):
        with_proposals(types.SimpleNamespace(images=SCENES.images, targets=SCENES.targets[:2]))
