"""The figure yolo_grid: scores, what reaches the threshold and what stays are what loops and the detector find."""

import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dlcourse import detection, figures
from dlcourse.data import pets
from dlcourse.figures._yolo_outputs import OUTPUTS
from tools import yolo_outputs

IMAGE = np.full((48, 96, 3), 90, np.uint8)
SCENES = list(OUTPUTS)


def some(seed, shape=(3, 6), boxes=2, classes=2):
    """Outputs of a network that knows nothing, for `IMAGE`, as keyword arguments."""
    draw = np.random.default_rng(seed)
    corners = draw.integers(-10, 80, (*shape, boxes, 2))
    return {
        "image": IMAGE,
        "boxes": np.concatenate([corners, corners + draw.integers(0, 50, corners.shape)], axis=-1),
        "confidences": draw.uniform(-0.3, 1.3, (*shape, boxes)).round(2),
        "classes": draw.uniform(-0.3, 1.3, (*shape, classes)).round(2),
        "names": [f"class {k}" for k in range(classes)],
    }


def cut(x):
    return min(max(x, 0), 1)


def above(outputs, least, size):
    """Box, label and score of all that reach the threshold, by loops."""
    found = []
    for row, line in enumerate(outputs["boxes"]):
        for column, cell in enumerate(line):
            for number, (x0, y0, x1, y1) in enumerate(cell):
                box = [min(max(x, 0), size[i % 2]) for i, x in enumerate((x0, y0, x1, y1))]
                for label, share in enumerate(outputs["classes"][row][column]):
                    score = cut(outputs["confidences"][row][column][number]) * cut(share)
                    if score >= least and box[2] > box[0] and box[3] > box[1]:
                        found.append((box, label, score))
    return found


def overlap(a, b):
    sides = [max(0, min(a[i + 2], b[i + 2]) - max(a[i], b[i])) for i in (0, 1)]
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return sides[0] * sides[1] / (sum(areas) - sides[0] * sides[1])


def left(found, limit):
    """What non-maximum suppression in each class leaves, by falling score."""
    stays = []
    for box, label, score in sorted(found, key=lambda one: -one[2]):
        if not any(label == other and overlap(box, rival) > limit for rival, other, _ in stays):
            stays.append((box, label, score))
    return stays


def numbers(page):
    """The table on the page: confidences, class probabilities, scores."""
    head = page.locator("thead th b").all_inner_texts()
    shares = page.locator("tbody th b").all_inner_texts()
    scores = [row.locator("td").all_inner_texts() for row in page.locator("tbody tr").all()]
    return [np.vectorize(lambda text: float(text.replace("−", "-")))(part) for part in (head, shares, scores)]


def counted(page):
    """How many boxes there are, how many scores reach the threshold, and how many boxes stay."""
    text = page.locator(".dlf-counted").inner_text()
    found = re.match(r"(\d+) box(?:es)?; (\d+) scores? reach.*; (\d+) box(?:es)? stays? after NMS", text)
    return [int(number) for number in found.groups()]


@given(seed=st.integers(0, 50), least=st.sampled_from([0, 0.1, 0.5, 1]), limit=st.sampled_from([0, 0.3, 0.45, 1]))
def test_python_finds_what_loops_find(seed, least, limit):
    outputs = some(seed)
    figure = figures.yolo_grid(**outputs, threshold=least, iou_threshold=limit)
    expected = left(above(outputs, least, (96, 48)), limit)
    found = figure.detections
    for place, name in enumerate(("boxes", "labels", "scores")):
        wanted = np.array([one[place] for one in expected], float)
        np.testing.assert_allclose(found[name], wanted.reshape(found[name].shape))


def test_the_scenes_are_what_the_shipped_detector_predicts():
    """If it was trained anew: `python -m tools.yolo_outputs`."""
    for name, (boxes, confidences, classes) in yolo_outputs.outputs().items():
        np.testing.assert_allclose(OUTPUTS[name]["boxes"], boxes, atol=0.06)
        np.testing.assert_allclose(OUTPUTS[name]["confidences"], confidences, atol=6e-4)
        np.testing.assert_allclose(OUTPUTS[name]["classes"], classes, atol=6e-4)


