"""The built site, served as a reader meets it, and the system's Chromium."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from html_site import Site
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
HTML = Path(os.environ.get("BOOK_HTML") or ROOT / "_build/html")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def site() -> Site:
    """The built site; a missing one is a failure, not a reason to skip its checks."""
    if not (HTML / "index.html").is_file():
        pytest.fail(f"There is no built site in {HTML}: run `make book` first, or name its folder in BOOK_HTML.", pytrace=False)
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


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files without a line for each on the terminal."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class QuietServer(http.server.ThreadingHTTPServer):
    """Serves until closed; a browser that hangs up early is no error."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report errors, save for connections that the browser broke off."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@pytest.fixture(scope="session")
def address(site: Site) -> Iterator[str]:
    """Where the site is served over http, with a slash at the end."""
    with QuietServer(("127.0.0.1", 0), functools.partial(QuietHandler, directory=str(site.root))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
