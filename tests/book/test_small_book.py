"""What the book's settings, extensions and styles make of pages, on a book of a few short ones."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from PIL import Image
from playwright.sync_api import Browser, Page

import site_checks
from html_site import Site
from serving import serve
from small_book import build, cell, markdown, notebook, printed, run, shown

INDEX = """---
myst:
  html_meta:
    description: What it is
---
# A book

```{dlcourse-figure} conv1d
:class: front-figure
position: 2
```

- [x] a task that is done
- [ ] one that is not

See {cite}`cat`.

```{bibliography}
```
"""


def png(colour: str) -> str:
    """A picture of one colour, as a notebook keeps it."""
    content = io.BytesIO()
    Image.new("RGB", (40, 20), colour).save(content, "PNG")
    return base64.b64encode(content.getvalue()).decode()


FRAME = "<table class='dataframe'><tr><th></th><th>loss</th></tr><tr><th>0</th><td>1</td></tr></table>"

DRAWING = shown({"image/png": png("red"), "text/plain": "<Figure>"}, {"image/png": {"dark": png("blue")}})
PHOTO = shown({"image/png": png("green"), "text/plain": "<Figure>"}, {"image/png": {"height": 9}})

WIDGET = "application/vnd.jupyter.widget-view+json"

TEXT = """# Cells

