"""The built site has no fault that its files alone can show (see `site_checks`)."""

from __future__ import annotations

import nbformat

from html_site import Site, parse, read
from site_checks import CHECKS
from tools import notebooks


def test_the_site_has_pages_and_a_front_page(site: Site) -> None:
    assert len(site.documents) >= 5
    assert (site.root / "book/index.html") in site.documents
    assert (site.root / "index.html") in site.pages


def test_no_page_has_a_fault(site: Site) -> None:
    """One test for all checks, for reading the pages takes longer than checking them."""
    problems = [f"{check.__name__}: {problem}" for check in CHECKS for problem in check(site)]
    assert not problems, "\n".join([f"{len(problems)} problems:", *problems])


def test_every_not_quite_of_a_notebook_is_a_box(site: Site) -> None:
    cells = [cell for path in notebooks.paths() for cell in nbformat.read(path, as_version=4).cells]
    said = sum(cell.source.count("> **Not quite.**") for cell in cells if cell.cell_type == "markdown")
    assert said == sum(read(page).count('class="not-quite admonition') for page in site.documents) > 0


def test_no_page_shows_what_only_the_grader_may_see(site: Site) -> None:
    hidden = [path for path in notebooks.paths() if path.parts[-3] == "exercises"]
    assert hidden
    for path in hidden:
        page = site.root / path.relative_to(notebooks.ROOT).with_suffix(".html")
        text = page.read_text("utf-8")
        for cell in nbformat.read(path, as_version=4).cells:
            if "BEGIN HIDDEN TESTS" in cell.source:
                *_, last = [line for line in cell.source.splitlines() if not line.startswith("###")]
                assert last not in parse(page).get_text(), f"{page.name} shows: {last}"
        assert "HIDDEN TESTS" not in text
