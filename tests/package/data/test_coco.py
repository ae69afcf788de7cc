"""Claims about one's own annotations in COCO's form."""

import io
import json
from contextlib import redirect_stdout

import numpy as np
import pytest
from PIL import Image
from pycocotools.coco import COCO

import own_annotations as own
from dlcourse import boxes, metrics
from dlcourse.data import coco, pets, split

N = 4


@pytest.fixture(scope="module")
def scenes():
    return pets.scenes(N, 48, max_objects=2, seed=3)


@pytest.fixture
def folder(tmp_path, scenes):
    own.write_coco(tmp_path, scenes)
    return tmp_path


def read(folder, **options):
    return coco(folder / "pets.json", folder / "pictures", **options)


def changed(folder, change):
    """The file after `change` was made to what it holds."""
    content = json.loads((folder / "pets.json").read_text())
    change(content)
    own.save(folder, content)
    return content


def with_box(folder, box, **more):
    """A file whose first annotation has this bbox."""
    return changed(folder, lambda content: content["annotations"][0].update(bbox=box, **more))


def test_scenes_come_back_as_they_were_written(folder, scenes):
    found = read(folder, masks=True)
    np.testing.assert_array_equal(found.images, scenes.images)
    assert found.classes == ("cat", "dog")
    assert found.ids == list(range(N))
    assert [file.name for file in found.files] == [f"scene{i}.png" for i in range(N)]
    for ours, theirs in zip(found.targets, scenes.targets, strict=True):
        assert set(ours) == {"boxes", "labels", "masks"}
        for key, values in ours.items():
            np.testing.assert_array_equal(values, theirs[key])
            assert values.dtype == theirs[key].dtype
    assert found.problems == []


def test_what_it_reads_is_what_pycocotools_reads(folder):
    with redirect_stdout(io.StringIO()):
        tools = COCO(folder / "pets.json")
    found = read(folder, masks=True)
    for i, (_, target) in enumerate(found):
        for k, thing in enumerate(tools.loadAnns(tools.getAnnIds(imgIds=[i]))):
            x, y, width, height = thing["bbox"]
            assert target["boxes"][k].tolist() == [x, y, x + width, y + height]
            assert found.classes[target["labels"][k]] == tools.cats[thing["category_id"]]["name"]
            np.testing.assert_array_equal(target["masks"][k], tools.annToMask(thing))


def test_labels_count_from_0_by_rising_id_whatever_the_ids_are(folder):
    def renumber(content):
        content["categories"] = [{"id": 90, "name": "dog"}, {"id": 0, "name": "table"}, {"id": 17, "name": "cat"}]
        for thing in content["annotations"]:
            thing["category_id"] = 90 if thing["category_id"] == 5 else 17

    before = read(folder)
    changed(folder, renumber)
    after = read(folder)
    assert after.classes == ("table", "cat", "dog")
    for old, new in zip(before.targets, after.targets, strict=True):
        np.testing.assert_array_equal(old["labels"] + 1, new["labels"])


def test_classes_can_be_named_in_another_order(folder, scenes):
    found = read(folder, classes=["dog", "cat"])
    assert found.classes == ("dog", "cat")
    assert found.targets[0]["labels"].tolist() == (1 - scenes.targets[0]["labels"]).tolist()
    with pytest.raises(ValueError, match="its category 5 is none of the classes cat, mouse"):
        read(folder, classes=["cat", "mouse"])


def test_a_picture_without_objects_is_kept(folder):
    content = changed(
        folder, lambda content: content.update(annotations=[a for a in content["annotations"] if a["image_id"] != 1])
    )
    found = read(folder, masks=True, size=32)
    assert len(found) == N
    assert {name: values.shape for name, values in found.targets[1].items()} == {
        "boxes": (0, 4),
        "labels": (0,),
        "masks": (0, 32, 32),
    }
    assert sum(len(target["labels"]) for target in found.targets) == len(content["annotations"])


def test_crowds_are_left_out_or_marked(folder):
    changed(folder, lambda content: content["annotations"][0].update(iscrowd=1))
    without, marked = read(folder), read(folder, crowds=True)
    assert len(marked.targets[0]["boxes"]) == len(without.targets[0]["boxes"]) + 1
    assert "iscrowd" not in without.targets[0]
    assert marked.targets[0]["iscrowd"].tolist()[0] is True
    nothing = {"boxes": marked.targets[0]["boxes"], "labels": marked.targets[0]["labels"]}
    found = [
        {**nothing, "scores": np.ones(len(nothing["labels"]))},
        *({**t, "scores": np.ones(len(t["labels"]))} for t in marked.targets[1:]),
    ]
    assert metrics.coco_summary(found, marked.targets)["AP"] == pytest.approx(1)


