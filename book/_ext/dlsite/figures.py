"""Sphinx extension: the interactive figures of `dlcourse.figures` on pages without a kernel."""

from pathlib import Path
from typing import ClassVar

import yaml
from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.parsers.rst.directives import class_option

from dlcourse import figures
from dlcourse.figures.base import style_sheets, write_static


class FigureDirective(Directive):
    """An interactive figure in a page that is no notebook: its argument is a function of `dlcourse.figures`.

    The function's own arguments are written below it as YAML, one a line: `column: 2`.
    """

    required_arguments = 1
    option_spec: ClassVar[dict] = {"class": class_option}
    has_content = True

    def run(self):
        """The same HTML that the figure shows in a notebook."""
        options = yaml.safe_load("\n".join(self.content)) or {}
        data, _ = getattr(figures, self.arguments[0])(**options)._repr_mimebundle_()
        html = nodes.raw("", data["text/html"], format="html")
        return [nodes.container("", html, classes=self.options.get("class", []))]


def copy_modules(app):
    """The figures' scripts and style sheets, among the site's static files."""
    write_static(Path(app.outdir) / "_static" / "figures")


def add_to_pages_with_figures(app, pagename, templatename, context, doctree):
    """Load the scripts where a page shows a figure, with the style sheets of its figures, and nowhere else."""
    sheets = style_sheets(context.get("body") or "")
    for name in sheets:
        app.add_css_file(f"figures/{name}")
    if sheets:
        app.add_js_file("figures/modules.js", loading_method="defer")
        app.add_js_file("figures/page.js", loading_method="defer")


def setup(app):
    """Connect the steps above."""
    app.add_directive("dlcourse-figure", FigureDirective)
    app.connect("builder-inited", copy_modules)
    app.connect("html-page-context", add_to_pages_with_figures)
