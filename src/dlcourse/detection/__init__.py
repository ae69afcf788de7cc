"""Finding objects: proposals, anchors, and the detectors of the R-CNN family.

Boxes are `(x0, y0, x1, y1)` in continuous pixels. `import dlcourse.detection` loads no framework.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
