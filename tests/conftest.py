"""What all tests share: the order of imports, the settings of hypothesis, and a browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

import dlcourse  # noqa: F401  # before the frameworks, which the tests import in any order
from tools.browser import launched

ROOT = Path(__file__).resolve().parent.parent

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


def page_of(item: pytest.Item) -> str | None:
    """The page that a test is about: a path, or something with a path `page`, or a `page_name` among its parameters."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    for name, value in parameters.items():
        path = getattr(value, "page", value)
        if isinstance(path, Path) and path.is_relative_to(ROOT):
            return path.relative_to(ROOT).as_posix()
        if name == "page_name":
            return str(value)
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests about pages that passed before, as they are (see tools/schedule.py)."""
    unchanged = set(os.environ.get("UNCHANGED_PAGES", "").split(os.pathsep)) - {""}
    left_out = [item for item in items if page_of(item) in unchanged]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if page_of(item) not in unchanged]
