"""Claims about the book's Sphinx extensions, on pages of a few lines."""

import io
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from PIL import Image
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

EXTENSIONS = Path(__file__).parents[2] / "book" / "_ext"
sys.path.append(str(EXTENSIONS))

from dlsite import docstrings, framework_tabs, pictures  # noqa: E402


@pytest.fixture
def build(tmp_path):
    """A function that builds one page of Markdown and gives its HTML and the warnings."""

    def built(markdown):
        (tmp_path / "index.md").write_text(f"# Page\n\n{markdown}\n", "utf-8")
        warnings = io.StringIO()
        settings = {
            "extensions": ["myst_parser", "dlsite.blocks"],
            "html_theme": "basic",
            "source_suffix": {".md": "markdown"},
        }
        with patch_docutils(), docutils_namespace():
            out, doctrees = tmp_path / "out", tmp_path / "doctrees"
            Sphinx(tmp_path, None, out, doctrees, "html", settings, status=None, warning=warnings).build()
        html = (tmp_path / "out" / "index.html").read_text("utf-8")
        return BeautifulSoup(html, "html.parser"), re.sub(r"\x1b\[[0-9;]*m", "", warnings.getvalue())

    return built


@pytest.mark.parametrize(
    "title", ["**Not quite.**", "**Not quite**:", "**Not quite**.", "**Not quite:**", "**Not quite**"]
)
@pytest.mark.parametrize("text", [" A filter *moves* on.", "\n> A filter *moves* on.", "\n>\n> A filter *moves* on."])
def test_a_quotation_that_begins_with_not_quite_is_a_box(build, title, text):
    page, warnings = build(f"> {title}{text}")
    box = page.select_one(".admonition.not-quite")
    assert box.select_one(".admonition-title").get_text() == "Not quite"
    assert [p.get_text() for p in box.select("p:not(.admonition-title)")] == ["A filter moves on."]
    assert page.blockquote is None
    assert warnings == ""


def test_a_box_keeps_the_marks_of_its_text(build):
    page, _ = build('> **Not quite.** *"To the left."* To the **right**.\n>\n> - one\n> - two')
    box = page.select_one(".not-quite")
    assert box.em.get_text() == "“To the left.”"
    assert box.strong.get_text() == "right"
    assert [item.get_text() for item in box.select("li")] == ["one", "two"]


def test_a_title_alone_leaves_no_empty_paragraph(build):
    page, _ = build("> **Not quite.**")
    assert [p.get_text() for p in page.select(".not-quite p")] == ["Not quite"]


def test_a_title_that_goes_on_is_no_box_and_the_author_is_told_where(build):
    page, warnings = build("> **Not quite. A filter moves.** To the right.")
    assert page.select(".not-quite") == []
    assert "index.md:3: WARNING: no box" in warnings
    assert "got **Not quite. A filter moves.**" in warnings


@pytest.mark.parametrize("quotation", ["> **A filter** moves.", "> This is **Not quite.** a box.", "> No bold word."])
def test_another_quotation_stays_one(build, quotation):
    page, warnings = build(quotation)
    assert page.blockquote is not None
    assert page.select(".not-quite") == []
    assert warnings == ""


def cell(name, text):
    node = nodes.container(
        "", nodes.literal_block(text, text), classes=["cell", f"tag_fw-{name}"], nb_element="cell_code"
    )
    node.source, node.line = "page.ipynb", 7
    return node


def sets(children):
    """For each tab set: its labels, synchronisation keys and the code behind each tab."""
    found = []
    for node in children:
        if node.get("design_component") == "tab-set":
            labels = [item[0] for item in node]
            codes = [[block.astext() for block in item[1].findall(nodes.literal_block)] for item in node]
            found.append([(x.astext(), x["sync_id"], code) for x, code in zip(labels, codes, strict=True)])
    return found


@pytest.fixture
def warned(monkeypatch):
    """The warnings of the tabs: what was said and of which node."""
    said = []
    monkeypatch.setattr(
        framework_tabs.logger, "warning", lambda text, *values, location: said.append((text % values, location))
    )
    return said


def test_neighbouring_cells_become_one_set_of_tabs(warned):
    children = [cell("pytorch", "a"), cell("pytorch", "b"), cell("keras", "c"), nodes.paragraph("", "text")]
    result = framework_tabs.grouped(children)
    assert sets(result) == [[("PyTorch", "pytorch", ["a", "b"]), ("Keras", "keras", ["c"])]]
    assert result[1:] == children[3:]
    assert warned == []


