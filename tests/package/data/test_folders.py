"""Claims about one's own images in class folders."""

import struct

import numpy as np
import pytest
from PIL import Image, ImageOps

from dlcourse.data import image_folder


@pytest.fixture
def root(tmp_path):
    for name in ("dog", "cat"):
        (tmp_path / name).mkdir()
    picture = np.zeros((30, 40, 3), np.uint8)
    picture[:, :20] = (255, 0, 0)
    for name in ("cat/b.png", "cat/a.PNG", "dog/1.png"):
        Image.fromarray(picture).save(tmp_path / name)
    return tmp_path


def test_classes_and_files_come_in_the_order_of_their_names(root):
    Image.new("RGB", (8, 8), (1, 2, 3)).save(root / "cat" / "a.PNG")
    images, labels, classes = image_folder(root)
    assert classes == ("cat", "dog")
    assert labels.tolist() == [0, 0, 1]
    assert labels.dtype == np.int64
    assert [image.shape for image in images] == [(8, 8, 3), (30, 40, 3), (30, 40, 3)]
    assert images[0][0, 0].tolist() == [1, 2, 3]
    assert all(image.dtype == np.uint8 for image in images)


def test_a_path_may_be_a_string_and_each_kind_of_image_is_read(root):
    endings = ("jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff", "JPG")
    for ending in endings:
        Image.new("RGB", (8, 8)).save(root / "cat" / f"c.{ending}")
    _, labels, classes = image_folder(str(root))
    assert classes == ("cat", "dog")
    assert np.bincount(labels).tolist() == [2 + len(endings), 1]


def test_a_smaller_image_is_smoothed(root):
    chessboard = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    Image.fromarray(chessboard).save(root / "cat" / "a.PNG")
    images, _, _ = image_folder(root, size=16)
    assert np.abs(images[0] - 127.5).max() < 40


def test_size_shows_the_middle_square_and_stretches_nothing(root):
    picture = np.zeros((60, 120, 3), np.uint8)
    rows, columns = np.mgrid[:60, :120]
    picture[(rows - 30) ** 2 + (columns - 60) ** 2 < 20**2] = 255  # a disc in the middle
    picture[:, :25] = (255, 0, 0)  # and a red edge that is cut off
    Image.fromarray(picture).save(root / "cat" / "a.PNG")
    images, _, _ = image_folder(root, size=30)
    assert images.shape == (3, 30, 30, 3)
    assert images.dtype == np.uint8
    disc = images[0].min(axis=2) > 127
    assert disc.any(axis=0).sum() == disc.any(axis=1).sum() == 20
    assert np.ptp(images[0], axis=2).max() == 0


def test_photographs_are_turned_upright(root):
    picture = np.zeros((20, 40, 3), np.uint8)
    picture[:, :20] = 255  # the left half is white
    for orientation, upright in ((6, lambda p: np.rot90(p, -1)), (3, lambda p: np.rot90(p, 2)), (2, np.fliplr)):
        exif = Image.Exif()
        exif[0x0112] = orientation
        Image.fromarray(picture).save(root / "dog" / "1.png", exif=exif)
        images, _, _ = image_folder(root)
        np.testing.assert_array_equal(images[2], upright(picture))


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_every_orientation_is_pillows(root, form):
    picture = np.random.default_rng(0).integers(0, 256, (20, 40, 3), np.uint8)
    for orientation in range(10):  # 1 to 8 are defined
        exif = Image.Exif()
        exif[0x0112] = orientation
        read = one_of(root, picture, format=form, exif=exif)
        with Image.open(root / "dog" / "1.png") as image:
            np.testing.assert_array_equal(read, ImageOps.exif_transpose(image))


def test_grey_palette_transparent_and_16_bit_images_become_rgb(root):
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    Image.fromarray(ramp).save(root / "cat" / "1.png")
    Image.fromarray(ramp).convert("P").save(root / "cat" / "2.png")
    Image.fromarray(ramp.astype(np.uint16) * 257).save(root / "cat" / "3.png")
    clear = np.zeros((16, 16, 4), np.uint8)
    clear[:8] = (10, 20, 30, 255)
    Image.fromarray(clear).save(root / "cat" / "4.png")
    images, _, _ = image_folder(root)
    for image in images[:3]:
        np.testing.assert_array_equal(image, np.stack([ramp] * 3, axis=-1))
    assert images[3][0, 0].tolist() == [10, 20, 30]
    assert images[3][15, 0].tolist() == [255, 255, 255]


def one_of(root, array, name="1.png", **options):
    """How a file with these values is read."""
    file = root / "dog" / name
    array.save(file, **options) if isinstance(array, Image.Image) else Image.fromarray(array).save(file, **options)
    return image_folder(root)[0][-1]


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
@pytest.mark.parametrize("dtype", ["<u2", ">u2"])
def test_values_of_16_bits_are_rounded_to_the_nearest_of_8(root, form, dtype):
    values = np.linspace(0, 65535, 4096).astype(dtype).reshape(64, 64)
    np.testing.assert_array_equal(one_of(root, values, format=form)[..., 1], np.round(values / 257))


