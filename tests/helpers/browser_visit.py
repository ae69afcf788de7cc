"""A visit to one page in the browser, and all that the tests want to know of it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import axe_playwright_python
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, TimeoutError

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")

OPEN_EVERYTHING = """() => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  for (const button of document.querySelectorAll("button.toggle-button-hidden")) button.click();
  const style = document.createElement("style");
  style.textContent = `.sd-tab-set > .sd-tab-content { display: block !important }
    *, *::before, *::after { animation: none !important; transition: none !important }`;
  document.head.append(style);
}"""
"""Show what is folded or behind a tab, so that axe sees it, and without animation, or it sees half-faded colours."""

SCROLL_THROUGH = """async () => {
  for (let y = 0; y < document.documentElement.scrollHeight; y += 800) {
    window.scrollTo({ top: y, behavior: "instant" });
    await new Promise(requestAnimationFrame);
  }
  const shown = [...document.images].filter((image) => image.checkVisibility());
  await Promise.all(shown.map((image) => image.decode().catch(() => null)));
  window.scrollTo({ top: 0, behavior: "instant" });
}"""

TYPESET = "() => !window.MathJax || !!(MathJax.startup?.promise && MathJax.startup.promise.then(() => true))"

FIGURES_ENDED = """() => [...document.querySelectorAll(".dlcourse-figure, [data-dlcourse-figure]")].every(
  (figure) => !figure.querySelector(":scope > script") || figure.innerText.includes("could not start"))"""

FACTS = """() => {
  const shown = (element) => element.checkVisibility();
  const figures = [...document.querySelectorAll(".dlcourse-figure, [data-dlcourse-figure]")];
  return {
    equations: document.querySelectorAll(".math").length,
    typeset: document.querySelectorAll(".math mjx-container").length,
    badlyTypeset: [...document.querySelectorAll("mjx-merror, [data-mjx-error]")].map((e) => e.textContent),
    headings: [...document.querySelectorAll("h1")].filter(shown).map((e) => e.textContent),
    figures: figures.map((e) => ({
      name: e.dataset.figure || e.dataset.dlcourseFigure,
      started: !e.querySelector(":scope > script[type='application/json']") && e.getBoundingClientRect().height > 40,
      text: e.innerText,
    })),
    brokenImages: [...document.images].filter((i) => shown(i) && !i.naturalWidth).map((i) => i.getAttribute("src")),
  };
}"""

WIDEST = """() => {
  const limit = document.documentElement.clientWidth;
  const wide = [...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > limit + 1);
  return {
    scrolls: Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - limit,
    widest: wide.slice(0, 5).map((e) => e.outerHTML.slice(0, 100)),
  };
}"""


@dataclass
class Visit:
    """What happened on a page and what it looked like."""

    page: str
    asked: list[str] = field(default_factory=list)
    """Addresses of all requests, data: and blob: left out."""
    foreign: list[str] = field(default_factory=list)
    """Requests to other hosts; the browser finds none of them (see `conftest.browser`)."""
    failed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    """Errors and warnings on the console, and exceptions."""
    bytes: dict[str, int] = field(default_factory=dict)
    """Size of each answer, without compression."""
    facts: dict[str, Any] = field(default_factory=dict)
    violations: dict[str, list[str]] = field(default_factory=dict)
    """Serious and critical findings of axe-core, by theme."""
    narrow: dict[str, Any] = field(default_factory=dict)
    """How far the page scrolls sideways on a screen 360 pixels wide, and what sticks out."""


def open_context(browser: Browser, **options: Any) -> BrowserContext:
    """A reader who has never been here: empty cache and storage, light theme, no animations."""
    settings = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light", "reduced_motion": "reduce"}
    context = browser.new_context(**{**settings, **options})
    context.set_default_timeout(15_000)
    return context


def watch(page: Page, visit: Visit, home: str) -> None:
    """Write down what the page asks for, of `home` and of others, and what it complains about."""

    def requested(request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            (visit.asked if request.url.startswith(home) else visit.foreign).append(request.url)

    def answered(response: Response) -> None:
        name = response.url.removeprefix(home)
        visit.bytes[name] = int(response.headers.get("content-length", 0))
        if response.status >= 400:
            visit.failed.append(f"{response.status}: {name}")

    def broke_off(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # by the browser itself, when the page it was for is left
            visit.failed.append(f"{request.failure}: {request.url}")

    page.on("request", requested)
    page.on("response", answered)
    page.on("requestfailed", broke_off)
    page.on("console", lambda m: visit.errors.append(f"{m.type}: {m.text}") if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: visit.errors.append(f"exception: {error}"))


def settle(page: Page) -> None:
    """Wait until the page has typeset its equations, started its figures and loaded its images."""
    page.wait_for_load_state("load")
    page.wait_for_function(TYPESET)
    page.evaluate("() => window.MathJax?.startup.promise")
    page.evaluate(SCROLL_THROUGH)
    page.wait_for_load_state("networkidle")
    with contextlib.suppress(TimeoutError):  # a figure that never starts is in the facts
        page.wait_for_function(FIGURES_ENDED, timeout=3_000)


def visit_by_http(browser: Browser, address: str, name: str) -> Visit:
    """Open a page of the served site; look at it in both themes, on a wide and on a narrow screen."""
    visit = Visit(name)
    context = open_context(browser)
    page = context.new_page()
    watch(page, visit, address)
    page.goto(address + name)
    settle(page)
    visit.facts = page.evaluate(FACTS)
    page.set_viewport_size({"width": 360, "height": 740})
    visit.narrow = page.evaluate(WIDEST)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate(OPEN_EVERYTHING)
    page.evaluate(AXE.read_text("utf-8"))
    for theme in ("light", "dark"):
        visit.violations[theme] = serious_violations(page, theme)
    context.close()
    return visit


def visit_by_file(browser: Browser, root: Path, name: str) -> Visit:
    """Open a page as a file, with the network off."""
    visit = Visit(name)
    context = open_context(browser)
    context.set_offline(True)
    page = context.new_page()
    watch(page, visit, root.as_uri())
    page.goto((root / name).as_uri())
    settle(page)
    visit.facts = page.evaluate(FACTS)
    context.close()
    return visit


def serious_violations(page: Page, theme: Literal["light", "dark"]) -> list[str]:
    """What axe-core finds serious or critical on the page in the theme, a line for each element."""
    page.emulate_media(color_scheme=theme)
    page.wait_for_function("(theme) => document.documentElement.dataset.theme === theme", arg=theme)
    # All that a theme changes are colours.
    options = {"resultTypes": ["violations"], **({"runOnly": ["color-contrast"]} if theme == "dark" else {})}
    found = page.evaluate("async (options) => (await axe.run(document, options)).violations", options)
    return [
        f"{rule['impact']} {rule['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}".replace(
            "\n", " "
        )
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
