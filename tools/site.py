"""Build the site with warnings as errors, from the notebooks' cached results; with --full from nothing.

A build is incremental only after one that passed with the same environment, extensions, styles, settings and titles:
after a failed build Sphinx would not read the failing page again, and a second build would pass. An incremental build
reads those pages anew that were made from something else than now: Sphinx alone would not see that a notebook has a
new result though its file is the same.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import nbformat

from tools import inputs, notebooks

BUILD = notebooks.ROOT / "_build"
PAGES = (".ipynb", ".md")


def pages() -> list[Path]:
    """The sources of all pages, relative to the project's folder."""
    found = [file for folder in ("book", "exercises") for file in inputs.files(notebooks.ROOT / folder)]
    return [file.relative_to(notebooks.ROOT) for file in found if file.suffix in PAGES]


def common(sources: list[Path], environment: str, package: dict[str, str]) -> str:
    """What every page depends on: settings, extensions, styles, bibliography, figures, and the titles of all pages."""
    others = [f for f in inputs.files(notebooks.ROOT / "book") if f.suffix not in PAGES]
    titles = [f"{path}: {title(path)}" for path in sources]
    figures = [f"{name} {value}" for name, value in sorted(package.items()) if name.startswith("dlcourse.figures")]
    paths: list[str | Path] = ["_config.yml", "_toc.yml", "tools/site.py", *others]
    return inputs.digest(notebooks.ROOT, paths, environment, *titles, *figures)


def title(path: Path) -> str:
    """The first heading of a page, which stands in the contents beside every page."""
    found = re.search(r"^(?:\s*\")?# (.*?)(?:\\n)?[\",]*$", (notebooks.ROOT / path).read_text("utf-8"), re.M)
    return found[1] if found else ""


def made_from(sources: list[Path], package: dict[str, str]) -> dict[str, str]:
    """What each page is made from: source, a notebook's result; and the package, where the text speaks of it."""
    cache, found = notebooks.get_cache(notebooks.CACHE), {}
    for path in sources:
        more = ""
        if path.suffix == ".ipynb":
            try:
                record = cache.match_cache_notebook(nbformat.read(notebooks.ROOT / path, as_version=4))
                more = nbformat.writes(cache.get_cache_bundle(record.pk).nb)
            except KeyError:
                more = "no result"
        elif "dlcourse" in (notebooks.ROOT / path).read_text("utf-8"):
            more = package[inputs.EVERYTHING]
        found[str(path)] = inputs.digest(notebooks.ROOT, [path], more)
    return found


def built() -> dict[str, str]:
    """A digest of each built page: of its text, of the files that it names, and of all that pages share."""
    root, found = BUILD / "html", {}
    every = {file.relative_to(root).as_posix() for file in inputs.files(root)}
    shared = inputs.digest(root, ["_static"])
    for page in sorted(every):
        if page.endswith(".html") and not page.startswith(("_static/", "_sources/")):
            quoted = re.findall(r"""["'(]([^"'()<>\s#?]+\.\w+)""", (root / page).read_text("utf-8"))
            named = {os.path.normpath(os.path.join(os.path.dirname(page), unquote(name))) for name in quoted} & every
            own = [name for name in named if not name.startswith("_static/") and not name.endswith(".html")]
            found[page] = inputs.digest(root, [page, *own], shared)
    return found


def main(arguments: list[str]) -> int:
    """Build what has changed; return the exit code of the builder."""
    notebooks.fresh_cache()
    sources, package = pages(), inputs.modules(notebooks.ROOT)
    environment = inputs.environment(notebooks.ROOT, notebooks.KERNEL_ENVIRONMENT)
    whole, single = common(sources, environment, package), made_from(sources, package)
    now = {"all": whole, "pages": single}
    memory = inputs.Memory(BUILD / "site-made-from.json")
    before = {} if "--full" in arguments else memory.all()
    if now == before and (BUILD / "html" / "index.html").exists():
        print("The site is up to date")
        return 0
    memory.file.unlink(missing_ok=True)
    if whole != before.get("all"):
        print(f"Building all {len(sources)} pages", flush=True)
        for part in ("html", ".doctrees", "jupyter_execute"):
            shutil.rmtree(BUILD / part, ignore_errors=True)
    else:
        changed = [path for path, value in single.items() if before["pages"].get(path) != value]
        print("Building anew: " + ", ".join(changed), flush=True)
        for path in changed:
            (BUILD / ".doctrees" / path).with_suffix(".doctree").unlink(missing_ok=True)
    builder = str(Path(sys.executable).with_name("jupyter-book"))
    code = subprocess.call([builder, "build", "-W", "-n", "--keep-going", "-q", str(notebooks.ROOT)])
    if code == 0:
        memory.update(now)
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
