"""What a page loads: nothing from other hosts, so that it works from file:// too, and little that it does not show.

- no Thebe, no state of the widget manager (both ask other hosts), no FontAwesome script, no search index outside the
  search page (see `templates`);
- MathJax from the site itself, only where there is an equation, without its menu and speech engine (its invisible
  MathML for screen readers stays);
- scripts after the text.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

MATHJAX = ("input/tex", "output/chtml", "a11y/assistive-mml")
MATHJAX_FILES = (
    "startup.js",
    "core.js",
    *(f"{part}.js" for part in MATHJAX),
    "input/tex/extensions",
    "output/chtml/fonts/tex.js",
    "output/chtml/fonts/woff-v2",
)

AT_ONCE = ("documentation_options.js", "doctools.js")
"""Scripts that others in the page itself go on from."""


def configure(app: Sphinx, config: Config) -> None:
    """Point the page template and MathJax at the parts that are needed."""
    config.templates_path.insert(0, str(Path(__file__).parent / "templates"))
    config.mathjax_path = "mathjax/startup.js"
    config.mathjax3_config = {**(config.mathjax3_config or {}), "loader": {"load": list(MATHJAX)}}


def choose_scripts(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Leave out the scripts that the page has no use for, and let the text come before the others."""
    equations = re.search(r'class="[^"]*\bmath\b', context.get("body", ""))
    unused = re.compile("thebe" if equations else "thebe|mathjax", re.IGNORECASE)
    scripts = [js for js in context.get("script_files", []) if not unused.search(f"{js.filename} {js.attributes}")]
    for script in scripts:
        if script.filename and not str(script.filename).endswith(AT_ONCE):
            script.attributes.setdefault("defer", "defer")
    context["script_files"] = scripts


def drop_widget_state(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """The figures carry their own state; MyST-NB would add the widgets', before the scripts are chosen."""
    metadata = getattr(app.env, "nb_metadata", {}).get(pagename, {})
    metadata.get("js_files", {}).pop("ipywidgets_state", None)


def copy_mathjax(app: Sphinx, exception: Exception | None) -> None:
    """Copy the parts of MathJax that are loaded, fonts and TeX extensions, from sphinx-mathjax-offline."""
    if exception or app.builder.format != "html":
        return
    package = importlib.util.find_spec("sphinx-mathjax-offline")
    if package is None or package.origin is None:
        raise RuntimeError("sphinx-mathjax-offline is missing: pip install -r requirements.txt")
    source, target = Path(package.origin).parent / "static/mathjax", Path(app.outdir) / "_static/mathjax"
    for name in MATHJAX_FILES:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, dirs_exist_ok=True)
        else:
            shutil.copyfile(source / name, target / name)


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("config-inited", configure, priority=400)
    app.connect("html-page-context", drop_widget_state, priority=400)
    app.connect("html-page-context", choose_scripts, priority=900)
    app.connect("build-finished", copy_mathjax)
