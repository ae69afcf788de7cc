"""The built site, served as a reader meets it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from html_site import HTML, Site
from serving import serve


@pytest.fixture(scope="session")
def site() -> Site:
    """The built site; a missing one is a failure, not a reason to skip its checks."""
    if not (HTML / "index.html").is_file():
        pytest.fail(
            f"There is no built site in {HTML}: run `make book` first, or name its folder in BOOK_HTML.", pytrace=False
        )
    return Site(HTML)


@pytest.fixture(scope="session")
def address(site: Site) -> Iterator[str]:
    """Where the site is served over http, with a slash at the end."""
    with serve(site.root) as url:
        yield url
