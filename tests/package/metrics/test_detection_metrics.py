"""Average precision and COCO's summary, held against pycocotools, tables made by hand, and other people's mistakes."""

import numpy as np
import pytest
import torch

import coco_reference
from dlcourse import metrics

METHODS = ("coco", "voc07", "voc10")


def random_set(seed, n=8, masks=False, size=220):
    """Few scores, whole-numbered boxes, so that much ties; crowds, empty images, classes without objects, all sizes."""
    rng = np.random.default_rng(seed)
    predictions, targets = [], []
    for _ in range(n):
        objects, detections = int(rng.integers(0, 5)), int(rng.integers(0, 12) * (rng.random() < 0.8))
        there, found = (random_boxes(rng, k, size) for k in (objects, detections))
        for k in np.flatnonzero(rng.random(detections) < 0.7 * (objects > 0)):
            moved = there[rng.integers(objects)] + rng.integers(-3, 4, 4) * (rng.random() < 0.8)
            found[k] = np.concatenate([moved[:2], np.maximum(moved[2:], moved[:2])])
        targets.append({"boxes": there, "labels": rng.integers(0, 3, objects), "iscrowd": rng.random(objects) < 0.2})
        scores = rng.integers(0, 6, detections) / 5
        predictions.append({"boxes": found, "labels": rng.integers(0, 4, detections), "scores": scores})
        if masks:
            for thing in (predictions[-1], targets[-1]):
                thing["masks"] = striped(np.clip(thing["boxes"], 0, size), size)
    return predictions, targets


def random_boxes(rng, k, size):
    xy = rng.integers(0, size - 8, (k, 2))
    wh = rng.choice([4, 8, 16, 32, 40, 96, 104, 130], (k, 2))  # 32 and 96 lie on the edges between the sizes
    return np.concatenate([xy, np.minimum(xy + wh, size)], axis=1).astype(np.float32)


def striped(rows, size):
    """A mask for each box, with holes in it."""
    masks = np.zeros((len(rows), size, size), bool)
    for mask, (x0, y0, x1, y1) in zip(masks, rows.astype(int), strict=True):
        mask[y0:y1, x0:x1] = True
        mask[::7] = False
    return masks


def found(boxes, scores, labels=None):
    return {"boxes": boxes, "scores": scores, "labels": [0] * len(boxes) if labels is None else labels}


def there(boxes, labels=None, **flags):
    return {"boxes": boxes, "labels": [0] * len(boxes) if labels is None else labels, **flags}


EMPTY = found([], [])


def rows(n, gap=100):
    """n boxes of 10 x 10 pixels, far from one another."""
    return [[gap * k, 0, gap * k + 10, 10] for k in range(n)]


def values(predictions, targets, **options):
    return [metrics.average_precision(predictions, targets, method=m, **options) for m in METHODS]


