"""Your own images with annotations in VOC's form: one XML file for each picture."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from glob import escape
from pathlib import Path
from xml.etree import ElementTree

from dlcourse import _validate
from dlcourse.data._annotated import Annotated
from dlcourse.data._assemble import Options, Page, Thing, assemble, class_names, folder_of, stays_inside
from dlcourse.data._folders import ENDINGS

CORNERS = ("xmin", "ymin", "xmax", "ymax")


def voc(
    folder: str | os.PathLike[str],
    image_set: str | None = None,
    *,
    size: int | None = None,
    classes: Sequence[str] | None = None,
    upright: bool = True,
    bad: str = "raise",
    difficult: bool = True,
    corners: str = "pixels",
) -> Annotated:
    """Pictures and objects of a folder in the form of the PASCAL VOC challenge.

    Read are the files `folder/Annotations/*.xml` with the pictures of `folder/JPEGImages`, as in VOC, or XML files and
    pictures side by side in `folder`. The picture is the file that the XML names in <filename>, or else the one that is
    named like the XML. Pictures without an XML file are passed over; an XML file without objects is an empty picture.

    VOC's corners are pixels, counted from 1, and the last one belongs to the object. They become edges, counted from 0:
    `(xmin - 1, ymin - 1, xmax, ymax)`. Many tools write edges from 0 into the same XML; `corners="edges"` takes them as
    they are. A corner at pixel 0, which VOC has not, is a problem that shows it.

    Pictures with EXIF data, and problems, are treated as by `coco`. Beside those listed there, they are: XML that is
    cut off or is no annotation, and a document type in it, which VOC has not: it could define entities that grow
    without end. (Python's ElementTree, by which the files are read, fetches nothing from other files.)

    Parameters
    ----------
    folder : with the annotations, such as `fetch("voc2007")`
    image_set : None for all; or the name of a list in `folder/ImageSets/Main`, such as "trainval" or "test"
    size, classes, upright, bad : as for `coco`; without `classes` they are the names in all XML files of the folder,
        sorted, so that the labels of its image sets agree
    difficult : True: objects that are marked as difficult are kept, and "difficult" in the targets says which they are,
        as VOC's average precision needs it. False: left out, as in the training of Faster R-CNN's authors.
    corners : "pixels", counted from 1 as in VOC; or "edges", from 0

    Returns
    -------
    Annotated : `.images`, `.targets`, `.classes`, `.files`, `.ids` and `.problems`

    Raises
    ------
    TypeError : a folder that is no path, and options of another type.
    ValueError : no such folder or image set; no XML file; no class; problems, unless they are skipped (the first 20,
        each with file and object); no image left.

    References
    ----------
    Everingham et al. 2010, "The PASCAL visual object classes (VOC) challenge", IJCV 88.

    Examples
    --------
    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Image.new("RGB", (80, 40)).save(os.path.join(folder, "a.png"))
    ...     box = "<bndbox><xmin>11</xmin><ymin>21</ymin><xmax>40</xmax><ymax>30</ymax></bndbox>"
    ...     text = f"<annotation><object><name>mug</name>{box}</object></annotation>"
    ...     _ = Path(folder, "a.xml").write_text(text)
    ...     mugs = voc(folder)
    >>> mugs.classes, mugs.targets[0]["boxes"].tolist(), mugs.targets[0]["difficult"].tolist()
    (('mug',), [[10.0, 20.0, 40.0, 30.0]], [False])
    """
    root = folder_of("folder", folder)
    _validate.truth("difficult", difficult)
    first = _validate.choice("corners", corners, ("pixels", "edges")) == "pixels"
    options = Options(size, upright, bad, flag="difficult")
    wanted = class_names(classes)
    problems: list[str] = []
    files = _annotation_files(root)
    chosen = sorted(files) if image_set is None else _listed(root, image_set, files, problems)
    trees = {}
    for name in sorted(files) if wanted is None else chosen:
        try:
            trees[name] = _parse(files[name])
        except ValueError as problem:
            if name in chosen:
                problems.append(f"{files[name].name}: {problem}")
    names = wanted or _class_names(root, list(trees.values()))
    pages = []
    for name in chosen:
        if name in trees:
            try:
                pages.append(_page(root, files[name], trees[name], names, first, problems))
            except ValueError as problem:
                problems.append(f"{files[name].name}: {problem}")
    if not difficult:
        pages = [replace(page, things=[thing for thing in page.things if not thing.flag]) for page in pages]
    return assemble(root, pages, names, problems, options)


def _annotation_files(root: Path) -> dict[str, Path]:
    """The XML files by their names without ending."""
    where = root / "Annotations" if (root / "Annotations").is_dir() else root
    found = {file.stem: file for file in where.iterdir() if file.suffix.lower() == ".xml" and file.name[0] != "."}
    if not found:
        raise ValueError(
            f"folder must hold VOC's XML files, or a folder Annotations with them; there is none in {where}"
        )
    return found


def _listed(root: Path, image_set: str, files: dict[str, Path], problems: list[str]) -> list[str]:
    """The names in a list of `ImageSets/Main` that have a file, each once."""
    if not isinstance(image_set, str):
        raise TypeError(f"image_set must be the name of a list, got {_validate.describe(image_set)}")
    file = root / "ImageSets" / "Main" / f"{image_set}.txt"
    if not file.is_file():
        raise ValueError(f"image_set must be the name of a list in {file.parent}, got {image_set!r}")
    # The lists of one class have a second column, which says whether it is in the picture.
    names = [line.split()[0] for line in file.read_text(encoding="utf-8").splitlines() if line.split()]
    problems += [f"{file.name}: {name} is listed twice" for name, count in Counter(names).items() if count > 1]
    problems += [
        f"{file.name}: there is no annotation {name}.xml" for name in dict.fromkeys(names) if name not in files
    ]
    return [name for name in dict.fromkeys(names) if name in files]


class _WithoutDoctype(ElementTree.TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise ValueError(f"it has a document type ({name}), which VOC's XML has not")


def _parse(file: Path) -> ElementTree.Element:
    try:
        tree = ElementTree.parse(file, ElementTree.XMLParser(target=_WithoutDoctype())).getroot()
    except (ElementTree.ParseError, LookupError) as problem:  # LookupError: an encoding that nobody knows
        raise ValueError(f"it cannot be read as XML, it may be cut off: {problem}") from problem
    if tree.tag != "annotation":
        raise ValueError(f"it begins with <{tree.tag}>, and VOC's XML with <annotation>")
    return tree


def _class_names(root: Path, trees: Sequence[ElementTree.Element]) -> tuple[str, ...]:
    # `findall`, for the parts of an object (a person's head, in VOC's layouts) have names, too.
    names = {_text(entry, "name") for tree in trees for entry in tree.findall("object")} - {""}
    if not names:
        raise ValueError(f"{root} must have an object with a name in its XML files at least, got none")
    return tuple(sorted(names))


def _page(
    root: Path, file: Path, tree: ElementTree.Element, names: tuple[str, ...], first: bool, problems: list[str]
) -> Page:
    page = Page(file.name, file.stem, _picture_of(root, file, _text(tree, "filename")), _size(tree), [])
    for place, entry in enumerate(tree.findall("object")):
        try:
            page.things.append(_thing(f"object {place}", entry, names, first))
        except ValueError as problem:
            problems.append(f"{page.name}, object {place}: {problem}")
    return page


def _picture_of(root: Path, file: Path, said: str) -> Path:
    """The picture that belongs to an XML file."""
    where = root / "JPEGImages" if (root / "JPEGImages").is_dir() else file.parent
    if said and not stays_inside(said):
        raise ValueError(f"its filename {said} leads out of the folder")
    named = where / said if said and (where / said).is_file() else None
    alike = [path for path in where.glob(f"{escape(file.stem)}.*") if path.suffix.lower() in ENDINGS]
    if named is None and len(alike) != 1:
        names = " and ".join(sorted(path.name for path in alike))
        what = f"{names} are named like it" if alike else f"no picture is named like it in {where}"
        raise ValueError(f"there is no file {where / said}, and {what}" if said else f"it has no filename, and {what}")
    if named is not None and alike and named not in alike:
        raise ValueError(f"its filename is {said}, but {alike[0].name} is named like it: nothing tells which is meant")
    return named or alike[0]


def _size(tree: ElementTree.Element) -> tuple[float, float] | None:
    entry = tree.find("size")
    return None if entry is None else (_number(entry, "width"), _number(entry, "height"))


def _thing(name: str, entry: ElementTree.Element, names: tuple[str, ...], first: bool) -> Thing:
    label, difficult, box = _text(entry, "name"), _text(entry, "difficult"), entry.find("bndbox")
    if label not in names:
        raise ValueError(f"its name {label!r} is none of the classes {', '.join(names)}" if label else "it has no name")
    if difficult not in ("", "0", "1"):
        raise ValueError(f"its difficult must be 0 or 1, got {difficult!r}")
    if box is None:
        raise ValueError("it has no bndbox")
    x0, y0, x1, y1 = (_number(box, corner) for corner in CORNERS)
    if first and min(x0, y0) == 0:
        raise ValueError(
            f"its bndbox begins at pixel ({x0:g}, {y0:g}), and VOC counts from 1; if its corners are edges that "
            'count from 0, read them with corners="edges"'
        )
    return Thing(name, (x0 - first, y0 - first, x1, y1), names.index(label), difficult == "1")


def _number(entry: ElementTree.Element, name: str) -> float:
    text = _text(entry, name)
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"its {name} must be a number, got {text!r}") from None


def _text(entry: ElementTree.Element, name: str) -> str:
    """The text of a child, "" where there is none."""
    return (entry.findtext(name) or "").strip()
