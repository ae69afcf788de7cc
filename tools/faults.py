"""Plant faults in a copy of the project, one at a time, and see whether the tests notice.

    python -m tools.faults                  all faults of tests/faults/*.toml
    python -m tools.faults train plot       those of some areas

Line coverage says that a line was run, not that anybody looked at what it did. Each fault is a change that a
maintainer could make by mistake:

    [[fault]]
    why = "the last gradients stay"                 # what is wrong then
    file = "src/dlcourse/train/_fit.py"
    old = "model.zero_grad()"                       # stands exactly once in the file
    new = "pass"
    tests = ["tests/package/train/test_loop.py"]    # arguments for pytest; these tests pass, and fail with the fault
    survives = "..."                                # only where no test can sensibly notice: why

An area passes if nine in ten of its faults are caught and each of the others says why it is not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTS = ROOT / "tests" / "faults"
SHARE = 0.9
LONGEST = 900  # seconds; what runs longer hangs, which would be noticed, too


@dataclass(frozen=True)
class Fault:
    """One change that the tests are to notice."""

    area: str
    why: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    survives: str = ""

    def planted(self, text: str) -> str:
        """The text of the file with the fault in it."""
        count = text.count(self.old)
        if count != 1 or self.old == self.new:
            raise ValueError(f"{self.area}: {self.why}: its `old` stands {count} times in {self.file}, or is its `new`")
        return text.replace(self.old, self.new)


def read(areas: Iterable[str] = (), folder: Path = LISTS) -> list[Fault]:
    """The faults of some areas, or of all."""
    names = list(areas) or sorted(path.stem for path in folder.glob("*.toml"))
    found = []
    for name in names:
        for entry in tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))["fault"]:
            found.append(Fault(name, **{**entry, "tests": tuple(entry["tests"])}))
    return found


def copy_of(root: Path, target: Path) -> None:
    """Copy what git knows of, and new files that it does not ignore."""
    listed = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=root)
    for name in filter(None, listed.decode().split("\0")):
        if (root / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, target / name)


def notices(tests: Sequence[str], tree: Path) -> bool:
    """Whether the tests fail in this tree."""
    # No bytecode: it would outlive a fault of the same length that was planted in the same second.
    environment = {**os.environ, "PYTHONPATH": f"{tree / 'src'}{os.pathsep}{tree}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    try:
        run = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return True
    if run.returncode not in (0, 1, 2):  # 2: a test file, or what it imports, cannot be read any more
        raise SystemExit(f"pytest {' '.join(tests)} ended with {run.returncode}:\n{run.stdout}{run.stderr}")
    return run.returncode != 0


def caught(faults: Iterable[Fault], tree: Path) -> dict[Fault, bool]:
    """Which faults the tests notice; tests that fail without any fault are an error."""
    results: dict[Fault, bool] = {}
    sound: set[tuple[str, ...]] = set()
    for fault in faults:
        if fault.tests not in sound and notices(fault.tests, tree):
            raise SystemExit(f"These tests fail without a fault: {' '.join(fault.tests)}")
        sound.add(fault.tests)
        path = tree / fault.file
        text = path.read_text("utf-8")
        path.write_text(fault.planted(text), "utf-8")
        results[fault] = notices(fault.tests, tree)
        path.write_text(text, "utf-8")
        print("caught " if results[fault] else "MISSED ", f"{fault.area}: {fault.why}", flush=True)
    return results


def report(results: dict[Fault, bool]) -> tuple[str, bool]:
    """A table of the areas, with what is wrong below it, and whether nothing is."""
    lines, wrong = [f"{'area':<12} planted caught"], []
    for area in dict.fromkeys(fault.area for fault in results):
        own = {fault: got for fault, got in results.items() if fault.area == area}
        lines.append(f"{area:<12} {len(own):7} {sum(own.values()):6}")
        if sum(own.values()) < SHARE * len(own):
            wrong.append(f"{area}: fewer than {SHARE:.0%} are caught")
        wrong += [f"{area}: missed: {f.why}" for f, got in own.items() if not got and not f.survives]
        wrong += [
            f"{area}: is caught, though it says it survives: {f.why}" for f, got in own.items() if got and f.survives
        ]
    lines.append(f"{'all':<12} {len(results):7} {sum(results.values()):6}")
    return "\n".join([*lines, *wrong]), not wrong


def main(areas: Sequence[str]) -> int:
    """Plant, test and report; return the exit code."""
    faults = read(areas)
    with tempfile.TemporaryDirectory() as folder:
        copy_of(ROOT, Path(folder))
        results = caught(faults, Path(folder))
    text, fine = report(results)
    print(text)
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