def test_a_framework_that_comes_back_begins_a_new_set(warned):
    result = framework_tabs.grouped(
        [cell("pytorch", "a"), cell("keras", "b"), cell("pytorch", "c"), cell("keras", "d")]
    )
    assert [[code for *_, code in tabs] for tabs in sets(result)] == [[["a"], ["b"]], [["c"], ["d"]]]
    assert warned == []


def test_text_between_the_frameworks_is_told(warned):
    first, last = cell("pytorch", "a"), cell("keras", "b")
    framework_tabs.grouped([first, nodes.paragraph("", "text"), last])
    assert [location for _, location in warned] == [first, last]
    assert [text.split(";")[0] for text, _ in warned] == [f"a set of tabs holds {x} only" for x in ("PyTorch", "Keras")]


def test_an_unknown_framework_is_told_and_its_cell_stays(warned):
    strange = cell("jax", "c")
    result = framework_tabs.grouped([cell("pytorch", "a"), cell("keras", "b"), strange])
    assert result[-1] is strange
    assert len(sets(result)) == 1
    assert warned == [("unknown tag fw-jax, expected one of fw-pytorch, fw-keras", strange)]


def png(image):
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def drawing(mode):
    """A drawing of 60 x 40 pixels; in modes with alpha, its left is transparent."""
    pixels = np.zeros((40, 60, 4), np.uint8)
    pixels[..., 0], pixels[..., 2], pixels[..., 3] = np.arange(60), 200, 255
    pixels[10:30, 20:50] = (255, 120, 0, 255)
    pixels[:, :8, 3] = 0
    pixels[:, 8:12, 3] = 100
    image = Image.fromarray(pixels)
    return image.convert("RGB").convert(mode, palette=Image.Palette.ADAPTIVE) if mode == "P" else image.convert(mode)


@pytest.mark.parametrize("mode", ["P", "L", "LA", "RGB", "RGBA", "1"])
def test_a_drawing_of_any_mode_becomes_webp_without_loss(mode):
    image = drawing(mode)
    small = Image.open(io.BytesIO(pictures.webp(png(image))))
    assert small.format == "WEBP"
    assert small.mode == ("RGBA" if mode in ("LA", "RGBA") else "RGB")
    was, now = np.asarray(image.convert("RGBA")), np.asarray(small.convert("RGBA"))
    np.testing.assert_array_equal(was[..., 3], now[..., 3])
    np.testing.assert_array_equal(was[was[..., 3] > 0], now[was[..., 3] > 0])


def test_the_transparent_colour_of_a_palette_stays_transparent():
    image = drawing("P")
    image.info["transparency"] = image.getpixel((30, 20))
    small = Image.open(io.BytesIO(pictures.webp(png(image))))
    assert small.getpixel((30, 20))[3] == 0
    assert small.getpixel((0, 0))[3] == 255


def test_a_photograph_is_packed_with_little_loss():
    rows, columns = np.mgrid[:400, :400]
    smooth = np.stack([rows / 2, columns / 2, (rows + columns) / 4], axis=-1)
    pixels = np.clip(smooth + np.random.default_rng(0).normal(0, 4, smooth.shape), 0, 255).astype(np.uint8)
    content = png(Image.fromarray(pixels))
    assert len(content) > pictures.DRAWING
    small = pictures.webp(content)
    assert len(small) < len(content) / 5
    assert np.abs(np.asarray(Image.open(io.BytesIO(small))).astype(float) - smooth).mean() < 5


@pytest.mark.parametrize(("size", "expected"), [((34, 17000), (33, 16383)), ((17000, 340), (16383, 328))])
def test_a_picture_too_large_for_webp_is_shrunk(size, expected):
    image = Image.new("RGB", size, "orange")
    small = Image.open(io.BytesIO(pictures.webp(png(image))))
    assert small.size == expected
    assert small.getpixel((5, 5)) == (255, 165, 0)


def test_the_largest_picture_of_webp_keeps_its_size():
    assert Image.open(io.BytesIO(pictures.webp(png(Image.new("RGB", (3, 16383)))))).size == (3, 16383)


def test_only_sections_of_entries_become_lists():
    lines = ["Returns", "-------", "x : a number", "Examples", "--------", ">>> 1 + 1", "2"]
    expected = [".. rubric:: Returns", "", "* **x**: a number", ".. rubric:: Examples", "", ">>> 1 + 1", "2"]
    assert docstrings.formatted(lines) == expected
