"""Build the site with warnings as errors, from the notebooks' cached results.

A build is incremental only after one that passed with the same package, extensions and settings: after a
failed build Sphinx would not read the failing page again, and a second build would pass.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tools import notebooks

BUILD = notebooks.ROOT / "_build"
STAMP = BUILD / "site-made-with"


def fingerprint() -> str:
    """What a page depends on beside its own source."""
    book = notebooks.ROOT / "book"
    parts = sorted([*(book / "_ext").rglob("*.*"), *(book / "_static").rglob("*.*")])
    return notebooks.fingerprint([notebooks.ROOT / "_config.yml", notebooks.ROOT / "_toc.yml", *parts])


def main() -> int:
    """Build; return the exit code of the builder."""
    now = fingerprint()
    unchanged = STAMP.exists() and STAMP.read_text() == now
    STAMP.unlink(missing_ok=True)
    builder = str(Path(sys.executable).with_name("jupyter-book"))
    if not unchanged:
        for part in ("html", ".doctrees", "jupyter_execute"):
            shutil.rmtree(BUILD / part, ignore_errors=True)
    code = subprocess.call([builder, "build", "-W", "-n", "--keep-going", "-q", str(notebooks.ROOT)])
    if code == 0:
        STAMP.write_text(now)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
