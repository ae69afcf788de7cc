"""The book's notebooks: run them, keep the results for the site, write them in their committed form.

    python -m tools.notebooks run        run every notebook whose result is not in the cache; results go to the cache
    python -m tools.notebooks refresh    the same, then write the outputs into the notebooks, stripped of images
    python -m tools.notebooks fresh      throw away cached results that an older package or environment made

The cache is the one that `jupyter-book build` reads: what has run here, or in the tests, is not run again.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "_build" / ".jupyter_cache"
KERNEL_LOG = ROOT / "_build" / "kernels.log"  # what C code of the frameworks writes on the terminal
WORKERS = 2

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

SOURCES = (".py", ".pyi", ".js", ".css", ".html", ".svg", ".txt", ".yml", ".safetensors")
VOLATILE = ("image/", "application/vnd.jupyter.widget", "application/vnd.plotly")


def paths() -> list[Path]:
    """All notebooks of the book and of its exercises."""
    found = [*(ROOT / "book").rglob("*.ipynb"), *(ROOT / "exercises").rglob("*.ipynb")]
    return sorted(p for p in found if not any(part.startswith((".", "_")) for part in p.relative_to(ROOT).parts))


def fingerprint(more: Iterable[Path] = ()) -> str:
    """A digest of the package and the environment: what a notebook's result depends on beside itself."""
    digest = hashlib.sha256()
    for path in [ROOT / "requirements.txt", Path(__file__), *more, *sorted((ROOT / "src").rglob("*"))]:
        if path.is_file() and path.suffix in SOURCES:
            digest.update(os.path.relpath(path, ROOT).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def fresh_cache() -> JupyterCacheAbstract:
    """The cache of executed notebooks, emptied first if the package or the environment has changed."""
    cache = get_cache(CACHE)
    stamp = CACHE / "made-with"
    now = fingerprint()
    if not stamp.exists() or stamp.read_text() != now:
        cache.clear_cache()
        CACHE.mkdir(parents=True, exist_ok=True)
        stamp.write_text(now)
    return get_cache(CACHE)


def store(cache: JupyterCacheAbstract, notebook: NotebookNode, path: Path, seconds: float) -> None:
    """Keep an executed notebook for the build of the site."""
    bundle = CacheBundleIn(notebook, str(path), data={"execution_seconds": seconds})
    cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


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


def execute(path: Path) -> NotebookNode:
    """Run one notebook from its own folder and return it with its outputs."""
    from nbclient import NotebookClient
    from nbclient.exceptions import DeadKernelError

    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    folder = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources=folder, coalesce_streams=True)
    with KERNEL_LOG.open("a") as log:
        try:
            client.execute(env={**os.environ, **KERNEL_ENVIRONMENT}, stderr=log)
        except DeadKernelError as death:
            last = client.code_cells_executed - 1
            source = [cell.source for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()][last]
            why = "a crash in C code, or too little memory"
            raise RuntimeError(f"The kernel died in code cell {last}: {why}\n\n{source}\n") from death
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    return notebook


def setup_cell() -> str:
    """The first code cell of every notebook; the address is that of `_config.yml`."""
    address = re.search(r"^\s+url:\s*(\S+)", (ROOT / "_config.yml").read_text("utf-8"), re.M)
    if address is None:
        raise SystemExit("_config.yml names no repository.url")
    return (
        "# In Colab this cell fetches the book's package; elsewhere it is there already.\n"
        "import sys\n"
        "\n"
        'if "google.colab" in sys.modules:\n'
        "    %pip install -q anywidget mlxtend\n"
        f'    %pip install -q --no-deps "dlcourse @ git+{address[1]}"\n'
        "\n"
        "import dlcourse  # noqa: F401  # first of all: TensorFlow, then PyTorch, would end in a crash on Linux"
    )


def _write_setup_cells() -> None:
    """Bring the first code cell of each notebook up to date with the repository's address."""
    for path in paths():
        notebook = nbformat.read(path, as_version=4)
        first = next((cell for cell in notebook.cells if cell.cell_type == "code"), None)
        if first is not None and "google.colab" in first.source and first.source != setup_cell():
            first.source = setup_cell()
            path.write_text(nbformat.writes(notebook) + "\n", "utf-8")


def _run_missing(cache: JupyterCacheAbstract) -> dict[Path, NotebookNode]:
    """Run what the cache lacks, some at a time, telling how it goes; returns all results."""
    results: dict[Path, NotebookNode] = {}
    missing = []
    for path in paths():
        try:
            record = cache.match_cache_notebook(nbformat.read(path, as_version=4))
            results[path] = cache.get_cache_bundle(record.pk).nb
        except KeyError:
            missing.append(path)
    print(f"{len(results)} notebooks are up to date, {len(missing)} to run", flush=True)
    failures = []
    with ThreadPoolExecutor(WORKERS) as pool:
        started = {pool.submit(_timed, path): path for path in missing}
        for number, done in enumerate(as_completed(started), 1):
            path = started[done]
            name = path.relative_to(ROOT)
            try:
                results[path], seconds = done.result()
            except Exception as problem:
                failures.append(name)
                print(f"[{number}/{len(missing)}] {name} FAILED\n{problem}", flush=True)
            else:
                store(cache, results[path], path, seconds)
                print(f"[{number}/{len(missing)}] {name} ran in {seconds:.0f} s", flush=True)
    if failures:
        raise SystemExit("These notebooks failed: " + ", ".join(map(str, failures)))
    return results


def _timed(path: Path) -> tuple[NotebookNode, float]:
    start = time.monotonic()
    return execute(path), time.monotonic() - start


def _refresh(results: dict[Path, NotebookNode]) -> None:
    """Write outputs into the notebooks, in committed form; a notebook that would not change is left alone."""
    for path, result in results.items():
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


def main(arguments: list[str]) -> None:
    """Run the command line described at the head of this file."""
    if arguments not in (["run"], ["refresh"], ["fresh"]):
        raise SystemExit(__doc__)
    cache = fresh_cache()
    if arguments == ["refresh"]:
        _write_setup_cells()
    if arguments != ["fresh"]:
        results = _run_missing(cache)
        if arguments == ["refresh"]:
            _refresh(results)


if __name__ == "__main__":
    main(sys.argv[1:])
