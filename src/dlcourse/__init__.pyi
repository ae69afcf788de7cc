from . import boxes, check, count, data, detection, device, explain, figures, metrics, models, plot, train

__all__ = [
    "boxes",
    "check",
    "count",
    "data",
    "detection",
    "device",
    "explain",
    "figures",
    "metrics",
    "models",
    "plot",
    "train",
]
__version__: str
