"""`make serve` and the tests send files as a web host does."""

from __future__ import annotations

import gzip
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path

import pytest

from tools.serve import serve

TEXT = "a line that comes again\n" * 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    for name in ("index.html", "page.html", "sub/index.html", "a.css", "a.woff2", "a.webp"):
        (tmp_path / name).write_text(TEXT, "utf-8")
    return tmp_path


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    with serve(folder) as found:
        yield found


def get(url: str, accept: str | None = "gzip, deflate") -> HTTPResponse:
    headers = {} if accept is None else {"Accept-Encoding": accept}
    return urllib.request.urlopen(urllib.request.Request(url, headers=headers))


@pytest.mark.parametrize("name", ["", "page.html", "page.html?v=1", "sub/", "a.css"])
def test_text_is_compressed(address: str, name: str) -> None:
    answer = get(address + name)
    body = answer.read()
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert int(answer.headers["Content-Length"]) == len(body) < len(TEXT) / 5
    assert gzip.decompress(body).decode() == TEXT
    assert answer.headers["Content-Type"] == ("text/css" if name == "a.css" else "text/html")


@pytest.mark.parametrize("name", ["a.woff2", "a.webp"])
def test_pictures_and_fonts_are_sent_as_they_are(address: str, name: str) -> None:
    answer = get(address + name)
    assert answer.headers["Content-Encoding"] is None
    assert answer.read().decode() == TEXT


@pytest.mark.parametrize("accept", [None, "identity"])
def test_who_does_not_take_gzip_gets_none(address: str, accept: str | None) -> None:
    answer = get(address + "page.html", accept)
    assert answer.headers["Content-Encoding"] is None
    assert answer.read().decode() == TEXT


def test_a_changed_file_is_sent_anew(address: str, folder: Path) -> None:
    get(address + "page.html").read()
    (folder / "page.html").write_text("new", "utf-8")
    os.utime(folder / "page.html", (0, 0))
    assert gzip.decompress(get(address + "page.html").read()) == b"new"


@pytest.mark.parametrize("name", ["missing.html", "../outside.html"])
def test_what_is_not_there_is_not_found(address: str, name: str, folder: Path) -> None:
    (folder.parent / "outside.html").write_text("outside", "utf-8")
    with pytest.raises(urllib.error.HTTPError) as error:
        get(address + name)
    assert error.value.code == 404


def test_a_folder_without_its_slash_leads_to_the_one_with_it(address: str) -> None:
    assert get(address + "sub").url == address + "sub/"
