"""Every exercise can be graded: its solution gets full marks, its stub none, and wrong answers lose some."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from nbgrader.utils import is_grade, is_locked, is_solution
from traitlets.config import Config

import grading

WRONG = [wrong for page in grading.PAGES for wrong in grading.wrong_answers(page)]
RIGHT = [right for page in grading.PAGES for right in grading.answers(page, "right")]
pages = pytest.mark.parametrize("page", grading.PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLCOURSE_GRADING", str(tmp_path_factory.mktemp("grading")))
        patch.setattr("os.environ", os.environ.copy())  # the configuration sets some variables for nbgrader
        return grading.load_config()


def test_there_are_exercise_pages_for_both_chapters():
    assert {"one-dimension", "two-dimensions"} <= {page.stem for page in grading.PAGES}


@pages
def test_solutions_get_full_marks(page):
    notebook = grading.read(page)
    result = grading.grade(notebook)
    assert result.scores == grading.points(notebook), result.messages


@pages
def test_each_exercise_can_be_solved_without_the_others(page):
    notebook = grading.read(page)
    for exercise in grading.solutions(notebook):
        single = grading.alone(notebook, exercise)
        result = grading.grade(single)
        assert result.scores == grading.points(single), result.messages


@pages
def test_stubs_get_no_marks_and_are_told_that_nothing_is_there_yet(page, config):
    source, release = grading.read(page), grading.release(page, config)
    result = grading.grade(grading.answered(source, grading.solutions(release)))
    assert set(result.scores.values()) == {0.0}, result.scores
    for exercise in grading.solutions(source):
        assert "nothing there yet" in result.messages[f"{exercise}-check"]


@pytest.mark.parametrize("right", RIGHT, ids=str)
def test_other_right_answers_get_full_marks(right):
    notebook = grading.alone(grading.read(right.page), right.exercise)
    result = grading.grade(grading.answered(notebook, {right.exercise: right.source}))
    assert result.scores == grading.points(notebook), result.messages


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_wrong_answers_lose_marks_and_hear_why(wrong):
    notebook = grading.alone(grading.read(wrong.page), wrong.exercise)
    result = grading.grade(grading.answered(notebook, {wrong.exercise: wrong.source}))
    assert result.of(wrong.exercise) < sum(grading.points(notebook).values())
    assert result.scores[f"{wrong.exercise}-hidden"] == 0, "the hidden tests do not notice"
    message = result.messages[f"{wrong.exercise}-check"]
    assert wrong.says in message, message


@pages
def test_each_exercise_has_at_least_three_wrong_answers(page):
    counts = Counter(wrong.exercise for wrong in grading.wrong_answers(page))
    few = {name for name in grading.solutions(grading.read(page)) if counts[name] < 3}
    assert not few


@pages
def test_the_page_follows_the_pattern(page):
    notebook = grading.read(page)
    headings = [c.source.partition("\n")[0] for c in notebook.cells if c.cell_type == "markdown"]
    exercises = [h for h in "\n".join(c.source for c in notebook.cells).splitlines() if h.startswith("## Exercise ")]
    assert headings[0].startswith("# Exercises: ")
    assert [h.split()[2] for h in exercises] == [f"{n}:" for n in range(1, len(exercises) + 1)]
    assert len(grading.solutions(notebook)) == len(exercises) >= 5
    for exercise in grading.solutions(notebook):
        assert {f"{exercise}-check", f"{exercise}-hidden"} <= set(grading.points(notebook))
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
    assert not any("book-only" in cell.metadata.get("tags", []) for cell in grading.release(page, config).cells)


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
