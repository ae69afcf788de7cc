"""Every exercise can be graded: its solution gets full marks, its stub none, and wrong answers lose some."""

from __future__ import annotations

import ast
import os
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import is_grade, is_locked, is_solution
from traitlets.config import Config

import grading
from dlcourse import detection

WRITTEN = """
# %% add: has two: changes
# says: is it?
# - f(a)
# + g(a)
# -     b = a
# -
# -     return b
# +     return -a

# %% add: deletes
# only hidden tests: it cannot
# -  + b

# %% add: is whole
# says: no
def f(a):
    # of no use
    return 1
"""


def group(page: Path) -> pytest.MarkDecorator:
    """All tests of one page run in one process, where its given code runs once."""
    return pytest.mark.xdist_group(page.stem)


def each(kind: str) -> pytest.MarkDecorator:
    """Run a test with each answer of a kind."""
    answers = [answer for page in grading.PAGES for answer in grading.answers(page, kind)]
    return pytest.mark.parametrize("answer", [pytest.param(a, id=str(a), marks=group(a.page)) for a in answers])


pages = pytest.mark.parametrize(
    "page", [pytest.param(page, id=f"{page.parent.name}/{page.stem}", marks=group(page)) for page in grading.PAGES]
)


def graded(answer: grading.Answer) -> grading.Result:
    page = grading.opened(answer.page)
    return page.grade(answer.exercise, answer.source(grading.solutions(page.notebook)[answer.exercise]))


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLCOURSE_GRADING", str(tmp_path_factory.mktemp("grading")))
        patch.setattr("os.environ", os.environ.copy())  # the configuration sets some variables for nbgrader
        return grading.load_config()


@pytest.fixture(scope="module", autouse=True)
def searched():
    """Regions of a picture that was searched before, in the same way, come from memory: a search takes a tenth of a
    second, and the answers to one exercise ask for thousands, of the same few pictures."""
    memory, search = {}, detection.selective_search

    def remembered(image, *arguments, **settings):
        pixels = np.asarray(image)
        key = pixels.shape, pixels.dtype.str, pixels.tobytes(), repr((arguments, sorted(settings.items())))
        if key not in memory:
            memory[key] = search(image, *arguments, **settings)
        return memory[key].copy()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(detection, "selective_search", remembered, raising=False)
        yield


@pages
def test_solutions_get_full_marks_each_without_the_others(page):
    """In a row and together they run when the pages are compared with what is stored."""
    opened = grading.opened(page)
    scores, messages = {}, {}
    for exercise, solution in grading.solutions(opened.notebook).items():
        result = opened.grade(exercise, solution)
        scores |= result.scores
        messages |= result.messages
    assert scores == grading.points(opened.notebook), messages


@pages
def test_stubs_get_no_marks_and_are_told_that_nothing_is_there_yet(page, config):
    opened = grading.opened(page)
    for exercise, stub in grading.solutions(grading.release(page, config)).items():
        result = opened.grade(exercise, stub)
        assert set(result.scores.values()) == {0.0}, result.scores
        assert "nothing there yet" in result.messages[f"{exercise}-check"]


def values(source: str) -> set[str]:
    """The names that are assigned outside of functions."""
    assigns = [statement for statement in ast.parse(source).body if isinstance(statement, ast.Assign)]
    return {node.id for each in assigns for target in each.targets for node in ast.walk(target) if hasattr(node, "id")}


@pages
def test_each_value_that_is_asked_for_is_none_first(page, config):
    notebook = grading.read(page)
    stubs = grading.solutions(grading.release(page, config))
    checks = {grading.grade_id(cell): cell.source for cell in notebook.cells}
    for exercise, solution in grading.solutions(notebook).items():
        check = checks[f"{exercise}-check"]
        used = {node.id for node in ast.walk(ast.parse(check)) if isinstance(node, ast.Name)}
        assert used & values(solution) - values(check) <= values(stubs[exercise])


@each("right")
def test_other_right_answers_get_full_marks(answer):
    result = graded(answer)
    assert set(result.messages.values()) == {""}, result.messages


