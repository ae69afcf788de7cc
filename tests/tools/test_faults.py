"""The planter of faults tells tests that notice from tests that do not, and its lists fit the files."""

import ast

import pytest

from tools import faults
from tools.faults import Fault

FAULTS = faults.read()


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A project of one function and two tests, of which one looks at what the function does."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # the plugins take longer to load than its tests
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "doubling.py").write_text("def double(x):\n    return 2 * x\n", "utf-8")
    head = "from doubling import double\n\n\n"
    (tmp_path / "test_result.py").write_text(f"{head}def test_result():\n    assert double(3) == 6\n", "utf-8")
    (tmp_path / "test_runs.py").write_text(f"{head}def test_runs():\n    double(3)\n", "utf-8")
    return tmp_path


def fault(tests, survives=""):
    return Fault("area", f"trebles, {tests}", "src/doubling.py", "2 * x", "3 * x", (tests,), survives)


def test_a_fault_is_caught_by_a_test_that_looks_and_missed_by_one_that_only_runs(tree):
    one, two = fault("test_result.py"), fault("test_runs.py")
    assert faults.caught([one, two], tree) == {one: True, two: False}
    assert (tree / "src" / "doubling.py").read_text("utf-8").endswith("2 * x\n")


def test_tests_that_fail_anyway_catch_nothing(tree):
    (tree / "test_result.py").write_text("def test_result():\n    assert False\n", "utf-8")
    with pytest.raises(SystemExit, match="fail without a fault"):
        faults.caught([fault("test_result.py")], tree)


def test_tests_that_are_not_there_catch_nothing(tree):
    with pytest.raises(SystemExit, match="ended with 4"):
        faults.caught([fault("test_nothing.py")], tree)


def test_an_area_passes_with_nine_in_ten_caught_and_a_reason_for_the_rest():
    nine = {Fault("area", str(i), "", "", "", ()): True for i in range(9)}
    silent, said = fault("a"), fault("a", survives="its result is the same")
    assert faults.report({**nine, said: False})[1]
    assert faults.report({**nine, silent: False})[0].endswith("missed: trebles, a")
    assert not faults.report({**nine, said: True})[1]  # the reason is no longer true
    assert not faults.report({**dict(list(nine.items())[:8]), said: False})[1]


@pytest.mark.parametrize("one", FAULTS, ids=lambda fault: f"{fault.area}: {fault.why}")
def test_what_a_fault_replaces_stands_in_its_file_exactly_once(one):
    """And Python can still read what it plants: a file that it cannot read fails every test."""
    planted = one.planted((faults.ROOT / one.file).read_text("utf-8"))
    if one.file.endswith(".py"):
        ast.parse(planted)
