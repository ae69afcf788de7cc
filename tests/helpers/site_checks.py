"""Checks of the built site that need no browser. Each returns a line for every problem: an empty list is a pass."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from html_site import (
    ELSEWHERE,
    Site,
    attribute,
    css_references,
    parse,
    read,
    references,
    script_references,
)  # fmt: skip

SAY_NOTHING = {
    "alt", "chart", "diagram", "figure", "graph", "graphic", "illustration", "image", "img", "logo", "output", "photo",
    "photograph", "picture", "plot", "png", "screenshot", "untitled",
}  # fmt: skip

RAW_MARKUP = (
    (r":::+\s*\{", "an unread directive (:::{...})"),
    (r"```+\s*\{", "an unread directive (```{...})"),
    (r"\{[a-z][a-z:+.-]*\}`", "an unread role ({...}`...`)"),
    (r"^\([\w-]+\)=\s*$", "an unread label ((...)=)"),
    (r"\{\{.*?\}\}", "an unfilled substitution ({{...}})"),
    (r"\$\$|\\begin\{", "unread mathematics"),
    (r"\[\?+\]|\?\?(?!\w)", "an unresolved reference (??)"),
    (r"(?m)^\s*#{2,6} \w", "an unread heading (## ...)"),
    (r"\*\*\w[^*\n]*\w\*\*", "unread bold type (**...**)"),
    (r"\b(?:TO" r"DO|FIX" r"ME)\b|(?i:lorem ipsum)", "an unfinished place"),
)

ALARMING_OUTPUT = (
    (r"Traceback \(most recent call last\)", "a traceback"),
    (r"\b\w*Warning: ", "a warning"),
    (r"\bat 0x[0-9a-f]{6,}", "a memory address"),
)

NO_PROSE = {"pre", "code", "script", "style", "template", "math", "kbd", "svg"}
NO_PROSE_CLASSES = {"math", "highlight", "dlcourse-figure"}

NBGRADER_MARKS = re.compile(r"#+\s*(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)")


def third_party_loads(site: Site) -> list[str]:
    """What pages, their style sheets and their scripts would load from another host."""
    problems = []
    for page in site.pages:
        for reference in references(page):
            if reference.loads and ELSEWHERE.match(reference.url):
                problems.append(f"{site.name(page)}: {reference.how} loads {reference.url}")
    for sheet in sorted({sheet for page in site.pages for sheet in site.style_sheets(page)}):
        for reference in css_references(read(sheet)):
            if ELSEWHERE.match(reference.url):
                problems.append(f"{site.name(sheet)}: {reference.how} loads {reference.url}")
    for script in sorted({script for page in site.pages for script in scripts(site, page)}):
        for reference in script_references(read(script)):
            problems.append(f"{site.name(script)}: {reference.how} loads {reference.url}")
    return problems


def scripts(site: Site, page: Path) -> list[Path]:
    """The script files that the page names, as far as they exist."""
    targets = [site.target(page, reference.url) for reference in references(page) if reference.how == "script src"]
    return [target for target in targets if target is not None and target.is_file()]


def dead_links(site: Site) -> list[str]:
    """Addresses inside the site, in pages and their style sheets, that lead to no file or to no place on its page."""
    problems = []
    for page in site.pages:
        for reference in references(page):
            wrong = link_problem(site, page, reference.url)
            if wrong and reference.how != "script":
                problems.append(f"{site.name(page)}: {reference.how}={reference.url!r} {wrong}")
    for sheet in sorted({sheet for page in site.pages for sheet in site.style_sheets(page)}):
        for reference in css_references(read(sheet)):
            wrong = link_problem(site, sheet, reference.url)
            if wrong:
                problems.append(f"{site.name(sheet)}: {reference.how}={reference.url!r} {wrong}")
    return problems


def link_problem(site: Site, page: Path, url: str) -> str:
    """What is wrong with an address on a page; empty where nothing is."""
    if not url:
        return "is empty"
    target = site.target(page, url)
    if target is None:
        return ""
    if urlsplit(url).path.startswith("/"):
        return "begins with a slash: it fails from a file and below a path"
    if not target.is_relative_to(site.root):
        return "leads out of the site"
    if not target.is_file():
        return "leads to no file"
    fragment = unquote(urlsplit(url).fragment)
    if fragment and target.suffix == ".html" and fragment != "top" and fragment not in anchors(target):
        return f"leads to no place: {site.name(target)} has no id {fragment!r}"
    return ""


@cache
def anchors(page: Path) -> frozenset[str]:
    """The ids and names on a page that a link can lead to."""
    elements = parse(page).find_all(True)
    return frozenset(attribute(e, key) for e in elements for key in ("id", "name") if e.has_attr(key))


def images_without_alt(site: Site) -> list[str]:
    """Images whose alternative text is missing or says nothing.

    An empty text, which marks an image as decoration, is right only outside the article, beside other text.
    """
    problems = []
    for page in site.documents:
        for image in parse(page).find_all("img"):
            wrong = alt_problem(image)
            if wrong:
                problems.append(f"{site.name(page)}: <img src={attribute(image, 'src')!r}> {wrong}")
    return problems


def alt_problem(image: Tag) -> str:
    """What is wrong with an image's alternative text; empty where nothing is."""
    if not image.has_attr("alt"):
        return "has no alt"
    alt = attribute(image, "alt").strip()
    in_article = image.find_parent("article") is not None
    if not alt:
        holder = image.find_parent(["a", "button"])
        named = holder is not None and bool(holder.get_text(strip=True) or attribute(holder, "aria-label"))
        return "" if named and not in_article else "has an empty alt, but is no decoration"
    if re.search(r"\.(png|jpe?g|gif|svg|webp|avif)$|_images/|[0-9a-f]{16,}", alt, re.IGNORECASE):
        return f"has a file's name as its alt: {alt!r}"
    words = re.findall(r"[^\W\d_]{2,}", alt.lower())
    if not set(words) - SAY_NOTHING or (in_article and len(words) < 2):
        return f"has an alt that says nothing: {alt!r}"
    return ""


