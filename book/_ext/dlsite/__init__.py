"""The book's Sphinx extensions: each module does one thing to the pages, and says what at its head."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from . import accessible, blocks, docstrings, figures, framework_tabs, icons, loads, predictions

PARTS = (accessible, loads, blocks, docstrings, figures, framework_tabs, icons, predictions)
# `pictures` MyST-NB finds itself


def setup(app: Sphinx) -> dict[str, Any]:
    """Register all of them with Sphinx."""
    for part in PARTS:
        part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
