"""Sphinx extension: pages that load what they show and little else.

A stock page of this theme brings 2.5 MB of scripts and styles, 3.7 MB with an equation on it. With this extension:

- no FontAwesome script, no search index outside the search page, MathJax only where there is an equation;
- MathJax without its menu and speech engine (its invisible MathML for screen readers stays);
- the big style sheets and the icon fonts cut down to what the pages of this site use (see `lean_css`).
"""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from . import lean_css

HERE = Path(__file__).parent

MATHJAX = ("input/tex", "output/chtml", "a11y/assistive-mml")
MATHJAX_FILES = (
    "startup.js",
    "core.js",
    *(f"{part}.js" for part in MATHJAX),
    "input/tex/extensions",
    "output/chtml/fonts/tex.js",
    "output/chtml/fonts/woff-v2",
)
TRIMMED = ("basic.css", "styles/*.css", "sphinx-design*.css", "mystnb*.css")
"""The big style sheets; the book's own are small, and its figures may join names of classes from pieces."""

UNUSED = ("scripts/fontawesome.js*", "scripts/*.map", "styles/*.map", "styles/theme.css", "vendor/fontawesome")


def configure(app: Sphinx, config: Config) -> None:
    """Point the page template and MathJax at the lean parts."""
    config.templates_path.insert(0, str(HERE / "lean_templates"))
    config.mathjax_path = "mathjax/startup.js"
    config.mathjax3_config = {**(config.mathjax3_config or {}), "loader": {"load": list(MATHJAX)}}


def drop_unused_scripts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Take MathJax from pages without an equation; Sphinx loads it on every page above one in the contents, too."""
    if re.search(r'class="[^"]*\bmath\b', context.get("body", "")):
        return
    context["script_files"] = [
        js
        for js in context.get("script_files", [])
        if not str(getattr(js, "filename", None) or js).endswith("mathjax/startup.js")
        and "window.MathJax" not in str(getattr(js, "attributes", {}).get("body", ""))
    ]


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Copy MathJax, trim the style sheets and fonts, remove what no page asks for."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    copy_mathjax(static / "mathjax")
    for pattern in UNUSED:
        for path in static.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    trim_styles(Path(app.outdir), whole=Path(app.doctreedir) / "whole_styles")


def copy_mathjax(target: Path) -> None:
    """Copy the parts of MathJax that `MATHJAX` names, fonts and TeX extensions, from sphinx-mathjax-offline."""
    package = importlib.util.find_spec("sphinx-mathjax-offline")
    if package is None or package.origin is None:
        raise RuntimeError("sphinx-mathjax-offline is missing: pip install -r requirements.txt")
    source = Path(package.origin).parent / "static/mathjax"
    for name in MATHJAX_FILES:
        old, new = source / name, target / name
        new.parent.mkdir(parents=True, exist_ok=True)
        if old.is_dir():
            shutil.copytree(old, new, dirs_exist_ok=True)
        else:
            shutil.copyfile(old, new)


def trim_styles(out: Path, whole: Path) -> None:
    """Trim the big style sheets under `out` to the classes that its pages and scripts mention, and the icon fonts.

    Sphinx copies style sheets into the site only when it has pages to write: `whole` keeps them for builds between.
    """
    static = out / "_static"
    pages = [p for p in out.rglob("*.html") if static not in p.parents]
    scripts = [p for p in static.rglob("*.js") if static / "mathjax" not in p.parents]
    known = lean_css.words(p.read_text("utf-8") for p in pages + scripts)
    for sheet in (found for pattern in TRIMMED for found in static.glob(pattern)):
        kept = whole / sheet.relative_to(static)
        css = sheet.read_text("utf-8")
        if css.startswith(lean_css.TRIMMED):
            css = kept.read_text("utf-8")
        else:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(css, "utf-8")
        sheet.write_text(lean_css.trim(css, known), "utf-8")
    trim_fonts(static / "styles/pydata-sphinx-theme.css")


def trim_fonts(sheet: Path) -> None:
    """Replace the icon fonts of the theme by small ones beside the style sheet; drop a font that shows no icon."""
    import pydata_sphinx_theme

    theme = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static/styles"
    css = sheet.read_text("utf-8")
    wanted = {icon for path in sheet.parents[1].rglob("*.css") for icon in lean_css.icons(path.read_text("utf-8"))}

    def smaller(face: re.Match[str]) -> str:
        ttf = re.search(r"url\(([^)]*?([\w-]+)\.ttf)\)", face[0])
        if ttf is None:
            return face[0]
        if not lean_css.subset_font(theme / ttf[1], sheet.parent / f"{ttf[2]}.woff", wanted):
            return ""
        return re.sub(r"src:[^;}]*", f'src:url({ttf[2]}.woff) format("woff")', face[0])

    sheet.write_text(re.sub(r"@font-face\s*\{[^}]*\}", smaller, css), "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("config-inited", configure, priority=400)
    app.connect("html-page-context", drop_unused_scripts, priority=900)
    app.connect("build-finished", finish, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