def test_the_tool_writes_the_file_that_is_there():
    """All but the numbers to the letter; these as closely as they are written."""
    written, there = yolo_outputs.text().splitlines(), yolo_outputs.FILE.read_text("utf-8").splitlines()
    numbers = [all(part.lstrip("-").isdigit() for part in line.split()) and line != "" for line in there]
    assert sum(numbers) == 3 * 36
    for new, old, counts in zip(written, there, numbers, strict=True):
        if counts:
            np.testing.assert_allclose([int(n) for n in new.split()], [int(n) for n in old.split()], atol=1)
        else:
            assert new == old


@pytest.mark.parametrize("scene", SCENES)
def test_what_stays_is_what_the_detector_returns(scene):
    images = torch.from_numpy(pets.scenes(7, seed=21).images[[yolo_outputs.SCENES[scene]]])
    (found,) = detection.pretrained("yolov1").eval()(images.permute(0, 3, 1, 2).float() / 255)
    figure = figures.YoloGrid(scene=scene)
    sure = (found["scores"] >= figure.threshold).numpy()
    assert sure.any()
    for name, atol in (("boxes", 0.06), ("labels", 0), ("scores", 2e-3)):
        np.testing.assert_allclose(figure.detections[name], found[name].numpy()[sure], atol=atol)


@pytest.mark.parametrize(("least", "limit"), [(0, 0), (0, 0.45), (0.2, 0.45), (0.25, 1), (0.6, 0.2), (1, 0.45)])
def test_the_page_finds_the_same(show, least, limit):
    for seed, shape, boxes, classes in ((0, (3, 6), 2, 2), (1, (1, 1), 1, 1), (2, (6, 3), 3, 4)):
        outputs = some(seed, shape, boxes, classes)
        page = show(figures.yolo_grid(**outputs, threshold=least, iou_threshold=limit, stage="after NMS"))
        found = above(outputs, least, (96, 48))
        stays = left(found, limit)
        assert counted(page) == [shape[0] * shape[1] * boxes, len(found), len(stays)]
        assert page.locator("rect.dlf-line").count() == len(stays)
        outlines = page.locator("rect.dlf-line").evaluate_all(
            "all => all.map((r) => ['x', 'y', 'width', 'height'].map((key) => Number(r.getAttribute(key))))"
        )
        wanted = [[x0, y0, x1 - x0, y1 - y0] for (x0, y0, x1, y1), _, _ in stays[::-1]]
        np.testing.assert_allclose(np.reshape(outlines, (-1, 4)), np.reshape(wanted, (-1, 4)))


def test_the_table_multiplies_confidences_and_probabilities_cut_to_0_to_1(show, stage):
    outputs = some(3)
    figure = figures.yolo_grid(**outputs, cell=[0, 0])
    page = show(figure)
    for cell in ([0, 0], [1, 4], [2, 5]):
        stage.set(cell=cell)
        confidences, shares, scores = numbers(page)
        np.testing.assert_allclose(confidences, outputs["confidences"][tuple(cell)])
        np.testing.assert_allclose(shares, outputs["classes"][tuple(cell)])
        expected = [[cut(c) * cut(p) for c in confidences] for p in shares]
        np.testing.assert_allclose(scores, expected, atol=0.0051)
        bold = [
            [("dlf-over" in (td.get_attribute("class") or "")) for td in row.locator("td").all()]
            for row in page.locator("tbody tr").all()
        ]
        assert bold == (np.array(expected) >= 0.2).tolist()
    assert (outputs["confidences"] < 0).any()
    assert (outputs["classes"] > 1).any()


def test_two_negative_outputs_make_no_score(show):
    figure = figures.yolo_grid(IMAGE, [[[[0, 0, 9, 9]]]], [[[-2]]], [[[-1, 0.5]]], threshold=0.01)
    assert figure.scores.tolist() == [[[[0, 0]]]]
    assert counted(show(figure)) == [1, 0, 0]


