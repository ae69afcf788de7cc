"""The built site, served as a reader meets it, and the system's Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from html_site import HTML, Site
from playwright.sync_api import Browser, sync_playwright
from serving import serve

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def site() -> Site:
    """The built site; a missing one is a failure, not a reason to skip its checks."""
    if not (HTML / "index.html").is_file():
        pytest.fail(
            f"There is no built site in {HTML}: run `make book` first, or name its folder in BOOK_HTML.", pytrace=False
        )
    return Site(HTML)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window and without any host but this machine."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail(
            "The tests of the site need Chromium, and there is none on the PATH: install it (Debian, Ubuntu: "
            "`apt-get install chromium`), or name its program in the environment variable CHROMIUM.",
            pytrace=False,
        )
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        options.append("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
        chromium = playwright.chromium.launch(executable_path=found, args=options)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def address(site: Site) -> Iterator[str]:
    """Where the site is served over http, with a slash at the end."""
    with serve(site.root) as url:
        yield url
