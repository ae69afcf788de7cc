"""Claims about one's own annotations in VOC's form."""

import numpy as np
import pytest
from PIL import Image

import own_annotations as own
from dlcourse.data import pets, voc

N = 4


@pytest.fixture(scope="module")
def scenes():
    return pets.scenes(N, 48, max_objects=2, seed=3)


@pytest.fixture
def folder(tmp_path, scenes):
    own.write_voc(tmp_path, scenes, "png")
    return tmp_path


def rewrite(folder, things, *, size=(48, 48), file="000000.png"):
    """The first annotation file, with other objects."""
    (folder / "Annotations" / "000000.xml").write_text(own.page(file, size, things))


def test_scenes_come_back_as_they_were_written(folder, scenes):
    found = voc(folder)
    np.testing.assert_array_equal(found.images, scenes.images)
    assert found.classes == ("cat", "dog")
    assert found.ids == [f"{i:06}" for i in range(N)]
    for ours, theirs in zip(found.targets, scenes.targets, strict=True):
        np.testing.assert_array_equal(ours["boxes"], theirs["boxes"])
        np.testing.assert_array_equal(ours["labels"], theirs["labels"])
        np.testing.assert_array_equal(ours["difficult"], theirs["labels"] == 1)
        assert (ours["boxes"].dtype, ours["labels"].dtype, ours["difficult"].dtype) == (np.float32, np.int64, bool)


def test_pixels_that_count_from_1_become_edges_that_count_from_0(folder):
    rewrite(
        folder, [own.thing("cat", (1, 1, 48, 48)), own.thing("cat", (7, 9, 7, 9)), own.thing("cat", (2.5, 3, 4, 6))]
    )
    # The whole picture; the single pixel in column 6 and row 8; and a corner that is no whole number.
    assert voc(folder).targets[0]["boxes"].tolist() == [[0, 0, 48, 48], [6, 8, 7, 9], [1.5, 2, 4, 6]]


def test_corners_that_are_edges_stay_as_they_are(folder):
    rewrite(folder, [own.thing("cat", (0, 0, 48, 48)), own.thing("cat", (7, 9, 8, 10.5))])
    assert voc(folder, corners="edges").targets[0]["boxes"].tolist() == [[0, 0, 48, 48], [7, 9, 8, 10.5]]
    with pytest.raises(ValueError, match=r'000000.xml, object 0: .* begins at pixel \(0, 0\).*corners="edges"'):
        voc(folder)


def test_difficult_objects_are_kept_or_left_out(folder, scenes):
    found = voc(folder, difficult=False)
    for ours, theirs in zip(found.targets, scenes.targets, strict=True):
        np.testing.assert_array_equal(ours["labels"], theirs["labels"][theirs["labels"] == 0])
        assert not ours["difficult"].any()


def test_an_image_set_is_read_and_its_labels_agree_with_the_others(folder):
    rewrite(folder, [own.thing("ant", (5, 5, 20, 20))])
    train, later = voc(folder, "train"), voc(folder, "dog_val", size=32)
    assert train.ids == ["000000", "000001"]
    assert later.ids == ["000002", "000003"]
    assert train.classes == later.classes == ("ant", "cat", "dog")
    assert later.images.shape == (2, 32, 32, 3)
    with pytest.raises(ValueError, match=r"image_set must be the name of a list in .*Main, got 'test'"):
        voc(folder, "test")
    with pytest.raises(TypeError, match="image_set must be the name of a list"):
        voc(folder, 3)


def test_a_broken_file_of_another_image_set_is_no_obstacle(folder):
    (folder / "Annotations" / "000003.xml").write_text("<annotation>")
    assert voc(folder, "train").problems == []


def test_a_list_that_names_what_is_not_there_is_reported(folder):
    (folder / "ImageSets" / "Main" / "train.txt").write_text("000000\n000000\n000077\n\n")
    with pytest.raises(ValueError, match="2 problems") as error:
        voc(folder, "train")
    assert "train.txt: 000000 is listed twice" in str(error.value)
    assert "train.txt: there is no annotation 000077.xml" in str(error.value)
    with pytest.warns(UserWarning, match="2 problems"):
        assert voc(folder, "train", bad="skip").ids == ["000000"]


