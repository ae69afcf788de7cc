"""Which hardware is there, and one seed for every random generator."""

from __future__ import annotations

import os
import platform
import sys
from typing import TYPE_CHECKING, Any

from dlcourse import _frameworks, _validate

if TYPE_CHECKING:
    import torch

__all__ = ["describe", "pick", "seed_everything"]

_ORDER = ("cuda", "xpu", "mps", "cpu")


def _available(kind: str) -> bool:
    import torch

    if kind == "cpu":
        return True
    if kind == "mps":
        return torch.backends.mps.is_available()
    return getattr(torch, kind).is_available()


def pick(prefer: str | None = None) -> torch.device:
    """The best device of this machine: cuda, then xpu, then mps, then cpu.

    Parameters
    ----------
    prefer : a device type, `"cuda"`, `"xpu"`, `"mps"` or `"cpu"`, or one device such as `"cuda:1"`, to use instead of
        the best one

    Raises
    ------
    ValueError : another name, or a device type that this machine lacks.

    Examples
    --------
    >>> pick("cpu")
    device(type='cpu')
    """
    return _pick("prefer", prefer)


def _pick(name: str, wanted: Any) -> torch.device:
    """The device that the argument `name` asks for; the best one for None and "auto"."""
    import torch

    here = [kind for kind in _ORDER if _available(kind)]
    if wanted is None or (isinstance(wanted, str) and wanted == "auto"):
        return torch.device(here[0])
    try:
        device = torch.device(wanted) if isinstance(wanted, str | torch.device) else None
    except RuntimeError:
        device = None
    if device is None or device.type not in _ORDER:
        known = ", ".join(map(repr, _ORDER))
        raise ValueError(f"{name} must be one of {known}, or such as 'cuda:1'; got {_validate.describe(wanted)}")
    if device.type not in here:
        raise ValueError(
            f"{name}={wanted!r}: this machine, or this build of PyTorch, has no such device; it has {', '.join(here)}"
        )
    return device


def _processor() -> str:
    """The processor's name as its maker writes it, as far as the system tells it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _usable_cores() -> int:
    """Cores that this process may use: a container often gets fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def describe() -> str:
    """The machine in a few lines: processor, cores, accelerator, versions of Python and PyTorch."""
    import torch

    best = pick()
    lines = [f"processor    {_processor()}, {_usable_cores()} cores usable, PyTorch uses {torch.get_num_threads()}"]
    if best.type in ("cuda", "xpu"):
        module = getattr(torch, best.type)
        for index in range(module.device_count()):
            properties = module.get_device_properties(index)
            lines.append(f"{best.type}:{index}       {properties.name}, {properties.total_memory / 2**30:.0f} GiB")
    elif best.type == "mps":
        lines.append("mps          Apple's GPU, which shares the main memory")
    else:
        lines.append("accelerator  none found: everything in this book also runs without one")
    lines.append(f"software     Python {platform.python_version()} on {sys.platform}, PyTorch {torch.__version__}")
    return "\n".join(lines)


def seed_everything(seed: int) -> None:
    """Seed Python, NumPy, PyTorch (on all devices) and, where it has been imported, Keras.

    Parameters
    ----------
    seed : whole number from 0 to 2**32 - 1

    Raises
    ------
    TypeError, ValueError : anything else; nothing has been seeded then.

    Examples
    --------
    >>> import numpy as np
    >>> seed_everything(1)
    >>> a = np.random.rand()
    >>> seed_everything(1)
    >>> a == np.random.rand()
    True
    """
    import torch  # noqa: F401 - so that it is seeded, too

    seed = _validate.whole("seed", seed, 0, 2**32 - 1)
    _frameworks.seed(seed)
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(seed)
