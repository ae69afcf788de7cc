"""Pets' scenes written to a folder as somebody's own annotations, in COCO's and in VOC's form."""

import json
from xml.sax.saxutils import escape

import numpy as np
from PIL import Image
from pycocotools import mask as coco_mask

from dlcourse.data import pets

CATEGORY_IDS = (0, 5)  # of cat and dog


def entry(number, image_id, category_id, box, **more):
    """An annotation of COCO, from a box of corners."""
    x0, y0, x1, y1 = map(float, box)
    bbox = [x0, y0, x1 - x0, y1 - y0]
    return {"id": number, "image_id": image_id, "category_id": category_id, "bbox": bbox, "iscrowd": 0, **more}


def write_coco(folder, scenes, ending="png"):
    """Pictures in `folder/pictures`, and `folder/pets.json`; returns what is in the file."""
    (folder / "pictures").mkdir()
    content = {
        "images": [],
        "annotations": [],
        "categories": [{"id": number, "name": name} for number, name in zip(CATEGORY_IDS, pets.CLASSES, strict=True)],
    }
    for i, (image, target) in enumerate(scenes):
        name = f"scene{i}.{ending}"
        Image.fromarray(image).save(folder / "pictures" / name)
        height, width = image.shape[:2]
        content["images"].append({"id": i, "file_name": name, "width": width, "height": height})
        for box, label, mask in zip(target["boxes"], target["labels"], target["masks"], strict=True):
            runs = coco_mask.encode(np.asfortranarray(mask, np.uint8))
            outline = {"size": [height, width], "counts": runs["counts"].decode()}
            number = len(content["annotations"])
            content["annotations"].append(entry(number, i, CATEGORY_IDS[label], box, segmentation=outline))
    save(folder, content)
    return content


def save(folder, content):
    """`content` as `folder/pets.json`."""
    (folder / "pets.json").write_text(json.dumps(content))


def thing(name, box, more=""):
    """An object of VOC, from its four corners as they shall stand there."""
    corners = "".join(
        f"<{key}>{value}</{key}>" for key, value in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True)
    )
    return f"<object><name>{escape(name)}</name>{more}<bndbox>{corners}</bndbox></object>"


def page(file, size, things):
    """The XML of one picture."""
    width, height = size
    said = f"<filename>{file}</filename><size><width>{width}</width><height>{height}</height><depth>3</depth></size>"
    return f"<annotation>{said}{''.join(things)}</annotation>"


def write_voc(folder, scenes, ending="jpg"):
    """`folder` as VOC lays it out, with corners that count from 1 and are inclusive."""
    for name in ("Annotations", "JPEGImages", "ImageSets/Main"):
        (folder / name).mkdir(parents=True)
    for i, (image, target) in enumerate(scenes):
        Image.fromarray(image).save(folder / "JPEGImages" / f"{i:06}.{ending}")
        things = []
        for box, label in zip(target["boxes"].astype(int), target["labels"], strict=True):
            difficult = f"<difficult>{int(label)}</difficult>"
            things.append(thing(pets.CLASSES[label], (box[0] + 1, box[1] + 1, box[2], box[3]), difficult))
        text = page(f"{i:06}.{ending}", image.shape[1::-1], things)
        (folder / "Annotations" / f"{i:06}.xml").write_text(text)
    names = [f"{i:06}" for i in range(len(scenes))]
    (folder / "ImageSets" / "Main" / "train.txt").write_text("\n".join(names[:2]))
    (folder / "ImageSets" / "Main" / "dog_val.txt").write_text("".join(f"{name}  1\n" for name in names[2:]))