def leftovers(site: Site) -> list[str]:
    """Traces of the build that no reader should see: markup, errors, warnings, marks for nbgrader."""
    problems = []
    for page in site.documents:
        soup = parse(page)
        problems += [f"{site.name(page)}: {problem}" for problem in [*markup_left(soup), *outputs_left(soup)]]
        mark = NBGRADER_MARKS.search(soup.get_text())
        if mark:
            problems.append(f"{site.name(page)}: nbgrader's mark {mark[0]!r}")
    return problems


def markup_left(soup: BeautifulSoup) -> list[str]:
    """Markup that was not turned into HTML, and what Sphinx writes where it could not resolve something."""
    problems = [
        f"{name}: {element.get_text(' ', strip=True)[:80]!r}"
        for selector, name in (
            (".problematic, .system-message", "an error of the builder"),
            (".xref", "an unresolved reference"),
        )
        for element in soup.select(selector)
        if selector != ".xref" or element.find_parent("a") is None
    ]
    for text in prose(soup):
        for pattern, name in RAW_MARKUP:
            found = re.search(pattern, text)
            if found:
                start = max(found.start() - 20, 0)
                problems.append(f"{name}: {text[start : found.end() + 40].strip()!r}")
    return problems


def prose(soup: BeautifulSoup) -> list[str]:
    """The texts of the article's paragraphs, headings and cells, without code and mathematics."""
    return [text for article in soup.select("article") or soup.select("body") for text in texts(article)]


def texts(element: Tag) -> Iterator[str]:
    """The texts in the element and in its parts, but for those parts that hold no prose."""
    for part in element.children:
        if isinstance(part, Tag):
            if part.name not in NO_PROSE and NO_PROSE_CLASSES.isdisjoint(part.get_attribute_list("class")):
                yield from texts(part)
        elif type(part).__name__ == "NavigableString" and part.strip():  # no comment
            yield str(part)


def outputs_left(soup: BeautifulSoup) -> list[str]:
    """Errors, warnings and memory addresses in what the cells printed."""
    problems = [f"a cell's {e.get_text(' ', strip=True)[:80]!r} on stderr" for e in soup.select(".output.stderr")]
    problems += ["a cell that failed" for _ in soup.select(".output.traceback")]
    problems += ["a widget that needs a kernel" for _ in soup.select('script[type*="jupyter.widget-view"]')]
    for output in soup.select(".cell_output"):
        text = output.get_text()
        problems += [
            f"{name} in an output: {found[0]!r}" for p, name in ALARMING_OUTPUT if (found := re.search(p, text))
        ]
    return problems


def duplicate_ids(site: Site) -> list[str]:
    """Ids that stand at more than one element of a page."""
    problems = []
    for page in site.documents:
        counts = Counter(attribute(element, "id") for element in parse(page).find_all(id=True))
        problems += [f"{site.name(page)}: id {name!r} stands {n} times" for name, n in counts.items() if n > 1]
    return problems


def head_problems(site: Site) -> list[str]:
    """Pages without language, encoding, title, description, viewport, icon or a single h1; titles used twice."""
    problems = []
    titles: dict[str, str] = {}
    for page in site.documents:
        soup, name = parse(page), site.name(page)
        title = soup.title.get_text(strip=True) if soup.title else ""
        if not title or "<no title>" in title:
            problems.append(f"{name}: no title")
        elif title in titles:
            problems.append(f"{name}: the title {title!r} stands on {titles[title]}, too")
        titles[title] = name
        if not (soup.html and attribute(soup.html, "lang")):
            problems.append(f"{name}: no lang")
        wanted = {"meta[charset]": "no charset", 'meta[name="viewport"]': "no viewport", 'link[rel~="icon"]': "no icon"}
        problems += [f"{name}: {problem}" for selector, problem in wanted.items() if not soup.select(selector)]
        description = soup.select('meta[name="description"]')
        if soup.select("article section") and not (description and attribute(description[0], "content").strip()):
            problems.append(f"{name}: no description")
        headings = [h for h in soup.find_all("h1") if h.find_parent(class_="onlyprint") is None]
        if len(headings) != 1:
            problems.append(f"{name}: {len(headings)} main headings (h1), expected 1")
    return problems


CHECKS = (
    third_party_loads, dead_links, images_without_alt, leftovers, duplicate_ids, head_problems,
)  # fmt: skip
