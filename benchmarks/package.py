"""Figures of the package on this machine: import time, drawn pictures a second.

    python benchmarks/package.py

Each number is the best of several runs, since other programs disturb; compare numbers of one run only.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

N = 2000


def best(work: Callable[[], object], repeats: int = 3) -> float:
    """Shortest time of several runs, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def python(code: str) -> None:
    """Run code in a fresh Python."""
    subprocess.run([sys.executable, "-c", code], check=True)


def main() -> None:
    """Measure and print."""
    bare = best(lambda: python("pass"), 7)
    for module in ("dlcourse", "dlcourse.data.pets", "dlcourse.plot", "dlcourse.figures"):
        print(f"import {module:20s} {best(lambda m=module: python(f'import {m}'), 7) - bare:6.3f} s")
    for what in ("scenes", "faces"):
        cold = best(lambda w=what: python(f"from dlcourse.data import pets; pets.{w}({N}, seed=1)"), 2) - bare
        from dlcourse.data import pets

        warm = best(lambda w=what: getattr(pets, w)(N, seed=1))
        print(f"pets.{what}({N})  fresh process {N / cold:6.0f} a second, warmed up {N / warm:6.0f} a second")


if __name__ == "__main__":
    main()
