"""Claims about the covers over the answers to predictions, on notebooks of a few cells."""

import io
import re
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat import v4
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

BOOK = Path(__file__).parents[2] / "book"
sys.path.append(str(BOOK / "_ext"))

text = v4.new_markdown_cell


def code(source, printed="", tags=(), html=""):
    outputs = [v4.new_output("stream", text=printed)] if printed else []
    outputs += [v4.new_output("display_data", {"text/html": html, "text/plain": "figure"})] if html else []
    return v4.new_code_cell(source, outputs=outputs, metadata={"tags": list(tags)})


PYTHON = {"language_info": {"name": "python", "pygments_lexer": "python"}}
ASK = text("**Predict** the number.")
FIGURE = '<div class="dlcourse-figure" data-figure="shift">sliders</div>'
PAGES = {
    "plain": [
        text("**Predict:** what is it?\n\nTwo cells."),
        code("setup = 1"),
        code("answer = 2\nassert answer == 2\nanswer", "TWO"),
        code("more = 3", "MORE"),
        text("It is two.\n\n- A list.\n\n## Next\n\nAn open end."),
        code("after", "AFTER"),
    ],
    "text": [ASK, code("a", "ONE"), text("Why one."), text("Open text."), code("b", "OPEN")],
    "row": [ASK, code("a", "ONE"), text("Why one.\n\nAnd **Predict** again."), code("b", "TWO"), text("Why two.")],
    "tabs": [
        ASK,
        code("t", "TORCH", ["fw-pytorch"]),
        code("k", "KERAS", ["fw-keras"]),
        code("both", "BOTH"),
        text("Why."),
        code("c", "OPEN"),
    ],
    "figure": [ASK, code("figures.shift()", html=FIGURE), text("The answer.")],
    "box": [text(":::{note}\n**Predict** in a box.\n:::"), code("a", "ONE"), text("Why one.")],
    "none": [text("**Predict** what nobody computes.\n\n## Next"), code("a", "OPEN")],
    "quiet": [text("You **predict** and **Predictions** follow."), code("a", "OPEN")],
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built pages, and the warnings."""
    source = tmp_path_factory.mktemp("predictions")
    for page, cells in PAGES.items():
        notebook = v4.new_notebook(cells=[text(f"# Page {page}"), *cells], metadata=PYTHON)
        nbformat.write(notebook, source / f"{page}.ipynb")
    (source / "index.md").write_text("# Pages\n\n```{toctree}\n" + "\n".join(PAGES) + "\n```\n", "utf-8")
    settings = {
        "extensions": ["myst_nb", "sphinx_design", "dlsite.framework_tabs", "dlsite.predictions"],
        "html_theme": "basic",
        "html_static_path": [str(BOOK / "_static")],
        "nb_execution_mode": "off",
        "myst_enable_extensions": ["colon_fence"],
    }
    warnings = io.StringIO()
    with patch_docutils(), docutils_namespace():
        Sphinx(source, None, source / "out", source / "trees", "html", settings, status=None, warning=warnings).build()
    return source / "out", re.sub(r"\x1b\[[0-9;]*m", "", warnings.getvalue())


@pytest.fixture
def page(site):
    return lambda name: BeautifulSoup((site[0] / f"{name}.html").read_text("utf-8"), "html.parser").select_one(".body")


def covers(body):
    return body.select("details.prediction")


def words(*elements):
    return " ".join(" ".join(element.get_text(" ") for element in elements).split())


def uncovered(body):
    """What can be read while all covers are closed."""
    for cover in covers(body):
        for child in list(cover.children):
            if getattr(child, "name", None) != "summary":
                child.extract()
    return words(body)


def test_output_assertions_later_cells_and_the_text_lie_under_one_cover_which_ends_at_the_heading(page):
    [cover] = covers(page("plain"))
    inside = words(cover)
    for covered in ("TWO", "assert answer == 2", "more = 3", "MORE", "It is two.", "A list."):
        assert covered in inside
    assert inside.index("TWO") < inside.index("assert") < inside.index("MORE") < inside.index("It is two.")
    outside = uncovered(page("plain"))
    for readable in ("Two cells.", "setup = 1", "answer = 2 answer", "An open end.", "AFTER"):
        assert readable in outside
    assert "assert" not in outside


def test_the_cover_ends_with_the_markdown_cell(page):
    outside = uncovered(page("text"))
    assert "Why one." not in outside
    assert "Open text." in outside
    assert "OPEN" in outside


def test_the_next_question_ends_the_answer_to_the_one_before(page):
    assert [words(cover.div) for cover in covers(page("row"))] == ["ONE", "TWO"]
    assert [cover["data-prediction"] for cover in covers(page("row"))] == ["1", "2"]
    assert "And Predict again." in uncovered(page("row"))
    assert "Why" not in uncovered(page("row"))


def test_each_framework_has_its_cover_in_its_tab_and_all_share_a_number(page):
    torch, keras, explanation = covers(page("tabs"))
    assert torch.find_parent(class_="sd-tab-content")
    assert "TORCH" in words(torch)
    assert "KERAS" in words(keras)
    assert explanation.find_parent(class_="sd-tab-content") is None
    assert "BOTH" in words(explanation)
    assert "Why." in words(explanation)
    assert {cover["data-prediction"] for cover in (torch, keras, explanation)} == {"1"}
    assert uncovered(page("tabs")).endswith("c OPEN")


def test_an_interactive_figure_stays_open_and_the_text_after_it_is_covered(page):
    assert "sliders" in uncovered(page("figure"))
    assert "The answer." not in uncovered(page("figure"))


def test_a_question_in_a_box_is_answered_after_the_box(page):
    assert "ONE" not in uncovered(page("box"))
    assert "Why one." not in uncovered(page("box"))


def test_a_question_without_an_answer_is_told_and_nothing_else(page, site):
    _, warnings = site
    [told] = [line for line in warnings.splitlines() if "WARNING" in line]
    assert "none.ipynb" in told
    assert "no output answers this prediction" in told
    assert covers(page("none")) == covers(page("quiet")) == []


def test_the_lid_says_what_to_do_and_only_pages_with_covers_load_their_style(site, page):
    [cover] = covers(page("plain"))
    assert words(cover.summary) == "Your prediction first, then the answer The answer"
    loads = {name: "predictions.css" in (site[0] / f"{name}.html").read_text("utf-8") for name in PAGES}
    assert [name for name, does in loads.items() if not does] == ["none", "quiet"]
    assert [len(page(name).select(".predictions-switch button")) for name in ("plain", "row", "quiet")] == [1, 1, 0]


OPEN = "() => [...document.querySelectorAll('details.prediction')].map((cover) => cover.open)"
EARLY = f"document.addEventListener('DOMContentLoaded', () => {{ window.early = ({OPEN})() }})"


def test_the_switch_opens_all_answers_of_the_book_and_is_remembered(browser, site):
    visit = browser.new_page()
    visit.add_init_script(EARLY)
    visit.goto((site[0] / "row.html").as_uri())
    switch = visit.get_by_role("button", name="Show the answers to all predictions")
    assert visit.evaluate(OPEN) == [False, False]
    assert switch.get_attribute("aria-pressed") == "false"
    switch.focus()
    visit.keyboard.press("Space")
    assert visit.evaluate(OPEN) == [True, True]
    visit.goto((site[0] / "tabs.html").as_uri())
    assert visit.evaluate(OPEN) == [True, True, True]
    assert visit.evaluate("early") == [True, True, True]  # before the page is painted: nothing jumps
    assert switch.get_attribute("aria-pressed") == "true"
    switch.click()
    visit.reload()
    assert visit.evaluate(OPEN) == [False, False, False]
    visit.close()


def test_covers_of_one_prediction_open_together_and_leave_the_others_closed(browser, site):
    visit = browser.new_page()
    visit.goto((site[0] / "tabs.html").as_uri())
    visit.locator("summary").last.press("Enter")
    visit.wait_for_function("() => document.querySelectorAll('details[open]').length === 3")
    visit.goto((site[0] / "row.html").as_uri())
    visit.locator("summary").first.click()
    visit.wait_for_timeout(100)
    assert visit.evaluate(OPEN) == [True, False]
    visit.close()


def test_without_scripts_there_is_no_switch_and_the_covers_open(browser, site):
    context = browser.new_context(java_script_enabled=False)
    visit = context.new_page()
    visit.goto((site[0] / "plain.html").as_uri())
    assert not visit.get_by_role("button").is_visible()
    assert not visit.get_by_text("It is two.").is_visible()
    visit.locator("summary").click()
    assert visit.get_by_text("It is two.").is_visible()
    context.close()


def test_paper_shows_all_answers(browser, site):
    visit = browser.new_page()
    visit.goto((site[0] / "plain.html").as_uri())
    visit.emulate_media(media="print")
    assert visit.get_by_text("It is two.").is_visible()
    assert not visit.locator("summary").is_visible()
    visit.close()
