"""The checking of notebooks works: a notebook that was tampered with fails, the honest one passes.

Each case is one file of a small notebook, and all are run by one pytest, with the plugin that the book's notebooks use.
"""

import copy
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import nbval.kernel
import pytest
from jupyter_cache import get_cache
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import notebooks, results, strict_nbval
from tools.strict_nbval import close

CODE = """
print("sum", 0.1 + 0.2)
""".strip()


def honest():
    """A notebook as it is committed: text outputs without images, and one cell with a tolerance."""
    stream = [new_output("stream", name="stdout", text="sum 0.30000000000000004\n")]
    result = [new_output("execute_result", data={"text/plain": "42"}, execution_count=2)]
    figure = [new_output("execute_result", data={"text/plain": "'picture'"}, execution_count=3)]
    about = [new_output("stream", name="stdout", text="loss 0.33333\n")]
    show = (
        "from IPython.display import display\n"
        "class Shown:\n"
        "    def _repr_mimebundle_(self, **kwargs):\n"
        "        return {'image/png': 'aGVsbG8=', 'text/plain': \"'picture'\"}\n"
        "Shown()"
    )
    rich = (
        "from IPython.display import display\n"
        "display({'text/html': '<b>1</b>', 'application/json': {'a': 1}, 'text/plain': 'one'}, raw=True)\n"
        "print('then this')"
    )
    data = {"text/html": "<b>1</b>", "application/json": {"a": 1}, "text/plain": "one"}
    mixed = [new_output("display_data", data=data), new_output("stream", name="stdout", text="then this\n")]
    return notebooks.strip(
        new_notebook(
            cells=[
                new_markdown_cell("# Title"),
                new_code_cell(CODE, execution_count=1, outputs=stream),
                new_code_cell("6 * 7", execution_count=2, outputs=result),
                new_code_cell(show, execution_count=3, outputs=figure),
                new_code_cell(
                    "print('loss', 0.33334)", execution_count=4, outputs=about, metadata={"tags": ["rtol-1e-3"]}
                ),
                new_code_cell(rich, execution_count=5, outputs=mixed),
            ]
        )
    )


def changed_digit(notebook):
    notebook.cells[1].outputs[0].text = "sum 0.30000000000000003\n"


def dropped_output(notebook):
    notebook.cells[2].outputs = []


def unrun_cell(notebook):
    notebook.cells[2].execution_count = None
    notebook.cells[2].outputs = []


def new_warning(notebook):
    notebook.cells[1].source += "\nimport warnings; warnings.warn('mind the gap')"


def new_error(notebook):
    notebook.cells[2].source = "6 * seven"


def other_text_beside_the_picture(notebook):
    notebook.cells[3].outputs[0].data["text/plain"] = "'another picture'"


def beyond_its_tolerance(notebook):
    notebook.cells[4].outputs[0].text = "loss 0.335\n"


def other_words_within_tolerance(notebook):
    notebook.cells[4].outputs[0].text = "error 0.33333\n"


def changed_html(notebook):
    notebook.cells[5].outputs[0].data["text/html"] = "<b>2</b>"


def dropped_json(notebook):
    del notebook.cells[5].outputs[0].data["application/json"]


def other_order(notebook):
    notebook.cells[5].outputs.reverse()


def other_kind(notebook):
    output = notebook.cells[2].outputs[0]
    output["output_type"] = "display_data"
    del output["execution_count"]


def tolerance_without_bounds(notebook):
    notebook.cells[4].metadata.tags = ["rtol-1e9"]


def other_line_breaks_within_tolerance(notebook):
    notebook.cells[4].outputs[0].text = "loss\n0.33333\n"


def tolerance_just_beyond_its_bounds(notebook):
    notebook.cells[4].metadata.tags = ["rtol-0.11"]


def negative_tolerance(notebook):
    notebook.cells[4].metadata.tags = ["rtol--1e-3"]


def picture_that_is_no_output(notebook):
    del notebook.cells[3].outputs[0].data["text/plain"]


