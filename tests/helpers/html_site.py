"""A built site as its checks see it: pages, what they load, what they link to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

HTML = Path(os.environ.get("BOOK_HTML") or Path(__file__).parents[2] / "_build/html")
"""The folder of the built site."""

LOADING_RELS = {
    "stylesheet", "preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch",
    "icon", "apple-touch-icon", "mask-icon", "manifest",
}  # fmt: skip
"""Values of a link's `rel` that make the browser ask for the address, or connect to its host."""

LOADING_ATTRIBUTES = {
    "script": ("src",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "frame": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "input": ("src",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
    "base": ("href",),
    "body": ("background",),
}

ELSEWHERE = re.compile(r"(?:[a-z][a-z+.-]*:)?//", re.IGNORECASE)
"""How an address on another host begins: `https://`, `wss://`, `//`."""

NOT_A_FILE = re.compile(r"(?:https?:)?//|(?:data|blob|mailto|tel|javascript|about):", re.IGNORECASE)
"""How an address begins that names no file of the site."""

SCRIPT_LOADS = re.compile(
    r"""(?:\bimport\s*\(?\s*|\bfrom\s+|\bfetch\s*\(\s*|\bimportScripts\s*\(\s*|\bsendBeacon\s*\(\s*"""
    r"""|\bnew\s+(?:Worker|SharedWorker|EventSource|WebSocket)\s*\(\s*|\.open\s*\(\s*["'`]\w+["'`]\s*,\s*"""
    r"""|\.src\s*=\s*|\w+_URL\s*=\s*)["'`]((?:https?:|wss?:)?//[^"'`\s]+)""",
    re.IGNORECASE,
)
"""A script's statement that loads from another host. Addresses in other strings and in comments are none of these."""


@dataclass(frozen=True)
class Reference:
    """One address in a page or style sheet, `how` it is used, and whether the browser loads it unasked."""

    how: str
    url: str
    loads: bool


class Site:
    """The built pages under `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    @cached_property
    def pages(self) -> list[Path]:
        """The pages that a reader can open, redirections included."""
        return sorted(
            path
            for path in self.root.rglob("*.html")
            if not {"_static", "_sources"} & set(path.relative_to(self.root).parts)
        )

    @cached_property
    def documents(self) -> list[Path]:
        """The pages without those that only send the reader on."""
        return [page for page in self.pages if not is_redirection(page)]

    def name(self, path: Path) -> str:
        """The path below the site's root, for messages."""
        return path.relative_to(self.root).as_posix()

    def target(self, page: Path, url: str) -> Path | None:
        """The file that an address on `page` names, whether it exists or not; None where it names none of the site."""
        if NOT_A_FILE.match(url):
            return None
        path = unquote(urlsplit(url).path)
        if not path:
            return page
        found = (self.root / path.lstrip("/") if path.startswith("/") else page.parent / path).resolve()
        return found / "index.html" if path.endswith("/") or found.is_dir() else found

    def style_sheets(self, page: Path) -> list[Path]:
        """The style sheets that the page loads, those imported by others included, as far as they exist."""
        found: list[Path] = []
        queue = [
            self.target(page, reference.url)
            for reference in references(page)
            if reference.how == "link rel=stylesheet" or reference.how.endswith("@import")
        ]
        while queue:
            sheet = queue.pop()
            if sheet is not None and sheet.is_file() and sheet not in found:
                found.append(sheet)
                imports = [r.url for r in css_references(read(sheet)) if r.how == "css @import"]
                queue.extend(self.target(sheet, url) for url in imports)
        return found


@cache
def read(path: Path) -> str:
    """A file's text."""
    return path.read_text("utf-8", errors="replace")


@cache
def parse(page: Path) -> BeautifulSoup:
    """A page's elements. They are shared by all checks: change nothing in them."""
    return BeautifulSoup(read(page), "html.parser")


def is_redirection(page: Path) -> bool:
    """Whether the page sends the reader to another at once."""
    return re.search(r"<meta[^>]*http-equiv=.?refresh", read(page)[:4000], re.IGNORECASE) is not None


def attribute(element: Tag, name: str) -> str:
    """An attribute's text; empty where the element has none."""
    value = element.get(name)
    return " ".join(value) if isinstance(value, list) else value or ""


@cache
def references(page: Path) -> tuple[Reference, ...]:
    """Every address in the page: links, loaded files, styles, scripts in the page."""
    return tuple(_references(page))


def _references(page: Path) -> Iterator[Reference]:
    for element in parse(page).find_all(True):
        name = element.name
        for key in LOADING_ATTRIBUTES.get(name, ()):
            value = attribute(element, key).strip()
            if value:
                urls = srcset(value) if key == "srcset" else [value]
                yield from (Reference(f"{name} {key}", url, loads=True) for url in urls)
        if name in ("a", "area"):
            yield Reference(f"{name} href", attribute(element, "href").strip(), loads=False)
        elif name == "link":
            rels = attribute(element, "rel").lower().split()
            loading = [rel for rel in rels if rel in LOADING_RELS]
            yield Reference(
                f"link rel={(loading or rels or [''])[0]}", attribute(element, "href").strip(), bool(loading)
            )
        elif name == "meta" and attribute(element, "http-equiv").lower() == "refresh":
            moved = re.search(r"url=\s*['\"]?([^'\"]+)", attribute(element, "content"), re.IGNORECASE)
            if moved:
                yield Reference("meta refresh", moved[1].strip(), loads=True)
        elif name == "style":
            yield from css_references(element.get_text())
        elif name == "script" and not element.has_attr("src") and runs(element):
            yield from script_references(element.get_text())
        if element.has_attr("style"):
            yield from css_references(attribute(element, "style"))


def runs(script: Tag) -> bool:
    """Whether the browser runs the script element, and does not keep it as data."""
    kind = attribute(script, "type").lower()
    return kind in ("", "module", "importmap") or "javascript" in kind


def srcset(value: str) -> list[str]:
    """The addresses of a `srcset`.

    Examples
    --------
    >>> srcset("a.png 1x, b.png 2x")
    ['a.png', 'b.png']
    """
    return [part.split()[0] for part in re.split(r",\s+", value) if part.split()]


def css_references(css: str) -> Iterator[Reference]:
    """The addresses in a style sheet or a `style` attribute.

    Examples
    --------
    >>> [r.url for r in css_references('@import "a.css"; b { background: url(c.png) }')]
    ['a.css', 'c.png']
    """
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    for found in re.finditer(
        r"""@import\s+(?:url\(\s*)?["']?([^"')\s;]+)|url\(\s*(?:"([^"]*)"|'([^']*)'|([^"')\s]+))""", css
    ):
        how = "css @import" if found[1] else "css url()"
        url = next((group for group in found.groups() if group), "")
        if url and not url.startswith("#"):
            yield Reference(how, url, loads=True)


def script_references(script: str) -> Iterator[Reference]:
    """The addresses on other hosts that a script loads.

    Examples
    --------
    >>> [r.url for r in script_references('import("https://cdn.example/a.js"); const licence = "https://example.org"')]
    ['https://cdn.example/a.js']
    """
    return (Reference("script", found[1], loads=True) for found in SCRIPT_LOADS.finditer(script))
