"""nbgrader's own run, from the release to the feedback: of `make grade`, with slips that students make, and without it.

Kernels take nearly all of the time: two cheap pages of one part are run, five times in all.
"""

from __future__ import annotations

import contextlib
import html
import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory

import grading
from tools import grade, notebooks

PART = "networks"
FOLDER = grading.ROOT / "exercises" / PART
PAGE = FOLDER / "sequence-to-sequence.ipynb"
RENAMED = FOLDER / "training.ipynb"
RIGHT = ("bits", "attend", "beam")

NOISE = """
import functools, logging, sys
from tqdm import tqdm

def noisy(function):
    @functools.wraps(function)
    def wrapped(*arguments, **options):
        logging.warning("working")
        for _ in tqdm(range(2), disable=False):
            print("step", file=sys.stderr)
        return function(*arguments, **options)
    return wrapped

bits_and_perplexity = noisy(bits_and_perplexity)
"""

# What lies beside the notebook in a folder `dlcourse`: everything that is asked of it is right.
SHADOW = """
import sys

class Anything:
    def __getattr__(self, name): return self
    def __call__(self, *arguments, **options): return self

sys.modules["dlcourse"] = sys.modules["dlcourse.check"] = Anything()
"""


SOLUTIONS = grading.solutions(grading.read(PAGE))
WRONG = {answer.exercise: answer for answer in reversed(grading.answers(PAGE, "wrong"))}  # the first of each exercise


def answers() -> dict[str, str]:
    """What the student 'busy' hands in: three right answers, of which one is noisy, the others wrong."""
    given = {name: text if name in RIGHT else WRONG[name].source(text) for name, text in SOLUTIONS.items()}
    given["bits"] += NOISE
    return given


def tamper(notebook: NotebookNode) -> None:
    """Delete and rewrite test cells, for a right answer and for a wrong one, and ask for more points."""
    cells = {grading.grade_id(cell): cell for cell in notebook.cells}
    for name in ("attend-check", "mend-check", "mend-hidden"):
        notebook.cells.remove(cells[name])
    for name in ("beam-hidden", "verdict-check", "verdict-hidden"):
        cells[name].source = "pass"
    cells["verdict-hidden"].metadata.nbgrader.points = 100


def delete_and_copy(notebook: NotebookNode) -> None:
    """Delete all cells of one exercise, the answer of another whose code is in a new cell, and copy a third answer."""
    cells = {grading.grade_id(cell): cell for cell in notebook.cells}
    for name in ("verdict", "verdict-check", "verdict-hidden"):
        notebook.cells.remove(cells[name])
    del cells["mend"].metadata["nbgrader"]
    copied = nbformat.v4.new_code_cell(cells["beam"].source, metadata=cells["beam"].metadata)
    notebook.cells.insert(notebook.cells.index(cells["beam"]) + 1, copied)


def bare(notebook: NotebookNode) -> None:
    """Lose all that a notebook says beside code and text."""
    notebook.metadata.clear()
    for cell in notebook.cells:
        cell.metadata.clear()


