"""Each check of the site reports the fault that it is for, and passes a page without one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from html_site import Site
from site_checks import (
    CHECKS,
    dead_links,
    duplicate_ids,
    head_problems,
    images_without_alt,
    leftovers,
    third_party_loads,
)  # fmt: skip

Builder = Callable[..., Site]

GOOD = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><meta name="description" content="What it shows">
<link rel="icon" href="icon.svg"><link rel="canonical" href="https://book.example/page.html">{head}</head>
<body><a href="other.html"><img src="icon.svg" alt="">Home</a><article><section><h1 id="top-of-page">Filters</h1>
<p>A <a href="https://keras.io">manual</a>, a <a href="#top-of-page">place</a>,
<code>:::{{note}}</code>, <code>**kwargs**</code>.</p>
<script>const home = "https://book.example"; // a name, not a load</script>
<script type="application/json">{{"link": "https://book.example/data.json"}}</script>
<img src="icon.svg" alt="A cat that looks to the left">{body}</section></article></body></html>"""


@pytest.fixture
def build(tmp_path: Path) -> Builder:
    """A function that makes a site: one page with `body` and `head` put into it, another page, and `files`."""

    def make(body: str = "", head: str = "", files: dict[str, str] | None = None, page: str | None = None) -> Site:
        (tmp_path / "page.html").write_text(page or GOOD.format(title="Page", body=body, head=head), "utf-8")
        (tmp_path / "other.html").write_text(GOOD.format(title="Other", body='<p id="here">', head=""), "utf-8")
        (tmp_path / "icon.svg").write_text("<svg/>", "utf-8")
        for name, text in (files or {}).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, "utf-8")
        return Site(tmp_path)

    return make


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_page_without_faults_passes(check: Callable[[Site], list[str]], build: Builder) -> None:
    assert check(build()) == []


LOADS = {
    "a script": '<script src="https://cdn.example/a.js"></script>',
    "an address without a protocol": '<script src="//cdn.example/a.js"></script>',
    "an image": '<img src="http://cdn.example/a.png" alt="A dog in the snow">',
    "one image of a srcset": '<img src="icon.svg" srcset="icon.svg 1x, https://cdn.example/b.png 2x" alt="A dog">',
    "a source": '<picture><source srcset="https://cdn.example/a.webp"></picture>',
    "a frame": '<iframe src="https://video.example/embed"></iframe>',
    "a video's poster": '<video poster="https://cdn.example/a.png"></video>',
    "an object": '<object data="https://cdn.example/a.svg"></object>',
    "an svg image": '<svg><image href="https://cdn.example/a.png"/></svg>',
    "a style attribute": '<div style="background: url(https://cdn.example/a.png)"></div>',
    "a style element": "<style>b { background: url('//cdn.example/a.png') }</style>",
    "a style element's import": '<style>@import "https://cdn.example/a.css";</style>',
    "a module's import": '<script type="module">import x from "https://cdn.example/a.js"</script>',
    "an import for its effects": '<script type="module">import "https://cdn.example/a.js"</script>',
    "an import function": '<script>import("https://cdn.example/a.js")</script>',
    "a fetch": "<script>fetch('https://api.example/data.json')</script>",
    "a request": '<script>r.open("GET", "https://api.example/data.json")</script>',
    "a socket": '<script>new WebSocket("wss://api.example")</script>',
    "a script's src": '<script>s.src = "https://cdn.example/a.js"</script>',
    "a refresh": '<meta http-equiv="refresh" content="0; url=https://other.example">',
}


@pytest.mark.parametrize("html", LOADS.values(), ids=LOADS)
def test_a_load_from_another_host_is_found(html: str, build: Builder) -> None:
    assert third_party_loads(build(html))


@pytest.mark.parametrize(
    "rel", ["stylesheet", "preload", "icon", "shortcut icon", "preconnect", "dns-prefetch", "manifest"]
)
def test_a_link_that_loads_from_another_host_is_found(rel: str, build: Builder) -> None:
    assert third_party_loads(build(head=f'<link rel="{rel}" href="https://cdn.example/a">'))


def test_a_style_sheet_that_loads_from_another_host_is_found_through_an_import(build: Builder) -> None:
    files = {"_static/a.css": '@import "sub/b.css";', "_static/sub/b.css": "i{src:url( 'https://cdn.example/a.woff')}"}
    site = build(head='<link rel="stylesheet" href="_static/a.css?v=1">', files=files)
    assert third_party_loads(site) == ["_static/sub/b.css: css url() loads https://cdn.example/a.woff"]


def test_a_script_file_that_loads_from_another_host_is_found(build: Builder) -> None:
    site = build(
        '<script src="_static/a.js"></script>', files={"_static/a.js": "await import('https://cdn.example/b.js')"}
    )
    assert third_party_loads(site) == ["_static/a.js: script loads https://cdn.example/b.js"]


DEAD = {
    "a page": '<a href="missing.html">x</a>',
    "a place on this page": '<a href="#missing">x</a>',
    "a place on another page": '<a href="other.html#missing">x</a>',
    "a folder without an index": '<a href="sub/">x</a>',
    "an image": '<img src="_images/missing.png" alt="A dog in the snow">',
    "an image for fine screens": '<img src="icon.svg" srcset="missing.png 2x" alt="A dog in the snow">',
    "a script": '<script src="missing.js?v=2"></script>',
    "a download": '<a href="_sources/missing.ipynb" download>x</a>',
    "a path from the root": '<a href="/other.html">x</a>',
    "a path out of the site": '<a href="../../outside.html">x</a>',
    "nothing": '<a href="">x</a>',
    "a picture in a style": '<div style="background:url(missing.png)"></div>',
}


