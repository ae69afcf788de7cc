"""The site is built with warnings as errors, and never from what an older project made."""

from pathlib import Path

import nbformat
import pytest
from jupyter_cache import get_cache
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import notebooks, results, site


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of two chapters, an exercise page and two pages of text, one of which speaks of the package."""
    texts = {
        "book/p/text.md": "# Text\n",
        "book/p/api.md": "# Functions\n\n`dlcourse.plot`\n",
        "book/references.bib": "",
        "book/_ext/dlsite/boxes.py": "",
        "book/_static/book.css": "",
        "_config.yml": "",
        "_toc.yml": "",
        "src/dlcourse/__init__.py": "",
        "src/dlcourse/plot.py": "",
        "src/dlcourse/figures/__init__.py": "",
        "src/dlcourse/figures/static/shift.js": "",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "_build").mkdir()
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    monkeypatch.setattr(notebooks, "CACHE", tmp_path / "_build" / ".jupyter_cache")
    monkeypatch.setattr(site, "BUILD", tmp_path / "_build")
    for name in ("book/p/one.ipynb", "book/p/two.ipynb", "exercises/p/one.ipynb"):
        write(tmp_path / name, name)
    return tmp_path


def write(path, source, title="Title"):
    """A notebook with one cell of code."""
    path.parent.mkdir(parents=True, exist_ok=True)
    notebook = notebooks.strip(new_notebook(cells=[new_markdown_cell(f"# {title}"), new_code_cell(source)]))
    nbformat.write(notebook, path)


def ran(path, printed):
    """Keep a result of the notebook, in which its cell printed this."""
    notebook = nbformat.read(path, 4)
    notebook.cells[1].outputs = [new_output("stream", name="stdout", text=printed)]
    now = notebooks.available()
    used = {name: now[name] for name in ("environment", "dlcourse.plot")}
    results.store(get_cache(notebooks.CACHE), notebook, path, {"execution_seconds": 1, "inputs": used})


@pytest.fixture
def builds(project, monkeypatch):
    """Stands in for the builder: which doctrees it finds, and what it is called with; it fails with the given codes."""
    found, codes, commands = [], [], []

    def build(command):
        doctrees = project / "_build" / ".doctrees"
        found.append({path.relative_to(doctrees).with_suffix("").as_posix() for path in doctrees.rglob("*.doctree")})
        commands.append(command)
        for made in [Path("html/index.html"), *(".doctrees" / page.with_suffix(".doctree") for page in site.pages())]:
            (project / "_build" / made).parent.mkdir(parents=True, exist_ok=True)
            (project / "_build" / made).write_text("")
        return codes.pop(0) if codes else 0

    monkeypatch.setattr(site.subprocess, "call", build)
    return found, codes, commands


PAGES = {"book/p/one", "book/p/two", "exercises/p/one", "book/p/text", "book/p/api"}


def test_the_site_is_built_with_warnings_as_errors(builds):
    _, _, commands = builds
    assert site.main([]) == 0
    assert {"build", "-W", "-n", "--keep-going"} <= set(commands[0])


def test_a_failed_build_is_no_ground_for_the_next(builds, project):
    found, codes, _ = builds
    assert site.main([]) == 0
    (project / "book/p/text.md").write_text("# Text\n\nMore.\n")
    codes[:] = [1, 0]
    assert site.main([]) == 1
    assert site.main([]) == 0
    assert found[0] == found[2] == set()  # the first has nothing to build on, nor has that after the failure


def test_what_is_up_to_date_is_not_built_and_in_full_it_is(builds, capsys):
    found, _, _ = builds
    site.main([])
    assert site.main([]) == 0
    assert "up to date" in capsys.readouterr().out
    assert len(found) == 1
    site.main(["--full"])
    assert found == [set(), set()]


def test_without_its_pages_the_site_is_built(builds, project):
    found, _, _ = builds
    site.main([])
    (project / "_build/html/index.html").unlink()
    site.main([])
    assert len(found) == 2


@pytest.mark.parametrize(
    ("name", "anew"),
    [
        ("book/p/text.md", {"book/p/text"}),
        ("src/dlcourse/plot.py", {"book/p/api", "book/p/one"}),  # and the result that was made from it
        ("src/dlcourse/new.py", {"book/p/api"}),
        ("src/dlcourse/figures/static/shift.js", PAGES),
        ("src/dlcourse/figures/__init__.py", PAGES),
        ("book/_ext/dlsite/boxes.py", PAGES),
        ("book/_static/book.css", PAGES),
        ("book/references.bib", PAGES),
        ("_config.yml", PAGES),
        ("_toc.yml", PAGES),
        ("requirements.txt", PAGES),
        ("README.md", None),
    ],
)
def test_a_change_builds_the_pages_anew_that_it_reaches(builds, project, name, anew):
    found, _, _ = builds
    ran(project / "book/p/one.ipynb", "1")
    site.main([])
    old = (project / name).read_text() if (project / name).exists() else ""
    (project / name).write_text(f"{old}\nchanged = 1\n")
    site.main([])
    assert found[1:] == ([] if anew is None else [PAGES - anew])


def test_a_new_result_of_an_unchanged_notebook_builds_its_page_anew(builds, project):
    found, _, _ = builds
    ran(project / "book/p/one.ipynb", "1")
    site.main([])
    ran(project / "book/p/one.ipynb", "2")
    site.main([])
    assert found[1] == PAGES - {"book/p/one"}


def test_a_changed_text_in_a_notebook_builds_its_page_and_a_changed_title_all_pages(builds, project):
    found, _, _ = builds
    site.main([])
    write(project / "book/p/two.ipynb", "changed = 1")
    site.main([])
    assert found[1] == PAGES - {"book/p/two"}
    write(project / "book/p/two.ipynb", "changed = 1", title="Another title")
    site.main([])
    (project / "book/p/text.md").write_text("# Another text\n")
    site.main([])
    (project / "book/p/new.md").write_text("# New\n")
    site.main([])
    assert found[2:] == [set(), set(), set()]


def test_the_title_is_the_first_heading_of_a_page(project):
    write(project / "book/p/one.ipynb", "# a comment")
    assert site.title(Path("book/p/one.ipynb")) == "Title"
    assert site.title(Path("book/p/api.md")) == "Functions"


def test_the_site_is_not_built_from_results_of_an_older_package(builds, project):
    ran(project / "book/p/one.ipynb", "1")
    site.main([])
    assert len(get_cache(notebooks.CACHE).list_cache_records()) == 1
    (project / "src/dlcourse/plot.py").write_text("changed = 1\n")
    site.main([])
    assert get_cache(notebooks.CACHE).list_cache_records() == []


@pytest.fixture
def html(project):
    """A built site of two pages."""
    files = {
        "book/one.html": '<img src="../_images/a%20b.png"><a href="two.html#x"><script src="../_static/x.js?v=1">',
        "book/two.html": f'<i data-state="{"1.5," * 999}"><link href="../_static/x.css"><a href="https://example.org/a.png">',
        "_images/a b.png": "1",
        "_static/x.js": "1",
        "_static/webpack.html": "1",
        "_sources/one.html": "1",
    }
    for name, text in files.items():
        (project / "_build/html" / name).parent.mkdir(parents=True, exist_ok=True)
        (project / "_build/html" / name).write_text(text)
    return project / "_build/html"


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("book/one.html", {"book/one.html"}),
        ("book/two.html", {"book/two.html"}),
        ("_images/a b.png", {"book/one.html"}),
        ("_static/x.js", {"book/one.html", "book/two.html"}),
        ("_static/new.woff", {"book/one.html", "book/two.html"}),
        ("_images/of-no-page.png", set()),
    ],
)
def test_a_built_page_is_another_when_it_or_what_it_shows_is(html, name, changed):
    before = site.built()
    assert set(before) == {"book/one.html", "book/two.html"}
    (html / name).write_text("changed")
    assert {page for page, value in site.built().items() if before[page] != value} == changed