def test_a_score_of_exactly_the_threshold_counts(show):
    outputs = {"boxes": [[[[0, 0, 9, 9]]]], "confidences": [[[0.5]]], "classes": [[[0.5, 0.25]]]}
    figure = figures.yolo_grid(IMAGE, **outputs, threshold=0.25)
    assert figure.detections["labels"].tolist() == [0]
    assert counted(show(figure)) == [1, 1, 1]


def test_a_cell_is_chosen_by_a_press_and_by_keys(show, stage):
    figure = figures.yolo_grid(**some(0))
    page = show(figure)
    place = page.locator(".dlf-board").bounding_box()
    page.mouse.click(place["x"] + place["width"] * 1.5 / 6, place["y"] + place["height"] * 2.5 / 3)
    assert stage.receive(figure).cell == [2, 1]
    assert page.locator(".dlf-title").inner_text() == "Cell in row 3, column 2"
    assert page.get_by_role("application", name="Grid of 3 rows and 6 columns, row 3, column 2 chosen").count() == 1
    frame = page.locator("rect.dlf-chosen")
    assert [float(frame.get_attribute(key)) for key in ("x", "y", "width", "height")] == [16, 32, 16, 16]
    cells = page.locator(".dlf-cells")
    for key, cell in {"ArrowUp": [1, 1], "ArrowLeft": [1, 0], "ArrowRight": [1, 1], "ArrowDown": [2, 1]}.items():
        cells.press(key)
        assert stage.receive(figure).cell == cell
    cells.press("ArrowDown")  # there is no row below
    assert stage.receive(figure).cell == [2, 1]
    cells.press("Home")
    confidences = some(0)["confidences"].max(axis=-1)
    assert confidences[tuple(stage.receive(figure).cell)] == confidences.max()


def test_one_cell_shows_its_own_boxes_and_all_boxes_all(show, stage):
    outputs = some(4)
    page = show(figures.yolo_grid(**outputs, cell=[1, 2]))
    lines = page.locator("rect.dlf-line")
    assert [float(line.get_attribute("x")) for line in lines.all()] == outputs["boxes"][1, 2, :, 0].tolist()
    dots = page.locator("circle.dlf-dot")
    middles = (outputs["boxes"][1, 2, :, 0] + outputs["boxes"][1, 2, :, 2]) / 2
    assert [float(dot.get_attribute("cx")) for dot in dots.all()] == middles.tolist()
    stage.set(stage="all boxes")
    assert lines.count() == 36
    widths = lines.evaluate_all("all => all.map((line) => Number(line.style.getPropertyValue('--wide')))")
    np.testing.assert_allclose(widths, 0.5 + 4 * np.sort(outputs["confidences"].clip(0, 1).ravel()))
    stage.set(stage="above the threshold")
    assert lines.count() == len(above(outputs, 0.2, (96, 48)))


def test_the_map_of_classes_shows_the_likeliest_one_of_each_cell(show):
    outputs = some(5, classes=4)
    page = show(figures.yolo_grid(**outputs, stage="classes"))
    tints = page.locator("rect.dlf-class").evaluate_all(
        "all => all.map((r) => [r.style.getPropertyValue('--colour'), Number(r.style.getPropertyValue('--amount'))])"
    )
    colours = page.locator("tbody i").evaluate_all("all => all.map((i) => i.style.getPropertyValue('--colour'))")
    classes = outputs["classes"].reshape(-1, 4)
    assert [colours.index(colour) for colour, _ in tints] == classes.argmax(axis=1).tolist()
    np.testing.assert_allclose([amount for _, amount in tints], classes.max(axis=1).clip(0, 1), atol=5.1e-4)


def test_another_scene_starts_at_its_most_confident_cell(show, stage):
    figure = figures.yolo_grid()
    page = show(figure)
    for scene in SCENES[::-1]:
        page.get_by_label("Scene").select_option(scene)
        confidences = np.max(OUTPUTS[scene]["confidences"], axis=-1)
        assert stage.receive(figure).scene == scene
        assert confidences[tuple(figure.cell)] == confidences.max()
        assert counted(page)[1:] == [
            len(above(OUTPUTS[scene], 0.2, (96, 96))),
            len(figure.detections["scores"]),
        ]


