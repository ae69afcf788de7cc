"""The committed scripts and the style sheet: complete in themselves, and quiet on the network."""

import re

import pytest

from dlcourse.figures import STATIC, Conv1d, Conv2d

FILES = sorted(STATIC.iterdir())


def test_every_file_is_known():
    assert [file.name for file in FILES] == ["conv1d.js", "conv2d.js", "figures.css", "page.js", "shared.js"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_file_names_another_host(file):
    assert not re.findall(r"(?:https?:)?//[\w-]+\.\w+", file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_file_loads_another(file):
    text = file.read_text(encoding="utf-8")
    assert not re.findall(r"^\s*import\b|\bfetch\(|XMLHttpRequest|@import|url\(", text, re.M)
    imports = ["URL.createObjectURL("] if file.name == "page.js" else []
    assert re.findall(r"import\((\S+?\()", text) == imports  # only of what the page already has


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_file_passes_300_lines(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("figure", [Conv1d, Conv2d])
def test_jupyterlab_gets_the_same_module_as_the_page(figure):
    text = "".join((STATIC / name).read_text(encoding="utf-8") for name in ("shared.js", f"{figure.module}.js"))
    assert str(figure()._esm) == text
    assert text.rstrip().endswith("export default { render };")
    assert str(figure()._css) == (STATIC / "figures.css").read_text(encoding="utf-8")
