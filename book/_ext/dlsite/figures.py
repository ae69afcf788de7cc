"""Sphinx extension: the interactive figures of `dlcourse.figures` on pages without a kernel."""

from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive

from dlcourse import figures
from dlcourse.figures.base import style_sheets, write_static


class FigureDirective(Directive):
    """An interactive figure in a page that is no notebook: its argument is a function of `dlcourse.figures`."""

    required_arguments = 1

    def run(self):
        """The same HTML that the figure shows in a notebook."""
        data, _ = getattr(figures, self.arguments[0])()._repr_mimebundle_()
        return [nodes.raw("", data["text/html"], format="html")]


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
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
