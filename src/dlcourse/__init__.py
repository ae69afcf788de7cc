"""dlcourse: the small package under the book "Deep Learning You Can See".

`import dlcourse` loads no framework; each submodule is loaded when it is first used.
"""

import lazy_loader

from dlcourse._import_order import make_safe

make_safe()
__version__ = "0.1.0"
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
