"""How the exercises are graded, without nbgrader's kernels; and how an exercise is written.

An exercise page is `exercises/PART/CHAPTER.ipynb`: a page of the book, and nbgrader's source. Edit it as text:
`jupytext --to md:myst` and back with `--to ipynb`, then `make notebooks`. Each exercise has a short name and stands
alone: it uses what the page gives in locked cells, never the answer to another exercise. In order, it has

1. a heading `## Exercise N: title` and the statement, which ends in `<details><summary>Hint</summary>...</details>`;
2. if needed, a cell of given code (nbgrader: `locked`, `grade_id` beginning with the name);
3. one answer cell (`solution`, `grade_id` NAME, tag `hide-input`): what the learner is to define, with the solution
   between `### BEGIN SOLUTION` and `### END SOLUTION`. In the students' version `pass` stands there instead, so a
   value that is asked for is set to None first, and functions keep their head and docstring;
4. a check cell (`grade`, `locked`, `grade_id` NAME-check, one point, tag `hide-input`) that calls `dlcourse.check`. It
   shows no solution: numbers found by hand are sealed (`check.seal`), and `mistakes` names what can be foreseen;
5. a cell of hidden tests (`grade`, `locked`, `grade_id` NAME-hidden, more points, tag `remove-cell`): one comment
   line, then plain asserts between `### BEGIN HIDDEN TESTS` and `### END HIDDEN TESTS`, on other inputs than those of
   the check and against an oracle such as SciPy. They notice every wrong answer without the help of the check.

Graded cells end in no value: nbgrader takes a number for points. A cell that speaks of the book's page has the tag
`book-only` and is left out of the students' version.

Beside the page stands `CHAPTER.wrong.py` with at least three wrong answers to each exercise. Each is a change to the
solution, written as in a diff: `-` before the old text and `+` before the new one.

    # %% forward: forgets the biases
    # says: Where is the bias
    # - @ w.T + b
    # + @ w.T

The head names the exercise and the misunderstanding; `says` gives words of what the check must say. Where the check
cannot see what is wrong, `# only hidden tests:` stands there instead, and why: then the check passes. The old text is
part of a line, or several lines with their indentation; it stands in the answer cell exactly once. Without `+` lines
it is deleted. Several changes may follow one another; a line `#` ends one that deletes. An answer that differs from the
solution in more than a few lines stands there as a whole, as plain code.

Where an answer other than the solution is sensible, it stands in `CHAPTER.right.py`, written alike but without `says`.
`test_grading.py` finds all pages by itself and proves that solutions and other right answers get full marks, stubs
none, and that wrong answers lose some; `test_nbgrader.py` proves that nbgrader itself gives the same points.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import io
import itertools
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from nbgrader.utils import is_grade, is_locked, is_solution
from traitlets.config import Config, PyFileConfigLoader

from dlcourse import _frameworks

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path for path in (ROOT / "exercises").rglob("*.ipynb") if not any(part.startswith(".") for part in path.parts)
)


Begun = tuple[str, ...]
"""An exercise, and statements that the answer to it begins with."""

State = tuple[dict[str, object], dict[str, Any]]
"""A namespace, and where the random generators stand."""


@dataclass(frozen=True)
class Answer:
    """An answer to one exercise, with the misunderstanding or the idea behind it."""

    page: Path
    exercise: str
    why: str
    says: str
    only_hidden: str
    changes: tuple[tuple[str, str], ...]
    whole: str

    def __str__(self) -> str:
        return f"{self.page.stem}: {self.exercise}: {self.why}"

    def source(self, solution: str) -> str:
        """The whole answer, made from the solution."""
        source = self.whole or solution
        for old, new in self.changes:
            assert solution.count(old) == source.count(old) == 1, f"stands not exactly once in the solution: {old!r}"
            source = source.replace(old, new)
        return source


@dataclass(frozen=True)
class Result:
    """Points and, where something was wrong, the messages; both by the `grade_id` of the test cell."""

    scores: dict[str, float]
    messages: dict[str, str]

    def of(self, exercise: str) -> float:
        """The points that one exercise got."""
        return sum(score for cell, score in self.scores.items() if cell.startswith(f"{exercise}-"))


def read(page: Path) -> NotebookNode:
    """The page as it stands in the repository, with solutions and hidden tests."""
    return nbformat.read(page, as_version=4)


def grade_id(cell: NotebookNode) -> str:
    """The name by which nbgrader knows a cell, "" if it has none."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def solutions(notebook: NotebookNode) -> dict[str, str]:
    """The source of each answer cell, by the name of its exercise."""
    return {grade_id(cell): cell.source for cell in notebook.cells if is_solution(cell)}


