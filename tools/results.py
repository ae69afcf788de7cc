"""The results of notebooks that are kept in jupyter-cache, and what they were made from.

jupyter-cache finds a result by the notebook's code cells. Beside it is kept what it was made from: the environment, and
the modules of the package that its kernel had imported. A result that was made from something else than what is here is
thrown away before anything reads the cache; so the site cannot show it.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from nbformat import NotebookNode

from tools import inputs


def available(root: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """What a notebook's result can be made from, beside itself, as digests."""
    return {"environment": inputs.environment(root, settings), **inputs.modules(root)}


def question(now: Mapping[str, str]) -> dict[str, Any]:
    """What a kernel is asked when all cells have run, so that no output shows it: which modules it has imported."""
    ours = sorted({name.partition(".")[0] for name in now})
    asked = f"' '.join(name for name in list(__import__('sys').modules) if name.partition('.')[0] in {ours})"
    return {"code": "pass", "silent": True, "store_history": False, "user_expressions": {"modules": asked}}


def made_from(reply: Any, before: Mapping[str, str], root: Path) -> dict[str, str]:
    """What a result was made from, by the kernel's reply; of a kernel that cannot tell: everything."""
    try:
        names = ast.literal_eval(reply["content"]["user_expressions"]["modules"]["data"]["text/plain"]).split()
    except (AttributeError, KeyError, SyntaxError, TypeError, ValueError):
        names = [inputs.EVERYTHING]
    if not set(names) <= set(before):
        names = [inputs.EVERYTHING]
    after = inputs.modules(root)
    if any(after.get(name) != before[name] for name in names):
        return {}  # changed meanwhile: nobody knows what was imported
    return {name: before[name] for name in ("environment", *names)}


def without_old(cache: JupyterCacheAbstract, now: Mapping[str, str]) -> JupyterCacheAbstract:
    """The cache, after results that were made from something else than now were thrown away."""
    for record in cache.list_cache_records():
        used = (record.data or {}).get("inputs")
        if not used or any(now.get(name) != value for name, value in used.items()):
            with contextlib.suppress(KeyError):  # a result whose file is lost
                cache.remove_cache(record.pk)
    return cache


def store(cache: JupyterCacheAbstract, notebook: NotebookNode, path: Path, data: dict[str, Any]) -> None:
    """Keep an executed notebook for the build of the site; `data` says what it was made from and how long it took."""
    cache.cache_notebook_bundle(CacheBundleIn(notebook, str(path), data=data), check_validity=False, overwrite=True)
    _seconds(cache).update({str(path): data["execution_seconds"]})


def _seconds(cache: JupyterCacheAbstract) -> inputs.Memory:
    """How long each notebook took when it last ran; kept beside the cache, longer than the results."""
    return inputs.Memory(cache.path.with_name("notebook-seconds.json"))


def longest_first(cache: JupyterCacheAbstract, paths: Iterable[Path]) -> list[Path]:
    """Notebooks in the order in which they should start, so that no core waits; new ones come first."""
    seconds = _seconds(cache).all()
    return sorted(paths, key=lambda path: -seconds.get(str(path), float("inf")))


def content(notebook: NotebookNode) -> str:
    """A digest of a notebook: its cells, and the outputs that are stored in it."""
    return hashlib.sha256(nbformat.writes(notebook).encode()).hexdigest()


def passed(cache: JupyterCacheAbstract, path: Path) -> bool:
    """Whether the notebook, as it is, was compared with its stored outputs and passed."""
    notebook = nbformat.read(path, as_version=4)
    try:
        return cache.match_cache_notebook(notebook).data.get("passed") == content(notebook)
    except KeyError:
        return False