@each("wrong")
def test_wrong_answers_lose_marks_and_hear_why(answer):
    result = graded(answer)
    assert result.scores[f"{answer.exercise}-hidden"] == 0, "the hidden tests do not notice"
    message = result.messages[f"{answer.exercise}-check"]
    if answer.only_hidden:
        assert message == "", "the check notices, too: write what it says"
    else:
        assert answer.says in message, message


@pages
def test_each_exercise_has_three_wrong_answers_and_each_says_what_the_learner_hears(page):
    wrong = grading.answers(page, "wrong")
    counts = Counter(answer.exercise for answer in wrong)
    few = {name for name in grading.solutions(grading.read(page)) if counts[name] < 3}
    assert not few
    assert len({str(answer) for answer in wrong}) == len(wrong), "two have one name"
    assert all(bool(answer.says) != bool(answer.only_hidden) for answer in wrong)


@pages
def test_the_page_follows_the_pattern(page):
    notebook = grading.read(page)
    headings = [c.source.partition("\n")[0] for c in notebook.cells if c.cell_type == "markdown"]
    exercises = [h for h in "\n".join(c.source for c in notebook.cells).splitlines() if h.startswith("## Exercise ")]
    assert headings[0].startswith("# Exercises: ")
    assert [h.split()[2] for h in exercises] == [f"{n}:" for n in range(1, len(exercises) + 1)]
    assert len(grading.solutions(notebook)) == len(exercises) >= 5
    points = grading.points(notebook)
    for exercise in grading.solutions(notebook):
        assert points[f"{exercise}-check"] == 1 < points[f"{exercise}-hidden"]
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        assert not is_grade(cell) or (is_locked(cell) and not is_solution(cell))
        assert is_solution(cell) == ("BEGIN SOLUTION" in cell.source)
        hidden = grading.grade_id(cell).endswith("-hidden")
        assert ("hide-input" in tags) == (is_solution(cell) or (is_grade(cell) and not hidden))
        assert hidden == ("BEGIN HIDDEN TESTS" in cell.source)
        assert not hidden or "remove-cell" in tags
        assert not cell.metadata.get("nbgrader") or cell.metadata.nbgrader.schema_version == 3


@pages
def test_the_release_shows_neither_solutions_nor_hidden_tests(page, config):
    source = grading.read(page)
    released = {line.strip() for cell in grading.release(page, config).cells for line in cell.source.splitlines()}
    shown = {
        line.strip()
        for cell in source.cells
        if not (is_solution(cell) or grading.grade_id(cell).endswith("-hidden"))
        for line in cell.source.splitlines()
    }
    for cell in source.cells:
        secret = False
        for line in map(str.strip, cell.source.splitlines()):
            if line.startswith(("### BEGIN SOLUTION", "### BEGIN HIDDEN TESTS")):
                secret = True
            if secret and line not in shown and line:
                assert line not in released
            if line.startswith("### END"):
                secret = False
    assert not any("HIDDEN TESTS" in line or "BEGIN SOLUTION" in line for line in released)
    assert "# YOUR CODE HERE" in released
    assert any("make exercises" in line for line in shown)  # the way from the book's page to the students' version
    assert not any("make exercises" in line for line in released)


def test_the_grader_gives_no_points_for_a_cell_that_raises_and_all_for_one_that_only_warns():
    notebook = grading.read(grading.PAGES[0])
    cell = next(cell for cell in notebook.cells if is_grade(cell))
    notebook.cells = [cell]
    for source, score in {
        "pass": cell.metadata.nbgrader.points,
        "1 / 0": 0,
        "import sys; print('careful', file=sys.stderr)": cell.metadata.nbgrader.points,
        "import warnings; warnings.warn('careful')": cell.metadata.nbgrader.points,
    }.items():
        cell.source = source
        assert list(grading.grade(notebook).scores.values()) == [score], source


def test_a_graded_cell_must_not_end_in_a_number():
    notebook = grading.read(grading.PAGES[0])
    notebook.cells = [next(cell for cell in notebook.cells if is_grade(cell))]
    notebook.cells[0].source = "1.0"
    with pytest.raises(AssertionError, match="ends in a value"):
        grading.grade(notebook)