Text with $x^2$, and `dlcourse.train.a_very_long_name_of_a_function_with_all_of_its_arguments`. See [there](#third).

> **Not quite.** It grows.

## Second

### Third

#### Fourth"""

CHAPTER = notebook(
    markdown(TEXT),
    cell("a = 1", printed("from torch\n"), printed("and on\n"), tags="fw-pytorch"),
    cell("b = 1", printed("from keras\n"), tags="fw-keras"),
    cell("draw()", DRAWING, alt="A red square"),
    cell("photo()", PHOTO, alt="Green grass"),
    cell("colour", printed("\x1b[31mred\x1b[0m\n")),
    cell("wide", shown({"text/html": f"<table class='table'><tr><td>{'wide ' * 9}</td>" * 9, "text/plain": "wide"})),
    cell("frame", shown({"text/html": FRAME, "text/plain": "loss"})),
    cell("figure", shown({WIDGET: {"model_id": "1"}, "text/html": "<p>the figure itself</p>", "text/plain": "W()"})),
    cell("secret = 5", tags="hide-input"),
    cell("more = 6", tags="remove-cell"),
    metadata={"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"1": {}}, "version_major": 2}}},
)

EXERCISES = notebook(
    markdown("# Exercises: cells\n\nGive x the value one."),
    cell("### BEGIN SOLUTION\nx = 1\n### END SOLUTION"),
    cell("check.number(x, 1)", printed("well done\n")),
    cell("### BEGIN HIDDEN TESTS\nassert x == 1\n### END HIDDEN TESTS", tags="remove-cell"),
)

PAGES = {
    "book/index.md": INDEX,
    "book/networks/cells.ipynb": CHAPTER,
    "exercises/networks/cells.ipynb": EXERCISES,
    "book/convolution/filters.md": "# Filters\n\nA longer text on filters.\n",
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built site."""
    return build(tmp_path_factory.mktemp("book"), PAGES)


def parsed(book: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((book / name).read_text("utf-8"), "html.parser")


@pytest.fixture
def chapter(book: Path) -> BeautifulSoup:
    return parsed(book, "book/networks/cells.html")


def colour(book: Path, image) -> str:
    """The colour of a picture of one colour: what it shows most of."""
    red, green, blue = Image.open(book / "book/networks" / image["src"]).convert("RGB").getpixel((5, 5))
    return max(("red", red), ("green", green), ("blue", blue), key=lambda pair: pair[1])[0]


def test_each_theme_has_its_own_drawing_and_a_photograph_is_for_both(book, chapter):
    themes = ("only-light", "only-dark")
    boxes = [box.select("img") for box in chapter.select(".cell_output .picture")]
    found = [[(colour(book, i), [name for name in i.get("class", []) if name in themes]) for i in box] for box in boxes]
    assert found == [[("red", ["only-light"]), ("blue", ["only-dark"])], [("green", [])]]
    images = chapter.select(".cell_output img")
    assert [i["alt"] for i in images] == ["A red square", "A red square", "Green grass"]
    assert all(i["src"].endswith(".webp") and i["loading"] == "lazy" for i in images)
    assert not any("height" in (i.get("style") or "") or i.get("height") == "9" for i in images)


def test_cells_of_the_frameworks_are_tabs_that_belong_together(chapter):
    labels = chapter.select(".sd-tab-set > label.sd-tab-label")
    assert [(label.get_text(strip=True), label["data-sync-id"], label["data-sync-group"]) for label in labels] == [
        ("PyTorch", "pytorch", "framework"),
        ("Keras", "keras", "framework"),
    ]
    behind = [content.get_text() for content in chapter.select(".sd-tab-content")]
    assert ["from torch" in text for text in behind] == [True, False]
    assert ["from keras" in text for text in behind] == [False, True]


def test_the_contents_fold_by_part_and_keep_exercises_below_their_chapter(chapter):
    assert chapter.select(".bd-docs-nav .bd-sidenav__home-link") == []  # the title above leads there
    parts = {p.get_text(strip=True): p.find_parent("details") for p in chapter.select(".bd-docs-nav p.caption")}
    assert {name: part.has_attr("open") for name, part in parts.items()} == {"Networks": True, "Convolution": False}
    [link] = chapter.select('.bd-docs-nav li.has-children li a[href$="exercises/networks/cells.html"]')
    assert link.get_text(strip=True) == "Exercises"
    below = link.find_parent("details")
    assert below.has_attr("open")
    assert below.summary["aria-label"] == "Pages below Cells"
    assert below.find_parent("details") is parts["Networks"]


def test_one_reads_from_a_chapter_to_its_exercises_and_on(book, chapter):
    exercises = parsed(book, "exercises/networks/cells.html")
    assert chapter.select_one('link[rel="next"]')["title"] == "Exercises: cells"
    assert chapter.select_one('link[rel="prev"]')["href"] == "../index.html"
    assert exercises.select_one('link[rel="next"]')["title"] == "Filters"


def test_an_exercise_shows_its_solution_without_marks_and_no_hidden_test(book):
    text = parsed(book, "exercises/networks/cells.html").article.get_text()
    assert "x = 1" in text
    assert "well done" in text
    assert "assert x == 1" not in text
    assert "BEGIN" not in text


def test_a_figure_brings_its_own_html_and_no_widget(chapter):
    assert "the figure itself" in chapter.get_text()
    assert "widget-state" not in str(chapter)
    assert not [script["src"] for script in chapter.select("script[src]") if script["src"].startswith("http")]


def test_what_is_hidden_in_a_chapter_can_be_opened_or_is_gone(chapter):
    assert "secret" in chapter.select_one("details.hide").get_text()
    assert "more = 6" not in chapter.get_text()


def test_prints_of_a_cell_stand_in_one_box_and_code_has_no_line_numbers(chapter):
    assert "from torch\nand on" in [box.get_text().strip() for box in chapter.select(".output.stream")]
    assert chapter.select_one(".linenos") is None


def test_a_quotation_becomes_a_box(chapter):
    assert chapter.select_one(".admonition.not-quite .admonition-title").get_text() == "Not quite"


def test_corrections_reach_the_pages(book, chapter):
    index = parsed(book, "book/index.html")
    boxes = index.select("input.task-list-item-checkbox")
    assert [(box["aria-label"], box.has_attr("checked")) for box in boxes] == [("done", True), ("to do", False)]
    assert index.select('[role="doc-biblioentry"]') == []
    assert index.select_one(".citation-list").get("role") is None
    assert chapter.select_one("table.dataframe td").get_text() == ""
    assert [th.get_text() for th in chapter.select("table.dataframe th")] == ["loss", "0"]


def test_the_root_sends_readers_on_to_the_front_page(book):
    door = parsed(book, "index.html")
    assert door.html["lang"] == "en"
    assert door.title.get_text() == "Deep Learning You Can See"
    assert door.select_one("meta[http-equiv=refresh]")["content"] == "0; url=book/index.html"
    assert door.body.a["href"] == "book/index.html"
    assert (book / door.select_one("link[rel=icon]")["href"]).is_file()


def test_the_figure_of_a_page_starts_with_what_the_page_says(book):
    index = parsed(book, "book/index.html")
    figure = index.select_one(".front-figure > .dlcourse-figure")
    assert '"position":2' in figure.script.get_text()


def loaded(page: BeautifulSoup) -> list[str]:
    return [Path(script["src"].partition("?")[0]).name for script in page.select("script[src]")]


def test_a_page_loads_only_what_it_uses(book, chapter):
    names = ("book/index", "book/convolution/filters", "search")
    front, filters, search = (parsed(book, f"{name}.html") for name in names)
    assert [name for name in loaded(chapter) if name == "startup.js"] == ["startup.js"]
    assert "startup.js" not in [*loaded(front), *loaded(filters)]
    assert "window.MathJax" not in str(filters)
    assert "modules.js" in loaded(front)
    assert "modules.js" not in [*loaded(chapter), *loaded(filters)]
    assert "searchindex.js" in loaded(search)
    assert "searchindex.js" not in [*loaded(chapter), *loaded(filters), *loaded(front)]
    for page in (front, chapter, filters):
        assert not [name for name in loaded(page) if "thebe" in name or "fontawesome" in name or "require" in name]
        assert "THEBE" not in str(page)


def test_scripts_come_after_the_text_unless_others_go_on_from_them(chapter):
    waiting = [script["src"] for script in chapter.select("head script[src]") if not script.has_attr("defer")]
    assert [Path(name.partition("?")[0]).name for name in waiting] == ["documentation_options.js", "doctools.js"]


def test_the_books_own_styles_come_last(chapter):
    sheets = [Path(link["href"].partition("?")[0]).name for link in chapter.select('link[rel="stylesheet"]')]
    assert sheets[:2] == ["basic.css", "pydata-sphinx-theme.css"]
    assert sheets[-2:] == ["accessible.css", "book.css"]


def test_there_is_one_header_and_one_place_to_search(chapter):
    assert chapter.select_one(".bd-header .navbar-item") is None
    assert len(chapter.select(".bd-sidebar-primary .search-button-field")) == 1
    assert chapter.select_one("nav[aria-label='Front page'] a")["href"] == "../index.html"


def test_a_page_says_where_its_source_is_and_whose_it_is(chapter):
    buttons = " ".join(a["href"] for a in chapter.select(".header-article-items a[href]"))
    assert re.search(r"https://colab.research.google.com/github/\S+/blob/main/book/networks/cells.ipynb", buttons)
    assert "/issues/new" in buttons
    footer = chapter.select_one("footer.bd-footer-content").get_text()
    assert "CC BY 4.0" in footer
    assert "BSD 3-Clause" in footer
    assert re.search(r"© Copyright 20\d\d", footer)


@pytest.mark.parametrize("check", site_checks.CHECKS, ids=lambda check: check.__name__)
def test_the_checks_of_the_site_find_nothing(check, book):
    assert check(Site(book)) == []


def test_every_icon_of_a_page_is_in_the_small_fonts(book, chapter):
    sheet = book / "_static/styles/pydata-sphinx-theme.css"
    css, fonts = sheet.read_text("utf-8"), list(sheet.parent.glob("*.woff"))
    assert "webfonts" not in css
    assert {f"url({font.name})" for font in fonts} == set(re.findall(r"url\([\w-]+\.woff\)", css))
    assert 1_000 < sum(font.stat().st_size for font in fonts) < 20_000
    glyphs = {code for font in fonts for code in TTFont(font).getBestCmap()}
    names = {name for icon in chapter.select("[class*=fa-]") for name in icon["class"]}
    rules = re.findall(r'((?:\.fa-[\w-]+:before,?)+)\{content:"\\(\w+)"', css)
    codes = {name: int(code, 16) for selectors, code in rules for name in re.findall(r"fa-[\w-]+", selectors)}
    assert {"fa-bars", "fa-chevron-down", "fa-github", "fa-magnifying-glass"} <= names & set(codes)
    assert {codes[name] for name in names & set(codes)} <= glyphs
    assert 0xF05A in glyphs  # the mark of a note, which only the style sheet names


def test_a_notebook_that_fails_or_warns_fails_the_build(tmp_path):
    pages = {
        "book/index.md": "# A book",
        "book/a.ipynb": notebook(markdown("# A"), cell("1 / 0")),
        "book/b.ipynb": notebook(markdown("# B"), cell("import sys; sys.stderr.write('careful')")),
    }
    toc = "{format: jb-book, root: book/index, chapters: [{file: book/a}, {file: book/b}]}"
    ran = run(tmp_path, pages, toc, execute="force")
    assert ran.returncode != 0
    assert re.search(r"a\.ipynb.*Executing notebook failed", ran.stderr)
    assert re.search(r"b\.ipynb.*stderr was found", ran.stderr)


# In the browser.


@pytest.fixture(scope="module")
def page(browser: Browser, book: Path):
    with serve(book) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900}, base_url=address, color_scheme="light")
        yield page
        page.close()


def style(page: Page, selector: str, *names: str) -> list[str]:
    script = "([selector, names]) => names.map((name) => getComputedStyle(document.querySelector(selector))[name])"
    return page.evaluate(script, [selector, names])


def test_equations_are_spoken_from_their_mathml_and_set_in_their_own_fonts(page):
    answers = []
    page.on("response", lambda answer: answers.append((answer.url, answer.status)))
    page.goto("/book/networks/cells.html")
    page.wait_for_selector("mjx-container mjx-assistive-mml math")
    assert page.locator("mjx-container math").count() == 1
    page.evaluate("document.fonts.ready")
    assert [url for url, status in answers if status >= 400] == []
    assert [url for url, _ in answers if "MathJax_Math-Italic" in url]


def test_a_deeper_heading_is_smaller_and_not_heavier(page):
    page.goto("/book/networks/cells.html")
    found = [style(page, f"article {h}", "fontSize", "fontWeight") for h in ("h1", "h2", "h3", "h4")]
    sizes, weights = zip(*[(float(size.removesuffix("px")), int(weight)) for size, weight in found], strict=True)
    assert sorted(set(sizes), reverse=True) == list(sizes)
    assert sorted(weights, reverse=True) == list(weights)


def test_a_theme_shows_its_own_drawing_on_its_own_ground(page):
    page.goto("/book/networks/cells.html")
    for theme, colour, ground in (("light", "only-light", 200), ("dark", "only-dark", 0)):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function("(theme) => document.documentElement.dataset.theme === theme", arg=theme)
        shown = page.locator(".picture img.only-light, .picture img.only-dark").locator("visible=true")
        assert shown.count() == 1
        assert colour in shown.first.get_attribute("class")
        body = int(re.findall(r"\d+", style(page, "body", "backgroundColor")[0])[0])
        assert (body > 200) == (theme == "light"), ground
    assert style(page, ".picture img.only-dark", "backgroundColor") == ["rgba(0, 0, 0, 0)"]
    page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("way", ["http", "file"])
def test_search_finds_a_page_and_reports_no_error(browser: Browser, page, book: Path, way: str):
    errors = []
    if way == "file":
        page = browser.new_page(offline=True)
    page.on("console", lambda message: errors.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(("/" if way == "http" else f"{book.as_uri()}/") + "search.html?q=filters")
    page.wait_for_selector("#search-results ul.search li a")
    page.wait_for_function("document.querySelector('#search-results').innerText.includes('Search finished')")
    assert errors == []


@pytest.mark.parametrize(("width", "room"), [(330, 1200), (412, 1000), (1280, 700)])
def test_the_front_figure_keeps_its_room_and_a_margin_below_it(page, width: int, room: int):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/book/index.html")
    least, margin = (
        float(size.removesuffix("px")) for size in style(page, ".front-figure", "minHeight", "marginBottom")
    )
    assert room < least < room + 100
    assert margin >= 16
    page.set_viewport_size({"width": 1280, "height": 900})


def test_nothing_widens_a_page_on_a_phone(page):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/book/networks/cells.html")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1280, "height": 900})


def test_text_that_a_cell_prints_in_colour_has_contrast_in_both_themes(page):
    page.goto("/book/networks/cells.html")
    for theme, dark in (("light", True), ("dark", False)):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function("(theme) => document.documentElement.dataset.theme === theme", arg=theme)
        red, green, blue = (int(n) for n in re.findall(r"\d+", style(page, ".-Color-Red", "color")[0])[:3])
        assert (0.2126 * red + 0.7152 * green + 0.0722 * blue < 110) == dark
    page.emulate_media(color_scheme="light")


def test_a_box_of_what_is_not_quite_right_has_its_own_mark(page):
    page.goto("/book/networks/cells.html")
    mark = "getComputedStyle(document.querySelector('.not-quite > .admonition-title'), '::after').content"
    assert page.evaluate(mark) == '"\u2260"'
