"""Your own images with annotations in COCO's form: one JSON file and a folder of pictures."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from json import JSONDecodeError, loads
from pathlib import Path
from typing import Any

from dlcourse import _validate
from dlcourse.data._annotated import Annotated
from dlcourse.data._assemble import (
    Options,
    Page,
    Thing,
    assemble,
    class_names,
    folder_of,
    path_of,
    stays_inside,
)
from dlcourse.data._segmentation import mask_of


def coco(
    json: str | os.PathLike[str],
    images: str | os.PathLike[str],
    *,
    size: int | None = None,
    masks: bool = False,
    crowds: bool = False,
    classes: Sequence[str] | None = None,
    upright: bool = True,
    bad: str = "raise",
) -> Annotated:
    """Pictures and objects of an annotation file in COCO's form, such as labelling tools write it.

    A box `[x, y, width, height]`, 0-based and along the edges of pixels, becomes `(x, y, x + width, y + height)`. Ids
    of images and categories may be any numbers, 0 included, with gaps, or texts. Images without objects are kept.

    A picture with EXIF data is turned upright, as browsers and labelling tools show it, and its boxes are taken to be
    drawn so; where the size in the file shows that they were drawn on the picture as it lies, that is a problem, and
    `upright=False` reads all pictures as they lie. (Half turns and mirrored pictures keep their size: nothing tells.)

    All files are checked before anything is returned. Problems are: a picture that is missing, broken, listed twice or
    of another size than the file says; an id that is used twice or that nobody has; a box that is not four finite
    numbers, has no area or a negative width or height, or reaches beyond its picture (by half a pixel it may, and is
    cut: it was rounded); with `masks`, an outline that is none, or has no pixel in its box.

    Parameters
    ----------
    json : the annotation file
    images : the folder that the file names in it begin from
    size : None to keep the pictures as they are; or height and width in pixels of a grey square, in the middle of which
        each picture is put, made larger or smaller and not stretched; `Annotated.to_original` leads back
    masks : True: targets have "masks" from polygons or run lengths, which every object must have then
    crowds : False: regions that stand for a crowd ("iscrowd") are left out. True: they are among the objects, marked by
        "iscrowd", as `metrics.coco_summary` needs them; do not train with them, for no detector here looks at the mark
    classes : names of the classes in the order of their labels; None: all categories of the file, by rising id. Give it
        where files for training and test were written by different tools. An object of another class is a problem.
    upright : False: leave pictures as they lie in their files, whatever EXIF says
    bad : "raise" an error that lists the problems, or "skip": leave out what they concern, with a warning and a list in
        `.problems`. An object that is left out stays in its picture without a box, and a detector learns that there is
        nothing: mend many rather than skip them.

    Returns
    -------
    Annotated : `.images`, `.targets`, `.classes`, `.files`, `.ids` and `.problems`

    Raises
    ------
    TypeError : paths that are no paths, and options of another type.
    ValueError : no such file or folder; a file that is not COCO's JSON, or with categories of one id or one name; what
        is listed above, unless it is skipped (the first 20, each with file and id); no image left.

    References
    ----------
    Lin et al. 2014, "Microsoft COCO: common objects in context", arXiv 1405.0312.

    Examples
    --------
    >>> import json, tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Image.new("RGB", (80, 40)).save(os.path.join(folder, "a.png"))
    ...     content = {
    ...         "images": [{"id": 0, "file_name": "a.png", "width": 80, "height": 40}],
    ...         "categories": [{"id": 7, "name": "mug"}],
    ...         "annotations": [{"id": 1, "image_id": 0, "category_id": 7, "bbox": [10, 20, 30, 10]}],
    ...     }
    ...     _ = Path(folder, "mugs.json").write_text(json.dumps(content))
    ...     mugs = coco(os.path.join(folder, "mugs.json"), folder, size=40)
    >>> mugs, mugs.images.shape
    (Annotated(1 images: 1 objects of 1 classes), (1, 40, 40, 3))
    >>> mugs.targets[0]["boxes"].tolist(), mugs.to_original(mugs.targets[0]["boxes"], 0).tolist()
    ([[5.0, 20.0, 20.0, 25.0]], [[10.0, 20.0, 40.0, 30.0]])
    """
    source = path_of("json", json)
    root = folder_of("images", images)
    _validate.truth("crowds", crowds)
    options = Options(size, upright, bad, masks, "iscrowd" if crowds else None)
    wanted = class_names(classes)
    content = _content(source)
    label_of, names = _classes(source, content["categories"], wanted)
    problems: list[str] = []
    pages = _pages(source, content["images"], root, problems)
    for page_id, thing in _things(source, content, pages, label_of, names, problems):
        if page_id in pages and (crowds or not thing.flag):
            pages[page_id].things.append(thing)
    return assemble(source, list(pages.values()), names, problems, options)


def _content(source: Path) -> dict[str, list[dict[str, Any]]]:
    """The file's three lists, of dicts."""
    if not source.is_file():
        raise ValueError(
            f"json must be an annotation file; {source} is {'a folder' if source.exists() else 'not there'}"
        )
    try:
        content = loads(source.read_text(encoding="utf-8-sig"))
    except (JSONDecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise ValueError(f"cannot read {source} as JSON, it may be cut off: {problem}") from problem
    for key in ("images", "annotations", "categories"):
        value = content.get(key) if isinstance(content, Mapping) else None
        if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
            raise ValueError(f"{source} must hold a list of objects named {key!r}, as COCO's files do; it has none")
    return dict(content)


def _classes(
    source: Path, categories: Sequence[Mapping[str, Any]], wanted: tuple[str, ...] | None
) -> tuple[dict[Any, int], tuple[str, ...]]:
    """The label of each category id (-1 for a class that is not wanted), and the names of the classes."""
    for place, entry in enumerate(categories):
        if not _is_id(entry.get("id")) or not isinstance(entry.get("name"), str):
            raise ValueError(f"{source}: categories[{place}] must have an id and a name, got {_short(dict(entry))}")
    for key in ("id", "name"):
        value, count = Counter(entry[key] for entry in categories).most_common(1)[0] if categories else ("", 0)
        if count > 1:
            raise ValueError(f"{source}: {count} categories have the {key} {value!r}: nothing tells which is meant")
    order = sorted(categories, key=lambda entry: (isinstance(entry["id"], str), entry["id"]))
    names = wanted or tuple(entry["name"] for entry in order)
    if not names:
        raise ValueError(f"{source} must have a category at least, got none")
    label = {name: place for place, name in enumerate(names)}
    return {entry["id"]: label.get(entry["name"], -1) for entry in order}, names


def _pages(source: Path, entries: Sequence[Mapping[str, Any]], root: Path, problems: list[str]) -> dict[Any, Page]:
    """The images of the file, by their ids, without those that have problems."""
    counts = {key: Counter(e[key] for e in entries if _is_id(e.get(key))) for key in ("id", "file_name")}
    found = {}
    for place, entry in enumerate(entries):
        number, file = entry.get("id"), entry.get("file_name")
        name = f"{source.name}, image {number if _is_id(number) else f'images[{place}]'}"
        width: Any = entry.get("width")
        height: Any = entry.get("height")
        given = width is not None or height is not None
        if not _is_id(number) or not isinstance(file, str) or not file:
            problems.append(f"{name}: it must have an id and a file_name, got {_short(dict(entry))}")
        elif counts["id"][number] > 1:
            problems.append(f"{name} ({file}): {counts['id'][number]} images have this id")
        elif counts["file_name"][file] > 1:
            problems.append(f"{name} ({file}): {counts['file_name'][file]} images have this file")
        elif not stays_inside(file):
            problems.append(f"{name} ({file}): its file_name leads out of the folder")
        elif given and not (_is_number(width) and _is_number(height)):
            problems.append(f"{name} ({file}): its width and height must be numbers, got {width!r} and {height!r}")
        else:
            size = (float(width), float(height)) if given else None
            found[number] = Page(f"{name} ({file})", number, root / file, size, [])
    return found


def _things(
    source: Path, content: Mapping[str, Any], pages: Mapping[Any, Page], label_of: Mapping[Any, int],
    names: tuple[str, ...], problems: list[str],
) -> Iterator[tuple[Any, Thing]]:  # fmt: skip
    """The objects of the file, each with the id of its image, without those that have problems."""
    known = {entry.get("id") for entry in content["images"] if _is_id(entry.get("id"))}
    seen: set[Any] = set()
    for place, entry in enumerate(content["annotations"]):
        image, number = entry.get("image_id"), entry.get("id")
        name = f"annotation {number}" if _is_id(number) else f"annotations[{place}]"
        if not _is_id(image) or image not in known:
            problems.append(f"{source.name}, {name}: no image has its image_id {_short(image)}")
            continue
        try:
            if _is_id(number) and number in seen:
                raise ValueError("another annotation has this id, too")
            yield image, _thing(name, entry, label_of, names)
        except ValueError as problem:
            page = pages[image].name if image in pages else f"{source.name}, image {image}"
            problems.append(f"{page}, {name}: {problem}")
        if _is_id(number):
            seen.add(number)


def _thing(name: str, entry: Mapping[str, Any], label_of: Mapping[Any, int], names: tuple[str, ...]) -> Thing:
    category, box, crowd = entry.get("category_id"), entry.get("bbox"), entry.get("iscrowd", 0)
    if not _is_id(category) or category not in label_of:
        raise ValueError(f"no category has its category_id {_short(category)}")
    if label_of[category] < 0:
        raise ValueError(f"its category {category} is none of the classes {', '.join(names)}")
    if not isinstance(box, list) or len(box) != 4 or not all(_is_number(value) for value in box):
        raise ValueError(f"its bbox must be [x, y, width, height], got {_short(box)}")
    if crowd not in (0, 1):
        raise ValueError(f"its iscrowd must be 0 or 1, got {_short(crowd)}")
    x, y, width, height = map(float, box)
    outline = entry.get("segmentation")
    mask = partial(mask_of, outline) if outline else None
    return Thing(name, (x, y, x + width, y + height), label_of[category], bool(crowd), mask)


def _is_id(value: Any) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, float) or (whole and abs(value) < 1e300)  # larger ones are no floats


def _short(value: Any) -> str:
    return _validate.describe(value) if value is not None else "None"
