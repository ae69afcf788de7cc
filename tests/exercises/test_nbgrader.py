"""One real nbgrader run, from the release to the feedback, with two toy submissions."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import grading
import nbformat
import pytest
from nbgrader.api import Gradebook

from tools import notebooks

PARTS = sorted({page.parent.name for page in grading.PAGES})
PART = "convolution"  # the one that is handed in and graded here
PAGE = grading.ROOT / "exercises" / PART / "one-dimension.ipynb"


class Course:
    """A folder in which nbgrader works with the repository's exercises and configuration."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def nbgrader(self, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=grading.ROOT,
            env={**os.environ, "DLCOURSE_GRADING": str(self.folder)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr

    def scores(self, student: str) -> dict[str, float]:
        with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}") as book:
            grades = book.find_submission_notebook(PAGE.stem, PART, student).grades
            return {grade.name: grade.auto_score for grade in grades}


def wrong_answer(exercise: str) -> str:
    return next(wrong.source for wrong in grading.wrong_answers(PAGE) if wrong.exercise == exercise)


RIGHT = ("layer", "matrix", "layers")


@pytest.fixture(scope="module")
def answers() -> dict[str, str]:
    """What the student 'busy' hands in for the one-dimensional page: three right answers, the others wrong."""
    solutions = grading.solutions(grading.read(PAGE))
    return {name: text if name in RIGHT else wrong_answer(name) for name, text in solutions.items()}


def tamper(notebook: nbformat.NotebookNode) -> None:
    """Delete and rewrite test cells, for a right answer and for a wrong one, and ask for more points."""
    cells = {grading.grade_id(cell): cell for cell in notebook.cells}
    for name in ("layer-check", "mend-check", "mend-hidden"):
        notebook.cells.remove(cells[name])
    for name in ("matrix-hidden", "design-check", "design-hidden"):
        cells[name].source = "pass"
    cells["design-hidden"].metadata.nbgrader.points = 100


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, answers: dict[str, str]) -> Course:
    """The course after both submissions were graded: 'untouched' hands in the release as it is, 'busy' has tampered."""
    course = Course(tmp_path_factory.mktemp("course"))
    for part in PARTS:
        course.nbgrader("generate_assignment", part)
    release = course.folder / "release" / PART
    for student in ("untouched", "busy"):
        shutil.copytree(release, course.folder / "submitted" / student / PART)
    path = course.folder / "submitted" / "busy" / PART / PAGE.name
    notebook = grading.answered(grading.read(path), answers)
    tamper(notebook)
    nbformat.write(notebook, path)
    course.nbgrader("autograde", PART, "--notebook", PAGE.stem)  # one page is enough, and half the time
    course.nbgrader("generate_feedback", PART, "--notebook", PAGE.stem, "--student", "busy")
    return course


@pytest.mark.parametrize("part", PARTS)
def test_students_get_the_notebooks_without_answers_and_nothing_else(course, part):
    released = sorted((course.folder / "release" / part).rglob("*"))
    assert [path.name for path in released] == sorted(page.name for page in grading.PAGES if page.parent.name == part)
    for path in released:
        text = path.read_text("utf-8")
        assert "YOUR CODE HERE" in text
        assert "BEGIN SOLUTION" not in text
        assert "BEGIN HIDDEN TESTS" not in text
        first = next(cell for cell in grading.read(path).cells if cell.cell_type == "code")
        assert first.source == notebooks.setup_cell()


def test_the_untouched_release_gets_no_points(course):
    assert course.scores("untouched") == dict.fromkeys(grading.points(grading.read(PAGE)), 0.0)


def test_nbgrader_gives_the_points_that_the_fast_grader_gives(course, answers):
    fast = grading.grade(grading.answered(grading.read(PAGE), answers))
    assert course.scores("busy") == fast.scores


def test_deleting_or_rewriting_test_cells_changes_no_points(course):
    scores, points = course.scores("busy"), grading.points(grading.read(PAGE))
    for exercise in ("mend", "design"):
        assert scores[f"{exercise}-check"] == scores[f"{exercise}-hidden"] == 0
    for exercise in ("layer", "matrix"):
        assert scores[f"{exercise}-check"] == points[f"{exercise}-check"]
        assert scores[f"{exercise}-hidden"] == points[f"{exercise}-hidden"]


def test_students_get_feedback_that_says_what_is_wrong(course):
    feedback = (course.folder / "feedback" / "busy" / PART / f"{PAGE.stem}.html").read_text("utf-8")
    assert "the first place is number 0" in feedback  # the by-hand exercise
    assert "ReLU(cross-correlation" in feedback
