"""What the chapter on measures says of pycocotools, which its readers need not have."""

import contextlib
import io
import re

import nbformat

from tools import notebooks

CHAPTER = notebooks.ROOT / "book/recognition/tasks-and-metrics.ipynb"


def test_the_block_for_pycocotools_gives_the_number_that_the_chapter_prints():
    cells = nbformat.read(CHAPTER, as_version=4).cells
    place = next(k for k, cell in enumerate(cells) if "from pycocotools" in cell.source)
    text = cells[place].source
    block = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]
    needed = [cell.source for cell in cells[:place] if re.search(r"^(found = |scenes = )", cell.source, re.MULTILINE)]
    assert len(needed) == 2
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for source in (*needed, block):
            exec(source, names)
    precision_at_50 = names["evaluation"].stats[1]
    printed = "".join(output.text for output in cells[place - 1].outputs)
    assert f"coco: {precision_at_50:.6f}" in printed
    assert f"says {precision_at_50:.3f}" in text
