"""What a network sees: filters, feature maps, optimised images, attributions, and tests of them.

Everything is returned as NumPy arrays and never normalised; importing the module loads no framework.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
