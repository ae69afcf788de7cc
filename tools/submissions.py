"""What students hand in, brought into the form that nbgrader expects; what no program can know is left for a person.

nbgrader trusts the names of files and the metadata of cells, and gives up where a slip has changed them. So each page
is built anew from the students' version that was released: its test cells and its given code, with the student's
answers, and the student's own cells in the places where they stood.
"""

from __future__ import annotations

import builtins
import contextlib
import copy
import json
import re
import symtable
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from nbgrader.utils import is_solution

# What stands beside notebooks without anybody's doing, as hidden files and folders do; nbgrader writes the time of
# handing in into the last.
PASSED_OVER = {"__pycache__", "__MACOSX", "Thumbs.db", "desktop.ini", "timestamp.txt"}

MISSING = "# The answer cell was missing."

# No exercise needs these. They prove nothing, and a submission without them is not proved to be honest.
UNUSUAL = re.compile(
    r"get_ipython|nbgrader|gradebook|sqlite\w*|subprocess|os\.(?:system|popen|environ|_exit|exec\w+|kill)"
    r"|sys\.(?:modules|path|exit|settrace)|_getframe|__\w*import\w*__|importlib|builtins|ctypes|inspect\.\w+"
    r"|setattr|(?<![.\w])(?:exec|eval|open|exit|quit)\(|pathlib|(?:check|dlcourse|np|numpy|torch)\.\w+ *=(?!=)"
    r"|^\s*(?:!|%%?(?:system|sx|bash|sh|script|run|load_ext|pip|conda)\b)",
    re.MULTILINE,
)


@dataclass
class Page:
    """One page of a submission in the form in which it is graded, and what has to be said about it."""

    notebook: NotebookNode
    mended: list[str] = field(default_factory=list)
    look: list[str] = field(default_factory=list)


@dataclass
class Submission:
    """The pages of a submission by their true names; `look` is about files that belong to no page."""

    pages: dict[str, Page] = field(default_factory=dict)
    look: list[str] = field(default_factory=list)


