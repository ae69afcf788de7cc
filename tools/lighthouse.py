"""Measure the built site with Lighthouse as a phone on a slow line meets it, and fail below the goals.

    python -m tools.lighthouse

It needs Node (`npx` fetches Lighthouse itself) and a Chromium or Chrome. Each page is measured three times and judged
by the middle one, for a busy machine disturbs the measurement.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import Any

from tools import browser, notebooks
from tools.serve import serve

SITE = notebooks.ROOT / "_build/html"
LIGHTHOUSE = "lighthouse@12.8.2"
PAGES = ("book/index.html", "book/networks/cnn.html", "exercises/networks/cnn.html")
RUNS = 3

GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
LARGEST_SHIFT = 0.05

HELP = """Lighthouse runs on Node 18 or newer, which is not here. Install it:
    Debian, Ubuntu   sudo apt-get install nodejs npm
    macOS            brew install node"""


def measured(report: dict[str, Any]) -> dict[str, float]:
    """The scores, of 100, and the layout shift in a report of Lighthouse."""
    scores = {name: round(100 * (report["categories"][name]["score"] or 0)) for name in GOALS}
    return {**scores, "layout shift": report["audits"]["cumulative-layout-shift"]["numericValue"]}


def middle(runs: list[dict[str, float]]) -> dict[str, float]:
    """The median of each measure.

    Examples
    --------
    >>> middle([{"seo": 90}, {"seo": 100}, {"seo": 97}])
    {'seo': 97}
    """
    return {name: sorted(run[name] for run in runs)[len(runs) // 2] for name in runs[0]}


def missed(found: dict[str, float]) -> list[str]:
    """The goals that a page misses.

    Examples
    --------
    >>> missed({"performance": 94, "accessibility": 100, "best-practices": 100, "seo": 100, "layout shift": 0.01})
    ['performance 94, below 95']
    """
    problems = [f"{name} {found[name]}, below {goal}" for name, goal in GOALS.items() if found[name] < goal]
    shift = found["layout shift"]
    return [*problems, *([f"layout shift {shift:.2f}, above {LARGEST_SHIFT}"] if shift > LARGEST_SHIFT else [])]


def chromium() -> str:
    """The browser of the tests."""
    if found := browser.program():
        return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def measure(address: str, chrome: str) -> dict[str, float]:
    """One run of Lighthouse."""
    command = ["npx", "--yes", LIGHTHOUSE, address, "--quiet", "--output=json"]
    command.append("--chrome-flags=--headless --no-sandbox --disable-gpu")
    answer = subprocess.run(command, env={**os.environ, "CHROME_PATH": chrome}, stdout=subprocess.PIPE, check=True)
    return measured(json.loads(answer.stdout))


def main() -> None:
    """Measure the pages, print a line for each, fail if one misses a goal."""
    if shutil.which("npx") is None:
        sys.exit(HELP)
    if not (SITE / "index.html").is_file():
        sys.exit("There is no built site: run `make book` first.")
    chrome, problems = chromium(), []
    with serve(SITE) as address:
        for page in PAGES:
            found = middle([measure(address + page, chrome) for _ in range(RUNS)])
            print(f"{page}: " + ", ".join(f"{name} {value:.3g}" for name, value in found.items()), flush=True)
            problems += [f"{page}: {problem}" for problem in missed(found)]
    if problems:
        sys.exit("\n".join(["Goals missed:", *problems]))


if __name__ == "__main__":
    main()