def test_16_bits_that_hold_12_are_warned_of_with_the_files_name(root):
    with pytest.warns(UserWarning, match=r"dog.1\.png: its values of 16 bits end at 4095 of 65535"):
        one_of(root, np.full((4, 4), 4095, np.uint16))
    assert one_of(root, np.zeros((4, 4), np.uint16)).max() == 0  # black is black: no warning


def test_floats_from_0_to_1_are_as_bright_as_they_should_be(root):
    (root / "dog" / "1.png").unlink()
    assert one_of(root, np.float32([[0, 0.2, 0.999, 1]]), "1.tiff")[0, :, 0].tolist() == [0, 51, 255, 255]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.float32([[0, 255]]), "floats from 0 to 255"),
        (np.float32([[-0.1, 1]]), "floats from -0.1 to 1"),
        (np.float32([[0, np.nan]]), "floats from nan to nan"),
        (np.int32([[0, 65535]]), "integers of 32 bits from 0 to 65535"),
    ],
)
def test_a_range_that_is_not_known_is_refused_and_not_guessed(root, values, message):
    with pytest.raises(ValueError, match=rf"cannot read .*1\.tif as an image: it holds {message}, .* save it with 8"):
        one_of(root, values, "1.tif")


@pytest.mark.parametrize(("name", "form"), [("1.png", "JPEG"), ("1.jpg", "PNG"), ("1.jpg", "TIFF"), ("1.bmp", "GIF")])
def test_the_content_counts_and_not_the_ending(root, name, form):
    (root / "dog" / "1.png").unlink()
    red = one_of(root, Image.new("RGB", (8, 8), (255, 0, 0)), name, format=form)
    assert abs(red.astype(int) - (255, 0, 0)).max() <= 1


def exif_with(*entry):
    """EXIF data that say "turn me to the right", and one entry more: tag, type, count, value or where it lies."""
    entries = sorted([entry, (0x0112, 3, 1, 6)])
    return b"Exif\0\0II*\0\x08\0\0\0\2\0" + b"".join(struct.pack("<HHII", *each) for each in entries) + bytes(4)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("entry", [(0x0100, 2, 1, 6), (0x0110, 5, 1, 6)], ids=["width is text", "camera is a fraction"])
def test_exif_data_that_cannot_be_written_again_are_no_obstacle(root, entry):
    assert one_of(root, Image.new("RGB", (40, 20)), exif=exif_with(*entry)).shape == (40, 20, 3)


def test_damaged_exif_data_are_told_with_the_files_name(root):
    far = exif_with(0x0110, 2, 40, 9999)  # the camera's name would lie behind the end of the file
    with pytest.warns(UserWarning, match=r"dog.1\.png: .*Skipping tag 272") as warned:
        assert one_of(root, Image.new("RGB", (40, 20)), exif=far).shape == (40, 20, 3)
    assert len(warned) == len({str(warning.message) for warning in warned}), "each is told once"


def test_hidden_things_other_files_and_deeper_folders_are_passed_over(root):
    (root / ".ipynb_checkpoints").mkdir()
    (root / "cat" / ".ipynb_checkpoints").mkdir()
    (root / "cat" / "kittens.png").mkdir()
    (root / "cat" / ".hidden.png").write_bytes(b"no image")
    (root / "cat" / "notes.txt").write_text("meow")
    (root / "labels.csv").write_text("a,b")
    images, _, classes = image_folder(root)
    assert classes == ("cat", "dog")
    assert len(images) == 3


@pytest.mark.parametrize("name", ["c.png", "c.jpg"])
def test_a_broken_file_is_named(root, name):
    whole = root / "dog" / name
    Image.effect_noise((64, 64), 50).save(whole)
    content = whole.read_bytes()
    for broken in (b"", b"these are words", content[: len(content) // 2]):
        whole.write_bytes(broken)
        with pytest.raises(ValueError, match=rf"^cannot read .*{name} as an image: "):
            image_folder(root, size=8)


def test_missing_and_empty_folders_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"^path must be a folder .*nowhere is not there"):
        image_folder(tmp_path / "nowhere")
    (tmp_path / "file.txt").write_text("")
    with pytest.raises(ValueError, match=r"^path must be a folder .*file\.txt is a file"):
        image_folder(tmp_path / "file.txt")
    with pytest.raises(
        ValueError, match=r"^path must be a folder with one folder for each class; there is no folder in"
    ):
        image_folder(tmp_path)
    (tmp_path / "cat").mkdir()
    with pytest.raises(ValueError, match=r"^each class folder must hold images .*there is none in .*cat"):
        image_folder(tmp_path)


@pytest.mark.parametrize("bad", [None, 3, 0.5, ["images"], b"images"])
def test_what_is_no_path_is_refused(bad):
    with pytest.raises(TypeError, match=r"^path must be the path of a folder, got"):
        image_folder(bad)


@pytest.mark.parametrize(("bad", "error"), [(0, ValueError), (-3, ValueError), (1.5, TypeError), ((8, 8), TypeError)])
def test_a_bad_size_is_refused_before_anything_is_read(bad, error):
    with pytest.raises(error, match=r"^size must be "):
        image_folder("nowhere", size=bad)
