"""Neighbouring cells tagged `fw-pytorch`, `fw-keras`, ... become one synchronised set of tabs.

The cells stay ordinary, executed code cells in the notebook; only the page groups them. The
reader's choice is kept by sphinx-design under the key of the synchronisation group, on all pages.
"""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx_design.shared import create_component

logger = logging.getLogger(__name__)

LABELS = {"pytorch": "PyTorch", "keras": "Keras"}
PREFIX = "tag_fw-"


def framework(node):
    """The framework that a node's cell is tagged with, or None."""
    if isinstance(node, nodes.container) and node.get("nb_element") == "cell_code":
        for name in node["classes"]:
            if name.startswith(PREFIX):
                return name.removeprefix(PREFIX)
    return None


def tab_item(name, cells):
    """One tab with its cells."""
    label = nodes.rubric(LABELS[name], LABELS[name], classes=["sd-tab-label"], sync_id=name, sync_group="framework")
    content = create_component("tab-content", classes=["sd-tab-content"], children=cells)
    return create_component("tab-item", classes=["sd-tab-item"], selected=False, children=[label, content])


def tab_set(tabs):
    """The set of tabs for cells by framework."""
    if len(tabs) < 2:
        [(name, cells)] = tabs.items()
        message = (
            "a set of tabs holds %s only; the cells of the frameworks must follow each other, with no text between"
        )
        logger.warning(message, LABELS[name], location=cells[0])
    items = [tab_item(name, cells) for name, cells in tabs.items()]
    return create_component("tab-set", classes=["sd-tab-set"], children=items)


def grouped(children):
    """The children of one section, runs of tagged cells replaced by tab sets.

    A run may hold several cells of each framework, but a framework that comes back begins a new set. A cell whose
    framework has no label stays as it is, with a warning.
    """
    result, tabs, last = [], {}, None
    for child in [*children, None]:
        name = framework(child) if child is not None else None
        if name is not None and name not in LABELS:
            logger.warning("unknown tag fw-%s, expected one of fw-%s", name, ", fw-".join(LABELS), location=child)
            name = None
        if tabs and (name is None or (name in tabs and name != last)):
            result.append(tab_set(tabs))
            tabs = {}
        if name is not None:
            tabs.setdefault(name, []).append(child)
        elif child is not None:
            result.append(child)
        last = name
    return result


class FrameworkTabs(SphinxPostTransform):
    """Group the tagged cells before sphinx-design turns tab sets into HTML."""

    default_priority = 190
    formats = ("html",)

    def run(self, **kwargs):
        """Rebuild the parents of tagged cells."""
        parents = {id(n.parent): n.parent for n in self.document.findall(nodes.container) if framework(n)}
        for parent in parents.values():
            children = list(parent.children)
            parent.children = []
            parent.extend(grouped(children))


def setup(app):
    """Add the transform."""
    app.add_post_transform(FrameworkTabs)
