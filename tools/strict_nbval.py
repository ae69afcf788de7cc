"""pytest plugin: nbval, made strict for this book.

1. Only what `tools.notebooks.strip` removes is ignored (images, the state of widgets): committed notebooks carry none.
2. A code cell that was never run is an error: nbval alone would compare nothing and pass.
3. A cell tagged `rtol-1e-3` may differ by that much in its numbers, 0.1 at most; all others must be the same to the
   letter, and their outputs of the same kinds in the same order. What training gives, tagged `rtol-5e-2` or more, may
   also differ by one in its last decimal, from the second on: 0.034 and 0.036 are printed as 0.03 and 0.04.
4. When every cell of a notebook has passed, its outputs, images included, go to the cache from
   which the site is built: each notebook is executed once for both.
5. A kernel that does not answer when it is started is started again, twice at most.
6. A cell in which the kernel dies fails within seconds, and the rest of its notebook at once: nbval alone would wait
   for the dead kernel's reply.
"""

from __future__ import annotations

import contextlib
import copy
import math
import os
import re
import sys
import time
from queue import Empty
from typing import Any

import nbformat
import nbval.kernel
import nbval.plugin
import pytest

from tools import notebooks, results

os.environ.update(notebooks.KERNEL_ENVIRONMENT)  # kernels inherit the environment of pytest
BEFORE = notebooks.available() if os.environ.get("BOOK_CACHE") else {}  # what the kernels will run with

_start_kernel = nbval.kernel.start_new_kernel
ATTEMPTS = 3  # to start a kernel


