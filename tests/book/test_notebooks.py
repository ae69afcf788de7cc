"""The committed notebooks have the form that makes their tests strict and their pages readable."""

import re

import nbformat
import pytest

from tools import notebooks

PATHS = notebooks.paths()


@pytest.fixture(params=PATHS, ids=lambda path: str(path.relative_to(notebooks.ROOT)))
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_it_is_stored_as_make_notebooks_stores_it(notebook):
    before = nbformat.writes(notebook)
    assert nbformat.writes(notebooks.strip(notebook)) == before


def test_it_begins_with_a_title_and_the_cell_for_colab(notebook):
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source.startswith("# ")
    first = code_cells(notebook)[0]
    assert first.source == notebooks.setup_cell(notebook)
    assert "remove-cell" in first.metadata.tags


def test_each_cell_was_run_in_order(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_no_error_and_no_warning_is_stored(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr", output.text


def test_code_fits_on_the_page(notebook):
    for cell in code_cells(notebook):
        folded_check = cell.metadata.get("nbgrader", {}).get("grade")
        if "remove-cell" not in cell.metadata.get("tags", []) and not folded_check:
            lines = cell.source.splitlines()
            assert max(map(len, lines), default=0) <= 80, max(lines, key=len)
            assert len(lines) <= 30, cell.source


LESS = {"nbval-skip", "nbval-raises-exception", "raises-exception", "nbval-check-output", "nbval-test-listed"}


def test_only_one_of_nbvals_ways_to_compare_less_is_used(notebook):
    for cell in code_cells(notebook):
        assert not LESS & set(cell.metadata.get("tags", []))
        assert not re.search(r"#\s*(NBVAL_|PYTEST_VALIDATE_)", cell.source)


def test_few_cells_go_uncompared(notebook):
    ignored = [cell for cell in code_cells(notebook) if "nbval-ignore-output" in cell.metadata.get("tags", [])]
    assert len(ignored) <= 2


def test_no_text_holds_a_memory_address(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            text = output.get("text", "") + "".join(map(str, output.get("data", {}).values()))
            assert " at 0x" not in text


def test_framework_cells_come_in_pairs(notebook):
    tags = [tag for cell in code_cells(notebook) for tag in cell.metadata.get("tags", []) if tag.startswith("fw-")]
    assert tags.count("fw-pytorch") == tags.count("fw-keras")
    assert set(tags) <= {"fw-pytorch", "fw-keras"}