def grade_id(cell: NotebookNode) -> str:
    """The name by which nbgrader knows a cell, "" if it has none."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def read(folder: Path, released: dict[str, NotebookNode]) -> Submission:
    """Everything that one student handed in, page by page. Nothing in `folder` is changed."""
    submission = Submission()
    found: dict[str, dict[str, NotebookNode]] = defaultdict(dict)
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if not path.is_file() or any(part in PASSED_OVER or part.startswith(".") for part in parts):
            continue
        file = "/".join(parts).encode("utf-8", "backslashreplace").decode("utf-8")  # old archives have other names
        try:
            notebook = read_notebook(path)
        except (OSError, ValueError, TypeError, AttributeError, RecursionError) as problem:
            what = f"cannot be read as a notebook ({problem})" if "ipynb" in path.name else "is no notebook"
            submission.look.append(f"The file {file} {what}: it was left out.")
            continue
        name = page_of(notebook, path.stem, released)
        if name:
            found[name][file] = notebook
        else:
            submission.look.append(f"The notebook {file} is like no page of this part: it was left out.")
    for name, files in sorted(found.items()):
        alike = {file: len(_marks(notebook) & _marks(released[name])) for file, notebook in files.items()}
        work = {file: len(_sources(notebook) - _sources(released[name])) for file, notebook in files.items()}
        whole = [file for file in files if 2 * alike[file] >= max(alike.values())]  # a few copied cells are no page
        chosen = max(whole, key=lambda file: (work[file], file == f"{name}.ipynb"))
        page = submission.pages[name] = rebuild(released[name], files[chosen])
        if chosen != f"{name}.ipynb":
            page.mended.append(f"the file was called {chosen}")
        if len(files) > 1:
            others = ", ".join(sorted(set(files) - {chosen}))
            page.look.append(f"there are several files for this page: {chosen} was graded, and not {others}")
    return submission


def read_notebook(path: Path) -> NotebookNode:
    """The cells of a notebook with their text and their `grade_id`, and nothing else, from whatever has them."""
    try:
        raw = json.loads(path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("it is no text") from None
    except json.JSONDecodeError as problem:
        raise ValueError(f"it is no JSON: {problem}") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("cells"), list):
        raise ValueError("it has no cells")
    notebook = new_notebook()
    for cell in raw["cells"]:
        new = {"code": new_code_cell, "markdown": new_markdown_cell}.get(cell.get("cell_type"), new_raw_cell)
        text = "".join(cell.get("source") or "").replace("\r\n", "\n")
        notebook.cells.append(new(text.encode("utf-8", "replace").decode("utf-8")))  # half a character has no UTF-8
        name = ((cell.get("metadata") or {}).get("nbgrader") or {}).get("grade_id")
        if name:
            notebook.cells[-1].metadata["nbgrader"] = {"grade_id": str(name)}
    return notebook


def page_of(notebook: NotebookNode, stem: str, released: dict[str, NotebookNode]) -> str:
    """The page to whose cells those of the notebook belong, else the page that it is named after, else ""."""
    marks = {name: _marks(page) for name, page in released.items()}
    pages_with = Counter(mark for own in marks.values() for mark in own)
    here = _marks(notebook)
    counts = {name: sum(pages_with[mark] == 1 for mark in own & here) for name, own in marks.items()}
    best = max(counts, key=lambda name: (counts[name], name == stem))
    if counts[best] >= 3:  # one or two may have been copied from another page
        return best
    return stem if stem in released else ""


def rebuild(released: NotebookNode, handed_in: NotebookNode) -> Page:
    """The released page with a student's answers and own cells, whatever has become of its other cells."""
    cells = released.cells
    places = {grade_id(cell): place for place, cell in enumerate(cells) if grade_id(cell)}
    answers = {name for name, place in places.items() if is_solution(cells[place])}
    taken: dict[int, NotebookNode] = {}  # what stands in the submission for each cell of the page
    own: dict[int, list[NotebookNode]] = defaultdict(list)  # the student's own cells, by the place that they follow
    originals = _originals(handed_in, places)
    claimed = {places[grade_id(handed_in.cells[number])] for number in originals}
    copied, unmarked, adopted = set(), set(), set()
    here = -1
    for number, cell in enumerate(handed_in.cells):
        place = places.get(grade_id(cell))
        if place is None:
            place = _same_text(cell, cells, claimed | taken.keys(), here)
            if place is not None:
                unmarked |= {grade_id(cells[place])} - {""}
        elif number not in originals:
            copied.add(grade_id(cell))
            place = None
        if place is None:
            own[here].append(cell)
            continue
        above, below = _around(cell, cells[place])
        own[here] += above
        own[place] += below
        taken[place], here = cell, place

    # Where an answer cell is missing, the student's own code that stands in its place is the answer.
    for name, place in places.items():
        if name in answers and place not in taken:
            before = max((other for other in taken if other < place), default=-1)
            code = [n for n, cell in enumerate(own[before]) if cell.cell_type == "code"]
            if code:
                own[before], (taken[place], *own[place]) = own[before][: code[0]], own[before][code[0] :]
                adopted.add(name)

    page = Page(new_notebook(metadata=copy.deepcopy(released.metadata), cells=[_bare(cell) for cell in own[-1]]))
    for place, cell in enumerate(cells):
        page.notebook.cells += [copy.deepcopy(cell), *(_bare(other) for other in own[place])]
        if is_solution(cell):
            page.notebook.cells[-1 - len(own[place])].source = taken[place].source if place in taken else MISSING

    gone = {name for name, place in places.items() if place not in taken}
    text = {name: taken[place].source.strip() for name, place in places.items() if place in taken}
    changed = {name for name in text.keys() - answers if text[name] != cells[places[name]].source.strip()}
    elsewhere = _assigned(cell for some in own.values() for cell in some)
    given = {name for name in text.keys() & answers if text[name] == cells[places[name]].source.strip()}
    misplaced = {name for name in given if _assigned([cells[places[name]]]) & elsewhere}
    _tell(page.mended, "deleted cells were put back: {}", gone - answers)
    _tell(page.mended, "changed cells have their own text again: {}", changed)
    _tell(page.mended, "cells without nbgrader's metadata were known by their text: {}", unmarked)
    _tell(page.look, "no answer cell, and no code in its place: {}", gone & answers)
    _tell(page.look, "no answer cell, so the student's own code in its place was taken for the answer: {}", adopted)
    _tell(page.look, "the answer cell is as it was given, another one defines what it asks for: {}", misplaced)
    _tell(page.look, "cells that are there more than once, all of which ran where they stood: {}", copied)
    _tell(page.look, "code that no exercise needs: {}", _unusual(page.notebook, released))
    shadowed = _assigned(page.notebook.cells) & set(dir(builtins))
    _tell(page.look, "Python's own names that mean something else then, in the tests too: {}", shadowed)
    return page


