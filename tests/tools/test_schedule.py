"""Stages share the cores, say what they took, and are skipped only when all that they depend on is as it was."""

import json
import os
import re
from types import SimpleNamespace

import pytest

from tools import notebooks, schedule, test
from tools.schedule import Run, Stage


@pytest.fixture
def root(tmp_path):
    """A project of a few files."""
    for name in ("a.txt", "b.txt", "read.txt"):
        (tmp_path / name).write_text(name)
    return tmp_path


def run(root, *stages, full=False, environment="now"):
    """Run the stages; returns the exit code, and how each ended."""
    this = Run(root, environment, full)
    code = this.all(list(stages))
    return code, {name: result for name, (result, _) in this.results.items()}


def stage(command="true", name="s", **more):
    return Stage(name, command, **{"inputs": ("a.txt",), **more})


def test_a_stage_that_passed_is_skipped_until_something_changes(root, capsys):
    assert run(root, stage()) == (0, {"s": "passed"})
    capsys.readouterr()
    assert run(root, stage()) == (0, {"s": "skipped"})
    assert "s: skipped, it passed before" in capsys.readouterr().out
    (root / "b.txt").write_text("of no stage")
    assert run(root, stage()) == (0, {"s": "skipped"})
    (root / "a.txt").write_text("changed")
    assert run(root, stage()) == (0, {"s": "passed"})


