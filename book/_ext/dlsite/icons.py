"""The theme's icons, those that the site shows: 8 kB instead of 300, and of their style rules 2,000 fewer.

Fonts come before all else in a browser's queue, so the whole ones delay the text on a slow line.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pydata_sphinx_theme
from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells each step of the cutting

THEME = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static/styles"
SHEET = "pydata-sphinx-theme.css"
RULE = re.compile(r'(?:\.fa-[\w-]+:+before,?)+\{(?:--fa|content):"[^"]*"\}')


def without_unused(css: str, used: set[str]) -> str:
    r"""The style sheet without the rules of icons whose names are not used.

    Examples
    --------
    >>> without_unused('.fa-a:before{content:"\\f1"}.fa-b:before,.fa-c:before{content:"\\f2"}', {"fa-a"})
    '.fa-a:before{content:"\\f1"}'
    """
    return RULE.sub(lambda rule: rule[0] if used & set(re.findall(r"fa-[\w-]+", rule[0])) else "", css)


def characters(css: str) -> set[int]:
    r"""Code points of the characters that a style sheet shows: its strings of one, plain or escaped.

    Examples
    --------
    >>> sorted(map(hex, characters('.fa-bars:before{content:"\\f0c9"}html{--hint-icon:"\uf0eb"}q{content:""}')))
    ['0xf0c9', '0xf0eb']
    """
    found = re.findall(r'"(?:([^"\\])|\\([0-9a-fA-F]{2,6}))"', css)
    return {ord(character) if character else int(code, 16) for character, code in found}


def cut_font(source: Path, target: Path, wanted: set[int]) -> None:
    """Write the font's glyphs of the wanted characters as WOFF."""
    font = TTFont(source)
    cutter = subset.Subsetter(subset.Options(layout_features=[], name_IDs=[0, 1, 2, 13, 14], notdef_outline=False))
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    font.flavor = "woff"
    font["head"].modified = font["head"].created  # the same bytes from every build
    font.recalcTimestamp = False
    font.save(target)


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the theme's style sheet with the icons that a page or script names, and fonts of the same."""
    if exception or app.builder.format != "html":
        return
    out, static = Path(app.outdir), Path(app.outdir) / "_static"
    named = [p for p in [*out.rglob("*.html"), *static.rglob("*.js")] if p.stem != "fontawesome"]
    used = {name for path in named for name in re.findall(r"\bfa-[\w-]+", path.read_text("utf-8"))}
    css = without_unused((THEME / SHEET).read_text("utf-8"), used)
    sheets = [p.read_text("utf-8") for p in static.rglob("*.css") if p.name != SHEET]
    wanted = set().union(*map(characters, [css, *sheets]))

    def smaller(face: re.Match[str]) -> str:
        path = re.search(r"url\(([^)]*\.ttf)\)", face[0])
        assert path is not None
        name = Path(path[1]).stem + ".woff"
        cut_font(THEME / path[1], static / "styles" / name, wanted)
        return re.sub(r"src:[^;}]*", f'src:url({name}) format("woff")', face[0])

    css = re.sub(r"@font-face\s*\{[^}]*\}", smaller, css)
    (static / "styles" / SHEET).write_text(css, "utf-8")


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("build-finished", write)
