"""What all tests share: the order of imports, the settings of hypothesis, and a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

import dlcourse  # noqa: F401  # before the frameworks, which the tests import in any order
from tools.browser import launched

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Machines that run tests are shared, and a slow example is no wrong one; the same examples each time.
settings.register_profile("book", deadline=None, derandomize=True)
settings.load_profile("book")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser without a window and without any host but this machine."""
    with launched() as found:
        yield found
