"""The figure precision_recall: its counts and its three average precisions are those of pycocotools and of NumPy."""

import contextlib
import io
import re

import numpy as np
import pytest
from pycocotools import mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from dlcourse import figures
from dlcourse.figures.precision_recall import PREDICTIONS, TARGETS

ONE = {"boxes": [[0, 0, 40, 40]], "scores": [0.9]}
TRUE = {"boxes": [[0, 0, 40, 40]]}


def wide(box):
    return [box[0], box[1], box[2] - box[0], box[3] - box[1]]


def coco(predictions, targets, iou_threshold):
    """Average precision by pycocotools, and its precisions at the 101 recalls."""
    truth, found = COCO(), COCO()
    with contextlib.redirect_stdout(io.StringIO()):
        boxes = [(i, box) for i, rows in enumerate(targets) for box in rows]
        images = [{"id": i, "width": 96, "height": 96} for i in range(len(targets))]
        truth.dataset = {
            "images": images,
            "categories": [{"id": 1, "name": "dog"}],
            "annotations": [
                {"id": k, "image_id": i, "category_id": 1, "bbox": wide(box), "area": wide(box)[2] * wide(box)[3],
                 "iscrowd": 0}
                for k, (i, box) in enumerate(boxes, 1)
            ],
        }  # fmt: skip
        truth.createIndex()
        rows = [[i, *wide(row), row[4], 1] for i, rows in enumerate(predictions) for row in rows]
        found = truth.loadRes(np.array(rows, float))
        run = COCOeval(truth, found, "bbox")
        run.params.iouThrs = np.array([iou_threshold])
        run.evaluate()
        run.accumulate()
    return run.eval["precision"][0, :, 0, 0, -1]


def matched(predictions, targets, iou_threshold):
    """For each detection by falling score whether it is true, by hand, with the overlaps of pycocotools."""
    found = []
    for image, rows in enumerate(predictions):
        free = list(range(len(targets[image])))
        for row in sorted(rows, key=lambda row: -row[4]):
            shared = mask.iou([wide(row)], [wide(targets[image][k]) for k in free], [0] * len(free))[0] if free else []
            hit = len(shared) > 0 and max(shared) >= iou_threshold
            if hit:
                free.pop(int(np.argmax(shared)))
            found.append((row[4], hit))
    return sorted(found, key=lambda entry: -entry[0])


def average_precisions(hits, total):
    """By 11 points, by all points and by 101 points, from a table of thresholds."""
    right = np.cumsum(hits)
    precision, recall = right / np.arange(1, len(hits) + 1), right / total

    def best(least):
        return max(precision[recall >= least - 1e-12], default=0)

    eleven = np.mean([best(i / 10) for i in range(11)])
    all_ = sum(best(i / total) for i in range(1, total + 1)) / total  # each true object is a step of the recall
    return eleven, all_, np.mean([best(i / 100) for i in range(101)])


def shown(page):
    texts = page.locator(".dlf-ap").all_inner_texts()
    return [float(text.split()[1]) for text in texts]


def numbers(page):
    """Counted, true, false, missed, all objects: from the sentence."""
    return [int(x) for x in re.findall(r"\d+", page.locator(".dlf-said").inner_text())[:5]]


def some(seed, images=5, most=6):
    """Detections beside, on and far from true boxes; some scores are equal."""
    draw = np.random.default_rng(seed)
    predictions, targets = [], []
    for _ in range(images):
        corners = draw.integers(0, 50, (draw.integers(0, most), 2))
        truths = np.hstack([corners, corners + draw.integers(12, 40, corners.shape)])
        near = np.repeat(truths, 2, axis=0) + draw.integers(-5, 6, (2 * len(truths), 4))
        far = draw.integers(0, 40, (2, 2))
        boxes = np.vstack([near, np.hstack([far, far + 20])])
        scores = draw.integers(0, 20, (len(boxes), 1)) / 20
        predictions.append(np.hstack([boxes, scores]).tolist())
        targets.append(truths.tolist())
    return predictions, targets