def test_given_code_runs_once_and_what_an_answer_changes_reaches_no_other_answer(monkeypatch):
    monkeypatch.setattr(random, "runs", 0, raising=False)
    given = "import random\nrandom.runs += 1\nnumbers = [1, 2]\ndef last(): return numbers[-1]"
    names = {"schema_version": 3, "locked": True, "solution": False, "grade": False}
    kinds = {
        "given": (given, {}),
        "more": ("pass", {"locked": False, "solution": True}),
        "more-check": ("assert last() == 3 and numbers == [1, 2, 3]", {"grade": True, "points": 1}),
        "later": ("numbers = []", {}),
    }
    cells = [
        new_code_cell(text, metadata={"nbgrader": {**names, "grade_id": n, **k}}) for n, (text, k) in kinds.items()
    ]
    page = grading.Page(new_notebook(cells=cells))
    drawn = []
    for source in ("numbers.append(3)", "numbers[:] = 1, 2, 3", "numbers.append(3)"):
        result = page.grade("more", f"{source}\ndrawn = random.random()")
        assert result.scores == {"more-check": 1}, result.messages
        drawn.append(page.namespace["drawn"])
    assert random.runs == 1
    assert len(set(drawn)) == 1


@pytest.fixture
def slow_page(monkeypatch):
    """A page with one exercise, and two answers that share its slow part; each run of that one is counted."""
    monkeypatch.setattr(random, "runs", 0, raising=False)
    names = {"schema_version": 3, "locked": True, "solution": False, "grade": False}
    kinds = {
        "given": ("import random", {}),
        "end": (
            "def slow(): random.runs += 1; return [random.runs, random.random()]\n"
            "some = slow()\nsome[0] += 1\nlast = 5",
            {"locked": False, "solution": True},
        ),
        "end-check": ("assert some[0] == 2 and last == 5, (some[0], last)", {"grade": True, "points": 1}),
    }
    cells = [
        new_code_cell(text, metadata={"nbgrader": {**names, "grade_id": n, **k}}) for n, (text, k) in kinds.items()
    ]
    change = lambda *pairs: grading.Answer(Path("page.ipynb"), "end", "why", "", "", pairs, "")  # noqa: E731
    answers = change(("last = 5", "last = 6")), change(("some[0] += 1", "some[0] += 2"))
    return grading.Page(new_notebook(cells=cells), answers), answers


def test_what_answers_have_in_common_with_the_solution_runs_once(slow_page):
    page, answers = slow_page
    solution = grading.solutions(page.notebook)["end"]
    drawn = []
    for source in (solution, *(answer.source(solution) for answer in answers), solution):
        message = page.grade("end", source).messages["end-check"]
        drawn.append((message, page.namespace["some"][1]))
    assert [message for message, _ in drawn] == ["", "AssertionError: (2, 6)", "AssertionError: (3, 5)", ""]
    assert len({number for _, number in drawn}) == 1
    assert random.runs == 1
    page.grade("end", solution.replace("runs += 1", "runs += 2"))  # what calls the same function is not the same then
    assert random.runs == 3


@pytest.mark.parametrize("old", ["sum", "total"])  # twice, and never
def test_a_change_must_find_its_text_exactly_once(old):
    answer = grading.Answer(Path("page.ipynb"), "add", "why", "", "", ((old, "x"),), "")
    with pytest.raises(AssertionError, match="not exactly once"):
        answer.source("sum = sum([1, 2])")


def test_answers_are_read_as_they_are_written(tmp_path):
    (tmp_path / "page.wrong.py").write_text(WRITTEN, "utf-8")
    two, delete, whole = grading.answers(tmp_path / "page.ipynb", "wrong")
    assert (two.exercise, two.why, two.says) == ("add", "has two: changes", "is it?")
    assert two.source("def f(a):\n    b = a\n\n    return b") == "def g(a):\n    return -a"
    assert delete.source("return [a + b]") == "return [a]"
    assert (delete.says, delete.only_hidden) == ("", "it cannot")
    assert whole.source("never used") == "def f(a):\n    # of no use\n    return 1"
