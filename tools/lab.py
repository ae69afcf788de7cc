"""Open JupyterLab on a page that lists the chapters, without its question about news.

    python -m tools.lab

The page is made from the book's contents, and lies in `_build/lab` with JupyterLab's settings for this book: nothing
is written into the user's own.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import nbformat
import yaml

from tools import notebooks

FOLDER = Path("_build/lab")

SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
}

HEAD = """# Deep Learning You Can See

Open a chapter and run its cells with Shift+Enter. The pages of exercises hold the answers, too: `make exercises`
writes copies without them into `_build/nbgrader/release`.
"""


def title(file: str) -> str:
    """A page's own title: its first heading."""
    path = notebooks.ROOT / f"{file}.ipynb"
    if path.exists():
        cells = nbformat.read(path, as_version=4).cells
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    else:
        text = path.with_suffix(".md").read_text("utf-8")
    found = re.search(r"^# (.+)$", text, re.MULTILINE)
    return found[1] if found else file


def entry(page: dict) -> str:
    """A line of the list: a page and, if it is there, its page of exercises; empty for a page that is no notebook."""
    pages = [(title(page["file"]), page["file"])]
    pages += [(part.get("title", ""), part["file"]) for part in page.get("sections", [])]
    there = [(name, f"{file}.ipynb") for name, file in pages if (notebooks.ROOT / f"{file}.ipynb").exists()]
    return "- " + ", ".join(f"[{name}](../../{file})" for name, file in there) if there else ""


def contents() -> str:
    """The page in Markdown."""
    toc = yaml.safe_load((notebooks.ROOT / "_toc.yml").read_text("utf-8"))
    text = HEAD
    for part in toc["parts"]:
        lines = [line for line in map(entry, part["chapters"]) if line]
        if lines:
            text += f"\n## {part['caption']}\n\n" + "\n".join(lines) + "\n"
    return text


def command() -> list[str]:
    """How JupyterLab is started."""
    return [
        str(Path(sys.executable).with_name("jupyter-lab")),
        f"--notebook-dir={notebooks.ROOT}",
        f"--LabApp.app_settings_dir={notebooks.ROOT / FOLDER}",
        f"--LabApp.default_url=/lab/tree/{FOLDER}/contents.md?file-browser-path=/book",
    ]


def main(options: list[str]) -> None:
    """Write page and settings, and hand over to JupyterLab."""
    folder = notebooks.ROOT / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "contents.md").write_text(contents(), "utf-8")
    (folder / "overrides.json").write_text(json.dumps(SETTINGS), "utf-8")
    os.execv(command()[0], [*command(), *options])


if __name__ == "__main__":
    main(sys.argv[1:])
