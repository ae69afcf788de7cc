"""The built site in the browser: over http and as files, in both themes, on a wide and a narrow screen.

Each page is opened once over http and once as a file with the network off; the tests then ask what happened.
With several workers `--dist worksteal` keeps the tests of a page together.
"""

from __future__ import annotations

import functools
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from browser_visit import Visit, open_context, visit_by_file, visit_by_http, watch
from html_site import HTML, Site, is_redirection, parse
from site_checks import LIMIT

NO_SITE = "(no built site)"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each page, so that a failure names it; the tests of a page together, so that it is opened once."""
    if "page_name" in metafunc.fixturenames:
        site = Site(HTML)
        names = [site.name(page) for page in site.pages if not is_redirection(parse(page))]
        metafunc.parametrize("page_name", names or [NO_SITE], scope="session")


@functools.cache
def opened(browser: Browser, where: str | Path, name: str) -> Visit:
    """The visit to a page, made once."""
    return visit_by_file(browser, where, name) if isinstance(where, Path) else visit_by_http(browser, where, name)


@pytest.fixture
def served(browser: Browser, address: str, page_name: str) -> Visit:
    """The visit to a page over http."""
    return opened(browser, address, page_name)


@pytest.fixture(params=["http", "file"])
def visit(request: pytest.FixtureRequest, browser: Browser, site: Site, address: str, page_name: str) -> Visit:
    """The visit to a page over http, and as a file with the network off."""
    return opened(browser, address if request.param == "http" else site.root, page_name)


def test_asks_no_other_host(visit: Visit) -> None:
    assert visit.foreign == []
    assert visit.asked


def test_every_request_is_answered(visit: Visit) -> None:
    assert visit.failed == []


def test_reports_no_error(visit: Visit) -> None:
    assert visit.errors == []


def test_typesets_its_equations(visit: Visit) -> None:
    assert visit.facts["typeset"] == visit.facts["equations"]
    assert visit.facts["badlyTypeset"] == []


def test_starts_its_figures(visit: Visit) -> None:
    for figure in visit.facts["figures"]:
        assert figure["started"], figure
        assert "could not start" not in figure["text"], figure


def test_shows_its_images(visit: Visit) -> None:
    assert visit.facts["brokenImages"] == []


def test_has_one_main_heading(served: Visit) -> None:
    assert len(served.facts["headings"]) == 1, served.facts["headings"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(served: Visit, theme: str) -> None:
    assert not served.violations[theme], "\n".join(served.violations[theme])


def test_does_not_scroll_sideways_on_a_phone(served: Visit) -> None:
    assert served.narrow["scrolls"] <= 0, served.narrow


def test_a_first_visit_transfers_less_than_the_limit(served: Visit, site: Site) -> None:
    """All that the page loads into an empty cache, MathJax too, from a host that compresses text, as web hosts do."""
    sizes = {name: compressed(site, name, size) for name, size in served.bytes.items()}
    assert 0 < sum(sizes.values()) <= LIMIT, heaviest(sizes)


def test_weighs_less_than_the_limit_without_compression(served: Visit) -> None:
    """All but MathJax, which is the same for every page and comes after the text."""
    sizes = {name: size for name, size in served.bytes.items() if not name.startswith("_static/mathjax/")}
    assert 0 < sum(sizes.values()) <= LIMIT, heaviest(sizes)


def compressed(site: Site, name: str, size: int) -> int:
    """Bytes of a file as a host sends it that compresses text with gzip."""
    file = site.root / unquote(urlsplit(name).path)
    text = file.suffix in (".html", ".css", ".js", ".json", ".svg") and file.is_file()
    return len(gzip.compress(file.read_bytes(), 6)) if text else size


def heaviest(sizes: dict[str, int]) -> str:
    """The total and what makes most of it."""
    most = sorted(sizes.items(), key=lambda item: -item[1])[:8]
    return f"{sum(sizes.values()):,} bytes, most of them " + ", ".join(f"{name}: {size:,}" for name, size in most)


# What a reader does.


@pytest.fixture
def reader(browser: Browser, address: str) -> Iterator[tuple[Page, Visit]]:
    """An open page, and what goes wrong on it; whatever does fails the test."""
    visit = Visit("")
    context = open_context(browser)
    page = context.new_page()
    watch(page, visit, address)
    yield page, visit
    context.close()
    assert (visit.foreign, visit.failed, visit.errors) == ([], [], [])


def pages_with(site: Site, selector: str, least: int = 1) -> list[str]:
    """Names of the pages with at least so many elements that fit the selector; without such a page the test fails."""
    found = [site.name(page) for page in site.documents if len(parse(page).select(selector)) >= least]
    assert found, f"no page has {least} x {selector}"
    return found


def test_the_root_leads_to_the_front_page(reader: tuple[Page, Visit], address: str) -> None:
    page, _ = reader
    page.goto(address)
    page.wait_for_url(f"{address}book/index.html")


def search_for(page: Page, word: str) -> None:
    """Search as a reader does: open the field with the keyboard, type, press Enter."""
    page.keyboard.press("Control+k")
    field = page.locator("#pst-search-dialog input[type=search]")
    expect(field).to_be_focused()
    field.fill(word)
    field.press("Enter")
    page.wait_for_url("**/search.html?q=*")


def test_search_finds_a_word_and_leads_to_its_page(reader: tuple[Page, Visit], address: str) -> None:
    page, _ = reader
    page.goto(f"{address}book/index.html")
    search_for(page, "convolution")
    results = page.locator("#search-results ul.search li")
    expect(results.first).to_be_visible()
    expect(page.locator("#search-results p.context").first).not_to_be_empty()
    results.first.locator("a").click()
    expect(page.locator("article")).to_contain_text("onvolution")


def test_search_for_a_word_that_is_nowhere_says_so(reader: tuple[Page, Visit], address: str) -> None:
    page, _ = reader
    page.goto(f"{address}search.html?q=xyzzyplugh")
    expect(page.locator("#search-results")).to_contain_text("did not match any documents")


def test_search_works_from_a_file(browser: Browser, site: Site) -> None:
    visit = Visit("search")
    context = open_context(browser, offline=True)
    page = context.new_page()
    watch(page, visit, site.root.as_uri())
    page.goto((site.root / "book/index.html").as_uri())
    search_for(page, "convolution")
    expect(page.locator("#search-results ul.search li").first).to_be_visible()
    expect(page.locator("#search-results")).to_contain_text("Search finished")
    context.close()
    assert (visit.foreign, visit.failed, visit.errors) == ([], [], [])


def test_the_theme_follows_the_system_until_the_reader_chooses_and_then_keeps_the_choice(
    reader: tuple[Page, Visit], site: Site, address: str
) -> None:
    page, _ = reader
    first, second = [site.name(p) for p in site.documents][:2]
    page.goto(address + first)
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(root).to_have_attribute("data-theme", "dark")
    page.emulate_media(color_scheme="light")
    switch = page.locator(".theme-switch-button:visible")
    for _ in range(3):
        if root.get_attribute("data-mode") == "dark":
            break
        switch.click()
    expect(root).to_have_attribute("data-theme", "dark")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(map(int, ground.removeprefix("rgb(").rstrip(")").split(","))) < 80, ground
    page.goto(address + second)
    expect(root).to_have_attribute("data-theme", "dark")


def test_each_theme_shows_its_own_version_of_a_picture(reader: tuple[Page, Visit], site: Site, address: str) -> None:
    page, _ = reader
    page.goto(address + pages_with(site, "img.only-dark")[0])
    themes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for theme, other in zip(themes, reversed(themes), strict=True):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function("(theme) => document.documentElement.dataset.theme === theme", arg=theme)
        # A picture behind a tab is shown in neither theme, so only some have to be, but none of the other theme.
        assert page.locator(f"img.only-{theme}:visible").count() > 0
        assert page.locator(f"img.only-{other}:visible").count() == 0


KERAS = 'label.sd-tab-label[data-sync-group="framework"][data-sync-id="keras"]'


def chosen(page: Page) -> list[str | None]:
    """The framework that each set of framework tabs shows."""
    script = """() => [...document.querySelectorAll("label.sd-tab-label[data-sync-group=framework]")]
      .filter((label) => document.getElementById(label.htmlFor).checked).map((label) => label.dataset.syncId)"""
    return page.evaluate(script)


def test_a_choice_of_framework_counts_for_all_tabs_and_all_pages(
    reader: tuple[Page, Visit], site: Site, address: str
) -> None:
    page, _ = reader
    names = pages_with(site, KERAS)
    several = pages_with(site, KERAS, least=2)[0]
    page.goto(address + several)
    assert set(chosen(page)) == {"pytorch"}
    page.locator(KERAS).first.click()
    assert set(chosen(page)) == {"keras"}
    assert page.evaluate("localStorage.getItem('sphinx-design-tab-id-framework')") == "keras"
    for name in [several, *names[:2]]:
        page.goto(address + name)
        assert set(chosen(page)) == {"keras"}, name


def test_framework_tabs_obey_the_keyboard(reader: tuple[Page, Visit], site: Site, address: str) -> None:
    page, _ = reader
    page.goto(address + pages_with(site, KERAS)[0])
    page.locator('.sd-tab-set > input[type="radio"]').first.focus()
    page.keyboard.press("ArrowRight")
    assert set(chosen(page)) == {"keras"}


def test_the_first_tab_stop_skips_to_the_content(reader: tuple[Page, Visit], site: Site, address: str) -> None:
    page, _ = reader
    page.goto(f"{address}book/index.html")
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    expect(link).to_have_text("Skip to main content")
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")


def test_without_javascript_the_text_and_the_contents_are_there(browser: Browser, site: Site) -> None:
    context = open_context(browser, java_script_enabled=False)
    page = context.new_page()
    page.goto((site.root / "book/index.html").as_uri())
    expect(page.locator("article h1")).to_be_visible()
    expect(page.locator("nav.bd-docs-nav a").first).to_be_visible()
    context.close()
