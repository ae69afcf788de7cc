"""Blocks of a page that are written in a form which JupyterLab and Colab show well, too.

- A quotation that begins with "Not quite." becomes a box of that title:

      > **Not quite.** *"A filter moves to the left."* To the right ...

- A solution is shown without nbgrader's marks around it.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)

TITLE = "Not quite"
MARKS = ("### BEGIN SOLUTION", "### END SOLUTION")


class NotQuiteBoxes(SphinxTransform):
    """Replace the quotations."""

    default_priority = 500

    def apply(self, **kwargs: Any) -> None:
        """Look at each quotation of the page."""
        for quotation in list(self.document.findall(nodes.block_quote)):
            strong = next(iter(quotation.findall(nodes.strong)), None)
            if strong is None or not quotation.astext().startswith(strong.astext()):
                continue
            if strong.astext().rstrip(" .:") == TITLE:
                remove(strong)
                box = nodes.admonition("", nodes.title("", TITLE), *quotation.children, classes=["not-quite"])
                quotation.replace_self(box)
            elif strong.astext().startswith(TITLE):
                message = "no box: of the quotation's first words, only **%s.** is to be bold, got **%s**"
                logger.warning(message, TITLE, strong.astext(), location=quotation)


def remove(strong: nodes.strong) -> None:
    """Take the title out of its paragraph, with the signs and spaces after it, and a paragraph of nothing else."""
    paragraph = strong.parent
    rest = paragraph.children[paragraph.index(strong) + 1 :]
    while rest and isinstance(rest[0], nodes.Text):  # there may be empty ones, too
        text = rest.pop(0).astext().lstrip(" .:\n")
        if text:
            rest.insert(0, nodes.Text(text))
            break
    paragraph[:] = rest
    if not rest:
        paragraph.parent.remove(paragraph)


class WithoutMarks(SphinxTransform):
    """Take the lines with nbgrader's marks out of the code."""

    default_priority = 500

    def apply(self, **kwargs: Any) -> None:
        """Look at each block of code of the page."""
        for block in list(self.document.findall(nodes.literal_block)):
            lines = block.astext().splitlines()
            kept = [line for line in lines if line.strip() not in MARKS]
            if kept != lines:
                text = "\n".join(kept)
                block.rawsource, block.children = text, []
                block += nodes.Text(text)


def setup(app: Sphinx) -> None:
    """Add the transforms."""
    app.add_transform(NotQuiteBoxes)
    app.add_transform(WithoutMarks)
