"""Sphinx extension: a quotation that begins with "Not quite." becomes a box of that title.

    > **Not quite.** *"A filter moves to the left."* To the right ...

Written so, and not as a directive, because notebooks are read in JupyterLab and in Colab too, which show
directives as raw text.
"""

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)

TITLE = "Not quite"


class NotQuiteBoxes(SphinxTransform):
    """Replace the quotations."""

    default_priority = 500

    def apply(self, **kwargs):
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


def remove(strong):
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


def setup(app):
    """Add the transform."""
    app.add_transform(NotQuiteBoxes)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