# The changes by the cell, in whose number among the code cells they are made: one of each cell goes into a notebook.
CHANGES = {
    0: [changed_digit, new_warning],
    1: [dropped_output, unrun_cell, new_error, other_kind],
    2: [other_text_beside_the_picture, picture_that_is_no_output],
    3: [
        tolerance_without_bounds,
        tolerance_just_beyond_its_bounds,
        negative_tolerance,
        other_line_breaks_within_tolerance,
        beyond_its_tolerance,
        other_words_within_tolerance,
    ],
    4: [changed_html, dropped_json, other_order],
}
ROUNDS = max(map(len, CHANGES.values()))
ALL = [(cell, number, change) for cell, changes in CHANGES.items() for number, change in enumerate(changes)]


def checked(folder, **options):
    """What pytest prints that runs the notebooks of a folder by the strict check."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "COV"))}
    environment["BOOK_CACHE"] = str(folder / "cache")
    command = [sys.executable, "-m", "pytest", "-p", "tools.strict_nbval", "-p", "no:cacheprovider", "--nbval", "-v"]
    command += ["-rN"]  # no summary: with CI set, it repeats each message
    command += ["--color", "no", "--rootdir", str(folder), "-c", os.devnull, str(folder)]
    result = subprocess.run(command, cwd=notebooks.ROOT, env=environment, capture_output=True, text=True, **options)
    return result.stdout + result.stderr


def verdicts(printed):
    """What is printed of each notebook's cells, in their order: name -> PASSED or FAILED."""
    found = {}
    for name, verdict in re.findall(r"(\w+)::ipynb::Cell \d+ (PASSED|FAILED)", printed):
        found.setdefault(name, []).append(verdict)
    return found


@pytest.fixture(scope="module")
def checks(tmp_path_factory):
    """The strict check of the honest notebook and of those with changes: the verdicts by name, and the cache."""
    folder = tmp_path_factory.mktemp("notebooks")
    nbformat.write(honest(), folder / "honest.ipynb")
    for number in range(ROUNDS):
        notebook = copy.deepcopy(honest())
        for changes in CHANGES.values():
            if number < len(changes):
                changes[number](notebook)
        nbformat.write(notebook, folder / f"changed_{number}.ipynb")
    printed = checked(folder)
    found = verdicts(printed)
    assert set(found) == {"honest", *(f"changed_{number}" for number in range(ROUNDS))}, printed
    return found, folder


@pytest.mark.parametrize("silent", [0, 1, 2, 3])
def test_a_kernel_that_does_not_answer_is_started_again_twice_at_most(silent, monkeypatch, capsys):
    starts = []

    def start(**options):
        starts.append(options)
        if len(starts) <= silent:
            raise RuntimeError("Kernel didn't respond in 60 seconds")
        return "manager", "client"

    monkeypatch.setattr(strict_nbval, "_start_kernel", start)
    if silent == 3:
        with pytest.raises(RuntimeError, match="respond"):
            nbval.kernel.start_new_kernel(kernel_name="python3")
    else:
        assert nbval.kernel.start_new_kernel(kernel_name="python3") == ("manager", "client")
    assert len(starts) == min(silent + 1, 3)
    assert capsys.readouterr().err.count("another one is started") == min(silent, 2)


def test_the_honest_notebook_passes(checks):
    assert checks[0]["honest"] == ["PASSED"] * 5


@pytest.mark.parametrize(("cell", "number", "change"), ALL, ids=[change.__name__ for *_, change in ALL])
def test_a_changed_cell_fails(checks, cell, number, change):
    assert checks[0][f"changed_{number}"][cell] == "FAILED"


def test_a_cell_that_was_not_changed_passes(checks):
    for number in range(ROUNDS):
        verdict = checks[0][f"changed_{number}"]
        assert [cell for cell in CHANGES if verdict[cell] == "FAILED"] == [
            c for c in CHANGES if number < len(CHANGES[c])
        ]


def test_the_site_gets_the_results_of_notebooks_that_passed_with_what_they_were_made_from(checks):
    cache, path = get_cache(checks[1] / "cache"), checks[1] / "honest.ipynb"
    (record,) = cache.list_cache_records()
    assert Path(record.uri) == path
    now = notebooks.available()
    assert {"environment", "dlcourse"} <= set(record.data["inputs"]) < set(now)
    assert all(now[name] == value for name, value in record.data["inputs"].items())
    assert record.data["execution_seconds"] > 0
    assert results.passed(cache, path)
    cells = cache.get_cache_bundle(record.pk).nb.cells
    assert cells[2].outputs[0].data["image/png"] == "aGVsbG8="
    assert [output.execution_count for cell in cells for output in cell.outputs if "execution_count" in output] == [
        2,
        3,
    ]