def test_three_definitions_give_three_numbers(show):
    page = show(figures.precision_recall())
    assert page.locator(".dlf-ap").all_inner_texts() == ["AP 0.763636", "AP 0.755556", "AP 0.756436"]
    assert page.locator("tbody td:nth-child(4)").all_inner_texts() == ["true", "false", "true", "false", "true"]
    assert coco(PREDICTIONS, TARGETS, 0.5).mean() == pytest.approx(0.756436, abs=1e-6)
    sums = page.locator(".dlf-sum").all_inner_texts()
    assert sums == ["= 8.4 / 11", "= 0.33 · 1 + 0.33 · 0.67 + 0.33 · 0.6", "= 76.4 / 101"]


@pytest.mark.parametrize("iou_threshold", [0.5, 0.75])
@pytest.mark.parametrize("seed", range(4))
def test_average_precisions_are_those_of_pycocotools_and_numpy(show, seed, iou_threshold):
    predictions, targets = some(seed)
    page = show(
        figures.PrecisionRecall(predictions=predictions, targets=targets, images=[], iou_threshold=iou_threshold)
    )
    hits = [hit for _, hit in matched(predictions, targets, iou_threshold)]
    eleven, all_, hundred = average_precisions(hits, sum(map(len, targets)))
    assert shown(page) == pytest.approx([eleven, all_, hundred], abs=1e-6)
    assert shown(page)[2] == pytest.approx(coco(predictions, targets, iou_threshold).mean(), abs=1e-6)
    assert 0 < shown(page)[2] < 1


def test_the_stems_of_the_third_chart_are_the_precisions_of_pycocotools(show):
    predictions, targets = some(1)
    page = show(figures.PrecisionRecall(predictions=predictions, targets=targets, images=[]))
    stems = page.locator(".dlf-definition").nth(2).locator(".dlf-stem")
    heights = [float(d.split("V")[1]) for d in stems.evaluate_all("all => all.map((s) => s.getAttribute('d'))")]
    np.testing.assert_allclose((112 - np.array(heights)) / 100, coco(predictions, targets, 0.5), atol=1e-4)


def test_at_a_recall_of_three_tenths_the_eleven_points_are_not_one_short(show):
    # Recall ends at 3 of 10: thresholds that a sum of tenths has made a little too large would give 0.273.
    targets = [[[12 * i, 0, 12 * i + 9, 9] for i in range(8)] + [[0, 50, 9, 59], [20, 50, 29, 59]]]
    predictions = [[[*targets[0][i], 0.9 - i / 10] for i in range(3)]]
    page = show(figures.PrecisionRecall(predictions=predictions, targets=targets, images=[]))
    assert shown(page)[0] == pytest.approx(4 / 11, abs=1e-6)


@pytest.mark.parametrize("threshold", [0, 0.05, 0.3, 0.5, 0.95, 1])
def test_what_is_counted_changes_with_the_threshold_and_average_precision_does_not(show, threshold):
    predictions, targets = some(2)
    figure = figures.PrecisionRecall(predictions=predictions, targets=targets, images=[], threshold=threshold)
    page = show(figure)
    table = matched(predictions, targets, 0.5)
    counted = [hit for score, hit in table if score >= threshold]
    total = sum(map(len, targets))
    assert numbers(page) == [len(counted), sum(counted), len(counted) - sum(counted), total - sum(counted), total]
    assert page.locator("tbody tr:not(.dlf-below)").count() == len(counted)
    assert page.locator(".dlf-strip g.dlf-hit").count() == sum(counted)
    assert page.locator(".dlf-strip g.dlf-false").count() == len(counted) - sum(counted)
    assert page.locator("rect.dlf-missed").count() == total - sum(counted)
    assert shown(page) == pytest.approx(average_precisions([hit for _, hit in table], total), abs=1e-6)
    rings = page.locator(".dlf-ring")
    assert rings.count() == (3 if counted else 0)
    if counted:
        at = rings.first.evaluate("ring => [ring.cx.baseVal.value, ring.cy.baseVal.value]")
        recall, precision = sum(counted) / total, sum(counted) / len(counted)
        assert at == pytest.approx([14 + 100 * recall, 112 - 100 * precision], abs=0.01)


def test_cutting_before_average_precision_is_computed_makes_it_smaller(show, stage):
    figure = figures.precision_recall()
    page = show(figure)
    page.get_by_label("drop what is below").press(" ")
    assert stage.receive(figure).cut is True
    assert shown(page) == pytest.approx(average_precisions([1, 0, 1], 3), abs=1e-6)
    assert shown(page)[2] < 0.6


