"""`make grade` where a kernel dies or a cell takes too long; no kernel is started here."""

from __future__ import annotations

import contextlib
import os

import nbformat
import pytest
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import grade


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course without a students' version."""
    monkeypatch.setattr("os.environ", os.environ.copy())  # the configuration sets some variables for nbgrader
    monkeypatch.setenv("DLCOURSE_GRADING", str(tmp_path))
    return grade.Course("networks")


def executed(monkeypatch, *sources):
    """What a page with these cells looks like in the end, and how often its kernel was started."""
    starts = []

    def one(self, cell, resources, index):
        if cell.source == "die":
            raise DeadKernelError
        if cell.cell_type == "code":
            cell.outputs = [new_output("stream", text="ran")]
        return cell, resources

    def all_cells(self, nb, resources=None, km=None):
        starts.append(km)
        for index, cell in enumerate(nb.cells):
            self.preprocess_cell(cell, resources, index)
        return nb, resources

    monkeypatch.setattr(grade.Execute, "preprocess_cell", one)
    monkeypatch.setattr(grade.Execute, "preprocess", all_cells)
    cells = [new_markdown_cell("Text.") if source == "text" else new_code_cell(source) for source in sources]
    page, _ = grade.ExecuteAll().preprocess(new_notebook(cells=cells))
    return ["".join(output.get("ename", "ran") for output in cell.get("outputs", [])) for cell in page.cells], starts


def test_a_page_runs_again_without_the_cells_at_which_its_kernel_died(monkeypatch):
    outputs, starts = executed(monkeypatch, "1", "die", "text", "2", "die", "3")
    assert outputs == ["ran", "DeadKernelError", "", "ran", "DeadKernelError", "ran"]
    assert len(starts) == 3


@pytest.mark.parametrize("more", [0, 1])
def test_after_the_tenth_death_what_has_not_run_counts_as_failed(monkeypatch, more):
    outputs, _ = executed(monkeypatch, "1", *["die"] * (grade.MOST_DEATHS + more), "2")
    assert outputs[0] == "ran"
    assert outputs[-1] == ("DeadKernelError" if more else "ran")


@pytest.mark.parametrize(("source", "dies"), [("ask_exit", True), ("set_next_input", False)])
def test_exit_is_the_kernel_s_death_at_once(monkeypatch, source, dies):
    monkeypatch.setattr(grade.Execute, "on_cell_executed", lambda self, **kwargs: None)
    reply = {"content": {"payload": [{"source": source}]}}
    with pytest.raises(DeadKernelError) if dies else contextlib.nullcontext():
        grade.ExecuteAll().on_cell_executed(cell=new_code_cell(), cell_index=0, execute_reply=reply)


def test_cells_that_were_cut_off_are_named(course):
    cells = [new_code_cell(outputs=[new_output("error", ename=e)]) for e in ("DeadKernelError", "CellTimeoutError")]
    cells += [new_code_cell(outputs=[new_output("error", ename="ValueError")]), new_markdown_cell("Text.")]
    cells[0].metadata["nbgrader"] = {"grade_id": "cost-check"}
    path = course.folder / "autograded" / "ada" / "networks" / "mlp.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells), path)
    assert course._failures("ada", "mlp") == [
        "the kernel died in cost-check or could not be stopped: the page was graded without it",
        "cell 1 took too long and was stopped",
    ]


def test_without_a_students_version_nothing_is_graded(course):
    with pytest.raises(SystemExit, match=r"no students' version of 'networks' .* run `make exercises`"):
        grade.main(["networks"])
