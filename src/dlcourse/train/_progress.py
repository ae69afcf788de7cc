"""The bar that shows how far a training is."""

from __future__ import annotations

import io
import os
import sys
from typing import Any

from tqdm import tqdm


class _Cell(io.StringIO):
    """Shows the last line written in a notebook's cell, and nothing once that line is empty.

    A bar on stderr would leave a coloured, empty box behind in JupyterLab, and in the notebook when it is saved.
    """

    def __init__(self) -> None:
        super().__init__()
        self.shown: Any = None

    def write(self, text: str) -> int:
        """Replace what is shown."""
        from IPython.display import display

        line = text.strip("\r\n")
        data = {"text/plain": line} if line.strip() else {}
        if self.shown is not None and line:
            self.shown.update(data, raw=True)
        elif data:
            self.shown = display(data, raw=True, display_id=True)
        return len(text)


def _in_notebook() -> bool:
    found = sys.modules.get("IPython")
    return found is not None and getattr(found.get_ipython(), "kernel", None) is not None


def bar(total: int, done: int, show: bool) -> Any:
    """A bar of `total` steps, in the cell or on stderr, which is gone at the end.

    `TQDM_DISABLE=1` in the environment silences it.
    """
    off = not show or os.environ.get("TQDM_DISABLE", "0") not in ("", "0")  # tqdm reads it only when it is imported
    place: dict[str, Any] = {"dynamic_ncols": True}
    if not off and _in_notebook():
        place = {"file": _Cell(), "ncols": 80}
    return tqdm(total=total, initial=done, unit="step", leave=False, disable=off, **place)
