"""Every check: `make test` calls this.

    python -m tools.test [--full] [STAGE ...]      all stages, or those that are named; with --full nothing is skipped

A stage is skipped if all that its verdict depends on is as it was when it last passed. Where it is about pages, those
that passed before are left out. Notebooks and the build of the site look by themselves at what has changed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tools import browser, inputs, notebooks, schedule, site
from tools.schedule import CORES, Stage

PYTEST = "python -m pytest -q --durations=10 -p no:nbval"  # which takes seconds to load
GRADERS = ("tests/tools/test_nbgrader.py", "tests/tools/test_submissions.py")
FAULTS = "tests/tools/test_faults.py"  # looks for its faults in files of all kinds
CAN_FAIL = (
    "tests/book/site/test_browser_can_fail.py",
    "tests/book/site/test_static_can_fail.py",
)  # on pages of their own
SHARED = ("pyproject.toml", "src", "tests/conftest.py", "tests/helpers", "tools")
TEXTS = ("README.md", "_config.yml", "_toc.yml", "book")


def exercise_pages() -> dict[str, str]:
    """A digest of each exercise page and of the answers beside it."""
    pages = [path for path in notebooks.paths() if path.is_relative_to(notebooks.ROOT / "exercises")]
    beside = {page: sorted(page.parent.glob(f"{page.stem}.*")) for page in pages}
    return {
        page.relative_to(notebooks.ROOT).as_posix(): inputs.digest(notebooks.ROOT, files)
        for page, files in beside.items()
    }


def built_pages() -> dict[str, str]:
    """A digest of each page of the built site, with the browser that opens it."""
    program = Path(browser.program() or "")
    opened_in = f"{program} {program.stat().st_mtime_ns}" if program.is_file() else ""
    return {name: f"{value} {opened_in}" for name, value in site.built().items()}


def stages(full: bool) -> list[Stage]:
    """All stages, in the order in which they start when cores are free: long ones first."""
    option = " --full" if full else ""
    changed = notebooks.paths() if full else notebooks.untested(notebooks.fresh_cache())
    return [
        Stage("style", "ruff check . && ruff format --check ."),
        Stage("browser", "python -m tools.browser", cores=CORES),  # alone: the rest needs it
        Stage(
            "notebooks",
            f"python -m tools.notebooks compare{option}",
            cores=min(max(len(changed), 1), CORES),
            needs=("browser",),
        ),
        Stage("site", f"python -m tools.site{option}", needs=("notebooks",)),
        room("training", "tests/package/train tests/package/models"),
        room("package", "tests/package --ignore=tests/package/train --ignore=tests/package/models"),
        Stage(
            "exercises",
            f"{PYTEST} tests/book/exercises",
            inputs=(*SHARED, "nbgrader_config.py", "tests/book/exercises"),
            pages=exercise_pages,
        ),
        Stage(
            "graders",
            f"{PYTEST} {' '.join(GRADERS)}",
            inputs=(*SHARED, *GRADERS, "nbgrader_config.py", "exercises"),
        ),
        Stage(
            "book",
            f"{PYTEST} tests/book --ignore=tests/book/site --ignore=tests/book/exercises",
            needs=("browser",),
            inputs=(*SHARED, *TEXTS, "exercises", "tests/book"),
        ),
        Stage(
            "tools",
            f"{PYTEST} tests/tools {' '.join(f'--ignore={file}' for file in (*GRADERS, FAULTS))}",
            needs=("browser",),
            inputs=(*SHARED, "tests", "Makefile", ".ci", "README.md", "_config.yml", "book/start", "book/_ext"),
        ),
        Stage("faults", f"{PYTEST} {FAULTS}", inputs=(*SHARED, *TEXTS, "exercises", "tests")),
        Stage("types", "mypy"),
        Stage(
            "doctests",
            f"{PYTEST} --doctest-modules src/dlcourse book/_ext tools/serve.py tools/lighthouse.py",
            inputs=("pyproject.toml", "src", "book/_ext", "tools"),
        ),
        Stage(
            "coverage",
            "python -m slipcover --merge _build/test/training.json _build/test/package.json "
            "--out _build/test/coverage.json --skip-covered --fail-under 95",
            needs=("training", "package"),
        ),
        Stage(
            "checks",
            f"{PYTEST} {' '.join(CAN_FAIL)}",
            needs=("browser",),
            inputs=(*SHARED, "tests/book/site"),
        ),
        Stage(
            "pages",
            f"{PYTEST} -n {CORES} --dist worksteal tests/book/site {' '.join(f'--ignore={file}' for file in CAN_FAIL)}",
            cores=CORES,
            needs=("site",),
            inputs=("pyproject.toml", "tests/conftest.py", "tests/helpers", "tests/book/site", "tools"),
            reads=("src", *TEXTS, "exercises"),
            pages=built_pages,
        ),
    ]


def room(name: str, tests: str) -> Stage:
    """Tests of the package and the lines that they run; not by coverage.py, under which Keras is six times slower."""
    cover = f"python -m slipcover --source src/dlcourse --json --out _build/test/{name}.json"
    pytest = PYTEST.removeprefix("python ")
    return Stage(name, f"{cover} {pytest} {tests}", needs=("browser",), inputs=(*SHARED, "tests/package"))


def main(arguments: list[str]) -> int:
    """Run all stages, or those that are named."""
    every = stages("--full" in arguments)
    names = [name for name in arguments if name != "--full"] or [stage.name for stage in every]
    unknown = set(names) - {stage.name for stage in every}
    if unknown:
        raise SystemExit(
            f"There is no stage {', '.join(sorted(unknown))}; there are {', '.join(s.name for s in every)}"
        )
    run = schedule.Run(notebooks.ROOT, inputs.environment(notebooks.ROOT, {}), "--full" in arguments)
    return run.all([stage for stage in every if stage.name in names])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
