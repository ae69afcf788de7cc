"""A notebook's result holds while its cells, the environment and the modules that it has imported are the same."""

import nbformat
import pytest
from jupyter_cache import get_cache
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools import inputs, notebooks, results

PACKAGE = {
    "__init__.py": "def lazy():\n    import demo.lazily\n",
    "used.py": "",
    "lazily.py": "",
    "unused.py": "",
    "figures/__init__.py": "",
    "figures/static/shift.js": "1",
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with a package, and a notebook that imports a part of it."""
    for name in ("book", "exercises", "_build"):
        (tmp_path / name).mkdir()
    for name, source in PACKAGE.items():
        (tmp_path / "src/demo" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "src/demo" / name).write_text(source)
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    monkeypatch.setattr(notebooks, "CACHE", tmp_path / "_build" / ".jupyter_cache")
    monkeypatch.setattr(notebooks, "KERNEL_LOG", tmp_path / "_build" / "kernels.log")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "src"), prepend=":")
    write(tmp_path, "import demo.used, demo.figures\ndemo.lazy()\nprint(6 * 7)")
    return tmp_path


def write(project, *sources):
    """A notebook of these cells, and its path."""
    path = project / "book" / "one.ipynb"
    nbformat.write(notebooks.strip(new_notebook(cells=[new_code_cell(source) for source in sources])), path)
    return path


IMPORTED = ["demo", "demo.used", "demo.lazily", "demo.figures"]


def store(project, names=IMPORTED, **more):
    """Keep a result of the notebook that was made from these."""
    now = notebooks.available()
    path = project / "book" / "one.ipynb"
    data = {"execution_seconds": 1.0, "inputs": {name: now[name] for name in ["environment", *names]}, **more}
    results.store(get_cache(notebooks.CACHE), nbformat.read(path, 4), path, data)


def kept():
    """What is kept with the results that are as the present package makes them."""
    return [record.data for record in notebooks.fresh_cache().list_cache_records()]


def test_a_kernel_tells_what_it_has_imported_and_no_output_shows_that_it_was_asked(project):
    notebooks.main(["run"])
    (data,) = kept()
    assert set(data["inputs"]) == {"environment", *IMPORTED}
    (record,) = notebooks.fresh_cache().list_cache_records()
    (cell,) = notebooks.fresh_cache().get_cache_bundle(record.pk).nb.cells
    assert [output.text for output in cell.outputs] == ["42\n"]
    assert cell.execution_count == 1


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("src/demo/__init__.py", False),
        ("src/demo/used.py", False),
        ("src/demo/lazily.py", False),
        ("src/demo/figures/static/shift.js", False),
        ("src/demo/figures/static/new.css", False),
        ("requirements.txt", False),
        ("src/demo/unused.py", True),
        ("src/demo/new.py", True),
        ("README.md", True),
    ],
)
def test_a_result_holds_until_something_changes_that_it_was_made_from(project, name, holds):
    store(project)
    assert len(kept()) == 1
    (project / name).write_text("changed = 1\n")
    assert len(kept()) == holds
    assert len(get_cache(notebooks.CACHE).list_cache_records()) == holds  # so that the site's build cannot find it


def test_a_module_that_is_gone_ends_a_result(project):
    store(project)
    (project / "src/demo/used.py").unlink()
    assert kept() == []


def test_a_setting_of_the_kernels_that_changed_ends_all_results(project, monkeypatch):
    store(project)
    monkeypatch.setitem(notebooks.KERNEL_ENVIRONMENT, "PYTHONHASHSEED", "1")
    assert kept() == []


@pytest.mark.parametrize("data", [{}, {"inputs": {}}, {"inputs": {"environment": "another"}}])
def test_a_result_that_does_not_say_what_it_was_made_from_does_not_hold(project, data):
    path = project / "book" / "one.ipynb"
    cache = get_cache(notebooks.CACHE)
    cache.cache_notebook_bundle(
        results.CacheBundleIn(nbformat.read(path, 4), str(path), data=data), check_validity=False
    )
    assert kept() == []


def reply(text):
    """A kernel's reply."""
    return {"content": {"user_expressions": {"modules": {"data": {"text/plain": text}}}}}


def test_a_result_is_made_from_what_the_kernel_names(project):
    before = notebooks.available()
    assert set(results.made_from(reply("'demo demo.used'"), before, project)) == {"environment", "demo", "demo.used"}
    assert set(results.made_from(reply("''"), before, project)) == {"environment"}


@pytest.mark.parametrize("answer", [None, {}, {"content": {}}, reply("<unreadable>"), reply("'demo demo.elsewhere'")])
def test_a_kernel_that_cannot_tell_has_used_everything(project, answer):
    before = notebooks.available()
    assert results.made_from(answer, before, project) == {
        name: before[name] for name in ("environment", inputs.EVERYTHING)
    }


def test_what_changes_while_a_notebook_runs_is_not_taken_for_what_it_was_made_from(project):
    before = notebooks.available()
    (project / "src/demo/used.py").write_text("changed = 1\n")
    assert results.made_from(reply("'demo demo.used'"), before, project) == {}
    assert results.made_from(reply("'demo'"), before, project)


def test_notebooks_that_took_longest_start_first_and_new_ones_before_them(project):
    cache = get_cache(notebooks.CACHE)
    paths = [project / "book" / f"{name}.ipynb" for name in ("short", "long", "new")]
    for path, seconds in zip(paths, (1.0, 50.0), strict=False):
        notebook = new_notebook(cells=[new_code_cell(path.stem)])
        results.store(cache, notebook, path, {"execution_seconds": seconds})
    notebooks.fresh_cache()  # throws the results away, but not how long they took
    assert [path.stem for path in results.longest_first(cache, paths)] == ["new", "long", "short"]


def test_a_notebook_is_compared_again_when_it_or_its_stored_outputs_change(project, monkeypatch):
    path = project / "book" / "one.ipynb"
    assert notebooks.untested(notebooks.fresh_cache()) == [path]
    store(project)  # has run, but was not compared
    assert notebooks.untested(notebooks.fresh_cache()) == [path]
    store(project, passed=results.content(nbformat.read(path, 4)))
    assert notebooks.untested(notebooks.fresh_cache()) == []
    (project / "src/demo/used.py").write_text("changed = 1\n")
    assert notebooks.untested(notebooks.fresh_cache()) == [path]
    store(project, passed=results.content(nbformat.read(path, 4)))
    notebook = nbformat.read(path, 4)
    notebook.cells[0].outputs = [new_output("stream", name="stdout", text="43\n")]
    nbformat.write(notebook, path)
    assert notebooks.untested(notebooks.fresh_cache()) == [path]


def test_only_what_has_not_passed_is_compared_and_all_of_it_in_full(project, monkeypatch):
    ran = []
    monkeypatch.setattr(notebooks.subprocess, "call", lambda command, env: ran.append((command, env)) or 3)
    one = project / "book" / "one.ipynb"
    two = project / "exercises" / "two.ipynb"
    nbformat.write(notebooks.strip(new_notebook(cells=[new_code_cell("2")])), two)
    store(project, passed=results.content(nbformat.read(one, 4)))
    assert notebooks.main(["compare"]) == 3
    assert notebooks.main(["compare", "--full"]) == 3
    (changed, environment), (full, _) = ran
    assert [part for part in changed if part.endswith(".ipynb")] == [str(two)]
    assert changed[changed.index("-n") + 1] == "1"
    assert [part for part in full if part.endswith(".ipynb")] == [str(two), str(one)]
    assert full[full.index("-n") + 1] == "2"
    assert {"--nbval", "tools.strict_nbval", "loadfile"} <= set(full)
    assert environment["BOOK_CACHE"] == str(notebooks.CACHE)
    two.unlink()
    assert notebooks.main(["compare"]) == 0
    assert len(ran) == 2
