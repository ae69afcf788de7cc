"""The book's contents: every page once, exercises below their chapter, names that fit into a line."""

from __future__ import annotations

import collections
import re
from collections.abc import Iterator

import pytest
import yaml

from tools import lab, notebooks

TOC = yaml.safe_load((notebooks.ROOT / "_toc.yml").read_text("utf-8"))
CHAPTERS = [chapter for part in TOC["parts"] for chapter in part["chapters"]]
THERE = sorted(path.relative_to(notebooks.ROOT).as_posix() for path in notebooks.paths())
LONGEST = 26  # letters that fit into a line of the contents, on a phone too; the site's test measures it


def pages(chapters: list[dict]) -> Iterator[dict]:
    """The pages in reading order."""
    for page in chapters:
        yield page
        yield from pages(page.get("sections", []))


def test_every_notebook_stands_in_the_contents_once() -> None:
    listed = [f"{page['file']}.ipynb" for page in pages(CHAPTERS)]
    texts = {f"{page['file']}.ipynb" for page in pages(CHAPTERS) if (notebooks.ROOT / f"{page['file']}.md").exists()}
    assert sorted(file for file in listed if file not in texts) == THERE
    assert len(set(listed)) == len(listed)


def test_no_two_pages_have_one_title() -> None:
    """A browser's tab and a search's result show no more than the title."""
    by_title = collections.defaultdict(list)
    for page in pages(CHAPTERS):
        by_title[lab.title(page["file"]).casefold()].append(page["file"])
    assert not {title: files for title, files in by_title.items() if len(files) > 1}


def test_the_list_of_make_lab_has_every_notebook_once_with_its_title() -> None:
    text = lab.contents()
    links = re.findall(r"\[([^]]+)\]\(\.\./\.\./([^)]+)\)", text)
    assert sorted(file for _, file in links) == THERE
    titles = {file: name for name, file in links}
    assert titles["book/networks/cnn.ipynb"] == "The convolutional network"
    assert titles["exercises/networks/cnn.ipynb"] == "Exercises"
    assert len([line for line in text.splitlines() if "networks/cnn" in line]) == 1


def test_exercises_stand_below_their_chapter_and_nowhere_else() -> None:
    for page in pages(CHAPTERS):
        exercises = page["file"].replace("book/", "exercises/", 1)
        below = [part for part in page.get("sections", []) if part["file"].startswith("exercises/")]
        expected = (notebooks.ROOT / f"{exercises}.ipynb").exists() and page["file"].startswith("book/")
        assert below == ([{"file": exercises, "title": "Exercises"}] if expected else []), page["file"]
    assert not [chapter for chapter in CHAPTERS if chapter["file"].startswith("exercises/")]


@pytest.mark.parametrize("page", list(pages(CHAPTERS)), ids=lambda page: page["file"])
def test_a_name_fits_into_a_line(page: dict) -> None:
    assert len(page.get("title") or lab.title(page["file"])) <= LONGEST
