"""Object detectors: the R-CNN and YOLO families, and their parts: proposals, anchors, matching, pooling of regions.

Every detector is a PyTorch module with nearly the interface of torchvision's: `model(images, targets)` returns a dict
of losses, in evaluation mode, too, so that `fit` can validate; `model(images)` in evaluation mode returns a list of
predictions. Images are float32 `(N, 3, height,
width)` in 0..1, boxes `(x0, y0, x1, y1)` in pixels, and classes count from 0: where a detector needs a background
class, it adds it inside. `import dlcourse.detection` loads no framework.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