def test_parts_of_an_object_are_no_objects_and_give_it_no_box(folder):
    part = "<part><name>head</name><bndbox><xmin>9</xmin><ymin>9</ymin><xmax>12</xmax><ymax>12</ymax></bndbox></part>"
    rewrite(folder, [own.thing("cat", (5, 5, 20, 20), part)])
    found = voc(folder)
    assert found.classes == ("cat", "dog")
    assert found.targets[0]["boxes"].tolist() == [[4, 4, 20, 20]]


def test_pictures_and_xml_may_lie_side_by_side_and_named_alike(tmp_path):
    for name, ending in (("a", "jpg"), ("b[1]", "PNG")):
        Image.new("RGB", (30, 20)).save(tmp_path / f"{name}.{ending}")
        (tmp_path / f"{name}.xml").write_text(f"<annotation>{own.thing(' mug ', (1, 1, 9, 9))}</annotation>")
    Image.new("RGB", (30, 20)).save(tmp_path / "not annotated.jpg")
    (tmp_path / ".hidden.xml").write_text("no XML")
    found = voc(tmp_path)
    assert [file.name for file in found.files] == ["a.jpg", "b[1].PNG"]
    assert found.classes == ("mug",)


def test_a_name_in_the_xml_that_is_out_of_date_gives_way_to_that_of_the_xml(folder):
    rewrite(folder, [own.thing("cat", (5, 5, 20, 20))], file="IMG_0001.JPG")
    assert voc(folder).files[0].name == "000000.png"


def test_a_file_without_objects_is_a_picture_without_objects(folder):
    rewrite(folder, [])
    found = voc(folder)
    assert len(found) == N
    assert {name: values.shape for name, values in found.targets[0].items()} == {
        "boxes": (0, 4),
        "labels": (0,),
        "difficult": (0,),
    }


BOMB = '<!DOCTYPE annotation [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><annotation>&b;</annotation>'
SPY = '<!DOCTYPE annotation SYSTEM "file:///etc/passwd"><annotation/>'

