"""Large files of others, kept in a folder on this machine: real data sets, and weights of large networks."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

from dlcourse import _validate

CHUNK = 1 << 16  # bytes that are written at a time, and at most lost when a connection breaks


class _File(NamedTuple):
    url: str
    digest: str  # "sha256:..." or "md5:...", as the source publishes it


class _Entry(NamedTuple):
    files: tuple[_File, ...]
    place: str  # what of it the caller gets: a folder of what is unpacked; "" for the file as it is


ENTRIES = {
    # 25,000 photographs, by Microsoft Research and Petfinder.com: Elson et al. 2007, "Asirra", CCS.
    "cats-vs-dogs": _Entry(
        (
            _File(
                "https://download.microsoft.com/download/3/E/1/3E1C3F21-ECDB-4869-8368-6DEBA77B919F/kagglecatsanddogs_5340.zip",
                "sha256:b7974bd00a84a99921f36ee4403f089853777b5ae8d151c76a86e64900334af9",
            ),
        ),
        "PetImages",
    ),
    # Everingham et al. 2010, "The PASCAL visual object classes (VOC) challenge", IJCV 88.
    "voc2007": _Entry(
        (
            _File(
                "http://host.robots.ox.ac.uk/pascal/VOC/voc2007/VOCtrainval_06-Nov-2007.tar",
                "sha256:7d8cd951101b0957ddfd7a530bdc8a94f06121cfc1e511bb5937e973020c7508",
            ),
            _File(
                "http://host.robots.ox.ac.uk/pascal/VOC/voc2007/VOCtest_06-Nov-2007.tar",
                "sha256:6836888e2e01dca84577a849d339fa4f73e1e4f135d312430c4856b5609b4892",
            ),
        ),
        "VOCdevkit/VOC2007",
    ),
    # Simonyan and Zisserman 2015, CC BY 4.0, as Keras' applications publish it, with an MD5 sum.
    "vgg16": _Entry(
        (
            _File(
                "https://storage.googleapis.com/tensorflow/keras-applications/vgg16/vgg16_weights_tf_dim_ordering_tf_kernels.h5",
                "md5:64373286793e3c8b2b4e3219cbf3544b",
            ),
        ),
        "",
    ),
}


def fetch(name: str) -> Path:
    """The place of a large data set or file on this machine; it is downloaded if it is not there yet.

    No chapter needs it. "cats-vs-dogs": 25,000 photographs in two class folders, for `image_folder` (825 MB).
    "voc2007": PASCAL VOC 2007 with its 9,963 images and their boxes, for `voc` (911 MB). "vgg16": VGG-16's weights of
    ImageNet, for `models.pretrained("vgg16")` (553 MB).

    The files are kept in the folder that the environment variable DLCOURSE_CACHE names, otherwise where this system
    keeps such files (on Linux `~/.cache/dlcourse`). A download that breaks off goes on where it stopped when `fetch` is
    called again. What arrives is compared with its published checksum before anything is unpacked, and nothing
    incomplete is ever returned. Empty images, of which the cats and dogs have two, are left out.

    Parameters
    ----------
    name : one of the names above

    Returns
    -------
    Path of the folder, or of the file

    Raises
    ------
    ValueError : a name that is not there; a file that arrives with another checksum, which is thrown away.
    ConnectionError : it is not on this machine and cannot be downloaded; says what to do.

    Examples
    --------
    >>> from dlcourse import data
    >>> folder = data.fetch("cats-vs-dogs")  # doctest: +SKIP
    >>> images, labels, classes = data.image_folder(folder, size=64)  # doctest: +SKIP
    """
    entry = ENTRIES[_validate.choice("name", name, tuple(ENTRIES))]
    here = cache() / name
    place = here / entry.place if entry.place else here / Path(entry.files[0].url).name
    if place.exists():
        return place
    from filelock import FileLock

    cache().mkdir(parents=True, exist_ok=True)
    with FileLock(cache() / f"{name}.lock"):
        if not place.exists():  # another process may have fetched it meanwhile
            _make(name, entry, here)
    return place


def cache() -> Path:
    """The folder that keeps what was fetched."""
    import pooch

    return Path(os.environ.get("DLCOURSE_CACHE") or pooch.os_cache("dlcourse"))


def _make(name: str, entry: _Entry, here: Path) -> None:
    """Download all files, then put them in place, unpacked, in one step."""
    arrived = [_download(name, file) for file in entry.files]
    with tempfile.TemporaryDirectory(dir=cache(), prefix=f"{name}-") as folder:
        made = Path(folder) / name
        made.mkdir()
        for file in arrived:
            if entry.place:
                _unpack(file, made)
            else:
                file.rename(made / file.name)
        for image in made.rglob("*.jpg"):
            if image.stat().st_size == 0:
                image.unlink()
        shutil.rmtree(here, ignore_errors=True)  # what somebody took apart
        made.rename(here)
    for file in arrived:
        file.unlink(missing_ok=True)


def _unpack(file: Path, folder: Path) -> None:
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            archive.extractall(folder)
    else:
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # since Python 3.11.4
        with tarfile.open(file) as archive:
            archive.extractall(folder, **safely)  # type: ignore[arg-type]


def _download(name: str, file: _File) -> Path:
    """The file in the cache, complete and with the right checksum."""
    import pooch
    import requests

    whole = cache() / Path(file.url).name
    part = whole.with_name(f"{whole.name}.part")
    if not whole.exists():
        try:
            _receive(file.url, part)
        except (requests.RequestException, OSError) as problem:
            said = (str(problem) or repr(problem)).splitlines()[0][:200]
            raise ConnectionError(
                f"{name!r} is not on this machine yet, and {file.url} cannot be downloaded ({said}). With a network, "
                f"call fetch({name!r}) again: it goes on where it stopped. Or download the file by other means and put "
                f"it at {whole}"
            ) from problem
    arrived = whole if whole.exists() else part
    algorithm, _, wanted = file.digest.partition(":")
    found = pooch.file_hash(str(arrived), algorithm)
    if found != wanted:
        arrived.unlink()
        raise ValueError(
            f"what came from {file.url} is not the file that {name!r} needs: its {algorithm} should begin with "
            f"{wanted[:8]}, got {found[:8]}; it was thrown away, and fetch({name!r}) tries again"
        )
    return arrived.replace(whole)


def _receive(url: str, part: Path) -> None:
    """Add to `part` what is missing of the file at this address."""
    import requests
    from tqdm.auto import tqdm

    start = part.stat().st_size if part.exists() else 0
    asked = {"Range": f"bytes={start}-"} if start else {}
    with requests.get(url, headers={"Accept-Encoding": "identity", **asked}, stream=True, timeout=30) as answer:
        if answer.status_code == 416:  # nothing is missing
            return
        answer.raise_for_status()
        start = start if answer.status_code == 206 else 0  # a server that cannot go on sends all of it
        rest = answer.headers.get("Content-Length")
        total = start + int(rest) if rest else None
        with (
            part.open("ab" if start else "wb") as out,
            tqdm(total=total, initial=start, unit="B", unit_scale=True, desc=part.stem) as bar,
        ):
            for piece in answer.iter_content(CHUNK):
                out.write(piece)
                bar.update(len(piece))
    if total is not None and part.stat().st_size < total:
        raise OSError(f"the connection ended after {part.stat().st_size:,} of {total:,} bytes")
