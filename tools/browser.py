"""The browser in which pages are tested: the system's Chromium or Chrome, or Playwright's own.

`make test` begins with `python -m tools.browser`: find one that starts, or fetch Playwright's, or say what to do.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PROGRAMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)

HELP = """The tests of the site and of the figures need Chromium or Chrome, and none starts here. Install one:
    Debian   sudo apt-get install chromium
    Ubuntu   .venv/bin/playwright install --with-deps chromium
    macOS    brew install --cask google-chrome
or name the program that is to be used: make test CHROMIUM=/path/to/chromium"""

# No window, and no host but this machine.
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


class NoBrowser(Exception):
    """No browser starts; the message says why and what to do."""


def program() -> str | None:
    """The program named in the environment variable CHROMIUM, or one that is installed; None: Playwright's own."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """A running browser, or NoBrowser."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=program(), args=OPTIONS)
        except Error as problem:
            raise NoBrowser(f"{problem.message}\n\n{HELP}") from None
        yield browser
        browser.close()


def _starts() -> str:
    """Nothing, or what is wrong."""
    try:
        with launched():
            return ""
    except NoBrowser as problem:
        return str(problem)


def main() -> None:
    """Find, fetch or explain."""
    wrong = _starts()
    if wrong and program() is None:
        print("No Chromium or Chrome is installed here: fetching Playwright's own", flush=True)
        subprocess.call([sys.executable, "-m", "playwright", "install", "chromium"])
        wrong = _starts()
    if wrong:
        sys.exit(wrong)


if __name__ == "__main__":
    main()
