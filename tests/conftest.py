"""What all tests share: the settings of hypothesis, and the system's Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Machines that run tests are shared, and a slow example is no wrong one; the same examples each time.
settings.register_profile("book", deadline=None, derandomize=True)
settings.load_profile("book")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window and without any host but this machine."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail(
            "These tests need Chromium, and there is none on the PATH: install it (Debian, Ubuntu: "
            "`apt-get install chromium`), or name its program in the environment variable CHROMIUM.",
            pytrace=False,
        )
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        options.append("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
        chromium = playwright.chromium.launch(executable_path=found, args=options)
        yield chromium
        chromium.close()
