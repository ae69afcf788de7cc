"""What is handed in finds its page, its exercises and its points' cells again; nothing here runs a notebook."""

from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

import grading
from tools import submissions

FOLDER = grading.ROOT / "exercises" / "networks"


def source(name: str) -> NotebookNode:
    return grading.read(FOLDER / f"{name}.ipynb")


@pytest.fixture(scope="module")
def released() -> dict[str, NotebookNode]:
    """Two pages with their answers as stubs."""
    pages = {name: source(name) for name in ("neuron", "training")}
    return {name: grading.answered(page, stubs(page)) for name, page in pages.items()}


def stubs(page: NotebookNode) -> dict[str, str]:
    return dict.fromkeys(grading.solutions(page), "# YOUR CODE HERE\npass")


def handed_in(folder: Path, **notebooks: NotebookNode | str) -> Path:
    for name, notebook in notebooks.items():
        text = notebook if isinstance(notebook, str) else nbformat.writes(notebook)
        (folder / f"{name}.ipynb").write_text(text, "utf-8")
    return folder


def code(page: submissions.Page) -> list[str]:
    return [cell.source for cell in page.notebook.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("page", grading.PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_an_ordinary_page_stays_as_it_is_and_nothing_is_said_of_it(page):
    solved = grading.read(page)
    rebuilt = submissions.rebuild(grading.answered(solved, stubs(solved)), solved)
    assert [cell.source for cell in rebuilt.notebook.cells] == [cell.source for cell in solved.cells]
    assert [cell.metadata for cell in rebuilt.notebook.cells] == [cell.metadata for cell in solved.cells]
    assert rebuilt.mended == rebuilt.look == []


def test_own_cells_stay_where_they_stood(released):
    page = source("neuron")
    place = next(n for n, cell in enumerate(page.cells) if grading.grade_id(cell) == "count")
    page.cells[place:place] = [new_markdown_cell("A thought."), new_code_cell("helper = 1")]
    rebuilt = submissions.rebuild(released["neuron"], page)
    assert [cell.source for cell in rebuilt.notebook.cells] == [cell.source for cell in page.cells]


@pytest.mark.parametrize("after", ["paper-check", "layer", "layer-hidden"])
def test_a_copied_answer_does_not_take_the_place_of_the_answer(released, after):
    page = source("neuron")
    cells = {grading.grade_id(cell): cell for cell in page.cells}
    copied = new_code_cell("an_old_try = 1", metadata=cells["layer"].metadata)
    page.cells.insert(page.cells.index(cells[after]) + 1, copied)
    rebuilt = submissions.rebuild(released["neuron"], page)
    assert [cell.source for cell in rebuilt.notebook.cells] == [cell.source for cell in page.cells]
    assert [cell.source for cell in rebuilt.notebook.cells if grading.grade_id(cell) == "layer"] == [
        cells["layer"].source
    ]


def test_without_metadata_each_answer_stands_before_its_own_tests(released):
    page = source("neuron")
    for cell in page.cells:
        cell.metadata = {}
    page.cells = [cell for cell in page.cells if cell.cell_type == "code" and "HIDDEN" not in cell.source]
    rebuilt = submissions.rebuild(released["neuron"], page)
    assert code(rebuilt) == code(submissions.Page(source("neuron")))
    assert (
        "no answer cell, so the student's own code in its place was taken for the answer: bump, count"
        in (rebuilt.look[0])
    )


def test_without_metadata_an_empty_answer_does_not_take_the_place_of_the_one_before(released):
    page = grading.answered(source("neuron"), {"count": stubs(source("neuron"))["count"]})
    for cell in page.cells:
        cell.metadata = {}
    rebuilt = submissions.rebuild(released["neuron"], page)
    assert code(rebuilt) == code(submissions.Page(page))


def test_pages_that_changed_their_names_are_known_by_their_cells(released, tmp_path):
    handed_in(tmp_path, neuron=source("training"), training=source("neuron"))
    pages = submissions.read(tmp_path, released).pages
    assert code(pages["training"]) == code(submissions.Page(source("training")))
    assert pages["neuron"].mended == ["the file was called training.ipynb"]


def test_of_two_files_for_one_page_the_one_with_more_work_counts(released, tmp_path):
    handed_in(tmp_path, neuron=released["neuron"], **{"neuron-Copy1": source("neuron")})
    page = submissions.read(tmp_path, released).pages["neuron"]
    assert code(page) == code(submissions.Page(source("neuron")))
    assert page.look == ["there are several files for this page: neuron-Copy1.ipynb was graded, and not neuron.ipynb"]


def test_of_two_files_with_the_same_work_the_one_with_the_page_s_name_counts(released, tmp_path):
    handed_in(tmp_path, neuron=source("neuron"), **{"a-copy": source("neuron"), "z-copy": source("neuron")})
    page = submissions.read(tmp_path, released).pages["neuron"]
    assert page.look == [
        "there are several files for this page: neuron.ipynb was graded, and not a-copy.ipynb, z-copy.ipynb"
    ]


def test_notes_with_a_cell_of_a_page_are_no_page(released, tmp_path):
    copied = next(cell for cell in source("neuron").cells if grading.grade_id(cell) == "bump")
    handed_in(tmp_path, notes=nbformat.v4.new_notebook(cells=[copied, new_code_cell("trial = 1")]))
    submission = submissions.read(tmp_path, released)
    assert not submission.pages
    assert submission.look == ["The notebook notes.ipynb is like no page of this part: it was left out."]


@pytest.mark.parametrize(
    ("text", "why"),
    {
        "": "it is no JSON: Expecting value: line 1 column 1 (char 0)",
        "[1]": "it has no cells",
        '{"cells": 1}': "it has no cells",
        '{"cells": [1]}': "'int' object has no attribute 'get'",
    }.items(),
)
def test_what_cannot_be_read_is_named_with_the_reason(text, why, released, tmp_path):
    handed_in(tmp_path, neuron=text, other=source("training"))
    (tmp_path / "dlcourse").mkdir()
    (tmp_path / "dlcourse" / "__init__.py").write_text("check = None")
    submission = submissions.read(tmp_path, released)
    assert list(submission.pages) == ["training"]
    assert submission.look == [
        "The file dlcourse/__init__.py is no notebook: it was left out.",
        f"The file neuron.ipynb cannot be read as a notebook ({why}): it was left out.",
    ]


def test_what_editors_and_archives_do_to_a_file_costs_nothing_and_stops_nothing(released, tmp_path):
    page = source("neuron")
    for cell in page.cells:
        cell.source = cell.source.replace("\n", "\r\n")  # Windows
    page.cells.append(new_code_cell("# a torn character: \ud83d"))
    (tmp_path / os.fsdecode(b"\xdcbung.ipynb")).write_text(json.dumps(page), "utf-8")  # zipped with another code page
    handed_in(tmp_path, training="[" * 200_000, **{"._neuron": "of macOS"})
    (tmp_path / "timestamp.txt").write_text("2026-01-01 00:00:00 UTC")  # nbgrader's
    submission = submissions.read(tmp_path, released)
    *cells, torn = code(submission.pages["neuron"])
    assert cells == code(submissions.Page(source("neuron")))
    assert torn == "# a torn character: ?"
    assert submission.pages["neuron"].mended == [r"the file was called \udcdcbung.ipynb"]
    assert submission.pages["neuron"].look == []
    assert [note.partition(" (")[0] for note in submission.look] == [
        "The file training.ipynb cannot be read as a notebook"
    ]


def test_a_sheet_of_trials_with_some_cells_of_a_page_is_not_graded_for_the_page(released, tmp_path):
    page = source("neuron")
    trials = [new_code_cell(f"trial = {number}") for number in range(100)]
    sheet = nbformat.v4.new_notebook(cells=page.cells[:6] + trials)
    handed_in(tmp_path, neuron=page, Untitled=sheet)
    pages = submissions.read(tmp_path, released).pages
    assert code(pages["neuron"]) == code(submissions.Page(page))
    assert pages["neuron"].look == [
        "there are several files for this page: neuron.ipynb was graded, and not Untitled.ipynb"
    ]


@pytest.mark.parametrize("delete", [False, True])
def test_an_answer_that_was_written_into_its_check_counts(released, delete):
    page = source("neuron")
    answer, check = (next(c for c in page.cells if grading.grade_id(c) == name) for name in ("layer", "layer-check"))
    check.source = f"{answer.source}\n\n{check.source}\nprint('Done')"
    solution, answer.source = answer.source, "pass"
    if delete:
        page.cells.remove(answer)
    rebuilt = code(submissions.rebuild(released["neuron"], page))
    place = rebuilt.index(solution)
    assert rebuilt[place + 1 : place + 3] == [
        check.source[len(solution) + 2 : -len("\nprint('Done')")],
        "print('Done')",
    ]


def test_an_answer_in_another_place_is_shown_to_a_person(released):
    stub = {"layer": "def layer(*arguments):\n    pass"}
    page = grading.answered(source("neuron"), stub)
    page.cells.append(new_code_cell(grading.solutions(source("neuron"))["layer"]))
    look = submissions.rebuild(grading.answered(released["neuron"], stub), page).look
    assert look == ["the answer cell is as it was given, another one defines what it asks for: layer"]


def test_words_that_attacks_need_are_shown_to_a_person(released):
    page = grading.answered(
        source("neuron"), {"count": "get_ipython().kernel\n!ls\n%pip install x\nmodel.eval()\nnp.allclose = print"}
    )
    look = submissions.rebuild(released["neuron"], page).look
    assert look == ["code that no exercise needs: !, %pip, get_ipython, np.allclose ="]


def test_names_of_python_that_a_page_takes_for_something_else_are_shown_to_a_person(released):
    page = grading.answered(source("neuron"), {"count": "sum = 0\nfor x in []:\n    max = x\ndef f():\n    len = 1"})
    look = submissions.rebuild(released["neuron"], page).look
    assert look == ["Python's own names that mean something else then, in the tests too: max, sum"]
