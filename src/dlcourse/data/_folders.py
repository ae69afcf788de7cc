"""Your own images, one folder for each class."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps

from dlcourse import _validate

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns an image upright, by its EXIF orientation."""


def image_folder(
    path: str | os.PathLike[str], size: int | None = None
) -> tuple[np.ndarray | list[np.ndarray], np.ndarray, tuple[str, ...]]:
    """Images, labels and class names from a folder that holds one folder of images for each class.

    Read are the JPEG, PNG, WebP, BMP and TIFF files `path/class name/*`, in the order of class and file names. The
    ending says which files are images, their content how they are read: a PNG named `.jpg` is read as a PNG. Names that
    begin with a dot, such as `.ipynb_checkpoints`, files of other kinds, and folders within the class folders are
    passed over.

    Images are turned upright (EXIF), grey ones become RGB, and transparent pixels white. Values of 16 bits are scaled
    from 0..65535, and floats from 0..1, to 0..255. Floats outside 0..1 and integers of 32 bits are refused, for nothing
    tells which of them is white.

    Parameters
    ----------
    path : the folder
    size : None to keep the images as they are; or the height and width in pixels, 1 or more, to which the middle
        square of each image is scaled. Nothing is stretched: what is longer than the square is cut off.

    Returns
    -------
    images : (N, size, size, 3) uint8; without `size` a list of N uint8 arrays (H, W, 3)
    labels : (N,) int64, places in `classes`
    classes : names of the class folders, sorted

    Raises
    ------
    TypeError : `path` is no path.
    ValueError : no such folder; no class folder in it; a class folder without images; a file that cannot be read,
        which is named.

    Warns
    -----
    UserWarning : damaged EXIF data, or values of 16 bits that use less than a sixteenth of their range and so come out
        nearly black; with the name of the file.

    Examples
    --------
    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("cat", "dog"):
    ...         os.mkdir(os.path.join(folder, name))
    ...         Image.new("RGB", (40, 30)).save(os.path.join(folder, name, "1.png"))
    ...     images, labels, classes = image_folder(folder, size=16)
    >>> images.shape, labels.tolist(), classes
    ((2, 16, 16, 3), [0, 1], ('cat', 'dog'))
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path must be the path of a folder, got {_validate.describe(path)}")
    if size is not None:
        size = _validate.whole("size", size, 1)
    root = Path(path)
    if not root.is_dir():
        raise ValueError(f"path must be a folder with one folder for each class; {root} is {_what(root)}")
    folders = sorted((entry for entry in _visible(root) if entry.is_dir()), key=lambda entry: entry.name)
    if not folders:
        raise ValueError(f"path must be a folder with one folder for each class; there is no folder in {root}")
    files = [_images_in(folder) for folder in folders]
    images = [_read(file, size) for of_class in files for file in of_class]
    labels = np.repeat(np.arange(len(folders)), [len(of_class) for of_class in files])
    classes = tuple(folder.name for folder in folders)
    return (images if size is None else np.stack(images)), labels.astype(np.int64), classes


def _what(path: Path) -> str:
    return "a file" if path.exists() else "not there"


def _visible(folder: Path) -> list[Path]:
    return [entry for entry in folder.iterdir() if not entry.name.startswith(".")]


def _images_in(folder: Path) -> list[Path]:
    files = [entry for entry in _visible(folder) if entry.suffix.lower() in ENDINGS and entry.is_file()]
    if not files:
        raise ValueError(f"each class folder must hold images ({', '.join(ENDINGS)}); there is none in {folder}")
    return sorted(files, key=lambda entry: entry.name)


def _read(file: Path, size: int | None) -> np.ndarray:
    image = read_image(file, stacklevel=5)
    if size is not None:
        image = ImageOps.fit(image, (size, size), Image.Resampling.BICUBIC)
    return np.array(image)


def read_image(file: Path, upright: bool = True, stacklevel: int = 3) -> Image.Image:
    """A file as RGB of 8 bits, turned upright if asked for; warnings name the file, and so do errors."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with Image.open(file) as opened:
                opened.load()
                image = _eight_bits(opened)
                # `ImageOps.exif_transpose` would write new EXIF data, and fail where another entry is damaged.
                turn = _TURNS.get(opened.getexif().get(ExifTags.Base.Orientation, 1))
            if turn is not None and upright:
                image = image.transpose(turn)
            if image.has_transparency_data:
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
            image = image.convert("RGB")
        except Exception as problem:  # broken files make Pillow raise errors of many types
            raise ValueError(f"cannot read {file} as an image: {problem}") from problem
    for text in dict.fromkeys(str(warning.message).strip() for warning in caught):
        warnings.warn(f"{file}: {text}", stacklevel=stacklevel)
    return image


def _eight_bits(image: Image.Image) -> Image.Image:
    """A grey image of 16 bits or of floats with 8 bits; any other as it is."""
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PNG"):  # "I" before Pillow 11
        values = np.asarray(image)
        if 0 < values.max() < 4096:
            warnings.warn(
                f"its values of 16 bits end at {values.max()} of 65535, so it comes out nearly black; "
                "scale them to the whole range before",
                stacklevel=2,
            )
        return Image.fromarray(np.round(values / 257).astype(np.uint8))  # 65535 = 255 * 257
    if image.mode in ("I", "F"):
        values = np.asarray(image)
        low, high = values.min(), values.max()
        if not (image.mode == "F" and low >= 0 and high <= 1):
            kind = "floats" if image.mode == "F" else "integers of 32 bits"
            raise ValueError(
                f"it holds {kind} from {low:g} to {high:g}, and nothing tells which of them is white; "
                "save it with 8 or 16 bits, or as floats from 0 to 1"
            )
        return Image.fromarray(np.round(values * 255).astype(np.uint8))
    return image
