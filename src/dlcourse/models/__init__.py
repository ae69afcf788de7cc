"""The networks of the book, in PyTorch and in Keras, by functions of the same names.

`import dlcourse.models` loads no framework; `models.pytorch` and `models.keras` are loaded when they are first used,
each with its own framework alone. `models.to_keras` copies weights from one to the other.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