def _start_kernel_outside_pytest(*args: Any, **kwargs: Any) -> Any:
    """Start a kernel that does not know of the test: PYTEST_CURRENT_TEST changes what ipykernel captures.

    A kernel that gives no answer while it starts, which happens now and then on a busy machine, is given up, and
    another one started: no cell has run by then.
    """
    environment = {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"}
    for _ in range(ATTEMPTS - 1):
        try:
            return _start_kernel(*args, env=environment, **kwargs)
        except RuntimeError as fault:
            sys.stderr.write(f"A kernel did not start ({fault}); another one is started.\n")
    return _start_kernel(*args, env=environment, **kwargs)


nbval.kernel.start_new_kernel = _start_kernel_outside_pytest


class KernelDied(Exception):
    """The kernel will not reply any more."""


_await_reply = nbval.kernel.RunningKernel.await_reply


def _await_reply_of_the_living(kernel: Any, msg_id: str, timeout: float = math.inf) -> None:
    """Wait for a reply as nbval does, and look every second whether the kernel is still there."""
    end = time.monotonic() + timeout
    while True:
        try:
            return _await_reply(kernel, msg_id, timeout=1)
        except Empty:
            if not kernel.is_alive():
                raise KernelDied from None
            if time.monotonic() > end:
                raise


nbval.kernel.RunningKernel.await_reply = _await_reply_of_the_living

TRAINED = 0.05  # from this tolerance on, rounding to the last decimal may go either way
_NUMBER = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?")


def close(got: str, expected: str, rtol: float) -> bool:
    """Whether two outputs are the same but for numbers that differ by at most `rtol`, and the spaces that fill up."""
    if got == expected:
        return True
    if rtol <= 0 or _words(got) != _words(expected):
        return False
    return all(_near(*pair, rtol) for pair in zip(_NUMBER.findall(got), _NUMBER.findall(expected), strict=True))


def _words(text: str) -> str:
    """The text without its numbers, and with one space for several: 0.7 in a column of 0.73 has one more."""
    return re.sub(r" +", " ", _NUMBER.sub("# ", text)).replace("# ]", "#]")


def _near(a: str, b: str, rtol: float) -> bool:
    if math.isclose(float(a), float(b), rel_tol=rtol, abs_tol=1e-12):
        return True
    if rtol < TRAINED or "e" in f"{a}{b}".lower():
        return False
    decimals = max(len(number.partition(".")[2]) for number in (a, b))
    return decimals >= 2 and abs(float(a) - float(b)) < 1.5 * 10**-decimals


def kinds(outputs: Any) -> list[str]:
    """What sorts of output a cell has, in their order; neighbouring pieces of one stream count once."""
    found: list[str] = []
    for output in outputs:
        kind = output["name"] if output["output_type"] == "stream" else output["output_type"]
        if not found or found[-1] != kind or output["output_type"] != "stream":
            found.append(kind)
    return found


class _Text(str):
    """Text that is equal to other text if only its numbers differ a little; nbval compares with `!=`."""

    rtol = 0.0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and close(str(self), str(other), self.rtol)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


class StrictCell(nbval.plugin.IPyNbCell):
    """One code cell, compared as described at the head of this file."""

    @property
    def rtol(self) -> float:
        tags = self.cell.metadata.get("tags", [])
        return max([float(tag[5:]) for tag in tags if tag.startswith("rtol-")], default=0.0)

    def runtest(self) -> None:
        """Run the cell and compare; remember its outputs for the site."""
        if self.cell.execution_count is None and self.cell.source.strip():
            self.raise_cell_error("This cell was never run, so nothing would be compared: run `make notebooks`")
        if not 0 <= self.rtol <= 0.1:
            self.raise_cell_error(f"A tolerance of {self.rtol} compares nothing; at most 0.1 is allowed")
        if not self.parent.kernel.is_alive():
            self.raise_cell_error("Not run: the kernel died in a cell before this one")
        try:
            super().runtest()
        except KernelDied:
            name = os.path.relpath(self.parent.path, notebooks.ROOT)
            self.raise_cell_error(f"The kernel of {name} died in this cell: a crash in C code, or too little memory")
        stored, now = kinds(self.cell.outputs), kinds(self.test_outputs)
        if self.options["check"] and stored != now:
            self.raise_cell_error(f"Outputs of other kinds, or in another order: stored {stored}, now {now}")
        self.parent.__dict__.setdefault("outputs_for_site", {})[self.cell_num] = self.test_outputs

    def sanitize(self, s: Any) -> Any:
        """Let numbers differ where the cell's tag allows it."""
        s = super().sanitize(s)
        if isinstance(s, str) and self.rtol:
            s = _Text(s)
            s.rtol = self.rtol
        return s

    def compare_outputs(self, test: Any, ref: Any, skip_compare: Any = None) -> Any:
        """Compare everything that is committed."""
        skip = set(self.parent.skip_compare)
        for output in [*test, *ref]:
            skip |= {mime for mime in output.get("data", {}) if mime.startswith(notebooks.VOLATILE)}
        return super().compare_outputs(test, ref, skip_compare=tuple(skip))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Make every nbval cell a strict one."""
    for item in items:
        if type(item) is nbval.plugin.IPyNbCell:
            item.__class__ = StrictCell


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before the first cell of a notebook: look at the clock, and at the notebook as it is stored."""
    if isinstance(item, StrictCell) and "started" not in item.parent.__dict__:
        item.parent.__dict__.update(started=time.monotonic(), stored=results.content(item.parent.nb))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """After the last cell of a notebook that passed whole: hand its outputs to the build of the site."""
    notebook_file: Any = item.parent
    last = nextitem is None or nextitem.parent is not notebook_file
    if not isinstance(item, StrictCell) or not last or not os.environ.get("BOOK_CACHE"):
        return
    notebook = copy.deepcopy(notebook_file.nb)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outputs = notebook_file.__dict__.get("outputs_for_site", {})
    if len(outputs) != len(code):
        return  # a cell failed: the build will run this notebook and show where
    for number, cell in enumerate(code):
        cell.outputs = [nbformat.from_dict(dict(output)) for output in outputs[number]]
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output["execution_count"] = cell.execution_count
    data = {
        "execution_seconds": time.monotonic() - notebook_file.started,
        "inputs": results.made_from(_ask(notebook_file.kernel.kc), BEFORE, notebooks.ROOT),
        "passed": notebook_file.stored,
    }
    results.store(notebooks.get_cache(os.environ["BOOK_CACHE"]), notebook, notebook_file.path, data)


def _ask(client: Any) -> Any:
    """The kernel's reply to `results.question`, or None."""
    asked = client.execute(**results.question(BEFORE))
    with contextlib.suppress(Empty):
        while (reply := client.get_shell_msg(timeout=60))["parent_header"].get("msg_id") != asked:
            pass
        return reply
    return None