@pytest.mark.parametrize("masks", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_the_summary_is_that_of_pycocotools_on_random_sets(seed, masks):
    predictions, targets = random_set(seed, masks=masks)
    expected = coco_reference.summary(predictions, targets, masks)
    result = metrics.coco_summary(predictions, targets, masks)
    assert list(result) == coco_reference.NAMES
    assert result == pytest.approx(expected, abs=1e-10)
    assert metrics.average_precision(predictions, targets, masks=masks) == pytest.approx(expected["AP50"], abs=1e-10)
    at_75 = metrics.average_precision(predictions, targets, 0.75, masks=masks)
    assert at_75 == pytest.approx(expected["AP75"], abs=1e-10)


def test_the_random_sets_hold_what_they_are_for():
    sets = [random_set(seed) for seed in range(12)]
    targets = [target for _, some in sets for target in some]
    predictions = [found for some, _ in sets for found in some]
    assert any(target["iscrowd"].any() for target in targets)
    assert any(len(target["labels"]) == 0 for target in targets)
    assert any(len(one["labels"]) == 0 for one in predictions)
    assert {3} <= set(np.concatenate([one["labels"] for one in predictions]).tolist())  # a class without objects
    summaries = [metrics.coco_summary(*one) for one in sets]
    for name in coco_reference.NAMES:  # none is -1, 0 or 1 throughout
        assert any(0 < one[name] < 1 for one in summaries), name


@pytest.mark.parametrize("masks", [False, True])
def test_one_image_without_objects_gives_what_pycocotools_gives(masks):
    nothing = {"boxes": np.zeros((0, 4)), "labels": np.zeros(0, int), "masks": np.zeros((0, 9, 9), bool)}
    predictions, targets = [{**nothing, "scores": np.zeros(0)}], [nothing]
    assert metrics.coco_summary(predictions, targets, masks) == coco_reference.summary(predictions, targets, masks)
    assert set(metrics.coco_summary(predictions, targets, masks).values()) == {-1.0}
    assert np.isnan(metrics.average_precision(predictions, targets, masks=masks))


def test_more_than_a_hundred_detections_of_one_image_are_cut_as_pycocotools_does():
    rng = np.random.default_rng(0)
    targets = [there(random_boxes(rng, 30, 220)) for _ in range(2)]
    predictions = []
    for target in targets:
        boxes = np.concatenate([random_boxes(rng, 140, 220), target["boxes"]])
        predictions.append(found(boxes, rng.random(len(boxes))))
    result = metrics.coco_summary(predictions, targets)
    assert result == pytest.approx(coco_reference.summary(predictions, targets), abs=1e-10)
    assert result["AR100"] < 1
    last = [found(*(values[-30:] for values in (one["boxes"], one["scores"]))) for one in predictions]
    assert metrics.coco_summary(last, targets)["AR100"] == 1


def test_three_definitions_give_three_numbers():
    """Three objects; the detections are right, wrong, right, wrong, right: precision 1, 2/3, 3/5 at each third."""
    boxes = rows(5)
    target = there([boxes[0], boxes[2], boxes[4]])
    prediction = found(boxes, [0.9, 0.8, 0.7, 0.6, 0.5])
    coco, voc07, voc10 = values([prediction], [target])
    assert coco == pytest.approx((34 * 1 + 33 * 2 / 3 + 34 * 3 / 5) / 101)
    assert round(coco, 6) == 0.756436
    assert voc07 == pytest.approx((4 * 1 + 3 * 2 / 3 + 4 * 3 / 5) / 11)
    assert round(voc07, 6) == 0.763636
    assert voc10 == pytest.approx((1 + 2 / 3 + 3 / 5) / 3)
    assert round(voc10, 6) == 0.755556
    precision, recall, scores = metrics.detection_precision_recall([prediction], [target], label=0)
    np.testing.assert_allclose(precision, [1, 1 / 2, 2 / 3, 2 / 4, 3 / 5])
    np.testing.assert_allclose(recall, [1 / 3, 1 / 3, 2 / 3, 2 / 3, 1])
    assert scores.tolist() == [0.9, 0.8, 0.7, 0.6, 0.5]


def test_perfect_detections_give_one_also_for_the_first_object():
    """Where ids begin with 0, pycocotools takes the first object for "not matched"."""
    target = there(rows(2))
    prediction = found(rows(2), [0.9, 0.8])
    assert values([prediction], [target]) == pytest.approx([1, 1, 1])
    assert metrics.coco_summary([prediction], [target])["AP"] == pytest.approx(1)
    arrays = [{key: np.array(value) for key, value in one.items()} for one in (prediction, target)]
    assert coco_reference.summary(arrays[:1], arrays[1:])["AP"] == pytest.approx(1)
    assert round(coco_reference.summary(arrays[:1], arrays[1:], first_id=0)["AP"], 4) == 0.2525


def test_a_second_detection_of_one_object_takes_the_next_by_coco_and_is_wrong_by_voc():
    target = there([[0, 0, 10, 10], [0, 3, 10, 13]])
    prediction = found([[0, 0, 10, 11], [0, 1, 10, 11]], [0.9, 0.8])  # both overlap the first object most
    assert values([prediction], [target]) == pytest.approx([1, 6 / 11, 0.5])


def test_of_two_objects_that_are_overlapped_equally_coco_takes_the_later():
    target = there([[0, 0, 10, 10], [10, 0, 20, 10]])
    prediction = found([[0, 0, 20, 10], [10, 0, 20, 10]], [0.9, 0.8])  # the second has only the later object to find
    arrays = [{key: np.array(value) for key, value in one.items()} for one in (prediction, target)]
    assert metrics.average_precision([prediction], [target]) == pytest.approx(51 / 101)
    assert coco_reference.summary(arrays[:1], arrays[1:])["AP50"] == pytest.approx(51 / 101)


def test_an_object_is_found_once():
    """Else recall and average precision pass 1."""
    prediction = found(rows(1) * 5, [0.9, 0.8, 0.7, 0.6, 0.5])
    target = there(rows(2))
    for matching in ("coco", "voc"):
        precision, recall, _ = metrics.detection_precision_recall([prediction], [target], label=0, matching=matching)
        assert recall.max() == 0.5
        np.testing.assert_allclose(precision, [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5])


def test_an_overlap_of_exactly_the_threshold_is_enough():
    target, prediction = there([[0, 0, 10, 10]]), found([[0, 0, 10, 5]], [0.9])
    assert values([prediction], [target]) == pytest.approx([1, 1, 1])
    assert values([prediction], [target], iou_threshold=0.51) == [0, 0, 0]


def test_an_object_of_32_by_32_pixels_is_small_and_medium():
    summary = metrics.coco_summary([found([[0, 0, 32, 32]], [0.9])], [there([[0, 0, 32, 32]])])
    assert (summary["APs"], summary["APm"], summary["APl"]) == pytest.approx((1, 1, -1))


def test_an_area_that_is_given_decides_the_size():
    summary = metrics.coco_summary([found([[0, 0, 40, 40]], [0.9])], [there([[0, 0, 40, 40]], area=[900])])
    assert (summary["APs"], summary["APm"]) == pytest.approx((1, -1))


def test_wrong_detections_of_a_class_without_objects_do_not_count_but_those_in_empty_images_do():
    target, right = there(rows(1)), found(rows(1), [0.5])
    other_class = found(rows(1), [0.9], labels=[1])
    assert values([right, other_class], [target, there([])]) == pytest.approx([1, 1, 1])
    in_an_empty_image = found(rows(1), [0.9])
    assert values([right, in_an_empty_image], [target, there([])]) == pytest.approx([0.5, 0.5, 0.5])


def test_images_without_detections_count_their_objects():
    """A course's metric skips them: three missed objects in four then change nothing."""
    targets = [there(rows(1)) for _ in range(4)]
    predictions = [found(rows(1), [0.9]), EMPTY, EMPTY, EMPTY]
    assert values(predictions, targets) == pytest.approx([26 / 101, 3 / 11, 1 / 4])
    _, recall, _ = metrics.detection_precision_recall(predictions, targets, label=0)
    assert recall.tolist() == [0.25]
    assert metrics.coco_summary(predictions, targets)["AR100"] == 0.25


def test_a_class_that_is_never_detected_counts_with_zero():
    target = there(rows(2), labels=[0, 1])
    prediction = found(rows(1), [0.9])
    assert metrics.average_precision([prediction], [target], method="voc10", per_class=True) == {0: 1.0, 1: 0.0}
    assert values([prediction], [target]) == pytest.approx([0.5, 0.5, 0.5])


def test_three_of_ten_objects_reach_the_recall_of_three_tenths():
    """np.arange(0, 1.1, 0.1) and np.linspace(0, 1, 11) have 0.30000000000000004 there: 0.636 instead of 0.682."""
    boxes = rows(20)
    right = [0, 1, 2, 4, 6, 8, 10, 12, 14, 16]  # precision 1, 1, 1 and then about a half
    prediction = found(boxes[:17], np.linspace(0.9, 0.1, 17))
    targets = there([boxes[k] for k in right])
    precision, recall, _ = metrics.detection_precision_recall([prediction], [targets], label=0)
    at = [precision[recall >= k / 10 - 1e-9].max() for k in range(11)]
    assert at[3] == 1
    assert metrics.average_precision([prediction], [targets], method="voc07") == pytest.approx(np.mean(at))


def test_two_boxes_sixty_pixels_apart_are_a_miss():
    """Another course's grader gives them an overlap of 0.669, so this detection is right there."""
    assert values([found([[60, 60, 66, 66]], [0.9])], [there([[0, 0, 6, 6]])]) == [0, 0, 0]


def test_the_order_of_images_classes_and_pyramid_levels_changes_no_score():
    predictions, targets = random_set(3, n=10)
    rng = np.random.default_rng(0)
    for one in predictions:
        one["scores"] = rng.random(len(one["scores"]))  # none ties
    expected = metrics.coco_summary(predictions, targets), values(predictions, targets)
    names = np.array([2, 3, 0, 1])
    for _ in range(3):
        order = rng.permutation(10)
        shuffled = []
        for k in order:  # the detections of an image come level by level, in any order
            levels = rng.permutation(len(predictions[k]["labels"]))
            shuffled.append({key: value[levels] for key, value in predictions[k].items()})
            shuffled[-1]["labels"] = names[shuffled[-1]["labels"]]
        moved = [{**targets[k], "labels": names[targets[k]["labels"]]} for k in order]
        assert metrics.coco_summary(shuffled, moved) == pytest.approx(expected[0], abs=1e-12)
        assert values(shuffled, moved) == pytest.approx(expected[1], abs=1e-12)


def test_the_mean_is_not_that_of_images_or_batches():
    targets = [there(rows(1)), there(rows(9))]
    predictions = [found(rows(1), [0.5]), found([[5000, 0, 5010, 10]], [0.9])]
    together = metrics.average_precision(predictions, targets, method="voc10")
    assert together == pytest.approx(0.05)
    one_by_one = [
        metrics.average_precision([p], [t], method="voc10") for p, t in zip(predictions, targets, strict=True)
    ]
    assert np.mean(one_by_one) == pytest.approx(0.5)


def test_a_low_score_that_is_cut_off_before_costs_recall():
    target = there(rows(2))
    prediction = found(rows(2), [0.9, 0.1])
    assert metrics.average_precision([prediction], [target]) == pytest.approx(1)
    assert metrics.average_precision([found(rows(1), [0.9])], [target]) == pytest.approx(51 / 101)


def test_detections_within_a_crowd_are_ignored_as_often_as_they_come():
    target = there([[0, 0, 10, 10], [50, 50, 90, 90]], iscrowd=[0, 1])
    inside = [[55, 55, 65, 65], [60, 60, 70, 70], [70, 70, 80, 80]]
    prediction = found([*inside, [0, 0, 10, 10]], [0.9, 0.8, 0.7, 0.6])
    assert metrics.average_precision([prediction], [target]) == pytest.approx(1)
    precision, _, scores = metrics.detection_precision_recall([prediction], [target], label=0)
    assert (precision.tolist(), scores.tolist()) == ([1.0], [0.6])
    without = there(target["boxes"][:1])
    assert metrics.average_precision([prediction], [without]) == pytest.approx(0.25)


def test_difficult_objects_are_neither_wanted_nor_wrong_by_voc():
    target = there(rows(2), difficult=[False, True])
    prediction = found([rows(2)[1], rows(2)[1], rows(2)[0]], [0.9, 0.8, 0.7])
    assert values([prediction], [target])[1:] == pytest.approx([1, 1])
    assert values([prediction], [there(rows(2))])[2] == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_masks_may_be_probabilities_and_tensors():
    mask = np.zeros((1, 8, 8), np.float32)
    mask[0, 2:6, 2:6] = 0.9
    mask[0, 0, 0] = 0.5  # not above a half
    target = {"boxes": [[2, 2, 6, 6]], "labels": [0], "masks": torch.tensor(mask > 0.6)}
    prediction = {**found([[2, 2, 6, 6]], [0.9]), "masks": torch.tensor(mask)}
    assert metrics.coco_summary([prediction], [target], masks=True)["AP"] == pytest.approx(1)
    without_boxes = {key: prediction[key] for key in ("labels", "scores", "masks")}
    assert metrics.average_precision([without_boxes], [target], 0.99, masks=True) == pytest.approx(1)


def test_tensors_give_what_arrays_give():
    predictions, targets = random_set(5)
    tensors = [
        [{key: torch.tensor(value) for key, value in one.items()} for one in some] for some in (predictions, targets)
    ]
    assert metrics.coco_summary(*tensors) == metrics.coco_summary(predictions, targets)


def test_recall_has_no_value_where_there_are_no_objects():
    precision, recall, scores = metrics.detection_precision_recall([found(rows(1), [0.5])], [there([])], label=0)
    assert (precision.tolist(), scores.tolist()) == ([0.0], [0.5])
    assert np.isnan(recall).all()
    assert all(len(part) == 0 for part in metrics.detection_precision_recall([EMPTY], [there(rows(1))], label=0))


@pytest.mark.parametrize(
    ("predictions", "targets", "said"),
    [
        ([EMPTY], [], "predictions must hold one dict for each of the 0 targets, got 1"),
        (EMPTY, [there([])], "predictions must be a list with one dict for each image, got dict"),
        ([[1]], [there([])], "predictions[0] must be a dict, got list"),
        ([there([])], [there([])], "predictions[0] must have 'boxes', 'labels', 'scores'; it lacks 'scores'"),
        ([EMPTY], [{"boxes": []}], "targets[0] must have 'boxes', 'labels'; it lacks 'labels'"),
        (
            [found(rows(2), [1, 2], labels=[0])],
            [there([])],
            "predictions[0]['boxes'] must hold one box for each of the 1",
        ),
        ([found(rows(2), [1])], [there([])], "predictions[0]['scores'] must hold one number for each of the 2 labels"),
        ([found(rows(1), [np.nan])], [there([])], "predictions[0]['scores'] must be numbers, got NaN"),
        ([found([[5, 0, 1, 1]], [1])], [there([])], "predictions[0]['boxes'] must be (x0, y0, x1, y1)"),
        ([found(rows(1), [1], labels=[0.5])], [there([])], "predictions[0]['labels'] must hold whole numbers"),
        ([EMPTY], [there(rows(2), iscrowd=[1])], "targets[0]['iscrowd'] must hold one number for each of the 2 labels"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(predictions, targets, said):
    for call in (metrics.coco_summary, metrics.average_precision):
        with pytest.raises((ValueError, TypeError)) as error:
            call(predictions, targets)
        assert said in str(error.value)


def test_masks_that_do_not_fit_are_refused_by_name():
    one = {**there(rows(1)), "masks": np.zeros((1, 8, 8), bool)}
    wider = {**found(rows(1), [1]), "masks": np.zeros((1, 4, 16), bool)}
    with pytest.raises(ValueError, match=r"must have masks of one size, got \(4, 16\) and \(8, 8\)"):
        metrics.coco_summary([wider], [one], masks=True)
    with pytest.raises(ValueError, match=r"predictions\[0\]\['masks'\] must have shape \(1, H, W\)"):
        metrics.coco_summary([{**wider, "masks": np.zeros((2, 8, 8), bool)}], [one], masks=True)
    with pytest.raises(ValueError, match="it lacks 'masks'"):
        metrics.coco_summary([found(rows(1), [1])], [one], masks=True)


def test_unknown_methods_are_refused_by_name():
    with pytest.raises(ValueError, match="method must be one of 'coco', 'voc07', 'voc10'; got str 'voc'"):
        metrics.average_precision([EMPTY], [there([])], method="voc")
    with pytest.raises(ValueError, match="matching must be one of 'coco', 'voc'"):
        metrics.detection_precision_recall([EMPTY], [there([])], label=0, matching="greedy")
    with pytest.raises(ValueError, match="iou_threshold must be a finite number between 0 and 1"):
        metrics.average_precision([EMPTY], [there([])], 50)
