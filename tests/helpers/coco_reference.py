"""pycocotools' evaluation of our predictions and targets: the oracle of dlcourse.metrics."""

import contextlib
import io

import numpy as np
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

NAMES = ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"]


def _annotation(thing, k, image, masks):
    x0, y0, x1, y1 = np.asarray(thing["boxes"][k], np.float64).tolist()
    result = {"image_id": image, "category_id": int(thing["labels"][k]), "bbox": [x0, y0, x1 - x0, y1 - y0]}
    if masks:
        result["segmentation"] = coco_mask.encode(np.asfortranarray(np.asarray(thing["masks"][k], np.uint8)))
        del result["bbox"]
    return result


def prepared(predictions, targets, masks=False, first_id=1):
    """A COCOeval that is ready to run; the ids of annotations begin with `first_id`."""
    labels = {int(label) for thing in (*predictions, *targets) for label in np.asarray(thing["labels"])}
    truth = COCO()
    annotations = []
    for image, target in enumerate(targets):
        for k in range(len(target["labels"])):
            one = _annotation(target, k, image, masks)
            area = coco_mask.area(one["segmentation"]) if masks else one["bbox"][2] * one["bbox"][3]
            area = float(target["area"][k]) if "area" in target else float(area)
            crowd = int(target["iscrowd"][k]) if "iscrowd" in target else 0
            annotations.append({**one, "id": len(annotations) + first_id, "area": area, "iscrowd": crowd})
    truth.dataset = {
        "info": {},
        "images": [{"id": k, "width": 200, "height": 200} for k in range(len(targets))],
        "categories": [{"id": k, "name": str(k)} for k in sorted(labels)],
        "annotations": annotations,
    }
    found = [
        {**_annotation(thing, k, image, masks), "score": float(thing["scores"][k])}
        for image, thing in enumerate(predictions)
        for k in range(len(thing["labels"]))
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        if found:
            results = truth.loadRes(found)
        else:  # which loadRes can't load
            results = COCO()
            results.dataset = {**truth.dataset, "annotations": []}
            results.createIndex()
        return COCOeval(truth, results, "segm" if masks else "bbox")


def evaluated(evaluation):
    """The twelve numbers of a prepared evaluation, by name."""
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return dict(zip(NAMES, map(float, evaluation.stats), strict=True))


def summary(predictions, targets, masks=False, first_id=1):
    """Both at once."""
    return evaluated(prepared(predictions, targets, masks, first_id))
