"""Pages that hold figures as the book's site does, and a stage on which a figure is mounted as JupyterLab does."""

from __future__ import annotations

import contextlib
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from dlcourse.figures.base import FIGURES, Figure, style_sheets, write_static
from figure_stage import Stage
from serving import serve

THEME = """
html { --pst-color-text-base: #222832; --pst-color-text-muted: #48566b; --pst-color-background: #fff;
       --pst-color-border: #d1d5da; }
html[data-theme="dark"] { --pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af;
       --pst-color-background: #14181e; --pst-color-border: #48566b; }
body { margin: 0; padding: 16px; background: var(--pst-color-background); color: var(--pst-color-text-base); }
"""


def build(folder: pathlib.Path, *figures: Figure) -> pathlib.Path:
    """A page with these figures in `folder`, with the scripts laid out as the book's Sphinx extension does it."""
    write_static(folder / "_static" / "figures")
    body = "\n".join(figure._repr_mimebundle_()[0]["text/html"] for figure in figures)
    styles = "".join(f'<link rel="stylesheet" href="_static/figures/{name}">' for name in style_sheets(body))
    page = folder / "index.html"
    page.write_text(
        f"""<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>Figures</title>
        <meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
        <style>{THEME}</style>{styles}
        <script defer src="_static/figures/modules.js"></script><script defer src="_static/figures/page.js"></script>
        </head><body><main><h1>Figures</h1>{body}</main></body></html>""",
        encoding="utf-8",
    )
    return page


def watched(page: Page, problems: list[str]) -> Page:
    """The page, whose errors go into the list."""
    page.set_default_timeout(5_000)
    page.on("console", lambda message: problems.append(message.text) if message.type != "log" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("requestfailed", lambda request: problems.append(f"failed: {request.url}"))
    return page


@pytest.fixture(scope="session")
def build_page() -> Callable[..., pathlib.Path]:
    """The function `build`, for tests that change its page before they open it."""
    return build


@pytest.fixture
def visit(browser: Browser, tmp_path: pathlib.Path) -> Iterator[Callable[..., Page]]:
    """A function that opens a page with the given figures; afterwards the test fails if the page had errors.

    Its keyword arguments are those of a browser context, and `http=True` for a page from a server.
    """
    problems: list[str] = []
    contexts = []
    servers = contextlib.ExitStack()

    def open_page(*figures: Figure, http: bool = False, **options: Any) -> Page:
        folder = tmp_path / str(len(contexts))
        file = build(folder, *figures)
        url = file.as_uri()
        if http:
            url = servers.enter_context(serve(folder)) + "index.html"
        contexts.append(browser.new_context(**{"viewport": {"width": 800, "height": 900}, **options}))
        page = watched(contexts[-1].new_page(), problems)
        page.goto(url)
        if options.get("java_script_enabled", True):
            page.wait_for_function("!document.querySelector('.dlcourse-figure > script')")
        return page

    yield open_page
    for context in contexts:
        context.close()
    servers.close()
    assert problems == []


@pytest.fixture(scope="session")
def _stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, list[str]]]:
    problems: list[str] = []
    page = watched(browser.new_page(reduced_motion="reduce"), problems)
    page.goto(build(tmp_path_factory.mktemp("stage"), *(figure() for figure in FIGURES.values())).as_uri())
    yield Stage(page), problems
    page.close()


@pytest.fixture
def stage(_stage: tuple[Stage, list[str]]) -> Iterator[Stage]:
    """One page for all tests of a run; `stage.show(figure)` clears it and mounts figures as JupyterLab does."""
    stage, problems = _stage
    problems.clear()
    yield stage
    stage.show()
    assert problems == []


@pytest.fixture
def show(stage: Stage) -> Callable[..., Page]:
    """The function `stage.show`."""
    return stage.show
