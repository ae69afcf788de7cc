"""Sphinx extension: a solution on an exercise page is shown without nbgrader's marks around it."""

from docutils import nodes
from sphinx.transforms import SphinxTransform


class WithoutMarks(SphinxTransform):
    """Take the lines with the marks out of the code."""

    default_priority = 500

    def apply(self, **kwargs):
        """Look at each block of code of an exercise page."""
        if not self.env.docname.startswith("exercises/"):
            return
        for block in list(self.document.findall(nodes.literal_block)):
            lines = block.astext().splitlines()
            kept = [line for line in lines if line.strip() not in ("### BEGIN SOLUTION", "### END SOLUTION")]
            if kept != lines:
                text = "\n".join(kept)
                block.rawsource, block.children = text, []
                block += nodes.Text(text)


def setup(app):
    """Add the transform."""
    app.add_transform(WithoutMarks)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