def _around(cell: NotebookNode, given: NotebookNode) -> tuple[list[NotebookNode], list[NotebookNode]]:
    """What a student has written into a cell of given code, above and below that code; two cells may be merged."""
    text = given.source.strip()
    if given.cell_type != "code" or is_solution(given) or not text or text not in cell.source:
        return [], []
    above, _, below = (part.strip() for part in cell.source.partition(text))
    return [new_code_cell(above)] if above else [], [new_code_cell(below)] if below else []


def _originals(handed_in: NotebookNode, places: dict[str, int]) -> set[int]:
    """The numbers of the cells with a known name; of several with one name, of the one nearest to its place."""
    best: dict[str, tuple[int, int]] = {}
    before = -1
    for number, cell in enumerate(handed_in.cells):
        name = grade_id(cell)
        if name in places:
            nearness = before if before < places[name] else -2
            if name not in best or nearness > best[name][0]:
                best[name] = (nearness, number)
            before = places[name]
    return {number for _, number in best.values()}


def _unusual(notebook: NotebookNode, released: NotebookNode) -> set[str]:
    """What `UNUSUAL` finds in the student's own lines."""
    given = {line for cell in released.cells for line in cell.source.splitlines()}
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    lines = "\n".join(line for line in code.splitlines() if line not in given)
    return {match.strip() for match in UNUSUAL.findall(lines)}


def _assigned(cells: Iterable[NotebookNode]) -> set[str]:
    """The names that code cells define, outside of functions."""
    found: set[str] = set()
    for cell in cells:
        if cell.cell_type == "code":
            with contextlib.suppress(SyntaxError, ValueError):  # ValueError: a null character
                table = symtable.symtable(TransformerManager().transform_cell(cell.source), "cell", "exec")
                found |= {each.get_name() for each in table.get_symbols() if each.is_assigned() or each.is_imported()}
    return found


def _marks(notebook: NotebookNode) -> set[str]:
    return _sources(notebook) | _names(notebook)


def _sources(notebook: NotebookNode) -> set[str]:
    return {cell.source.strip() for cell in notebook.cells} - {""}


def _names(notebook: NotebookNode) -> set[str]:
    return {grade_id(cell) for cell in notebook.cells} - {""}


def _same_text(cell: NotebookNode, cells: list[NotebookNode], taken: set[int], here: int) -> int | None:
    """The place of the cell of the page with the same text, if it is not taken; the next one after `here` if it can."""
    text = cell.source.strip()
    same = [place for place, other in enumerate(cells) if place not in taken and text and other.source.strip() == text]
    return next((place for place in same if place > here), same[0] if same else None)


def _bare(cell: NotebookNode) -> NotebookNode:
    """A student's own cell: nbgrader is not to know it."""
    cell = copy.deepcopy(cell)
    cell.metadata.pop("nbgrader", None)
    return cell


def _tell(notes: list[str], sentence: str, names: Iterable[str]) -> None:
    if names:
        notes.append(sentence.format(", ".join(sorted(names))))