FAULTS = {
    "beyond the right": (own.thing("cat", (5, 5, 49, 9)), r"object 0: its box is \(4, 4, 49, 9\) .*beyond .*48 x 48"),
    "beyond the bottom": (own.thing("cat", (5, 5, 9, 50)), "object 0: .*reaches beyond its image"),
    "below 0": (own.thing("cat", (-5, 5, 9, 9)), "object 0: .*reaches beyond its image"),
    "pixel 0": (own.thing("cat", (0, 5, 9, 9)), "object 0: its bndbox begins at pixel"),
    "no width": (own.thing("cat", (6, 5, 5, 9)), "object 0: .*has no area"),
    "swapped corners": (own.thing("cat", (20, 5, 9, 9)), "object 0: .*has its corners swapped"),
    "NaN": (own.thing("cat", ("nan", 5, 9, 9)), "object 0: .*not made of finite numbers"),
    "a text in the box": (own.thing("cat", ("five", 5, 9, 9)), "object 0: its xmin must be a number, got 'five'"),
    "an empty corner": (own.thing("cat", ("", 5, 9, 9)), "object 0: its xmin must be a number, got ''"),
    "no box": ("<object><name>cat</name></object>", "object 0: it has no bndbox"),
    "no name": (own.thing("", (5, 5, 9, 9)), "object 0: it has no name"),
    "difficult": (own.thing("cat", (5, 5, 9, 9), "<difficult>yes</difficult>"), "difficult must be 0 or 1, got 'yes'"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_object_is_reported_and_left_out(folder, fault):
    bad, message = FAULTS[fault]
    rewrite(folder, [bad, own.thing("dog", (5, 5, 20, 20))])
    with pytest.raises(ValueError, match=rf"000000\.xml, {message}|000000\.xml, object 0: its {message}"):
        voc(folder)
    with pytest.warns(UserWarning, match="1 problem:"):
        found = voc(folder, bad="skip")
    assert len(found) == N
    assert found.targets[0]["boxes"].tolist() == [[4, 4, 20, 20]]


PAGES = {
    "cut off": ("<annotation><object>", "it cannot be read as XML, it may be cut off"),
    "empty": ("", "it cannot be read as XML"),
    "another root": ("<svg/>", "it begins with <svg>"),
    "entities that grow": (BOMB, "it has a document type"),
    "a file from elsewhere": (SPY, "it has a document type"),
    "an entity of nobody": ("<annotation>&unknown;</annotation>", "it cannot be read as XML"),
    "an encoding of nobody": ('<?xml version="1.0" encoding="klingon"?><annotation/>', "it cannot be read as XML"),
    "another size": (own.page("000000.png", (50, 48), []), "the annotation says 50 x 48 pixels .* has 48 x 48"),
    "size 0": (own.page("000000.png", (0, 0), []), "the annotation says 0 x 0 pixels"),
    "size as text": (own.page("000000.png", ("wide", 48), []), "its width must be a number, got 'wide'"),
    "picture elsewhere": (own.page("../../000000.png", (48, 48), []), "leads out of the folder"),
    "another picture": (own.page("000001.png", (48, 48), []), "its filename is 000001.png, but 000000.png is named"),
}


@pytest.mark.parametrize("fault", PAGES)
def test_a_bad_file_is_reported_and_its_picture_left_out(folder, fault):
    text, message = PAGES[fault]
    (folder / "Annotations" / "000000.xml").write_text(text)
    with pytest.raises(ValueError, match=rf"000000\.xml: .*{message}"):
        voc(folder)
    with pytest.warns(UserWarning, match="1 problem:"):
        assert voc(folder, bad="skip").ids == [f"{i:06}" for i in range(1, N)]


def test_missing_broken_and_ambiguous_pictures_are_reported(folder):
    pictures = folder / "JPEGImages"
    (pictures / "000000.png").unlink()
    content = (pictures / "000001.png").read_bytes()
    (pictures / "000001.png").write_bytes(content[: len(content) // 2])
    Image.new("RGB", (48, 48)).save(pictures / "000002.jpg")
    (folder / "Annotations" / "000002.xml").write_text("<annotation/>")
    with pytest.raises(ValueError, match="3 problems") as error:
        voc(folder)
    for part in (
        "000000.xml: there is no file",
        "000001.xml: cannot read",
        "000002.xml: it has no filename, and 000002.jpg and 000002.png are named like it",
    ):
        assert part in str(error.value)


def test_photographs_are_turned_upright_and_their_boxes_are_meant_so(folder):
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:10, :20] = 255
    Image.fromarray(picture).save(folder / "JPEGImages" / "000000.png", exif=exif)
    rewrite(folder, [own.thing("cat", (31, 1, 40, 20))], size=(40, 60))
    image, target = voc(folder)[0]
    x0, y0, x1, y1 = target["boxes"][0].astype(int)
    assert image.shape == (60, 40, 3)
    assert (image[y0:y1, x0:x1] == 255).all()
    rewrite(folder, [own.thing("cat", (1, 1, 20, 10))], size=(60, 40))
    with pytest.raises(ValueError, match="annotated as it lies in its file; read it with upright=False"):
        voc(folder)
    assert (voc(folder, upright=False)[0][0][:10, :20] == 255).all()


def test_classes_can_be_named(folder):
    assert voc(folder, classes=("dog", "cat")).classes == ("dog", "cat")
    with pytest.raises(ValueError, match="its name 'dog' is none of the classes cat"):
        voc(folder, classes=["cat"])


def test_folders_without_anything_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"folder must be a folder; .*nowhere is not there"):
        voc(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="there is none in"):
        voc(tmp_path)
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    (tmp_path / "a.xml").write_text("<annotation/>")
    with pytest.raises(ValueError, match="must have an object with a name"):
        voc(tmp_path)
    with pytest.raises(TypeError, match="folder must be a path"):
        voc(None)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"corners": "voc"}, ValueError, "corners must be one of 'pixels', 'edges'"),
        ({"difficult": 0}, TypeError, "difficult must be True or False"),
        ({"size": -1}, ValueError, "size must be at least 1"),
        ({"bad": None}, ValueError, "bad must be one of"),
    ],
)
def test_bad_options_are_refused(folder, options, error, message):
    with pytest.raises(error, match=message):
        voc(folder, **options)
