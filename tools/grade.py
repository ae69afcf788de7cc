"""Grade what students have handed in.

    python -m tools.grade PART [STUDENT ...]     or: make grade PART=convolution

Each page of each submission is mended (`tools/submissions.py` says how) and graded by nbgrader by itself, so that what
is wrong with one page takes no points from another. The grade book, the graded pages and the feedback are nbgrader's
own; `reports/STUDENT/PART.md` beside them says what was mended and what a person must look at.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from nbgrader.utils import capture_log, parse_utc
from sqlalchemy.exc import SAWarning
from traitlets import Unicode
from traitlets.config import Config, PyFileConfigLoader

from tools import submissions

ROOT = Path(__file__).resolve().parent.parent
MOST_DEATHS = 10  # of the kernel on one page; then what has not run counts as failed


class ExecuteAll(Execute):
    """Runs a page; a cell at which the kernel dies, or cannot be stopped, fails, and the page runs without it."""

    kernel_log = Unicode(os.devnull, help="where the log lines of the frameworks' C code go").tag(config=True)

    @contextlib.contextmanager
    def setup_kernel(self, **options: Any) -> Iterator[None]:
        """Start the kernel for as long as a `with` statement lasts; `%pip install` brings it nothing new."""
        options["env"] = os.environ | {"PIP_NO_INDEX": "1"}
        with open(self.kernel_log, "a") as log, super().setup_kernel(stderr=log, **options):
            yield

    def preprocess(self, nb: NotebookNode, resources: Any = None, km: Any = None) -> tuple[NotebookNode, Any]:
        """Run the page, again after each death of the kernel."""
        self.fatal: set[int] = set()
        while True:
            try:
                return super().preprocess(nb, resources, km)
            except (DeadKernelError, CellTimeoutError):
                last = self.current + 1 if len(self.fatal) < MOST_DEATHS else len(nb.cells)
                self.fatal |= set(range(self.current, last))

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        """Run one cell, unless the kernel died there before."""
        self.current = index
        if index not in self.fatal:
            return super().preprocess_cell(cell, resources, index)
        if cell.cell_type == "code":
            text = "The kernel died here or could not be stopped, and the page ran again without this cell."
            cell.outputs = [new_output("error", ename="DeadKernelError", evalue=text, traceback=[text])]
        return cell, resources

    def on_cell_executed(self, **kwargs: Any) -> None:
        """Take `exit()` for the kernel's death at once: it goes on for a moment, and would die in another cell."""
        super().on_cell_executed(**kwargs)
        if any(item.get("source") == "ask_exit" for item in kwargs["execute_reply"]["content"].get("payload", [])):
            raise DeadKernelError("The cell ended the kernel")