def points(notebook: NotebookNode) -> dict[str, float]:
    """The points of each test cell, by its `grade_id`."""
    return {grade_id(cell): float(cell.metadata.nbgrader.points) for cell in notebook.cells if is_grade(cell)}


def load_config() -> Config:
    """The course's own nbgrader configuration."""
    return PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()


def release(page: Path, config: Config) -> NotebookNode:
    """What students get: the page through nbgrader's own preprocessors, all but the one that fills the grade book."""
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    notebook, resources = read(page), {"nbgrader": {"notebook": page.stem, "assignment": page.parent.name}}
    for preprocessor in converter.preprocessors:
        if preprocessor is not SaveCells:
            notebook, resources = preprocessor(config=config)(notebook, resources)
    return notebook


def answers(page: Path, kind: str) -> list[Answer]:
    """The answers that stand beside a page: those of the kind "wrong", or "right" ones other than the solution."""
    path = page.with_suffix(f".{kind}.py")
    cells = re.split(r"(?m)^# %% ", path.read_text("utf-8"))[1:] if path.exists() else []
    found = []
    for cell in cells:
        head, _, text = cell.partition("\n")
        exercise, _, why = head.partition(": ")
        notes = dict(re.findall(r"(?m)^# (says|only hidden tests): (.+)", text))
        pairs = re.findall(r"((?:^# -.*\n)+)((?:^# \+.*\n)*)", text, re.MULTILINE)
        changes = tuple((_text(old), _text(new)) for old, new in pairs)
        whole = re.sub(r"(?m)^#( says: | only hidden tests: | -| \+|$).*\n?", "", text).strip()
        assert bool(changes) != bool(whole), f"{path.name}: {head}: either changes, or a whole answer"
        answer = Answer(page, exercise, why, notes.get("says", ""), notes.get("only hidden tests", ""), changes, whole)
        found.append(answer)
    return found


def _text(lines: str) -> str:
    """Lines of a change without the marks before them."""
    return "\n".join(line[4:] for line in lines.splitlines())


