"""Your own images, one folder a class."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from dlcourse import _validate

_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp")


def image_folder(
    path: str | os.PathLike[str], size: int | None = None
) -> tuple[np.ndarray | list[np.ndarray], np.ndarray, tuple[str, ...]]:
    """Images, labels and class names from a folder that holds one folder of images for each class.

    Read are the JPEG, PNG, WebP and BMP files `path/class name/*`, in the order of class and file names. Images are
    turned upright (EXIF), grey ones become RGB, and transparent pixels white. Names that begin with a dot, such as
    `.ipynb_checkpoints`, files of other kinds, and folders within the class folders are passed over.

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
    files = [entry for entry in _visible(folder) if entry.suffix.lower() in _ENDINGS and entry.is_file()]
    if not files:
        raise ValueError(f"each class folder must hold images ({', '.join(_ENDINGS)}); there is none in {folder}")
    return sorted(files, key=lambda entry: entry.name)


def _read(file: Path, size: int | None) -> np.ndarray:
    from PIL import Image, ImageOps

    try:
        with Image.open(file) as opened:
            image = ImageOps.exif_transpose(opened)
            if image.mode.startswith("I;16") or image.mode == "I":
                image = Image.fromarray((np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
            if image.has_transparency_data:
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
            image = image.convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as problem:  # SyntaxError: a broken PNG
        raise ValueError(f"cannot read {file} as an image: {problem}") from problem
    if size is not None:
        image = ImageOps.fit(image, (size, size), Image.Resampling.BICUBIC)
    return np.array(image)
