"""Sphinx extension: what answers a prediction is covered on the page until the reader opens it.

An author writes a paragraph with a bold **Predict**, the code cells that answer it, and a Markdown cell that explains.
Readable stays the code up to the first output. Covered are

- this output, and the assertions of its cell, which would give it away (of the cells of both frameworks in tabs),
- the code cells that follow, with their outputs, up to the Markdown cell, and
- the Markdown cell, up to its first heading or to the paragraph with its next **Predict**.

An interactive figure stays open: the reader finds the answer with it. Where less of the explanation is to be covered,
it is split into two Markdown cells. The covers are `<details>`, and need no script. The notebooks stay as they are.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)

WORD = "Predict"
LID = '<span class="closed">Your prediction first, then the {0}</span><span class="open">The {0}</span>'
SWITCH = "Show the answers to all predictions"
SCRIPT = Path(__file__).parents[2] / "_static" / "predictions.js"


class cover(nodes.General, nodes.Element):
    """A `<details>` whose lid says that it `holds` the answer; the covers of one prediction share a `number`."""


def open_cover(translator: Any, node: cover) -> None:
    """Write the cover's beginning."""
    translator.body.append(f'<details class="prediction" data-prediction="{node["number"]}">\n')
    translator.body.append(f"<summary>{LID.format(node['holds'])}</summary>\n")


def close_cover(translator: Any, node: cover) -> None:
    """Write the cover's end."""
    translator.body.append("</details>\n")


def switch() -> nodes.raw:
    """The button that opens all covers of the book."""
    button = f'<button type="button" aria-pressed="false">{SWITCH}</button>'
    return nodes.raw("", f'<div class="predictions-switch">{button}</div>', format="html")


def asks(node: nodes.Node) -> bool:
    """Whether the block asks the reader for a prediction."""
    return isinstance(node, nodes.paragraph) and any(
        strong.astext().rstrip(":.") == WORD for strong in node.findall(nodes.strong)
    )


def part(node: nodes.Node, element: str) -> bool:
    """Whether MyST-NB made the node as this part of a notebook."""
    return isinstance(node, nodes.container) and node.get("nb_element") == element


def written_in(node: nodes.Node) -> int:
    """The number of the cell that the block was written in; MyST-NB counts 10,000 lines for each."""
    return next((found.line for found in node.findall() if getattr(found, "line", None)), 0) // 10_000


def following(question: nodes.Node) -> list[nodes.Node]:
    """The blocks after the question in its section, or after the box that it stands in."""
    found: list[nodes.Node] = []
    node = question
    while node.parent is not None and not isinstance(node, nodes.section):
        found += node.parent.children[node.parent.index(node) + 1 :]
        node = node.parent
    return found


def answer_to(question: nodes.Node) -> tuple[list[nodes.Element], list[nodes.Element]]:
    """The code cells and the blocks of text that answer the question."""
    cells: list[nodes.Element] = []
    text: list[nodes.Element] = []
    for node in following(question):
        is_cell = part(node, "cell_code")
        if isinstance(node, nodes.section) or asks(node) or (text and is_cell):
            break
        if text and written_in(node) > written_in(text[0]):
            break
        if is_cell:
            cells.append(node)
        elif cells:
            text.append(node)
    while text and isinstance(text[-1], nodes.target):
        text.pop()
    return cells, text


def is_figure(output: nodes.Element) -> bool:
    """Whether the output is an interactive figure, with which the reader finds the answer."""
    return any("data-figure=" in raw.astext() for raw in output.findall(nodes.raw))


def output_of(cell: nodes.Element) -> nodes.Element | None:
    """The cell's output, if it has one that is to be covered."""
    outputs = (child for child in cell.children if part(child, "cell_code_output"))
    return next((output for output in outputs if not is_figure(output)), None)


def in_tab(cell: nodes.Element) -> bool:
    """Whether the cell will stand in a framework's tab."""
    return any(name.startswith("tag_fw-") for name in cell["classes"])


def without_assertions(source: str) -> tuple[str, str]:
    r"""The code without its assertions, and these.

    Examples
    --------
    >>> without_assertions("y = x + 1\nassert y == 3\nprint(y)")
    ('y = x + 1\nprint(y)', 'assert y == 3')
    """
    try:
        statements = ast.parse(source).body
    except SyntaxError:  # a magic command of IPython
        return source, ""
    told = {
        line
        for statement in statements
        if isinstance(statement, ast.Assert)
        for line in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
    }
    lines = list(enumerate(source.splitlines(), 1))
    kept = "\n".join(line for number, line in lines if number not in told)
    return (
        (kept.rstrip(), "\n".join(line for number, line in lines if number in told)) if kept.strip() else (source, "")
    )


def take_assertions(cell: nodes.Element) -> list[nodes.Element]:
    """Take the assertions out of the cell; they come back as a cell of their own."""
    for block in cell.findall(nodes.literal_block):
        if part(block.parent, "cell_code_source"):
            kept, told = without_assertions(block.astext())
            if not told:
                return []
            taken = block.deepcopy()
            for node, text in ((block, kept), (taken, told)):
                node.rawsource, node.children = text, []
                node += nodes.Text(text)
            return [nodes.container("", nodes.container("", taken, classes=["cell_input"]), classes=["cell"])]
    return []


def cover_output(cell: nodes.Element, number: int) -> cover:
    """Cover the cell's output, if it has one, and its assertions, which give it away."""
    lid, output = cover("", number=number, holds="answer"), output_of(cell)
    if output is not None:
        cell.replace(output, lid)
        lid += nodes.container("", output, classes=cell["classes"])
        lid += take_assertions(cell)
    return lid


def lay_covers(number: int, cells: list[nodes.Element], text: list[nodes.Element]) -> bool:
    """Cover what answers a question; whether there is an output at all."""
    shown = [cell for cell in cells if any(part(child, "cell_code_output") for child in cell.children)]
    if not shown:
        return False
    last = next((cell for cell in cells if output_of(cell)), shown[-1])
    rest = [*cells[cells.index(last) + 1 :], *text]
    lid = cover("", number=number, holds="explanation")
    if in_tab(last):
        cover_output(last, number)
        while rest and part(rest[0], "cell_code") and in_tab(rest[0]):
            last = rest.pop(0)
            cover_output(last, number)
    elif output_of(last):
        lid = cover_output(last, number)
        last.remove(lid)  # it holds more than this cell
    for node in rest:
        node.parent.remove(node)
    lid += rest
    if lid.children:
        last.parent.insert(last.parent.index(last) + 1, lid)
    return True


class CoverAnswers(SphinxPostTransform):
    """Lay the covers, before the cells of the frameworks become tabs."""

    default_priority = 180
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Go through the questions of the page."""
        questions = [node for node in self.document.findall(nodes.paragraph) if asks(node)]
        for number, question in enumerate(questions, 1):
            if not lay_covers(number, *answer_to(question)):
                logger.warning("no output answers this prediction", location=question)
        if questions:
            question = questions[0]
            question.parent.insert(question.parent.index(question) + 1, switch())


def add_to_pages(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Load style and script where a page has covers; the script stands in the page, to work before the first paint."""
    if "data-prediction=" in (context.get("body") or ""):
        app.add_css_file("predictions.css", priority=800)
        app.add_js_file(None, body=SCRIPT.read_text("utf-8"))


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the transform and what its pages load."""
    app.add_node(cover, html=(open_cover, close_cover))
    app.add_post_transform(CoverAnswers)
    app.connect("html-page-context", add_to_pages)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
