"""The built site in the browser: over http and as files, in both themes, on a wide and a narrow screen.

Each page is opened once over http and once as a file with the network off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser_visit import (
    COUNT_SHIFTS,
    LARGEST_SHIFT,
    Visit,
    open_context,
    settle,
    visit_by_file,
    visit_by_http,
    watch,
)  # fmt: skip
from html_site import HTML, Site, read

NO_SITE = "(no built site)"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each page, so that a failure names it."""
    if "page_name" in metafunc.fixturenames:
        site = Site(HTML)
        names = [site.name(page) for page in site.documents]
        metafunc.parametrize("page_name", names or [NO_SITE])


@pytest.fixture(scope="module")
def online(browser: Browser) -> Iterator[BrowserContext]:
    """A reader who goes from page to page, and keeps what many pages load."""
    context = open_context(browser)
    yield context
    context.close()


@pytest.fixture(scope="module")
def offline(browser: Browser) -> Iterator[BrowserContext]:
    """A reader without a network."""
    context = open_context(browser, offline=True)
    yield context
    context.close()


def test_a_page_on_the_web_has_no_fault(online: BrowserContext, address: str, page_name: str) -> None:
    visit = visit_by_http(online, address, page_name)
    assert visit.asked
    assert visit.bytes[page_name] > 0
    assert visit.faults() == []


def test_a_page_from_a_file_has_no_fault(offline: BrowserContext, site: Site, page_name: str) -> None:
    assert visit_by_file(offline, site.root, page_name).faults() == []


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


def pages_with(site: Site, text: str, least: int = 1) -> list[str]:
    """Names of the pages with the text at least so many times; without such a page the test fails."""
    found = [site.name(page) for page in site.documents if read(page).count(text) >= least]
    assert found, f"no page has {least} x {text}"
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
    page.goto(address + pages_with(site, "only-dark")[0])
    themes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for theme, other in zip(themes, reversed(themes), strict=True):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function("(theme) => document.documentElement.dataset.theme === theme", arg=theme)
        # A picture behind a tab is shown in neither theme, so only some have to be, but none of the other theme.
        assert page.locator(f"img.only-{theme}:visible").count() > 0
        assert page.locator(f"img.only-{other}:visible").count() == 0


KERAS_TAB = 'data-sync-id="keras"'
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
    names = pages_with(site, KERAS_TAB)
    several = pages_with(site, KERAS_TAB, least=2)[0]
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
    page.goto(address + pages_with(site, KERAS_TAB)[0])
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
    page.locator("nav.bd-docs-nav summary").first.click()
    expect(page.locator("nav.bd-docs-nav a").first).to_be_visible()
    context.close()


def test_the_front_page_keeps_still_on_a_phone_and_leaves_room_below_its_figure(browser: Browser, address: str) -> None:
    for width, height in ((360, 740), (412, 823), (768, 1024)):
        context = open_context(browser, viewport={"width": width, "height": height})
        page = context.new_page()
        page.add_init_script(COUNT_SHIFTS)
        page.goto(f"{address}book/index.html")
        assert settle(page) <= LARGEST_SHIFT
        frame, figure = page.locator(".front-figure").bounding_box(), page.locator(".dlf").bounding_box()
        assert frame is not None
        assert figure is not None
        assert frame["height"] - figure["height"] < 60, width
        following = "(e) => e.nextElementSibling.getBoundingClientRect().top - e.getBoundingClientRect().bottom"
        assert page.locator(".front-figure").evaluate(following) >= 16
        context.close()


def test_the_front_page_begins_with_a_window_in_which_there_is_something(
    reader: tuple[Page, Visit], address: str
) -> None:
    page, _ = reader
    page.goto(f"{address}book/index.html")
    expect(page.locator(".dlf-total .dlf-cell")).to_have_text("3")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_contents_fold_and_their_names_take_one_line_each(browser: Browser, address: str, width: int) -> None:
    context = open_context(browser, viewport={"width": width, "height": 844})
    page = context.new_page()
    page.goto(f"{address}exercises/networks/cnn.html")
    if width < 960:
        page.locator(".primary-toggle:visible").click()
    here = page.locator(".bd-docs-nav a.current", has_text="Exercises")
    expect(here).to_be_visible()
    other = page.locator(".bd-docs-nav summary", has_text="Convolution").first
    other.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".bd-docs-nav a", has_text="One dimension")).to_be_visible()
    page.evaluate("document.querySelectorAll('.bd-docs-nav details').forEach((part) => { part.open = true })")
    heights = page.locator(".bd-docs-nav a").evaluate_all("(all) => all.map((a) => [a.innerText, a.offsetHeight])")
    one_line = min(height for _, height in heights)
    assert one_line > 0
    assert [name for name, height in heights if height > one_line] == []
    context.close()
