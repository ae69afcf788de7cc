"""Data for every chapter, without a download: drawn pets, handwritten digits, photographs, sunspots, dates, your own
class folders and annotations.

`import dlcourse.data` loads no scikit-image, scikit-learn or framework; each part is loaded when it is first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