def test_an_object_is_found_once_and_by_the_better_score(show):
    two = {"boxes": [[0, 0, 40, 38], [0, 0, 40, 40]], "scores": [0.9, 0.8]}
    page = show(figures.precision_recall([two], [TRUE], threshold=0))
    assert page.locator("tbody td:nth-child(4)").all_inner_texts() == ["true", "false"]
    assert numbers(page) == [2, 1, 1, 0, 1]


def test_a_detection_takes_the_next_object_if_its_best_one_is_taken(show):
    # As in pycocotools; by the rule of VOC the second would be false.
    targets = [{"boxes": [[0, 0, 40, 40], [8, 0, 48, 40]]}]
    found = [{"boxes": [[0, 0, 40, 40], [3, 0, 43, 40]], "scores": [0.9, 0.8]}]
    assert numbers(show(figures.precision_recall(found, targets, threshold=0)))[:2] == [2, 2]


def test_a_detection_takes_the_object_that_it_overlaps_most(show):
    # The first overlaps both objects; if it took the first of them, none would be left for the second detection.
    targets = [{"boxes": [[0, 0, 40, 40], [6, 0, 46, 40]]}]
    found = [{"boxes": [[6, 0, 46, 40], [0, 0, 26, 40]], "scores": [0.9, 0.8]}]
    assert numbers(show(figures.precision_recall(found, targets, threshold=0)))[:2] == [2, 2]


def test_false_detections_in_an_image_without_objects_count(show):
    page = show(figures.precision_recall([ONE, ONE], [TRUE, {"boxes": []}]))
    assert numbers(page) == [2, 1, 1, 0, 1]
    captions = page.locator(".dlf-caption").all_inner_texts()
    assert captions == ["image 1: 1 found, 0 false, 0 missed", "image 2: 0 found, 1 false, 0 missed"]


def test_an_overlap_of_exactly_the_threshold_is_enough(show, stage):
    page = show(figures.precision_recall([{"boxes": [[0, 0, 40, 20]], "scores": [1]}], [TRUE]))
    assert numbers(page)[1] == 1
    stage.set(iou_threshold=0.55)
    assert numbers(page)[1] == 0


def test_without_objects_or_detections_it_says_what_is_not_defined(show):
    page = show(figures.precision_recall([{"boxes": [], "scores": []}], [{"boxes": []}]))
    assert page.locator(".dlf-said").inner_text() == (
        "0 detections count: 0 true, 0 false; 0 of 0 objects missed. Precision not defined (0 of 0), recall not "
        "defined (0 of 0)."
    )
    assert page.locator(".dlf-ap").all_inner_texts() == ["AP not defined"] * 3
    page = show(figures.precision_recall([{"boxes": [], "scores": []}], [TRUE]))
    assert page.locator(".dlf-ap").all_inner_texts() == ["AP 0.000000"] * 3


def test_one_detection_more_or_less_by_buttons_and_up_to_one_in_the_table(show, stage):
    figure = figures.precision_recall()
    page = show(figure)
    more, fewer = (page.get_by_role("button", name=f"{which} detections") for which in ("more", "fewer"))
    more.click()
    assert stage.receive(figure).threshold == 0.5
    assert page.locator(".dlf-count").inner_text().replace("\n", "") == "−4 of 5 count+"
    more.click()
    assert more.get_attribute("aria-disabled") == "true"
    for wanted in (0.5, 0.7, 0.8, 0.95, 1):
        fewer.click()
        assert stage.receive(figure).threshold == wanted
    assert fewer.get_attribute("aria-disabled") == "true"
    assert numbers(page)[0] == 0
    page.get_by_role("button", name="count from a score of 0.8 on").click()
    assert stage.receive(figure).threshold == 0.8
    assert numbers(page) == [2, 1, 1, 2, 3]
    assert page.locator("tbody [aria-pressed=true]").inner_text() == "0.8"
    page.get_by_role("slider", name="score threshold").press("ArrowLeft")
    assert stage.receive(figure).threshold == 0.79
    page.get_by_role("slider", name="IoU threshold").press("ArrowRight")
    assert stage.receive(figure).iou_threshold == 0.55