def test_names_are_text_on_the_page_and_nothing_else(show):
    outputs = {"boxes": [[[[0, 0, 50, 40]]]], "confidences": [[[1]]], "classes": [[[1]]]}
    page = show(figures.yolo_grid(IMAGE, **outputs, names=["<b>&"], stage="after NMS"))
    assert page.locator(".dlf-counted").inner_text() == "1 box; 1 score reaches 0.2; 1 box stays after NMS: <b>& 1.00."
    assert page.locator("svg text").text_content() == "<b>& 1.00"


def test_without_javascript_the_page_says_what_stays():
    text = figures.yolo_grid().describe()
    assert "for “cat and dog”, in 6 × 6 cells with 2 boxes each" in text
    assert re.search(r"stay after non-maximum suppression: 2 \(cat 0\.\d\d, dog 0\.\d\d\)\.$", text)
    assert figures.yolo_grid(threshold=1).describe().endswith("suppression: 0.")


def without(name):
    return {key: value for key, value in some(0).items() if key != name}


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (without("image"), ValueError, "must come together, got no image"),
        ({"boxes": [[[[0, 0, 1, 1]]]]}, ValueError, "got no image and no confidences and no classes"),
        ({**some(0), "boxes": [[0, 0, 1, 1]]}, ValueError, r"boxes must have shape \(any, any, any, 4\)"),
        ({**some(0), "confidences": [[[1]]]}, ValueError, r"confidences must have shape \(3, 6, 2\)"),
        ({**some(0), "classes": [[[1]]]}, ValueError, r"classes must have shape \(3, 6, any\)"),
        (some(0, shape=(17, 2)), ValueError, "there must be 1 to 16 rows, got 17"),
        (some(0, boxes=6), ValueError, "there must be 1 to 5 boxes, got 6"),
        (some(0, classes=21), ValueError, "there must be 1 to 20 classes, got 21"),
        ({**some(0), "confidences": np.full((3, 6, 2), np.nan)}, ValueError, "confidences must hold numbers between"),
        ({**some(0), "boxes": -some(0)["boxes"]}, ValueError, "boxes must have x1 >= x0 and y1 >= y0"),
        ({**some(0), "names": ["one"]}, ValueError, r"names must be one for each of 2 classes, got \['one'\]"),
        ({"names": [1, 2]}, TypeError, "names must be a list of texts"),
        ({"stage": "end"}, ValueError, "stage must be one of 'one cell'"),
        ({"cell": [6, 0]}, ValueError, r"cell must be one of 6 x 6, from \[0, 0\], got \[6, 0\]"),
        ({"cell": [-1, 0]}, ValueError, r"cell\[0\] must be at least 0, got -1"),
        ({"cell": 3}, TypeError, "cell must be a row and a column, got int 3"),
        ({"threshold": 1.5}, ValueError, "threshold must be .* between 0 and 1"),
        ({"iou_threshold": "half"}, TypeError, "iou_threshold must be a number"),
    ],
)
def test_it_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        figures.yolo_grid(**arguments)


@pytest.mark.parametrize(
    ("scenes", "error", "message"),
    [
        ({}, TypeError, "scenes must map names to pictures with outputs"),
        ({"dog": {"image": ""}}, TypeError, "a scene must have image, size, boxes, confidences, classes"),
        ({"dog": {**OUTPUTS["dog"], "size": [4, 96]}}, ValueError, r"size\[0\] must be .* between 8 and 256, got 4"),
    ],
)
def test_scenes_are_pictures_with_outputs(scenes, error, message):
    with pytest.raises(error, match=message):
        figures.YoloGrid(scenes=scenes)


def test_a_scene_is_one_of_those_given():
    with pytest.raises(ValueError, match="scene must be one of 'cat and dog', 'cat behind a dog', 'dog'; got"):
        figures.YoloGrid(scene="horse")