class Course:
    """The folders and the grade book that `nbgrader_config.py` names."""

    def __init__(self, part: str) -> None:
        config: Config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
        config.CourseDirectory.root = str(ROOT)
        self.part = part
        self.folders = CourseDirectory(config=config)
        self.folder = Path(self.folders.submitted_directory).parent
        self.handed_in = Path(self.folders.submitted_directory)
        self.released = {
            path.stem: nbformat.read(path, as_version=4)
            for path in sorted(Path(self.folders.release_directory, part).glob("*.ipynb"))
        }
        config.CourseDirectory.submitted_directory = str(self.folder / "mended")
        config.CourseDirectory.assignment_id = part
        config.ExecuteAll.kernel_log = str(self.folder / "kernels.log")
        steps = Autograde.autograde_preprocessors.default()
        config.Autograde.autograde_preprocessors = [ExecuteAll if step is Execute else step for step in steps]
        self.config = config

    def book(self) -> Gradebook:
        """The grade book, to be used in a `with` statement."""
        return Gradebook(self.folders.db_url, self.folders.course_id)

    def students(self) -> list[str]:
        """Everybody who has handed in something for this part."""
        return sorted(path.parent.name for path in self.handed_in.glob(f"*/{self.part}") if path.is_dir())

    def grade(self, student: str) -> Path:
        """Grade one student's pages; the file in which the report on them stands."""
        submitted, mended = self.handed_in / student / self.part, self.folder / "mended" / student / self.part
        submission = submissions.read(submitted, self.released)
        # Old pages would stay where one is withdrawn, and nbgrader makes no feedback where there is some already.
        for made in (self.folders.autograded_directory, self.folders.feedback_directory):
            shutil.rmtree(Path(made, student, self.part), ignore_errors=True)
        shutil.rmtree(mended, ignore_errors=True)
        mended.mkdir(parents=True)
        with contextlib.suppress(OSError, ValueError):  # without a time that can be read, nothing is late
            time = (submitted / "timestamp.txt").read_text("utf-8-sig")
            parse_utc(time)
            (mended / "timestamp.txt").write_text(time, "utf-8")
        self._no_points(student)
        for name, page in submission.pages.items():
            nbformat.write(page.notebook, mended / f"{name}.ipynb")
        for name, page in submission.pages.items():
            problem = self._autograde(student, name)
            page.look += [f"nbgrader gave up, {problem} says why"] if problem else self._failures(student, name)
        return self._report(student, submission)

    def _no_points(self, student: str) -> None:
        """Enter the submission with nothing in it: a page that cannot be graded has no points, not old ones."""
        with self.book() as book:
            book.update_or_create_student(student)
            for notebook in book.update_or_create_submission(self.part, student).notebooks:
                for grade in notebook.grades:
                    grade.auto_score, grade.needs_manual_grade = 0, False
            book.db.commit()

    def _autograde(self, student: str, page: str) -> str:
        """Let nbgrader grade one page; "", or where it stands what went wrong."""
        folders = CourseDirectory(config=self.config, student_id=student, notebook_id=page)
        result = capture_log(Autograde(coursedir=folders, config=self.config, force=True))
        if result["success"]:
            return ""
        log = self.folder / "reports" / student / f"{self.part}-{page}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(result.get("log", "") + result["error"], "utf-8")
        return str(log)

    def _failures(self, student: str, page: str) -> list[str]:
        """The cells of a graded page that were cut off."""
        path = Path(self.folders.autograded_directory, student, self.part, f"{page}.ipynb")
        found = []
        for number, cell in enumerate(nbformat.read(path, as_version=4).cells):
            name = submissions.grade_id(cell) or f"cell {number}"
            for output in cell.get("outputs", []):
                if output.get("ename") == "DeadKernelError":
                    found.append(f"the kernel died in {name} or could not be stopped: the page was graded without it")
                if output.get("ename") == "CellTimeoutError":
                    found.append(f"{name} took too long and was stopped")
        return found

    def _report(self, student: str, submission: submissions.Submission) -> Path:
        """Write down the points of each page, what was mended, and what a person must look at."""
        with self.book() as book:
            handed_in = book.find_submission(self.part, student)
            points = {page.name: (page.score, page.max_score) for page in handed_in.notebooks}
            total, most = handed_in.score, handed_in.max_score
            grades = [(f"{page.name}: {grade.name}", grade) for page in handed_in.notebooks for grade in page.grades]
            by_hand = [name for name, grade in grades if grade.manual_score is not None or grade.extra_credit]
        lines = [f"# {student}: {self.part}, {total:g} of {most:g} points", ""]
        for name in sorted(points):
            absent = "" if name in submission.pages else ", nothing to grade"
            lines.append(f"- {name}: {points[name][0]:g} of {points[name][1]:g}{absent}")
        pages = submission.pages.items()
        mended = [f"{name}: {note}" for name, page in pages for note in page.mended]
        look = [*submission.look, *(f"{name}: {note}" for name, page in pages for note in page.look)]
        look += [f"{name} has points that somebody has entered by hand" for name in sorted(by_hand)]
        for title, notes in {"Mended before it was graded": mended, "A person must look at this": look}.items():
            lines += ["", f"## {title}", "", *([f"- {note}" for note in notes] or ["Nothing."])]
        path = self.folder / "reports" / student / f"{self.part}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", "utf-8")
        print(f"{student}: {total:g} of {most:g} points, to look at: {len(look)}, see {path}", flush=True)
        return path


def main(arguments: list[str]) -> None:
    """Run the command line described at the head of this file."""
    if not arguments:
        raise SystemExit(__doc__)
    warnings.simplefilter("ignore", SAWarning)  # nbgrader makes some when it enters a student
    course = Course(arguments[0])
    if not course.released:
        raise SystemExit(f"There is no students' version of {course.part!r} in {course.folder}: run `make exercises`.")
    with course.book() as book:
        if course.part not in [assignment.name for assignment in book.assignments]:
            raise SystemExit(f"The grade book in {course.folder} does not know {course.part!r}: run `make exercises`.")
    students = arguments[1:] or course.students()
    unknown = set(students) - set(course.students())
    if unknown or not students:
        names = ", ".join(sorted(unknown)) or "Nobody"
        raise SystemExit(f"{names}: nothing handed in, no folder {course.handed_in}/STUDENT/{course.part}")
    for student in students:
        course.grade(student)
    if not arguments[1:]:
        others = {path.name for path in course.handed_in.iterdir()} - set(students)
        for name in sorted(name for name in others if not name.startswith(".")):
            print(f"{name}: no folder {course.handed_in / name / course.part}, nothing was graded")


if __name__ == "__main__":
    main(sys.argv[1:])
