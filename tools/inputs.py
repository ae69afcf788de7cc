"""What a result was made from, as digests: a result holds only as long as they are the same.

All that is skipped, because it would give what it gave before, is decided here: the notebooks' results, the pages of
the site, the stages of `make test`.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

# How everything is run and compared; a change here makes every result an old one.
MACHINERY = (
    "requirements.txt",
    "tools/environment.py",
    "tools/inputs.py",
    "tools/notebooks.py",
    "tools/results.py",
    "tools/strict_nbval.py",
)

EVERYTHING = "all of the package"


def files(path: Path) -> list[Path]:
    """The file, or all files below the folder; without what Python, editors and Jupyter put beside them."""
    found = [path] if path.is_file() else [file for file in sorted(path.rglob("*")) if file.is_file()]
    hidden = [any(part.startswith((".", "__pycache__")) for part in file.relative_to(path).parts) for file in found]
    return [file for file, skip in zip(found, hidden, strict=True) if not skip]


def digest(root: Path, paths: Iterable[str | Path], *more: str) -> str:
    """A digest of files and folders, given relative to `root`, with their names; and of more text."""
    found = hashlib.sha256(json.dumps(more).encode())
    for file in sorted({file for path in paths for file in files(root / path)}):
        content = file.read_bytes()
        found.update(f"\0{file.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


def environment(root: Path, settings: Mapping[str, str]) -> str:
    """The machinery, the version of Python, all that is installed, and the settings of the kernels."""
    settled = [f"{name}={value}" for name, value in sorted(settings.items())]
    return digest(root, MACHINERY, sys.version, platform.machine(), *installed(), *settled)


@cache
def installed() -> list[str]:
    """The names and versions of all packages that are installed, whatever else this process can import."""
    folders = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    return sorted(f"{found.name} {found.version}" for found in distributions(path=sorted(folders)))


def module(file: Path, source: Path) -> str | None:
    """The module that a file belongs to: a stub to its module, other files to the package around them."""
    folder = file.parent
    while not (folder / "__init__.py").exists():
        if folder == source:
            return None
        folder = folder.parent
    package = ".".join(folder.relative_to(source).parts)
    own = file.suffix in (".py", ".pyi") and file.parent == folder and file.stem != "__init__"
    return f"{package}.{file.stem}" if own else package


def modules(root: Path) -> dict[str, str]:
    """A digest of each module in `src`, with the files that belong to it; and one of all."""
    source = root / "src"
    belonging: dict[str, list[Path]] = {}
    for file in files(source):
        name = module(file, source)
        if name is not None:
            belonging.setdefault(name, []).append(file.relative_to(root))
    found = {name: digest(root, paths) for name, paths in belonging.items()}
    return {**found, EVERYTHING: digest(root, [path for paths in belonging.values() for path in paths])}


class Memory:
    """What is kept from one run to the next, in a file: mostly with which inputs something has passed."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def all(self) -> dict[str, Any]:
        """All that is kept; nothing if there is no file, or none that can be read."""
        try:
            kept = json.loads(self.file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def update(self, more: Mapping[str, Any]) -> None:
        """Keep these too; whoever reads meanwhile sees the old file or the new one."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        new = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        new.write_text(json.dumps({**self.all(), **more}, indent=1, sort_keys=True), "utf-8")
        new.replace(self.file)