def answered(notebook: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """A copy of the notebook in which the answers to some exercises are others."""
    notebook = copy.deepcopy(notebook)
    unknown = set(answers) - set(solutions(notebook))
    assert not unknown, f"there is no answer cell for {unknown}"
    for cell in notebook.cells:
        if is_solution(cell):
            cell.source = answers.get(grade_id(cell), cell.source)
    return notebook


def grade(notebook: NotebookNode) -> Result:
    """Run the code cells one after another, and score the test cells as nbgrader does.

    A test cell gets its points if it raises no exception.
    """
    return _grade(notebook.cells, {"__name__": "__main__"})


class Page:
    """A page on which the given code has run once, and answers to its exercises are graded one by one.

    Each answer finds what the given code above it has left: the namespace and the random generators are put back first.
    The namespace stays the same dictionary, because functions of the given code look their names up in it; its values
    are deep copies, so that an answer which writes over given data spoils no other. (To fork a process for each answer
    would be simpler, but the threads of PyTorch and TensorFlow do not survive it.) Functions, classes and modules are
    not copied: what an answer changes in those stays.

    Wrong answers are changes to the solution, and often in its last lines, below a training. So what an answer has in
    common with the solution, up to the statement where some wrong answer departs from it, runs once, too.
    """

    def __init__(self, notebook: NotebookNode, wrong: Sequence[Answer] = ()) -> None:
        self.notebook = notebook
        self.namespace: dict[str, object] = {"__name__": "__main__"}
        self.before: dict[Begun, State] = {}
        self.forks = {begun for answer in wrong for begun in _shared(answer, solutions(notebook)[answer.exercise])}
        for number, cell in enumerate(notebook.cells):
            if is_solution(cell):
                self.before[grade_id(cell),] = _copied(self.namespace), _frameworks.random_state()
            elif cell.cell_type == "code" and is_locked(cell) and not is_grade(cell):
                problem, _ = _run(cell.source, self.namespace, f"<cell {number}>")
                assert not problem, f"{grade_id(cell)}: {problem}"

    def grade(self, exercise: str, source: str) -> Result:
        """Grade one answer without the answers to the other exercises."""
        statements = _statements(source)
        begun: Begun = (exercise, *map(ast.dump, statements))
        while begun not in self.before:
            begun = begun[:-1]
        namespace, random = self.before[begun]
        self.namespace.clear()
        self.namespace.update(_copied(namespace))
        _frameworks.set_random_state(random)
        for statement in statements[len(begun) - 1 :]:
            problem, _ = _execute([statement], self.namespace, f"<{exercise}>")
            if problem:
                break
            begun = (*begun, ast.dump(statement))
            if begun in self.forks:
                with contextlib.suppress(Exception):  # what cannot be copied runs each time
                    self.before[begun] = _copied(self.namespace), _frameworks.random_state()
        own = {f"{exercise}-check", f"{exercise}-hidden"}
        return _grade([cell for cell in self.notebook.cells if grade_id(cell) in own], self.namespace)


def _shared(answer: Answer, solution: str) -> Iterator[Begun]:
    """What an answer and the solution begin with, if anything is called there."""
    pairs = zip(_statements(answer.source(solution)), _statements(solution), strict=False)
    shared = [own for own, other in itertools.takewhile(lambda pair: ast.dump(pair[0]) == ast.dump(pair[1]), pairs)]
    run = [statement for statement in shared if not isinstance(statement, ast.FunctionDef | ast.ClassDef)]
    if any(isinstance(node, ast.Call) for statement in run for node in ast.walk(statement)):
        yield (answer.exercise, *map(ast.dump, shared))


@cache
def opened(path: Path) -> Page:
    """The page at `path`, ready for answers."""
    return Page(read(path), answers(path, "wrong"))


def _copied(namespace: dict[str, object]) -> dict[str, object]:
    kept = {id(value): value for name, value in namespace.items() if isinstance(value, ModuleType) or name[:2] == "__"}
    return copy.deepcopy(namespace, kept)


def _grade(cells: list[NotebookNode], namespace: dict[str, object]) -> Result:
    result = Result({}, {})
    for number, cell in enumerate(cells):
        if cell.cell_type != "code":
            continue
        problem, value = _run(cell.source, namespace, f"<cell {number}>")
        if is_grade(cell):
            assert value is None, f"{grade_id(cell)} ends in a value, which nbgrader could take for points: {value!r}"
            result.scores[grade_id(cell)] = 0.0 if problem else float(cell.metadata.nbgrader.points)
            result.messages[grade_id(cell)] = problem
    return result


def _run(source: str, namespace: dict[str, object], name: str) -> tuple[str, object]:
    """Run one cell; gives what went wrong ("" if nothing did), and the value of its last expression."""
    return _execute(_statements(source), namespace, name)


def _statements(source: str) -> list[ast.stmt]:
    return ast.parse(TransformerManager().transform_cell(source)).body


def _execute(statements: list[ast.stmt], namespace: dict[str, object], name: str) -> tuple[str, object]:
    last = statements.pop() if statements and isinstance(statements[-1], ast.Expr) else None
    value, problem, quiet = None, "", io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as nbgrader_config.py has it
        try:
            exec(compile(ast.Module(statements, []), name, "exec"), namespace)
            if last is not None:
                value = eval(compile(ast.Expression(last.value), name, "eval"), namespace)
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
    return problem, value
