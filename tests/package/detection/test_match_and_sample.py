"""Which anchors are for which object: against a slow reading of the paper's rules, and the traps of others."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dlcourse import boxes, detection
from dlcourse.detection._rpn import anchor_labels


def by_the_rules(objects, candidates, high, low, force):
    """Candidate by candidate, as the paper writes it."""
    overlap = boxes.iou(np.asarray(objects, float), np.asarray(candidates, float))
    found = []
    for j in range(len(candidates)):
        column = overlap[:, j] if len(objects) else np.zeros(1)
        k = int(column.argmax())
        forced = any(row[j] > 0 and row[j] >= row.max() * (1 - 1e-6) for row in overlap) if len(objects) else False
        if len(objects) and (column[k] >= high or (force and forced)):
            found.append(k)
        else:
            found.append(-1 if column[k] < low else -2)
    return found


def corners(rows):
    return arrays.arrays(np.int64, (rows, 4), elements=st.integers(0, 30)).map(
        lambda a: np.stack([a[:, 0], a[:, 1], a[:, 0] + 1 + a[:, 2] // 2, a[:, 1] + 1 + a[:, 3] // 2], 1)
    )


@settings(max_examples=60, deadline=None)
@given(objects=st.integers(0, 4).flatmap(corners), candidates=st.integers(1, 12).flatmap(corners), force=st.booleans())
def test_the_rules_of_the_paper_hold_for_any_boxes(objects, candidates, force):
    ours = detection.match(torch.tensor(objects).double(), torch.tensor(candidates).double(), 0.6, 0.3, force)
    assert ours.tolist() == by_the_rules(objects, candidates, 0.6, 0.3, force)


def test_an_object_that_no_anchor_overlaps_makes_none_positive():
    """Its largest IoU is 0, which all share: in py-faster-rcnn and torchvision every anchor becomes positive."""
    objects = torch.tensor([[0.0, 0, 10, 10], [80, 80, 90, 90]])
    candidates = torch.tensor([[0.0, 0, 10, 10], [5, 0, 15, 10], [30, 30, 40, 40]])
    assert detection.match(objects, candidates).tolist() == [0, -2, -1]


def test_all_that_tie_are_forced_also_where_rounding_makes_them_differ():
    """An object in the middle of four places has four best anchors; as floats their IoUs differ in the last bit."""
    candidates = detection.anchors((12, 12), 8, [28], [0.7])
    middle = torch.tensor([40.0, 40.0])
    half = torch.tensor([11.3, 13.1])
    objects = torch.cat((middle - half, middle + half))[None]
    overlap = boxes.iou(objects, candidates)[0]
    matched = detection.match(objects, candidates, 0.9, 0.3)
    assert len(overlap.sort(descending=True).values[:4].unique()) > 1, "otherwise nothing would be tested"
    assert (matched == 0).sum() == 4


def test_a_forced_anchor_is_for_the_object_that_it_overlaps_most():
    """Forcing must not move it: it is one object's best, but a better one for another."""
    objects = torch.tensor([[0.0, 0, 10, 10], [7, 0, 17, 10]])
    candidates = torch.tensor([[1.0, 0, 11, 10]])
    assert detection.match(objects, candidates, 0.95, 0.3).tolist() == [0]


def test_bounds_belong_to_the_positives_and_to_the_ignored():
    objects = torch.tensor([[0.0, 0, 10, 10]])
    candidates = torch.tensor([[0.0, 0, 10, 5], [0, 0, 10, 2.5], [0, 0, 10, 2]])  # IoU 0.5, 0.25, 0.2
    assert detection.match(objects, candidates, 0.5, 0.25, force=False).tolist() == [0, -2, -1]


def test_without_objects_all_is_negative_and_without_candidates_nothing_is():
    assert detection.match(torch.zeros(0, 4), torch.ones(3, 4)).tolist() == [-1, -1, -1]
    assert detection.match(torch.ones(2, 4), torch.zeros(0, 4)).tolist() == []


def test_boxes_that_do_not_touch_have_no_overlap():
    """Unclamped, both sides of the overlap are negative and their product is positive: the anchor became positive."""
    assert detection.match(torch.tensor([[0.0, 0, 6, 6]]), torch.tensor([[60.0, 60, 66, 66]])).tolist() == [-1]


def test_bounds_in_the_wrong_order():
    with pytest.raises(ValueError, match=r"low must be at most high, got 0\.7 and 0\.3"):
        detection.match(torch.ones(1, 4), torch.ones(1, 4), 0.3, 0.7)


def test_anchors_across_the_border_take_no_part_and_are_no_objects_best():
    candidates = torch.tensor([[-1.0, 0, 29, 30], [0, 0, 20, 30], [70, 70, 97, 97], [60, 60, 90, 90]])
    objects = torch.tensor([[0.0, 0, 29, 30]])
    assert anchor_labels(candidates, objects, (96, 96)).tolist() == [-2, 0, -2, -1]


def test_the_borders_are_the_images_height_and_width():
    candidates = torch.tensor([[0.0, 0, 90, 10], [0, 0, 10, 90]])
    assert anchor_labels(candidates, torch.zeros(0, 4), (20, 96)).tolist() == [-1, -2]
    assert anchor_labels(candidates, torch.zeros(0, 4), (96, 20)).tolist() == [-2, -1]


class TestSample:
    MATCHED = torch.tensor([3, -1, -2, 0, -1, -1, 2, -2, -1, -1])

    def test_positives_up_to_their_share_and_negatives_for_the_rest(self):
        for n, share, counts in [(4, 0.5, (2, 2)), (4, 0.25, (1, 3)), (8, 0.5, (3, 5)), (100, 0.5, (3, 5))]:
            positives, negatives = detection.sample(self.MATCHED, n, share)
            assert (len(positives), len(negatives)) == counts
            assert (self.MATCHED[positives] >= 0).all()
            assert (self.MATCHED[negatives] == -1).all()
            assert len(torch.cat((positives, negatives)).unique()) == sum(counts)

    def test_chance_is_even_and_repeats_with_the_seed(self):
        torch.manual_seed(0)
        drawn = [detection.sample(self.MATCHED, 2, 0.5) for _ in range(600)]
        torch.manual_seed(0)
        assert torch.equal(detection.sample(self.MATCHED, 2, 0.5)[1], drawn[0][1])
        for part, places in ((0, 3), (1, 5)):
            counts = torch.cat([each[part] for each in drawn]).bincount()
            counts = counts[counts > 0]
            assert len(counts) == places
            assert counts.min() > 0.7 * 600 / places

    def test_nothing_to_draw_from(self):
        positives, negatives = detection.sample(torch.tensor([-2, -2]), 4)
        assert positives.tolist() == negatives.tolist() == []

    def test_a_number_and_a_share_that_are_none(self):
        with pytest.raises(ValueError, match="n must be at least 1"):
            detection.sample(self.MATCHED, 0)
        with pytest.raises(ValueError, match="positive_fraction must be a finite number between 0"):
            detection.sample(self.MATCHED, 4, 1.5)