@pytest.mark.parametrize("html", DEAD.values(), ids=DEAD)
def test_a_dead_link_is_found(html: str, build: Builder) -> None:
    assert len(dead_links(build(html))) == 1


def test_a_live_link_is_not_reported(build: Builder) -> None:
    links = ("other.html", "other.html#here", "other.html?x=1#here", "#", "#top", "./page.html", "mailto:a@b.example")
    assert dead_links(build("".join(f'<a href="{link}">x</a>' for link in links))) == []


def test_a_dead_address_in_a_style_sheet_is_found(build: Builder) -> None:
    site = build(
        head='<link rel="stylesheet" href="a.css">', files={"a.css": "i{src:url(font.woff)}/* url(old.png) */"}
    )
    assert dead_links(site) == ["a.css: css url()='font.woff' leads to no file"]


def test_a_redirection_to_nowhere_is_found(build: Builder) -> None:
    moved = '<meta http-equiv="Refresh" content="0; url=missing.html">'
    assert dead_links(build(page=moved)) == ["page.html: meta refresh='missing.html' leads to no file"]


@pytest.mark.parametrize(
    "image",
    ["<img src='icon.svg'>"]
    + [
        f'<img src="icon.svg" alt="{alt}">'
        for alt in (
            "",
            " ",
            "image",
            "Figure 1",
            "plot.png",
            "../_images/6bdde53e0375.png",
            "_images/x",
            "6bdde53e03759652973f",
            "curve",
        )
    ],
)
def test_an_image_without_real_alternative_text_is_found(image: str, build: Builder) -> None:
    assert len(images_without_alt(build(image))) == 1


LEFT = {
    "directive": "<p>:::{note}</p>",
    "fenced directive": "<p>```{figure} x.png</p>",
    "role": "<p>see {numref}`fig-1`</p>",
    "label": "<p>(sec-filters)=</p>",
    "substitution": "<p>{{ version }}</p>",
    "mathematics": "<p>$$ y = x $$</p>",
    "reference": "<p>Section ?? says</p>",
    "heading": "<p>## Next</p>",
    "bold": "<p>**very** important</p>",
    "unfinished": "<p>" + "TO" + "DO: say more</p>",
    "builder's error": '<a class="problematic" href="#top-of-page">|x|</a>',
    "builder's message": '<div class="system-message">Unknown role</div>',
    "unresolved term": '<p><span class="xref std std-term">filter</span></p>',
    "stderr": '<div class="cell_output"><div class="output stderr"><pre>oops</pre></div></div>',
    "traceback": '<div class="cell_output"><pre>Traceback (most recent call last): ...</pre></div>',
    "failed cell": '<div class="output traceback"><pre>ValueError</pre></div>',
    "warning": '<div class="cell_output"><pre>a.py:3: FutureWarning: soon</pre></div>',
    "address": '<div class="cell_output"><pre>&lt;Axes at 0x7f32a8c41d90&gt;</pre></div>',
    "widget": '<script type="application/vnd.jupyter.widget-view+json">{}</script>',
    "solution's mark": "<pre>### BEGIN SOLUTION</pre>",
    "hidden tests": "<pre>### BEGIN HIDDEN TESTS\nassert f(1) == 2</pre>",
}


@pytest.mark.parametrize("html", LEFT.values(), ids=LEFT)
def test_a_leftover_of_the_build_is_found(html: str, build: Builder) -> None:
    assert leftovers(build(html))


def test_a_resolved_term_is_not_reported(build: Builder) -> None:
    assert leftovers(build('<a href="other.html"><span class="xref std std-term">filter</span></a>')) == []


def test_an_id_that_stands_twice_is_found(build: Builder) -> None:
    assert duplicate_ids(build('<p id="a"></p><p id="a"></p><p id="b"></p>')) == ["page.html: id 'a' stands 2 times"]


HEADS = {
    "title": ("<title>Page</title>", ""),
    "empty title": ("<title>Page</title>", "<title> </title>"),
    "no title of Sphinx": ("<title>Page</title>", "<title>&lt;no title&gt;</title>"),
    "the title of another page": ("<title>Page</title>", "<title>Other</title>"),
    "lang": (' lang="en"', ""),
    "charset": ('<meta charset="utf-8">', ""),
    "viewport": ('name="viewport"', 'name="port"'),
    "icon": ('rel="icon"', 'rel="help"'),
    "description": ('name="description"', 'name="words"'),
    "empty description": ('content="What it shows"', 'content=""'),
    "h1": ("<h1", "<h2"),
    "one h1": ("<h1", "<h1>Twice</h1><h1"),
}


@pytest.mark.parametrize(("there", "instead"), HEADS.values(), ids=HEADS)
def test_a_fault_of_the_head_is_found(there: str, instead: str, build: Builder) -> None:
    page = GOOD.format(title="Page", body="", head="")
    assert there in page
    assert head_problems(build(page=page.replace(there, instead)))