def test_a_screen_reader_is_told_counts_and_averages(show):
    page = show(figures.precision_recall())
    assert page.locator("[aria-live=polite]").inner_text() == (
        "3 detections count: 2 true, 1 false; 1 of 3 objects missed. Precision 2/3 ≈ 0.67, recall 2/3 ≈ 0.67. Average "
        "precision: 11 points 0.763636, all points 0.755556, 101 points 0.756436."
    )
    assert page.get_by_role("img", name="101 points: AP 0.756436").count() == 1
    assert "5 detections in 3 images with 3 true objects" in figures.precision_recall().describe()


def test_one_class_of_several_is_looked_at():
    found = [{"boxes": [[0, 0, 9, 9], [0, 0, 8, 8]], "scores": [0.5, 0.25], "labels": [0, 1]}]
    truth = [{"boxes": [[0, 0, 7, 7], [0, 0, 6, 6]], "labels": [1, 0]}]
    figure = figures.precision_recall(found, truth, label=1)
    assert (figure.predictions, figure.targets) == ([[[0, 0, 8, 8, 0.25]]], [[[0, 0, 7, 7]]])
    assert figure.images == []
    with pytest.raises(ValueError, match=r"label must say which of the classes \[0, 1\] to look at"):
        figures.precision_recall(found, truth)


def test_predictions_are_rows_of_five():
    with pytest.raises(ValueError, match=r"predictions\[0\] must be rows of x0, y0, x1, y1, score"):
        figures.PrecisionRecall(predictions=[[[0, 0, 1, 1]]])


def test_tensors_and_pictures_are_taken():
    import torch

    found = [{"boxes": torch.tensor([[0.0, 0, 9, 9]]), "scores": torch.tensor([0.5]), "labels": torch.tensor([1])}]
    figure = figures.precision_recall(found, [{"boxes": torch.zeros(0, 4)}], [np.zeros((20, 30, 3), np.uint8)])
    assert figure.predictions == [[[0, 0, 9, 9, 0.5]]]
    assert figure.targets == [[]]
    assert figure.size == [30, 20]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"images": []}, ValueError, "images must come with predictions and targets"),
        (
            {"predictions": [ONE]},
            TypeError,
            "targets must be a list with a dict with boxes for each image, got NoneType",
        ),
        ({"predictions": [ONE, ONE], "targets": [TRUE]}, ValueError, "one entry for each image, got 2 and 1"),
        ({"predictions": [], "targets": []}, ValueError, "must be a list of 1 to 8 images"),
        ({"predictions": [ONE] * 9, "targets": [TRUE] * 9}, ValueError, "must be a list of 1 to 8 images"),
        ({"predictions": [{"boxes": [[0, 0, 1, 1]]}], "targets": [TRUE]}, TypeError, "'scores'"),
        (
            {"predictions": [{"boxes": [[0, 0, 1, 1]], "scores": [1, 1]}], "targets": [TRUE]},
            ValueError,
            r"predictions\[0\]\['scores'\] must have shape \(1\)",
        ),
        (
            {"predictions": [{"boxes": [[0, 0, 1, 1]], "scores": [1.5]}], "targets": [TRUE]},
            ValueError,
            r"the scores of predictions\[0\] must be .* between 0 and 1",
        ),
        ({"predictions": [ONE], "targets": [{"boxes": [[9, 0, 1, 1]]}]}, ValueError, r"targets\[0\] must hold boxes"),
        ({"predictions": [ONE], "targets": [TRUE], "label": 1}, TypeError, r"\['labels'\] must"),
        ({"predictions": [ONE], "targets": [TRUE], "images": []}, ValueError, "one for each of the 1 targets, got 0"),
        (
            {"predictions": [{"boxes": [[0, 0, 1, 1]] * 61, "scores": [1] * 61}], "targets": [TRUE]},
            ValueError,
            "predictions must hold at most 60 boxes, got 61",
        ),
        (
            {
                "predictions": [ONE] * 2,
                "targets": [TRUE] * 2,
                "images": [np.zeros((9, 9, 3), np.uint8), np.zeros((9, 10, 3), np.uint8)],
            },
            ValueError,
            "images must all have one size",
        ),
        ({"threshold": 2}, ValueError, "threshold must be .* between 0 and 1"),
        ({"iou_threshold": 0}, ValueError, r"iou_threshold must be .* between 0\.05 and 0\.95"),
    ],
)
def test_it_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        figures.precision_recall(**arguments)
