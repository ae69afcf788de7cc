"""A visit to one page in the browser, and all that the tests want to know of it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import axe_playwright_python
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, TimeoutError

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")

WITHIN = ("data:", "blob:")  # addresses of what the page holds itself

OPEN_EVERYTHING = """() => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  for (const button of document.querySelectorAll("button.toggle-button-hidden")) button.click();
  const style = document.createElement("style");
  style.textContent = `.sd-tab-set > .sd-tab-content { display: block !important }
    *, *::before, *::after { animation: none !important; transition: none !important }`;
  document.head.append(style);
}"""
"""Show what is folded or behind a tab, so that axe sees it, and without animation, or it sees half-faded colours."""

LOAD_PICTURES = """async () => {
  const pictures = [...document.images].filter((image) => !image.classList.contains("only-dark"));
  for (const image of pictures) image.loading = "eager";
  window.scrollTo(0, document.documentElement.scrollHeight);
  await new Promise(requestAnimationFrame);
  await Promise.all(pictures.map((image) => image.decode().catch(() => null)));
  await document.fonts.ready;
  window.scrollTo(0, 0);
}"""
"""All pictures that a reader of the light theme can come to, folded ones too."""

COUNT_SHIFTS = """window.layoutShift = 0;
new PerformanceObserver((list) => { for (const e of list.getEntries()) window.layoutShift += e.value; })
  .observe({ type: "layout-shift", buffered: true });"""

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
    brokenImages: [...document.images].filter((i) => !i.classList.contains("only-dark") && !i.naturalWidth)
      .map((i) => i.getAttribute("src")),
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


UNWRAP_REPEATED_CODE = """() => {
  const seen = new Set();
  for (const span of document.querySelectorAll(".highlight pre span, dt.sig span")) {
    let key = "";
    for (let e = span; e && e.tagName !== "ARTICLE"; e = e.parentElement) key += e.className + "<";
    if (seen.has(key)) span.replaceWith(...span.childNodes);
    seen.add(key);
  }
}"""
"""Of thousands of pieces of code and of signatures, axe need only see one for each chain of classes.

Nothing else gives them colours.
"""

LIMIT = 1_000_000
"""Bytes that a page may weigh as a web server sends it, with all that it loads."""

LARGEST_SHIFT = 0.05


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
    """Size of each answer, as it was sent: text compressed; data: and blob: are sent by nobody, and left out."""
    facts: dict[str, Any] = field(default_factory=dict)
    violations: dict[str, list[str]] = field(default_factory=dict)
    """Serious and critical findings of axe-core, by theme."""
    narrow: dict[str, Any] = field(default_factory=dict)
    """How far the page scrolls sideways on a screen 360 pixels wide, and what sticks out."""
    shift: float = 0
    """How much the layout shifted until the equations were typeset and the figures had started."""

    def faults(self) -> list[str]:
        """All that is wrong with the page, a line for each fault."""
        facts = self.facts
        found = [f"asks another host: {url}" for url in self.foreign]
        found += [f"no answer: {failed}" for failed in self.failed]
        found += [f"reports {error}" for error in self.errors]
        if facts["typeset"] != facts["equations"]:
            found.append(f"{facts['typeset']} of {facts['equations']} equations are typeset")
        found += [f"badly typeset: {text}" for text in facts["badlyTypeset"]]
        found += [
            f"a figure did not start: {figure}"
            for figure in facts["figures"]
            if not figure["started"] or "could not start" in figure["text"]
        ]
        found += [f"a broken image: {source}" for source in facts["brokenImages"]]
        if len(facts["headings"]) != 1:
            found.append(f"{len(facts['headings'])} main headings: {facts['headings']}")
        found += [f"{theme}: {violation}" for theme, lines in self.violations.items() for violation in lines]
        if self.narrow.get("scrolls", 0) > 0:
            found.append(f"scrolls sideways on a phone: {self.narrow}")
        if self.shift > LARGEST_SHIFT:
            found.append(f"its layout shifts by {self.shift:.3f}")
        if sum(self.bytes.values()) > LIMIT:
            most = sorted(self.bytes.items(), key=lambda item: -item[1])[:8]
            found.append(f"weighs {sum(self.bytes.values()):,} bytes, most of them {most}")
        return found


def open_context(browser: Browser, **options: Any) -> BrowserContext:
    """A reader who has never been here: empty cache and storage, light theme, no animations."""
    settings = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light", "reduced_motion": "reduce"}
    context = browser.new_context(**{**settings, **options})
    context.set_default_timeout(15_000)
    return context


def watch(page: Page, visit: Visit, home: str) -> None:
    """Write down what the page asks for, of `home` and of others, and what it complains about."""

    def requested(request: Request) -> None:
        if not request.url.startswith(WITHIN):
            (visit.asked if request.url.startswith(home) else visit.foreign).append(request.url)

    def answered(response: Response) -> None:
        name = response.url.removeprefix(home)
        if not name.startswith(WITHIN):
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


def settle(page: Page) -> float:
    """Wait until the page has typeset its equations, started its figures, loaded its pictures; how much it shifted."""
    page.wait_for_load_state("load")
    page.wait_for_function(TYPESET)
    page.evaluate("() => window.MathJax?.startup.promise")
    with contextlib.suppress(TimeoutError):  # a figure that never starts is in the facts
        page.wait_for_function(FIGURES_ENDED, timeout=3_000)
    shift = page.evaluate("window.layoutShift")
    page.evaluate(LOAD_PICTURES)
    return shift


def visit_by_http(context: BrowserContext, address: str, name: str) -> Visit:
    """Open a page of the served site; look at it in both themes, on a wide and on a narrow screen."""
    visit = Visit(name)
    page = context.new_page()
    watch(page, visit, address)
    page.add_init_script(COUNT_SHIFTS)
    page.goto(address + name)
    visit.shift = settle(page)
    visit.facts = page.evaluate(FACTS)
    page.set_viewport_size({"width": 360, "height": 740})
    visit.narrow = page.evaluate(WIDEST)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate(OPEN_EVERYTHING)
    page.evaluate(UNWRAP_REPEATED_CODE)
    page.evaluate(AXE.read_text("utf-8"))
    for theme in ("light", "dark"):
        visit.violations[theme] = serious_violations(page, theme)
    page.close()
    return visit


def visit_by_file(context: BrowserContext, root: Path, name: str) -> Visit:
    """Open a page as a file; the context is to be offline."""
    visit = Visit(name)
    page = context.new_page()
    watch(page, visit, root.as_uri())
    page.add_init_script(COUNT_SHIFTS)
    page.goto((root / name).as_uri())
    visit.shift = settle(page)
    visit.facts = page.evaluate(FACTS)
    page.close()
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