# Squares


def wide(folder, box, size=(200, 100), outline=None):
    """A file of one picture, white in the box and black around it, that is wider than high."""
    (folder / "pictures").mkdir(exist_ok=True)
    picture = np.zeros((*size[::-1], 3), np.uint8)
    x0, y0, x1, y1 = box
    picture[y0:y1, x0:x1] = 255
    Image.fromarray(picture).save(folder / "pictures" / "wide.png")
    outline = outline or [[x0, y0, x1, y0, x1, y1, x0, y1]]
    content = {
        "images": [{"id": 1, "file_name": "wide.png", "width": size[0], "height": size[1]}],
        "annotations": [own.entry(1, 1, 1, box, segmentation=outline)],
        "categories": [{"id": 1, "name": "thing"}],
    }
    own.save(folder, content)


@pytest.mark.parametrize(("size", "square"), [((200, 100), 50), ((100, 200), 50), ((30, 20), 60), ((37, 91), 64)])
def test_a_square_shows_the_whole_picture_unstretched_with_box_and_mask_where_the_thing_is(tmp_path, size, square):
    box = (size[0] // 4, size[1] // 4, size[0] // 4 * 3, size[1] // 2)
    wide(tmp_path, box, size)
    found = read(tmp_path, size=square, masks=True)
    assert found.images.shape == (1, square, square, 3)
    white = (found.images[0] > 200).all(-1)
    rows, columns = np.nonzero(white)
    seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    assert np.abs(found.targets[0]["boxes"][0] - seen).max() <= 1
    mask, black = found.targets[0]["masks"][0], (found.images[0] < 60).all(-1)
    grey = (found.images[0] == 128).all((0, 2)), (found.images[0] == 128).all((1, 2))
    assert mask[white].all()
    assert not mask[black].any()
    assert not mask[:, grey[0]].any()
    assert not mask[grey[1]].any()
    x0, y0, x1, y1 = found.targets[0]["boxes"][0]
    assert (x1 - x0) / (y1 - y0) == pytest.approx((box[2] - box[0]) / (box[3] - box[1]), rel=0.03)
    np.testing.assert_allclose(found.to_original(found.targets[0]["boxes"], 0), [box], atol=1e-4)


def test_boxes_on_the_border_end_at_the_border_of_the_picture(tmp_path):
    wide(tmp_path, (0, 0, 200, 100))
    found = read(tmp_path, size=50)
    assert found.targets[0]["boxes"].tolist() == [[0, 12, 50, 37]]
    assert (found.images[0, :12] == 128).all()
    assert (found.images[0, 37:] == 128).all()
    back = found.to_original([[-3, 0, 60, 50], [0, 12, 25, 24.5]], 0)
    assert back.tolist() == [[0, 0, 200, 100], [0, 0, 100, 50]]
    assert found.to_original(np.zeros((0, 4)), 0).shape == (0, 4)


def test_without_size_pictures_of_several_sizes_are_a_list(folder):
    Image.new("RGB", (80, 40)).save(folder / "pictures" / "other.png")
    changed(folder, lambda c: c["images"].append({"id": "x", "file_name": "other.png", "width": 80, "height": 40}))
    found = read(folder)
    assert [image.shape for image in found.images] == [(48, 48, 3)] * N + [(40, 80, 3)]
    assert found.ids[-1] == "x"
    assert found[[4, 0]].images[0].shape == (40, 80, 3)
    everywhere = [[-9, -9, 99, 99]]
    assert found[[4, 0]].to_original(everywhere, 0).tolist() == [[0, 0, 80, 40]]
    assert found[[4, 0]].to_original(everywhere, 1).tolist() == [[0, 0, 48, 48]]
    assert found.to_original([[1, 2, 3, 4]], 4).tolist() == [[1, 2, 3, 4]]


def test_a_thing_too_small_for_the_square_keeps_a_pixel(tmp_path):
    wide(tmp_path, (100, 50, 101, 51), (400, 200))
    found = read(tmp_path, size=20, masks=True)
    (x0, y0, x1, y1), mask = found.targets[0]["boxes"][0], found.targets[0]["masks"][0]
    assert mask.sum() == 1
    row, column = np.argwhere(mask)[0]
    assert column < x1
    assert column + 1 > x0
    assert row < y1
    assert row + 1 > y0


def test_a_sequence_of_pairs_that_can_be_split(folder):
    found = read(folder, size=32)
    train, test = split(len(found), (0.5, 0.5))
    part = found[train]
    assert part.images.shape == (2, 32, 32, 3)
    assert part.ids == train.tolist()
    assert [image.tobytes() for image, _ in part] == [found.images[i].tobytes() for i in train]
    assert found[1:3].ids == [1, 2]
    for (_, target), i in zip(found[[3, 1]], (3, 1), strict=True):
        np.testing.assert_array_equal(target["boxes"], found.targets[i]["boxes"])
    np.testing.assert_array_equal(found[-1][1]["boxes"], found.targets[3]["boxes"])
    assert repr(found[test]).startswith("Annotated(2 images: ")
    with pytest.raises(IndexError):
        found[N]
    with pytest.raises(TypeError, match="must be a whole number"):
        found["cat"]
    with pytest.raises(TypeError):
        found.images[0] in found  # noqa: B015


# What is wrong in the file


def bad_box(box):
    return lambda content: content["annotations"][0].update(bbox=box)


def annotation(**values):
    return lambda content: content["annotations"][0].update(**values)


def image(**values):
    return lambda content: content["images"][1].update(**values)


FAULTS = {
    "beyond the right": (bad_box([40, 2, 9, 5]), r"annotation 0: its box is \(40, 2, 49, 7\) .* beyond .* 48 x 48"),
    "beyond the left": (bad_box([-1, 2, 9, 5]), "annotation 0: .*reaches beyond its image"),
    "beyond the top": (bad_box([1, -2, 9, 5]), "annotation 0: .*reaches beyond its image"),
    "beyond the bottom": (bad_box([1, 2, 9, 47]), "annotation 0: .*reaches beyond its image"),
    "far away": (bad_box([500, 500, 9, 9]), "annotation 0: .*reaches beyond its image"),
    "no width": (bad_box([5, 5, 0, 9]), "annotation 0: .*has no area"),
    "no height": (bad_box([5, 5, 9, 0]), "annotation 0: .*has no area"),
    "no area in the picture": (bad_box([48, 5, 0.4, 9]), "annotation 0: .*has no area"),
    "swapped corners": (bad_box([20, 5, -9, 9]), "annotation 0: .*has its corners swapped"),
    "NaN": (bad_box([float("nan"), 5, 9, 9]), "annotation 0: .*not made of finite numbers"),
    "infinity": (bad_box([1, 5, float("inf"), 9]), "annotation 0: .*not made of finite numbers"),
    "three numbers": (bad_box([1, 5, 9]), "annotation 0: its bbox must be"),
    "a text in the box": (bad_box([1, 5, 9, "9"]), "annotation 0: its bbox must be"),
    "too long a number": (bad_box([1, 5, 9, 10**400]), "annotation 0: its bbox must be"),
    "no box": (bad_box(None), "annotation 0: its bbox must be"),
    "unknown category": (annotation(category_id=1), "annotation 0: no category has its category_id int 1"),
    "no category": (annotation(category_id=None), "annotation 0: no category has its category_id None"),
    "True is no category": (annotation(category_id=False), "annotation 0: no category has its category_id bool False"),
    "unknown image": (annotation(image_id=77), "annotation 0: no image has its image_id int 77"),
    "a list as image": (annotation(image_id=[0]), "annotation 0: no image has its image_id list"),
    "id used twice": (annotation(id=1), "annotation 1: another annotation has this id, too"),
    "crowd of 2": (annotation(iscrowd=2), "annotation 0: its iscrowd must be 0 or 1"),
    "no segmentation": (annotation(segmentation=[]), "annotation 0: it has no segmentation"),
    "outline elsewhere": (
        lambda content: content["annotations"][0].update(bbox=[0, 0, 3, 3], segmentation=[[20, 20, 30, 20, 30, 30]]),
        "annotation 0: its segmentation has no pixel in its box",
    ),
    "outline of nothing": (annotation(segmentation=[[1, 1, 1.1, 1, 1.1, 1.1]]), "covers the middle of no pixel"),
    "outline that is none": (annotation(segmentation=[[1, 2]]), "annotation 0: its segmentation has a polygon that"),
    "missing picture": (image(file_name="none.png"), r"image 1 \(none.png\): there is no file"),
    "a name too long for a file": (image(file_name="a" * 3000), "there is no file"),
    "a folder as picture": (image(file_name="."), r"image 1 \(\.\): there is no file"),
    "picture elsewhere": (image(file_name="../pets.json"), "its file_name leads out of the folder"),
    "absolute picture": (image(file_name="/etc/passwd"), "its file_name leads out of the folder"),
    "another size": (image(width=49), r"image 1 \(scene1.png\): the annotation says 49 x 48 pixels .* has 48 x 48"),
    "size 0": (image(width=0, height=0), "the annotation says 0 x 0 pixels"),
    "size as text": (image(width="48"), "its width and height must be numbers, got '48' and 48"),
    "half a size": (image(width=None), "its width and height must be numbers"),
    "two images of one id": (image(id=0), r"image 0 \(scene0.png\): 2 images have this id"),
    "two images of one file": (image(file_name="scene0.png"), r"image 1 \(scene0.png\): 2 images have this file"),
    "no name": (image(file_name=None), "image 1: it must have an id and a file_name"),
    "no id": (image(id=None), r"image images\[1\]: it must have an id and a file_name"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_reported_and_not_trained_on(folder, fault):
    change, message = FAULTS[fault]
    whole = read(folder, masks=True)
    changed(folder, change)
    with pytest.raises(ValueError, match=message) as error:
        read(folder, masks=True)
    assert "pets.json" in str(error.value)
    with pytest.warns(UserWarning, match=message):
        found = read(folder, masks=True, bad="skip")
    assert any(problem for problem in found.problems)
    count = lambda data: sum(len(target["labels"]) for target in data.targets)  # noqa: E731
    assert len(found) < len(whole) or count(found) == count(whole) - 1
    for _, target in found:
        assert np.isfinite(target["boxes"]).all()
        assert (boxes.area(target["boxes"]) > 0).all()
        assert (target["boxes"] >= 0).all()
        assert (target["boxes"] <= 48).all()
        assert target["masks"].any((1, 2)).all()


@pytest.mark.parametrize("kind", ["empty", "words", "half"])
def test_a_broken_picture_is_reported_and_left_out(folder, kind):
    file = folder / "pictures" / "scene2.png"
    content = file.read_bytes()
    file.write_bytes({"empty": b"", "words": b"these are words", "half": content[: len(content) // 2]}[kind])
    with pytest.raises(ValueError, match=r"image 2 \(scene2.png\): cannot read .* as an image"):
        read(folder)
    with pytest.warns(UserWarning, match="left out because of 1 problem:\n"):
        assert read(folder, bad="skip").ids == [0, 1, 3]


def test_all_problems_are_told_at_once_and_no_more_than_20_in_full(folder):
    def spoil(content):
        things = [own.entry(100 + k, k % N, 0, (5, 5, 5, 9)) for k in range(25)]
        content.update(annotations=things)

    changed(folder, spoil)
    with pytest.raises(ValueError) as error:
        read(folder)
    lines = str(error.value).splitlines()
    assert "has 25 problems" in lines[0]
    assert len(lines) == 22
    assert lines[-1].strip() == "and 5 more"
    with pytest.warns(UserWarning, match="25 problems"):
        found = read(folder, bad="skip")
    assert len(found.problems) == 25
    assert "25 problems left out" in repr(found)


def test_a_corner_that_was_rounded_over_the_border_is_cut(folder):
    with_box(folder, [-0.5, 10, 49, 38.5])
    assert read(folder).targets[0]["boxes"][0].tolist() == [0, 10, 48, 48]


def test_where_nothing_is_left_it_says_so(folder):
    for file in (folder / "pictures").iterdir():
        file.unlink()
    with pytest.warns(UserWarning, match="4 problems"), pytest.raises(ValueError, match=r"no image is left of .*pets"):
        read(folder, bad="skip")


def test_a_file_without_sizes_is_read(folder):
    changed(folder, lambda content: [entry.pop(key) for entry in content["images"] for key in ("width", "height")])
    assert len(read(folder)) == N


# Photographs that lie on their side


def on_its_side(folder, size, orientation=6):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = np.zeros((40, 60, 3), np.uint8)  # as it lies: 60 wide
    picture[:10, :20] = 255  # a white corner: upper left as it lies, upper right upright
    Image.fromarray(picture).save(folder / "side.png", exif=exif)
    lying = [0, 0, 20, 10]
    upright = [30, 0, 10, 20]
    content = {
        "images": [{"id": 1, "file_name": "side.png", "width": size[0], "height": size[1]}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": lying if size == (60, 40) else upright}],
        "categories": [{"id": 1, "name": "corner"}],
    }
    own.save(folder, content)


@pytest.mark.parametrize(("size", "upright"), [((40, 60), True), ((60, 40), False)])
def test_boxes_are_on_the_view_that_they_were_drawn_on(tmp_path, size, upright):
    on_its_side(tmp_path, size)
    found = coco(tmp_path / "pets.json", tmp_path, upright=upright)
    assert found.images[0].shape[1::-1] == size
    x0, y0, x1, y1 = found.targets[0]["boxes"][0].astype(int)
    assert (found.images[0][y0:y1, x0:x1] == 255).all()
    assert found.images[0].astype(int).sum() == 3 * 200 * 255
    with pytest.raises(ValueError, match=rf"annotated {'upright' if upright else 'as it lies'}.*upright={upright}"):
        coco(tmp_path / "pets.json", tmp_path, upright=not upright)


# Files and arguments


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"images": [', "cannot read .* as JSON, it may be cut off"),
        ("", "cannot read .* as JSON"),
        ("[]", "must hold a list of objects named 'images'"),
        ('{"images": [], "annotations": {}}', "must hold a list of objects named 'annotations'"),
        ('{"images": [3], "annotations": []}', "must hold a list of objects named 'images'"),
        ('{"images": [], "annotations": []}', "must hold a list of objects named 'categories'"),
        ('{"images": [], "annotations": [], "categories": []}', "must have a category"),
        ('{"images": [], "annotations": [], "categories": [{"id": 1}]}', r"categories\[0\] must have an id and a name"),
        (
            '{"images": [], "annotations": [], "categories": [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]}',
            "2 categories have the id 1",
        ),
        (
            '{"images": [], "annotations": [], "categories": [{"id": 1, "name": "a"}, {"id": 2, "name": "a"}]}',
            "2 categories have the name 'a'",
        ),
        ('{"images": [], "annotations": [], "categories": [{"id": 1, "name": "a"}]}', "no image is left"),
    ],
)
@pytest.mark.parametrize("bad", ["raise", "skip"])
def test_a_file_that_is_not_cocos_is_refused(folder, text, message, bad):
    (folder / "pets.json").write_text(text)
    with pytest.raises(ValueError, match=message):
        read(folder, bad=bad)


def test_bytes_that_are_no_text_are_refused_and_a_byte_order_mark_is_none_of_them(folder):
    content = (folder / "pets.json").read_bytes()
    (folder / "pets.json").write_bytes(b"\xef\xbb\xbf" + content)
    assert len(read(folder)) == N
    (folder / "pets.json").write_bytes(b"\xff\xfe" + content)
    with pytest.raises(ValueError, match=r"cannot read .* as JSON"):
        read(folder)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"size": 0}, ValueError, "size must be at least 1"),
        ({"size": 2.5}, TypeError, "size must be a whole number"),
        ({"masks": 1}, TypeError, "masks must be True or False"),
        ({"crowds": "no"}, TypeError, "crowds must be True or False"),
        ({"upright": None}, TypeError, "upright must be True or False"),
        ({"bad": "ignore"}, ValueError, "bad must be one of 'raise', 'skip'"),
        ({"classes": "cat"}, TypeError, "classes must be a list of names"),
        ({"classes": [1]}, TypeError, "classes must be a list of names"),
        ({"classes": []}, ValueError, "classes must hold each name once"),
        ({"classes": ["a", "a"]}, ValueError, "classes must hold each name once"),
    ],
)
def test_bad_options_are_refused(folder, options, error, message):
    with pytest.raises(error, match=message):
        read(folder, **options)


def test_missing_files_and_folders_are_named(folder):
    with pytest.raises(ValueError, match=r"json must be an annotation file; .*no\.json is not there"):
        coco(folder / "no.json", folder)
    with pytest.raises(ValueError, match=r"images must be a folder; .*nowhere is not there"):
        coco(folder / "pets.json", folder / "nowhere")
    with pytest.raises(TypeError, match="json must be a path, got dict"):
        coco({"images": []}, folder)
    with pytest.raises(TypeError, match="images must be a path"):
        coco(folder / "pets.json", None)


@pytest.mark.parametrize("wrong", [[[1, 2, 3]], [1, 2, 3, 4]])
def test_only_boxes_can_be_led_back(folder, wrong):
    with pytest.raises(ValueError, match="boxes must have shape"):
        read(folder).to_original(wrong, 0)