def test_kernels_run_with_fixed_settings_and_do_not_know_of_the_test(tmp_path):
    settings = {
        "PYTHONHASHSEED": "0",  # the order of sets of words
        "OMP_NUM_THREADS": "1",  # sums in one order
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "CUDA_VISIBLE_DEVICES": "",
        "KERAS_BACKEND": "tensorflow",
        "COLUMNS": "80",
        "TQDM_DISABLE": "1",
        "PYTEST_CURRENT_TEST": None,  # with it ipykernel captures what C code prints
    }
    cells = [
        new_code_cell(
            f"import os\nprint({{name: os.environ.get(name) for name in {list(settings)}}})",
            outputs=[new_output("stream", name="stdout", text=f"{settings}\n")],
            execution_count=1,
        )
    ]
    nbformat.write(notebooks.strip(new_notebook(cells=cells)), tmp_path / "settings.ipynb")
    assert verdicts(printed := checked(tmp_path)) == {"settings": ["PASSED"]}, printed


@pytest.mark.parametrize(
    ("got", "expected", "rtol", "same"),
    [
        ("1.000", "1.000", 0, True),
        ("1.001", "1.000", 0, False),
        ("loss 1.001", "loss 1.000", 1e-2, True),
        ("loss 1.001", "loss 1.000", 1e-4, False),
        ("loss 1.0", "loss 1.0 1.0", 1e-2, False),
        ("a 1e-3", "a 1.0001e-3", 1e-2, True),
        ("0", "0.5", 1e-2, False),
        ("0.001", "0.0", 1e-2, False),
        ("error 1.0", "loss 1.0", 1e-2, False),
        ("1.1", "1.0", 0.1, True),
        ("1.12", "1.0", 0.1, False),
        ("-1.0", "1.0", 0.1, False),
        ("1 2", "2 1", 1e-2, False),
        ("nan", "1.0", 1, False),
        ("[0.7  0.68]", "[0.71 0.68]", 5e-2, True),
        ("[1.   0.98]", "[0.99 0.98]", 5e-2, True),
        ("[0.7  0.68]", "[0.71 0.68]", 0, False),
        ("a 1.0", "a1.0", 5e-2, False),
        ("0.03", "0.04", 0.1, True),
        ("0.03", "0.05", 0.1, False),
        ("0.03", "0.04", 1e-2, False),
        ("0.0", "0.01", 0.1, True),
        ("0.3", "0.4", 0.1, False),
        ("3", "4", 0.1, False),
        ("3e-8", "4e-8", 0.1, False),
        ("0.0030", "0.0040", 0.1, False),
    ],
)
def test_close_compares_numbers_within_the_tolerance_and_words_exactly(got, expected, rtol, same):
    assert close(got, expected, rtol) is same


def test_a_kernel_that_dies_fails_its_cell_and_the_rest_at_once(tmp_path):
    deaths = {"killed": "import os; os.kill(os.getpid(), 9)", "crashed": "import ctypes; ctypes.string_at(0)"}
    for name, death in deaths.items():
        cells = [new_code_cell(source, execution_count=1) for source in ("x = 1", death, "x = 2", "x = 3")]
        nbformat.write(notebooks.strip(new_notebook(cells=cells)), tmp_path / f"{name}.ipynb")
    nbformat.write(honest(), tmp_path / "sound.ipynb")
    printed = checked(tmp_path, timeout=300)  # nbval alone waits 2000 s for each reply
    for name in deaths:
        assert re.search(rf"Cell 1: The kernel of \S*{name}\.ipynb died in this cell", printed)
    assert printed.count("Not run: the kernel died in a cell before this one") == 4
    assert verdicts(printed) == {
        "killed": ["PASSED", "FAILED", "FAILED", "FAILED"],
        "crashed": ["PASSED", "FAILED", "FAILED", "FAILED"],
        "sound": ["PASSED"] * 5,
    }