@pytest.mark.parametrize(
    "change",
    [
        {"environment": "other"},
        {"full": True},
        {"command": "true "},
        {"inputs": ("a.txt", "b.txt")},
        {"reads": ("b.txt",)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_with_another_environment_command_or_list_of_inputs_and_in_full_it_runs(root, change):
    run(root, stage())
    more = {key: change.pop(key) for key in ("environment", "full") if key in change}
    assert run(root, stage(**change), **more) == (0, {"s": "passed"})


def test_a_stage_without_inputs_always_runs(root):
    assert run(root, stage(inputs=())) == run(root, stage(inputs=())) == (0, {"s": "passed"})


def test_a_failure_is_no_pass_and_ends_what_passed_before(root):
    (root / "verdict").write_text("true")
    look = stage("sh verdict")
    assert run(root, look)[0] == 0
    (root / "a.txt").write_text("changed")
    (root / "verdict").write_text("false")
    assert run(root, look) == (1, {"s": "failed"})
    assert run(root, look) == (1, {"s": "failed"})


def test_what_changes_while_a_stage_runs_has_not_passed(root):
    assert run(root, stage("echo changed > a.txt")) == (0, {"s": "passed"})
    assert run(root, stage("echo changed > a.txt")) == (0, {"s": "passed"})  # now it is as it was before the run
    assert run(root, stage("echo changed > a.txt")) == (0, {"s": "skipped"})


def test_pages_that_passed_are_left_out_and_the_others_are_not(root):
    pages = {"one": "1", "two": "2"}
    left_out = stage('echo "$UNCHANGED_PAGES" >> seen', pages=lambda: dict(pages), reads=("read.txt",))

    def seen():
        """What is left out now; None if the stage does not run."""
        (root / "seen").unlink(missing_ok=True)
        assert run(root, left_out)[0] == 0
        return set((root / "seen").read_text().strip().split(os.pathsep)) if (root / "seen").exists() else None

    assert seen() == {""}
    assert seen() is None
    pages["two"] = "changed"
    assert seen() == {"one"}
    pages["three"] = "new"
    assert seen() == {"one", "two"}
    del pages["three"]
    assert seen() == {"one", "two"}  # what looks at all pages runs again
    (root / "read.txt").write_text("changed")
    assert seen() == {"one", "two"}
    (root / "a.txt").write_text("changed")
    assert seen() == {""}
    assert seen() is None


def test_pages_of_a_run_that_failed_have_not_passed(root):
    failing = stage('test -z "$UNCHANGED_PAGES" && false', pages=lambda: {"one": "1"})
    assert run(root, failing) == run(root, failing) == (1, {"s": "failed"})


def test_what_needs_a_failed_stage_does_not_run_and_all_else_does(root, capsys):
    stages = [
        stage("echo why it failed; false", "first"),
        stage(name="second", needs=("first",)),
        stage(name="third", needs=("second",)),
        stage("echo fine", "fourth"),
    ]
    code, results = run(root, *stages)
    assert code == 1
    assert results == {"first": "failed", "second": "not run", "third": "not run", "fourth": "passed"}
    out = capsys.readouterr().out
    assert out.count("why it failed") == 1
    assert out.index("fine") < out.index("== first: failed\nwhy it failed") < out.index("together")
    assert re.search(r"second +not run *\n", out)
    assert re.search(r"together +FAILED", out)
    assert run(root, stages[1]) == (0, {"second": "passed"})  # alone it needs nothing


def test_a_stage_starts_when_what_it_needs_has_passed_or_was_skipped(root):
    first, second = stage("sleep 0.3; echo > made", "first"), stage("test -e made", "second", needs=("first",))
    assert run(root, second, first)[0] == 0
    assert run(root, stage("test -e made", "third", needs=("first",)), first) == (
        0,
        {"third": "passed", "first": "skipped"},
    )


def test_no_more_stages_run_at_once_than_there_are_cores(root):
    """Each writes how many run beside it when it begins."""
    beside = "touch on.$$; ls on.* | wc -l >> counts; sleep 0.3; rm on.$$"
    single = [stage(beside, f"single {number}") for number in range(4)]
    assert run(root, stage(beside, "double", cores=2), *single)[0] == 0
    counts = (root / "counts").read_text().split()
    assert counts[0] == "1"
    assert counts[1:].count("2") >= 2
    assert set(counts) == {"1", "2"}


def test_small_stages_do_not_keep_a_large_one_waiting(root):
    order = root / "order"
    said = [stage(f"sleep {wait}; echo {name} >> {order}", name, cores=cores) for name, wait, cores in
            (("one", 0.2, 1), ("both", 0, schedule.CORES), ("later", 0, 1))]  # fmt: skip
    run(root, *said)
    assert order.read_text().split() == ["one", "both", "later"]


def test_no_process_takes_more_cores_than_one(root, monkeypatch, capsys):
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    run(root, stage("echo $OMP_NUM_THREADS $TF_NUM_INTRAOP_THREADS $TF_NUM_INTEROP_THREADS"))
    assert "\n1 1 1\n" in capsys.readouterr().out


def test_long_silence_is_broken_by_what_runs_and_how_far_it_is(root, monkeypatch, capsys):
    monkeypatch.setattr(schedule, "SILENCE", 0.2)
    run(root, stage("echo '..... [ 42%]'; sleep 0.5"))
    assert re.search(r"running: s \(\d s, 42%\)", capsys.readouterr().out)


def test_an_interrupted_run_leaves_nothing_running_and_nothing_passed(root, monkeypatch):
    def interrupt(running):
        raise KeyboardInterrupt

    this = Run(root, "now")
    monkeypatch.setattr(this, "_wait", interrupt)
    started = []
    monkeypatch.setattr(
        schedule.subprocess,
        "Popen",
        lambda *a, _popen=schedule.subprocess.Popen, **k: started.append(_popen(*a, **k)) or started[-1],
    )
    with pytest.raises(KeyboardInterrupt):
        this.all([stage("sleep 60 & wait")])
    assert started[0].wait(timeout=30) != 0
    assert this.memory.all() == {}


# The stages of the book.


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one file of each kind, none of which is built or passed."""
    for name in ("exercises/p/c.ipynb", "exercises/p/c.wrong.py", "exercises/p/d.ipynb", *CHANGES):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    monkeypatch.setattr(test.notebooks, "untested", lambda cache: [])
    monkeypatch.setattr(test.notebooks, "fresh_cache", lambda: None)
    monkeypatch.setattr(test.site, "built", lambda: {"book/p/c.html": "1"})
    return tmp_path


ALL = {"exercises", "graders", "book", "tools", "faults", "doctests", "training", "package", "checks", "pages"}
CHANGES = {
    "src/dlcourse/plot.py": ALL,
    "pyproject.toml": ALL,
    "book/p/c.ipynb": {"book", "pages", "faults"},
    "book/references.bib": {"book", "pages", "faults"},
    "_toc.yml": {"book", "pages", "faults"},
    "book/_ext/dlsite/boxes.py": {"book", "pages", "tools", "doctests", "faults"},
    "exercises/p/c.ipynb": {"exercises", "graders", "book", "pages", "faults"},
    "tests/package/test_x.py": {"training", "package", "tools", "faults"},
    "tests/book/test_x.py": {"book", "tools", "faults"},
    "tests/book/exercises/test_x.py": {"exercises", "book", "tools", "faults"},
    "tests/book/site/test_x.py": {"checks", "pages", "book", "tools", "faults"},
    "tests/tools/test_x.py": {"tools", "faults"},
    "tests/tools/test_nbgrader.py": {"graders", "tools", "faults"},
    "tests/helpers/x.py": ALL - {"doctests"},
    "tests/conftest.py": ALL - {"doctests"},
    "tools/grade.py": ALL,
    "nbgrader_config.py": {"exercises", "graders"},
    "Makefile": {"tools"},
    "README.md": {"book", "pages", "tools", "faults"},
    "LICENSE": set(),
}


@pytest.mark.parametrize(("name", "stages"), CHANGES.items(), ids=CHANGES)
def test_a_change_runs_the_stages_that_read_the_file_again(project, name, stages):
    this = Run(project, "now")
    before = {each.name: this.digests(each) for each in test.stages(False)}
    (project / name).write_text("changed")
    after = {each.name: this.digests(each) for each in test.stages(False)}
    assert {each for each in before if before[each] != after[each]} == stages
    always = {each for each in before if before[each] == {}}
    assert always == {"browser", "style", "notebooks", "site", "types", "coverage"}


@pytest.mark.parametrize("name", ["exercises/p/c.ipynb", "exercises/p/c.wrong.py"])
def test_a_changed_exercise_page_is_graded_again_and_no_other(project, name):
    before = test.exercise_pages()
    assert set(before) == {"exercises/p/c.ipynb", "exercises/p/d.ipynb"}
    (project / name).write_text("changed")
    assert {page for page, value in test.exercise_pages().items() if before[page] != value} == {"exercises/p/c.ipynb"}


def test_another_browser_looks_at_all_pages_again(project, monkeypatch):
    before = test.built_pages()
    assert test.built_pages() == before
    (project / "chromium").write_text("another")
    monkeypatch.setenv("CHROMIUM", str(project / "chromium"))
    chosen = test.built_pages()
    os.utime(project / "chromium", ns=(1, 1))
    assert len({json.dumps(each) for each in (before, chosen, test.built_pages())}) == 3


def test_the_stages_can_all_run_and_in_full_pass_it_on(project, monkeypatch):
    names = [each.name for each in test.stages(False)]
    assert len(set(names)) == len(names)
    for each in test.stages(False):
        assert 1 <= each.cores <= schedule.CORES
        assert set(each.needs) <= set(names[: names.index(each.name)])
    full = {each.name: each for each in test.stages(True)}
    assert full["notebooks"].command.endswith("compare --full")
    assert full["site"].command.endswith("--full")
    assert [each.cores for each in test.stages(False) if each.name == "notebooks"] == [1]
    assert full["notebooks"].cores == 2
    assert full["pages"].needs == ("site",)
    assert full["site"].needs == ("notebooks",)


def test_stages_can_be_named_and_unknown_names_are_told(project, monkeypatch):
    ran = []
    monkeypatch.setattr(test.schedule.Run, "all", lambda this, stages: ran.append((this.full, stages)) or 7)
    assert test.main(["book", "--full"]) == 7
    assert test.main([]) == 7
    assert [full for full, _ in ran] == [True, False]
    assert [each.name for each in ran[0][1]] == ["book"]
    assert ran[1][1] == test.stages(False)
    with pytest.raises(SystemExit, match="no stage boook; there are style, browser, notebooks"):
        test.main(["boook"])


def test_tests_about_unchanged_pages_are_left_out(request, monkeypatch):
    conftest = request.config.pluginmanager.getplugin(str(notebooks.ROOT / "tests" / "conftest.py"))
    page = notebooks.ROOT / "exercises" / "p" / "c.ipynb"

    def item(**params):
        return SimpleNamespace(callspec=SimpleNamespace(params=params))

    about = {
        "by path": item(page=page),
        "by answer": item(wrong=SimpleNamespace(page=page)),
        "by name": item(page_name="book/p/c.html", theme="dark"),
        "another page": item(page=page.with_name("d.ipynb")),
        "another name": item(page_name="book/p/d.html"),
        "no page": item(theme="dark"),
        "no parameters": SimpleNamespace(),
    }
    config = SimpleNamespace(hook=SimpleNamespace(pytest_deselected=lambda items: gone.extend(items)))
    for unchanged, expected in (("exercises/p/c.ipynb:book/p/c.html", 3), ("", 0)):
        monkeypatch.setenv("UNCHANGED_PAGES", unchanged)
        items, gone = list(about.values()), []
        conftest.pytest_collection_modifyitems(config, items)
        assert gone == list(about.values())[:expected]
        assert items == list(about.values())[expected:]
