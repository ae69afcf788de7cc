"""TensorFlow and PyTorch's triton in one process: triton has to come first.

PyTorch's CUDA build brings triton, which PyTorch imports by itself when the first optimizer is made. TensorFlow 2.20
and later put their own LLVM where triton then finds it, and the process ends with a segmentation fault
(tensorflow/tensorflow#124205). In the other order both work.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from importlib.machinery import ModuleSpec


class _TritonFirst:
    """A finder that finds nothing, and imports triton before TensorFlow is looked for."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name == "tensorflow":
            sys.meta_path.remove(self)
            with contextlib.suppress(Exception):  # not installed, or not for this machine
                importlib.import_module("triton")
        return None


def make_safe() -> None:
    """Have triton imported before TensorFlow; if TensorFlow is there already, keep triton out."""
    if sys.modules.get("tensorflow"):
        # Too late. Without triton PyTorch lacks torch.compile on GPUs, and nothing else that is used here.
        sys.modules.setdefault("triton", None)  # type: ignore[arg-type]
    else:
        sys.meta_path.insert(0, _TritonFirst())
