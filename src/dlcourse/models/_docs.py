"""Docstrings of networks that both frameworks have: whole in `models/pytorch`, in `models/keras` only what differs."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache
from pathlib import Path
from typing import TypeVar

Made = TypeVar("Made")


def as_in_pytorch(made: Made) -> Made:
    """Complete the docstring of a Keras function or class by that of its namesake in `models/pytorch`.

    Its own first paragraph and its own sections stay; further paragraphs, and sections that it lacks, are the
    namesake's. They are read from the source, because importing it would load PyTorch.
    """
    if made.__doc__:  # `python -OO` keeps none
        name = getattr(made, "__name__", "")
        theirs = _sections(_docstrings(made.__module__.rpartition(".")[2])[name])
        own = _sections(made.__doc__)
        own[""] += "".join(theirs[""].partition("\n\n")[1:])
        made.__doc__ = "\n\n".join({**theirs, **own}.values())
    return made


@cache
def _docstrings(module: str) -> dict[str, str]:
    """The docstrings of the functions and classes of one module of `models/pytorch`."""
    tree = ast.parse((Path(__file__).with_name("pytorch") / f"{module}.py").read_text("utf-8"))
    makers = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return {node.name: ast.get_docstring(node) or "" for node in makers}


def _sections(text: str) -> dict[str, str]:
    """The parts of a docstring by their headings; what comes before the first one has the heading ""."""
    head, *sections = re.split(r"\n\n(?=[A-Z][a-z]+\n-+\n)", inspect.cleandoc(text))
    return {"": head, **{section.partition("\n")[0]: section for section in sections}}