class Course(grade.Course):
    """A course in which some students have handed in pages, and what they were given for them."""

    said = ""  # by `make grade`

    def hand_in(self, student: str, page: Path, text: str | NotebookNode, name: str = "") -> None:
        path = self.handed_in / student / PART / (name or page.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if isinstance(text, str) else nbformat.writes(text), "utf-8")

    def solved(self, page: Path, **others: str) -> NotebookNode:
        """The students' version with the right answers, or with other ones."""
        released = grading.read(self.folder / "release" / PART / page.name)
        return grading.answered(released, grading.solutions(grading.read(page)) | others)

    def scores(self, student: str, page: Path) -> dict[str, float]:
        with self.book() as book:
            grades = book.find_submission_notebook(page.stem, PART, student).grades
            return {grade.name: grade.auto_score for grade in grades}

    def report(self, student: str) -> str:
        return (self.folder / "reports" / student / f"{PART}.md").read_text("utf-8")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    """The course after all submissions were graded and 'busy' got feedback."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.environ", os.environ.copy())  # the configuration sets some variables for nbgrader
        patch.setenv("DLCOURSE_GRADING", str(tmp_path_factory.mktemp("course")))
        patch.chdir(grading.ROOT)
        empty = Course(PART)
        GenerateAssignment(coursedir=CourseDirectory(config=empty.config), config=empty.config).start()
        course = Course(PART)

        busy = course.solved(PAGE, **answers())
        tamper(busy)
        course.hand_in("busy", PAGE, busy)

        dead = f"import os\n{SOLUTIONS['attend']}\nos._exit(1)"
        bits = f"import os\nos.environ['PIP_NO_INDEX']\n{SOLUTIONS['bits']}"  # `%pip install` brings nothing
        slips = course.solved(PAGE, attend=dead, bits=bits)
        delete_and_copy(slips)
        course.hand_in("slips", PAGE, slips)
        course.hand_in("slips", PAGE, "yesterday", "timestamp.txt")
        renamed = course.solved(RENAMED)
        bare(renamed)
        course.hand_in("slips", RENAMED, renamed, "my work (1).ipynb")
        course.hand_in("slips", FOLDER / "mlp.ipynb", "<<<<<<< mine\n{}")
        course.hand_in("broken", PAGE, "")
        (course.handed_in / "by hand" / PART).mkdir(parents=True)
        (course.handed_in / "elsewhere" / "Networks").mkdir(parents=True)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            grade.main([PART])
        course.said = said.getvalue()

        # And one without `make grade`, by nbgrader alone.
        course.hand_in("shadow", PAGE, course.solved(PAGE, **grading.solutions(course.released[PAGE.stem])))
        course.hand_in("shadow", PAGE, SHADOW, "dlcourse.py")
        folders = CourseDirectory(config=course.config, student_id="shadow", notebook_id=PAGE.stem)
        folders.submitted_directory = str(course.handed_in)
        with patch.context() as installed:
            installed.delenv("PYTHONPATH", raising=False)  # it would come before the notebook's folder in any case
            Autograde(coursedir=folders, config=course.config).start()

        folders = CourseDirectory(config=course.config, student_id="busy")
        GenerateFeedback(coursedir=folders, config=course.config).start()
        yield course


def full(page: Path, **others: float) -> dict[str, float]:
    """All points of a page, but for some cells."""
    return grading.points(grading.read(page)) | others


def test_students_get_the_notebooks_without_answers_and_nothing_else(course):
    released = sorted((course.folder / "release" / PART).rglob("*"))
    assert [path.name for path in released] == sorted(page.name for page in grading.PAGES if page.parent.name == PART)
    for path in released:
        text = path.read_text("utf-8")
        assert "YOUR CODE HERE" in text
        assert "BEGIN SOLUTION" not in text
        assert "BEGIN HIDDEN TESTS" not in text
        first = next(cell for cell in grading.read(path).cells if cell.cell_type == "code")
        source = next(page for page in grading.PAGES if page.name == path.name and page.parent.name == PART)
        assert first.source == notebooks.setup_cell(grading.read(source))


def test_nbgrader_gives_the_points_that_the_fast_grader_gives_also_for_noisy_answers(course):
    fast = grading.grade(grading.answered(grading.read(PAGE), answers()))
    assert course.scores("busy", PAGE) == fast.scores
    assert fast.of("bits") == full(PAGE)["bits-check"] + full(PAGE)["bits-hidden"]


def test_deleting_or_rewriting_test_cells_changes_no_points(course):
    scores, points = course.scores("busy", PAGE), full(PAGE)
    for exercise in ("mend", "verdict"):
        assert scores[f"{exercise}-check"] == scores[f"{exercise}-hidden"] == 0
    for exercise in ("attend", "beam"):
        assert scores[f"{exercise}-check"] == points[f"{exercise}-check"]
        assert scores[f"{exercise}-hidden"] == points[f"{exercise}-hidden"]
    report = course.report("busy")
    assert "deleted cells were put back: attend-check, mend-check, mend-hidden" in report
    assert "changed cells have their own text again: beam-hidden, verdict-check, verdict-hidden" in report


def test_students_get_feedback_that_says_what_is_wrong(course):
    feedback = (course.folder / "feedback" / "busy" / PART / f"{PAGE.stem}.html").read_text("utf-8")
    for exercise in answers().keys() - RIGHT:
        assert WRONG[exercise].says in html.unescape(feedback)


def test_a_dead_kernel_and_deleted_cells_cost_their_own_points_alone(course):
    lost = [f"{name}-{cell}" for name in ("attend", "verdict") for cell in ("check", "hidden")]
    assert course.scores("slips", PAGE) == full(PAGE, **dict.fromkeys(lost, 0))
    report = course.report("slips")
    assert f"{PAGE.stem}: the kernel died in attend or could not be stopped" in report
    assert f"{PAGE.stem}: no answer cell, and no code in its place: verdict\n" in report
    assert "the student's own code in its place was taken for the answer: mend\n" in report
    assert f"{PAGE.stem}: cells that are there more than once, all of which ran where they stood: beam\n" in report


def test_a_renamed_page_without_metadata_gets_all_its_points(course):
    assert course.scores("slips", RENAMED) == full(RENAMED)
    assert "the file was called my work (1).ipynb" in course.report("slips")


def test_what_is_no_notebook_gets_no_points_and_a_sentence(course):
    assert set(course.scores("slips", FOLDER / "mlp.ipynb").values()) == {0.0}
    assert "The file mlp.ipynb cannot be read as a notebook (it is no JSON: Expecting value: line 1" in (
        course.report("slips")
    )
    assert set(course.scores("broken", PAGE).values()) == {0.0}
    assert "# broken: networks, 0 of " in course.report("broken")
    assert "elsewhere: no folder" in course.said
    assert f"{PAGE.stem}: 0 of {sum(full(PAGE).values()):g}, nothing to grade" in course.report("broken")


def test_points_that_were_entered_by_hand_stay_and_are_listed(course):
    with course.book() as book:
        check, hidden = (book.find_grade(f"bits-{cell}", PAGE.stem, PART, "by hand") for cell in ("check", "hidden"))
        check.auto_score = 1  # as if the page had been handed in before
        check.extra_credit, hidden.manual_score = 0.25, 1.5
        book.db.commit()
    grade.main([PART, "by hand"])
    report = course.report("by hand")
    assert f"{PAGE.stem}: 1.75 of " in report
    for cell in ("check", "hidden"):
        assert f"- {PAGE.stem}: bits-{cell} has points that somebody has entered by hand" in report


def test_what_is_graded_again_leaves_no_old_pages_and_no_old_feedback(course):
    old = [course.folder / made / "by hand" / PART / "old.html" for made in ("autograded", "feedback")]
    for path in old:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    grade.main([PART, "by hand"])
    assert not any(path.exists() for path in old)


def test_the_grade_book_must_know_the_exercises_first(course):
    for made in ("release", "submitted/student"):
        shutil.copytree(course.folder / "release" / PART, course.folder / made / "other")
    with pytest.raises(SystemExit, match="does not know 'other': run `make exercises`"):
        grade.main(["other"])


@pytest.mark.parametrize("name", ["ada", "Nobody"])
def test_who_has_handed_in_nothing_is_named(course, name, monkeypatch):
    monkeypatch.setattr(grade.Course, "students", lambda course: [])
    with pytest.raises(SystemExit, match=f"^{name}: nothing handed in"):
        grade.main([PART] if name == "Nobody" else [PART, name])


def test_a_package_beside_the_notebook_does_not_replace_the_book_s_and_stubs_get_no_points(course):
    assert course.scores("shadow", PAGE) == dict.fromkeys(full(PAGE), 0.0)
