"""Sphinx extension: the interactive figures of `dlcourse.figures` on pages without a kernel."""

import json
import shutil
from pathlib import Path
from typing import ClassVar

import yaml
from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.parsers.rst.directives import class_option

from dlcourse import figures
from dlcourse.figures import STATIC


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
    """Copy the figures' modules, and all of them once more in one classic script, which file:// pages may load."""
    target = Path(app.outdir) / "_static" / "figures"
    target.mkdir(parents=True, exist_ok=True)
    modules = {}
    for path in sorted(STATIC.iterdir()):
        shutil.copy(path, target / path.name)
        if path.suffix == ".js" and path.stem != "page":
            modules[path.stem] = path.read_text("utf-8")
    script = "window.DLCOURSE_FIGURES = " + json.dumps(modules).replace("</", "<\\/") + ";\n"
    (target / "modules.js").write_text(script, "utf-8")


def add_to_pages_with_figures(app, pagename, templatename, context, doctree):
    """Load the scripts where a page shows a figure, and nowhere else."""
    if "data-figure=" in (context.get("body") or ""):
        for name in sorted((path.name for path in STATIC.glob("*.css")), key=lambda name: name != "figures.css"):
            app.add_css_file(f"figures/{name}")
        app.add_js_file("figures/modules.js", loading_method="defer")
        app.add_js_file("figures/page.js", loading_method="defer")


def setup(app):
    """Connect the steps above."""
    app.add_directive("dlcourse-figure", FigureDirective)
    app.connect("builder-inited", copy_modules)
    app.connect("html-page-context", add_to_pages_with_figures)
