"""The built site has no fault that its files alone can show (see `site_checks`)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from html_site import Site
from site_checks import CHECKS


def test_the_site_has_pages_and_a_front_page(site: Site) -> None:
    assert len(site.documents) >= 5
    assert (site.root / "book/index.html") in site.documents
    assert (site.root / "index.html") in site.pages


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_no_page_has(check: Callable[[Site], list[str]], site: Site) -> None:
    problems = check(site)
    assert not problems, "\n".join([f"{len(problems)} problems:", *problems])
