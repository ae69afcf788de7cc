"""What a result was made from is seen: each file of the package, the environment, and nothing that is beside them."""

import sys
from types import SimpleNamespace

import pytest

from tools import inputs


@pytest.fixture
def root(tmp_path):
    """A project with a package of modules, stubs and files that a package keeps."""
    for name in (
        "src/demo/__init__.py",
        "src/demo/__init__.pyi",
        "src/demo/a.py",
        "src/demo/a.pyi",
        "src/demo/weights/net.safetensors",
        "src/demo/figures/__init__.py",
        "src/demo/figures/shift.py",
        "src/demo/figures/static/shift.js",
        "src/demo/figures/static/shift.css",
        "src/demo/figures/helper.js",
        "src/demo.egg-info/PKG-INFO",
        *inputs.MACHINERY,
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


OWNERS = {
    "demo": ["src/demo/__init__.py", "src/demo/__init__.pyi", "src/demo/weights/net.safetensors"],
    "demo.a": ["src/demo/a.py", "src/demo/a.pyi"],
    "demo.figures": [
        "src/demo/figures/__init__.py",
        "src/demo/figures/static/shift.js",
        "src/demo/figures/static/shift.css",
        "src/demo/figures/helper.js",
    ],
    "demo.figures.shift": ["src/demo/figures/shift.py"],
}


@pytest.mark.parametrize(("owner", "name"), [(owner, name) for owner, names in OWNERS.items() for name in names])
def test_a_changed_file_changes_its_module_and_no_other(root, owner, name):
    before = inputs.modules(root)
    assert set(before) == {*OWNERS, inputs.EVERYTHING}
    (root / name).write_text("changed")
    after = inputs.modules(root)
    assert {module for module in before if before[module] != after[module]} == {owner, inputs.EVERYTHING}


def test_a_new_file_in_a_folder_of_data_changes_its_package(root):
    before = inputs.modules(root)
    (root / "src/demo/figures/static/new.svg").write_text("<svg/>")
    assert inputs.modules(root)["demo.figures"] != before["demo.figures"]


@pytest.mark.parametrize("name", ["a/x.py", "a/deep/x.py", "b.txt"])
def test_a_digest_sees_content_names_and_more(tmp_path, name):
    for file in ("a/x.py", "a/deep/x.py", "b.txt"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("1")
    before = inputs.digest(tmp_path, ["a", "b.txt"])
    assert inputs.digest(tmp_path, ["b.txt", "a"]) == before
    assert inputs.digest(tmp_path, ["a", "b.txt"], "more") != before
    (tmp_path / name).write_text("2")
    changed = inputs.digest(tmp_path, ["a", "b.txt"])
    (tmp_path / name).unlink()
    removed = inputs.digest(tmp_path, ["a", "b.txt"])
    (tmp_path / name).with_name("other.py").write_text("1")
    assert len({before, changed, removed, inputs.digest(tmp_path, ["a", "b.txt", "other.py"])}) == 4


def test_what_python_and_jupyter_put_beside_the_files_does_not_count(tmp_path):
    (tmp_path / "a").mkdir()
    before = inputs.digest(tmp_path, ["a"])
    for name in ("__pycache__/x.pyc", ".ipynb_checkpoints/x.ipynb", ".DS_Store"):
        (tmp_path / "a" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "a" / name).write_text("1")
    assert inputs.digest(tmp_path, ["a"]) == before


@pytest.mark.parametrize(
    "change",
    [
        *inputs.MACHINERY,
        "version",
        "package",
        "setting",
    ],
)
def test_the_environment_is_machinery_python_packages_and_settings(root, monkeypatch, change):
    numpy = SimpleNamespace(name="numpy", version="2.0")
    monkeypatch.setattr(inputs, "distributions", lambda path: [numpy])
    monkeypatch.setattr(inputs, "installed", inputs.installed.__wrapped__)  # not as it was when first asked
    before = inputs.environment(root, {"OMP_NUM_THREADS": "1"})
    assert inputs.environment(root, {"OMP_NUM_THREADS": "1"}) == before
    if change in inputs.MACHINERY:
        (root / change).write_text("changed")
    elif change == "version":
        monkeypatch.setattr(sys, "version", "3.99")
    elif change == "package":
        numpy.version = "2.1"
    threads = "2" if change == "setting" else "1"
    assert inputs.environment(root, {"OMP_NUM_THREADS": threads}) != before


def test_the_machinery_is_there():
    from tools import notebooks

    assert all((notebooks.ROOT / name).is_file() for name in inputs.MACHINERY)
    assert {"requirements.txt", "tools/strict_nbval.py", "tools/notebooks.py"} <= set(inputs.MACHINERY)


def test_what_is_remembered_is_added_to_and_a_broken_file_is_forgotten(tmp_path):
    memory = inputs.Memory(tmp_path / "new" / "memory.json")
    assert memory.all() == {}
    memory.update({"a": "1", "b": "2"})
    memory.update({"b": "3"})
    assert inputs.Memory(memory.file).all() == {"a": "1", "b": "3"}
    assert [file.name for file in memory.file.parent.iterdir()] == ["memory.json"]
    for broken in ('{"a": "1"', "[1]"):
        memory.file.write_text(broken)
        assert memory.all() == {}
