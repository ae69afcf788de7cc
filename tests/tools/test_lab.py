"""`make lab` opens a list of the chapters, and asks nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tools import lab, notebooks


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Path, list[str]]:
    """The folder that is written before JupyterLab starts, and the command."""
    commands: list[list[str]] = []
    monkeypatch.setattr(lab, "FOLDER", tmp_path / "lab")
    monkeypatch.setattr(lab.os, "execv", lambda program, command: commands.append([program, *command]))
    lab.main(["--no-browser"])
    return tmp_path / "lab", commands[0]


def test_jupyterlab_opens_the_list_with_the_books_settings(started: tuple[Path, list[str]]) -> None:
    folder, (program, *command) = started
    assert (folder / "contents.md").read_text("utf-8") == lab.contents()
    assert Path(program).is_file()
    assert f"--LabApp.app_settings_dir={notebooks.ROOT / folder}" in command
    assert f"--LabApp.default_url=/lab/tree/{folder}/contents.md?file-browser-path=/book" in command
    assert command[-1] == "--no-browser"
    assert json.loads((folder / "overrides.json").read_text("utf-8")) == lab.SETTINGS


def test_the_settings_are_ones_that_jupyterlab_knows_and_has_otherwise() -> None:
    schemas = Path(sys.prefix) / "share/jupyter/lab/schemas"
    for plugin, settings in lab.SETTINGS.items():
        package, name = plugin.split(":")
        known = json.loads((schemas / package / f"{name}.json").read_text("utf-8"))["properties"]
        for setting, value in settings.items():
            assert known[setting]["default"] != value
    news = lab.SETTINGS["@jupyterlab/apputils-extension:notification"]["fetchNews"]
    assert news == "false"
