from . import check, count, data, detection, device, explain, figures, metrics, models, plot, train

__all__ = ["check", "count", "data", "detection", "device", "explain", "figures", "metrics", "models", "plot", "train"]
__version__: str
