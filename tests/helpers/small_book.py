"""A book of a few short pages, built with the settings, extensions and styles of the real one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parents[2]

TOC = """
format: jb-book
root: book/index
parts:
  - caption: Networks
    chapters:
      - file: book/networks/cells
        title: Cells
        sections: [{file: exercises/networks/cells, title: Exercises}]
  - caption: Convolution
    chapters:
      - file: book/convolution/filters
"""


def notebook(*cells: nbformat.NotebookNode, metadata: dict | None = None) -> str:
    """The text of a notebook that has been run."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.writes(new_notebook(cells=list(cells), metadata={"kernelspec": kernel, **(metadata or {})}))


def cell(source: str, *outputs: nbformat.NotebookNode, tags: str = "", alt: str = "") -> nbformat.NotebookNode:
    """A code cell with its outputs, and the text that stands for its picture."""
    metadata = {"tags": tags.split(), **({"mystnb": {"image": {"alt": alt}}} if alt else {})}
    return new_code_cell(source, outputs=list(outputs), execution_count=1, metadata=metadata)


def printed(text: str) -> nbformat.NotebookNode:
    """What a cell prints."""
    return new_output("stream", name="stdout", text=text)


def shown(data: dict, metadata: dict | None = None) -> nbformat.NotebookNode:
    """What a cell shows."""
    return new_output("display_data", data=data, metadata=metadata or {})


def markdown(text: str) -> nbformat.NotebookNode:
    """A cell of text."""
    return new_markdown_cell(text)


def run(
    folder: Path, pages: dict[str, str], toc: str = TOC, execute: str = "'off'"
) -> subprocess.CompletedProcess[str]:
    """Build the pages, with warnings as errors as the real book is built: what came of it.

    The extensions, styles and settings are those of this checkout.
    """
    for part in ("book/_ext", "book/_static"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    settings = (ROOT / "_config.yml").read_text("utf-8")
    assert "execute_notebooks: cache" in settings
    settings = settings.replace("execute_notebooks: cache", f"execute_notebooks: {execute}")
    references = "@book{cat,\n title={Cats}, author={Cat, A.}, year={2020}, publisher={Mouse}}\n"
    others = {"_config.yml": settings, "_toc.yml": toc, "book/references.bib": references}
    for name, text in {**others, **pages}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    builder = str(Path(sys.executable).with_name("jupyter-book"))
    command = [builder, "build", "-W", "-n", "--keep-going", "-q", str(folder)]
    return subprocess.run(command, capture_output=True, text=True)


def build(folder: Path, pages: dict[str, str]) -> Path:
    """Build the pages without running notebooks; the folder of the site."""
    ran = run(folder, pages)
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-4000:]
    return folder / "_build/html"
