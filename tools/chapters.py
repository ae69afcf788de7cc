"""Functions as the book's chapters define them, so that what is tested is what is printed."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import nbformat
import numpy as np

from tools import notebooks


def function_from(chapter: str, name: str) -> Callable[..., Any]:
    """The function `name` as it stands in a chapter ("convolution/one-dimension"); it may use NumPy and PyTorch."""
    import torch

    notebook = nbformat.read(notebooks.ROOT / "book" / f"{chapter}.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and f"def {name}(" in cell.source:
            tree = ast.parse(cell.source)
            (found,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
            scope: dict[str, Any] = {"np": np, "torch": torch}
            exec(compile(ast.Module([found], []), chapter, "exec"), scope)
            return scope[name]
    raise LookupError(f"{chapter} defines no {name}")
