"""What a network sees: attribution, filters, feature maps, optimised images, and checks of all of them.

Every function takes a PyTorch module (some also a Keras model, where they say so) and returns NumPy arrays as they were
computed: nothing is scaled for display. The model is run in evaluation mode and left as it was found: mode, device,
gradients, hooks. `import dlcourse.explain` loads no framework.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
