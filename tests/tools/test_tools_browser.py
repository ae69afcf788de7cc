"""A browser is found, fetched or asked for before `make test` runs anything else."""

import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tools import browser, test

REAL, PATH = browser.program(), os.environ["PATH"]


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A machine without a browser; returns the one folder on its PATH."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(browser, "PROGRAMS", browser.PROGRAMS[:4])
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


def install(path, program="/no/such/browser"):
    """Put a program there that runs another."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nPATH="{PATH}" exec "{program}" "$@"\n')
    path.chmod(0o755)
    return str(path)


def main():
    """Run it in a thread of its own: one that has a Playwright already, as that of other tests, allows no second."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(browser.main).result()


def test_the_named_program_comes_first_then_the_systems_then_playwrights(bare, monkeypatch):
    assert browser.program() is None
    chrome = install(bare / "google-chrome-stable")
    assert browser.program() == chrome
    chromium = install(bare / "chromium")
    assert browser.program() == chromium
    monkeypatch.setenv("CHROMIUM", "/my/chromium")
    assert browser.program() == "/my/chromium"


@pytest.mark.skipif(REAL is None, reason="the stand-in for Playwright's browser is the system's")
def test_playwrights_own_is_fetched_once_if_there_is_none(monkeypatch, bare, capfd):
    fetched = []

    def fetch(command):
        fetched.append(command[1:])
        with pytest.raises(browser.NoBrowser) as missing, browser.launched():
            pass
        install(Path(re.search(r"doesn't exist at (.+)", str(missing.value))[1]), REAL)

    monkeypatch.setattr(browser.subprocess, "call", fetch)
    main()
    assert fetched == [["-m", "playwright", "install", "chromium"]]
    assert "fetching Playwright's own" in capfd.readouterr().out
    main()
    assert len(fetched) == 1
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("system", ["Debian", "Ubuntu", "macOS"])
def test_if_it_cannot_be_fetched_each_system_is_told_what_to_do(monkeypatch, bare, system):
    monkeypatch.setattr(browser.subprocess, "call", lambda command: 1)
    with pytest.raises(SystemExit, match=rf"Executable doesn't exist(?s:.*)    {system}   "):
        main()


def test_a_program_that_is_no_browser_is_named_and_nothing_is_fetched(monkeypatch, bare):
    monkeypatch.setenv("CHROMIUM", sys.executable)
    monkeypatch.setattr(browser.subprocess, "call", lambda command: pytest.fail("fetched"))
    with pytest.raises(SystemExit, match="need Chromium or Chrome, and none starts"):
        main()


def test_make_test_asks_for_the_browser_before_anything_that_opens_it_or_takes_long():
    every = {stage.name: stage for stage in test.stages(True)}
    assert next(iter(name for name in every if name != "style")) == "browser"
    assert every["browser"].command == "python -m tools.browser"
    assert {name for name, stage in every.items() if "browser" in stage.needs} == {
        "notebooks", "book", "tools", "training", "package", "checks",
    }  # fmt: skip
