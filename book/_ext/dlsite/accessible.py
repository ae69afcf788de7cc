"""Corrects what Sphinx, theme and notebooks write that readers without sight or mouse stumble over.

Found by axe-core on the built pages; tests/book/site/test_browser.py runs it on each page.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

CORRECTIONS = (
    # A list must hold list items; docutils gives the bibliography a list role whose items have another.
    ('<div role="list" class="citation-list">', '<div class="citation-list">'),
    (' role="doc-biblioentry"', ""),
    # The empty corner of a data frame heads nothing.
    ("<th></th>", "<td></td>"),
    # The same ids in every exercise, solution and theorem; nothing uses them.
    *((f' id="{name}-content"', "") for name in ("exercise", "solution", "proof")),
    # Boxes of a task list have no name.
    (
        '<input class="task-list-item-checkbox" checked="checked"',
        '<input class="task-list-item-checkbox" aria-label="done" checked="checked"',
    ),
    (
        '<input class="task-list-item-checkbox" disabled="disabled"',
        '<input class="task-list-item-checkbox" aria-label="to do" disabled="disabled"',
    ),
)

SEARCH_FROM_FILES = 'if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;'
"""A page opened as a file may not read others, so its search shows titles only instead of failing on the excerpts."""

FRONT_DOOR = """<!DOCTYPE html>
<html lang="{language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="refresh" content="0; url={root}">
    <title>{title}</title>
    {icon}
  </head>
  <body><a href="{root}">{title}</a></body>
</html>
"""


def corrected(body: str) -> str:
    """The page's body with every one of `CORRECTIONS` made.

    Examples
    --------
    >>> corrected("<tr><th></th><th>loss</th></tr>")
    '<tr><td></td><th>loss</th></tr>'
    """
    for wrong, right in CORRECTIONS:
        body = body.replace(wrong, right)
    return body


def correct(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Correct the page before it is put into its template."""
    if "body" in context:
        context["body"] = corrected(context["body"])
    if pagename == "search":
        app.add_js_file(None, body=SEARCH_FROM_FILES)


def name_toggles(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Give the buttons that unfold a page of the contents a name; the theme gives them a picture only."""
    contents = context.get("generate_toctree_html")
    if contents is None:
        return

    def named(kind: str, **options: Any) -> Any:
        html = contents(kind, **options)
        if kind == "sidebar":
            for button in html.select("a + details > summary"):
                button["aria-label"] = f"Pages below {button.find_previous('a').get_text(strip=True)}"
        return html

    context["generate_toctree_html"] = named


def configure(app: Sphinx, config: Config) -> None:
    """Settings of the theme; html_theme_options in _config.yml would replace all that Jupyter Book sets."""
    config.html_context.setdefault("default_mode", "auto")  # the theme's script reports an empty one as an error
    config.html_theme_options.setdefault("show_navbar_depth", 0)  # fold the parts, too
    for name in ("navbar_start", "navbar_center", "navbar_end", "navbar_persistent"):
        config.html_theme_options.setdefault(name, [])  # or a second header bar is shown


def write_front_door(app: Sphinx, exception: Exception | None) -> None:
    """Make the redirection at the root of the site a page with language, title and icon, and a link to follow."""
    door = Path(app.outdir) / "index.html"
    root = f"{app.config.root_doc}.html"
    if exception or app.builder.format != "html" or root == "index.html":
        return
    icon = Path(app.config.html_favicon or "").name
    door.write_text(
        FRONT_DOOR.format(
            language=app.config.language,
            title=escape(app.config.html_title),
            root=root,
            icon=f'<link rel="icon" href="_static/{icon}">' if icon else "",
        ),
        "utf-8",
    )


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_css_file("accessible.css", priority=800)
    app.connect("config-inited", configure)
    app.connect("html-page-context", correct)
    app.connect("html-page-context", name_toggles, priority=900)
    app.connect("build-finished", write_front_door, priority=900)
